"""The deferred revenue of one partner, cycle by cycle, from its own purchases and its own points.

The price is what its baskets that earned its own points came to, less goods that came back; points are those it funded
in them. How many of them are redeemed, and how many more are expected, is told by all points it funds that were earned
in the cycle: one portfolio (IFRS 15, paragraph 4). Each cycle's allocation keeps the rate expected at its cut-off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from domain.errors import InvalidValue
from domain.ids import CycleId, PartnerId
from domain.liability.cohorts import cohorts_of
from domain.liability.deferral import allocated, recognised, ssp_of_points
from domain.liability.estimating import Estimate, Scenario, estimate
from domain.liability.models import Basis
from domain.liability.reading import PointBook, point_book
from domain.liability.reserve import rounded
from domain.settlement.models import Cycle
from domain.storage import COALITION, ReadSession, sight_of
from domain.values import minor_digits

_SALES = """
SELECT e.cycle_id, e.cycle_id AS settled_in, sum(p.total) AS minor, sum(a.points) AS points
FROM purchase p JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
JOIN (SELECT t.wallet_id, t.entry_id, sum(t.points) AS points FROM transfer t
    WHERE t.kind = 'ACCRUE' AND t.sponsor_id = :whose AND t.partner_id = :whose GROUP BY 1, 2) a
    ON a.wallet_id = p.wallet_id AND a.entry_id = p.entry_id
WHERE (:sees_all OR :viewer = :whose) AND p.partner_id = :whose AND p.currency = :currency GROUP BY 1, 2
UNION ALL
SELECT s.cycle_id, r.cycle_id, -sum((SELECT sum(amount) FROM unnest(g.amounts) amount)), 0
FROM purchase_return g JOIN entry r ON r.entry_id = g.entry_id
JOIN purchase p ON p.wallet_id = g.wallet_id AND p.entry_id = g.purchase_entry_id
JOIN entry s ON s.wallet_id = p.wallet_id AND s.entry_id = p.entry_id
WHERE (:sees_all OR :viewer = :whose) AND p.partner_id = :whose AND p.currency = :currency
    AND EXISTS (SELECT FROM transfer t WHERE t.wallet_id = p.wallet_id AND t.entry_id = p.entry_id
        AND t.kind = 'ACCRUE' AND t.sponsor_id = :whose)
GROUP BY 1, 2
UNION ALL
SELECT t.accrual_cycle_id, t.cycle_id, 0, -sum(t.points) FROM transfer t
WHERE (:sees_all OR :viewer = :whose) AND t.kind = 'CLAWBACK' AND t.debit <> 'DEBT' AND t.sponsor_id = :whose
    AND t.partner_id = :whose GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What a cycle's sales came to, or what a later cycle took back of them."""

    sold_in: CycleId
    told_in: CycleId
    price: Decimal
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """One cycle of the report; opening + allocated − recognised = closing, to the cent."""

    cycle_id: CycleId
    cycle: str
    price: Decimal
    """What was sold in it with points, less what came back in it."""
    points: int
    """What was funded in it, less what was clawed back in it."""
    urr: Decimal
    """The ultimate redemption rate expected at its cut-off."""
    basis: Basis
    opening: Decimal
    allocated: Decimal
    recognised: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _At:
    """What is known at the cut-off of a cycle."""

    cycle: Cycle
    book: PointBook
    estimate: Estimate


async def deferred_revenue(
    session: ReadSession,
    partner_id: PartnerId,
    *,
    now: datetime,
    value: Decimal | None = None,
    urr: Decimal | None = None,
) -> list[Deferred]:
    """The cycles that were cut off, oldest first, for a partner that is principal; a partner sees its own alone.

    The value of a point is the coalition's standard price if not said, the redemption rate is estimated if not said.
    Raises: InvalidValue, LiabilityNotKnown.
    """
    if value is not None and not (value.is_finite() and value >= 0):
        raise InvalidValue("a point is worth nothing or more", path=("value",))
    book = await point_book(session, as_of=now, sponsor_id=partner_id)
    closed = await session.scalars(
        select(Cycle)
        .where(col(Cycle.cut_off_at).is_not(None), col(Cycle.cycle_id).in_(list(book.cycles)))
        .order_by(col(Cycle.number))
    )
    sales = await _sales(session, partner_id, book.currency)
    scenario = Scenario(urr=urr)
    known = []
    for cycle in closed:
        assert cycle.cut_off_at is not None
        then = book.upto(cycle.number, cycle.cut_off_at)
        known.append(_At(cycle=cycle, book=then, estimate=estimate(cohorts_of(then.flows, then.months), scenario)))
    worth = book.standard_price if value is None else value
    return report(known, sales, worth, minor_digits(book.currency))


