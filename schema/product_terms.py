"""What a maker tells of an article, as the contract takes and shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import strawberry

from domain.service import information as domain_information
from domain.service.errors import InvalidInformation
from domain.service.information import ProductTerms, SerialRule, Spoken, in_language
from schema.shape import shows

Language = Annotated[str | None, strawberry.argument(description="Such as lv; English where it is not said in it.")]


@strawberry.type
class ProductFact:
    """Something to know of an article."""

    name: str
    """What is told, such as capacity."""
    text: str | None
    """A text; null where it is something else."""
    whole: int | None
    """A whole number."""
    yes_no: bool | None
    """Yes or no."""
    unit: str | None
    """In which a number is told, such as ml."""
    ingredient: bool
    """It is in the product, rather than true of it."""


@strawberry.type
@shows(domain_information.Document)
class ProductDocument:
    """A manual, a sheet or a picture, where its maker keeps it."""

    title: str
    """What it is."""
    link: str
    """An https address."""
    language: str | None
    """In which language; null for none, or several."""


@strawberry.type
@shows(domain_information.Warranty)
class ProductWarranty:
    """For how long the maker stands for an article, from the day it was bought."""

    months: int
    """So many months."""
    registered_months: int
    """So many more for who registers it in time."""
    register_within_days: int
    """Which is so many days after it was bought."""

    @strawberry.field
    @staticmethod
    def covers(warranty: strawberry.Parent[domain_information.Warranty], language: Language = None) -> str | None:
        """What it covers, in a language such as lv, else in English."""
        return in_language(warranty.covers, language)


@strawberry.input
class SpokenInput:
    """A text in one language."""

    language: str
    """Such as lv."""
    text: str
    """The text."""


@strawberry.input
class ProductDocumentInput:
    """A manual, a sheet or a picture."""

    title: str
    """What it is."""
    link: str
    """An https address."""
    language: str | None = None
    """In which language, if in one."""


@strawberry.input
class ProductFactInput:
    """Something to know: a text, a whole number, or yes or no."""

    name: str
    """What is told, such as capacity."""
    text: str | None = None
    """A text …"""
    whole: int | None = None
    """… or a whole number …"""
    yes_no: bool | None = None
    """… or yes or no."""
    unit: str | None = None
    """In which a number is told, such as ml."""
    ingredient: bool = False
    """It is in the product, rather than true of it."""

    def to_fact(self) -> domain_information.Fact:
        """As the domain takes it. Raises: InvalidInformation."""
        told = [one for one in (self.text, self.whole, self.yes_no) if one is not None]
        if len(told) != 1:
            raise InvalidInformation("a fact is exactly one of text, whole and yesNo", path=("facts", self.name))
        return domain_information.Fact(name=self.name, value=told[0], unit=self.unit, ingredient=self.ingredient)


@strawberry.input
class ProductWarrantyInput:
    """For how long the maker stands for an article."""

    months: int
    """1 to 600 months from the day it was bought."""
    registered_months: int = 0
    """So many more for who registers it in time."""
    register_within_days: int = 0
    """Which is so many days after it was bought."""
    covers: list[SpokenInput] = strawberry.field(default_factory=list)
    """What it covers."""

    def to_warranty(self) -> domain_information.Warranty:
        """As the domain takes it. Raises: InvalidInformation."""
        return domain_information.Warranty(
            months=self.months,
            registered_months=self.registered_months,
            register_within_days=self.register_within_days,
            covers=spoken(self.covers, "covers"),
        )


@strawberry.input
class ProductInformationTermsInput:
    """All that is told of an article."""

    names: list[SpokenInput]
    """What it is called."""
    words: list[SpokenInput] = strawberry.field(default_factory=list)
    """What there is to say."""
    care: list[SpokenInput] = strawberry.field(default_factory=list)
    """How to look after it."""
    documents: list[ProductDocumentInput] = strawberry.field(default_factory=list)
    """At most 50."""
    facts: list[ProductFactInput] = strawberry.field(default_factory=list)
    """At most 50."""
    warranty: ProductWarrantyInput | None = None
    """None: none beyond the law's."""
    serials: SerialRule = SerialRule.NONE
    """What a registration has to tell."""

    def to_terms(self) -> ProductTerms:
        """As the domain takes it. Raises: InvalidInformation."""
        return ProductTerms(
            names=spoken(self.names, "names"),
            words=spoken(self.words, "words"),
            care=spoken(self.care, "care"),
            documents=tuple(domain_information.Document(**vars(one)) for one in self.documents),
            facts=tuple(one.to_fact() for one in self.facts),
            warranty=None if self.warranty is None else self.warranty.to_warranty(),
            serials=self.serials,
        )


def spoken(told: list[SpokenInput], part: str) -> Spoken:
    """Texts by language; each language once. Raises: InvalidInformation."""
    texts: Mapping[str, str] = {one.language: one.text for one in told}
    if len(texts) != len(told):
        raise InvalidInformation("each language is said once", path=(part,))
    return texts


def fact_of(fact: domain_information.Fact) -> ProductFact:
    """A fact by the sort of its value."""
    value = fact.value
    return ProductFact(
        name=fact.name,
        text=value if isinstance(value, str) else None,
        whole=value if isinstance(value, int) and not isinstance(value, bool) else None,
        yes_no=value if isinstance(value, bool) else None,
        unit=fact.unit,
        ingredient=fact.ingredient,
    )
