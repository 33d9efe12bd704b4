"""Points are earned, wait, become available and expire; a request counts once however often it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.coalition.models import PartnerStatus
from domain.coalition.partners import change_status
from domain.ledger import queries
from domain.ledger.posting import Door, post
from domain.ledger.postings import BenefitGiven
from domain.ledger.sweeping import Swept
from domain.members.errors import AlreadyMember
from domain.members.identifiers import Identifier
from domain.storage import Sight
from tests.builders.coalition import outlet_of, writing
from tests.builders.ledger import DAY, Books


async def test_a_purchase_posted_again_is_not_paid_twice(books: Books) -> None:
    """A bug others shipped: an event replayed was paid twice."""
    who = await books.member()
    bought = books.purchase(who, books.award(100))
    first = await books.posted(Door.PURCHASES, bought)
    again = await books.ask(Door.PURCHASES, bought)
    assert (again.outcome, again.entry_id) == ("REPLAYED", first.entry_id)
    assert await books.counters(who) == (100, 0, 0, 0)


async def test_a_key_used_for_another_request_is_refused(books: Books) -> None:
    who = await books.member()
    bought = books.purchase(who, books.award(100))
    await books.posted(Door.PURCHASES, bought)
    other = replace(books.purchase(who, books.award(7), key=bought.idempotency_key), fingerprint=b"another")
    assert (await books.ask(Door.PURCHASES, other)).outcome == "IDEMPOTENCY_CONFLICT"
    spent = books.redemption(who, 5, key=bought.idempotency_key)
    assert spent.fingerprint == bought.fingerprint
    assert (await books.ask(Door.REDEMPTIONS, spent)).outcome == "IDEMPOTENCY_CONFLICT"
    assert await books.counters(who) == (100, 0, 0, 0)


async def test_a_key_is_one_partners_across_all_wallets(books: Books) -> None:
    one, other = await books.member(), await books.member()
    await books.posted(Door.PURCHASES, books.purchase(one, books.award(10), key="the-same"))
    elsewhere = replace(books.purchase(other, books.award(10), key="the-same"), fingerprint=b"another")
    assert (await books.ask(Door.PURCHASES, elsewhere)).outcome == "IDEMPOTENCY_CONFLICT"
    makers = books.purchase(other, books.award(10), key="the-same", partner_id=books.maker.partner_id)
    await books.posted(Door.PURCHASES, makers)


async def test_a_refusal_leaves_its_key_free_and_nothing_behind(books: Books) -> None:
    who = await books.member()
    spent = books.redemption(who, 50)
    verdict = await books.ask(Door.REDEMPTIONS, spent)
    assert (verdict.outcome, verdict.spendable) == ("INSUFFICIENT_POINTS", 0)
    assert await books.kinds(who) == []
    await books.earn(who, 50)
    await books.posted(Door.REDEMPTIONS, spent)


async def test_every_item_of_a_batch_gets_its_own_verdict(books: Books) -> None:
    """A bug others shipped: an import skipped what its rules refused without saying so."""
    one, other = await books.member(), await books.member()
    stranger = replace(one, wallet_id=one.member_id)
    batch = [
        books.purchase(one, books.award(10), key="first-one"),
        books.purchase(stranger, books.award(10)),
        books.purchase(one, books.award(20)),
        books.purchase(other, books.award(30, sponsor_id=one.member_id)),
        books.purchase(other, books.award(40), outlet_id=one.member_id),
        replace(books.purchase(other, books.award(50), key="first-one"), fingerprint=b"another"),
        books.purchase(other, books.award(60), books.award(70, sponsor_id=books.maker.partner_id)),
    ]
    verdicts = await post(books.pool, Door.PURCHASES, batch, now=books.now)
    assert [verdict.outcome for verdict in verdicts] == [
        *("POSTED", "MEMBER_NOT_FOUND", "POSTED", "SPONSOR_NOT_ACTIVE"),
        *("OUTLET_NOT_FOUND", "IDEMPOTENCY_CONFLICT", "POSTED"),
    ]
    assert [await books.counters(who) for who in (one, other)] == [(30, 0, 0, 0), (130, 0, 0, 0)]


async def test_only_active_partners_award_and_leaving_ones_still_honour(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    async with writing(books.database) as session:
        await change_status(session, books.shop.partner_id, PartnerStatus.LEAVING)
    assert (await books.ask(Door.PURCHASES, books.purchase(who))).outcome == "PARTNER_NOT_ACTIVE"
    await books.redeem(who, 40)
    async with writing(books.database) as session:
        await change_status(session, books.shop.partner_id, PartnerStatus.CLOSED)
    assert (await books.ask(Door.REDEMPTIONS, books.redemption(who, 40))).outcome == "PARTNER_NOT_ACTIVE"


async def test_a_benefit_is_refused_when_its_sponsor_is_not_active(books: Books) -> None:
    who = await books.member()
    gift = BenefitGiven(kind="DISCOUNT", sponsor_id=books.maker.partner_id, amount=Decimal("1.25"))
    await books.posted(Door.PURCHASES, books.purchase(who, benefits=[gift]))
    async with writing(books.database) as session:
        await change_status(session, books.maker.partner_id, PartnerStatus.SUSPENDED)
    late = books.purchase(who, benefits=[replace(gift, benefit_id=who.member_id)])
    assert (await books.ask(Door.PURCHASES, late)).outcome == "SPONSOR_NOT_ACTIVE"


async def test_an_outlet_is_its_partners_and_open(books: Books) -> None:
    who = await books.member()
    outlet = await outlet_of(books.database, books.shop)
    theirs = await outlet_of(books.database, books.maker)
    await books.posted(Door.PURCHASES, books.purchase(who, outlet_id=outlet.outlet_id))
    wrong = books.purchase(who, outlet_id=theirs.outlet_id)
    assert (await books.ask(Door.PURCHASES, wrong)).outcome == "OUTLET_NOT_FOUND"
    await books.owner.execute("UPDATE outlet SET closed_at = $1 WHERE outlet_id = $2", books.now, outlet.outlet_id)
    late = books.purchase(who, outlet_id=outlet.outlet_id)
    assert (await books.ask(Door.PURCHASES, late)).outcome == "OUTLET_NOT_FOUND"


async def test_pending_points_wait_and_are_available_the_instant_they_are_due(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100, wait=14 * DAY)
    assert await books.counters(who) == (0, 100, 0, 0)
    books.now += 14 * DAY - timedelta(microseconds=1)
    assert (await books.ask(Door.REDEMPTIONS, books.redemption(who, 1))).outcome == "INSUFFICIENT_POINTS"
    books.now += timedelta(microseconds=1)
    seen = await queries.balance(books.pool, who.wallet_id, sight=Sight.member(who.member_id), now=books.now)
    assert (seen.available, seen.pending) == (100, 0)
    await books.redeem(who, 100)
    assert await books.kinds(who) == ["PURCHASE", "RELEASE", "REDEMPTION"]


async def test_a_lot_is_never_spent_at_or_after_its_end_swept_or_not(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100, last=30 * DAY)
    books.now += 30 * DAY - timedelta(microseconds=1)
    await books.redeem(who, 10)
    books.now += timedelta(microseconds=1)
    verdict = await books.ask(Door.REDEMPTIONS, books.redemption(who, 1))
    assert (verdict.outcome, verdict.spendable) == ("INSUFFICIENT_POINTS", 0)
    assert await books.counters(who) == (90, 0, 0, 0)
    assert await books.sweep() == Swept(released=0, lapsed=0, expired=1)
    assert await books.counters(who) == (0, 0, 0, 0)
    assert await books.sweep() == Swept(0, 0, 0)


async def test_what_expires_first_is_spent_first_then_what_is_oldest(books: Books) -> None:
    who = await books.member()
    for points, last in ((10, None), (20, 60 * DAY), (30, 20 * DAY), (40, 60 * DAY), (50, None)):
        await books.earn(who, points, last=last)
        books.now += timedelta(minutes=1)
    await books.redeem(who, 30 + 20 + 15)
    assert await books.lots(who) == [10, 0, 0, 25, 50]
    await books.redeem(who, 25 + 10 + 1)
    assert await books.lots(who) == [0, 0, 0, 0, 49]


async def test_every_lot_past_its_end_expires_wherever_it_came_from(books: Books) -> None:
    """A bug others shipped: expiry went by a free-text label, so that some lots never expired."""
    who = await books.member()
    await books.earn(who, 10, last=10 * DAY)
    await books.earn(who, 20, last=10 * DAY, campaign_id=who.member_id, campaign_version=3)
    await books.earn(who, 30, last=10 * DAY, sponsor_id=books.maker.partner_id)
    await books.earn(who, 40, last=10 * DAY, wait=5 * DAY)
    await books.earn(who, 50, last=10 * DAY, inactivity_months=1)
    await books.earn(who, 60, inactivity_months=1)
    await books.earn(who, 70)
    books.now += 10 * DAY
    await books.sweep()
    assert await books.counters(who) == (130, 0, 0, 0)
    books.now += 21 * DAY
    await books.sweep()
    assert await books.counters(who) == (70, 0, 0, 0)


async def test_the_next_expiry_sums_all_lots_that_end_then(books: Books) -> None:
    """A bug others shipped: "next expiry" looked at one lot only."""
    who = await books.member()
    for points, sponsor in ((10, books.shop), (20, books.maker), (5, books.shop)):
        await books.earn(who, points, last=20 * DAY, sponsor_id=sponsor.partner_id)
    await books.earn(who, 40, last=30 * DAY)
    await books.hold(who, 2)
    seen = await queries.balance(books.pool, who.wallet_id, sight=Sight.member(who.member_id), now=books.now)
    assert [(due.at - books.now, due.points) for due in seen.expiries] == [(20 * DAY, 33), (30 * DAY, 40)]


async def test_activity_keeps_points_alive_but_never_revives_them(books: Books) -> None:
    """Found by review: a late sweep let a purchase revive lots whose term from inactivity had ended."""
    who = await books.member()
    await books.earn(who, 100, inactivity_months=2)
    books.now += 50 * DAY
    await books.earn(who, 1)
    books.now += 50 * DAY
    assert (await books.ask(Door.REDEMPTIONS, books.redemption(who, 101))).outcome == "POSTED"
    await books.earn(who, 200, inactivity_months=2)
    books.now += 62 * DAY
    await books.earn(who, 1)
    assert await books.counters(who) == (1, 0, 0, 0)
    assert (await books.kinds(who))[-2:] == ["EXPIRY", "PURCHASE"]


async def test_a_month_of_inactivity_is_a_calendar_month(books: Books) -> None:
    who = await books.member()
    books.now = books.now.replace(year=2027, month=1, day=31)
    await books.earn(who, 10, inactivity_months=1)
    books.now = books.now.replace(month=2, day=28) - timedelta(seconds=1)
    await books.sweep()
    assert await books.counters(who) == (10, 0, 0, 0)
    books.now += timedelta(seconds=1)
    await books.sweep()
    assert await books.counters(who) == (0, 0, 0, 0)


async def test_a_sweep_does_all_that_is_due_in_one_go(books: Books) -> None:
    one, other = await books.member(), await books.member()
    await books.earn(one, 10, wait=2 * DAY, last=5 * DAY)
    await books.earn(one, 20, last=3 * DAY)
    await books.hold(one, 20, hold_for=4 * DAY)
    await books.earn(other, 30, wait=2 * DAY)
    books.now += 6 * DAY
    assert await books.sweep() == Swept(released=2, lapsed=1, expired=1)
    assert [await books.counters(who) for who in (one, other)] == [(0, 0, 0, 0), (30, 0, 0, 0)]


async def test_one_address_is_one_member_whatever_its_letter_case(books: Books) -> None:
    """A bug others shipped: one person was a member twice through letter case of an e-mail address."""
    await books.member(Identifier.email("Ann.Smith@Example.org"))
    with pytest.raises(AlreadyMember):
        await books.member(Identifier.email("ann.smith@example.ORG"))


async def test_history_is_appended_never_changed(books: Books) -> None:
    """A bug others shipped: points of a cancelled sale were deleted rather than reversed."""
    who = await books.member()
    await books.earn(who, 100)
    for statement in (
        "UPDATE transfer SET points = 1",
        "DELETE FROM transfer",
        "TRUNCATE transfer",
        "UPDATE entry SET posted_at = now()",
        "DELETE FROM entry",
        "TRUNCATE entry",
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="history"):
            await books.owner.execute(statement)
