"""The figures of a look back, and how they are read out of what was kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.ids import CampaignId, PartnerId


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorPart:
    """What one sponsor would have paid for, and what it did under the campaigns that were live."""

    partner_id: PartnerId
    points: int
    """Of the terms that were looked at."""
    units: int
    """Money of the same, in minor units."""
    points_live: int
    """Of all campaigns that were live."""
    units_live: int
    points_with: int
    """Of all campaigns together, had these terms been in force."""
    units_with: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPart:
    """A campaign that gives otherwise beside these terms than without them."""

    campaign_id: CampaignId
    version: int
    name: str
    points_live: int
    points_with: int
    units_live: int
    units_with: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How points are spread over purchases, or members, that got any."""

    count: int
    mean: str
    """To two decimals."""
    quantiles: Mapping[int, int]
    """The smallest number that so many hundredths do not exceed."""
    histogram: Sequence[tuple[int, int, int]]
    """From, to (inclusive), and how many lie there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopPurchase:
    """One of the purchases that would have earned most."""

    entry_id: UUID
    partner_id: PartnerId
    at: datetime
    amount: int
    """In minor units."""
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week, from its Monday."""

    monday: date
    purchases: int
    """That got something."""
    points: int
    units: int
    points_live: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What terms would have come to over a time of real purchases."""

    since: datetime
    until: datetime
    purchases: int
    lines: int
    amount: int
    """What they came to, in minor units."""
    members: int
    rewarded: int
    """Purchases that would have got something."""
    reached: int
    """Members that would have got something."""
    points: int
    units: int
    """Money in minor units."""
    things: Mapping[str, int]
    """Things won, by name."""
    cut: int
    """Points that the budget would not have covered."""
    sponsors: Sequence[SponsorPart]
    changed: Sequence[CampaignPart]
    per_purchase: Spread
    per_member: Spread
    top: Sequence[TopPurchase]
    weeks: Sequence[Week]


def findings_of(kept: Mapping[str, Any]) -> Findings:
    """Figures out of their stored form."""
    instants = {name: datetime.fromisoformat(kept[name]) for name in ("since", "until")}
    return Findings(
        **{
            **kept,
            **instants,
            "sponsors": [SponsorPart(**{**one, "partner_id": _partner(one)}) for one in kept["sponsors"]],
            "changed": [
                CampaignPart(**{**one, "campaign_id": CampaignId(UUID(one["campaign_id"]))}) for one in kept["changed"]
            ],
            "per_purchase": _spread(kept["per_purchase"]),
            "per_member": _spread(kept["per_member"]),
            "top": [_top(one) for one in kept["top"]],
            "weeks": [Week(**{**one, "monday": date.fromisoformat(one["monday"])}) for one in kept["weeks"]],
        }
    )


def _partner(kept: Mapping[str, Any]) -> PartnerId:
    return PartnerId(UUID(kept["partner_id"]))


def _spread(kept: Mapping[str, Any]) -> Spread:
    return Spread(
        count=kept["count"],
        mean=kept["mean"],
        quantiles={int(each): points for each, points in kept["quantiles"].items()},
        histogram=[(start, end, count) for start, end, count in kept["histogram"]],
    )


def _top(kept: Mapping[str, Any]) -> TopPurchase:
    at, entry = datetime.fromisoformat(kept["at"]), UUID(kept["entry_id"])
    return TopPurchase(**{**kept, "at": at, "entry_id": entry, "partner_id": _partner(kept)})
