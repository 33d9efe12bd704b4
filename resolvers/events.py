"""Events, as partners follow and read them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from uuid import UUID

from domain.banking.models import Payment
from domain.earning.commands import PurchaseReceipt
from domain.earning.terms import Campaign
from domain.errors import Forbidden
from domain.events import queries
from domain.events.models import EventKind, Told
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from domain.rewards.queries import Redemption
from domain.settlement.disputing.models import Dispute
from domain.settlement.models import Cycle
from domain.vouchers.terms import Coupon
from domain.vouchers.uses import UseOfVouchers
from partners.telling import SCOPE_OF_KIND, readable
from resolvers import campaigns, coupons, disputes, payments, purchases, redemptions, settlement, vouchers
from resolvers.context import Context
from resolvers.following import feeds_of
from resolvers.policies import acting_partner

ORDER = "Query.events None"
"""What cursors of events are sealed for: those of a stream are those of the list in pages, which has one order."""

OLDEST = ""
"""In place of a cursor: from the oldest event that is kept."""


async def stream(ctx: Context, kinds: Collection[EventKind] | None, after: str | None) -> AsyncGenerator[Told]:
    """The partner's events after a cursor, and those to come; without one, those to come.

    Raises: WrongAudience, Forbidden, InvalidValue, EventsForgotten.
    """
    partner_id, wanted = acting_partner(ctx.viewer), kinds_told(ctx, kinds)
    async with feeds_of(ctx.database).of(partner_id) as feed:
        number = await _place(ctx, partner_id, ctx.resumes_after or after)
        async with aclosing(feed.after(number, wanted)) as events:
            async for event in events:
                kind = event.told_as(wanted)
                if kind is not None:
                    yield Told(event, kind)


async def page(ctx: Context, kinds: Collection[EventKind] | None, request: PageRequest) -> Page[Told]:
    """The partner's events, the oldest first. Raises: WrongAudience, Forbidden, EventsForgotten."""
    return await ctx.read(queries.page, acting_partner(ctx.viewer), kinds_told(ctx, kinds), request)


def kinds_told(ctx: Context, asked: Collection[EventKind] | None) -> frozenset[EventKind]:
    """The kinds that the viewer may be told of, or those of them that it asks for. Raises: Forbidden."""
    may = readable(ctx.viewer.scopes)
    if asked is None:
        return may
    lacking = sorted({SCOPE_OF_KIND[kind].value for kind in asked if kind not in may})
    if lacking:
        raise Forbidden(f"For these kinds of events the access token needs {', '.join(lacking)}.", path=("kinds",))
    return frozenset(asked)


def cursor_of(ctx: Context, told: Told) -> str:
    """The place after an event, for this viewer."""
    return ctx.cursors.encode(ORDER, (told.event.number,))


async def member_of(ctx: Context, told: Told) -> KnownMember | None:
    """The member of an event as the viewer knows it now."""
    member_id = told.event.member_id
    return None if member_id is None else await ctx.load(queries.members, member_id)


async def purchase_of(ctx: Context, told: Told) -> PurchaseReceipt:
    """The purchase of an event as it was recorded. Raises: PurchaseNotFound."""
    return await purchases.find(ctx, *_subject(told))


async def redemption_of(ctx: Context, told: Told) -> Redemption:
    """The redemption of an event as it stands. Raises: RedemptionNotFound."""
    return await redemptions.find(ctx, *_subject(told))


async def use_of(ctx: Context, told: Told) -> UseOfVouchers:
    """The use of vouchers of an event as it stands. Raises: VoucherUseNotFound."""
    return await vouchers.find_use(ctx, *_subject(told))


async def coupon_of(ctx: Context, told: Told) -> Coupon:
    """The coupon of an event as it stands. Raises: CouponNotFound."""
    assert told.event.subject_id is not None
    return await coupons.find(ctx, told.event.subject_id)


async def cycle_of(ctx: Context, told: Told) -> Cycle:
    """The cycle of an event as it stands. Raises: CycleNotFound."""
    assert told.event.subject_id is not None
    return await settlement.cycle(ctx, told.event.subject_id)


async def payment_of(ctx: Context, told: Told) -> Payment:
    """The payment of an event as it stands. Raises: PaymentNotFound."""
    assert told.event.subject_id is not None
    return await payments.payment(ctx, told.event.subject_id)


async def dispute_of(ctx: Context, told: Told) -> Dispute:
    """The dispute of an event as it stands. Raises: DisputeNotFound."""
    assert told.event.subject_id is not None
    return await disputes.find(ctx, told.event.subject_id)


async def campaign_of(ctx: Context, told: Told) -> Campaign:
    """The campaign of an event as it stands. Raises: CampaignNotFound."""
    assert told.event.subject_id is not None
    return await campaigns.find(ctx, told.event.subject_id)


async def _place(ctx: Context, partner_id: UUID, after: str | None) -> int:
    """The number after which a stream begins. Raises: InvalidValue."""
    if after is None:
        return await ctx.read(queries.newest, partner_id)
    if after == OLDEST:
        return await ctx.read(queries.forgotten, partner_id)
    (number,) = ctx.cursors.decode(ORDER, after)
    return int(number)


def _subject(told: Told) -> tuple[UUID, UUID]:
    """The wallet and the key of what an event is about."""
    wallet_id, subject_id = told.event.subject_wallet_id or told.event.wallet_id, told.event.subject_id
    assert wallet_id is not None
    assert subject_id is not None
    return wallet_id, subject_id
