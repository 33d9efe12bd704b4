"""How the parts of a reward are written to JSON and read back, beside the codecs that campaigns have too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from domain.earning.errors import InvalidRule
from domain.earning.forms import ID, LARGEST_SET, RATE, Codec, named
from domain.earning.terms import MOST_SPONSORS, Sponsor
from domain.rewards.errors import InvalidReward

LANGUAGE_FORM = re.compile(r"[a-z]{2}(-[A-Z]{2})?", re.ASCII)
LONGEST_NAME = 120
LONGEST_ABOUT = 2000

T = TypeVar("T")


def fit(part: str, allowed: str, *, holds: bool, whole: bool = False) -> None:
    """Hold a part of a reward's terms, or the whole, to what is allowed. Raises: InvalidReward."""
    if not holds:
        raise InvalidReward(f"{part} is {allowed}", path=() if whole else (part,))


def is_text(text: str, longest: int = LONGEST_NAME) -> bool:
    """Whether a text can be read and shown on a line."""
    return bool(text.strip()) and len(text) <= longest and text.isprintable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a reward is called, and what is told about it, in one language."""

    language: str
    """Such as en, lv or pt-BR."""
    name: str
    about: str = ""

    def __post_init__(self) -> None:
        fit("language", "a code such as en or pt-BR", holds=bool(LANGUAGE_FORM.fullmatch(self.language)))
        fit("name", f"1 to {LONGEST_NAME} printable characters", holds=is_text(self.name))
        fit("about", f"at most {LONGEST_ABOUT} characters", holds=len(self.about) <= LONGEST_ABOUT)


def _read_instant(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidRule(f"{value!r} is not a time such as 2026-12-01T10:00:00+02:00") from None
    if moment.tzinfo is None:
        raise InvalidRule(f"{value!r} has no offset, such as +02:00 or Z")
    return moment.astimezone(UTC)


def _write_texts(texts: tuple[Words, ...]) -> dict[str, Any]:
    return {words.language: {"name": words.name} | ({"about": words.about} if words.about else {}) for words in texts}


def _read_words(language: str, value: Any) -> Words:
    if not isinstance(value, Mapping) or not {"name"} <= value.keys() <= {"name", "about"}:
        raise InvalidRule("a text has a name, and may have an about")
    for part, text in value.items():
        if not isinstance(text, str):
            raise InvalidRule(f"{text!r} is not a text", path=(part,))
    return Words(language=language, name=value["name"], about=value.get("about", ""))


def _read_texts(value: Any) -> tuple[Words, ...]:
    if not isinstance(value, Mapping) or len(value) > LARGEST_SET:
        raise InvalidRule("texts are an object of languages, each with a name and an about")
    read = [named(str(language), partial(_read_words, str(language)), words) for language, words in value.items()]
    return tuple(sorted(read, key=lambda words: words.language))


def _read_sponsors(value: Any) -> tuple[Sponsor, ...]:
    if not isinstance(value, Mapping) or len(value) > MOST_SPONSORS:
        raise InvalidRule(f"sponsors are an object of at most {MOST_SPONSORS} partners, each with a share such as 1/2")
    read = [Sponsor(ID.read(partner), named(str(partner), RATE.read, share)) for partner, share in value.items()]
    return tuple(sorted(read, key=lambda sponsor: sponsor.partner_id))


def _write_sponsors(sponsors: tuple[Sponsor, ...]) -> dict[str, str]:
    return {str(sponsor.partner_id): str(sponsor.share) for sponsor in sponsors}


INSTANT = Codec(write=lambda moment: moment.astimezone(UTC).isoformat(), read=_read_instant)
TEXTS_BY_LANGUAGE = Codec(write=_write_texts, read=_read_texts)
SPONSORS = Codec(write=_write_sponsors, read=_read_sponsors)
