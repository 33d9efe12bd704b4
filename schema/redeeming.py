"""Redeeming rewards: what one would come to, having it, and handing it over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import strawberry

from domain import values
from domain.earning.basket import BasketLine, check_lines
from domain.errors import DomainError
from domain.ids import PartnerId, RewardId
from domain.paging import Page, PageRequest
from domain.rewards import errors, queries, quoting
from domain.rewards import redeeming as domain_redeeming
from domain.rewards.quoting import Ask
from domain.rewards.redeemed_models import FulfilmentState
from domain.rewards.redeeming import RedeemReward
from domain.values import Points
from partners.scopes import Scope
from resolvers import members, redeeming
from resolvers.coalition import coalition
from resolvers.context import Context, Info
from resolvers.policies import serving_partner
from schema.connections import Connection, paged
from schema.errors import UserError, basics, refusals, shown
from schema.members import MemberRefInput
from schema.money import Money
from schema.permissions import needs
from schema.purchases import PurchaseLineInput
from schema.redeemed import RedeemedReward, RewardLineOff, lines_off
from schema.redemptions import RedemptionPayload, payload, redemption_ref
from schema.reward_shapes import RewardWorth
from schema.scalars import IdempotencyKey
from schema.shape import shows

MAY = needs(Scope.REDEMPTIONS_WRITE)


@strawberry.type(description="There are not so many pieces left; no points were taken.")
class OutOfStock(UserError):
    """Says how many there are."""

    left: int = strawberry.field(description="How many pieces are left.")


@strawberry.type(description="The reward cannot be had now.")
class RewardNotOpen(UserError):
    """Says when it opens, where that is known."""

    opens_at: datetime | None = strawberry.field(description="When it opens for this member; null: it does not.")


@strawberry.type(description="The reward is not for this member, or not to be had here.")
class NotEligible(UserError):
    """Says why."""

    why: str = strawberry.field(description="TIER, SEGMENT, OUTLET or AT_THE_TILL.")
    tiers: list[str] = strawberry.field(description="TIER: any of these would do.")


@strawberry.type(description="The member, or the household, has had as many pieces as there are for one.")
class LimitReached(UserError):
    """Says what the limit leaves."""

    most: int = strawberry.field(description="How many there are for one.")
    left: int = strawberry.field(description="How many can still be had.")


@strawberry.type(description="So many points cannot be paid towards this basket.")
class PointsNotPayable(UserError):
    """Says how many can."""

    least: Points = strawberry.field(description="No fewer than these.")
    in_steps_of: Points = strawberry.field(description="Only multiples of these.")
    most: Points = strawberry.field(description="At most so many, here.")


@shown.register
def _(error: errors.OutOfStock) -> OutOfStock:
    return OutOfStock(**basics(error), left=error.left)


@shown.register
def _(error: errors.RewardNotOpen) -> RewardNotOpen:
    return RewardNotOpen(**basics(error), opens_at=error.opens_at)


@shown.register
def _(error: errors.NotEligible) -> NotEligible:
    return NotEligible(**basics(error), why=error.why, tiers=list(error.tiers))


@shown.register
def _(error: errors.LimitReached) -> LimitReached:
    return LimitReached(**basics(error), most=error.most, left=error.left)


@shown.register
def _(error: errors.PointsNotPayable) -> PointsNotPayable:
    least, step, most = Points(error.least), Points(error.in_steps_of), Points(error.most)
    return PointsNotPayable(**basics(error), least=least, in_steps_of=step, most=most)


@strawberry.type
@shows(quoting.Quote)
class RewardOffer:
    """What a reward comes to, for all its pieces."""

    step: int | None
    """Which of its steps, from 1; null where it is paid with points."""
    pieces: int
    """How many."""
    points: Points
    """What it costs."""
    worth: RewardWorth
    """What one piece is worth."""
    tickets: int
    """Tickets of the reward's draw."""
    vouchers: int
    """Vouchers of the worth's coupon."""


