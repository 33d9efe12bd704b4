"""Weighing purchase by purchase, where campaigns stand in for each other or count on from what was before.

The tills' own `weigh`, over lumps in place of lines, in the order of posting, with the tallies in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import polars as pl

from domain.earning.backtest.columns import AWARDS, LUMP, MONEY, THINGS, Weighed
from domain.earning.backtest.history import CODE, History, lump
from domain.earning.backtest.kinship import CHOSEN, counts_on, has_to_step
from domain.earning.backtest.preparing import Prepared
from domain.earning.basket import Basket, MemberFacts
from domain.earning.rules import MONEY_KINDS, Discount
from domain.earning.tallies import Tally
from domain.earning.verdicts import Hits, Rating
from domain.earning.weighing import Occasion, weigh
from domain.ids import CampaignId, OutletId, PartnerId

Tallies = dict[int, dict[str, Tally]]
"""By wallet, as its postings left them."""

Key = tuple[CampaignId, int]
NOT_OFF: Final = (pl.lit(0).alias("discount"), pl.lit(0).alias("coupon"))
NOTHING_ASKED: Final = Basket(
    partner_id=PartnerId(UUID(int=0)),
    outlet_id=OutletId(UUID(int=0)),
    occurred_at=datetime.min.replace(tzinfo=UTC),
    currency="",
    lines=(),
    products={},
)
"""For whom campaigns are meant was asked before."""
ASKED: Final = ("partner", "wallet", "member", "at", "tender")


@dataclass(slots=True)
class _Rows:
    """What is being collected."""

    awards: list[tuple[int, int, int]] = field(default_factory=list)
    money: list[tuple[int, int, int, int]] = field(default_factory=list)
    things: list[tuple[int, int, str, int]] = field(default_factory=list)

    def weighed(self) -> Weighed:
        """As columns."""
        return Weighed(*(
            pl.DataFrame(rows, schema=schema, orient="row")
            for rows, schema in ((self.awards, AWARDS), (self.money, MONEY), (self.things, THINGS))
        ))  # fmt: skip


def to_step(prepared: Prepared, places: Collection[int]) -> pl.Series:
    """The purchases that columns cannot weigh for a family: those that choose or count, where both go together."""
    special = [pl.Series("basket", [], dtype=CODE)]
    if has_to_step([prepared.parts[place].entry.campaign for place in places]):
        special += [prepared.hits(place)["basket"] for place in places if _is_special(prepared, place)]
    return pl.concat(special).unique().sort()


def _is_special(prepared: Prepared, place: int) -> bool:
    campaign = prepared.parts[place].entry.campaign
    return counts_on(campaign) or campaign.terms.stacking.mode in CHOSEN


def stepped(prepared: Prepared, places: Sequence[int], baskets: pl.Series) -> Weighed:
    """What a family gives for some purchases, each after those before it."""
    entries = [prepared.parts[place].entry for place in places]
    numbers = {prepared.parts[place].entry.campaign.key: prepared.parts[place].number for place in places}
    tallies: Tallies = {}
    rows = _Rows()
    history = prepared.history
    asked = history.baskets.select(pl.col(ASKED).gather(baskets))
    heads = dict(zip(baskets, asked.iter_rows(), strict=True))
    for basket, hits in _hits(prepared, places, baskets):
        partner, wallet, member, at, tender = heads[basket]
        mine = tallies.setdefault(wallet, {})
        facts = MemberFacts(member_id=history.members[member], tallies=mine)
        rating = weigh(_occasion(history, partner, at, tender), entries, hits, facts, 0)
        for one in rating.counting:
            mine[one.key] = one.after
        _collect(rows, basket, rating, numbers)
    return rows.weighed()


def _hits(prepared: Prepared, places: Sequence[int], baskets: pl.Series) -> Iterator[tuple[int, Hits]]:
    """Which lines each part counts, purchase by purchase; lumps of lines, where no money is given by the line."""
    by_line = any(prepared.parts[place].entry.kind in MONEY_KINDS for place in places)
    classes = [[here for here, place in enumerate(places) if place in found] for found in prepared.classes]
    meant = [_among(prepared.parts[place].meant, baskets) for place in places]
    counted = pl.col("class").is_in([code for code, found in enumerate(classes) if found])
    rows = prepared.lines if by_line else prepared.lumps.with_columns(pl.col("class").alias("number"), *NOT_OFF)
    rows = rows.filter(counted).join(baskets.to_frame("basket"), on="basket", how="semi").sort("basket", "number")
    before, hits = -1, Hits()
    for basket, code, *parts in rows.select("basket", "class", *LUMP).iter_rows():
        if basket != before:
            if hits:
                yield before, hits
            before, hits = basket, {}
        line = lump(*parts)
        for here in classes[code]:
            if basket in meant[here]:
                hits.setdefault(here, []).append(line)
    if hits:
        yield before, hits


def _among(meant: pl.Series | None, baskets: pl.Series) -> frozenset[int]:
    return frozenset(baskets if meant is None else baskets.filter(meant.gather(baskets)))


def _occasion(history: History, partner: int, at: datetime, tender: int) -> Occasion:
    return Occasion(
        subject=NOTHING_ASKED,
        at=at,
        partner_id=history.partners[partner],
        channel=None,
        tendered=history.tenders[tender],
        lines=(),
        currency=history.currency,
        zone=history.zone,
        point_worth=history.point_worth,
    )


def _collect(rows: _Rows, basket: int, rating: Rating, numbers: Mapping[Key, int]) -> None:
    """What was given, and what would be taken off: how far a line's discount bounds it is seen to afterwards."""
    for award in rating.awards:
        rows.awards.append((basket, numbers[award.campaign.key], award.points))
    for offer in rating.offers:
        rows.money.append((basket, numbers[offer.campaign.key], offer.line, offer.units))
    units: Counter[tuple[int, int]] = Counter()
    for due in rating.benefits:
        if not isinstance(due.campaign.terms.rule, Discount):
            units[numbers[due.campaign.key], due.line] += due.money.minor
    rows.money += [(basket, number, line, due) for (number, line), due in units.items()]
    won = Counter((numbers[due.campaign.key], due.token.name) for due in rating.tokens)
    rows.things += [(basket, number, name, count) for (number, name), count in won.items()]
