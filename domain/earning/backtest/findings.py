"""What a look back comes to: who would have been reached, what it would have given, and what that changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import polars as pl

from domain.earning.backtest.figures import CampaignPart, Findings, SponsorPart, Spread, TopPurchase, Week
from domain.earning.backtest.history import History
from domain.earning.backtest.replaying import Given
from domain.ids import CampaignId, PartnerId

QUANTILES: Final = (10, 25, 50, 75, 90, 99)
"""In hundredths."""
MOST_TOP: Final = 10
MOST_STEPS: Final = 12
STEPS: Final = (1, 2, 5)

Key = tuple[CampaignId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The campaigns that were live, and the same with the terms looked at."""

    live: Given
    asked: Given
    key: Key
    """The terms looked at, as a campaign among the others."""
    counted: pl.Series
    """Whether each purchase lies in the time looked at; those before it only count on."""


class Tables:
    """What was given in the time looked at, ready to be summed."""

    def __init__(self, history: History, compared: Compared, entries: pl.Series) -> None:
        self.history = history
        self.entries = entries
        self.counted = compared.counted
        self.sponsors = compared.asked.sponsors
        self.campaigns = compared.asked.campaigns
        number = next(place for place, one in enumerate(self.campaigns) if one.key == compared.key)
        self.mine = pl.col("campaign") == number
        self.cut = compared.asked.cuts.get(number, 0)
        self.live, self.asked = (
            {"points": self._within(given.points), "units": self._within(given.money)}
            for given in (compared.live, compared.asked)
        )
        self.things = self._within(compared.asked.things).filter(self.mine)

    def _within(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.filter(self.counted.gather(rows["basket"]))

    def by_purchase(self, what: str) -> pl.DataFrame:
        """What the terms gave each purchase."""
        return self.asked[what].filter(self.mine).group_by("basket").agg(pl.col(what).sum())


def found(tables: Tables, *, since: datetime, until: datetime) -> Findings:
    """All figures of a look back."""
    history = tables.history
    baskets = history.baskets.filter(tables.counted)
    lines = history.lines.filter(tables.counted.gather(history.lines["basket"]))
    points, units = tables.by_purchase("points"), tables.by_purchase("units")
    rewarded = pl.concat([points["basket"], units["basket"], tables.things["basket"]]).unique()
    members = points.with_columns(history.baskets["member"].gather(points["basket"]))
    won = tables.things.group_by("name").agg(pl.col("count").sum()).sort("name")
    return Findings(
        since=since,
        until=until,
        purchases=baskets.height,
        lines=lines.height,
        amount=int(lines["amount"].sum()),
        members=baskets["member"].n_unique(),
        rewarded=len(rewarded),
        reached=history.baskets["member"].gather(rewarded).n_unique(),
        points=int(points["points"].sum()),
        units=int(units["units"].sum()),
        things=dict(won.iter_rows()),
        cut=tables.cut,
        sponsors=_sponsors(tables),
        changed=_changed(tables),
        per_purchase=spread_of(points["points"]),
        per_member=spread_of(members.group_by("member").agg(pl.col("points").sum())["points"]),
        top=_top(tables, points),
        weeks=_weeks(tables, rewarded),
    )


def members_by_sponsor(tables: Tables) -> dict[PartnerId, int]:
    """How many members would have got something that each sponsor pays for."""
    paid = [tables.asked[what].filter(tables.mine).select("basket", "sponsor") for what in ("points", "units")]
    rows = pl.concat(paid)
    members = rows.select("sponsor", tables.history.baskets["member"].gather(rows["basket"]).alias("member"))
    counted = members.group_by("sponsor").agg(pl.col("member").n_unique())
    return {tables.sponsors[sponsor]: count for sponsor, count in counted.iter_rows()}


def spread_of(numbers: pl.Series) -> Spread:
    """How whole numbers are spread: exact quantiles (nearest rank), and a histogram in round steps."""
    count, total = len(numbers), int(numbers.sum())
    ordered = numbers.sort()
    quantiles = {each: int(ordered[max(0, -(-each * count // 100) - 1)]) for each in QUANTILES} if count else {}
    return Spread(
        count=count,
        mean=_two_decimals(total, count),
        quantiles=quantiles,
        histogram=_histogram(numbers, quantiles[99]) if count else (),
    )


def _two_decimals(total: int, count: int) -> str:
    hundredths = (200 * total + count) // (2 * count) if count else 0
    return f"{hundredths // 100}.{hundredths % 100:02}"


def _histogram(numbers: pl.Series, high: int) -> list[tuple[int, int, int]]:
    """Equal steps up to what ninety-nine in a hundred do not exceed; the rest in one more, up to the highest."""
    size = 1
    turn = 0
    while size * (MOST_STEPS - 1) < high:
        turn += 1
        size = STEPS[turn % 3] * 10 ** (turn // 3)
    steps = -(-high // size)
    places = pl.min_horizontal((pl.col("n") - 1) // size, steps)
    counted = dict(numbers.to_frame("n").group_by(places.alias("place")).agg(pl.len()).iter_rows())
    rows = [(place * size + 1, (place + 1) * size, counted.get(place, 0)) for place in range(steps)]
    above = counted.get(steps, 0)
    return [*rows, (steps * size + 1, int(numbers.sort()[-1]), above)] if above else rows


def _sponsors(tables: Tables) -> list[SponsorPart]:
    sums: dict[str, dict[int, int]] = {}
    for what in ("points", "units"):
        for name, rows in (
            (what, tables.asked[what].filter(tables.mine)),
            (f"{what}_live", tables.live[what]),
            (f"{what}_with", tables.asked[what]),
        ):
            sums[name] = dict(rows.group_by("sponsor").agg(pl.col(what).sum()).iter_rows())
    return [
        SponsorPart(partner_id=sponsor, **{name: by.get(number, 0) for name, by in sums.items()})
        for number, sponsor in enumerate(tables.sponsors)
        if any(by.get(number) for by in sums.values())
    ]


def _changed(tables: Tables) -> list[CampaignPart]:
    sums: dict[str, dict[int, int]] = {}
    for what in ("points", "units"):
        for name, rows in ((f"{what}_live", tables.live[what]), (f"{what}_with", tables.asked[what])):
            sums[name] = dict(rows.group_by("campaign").agg(pl.col(what).sum()).iter_rows())
    parts = [
        CampaignPart(
            campaign_id=campaign.campaign_id,
            version=campaign.version,
            name=campaign.terms.name,
            **{name: by.get(number, 0) for name, by in sums.items()},
        )
        for number, campaign in enumerate(tables.campaigns)
    ]
    return [one for one in parts if (one.points_live, one.units_live) != (one.points_with, one.units_with)]


def _top(tables: Tables, points: pl.DataFrame) -> list[TopPurchase]:
    """The purchases that would have earned most; of several alike, the earlier."""
    history = tables.history
    best = points.sort(["points", "basket"], descending=[True, False]).head(MOST_TOP)
    amounts = history.lines.join(best, on="basket", how="semi").group_by("basket").agg(pl.col("amount").sum())
    rows = best.join(amounts, on="basket", how="left", maintain_order="left")
    return [
        TopPurchase(
            entry_id=UUID(tables.entries[basket]),
            partner_id=history.partners[history.baskets["partner"][basket]],
            at=history.baskets["at"][basket],
            amount=amount,
            points=earned,
        )
        for basket, earned, amount in rows.iter_rows()
    ]


def _weeks(tables: Tables, rewarded: pl.Series) -> list[Week]:
    history = tables.history
    local = history.baskets["at"].dt.convert_time_zone(history.zone.key).dt.date()
    mondays = history.baskets.select(local.dt.truncate("1w").alias("week"))["week"]
    every = mondays.filter(tables.counted).unique().sort()

    def summed(rows: pl.DataFrame, what: str) -> dict[date, int]:
        weekly = rows.with_columns(mondays.gather(rows["basket"]).alias("week")).group_by("week")
        return dict(weekly.agg(pl.col(what).sum()).iter_rows())

    purchases = summed(rewarded.to_frame("basket").with_columns(pl.lit(1).alias("one")), "one")
    points, units = (summed(tables.asked[what].filter(tables.mine), what) for what in ("points", "units"))
    live = summed(tables.live["points"], "points")
    return [
        Week(
            monday=monday,
            purchases=purchases.get(monday, 0),
            points=points.get(monday, 0),
            units=units.get(monday, 0),
            points_live=live.get(monday, 0),
        )
        for monday in every
    ]
