"""Deliveries wait their turn: in order within a wallet, side by side otherwise, each sent by one worker at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from domain.events.models import EventKind
from domain.storage import Database, Sight
from partners.webhooks import delivering, managing
from partners.webhooks.delivering import EACH
from partners.webhooks.models import WebhookState
from partners.webhooks.pace import USUAL
from tests.builders.ledger import Books, a_ledger
from tests.builders.webhooks import (
    MANAGER,
    NOW,
    SECOND,
    a_webhook,
    claimed,
    failed,
    relayed,
    succeeded,
    transacted,
)

PURCHASES = [EventKind.PURCHASE_RECORDED]


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition with a shop, where nothing has happened that anybody waits for."""
    async with a_ledger(database, database_url) as made:
        await relayed(database)
        yield made


async def waiting(owner: asyncpg.Connection, state: str = "WAITING") -> int:
    count: int = await owner.fetchval("SELECT count(*) FROM webhook_delivery WHERE state = $1", state)
    return count


async def webhook(owner: asyncpg.Connection) -> asyncpg.Record:
    row = await owner.fetchrow("SELECT * FROM webhook")
    assert row is not None
    return row


async def lanes_count_what_waits(owner: asyncpg.Connection) -> bool:
    """The counter of every lane is the number of its waiting deliveries."""
    counted: bool = await owner.fetchval(
        "SELECT NOT EXISTS (SELECT FROM (SELECT webhook_id, lane, count(*) AS n FROM webhook_delivery"
        " WHERE state = 'WAITING' GROUP BY 1, 2) d FULL JOIN webhook_lane l USING (webhook_id, lane)"
        " WHERE COALESCE(d.n, 0) <> COALESCE(l.waiting, 0))"
    )
    return counted


async def test_whoever_wants_an_event_gets_it_in_the_transaction_that_numbers_it(
    books: Books, owner: asyncpg.Connection
) -> None:
    await a_webhook(books.database, books.shop.partner_id)
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await a_webhook(books.database, books.shop.partner_id, kinds=[EventKind.CYCLE_CHANGED])
    await a_webhook(books.database, books.maker.partner_id)
    member = await books.member()
    await books.earn(member, 10)
    events = await relayed(books.database)
    assert [event.kind for event in events] == ["MEMBER_LINKED", "PURCHASE_RECORDED"]
    rows = await owner.fetch("SELECT partner_id, kind, number FROM webhook_delivery ORDER BY place")
    shop = books.shop.partner_id
    assert [(row["partner_id"], row["kind"]) for row in rows] == [
        (shop, "MEMBER_LINKED"),
        *[(shop, "PURCHASE_RECORDED")] * 2,
    ]
    assert await lanes_count_what_waits(owner)
    assert await relayed(books.database) == []


async def test_events_of_a_wallet_follow_each_other_and_others_go_beside(
    books: Books, owner: asyncpg.Connection
) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    first, second = await books.member(), await books.member()
    for who in (first, first, second, first):
        await books.earn(who, 10)
    numbers = [event.number for event in await relayed(books.database) if event.kind == PURCHASES[0]]
    sent: list[list[int]] = []
    while due := await claimed(books.database, now=NOW):
        assert await claimed(books.database, now=NOW) == [], "whose lease is held waits"
        sent.append(sorted(await positions(owner, due)))
        for one in due:
            assert await succeeded(books.database, one, now=NOW)
    assert sent == [[numbers[0], numbers[2]], [numbers[1]], [numbers[3]]]
    assert await waiting(owner) == 0
    assert await lanes_count_what_waits(owner)


async def positions(owner: asyncpg.Connection, due: list[Any]) -> list[int]:
    rows = await owner.fetch("SELECT number FROM event WHERE position = ANY ($1)", [one.position for one in due])
    return [row["number"] for row in rows]


async def test_workers_that_claim_at_once_never_hold_one_lane_together(books: Books, owner: asyncpg.Connection) -> None:
    hooks = [await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES) for _ in range(3)]
    for _ in range(12):
        await books.earn(await books.member(), 10)
    await relayed(books.database)
    takings = await asyncio.gather(*(claimed(books.database, now=NOW, most=10) for _ in range(6)))
    taken = [one for due in takings for one in due]
    assert len({(one.webhook_id, one.lane) for one in taken}) == len(taken)
    for hook in hooks:
        assert sum(one.webhook_id == hook.webhook.webhook_id for one in taken) <= EACH
    assert await owner.fetchval("SELECT count(*) FROM webhook_lane WHERE lease IS NOT NULL") == len(taken)


