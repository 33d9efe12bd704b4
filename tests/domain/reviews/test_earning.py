"""What reviews earn: once each, whatever their stars; nothing lost by a crash, and taken back where it was a fraud."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import pytest

from domain.coalition.models import PartnerStatus
from domain.earning.acting import record_action
from domain.earning.action_commands import RecordAction
from domain.earning.rules import Flat
from domain.earning.when import When
from domain.ledger.moving import merge_members
from domain.members.recognition import KnownMember
from domain.reviews import writing
from domain.reviews.errors import ReviewStateConflict
from domain.reviews.models import Decision, RefusalReason
from domain.reviews.policies import EarnsAt, Publishes
from domain.reviews.rewarding import ReviewsDone, key_of
from domain.storage import Database
from tests.domain.earning.world import KEYS
from tests.domain.reviews.shelf import DAY, Shelf, a_shelf

REVIEWED = frozenset({"REVIEW"})


@pytest.fixture
async def shelf(database: Database) -> AsyncIterator[Shelf]:
    """The milk, with a campaign of the maker's: 50 points for a review; the books are sound in the end."""
    made = await a_shelf(database)
    await made.world.live(
        Flat(points=50), owner=made.world.maker, partners=frozenset({made.world.maker}), when=When(triggers=REVIEWED)
    )
    yield made
    await made.world.prove()


async def attributes(owner: asyncpg.Connection[Any]) -> list[dict[str, Any]]:
    """What the actions of reviews say."""
    rows = await owner.fetch("SELECT attributes FROM action WHERE kind = 'REVIEW'")
    return [orjson.loads(row["attributes"]) for row in rows]


async def test_a_published_review_earns_once_and_its_changes_nothing(
    shelf: Shelf, owner: asyncpg.Connection[Any]
) -> None:
    await shelf.policy(shelf.world.maker)
    anna = await shelf.member()
    await shelf.buys(anna)
    review = await shelf.writes(anna, 1, words="It was sour, twice.", photos=("https://example.org/sour.jpg",))
    assert await shelf.turn() == ReviewsDone()
    await shelf.decides(review, by=shelf.world.maker)
    assert (await shelf.turn()).earned == 1
    assert await shelf.points(anna) == 50
    assert await attributes(owner) == [{"sku": "4750000000017", "words": 4, "photo": True, "verified": True}]
    await shelf.writes(anna, 5, words="It got better.")
    await shelf.decides(review, by=shelf.world.maker)
    await writing.withdraw(shelf.database.pool, anna.member_id, review)
    await shelf.writes(anna, 5, words="Once more.")
    await shelf.decides(review, by=shelf.world.maker)
    assert (await shelf.turn()).earned == 0
    assert await shelf.points(anna) == 50


async def test_it_earns_when_written_unless_a_signal_makes_it_wait(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker, earns_at=EarnsAt.WRITTEN)
    anna, ben = await shelf.member(), await shelf.member()
    await shelf.writes(anna, 3)
    held = await shelf.writes(ben, 3, words="Call +371 2000 0000")
    assert (await shelf.turn()).earned == 1
    assert (await shelf.points(anna), await shelf.points(ben)) == (50, 0)
    await shelf.decides(held, by=shelf.world.maker)
    assert (await shelf.turn()).earned == 1
    assert await shelf.points(ben) == 50


async def test_stars_are_told_to_campaigns_only_where_the_policy_says_so(
    shelf: Shelf, owner: asyncpg.Connection[Any]
) -> None:
    await shelf.policy(shelf.world.maker, tells_stars=True, publishes=Publishes.AT_ONCE)
    await shelf.writes(await shelf.member(), 2)
    await shelf.turn()
    assert [one["stars"] for one in await attributes(owner)] == [2]


async def test_what_a_crash_left_is_found_though_the_words_changed(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker, publishes=Publishes.AT_ONCE)
    anna = await shelf.member(shelf.world.maker)
    review = await shelf.writes(anna, 2, words="One")
    await _recorded(shelf, anna, key_of(review))
    await shelf.writes(anna, 2, words="One and more")
    assert (await shelf.turn()).earned == 1
    assert await shelf.points(anna) == 50, "the action that was there is the one"
    assert (await shelf.row(review))["earned_entry"] is not None


async def test_two_workers_at_once_record_it_once(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker, publishes=Publishes.AT_ONCE)
    members = [await shelf.member() for _ in range(3)]
    for number, one in enumerate(members):
        await shelf.writes(one, 1 + number)
    turns = await asyncio.gather(shelf.turn(), shelf.turn())
    assert sum(one.earned for one in turns) == 3
    assert [await shelf.points(one) for one in members] == [50] * 3


async def test_a_maker_that_rests_records_it_later(shelf: Shelf, owner: asyncpg.Connection[Any]) -> None:
    await shelf.policy(shelf.world.maker, publishes=Publishes.AT_ONCE)
    anna = await shelf.member()
    await shelf.writes(anna)
    for status, waiting, points in ((PartnerStatus.SUSPENDED, 1, 0), (PartnerStatus.ACTIVE, 0, 50)):
        await owner.execute("UPDATE partner SET status = $2 WHERE partner_id = $1", shelf.world.maker, status)
        assert (await shelf.turn()).waiting == waiting
        assert await shelf.points(anna) == points


async def test_a_fraud_gives_back_what_it_earned_and_an_upheld_objection_gives_it_again(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker, publishes=Publishes.AT_ONCE)
    anna = await shelf.member()
    review = await shelf.writes(anna, 5)
    await shelf.turn()
    await shelf.decides(review, Decision.TAKE_DOWN, RefusalReason.FAKE, by=shelf.world.maker)
    assert (await shelf.turn()).taken_back == 1
    assert await shelf.points(anna) == 0
    with pytest.raises(ReviewStateConflict):
        await shelf.writes(anna, 4)
    await writing.object_to(shelf.database.pool, anna.member_id, review, now=shelf.now)
    await shelf.decides(review)
    assert (await shelf.turn()).earned == 1
    assert await shelf.points(anna) == 50
    await shelf.decides(review, Decision.TAKE_DOWN, RefusalReason.FAKE)
    assert (await shelf.turn()).taken_back == 1
    assert await shelf.points(anna) == 0


async def test_what_is_taken_down_for_its_words_keeps_what_it_earned(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker, publishes=Publishes.AT_ONCE)
    anna = await shelf.member()
    review = await shelf.writes(anna, 5)
    await shelf.turn()
    await shelf.decides(review, Decision.TAKE_DOWN, RefusalReason.INSULT, by=shelf.world.maker)
    assert await shelf.turn() == ReviewsDone()
    assert await shelf.points(anna) == 50


async def test_who_became_another_member_gets_it_as_that(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker, publishes=Publishes.AT_ONCE)
    anna, other = await shelf.member(), await shelf.member()
    await shelf.writes(other)
    await merge_members(shelf.database.pool, other, anna, now=shelf.now)
    shelf.now += DAY
    assert (await shelf.turn()).earned == 1
    assert await shelf.points(anna) == 50


async def _recorded(shelf: Shelf, who: KnownMember, key: str) -> None:
    command = RecordAction(
        partner_id=shelf.world.maker,
        member=who,
        kind="REVIEW",
        idempotency_key=key,
        occurred_at=shelf.now,
        dated=False,
        attributes={"sku": "4750000000017", "words": 1, "photo": False, "verified": False},
    )
    await record_action(shelf.database.pool, command, caches=shelf.caches(), lookup_key=KEYS.lookup, now=shelf.now)
