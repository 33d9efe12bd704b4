"""The languages of the house, each with its catalogues: gettext's .po files under the folder `locales` of a package.

English stands in the modules and templates themselves; every file of another language counts.
"""

from __future__ import annotations

from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

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
