"""The words of the pages and mails, in five languages: catalogues, and how days and times are written.

English stands in the templates and modules themselves. Each other language has its catalogues (gettext's .po files) in
locales/; every file of a language counts.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton

from domain.languages import LANGUAGES, Speech, locale_of, translations

__all__ = ["LANGUAGES", "Words", "chosen", "words_in"]

_MOST_WISHES = 20


class Words(Speech):
    """One language."""

    def day(self, instant: datetime, zone: ZoneInfo) -> str:
        """A day, as in "3 March 2027"."""
        return format_date(instant.astimezone(zone), "long", self.locale)

    def moment(self, instant: datetime, zone: ZoneInfo) -> str:
        """A day and its time, as in "3 March 2027, 14:05"."""
        local = instant.astimezone(zone)
        time = format_skeleton("Hm", local, zone, locale=self.locale)
        return f"{self.day(instant, zone)}, {time}"


@cache
def words_in(language: str) -> Words:
    """The words of a language."""
    return Words(language, locale_of(language), translations(language, "partners.sign_in"))


def chosen(*wishes: str) -> str:
    """The language for somebody who wishes these, the strongest wish first; English, when we have none of them.

    A wish is a list of language tags, by spaces as in `ui_locales` or by commas as in Accept-Language.
    """
    for wish in wishes:
        for tag in _tags(wish):
            language = tag.partition("-")[0].lower()
            if language in LANGUAGES:
                return language
    return "en"


def _tags(wish: str) -> list[str]:
    weighed = []
    for part in wish.split(",")[:_MOST_WISHES]:
        tags, _, weight = part.partition(";")
        weighed += [(_weight(weight), tag) for tag in tags.split()[:_MOST_WISHES]]
    return [tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight > 0]


def _weight(written: str) -> float:
    name, _, value = written.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
