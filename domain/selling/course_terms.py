"""What a course teaches and asks: lessons, a pool of questions, what passing takes, and how long it counts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, NewType
from uuid import UUID

from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import FLAG, RATE, TEXT, WHOLE, Codec, choice, listed, parts_of, read_parts, written
from domain.ids import PartnerId
from domain.members.personal_data import LANGUAGE
from domain.selling.errors import InvalidCourse
from domain.values import Rate

CourseId = NewType("CourseId", UUID)

LONGEST_NAME = 120
LONGEST_TEXT = 4_000
MOST_LESSONS = 50
MOST_QUESTIONS = 200
FEWEST_OPTIONS, MOST_OPTIONS = 2, 8
MOST_ATTEMPTS = 100
LONGEST_HOURS = 24 * 90
LONGEST_MINUTES = 24 * 60
LONGEST_DAYS = 3_650
LINK = re.compile(r"https://[!-~]{4,490}", re.ASCII)


class CourseState(StrEnum):
    """Where a version of a course stands."""

    DRAFT = "DRAFT"
    """Being written."""
    LIVE = "LIVE"
    """Members take it."""
    PAUSED = "PAUSED"
    """Nobody starts its quiz for now."""
    ENDED = "ENDED"
    """Nobody takes it any more; certificates count as long as they are valid."""


class Telling(StrEnum):
    """When a member is told which answers were wrong."""

    PASSED = "PASSED"
    """Once it has passed."""
    ALWAYS = "ALWAYS"
    """After each attempt."""
    NEVER = "NEVER"
    """Not at all."""


def _read_words(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not value:
        raise InvalidRule("words are texts by language, such as en")
    for language, said in value.items():
        if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
            raise InvalidRule(f"{language!r} is not a language such as lv")
        if not isinstance(said, str) or not said.strip() or len(said) > LONGEST_TEXT:
            raise InvalidRule(f"words have 1 to {LONGEST_TEXT} characters", path=(language,))
    return dict(value)


WORDS = Codec(write=dict, read=_read_words)
Words = Mapping[str, str]
"""The same in several languages."""


def said_in(words: Words, language: str | None) -> str:
    """Words in a language, else in English, else in whatever there is."""
    wanted = (language or "en").partition("-")[0].lower()
    return words.get(wanted) or words.get("en") or next(iter(words.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Something to read or to watch."""

    title: Words = field(metadata=WORDS.metadata)
    text: Words | None = field(default=None, metadata=WORDS.metadata)
    link: str | None = field(default=None, metadata=TEXT.metadata)

    def __post_init__(self) -> None:
        if self.text is None and self.link is None:
            raise InvalidRule("a lesson has a text or a link")
        if self.link is not None and not LINK.fullmatch(self.link):
            raise InvalidRule("a link begins with https://", path=("link",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers to choose from."""

    words: Words = field(metadata=WORDS.metadata)
    right: bool = field(default=False, metadata=FLAG.metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizQuestion:
    """A question, answered by all of its right options and no other."""

    words: Words = field(metadata=WORDS.metadata)
    options: tuple[Option, ...] = field(metadata=listed(parts_of(Option)).metadata)

    def __post_init__(self) -> None:
        if not FEWEST_OPTIONS <= len(self.options) <= MOST_OPTIONS:
            raise InvalidRule(f"a question has {FEWEST_OPTIONS} to {MOST_OPTIONS} options", path=("options",))
        if not any(one.right for one in self.options) or all(one.right for one in self.options):
            raise InvalidRule("some options are right and some are wrong", path=("options",))

    @property
    def several(self) -> bool:
        """Whether more than one option is right."""
        return sum(one.right for one in self.options) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTerms:
    """Everything about a course. What passing brings, its owner's campaigns say: they answer TRAINING."""

    name: str = field(metadata=TEXT.metadata)
    lessons: tuple[Lesson, ...] = field(default=(), metadata=listed(parts_of(Lesson)).metadata)
    questions: tuple[QuizQuestion, ...] = field(metadata=listed(parts_of(QuizQuestion)).metadata)
    """The pool that each attempt draws from."""
    ask: int = field(metadata=WHOLE.metadata)
    """So many questions are drawn."""
    passing: Rate = field(default=Rate("4/5"), metadata=RATE.metadata)
    """The share of right answers that passes."""
    attempts: int = field(default=0, metadata=WHOLE.metadata)
    """So many attempts at a version; 0: any number."""
    wait_hours: int = field(default=1, metadata=WHOLE.metadata)
    """So long after a failed attempt the next one may start."""
    minutes: int = field(default=60, metadata=WHOLE.metadata)
    """So long an attempt may take; afterwards it has failed."""
    valid_days: int = field(default=0, metadata=WHOLE.metadata)
    """So long a certificate counts; 0: for good."""
    renew_days: int = field(default=30, metadata=WHOLE.metadata)
    """So many days before a certificate ends it can be renewed."""
    tells: Telling = field(default=Telling.PASSED, metadata=choice(Telling, "moment to tell").metadata)
    sellers: bool = field(default=False, metadata=FLAG.metadata)
    """Whether it is for sellers alone."""

    def __post_init__(self) -> None:
        named = bool(self.name.strip()) and len(self.name) <= LONGEST_NAME and self.name.isprintable()
        _fit("name", f"1 to {LONGEST_NAME} printable characters", holds=named)
        _fit("lessons", f"at most {MOST_LESSONS}", holds=len(self.lessons) <= MOST_LESSONS)
        _fit("questions", f"1 to {MOST_QUESTIONS}", holds=1 <= len(self.questions) <= MOST_QUESTIONS)
        _fit("ask", "1 to as many as there are questions", holds=1 <= self.ask <= len(self.questions))
        _fit("passing", "above 0 and at most 1", holds=0 < Fraction(self.passing) <= 1)
        for name, (low, high) in BOUNDS.items():
            _fit(name, f"{low} to {high}", holds=low <= getattr(self, name) <= high)

    @property
    def funders(self) -> Collection[PartnerId]:
        """Nobody else has to agree: what is paid stands in campaigns."""
        return ()

    def passes(self, correct: int) -> bool:
        """Whether so many right answers pass."""
        return Fraction(correct, self.ask) >= Fraction(self.passing)

    def score(self, correct: int) -> int:
        """The share of right answers in whole percent, rounded down."""
        return 100 * correct // self.ask

    def valid_until(self, issued_at: datetime) -> datetime | None:
        """Until when a certificate of then counts; None: for good."""
        return issued_at + timedelta(days=self.valid_days) if self.valid_days else None

    def renewable_from(self, valid_until: datetime | None) -> datetime | None:
        """From when a certificate can be renewed; None: never, since it counts for good."""
        return valid_until and valid_until - timedelta(days=self.renew_days)

    def to_json(self) -> dict[str, Any]:
        """As stored: only what differs from the usual."""
        return written(self)

    def fingerprint(self) -> bytes:
        """A digest of the terms."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()

    @classmethod
    def from_json(cls, stored: Any) -> CourseTerms:
        """Terms out of their stored form. Raises: InvalidCourse, naming the part."""
        try:
            return read_parts(cls, stored)
        except InvalidCourse:
            raise
        except (InvalidRule, InvalidCampaign) as refused:
            raise InvalidCourse(refused.message, path=refused.path) from None


BOUNDS = {
    "attempts": (0, MOST_ATTEMPTS),
    "wait_hours": (0, LONGEST_HOURS),
    "minutes": (1, LONGEST_MINUTES),
    "valid_days": (0, LONGEST_DAYS),
    "renew_days": (0, LONGEST_DAYS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One version of a course."""

    course_id: CourseId
    version: int
    partner_id: PartnerId
    state: CourseState
    terms: CourseTerms
    created_at: datetime
    live_from: datetime | None = None
    live_until: datetime | None = None


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidCourse(f"{part} is {allowed}", path=(part,))
