"""What sponsors can still award: prepaid packs, credit limits, stops of issuance."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.banking import means as domain_means
from domain.coalition import models as coalition_models
from domain.ledger import allowance_models
from domain.ledger.allowance_models import ChangeReason, CutReason, StopReason
from domain.settlement.prepaid import advances, exposure
from domain.settlement.prepaid import models as prepaid_models
from domain.settlement.prepaid.models import PackState
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, prepaid
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.scalars import CurrencyCode, IdempotencyKey
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ)
PREPARE = needs(Scope.SETTLEMENT_PREPARE)
MANAGE = needs(Scope.PARTNERS_MANAGE)


@strawberry.type
@shows(prepaid_models.PrepaidPack)
class PrepaidPack(Node):
    """Points that a partner pays before it awards them: one order, of one pack or of several."""

    id: strawberry.ID = identified("pack_id")
    number: int
    """Counts the partner's orders."""
    packs: int
    """How many packs."""
    points: Points
    """How many points they hold together."""
    price: Decimal
    """What is due for a point when it is awarded, without tax, fixed at the order."""
    net: Decimal
    """What all of them cost without tax."""
    tax: Decimal
    """The tax of it."""
    gross: Decimal
    """What is to be paid."""
    currency: CurrencyCode
    """In which currency."""
    reference: str
    """What the payment bears (ISO 11649)."""
    ordered_at: datetime
    """When it was ordered."""
    noted_at: datetime | None
    """When somebody saw its money."""
    bank_note: str | None
    """Where."""
    paid_at: datetime | None
    """From when on its points can be awarded."""
    cancelled_at: datetime | None
    """When it was given up."""

    @strawberry.field
    @staticmethod
    def state(pack: strawberry.Parent[prepaid_models.PrepaidPack]) -> PackState:
        """How far it has come."""
        return pack.state

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(pack: strawberry.Parent[prepaid_models.PrepaidPack], info: Info) -> coalition_models.Partner:
        """Whose points they are."""
        return await coalition.partner(info.context, pack.partner_id)


findable(PrepaidPack, prepaid.pack, READ)


@strawberry.type
@shows(allowance_models.AllowanceChange)
class AllowanceChange:
    """What was put into an allowance or taken out of it, otherwise than by awards."""

    reason: ChangeReason
    """Why."""
    changed_at: datetime
    """When."""

    @strawberry.field
    @staticmethod
    def amount(change: strawberry.Parent[allowance_models.AllowanceChange]) -> Decimal:
        """How much: points of packs, or millionths of the currency's unit of a credit limit."""
        return Decimal(change.amount)


@strawberry.type
@shows(advances.Advance)
class Advance:
    """What was paid before and is not used, over a cycle: opening + paid − drawn = closing."""

    opening: Decimal
    """At the start of the cycle."""
    paid: Decimal
    """Paid in it."""
    drawn: Decimal
    """What the points awarded in it had cost."""
    closing: Decimal
    """What is left."""


@strawberry.type
@shows(domain_means.Packs)
class Packs:
    """Points paid before."""

    left: Points
    """How many can still be awarded."""
    alert: Points | None
    """You are told when fewer are left."""
    hard_limit: bool
    """Whether awards are cut once they are used up; otherwise more are billed after the cycle."""
    low_since: datetime | None
    """When it was noticed that few are left; null while there are enough."""
    advance: Advance | None
    """Their money, over the open cycle."""
    history: list[AllowanceChange]
    """The newest 50 changes."""


@strawberry.type
@shows(exposure.Charged)
class ChargedPoints:
    """What points awarded in one cycle come to so far."""

    amount: Decimal
    """With fees and tax, less what was clawed back or paid before."""

    @strawberry.field
    @staticmethod
    def cycle_name(charged: strawberry.Parent[exposure.Charged]) -> str:
        """The cycle."""
        return charged.cycle.name


