"""What a maker tells of an article: words, documents, facts, warranty; and the recall of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from domain.ids import PartnerId
from domain.languages import LANGUAGES, OTHERWISE
from domain.service.errors import InvalidInformation

LONGEST_NAME = 120
LONGEST_WORDS = 4_000
LONGEST_LINK = 500
LONGEST_FACT = 200
MOST_PARTS = 50
LONGEST_WARRANTY = 600
LONGEST_WAIT = 3_650

Spoken = Mapping[str, str]
"""A text by language."""


class SerialRule(StrEnum):
    """What a registration has to tell."""

    NONE = "NONE"
    """No serial has to be told."""
    ASKED = "ASKED"
    """A serial is told; the maker's list verifies it where it has it."""
    LISTED = "LISTED"
    """A serial is told, and the maker's list has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A manual, a sheet, a picture: a link, since it lies with the maker."""

    title: str
    link: str
    language: str | None = None
    """None: in none, or in several."""

    def __post_init__(self) -> None:
        check_line("title", self.title, LONGEST_NAME)
        check_link(self.link)
        _fit("language", f"one of {', '.join(sorted(LANGUAGES))}", holds=self.language in {None, *LANGUAGES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something to know of an article: a text, a whole number with its unit, or yes or no."""

    name: str
    value: str | int | bool
    unit: str | None = None
    ingredient: bool = False
    """It is in the product, rather than true of it."""

    def __post_init__(self) -> None:
        check_line("name", self.name, LONGEST_NAME)
        if isinstance(self.value, str):
            check_line("value", self.value, LONGEST_FACT)
        if self.unit is not None:
            check_line("unit", self.unit, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warranty:
    """For how long the maker stands for an article, from the day it was bought."""

    months: int
    registered_months: int = 0
    """So many more for who registers it in time …"""
    register_within_days: int = 0
    """… which is so many days after it was bought."""
    covers: Spoken = field(default_factory=dict)

    def __post_init__(self) -> None:
        _fit("months", f"1 to {LONGEST_WARRANTY}", holds=1 <= self.months <= LONGEST_WARRANTY)
        _fit("registered_months", f"0 to {LONGEST_WARRANTY}", holds=0 <= self.registered_months <= LONGEST_WARRANTY)
        _fit("register_within_days", f"0 to {LONGEST_WAIT}", holds=0 <= self.register_within_days <= LONGEST_WAIT)
        check_spoken("covers", self.covers, LONGEST_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms:
    """All that is told in one version."""

    names: Spoken
    words: Spoken = field(default_factory=dict)
    care: Spoken = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    facts: tuple[Fact, ...] = ()
    warranty: Warranty | None = None
    serials: SerialRule = SerialRule.NONE

    def __post_init__(self) -> None:
        check_spoken("names", self.names, LONGEST_NAME, least=1)
        check_spoken("words", self.words, LONGEST_WORDS)
        check_spoken("care", self.care, LONGEST_WORDS)
        _fit("documents", f"at most {MOST_PARTS}", holds=len(self.documents) <= MOST_PARTS)
        _fit("facts", f"at most {MOST_PARTS}", holds=len(self.facts) <= MOST_PARTS)

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        warranty = self.warranty
        return {
            "names": dict(self.names),
            "words": dict(self.words),
            "care": dict(self.care),
            "documents": [{"title": one.title, "link": one.link, "language": one.language} for one in self.documents],
            "facts": [
                {"name": one.name, "value": one.value, "unit": one.unit, "ingredient": one.ingredient}
                for one in self.facts
            ],
            "warranty": warranty
            and {
                "months": warranty.months,
                "registered_months": warranty.registered_months,
                "register_within_days": warranty.register_within_days,
                "covers": dict(warranty.covers),
            },
            "serials": self.serials.value,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ProductTerms:
        """Terms out of their stored form."""
        return cls(
            names=stored["names"],
            words=stored["words"],
            care=stored["care"],
            documents=tuple(Document(**one) for one in stored["documents"]),
            facts=tuple(Fact(**one) for one in stored["facts"]),
            warranty=None if stored["warranty"] is None else Warranty(**stored["warranty"]),
            serials=SerialRule(stored["serials"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductInformation:
    """A version of what a maker tells of an article."""

    information_id: UUID
    version: int
    partner_id: PartnerId
    article: str
    gtin: str | None
    open: bool
    terms: ProductTerms
    told_at: datetime
    until: datetime | None


def in_language(spoken: Spoken, language: str | None) -> str | None:
    """A text in a language, else in English, else in any; None: it is said in none."""
    wanted = (language or OTHERWISE).partition("-")[0].lower()
    return spoken.get(wanted, spoken.get(OTHERWISE, next(iter(spoken.values()), None)))


def check_line(part: str, text: str, longest: int) -> None:
    """Hold a line to what can be printed. Raises: InvalidInformation."""
    sound = bool(text.strip()) and len(text) <= longest and text.isprintable()
    _fit(part, f"1 to {longest} printable characters", holds=sound)


def check_spoken(part: str, spoken: Spoken, longest: int, *, least: int = 0) -> None:
    """Hold texts by language to languages there are, and lengths. Raises: InvalidInformation."""
    _fit(part, f"said in some of {', '.join(sorted(LANGUAGES))}", holds=set(LANGUAGES).issuperset(spoken))
    _fit(part, "said in at least one language", holds=len(spoken) >= least)
    for text in spoken.values():
        sound = bool(text.strip()) and len(text) <= longest and all(one.isprintable() or one == "\n" for one in text)
        _fit(part, f"texts of 1 to {longest} printable characters", holds=sound)


def check_link(link: str) -> None:
    """Hold a link to an https address of a host. Raises: InvalidInformation."""
    try:
        parts = urlsplit(link)
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        sound = False
    whole = len(link) <= LONGEST_LINK and link.isprintable() and not any(one.isspace() for one in link)
    _fit("link", f"an https address of at most {LONGEST_LINK} characters", holds=sound and whole)


def check_lots(lots: Collection[str]) -> None:
    """Hold the lots of a recall to lines, and to a number of them. Raises: InvalidInformation."""
    _fit("lots", f"at most {MOST_PARTS * 20}", holds=len(lots) <= MOST_PARTS * 20)
    for lot in lots:
        check_line("lots", lot, 64)


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidInformation(f"{part} is {allowed}", path=(part,))
