"""Liability against real postings: it ties to the ledger, and is the same whenever it is asked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from domain.liability import evaluating, reading
from domain.liability.cohorts import cohorts_of
from domain.storage import Database
from tests.domain.settlement.trading import HYBRID, a_coalition

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
