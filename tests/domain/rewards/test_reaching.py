"""What a member can have, what is near, and what was given to charities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from domain.earning.bounds import CapPer
from domain.earning.periods import Period
from domain.ids import PartnerId
from domain.ledger.postings import TallyMove
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember
from domain.rewards import finding, managing, matching
from domain.rewards.finding import Stocked
from domain.rewards.matching import Giving
from domain.rewards.pricing import limit_key
from domain.rewards.reaching import Hindrance, Reach, reach_of, reaches, standing_of
from domain.rewards.terms import Early, Limit, PayWithPoints, RewardKind, Step, Worth
from domain.segments import managing as segments
from domain.segments.definitions import Definition
from domain.segments.managing import SegmentTerms
from domain.storage import Database, Sight
from domain.values import Rate
from tests.builders.coalition import writing
from tests.builders.ledger import Books, a_ledger
from tests.builders.members import seeing
from tests.domain.rewards.taking import a_reward, redeemed, taking

UTC = ZoneInfo("UTC")
ALIKE = """INSERT INTO reward SELECT alike.* FROM reward r, generate_series(1, $2::int) n,
    LATERAL jsonb_populate_record(r, jsonb_build_object('reward_id', gen_random_uuid(), 'n', n)) alike
    WHERE r.reward_id = $1"""


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition of a shop and a maker."""
    async with a_ledger(database, database_url) as books:
        yield books


async def seen(books: Books, who: KnownMember) -> list[Reach]:
    """What the member is told."""
    sight = Sight.member(who.member_id)
    return (await reaches(books.pool, who, sight=sight, zone=UTC, now=books.now))[1]


def steps(*points: int) -> dict[str, Any]:
    return {"steps": tuple(Step(points=one, worth=Worth(thing="A thing")) for one in points)}


async def test_what_can_be_had_comes_first_then_what_is_near(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    far = await a_reward(books, name="Far", **steps(500, 900))
    near = await a_reward(books, name="Near", **steps(120, 200))
    now = await a_reward(books, name="Now", **steps(25, 60, 100, 200))
    gold = await a_reward(books, name="Gold", tiers=frozenset({"gold", "diamond"}))
    found = await seen(books, who)
    assert [one.reward.reward_id for one in found] == [one.reward_id for one in (now, near, far, gold)]
    assert [one.missing for one in found] == [0, 20, 400, 0]
    assert found[0].steps == (1, 2, 3)
    assert [one.hindrances for one in found] == [
        (),
        (Hindrance.POINTS,),
        (Hindrance.POINTS,),
        (Hindrance.TIER,),
    ]
    assert found[3].tiers_missing == ("diamond", "gold")


async def test_stock_limits_and_times_are_told(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 200)
    mug = await a_reward(
        books, stock=1, limits=(Limit(most=2, period=Period.MONTH), Limit(most=9, per=CapPer.HOUSEHOLD))
    )
    tomorrow = books.now + timedelta(days=1)
    await a_reward(books, name="Later", early=(Early(tiers=frozenset({"gold"}), until=tomorrow),))
    await a_reward(books, name="On Sundays", weekdays=frozenset({7}))
    key = limit_key(mug.reward_id, mug.terms.limits[0], member_id=who.member_id, at=books.now, zone=UTC)
    counted = TallyMove(key=key, version=0, counted=2, rewarded=0, since=None, recent=[])
    await redeemed(books, who, mug, taken=taking(mug, tallies=[counted]))
    found = {one.reward.terms.name: one for one in await seen(books, who)}
    assert found["A mug"].hindrances == (Hindrance.OUT_OF_STOCK, Hindrance.LIMIT)
    assert (found["A mug"].left, found["A mug"].limit_left) == (0, 0)
    assert found["Later"].hindrances == (Hindrance.NOT_YET,)
    assert found["Later"].opens_at == tomorrow
    assert found["On Sundays"].hindrances == (Hindrance.HOURS,)
    books.now = tomorrow - timedelta(microseconds=1)
    assert not {one.reward.terms.name: one for one in await seen(books, who)}["Later"].now
    books.now = tomorrow
    assert {one.reward.terms.name: one for one in await seen(books, who)}["Later"].now


async def test_what_is_for_a_segment_is_shown_to_nobody_else(books: Books) -> None:
    meant, other = await books.member(), await books.member()
    owner = PartnerId(books.shop.partner_id)
    async with seeing(books.database, Sight.partner(owner)) as session:
        listed = await segments.define(
            session, owner, SegmentTerms(name="Friends", definition=Definition()), now=books.now
        )
        await segments.put_in(session, owner, listed.segment_id, [meant], now=books.now)
    async with seeing(books.database, Sight.partner(owner)) as session:
        terms = (await a_reward(books)).terms
        only = terms.__class__(**{**_parts(terms), "name": "For friends", "segments": frozenset({listed.segment_id})})
        drafted = await managing.draft(session, owner, only, now=books.now)
        await managing.publish(session, owner, drafted.reward_id, now=books.now)
    names = {who: {one.reward.terms.name for one in await seen(books, who)} for who in (meant, other)}
    assert names == {meant: {"A mug", "For friends"}, other: {"A mug"}}
    for sight, told in (
        (Sight(""), {"A mug"}),
        (Sight.partner(books.maker.partner_id), {"A mug"}),
        (Sight.partner(owner), {"A mug", "For friends"}),
    ):
        found = await finding.rewards_live(books.pool, sight=sight, now=books.now)
        assert {one.reward.terms.name for one in found} == told


def _parts(terms: Any) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in terms.__slots__}


