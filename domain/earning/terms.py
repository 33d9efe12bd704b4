"""What a campaign promises: its terms, who pays for them, and where and when they hold."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.earning.errors import InvalidCampaign
from domain.earning.expiry import NEVER, Expiry
from domain.earning.rounding import Rounding
from domain.earning.rules import Rule, rule_to_json
from domain.ids import CampaignId, OutletId, PartnerId
from domain.values import Rate

LONGEST_NAME = 120
MOST_SPONSORS = 20
LONGEST_RETURN_DAYS = 400
HIGHEST_PRIORITY = 1000


class CampaignState(StrEnum):
    """Where a version of a campaign stands."""

    DRAFT = "DRAFT"
    """Being written; it may still change."""
    LIVE = "LIVE"
    """Gives points."""
    PAUSED = "PAUSED"
    """Gives nothing for now; resuming makes the next version."""
    ENDED = "ENDED"
    """Gives nothing any more: ended, or followed by the next version."""


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Who funds a campaign, and which share of it."""

    partner_id: PartnerId
    share: Rate = Rate(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything a sponsor agrees to."""

    name: str
    rule: Rule
    starts_at: datetime
    ends_at: datetime | None = None
    partners: frozenset[PartnerId]
    """Whose purchases it applies to."""
    outlets: frozenset[OutletId] = frozenset()
    """Only these outlets of theirs; none named: all."""
    tiers: frozenset[str] = frozenset()
    """Only members of these tiers; none named: everyone."""
    sponsors: tuple[Sponsor, ...]
    return_days: int | None = None
    """How long points wait for a return before they can be spent; None: not at all."""
    expiry: Expiry = NEVER
    rounding: Rounding = Rounding.DOWN
    priority: int = 0
    """Awards are listed from the highest."""

    def __post_init__(self) -> None:
        _check(
            "name",
            f"1 to {LONGEST_NAME} printable characters",
            holds=bool(self.name.strip()) and len(self.name) <= LONGEST_NAME and self.name.isprintable(),
        )
        _check("starts_at", "a time with an offset", holds=self.starts_at.tzinfo is not None)
        if self.ends_at is not None:
            _check("ends_at", "a time with an offset", holds=self.ends_at.tzinfo is not None)
            _check("ends_at", "after starts_at", holds=self.ends_at > self.starts_at)
        _check("partners", "at least one partner", holds=bool(self.partners))
        _check("return_days", f"0 to {LONGEST_RETURN_DAYS}", holds=0 <= (self.return_days or 0) <= LONGEST_RETURN_DAYS)
        _check("priority", f"-{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}", holds=abs(self.priority) <= HIGHEST_PRIORITY)
        _check_sponsors(self.sponsors)

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """The sponsors that pay anything."""
        return tuple(sponsor.partner_id for sponsor in self.sponsors if sponsor.share > 0)

    def fingerprint(self) -> bytes:
        """A digest of the terms; a sponsor's agreement names it, so it is void once the terms change."""
        return hashlib.sha256(json.dumps(self._canonical(), sort_keys=True).encode()).digest()

    def _canonical(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "rule": rule_to_json(self.rule),
            "starts_at": _instant(self.starts_at),
            "ends_at": self.ends_at and _instant(self.ends_at),
            "partners": sorted(map(str, self.partners)),
            "outlets": sorted(map(str, self.outlets)),
            "tiers": sorted(self.tiers),
            "sponsors": sorted([str(sponsor.partner_id), str(sponsor.share)] for sponsor in self.sponsors),
            "return_days": self.return_days,
            "expiry": self.expiry.to_json(),
            "rounding": self.rounding.value,
            "priority": self.priority,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One version of a campaign; once it has been live, it never changes."""

    campaign_id: CampaignId
    version: int
    partner_id: PartnerId
    """The owner."""
    state: CampaignState
    terms: Terms
    live_from: datetime | None = None
    live_until: datetime | None = None
    """When it was paused, ended or followed by the next version."""

    @property
    def key(self) -> tuple[CampaignId, int]:
        """What an award names."""
        return self.campaign_id, self.version

    def window(self) -> tuple[datetime, datetime | None] | None:
        """From when (inclusive) until when (exclusive) purchases earn under this version; None: never."""
        if self.live_from is None:
            return None
        ends = [end for end in (self.terms.ends_at, self.live_until) if end is not None]
        return max(self.terms.starts_at, self.live_from), min(ends, default=None)


def _check(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidCampaign(f"{part} is {allowed}", path=(part,))


def _check_sponsors(sponsors: tuple[Sponsor, ...]) -> None:
    _check("sponsors", f"1 to {MOST_SPONSORS} partners", holds=1 <= len(sponsors) <= MOST_SPONSORS)
    named: set[UUID] = {sponsor.partner_id for sponsor in sponsors}
    _check("sponsors", "a list that names each partner once", holds=len(named) == len(sponsors))
    _check("sponsors", "a list of shares that are not negative", holds=all(sponsor.share >= 0 for sponsor in sponsors))
    _check("sponsors", "a list of shares that come to 1", holds=sum(sponsor.share for sponsor in sponsors) == 1)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
