"""What is read out at tills is there in every language, with the holes that it fills."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.rules import Band, Bands, Card, Counted, Flat, Multiplier, PerField, RatePerUnit
from domain.earning.verdicts import NoAward, Why
from domain.earning.wording import because, fell_away, promise, to_turn, why_not, wording_in
from domain.languages import LANGUAGES
from domain.values import Rate
from tests.builders.catalogues import Key, catalogue_at, entries_of
from tests.domain.earning.builders import campaign

EARNING = Path(__file__).parents[3] / "domain" / "earning"
FOREIGN = [language for language in LANGUAGES if language != "en"]
KEYWORDS = {"gettext": None, "say": None, "ngettext": (1, 2)}
HOLES = re.compile(r"%\((\w+)\)s")


@cache
def said_here() -> tuple[Key, ...]:
    """What the module says, in its order."""
    found = extract_from_file(
        "python", EARNING / "wording.py", keywords={"gettext": None, "say": None, "ngettext": (1, 2)}
    )
    return tuple(dict.fromkeys(words for _, words, _, _ in found))


@cache
def catalogue(language: str) -> Catalog:
    return catalogue_at(EARNING / "locales" / language / "awards.po")


def entries(language: str) -> list[tuple[Key, list[str]]]:
    return entries_of(catalogue(language))


@pytest.mark.parametrize("language", FOREIGN)
def test_no_word_is_missing_left_over_or_unsure(language: str) -> None:
    assert [key for key, _ in entries(language)] == list(said_here())
    assert not [one.id for one in catalogue(language) if one.id and one.fuzzy]


@pytest.mark.parametrize("language", FOREIGN)
def test_each_has_the_forms_that_the_language_needs_and_no_hole_that_nothing_fills(language: str) -> None:
    for key, forms in entries(language):
        assert len(forms) == (1 if isinstance(key, str) else catalogue(language).num_plurals), key
        wanted = set(HOLES.findall(key if isinstance(key, str) else key[-1]))
        for form in forms:
            assert form.strip(), key
            # A form for one may say so in words.
            assert wanted - {"turns"} <= set(HOLES.findall(form)) <= wanted, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", Why)
def test_every_reason_can_be_read_out_in_every_language(why: Why, language: str) -> None:
    made = campaign(Card(every=3, prize=Prize(points=10)))
    words = why_not(NoAward(made, why, 2, made), "EUR", wording_in(language))
    assert words.startswith("Campaign 1: ")
    assert "%(" not in words
    assert (words == why_not(NoAward(made, why, 2, made), "EUR")) == (language == "en")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Campaign 1: 2.5 points per EUR, on lines 1, 2 and 3"),
        ("lv", "Campaign 1: 2,5 punkti par 1 EUR, rindas: 1, 2 un 3"),
        ("bg", "Campaign 1: 2,5 точки за 1 EUR, за редове 1, 2 и 3"),
        ("fi", "Campaign 1: 2,5 pistettä / EUR, rivit 1, 2 ja 3"),
        ("hu", "Campaign 1: 2,5 pont / EUR, sorok: 1, 2 és 3"),
        ("sv", "Campaign 1: 2.5 points per EUR, on lines 1, 2 and 3"),
    ],
)
def test_figures_and_lists_are_written_as_people_there_do(language: str, words: str) -> None:
    made = campaign(RatePerUnit(points=Rate(5, 2)))
    assert because(made, (1, 2, 3), "EUR", wording_in(language)) == words


@pytest.mark.parametrize(
    ("rule", "latvian"),
    [
        (Flat(points=1), "1 punkts"),
        (Flat(points=21, minimum=2000), "21 punkts, sākot no 20,00 EUR"),
        (Multiplier(factor=Rate(3, 2)), "punkti × 1,5"),
        (
            Bands(bands=(Band(start=1000, gives=5), Band(start=5000, gives=30))),
            "5 punkti, sākot no 10,00 EUR, 30 punkti, sākot no 50,00 EUR",
        ),
        (PerField(field="units", points=Rate(25)), "25 punkti × units"),
        (Card(every=10, counted=Counted.ITEMS, prize=Prize(points=100)), "100 punkti katrreiz, kad sakrājas 10 preces"),
        (
            Card(every=5, prize=Prize(token=Token(kind=TokenKind.COUPON, name="Kafija", days=14))),
            "Kafija katrreiz, kad sakrājas 5 reizes",
        ),
    ],
)
def test_what_rules_promise_is_said_in_the_forms_of_the_language(rule: object, latvian: str) -> None:
    assert promise(rule, "EUR", wording_in("lv")) == latvian  # type: ignore[arg-type]


def test_what_fell_away_and_turns_are_said_too() -> None:
    made = campaign(Flat(points=10))
    assert fell_away(made, 30, 1000, said=wording_in("fi")).startswith("Campaign 1: 1\xa0000 pisteestä 30 jäi saamatta")
    assert to_turn(made, 1, wording_in("bg")) == "Campaign 1: едно завъртане на колелото"
    assert to_turn(made, 21, wording_in("lv")) == "Campaign 1: 21 laimes rata grieziens"
