"""Redeeming a reward: what it comes to for a member, and the one posting that takes all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.earning.commands import check_texts
from domain.earning.recorded import counters_of, entries_by_key
from domain.earning.tills import Caches
from domain.errors import DomainError, IdempotencyConflict, InvalidValue
from domain.idempotency import checked_key, fingerprint
from domain.ids import PartnerId, RewardId, new_id
from domain.ledger.errors import Busy
from domain.ledger.posting import Door, post
from domain.ledger.postings import BenefitGiven, RedemptionPosting, RewardTaken, Verdict, VoucherWanted
from domain.members.recognition import KnownMember, MemberRef, recognise, unknown
from domain.products.facts import ProductFacts
from domain.rewards.meeting import Met, check_own, meet, reward_at
from domain.rewards.queries import RedemptionRef
from domain.rewards.quoting import Ask, Quote, quoted
from domain.rewards.redemption import FUTURE, RedemptionReceipt, receipt_of
from domain.rewards.refusals import refusal
from domain.rewards.terms import Reward, RewardTerms
from domain.values import Money, minor_digits
from domain.vouchers.issuing import live_coupons, wanted
from domain.vouchers.models import VoucherSource

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

BY_ITSELF = "BY_ITSELF"
"""The channel of what comes by itself (domain/rewards/automatic.py)."""
ATTEMPTS = 40
"""As often a redemption is looked at anew, since another of the same member was faster."""


@dataclass(frozen=True, kw_only=True)
class RedeemReward:
    """A member wants a reward at a partner; with hold_for it is only set aside for that long."""

    partner_id: PartnerId
    idempotency_key: str
    member: MemberRef | None
    """None: the member redeems it for themselves."""
    reward_id: RewardId
    ask: Ask
    occurred_at: datetime
    dated: bool = True
    """Whether the partner said when."""
    outlet_id: UUID | None = None
    channel: str | None = None
    staff: str | None = None
    reference: str | None = None
    hold_for: timedelta | None = None

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        check_texts(channel=self.channel, staff=self.staff, reference=self.reference)
        if self.hold_for is not None and self.hold_for < timedelta(minutes=1):
            raise InvalidValue("a hold lasts one minute or longer", path=("holdMinutes",))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedReward:
    """What a reward would come to for a member and a basket."""

    reward: Reward
    member: KnownMember
    quote: Quote
    currency: str
    available: int
    """Points that the member can spend."""
    limit_left: int | None
    """Pieces that the member may still have; None: the reward has no limits."""


async def quote(pool: Pool, command: RedeemReward, *, caches: Caches, lookup_key: bytes, now: datetime) -> QuotedReward:
    """What the reward would come to; nothing is written. Raises: as `redeem`, but for points, stock and vouchers."""
    met = await _met(pool, command, await _recognised(pool, command, lookup_key, now), caches, now)
    met.check_limits(command.ask.pieces)
    return QuotedReward(
        reward=met.reward,
        member=met.member,
        quote=await _quoted(pool, command, met, caches, now),
        currency=caches.campaigns.currency,
        available=met.available,
        limit_left=met.limit_left,
    )


async def redeem(
    pool: Pool,
    command: RedeemReward,
    *,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
    own: KnownMember | None = None,
) -> RedemptionReceipt:
    """Take a reward for a member, or set it aside; for one who redeems for themselves (own), what needs no till.

    Raises: RewardNotFound, RewardNotOpen, NotEligible, LimitReached, OutOfStock, StepNotFound, BasketNeeded,
    BasketTooSmall, ArticleMissing, PointsNotPayable, InsufficientPoints, VouchersUsedUp, SponsorNotActive,
    MemberNotFound, PartnerNotActive, OutletNotFound, IdempotencyConflict, InvalidValue, Busy.
    """
    if command.occurred_at > now + FUTURE:
        raise InvalidValue("the redemption lies in the future; check the till's clock", path=("occurredAt",))
    try:
        member = own or await _recognised(pool, command, lookup_key, now)
        verdict = await _taken(pool, command, member, caches, lookup_key, now)
    except DomainError:
        if (before := await _answered_before(pool, command)) is None:
            raise
        return before
    return receipt_of(RedemptionRef(wallet_id=verdict.wallet_id, entry_id=verdict.entry_id), verdict)


def own_key(member_id: UUID, key: str) -> str:
    """A member's own idempotency key, apart from those of the partner where they redeem."""
    return f"my-{sha256(member_id.bytes + checked_key(key).encode()).hexdigest()[:48]}"


async def _recognised(pool: Pool, command: RedeemReward, lookup_key: bytes, now: datetime) -> KnownMember:
    """Whoever names a reward of others meets nobody by it."""
    assert command.member is not None, "a member who redeems for themselves is known already"
    await reward_at(pool, command.partner_id, command.reward_id)
    (member,) = await recognise(pool, [command.member], command.partner_id, key=lookup_key, now=now)
    if member is None:
        raise await unknown(pool, command.partner_id)
    return member


async def _met(pool: Pool, command: RedeemReward, member: KnownMember, caches: Caches, now: datetime) -> Met:
    outlet_id, zone = command.outlet_id, caches.zone
    met = await meet(pool, command.partner_id, member, command.reward_id, outlet_id=outlet_id, zone=zone, now=now)
    if command.member is None:
        check_own(met.reward.terms, command.ask.step)
    return met


