"""Who may have a reward, what it comes to, and every reason why not; each leaves points and pieces where they were."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.earning.basket import BasketLine
from domain.earning.bounds import CapPer
from domain.earning.periods import Period
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.errors import DomainError, IdempotencyConflict, InvalidValue
from domain.ids import OutletId, PartnerId, RewardId, new_id
from domain.ledger.errors import InsufficientPoints
from domain.members.recognition import KnownMember, MemberRef
from domain.rewards import fulfilling, managing, redeeming, redemption
from domain.rewards.errors import (
    ArticleMissing,
    BasketTooSmall,
    FulfilmentStateConflict,
    LimitReached,
    NotEligible,
    OutOfStock,
    PointsNotPayable,
    RewardIndivisible,
    RewardNotFound,
    RewardNotOpen,
    StepNotFound,
)
from domain.rewards.queries import Redemption, RedemptionRef, RedemptionState
from domain.rewards.queries import redemption as found
from domain.rewards.quoting import Ask
from domain.rewards.redeemed_models import FulfilmentState
from domain.rewards.redeeming import RedeemReward
from domain.rewards.redemption import CaptureRedemption, RedemptionReceipt, ReverseRedemption
from domain.rewards.terms import (
    Articles,
    Early,
    Fulfilment,
    Limit,
    PayWithPoints,
    Reward,
    RewardKind,
    Step,
    Worth,
)
from domain.segments import managing as segments
from domain.segments.definitions import Definition
from domain.segments.managing import SegmentTerms
from domain.storage import Database, Sight, opened
from domain.values import Points, Rate
from tests.builders.coalition import outlet_of, writing
from tests.builders.ledger import DAY, KEYS, Books, a_ledger
from tests.domain.rewards.taking import a_reward, left

TEN_OFF = (Step(points=100, worth=Worth(amount=1000)),)


@dataclass
class Till:
    """A shop's till that knows rewards."""

    books: Books
    caches: Caches

    def command(self, who: KnownMember, reward: Reward, **changes: Any) -> RedeemReward:
        """A reward asked for."""
        ask = {name: changes.pop(name) for name in ("step", "pieces", "points", "lines") if name in changes}
        return RedeemReward(
            **{
                "partner_id": PartnerId(self.books.shop.partner_id),
                "idempotency_key": f"redeem-{next(self.books.numbers):04}",
                "member": MemberRef(pairwise_id=who.pairwise_id),
                "reward_id": reward.reward_id,
                "ask": Ask(**ask),
                "occurred_at": self.books.now,
                "dated": False,
                **changes,
            }
        )

    async def redeem(self, who: KnownMember, reward: Reward, **changes: Any) -> RedemptionReceipt:
        """A reward is had."""
        return await self.send(self.command(who, reward, **changes))

    async def send(self, command: RedeemReward) -> RedemptionReceipt:
        """A request is sent, perhaps again."""
        return await redeeming.redeem(
            self.books.pool, command, caches=self.caches, lookup_key=KEYS.lookup, now=self.books.now
        )

    async def refused(self, who: KnownMember, reward: Reward, **changes: Any) -> DomainError:
        """Why a reward is not had; a quote says the same, but for points and pieces."""
        with pytest.raises(DomainError) as refused:
            await self.redeem(who, reward, **changes)
        if not isinstance(refused.value, InsufficientPoints | OutOfStock) and "hold_for" not in changes:
            with pytest.raises(type(refused.value)):
                await self.quote(who, reward, **changes)
        return refused.value

    async def quote(self, who: KnownMember, reward: Reward, **changes: Any) -> redeeming.QuotedReward:
        """What it would come to."""
        command = self.command(who, reward, **changes)
        return await redeeming.quote(
            self.books.pool, command, caches=self.caches, lookup_key=KEYS.lookup, now=self.books.now
        )

    async def find(self, ref: RedemptionRef) -> Redemption:
        """A redemption as the shop sees it."""
        return await found(self.books.pool, ref, sight=Sight.partner(self.books.shop.partner_id))


@pytest.fixture
async def till(database: Database, database_url: str) -> AsyncIterator[Till]:
    """The shop's till; the books are sound when the test is over."""
    async with a_ledger(database, database_url) as books:
        yield Till(books, Caches.fresh("USD", "UTC"))
        await books.prove()


def line(amount: int, sku: str = "apple", number: int = 1) -> BasketLine:
    return BasketLine(number=number, sku=sku, quantity=Decimal(1), amount=amount)