@strawberry.type
@shows(domain_means.Credit)
class Credit:
    """What a sponsor owes for points it has awarded and not paid, beside the most it may owe."""

    left: Decimal
    """What awards can still come to."""
    low_since: datetime | None
    """When it was noticed that four fifths of the limit are used; null while it is less."""
    history: list[AllowanceChange]
    """The newest 50 changes."""

    @strawberry.field
    @staticmethod
    def limit(credit: strawberry.Parent[domain_means.Credit]) -> Decimal:
        """The most that may be owed."""
        return credit.exposure.limit or Decimal(0)

    @strawberry.field
    @staticmethod
    def owed(credit: strawberry.Parent[domain_means.Credit]) -> Decimal:
        """What is owed now."""
        return credit.exposure.owed

    @strawberry.field
    @staticmethod
    def unpaid(credit: strawberry.Parent[domain_means.Credit]) -> Decimal:
        """What of it has been asked for and has not arrived."""
        return credit.exposure.unpaid

    @strawberry.field(graphql_type=list[ChargedPoints])
    @staticmethod
    def charged(credit: strawberry.Parent[domain_means.Credit]) -> list[exposure.Charged]:
        """The rest, by the cycles that nobody was asked to pay yet."""
        return list(credit.exposure.charged)


@strawberry.type
@shows(allowance_models.IssuanceStop)
class IssuanceStop:
    """A sponsor may fund no points until this is lifted."""

    reason: StopReason
    """Why."""
    note: str | None
    """In words."""
    stopped_at: datetime
    """Since when."""
    lifted_at: datetime | None
    """Until when."""


@strawberry.type
@shows(allowance_models.AwardCut)
class CutAward:
    """Points that members earned and the sponsor could not fund."""

    points: Points
    """How many were earned of it."""
    given: Points
    """How many were given."""
    why: CutReason
    """Why not more."""
    cut_at: datetime
    """When."""


@strawberry.type
@shows(domain_means.Means)
class SponsorMeans:
    """All that bounds how many points a sponsor awards."""

    packs: Packs | None
    """Points paid before; null where the contract is not prepaid and none are left."""
    credit: Credit | None
    """What may still be owed; null where the contract has no limit."""
    stops: list[IssuanceStop]
    """Stops that stand for this sponsor."""
    cuts: list[CutAward]
    """The newest 50 awards that were cut for want of means."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(means: strawberry.Parent[domain_means.Means], info: Info) -> coalition_models.Partner:
        """The sponsor."""
        return await coalition.partner(info.context, means.partner_id)


@strawberry.input
class PrepaidPackOrderInput:
    """Packs to be ordered."""

    idempotency_key: IdempotencyKey
    """Yours; the same key orders once."""
    packs: int = 1
    """How many packs of the size in the contract; at most 1,000."""
    partner: strawberry.ID | None = None
    """For whom, where the coalition orders for a partner; yourself, if not said."""


@strawberry.input
class PrepaidPackPaymentInput:
    """Money that arrived for packs."""

    pack: strawberry.ID
    """The order."""
    amount: Decimal
    """What arrived: all that the order costs."""
    bank_note: str
    """Where it was seen, such as the number of the bank's statement; at most 140 characters."""


@strawberry.input
class PrepaidPackStepInput:
    """A step of an order of packs."""

    pack: strawberry.ID
    """The order."""


@strawberry.input
class IssuanceStopInput:
    """A sponsor that is to fund no points for now."""

    partner: strawberry.ID | None = None
    """The sponsor; every sponsor, if not said."""
    note: str
    """Why, in words; at most 500 characters."""


@strawberry.input
class IssuanceLiftInput:
    """A stop by hand that is to be lifted."""

    partner: strawberry.ID | None = None
    """The sponsor; that of every sponsor, if not said."""


@strawberry.type
class PrepaidPackPayload:
    """What became of a step of an order of packs."""

    pack: PrepaidPack | None = None
    """The order; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class IssuanceStopPayload:
    """What became of a stop."""

    stop: IssuanceStop | None = None
    """The stop that stands; null when it was refused or lifted."""
    lifted: bool = False
    """Whether there was a stop that is lifted now."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


