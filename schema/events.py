"""Events: what happened, told to a partner in order, as a stream or in pages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, TypeVar

import strawberry

from domain.banking.models import Payment
from domain.banking.states import PaymentState
from domain.coalition import models as coalition_models
from domain.earning import commands
from domain.earning import terms as domain_terms
from domain.events.models import EventKind, ExitNews, Told
from domain.ledger.allowance_models import AllowanceKind
from domain.members import recognition
from domain.members.models import ConsentPurpose
from domain.paging import Page, PageRequest
from domain.referral import models as referral_models
from domain.rewards import queries
from domain.settlement import models
from domain.settlement.disputing import models as dispute_models
from domain.settlement.disputing.models import DisputeState
from domain.settlement.models import CycleState
from partners.telling import SCOPE_OF_KIND
from resolvers import coalition, events, referrals
from resolvers.context import Info
from schema.campaigns import Campaign
from schema.connections import Connection, paged
from schema.cycles import Cycle
from schema.disputes import Dispute
from schema.errors import or_null
from schema.members import Member
from schema.partners import Partner
from schema.payments import SettlementPayment
from schema.permissions import needs
from schema.purchases import Purchase
from schema.redemptions import Redemption
from schema.referrals import Referral

T = TypeVar("T", bound=type)

TOLD = needs(*sorted(set(SCOPE_OF_KIND.values())))


@strawberry.interface
class Event:
    """Something that happened and concerns you; what it shows is read when it is told, as scopes and consents allow."""

    @strawberry.field
    @staticmethod
    def id(told: strawberry.Parent[Told], info: Info) -> strawberry.ID:
        """The same however often it is told."""
        return strawberry.ID(info.context.global_ids.encode("Event", told.event.event_id))

    @strawberry.field
    @staticmethod
    def kind(told: strawberry.Parent[Told]) -> EventKind:
        """What happened."""
        return told.kind

    @strawberry.field
    @staticmethod
    def cursor(told: strawberry.Parent[Told], info: Info) -> str:
        """Pass it as `after` to go on behind this event; good for 30 days at least."""
        return events.cursor_of(info.context, told)

    @strawberry.field
    @staticmethod
    def occurred_at(told: strawberry.Parent[Told]) -> datetime:
        """When it happened, by the coalition's clock."""
        return told.event.occurred_at

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(told: strawberry.Parent[Told], info: Info) -> recognition.KnownMember | None:
        """Whom it is about; null where it is about none, or the member is gone."""
        return await events.member_of(info.context, told)

    @classmethod
    def resolve_type(cls, value: object, _info: object, _type: object) -> str | None:
        """The type that tells of an event's kind."""
        return TELLING[value.kind].__name__ if isinstance(value, Told) else None


TELLING: dict[EventKind, type] = {}
"""The type of each kind."""


def tells(kind: EventKind) -> Callable[[T], T]:
    """Put below `@strawberry.type`: events of this kind are shown by the decorated type."""

    def declare(shape: T) -> T:
        def is_type_of(_cls: type, value: object, _info: object) -> bool:
            return isinstance(value, Told) and value.kind is kind

        shape.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined]
        TELLING[kind] = shape
        return shape

    return declare


@strawberry.interface
class PurchaseEvent(Event):
    """Something happened to one of your purchases."""

    @strawberry.field(graphql_type=Purchase | None, extensions=[or_null])
    @staticmethod
    async def purchase(told: strawberry.Parent[Told], info: Info) -> commands.PurchaseReceipt:
        """The purchase as it was recorded."""
        return await events.purchase_of(info.context, told)


@strawberry.type
@tells(EventKind.PURCHASE_RECORDED)
class PurchaseRecorded(PurchaseEvent):
    """You recorded a purchase."""


@strawberry.type
@tells(EventKind.PURCHASE_RETURNED)
class PurchaseReturned(PurchaseEvent):
    """Goods of a purchase came back."""


@strawberry.interface
class RedemptionEvent(Event):
    """Something happened to a redemption at your tills."""

    @strawberry.field(graphql_type=Redemption | None, extensions=[or_null])
    @staticmethod
    async def redemption(told: strawberry.Parent[Told], info: Info) -> queries.Redemption:
        """The redemption as it stands when this is told."""
        return await events.redemption_of(info.context, told)