def report(known: Iterable[_At], sales: Iterable[Sale], value: Decimal, digits: int) -> list[Deferred]:
    """The rows of the report. Pure; each is the difference of what was so to the cent before and after the cycle."""
    rows: list[Deferred] = []
    sales, rates, so_far = list(sales), dict[CycleId, Decimal](), (Decimal(0), Decimal(0))
    for at in known:
        cycle_id = CycleId(at.cycle.cycle_id)
        rates[cycle_id] = at.estimate.urr[1]
        exact = _standing(at, sales, rates, value)
        standing = (rounded(exact[0], digits), rounded(exact[1], digits))
        within = [sale for sale in sales if sale.told_in == cycle_id]
        rows.append(
            Deferred(
                cycle_id=cycle_id,
                cycle=at.cycle.name,
                price=sum((sale.price for sale in within), Decimal(0)),
                points=sum(sale.points for sale in within),
                urr=rates[cycle_id],
                basis=at.estimate.basis,
                opening=so_far[0] - so_far[1],
                allocated=standing[0] - so_far[0],
                recognised=standing[1] - so_far[1],
                closing=standing[0] - standing[1],
            )
        )
        so_far = standing
    return rows


def _standing(
    at: _At, sales: Iterable[Sale], rates: Mapping[CycleId, Decimal], value: Decimal
) -> tuple[Fraction, Fraction]:
    """All that was allocated by then, and all that was recognised of it."""
    price: dict[CycleId, Decimal] = dict.fromkeys(rates, Decimal(0))
    points: dict[CycleId, int] = dict.fromkeys(rates, 0)
    for sale in sales:
        if sale.told_in in rates and sale.sold_in in rates:
            price[sale.sold_in] += sale.price
            points[sale.sold_in] += sale.points
    redeemed, further = _progress(at)
    deferred, earned = Fraction(0), Fraction(0)
    for cycle_id, rate in rates.items():
        ssp = ssp_of_points(max(0, points[cycle_id]), value, rate)
        allocation = allocated(price[cycle_id], price[cycle_id], ssp)
        spent = Fraction(redeemed.get(cycle_id, 0))
        deferred += allocation
        earned += recognised(allocation, spent, spent + further.get(cycle_id, Fraction(0)))
    return deferred, earned


def _progress(at: _At) -> tuple[dict[CycleId, int], dict[CycleId, Fraction]]:
    """Of the points earned in each cycle: how many are redeemed, and how many more are expected."""
    part = {one.cohort.number: one.of_outstanding for one in at.estimate.cohorts}
    redeemed: dict[CycleId, int] = {}
    further: dict[CycleId, Fraction] = {}
    for flow in at.book.flows:
        cycle_id = flow.accrual_cycle_id
        redeemed[cycle_id] = redeemed.get(cycle_id, 0) + flow.redeemed
        further[cycle_id] = further.get(cycle_id, Fraction(0)) + flow.outstanding * part[flow.cohort]
    return redeemed, further


async def _sales(session: ReadSession, partner_id: PartnerId, currency: str) -> list[Sale]:
    sight = sight_of(session)
    words: dict[str, Any] = {"whose": partner_id, "currency": currency}
    words |= {"sees_all": sight == COALITION, "viewer": sight.partner_id}
    unit = Decimal(1).scaleb(-minor_digits(currency))
    return [
        Sale(sold_in=row.cycle_id, told_in=row.settled_in, price=int(row.minor) * unit, points=int(row.points))
        for row in await session.execute(text(_SALES), words)
    ]
