"""The life of a reward: what was live never changes, and nobody pays who has not agreed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from domain.earning.errors import AgreementMissing
from domain.earning.terms import Sponsor
from domain.ids import PartnerId, SegmentId, new_id
from domain.rewards import finding, managing, stocking
from domain.rewards.errors import InvalidReward, RewardNotFound, RewardStateConflict, StockBelowTaken
from domain.rewards.terms import Reward, RewardState
from domain.storage import Database, Sight
from domain.values import Rate
from tests.builders.coalition import writing
from tests.builders.ledger import DAY, Books, a_ledger
from tests.builders.members import seeing
from tests.domain.rewards.taking import a_reward, left, redeemed
from tests.domain.rewards.test_terms import terms


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition of a shop and a maker."""
    async with a_ledger(database, database_url) as books:
        yield books


def shop(books: Books) -> PartnerId:
    return PartnerId(books.shop.partner_id)


def maker(books: Books) -> PartnerId:
    return PartnerId(books.maker.partner_id)


async def versions(books: Books, reward: Reward) -> list[tuple[int, RewardState]]:
    async with writing(books.database) as session:
        return [(one.version, one.state) for one in await finding.versions_of(session, reward.reward_id)]


async def test_a_change_of_what_is_live_is_the_next_version(books: Books) -> None:
    mug = await a_reward(books)
    books.now += DAY
    async with writing(books.database) as session:
        dearer = replace(mug.terms, name="A larger mug")
        await managing.change(session, shop(books), mug.reward_id, dearer, now=books.now)
    assert await versions(books, mug) == [(1, RewardState.LIVE), (2, RewardState.DRAFT)]
    async with writing(books.database) as session:
        live = await managing.publish(session, shop(books), mug.reward_id, now=books.now)
    assert (live.version, live.live_from, live.terms.name) == (2, books.now, "A larger mug")
    assert await versions(books, mug) == [(1, RewardState.ENDED), (2, RewardState.LIVE)]


async def test_the_database_lets_nobody_change_what_was_live(books: Books) -> None:
    mug = await a_reward(books)
    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        await books.owner.execute(
            "UPDATE reward SET terms = jsonb_set(terms, '{name}', '\"Another\"') WHERE reward_id = $1", mug.reward_id
        )
    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        await books.owner.execute("UPDATE reward SET state = 'DRAFT' WHERE reward_id = $1", mug.reward_id)


async def test_a_pause_stays_on_record_and_an_end_is_for_good(books: Books) -> None:
    mug = await a_reward(books)
    async with writing(books.database) as session:
        await managing.pause(session, shop(books), mug.reward_id, now=books.now)
    async with writing(books.database) as session:
        await managing.resume(session, shop(books), mug.reward_id, now=books.now + DAY)
    assert await versions(books, mug) == [(1, RewardState.ENDED), (2, RewardState.LIVE)]
    async with writing(books.database) as session:
        await managing.end(session, shop(books), mug.reward_id, now=books.now + DAY)
        with pytest.raises(RewardStateConflict):
            await managing.resume(session, shop(books), mug.reward_id, now=books.now + DAY)
        with pytest.raises(RewardStateConflict):
            await managing.change(session, shop(books), mug.reward_id, mug.terms, now=books.now)


async def test_whoever_pays_beyond_the_points_agrees_first(books: Books) -> None:
    shared = terms(partners=frozenset({shop(books)}), sponsors=(Sponsor(maker(books), Rate(1, 2)),))
    async with writing(books.database) as session:
        drafted = await managing.draft(session, shop(books), shared, now=books.now)
        with pytest.raises(AgreementMissing):
            await managing.publish(session, shop(books), drafted.reward_id, now=books.now)
        with pytest.raises(RewardStateConflict):
            await managing.agree(session, maker(books), drafted.reward_id, b"other terms", now=books.now)
    async with seeing(books.database, Sight.partner(maker(books))) as session:
        for _ in range(2):
            await managing.agree(session, maker(books), drafted.reward_id, shared.fingerprint(), now=books.now)
    async with seeing(books.database, Sight.partner(shop(books))) as session:
        live = await managing.publish(session, shop(books), drafted.reward_id, now=books.now)
    assert live.state is RewardState.LIVE