@strawberry.type
@tells(EventKind.REDEMPTION_AUTHORIZED)
class RedemptionAuthorized(RedemptionEvent):
    """Points were set aside."""


@strawberry.type
@tells(EventKind.REDEMPTION_CAPTURED)
class RedemptionCaptured(RedemptionEvent):
    """Points were spent: at once, or out of what was set aside."""


@strawberry.type
@tells(EventKind.REDEMPTION_VOIDED)
class RedemptionVoided(RedemptionEvent):
    """What was set aside was given up."""


@strawberry.type
@tells(EventKind.REDEMPTION_LAPSED)
class RedemptionLapsed(RedemptionEvent):
    """What was set aside went back to the member, since its time was over."""


@strawberry.type
@tells(EventKind.REDEMPTION_REVERSED)
class RedemptionReversed(RedemptionEvent):
    """Points that were spent came back, all or in part."""


@strawberry.type
@tells(EventKind.BALANCE_CHANGED)
class BalanceChanged(Event):
    """A wallet moved whose balance you may see, whoever moved it; ask `member { wallet }` for what it has now.

    Who also asks for the kind of its own deeds is told of each deed once, by its own kind.
    """


@strawberry.type
@tells(EventKind.MEMBER_LINKED)
class MemberLinked(Event):
    """You have come to know a member."""


@strawberry.interface
class ConsentEvent(Event):
    """A member changed what it allows you."""

    @strawberry.field
    @staticmethod
    def purpose(told: strawberry.Parent[Told]) -> ConsentPurpose:
        """For what."""
        return ConsentPurpose(told.event.detail or "")


@strawberry.type
@tells(EventKind.CONSENT_GIVEN)
class ConsentGiven(ConsentEvent):
    """A member allows you something."""


@strawberry.type
@tells(EventKind.CONSENT_REVOKED)
class ConsentRevoked(ConsentEvent):
    """A member allows it no longer. A consent that runs out by itself is not told."""


@strawberry.type
@tells(EventKind.CYCLE_CHANGED)
class CycleChanged(Event):
    """A cycle of settlement was opened or moved on."""

    @strawberry.field(graphql_type=Cycle | None, extensions=[or_null])
    @staticmethod
    async def cycle(told: strawberry.Parent[Told], info: Info) -> models.Cycle:
        """The cycle as it stands when this is told."""
        return await events.cycle_of(info.context, told)

    @strawberry.field
    @staticmethod
    def state(told: strawberry.Parent[Told]) -> CycleState:
        """What the cycle came to."""
        return CycleState(told.event.detail or "")


@strawberry.type
@tells(EventKind.ANSWER_DUE)
class AnswerDue(Event):
    """You have not answered your statement of a cycle, and your time runs out; silence is acceptance."""

    @strawberry.field(graphql_type=Cycle | None, extensions=[or_null])
    @staticmethod
    async def cycle(told: strawberry.Parent[Told], info: Info) -> models.Cycle:
        """The cycle as it stands when this is told, with the last instant to answer."""
        return await events.cycle_of(info.context, told)


@strawberry.type
@tells(EventKind.PAYMENT_CHANGED)
class PaymentChanged(Event):
    """A payment that you make or get was planned, went out, arrived, came back or was given up."""

    @strawberry.field(graphql_type=SettlementPayment | None, extensions=[or_null])
    @staticmethod
    async def payment(told: strawberry.Parent[Told], info: Info) -> Payment:
        """The payment as it stands when this is told."""
        return await events.payment_of(info.context, told)

    @strawberry.field
    @staticmethod
    def state(told: strawberry.Parent[Told]) -> PaymentState:
        """What it came to."""
        return PaymentState(told.event.detail or "")


@strawberry.type
@tells(EventKind.PAYMENT_OVERDUE)
class PaymentOverdue(Event):
    """You have not paid in time; told again each week until you have."""

    @strawberry.field(graphql_type=SettlementPayment | None, extensions=[or_null])
    @staticmethod
    async def payment(told: strawberry.Parent[Told], info: Info) -> Payment:
        """The payment as it stands when this is told."""
        return await events.payment_of(info.context, told)


