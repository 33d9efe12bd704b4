"""Liability against real postings: it ties to the ledger, and is the same whenever it is asked."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError

from domain.ids import CycleId
from domain.ledger import moving
from domain.liability import evaluating, reading
from domain.liability.cohorts import cohorts_of
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.storage import Database, Sight
from tests.domain.settlement.trading import HYBRID, Member, a_coalition

MONTH = timedelta(days=31)


async def test_cohorts_come_to_what_the_ledger_has_whatever_happened_to_points(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID, R=HYBRID)
    member = await trading.join()
    lot = await trading.earn(member, "P", {"P": 1000, "Q": 50})
    spent = await trading.redeem(member, "R", 700)
    await trading.reverse(member, "R", spent, 100)
    trading.now += MONTH
    await trading.give_back(member, "P", lot, 1000)
    await trading.earn(member, "Q", {"Q": 2000}, lives=timedelta(days=5))
    await trading.redeem(member, "R", 500)
    trading.now += MONTH
    await trading.expire(member)
    await trading.earn(member, "P", {"P": 30})
    book = await trading.do(reading.point_book, as_of=trading.now)
    cohorts = cohorts_of(book.flows, book.months)
    assert [f"{cohort.month:%Y-%m}" for cohort in cohorts] == ["2026-11", "2026-12", "2027-01"]
    assert sum(cohort.outstanding for cohort in cohorts) == await trading.do(reading.outstanding_now)
    for letter in "PQR":
        own = await trading.do(reading.point_book, as_of=trading.now, sponsor_id=trading.partner_ids[letter])
        still = sum(cohort.outstanding for cohort in cohorts_of(own.flows, own.months))
        assert still == await trading.do(reading.outstanding_now, trading.partner_ids[letter])
    for cohort in cohorts:
        assert cohort.issued >= cohort.redeemed + cohort.expired + cohort.clawed_back
        assert all(points >= 0 for points in cohort.by_age)


async def test_what_was_found_then_is_found_again_later(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1000})
    async with trading.session() as session:
        found = await evaluating.position(session, as_of=trading.now)
        then = await evaluating.keep(session, found, now=trading.now)
    trading.now += MONTH
    await trading.redeem(member, "R", 400)
    await trading.close(trading.cycle)
    again = await trading.do(evaluating.position, as_of=then.as_of)
    assert again.digest == then.digest
    assert (again.need.expected, again.cover.cash) == (then.need, then.from_settlement) == (Decimal("2.50"), Decimal(0))


async def test_a_cycle_is_counted_once_and_only_when_nothing_can_come_to_it(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member, before_all = await trading.join(), trading.now
    trading.now += timedelta(minutes=1)
    await trading.earn(member, "P", {"P": 1000})
    open_cycle = CycleId(trading.cycle.cycle_id)
    with pytest.raises(DBAPIError, match="cycles that were cut off"):
        await trading.do(reading.remember, open_cycle, now=trading.now)
    await trading.close(trading.cycle)
    assert await trading.do(reading.forgotten) == [open_cycle]
    done = await asyncio.gather(*(trading.do(reading.remember, open_cycle, now=trading.now) for _ in range(3)))
    assert sorted(done) == [False, False, True]
    assert await trading.do(reading.forgotten) == []
    before = await trading.do(reading.point_book, as_of=before_all)
    assert before.flows == [], "as of an earlier instant, it is counted anew"
    p, r = trading.partner_ids["P"], trading.partner_ids["R"]
    async with trading.session(Sight.partner(p)) as session:
        own = await reading.point_book(session, as_of=trading.now, sponsor_id=p)
        assert [flow.points for flow in own.flows] == [1000]
        with pytest.raises(DBAPIError, match="its own points alone"):
            await reading.point_book(session, as_of=trading.now, sponsor_id=r)


async def test_points_that_moved_stay_in_the_month_they_were_earned_in(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    gone, kept = await trading.join(), await trading.join()
    await trading.earn(gone, "P", {"P": 1000})
    trading.now += 2 * MONTH
    known = [_known(one) for one in (gone, kept)]
    await moving.merge_members(trading.database.pool, *known, now=trading.now)
    await trading.redeem(kept, "R", 400)
    book = await trading.do(reading.point_book, as_of=trading.now)
    (cohort,) = cohorts_of(book.flows, book.months)
    assert (f"{cohort.month:%Y-%m}", cohort.issued, cohort.redeemed, cohort.outstanding) == ("2026-11", 1000, 400, 600)
    assert cohort.outstanding == await trading.do(reading.outstanding_now)


def _known(member: Member) -> KnownMember:
    return KnownMember(
        wallet_id=member.wallet_id,
        member_id=member.member_id,
        kind=MemberKind.CONSUMER,
        pairwise_id=member.member_id,
    )