async def _quoted(pool: Pool, command: RedeemReward, met: Met, caches: Caches, now: datetime) -> Quote:
    terms, lines = met.reward.terms, command.ask.lines or ()
    products: Mapping[str, ProductFacts] = {}
    if any(step.worth.articles for step in terms.steps):
        articles = {(command.partner_id, line.sku) for line in lines}
        products = (await caches.catalogue.resolve(pool, articles, now=now)).get(command.partner_id, {})
    digits = minor_digits(caches.campaigns.currency)
    return quoted(terms, command.ask, products, available=met.available, digits=digits)


async def _taken(
    pool: Pool, command: RedeemReward, member: KnownMember, caches: Caches, lookup_key: bytes, now: datetime
) -> Verdict:
    """Post it, looking anew as often as another redemption of the same member moved its limits in between."""
    for _ in range(ATTEMPTS):
        met = await _met(pool, command, member, caches, now)
        met.check_limits(command.ask.pieces)
        offer = await _quoted(pool, command, met, caches, now)
        _check_hold(command, met.reward.terms, offer)
        source = VoucherSource.AUTOMATIC if command.channel == BY_ITSELF else VoucherSource.REWARD
        vouchers = await _vouchers(pool, met, offer, caches, lookup_key, source, now)
        posting = _posting(command, met, offer, _reward_taken(met, offer, vouchers, caches.campaigns.currency), now)
        (verdict,) = await post(pool, Door.REDEMPTIONS, [posting], now=now)
        if verdict.stands:
            return verdict
        if verdict.outcome != "STALE":
            raise refusal(verdict, posting)
    raise Busy


def _check_hold(command: RedeemReward, terms: RewardTerms, offer: Quote) -> None:
    if command.hold_for is None:
        return
    if not offer.points:
        raise InvalidValue("nothing is set aside where no points are spent; redeem at once", path=("holdMinutes",))
    if command.hold_for > timedelta(minutes=terms.hold_minutes):
        raise InvalidValue(f"this reward is held for at most {terms.hold_minutes} minutes", path=("holdMinutes",))


async def _vouchers(
    pool: Pool, met: Met, offer: Quote, caches: Caches, lookup_key: bytes, source: VoucherSource, now: datetime
) -> list[VoucherWanted]:
    coupon_id = offer.worth.coupon
    if coupon_id is None:
        return []
    coupon = (await live_coupons(pool, [coupon_id])).get(coupon_id)
    return [
        wanted(
            coupon_id,
            coupon,
            source=source,
            source_id=met.reward.reward_id,
            key=lookup_key,
            zone=caches.zone,
            now=now,
        )
        for _ in range(offer.pieces)
    ]


def _reward_taken(met: Met, offer: Quote, vouchers: list[VoucherWanted], currency: str) -> RewardTaken:
    reward = met.reward
    return RewardTaken(
        reward_id=reward.reward_id,
        version=reward.version,
        owner_id=reward.partner_id,
        name=reward.terms.name,
        step=offer.step,
        pieces=offer.pieces,
        unit_points=offer.unit_points,
        money=offer.money,
        currency=currency,
        worth=offer.worth.to_json(),
        off=[{"line": one.number, "amount": one.amount} for one in offer.lines],
        total_off=offer.off,
        from_stock=reward.terms.stock is not None,
        fulfilment=reward.terms.fulfilment,
        tallies=met.counting(offer.pieces),
        benefits=[
            BenefitGiven(
                kind=due.kind,
                sponsor_id=due.sponsor_id,
                amount=Money.of_minor(due.units, currency).amount,
                units=due.units,
            )
            for due in offer.dues
        ],
        vouchers=vouchers,
        tickets=[new_id() for _ in range(offer.tickets)],
    )


def _posting(command: RedeemReward, met: Met, offer: Quote, taken: RewardTaken, now: datetime) -> RedemptionPosting:
    return RedemptionPosting(
        wallet_id=met.member.wallet_id,
        member_id=met.member.member_id,
        partner_id=command.partner_id,
        outlet_id=command.outlet_id,
        channel=command.channel,
        staff=command.staff,
        reference=command.reference,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
        points=offer.points,
        hold_until=None if command.hold_for is None else now + command.hold_for,
        reward=taken,
    )


async def _answered_before(pool: Pool, command: RedeemReward) -> RedemptionReceipt | None:
    """The first answer, where it would be refused by now; None: the key is new. Raises: IdempotencyConflict."""
    key = (command.partner_id, command.idempotency_key)
    entry = (await entries_by_key(pool, [key])).get(key)
    if entry is None:
        return None
    if entry["fingerprint"] != fingerprint(command) or entry["kind"] not in {"REDEMPTION", "AUTHORIZATION"}:
        raise IdempotencyConflict(
            "This idempotency key was used for another request; a new request needs a new key.",
            path=("idempotencyKey",),
        )
    now = await counters_of(pool, entry["wallet_id"])
    return RedemptionReceipt(
        redemption=RedemptionRef(wallet_id=entry["wallet_id"], entry_id=entry["entry_id"]),
        replayed=True,
        available=now.available,
        pending=now.pending,
        debt=now.debt,
    )
