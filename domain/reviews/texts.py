"""What members write: held to what can be shown, and looked through for what makes it wait. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.members.personal_data import LANGUAGE
from domain.reviews.errors import InvalidReview
from domain.reviews.models import Signal

LONGEST_TITLE = 120
LONGEST_WORDS = 5_000
LONGEST_COMMENT = 2_000
LONGEST_NAME = 40
LONGEST_LINK = 500
MOST_PHOTOS = 6
BEST = 5
TELLING = 5
"""Fewer words are alike by chance."""

_LINK = re.compile(
    r"https?:|www\.|\b[\w-]{2,}\.(?:com|net|org|info|biz|shop|store|online|io|me|eu|de|lv|lt|ee|fi|hu|bg|ru)\b"
)
_MAIL = re.compile(r"[\w.+-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+\s*\.\s*\w{2,}")
_PHONE = re.compile(r"(?<![\d.,])\+?(?:\d[\s()./-]{0,2}){7,14}\d(?![\d.,]\d)")
_DATE = re.compile(r"\b(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})\b")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a member says of a product."""

    stars: int
    """1 to 5."""
    title: str | None = None
    words: str | None = None
    photos: tuple[str, ...] = ()
    """Addresses of pictures; we keep no pictures."""
    display_name: str | None = None
    """As whom the author is shown; None: as a member."""
    language: str = "en"

    def __post_init__(self) -> None:
        _hold("stars", f"1 to {BEST}", holds=1 <= self.stars <= BEST)
        check_words("title", self.title, LONGEST_TITLE, lines=False)
        check_words("words", self.words, LONGEST_WORDS)
        check_words("display_name", self.display_name, LONGEST_NAME, lines=False)
        _hold("photos", f"at most {MOST_PHOTOS} links", holds=len(self.photos) <= MOST_PHOTOS)
        for photo in self.photos:
            _hold("photos", f"links of https of at most {LONGEST_LINK} characters", holds=_is_https(photo))
        _hold("language", "a tag such as lv or en-GB", holds=LANGUAGE.fullmatch(self.language) is not None)

    @property
    def spoken(self) -> str:
        """All that is said in words."""
        return "\n".join(one for one in (self.title, self.words, self.display_name) if one)

    @property
    def word_count(self) -> int:
        """How many words it has, its title not counted."""
        return len(_WORD.findall(self.words or ""))


def check_words(part: str, words: str | None, longest: int, *, lines: bool = True) -> None:
    """Hold words to what people can read and a page can show. Raises: InvalidReview."""
    if words is None:
        return
    plain = words.replace("\n", "") if lines else words
    sound = bool(words.strip()) and len(words) <= longest and plain.isprintable()
    _hold(part, f"1 to {longest} printable characters", holds=sound)


def signals_in(words: str) -> tuple[Signal, ...]:
    """What in these words makes them wait for a moderator."""
    plain = words.casefold()
    mails = _MAIL.search(plain)
    found = {
        Signal.LINK: _LINK.search(_MAIL.sub(" ", plain)),
        Signal.CONTACT: mails or _PHONE.search(_DATE.sub("/", plain)),
    }
    return tuple(signal for signal, there in found.items() if there)


def fingerprint_of(words: str | None) -> bytes | None:
    """A digest of words without letter case and punctuation; None where they are too few to tell."""
    said = _WORD.findall((words or "").casefold())
    return hashlib.sha256(" ".join(said).encode()).digest() if len(said) >= TELLING else None


def _is_https(link: str) -> bool:
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return False
    plain = link.isascii() and link.isprintable() and not set(link) & set(" \"'<>\\^`{|}")
    named = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    return plain and named and port in {None, 443} and len(link) <= LONGEST_LINK


def _hold(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidReview(part, allowed)
