"""Budgets drawn in the order of posting: what they do not cover is cut, as the ledger cuts it (0027_budgets.sql)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from math import ceil, floor
from operator import itemgetter
from typing import Any, Final

import polars as pl

from domain.earning.bounds import Pacing
from domain.earning.terms import Campaign
from domain.ids import PartnerId

MILLIONTHS: Final = 10**6
"""Budgets in money are counted in millionths of the currency's unit."""

Want = tuple[int, Fraction]
"""Units, and what each of them costs in the budget's unit."""
Available = Callable[[Campaign, datetime], int]
"""What of a campaign's budget is available at a moment, in points or minor units."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a budget covered of the points and the money of its campaign."""

    points: pl.DataFrame
    money: pl.DataFrame
    cut: int
    """Points that it did not cover."""
    used_up: int | None
    """The purchase at which nothing more was left; None: it sufficed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """By what budgets are reckoned."""

    digits: int
    """Decimals of the currency."""
    prices: Mapping[PartnerId, Decimal]
    """What a point costs each sponsor, for budgets in money."""
    available: Available
    moments: pl.Series
    """When each purchase occurred."""


def drawn(
    campaign: Campaign, points: pl.DataFrame, money: pl.DataFrame, purse: Purse, sponsors: Sequence[PartnerId]
) -> Drawn:
    """What the budget of a campaign covers of what it would give."""
    budget = campaign.terms.budget
    assert budget is not None
    scale = 1 if budget.points is not None else Fraction(MILLIONTHS, 10**purse.digits)
    costs = _costs(campaign, purse, sponsors, scale)
    rows = [(row[0], 0, place, row[-1], costs[row[2]]) for place, row in enumerate(points.iter_rows())]
    if budget.points is None:
        rows += [(row[0], 1, place, row[-1], Fraction(scale)) for place, row in enumerate(money.iter_rows())]
    total = sum(_needed(units, cost) for *_, units, cost in rows)
    if budget.pacing is Pacing.AT_ONCE and total <= budget.amount * scale:
        return Drawn(points, money, 0, None)
    given, used_up = _in_order(sorted(rows, key=itemgetter(0, 1, 2)), campaign, purse, scale)
    kept = _kept(points, "points", given, 0)
    cut = int(points["points"].sum()) - int(kept["points"].sum())
    return Drawn(kept, _kept(money, "units", given, 1) if budget.points is None else money, cut, used_up)


def _costs(
    campaign: Campaign, purse: Purse, sponsors: Sequence[PartnerId], scale: int | Fraction
) -> dict[int, Fraction]:
    if scale == 1 and campaign.terms.budget is not None and campaign.terms.budget.points is not None:
        return dict.fromkeys(range(len(sponsors)), Fraction(1))
    return {place: Fraction(purse.prices.get(one, Decimal(0))) * MILLIONTHS for place, one in enumerate(sponsors)}


def _in_order(
    rows: Iterable[tuple[Any, ...]], campaign: Campaign, purse: Purse, scale: int | Fraction
) -> tuple[dict[tuple[int, int], int], int | None]:
    """What each row is given; and the purchase that took the last of it."""
    spent, used_up = 0, None
    given: dict[tuple[int, int], int] = {}
    whole = floor(campaign.terms.budget.amount * scale) if campaign.terms.budget else 0
    for basket, group in groupby(rows, key=itemgetter(0)):
        wants = list(group)
        left = floor(purse.available(campaign, purse.moments[basket]) * scale) - spent
        fits = in_proportion([(units, cost) for *_, units, cost in wants], left)
        for (_, kind, place, _, cost), units in zip(wants, fits, strict=True):
            given[kind, place] = units
            spent += _needed(units, cost)
        if used_up is None and spent + min(cost for *_, cost in wants) > whole:
            used_up = basket
    return given, used_up


def in_proportion(wants: Sequence[Want], amount: int) -> list[int]:
    """How many units of each want of one purchase fit into an amount: cumulative rounding, then the rest in order."""
    total = sum(_needed(units, cost) for units, cost in wants)
    if total <= amount:
        return [units for units, _ in wants]
    upto = handed = rest = 0
    fits = []
    for units, cost in wants:
        upto += _needed(units, cost)
        due = max(0, amount) * upto // total
        rest += due - handed
        handed = due
        fits.append(units if not cost else min(units, floor(rest / cost)))
        rest -= _needed(fits[-1], cost)
    for place, (units, cost) in enumerate(wants):
        if fits[place] < units:
            more = min(units - fits[place], floor(rest / cost))
            rest -= _needed(fits[place] + more, cost) - _needed(fits[place], cost)
            fits[place] += more
    return fits


def _needed(units: int, cost: Fraction) -> int:
    return ceil(units * cost)


def _kept(rows: pl.DataFrame, what: str, given: Mapping[tuple[int, int], int], kind: int) -> pl.DataFrame:
    units = pl.Series(what, [given[kind, place] for place in range(rows.height)], dtype=pl.Int64)
    return rows.with_columns(units).filter(pl.col(what) > 0)
