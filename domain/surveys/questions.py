"""What a survey asks: kinds of questions, in several languages, each perhaps only after certain answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.earning.errors import InvalidRule
from domain.earning.forms import FLAG, TEXT, WHOLE, Codec, choice, listed, parts_of, read_parts, set_of
from domain.languages import LANGUAGES
from domain.surveys.errors import InvalidSurvey

KEY_FORM = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
LONGEST_WORDS = 500
LONGEST_TEXT = 4_000
USUAL_TEXT = 1_000
LONGEST_OTHER = 200
MOST_OPTIONS = 50
WIDEST_SCALE = 100
LARGEST_NUMBER = 2 * 10**9
YES, NO = "yes", "no"

Words = Mapping[str, str]
"""The same by language, such as en."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    CHOICE = "CHOICE"
    """One of its options, or several."""
    CSAT = "CSAT"
    """How satisfied: 1 to 5."""
    NPS = "NPS"
    """How likely to recommend: 0 to 10."""
    SCALE = "SCALE"
    """A whole number between two ends."""
    NUMBER = "NUMBER"
    """Any whole number, within bounds where there are some."""
    YES_NO = "YES_NO"
    """Yes or no."""
    TEXT = "TEXT"
    """In the member's own words."""


class Measure(StrEnum):
    """What a question is asked for, so that reports and segments find it."""

    MOTIVE = "MOTIVE"
    """What makes the member buy."""
    EXPECTATION = "EXPECTATION"
    """What the member expects."""
    LIKE = "LIKE"
    """What the member likes."""
    DISLIKE = "DISLIKE"
    """What the member does not like."""
    SATISFACTION = "SATISFACTION"
    """How satisfied the member is."""


def _read_words(value: Any) -> Words:
    if not isinstance(value, Mapping) or not value:
        raise InvalidRule('words are texts by language, such as {"en": "How was it?"}')
    for language, said in value.items():
        if language not in LANGUAGES:
            raise InvalidRule(f"{language!r} is not one of {', '.join(LANGUAGES)}", path=(str(language),))
        if not isinstance(said, str) or not said.strip() or len(said) > LONGEST_WORDS or not said.isprintable():
            raise InvalidRule(f"a text has 1 to {LONGEST_WORDS} printable characters", path=(language,))
    return dict(value)


