"""Which campaigns give instead of which, for all purchases at once; domain/earning/stacking.py says it of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from domain.earning.backtest.history import CODE
from domain.earning.backtest.kinship import CHOSEN
from domain.earning.backtest.preparing import Prepared
from domain.earning.stacking import Mode, Stacking

Rows = Mapping[int, pl.DataFrame]
"""For the parts at some places, what they give by purchase."""
Extra = Callable[[int, pl.DataFrame], pl.DataFrame]
"""What all multipliers together add to the points of a part, if it stands alone."""

WIDE: Final = pl.Int128()
FACTOR: Final = 1000
"""Things that are no points weigh a thousandth of the smallest unit each."""


def beaten(prepared: Prepared, points: Rows, money: Rows, things: Rows, extra: Extra) -> dict[int, pl.Series]:
    """For which purchases each part stands back for another. Only parts without caps and counters are chosen here."""
    places = sorted({*points, *money, *things})
    if not any(_stacking(prepared, place).mode in CHOSEN for place in places):
        return {}
    worths = pl.concat([_worth(prepared, place, points, money, things, extra) for place in places])
    contenders = _with_modes(prepared, worths.filter(pl.col("worth") > 0))
    losers = _losers(contenders)
    return {place: rows["basket"] for (place,), rows in losers.group_by("place") if isinstance(place, int)}


def _stacking(prepared: Prepared, place: int) -> Stacking:
    return prepared.parts[place].entry.campaign.terms.stacking


def _worth(prepared: Prepared, place: int, points: Rows, money: Rows, things: Rows, extra: Extra) -> pl.DataFrame:
    """What a part is worth to members, with what multipliers make of it: as weighing has it of one purchase."""
    rate = prepared.history.point_worth
    parts = []
    if place in points:
        rows = points[place]
        more = extra(place, rows) if prepared.parts[place].entry.worth is not None else rows.clear()
        parts += [_weighed(one, "points", rate.numerator * FACTOR) for one in (rows, more)]
    if place in money:
        parts.append(_weighed(money[place], "units", rate.denominator * FACTOR))
    if place in things:
        parts.append(_weighed(things[place], "count", 1))
    summed = pl.concat(parts).group_by("basket").agg(pl.col("worth").sum())
    return summed.select("basket", pl.lit(place, CODE).alias("place"), "worth")


def _weighed(rows: pl.DataFrame, what: str, factor: int) -> pl.DataFrame:
    return rows.select("basket", (pl.col(what).cast(WIDE) * pl.lit(factor, WIDE)).alias("worth"))


def _with_modes(prepared: Prepared, worths: pl.DataFrame) -> pl.DataFrame:
    places = worths["place"].unique().to_list()
    stackings = [_stacking(prepared, place) for place in places]
    named = {"place": places, "mode": [str(one.mode) for one in stackings], "group": [one.group for one in stackings]}
    table = pl.DataFrame(named, schema={"place": CODE, "mode": pl.String(), "group": pl.String()})
    return worths.join(table, on="place").sort("basket", "place")


def _losers(contenders: pl.DataFrame) -> pl.DataFrame:
    """Purchases and places that stand back."""
    grouped = contenders.filter(pl.col("group").is_not_null())
    # By places in their order, of those worth most the first; FIRST does not ask what they are worth.
    ranked = pl.when(pl.col("mode") == str(Mode.FIRST)).then(pl.lit(0, WIDE)).otherwise(pl.col("worth"))
    firsts = grouped.filter(ranked.arg_max().over("basket", "mode", "group") == _place_in("basket", "mode", "group"))
    behind = grouped.join(firsts, on=["basket", "place"], how="anti")
    rest = pl.concat([contenders.filter(pl.col("mode") == str(Mode.ADD)), firsts])
    alone = contenders.filter(pl.col("mode") == str(Mode.EXCLUSIVE))
    best = alone.filter(pl.col("worth").arg_max().over("basket") == _place_in("basket"))
    sums = rest.group_by("basket").agg(pl.col("worth").sum().alias("together"))
    held = best.join(sums, on="basket", how="left").with_columns(pl.col("together").fill_null(0))
    winners = held.filter(pl.col("worth") > pl.col("together"))
    lost = [
        behind,
        alone.join(winners, on=["basket", "place"], how="anti"),
        rest.join(winners, on="basket", how="semi"),
    ]
    return pl.concat([one.select("basket", "place") for one in lost]).unique()


def _place_in(*groups: str) -> pl.Expr:
    return pl.int_range(pl.len(), dtype=CODE).over(groups)


def less(rows: pl.DataFrame, baskets: pl.Series | None) -> pl.DataFrame:
    """What is left without some purchases."""
    return rows if baskets is None else rows.join(baskets.to_frame("basket"), on="basket", how="anti")
