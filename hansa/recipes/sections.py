"""The sections of a recipe whose parts bear the names of the domain's own terms, such as surveys and trade-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.activities.terms import ActivityTerms
from domain.bonuses.terms import Band, BonusTerms, Growth, Measure
from domain.claims.terms import ClaimTerms
from domain.codes.batches import OrderBatch, ProductPart
from domain.ids import PartnerId
from domain.rewards.forms import Words as RewardWords
from domain.selling.course_terms import CourseTerms, QuizQuestion
from domain.selling.course_terms import Option as CourseOption
from domain.surveys.questions import Option, Question
from domain.surveys.terms import SurveyTerms
from domain.trade_ins.terms import Price, SchemeTerms, Share
from hansa.recipes import words
from hansa.recipes.drawing import Recipe
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import Part
from hansa.recipes.typed import Reader, Typed, beside, partners_and_places


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Something as its owner would draw it up."""

    key: str
    """What the recipe calls it."""
    owner: PartnerId
    terms: Any


Way = Callable[[Reading, str, Part], Any]


def drawn(recipe: Recipe, cast: Cast, section: str) -> tuple[Drawn, ...]:
    """What a section says, in its order. Raises: InvalidRecipe, naming file, line and part."""
    if section not in recipe.parts:
        return ()
    reading = Reading(cast=cast, currency=recipe.currency, zone=recipe.time_zone)
    found = []
    for key, part in recipe.parts[section].named().items():
        owner, rest = beside(part, "owner")
        found.append(Drawn(key=key, owner=cast.partner(owner), terms=SECTIONS[section](reading, key, rest)))
    return tuple(found)


def _survey(reading: Reading, key: str, part: Part) -> SurveyTerms:
    """Campaigns call it by its key; questions and options stand below their names."""

    def questions(part: Part) -> tuple[Question, ...]:
        return tuple(typed.read(Question, one, key=key) for key, one in part.named().items())

    def options(part: Part) -> tuple[Option, ...]:
        return tuple(Option(key=key, text=typed.words(one)) for key, one in part.named().items())

    def rewards(part: Part) -> frozenset[UUID]:
        part.refuse("which rewards a moment means is said over the API; without, it means any")

    named: dict[str, Reader] = {"questions": questions, "options": options, "rewards": rewards}
    amounts = frozenset({"from_amount"})
    typed = Typed(reading=reading, amounts=amounts, named={**partners_and_places(reading), **named})
    return typed.read(SurveyTerms, part, name=key)


def _batch(reading: Reading, key: str, part: Part) -> OrderBatch:
    """Products stand by their article numbers, each with how many codes are for it."""

    def products(part: Part) -> tuple[ProductPart, ...]:
        return tuple(ProductPart(sku=sku, count=words.whole(count)) for sku, count in part.named().items())

    named: dict[str, Reader] = {"products": products, "survey_id": reading.cast.survey}
    return Typed(reading=reading, amounts=frozenset({"cost"}), named=named).read(OrderBatch, part, name=key)


def _trade_in(reading: Reading, _key: str, part: Part) -> SchemeTerms:
    """Prices stand below their categories, each by grade; shares of what things are sold for by amounts."""

    def prices(part: Part) -> tuple[Price, ...]:
        return tuple(priced.read(Price, one, category=category) for category, one in part.named().items())

    def by_grade(part: Part) -> dict[str, int]:
        return {grade: reading.amount(one) for grade, one in part.named().items()}

    named: dict[str, Reader] = {"shares": lambda part: _shares(reading, part), "sponsors": reading.sponsors}
    priced = Typed(reading=reading, named={"prices": by_grade})
    typed = Typed(reading=reading, amounts=frozenset({"least", "most"}), named={**named, "prices": prices})
    return typed.read(SchemeTerms, part)


def _shares(reading: Reading, part: Part) -> tuple[Share, ...]:
    """One share of every price, or shares by the price from which on they hold."""
    if isinstance(part.content, str):
        return (Share(share=words.rate(part)),)
    return tuple(
        Share(above=reading.amount(replace(one, content=above)), share=words.rate(one))
        for above, one in part.named().items()
    )


def _bonus(reading: Reading, _key: str, part: Part) -> BonusTerms:
    """Bands stand by where they begin: value at amounts, quantity at whole numbers, growth at whole per cent."""
    measure = part.named().get("measure")
    by_value = measure is None or words.choice(Measure)(measure) is Measure.VALUE

    def bands(begins: Callable[[Part], int]) -> Reader:
        return lambda part: tuple(
            Band(start=begins(replace(one, content=start)), rate=words.rate(one)) for start, one in part.named().items()
        )

    grown = Typed(
        reading=reading, amounts=frozenset({"least_base"} if by_value else ()), named={"bands": bands(words.whole)}
    )
    named: dict[str, Reader] = {
        "bands": bands(reading.amount if by_value else words.whole),
        "growth": lambda part: grown.read(Growth, part),
        "groups": lambda part: frozenset(map(reading.cast.segment, part.many())),
    }
    return Typed(reading=reading, amounts=frozenset({"most"}), named=named).read(BonusTerms, part)


def _course(reading: Reading, _key: str, part: Part) -> CourseTerms:
    """Options of a quiz stand in lists of what is right and what is wrong."""

    def questions(part: Part) -> tuple[QuizQuestion, ...]:
        return tuple(
            question(one.parts("asks", "right", "wrong", needed=("asks", "right", "wrong"))) for one in part.many()
        )

    def question(parts: Mapping[str, Part]) -> QuizQuestion:
        said = [(one, side == "right") for side in ("right", "wrong") for one in parts[side].many()]
        with parts["asks"].minded():
            options = tuple(CourseOption(words=typed.words(one), right=right) for one, right in said)
            return QuizQuestion(words=typed.words(parts["asks"]), options=options)

    typed = Typed(reading=reading, named={"questions": questions})
    return typed.read(CourseTerms, part)


def _claim(reading: Reading, _key: str, part: Part) -> ClaimTerms:
    typed = Typed(reading=reading, amounts=frozenset({"second_from"}), named={"course": reading.cast.course})
    return typed.read(ClaimTerms, part)


def _activity(reading: Reading, _key: str, part: Part) -> ActivityTerms:
    """What it is called stands by language; its costs are shared as others pay for things."""

    def texts(part: Part) -> tuple[RewardWords, ...]:
        return tuple(RewardWords(language=language, name=name) for language, name in typed.words(part).items())

    named: dict[str, Reader] = {"texts": texts, "shares": reading.sponsors}
    typed = Typed(reading=reading, named={**partners_and_places(reading), **named})
    return typed.read(ActivityTerms, part)


SECTIONS: Mapping[str, Way] = {
    "surveys": _survey,
    "code_batches": _batch,
    "trade_ins": _trade_in,
    "bonuses": _bonus,
    "courses": _course,
    "claims": _claim,
    "activities": _activity,
}
"""How what stands in each section is read."""
