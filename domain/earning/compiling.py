"""Campaigns made ready for one till: which lines they count, and what those lines are worth, as plain functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from operator import attrgetter
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.basket import BasketLine
from domain.earning.capping import caps_asked
from domain.earning.conditions import Condition, condition_of
from domain.earning.counting import band_of, tallies_asked
from domain.earning.matching import EVERY_LINE, LineMatch
from domain.earning.rounding import ROUNDED
from domain.earning.rules import COUNTED_KINDS, Bands, Flat, PerItem, RatePerUnit, Rule, RuleKind
from domain.earning.stacking import Mode
from domain.earning.terms import Campaign
from domain.earning.when import ALWAYS
from domain.ids import CampaignId, OutletId, PartnerId
from domain.products.facts import ProductFacts
from domain.values import minor_digits, split

GREENWICH = ZoneInfo("UTC")
ONE = Fraction(1)
MOST_REMEMBERED = 100_000
TIER_NAMES = frozenset({"member.tier", "member.tiers"})

# Part of a match → what of the article it asks; the most telling first, since the index hangs a campaign on one part.
ASKS = {
    "skus": "sku",
    "gtins": "gtin",
    "makers": "maker_id",
    "suppliers": "supplier_id",
    "brands": "brand",
    "categories": "category",
    "departments": "department",
}

Tendered = Mapping[str, int] | None
Worth = Callable[[Sequence[BasketLine], Tendered], int]
Key = tuple[str, object]
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A campaign at one till."""

    campaign: Campaign
    kind: RuleKind
    match: LineMatch
    """Its match with the question of the outlet already answered."""
    worth: Worth | None
    """The points its rule gives for lines it counts; None where it gives none by itself."""
    sponsors: tuple[PartnerId, ...]
    weights: tuple[int, ...]
    """The sponsors' shares as whole numbers."""
    asks: bool
    """Whether it asks anything of the member, the time or the basket as a whole."""
    condition: Condition | None
    """Its expression, if it has one."""

    @property
    def contends(self) -> bool:
        """Whether it may give instead of others."""
        return self.campaign.terms.stacking.mode is not Mode.ADD

    def shares(self, units: int) -> tuple[tuple[PartnerId, int], ...]:
        """Who funds how much of a whole number of points or minor units; parts of nothing are left out."""
        if len(self.sponsors) == 1:
            return ((self.sponsors[0], units),)
        parts = _split(units, self.weights)
        return tuple([(sponsor, part) for sponsor, part in zip(self.sponsors, parts, strict=True) if part])


