"""What a trial is: of which products, how many places, for whom, chosen and handed how, and what is asked then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import FLAG, ID, TEXT, WHOLE, Codec, choice, read_parts, set_of, written
from domain.ids import PartnerId
from domain.languages import LANGUAGES, OTHERWISE
from domain.surveys.terms import SurveyId
from domain.trials.errors import InvalidTrial

TrialId = NewType("TrialId", UUID)

LONGEST_NAME = 120
LONGEST_WORDS = 2_000
MOST_PLACES = 100_000
MOST_PRODUCTS = 20
LONGEST_ANSWER = 90
LARGEST_COST = 10**9


class TrialState(StrEnum):
    """Where a version of a trial stands."""

    DRAFT = "DRAFT"
    """Being written; it may still change."""
    LIVE = "LIVE"
    """Members apply and take part."""
    PAUSED = "PAUSED"
    """Nobody applies for now; who takes part goes on."""
    ENDED = "ENDED"
    """Followed by the next version, or over: nobody gets a place any more."""


class Choosing(StrEnum):
    """Who of those that apply gets a place."""

    RANDOM = "RANDOM"
    """Drawn once nobody can apply any more, by a seed that was promised from the start."""
    FIRST_COME = "FIRST_COME"
    """Whoever comes first."""


class Handing(StrEnum):
    """How the sample comes to the member."""

    OUTLET = "OUTLET"
    """Over a counter of one of the partners named."""
    SENT = "SENT"
    """The maker sends it, and says when it has."""
    VOUCHER = "VOUCHER"
    """As a voucher of a coupon, by itself; the coupon's sponsors pay the shop that takes it."""


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
WORDS = Codec(write=dict, read=_read_words).metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTerms:
    """Everything that a trial is."""

    name: str = field(metadata=TEXT.metadata)
    """What members and reports call it; the action names it too."""
    products: frozenset[str] = field(metadata=set_of(TEXT).metadata)
    """The owner's own article numbers."""
    places: int = field(metadata=WHOLE.metadata)
    """So many samples there are."""
    survey: SurveyId = field(metadata=ID.metadata)
    """What is asked of whoever has the sample."""
    apply_from: datetime = field(metadata=INSTANT)
    apply_until: datetime = field(metadata=INSTANT)
    """Members apply before this moment."""
    feedback_until: datetime = field(metadata=INSTANT)
    """Samples are handed, and members say what they think, before this moment."""
    handing: Handing = field(metadata=choice(Handing, "way to hand samples").metadata)
    choosing: Choosing = field(default=Choosing.RANDOM, metadata=choice(Choosing, "way to choose").metadata)
    accept_days: int = field(default=7, metadata=WHOLE.metadata)
    """So many days whoever was chosen has to answer; then the next in line is."""
    partners: frozenset[UUID] = field(default=frozenset(), metadata=set_of(ID).metadata)
    """Who hands samples over its counters, beside the owner."""
    coupon: UUID | None = field(default=None, metadata=ID.metadata)
    """Of which the sample is a voucher."""
    segments: frozenset[UUID] = field(default=frozenset(), metadata=set_of(ID).metadata)
    """For members of any of these; none named: for all."""
    tiers: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    """For members of any of these tiers, the coalition's or the owner's; none named: of any."""
    offers: bool = field(default=True, metadata=FLAG.metadata)
    """Only for members who allow the owner offers, as long as they do."""
    cost: int = field(default=0, metadata=WHOLE.metadata)
    """What a sample costs the owner, in minor units, for its report alone: no money moves by it."""
    words: Mapping[str, str] = field(default_factory=dict, metadata=WORDS)
    """What members read of it, by language."""

    def __post_init__(self) -> None:
        named = bool(self.name.strip()) and len(self.name) <= LONGEST_NAME and self.name.isprintable()
        _fit("name", f"1 to {LONGEST_NAME} printable characters", holds=named)
        _fit("products", f"1 to {MOST_PRODUCTS} article numbers", holds=0 < len(self.products) <= MOST_PRODUCTS)
        _fit("places", f"1 to {MOST_PLACES}", holds=0 < self.places <= MOST_PLACES)
        _fit("accept_days", f"1 to {LONGEST_ANSWER}", holds=0 < self.accept_days <= LONGEST_ANSWER)
        _fit("cost", f"0 to {LARGEST_COST}", holds=0 <= self.cost <= LARGEST_COST)
        for name in ("apply_from", "apply_until", "feedback_until"):
            _fit(name, "a time with an offset", holds=getattr(self, name).tzinfo is not None)
        _fit("apply_until", "after apply_from", holds=self.apply_from < self.apply_until)
        _fit("feedback_until", "after apply_until", holds=self.apply_until < self.feedback_until)
        voucher, outlet = self.handing is Handing.VOUCHER, self.handing is Handing.OUTLET
        _fit("coupon", "named for VOUCHER, and only then", holds=voucher == (self.coupon is not None))
        _fit("partners", "named for OUTLET alone", holds=outlet or not self.partners)
        spoken = all(
            one.strip() and len(one) <= LONGEST_WORDS and one.replace("\n", "").isprintable()
            for one in self.words.values()
        )
        _fit("words", f"texts of 1 to {LONGEST_WORDS} printable characters", holds=spoken)
        _fit("words", f"said in some of {', '.join(LANGUAGES)}", holds=set(self.words) <= set(LANGUAGES))

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """Nobody pays beside the owner; a coupon's sponsors agreed to the coupon."""
        return ()

    def fingerprint(self) -> bytes:
        """A digest of all of it: other terms have another."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()

    def said_in(self, language: str | None) -> str | None:
        """Its words in a language, else in English; None: it has none."""
        wanted = (language or OTHERWISE).partition("-")[0].lower()
        return self.words.get(wanted, self.words.get(OTHERWISE))

    def to_json(self) -> dict[str, Any]:
        """As stored: only what differs from the usual."""
        stored = written(self)
        return stored if self.words else {name: part for name, part in stored.items() if name != "words"}

    @classmethod
    def from_json(cls, stored: Any) -> TrialTerms:
        """Terms out of their stored form. Raises: InvalidTrial, naming the part."""
        try:
            return read_parts(cls, {"words": {}, **stored} if isinstance(stored, Mapping) else stored)
        except InvalidTrial:
            raise
        except (InvalidRule, InvalidCampaign) as refused:
            raise InvalidTrial(refused.message, path=refused.path) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One version of a trial."""

    trial_id: TrialId
    version: int
    partner_id: PartnerId
    state: TrialState
    terms: TrialTerms
    created_at: datetime
    live_from: datetime | None = None
    live_until: datetime | None = None


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidTrial(f"{part} is {allowed}", path=(part,))
