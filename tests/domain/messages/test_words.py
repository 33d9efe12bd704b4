"""Every word of messages is there in every language, fits what it replaces, and every template can be said."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from domain.languages import LANGUAGES
from domain.messages import overriding
from domain.messages.errors import InvalidTemplate
from domain.messages.letters import Letter
from domain.messages.overriding import OwnWords
from domain.messages.samples import SAMPLES, STAFF_SAMPLES, sample
from domain.messages.staff_templates import STAFF_TEMPLATES
from domain.messages.telling import said
from domain.messages.templates import TEMPLATES
from domain.messages.topics import TOPICS, StaffTopic, Topic, about
from domain.messages.wording import Given, wording_in
from tests.builders.catalogues import Key, catalogue_at, entries_of

ROOT = Path(__file__).parents[3]
SPEAKING = [ROOT / "domain" / "messages", ROOT / "partners" / "unsubscribing.py"]
FOREIGN = [language for language in LANGUAGES if language != "en"]
HOLES = re.compile(r"%\((\w+)\)s")
RIGA = ZoneInfo("Europe/Riga")
EVERY = [*Topic, *StaffTopic]


@cache
def spoken() -> dict[Key, str]:
    """What modules and layouts say, each with the file that says it."""
    html = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}
    methods = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
    found = extract_from_dir(ROOT / "domain" / "messages", methods, {"**.html": html})
    pages = extract_from_dir(ROOT / "partners", [("unsubscribing.py", "python")])
    return {words: where for where, _, words, _, _ in [*found, *pages]}


@cache
def catalogue(language: str) -> Catalog:
    return catalogue_at(ROOT / "domain" / "messages" / "locales" / language / "messages.po")


def entries(language: str) -> list[tuple[Key, list[str]]]:
    return entries_of(catalogue(language))


@pytest.mark.parametrize("language", FOREIGN)
def test_no_word_is_missing_left_over_or_there_twice(language: str) -> None:
    keys = [key for key, _ in entries(language)]
    assert not {words: where for words, where in spoken().items() if words not in keys}
    assert [key for key in keys if key not in spoken()] == []
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("language", FOREIGN)
def test_no_entry_is_empty_or_unsure_and_each_has_the_forms_and_holes_it_needs(language: str) -> None:
    for key, forms in entries(language):
        assert len(forms) == (1 if isinstance(key, str) else catalogue(language).num_plurals), key
        wanted = set(HOLES.findall(key if isinstance(key, str) else key[-1]))
        for form in forms:
            assert form.strip(), key
            # A form for none may say so in words.
            needed = wanted if isinstance(key, str) else wanted - {"points"}
            assert needed <= set(HOLES.findall(form)) <= wanted, key
            assert "%" not in HOLES.sub("", form), key
    assert not [one.id for one in catalogue(language) if one.id and one.fuzzy]


def test_a_catalogue_that_lacks_a_word_would_be_noticed() -> None:
    assert "Welcome" in spoken()
    assert ("You earned %(points)s point", "You earned %(points)s points") in spoken()
    assert "No word of any message" not in spoken()


def test_every_topic_has_a_template_an_example_and_no_value_that_it_does_not_know() -> None:
    assert set(TEMPLATES) == set(TOPICS) == set(SAMPLES) == set(Topic)
    assert set(STAFF_TEMPLATES) == set(STAFF_SAMPLES) == set(StaffTopic)
    for topic in EVERY:
        assert set(sample(topic)) <= set(about(topic).values), topic


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", EVERY)
def test_every_message_can_be_said_in_every_language_whatever_it_does_not_know(topic: Any, language: str) -> None:
    english = said(topic, sample(topic), language="en", zone=RIGA)
    told = said(topic, sample(topic), language=language, zone=RIGA)
    assert (language == "en") == (told == english)
    assert len(told.facts) == len(english.facts)
    assert bool(told.closing) == bool(english.closing)
    for text in (told.subject, told.text):
        assert text.strip()
        assert "%(" not in text
        assert "None" not in text
    letter = a_letter(topic, language)
    for one in (letter.text, letter.html):
        assert letter.unsubscribe in one
        assert "%(" not in one


def a_letter(topic: Topic | StaffTopic, language: str) -> Letter:
    return Letter(
        language=language,
        house="Hansa <Riga>",
        name="Līga & Co",
        said=[said(topic, sample(topic), language=language, zone=RIGA)],
        account="https://hansa.example/app/",
        unsubscribe="https://hansa.example/messages/unsubscribe/abc",
    )


def test_a_mail_loads_nothing_and_writes_names_as_text() -> None:
    html = a_letter(Topic.POINTS_EARNED, "en").html
    assert "Hansa &lt;Riga&gt;" in html
    assert "Līga &amp; Co" in html
    assert re.findall(r"<(?:img|link|script|iframe|object|video|audio|source)|url\(|@import|src=", html) == []
    assert set(re.findall(r'(?:href)="([^"]+)"', html)) == {
        "https://hansa.example/app/",
        "https://hansa.example/messages/unsubscribe/abc",
    }


@pytest.mark.parametrize(
    ("language", "one", "two", "eleven"),
    [
        ("en", "You earned 1 point", "You earned 2 points", "You earned 11 points"),
        ("lv", "Jūs nopelnījāt 1 punktu", "Jūs nopelnījāt 2 punktus", "Jūs nopelnījāt 11 punktus"),
        ("bg", "Спечелихте 1 точка", "Спечелихте 2 точки", "Спечелихте 11 точки"),
        ("fi", "Ansaitsit 1 pisteen", "Ansaitsit 2 pistettä", "Ansaitsit 11 pistettä"),
        ("hu", "1 pontot gyűjtött", "2 pontot gyűjtött", "11 pontot gyűjtött"),
    ],
)
def test_a_number_takes_the_form_that_the_language_has_for_it(language: str, one: str, two: str, eleven: str) -> None:
    for points, words in ((1, one), (2, two), (11, eleven)):
        params = {"points": points, "partner": "Amber"}
        assert said(Topic.POINTS_EARNED, params, language=language, zone=RIGA).subject == words
    if language == "lv":
        assert "21 punktu" in said(Topic.POINTS_EARNED, {"points": 21}, language="lv", zone=RIGA).subject


@pytest.mark.parametrize(
    ("language", "count", "money", "day"),
    [
        ("en", "1,240", "€1,240.50", "11 December 2026"),
        ("lv", "1 240", "1 240,50 €", "2026. gada 11. decembris"),
        ("bg", "1 240", "1 240,50 €", "11 декември 2026 г."),
        ("fi", "1 240", "1 240,50 €", "11. joulukuuta 2026"),
        ("hu", "1 240", "1 240,50 EUR", "2026. december 11."),
    ],
)
def test_counts_amounts_and_days_are_written_as_people_there_do(
    language: str, count: str, money: str, day: str
) -> None:
    values = {**STAFF_SAMPLES[StaffTopic.DISPUTE_MOVED], "points": 1240}
    kinds = {**about(StaffTopic.DISPUTE_MOVED).values, **about(Topic.POINTS_EARNED).values}
    given = Given(values, kinds, wording_in(language), zone=RIGA)
    plain = {name: given[name].replace("\u00a0", " ").replace("\u202f", " ") for name in ("points", "amount", "due_at")}
    assert plain == {"points": count, "amount": money, "due_at": day}


def test_a_day_is_the_day_where_the_member_is() -> None:
    at = datetime(2026, 12, 5, 22, 30, tzinfo=UTC).isoformat()
    days = [
        said(Topic.POINTS_EXPIRING, {"points": 5, "first_at": at}, language="en", zone=ZoneInfo(zone)).facts[0][1]
        for zone in ("UTC", "Europe/Riga")
    ]
    assert days == ["5 December 2026", "6 December 2026"]


def test_a_partners_own_words_are_filled_and_leave_no_gap() -> None:
    words = {"en": {"subject": "Yours: {reward}", "text": "Only {price} at {partner}  {{today}}."}}
    told = said(Topic.REWARD_IN_REACH, {"reward": {"": "Tea"}, "price": 1200}, language="fi", zone=RIGA, words=words)
    assert (told.subject, told.text) == ("Yours: Tea", "Only 1\u00a0200 at {today}.")


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"topic": Topic.POINTS_EARNED}, "topic"),
        ({"language": "de"}, "language"),
        ({"subject": " "}, "subject"),
        ({"subject": "two\nlines"}, "subject"),
        ({"subject": "x" * (overriding.LONGEST_SUBJECT + 1)}, "subject"),
        ({"text": "For {points}"}, "text"),
        ({"text": "For {price!r}"}, "text"),
        ({"text": "For {price:>9}"}, "text"),
        ({"text": "For {price.real}"}, "text"),
        ({"text": "For {}"}, "text"),
        ({"text": "For {price"}, "text"),
    ],
)
def test_words_that_cannot_be_filled_are_refused(changes: dict[str, Any], part: str) -> None:
    good = {"topic": Topic.REWARD_IN_REACH, "language": "en", "subject": "Yours: {reward}", "text": "For {price}"}
    OwnWords(**good)  # type: ignore[arg-type]
    with pytest.raises(InvalidTemplate) as refused:
        OwnWords(**(good | changes))
    assert refused.value.path == (part,)
