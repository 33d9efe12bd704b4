"""Weighing in columns: what a family of campaigns gives where nobody stands in for another and nothing is counted on.

No rule is written anew here. Each campaign's own function is asked once for each distinct amount or quantity, and its
answer spread over the purchases that have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from domain.earning.backtest.adding_up import capped, stamped
from domain.earning.backtest.choosing import beaten, less
from domain.earning.backtest.history import CODE, History, lump
from domain.earning.backtest.preparing import Part, Prepared
from domain.earning.backtest.spreading import INT, spread
from domain.earning.basket import STRANGER
from domain.earning.counting import counted_by
from domain.earning.money import money_of, units_of
from domain.earning.rounding import ROUNDED
from domain.earning.rules import MONEY_KINDS, Cashback, Discount, Gift, Multiplier, PerItem, RatePerUnit, RuleKind
from domain.ids import CampaignId

AWARDS: Final[dict[str, Any]] = {"basket": CODE, "campaign": CODE, "points": INT}
MONEY: Final[dict[str, Any]] = {"basket": CODE, "campaign": CODE, "number": pl.Int32(), "units": INT}
THINGS: Final[dict[str, Any]] = {"basket": CODE, "campaign": CODE, "name": pl.String(), "count": INT}


LUMP: Final = ("number", "amount", "quantity", "discount", "coupon")
"""What a lump is made of, in its order."""


Given = dict[int, pl.DataFrame]
"""For the parts at some places, what they give by purchase."""


def empty(schema: Mapping[str, Any]) -> pl.DataFrame:
    """A table without rows."""
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What campaigns give, before budgets."""

    awards: pl.DataFrame = field(default_factory=lambda: empty(AWARDS))
    """Points by purchase and campaign."""
    money: pl.DataFrame = field(default_factory=lambda: empty(MONEY))
    """Minor units by line, as the campaign would give them; a line's discount bounds them afterwards."""
    things: pl.DataFrame = field(default_factory=lambda: empty(THINGS))
    """Tokens by name."""


def together(parts: Sequence[Weighed]) -> Weighed:
    """Several as one, by purchase."""
    if not parts:
        return Weighed()
    return Weighed(
        *(pl.concat([getattr(part, name) for part in parts]).sort("basket", "campaign") for name in Weighed.__slots__)
    )


def without(weighed: Weighed, baskets: pl.Series) -> Weighed:
    """What is left without some purchases."""
    gone = pl.DataFrame({"basket": baskets})
    return Weighed(*(getattr(weighed, name).join(gone, on="basket", how="anti") for name in Weighed.__slots__))