class CampaignIndex:
    """The campaigns in force at one outlet at one time, found by what their lines must be."""

    def __init__(
        self,
        campaigns: Iterable[Campaign],
        outlet_id: OutletId | None,
        currency: str,
        *,
        zone: ZoneInfo = GREENWICH,
        point_worth: Fraction = ONE,
    ) -> None:
        made = (compiled(campaign, outlet_id, currency, zone) for campaign in sorted(campaigns, key=in_order))
        self.currency = currency
        self.zone = zone
        self.point_worth = point_worth
        self._take(tuple(entry for entry in made if entry is not None))

    def _take(self, entries: tuple[Compiled, ...]) -> None:
        self.entries = entries
        self._always, self._by_key = _indexed(self.entries)
        self._counting = [
            entry.campaign for entry in self.entries if entry.campaign.terms.caps or entry.kind in COUNTED_KINDS
        ]
        whens = [entry.campaign.terms.when for entry in self.entries]
        self.asks = bool(self._counting) or any(entry.asks or entry.contends for entry in self.entries)
        """Whether a rating goes by anything but the lines: by the member, the time, or what else is given."""
        self.asked_segments: frozenset[UUID] = frozenset().union(*(when.segments | when.not_segments for when in whens))
        """The segments that campaigns ask for."""
        self.asks_tiers = any(
            entry.campaign.terms.tiers or (entry.condition and entry.condition.reads & TIER_NAMES)
            for entry in self.entries
        )
        """Whether a campaign asks which tiers the member has."""
        self.asks_joined = any(entry.condition and "member.joined" in entry.condition.reads for entry in self.entries)
        """Whether a condition asks since when the member is one."""
        self._telling = attrgetter("private_label", "category", *_asked(self.entries))
        self._alike: dict[object, tuple[int, ...]] = {}
        self._remembered: dict[str, tuple[ProductFacts, tuple[int, ...]]] = {}

    @classmethod
    def recorded(
        cls, campaigns: Iterable[Campaign], currency: str, *, zone: ZoneInfo, point_worth: Fraction
    ) -> CampaignIndex:
        """Campaigns as a purchase recorded them: which lines they counted is known, so no outlet is asked."""
        return cls(map(_anywhere, campaigns), None, currency, zone=zone, point_worth=point_worth)

    @classmethod
    def of_entries(cls, entries: Iterable[Compiled], currency: str) -> CampaignIndex:
        """Campaigns made ready elsewhere, in the order given, whatever outlets they are for."""
        index = cls((), None, currency)
        index._take(tuple(entries))
        return index

    @cached_property
    def untold(self) -> CampaignIndex:
        """The same for a preview, which turns no wheel."""
        if not any(entry.campaign.seed for entry in self.entries):
            return self
        blind = (replace(entry, campaign=replace(entry.campaign, seed=None)) for entry in self.entries)
        index = CampaignIndex.of_entries(blind, self.currency)
        index.zone, index.point_worth = self.zone, self.point_worth
        return index

    def asked_tallies(self, member_id: UUID, at: datetime) -> list[str]:
        """The keys of the tallies that rating a purchase or action of a member goes by; mostly none."""
        keys: set[str] = set()
        for campaign in self._counting:
            keys.update(tallies_asked(campaign, member_id, at, self.zone))
            keys.update(caps_asked(campaign, member_id, at, self.zone))
        return sorted(keys)

    def matching(self, product: ProductFacts) -> tuple[int, ...]:
        """The places of the campaigns that count an article; remembered as long as the article stays the same."""
        remembered = self._remembered.get(product.sku)
        if remembered is not None and remembered[0] is product:
            return remembered[1]
        # Articles that differ in nothing a campaign here asks about are counted alike.
        alike = self._telling(product)
        places = self._alike.get(alike)
        if places is None:
            places = self._alike[alike] = self._search(product)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
            self._alike.clear()
        self._remembered[product.sku] = (product, places)
        return places

    def _search(self, product: ProductFacts) -> tuple[int, ...]:
        candidates = set(self._always)
        for asked in ASKS.values():
            candidates.update(self._by_key.get((asked, getattr(product, asked)), ()))
        return tuple(place for place in sorted(candidates) if counts(self.entries[place].match, product))


def in_order(campaign: Campaign) -> tuple[int, CampaignId]:
    """By what campaigns are sorted: the highest priority first, then the oldest."""
    return -campaign.terms.priority, campaign.campaign_id


def _anywhere(campaign: Campaign) -> Campaign:
    terms = campaign.terms
    rule = replace(terms.rule, lines=EVERY_LINE)
    return replace(campaign, terms=replace(terms, outlets=frozenset(), rule=rule))


def _asked(entries: Sequence[Compiled]) -> list[str]:
    """What of an article any campaign asks about."""
    matches = [match for entry in entries for match in (entry.match, *entry.match.excluding)]
    return [asked for part, asked in ASKS.items() if any(getattr(match, part) for match in matches)]


def compiled(
    campaign: Campaign, outlet_id: OutletId | None, currency: str, zone: ZoneInfo = GREENWICH
) -> Compiled | None:
    """A campaign made ready for an outlet, by the clock of a zone; None where it can count nothing there."""
    terms = campaign.terms
    if terms.outlets and outlet_id not in terms.outlets:
        return None
    rule = terms.rule
    here = at_outlet(rule.lines, outlet_id)
    if here is None:
        return None
    multiple = lcm(*(sponsor.share.denominator for sponsor in terms.sponsors))
    return Compiled(
        campaign=campaign,
        kind=rule.kind,
        match=here,
        worth=worth_of(campaign, currency),
        sponsors=tuple(sponsor.partner_id for sponsor in terms.sponsors),
        weights=tuple(int(sponsor.share * multiple) for sponsor in terms.sponsors),
        asks=campaign.used_up
        or bool(terms.tiers)
        or replace(terms.when, triggers=ALWAYS.triggers, time_zone=None, days_before=0, days_after=None) != ALWAYS,
        condition=condition_of(terms.when, zone),
    )