@strawberry.type
@tells(EventKind.ALLOWANCE_LOW)
class AllowanceLow(Event):
    """Few of your prepaid points are left, or four fifths of your credit limit are used; told once a fall."""

    @strawberry.field
    @staticmethod
    def kind_of_allowance(told: strawberry.Parent[Told]) -> AllowanceKind:
        """Which of the two; ask `sponsorMeans` for what is left."""
        return AllowanceKind(told.event.detail or "")


@strawberry.type
@tells(EventKind.CAMPAIGN_BUDGET_LOW)
class CampaignBudgetLow(Event):
    """So much is used of a budget of a campaign that you own or fund as its alert says; told once a fall."""

    @strawberry.field(graphql_type=Campaign | None, extensions=[or_null])
    @staticmethod
    async def campaign(told: strawberry.Parent[Told], info: Info) -> domain_terms.Campaign:
        """The campaign; ask `campaignResults` for what is left."""
        return await events.campaign_of(info.context, told)


@strawberry.type
@tells(EventKind.REFERRAL_QUALIFIED)
class ReferralQualified(Event):
    """A friend that a member brought has bought and kept it, under a programme that you host."""

    @strawberry.field(graphql_type=Referral | None)
    @staticmethod
    async def referral(told: strawberry.Parent[Told], info: Info) -> referral_models.Referral | None:
        """The referral; null where the programme is the coalition's."""
        return await referrals.referral_of(info.context, told.event.subject_id)


@strawberry.type
@tells(EventKind.PARTNER_LEAVING)
class PartnerLeaving(Event):
    """A partner gave notice, or came a step further on its way out; tell the members that you know."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(told: strawberry.Parent[Told], info: Info) -> coalition_models.Partner | None:
        """Who leaves; `leavesAt` and `honoursUntil` say when."""
        return await coalition.partner_or_none(info.context, told.event.subject_id)

    @strawberry.field
    @staticmethod
    def step(told: strawberry.Parent[Told]) -> ExitNews:
        """What happened."""
        return ExitNews(told.event.detail or "")


@strawberry.type
@tells(EventKind.COALITION_ENDING)
class CoalitionEnding(Event):
    """The end of the coalition was announced, withdrawn or has come; `coalition` has the days."""

    @strawberry.field
    @staticmethod
    def step(told: strawberry.Parent[Told]) -> ExitNews:
        """What happened."""
        return ExitNews(told.event.detail or "")


@strawberry.type
@tells(EventKind.DISPUTE_CHANGED)
class DisputeChanged(Event):
    """A dispute of one of your statement lines was raised, by you or against you, or moved on."""

    @strawberry.field(graphql_type=Dispute | None, extensions=[or_null])
    @staticmethod
    async def dispute(told: strawberry.Parent[Told], info: Info) -> dispute_models.Dispute:
        """The dispute as it stands when this is told."""
        return await events.dispute_of(info.context, told)

    @strawberry.field
    @staticmethod
    def state(told: strawberry.Parent[Told]) -> DisputeState:
        """What the dispute came to."""
        return DisputeState(told.event.detail or "")


@strawberry.type
@tells(EventKind.WEBHOOK_TESTED)
class WebhookTested(Event):
    """Somebody tries a webhook; nothing happened."""


Kinds = Annotated[
    list[EventKind] | None,
    strawberry.argument(description="What to be told of; all that your scopes allow, if not said."),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="The `cursor` of the last event you have seen; an empty text begins with the oldest event that is"
        " kept, and without one you are told of what happens from now on."
    ),
]


@strawberry.type
class EventQuery:
    """Events, for those who look now and then."""

    @strawberry.field(graphql_type=Connection[Event], extensions=[TOLD, paged()])
    @staticmethod
    async def events(info: Info, page: PageRequest, kinds: Kinds = None) -> Page[Told]:
        """What happened in the last 30 days, the oldest first; go on with `endCursor`, or follow `events` from it."""
        return await events.page(info.context, kinds, page)


@strawberry.type
class EventSubscription:
    """Events, for those who wait for them."""

    @strawberry.subscription(graphql_type=Event, extensions=[TOLD])
    @staticmethod
    async def events(info: Info, kinds: Kinds = None, after: After = None) -> AsyncGenerator[Any, None]:
        """What happens and concerns you, in order, within a second of its commit; each event at least once."""
        async with aclosing(events.stream(info.context, kinds, after)) as stream:
            async for told in stream:
                yield told
