"""Why a friend does not count: each reason, found when the code is told or when the purchase is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.ledger.moving import merge_members
from domain.members.recognition import KnownMember
from domain.referral.judging import LOOK_AGAIN
from domain.referral.qualifying import Done
from domain.segments import managing as segments
from domain.segments.definitions import Definition
from domain.segments.managing import SegmentTerms
from domain.storage import COALITION, Database, opened
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import acting
from tests.domain.referral.street import DAY, Street, a_street, brought

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def street(database: Database) -> AsyncIterator[Street]:
    """The shop and its rival; the books are sound in the end."""
    made = await a_street(database)
    yield made
    await made.world.prove()


async def refused(street: Street, friend: KnownMember, by: KnownMember, why: str, *, later: bool = False) -> None:
    """A code that is taken and does not count, for just this reason; the friend is told no more than that."""
    taken = await street.joins(friend, by, later=later)
    assert not taken.counts
    row = await street.row(friend.member_id)
    assert (row["state"], row["refusal"]) == ("REFUSED", why)
    assert (await street.joins(friend, by, later=later)).replayed


async def test_nobody_brings_itself(street: Street) -> None:
    await street.live()
    anna = await street.member()
    await refused(street, anna, anna, "SELF")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "anna@example.org"}, {"email": "Anna+points@Example.ORG"}),
        ({"email": "anna+a@example.org"}, {"email": "anna+b@example.org"}),
        ({"phone": "+371 20000000"}, {"phone": "+37120000000"}),
    ],
)
async def test_one_address_or_number_is_one_person(street: Street, one: Any, other: Any) -> None:
    await street.live()
    anna, ben = await street.member(**one), await street.member(**other)
    await refused(street, ben, anna, "SAME_CONTACT")


async def test_one_address_is_brought_once(street: Street) -> None:
    await street.live(pace_most=10)
    anna, carl = await street.member(), await street.member()
    ben, bob = await street.member(email="ben@example.org"), await street.member(email="ben+2@example.org")
    assert (await street.joins(ben, anna)).counts
    await refused(street, bob, carl, "SAME_CONTACT")


async def test_another_who_was_there_before_was_not_brought(street: Street) -> None:
    await street.live()
    ben = await street.member()
    street.now += MINUTE
    await refused(street, ben, await street.member(), "NOT_BROUGHT")


async def test_two_cannot_bring_each_other(street: Street) -> None:
    anna, ben = await brought(street)
    await refused(street, anna, ben, "NOT_BROUGHT")


async def test_so_many_friends_count_in_so_many_days(street: Street) -> None:
    await street.live(most=2, most_days=30, pace_most=50)
    anna = await street.member()
    for _ in range(2):
        assert (await street.joins(await street.member(), anna)).counts
    await refused(street, await street.member(), anna, "TOO_MANY")
    street.now += 30 * DAY
    assert (await street.joins(await street.member(), anna)).counts


async def test_no_friend_too_many_counts_when_they_come_at_once(database_url: str) -> None:
    async with opened(database_url, connections=8) as database:
        street = await a_street(database)
        await street.live(most=3, pace_most=50)
        anna = await street.member()
        friends = [await street.member() for _ in range(8)]
        await street.code(anna)
        answers = await asyncio.gather(*(street.joins(one, anna) for one in friends))
        assert sorted(one.counts for one in answers) == [False] * 5 + [True] * 3


async def test_a_chain_of_accounts_made_in_minutes_breaks(street: Street) -> None:
    await street.live(pace_most=3, pace_minutes=60)
    chain = [await street.member()]
    for _ in range(2):
        street.now += MINUTE
        chain.append(await street.member())
        assert (await street.joins(chain[-1], chain[-2])).counts
    street.now += MINUTE
    await refused(street, await street.member(), chain[-1], "TOO_FAST")
    street.now += timedelta(hours=2)
    assert (await street.joins(await street.member(), chain[-1])).counts


async def test_a_code_is_told_in_time(street: Street) -> None:
    await street.live(accept_days=7)
    anna = await street.member()
    ben, carl = await street.member(), await street.member()
    street.now += 7 * DAY
    assert (await street.joins(ben, anna, later=True)).counts
    street.now += MINUTE
    await refused(street, carl, anna, "TOO_LATE", later=True)


async def test_staff_neither_brings_nor_is_brought(street: Street) -> None:
    async with acting(street.database, COALITION) as session:
        terms = SegmentTerms(name="Staff", definition=Definition())
        staff = await segments.define(session, None, terms, now=NOW)
    await street.live(not_segments=frozenset({staff.segment_id}))
    anna, ben, carl = [await street.member() for _ in range(3)]
    async with acting(street.database, COALITION) as session:
        await segments.put_in(session, None, staff.segment_id, [anna], now=NOW)
    await refused(street, ben, anna, "EXCLUDED")
    await refused(street, anna, carl, "EXCLUDED")


async def test_staff_that_is_found_out_later_gets_nothing(street: Street) -> None:
    async with acting(street.database, COALITION) as session:
        staff = await segments.define(session, None, SegmentTerms(name="Staff", definition=Definition()), now=NOW)
    _, ben = await brought(street, not_segments=frozenset({staff.segment_id}))
    await street.buys(ben)
    async with acting(street.database, COALITION) as session:
        await segments.put_in(session, None, staff.segment_id, [ben], now=NOW)
    street.now += 14 * DAY
    assert await street.turn() == Done(refused=1)
    assert (await street.row(ben.member_id))["refusal"] == "EXCLUDED"


async def test_a_friend_who_is_the_member_after_all_does_not_count(street: Street) -> None:
    anna, ben = await brought(street)
    await street.buys(ben)
    await merge_members(street.database.pool, ben, anna, now=street.now)
    street.now += 14 * DAY
    assert await street.turn() == Done(refused=1)
    assert (await street.row(ben.member_id))["refusal"] == "SELF"


async def test_a_friend_who_was_somebody_before_does_not_count(street: Street) -> None:
    carl = await street.member()
    _, ben = await brought(street)
    await merge_members(street.database.pool, ben, carl, now=street.now)
    street.now += LOOK_AGAIN
    assert await street.turn() == Done(refused=1)
    assert (await street.row(ben.member_id))["refusal"] == "MERGED"


async def test_a_referrer_that_becomes_another_is_rewarded_as_that(street: Street) -> None:
    carl = await street.member()
    anna, ben = await brought(street)
    await street.buys(ben)
    await merge_members(street.database.pool, anna, carl, now=street.now)
    street.now += 14 * DAY
    assert await street.turn() == Done(qualified=1, rewarded=1)
    assert (await street.points(carl), await street.points(ben)) == (500, 200)


async def test_a_household_brings_nobody_of_its_own(street: Street, owner: Any) -> None:
    await street.live()
    anna, ben, carl = [await street.member() for _ in range(3)]
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("UPDATE member SET wallet_id = $1 WHERE member_id = $2", anna.wallet_id, ben.member_id)
    await refused(street, ben, anna, "SAME_HOUSEHOLD")
    assert (await street.joins(carl, anna)).counts
    await owner.execute("UPDATE member SET wallet_id = $1 WHERE member_id = $2", anna.wallet_id, carl.member_id)
    street.now += LOOK_AGAIN
    assert await street.turn() == Done(refused=1)
    for one in (ben, carl):
        await owner.execute("UPDATE member SET wallet_id = $1 WHERE member_id = $2", one.wallet_id, one.member_id)
