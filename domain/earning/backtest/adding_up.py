"""What adds up from purchase to purchase, in columns: stamps of cards and milestones, and points under caps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from domain.earning.backtest.history import CODE, UNITS, History, lump
from domain.earning.backtest.preparing import Prepared
from domain.earning.backtest.spreading import INT, spread
from domain.earning.basket import MemberFacts
from domain.earning.bounds import Cap, CapOf, CapPer
from domain.earning.capping import Caps
from domain.earning.counting import measured, prizes_at
from domain.earning.periods import Period, period_of
from domain.earning.prizes import Prize
from domain.earning.rules import Card, Counted, Milestones
from domain.earning.tallies import Tally
from domain.earning.when import zone_of
from domain.ids import CampaignId

Points = dict[int, pl.DataFrame]
"""Points by purchase, for the parts at some places."""
THINGS: Final = (
    "basket",
    "place",
    pl.lit(0, CODE).alias("campaign"),
    pl.lit("").alias("name"),
    pl.lit(0, INT).alias("count"),
)
OWNERS: Final = ("wallet", "member", "period")


def stamped(prepared: Prepared, places: Sequence[int]) -> tuple[Points, Points]:
    """What the parts and versions of one card, or of one's milestones, win as their stamps add up."""
    campaign = prepared.parts[places[0]].entry.campaign
    rule = campaign.terms.rule
    assert isinstance(rule, Card | Milestones)
    hits = [prepared.hits(place).with_columns(pl.lit(place, CODE).alias("place")) for place in places]
    rows = pl.concat(hits).sort("basket")
    rows = rows.with_columns(_stamps(rule, rows).alias("stamps"))
    zone = zone_of(campaign.terms.when.time_zone, prepared.history.zone)
    owners = _owners(prepared.history, rows, rule.period, zone)
    total = pl.concat([rows, owners], how="horizontal").select(pl.col("stamps").cum_sum().over(OWNERS))["stamps"]
    moved = rows.select("basket", "place", (total - rows["stamps"]).alias("before"), total.alias("total"))

    def won(before: int, after: int) -> Iterable[Prize]:
        first, last = prizes_at(rule, before), prizes_at(rule, after)
        return [rule.prize] * (last - first) if isinstance(rule, Card) else [m.prize for m in rule.marks[first:last]]

    earned = spread(moved, ("before", "total"), lambda *both: sum(prize.points for prize in won(*both)))
    points = moved.select("basket", "place", earned.alias("points")).filter(pl.col("points") > 0)
    prizes = [rule.prize] if isinstance(rule, Card) else [mark.prize for mark in rule.marks]
    names = sorted({prize.token.name for prize in prizes if prize.token is not None})
    things = pl.concat([moved.clear().select(*THINGS), *(_things(prepared, moved, name, won) for name in names)])
    return _by_place(points, places), _by_place(things, places)


def _by_place(rows: pl.DataFrame, places: Iterable[int]) -> Points:
    return {place: rows.filter(pl.col("place") == place).drop("place") for place in places}


def _things(
    prepared: Prepared, moved: pl.DataFrame, name: str, won: Callable[[int, int], Iterable[Prize]]
) -> pl.DataFrame:
    def counted(before: int, after: int) -> int:
        return sum(prize.token is not None and prize.token.name == name for prize in won(before, after))

    numbers = pl.Series([part.number for part in prepared.parts], dtype=CODE)
    given = moved.select(
        "basket",
        "place",
        numbers.gather(moved["place"]).alias("campaign"),
        pl.lit(name).alias("name"),
        spread(moved, ("before", "total"), counted).alias("count"),
    )
    return given.filter(pl.col("count") > 0)


def _stamps(rule: Card | Milestones, rows: pl.DataFrame) -> pl.Series:
    """How many stamps, items or minor units each purchase is."""
    if rule.counted is Counted.ITEMS:
        return spread(rows, ("quantity",), lambda units: measured(rule.counted, (), [lump(1, 0, units)]))
    if rule.counted is Counted.TIMES and not rule.bands:
        return pl.repeat(1, rows.height, dtype=INT, eager=True)
    return spread(rows, ("amount",), lambda amount: measured(rule.counted, rule.bands, [lump(1, amount, UNITS)]))


