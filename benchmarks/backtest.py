"""How long a look back over the real year takes, stage by stage, beside the tills' rating of the same purchases.

    hansa replay --database year
    python3 benchmarks/backtest.py --database postgresql://…/year [--campaigns 1 10 40] [--no-rows] [--json]

A replayed year has 155,848 purchases with 1,469,307 lines. Each set of campaigns is looked back over twice, as it
would have been live without and with a draft that doubles own brands. The row engine rates the same purchases once, as
they lie in memory. Absolute figures belong to the machine; the ratio is what is compared, and both must agree.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from domain.coalition.founding import coalition_of
from domain.earning.backtest import findings
from domain.earning.backtest.history import History
from domain.earning.backtest.reading import Found, Looked, read_history
from domain.earning.backtest.replaying import Replay
from domain.earning.backtest.rows import bought_of, one_by_one
from domain.earning.book import CampaignBook
from domain.earning.bounds import Cap
from domain.earning.matching import LineMatch
from domain.earning.periods import Period
from domain.earning.prizes import Prize
from domain.earning.rules import Band, Bands, Card, Cashback, Flat, Multiplier, PerItem, RatePerUnit, Rule
from domain.earning.stacking import Mode, Stacking
from domain.earning.terms import Campaign, CampaignState, Sponsor, Terms
from domain.earning.when import When
from domain.ids import CampaignId, PartnerId, new_id
from domain.storage import COALITION, ReadSession, opened
from domain.values import Rate

SINCE, UNTIL = datetime(2016, 12, 1, tzinfo=UTC), datetime(2018, 2, 1, tzinfo=UTC)
TUESDAYS = When(weekdays=frozenset({2}))
CHOSEN = Stacking(mode=Mode.BEST, group="one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One look back."""

    campaigns: int
    read: float
    prepared: float
    rated: float
    summed: float
    rows: float | None
    purchases: int
    lines: int

    @property
    def whole(self) -> float:
        """Seconds in all."""
        return self.read + self.prepared + self.rated + self.summed

    @property
    def ratio(self) -> float | None:
        """How many times as long the row engine takes for one of the two ratings."""
        return None if self.rows is None else self.rows / ((self.prepared + self.rated) / 2)


def programme(history: History, many: int) -> list[Campaign]:
    """So many campaigns: the first gives a point a unit; then multipliers, bands, items, a card, a cap, a choice."""
    shop = history.partners[0]
    categories = sorted({one.category for one in history.articles if one.category})
    departments = sorted({one.department for one in history.articles if one.department})
    made: list[tuple[Rule, dict[str, object]]] = [
        (RatePerUnit(points=Rate(1)), {}),
        (Multiplier(factor=Rate(2), lines=LineMatch(categories=frozenset(categories[:20]))), {}),
        (Flat(points=50, minimum=6000), {}),
        (
            Bands(bands=(Band(start=2000, gives=10), Band(start=5000, gives=40))),
            {"when": When(weekdays=frozenset({2}))},
        ),
        (PerItem(points=Rate(1, 2), lines=LineMatch(departments=frozenset({"PRODUCE"}))), {}),
        (Cashback(share=Rate(1, 50), lines=LineMatch(categories=frozenset(categories[20:30]))), {}),
        (Card(every=10, prize=Prize(points=200)), {}),
        (RatePerUnit(points=Rate(1, 4)), {"caps": (Cap(most=100, period=Period.MONTH),)}),
        (Flat(points=6), {"stacking": CHOSEN}),
        (Flat(points=7, minimum=1000), {"stacking": CHOSEN}),
    ]
    for number in range(len(made), many):
        named = frozenset({categories[number % len(categories)], categories[-number]})
        department = frozenset({departments[number % len(departments)]})
        rules: Sequence[Rule] = (
            RatePerUnit(points=Rate(number, 7), lines=LineMatch(categories=named)),
            PerItem(points=Rate(2), lines=LineMatch(departments=department)),
            Flat(points=number, minimum=500, lines=LineMatch(categories=named)),
        )
        condition = When(condition=f"purchase.amount >= {number * 50}") if number % 4 == 0 else When()
        made.append((rules[number % 3], {"when": condition}))
    return [_campaign(shop, number, *one) for number, one in enumerate(made[:many])]


