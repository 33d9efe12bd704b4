"""Payments of a cycle: planned, released by a second person, paid, returned, given up; and how long they are open."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.banking import ageing, models
from domain.banking.deciding import CreditUse
from domain.banking.states import CreditState, PaymentKind, PaymentState
from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.settlement import models as settlement_models
from domain.settlement.policy_models import PaymentPlan
from domain.values import Money as DomainMoney
from partners.scopes import Scope
from resolvers import coalition, payments, settlement
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.cycles import Cycle
from schema.ids import Node, identified
from schema.money import Money
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ)


@strawberry.type
@shows(models.Payment)
class SettlementPayment(Node):
    """What one party pays another so that a cycle is settled."""

    id: strawberry.ID = identified("payment_id")
    kind: PaymentKind
    """Why it is made."""
    plan: PaymentPlan
    """By which plan the cycle is paid."""
    state: PaymentState
    """How far it has come."""
    reference: str
    """The creditor reference (ISO 11649) that it bears; write it where your bank asks for the purpose."""
    due_on: date
    """The day it is due; a day on which banks work."""
    reason: str | None
    """Why a bank rejected it or sent it back."""
    planned_at: datetime
    """When it was planned."""
    released_at: datetime | None
    """When a second person let it go out; null for what partners pay the operator by themselves."""
    ended_at: datetime | None
    """When it was paid or written off."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def payer(row: strawberry.Parent[models.Payment], info: Info) -> coalition_models.Partner | None:
        """Who pays; null for the operator."""
        return await coalition.partner_or_none(info.context, row.payer_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def payee(row: strawberry.Parent[models.Payment], info: Info) -> coalition_models.Partner | None:
        """Who is paid; null for the operator."""
        return await coalition.partner_or_none(info.context, row.payee_id)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def amount(row: strawberry.Parent[models.Payment]) -> DomainMoney:
        """How much."""
        return DomainMoney(row.amount, row.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def paid(row: strawberry.Parent[models.Payment]) -> DomainMoney:
        """What of it has arrived and stayed."""
        return DomainMoney(row.paid, row.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def written_off(row: strawberry.Parent[models.Payment]) -> DomainMoney:
        """What of it was given up."""
        return DomainMoney(row.written_off, row.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def open(row: strawberry.Parent[models.Payment]) -> DomainMoney:
        """What is still to arrive."""
        return DomainMoney(row.open, row.currency)

    @strawberry.field(graphql_type=Cycle)
    @staticmethod
    async def cycle(row: strawberry.Parent[models.Payment], info: Info) -> settlement_models.Cycle:
        """The cycle that it settles."""
        return await settlement.cycle(info.context, row.cycle_id)


findable(SettlementPayment, payments.payment, READ)


@strawberry.type
@shows(models.BankFile)
class BankOrder(Node):
    """Orders to a bank (pain.001.001.09), valid by the published schema, as they go out."""

    id: strawberry.ID = identified("file_id")
    message_id: str
    """The file's own id; a bank takes each only once."""
    payments: int
    """How many payments it orders."""
    made_at: datetime
    """When it was made."""

    @strawberry.field
    @staticmethod
    def control_sum(file: strawberry.Parent[models.BankFile]) -> Decimal:
        """What they come to together, in the settlement currency."""
        return file.control_sum or Decimal(0)

    @strawberry.field
    @staticmethod
    def sha256(file: strawberry.Parent[models.BankFile]) -> str:
        """Of its bytes, in hexadecimal."""
        return file.sha256.hex()

    @strawberry.field
    @staticmethod
    def content(file: strawberry.Parent[models.BankFile]) -> str:
        """The file itself, to be given to the bank as it is, in UTF-8."""
        return file.content.decode()

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def payer(file: strawberry.Parent[models.BankFile], info: Info) -> coalition_models.Partner | None:
        """Whose account pays; null for the operator's."""
        return await coalition.partner_or_none(info.context, file.partner_id)


findable(BankOrder, payments.order, READ)


@strawberry.type
@shows(ageing.Aged)
class PaymentAgeing:
    """What one party has yet to pay, by how long it has been due; without interest."""

    payments: int
    """How many payments are open."""
    oldest: date
    """When the oldest was due."""
    open: Decimal
    """All of it, in the settlement currency: the sum of the five that follow."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def payer(row: strawberry.Parent[ageing.Aged], info: Info) -> coalition_models.Partner | None:
        """Who has to pay; null for the operator."""
        return await coalition.partner_or_none(info.context, row.payer_id)

    @strawberry.field
    @staticmethod
    def current(row: strawberry.Parent[ageing.Aged]) -> Decimal:
        """Not due yet, or today."""
        return row.by_age[ageing.Age.CURRENT]

    @strawberry.field
    @staticmethod
    def to_30(row: strawberry.Parent[ageing.Aged]) -> Decimal:
        """Due for 1 to 30 days."""
        return row.by_age[ageing.Age.TO_30]

    @strawberry.field
    @staticmethod
    def to_60(row: strawberry.Parent[ageing.Aged]) -> Decimal:
        """Due for 31 to 60 days."""
        return row.by_age[ageing.Age.TO_60]

    @strawberry.field
    @staticmethod
    def to_90(row: strawberry.Parent[ageing.Aged]) -> Decimal:
        """Due for 61 to 90 days."""
        return row.by_age[ageing.Age.TO_90]

    @strawberry.field
    @staticmethod
    def over_90(row: strawberry.Parent[ageing.Aged]) -> Decimal:
        """Due for longer."""
        return row.by_age[ageing.Age.OVER_90]


@strawberry.type
@shows(models.PartnerCredit)
class PartnerCredit(Node):
    """Money that a partner paid too much: kept for it until two persons say what becomes of it."""

    id: strawberry.ID = identified("credit_id")
    state: CreditState
    """What became of it."""
    use: CreditUse | None
    """What it is, or is to be, used for."""
    arisen_at: datetime
    """When it came in."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(row: strawberry.Parent[models.PartnerCredit], info: Info) -> coalition_models.Partner | None:
        """Whose it is."""
        return await coalition.partner_or_none(info.context, row.partner_id)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def amount(row: strawberry.Parent[models.PartnerCredit]) -> DomainMoney:
        """How much."""
        return DomainMoney(row.amount, row.currency)


CycleRef = Annotated[strawberry.ID, strawberry.argument(description="The cycle's id.")]
OfCycle = Annotated[strawberry.ID | None, strawberry.argument(description="Of this cycle only.")]
States = Annotated[
    list[PaymentState] | None, strawberry.argument(description="In these states only; in any if none is named.")
]


@strawberry.type
class PaymentQuery:
    """What is paid, and what is open."""

    @strawberry.field(graphql_type=Connection[SettlementPayment], extensions=[READ, paged()])
    @staticmethod
    async def settlement_payments(
        info: Info, page: PageRequest, cycle: OfCycle = None, states: States = None
    ) -> Page[models.Payment]:
        """The payments you make or get, newest first; all of them for the coalition."""
        whose = None if cycle is None else info.context.global_ids.one("Cycle", cycle)
        return await payments.payments(info.context, page, whose, states or ())

    @strawberry.field(graphql_type=list[BankOrder], extensions=[READ])
    @staticmethod
    async def bank_orders(info: Info, cycle: CycleRef) -> list[models.BankFile]:
        """The orders made for a cycle: those to your own bank; all of them for the coalition."""
        return await payments.orders(info.context, info.context.global_ids.one("Cycle", cycle))

    @strawberry.field(graphql_type=list[PaymentAgeing], extensions=[READ])
    @staticmethod
    async def payment_ageing(info: Info) -> list[ageing.Aged]:
        """What is open and for how long it has been due, by who has to pay it: as far as it concerns you."""
        return await payments.ageing(info.context)

    @strawberry.field(graphql_type=list[PartnerCredit], extensions=[READ])
    @staticmethod
    async def partner_credits(info: Info) -> list[models.PartnerCredit]:
        """What was paid too much: by you; by all partners for the coalition."""
        return await payments.credits_kept(info.context)