def _owners(history: History, rows: pl.DataFrame, period: Period | None, zone: ZoneInfo) -> pl.DataFrame:
    """Whose stamps are counted together: a member's, in a wallet, within a period."""
    baskets = history.baskets.select("wallet", "member", "at").select(pl.all().gather(rows["basket"]))
    days = baskets.select(pl.col("at").dt.convert_time_zone(zone.key).dt.date().alias("day"), "at")
    firsts = days.group_by("day").agg(pl.col("at").first())
    named = firsts.select(
        "day", period=pl.Series([period_of(period, at, zone) for at in firsts["at"]], dtype=pl.String)
    )
    periods = days.join(named, on="day", how="left", maintain_order="left")["period"]
    return baskets.select("wallet", "member", periods)


def capped(prepared: Prepared, points: Mapping[int, pl.DataFrame]) -> Points:
    """Points cut to what the caps of their campaigns leave, in the order of posting and of places."""
    kept = dict(points)
    together: list[int] = []
    for places in _by_campaign(
        prepared, [place for place in points if prepared.parts[place].entry.campaign.terms.caps]
    ):
        caps = {prepared.parts[place].entry.campaign.terms.caps for place in places}
        if len(caps) == 1 and _is_plain(*caps):
            kept |= _clipped(prepared, {place: points[place] for place in places})
        else:
            together += places
    if together:
        rows = _placed({place: points[place] for place in sorted(together)})
        left = pl.DataFrame(list(_left(prepared, rows)), schema=rows.schema, orient="row")
        kept |= _by_place(left, together)
    return kept


def _by_campaign(prepared: Prepared, places: Iterable[int]) -> list[list[int]]:
    found: dict[CampaignId, list[int]] = {}
    for place in places:
        found.setdefault(prepared.parts[place].entry.campaign.campaign_id, []).append(place)
    return list(found.values())


def _is_plain(caps: tuple[Cap, ...]) -> bool:
    """Whether it is one cap of points of the campaign's own: then what fits is told by running totals."""
    return len(caps) == 1 and caps[0].of is CapOf.POINTS and caps[0].shared is None


def _placed(points: Mapping[int, pl.DataFrame]) -> pl.DataFrame:
    named = ((pl.lit(place, CODE).alias("place"), rows) for place, rows in points.items())
    return pl.concat([rows.select("basket", place, "points") for place, rows in named]).sort("basket", "place")


def _clipped(prepared: Prepared, points: Mapping[int, pl.DataFrame]) -> Points:
    terms = prepared.parts[min(points)].entry.campaign.terms
    [cap] = terms.caps
    rows = _placed(points)
    owners = _owners(prepared.history, rows, cap.period, zone_of(terms.when.time_zone, prepared.history.zone))
    whose = OWNERS if cap.per is CapPer.MEMBER else ("wallet", "period")
    so_far = pl.col("points").cum_sum().over(whose)
    fits = so_far.clip(upper_bound=cap.most) - (so_far - pl.col("points")).clip(upper_bound=cap.most)
    left = pl.concat([rows, owners], how="horizontal").select("basket", "place", fits.alias("points"))
    return _by_place(left.filter(pl.col("points") > 0), points)


def _left(prepared: Prepared, rows: pl.DataFrame) -> Iterator[tuple[int, int, int]]:
    history = prepared.history
    heads = history.baskets.select("wallet", "member", "at").select(pl.all().gather(rows["basket"]))
    tallies: dict[int, dict[str, Tally]] = {}
    for basket, group in groupby(zip(*rows, *heads, strict=True), key=itemgetter(0)):
        caps = None
        for _, place, points, wallet, member, at in group:
            mine = tallies.setdefault(wallet, {})
            caps = caps or Caps(MemberFacts(member_id=history.members[member], tallies=mine), at, history.zone)
            campaign = prepared.parts[place].entry.campaign
            room = caps.room(campaign)
            if room != 0:
                fits = points if room is None else min(points, room)
                caps.use(campaign, fits)
                yield basket, place, fits
        if caps is not None:
            mine.update((one.key, one.after) for one in caps.counting())