async def a_member(till: Till, points: int = 1000) -> KnownMember:
    who = await till.books.member()
    await till.books.earn(who, points)
    return who


async def test_ten_off_costs_a_hundred_points_and_says_what_to_take_off(till: Till) -> None:
    who = await a_member(till)
    reward = await a_reward(till.books, kind=RewardKind.DISCOUNT, steps=TEN_OFF)
    quoted = await till.quote(who, reward, lines=(line(3000), line(1000, number=2)))
    assert (quoted.quote.points, quoted.quote.off, quoted.available) == (100, 1000, 1000)
    receipt = await till.redeem(who, reward, lines=(line(3000), line(1000, number=2)))
    had = await till.find(receipt.redemption)
    assert had.reward is not None
    assert [(one.number, one.amount) for one in had.reward.lines] == [(1, 750), (2, 250)]
    assert (had.points, had.reward.off, had.reward.state, int(receipt.available)) == (100, 1000, "DONE", 900)


async def test_the_same_request_is_answered_as_at_first_whatever_happened_since(till: Till) -> None:
    who, mug = await a_member(till), await a_reward(till.books, stock=1)
    command = till.command(who, mug)
    first = await till.send(command)
    owner = PartnerId(till.books.shop.partner_id)
    async with writing(till.books.database) as session:
        await managing.end(session, owner, mug.reward_id, now=till.books.now)
    again = await till.send(command)
    assert (again.redemption, again.replayed, again.available) == (first.redemption, True, first.available)
    with pytest.raises(IdempotencyConflict):
        await till.send(replace(command, ask=Ask(pieces=2)))
    assert await left(till.books, mug) == 0


async def test_every_refusal_leaves_points_and_pieces_where_they_were(till: Till) -> None:
    books, who = till.books, await a_member(till, 120)
    later, outlet = books.now + DAY, OutletId((await outlet_of(books.database, books.shop)).outlet_id)
    gold = await a_reward(books, stock=5, tiers=frozenset({"gold"}))
    soon = await a_reward(books, stock=5, starts_at=later)
    early = Early(tiers=frozenset({"gold"}), until=later)
    first = await a_reward(books, stock=5, early=(early,))
    sundays = await a_reward(books, stock=5, weekdays=frozenset({7}))
    elsewhere = await a_reward(books, stock=5, outlets=frozenset({outlet}))
    others = await a_reward(books, stock=5, partners=frozenset({PartnerId(books.maker.partner_id)}))
    dear = await a_reward(books, points=121, stock=5)
    ladder = await a_reward(books, steps=(*_mugs(25, 60),))
    off = await a_reward(books, kind=RewardKind.DISCOUNT, steps=TEN_OFF)
    free = Worth(articles=Articles(skus=frozenset({"pear"})))
    pear = await a_reward(books, kind=RewardKind.PRODUCT, steps=(Step(points=10, worth=free),))
    paying = PayWithPoints(points_per_unit=Rate(100), least=50, in_steps_of=50)
    pay = await a_reward(books, kind=RewardKind.DISCOUNT, steps=(), pay=paying)
    apples = (line(5000),)
    for reward, changes, expected in (
        (gold, {}, NotEligible),
        (soon, {}, RewardNotOpen),
        (first, {}, RewardNotOpen),
        (sundays, {}, RewardNotOpen),
        (elsewhere, {}, NotEligible),
        (others, {}, RewardNotFound),
        (dear, {}, InsufficientPoints),
        (ladder, {}, StepNotFound),
        (ladder, {"step": 3}, StepNotFound),
        (off, {"lines": (line(0),)}, BasketTooSmall),
        (pear, {"lines": apples}, ArticleMissing),
        (pay, {"lines": apples, "points": 75}, PointsNotPayable),
        (pay, {"lines": (line(30),)}, PointsNotPayable),
        (dear, {"hold_for": timedelta(days=40)}, InvalidValue),
    ):
        assert type(await till.refused(who, reward, **changes)) is expected, (reward.terms, changes)
    not_yet = await till.refused(who, first)
    assert isinstance(not_yet, RewardNotOpen)
    assert not_yet.opens_at == later
    assert (await books.counters(who))[0] == 120
    assert [await left(books, one) for one in (gold, soon, first, sundays, elsewhere, dear)] == [5] * 6


def _mugs(*points: int) -> list[Step]:
    return [Step(points=one, worth=Worth(thing="A mug")) for one in points]