def _campaign(shop: PartnerId, number: int, rule: Rule, terms: dict[str, object]) -> Campaign:
    written = Terms(
        name=f"Campaign {number}",
        rule=rule,
        starts_at=SINCE,
        partners=frozenset({shop}),
        sponsors=(Sponsor(shop, Rate(7, 10)), Sponsor(PartnerId(new_id()), Rate(3, 10))),
        **terms,  # type: ignore[arg-type]
    )
    return Campaign(
        campaign_id=CampaignId(new_id()),
        version=1,
        partner_id=shop,
        state=CampaignState.LIVE,
        terms=written,
        live_from=SINCE,
    )


async def measured(url: str, many: int, *, rows: bool) -> Figures:
    """One look back, stage by stage."""
    async with opened(url, connections=2) as database, database.session(COALITION) as session:
        reading = ReadSession(session)
        coalition = await coalition_of(reading)
        began = time.perf_counter()
        found = await read_history(
            reading,
            Looked(owner=None, since=SINCE, until=UNTIL),
            (),
            currency=coalition.currency,
            zone=ZoneInfo(coalition.time_zone),
            point_worth=Fraction(1),
        )
        read = time.perf_counter() - began
    return _rated(found, many, read, rows=rows)


def _rated(found: Found, many: int, read: float, *, rows: bool) -> Figures:
    history = found.history
    live = programme(history, many)
    double = Multiplier(factor=Rate(2), lines=LineMatch(private_label=True))
    draft = replace(_campaign(history.partners[0], many, double, {}), version=2)
    marks = [time.perf_counter()]
    replay = Replay(history, [*live, draft])
    marks.append(time.perf_counter())
    keys = {one.key for one in live}
    before, after = replay.given(keys), replay.given(keys | {draft.key})
    marks.append(time.perf_counter())
    compared = findings.Compared(live=before, asked=after, key=draft.key, counted=history.baskets["at"] >= SINCE)
    findings.found(findings.Tables(history, compared, found.entries), since=SINCE, until=UNTIL)
    marks.append(time.perf_counter())
    prepared, rated, summed = (end - start for start, end in pairwise(marks))
    return Figures(
        campaigns=many,
        read=read,
        prepared=prepared,
        rated=rated,
        summed=summed,
        rows=_by_rows(history, live, int(before.points["points"].sum())) if rows else None,
        purchases=history.baskets.height,
        lines=history.lines.height,
    )


def _by_rows(history: History, live: Sequence[Campaign], expected: int) -> float:
    bought = list(bought_of(history))
    book = CampaignBook(history.currency, live, zone=history.zone, point_worth=history.point_worth)
    began = time.perf_counter()
    points = sum(rating.points for rating in one_by_one(bought, book))
    seconds = time.perf_counter() - began
    assert points == expected, f"the row engine gives {points:,}, the columns {expected:,}"
    return seconds


def shown(figures: Sequence[Figures]) -> Table:
    """For people."""
    table = Table(title="Looking back over a year, seconds")
    names = (
        "campaigns",
        "read",
        "prepared",
        "rated twice",
        "summed",
        "in all",
        "purchases/s",
        "lines/s",
        "rows",
        "ratio",
    )
    for name in names:
        table.add_column(name, justify="right")
    for one in figures:
        table.add_row(
            str(one.campaigns),
            *(f"{seconds:.2f}" for seconds in (one.read, one.prepared, one.rated, one.summed, one.whole)),
            f"{one.purchases / one.whole:,.0f}",
            f"{one.lines / one.whole:,.0f}",
            "" if one.rows is None else f"{one.rows:.1f}",
            "" if one.ratio is None else f"{one.ratio:.1f}",
        )
    return table


def main() -> None:
    """Measure each set of campaigns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True, help="the address of a replayed year")
    parser.add_argument("--campaigns", type=int, nargs="+", default=[1, 10, 40])
    parser.add_argument("--no-rows", action="store_true", help="leave the row engine out")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    done = [asyncio.run(measured(given.database, many, rows=not given.no_rows)) for many in given.campaigns]
    if given.json:
        print(json.dumps([asdict(one) | {"whole": one.whole, "ratio": one.ratio} for one in done]))
    else:
        Console().print(shown(done))


if __name__ == "__main__":
    main()
