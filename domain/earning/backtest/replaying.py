"""What campaigns would have given over a history: columns where they do, steps where they have to, then budgets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from domain.earning.backtest.budgets import Purse, drawn
from domain.earning.backtest.columns import Weighed, together, weighed, without
from domain.earning.backtest.history import CODE, History
from domain.earning.backtest.kinship import families
from domain.earning.backtest.preparing import Prepared
from domain.earning.backtest.spreading import INT
from domain.earning.backtest.stepping import stepped, to_step
from domain.earning.rules import RuleKind
from domain.earning.terms import Campaign
from domain.ids import CampaignId, PartnerId

Key = tuple[CampaignId, int]
Ends = dict[int, int]
"""Campaigns whose budgets are used up, and the last purchase that drew from each."""
FUNDED: Final = ("basket", "campaign", "sponsor")


@dataclass(frozen=True, slots=True)
class Given:
    """What campaigns gave; purchases and campaigns by their numbers, sponsors by theirs."""

    campaigns: Sequence[Campaign]
    sponsors: Sequence[PartnerId]
    points: pl.DataFrame
    """basket, campaign, sponsor, points."""
    money: pl.DataFrame
    """basket, campaign, sponsor, number (of the line), units (minor)."""
    things: pl.DataFrame
    """basket, campaign, name, count."""
    cuts: Mapping[int, int] = field(default_factory=dict)
    """Points that the budget of a campaign did not cover."""


class Replay:
    """A history rated under one set of campaigns and another; what both have in common is weighed once."""

    def __init__(self, history: History, campaigns: Iterable[Campaign]) -> None:
        self.prepared = Prepared(history, campaigns)
        self.history = history
        self._weighed: dict[tuple[frozenset[int], tuple[tuple[int, int], ...]], Weighed] = {}
        self._sponsors = _numbered(self.prepared.campaigns)

    def given(self, keys: Collection[Key], purse: Purse | None = None) -> Given:
        """What the campaigns with these keys give together, within their budgets where a purse is at hand."""
        everyone = self.prepared.campaigns
        numbers = [number for number, campaign in enumerate(everyone) if campaign.key in keys]
        kin = [frozenset(numbers[one] for one in family) for family in families([everyone[one] for one in numbers])]
        ends: Ends = {}
        while True:
            weighed = together([self._family(family, ends) for family in kin])
            given = Given(
                campaigns=everyone,
                sponsors=list(self._sponsors),
                points=self._funded(weighed.awards, "points"),
                money=self._funded(self._settled(weighed.money), "units"),
                things=weighed.things,
            )
            if purse is None:
                return given
            given, used_up = self._within_budgets(given, numbers, purse)
            # Whose budget is used up contends no more: what it stood back for, or stood in for, is weighed anew.
            later = {one: end for one, end in used_up.items() if one not in ends and len(_kin_of(one, kin)) > 1}
            if not later:
                return given
            ends[min(later, key=lambda one: (later[one], one))] = min(later.values())

    def _family(self, family: frozenset[int], ends: Ends) -> Weighed:
        ended = tuple(sorted((one, end) for one, end in ends.items() if one in family))
        known = self._weighed.get((family, ended))
        if known is None:
            prepared = self.prepared.ending(dict(ended)) if ended else self.prepared
            places = prepared.places_of(family)
            apart = to_step(prepared, places)
            known = weighed(prepared, places)
            if len(apart):
                known = together([without(known, apart), stepped(prepared, places, apart)])
            self._weighed[family, ended] = known
        return known

    def _within_budgets(self, given: Given, numbers: Iterable[int], purse: Purse) -> tuple[Given, Ends]:
        """What budgets cover, and at which purchase each is used up."""
        used_up: Ends = {}
        cuts: dict[int, int] = {}
        for number in numbers:
            campaign = self.prepared.campaigns[number]
            if campaign.terms.budget is None:
                continue
            mine = pl.col("campaign") == number
            covered = drawn(campaign, given.points.filter(mine), given.money.filter(mine), purse, given.sponsors)
            given = replace(
                given,
                points=pl.concat([given.points.filter(~mine), covered.points]),
                money=pl.concat([given.money.filter(~mine), covered.money]),
            )
            cuts[number] = covered.cut
            if covered.used_up is not None:
                used_up[number] = covered.used_up
        return replace(given, cuts=cuts), used_up

    def _settled(self, money: pl.DataFrame) -> pl.DataFrame:
        """A line's discount counts once: what campaigns refund of it together is what the shop took off."""
        kinds = [campaign.terms.rule.kind is RuleKind.DISCOUNT for campaign in self.prepared.campaigns]
        lowers = pl.Series(kinds, dtype=pl.Boolean).gather(money["campaign"])
        off = money.filter(lowers)
        if not off.height:
            return money
        took = self.history.lines.select("basket", "number", "discount")
        line = ("basket", "number")
        ordered = off.join(took, on=line, how="left", maintain_order="left").sort(*line, "campaign")
        so_far = pl.col("units").cum_sum().over(line)
        due = pl.min_horizontal(so_far, "discount") - pl.min_horizontal(so_far - pl.col("units"), "discount")
        bounded = ordered.with_columns(due.alias("units")).filter(pl.col("units") > 0).select(off.columns)
        return pl.concat([money.filter(~lowers), bounded])

    def _funded(self, rows: pl.DataFrame, what: str) -> pl.DataFrame:
        """Who pays for how much, as each campaign shares it."""
        shares = []
        entries = {part.number: part.entry for part in self.prepared.parts}
        for number, total in rows.select("campaign", what).unique().iter_rows():
            for sponsor, part in entries[int(number)].shares(int(total)):
                shares.append((number, total, self._sponsors[sponsor], part))
        schema = {"campaign": CODE, what: INT, "sponsor": CODE, "part": INT}
        table = pl.DataFrame(shares, schema=schema, orient="row")
        funded = rows.join(table, on=["campaign", what], how="inner")
        columns = [name for name in (*FUNDED, "number") if name in funded.columns]
        return funded.select(*columns, pl.col("part").alias(what)).sort(columns)


def _numbered(campaigns: Iterable[Campaign]) -> dict[PartnerId, int]:
    named = dict.fromkeys(sponsor.partner_id for one in campaigns for sponsor in one.terms.sponsors)
    return {sponsor: number for number, sponsor in enumerate(named)}


def _kin_of(number: int, kin: Iterable[frozenset[int]]) -> frozenset[int]:
    return next(family for family in kin if number in family)
