"""Sweepstakes: the seed is promised first, tickets close, each wins once, and prizes are handed over once."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.ids import PartnerId, new_id
from domain.ledger.posting import Door
from domain.members.recognition import KnownMember
from domain.rewards import drawing, handing, managing
from domain.rewards.drawing import SETTLES, DrawTold
from domain.rewards.errors import DrawNotDue, RewardNotFound, RewardStateConflict
from domain.rewards.lots import holder_of
from domain.rewards.models import RewardWinner
from domain.rewards.terms import Draw, DrawPrize, Reward, RewardKind, RewardTerms, Step, Worth
from domain.storage import Database, Sight
from tests.builders.coalition import writing
from tests.builders.ledger import DAY, Books, a_ledger
from tests.builders.members import seeing
from tests.domain.rewards.taking import a_reward, redeemed, taking

SEED = bytes(range(32))


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition of a shop and a maker; sound when the test is over."""
    async with a_ledger(database, database_url) as books:
        yield books
        await books.prove()


async def a_sweepstake(books: Books, *prizes: DrawPrize, once_each: bool = True) -> Reward:
    """Ten points are a ticket; drawn a day from now."""
    owner = PartnerId(books.shop.partner_id)
    terms = RewardTerms(
        name="The harvest",
        kind=RewardKind.SWEEPSTAKE,
        steps=(Step(points=10, worth=Worth(tickets=1)),),
        partners=frozenset({owner}),
        starts_at=books.now,
        draw=Draw(at=books.now + DAY, prizes=prizes or (DrawPrize(thing="A bicycle"),), once_each=once_each),
    )
    async with writing(books.database) as session:
        drafted = await managing.draft(session, owner, terms, now=books.now)
        return await managing.publish(session, owner, drafted.reward_id, seed=SEED, now=books.now)


async def enter(books: Books, who: KnownMember, harvest: Reward, tickets: int = 1) -> None:
    """So many tickets."""
    await books.earn(who, 10 * tickets)
    named = taking(harvest, pieces=tickets, tickets=[new_id() for _ in range(tickets)])
    await redeemed(books, who, harvest, taken=named)


async def draw(books: Books, harvest: Reward) -> list[RewardWinner]:
    owner = PartnerId(books.shop.partner_id)
    async with seeing(books.database, Sight.partner(owner)) as session:
        await drawing.draw(session, owner, harvest.reward_id, now=books.now)
        return await drawing.winners_of(session, harvest.reward_id)


async def told(books: Books, harvest: Reward) -> DrawTold:
    async with seeing(books.database, Sight("")) as session:
        (found,) = await drawing.draws_told(session, [harvest.reward_id])
    assert found is not None
    return found


async def test_a_draw_is_proved_by_what_is_published_alone(books: Books) -> None:
    harvest = await a_sweepstake(books, DrawPrize(thing="A bicycle"), DrawPrize(thing="A bell", winners=2))
    people = [await books.member() for _ in range(5)]
    for number, who in enumerate(people, 1):
        await enter(books, who, harvest, tickets=number)
    before = await told(books, harvest)
    assert (before.seed, before.tickets, before.winners) == (None, 15, ())
    assert before.commitment == harvest.commitment == hashlib.sha256(SEED).digest()
    books.now += DAY + SETTLES
    winners = await draw(books, harvest)
    after = await told(books, harvest)
    tickets = await drawing.all_tickets(books.pool, harvest.reward_id)
    assert harvest.terms.draw is not None
    assert drawing.prove(harvest.terms.draw, after, tickets).holds
    assert [one.thing for one in winners] == ["A bicycle", "A bell", "A bell"]
    assert len({one.member_id for one in winners}) == 3
    assert after.seed == SEED
    own = {holder_of(SEED, who.member_id): number for number, who in enumerate(people, 1)}
    assert {holder: sum(one.holder == holder for one in tickets) for holder in own} == own