WORDS = Codec(write=dict, read=_read_words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers that a choice offers."""

    key: str = field(metadata=TEXT.metadata)
    text: Words = field(metadata=WORDS.metadata)

    def __post_init__(self) -> None:
        check_key(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A question is asked only where an earlier one was answered so: in exactly one of these ways."""

    question: str = field(metadata=TEXT.metadata)
    any_of: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    """By one of these options; to YES_NO, yes or no."""
    at_least: int | None = field(default=None, metadata=WHOLE.metadata)
    at_most: int | None = field(default=None, metadata=WHOLE.metadata)
    """By a number within these."""
    answered: bool | None = field(default=None, metadata=FLAG.metadata)
    """At all; or not."""

    def __post_init__(self) -> None:
        ways = (bool(self.any_of), self.at_least is not None or self.at_most is not None, self.answered is not None)
        if sum(ways) != 1:
            raise InvalidSurvey("say any_of, at_least and at_most, or answered; one of the three")


_BOUNDED = {QuestionKind.CSAT: (1, 5), QuestionKind.NPS: (0, 10)}
NUMBERED = frozenset({QuestionKind.CSAT, QuestionKind.NPS, QuestionKind.SCALE, QuestionKind.NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a survey."""

    key: str = field(metadata=TEXT.metadata)
    """What answers, reports and conditions call it; the next version of a survey calls the same question the same."""
    kind: QuestionKind = field(metadata=choice(QuestionKind, "kind of question").metadata)
    text: Words = field(metadata=WORDS.metadata)
    options: tuple[Option, ...] = field(default=(), metadata=listed(parts_of(Option)).metadata)
    several: bool = field(default=False, metadata=FLAG.metadata)
    """Whether more than one option may be chosen."""
    other: bool = field(default=False, metadata=FLAG.metadata)
    """Whether something else may be said, in the member's own words."""
    least: int | None = field(default=None, metadata=WHOLE.metadata)
    greatest: int | None = field(default=None, metadata=WHOLE.metadata)
    """The ends of a scale; bounds of a number."""
    longest: int = field(default=USUAL_TEXT, metadata=WHOLE.metadata)
    """So many characters of text at most."""
    required: bool = field(default=True, metadata=FLAG.metadata)
    """Whether a response is complete without it, where it was asked."""
    measures: Measure | None = field(default=None, metadata=choice(Measure, "thing to measure").metadata)
    only_if: Condition | None = field(default=None, metadata=parts_of(Condition).metadata)

    def __post_init__(self) -> None:
        check_key(self.key)
        chosen = self.kind is QuestionKind.CHOICE
        _fit("options", f"1 to {MOST_OPTIONS}, for CHOICE alone", holds=chosen == bool(self.options))
        _fit("options", f"at most {MOST_OPTIONS}", holds=len(self.options) <= MOST_OPTIONS)
        keys = [one.key for one in self.options]
        _fit("options", "each of a key of its own", holds=len(set(keys)) == len(keys))
        _fit("several", "for CHOICE alone", holds=chosen or not self.several)
        _fit("other", "for CHOICE alone", holds=chosen or not self.other)
        self._check_bounds()
        said = self.kind is QuestionKind.TEXT
        _fit("longest", f"1 to {LONGEST_TEXT}", holds=1 <= self.longest <= LONGEST_TEXT)
        _fit("longest", "for TEXT alone", holds=said or self.longest == USUAL_TEXT)

    def _check_bounds(self) -> None:
        said = [one for one in (self.least, self.greatest) if one is not None]
        open_ended = self.kind in (QuestionKind.SCALE, QuestionKind.NUMBER)
        _fit("least", "for SCALE and NUMBER alone, as greatest is", holds=open_ended or not said)
        _fit("least", f"{-LARGEST_NUMBER} to {LARGEST_NUMBER}", holds=all(abs(one) <= LARGEST_NUMBER for one in said))
        low, high = self.bounds
        _fit("greatest", "above least", holds=low < high)
        if self.kind is QuestionKind.SCALE:
            _fit("least", "said for a SCALE, as greatest is", holds=None not in (self.least, self.greatest))
            _fit("greatest", f"at most {WIDEST_SCALE} above least", holds=high - low <= WIDEST_SCALE)

    @property
    def bounds(self) -> tuple[int, int]:
        """Between which its numbers lie."""
        low = -LARGEST_NUMBER if self.least is None else self.least
        high = LARGEST_NUMBER if self.greatest is None else self.greatest
        return _BOUNDED.get(self.kind, (low, high))

    @property
    def choices(self) -> tuple[str, ...]:
        """The answers that can be told from each other by name; none, where it is answered otherwise."""
        if self.kind is QuestionKind.YES_NO:
            return (YES, NO)
        return tuple(one.key for one in self.options)

    def words(self) -> Iterator[tuple[tuple[str, ...], Words]]:
        """Everything it says, each with where it stands."""
        yield ("text",), self.text
        for option in self.options:
            yield ("options", option.key, "text"), option.text


def check_key(key: str) -> None:
    """Hold a name to what conditions and reports can call. Raises: InvalidSurvey."""
    _fit("key", "1 to 40 small letters, digits and underscores, a letter first", holds=bool(KEY_FORM.fullmatch(key)))


def said_in(words: Words, language: str | None, base: str) -> str:
    """The words in a language, such as lv or en-GB, or in the survey's own."""
    return words.get((language or base).partition("-")[0].lower(), words[base])


def questions_from_json(stored: Any) -> tuple[Question, ...]:
    """Questions in their order. Raises: InvalidSurvey and InvalidRule, naming question and part."""
    if not isinstance(stored, list):
        raise InvalidRule("questions are a list")
    questions = []
    for place, one in enumerate(stored):
        named = one.get("key") if isinstance(one, Mapping) else None
        try:
            questions.append(read_parts(Question, one))
        except (InvalidSurvey, InvalidRule) as refused:
            raise refused.at(named if isinstance(named, str) else str(place)) from None
    return tuple(questions)


def untranslated(words: Words, languages: Collection[str]) -> list[str]:
    """The languages in which something is not said."""
    return sorted(set(languages) - set(words))


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidSurvey(f"{part} is {allowed}", path=(part,))