async def test_a_reward_that_nobody_has_heard_of_or_that_is_over_is_refused(till: Till) -> None:
    who, books = await a_member(till), till.books
    ending = await a_reward(books, ends_at=books.now + DAY)
    unknown = replace(ending, reward_id=RewardId(new_id()))
    assert isinstance(await till.refused(who, unknown), RewardNotFound)
    async with writing(books.database) as session:
        await managing.pause(session, PartnerId(books.shop.partner_id), ending.reward_id, now=books.now)
    assert isinstance(await till.refused(who, ending), RewardNotOpen)
    async with writing(books.database) as session:
        await managing.resume(session, PartnerId(books.shop.partner_id), ending.reward_id, now=books.now)
    await till.redeem(who, ending)
    books.now += DAY
    assert isinstance(await till.refused(who, ending), RewardNotOpen)


async def test_a_reward_of_a_segment_is_for_its_members(till: Till) -> None:
    who, other, shop = await a_member(till), await a_member(till), PartnerId(till.books.shop.partner_id)
    async with writing(till.books.database) as session:
        listed = await segments.define(
            session, shop, SegmentTerms(name="Neighbours", definition=Definition()), now=till.books.now
        )
        await segments.put_in(session, shop, listed.segment_id, [who], now=till.books.now)
    named = frozenset({listed.segment_id})
    for_them = await a_reward(till.books, segments=named)
    not_for_them = await a_reward(till.books, not_segments=named)
    await till.redeem(who, for_them)
    await till.redeem(other, not_for_them)
    assert isinstance(await till.refused(other, for_them), NotEligible)
    assert isinstance(await till.refused(who, not_for_them), NotEligible)


async def test_limits_count_pieces_by_member_and_household_within_their_periods(till: Till) -> None:
    who = await a_member(till)
    limits = (Limit(most=2, period=Period.DAY), Limit(most=3, per=CapPer.HOUSEHOLD))
    mug = await a_reward(till.books, limits=limits)
    await till.redeem(who, mug)
    reached = await till.refused(who, mug, pieces=2)
    assert isinstance(reached, LimitReached)
    assert (reached.most, reached.left, reached.period) == (2, 1, "DAY")
    taken = await till.redeem(who, mug)
    assert isinstance(await till.refused(who, mug), LimitReached)
    till.books.now += DAY
    await till.redeem(who, mug)
    assert (await till.refused(who, mug)).code == "LIMIT_REACHED"
    await _reverse(till, taken.redemption)
    await till.redeem(who, mug)


async def _reverse(till: Till, ref: RedemptionRef, points: int | None = None) -> RedemptionReceipt:
    command = ReverseRedemption(
        partner_id=till.books.shop.partner_id,
        idempotency_key=f"reverse-{next(till.books.numbers):04}",
        redemption=ref,
        points=None if points is None else Points(points),
        occurred_at=till.books.now,
    )
    return await redemption.reverse(till.books.pool, command, now=till.books.now)


async def test_one_member_at_many_tills_never_passes_a_limit(database_url: str) -> None:
    async with opened(database_url, connections=12) as database, a_ledger(database, database_url) as books:
        till = Till(books, Caches.fresh("USD", "UTC"))
        who, mug = await a_member(till), await a_reward(books, limits=(Limit(most=3),))

        async def claim() -> str:
            try:
                await till.redeem(who, mug)
            except LimitReached as refused:
                return refused.code
            return "HAD"

        assert Counter(await asyncio.gather(*(claim() for _ in range(12)))) == {"HAD": 3, "LIMIT_REACHED": 9}
        assert (await books.counters(who))[0] == 1000 - 3 * 50
        await books.prove()


async def test_a_held_reward_is_captured_in_part_by_whole_pieces_and_reversed(till: Till) -> None:
    who, mug = await a_member(till), await a_reward(till.books, stock=9, fulfilment=Fulfilment.COLLECTED)
    held = await till.redeem(who, mug, pieces=3, hold_for=timedelta(hours=1))
    assert (await till.find(held.redemption)).state is RedemptionState.AUTHORIZED
    capture = CaptureRedemption(
        partner_id=till.books.shop.partner_id,
        idempotency_key="capture-1",
        redemption=held.redemption,
        points=Points(70),
        occurred_at=till.books.now,
    )
    with pytest.raises(RewardIndivisible) as refused:
        await redemption.capture(till.books.pool, capture, now=till.books.now)
    assert refused.value.unit == 50
    await redemption.capture(till.books.pool, replace(capture, points=Points(100)), now=till.books.now)
    had = await till.find(held.redemption)
    assert had.reward is not None
    assert (had.state, had.reward.pieces_left, had.reward.state) == ("CAPTURED", 2, "TO_DO")
    await _reverse(till, held.redemption, 50)
    await _reverse(till, held.redemption)
    had = await till.find(held.redemption)
    assert had.reward is not None
    assert (had.state, had.reward.pieces_left, had.reward.state) == ("REVERSED", 0, "CANCELLED")
    assert ((await till.books.counters(who))[0], await left(till.books, mug)) == (1000, 9)


