"""Events are kept for thirty days of real time; what is gone is said, and never taken for silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.events import keeping, queries
from domain.events.errors import EventsForgotten
from domain.events.keeping import KEPT
from domain.events.models import Event, EventKind
from domain.paging import PageRequest
from domain.storage import ReadSession, Sight
from tests.builders.coalition import writing
from tests.builders.ledger import Books
from tests.domain.events.builders import EVERY, REAL, all_numbered, allow, following

LATER = REAL + KEPT
PURCHASES = frozenset({EventKind.PURCHASE_RECORDED})
BALANCES = frozenset({EventKind.BALANCE_CHANGED})


async def forget(books: Books, **changes: object) -> int:
    async with writing(books.database) as session:
        return await keeping.forget(session, **{"now": LATER + timedelta(seconds=1), **changes})  # type: ignore[arg-type]


async def test_what_was_kept_long_enough_goes_and_nothing_else(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 1)
    await all_numbered(books.database)
    await books.earn(who, 2)
    await all_numbered(books.database, now=LATER)
    await books.earn(who, 3)
    gone = len(await following(books.database, books.shop.partner_id)) - 1
    assert await forget(books, now=LATER) == 0
    assert await forget(books) >= gone
    await all_numbered(books.database, now=LATER)
    left = await following(books.database, books.shop.partner_id)
    assert [event.sequence for event in left] == [2, 3]


async def test_a_cursor_from_before_is_refused_and_one_from_after_is_not(books: Books) -> None:
    who, shop = await books.member(), books.shop.partner_id
    await books.earn(who, 1)
    await all_numbered(books.database)
    last = (await following(books.database, shop))[-1].number or 0
    await forget(books)
    await books.earn(who, 2)
    await all_numbered(books.database, now=LATER)
    async with books.database.session(Sight.partner(shop)) as opened:
        session = ReadSession(opened)
        with pytest.raises(EventsForgotten):
            await queries.page(session, shop, EVERY, PageRequest(after=(last - 1,)))
        with pytest.raises(EventsForgotten):
            await queries.whole(session, shop, EVERY, after=last - 1, most=10)
        assert [told.event.sequence for told in (await queries.page(session, shop, EVERY, PageRequest())).items] == [2]
        (following_last,) = await queries.whole(session, shop, EVERY, after=last, most=10)
        assert following_last.sequence == 2


async def test_a_reader_of_other_kinds_missed_nothing(books: Books) -> None:
    who, shop = await books.member(), books.shop.partner_id
    await all_numbered(books.database)
    before = (await following(books.database, shop))[-1].number or 0
    await books.earn(who, 1)
    await all_numbered(books.database)
    await forget(books)
    async with books.database.session(Sight.partner(shop)) as opened:
        session = ReadSession(opened)
        assert await queries.whole(session, shop, BALANCES, after=before, most=10) == []
        with pytest.raises(EventsForgotten):
            await queries.whole(session, shop, PURCHASES, after=before, most=10)


async def test_who_reads_balances_misses_a_deed_that_was_one(books: Books) -> None:
    who, shop = await books.member(), books.shop.partner_id
    await allow(books, who, shop)
    await all_numbered(books.database)
    before = (await following(books.database, shop))[-1].number or 0
    await books.earn(who, 1)
    await all_numbered(books.database)
    await forget(books)
    async with books.database.session(Sight.partner(shop)) as session:
        with pytest.raises(EventsForgotten):
            await queries.whole(ReadSession(session), shop, BALANCES, after=before, most=10)


async def test_numbers_are_not_given_again_when_all_is_forgotten(books: Books) -> None:
    who, shop = await books.member(), books.shop.partner_id
    await books.earn(who, 1)
    await all_numbered(books.database)
    last = max(event.number or 0 for event in await following(books.database, shop))
    await forget(books)
    async with books.database.session(Sight.partner(shop)) as session:
        assert await queries.newest(ReadSession(session), shop) == last
    await books.earn(who, 2)
    await all_numbered(books.database)
    (event,) = await following(books.database, shop)
    assert (event.number or 0) > last


async def test_what_somebody_still_waits_for_stays(books: Books) -> None:
    who = await books.member()
    for points in (1, 2, 3):
        await books.earn(who, points)
    await all_numbered(books.database)
    await forget(books, unless=Event.sequence == 2)
    assert [event.sequence for event in await following(books.database, books.shop.partner_id)] == [2]


async def test_what_has_no_number_yet_is_never_forgotten(books: Books) -> None:
    await books.earn(await books.member(), 1)
    assert await forget(books, now=LATER + timedelta(days=9_000)) == 0


async def test_the_books_are_sound_when_events_are_forgotten(books: Books) -> None:
    """Proven by the fixture: entries whose events are gone are not missed."""
    who = await books.member()
    for points in range(1, 8):
        await books.earn(who, points)
        books.now += timedelta(minutes=1)
    await all_numbered(books.database)
    assert await forget(books, most=5) == 5
    await books.prove()
    while await forget(books, most=5):
        await books.prove()
