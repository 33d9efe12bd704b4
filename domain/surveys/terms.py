"""What a survey asks, of whom and when; its versions never change once they were live."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import FLAG, ID, TEXT, WHOLE, Codec, choice, listed, parts_of, read_parts, set_of, written
from domain.earning.matching import LINES, LineMatch
from domain.ids import PartnerId
from domain.languages import LANGUAGES, OTHERWISE
from domain.surveys.branching import check_branches
from domain.surveys.errors import InvalidSurvey
from domain.surveys.questions import WORDS, Question, Words, check_key, questions_from_json, untranslated

SurveyId = NewType("SurveyId", UUID)

LONGEST_NAME = 40
MOST_QUESTIONS = 50
MOST_MOMENTS = 10
LONGEST_DELAY = 24 * 90
LONGEST_OFFER = 90
LARGEST_AMOUNT = 10**12
ALL = 100


class SurveyState(StrEnum):
    """Where a version of a survey stands."""

    DRAFT = "DRAFT"
    """Being written; it may still change."""
    LIVE = "LIVE"
    """Members are asked, and answer."""
    PAUSED = "PAUSED"
    """Nobody is asked and nobody answers for now."""
    ENDED = "ENDED"
    """Followed by the next version, or over."""


class MomentKind(StrEnum):
    """After what members are asked."""

    CODE = "CODE"
    """A code was entered."""
    PURCHASE = "PURCHASE"
    """Something was bought."""
    REDEMPTION = "REDEMPTION"
    """Points were spent."""
    REWARD = "REWARD"
    """A reward was received."""
    CASE = "CASE"
    """A case was closed."""
    ACTIVITY = "ACTIVITY"
    """An activity was attended."""


def _read_instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidRule(f"{value!r} is not a time such as 2026-03-01T08:00:00+02:00") from None
    if instant.tzinfo is None:
        raise InvalidRule(f"{value!r} has no offset")
    return instant


INSTANT = Codec(write=lambda instant: instant.astimezone(UTC).isoformat(), read=_read_instant)
IDS = set_of(ID)
QUESTIONS = Codec(write=lambda questions: [written(question) for question in questions], read=questions_from_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """After what members are asked, where, and how long after."""

    kind: MomentKind = field(metadata=choice(MomentKind, "moment").metadata)
    partners: frozenset[UUID] = field(default=frozenset(), metadata=IDS.metadata)
    """Where it happened; none named: anywhere."""
    outlets: frozenset[UUID] = field(default=frozenset(), metadata=IDS.metadata)
    lines: LineMatch | None = field(default=None, metadata=LINES)
    """Which goods were bought; a purchase without them is no moment."""
    from_amount: int = field(default=0, metadata=WHOLE.metadata)
    """A purchase of at least so much, in minor units; of these goods, where goods are named."""
    rewards: frozenset[UUID] = field(default=frozenset(), metadata=IDS.metadata)
    """Which rewards; none named: any."""
    delay_hours: int = field(default=0, metadata=WHOLE.metadata)
    """How long afterwards members are asked."""

    def __post_init__(self) -> None:
        bought = self.kind is MomentKind.PURCHASE
        _fit("lines", "for PURCHASE alone", holds=bought or self.lines is None)
        _fit("from_amount", "for PURCHASE alone", holds=bought or self.from_amount == 0)
        _fit("from_amount", f"0 to {LARGEST_AMOUNT}", holds=0 <= self.from_amount <= LARGEST_AMOUNT)
        _fit("rewards", "for REWARD alone", holds=self.kind is MomentKind.REWARD or not self.rewards)
        _fit("delay_hours", f"0 to {LONGEST_DELAY}", holds=0 <= self.delay_hours <= LONGEST_DELAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyTerms:
    """Everything that a survey is."""

    name: str = field(metadata=TEXT.metadata)
    """What campaigns, segments and reports call it, such as milk_2027; members read the title."""
    title: Words = field(metadata=WORDS.metadata)
    questions: tuple[Question, ...] = field(metadata=QUESTIONS.metadata)
    intro: Words | None = field(default=None, metadata=WORDS.metadata)
    thanks: Words | None = field(default=None, metadata=WORDS.metadata)
    base: str = field(default=OTHERWISE, metadata=TEXT.metadata)
    """The language in which everything is said, for those whose own is not there."""
    languages: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    """Further languages that are complete before it is published; what is said in any other is welcome."""
    moments: tuple[Moment, ...] = field(default=(), metadata=listed(parts_of(Moment)).metadata)
    uninvited: bool = field(default=True, metadata=FLAG.metadata)
    """Whether members may answer without having been asked."""
    once: bool = field(default=True, metadata=FLAG.metadata)
    """Each member answers once; else once each time it is asked."""
    share: int = field(default=ALL, metadata=WHOLE.metadata)
    """So many of a hundred members are asked, drawn by a stable hash."""
    offer_days: int = field(default=14, metadata=WHOLE.metadata)
    """How long an offer stands."""
    starts_at: datetime | None = field(default=None, metadata=INSTANT.metadata)
    ends_at: datetime | None = field(default=None, metadata=INSTANT.metadata)
    tells_makers: bool = field(default=False, metadata=FLAG.metadata)
    """Whether the maker of a product that answers are about is told of them, in sums."""
    host: PartnerId | None = field(default=None, metadata=ID.metadata)
    """The partner that records the SURVEY actions of a survey of the coalition's; a partner records its own."""

    def __post_init__(self) -> None:
        try:
            check_key(self.name)
        except InvalidSurvey:
            raise InvalidSurvey(
                f"name is 1 to {LONGEST_NAME} small letters, digits and underscores, a letter first", path=("name",)
            ) from None
        _fit("questions", f"1 to {MOST_QUESTIONS}", holds=0 < len(self.questions) <= MOST_QUESTIONS)
        _fit("moments", f"at most {MOST_MOMENTS}", holds=len(self.moments) <= MOST_MOMENTS)
        _fit("share", f"1 to {ALL}", holds=0 < self.share <= ALL)
        _fit("offer_days", f"1 to {LONGEST_OFFER}", holds=0 < self.offer_days <= LONGEST_OFFER)
        _fit("base", f"one of {', '.join(LANGUAGES)}", holds=self.base in LANGUAGES)
        _fit("languages", f"some of {', '.join(LANGUAGES)}", holds=self.languages <= set(LANGUAGES))
        if self.starts_at is not None and self.ends_at is not None:
            _fit("ends_at", "after starts_at", holds=self.starts_at < self.ends_at)
        _fit("once", "the usual, where nobody is asked", holds=self.once or bool(self.moments))
        self.check_said({self.base})
        check_branches(self.questions)

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """Nobody: who pays for answers stands in campaigns."""
        return ()

    def question(self, key: str) -> Question | None:
        """The question of a name."""
        return next((one for one in self.questions if one.key == key), None)

    def check_said(self, languages: Collection[str]) -> None:
        """Hold all its words to these languages. Raises: InvalidSurvey, naming where words are missing."""
        for path, words in self._words():
            if missing := untranslated(words, languages):
                raise InvalidSurvey(f"not said in {', '.join(missing)}", path=path)

    def open_at(self, at: datetime) -> bool:
        """Whether it takes answers then, as far as its dates say."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)

    def to_json(self) -> dict[str, Any]:
        """As stored: only what differs from the usual."""
        return written(self)

    def fingerprint(self) -> bytes:
        """A digest of all of it."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()

    @classmethod
    def from_json(cls, stored: Any) -> SurveyTerms:
        """Terms out of their stored form. Raises: InvalidSurvey, naming the part."""
        try:
            return read_parts(cls, stored)
        except InvalidSurvey:
            raise
        except (InvalidRule, InvalidCampaign) as refused:
            raise InvalidSurvey(refused.message, path=refused.path) from None

    def _words(self) -> Iterator[tuple[tuple[str, ...], Words]]:
        yield ("title",), self.title
        for part in ("intro", "thanks"):
            words = getattr(self, part)
            if words is not None:
                yield (part,), words
        for question in self.questions:
            for path, words in question.words():
                yield ("questions", question.key, *path), words


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One version of a survey."""

    survey_id: SurveyId
    version: int
    partner_id: PartnerId | None
    """The owner; None: the coalition."""
    state: SurveyState
    terms: SurveyTerms
    created_at: datetime
    live_from: datetime | None = None
    live_until: datetime | None = None

    @property
    def key(self) -> tuple[SurveyId, int]:
        """Which version of which survey."""
        return self.survey_id, self.version

    @property
    def host(self) -> PartnerId:
        """The partner that records what answering is worth."""
        host = self.partner_id or self.terms.host
        assert host is not None, "a survey of the coalition has a host"
        return host


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidSurvey(f"{part} is {allowed}", path=(part,))
