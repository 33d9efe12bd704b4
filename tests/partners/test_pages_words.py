"""Every word of the pages is there in every language, fits what it replaces, and none is left over."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from partners.sign_in.words import LANGUAGES, chosen, words_in
from tests.builders.catalogues import Key, catalogue_at, entries_of
from tests.partners.conftest import Place
from tests.partners.test_pages_mail import ASK, a_member, asked, mailed, reader

FOLDER = Path(__file__).parents[2] / "partners" / "sign_in"
FOREIGN = [language for language in LANGUAGES if language != "en"]
HOLES = re.compile(r"%\((\w+)\)[sd]")
RIGA = ZoneInfo("Europe/Riga")


@cache
def spoken() -> dict[Key, str]:
    """What templates and modules say, each with the file that says it."""
    template = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}
    methods = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract"), ("**.txt", "jinja2.ext:babel_extract")]
    options = {"**.html": template, "**.txt": template}
    return {said: where for where, _, said, _, _ in extract_from_dir(FOLDER, methods, options)}


@cache
def catalogues(language: str) -> list[Catalog]:
    """The files of a language."""
    return [catalogue_at(path) for path in sorted((FOLDER / "locales" / language).glob("*.po"))]


def translated(language: str) -> list[tuple[Key, list[str]]]:
    """Every entry of a language with its forms."""
    return [entry for catalogue in catalogues(language) for entry in entries_of(catalogue)]


@pytest.mark.parametrize("language", FOREIGN)
def test_no_word_is_missing_left_over_or_there_twice(language: str) -> None:
    entries = [key for key, _ in translated(language)]
    missing = {said: where for said, where in spoken().items() if said not in entries}
    assert not missing
    assert [key for key in entries if key not in spoken()] == []
    assert len(entries) == len(set(entries))


@pytest.mark.parametrize("language", FOREIGN)
def test_no_entry_is_empty_or_unsure_and_each_has_as_many_forms_as_its_language(language: str) -> None:
    plurals = catalogues(language)[0].num_plurals
    for key, forms in translated(language):
        assert all(form.strip() for form in forms), key
        assert len(forms) == (1 if isinstance(key, str) else plurals), key
    assert not [message.id for one in catalogues(language) for message in one if message.id and message.fuzzy]


@pytest.mark.parametrize("language", FOREIGN)
def test_a_translation_has_the_holes_of_what_it_replaces_and_no_other_percent_sign(language: str) -> None:
    for key, forms in translated(language):
        wanted = set(HOLES.findall(key if isinstance(key, str) else key[-1]))
        # A form for no or for one thing may say the number as a word.
        needed = wanted if isinstance(key, str) else wanted - {"count", "num"}
        for form in forms:
            assert needed <= set(HOLES.findall(form)) <= wanted, key
            assert "%" not in HOLES.sub("", form), key


def test_a_catalogue_that_lacks_a_word_would_be_noticed() -> None:
    assert "Sign in" in spoken()
    assert "No word of any page" not in spoken()
    assert any(isinstance(key, tuple) for key in spoken())


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("",), "en"),
        (("lv",), "lv"),
        (("fi-FI en",), "fi"),
        (("sv nb hu",), "hu"),
        (("de", "bg"), "bg"),
        (("de-DE,de;q=0.9,fi;q=0.8,en;q=0.7",), "fi"),
        (("en;q=0.5, hu;q=0.9",), "hu"),
        (("lv;q=0",), "en"),
        (("LV-lv",), "lv"),
        ((";;;,,,q=,lv;q=x,\x00",), "en"),
        (("x" * 10_000,), "en"),
    ],
)
def test_the_first_wish_that_can_be_met_is(wishes: tuple[str, ...], language: str) -> None:
    assert chosen(*wishes) == language


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "3 March 2027", "3 March 2027, 14:05"),
        ("lv", "2027. gada 3. marts", "2027. gada 3. marts, 14:05"),
        ("bg", "3 март 2027 г.", "3 март 2027 г., 14:05"),
        ("fi", "3. maaliskuuta 2027", "3. maaliskuuta 2027, 14.05"),
        ("hu", "2027. március 3.", "2027. március 3., 14:05"),
    ],
)
def test_days_and_times_are_written_as_people_there_do(language: str, day: str, moment: str) -> None:
    instant = datetime(2027, 3, 3, 12, 5, tzinfo=UTC)
    words = words_in(language)
    assert words.day(instant, RIGA).replace("\u202f", " ") == day
    assert words.moment(instant, RIGA).replace("\u202f", " ").removesuffix(" ч.") == moment


def test_numbers_take_the_form_that_each_language_has_for_them() -> None:
    one, many = "That is not the code. You have %(num)d try left.", "That is not the code. You have %(num)d tries left."
    assert "mēģinājums." in words_in("lv").ngettext(one, many, 1)
    assert "mēģinājumi." in words_in("lv").ngettext(one, many, 2)
    assert "yritystä" in words_in("fi").ngettext(one, many, 4)
    assert words_in("hu").ngettext(one, many, 1) == words_in("hu").ngettext(one, many, 4)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_and_its_mail_are_in_the_language_that_was_chosen(place: Place, language: str) -> None:
    await a_member(place)
    page = await asked(reader(place), path=f"/sign-in?lang={language}")
    assert page.language == language
    code = await mailed(place)
    subject = words_in(language).gettext("%(code)s is your code for %(house)s")
    assert place.mails[-1].subject == subject % {"code": code, "house": "Amber"}


async def test_a_choice_is_remembered_and_goes_before_what_the_browser_says(place: Place) -> None:
    who = reader(place)
    assert (await who.open("/sign-in", **{"Accept-Language": "bg"})).language == "bg"
    assert (await who.open("/sign-in?lang=hu", **{"Accept-Language": "bg"})).language == "hu"
    assert (await who.open("/sign-in", **{"Accept-Language": "bg"})).language == "hu"
    assert (await who.open("/sign-in?ui_locales=fi", **{"Accept-Language": "bg"})).language == "hu"
    page = await who.open("/sign-in?lang=xx", **{"Accept-Language": "bg"})
    assert page.language == "hu"


async def test_the_selector_keeps_where_one_wants_to_go(place: Place) -> None:
    page = await reader(place).open("/sign-in?landing=/app/&fresh=1")
    assert 'href="?landing=%2Fapp%2F&amp;fresh=1&amp;lang=fi"' in page.answer.text
    page = await reader(place).open("/sign-in?landing=%2Fapp%2F&fresh=1&lang=fi")
    assert page.form(ASK).fields["landing"] == "/app/"
