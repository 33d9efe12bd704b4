"""The languages of the house, each with its catalogues: gettext's .po files under the folder `locales` of a package.

English stands in the modules and templates themselves; every file of another language counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from domain.values import minor_digits

LANGUAGES = {"en": "English", "lv": "Latviešu", "bg": "Български", "fi": "Suomi", "hu": "Magyar"}
"""The languages there are words in, each in its own words."""

OTHERWISE = "en"
"""For those whose own is not among them."""

_LOCALES = {"en": "en_GB"}


def locale_of(language: str) -> Locale:
    """How numbers, amounts and days are written in a language."""
    return Locale.parse(_LOCALES.get(language, language))


def spoken(*wishes: str | None) -> str:
    """The first of these tags, such as lv or en-GB, that there are words in; English, when there is none."""
    for wish in wishes:
        language = (wish or "").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return OTHERWISE


def translations(language: str, package: str) -> NullTranslations:
    """What the catalogues of a package say in a language; in English, what they are asked."""
    found = NullTranslations()
    if language == OTHERWISE:
        return found
    folder = files(package).joinpath("locales", language)
    for source in sorted(folder.iterdir(), key=lambda source: source.name):
        if source.name.endswith(".po"):
            compiled = BytesIO()
            with source.open("rb") as opened:
                write_mo(compiled, read_po(opened, locale=language))
            compiled.seek(0)
            catalogue = GNUTranslations(compiled)
            catalogue.add_fallback(found)
            found = catalogue
    return found


@dataclass(frozen=True)
class Speech:
    """One language, with its catalogue."""

    language: str
    locale: Locale
    translations: NullTranslations

    def gettext(self, text: str) -> str:
        """A sentence in this language."""
        return self.translations.gettext(text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """A sentence about a number, in the form that this language has for it."""
        return self.translations.ngettext(one, many, number)


class Wording(Speech):
    """How one language says things: sentences from its catalogue; amounts, days and lists as people there do."""

    def count(self, number: int) -> str:
        """A whole number."""
        return str(format_decimal(number, locale=self.locale))

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency."""
        rounded = round(amount, minor_digits(currency))
        return str(format_currency(rounded, currency, locale=self.locale))

    def day(self, day: date) -> str:
        """A day, as in "3 March 2027"."""
        return str(format_date(day, "long", self.locale))

    def names(self, names: list[str]) -> str:
        """Names in a row, as in "Amber, Birch and Cedar"."""
        return str(format_list(names, "standard", self.locale))

    def any_of(self, names: list[str]) -> str:
        """One of them, as in "cash or card"."""
        return str(format_list(names, "or", self.locale))

    def figure(self, plain: str) -> str:
        """A figure with all its digits; in English, and where it is no decimal, as it stands."""
        if self.language == OTHERWISE or "/" in plain:
            return plain
        decimals = len(plain.partition(".")[2])
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(Decimal(plain), pattern, locale=self.locale))


@cache
def wording_of(language: str, package: str) -> Wording:
    """How a language says what a package has to say."""
    return Wording(language, locale_of(language), translations(language, package))
