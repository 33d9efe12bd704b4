"""For which purchases campaigns are meant: what weighing.not_meant asks of one, asked of all at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import fields
from functools import cached_property
from typing import Any, Final

import polars as pl

from domain.earning.backtest.history import AT, CODE, UNITS, History
from domain.earning.compiling import Compiled
from domain.earning.conditions import vocabulary
from domain.earning.control import in_control
from domain.earning.terms import Campaign
from domain.earning.when import When, zone_of
from domain.expressions.columns import ROW, Tables, columnar_form
from domain.expressions.errors import ExpressionRefused
from domain.expressions.kinds import BOOL
from domain.expressions.parsing import parse
from domain.products.facts import ProductFacts

ARTICLE: Final[dict[str, Any]] = {
    "sku": pl.String(),
    "gtin": pl.String(),
    "category": pl.String(),
    "department": pl.String(),
    "brand": pl.String(),
    "private_label": pl.Boolean(),
    "active_from": AT,
    "active_to": AT,
}
UNKNOWN: Final = {"gtin": "", "category": "", "department": "", "brand": "", "private_label": False}


class Meant:
    """The purchases of a history, asked again and again."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._answers: dict[Hashable, pl.Series] = {}

    def of(self, entry: Compiled, outlets: frozenset[int] | None) -> pl.Series | None:
        """Whether a campaign holds for each purchase, at these outlets; None: for all of them."""
        answers = list(self._asked(entry, outlets))
        if not answers:
            return None
        held = pl.select(pl.all_horizontal(answers)).to_series()
        return None if held.all() else held

    def _asked(self, entry: Compiled, outlets: frozenset[int] | None) -> Iterator[pl.Series]:
        baskets, terms = self.history.baskets, entry.campaign.terms
        window = entry.campaign.window()
        if window is None:
            yield self._same(value=False)
            return
        yield baskets["at"] >= window[0]
        if window[1] is not None:
            yield baskets["at"] < window[1]
        yield _among(baskets["partner"], self.history.partners, terms.partners)
        if outlets is not None:
            yield baskets["outlet"].is_in(list(outlets))
        if entry.asks:
            yield from self._asked_of_member(entry.campaign)
            yield from self._asked_of_purchase(terms.when)

    def _asked_of_member(self, campaign: Campaign) -> Iterator[pl.Series]:
        terms, when = campaign.terms, campaign.terms.when
        if terms.tiers:
            tiers = self.history.baskets["tiers"]
            yield pl.select(pl.any_horizontal([tiers.list.contains(tier) for tier in sorted(terms.tiers)])).to_series()
        if when.segments:
            yield self._in_any(when.segments)
        if when.not_segments:
            yield ~self._in_any(when.not_segments)
        if when.control:
            yield self._treated(campaign)

    def _asked_of_purchase(self, when: When) -> Iterator[pl.Series]:
        if when.channels:
            yield self.history.baskets["channel"].is_in(list(when.channels)).fill_null(value=False)
        if when.timed:
            yield self._timed(when)
        if when.condition is not None:
            yield self._conditioned(when)

    def _same(self, *, value: bool) -> pl.Series:
        return pl.repeat(value, self.history.baskets.height, dtype=pl.Boolean(), eager=True)

    def _in_any(self, segments: Iterable[Any]) -> pl.Series:
        known = [held for one in segments if (held := self.history.segments.get(one)) is not None]
        return pl.select(pl.any_horizontal([self._same(value=False), *known])).to_series()

    def _remembered(self, key: Hashable, work: Callable[[], pl.Series]) -> pl.Series:
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = work()
        return found

    def _timed(self, when: When) -> pl.Series:
        """Days and hours: one moment of each minute of a week is asked, since they begin and end with minutes."""
        zone = zone_of(when.time_zone, self.history.zone)

        def answered() -> pl.Series:
            local = pl.col("at").dt.convert_time_zone(zone.key)
            minute = (local.dt.weekday().cast(CODE) * 24 + local.dt.hour()) * 60 + local.dt.minute()
            moments = self.history.baskets.select("at", minute=minute)
            firsts = moments.group_by("minute").agg(pl.col("at").first())
            held = [when.holds_at(at, self.history.zone) for at in firsts["at"]]
            answers = firsts.select("minute", held=pl.Series(held, dtype=pl.Boolean))
            return moments.join(answers, on="minute", how="left", maintain_order="left")["held"]

        return self._remembered((zone.key, when.weekdays, when.hours), answered)

    def _treated(self, campaign: Campaign) -> pl.Series:
        """Not in the control group; of nobody known, nobody is."""
        share = campaign.terms.when.control
        held = [
            member is None or not in_control(campaign.campaign_id, member, share) for member in self.history.members
        ]
        return pl.Series(held, dtype=pl.Boolean).gather(self.history.baskets["member"])

    def _conditioned(self, when: When) -> pl.Series:
        zone = zone_of(when.time_zone, self.history.zone)

        def answered() -> pl.Series:
            try:
                expression = parse(when.condition or "", vocabulary(when.triggers, {}), BOOL)
            except ExpressionRefused:
                return self._same(value=False)
            facts = self._facts.select([name for name in self._facts.columns if name in expression.reads])
            if not facts.columns:
                facts = self._facts.select("at")
            lists = {"lines": self._lines} if "lines" in expression.reads else {}
            return columnar_form(expression, zone)(Tables(facts, lists)).fill_null(value=False)

        return self._remembered((zone.key, when.condition), answered)

    @cached_property
    def _facts(self) -> pl.DataFrame:
        """What conditions may ask of a purchase and its member, by the full names."""
        baskets, lines = self.history.baskets, self.history.lines
        counted = lines.filter(pl.col("quantity") > 0).group_by("basket").agg(
            pl.col("amount").sum(), (pl.col("quantity") // UNITS).sum().alias("pieces")
        )  # fmt: skip
        numbered = baskets.select(pl.int_range(pl.len(), dtype=CODE).alias("basket"))
        sums = numbered.join(counted, on="basket", how="left", maintain_order="left")
        kinds = pl.Series(
            [sorted(tendered) if tendered else [] for tendered in self.history.tenders], dtype=pl.List(pl.String)
        )
        return baskets.select(
            "at",
            pl.col("channel").fill_null("").alias("purchase.channel"),
            pl.col("tiers").list.first().fill_null("").alias("member.tier"),
            pl.col("tiers").list.sort().alias("member.tiers"),
            pl.col("joined").alias("member.joined"),
            sums["amount"].fill_null(0).alias("purchase.amount"),
            sums["pieces"].fill_null(0).alias("purchase.quantity"),
            kinds.gather(baskets["tender"]).alias("purchase.tenders"),
        )

    @cached_property
    def _lines(self) -> pl.DataFrame:
        """What conditions may ask of lines and their articles; outside its time an article is unknown."""
        lines = self.history.lines.filter(pl.col("quantity") > 0)
        articles = article_table(self.history.articles)
        beside = articles.select(pl.all().gather(lines["article"]))
        at = self.history.baskets["at"].gather(lines["basket"])
        listed = is_listed(at, beside)
        known = beside.select("sku", *(pl.when(listed).then(name).fill_null(other) for name, other in _KNOWN))
        return known.with_columns(
            (lines["quantity"] // UNITS).alias("units"),
            lines["basket"].alias(ROW),
            *(lines[name] for name in ("amount", "discount", "coupon")),
        )


_KNOWN: Final = [(name, pl.lit(other)) for name, other in UNKNOWN.items()]


def article_table(articles: Iterable[ProductFacts]) -> pl.DataFrame:
    """Articles as columns, in their order."""
    assert ARTICLE.keys() <= {part.name for part in fields(ProductFacts)}
    return pl.DataFrame(
        [tuple(getattr(one, name) for name in ARTICLE) for one in articles], schema=ARTICLE, orient="row"
    )


def is_listed(at: pl.Series, articles: pl.DataFrame) -> pl.Series:
    """Whether articles, one for each moment, were listed then; ProductFacts.at says the same of one."""
    begun = (at >= articles["active_from"]).fill_null(value=True)
    return begun & (at < articles["active_to"]).fill_null(value=True)


def _among(codes: pl.Series, things: Iterable[Any], wanted: frozenset[Any]) -> pl.Series:
    return codes.is_in([code for code, thing in enumerate(things) if thing in wanted])
