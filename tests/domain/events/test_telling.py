"""Who is told of what: each partner once, in the transaction of what happened, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from domain.audit.findings import Wrong
from domain.coalition.models import PartnerStatus
from domain.coalition.partners import change_status
from domain.events.models import EventKind
from domain.ledger.moving import merge_members
from domain.ledger.posting import Door, encoded
from domain.members.models import ConsentPurpose
from domain.settlement.cycles import cut_off
from tests.builders.coalition import writing
from tests.builders.ledger import DAY, Books
from tests.domain.events.builders import all_numbered, allow, following, forbid, told

BALANCE = frozenset({EventKind.BALANCE_CHANGED})


async def test_a_partner_is_told_of_its_deeds_and_another_partner_of_nothing(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 100)
    await books.redeem(who, 10)
    spent = await books.end_hold(who, await books.hold(who, 20), 15)
    given_up = await books.hold(who, 5)
    await books.end_hold(who, given_up, 0)
    await books.hold(who, 5)
    books.now += timedelta(hours=2)
    await books.sweep()
    await books.reverse(who, spent)
    await books.give_back(who, bought, 50)
    assert await told(books, books.shop.partner_id, who) == [
        EventKind.PURCHASE_RECORDED,
        EventKind.REDEMPTION_CAPTURED,
        EventKind.REDEMPTION_AUTHORIZED,
        EventKind.REDEMPTION_CAPTURED,
        EventKind.REDEMPTION_AUTHORIZED,
        EventKind.REDEMPTION_VOIDED,
        EventKind.REDEMPTION_AUTHORIZED,
        EventKind.REDEMPTION_LAPSED,
        EventKind.REDEMPTION_REVERSED,
        EventKind.PURCHASE_RETURNED,
    ]
    assert await told(books, books.maker.partner_id, who) == []


async def test_an_event_names_the_purchase_or_the_redemption_and_its_member(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 100)
    held = await books.hold(who, 20)
    await books.reverse(who, await books.end_hold(who, held, 15))
    lapsing = await books.hold(who, 5)
    books.now += timedelta(hours=2)
    await books.sweep()
    await books.give_back(who, bought, 50)
    await all_numbered(books.database)
    events = [event for event in await following(books.database, books.shop.partner_id) if event.sequence]
    subjects = [held.entry_id] * 3 + [lapsing.entry_id] * 2
    assert [event.subject_id for event in events] == [bought.entry_id, *subjects, bought.entry_id]
    assert {event.member_id for event in events} == {who.member_id}


async def test_who_may_see_the_balance_is_told_of_every_change_once(books: Books) -> None:
    who, maker = await books.member(), books.maker.partner_id
    await books.earn(who, 1)
    await allow(books, who, maker)
    await allow(books, who, books.shop.partner_id)
    await books.earn(who, 100, wait=DAY, last=40 * DAY)
    books.now += DAY
    await books.sweep()
    await books.redeem(who, 10)
    books.now += 41 * DAY
    await books.sweep()
    assert await books.kinds(who) == ["PURCHASE", "PURCHASE", "RELEASE", "REDEMPTION", "EXPIRY"]
    assert await told(books, maker, who) == [EventKind.BALANCE_CHANGED] * 4
    assert await told(books, books.shop.partner_id, who) == [
        EventKind.PURCHASE_RECORDED,
        EventKind.PURCHASE_RECORDED,
        EventKind.BALANCE_CHANGED,
        EventKind.REDEMPTION_CAPTURED,
        EventKind.BALANCE_CHANGED,
    ]
    assert await told(books, books.shop.partner_id, who, BALANCE) == [EventKind.BALANCE_CHANGED] * 4


async def test_an_entry_that_moves_no_points_changes_no_balance(books: Books) -> None:
    who, maker = await books.member(), books.maker.partner_id
    await allow(books, who, maker)
    await books.posted(Door.PURCHASES, books.purchase(who))
    assert await told(books, maker, who) == []
    assert await told(books, books.shop.partner_id, who) == [EventKind.PURCHASE_RECORDED]


async def test_consent_counts_as_it_stands_when_the_entry_is_written(books: Books) -> None:
    who, maker = await books.member(), books.maker.partner_id
    await allow(books, who, maker, until=books.now + DAY)
    await books.earn(who, 1)
    books.now += DAY
    await books.earn(who, 2)
    assert await told(books, maker, who) == [EventKind.BALANCE_CHANGED]
    await allow(books, who, maker)
    await books.earn(who, 3)
    await forbid(books, who, maker)
    await books.earn(who, 4)
    await allow(books, who, maker, ConsentPurpose.HISTORY)
    await books.earn(who, 5)
    assert await told(books, maker, who) == [EventKind.BALANCE_CHANGED] * 2


async def test_a_partner_that_may_not_meet_members_is_told_of_no_balance(books: Books) -> None:
    who, maker = await books.member(), books.maker.partner_id
    await allow(books, who, maker)
    async with writing(books.database) as session:
        await change_status(session, maker, PartnerStatus.SUSPENDED)
    await books.earn(who, 1)
    assert await told(books, maker, who) == []
    async with writing(books.database) as session:
        await change_status(session, maker, PartnerStatus.ACTIVE)
    await books.earn(who, 2)
    assert await told(books, maker, who) == [EventKind.BALANCE_CHANGED]


async def test_links_and_consents_are_told_to_their_partner(books: Books) -> None:
    who, maker = await books.member(), books.maker.partner_id
    await allow(books, who, maker, ConsentPurpose.BALANCE, ConsentPurpose.HISTORY)
    await forbid(books, who, maker)
    await all_numbered(books.database)
    events = [(event.kind, event.detail) for event in await following(books.database, maker) if event.member_id]
    assert events[0] == ("MEMBER_LINKED", None)
    assert sorted(events[1:3]) == [("CONSENT_GIVEN", "BALANCE"), ("CONSENT_GIVEN", "HISTORY")]
    assert events[3:] == [("CONSENT_REVOKED", "BALANCE")]
    linked = [event.kind for event in await following(books.database, books.shop.partner_id) if event.member_id]
    assert linked == ["MEMBER_LINKED"]


async def test_a_cycle_that_moves_on_is_told_to_all_that_have_not_left(books: Books) -> None:
    async with writing(books.database) as session:
        await change_status(session, books.maker.partner_id, PartnerStatus.LEAVING)
        await change_status(session, books.maker.partner_id, PartnerStatus.CLOSED)
    cycle = await books.owner.fetchval("SELECT cycle_id FROM cycle")
    async with writing(books.database) as session:
        await cut_off(session, cycle, now=books.now)
    await all_numbered(books.database)
    heard = [event.detail for event in await following(books.database, books.shop.partner_id) if event.subject_id]
    assert sorted(filter(None, heard)) == ["CUT_OFF", "OPEN", "OPEN"]
    assert [event.detail for event in await following(books.database, books.maker.partner_id)] == ["OPEN"]


async def test_after_a_merge_a_return_still_names_its_purchase(books: Books) -> None:
    old, new = await books.member(), await books.member()
    bought = await books.earn(old, 100)
    await merge_members(books.pool, old, new, now=books.now)
    await books.give_back(new, bought, 100)
    await all_numbered(books.database)
    back = (await following(books.database, books.shop.partner_id))[-1]
    assert (back.kind, back.wallet_id) == ("PURCHASE_RETURNED", new.wallet_id)
    assert (back.subject_wallet_id, back.subject_id) == (old.wallet_id, bought.entry_id)


async def test_two_consents_that_a_merge_brings_together_make_no_second_telling(books: Books) -> None:
    old, new, maker = await books.member(), await books.member(), books.maker.partner_id
    for who in (old, new):
        await allow(books, who, maker)
    await merge_members(books.pool, old, new, now=books.now)
    before = len(await told(books, maker, new))
    await books.earn(new, 5)
    assert len(await told(books, maker, new)) == before + 1


async def test_what_is_rolled_back_was_never_told(books: Books) -> None:
    who = await books.member()
    before = await books.owner.fetchval("SELECT count(*) FROM event")
    items = encoded([books.purchase(who, books.award(5))])
    async with books.pool.acquire() as connection:
        under_way = connection.transaction()
        await under_way.start()
        await connection.fetch("SELECT * FROM post_purchases($1::jsonb, $2)", items, books.now)
        await under_way.rollback()
    assert await books.owner.fetchval("SELECT count(*) FROM event") == before
    refused = await books.ask(Door.REDEMPTIONS, books.redemption(who, 5))
    assert refused.outcome == "INSUFFICIENT_POINTS"
    assert await books.owner.fetchval("SELECT count(*) FROM event") == before


async def test_nobody_writes_events_but_the_triggers(books: Books) -> None:
    await books.earn(await books.member(), 5)
    async with books.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.sight = 'partner:{books.shop.partner_id}'")
        made_up = "INSERT INTO event (partner_id, kind, balance_seen, occurred_at)"
        for statement in (
            f"{made_up} SELECT partner_id, 'PURCHASE_RECORDED', false, now() FROM partner LIMIT 1",
            "UPDATE event SET partner_id = partner_id",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute(statement)
        assert await connection.execute("UPDATE event SET number = 1, numbered_at = now()") == "UPDATE 0"
        assert await connection.execute("DELETE FROM event") == "DELETE 0"


async def test_an_audit_finds_what_was_not_told_and_what_was_made_up(shaken_books: Books) -> None:
    books = shaken_books
    who = await books.member()
    await books.owner.execute("ALTER TABLE entry DISABLE TRIGGER entry_is_told")
    await books.earn(who, 5)
    await books.owner.execute("ALTER TABLE entry ENABLE TRIGGER entry_is_told")
    await books.earn(who, 6)
    assert {finding.wrong for finding in (await books.audit()).findings} == {Wrong.EVENT_MISSING}
    await books.owner.execute("UPDATE event SET sequence = 9 WHERE sequence IS NOT NULL")
    assert {finding.wrong for finding in (await books.audit()).findings} == {Wrong.EVENT_MISSING, Wrong.EVENT_INVENTED}