def weighed(prepared: Prepared, places: Sequence[int]) -> Weighed:
    """What a family gives where it does not have to step: by itself, chosen, capped, and multiplied."""
    points, money, things = _by_themselves(prepared, places)
    multipliers = [place for place in places if prepared.parts[place].entry.kind is RuleKind.MULTIPLIER]

    def extra(place: int, rows: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([rows.clear(), *(_multiplied(prepared, one, {place: rows}) for one in multipliers)])

    losers = beaten(prepared, points, money, things, extra)
    points, money, things = (
        {place: less(rows, losers.get(place)) for place, rows in given.items()} for given in (points, money, things)
    )
    points = capped(prepared, {place: points[place] for place in sorted(points)})
    points |= {place: _multiplied(prepared, place, points) for place in multipliers}
    awards = [
        Weighed(awards=rows.select("basket", pl.lit(prepared.parts[place].number, CODE).alias("campaign"), "points"))
        for place, rows in points.items()
    ]
    others = [*(Weighed(money=rows) for rows in money.values()), *(Weighed(things=rows) for rows in things.values())]
    return together([*awards, *others])


def _by_themselves(prepared: Prepared, places: Sequence[int]) -> tuple[Given, Given, Given]:
    """Points, money and things of each part that multiplies nothing."""
    points: Given = {}
    money: Given = {}
    things: Given = {}
    for place in places:
        part = prepared.parts[place]
        if part.entry.worth is not None:
            points[place] = _points(prepared, part, prepared.hits(place)).filter(pl.col("points") > 0)
        elif part.entry.kind in MONEY_KINDS:
            money[place] = _money(prepared, place)
        elif part.entry.kind is RuleKind.GIFT:
            points[place], things[place] = _gift(prepared.history, part, prepared.hits(place))
    for card in _cards(prepared, places):
        won, tokens = stamped(prepared, card)
        points |= won
        things |= tokens
    return points, money, things


def _cards(prepared: Prepared, places: Sequence[int]) -> list[list[int]]:
    """The places of each card and each campaign of milestones, all its parts and versions together."""
    found: dict[CampaignId, list[int]] = {}
    for place in places:
        campaign = prepared.parts[place].entry.campaign
        if campaign.terms.rule.kind in (RuleKind.CARD, RuleKind.MILESTONES):
            found.setdefault(campaign.campaign_id, []).append(place)
    return list(found.values())


def _points(prepared: Prepared, part: Part, hits: pl.DataFrame) -> pl.DataFrame:
    """The points a rule gives for the lines that were counted, by purchase."""
    rule, worth, history = part.entry.campaign.terms.rule, part.entry.worth, prepared.history
    assert worth is not None
    if isinstance(rule, RatePerUnit) and rule.tenders:
        paid = hits.select("amount", history.baskets["tender"].gather(hits["basket"]))
        tenders = history.tenders
        said = spread(paid, ("amount", "tender"), lambda amount, code: worth([lump(1, amount)], tenders[code]))
    elif isinstance(rule, PerItem):
        said = spread(hits, ("quantity",), lambda quantity: worth([lump(1, 0, quantity)], None))
    else:
        said = spread(hits, ("amount",), lambda amount: worth([lump(1, amount)], None))
    return hits.select("basket", said.alias("points"))


def _gift(history: History, part: Part, hits: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What a gift without a wheel comes to: points by purchase, and things."""
    campaign = part.entry.campaign
    rule = campaign.terms.rule
    assert isinstance(rule, Gift)

    def given(amount: int) -> int:
        won = counted_by(campaign, [lump(1, amount)], STRANGER, campaign.terms.starts_at, history.zone)
        return -1 if not won.anything else won.points

    found = hits.select("basket", spread(hits, ("amount",), given).alias("points"))
    won = found.filter(pl.col("points") >= 0)
    token = rule.prize.token
    things = won.clear() if token is None else won
    columns = (pl.lit(part.number, CODE).alias("campaign"), pl.lit("" if token is None else token.name).alias("name"))
    return won.filter(pl.col("points") > 0), things.select("basket", *columns, pl.lit(1, INT).alias("count"))


def _multiplied(prepared: Prepared, place: int, points: Mapping[int, pl.DataFrame]) -> pl.DataFrame:
    """What a multiplier adds, by purchase: to each base award what its rule gives for the lines both count."""
    part = prepared.parts[place]
    campaign = part.entry.campaign
    rule = campaign.terms.rule
    assert isinstance(rule, Multiplier)
    bases = list(_bases(prepared, place, points))
    if not bases:
        return empty({"basket": CODE, "points": INT})
    totals = pl.concat(bases).group_by("basket").agg(pl.col("points").sum()).sort("basket")
    more, of = rule.factor.numerator - rule.factor.denominator, rule.factor.denominator
    rounded = ROUNDED[campaign.terms.rounding]
    said = spread(totals, ("points",), lambda total: rounded(more * total, of))
    return totals.select("basket", said.alias("points")).filter(pl.col("points") > 0)


def _bases(prepared: Prepared, place: int, points: Mapping[int, pl.DataFrame]) -> Iterator[pl.DataFrame]:
    rule = prepared.parts[place].entry.campaign.terms.rule
    assert isinstance(rule, Multiplier)
    for other, found in points.items():
        part = prepared.parts[other]
        if part.entry.worth is None or part.entry.kind not in rule.base:
            continue
        both = prepared.hits(*sorted((place, other)))
        alone = _points(prepared, part, both).rename({"points": "alone"})
        whole = prepared.hits(other).select("basket", pl.col("count").alias("all"))
        counted = both.select("basket", "count").with_columns(alone["alone"]).join(whole, on="basket")
        base = found.join(counted, on="basket", how="inner")
        bounded = pl.when(pl.col("count") == pl.col("all")).then("points")
        yield base.select("basket", bounded.otherwise(pl.min_horizontal("points", "alone")).alias("points"))


def _money(prepared: Prepared, place: int) -> pl.DataFrame:
    """What a rule gives in money, line by line."""
    part = prepared.parts[place]
    rule = part.entry.campaign.terms.rule
    lines = prepared.counted(prepared.lines, place)
    if isinstance(rule, Discount) and rule.minimum:
        prices = lines.group_by("basket").agg((pl.col("amount") + pl.col("discount")).sum().alias("price"))
        lines = lines.join(prices.filter(pl.col("price") >= rule.minimum), on="basket", how="semi")
    said = spread(lines, LUMP[1:], lambda *parts: units_of(rule, lump(1, *parts)))
    given = lines.select("basket", pl.lit(part.number, CODE).alias("campaign"), "number", said.alias("units"))
    if isinstance(rule, Cashback | Discount) and rule.cap is not None:
        given = _within(part, lines, given, rule.cap)
    return given.filter(pl.col("units") > 0)


def _within(part: Part, lines: pl.DataFrame, given: pl.DataFrame, cap: int) -> pl.DataFrame:
    """Purchases that come to more than the cap are cut as the rule cuts them, one by one."""
    above = given.group_by("basket").agg(pl.col("units").sum()).filter(pl.col("units") > cap).select("basket")
    cut = []
    for (basket,), rows in lines.join(above, on="basket", how="semi").group_by("basket"):
        sold = [lump(*row) for row in rows.sort("number").select(LUMP).iter_rows()]
        off = money_of(part.entry.campaign, sold)
        cut += [(basket, part.number, line.number, units) for line, units in off.lines] if off is not None else []
    left = given.join(above, on="basket", how="anti")
    return pl.concat([left, pl.DataFrame(cut, schema=MONEY, orient="row")])