async def test_no_webhook_has_more_under_way_than_its_share(books: Books) -> None:
    busy = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    other = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    for _ in range(EACH + 4):
        await books.earn(await books.member(), 10)
    await relayed(books.database)
    few = await claimed(books.database, now=NOW, most=6)
    assert sorted(sum(one.webhook_id == hook.webhook.webhook_id for one in few) for hook in (busy, other)) == [3, 3]
    rest = await claimed(books.database, now=NOW)
    assert len(few + rest) == 2 * EACH


async def test_whose_lease_ran_out_writes_nothing_down(books: Books, owner: asyncpg.Connection) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    member = await books.member()
    await books.earn(member, 10)
    await books.earn(member, 20)
    await relayed(books.database)
    (slow,) = await claimed(books.database, now=NOW)
    later = NOW + USUAL.lease
    assert await claimed(books.database, now=later - SECOND) == []
    (quick,) = await claimed(books.database, now=later)
    assert (quick.delivery_id, quick.message_id) == (slow.delivery_id, slow.message_id), "a double bears the same id"
    assert not await succeeded(books.database, slow, now=later)
    assert not await failed(books.database, slow, now=later)
    assert await owner.fetchval("SELECT count(*) FROM webhook_attempt") == 0
    assert await succeeded(books.database, quick, now=later)
    assert not await succeeded(books.database, slow, now=later)
    assert await waiting(owner) == 1
    assert await lanes_count_what_waits(owner)


async def test_a_failure_holds_back_its_own_wallet_alone(books: Books) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    poor, lucky = await books.member(), await books.member()
    for who in (poor, poor, lucky, lucky):
        await books.earn(who, 10)
    await relayed(books.database)
    first = {one.lane: one for one in await claimed(books.database, now=NOW)}
    await failed(books.database, first[poor.wallet_id], now=NOW)
    await succeeded(books.database, first[lucky.wallet_id], now=NOW)
    (following,) = await claimed(books.database, now=NOW)
    assert following.lane == lucky.wallet_id
    await succeeded(books.database, following, now=NOW)
    assert await claimed(books.database, now=NOW + 4 * SECOND) == []
    (again,) = await claimed(books.database, now=NOW + 5 * SECOND)
    assert again.delivery_id == first[poor.wallet_id].delivery_id


async def test_a_delivery_is_tried_for_three_days_and_then_the_next_has_its_turn(
    books: Books, owner: asyncpg.Connection
) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    member = await books.member()
    await books.earn(member, 10)
    await books.earn(member, 20)
    await relayed(books.database)
    now, times = NOW, list[datetime]()
    for _ in range(len(USUAL.retries) + 1):
        (due,) = await claimed(books.database, now=now)
        times.append(now)
        await failed(books.database, due, now=now)
        # Other wallets' messages arrive meanwhile, so the webhook itself does not rest.
        await owner.execute("UPDATE webhook SET failures = 0, failing_since = NULL, resting_until = NULL")
        now = await owner.fetchval("SELECT due_at FROM webhook_lane")
    assert [late - early for early, late in pairwise(times)] == list(USUAL.retries)
    assert timedelta(days=3) < times[-1] - times[0] < timedelta(days=4)
    assert await waiting(owner, "GIVEN_UP") == 1
    (following,) = await claimed(books.database, now=now)
    assert following.attempts == 0
    assert await owner.fetchval("SELECT array_agg(number ORDER BY number) FROM webhook_attempt") == list(range(1, 12))


async def test_an_endpoint_may_ask_for_patience_but_not_for_haste(books: Books, owner: asyncpg.Connection) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    now = NOW
    for asked, given in ((90, 90), (1, 30), (10**9, 86_400)):
        (due,) = await claimed(books.database, now=now)
        await failed(books.database, due, now=now, status=503, wait=timedelta(seconds=asked))
        due_at = await owner.fetchval("SELECT due_at FROM webhook_lane")
        assert due_at - now == timedelta(seconds=given)
        now = due_at


async def test_after_several_failures_one_message_at_a_time_tries_the_door(
    books: Books, owner: asyncpg.Connection
) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    for _ in range(EACH):
        await books.earn(await books.member(), 10)
    await relayed(books.database)
    due = await claimed(books.database, now=NOW)
    for one in due[: USUAL.weary]:
        await failed(books.database, one, now=NOW)
    assert (await webhook(owner))["resting_until"] == NOW + USUAL.rest
    assert await claimed(books.database, now=NOW + USUAL.rest - SECOND) == []
    for one in due[USUAL.weary :]:
        await failed(books.database, one, now=NOW)
    until = (await webhook(owner))["resting_until"]
    assert until == NOW + USUAL.rest * 2 ** (EACH - USUAL.weary), "each failure doubles the rest"
    (probe,) = await claimed(books.database, now=until)
    assert await claimed(books.database, now=until) == []
    assert await succeeded(books.database, probe, now=until)
    assert (await webhook(owner))["failures"] == 0
    assert len(await claimed(books.database, now=until)) == EACH - 1, "the door is open again"


