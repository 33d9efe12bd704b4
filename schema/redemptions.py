"""Redemptions: points spent at once, or authorized first and then captured or voided; and taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.ledger import errors as ledger_errors
from domain.referral import inviting
from domain.rewards import queries
from domain.rewards.queries import RedemptionRef, RedemptionState
from domain.rewards.redemption import CaptureRedemption, RedeemPoints, RedemptionReceipt, ReverseRedemption
from domain.settlement.counting import CountedPart as DomainCountedPart
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, invoices, members, redemptions, referrals
from resolvers.context import Context, Info
from resolvers.policies import serving_partner
from schema.errors import UserError, basics, or_null, refusals, shown
from schema.ids import Node, identified
from schema.invoices import CountedPart
from schema.members import MemberRefInput
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.redeemed import RedeemedReward
from schema.referral_parts import ReferralInvitation
from schema.scalars import IdempotencyKey
from schema.shape import shows
from schema.wallets import Afterwards, Left, Share


@strawberry.type(description="The wallet cannot spend so many points now.")
class InsufficientPoints(UserError):
    """Says how many points there are."""

    available: Points = strawberry.field(description="What can be spent.")
    required: Points = strawberry.field(description="What was asked for.")


@shown.register
def _(error: ledger_errors.InsufficientPoints) -> InsufficientPoints:
    return InsufficientPoints(**basics(error), available=error.available, required=error.required)


@strawberry.type
@shows(queries.Redemption)
class Redemption(Node):
    """Points spent at a partner, or set aside to be."""

    id: strawberry.ID = identified("wallet_id", "entry_id")
    state: RedemptionState
    """Where it stands."""
    points: Points
    """What was authorized, or spent at once."""
    spent: Points
    """What was spent."""
    reversed: Points
    """What of it was taken back."""
    occurred_at: datetime
    """When, by the partner's clock."""
    holds_until: datetime | None
    """Until when an authorization can be captured."""
    funded_by: list[Share]
    """Whose points were spent."""
    reward: RedeemedReward | None
    """What they were spent on; null: on what the partner gives for points."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(redemption: strawberry.Parent[queries.Redemption], info: Info) -> coalition_models.Partner:
        """Who gives value for the points."""
        return await coalition.partner(info.context, redemption.partner_id)

    @strawberry.field(graphql_type=list[CountedPart] | None, extensions=[needs(Scope.SETTLEMENT_READ)])
    @staticmethod
    async def statement_parts(redemption: strawberry.Parent[queries.Redemption], info: Info) -> list[DomainCountedPart]:
        """The statement lines you are a side of that count it, and what it adds to each; null without the scope."""
        return await invoices.parts_of(info.context, redemption.wallet_id, redemption.entry_id)


findable(Redemption, redemptions.find, needs(Scope.REDEMPTIONS_WRITE, Scope.HISTORY_READ))


@strawberry.input
class RedemptionMakeInput:
    """Points to be spent at once."""

    idempotency_key: IdempotencyKey
    """Yours for this redemption."""
    points: Points
    """How many; at least one."""
    member: MemberRefInput | None = None
    """Whose points. A storefront that acts on behalf of a member need not say; it can name nobody else."""
    outlet_code: str | None = None
    """Your code of the shop; not needed by a till that is bound to one."""
    occurred_at: datetime | None = None
    """When, by your clock; now if not said."""
    channel: str | None = None
    """Such as STORE, WEB or APP."""
    staff: str | None = None
    """Your reference for who served."""
    reference: str | None = None
    """Your own number, such as the receipt's."""

    async def to_command(self, ctx: Context, hold_for: timedelta | None = None) -> RedeemPoints:
        """As the domain takes it."""
        return RedeemPoints(
            partner_id=serving_partner(ctx.viewer),
            idempotency_key=self.idempotency_key,
            member=await members.meant(ctx, None if self.member is None else self.member.to_ref(ctx)),
            points=self.points,
            occurred_at=self.occurred_at or ctx.now,
            dated=self.occurred_at is not None,
            channel=self.channel,
            staff=self.staff,
            reference=self.reference,
            hold_for=hold_for,
        )


@strawberry.input
class RedemptionAuthorizeInput(RedemptionMakeInput):
    """Points to be set aside until they are captured, voided, or time runs out."""

    hold_minutes: int = 15
    """For how long: 1 minute to 30 days."""


@strawberry.input
class RedemptionCaptureInput:
    """The end of an authorization."""

    idempotency_key: IdempotencyKey
    """Yours for this capture."""
    redemption: strawberry.ID
    """The authorized redemption."""
    points: Points | None = None
    """How many of the points authorized; all if not said. The rest goes back to the member."""
    occurred_at: datetime | None = None
    """When, by your clock; now if not said."""

    def to_command(self, ctx: Context) -> CaptureRedemption:
        """As the domain takes it."""
        return CaptureRedemption(
            partner_id=serving_partner(ctx.viewer),
            idempotency_key=self.idempotency_key,
            redemption=redemption_ref(ctx, self.redemption),
            points=self.points,
            occurred_at=self.occurred_at or ctx.now,
            dated=self.occurred_at is not None,
        )