async def test_it_is_drawn_once_whatever_is_asked_again(books: Books) -> None:
    harvest = await a_sweepstake(books)
    for _ in range(3):
        await enter(books, await books.member(), harvest)
    books.now += DAY + SETTLES
    first = [one.number for one in await draw(books, harvest)]
    books.now += DAY
    assert [one.number for one in await draw(books, harvest)] == first
    assert (await told(books, harvest)).drawn_at == books.now - DAY


async def test_it_is_not_drawn_before_its_time_nor_by_anybody_else(books: Books) -> None:
    harvest, mug = await a_sweepstake(books), await a_reward(books)
    books.now += DAY + SETTLES - timedelta(seconds=1)
    with pytest.raises(DrawNotDue):
        await draw(books, harvest)
    books.now += timedelta(seconds=1)
    with pytest.raises(RewardStateConflict):
        await draw(books, mug)
    maker = PartnerId(books.maker.partner_id)
    async with seeing(books.database, Sight.partner(maker)) as session:
        with pytest.raises(RewardNotFound):
            await drawing.draw(session, maker, harvest.reward_id, now=books.now)
    assert len(await draw(books, harvest)) == 0  # nobody had a ticket


async def test_the_seed_is_nobodys_to_read_before_the_draw(books: Books) -> None:
    harvest = await a_sweepstake(books)
    for sight in (Sight.partner(books.shop.partner_id), Sight("coalition")):
        async with seeing(books.database, sight) as session:
            seeds = await session.execute(text("SELECT seed FROM reward_seed"))
            assert seeds.all() == []
    assert await drawing.tickets_told(books.pool, harvest.reward_id) == []


async def test_tickets_given_back_take_no_part(books: Books) -> None:
    harvest = await a_sweepstake(books)
    stays, leaves = await books.member(), await books.member()
    await enter(books, stays, harvest)
    await books.earn(leaves, 10)
    entered = await redeemed(books, leaves, harvest, taken=taking(harvest, tickets=[new_id()]))
    await books.reverse(leaves, entered)
    books.now += DAY + SETTLES
    (winner,) = await draw(books, harvest)
    assert winner.member_id == stays.member_id
    assert (await told(books, harvest)).tickets == 1


async def test_prizes_are_handed_over_as_redemptions_once(books: Books) -> None:
    harvest = await a_sweepstake(books, DrawPrize(thing="A bell", winners=2))
    people = [await books.member() for _ in range(2)]
    for who in people:
        await enter(books, who, harvest)
    books.now += DAY + SETTLES
    winners = await draw(books, harvest)
    made = await handing.hand_over(books.pool, harvest, winners, currency="USD", now=books.now)
    again = await handing.hand_over(books.pool, harvest, winners, currency="USD", now=books.now)
    assert made == again
    async with writing(books.database) as session:
        await handing.note_handed(session, harvest, made)
    rows = await books.owner.fetch(
        "SELECT w.place, r.worth, r.points FROM reward_winner w JOIN reward_redemption r ON r.entry_id = w.entry_id"
    )
    assert [(row["worth"], row["points"]) for row in rows] == [('{"thing": "A bell"}', 0)] * 2
    assert await books.owner.fetchval("SELECT count(*) FROM entry WHERE kind = 'REDEMPTION'") == 4


async def test_a_ticket_of_the_last_moment_counts_and_one_after_it_does_not(books: Books) -> None:
    harvest = await a_sweepstake(books, DrawPrize(thing="A bell", winners=9))
    books.now += DAY - timedelta(seconds=1)
    await enter(books, await books.member(), harvest)
    books.now += timedelta(seconds=1)
    late = await books.member()
    await books.earn(late, 10)
    posting = books.redemption(late, 10, reward=taking(harvest, tickets=[new_id()]))
    await books.ask(Door.REDEMPTIONS, posting)
    books.now += SETTLES
    assert len(await draw(books, harvest)) == 1
