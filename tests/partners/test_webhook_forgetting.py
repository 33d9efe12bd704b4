"""What has had its time is thrown away, and what still waits is kept, with the events it tells of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from domain.events import keeping
from domain.events.models import EventKind
from domain.storage import Database
from partners.webhooks import forgetting, managing
from partners.webhooks.delivering import KEPT_FOR
from tests.builders.ledger import Books, a_ledger
from tests.builders.webhooks import MANAGER, NOW, a_webhook, claimed, failed, relayed, succeeded, transacted

PURCHASES = [EventKind.PURCHASE_RECORDED]
DAY = timedelta(days=1)
LATER = NOW + KEPT_FOR + DAY


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition with a shop, where nothing has happened that anybody waits for."""
    async with a_ledger(database, database_url) as made:
        await relayed(database)
        yield made


async def states(owner: asyncpg.Connection) -> dict[str, int]:
    """How many deliveries there are of each state."""
    rows = await owner.fetch("SELECT state, count(*) FROM webhook_delivery GROUP BY 1")
    return {row["state"]: row["count"] for row in rows}


async def forget(books: Books, *, now: object) -> None:
    """The housekeeping of workers."""
    await transacted(books.database, forgetting.forget, now=now)
    await transacted(books.database, keeping.forget, now=now, unless=forgetting.still_to_tell())


async def test_what_was_delivered_is_forgotten_after_thirty_days(books: Books, owner: asyncpg.Connection) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    (due,) = await claimed(books.database, now=NOW)
    await succeeded(books.database, due, now=NOW)
    await forget(books, now=NOW + KEPT_FOR - DAY)
    assert await states(owner) == {"DELIVERED": 1}
    await forget(books, now=LATER)
    assert await states(owner) == {}
    for table in ("webhook_attempt", "webhook_lane", "webhook_request", "event"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    assert await owner.fetchval("SELECT count(*) FROM webhook") == 1


async def test_an_event_that_waits_is_kept_until_it_is_given_up(books: Books, owner: asyncpg.Connection) -> None:
    made = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await transacted(books.database, managing.pause, made.webhook.webhook_id, MANAGER, now=NOW)
    await books.earn(await books.member(), 10)
    await relayed(books.database, now=NOW + 2 * DAY)
    await owner.execute("UPDATE event SET numbered_at = $1", NOW)
    await forget(books, now=LATER)
    assert await owner.fetchval("SELECT count(*) FROM event") == 1, "the one that waits"
    await forget(books, now=LATER + 3 * DAY)
    assert await states(owner) == {"GIVEN_UP": 1}
    assert await owner.fetchval("SELECT count(*) FROM event") == 0
    assert await owner.fetchval("SELECT COALESCE(sum(waiting), 0) FROM webhook_lane") == 0


async def test_a_lane_that_somebody_holds_is_left_alone(books: Books, owner: asyncpg.Connection) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    (due,) = await claimed(books.database, now=LATER)
    await forget(books, now=LATER)
    assert await states(owner) == {"WAITING": 1}
    assert await succeeded(books.database, due, now=LATER)
    assert await states(owner) == {"DELIVERED": 1}


async def test_nothing_is_left_of_a_webhook_that_was_removed(books: Books, owner: asyncpg.Connection) -> None:
    made = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    for _ in range(2):
        await books.earn(await books.member(), 10)
    await relayed(books.database)
    (due,) = await claimed(books.database, now=NOW, most=1)
    await failed(books.database, due, now=NOW)
    await transacted(books.database, managing.remove, made.webhook.webhook_id, MANAGER, now=NOW)
    await forget(books, now=NOW + DAY)
    for table in ("webhook_attempt", "webhook_delivery", "webhook_lane", "webhook"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 0, table
