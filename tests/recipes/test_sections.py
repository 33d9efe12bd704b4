"""Sections that bear the names of the domain's own terms are read whole; mistakes are told with their place."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from domain.bonuses.terms import Band, Growth
from domain.claims.terms import Claimants, ProofKind
from domain.codes.models import BatchKind
from domain.surveys.questions import QuestionKind
from domain.trade_ins.terms import Age, Form, Share, Unsold
from domain.values import Rate
from hansa.presets.finding import find
from hansa.presets.loading import read_whole
from hansa.recipes.drawing import Recipe, recipe_of
from hansa.recipes.parts import InvalidRecipe
from hansa.recipes.sections import SECTIONS, drawn

HEAD = """\
currency: EUR
time_zone: Europe/Riga
coalition: {country: LV}
partners: {shop: sells, maker: makes}
campaigns:
  one: {name: One, paid_by: shop, starts: 2026-01-01, gives: {points: 5}}
coupons:
  credit: {name: Credit, owner: shop, takes: {valued: yes}}
"""


def _recipe(said: str) -> Recipe:
    return recipe_of(HEAD + dedent(said), "mine.yaml")


def _terms(section: str, said: str) -> Any:
    recipe = _recipe(said)
    (one,) = drawn(recipe, recipe.imagined(), section)
    return one.terms


def test_a_survey_has_questions_and_options_by_their_names() -> None:
    terms = _terms(
        "surveys",
        """
    surveys:
      tins:
        owner: maker
        title: {en: Tins, lv: Konservi}
        questions:
          where: {kind: choice, text: Where, options: {home: At home, trip: On a trip}, several: yes}
          why: {kind: text, text: Why, required: no, only_if: {question: where, any_of: trip}}
    """,
    )
    where, why = terms.questions
    assert (terms.name, terms.title) == ("tins", {"en": "Tins", "lv": "Konservi"})
    assert (where.key, where.kind, where.choices, where.several) == (
        "where", QuestionKind.CHOICE, ("home", "trip"), True,
    )  # fmt: skip
    assert (why.required, why.only_if.any_of) == (False, frozenset({"trip"}))


def test_a_batch_names_its_products_and_what_printing_costs() -> None:
    terms = _terms(
        "code_batches", "code_batches: {tins: {owner: maker, kind: stateless, products: {a: 3}, cost: 1.20}}"
    )
    assert (terms.name, terms.kind, terms.count, terms.cost) == ("tins", BatchKind.STATELESS, 3, 120)


def test_a_trade_in_scheme_has_prices_by_category_and_grade() -> None:
    terms = _terms(
        "trade_ins",
        """
    trade_ins:
      shoes:
        owner: shop
        name: Shoes
        at: shop
        grades: [good, worn]
        prices:
          shoes: {prices: {good: 12.00, worn: 4}, ages: [{months: 12}, {months: 24, share: 50 %}]}
        most: 10.00
        form: points
        consignment: {shares: {0: 60 %, 20.00: 70 %}, days: 60, unsold: given away}
    """,
    )
    (price,) = terms.prices
    assert (price.category, price.prices) == ("shoes", {"good": 1200, "worn": 400})
    assert price.ages == (Age(months=12), Age(months=24, share=Rate(1, 2)))
    assert (terms.form, terms.most, terms.consignment.unsold) == (Form.POINTS, 1000, Unsold.GIVEN_AWAY)
    assert terms.consignment.shares == (Share(share=Rate(3, 5)), Share(above=2000, share=Rate(7, 10)))


@pytest.mark.parametrize(
    ("measure", "start", "least"), [("value", 50_000, 10_000), ("quantity", 500, 100)], ids=["value", "quantity"]
)
def test_bands_of_value_begin_at_amounts_and_others_at_whole_numbers(measure: str, start: int, least: int) -> None:
    terms = _terms(
        "bonuses",
        f"""
    bonuses:
      quarter:
        owner: shop
        name: Quarter
        starts_on: 2026-01-01
        at: shop
        paid_by: [shop, maker]
        measure: {measure}
        bands: {{0: 1 %, 500: 3/2}}
        growth: {{bands: {{10: 1 %}}, against: period before, least_base: 100}}
    """,
    )
    assert terms.bands == (Band(start=0, rate=Rate(1, 100)), Band(start=start, rate=Rate(3, 2)))
    assert (terms.starts_on, len(terms.sponsors)) == (date(2026, 1, 1), 2)
    grown = Band(start=10, rate=Rate(1, 100))
    assert terms.growth == Growth(bands=(grown,), against=terms.growth.against, least_base=least)


def test_a_course_knows_right_from_wrong_and_a_sale_scheme_its_course() -> None:
    said = """
    courses:
      beer: {owner: maker, name: Beer, ask: 1, questions: {asks: In it, right: [malt, hops], wrong: {en: Sugar}}}
    claims:
      bottles: {owner: maker, name: Bottles, claimants: sellers, proofs: [serial, receipt], course: beer}
    """
    (question,) = _terms("courses", said).questions
    assert [(one.words["en"], one.right) for one in question.options] == [
        ("malt", True), ("hops", True), ("Sugar", False),
    ]  # fmt: skip
    claims = _terms("claims", said)
    assert (claims.claimants, claims.proofs) == (Claimants.SELLERS, {ProofKind.SERIAL, ProofKind.RECEIPT})
    assert claims.course == _recipe(said).imagined().courses["beer"]


def test_an_activity_says_where_and_when_and_who_pays_which_share() -> None:
    terms = _terms(
        "activities",
        """
    activities:
      tasting: {owner: shop, name: Tasting, kind: tasting, texts: {lv: Degustācija}, hosts: [shop, maker],
        address: Here, starts: 2026-02-20 18:00, ends: 2026-02-20 20:00, places: 9, shares: {shop: 1/4, maker: 3/4}}
    """,
    )
    assert [(one.language, one.name) for one in terms.texts] == [("lv", "Degustācija")]
    assert (len(terms.hosts), sorted(one.share for one in terms.shares)) == (2, [Rate(1, 4), Rate(3, 4)])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("surveys: {tins: {title: Tins}}", "line 9, surveys.tins: 'owner' is missing"),
        ("surveys: {tins: {owner: nobody}}", "surveys.tins.owner: there is no partner 'nobody'"),
        ("surveys: {tins: {owner: shop, title: A, questions: {x: {kind: guess, text: X}}}}", "'guess' is none of"),
        ("code_batches: {tins: {owner: maker, kind: random, products: {a: 0}}}", "at least one code"),
        ("code_batches: {tins: {owner: maker, kind: random, products: {a: 1}, survey: b}}", "there is no survey 'b'"),
        ("trade_ins: {a: {owner: shop, name: A, at: shop, grades: [b], prices: {}, coupon: five}}", "no coupon 'five'"),
        ("bonuses: {a: {owner: shop, name: A, starts_on: 2026-01-02, at: shop, bands: {0: 1 %}}}", "the first day of"),
        ("claims: {a: {owner: shop, name: A, claimants: sellers, proofs: word}}", "'word' is none of"),
        ("courses: {a: {owner: shop, name: A, ask: 1, questions: [{asks: B, right: c}]}}", "'wrong' is missing"),
    ],
)
def test_a_mistake_in_a_section_is_told_with_its_place(said: str, why: str) -> None:
    with pytest.raises(InvalidRecipe, match=r"^mine\.yaml, line ") as refused:
        read_whole(_recipe(said))
    assert why in refused.value.message


def test_the_presets_show_every_section_at_work() -> None:
    shown = {
        section for name in ("canned-goods-maker", "childrens-shoes", "wholesaler") for section in find(name).parts
    }
    assert set(SECTIONS) <= shown