PartnerRef = Annotated[
    strawberry.ID | None, strawberry.argument(description="Whose, where the coalition asks; your own, if not said.")
]


@strawberry.type
class AllowanceQuery:
    """What sponsors can still award."""

    @strawberry.field(graphql_type=SponsorMeans, extensions=[READ])
    @staticmethod
    async def sponsor_means(info: Info, partner: PartnerRef = None) -> domain_means.Means:
        """What a sponsor can still award: you, or the one that the coalition names."""
        return await prepaid.means_of(info.context, _partner(info, partner))

    @strawberry.field(graphql_type=list[SponsorMeans], extensions=[READ])
    @staticmethod
    async def bounded_sponsors(info: Info) -> list[domain_means.Means]:
        """Every sponsor that packs, a credit limit or a stop bounds, for the coalition; yourself for a partner."""
        return await prepaid.all_means(info.context)

    @strawberry.field(graphql_type=list[PrepaidPack], extensions=[READ])
    @staticmethod
    async def prepaid_packs(info: Info, partner: PartnerRef = None) -> list[prepaid_models.PrepaidPack]:
        """The newest 200 orders of packs that you may see."""
        return await prepaid.packs(info.context, _partner(info, partner))


@strawberry.type
class AllowanceMutation:
    """Packs are ordered and paid; issuance is stopped and goes on."""

    @strawberry.mutation(graphql_type=PrepaidPackPayload, extensions=[needs(Scope.SETTLEMENT_DISPUTE), refusals])
    @staticmethod
    async def prepaid_pack_order(info: Info, input: PrepaidPackOrderInput) -> Any:
        """Order packs at the contract's price; their points can be awarded once they are paid."""
        whose = _partner(info, input.partner)
        made = await prepaid.order(info.context, whose, input.packs, input.idempotency_key)
        return PrepaidPackPayload(pack=made)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PrepaidPackPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def prepaid_pack_note_payment(info: Info, input: PrepaidPackPaymentInput) -> Any:
        """Note that the money for an order arrived; it counts once another person confirms it."""
        noted = await prepaid.note_payment(info.context, _pack(info, input.pack), input.amount, input.bank_note)
        return PrepaidPackPayload(pack=noted)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PrepaidPackPayload, extensions=[needs(Scope.SETTLEMENT_APPROVE), refusals])
    @staticmethod
    async def prepaid_pack_confirm_payment(info: Info, input: PrepaidPackStepInput) -> Any:
        """Confirm, as another person who has just signed in, that an order is paid: its points can be awarded."""
        return PrepaidPackPayload(pack=await prepaid.confirm_payment(info.context, _pack(info, input.pack)))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PrepaidPackPayload, extensions=[needs(Scope.SETTLEMENT_DISPUTE), refusals])
    @staticmethod
    async def prepaid_pack_cancel(info: Info, input: PrepaidPackStepInput) -> Any:
        """Give an order up that is not paid."""
        return PrepaidPackPayload(pack=await prepaid.cancel(info.context, _pack(info, input.pack)))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=IssuanceStopPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def issuance_stop(info: Info, input: IssuanceStopInput) -> Any:
        """Let a sponsor fund no points from now on; purchases go on, without its awards."""
        return IssuanceStopPayload(stop=await prepaid.stop(info.context, _partner(info, input.partner), input.note))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=IssuanceStopPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def issuance_lift(info: Info, input: IssuanceLiftInput) -> Any:
        """Lift a stop by hand."""
        return IssuanceStopPayload(lifted=await prepaid.lift(info.context, _partner(info, input.partner)))


def _partner(info: Info, partner: strawberry.ID | None) -> UUID | None:
    return None if partner is None else info.context.global_ids.one("Partner", partner)


def _pack(info: Info, pack: strawberry.ID) -> UUID:
    return info.context.global_ids.one("PrepaidPack", pack)
