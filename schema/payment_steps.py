"""The steps by which a cycle is paid: instructed, released, confirmed, given up; most of them take two persons."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from domain.banking.deciding import CreditUse
from domain.settlement.policy_models import PaymentPlan
from partners.scopes import Scope
from resolvers import payments
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.payments import BankOrder, PartnerCredit, SettlementPayment
from schema.permissions import needs

PREPARE = needs(Scope.SETTLEMENT_PREPARE)
APPROVE = needs(Scope.SETTLEMENT_APPROVE)


@strawberry.type
class PaymentsPayload:
    """What became of a cycle's payments."""

    payments: list[SettlementPayment] | None = None
    """All that settle the cycle; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class BankOrdersPayload:
    """What goes out."""

    orders: list[BankOrder] | None = None
    """A file for each account that pays; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class SettlementPaymentPayload:
    """What became of a payment."""

    payment: SettlementPayment | None = None
    """The payment; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class PartnerCreditPayload:
    """What became of money paid too much."""

    credit: PartnerCredit | None = None
    """The credit; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class CycleInstructInput:
    """A cycle to be paid."""

    cycle: strawberry.ID
    """The cycle; approved."""
    plan: PaymentPlan
    """Between whom payments go. Chosen once."""


@strawberry.input
class PaymentsReleaseInput:
    """Payments to go out."""

    cycle: strawberry.ID
    """The cycle."""


@strawberry.input
class PaymentConfirmInput:
    """A payment that has arrived."""

    payment: strawberry.ID
    """The payment; of another partner to you."""
    received_on: date
    """The day it arrived in full."""


@strawberry.input
class PaymentWriteOffAskInput:
    """What is left of a payment, to be given up."""

    payment: strawberry.ID
    """The payment."""
    reason: str
    """Why; it stays on record."""


@strawberry.input
class PaymentWriteOffInput:
    """A payment that another person wants to give up."""

    payment: strawberry.ID
    """The payment."""


@strawberry.input
class PartnerCreditAskInput:
    """Something to be done with money paid too much."""

    credit: strawberry.ID
    """The credit."""
    use: CreditUse
    """What."""


@strawberry.input
class PartnerCreditUseInput:
    """Money paid too much, with which another person wants something done."""

    credit: strawberry.ID
    """The credit."""


@strawberry.type
class PaymentMutation:
    """A cycle is paid."""

    @strawberry.mutation(graphql_type=PaymentsPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_instruct(info: Info, input: CycleInstructInput) -> Any:
        """Plan the payments of an approved cycle, and issue its documents; nothing in it is taken back from then on."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return PaymentsPayload(payments=await payments.instruct(info.context, cycle_id, input.plan))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=BankOrdersPayload, extensions=[APPROVE, refusals])
    @staticmethod
    async def payments_release(info: Info, input: PaymentsReleaseInput) -> Any:
        """Let what waits go out, as a second person who has just signed in: orders for each bank are made, once."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return BankOrdersPayload(orders=await payments.release(info.context, cycle_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=SettlementPaymentPayload, extensions=[needs(Scope.SETTLEMENT_DISPUTE), refusals])
    @staticmethod
    async def payment_confirm(info: Info, input: PaymentConfirmInput) -> Any:
        """Say that another partner has paid you in full; the coalition's books take it over within a minute."""
        payment_id = info.context.global_ids.one("SettlementPayment", input.payment)
        done: Any = await payments.confirm_received(info.context, payment_id, input.received_on)
        return SettlementPaymentPayload(payment=done)

    @strawberry.mutation(graphql_type=SettlementPaymentPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def payment_write_off_ask(info: Info, input: PaymentWriteOffAskInput) -> Any:
        """Ask to give up what is left of a payment; another person has to agree."""
        payment_id = info.context.global_ids.one("SettlementPayment", input.payment)
        await payments.ask_to_write_off(info.context, payment_id, input.reason)
        return SettlementPaymentPayload(payment=await payments.payment(info.context, payment_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=SettlementPaymentPayload, extensions=[APPROVE, refusals])
    @staticmethod
    async def payment_write_off(info: Info, input: PaymentWriteOffInput) -> Any:
        """Agree, as a second person who has just signed in, to give up what is left of a payment."""
        payment_id = info.context.global_ids.one("SettlementPayment", input.payment)
        return SettlementPaymentPayload(payment=await payments.write_off(info.context, payment_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PartnerCreditPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def partner_credit_ask(info: Info, input: PartnerCreditAskInput) -> Any:
        """Ask what is to become of money a partner paid too much; another person has to agree."""
        credit_id = info.context.global_ids.one("PartnerCredit", input.credit)
        done: Any = await payments.ask_to_use_credit(info.context, credit_id, input.use)
        return PartnerCreditPayload(credit=done)

    @strawberry.mutation(graphql_type=PartnerCreditPayload, extensions=[APPROVE, refusals])
    @staticmethod
    async def partner_credit_use(info: Info, input: PartnerCreditUseInput) -> Any:
        """Agree, as a second person who has just signed in, to what is to become of it."""
        credit_id = info.context.global_ids.one("PartnerCredit", input.credit)
        return PartnerCreditPayload(credit=await payments.use_credit(info.context, credit_id))  # type: ignore[arg-type]