@strawberry.type
@shows(domain_redeeming.QuotedReward)
class RewardQuote:
    """What a reward would come to for a member and a basket; nothing is written."""

    quote: RewardOffer
    """What it comes to, but for money."""
    limit_left: int | None
    """How many pieces the member may still have; null: there is no limit."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def money(quoted: strawberry.Parent[domain_redeeming.QuotedReward]) -> values.Money:
        """To be paid beside the points."""
        return values.Money.of_minor(quoted.quote.money, quoted.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def off(quoted: strawberry.Parent[domain_redeeming.QuotedReward]) -> values.Money:
        """What to take off the basket."""
        return values.Money.of_minor(quoted.quote.off, quoted.currency)

    @strawberry.field
    @staticmethod
    def lines(quoted: strawberry.Parent[domain_redeeming.QuotedReward]) -> list[RewardLineOff]:
        """What to take off each line; empty where no basket was sent."""
        return lines_off(quoted.quote.lines, quoted.currency)

    @strawberry.field
    @staticmethod
    def affordable(quoted: strawberry.Parent[domain_redeeming.QuotedReward]) -> bool:
        """Whether the member has the points."""
        return quoted.available >= quoted.quote.points


@strawberry.input
class RewardAskInput:
    """A reward, and what of it is wanted."""

    reward: strawberry.ID
    """The reward."""
    step: int | None = None
    """Which of its steps, from 1; need not be said where there is one."""
    pieces: int = 1
    """How many, 1 to 100."""

    def reward_id(self, ctx: Context) -> RewardId:
        """The reward meant. Raises: RewardNotFound."""
        return RewardId(ctx.global_ids.one("Reward", self.reward))


@strawberry.input
class RewardQuoteInput(RewardAskInput):
    """A reward for a member and a basket."""

    member: MemberRefInput | None = None
    """For whom. A storefront that acts on behalf of a member need not say; it can name nobody else."""
    points: Points | None = None
    """Of a reward paid with points: how many; as many as can be if not said."""
    lines: list[PurchaseLineInput] | None = None
    """The basket, as far as it may be paid by the reward; some rewards need it."""
    outlet_code: str | None = None
    """Your code of the shop; not needed by a till that is bound to one."""

    async def to_quote(self, ctx: Context) -> RedeemReward:
        """As the domain takes it; the key is of no consequence."""
        return await self.command(ctx, idempotency_key="-" * 8)

    async def command(self, ctx: Context, **more: Any) -> RedeemReward:
        """What a quote and a redemption have in common."""
        points = None if self.points is None else int(self.points)
        lines = await _lines(ctx, self.lines)
        return RedeemReward(
            partner_id=PartnerId(serving_partner(ctx.viewer)),
            member=await members.meant(ctx, None if self.member is None else self.member.to_ref(ctx)),
            reward_id=self.reward_id(ctx),
            ask=Ask(step=self.step, pieces=self.pieces, points=points, lines=lines),
            **{"occurred_at": ctx.now, "dated": False, **more},
        )


@strawberry.input
class RewardRedeemInput(RewardQuoteInput):
    """A reward to be had by a member, at once or by a hold."""

    idempotency_key: IdempotencyKey
    """Yours for this redemption; the same on every retry."""
    hold_minutes: int | None = None
    """Set its points aside for so long, to be captured or voided; had at once if not said."""
    occurred_at: datetime | None = None
    """When, by your clock; now if not said."""
    channel: str | None = None
    """Such as STORE, WEB or APP."""
    staff: str | None = None
    """Your reference for who served."""
    reference: str | None = None
    """Your own number, such as the receipt's."""

    async def to_command(self, ctx: Context) -> RedeemReward:
        """As the domain takes it."""
        return await self.command(
            ctx,
            idempotency_key=self.idempotency_key,
            occurred_at=self.occurred_at or ctx.now,
            dated=self.occurred_at is not None,
            channel=self.channel,
            staff=self.staff,
            reference=self.reference,
            hold_for=None if self.hold_minutes is None else timedelta(minutes=self.hold_minutes),
        )


@strawberry.input
class MyRewardRedeemInput(RewardAskInput):
    """A reward that you redeem for yourself."""

    idempotency_key: IdempotencyKey
    """Yours for this redemption; the same on every retry."""
    partner: strawberry.ID | None = None
    """Where; need not be said where the reward can be had at one partner alone."""

    async def to_command(self, ctx: Context) -> RedeemReward:
        """As the domain takes it."""
        reward_id = self.reward_id(ctx)
        partner = None if self.partner is None else ctx.global_ids.one("Partner", self.partner)
        return RedeemReward(
            partner_id=await redeeming.where(ctx, reward_id, partner),
            idempotency_key=self.idempotency_key,
            member=None,
            reward_id=reward_id,
            ask=Ask(step=self.step, pieces=self.pieces),
            occurred_at=ctx.now,
            dated=False,
            channel="ONLINE",
        )


