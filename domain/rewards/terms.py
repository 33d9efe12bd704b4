"""What a reward promises: ways to have it, where, when and for whom, how many there are, and who pays for it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.bounds import CapPer
from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import FLAG, ID, TEXT, WHOLE, choice, listed, parts_of, read_parts, set_of, written
from domain.earning.periods import PERIOD, Period
from domain.earning.terms import Sponsor
from domain.earning.when import Hours, When
from domain.ids import OutletId, PartnerId, RewardId
from domain.rewards.errors import InvalidReward
from domain.rewards.forms import INSTANT, LONGEST_NAME, SPONSORS, TEXTS_BY_LANGUAGE, Words, fit, is_text
from domain.rewards.worths import (
    WORTHS_OF,
    Articles,
    Draw,
    DrawPrize,
    PayWithPoints,
    Pick,
    RewardKind,
    Step,
    Worth,
)

__all__ = [
    "Articles",
    "Automatic",
    "Draw",
    "DrawPrize",
    "Early",
    "Fulfilment",
    "Limit",
    "PayWithPoints",
    "Pick",
    "Reward",
    "RewardKind",
    "RewardState",
    "RewardTerms",
    "Step",
    "Words",
    "Worth",
    "terms_from_json",
]

LARGEST_STOCK = 10**9
LARGEST_LIMIT = 10**6
MOST_STEPS = 50
MOST_EARLY = 20
MOST_LIMITS = 10
MOST_DATES = 60
LONGEST_HOLD = 30 * 24 * 60
LONGEST_WAIT = 24 * 31
IMAGE_FORM = re.compile(r"https://[!-~]{3,492}", re.ASCII)
DATE_FORM = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31", re.ASCII)
"""A day that every year has."""
MONDAY, SUNDAY = 1, 7

TEXTS = set_of(TEXT).metadata
IDS = set_of(ID).metadata
IS_TEXT, IS_WHOLE = TEXT.metadata, WHOLE.metadata


class RewardState(StrEnum):
    """Where a version of a reward stands."""

    DRAFT = "DRAFT"
    """Being written; it may still change."""
    LIVE = "LIVE"
    """Can be had."""
    PAUSED = "PAUSED"
    """Cannot be had for now; resuming makes the next version."""
    ENDED = "ENDED"
    """Cannot be had any more: ended, or followed by the next version."""


class Fulfilment(StrEnum):
    """How a member comes to what was redeemed."""

    AT_THE_TILL = "AT_THE_TILL"
    """With the purchase, at once."""
    COLLECTED = "COLLECTED"
    """Made ready, and collected at an outlet."""
    SENT = "SENT"
    """Sent to the member."""
    BY_PARTNER = "BY_PARTNER"
    """As the partner and the member agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Early:
    """Until a moment only members of these tiers or segments can have the reward."""

    tiers: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    segments: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    until: datetime = field(metadata=INSTANT.metadata)

    def __post_init__(self) -> None:
        fit("early", "for tiers or segments that are named", holds=bool(self.tiers or self.segments), whole=True)
        fit("until", "a time with an offset", holds=self.until.tzinfo is not None)

    def meets(self, tiers: frozenset[str], segments: frozenset[UUID]) -> bool:
        """Whether a member of these tiers and segments is meant."""
        return bool(self.tiers & tiers or self.segments & segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many pieces for each member, or household, within a period."""

    most: int = field(metadata=IS_WHOLE)
    period: Period | None = field(default=None, metadata=PERIOD)
    """None: as long as there is the reward."""
    per: CapPer = field(default=CapPer.MEMBER, metadata=choice(CapPer, "owner of a limit").metadata)

    def __post_init__(self) -> None:
        fit("most", f"1 to {LARGEST_LIMIT}", holds=1 <= self.most <= LARGEST_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """The reward comes by itself once a member's points reach a step, unless the member saves them."""

    after_hours: int = field(default=0, metadata=IS_WHOLE)
    """How long the points must have been there."""
    weekday: int = field(default=0, metadata=IS_WHOLE)
    """Only on this day: 1 for Monday to 7 for Sunday; 0: any day."""
    dates: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    """Only on these days of the year, such as 03-15; none named: any day."""
    most: int | None = field(default=None, metadata=IS_WHOLE)
    """Pieces on one such day; what is over stays in points and counts at the next."""
    most_a_year: int | None = field(default=None, metadata=IS_WHOLE)
    """Pieces in a calendar year."""

    def __post_init__(self) -> None:
        fit("after_hours", f"0 to {LONGEST_WAIT}", holds=0 <= self.after_hours <= LONGEST_WAIT)
        fit("weekday", "0 (any), or 1 (Monday) to 7", holds=0 <= self.weekday <= SUNDAY)
        fit("weekday", "0 where dates are named", holds=not self.weekday or not self.dates)
        fit("dates", f"at most {MOST_DATES} days", holds=len(self.dates) <= MOST_DATES)
        fit("dates", "days of every year, such as 03-15", holds=all(map(DATE_FORM.fullmatch, self.dates)))
        for part in ("most", "most_a_year"):
            most = getattr(self, part)
            fit(part, f"1 to {LARGEST_LIMIT}", holds=most is None or 1 <= most <= LARGEST_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardTerms:
    """Everything its owner promises and its sponsors agree to."""

    name: str = field(metadata=IS_TEXT)
    kind: RewardKind = field(metadata=choice(RewardKind, "kind of reward").metadata)
    texts: tuple[Words, ...] = field(default=(), metadata=TEXTS_BY_LANGUAGE.metadata)
    """Name and text by language; without one, the name."""
    steps: tuple[Step, ...] = field(default=(), metadata=listed(parts_of(Step)).metadata)
    pay: PayWithPoints | None = field(default=None, metadata=parts_of(PayWithPoints).metadata)
    """A discount priced by what is paid, instead of steps."""
    partners: frozenset[PartnerId] = field(metadata=IDS)
    """Where it can be had."""
    outlets: frozenset[OutletId] = field(default=frozenset(), metadata=IDS)
    """Only at these outlets of theirs; none named: all."""
    starts_at: datetime = field(metadata=INSTANT.metadata)
    ends_at: datetime | None = field(default=None, metadata=INSTANT.metadata)
    early: tuple[Early, ...] = field(default=(), metadata=listed(parts_of(Early)).metadata)
    """Who comes first, in the order of their moments; once open for a member, it stays open."""
    tiers: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    """Only members of one of these tiers; none named: everyone."""
    segments: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    """Only members of one of these segments."""
    not_segments: frozenset[UUID] = field(default=frozenset(), metadata=IDS)
    """No member of any of these."""
    weekdays: frozenset[int] = field(default=frozenset(), metadata=set_of(WHOLE).metadata)
    """1 for Monday to 7 for Sunday (ISO 8601); none named: every day."""
    hours: tuple[Hours, ...] = field(default=(), metadata=listed(parts_of(Hours)).metadata)
    time_zone: str | None = field(default=None, metadata=IS_TEXT)
    """By whose clock; None: the coalition's."""
    stock: int | None = field(default=None, metadata=IS_WHOLE)
    """How many pieces there are to begin with; None: as many as are wanted."""
    shows_stock: bool = field(default=True, metadata=FLAG.metadata)
    """Whether members see how many are left."""
    limits: tuple[Limit, ...] = field(default=(), metadata=listed(parts_of(Limit)).metadata)
    hold_minutes: int = field(default=LONGEST_HOLD, metadata=IS_WHOLE)
    """How long an authorization lasts at most; 0: it is had at once or not at all."""
    fulfilment: Fulfilment = field(
        default=Fulfilment.AT_THE_TILL, metadata=choice(Fulfilment, "way of fulfilment").metadata
    )
    sponsors: tuple[Sponsor, ...] = field(default=(), metadata=SPONSORS.metadata)
    """Who pays the shop what it takes off, or gives, beyond the points, and which share; the rest is the shop's own."""
    charity: str | None = field(default=None, metadata=IS_TEXT)
    """Who gets the gifts of a reward of kind CHARITY."""
    draw: Draw | None = field(default=None, metadata=parts_of(Draw).metadata)
    """Of a reward of kind SWEEPSTAKE."""
    automatic: Automatic | None = field(default=None, metadata=parts_of(Automatic).metadata)
    image: str | None = field(default=None, metadata=IS_TEXT)
    """An https address."""

    def __post_init__(self) -> None:
        fit("name", f"1 to {LONGEST_NAME} printable characters", holds=is_text(self.name))
        fit("partners", "at least one partner", holds=bool(self.partners))
        _check_times(self)
        _check_prices(self)
        _check_bounds(self)
        _check_sponsors(self.sponsors)
        _check_kind(self)
        fit("image", "an https address", holds=self.image is None or bool(IMAGE_FORM.fullmatch(self.image)))

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """Who pays anything beyond the points: the sponsors, and who matches gifts."""
        matchers = {step.worth.matched_by for step in self.steps if step.worth.matched_by is not None}
        return tuple(sorted(matchers | {sponsor.partner_id for sponsor in self.sponsors if sponsor.share > 0}))

    def opens_at(self, tiers: frozenset[str], segments: frozenset[UUID]) -> datetime:
        """When it opens for a member of these tiers and segments, eligible or not."""
        opens = self.starts_at
        for phase in self.early:
            if phase.meets(tiers, segments):
                return opens
            opens = max(opens, phase.until)
        return opens

    def holds_at(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether a moment is one of its weekdays and hours."""
        when = When(weekdays=self.weekdays, hours=self.hours, time_zone=self.time_zone)
        return not when.timed or when.holds_at(at, zone)

    def words_in(self, language: str) -> tuple[str, str]:
        """Its name in a language and what is told about it there; its own name, and nothing, where there is no text."""
        found = next((words for words in self.texts if words.language == language), None)
        return (self.name, "") if found is None else (found.name, found.about)

    def to_json(self) -> dict[str, Any]:
        """The terms as stored: only what differs from the usual."""
        return written(self)

    def fingerprint(self) -> bytes:
        """A digest of the terms; a sponsor's agreement names it, so it is void once the terms change."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()


def terms_from_json(stored: Any) -> RewardTerms:
    """The terms of a reward out of their stored form. Raises: InvalidReward, naming the part."""
    try:
        return read_parts(RewardTerms, stored)
    except (InvalidRule, InvalidCampaign) as refusal:
        raise InvalidReward(refusal.message, path=refusal.path) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """One version of a reward; once it has been live, it never changes."""

    reward_id: RewardId
    version: int
    partner_id: PartnerId
    """The owner."""
    state: RewardState
    terms: RewardTerms
    live_from: datetime | None = None
    live_until: datetime | None = None
    """When it was paused, ended or followed by the next version."""
    commitment: bytes | None = None
    """SHA-256 of the seed of its draw, told from the start; None: it has no draw, or was never live."""

    @property
    def key(self) -> tuple[RewardId, int]:
        """What a redemption names."""
        return self.reward_id, self.version

    @property
    def closes_at(self) -> datetime | None:
        """From when on nobody can have it: its end, or its draw."""
        drawn = self.terms.draw.at if self.terms.draw is not None else None
        return min((end for end in (self.terms.ends_at, drawn) if end is not None), default=None)

    def open_at(self, now: datetime) -> bool:
        """Whether it can be had by somebody: live, begun, and not over."""
        begun = self.terms.starts_at <= now
        return self.state is RewardState.LIVE and begun and (self.closes_at is None or now < self.closes_at)


def _check_times(terms: RewardTerms) -> None:
    fit("starts_at", "a time with an offset", holds=terms.starts_at.tzinfo is not None)
    if terms.ends_at is not None:
        fit("ends_at", "a time with an offset", holds=terms.ends_at.tzinfo is not None)
        fit("ends_at", "after starts_at", holds=terms.ends_at > terms.starts_at)
    try:
        When(weekdays=terms.weekdays, hours=terms.hours, time_zone=terms.time_zone)
    except InvalidCampaign as refusal:
        raise InvalidReward(refusal.message, path=refusal.path) from None
    fit("early", f"at most {MOST_EARLY} phases", holds=len(terms.early) <= MOST_EARLY)
    moments = [terms.starts_at, *(phase.until for phase in terms.early)]
    rising = all(before < after for before, after in pairwise(moments))
    fit("early", "phases that end one after another, each after starts_at", holds=rising)
    fit("early", "over before ends_at", holds=terms.ends_at is None or moments[-1] < terms.ends_at)


def _check_prices(terms: RewardTerms) -> None:
    fit("steps", "given, or pay is: one of them", holds=bool(terms.steps) != (terms.pay is not None))
    fit("steps", f"at most {MOST_STEPS} steps", holds=len(terms.steps) <= MOST_STEPS)
    discount = terms.pay is None or terms.kind is RewardKind.DISCOUNT
    fit("pay", f"said of a reward of kind {RewardKind.DISCOUNT}", holds=discount)
    allowed = WORTHS_OF[terms.kind]
    for place, step in enumerate(terms.steps):
        if step.worth.what not in allowed:
            told = f"a {terms.kind} is worth {', '.join(sorted(allowed))}, not {step.worth.what}"
            raise InvalidReward(told, path=("steps", str(place), "worth"))


def _check_bounds(terms: RewardTerms) -> None:
    fit("not_segments", "others than segments", holds=not terms.segments & terms.not_segments)
    fit("stock", f"0 to {LARGEST_STOCK}", holds=terms.stock is None or 0 <= terms.stock <= LARGEST_STOCK)
    fit("hold_minutes", f"0 to {LONGEST_HOLD}", holds=0 <= terms.hold_minutes <= LONGEST_HOLD)
    fit("limits", f"at most {MOST_LIMITS} limits", holds=len(terms.limits) <= MOST_LIMITS)
    once = {(limit.per, limit.period) for limit in terms.limits}
    fit("limits", "one for each owner and period", holds=len(once) == len(terms.limits))


def _check_sponsors(sponsors: tuple[Sponsor, ...]) -> None:
    named = {sponsor.partner_id for sponsor in sponsors}
    fit("sponsors", "a list that names each partner once", holds=len(named) == len(sponsors))
    fit("sponsors", "a list of shares above 0", holds=all(sponsor.share > 0 for sponsor in sponsors))
    fit("sponsors", "a list of shares that come to 1 at most", holds=sum(sponsor.share for sponsor in sponsors) <= 1)


def _check_kind(terms: RewardTerms) -> None:
    charity = terms.kind is RewardKind.CHARITY
    fit("charity", f"said of a reward of kind {RewardKind.CHARITY}", holds=charity or terms.charity is None)
    named = terms.charity is not None and is_text(terms.charity)
    fit("charity", f"1 to {LONGEST_NAME} printable characters: who gets the gifts", holds=named or not charity)
    sweepstake = terms.kind is RewardKind.SWEEPSTAKE
    fit(
        "draw",
        f"said of a reward of kind {RewardKind.SWEEPSTAKE}, and of each",
        holds=sweepstake == (terms.draw is not None),
    )
    fit("draw", "after starts_at", holds=terms.draw is None or terms.draw.at > terms.starts_at)
    automatic = terms.automatic is None or bool(terms.steps)
    fit("automatic", "said of a reward with steps", holds=automatic)