async def test_a_free_treat_is_reversed_too(till: Till) -> None:
    who, treat = await a_member(till, 1), await a_reward(till.books, points=0, stock=1)
    had = await till.redeem(who, treat)
    assert (await till.find(had.redemption)).state is RedemptionState.CAPTURED
    assert isinstance(await till.refused(who, treat), OutOfStock)
    await _reverse(till, had.redemption)
    assert (await till.find(had.redemption)).state is RedemptionState.REVERSED
    assert await left(till.books, treat) == 1


async def test_sponsors_pay_their_shares_of_what_is_taken_off(till: Till) -> None:
    books, who = till.books, await a_member(till)
    maker, shop = PartnerId(books.maker.partner_id), PartnerId(books.shop.partner_id)
    bare = await a_reward(books, kind=RewardKind.DISCOUNT, steps=TEN_OFF)
    terms = replace(bare.terms, sponsors=(Sponsor(maker, Rate(3, 4)),))
    async with writing(books.database) as session:
        draft = await managing.draft(session, shop, terms, now=books.now)
        await managing.agree(session, maker, draft.reward_id, terms.fingerprint(), now=books.now)
        shared = await managing.publish(session, shop, draft.reward_id, now=books.now)
    await till.redeem(who, shared, lines=(line(999),))
    benefit = await books.owner.fetchrow("SELECT sponsor_id, redeemer_id, amount, state FROM benefit")
    assert benefit is not None
    assert tuple(benefit) == (maker, shop, Decimal("7.49"), "USED")


async def test_handing_over_goes_step_by_step_and_no_other_way(till: Till) -> None:
    who, shop = await a_member(till), PartnerId(till.books.shop.partner_id)
    mug = await a_reward(till.books, fulfilment=Fulfilment.SENT)
    ref, person = (await till.redeem(who, mug)).redemption, new_id()
    by: dict[str, Any] = {"sight": Sight.partner(shop), "actor": f"PERSON:{person}:{shop}"}
    for state, note in (
        (FulfilmentState.READY, "Parcel 7"),
        (FulfilmentState.DONE, None),
        (FulfilmentState.DONE, None),
    ):
        async with till.books.database.session(**by) as session, session.begin():
            done = await fulfilling.fulfil(session, ref, state, by=person, note=note, now=till.books.now)  # type: ignore[arg-type]
            assert (done.state, done.note) == (state, note)
    for state in (FulfilmentState.READY, FulfilmentState.HELD):
        async with till.books.database.session(**by) as session, session.begin():
            with pytest.raises(FulfilmentStateConflict):
                await fulfilling.fulfil(session, ref, state, by=person, now=till.books.now)  # type: ignore[arg-type]
    rows = await till.books.owner.fetch(
        "SELECT actor_id, facts->>'state' AS state FROM trail_line WHERE subject_id = $1 ORDER BY number", ref.entry_id
    )
    assert [tuple(row) for row in rows] == [(person, "READY"), (person, "DONE")]


async def test_a_member_redeems_what_needs_no_till_and_nothing_else(till: Till) -> None:
    who = await a_member(till)
    sent = await a_reward(till.books, fulfilment=Fulfilment.SENT)
    at_till = await a_reward(till.books)
    off = await a_reward(till.books, kind=RewardKind.DISCOUNT, steps=TEN_OFF)
    own = replace(till.command(who, sent), member=None)
    tools: dict[str, Any] = {"caches": till.caches, "lookup_key": KEYS.lookup, "now": till.books.now}
    receipt = await redeeming.redeem(till.books.pool, own, own=who, **tools)
    assert int(receipt.available) == 950
    for reward in (at_till, off):
        asked = replace(own, reward_id=reward.reward_id, idempotency_key=f"own-{reward.reward_id.hex[-8:]}")
        with pytest.raises(NotEligible) as refused:
            await redeeming.redeem(till.books.pool, asked, own=who, **tools)
        assert refused.value.why == "AT_THE_TILL"
