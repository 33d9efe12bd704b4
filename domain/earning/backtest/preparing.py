"""Campaigns made ready for a history: which purchases and which of their lines each counts, looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import polars as pl

from domain.earning.backtest.history import CODE, History
from domain.earning.backtest.meant import Meant, article_table, is_listed
from domain.earning.compiling import CampaignIndex, Compiled, compiled, in_order
from domain.earning.matching import LineMatch
from domain.earning.terms import Campaign
from domain.earning.when import PURCHASE
from domain.ids import OutletId
from domain.products.facts import ProductFacts

Places = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A campaign at the outlets where it counts the same lines."""

    number: int
    """Of the campaign, in their order."""
    entry: Compiled
    """As it weighs once it is known for which purchases it is meant: it asks nothing more."""
    meant: pl.Series | None
    """For which purchases it is meant; None: for all."""


class Prepared:
    """A history with its campaigns; a part's place orders it among the others, as the tills order campaigns."""

    def __init__(self, history: History, campaigns: Iterable[Campaign]) -> None:
        self.history = history
        answering = (campaign for campaign in campaigns if PURCHASE in campaign.terms.when.triggers)
        self.campaigns: Sequence[Campaign] = sorted(answering, key=lambda one: (in_order(one), one.version))
        self.parts = list(_parts(history, self.campaigns))
        self.classes: list[Places]
        """Which parts count lines of each class."""
        self.classes, self.lines = _classified(history, [part.entry for part in self.parts])
        self.lumps = _lumped(self.lines)
        self._known: dict[Places, pl.DataFrame] = {}

    def ending(self, ends: Mapping[int, int]) -> Prepared:
        """The same, where some campaigns are meant for no purchase after a certain one."""
        after = pl.int_range(self.history.baskets.height, dtype=CODE, eager=True)
        other = copy(self)
        other.parts = [
            replace(part, meant=_both(part.meant, after <= ends[part.number])) if part.number in ends else part
            for part in self.parts
        ]
        other._known = {}  # noqa: SLF001  # a copy of its own
        return other

    def places_of(self, numbers: Iterable[int]) -> list[int]:
        """The places of the parts of some campaigns."""
        wanted = set(numbers)
        return [place for place, part in enumerate(self.parts) if part.number in wanted]

    def counted(self, rows: pl.DataFrame, *places: int) -> pl.DataFrame:
        """The lines or lumps that all these parts count, in purchases they are all meant for."""
        classes = [code for code, found in enumerate(self.classes) if all(place in found for place in places)]
        mask = pl.col("class").is_in(classes)
        for place in places:
            meant = self.parts[place].meant
            if meant is not None:
                mask &= pl.lit(meant.gather(rows["basket"]))
        return rows.filter(mask)

    def hits(self, *places: int) -> pl.DataFrame:
        """What all these parts count, by purchase: how many lines, their amount and their quantity."""
        known = self._known.get(places)
        if known is None:
            counted = self.counted(self.lumps, *places).group_by("basket", maintain_order=True)
            known = self._known[places] = counted.agg(pl.col("count", "amount", "quantity").sum())
        return known


def _parts(history: History, campaigns: Iterable[Campaign]) -> Iterable[Part]:
    meant = Meant(history)
    for number, campaign in enumerate(campaigns):
        for entry, outlets in _at_outlets(history, campaign):
            yield Part(number, replace(entry, asks=False, condition=None), meant.of(entry, outlets))


def _at_outlets(history: History, campaign: Campaign) -> list[tuple[Compiled, frozenset[int] | None]]:
    """A campaign made ready, once for all outlets where it counts the same lines; None: all outlets there are."""
    terms = campaign.terms
    match = terms.rule.lines
    if not terms.outlets and not any(one.outlets for one in (match, *match.excluding)):
        entry = _ready(campaign, None, history)
        return [] if entry is None else [(entry, None)]
    alike: dict[LineMatch, tuple[Compiled, set[int]]] = {}
    for code, outlet in enumerate(history.outlets):
        entry = _ready(campaign, outlet, history)
        if entry is not None:
            alike.setdefault(entry.match, (entry, set()))[1].add(code)
    return [(entry, frozenset(codes)) for entry, codes in alike.values()]


def _ready(campaign: Campaign, outlet: OutletId | None, history: History) -> Compiled | None:
    return compiled(campaign, outlet, history.currency, history.zone)


def _classified(history: History, entries: Sequence[Compiled]) -> tuple[list[Places], pl.DataFrame]:
    """Each distinct article is matched once; lines that the same parts count are of one class. Others are left out."""
    index = CampaignIndex.of_entries(entries, history.currency)
    classes: dict[Places, int] = {(): 0}

    def class_of(product: ProductFacts) -> int:
        return classes.setdefault(index.matching(product), len(classes))

    inside = pl.Series([class_of(one) for one in history.articles], dtype=CODE)
    lines = history.lines.filter(pl.col("quantity") > 0)
    found = inside.gather(lines["article"])
    if any(one.active_from or one.active_to for one in history.articles):
        outside = pl.Series([class_of(ProductFacts(sku=one.sku)) for one in history.articles], dtype=CODE)
        at = history.baskets["at"].gather(lines["basket"])
        articles = article_table(history.articles).select(pl.all().gather(lines["article"]))
        found = found.zip_with(is_listed(at, articles), outside.gather(lines["article"]))
    counted = lines.drop("article").with_columns(found.alias("class")).filter(pl.col("class") > 0)
    return list(classes), counted


def _lumped(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of one class in a purchase as one: to every rule that adds them up they are the same."""
    lumps = lines.group_by("basket", "class").agg(
        pl.len().cast(CODE).alias("count"), pl.col("amount", "quantity").sum()
    )  # fmt: skip
    return lumps.sort("basket", "class")


def _both(one: pl.Series | None, other: pl.Series) -> pl.Series:
    return other if one is None else one & other
