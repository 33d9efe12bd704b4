"""What a campaign promises: its terms, who pays for them, and where and when they hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.earning.bounds import AT_ONCE, MOST_CAPS, Budget, Cap, Pacing, Release
from domain.earning.errors import InvalidCampaign
from domain.earning.expiry import NEVER, Expiry
from domain.earning.forms import fit, listed, named, parts_of
from domain.earning.rounding import Rounding
from domain.earning.rules import ACTION_KINDS, MONEY_KINDS, Rule, RuleKind, rule_to_json
from domain.earning.stacking import TOGETHER, Stacking
from domain.earning.when import ALWAYS, When
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
    when: When = ALWAYS
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
    release: Release = AT_ONCE
    priority: int = 0
    """Awards are listed from the highest."""
    stacking: Stacking = TOGETHER
    caps: tuple[Cap, ...] = ()
    budget: Budget | None = None

    def __post_init__(self) -> None:
        fit(
            "name",
            f"1 to {LONGEST_NAME} printable characters",
            holds=bool(self.name.strip()) and len(self.name) <= LONGEST_NAME and self.name.isprintable(),
        )
        fit("starts_at", "a time with an offset", holds=self.starts_at.tzinfo is not None)
        if self.ends_at is not None:
            fit("ends_at", "a time with an offset", holds=self.ends_at.tzinfo is not None)
            fit("ends_at", "after starts_at", holds=self.ends_at > self.starts_at)
        fit("partners", "at least one partner", holds=bool(self.partners))
        fit("return_days", f"0 to {LONGEST_RETURN_DAYS}", holds=0 <= (self.return_days or 0) <= LONGEST_RETURN_DAYS)
        fit("priority", f"-{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}", holds=abs(self.priority) <= HIGHEST_PRIORITY)
        _check_sponsors(self.sponsors)
        _check_fit(self)

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """The sponsors that pay anything."""
        return tuple(sponsor.partner_id for sponsor in self.sponsors if sponsor.share > 0)

    def fingerprint(self) -> bytes:
        """A digest of the terms; a sponsor's agreement names it, so it is void once the terms change."""
        return hashlib.sha256(json.dumps(self._canonical(), sort_keys=True).encode()).digest()

    def parts(self) -> dict[str, Any]:
        """Those parts of the terms that are stored as JSON, and only where they differ from the usual."""
        held = {name: getattr(self, name) for name in PARTS}
        stored = {name: PARTS[name].write(part) for name, part in held.items() if part is not None}
        return {name: part for name, part in stored.items() if part}

    def _canonical(self) -> dict[str, Any]:
        return self.parts() | {
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
    seed: bytes | None = field(default=None, repr=False)
    """What its wheel turns by; kept secret until it has ended."""
    commitment: bytes | None = None
    """SHA-256 of the seed, told from the start; None: it has no wheel, or was never live."""
    used_up: bool = False
    """Whether nothing is left of its budget, as far as the server knows."""

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


def _check_sponsors(sponsors: tuple[Sponsor, ...]) -> None:
    fit("sponsors", f"1 to {MOST_SPONSORS} partners", holds=1 <= len(sponsors) <= MOST_SPONSORS)
    named: set[UUID] = {sponsor.partner_id for sponsor in sponsors}
    fit("sponsors", "a list that names each partner once", holds=len(named) == len(sponsors))
    fit("sponsors", "a list of shares that are not negative", holds=all(sponsor.share >= 0 for sponsor in sponsors))
    fit("sponsors", "a list of shares that come to 1", holds=sum(sponsor.share for sponsor in sponsors) == 1)


PARTS = {
    "when": parts_of(When),
    "release": parts_of(Release),
    "stacking": parts_of(Stacking),
    "caps": listed(parts_of(Cap)),
    "budget": parts_of(Budget),
}


def parts_from_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Those parts of the terms that are stored as JSON.

    Raises: InvalidRule, InvalidCampaign, naming the part.
    """
    for name in stored:
        if name not in PARTS:
            raise InvalidCampaign(f"there is no part {name!r}", path=(name,))
    return {name: named(name, PARTS[name].read, part) for name, part in stored.items()}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _check_fit(terms: Terms) -> None:
    kind = terms.rule.kind
    if not terms.when.on_purchases and kind not in ACTION_KINDS:
        allowed = ", ".join(sorted(ACTION_KINDS))
        raise InvalidCampaign(f"an action has no lines; a rule for it is one of {allowed}", path=("rule",))
    if terms.when.on_purchases and kind is RuleKind.PER_FIELD:
        raise InvalidCampaign("a purchase has no fields to count; name types of actions", path=("when", "triggers"))
    if kind in MONEY_KINDS and (terms.caps or (terms.budget is not None and terms.budget.points is not None)):
        part = "caps" if terms.caps else "budget"
        raise InvalidCampaign("money is bounded by the rule's cap and by a budget in money", path=(part,))
    if len(terms.caps) > MOST_CAPS:
        raise InvalidCampaign(f"a campaign has at most {MOST_CAPS} caps", path=("caps",))
    if kind is RuleKind.MULTIPLIER and terms.stacking != TOGETHER:
        raise InvalidCampaign("a multiplier adds to what others give, so it stands with them", path=("stacking",))
    if terms.budget is not None and terms.budget.pacing is Pacing.EVEN and terms.ends_at is None:
        raise InvalidCampaign("a budget for each day needs an end of the campaign", path=("budget", "pacing"))
