"""What a basket is worth: a pure function of the basket, the campaigns and the member's facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.earning.basket import Basket, BasketLine, MemberFacts
from domain.earning.compiling import CampaignIndex, Compiled, Worth
from domain.earning.rounding import ROUNDED
from domain.earning.rules import CouponRefund, Flat, Multiplier, RuleKind
from domain.earning.terms import Campaign
from domain.ids import PartnerId
from domain.products.facts import ProductFacts
from domain.values import Money


class Why(StrEnum):
    """Why a campaign gave nothing."""

    NO_LINE_MATCHES = "NO_LINE_MATCHES"
    """No line counts for it."""
    BELOW_MINIMUM = "BELOW_MINIMUM"
    """The lines that count do not come to its minimum."""
    ROUNDED_AWAY = "ROUNDED_AWAY"
    """It comes to less than one point."""
    NOTHING_TO_MULTIPLY = "NOTHING_TO_MULTIPLY"
    """There are no points to multiply."""
    NO_COUPON = "NO_COUPON"
    """No coupon was taken on a line that counts."""
    OTHER_TIER = "OTHER_TIER"
    """It is for members of another tier."""


@dataclass(frozen=True, slots=True)
class Award:
    """Points of one campaign, with who funds them and the lines that caused them."""

    campaign: Campaign
    points: int
    funded: tuple[tuple[PartnerId, int], ...]
    """Sponsor and its points; those that come to nothing are left out."""
    lines: tuple[int, ...]
    """Line numbers, in the order of the receipt."""


@dataclass(frozen=True, slots=True)
class BenefitDue:
    """Money a sponsor owes the shop for value it gave on a line."""

    campaign: Campaign
    sponsor_id: PartnerId
    redeemer_id: PartnerId
    money: Money
    line: int


@dataclass(frozen=True, slots=True)
class NoAward:
    """A campaign that gave nothing, and why."""

    campaign: Campaign
    why: Why
    missing: int = 0
    """BELOW_MINIMUM: how many minor units more it takes."""


Hits = dict[int, list[BasketLine]]
"""Lines by the place of the campaign that counts them."""

Multiplied = tuple[Worth, Sequence[BasketLine], int]
"""An award that may be multiplied: its worth, its lines, and the points they come to."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rating went by; enough to say why a campaign gave nothing."""

    entries: tuple[Compiled, ...]
    hits: Hits
    meant: Hits
    """Those of the hits whose campaign is meant for this member."""
    base: dict[int, Multiplied]
    given: frozenset[int] | set[int]
    """The places of the campaigns that gave something."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a basket is worth."""

    awards: tuple[Award, ...]
    benefits: tuple[BenefitDue, ...]
    idle_lines: int
    """Lines of quantity zero: accepted, and worth nothing."""
    evidence: Evidence = field(repr=False, compare=False)

    @property
    def points(self) -> int:
        """All points together."""
        return sum(award.points for award in self.awards)

    @property
    def refusals(self) -> tuple[NoAward, ...]:
        """The campaigns that gave nothing, and why; worked out when asked, since a till in a hurry does not."""
        given = self.evidence.given
        return tuple(
            _refusal(self.evidence, place) for place in range(len(self.evidence.entries)) if place not in given
        )


def rate(basket: Basket, campaigns: CampaignIndex, facts: MemberFacts) -> Rating:
    """Rate a basket under the campaigns of its outlet and time."""
    entries = campaigns.entries
    hits, idle_lines = _matched(basket, campaigns)
    meant = {place: lines for place, lines in sorted(hits.items()) if _meant_for(entries[place].campaign, facts)}
    multiplied = _base(entries, meant)
    awards: list[Award] = []
    benefits: list[BenefitDue] = []
    given: set[int] = set()
    for place, lines in meant.items():
        entry = entries[place]
        if entry.kind is RuleKind.COUPON_REFUND:
            due = refunds(entry, lines, basket.partner_id, campaigns.currency)
            benefits += due
            points = len(due)
        else:
            points = multiplied[place][2] if place in multiplied else _extra(entries, place, lines, multiplied)
            if points:
                awards.append(Award(entry.campaign, points, entry.shares(points), _numbers(lines)))
        if points:
            given.add(place)
    return Rating(tuple(awards), tuple(benefits), idle_lines, Evidence(entries, hits, meant, multiplied, given))


