"""What rating says: awards with who funds them, money, things won, what was counted, and why the rest gave nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.earning.basket import BasketLine
from domain.earning.compiling import Compiled
from domain.earning.prizes import Token
from domain.earning.tallies import Counting
from domain.earning.terms import Campaign
from domain.ids import PartnerId
from domain.values import Money

Hits = dict[int, list[BasketLine]]
"""Lines by the place of the campaign that counts them."""


class Why(StrEnum):
    """Why a campaign gave nothing, or less than it might."""

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
    NO_DISCOUNT = "NO_DISCOUNT"
    """The shop took nothing off that it would refund."""
    NO_FIELD = "NO_FIELD"
    """The action does not say the number that it counts, or too small a one."""
    OTHER_TENDER = "OTHER_TENDER"
    """Nothing was paid by the means that it asks for."""
    OTHER_TIER = "OTHER_TIER"
    """It is for members of another tier."""
    OTHER_SEGMENT = "OTHER_SEGMENT"
    """It is for other members."""
    OWN_SALE = "OWN_SALE"
    """The member sells here, and earns nothing on what it buys from itself."""
    CONTROL_GROUP = "CONTROL_GROUP"
    """The member is one of those who are left out, to compare with."""
    OTHER_TIME = "OTHER_TIME"
    """It holds on other days or at other hours."""
    OTHER_CHANNEL = "OTHER_CHANNEL"
    """It holds in other channels."""
    CONDITION_NOT_MET = "CONDITION_NOT_MET"
    """Its condition does not hold."""
    MEMBER_UNKNOWN = "MEMBER_UNKNOWN"
    """It counts from purchase to purchase, and nobody knows yet whose purchase this is."""
    NOT_YET = "NOT_YET"
    """It was counted; more of the same wins."""
    BLANK = "BLANK"
    """Its wheel was turned, and stopped where nothing is won."""
    ALL_WON = "ALL_WON"
    """The member has won all that there is to win."""
    CAP_REACHED = "CAP_REACHED"
    """The member or household has had all that it gives in this time."""
    ANOTHER_GIVES = "ANOTHER_GIVES"
    """Another campaign gives instead, and that is worth more."""
    BUDGET_USED_UP = "BUDGET_USED_UP"
    """All that it may cost has been given."""


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
class Offer:
    """Money the shop may take off a line, which the sponsors refund."""

    campaign: Campaign
    line: int
    units: int
    """Minor units."""


@dataclass(frozen=True, slots=True)
class TokenDue:
    """A thing won that is no point."""

    campaign: Campaign
    token: Token


@dataclass(frozen=True, slots=True)
class NoAward:
    """A campaign that gave nothing, and why."""

    campaign: Campaign
    why: Why
    missing: int = 0
    """BELOW_MINIMUM: how many minor units more it takes. NOT_YET: how many stamps, items or minor units more."""
    instead: Campaign | None = None
    """ANOTHER_GIVES: which one."""
    tiers: tuple[str, ...] = ()
    """OTHER_TIER: which the member has."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a campaign gave nothing, before it is put in words."""

    why: Why
    missing: int = 0
    instead: int | None = None
    tiers: tuple[str, ...] = ()
    """Which the member has."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rating went by; enough to say why a campaign gave nothing, and to rate a return."""

    entries: Sequence[Compiled]
    hits: Hits
    refused: Mapping[int, Refused]
    given: frozenset[int] | set[int]
    """The places of the campaigns that gave something."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a basket or an action is worth."""

    awards: tuple[Award, ...]
    benefits: tuple[BenefitDue, ...]
    idle_lines: int
    """Lines of quantity zero: accepted, and worth nothing."""
    evidence: Evidence = field(repr=False, compare=False)
    offers: tuple[Offer, ...] = ()
    """What the shop may take off; what it did take off is among the benefits."""
    tokens: tuple[TokenDue, ...] = ()
    turns: tuple[tuple[Campaign, int], ...] = ()
    """Turns of wheels that a preview does not tell the end of."""
    counting: tuple[Counting, ...] = ()
    """What of the wallet's tallies it moves."""

    @property
    def points(self) -> int:
        """All points together."""
        return sum(award.points for award in self.awards)

    @property
    def refusals(self) -> tuple[NoAward, ...]:
        """The campaigns that gave nothing, and why; worked out when asked, since a till in a hurry does not."""
        entries, given = self.evidence.entries, self.evidence.given
        return tuple(self._refusal(place) for place in range(len(entries)) if place not in given)

    def _refusal(self, place: int) -> NoAward:
        entries = self.evidence.entries
        campaign = entries[place].campaign
        if place not in self.evidence.hits:
            return NoAward(campaign, Why.NO_LINE_MATCHES)
        refused = self.evidence.refused[place]
        instead = None if refused.instead is None else entries[refused.instead].campaign
        tiers = refused.tiers if refused.why is Why.OTHER_TIER else ()
        return NoAward(campaign, refused.why, refused.missing, instead, tiers)
