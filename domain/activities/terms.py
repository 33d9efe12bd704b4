"""What an activity is: where and when, for whom, with how many places, and who pays which share of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from domain.activities.errors import InvalidActivity
from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import FLAG, ID, TEXT, WHOLE, Codec, choice, read_parts, set_of, written
from domain.earning.terms import Sponsor
from domain.ids import OutletId, PartnerId
from domain.members.models import MemberKind
from domain.rewards.errors import InvalidReward
from domain.rewards.forms import INSTANT, SPONSORS, TEXTS_BY_LANGUAGE, Words

ActivityId = NewType("ActivityId", UUID)

LONGEST_NAME = 120
LONGEST_ADDRESS = 200
MOST_PLACES = 100_000
MOST_GUESTS = 20
MOST_PARTNERS = 20


class ActivityState(StrEnum):
    """Where a version of an activity stands."""

    DRAFT = "DRAFT"
    """Being written; it may still change."""
    LIVE = "LIVE"
    """Members are invited, answer and come."""
    PAUSED = "PAUSED"
    """For now nobody answers."""
    ENDED = "ENDED"
    """It is called off, or over and done."""


class ActivityKind(StrEnum):
    """What sort of activity it is."""

    TASTING = "TASTING"
    """Members try something."""
    PRESENTATION = "PRESENTATION"
    """Something is shown to them."""
    EVENT = "EVENT"
    """Anything else."""


def _read_places(value: Any) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        raise InvalidRule("places_of are numbers by partner")
    return {str(ID.read(partner)): WHOLE.read(places) for partner, places in value.items()}


IDS = set_of(ID).metadata
NUMBER = WHOLE.metadata
PLACES = Codec(write=dict, read=_read_places)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTerms:
    """Everything that is promised to members, and what its partners agree to."""

    name: str = field(metadata=TEXT.metadata)
    kind: ActivityKind = field(metadata=choice(ActivityKind, "kind of activity").metadata)
    texts: tuple[Words, ...] = field(default=(), metadata=TEXTS_BY_LANGUAGE.metadata)
    """What it is called and what is told about it, by language."""
    hosts: frozenset[PartnerId] = field(metadata=IDS)
    """Whose tills and apps record who comes."""
    outlet: OutletId | None = field(default=None, metadata=ID.metadata)
    """Where it is held, at an outlet of a host …"""
    address: str | None = field(default=None, metadata=TEXT.metadata)
    """… or elsewhere; exactly one is said."""
    starts_at: datetime = field(metadata=INSTANT.metadata)
    ends_at: datetime = field(metadata=INSTANT.metadata)
    answer_until: datetime | None = field(default=None, metadata=INSTANT.metadata)
    """Until when members answer; None: until it begins."""
    places: int = field(metadata=NUMBER)
    """In all, guests counted."""
    places_of: Mapping[str, int] | None = field(default=None, metadata=PLACES.metadata)
    """At most so many for those whom a partner invites, by the partner's id."""
    guests: int = field(default=0, metadata=NUMBER)
    """So many may a member bring."""
    open: bool = field(default=False, metadata=FLAG.metadata)
    """Whether whoever it is for may come uninvited."""
    waiting: bool = field(default=True, metadata=FLAG.metadata)
    """Whether there is a waiting list."""
    members: frozenset[MemberKind] = field(
        default=frozenset(), metadata=set_of(choice(MemberKind, "kind of member")).metadata
    )
    """Only for these kinds of members; none named: all."""
    segments: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    not_segments: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    tiers: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    shares: tuple[Sponsor, ...] = field(metadata=SPONSORS.metadata)
    """Who bears which share of the costs; they come to 1."""

    def __post_init__(self) -> None:
        _fit("name", f"1 to {LONGEST_NAME} printable characters", holds=_is_text(self.name, LONGEST_NAME))
        _fit("hosts", f"1 to {MOST_PARTNERS} partners", holds=1 <= len(self.hosts) <= MOST_PARTNERS)
        one = (self.outlet is None) != (self.address is None)
        _fit("address", "said, unless an outlet is", holds=one)
        known = self.address is None or _is_text(self.address, LONGEST_ADDRESS)
        _fit("address", f"1 to {LONGEST_ADDRESS} printable characters", holds=known)
        _fit("ends_at", "after starts_at", holds=self.ends_at > self.starts_at)
        in_time = self.answer_until is None or self.answer_until <= self.starts_at
        _fit("answer_until", "no later than starts_at", holds=in_time)
        _fit("places", f"1 to {MOST_PLACES}", holds=1 <= self.places <= MOST_PLACES)
        parts = (self.places_of or {}).values()
        _fit("places_of", f"0 to {self.places} for each", holds=all(0 <= part <= self.places for part in parts))
        _fit("guests", f"0 to {MOST_GUESTS}", holds=0 <= self.guests <= MOST_GUESTS)
        _fit("not_segments", "others than segments", holds=not self.segments & self.not_segments)
        shares = [sponsor.share for sponsor in self.shares]
        once = len({sponsor.partner_id for sponsor in self.shares}) == len(shares) <= MOST_PARTNERS
        whole = once and all(share > 0 for share in shares) and sum(shares) == 1
        _fit("shares", "shares above 0, of partners named once, that come to 1", holds=whole)

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """Who bears any of the costs."""
        return tuple(sponsor.partner_id for sponsor in self.shares)

    def to_json(self) -> dict[str, Any]:
        """The terms as stored: only what differs from the usual."""
        return written(self)

    def fingerprint(self) -> bytes:
        """A digest of the terms; a partner's agreement names it, so it is void once the terms change."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()

    @classmethod
    def from_json(cls, stored: Any) -> ActivityTerms:
        """Terms out of their stored form. Raises: InvalidActivity, naming the part."""
        try:
            return read_parts(cls, stored)
        except InvalidActivity:
            raise
        except (InvalidRule, InvalidCampaign, InvalidReward) as refused:
            raise InvalidActivity(refused.message, path=refused.path) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One version of an activity; once it has been live, it never changes."""

    activity_id: ActivityId
    version: int
    partner_id: PartnerId
    """The owner."""
    state: ActivityState
    terms: ActivityTerms
    live_from: datetime | None = None
    live_until: datetime | None = None

    @property
    def parties(self) -> set[PartnerId]:
        """Who takes part: the owner, the hosts, and those who share the costs."""
        return {self.partner_id, *self.terms.hosts, *self.terms.funders}


def _is_text(text: str, longest: int) -> bool:
    return bool(text.strip()) and len(text) <= longest and text.isprintable()


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidActivity(f"{part} is {allowed}", path=(part,))