async def test_nobody_learns_what_another_can_reach(books: Books) -> None:
    who, other = await books.member(), await books.member()
    await a_reward(books)
    with pytest.raises(MemberNotFound):
        await reaches(books.pool, who, sight=Sight.member(other.member_id), zone=UTC, now=books.now)


async def test_paused_ended_and_past_rewards_are_not_on_the_shelf(books: Books) -> None:
    owner = PartnerId(books.shop.partner_id)
    paused, past = (
        await a_reward(books, name="Paused"),
        await a_reward(books, name="Past", ends_at=books.now + timedelta(hours=1)),
    )
    async with writing(books.database) as session:
        await managing.pause(session, owner, paused.reward_id, now=books.now)
    books.now += timedelta(hours=1)
    assert await finding.rewards_live(books.pool, sight=Sight("coalition"), now=books.now) == []
    keys: list[finding.Key] = [paused.key, past.key, (paused.reward_id, None)]
    assert set(await finding.rewards_recorded(books.pool, keys)) == set(keys)


async def test_two_hundred_rewards_cost_as_many_calls_as_two(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    calls: dict[int, int] = {}
    for many in (2, 200):
        mug = await a_reward(books, limits=(Limit(most=1, period=Period.DAY),), stock=5)
        there = len(await finding.rewards_live(books.pool, sight=Sight("coalition"), now=books.now))
        await books.owner.execute(ALIKE, mug.reward_id, many - there)
        counting = Counting(books.pool)
        sight = Sight.member(who.member_id)
        _, found = await reaches(counting, who, sight=sight, zone=UTC, now=books.now)  # type: ignore[arg-type]
        assert len(found) == many
        calls[many] = counting.calls
    assert calls[2] == calls[200] <= 5


class Counting:
    """A pool that counts what it is asked."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self.pool = pool
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += name in {"fetch", "fetchrow", "fetchval"}
        return getattr(self.pool, name)


async def test_what_is_paid_with_points_is_near_by_its_least(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 250)
    pay = PayWithPoints(points_per_unit=Rate(100), least=250, in_steps_of=100)
    off = await a_reward(books, kind=RewardKind.DISCOUNT, steps=(), pay=pay)
    standing = await standing_of(books.pool, who, [off], sight=Sight.member(who.member_id), zone=UTC, now=books.now)
    reach = reach_of(Stocked(reward=off, left=None), standing, zone=UTC, now=books.now)
    assert reach is not None
    assert (reach.missing, reach.steps) == (50, ())  # the lowest multiple that is not below the least is 300


async def test_gifts_and_what_is_added_to_them_are_counted(books: Books) -> None:
    """Three gifts of 5.00 by one, one by another who takes it back; one for one: 15.00 and 15.00."""
    partner = PartnerId(books.shop.partner_id)
    worth = Worth(gift=500, match=Rate(1), matched_by=partner)
    forest = await a_reward(books, kind=RewardKind.CHARITY, charity="The forest", steps=(Step(points=50, worth=worth),))
    one, other = await books.member(), await books.member()
    for who in (one, other):
        await books.earn(who, 200)
    await redeemed(books, one, forest, pieces=3)
    back = await redeemed(books, other, forest)
    await books.reverse(other, back)
    total = Giving(charity="The forest", gifts=3, given=1500, matched=1500, members=None)
    assert await matching.giving(books.pool) == [total]
    assert await matching.giving(books.pool, "The sea") == []
    assert await matching.given_by(books.pool, one) == [total]
    assert await matching.given_by(books.pool, other) == []


async def test_a_shop_may_ask_who_has_access(books: Books) -> None:
    early = await a_reward(books, kind=RewardKind.EARLY_ACCESS)
    who, other = await books.member(), await books.member()
    await books.earn(who, 50)
    taken = await redeemed(books, who, early)
    shop, maker = (PartnerId(one.partner_id) for one in (books.shop, books.maker))
    assert await finding.holds(books.pool, shop, early.reward_id, who)
    assert not await finding.holds(books.pool, maker, early.reward_id, who)
    assert not await finding.holds(books.pool, shop, early.reward_id, other)
    await books.reverse(who, taken)
    assert not await finding.holds(books.pool, shop, early.reward_id, who)