@strawberry.input
class RewardFulfilInput:
    """The next step of handing a redeemed reward over."""

    redemption: strawberry.ID
    """The redemption."""
    state: FulfilmentState
    """READY, DONE, back to TO_DO, or CANCELLED, which gives points and pieces back."""
    note: str | None = None
    """Such as the number of a parcel, at most 200 characters."""


@strawberry.type
class RewardQuotePayload:
    """What a reward would come to, or why it cannot be had."""

    quote: RewardQuote | None = None
    """What it would come to; null when it cannot be had."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it cannot be had; empty when it can, as far as points and stock go."""


@strawberry.type
class RewardFulfilPayload:
    """What became of a step."""

    redeemed: RedeemedReward | None = None
    """The redeemed reward as it stands; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was taken."""


async def _lines(ctx: Context, lines: list[PurchaseLineInput] | None) -> tuple[BasketLine, ...] | None:
    if lines is None:
        return None
    currency = (await coalition(ctx)).currency
    read = []
    for place, line in enumerate(lines):
        try:
            read.append(line.to_line(place + 1, currency))
        except DomainError as refused:
            raise refused.at("lines", str(place)) from None
    check_lines(read)
    return tuple(read)


States = Annotated[
    list[FulfilmentState] | None,
    strawberry.argument(description="Only those that stand so; what waits, TO_DO and READY, if not said."),
]

OwnStates = Annotated[
    list[FulfilmentState] | None, strawberry.argument(description="Only those that stand so; all if not said.")
]


@strawberry.type
class RedeemingQuery:
    """Redeeming rewards."""

    @strawberry.field(graphql_type=RewardQuotePayload, extensions=[MAY, refusals])
    @staticmethod
    async def reward_quote(info: Info, input: RewardQuoteInput) -> Any:
        """What a reward would cost a member now and take off a basket; nothing is written."""
        command = await input.to_quote(info.context)
        quoted = await redeeming.quote(info.context, command, input.outlet_code)
        return RewardQuotePayload(quote=quoted)  # type: ignore[arg-type]

    @strawberry.field(graphql_type=Connection[RedeemedReward], extensions=[MAY, paged()])
    @staticmethod
    async def reward_fulfilments(info: Info, page: PageRequest, states: States = None) -> Page[queries.Redeemed]:
        """What you have to hand over, or others of your rewards, the oldest first."""
        return await redeeming.fulfilments(info.context, page, states or [])

    @strawberry.field(graphql_type=Connection[RedeemedReward], extensions=[needs(Scope.PROFILE_READ), paged()])
    @staticmethod
    async def my_redeemed_rewards(info: Info, page: PageRequest, states: OwnStates = None) -> Page[queries.Redeemed]:
        """What you redeemed rewards for and how far each has been handed over, the latest first."""
        return await redeeming.mine(info.context, page, states or [])


@strawberry.type
class RedeemingMutation:
    """Rewards are redeemed and handed over."""

    @strawberry.mutation(graphql_type=RedemptionPayload, extensions=[MAY, refusals])
    @staticmethod
    async def reward_redeem(info: Info, input: RewardRedeemInput) -> Any:
        """Have a reward for a member, at once or by a hold: points, pieces and limits are taken together or not at all.

        A hold is captured and voided as any redemption, and taken back likewise.
        """
        command = await input.to_command(info.context)
        return await payload(info.context, await redeeming.redeem(info.context, command, input.outlet_code))

    @strawberry.mutation(graphql_type=RedemptionPayload, extensions=[MAY, refusals])
    @staticmethod
    async def my_reward_redeem(info: Info, input: MyRewardRedeemInput) -> Any:
        """Redeem a reward for yourself: one that gives a voucher, tickets or a gift, or is sent or collected."""
        command = await input.to_command(info.context)
        return await payload(info.context, await redeeming.redeem_own(info.context, command))

    @strawberry.mutation(graphql_type=RewardFulfilPayload, extensions=[MAY, refusals])
    @staticmethod
    async def reward_fulfil(info: Info, input: RewardFulfilInput) -> Any:
        """Take the next step of handing a redeemed reward over; who took it is in the audit trail."""
        ref = redemption_ref(info.context, input.redemption)
        done = await redeeming.fulfil(info.context, ref, input.state, input.note)
        return RewardFulfilPayload(redeemed=done)  # type: ignore[arg-type]