@strawberry.input
class RedemptionVoidInput:
    """An authorization to be given up."""

    idempotency_key: IdempotencyKey
    """Yours for this step."""
    redemption: strawberry.ID
    """The authorized redemption."""

    def to_command(self, ctx: Context) -> CaptureRedemption:
        """As the domain takes it: a capture of nothing."""
        return CaptureRedemption(
            partner_id=serving_partner(ctx.viewer),
            idempotency_key=self.idempotency_key,
            redemption=redemption_ref(ctx, self.redemption),
            points=Points(0),
            occurred_at=ctx.now,
            dated=False,
        )


@strawberry.input
class RedemptionReverseInput:
    """A redemption to be taken back."""

    idempotency_key: IdempotencyKey
    """Yours for this reversal."""
    redemption: strawberry.ID
    """The redemption."""
    points: Points | None = None
    """How many; all that is left of it if not said."""
    occurred_at: datetime | None = None
    """When, by your clock; now if not said."""

    def to_command(self, ctx: Context) -> ReverseRedemption:
        """As the domain takes it."""
        return ReverseRedemption(
            partner_id=serving_partner(ctx.viewer),
            idempotency_key=self.idempotency_key,
            redemption=redemption_ref(ctx, self.redemption),
            points=self.points,
            occurred_at=self.occurred_at or ctx.now,
            dated=self.occurred_at is not None,
        )


def redemption_ref(ctx: Context, text: str) -> RedemptionRef:
    """The redemption a global id names. Raises: NotFound."""
    wallet_id, entry_id = ctx.global_ids.pair("Redemption", text)
    return RedemptionRef(wallet_id=wallet_id, entry_id=entry_id)


@strawberry.type
class RedemptionPayload(Afterwards):
    """What became of a step of a redemption."""

    redemption: Redemption | None = None
    """The redemption as it stands; null when the request was refused."""
    replayed: bool = False
    """Whether an earlier request with the same key had done it."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""

    @strawberry.field(graphql_type=ReferralInvitation | None)
    @staticmethod
    async def invitation(payload: strawberry.Parent[Any], info: Info) -> inviting.Invitation | None:
        """What to ask the member now that points were spent: to bring a friend, at most once in 30 days; else null."""
        done: RedemptionPayload = payload
        return None if done.redemption is None else await referrals.after(info.context, done.redemption)  # type: ignore[arg-type]


async def payload(ctx: Context, receipt: RedemptionReceipt) -> RedemptionPayload:
    """The redemption as it stands, and what it left."""
    found = await redemptions.find(ctx, receipt.redemption.wallet_id, receipt.redemption.entry_id)
    left = Left(wallet_id=found.wallet_id, available=receipt.available, pending=receipt.pending, debt=receipt.debt)
    return RedemptionPayload(redemption=found, left=left, replayed=receipt.replayed)  # type: ignore[arg-type]


Id = Annotated[strawberry.ID, strawberry.argument(description="The redemption's id.")]
MAY = needs(Scope.REDEMPTIONS_WRITE)


@strawberry.type
class RedemptionQuery:
    """Redemptions."""

    @strawberry.field(graphql_type=Redemption | None, extensions=[MAY, or_null])
    @staticmethod
    async def redemption(info: Info, id: Id) -> queries.Redemption:
        """One of your redemptions; null when there is none with this id."""
        ref = redemption_ref(info.context, id)
        return await redemptions.find(info.context, ref.wallet_id, ref.entry_id)


@strawberry.type
class RedemptionMutation:
    """Points are spent."""

    @strawberry.mutation(graphql_type=RedemptionPayload, extensions=[MAY, refusals])
    @staticmethod
    async def redemption_make(info: Info, input: RedemptionMakeInput) -> Any:
        """Spend points at once: what expires first is spent first."""
        command = await input.to_command(info.context)
        return await payload(info.context, await redemptions.redeem(info.context, command, input.outlet_code))

    @strawberry.mutation(graphql_type=RedemptionPayload, extensions=[MAY, refusals])
    @staticmethod
    async def redemption_authorize(info: Info, input: RedemptionAuthorizeInput) -> Any:
        """Set points aside until they are captured, voided, or time runs out."""
        command = await input.to_command(info.context, timedelta(minutes=input.hold_minutes))
        return await payload(info.context, await redemptions.redeem(info.context, command, input.outlet_code))

    @strawberry.mutation(graphql_type=RedemptionPayload, extensions=[MAY, refusals])
    @staticmethod
    async def redemption_capture(info: Info, input: RedemptionCaptureInput) -> Any:
        """Spend what was set aside, all or in part; the rest goes back to the member."""
        return await payload(info.context, await redemptions.capture(info.context, input.to_command(info.context)))

    @strawberry.mutation(graphql_type=RedemptionPayload, extensions=[MAY, refusals])
    @staticmethod
    async def redemption_void(info: Info, input: RedemptionVoidInput) -> Any:
        """Give an authorization up; all that was set aside goes back to the member."""
        return await payload(info.context, await redemptions.capture(info.context, input.to_command(info.context)))

    @strawberry.mutation(graphql_type=RedemptionPayload, extensions=[MAY, refusals])
    @staticmethod
    async def redemption_reverse(info: Info, input: RedemptionReverseInput) -> Any:
        """Take a redemption back, all or in part; the points return into the very lots they came from."""
        return await payload(info.context, await redemptions.reverse(info.context, input.to_command(info.context)))