async def test_a_dead_endpoint_holds_up_no_other(books: Books) -> None:
    dead = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    alive = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    for _ in range(2 * EACH):
        await books.earn(await books.member(), 10)
    await relayed(books.database)
    arrived = 0
    for _ in range(4):
        for one in await claimed(books.database, now=NOW):
            if one.webhook_id == dead.webhook.webhook_id:
                await failed(books.database, one, now=NOW, status=None)
            else:
                assert one.webhook_id == alive.webhook.webhook_id
                arrived += await succeeded(books.database, one, now=NOW)
    assert arrived == 2 * EACH


async def test_after_days_without_a_success_it_is_failing_until_somebody_resumes_it(
    books: Books, owner: asyncpg.Connection
) -> None:
    made = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    now = NOW
    while (await webhook(owner))["state"] == "ACTIVE":
        for due in await claimed(books.database, now=now):
            await failed(books.database, due, now=now)
        now += timedelta(hours=1)
    row = await webhook(owner)
    assert row["state"] == WebhookState.FAILING
    assert "HTTP 500" in row["reason"]
    assert timedelta(days=2) < now - NOW < timedelta(days=4)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    assert await claimed(books.database, now=now) == [], "what happens waits"
    await transacted(books.database, managing.resume, made.webhook.webhook_id, MANAGER, now=now)
    assert len(await claimed(books.database, now=now)) == 1 + await waiting(owner, "WAITING") - 1


async def test_an_endpoint_that_is_gone_pauses_its_webhook(books: Books, owner: asyncpg.Connection) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    (due,) = await claimed(books.database, now=NOW)
    await failed(books.database, due, now=NOW, status=410)
    row = await webhook(owner)
    assert (row["state"], "410" in row["reason"]) == ("PAUSED", True)
    assert await claimed(books.database, now=NOW + timedelta(hours=1)) == []


async def test_what_happens_while_it_is_paused_waits_and_follows_in_order(
    books: Books, owner: asyncpg.Connection
) -> None:
    made = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    sight, hook = Sight.partner(books.shop.partner_id), made.webhook.webhook_id
    await transacted(books.database, managing.pause, hook, MANAGER, now=NOW, sight=sight)
    member = await books.member()
    for _ in range(3):
        await books.earn(member, 10)
        await relayed(books.database)
        assert await claimed(books.database, now=NOW) == []
    await transacted(books.database, managing.resume, hook, MANAGER, now=NOW, sight=sight)
    numbers = []
    while due := await claimed(books.database, now=NOW):
        numbers += await positions(owner, due)
        await succeeded(books.database, due[0], now=NOW)
    assert len(numbers) == 3
    assert numbers == sorted(numbers)


async def test_what_waits_for_a_webhook_that_is_removed_is_never_sent(books: Books) -> None:
    made = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await books.earn(await books.member(), 10)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    (under_way,) = await claimed(books.database, now=NOW, most=1)
    await transacted(books.database, managing.remove, made.webhook.webhook_id, MANAGER, now=NOW)
    assert not await succeeded(books.database, under_way, now=NOW)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    assert await claimed(books.database, now=NOW + timedelta(hours=1)) == []


async def test_a_test_is_heard_by_its_webhook_alone_and_waits_for_nothing(books: Books) -> None:
    made = await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await a_webhook(books.database, books.shop.partner_id)
    sight = Sight.partner(books.shop.partner_id)
    for _ in range(2):
        await transacted(books.database, managing.test, made.webhook.webhook_id, occurred_at=NOW, sight=sight)
    await relayed(books.database)
    due = await claimed(books.database, now=NOW)
    assert [(one.webhook_id, one.kind) for one in due] == [(made.webhook.webhook_id, "WEBHOOK_TESTED")] * 2


async def test_what_was_not_the_endpoints_fault_counts_as_no_attempt(books: Books, owner: asyncpg.Connection) -> None:
    await a_webhook(books.database, books.shop.partner_id, kinds=PURCHASES)
    await books.earn(await books.member(), 10)
    await relayed(books.database)
    (due,) = await claimed(books.database, now=NOW)
    again = NOW + 2 * SECOND
    assert await transacted(books.database, delivering.give_back, due, again_at=again, now=NOW)
    assert await claimed(books.database, now=NOW) == []
    (same,) = await claimed(books.database, now=again)
    assert (same.delivery_id, same.attempts) == (due.delivery_id, 0)
    assert await owner.fetchval("SELECT count(*) FROM webhook_attempt") == 0