def at_outlet(match: LineMatch, outlet_id: OutletId | None) -> LineMatch | None:
    """A match once the outlet is known; None where nothing can match any more."""
    if match.outlets and outlet_id not in match.outlets:
        return None
    left = []
    for exclusion in match.excluding:
        if exclusion.outlets and outlet_id not in exclusion.outlets:
            continue
        elsewhere = replace(exclusion, outlets=frozenset())
        if elsewhere == LineMatch():
            return None
        left.append(elsewhere)
    return replace(match, outlets=frozenset(), excluding=tuple(left))


def counts(match: LineMatch, product: ProductFacts) -> bool:
    """Whether a line with this article is counted; the outlet is settled before."""
    return _holds(match, product) and not any(_holds(exclusion, product) for exclusion in match.excluding)


def worth_of(campaign: Campaign, currency: str) -> Worth | None:
    """The function from lines, and how they were paid, to points of a campaign's rule.

    Each never falls when lines are added or grow: that is what makes returns independent of their order.
    """
    make = _WORTH.get(campaign.terms.rule.kind)
    return None if make is None else make(campaign, currency)


def _rate_per_unit(campaign: Campaign, currency: str) -> Worth:
    rule = _rule(campaign, RatePerUnit)
    rounded = ROUNDED[campaign.terms.rounding]
    numerator, denominator = rule.points.numerator, rule.points.denominator * 10 ** minor_digits(currency)

    def worth(lines: Sequence[BasketLine], _tendered: Tendered) -> int:
        return rounded(numerator * sum([line.amount for line in lines]), denominator)

    def worth_of_tenders(lines: Sequence[BasketLine], tendered: Tendered) -> int:
        paid = sum((tendered or {}).values())
        if not tendered or not paid:
            return 0
        asked = sum(amount for kind, amount in tendered.items() if kind in rule.tenders)
        return rounded(numerator * sum([line.amount for line in lines]) * asked, denominator * paid)

    return worth_of_tenders if rule.tenders else worth


def _per_item(campaign: Campaign, _currency: str) -> Worth:
    rule = _rule(campaign, PerItem)
    rounded = ROUNDED[campaign.terms.rounding]

    def worth(lines: Sequence[BasketLine], _tendered: Tendered) -> int:
        # Exact: quantities have few digits, far from the 28 of the decimal context.
        items, parts = sum([line.quantity for line in lines], Decimal(0)).as_integer_ratio()
        return rounded(rule.points.numerator * items, rule.points.denominator * parts)

    return worth


def _flat(campaign: Campaign, _currency: str) -> Worth:
    rule = _rule(campaign, Flat)

    def worth(lines: Sequence[BasketLine], _tendered: Tendered) -> int:
        return rule.points if lines and sum([line.amount for line in lines]) >= rule.minimum else 0

    def once(_lines: Sequence[BasketLine], _tendered: Tendered) -> int:
        return rule.points

    return worth if campaign.terms.when.on_purchases else once


def _bands(campaign: Campaign, _currency: str) -> Worth:
    rule = _rule(campaign, Bands)

    def worth(lines: Sequence[BasketLine], _tendered: Tendered) -> int:
        return band_of(rule.bands, sum([line.amount for line in lines])) if lines else 0

    return worth


_WORTH: dict[RuleKind, Callable[[Campaign, str], Worth]] = {
    RuleKind.RATE_PER_UNIT: _rate_per_unit,
    RuleKind.PER_ITEM: _per_item,
    RuleKind.FLAT: _flat,
    RuleKind.BANDS: _bands,
}


def _rule(campaign: Campaign, kind: type[R]) -> R:
    rule = campaign.terms.rule
    assert isinstance(rule, kind)
    return rule


@lru_cache(maxsize=65_536)
def _split(units: int, weights: tuple[int, ...]) -> list[int]:
    return split(units, weights)


def _holds(match: LineMatch, product: ProductFacts) -> bool:
    if match.private_label is not None and product.private_label is not match.private_label:
        return False
    for part, asked in ASKS.items():
        wanted = getattr(match, part)
        if wanted and getattr(product, asked) not in wanted:
            return False
    return True


def _indexed(entries: Sequence[Compiled]) -> tuple[tuple[int, ...], dict[Key, list[int]]]:
    always: list[int] = []
    by_key: dict[Key, list[int]] = {}
    for place, entry in enumerate(entries):
        telling = next((part for part in ASKS if getattr(entry.match, part)), None)
        if telling is None:
            always.append(place)
            continue
        for wanted in getattr(entry.match, telling):
            by_key.setdefault((ASKS[telling], wanted), []).append(place)
    return tuple(always), by_key
