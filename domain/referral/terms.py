"""What a referral programme promises, and to whom; its versions never change once they were live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import FLAG, ID, TEXT, WHOLE, Codec, choice, read_parts, set_of, written
from domain.ids import PartnerId
from domain.referral.errors import InvalidReferral

ProgrammeId = NewType("ProgrammeId", UUID)

LONGEST_NAME = 120
LONGEST_WORDS = 300
LARGEST_LEAST = 10**9
LONGEST_DAYS = 400
LARGEST_COUNT = 1_000
LONGEST_PACE = 24 * 60
LANGUAGES = frozenset({"en", "lv", "bg", "fi", "hu"})


class ProgrammeState(StrEnum):
    """Where a version of a programme stands."""

    DRAFT = "DRAFT"
    """Being written; it may still change."""
    LIVE = "LIVE"
    """Members invite under it."""
    ENDED = "ENDED"
    """Nobody joins under it any more; who joined before is still rewarded."""


class AfterReturn(StrEnum):
    """What becomes of the rewards where the friend's purchase comes back after all."""

    TAKE_BACK = "TAKE_BACK"
    """Both actions are rated again: nothing is left of them."""
    LEAVE = "LEAVE"
    """They stay."""


def _read_instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidRule(f"{value!r} is not a time such as 2026-03-01T08:00:00+02:00") from None
    if instant.tzinfo is None:
        raise InvalidRule(f"{value!r} has no offset")
    return instant


def _read_words(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        raise InvalidRule("words are texts by language, such as en")
    return dict(value)


INSTANT = Codec(write=lambda instant: instant.astimezone(UTC).isoformat(), read=_read_instant).metadata
IDS = set_of(ID).metadata
WORDS = Codec(write=dict, read=_read_words).metadata
NUMBER = WHOLE.metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralTerms:
    """Everything that is promised to the two members, and what keeps it from being drained."""

    name: str = field(metadata=TEXT.metadata)
    host: PartnerId = field(metadata=ID.metadata)
    """The partner that records the REFERRAL actions, and where friends join by the link."""
    starts_at: datetime = field(metadata=INSTANT)
    ends_at: datetime | None = field(default=None, metadata=INSTANT)
    least: int = field(default=1, metadata=NUMBER)
    """The friend's first purchase that counts is of at least so much, in minor units."""
    partners: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    """Where it is bought; none named: anywhere."""
    within_days: int = field(default=30, metadata=NUMBER)
    """So many days after joining the friend may buy."""
    return_days: int = field(default=14, metadata=NUMBER)
    """How long a purchase can be given back; it counts afterwards, if it was not."""
    accept_days: int = field(default=7, metadata=NUMBER)
    """So many days after joining the friend may still say by whose code; 0: only while joining."""
    most: int = field(default=10, metadata=NUMBER)
    """So many friends count for one member …"""
    most_days: int = field(default=30, metadata=NUMBER)
    """… in so many days; 0: ever."""
    pace_most: int = field(default=3, metadata=NUMBER)
    """So many accounts that brought one another may be made …"""
    pace_minutes: int = field(default=60, metadata=NUMBER)
    """… in so many minutes."""
    not_segments: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    """Whoever is in one of these, such as staff, neither brings nor is brought."""
    after_return: AfterReturn = field(
        default=AfterReturn.TAKE_BACK, metadata=choice(AfterReturn, "thing to do after a return").metadata
    )
    asks: bool = field(default=True, metadata=FLAG.metadata)
    """Whether members are asked just after a redemption."""
    words: Mapping[str, str] | None = field(default=None, metadata=WORDS)
    """How members are asked, by language; None: in our words."""

    def __post_init__(self) -> None:
        named = bool(self.name.strip()) and len(self.name) <= LONGEST_NAME and self.name.isprintable()
        _fit("name", f"1 to {LONGEST_NAME} printable characters", holds=named)
        _fit("starts_at", "a time with an offset", holds=self.starts_at.tzinfo is not None)
        if self.ends_at is not None:
            _fit("ends_at", "a time with an offset", holds=self.ends_at.tzinfo is not None)
            _fit("ends_at", "after starts_at", holds=self.ends_at > self.starts_at)
        for name, (low, high) in BOUNDS.items():
            _fit(name, f"{low} to {high}", holds=low <= getattr(self, name) <= high)
        words = self.words or {}
        spoken = all(one.strip() and len(one) <= LONGEST_WORDS and one.isprintable() for one in words.values())
        _fit("words", f"texts of 1 to {LONGEST_WORDS} printable characters", holds=spoken)
        _fit("words", f"said in some of {', '.join(sorted(LANGUAGES))}", holds=LANGUAGES.issuperset(words))

    @property
    def returnable(self) -> timedelta:
        """How long a purchase can be given back."""
        return timedelta(days=self.return_days)

    def deadline(self, joined_at: datetime) -> datetime:
        """Until when a friend who joined then may buy."""
        return joined_at + timedelta(days=self.within_days)

    def open_at(self, at: datetime) -> bool:
        """Whether members may invite and friends may join then, as far as its dates say."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def said_in(self, language: str | None) -> str | None:
        """Its own words in a language, or in English; None: it has none of its own."""
        wanted = (language or "en").partition("-")[0].lower()
        words = self.words or {}
        return words.get(wanted, words.get("en"))

    def to_json(self) -> dict[str, Any]:
        """As stored: only what differs from the usual."""
        return written(self)

    @classmethod
    def from_json(cls, stored: Any) -> ReferralTerms:
        """Terms out of their stored form. Raises: InvalidReferral, naming the part."""
        try:
            return read_parts(cls, stored)
        except InvalidReferral:
            raise
        except (InvalidRule, InvalidCampaign) as refused:
            raise InvalidReferral(refused.message, path=refused.path) from None


BOUNDS: Mapping[str, tuple[int, int]] = {
    "least": (1, LARGEST_LEAST),
    "within_days": (1, LONGEST_DAYS),
    "return_days": (0, LONGEST_DAYS),
    "accept_days": (0, LONGEST_DAYS),
    "most": (1, LARGEST_COUNT),
    "most_days": (0, LONGEST_DAYS),
    "pace_most": (1, LARGEST_COUNT),
    "pace_minutes": (1, LONGEST_PACE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One version of a programme."""

    programme_id: ProgrammeId
    version: int
    partner_id: PartnerId | None
    """The owner; None: the coalition."""
    state: ProgrammeState
    terms: ReferralTerms
    drawn_up_at: datetime
    live_from: datetime | None = None
    live_until: datetime | None = None

    def open_at(self, at: datetime) -> bool:
        """Whether members may invite and friends may join then."""
        return self.state is ProgrammeState.LIVE and self.terms.open_at(at)


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidReferral(f"{part} is {allowed}", path=(part,))