async def test_the_database_lets_no_reward_live_without_agreement(books: Books) -> None:
    shared = terms(partners=frozenset({shop(books)}), sponsors=(Sponsor(maker(books)),))
    async with writing(books.database) as session:
        drafted = await managing.draft(session, shop(books), shared, now=books.now)
    with pytest.raises(asyncpg.CheckViolationError, match="not agreed"):
        await books.owner.execute(
            "UPDATE reward SET state = 'LIVE', live_from = $2 WHERE reward_id = $1", drafted.reward_id, books.now
        )


async def test_nobody_moves_what_is_anothers(books: Books) -> None:
    mug = await a_reward(books)
    async with seeing(books.database, Sight.partner(maker(books))) as session:
        for step in (managing.pause, managing.resume, managing.publish):
            with pytest.raises(RewardNotFound):
                await step(session, maker(books), mug.reward_id, now=books.now)
        with pytest.raises(RewardNotFound):
            await stocking.add(session, maker(books), mug.reward_id, 1, by=None, now=books.now)


async def test_names_in_the_terms_are_held_to_what_there_is(books: Books) -> None:
    for changes, part in (
        ({"partners": frozenset({PartnerId(new_id())})}, "partners"),
        ({"partners": frozenset({shop(books)}), "outlets": frozenset({new_id()})}, "outlets"),
        ({"partners": frozenset({shop(books)}), "segments": frozenset({SegmentId(new_id())})}, "segments"),
    ):
        async with writing(books.database) as session:
            with pytest.raises(InvalidReward) as refused:
                await managing.draft(session, shop(books), terms(**changes), now=books.now)
        assert refused.value.path == ("terms", part)


async def test_what_would_be_over_already_does_not_begin(books: Books) -> None:
    over = terms(partners=frozenset({shop(books)}), ends_at=books.now + timedelta(hours=1))
    async with writing(books.database) as session:
        drafted = await managing.draft(session, shop(books), over, now=books.now)
        with pytest.raises(InvalidReward):
            await managing.publish(session, shop(books), drafted.reward_id, now=books.now + DAY)


async def test_a_stock_is_put_in_once_and_then_changes_by_what_is_said(books: Books) -> None:
    """10 pieces, 3 are taken, 5 are added by hand; the next version says 12 in place of 10: 2 more, 14 are left."""
    mug = await a_reward(books, stock=10)
    who = await books.member()
    await books.earn(who, 500)
    await redeemed(books, who, mug, pieces=3)
    async with writing(books.database) as session:
        await stocking.add(session, shop(books), mug.reward_id, 5, by=None, now=books.now)
    assert await left(books, mug) == 12
    async with writing(books.database) as session:
        await managing.change(session, shop(books), mug.reward_id, replace(mug.terms, stock=12), now=books.now)
        await managing.publish(session, shop(books), mug.reward_id, now=books.now)
    assert await left(books, mug) == 14
    async with writing(books.database) as session:
        await managing.pause(session, shop(books), mug.reward_id, now=books.now)
        await managing.resume(session, shop(books), mug.reward_id, now=books.now)
    assert await left(books, mug) == 14


async def test_what_is_taken_is_not_taken_out_again(books: Books) -> None:
    mug = await a_reward(books, stock=4)
    who = await books.member()
    await books.earn(who, 500)
    await redeemed(books, who, mug, pieces=3)
    async with writing(books.database) as session:
        with pytest.raises(StockBelowTaken) as refused:
            await stocking.add(session, shop(books), mug.reward_id, -2, by=None, now=books.now)
    assert refused.value.taken == 3
    async with writing(books.database) as session:
        await stocking.add(session, shop(books), mug.reward_id, -1, by=None, now=books.now)
    assert await left(books, mug) == 0


async def test_a_reward_without_a_stock_takes_none(books: Books) -> None:
    mug = await a_reward(books)
    async with writing(books.database) as session:
        with pytest.raises(RewardStateConflict):
            await stocking.add(session, shop(books), mug.reward_id, 1, by=None, now=books.now)