def _matched(basket: Basket, campaigns: CampaignIndex) -> tuple[Hits, int]:
    hits: Hits = {}
    idle_lines = 0
    products, occurred_at = basket.products, basket.occurred_at
    for line in sorted(basket.lines, key=_number):
        if not line.quantity:
            idle_lines += 1
            continue
        product = products.get(line.sku) or ProductFacts(sku=line.sku)
        if product.active_from is not None or product.active_to is not None:
            product = product.at(occurred_at)
        for place in campaigns.matching(product):
            if place in hits:
                hits[place].append(line)
            else:
                hits[place] = [line]
    return hits, idle_lines


def _number(line: BasketLine) -> int:
    return line.number


def _meant_for(campaign: Campaign, facts: MemberFacts) -> bool:
    tiers = campaign.terms.tiers
    return not tiers or facts.tier in tiers


def _numbers(lines: Sequence[BasketLine]) -> tuple[int, ...]:
    return tuple([line.number for line in lines])


def _base(entries: Sequence[Compiled], meant: Hits) -> dict[int, Multiplied]:
    base: dict[int, Multiplied] = {}
    for place, lines in meant.items():
        worth = entries[place].worth
        if worth is not None:
            base[place] = (worth, lines, worth(lines))
    return base


def _extra(entries: Sequence[Compiled], place: int, lines: Sequence[BasketLine], base: dict[int, Multiplied]) -> int:
    campaign = entries[place].campaign
    rule = campaign.terms.rule
    assert isinstance(rule, Multiplier)
    return extra_of(campaign, lines, [award for other, award in base.items() if entries[other].kind in rule.base])


def extra_of(campaign: Campaign, lines: Sequence[BasketLine], multiplied: Sequence[Multiplied]) -> int:
    """What a multiplier with these lines adds to awards of the kinds it multiplies."""
    rule = campaign.terms.rule
    assert isinstance(rule, Multiplier)
    numbers = {line.number for line in lines}
    total = 0
    for worth, base_lines, points in multiplied:
        common = [line for line in base_lines if line.number in numbers]
        total += points if len(common) == len(base_lines) else worth(common)
    factor = rule.factor
    return ROUNDED[campaign.terms.rounding]((factor.numerator - factor.denominator) * total, factor.denominator)


def refunds(entry: Compiled, lines: Sequence[BasketLine], redeemer_id: PartnerId, currency: str) -> list[BenefitDue]:
    """What a campaign's sponsors refund to the shop for the maker's coupons on its lines, line by line."""
    rule = entry.campaign.terms.rule
    assert isinstance(rule, CouponRefund)
    due = []
    for line in lines:
        units = line.coupon if rule.cap is None else min(line.coupon, int(rule.cap * line.quantity))
        if units:
            due += [
                BenefitDue(entry.campaign, sponsor_id, redeemer_id, Money.of_minor(part, currency), line.number)
                for sponsor_id, part in entry.shares(units)
            ]
    return due


def _refusal(evidence: Evidence, place: int) -> NoAward:
    campaign = evidence.entries[place].campaign
    rule = campaign.terms.rule
    if place not in evidence.hits:
        return NoAward(campaign, Why.NO_LINE_MATCHES)
    if place not in evidence.meant:
        return NoAward(campaign, Why.OTHER_TIER)
    if isinstance(rule, CouponRefund):
        return NoAward(campaign, Why.NO_COUPON)
    if isinstance(rule, Flat):
        return NoAward(campaign, Why.BELOW_MINIMUM, rule.minimum - sum(line.amount for line in evidence.meant[place]))
    if isinstance(rule, Multiplier) and not any(points for _, _, points in evidence.base.values()):
        return NoAward(campaign, Why.NOTHING_TO_MULTIPLY)
    return NoAward(campaign, Why.ROUNDED_AWAY)
