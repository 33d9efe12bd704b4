"""The stories of recipes: what members do, day by day, and what each step is said to come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from domain.earning.verdicts import Why
from hansa.recipes import words
from hansa.recipes.drawing import Recipe
from hansa.recipes.parts import Part, optional

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
STEP = ("at", "member", "partner", "outlet", "channel", "buys", "tendered", "does", "takes_back", "because")
COMES_TO = (
    "awards", "points", "wins", "turns", "offers", "refunds", "refused", "usable", "expires", "taken", "in_all",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of a story."""

    name: str
    wallet: str
    tier: str | None
    segments: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A line of a receipt; amounts in minor units."""

    article: str
    quantity: Decimal
    amount: int
    discount: int = 0
    coupon: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step is said to come to."""

    awards: Mapping[str, int] = field(default_factory=dict)
    """Campaigns with their points."""
    points: Mapping[str, int] = field(default_factory=dict)
    """Sponsors with the points they pay."""
    wins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Campaigns with the things won that are no points."""
    turns: Mapping[str, int] = field(default_factory=dict)
    offers: Mapping[str, int] = field(default_factory=dict)
    """Campaigns with the minor units that the shop may take off."""
    refunds: Mapping[str, int] = field(default_factory=dict)
    """Sponsors with the minor units they refund."""
    refused: Mapping[str, Why] = field(default_factory=dict)
    usable: datetime | None = None
    """When the last of these points can be spent, if it is told."""
    expires: datetime | None = None
    taken: Mapping[str, int] = field(default_factory=dict)
    """Sponsors with the points that are taken back."""
    in_all: int | None = None
    """The points of the wallet afterwards, if it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something a member does."""

    part: Part = field(repr=False)
    at: datetime
    person: Person
    partner: str
    outlet: str | None
    channel: str | None
    action: str | None
    attributes: Mapping[str, str | int | bool] = field(default_factory=dict)
    goods: tuple[Good, ...] = ()
    tendered: Mapping[str, int] = field(default_factory=dict)
    takes_back: Mapping[str, Decimal] = field(default_factory=dict)
    """Articles of the member's latest purchase that come back."""
    outcome: Outcome


def story_of(recipe: Recipe) -> tuple[Step, ...]:
    """The steps of a recipe's story, in their order."""
    people = people_of(recipe)
    return tuple(_step(recipe, people, part) for part in recipe.parts["story"].many())


def people_of(recipe: Recipe) -> dict[str, Person]:
    """The members of a story by their names."""
    return {name: _person(name, part) for name, part in recipe.parts["members"].named().items()}


def _person(name: str, part: Part) -> Person:
    parts = part.parts("wallet", "tier", "segments")
    return Person(
        name=name,
        wallet=optional(parts, "wallet", Part.text, name),
        tier=optional(parts, "tier", Part.text, None),
        segments=optional(parts, "segments", words.texts, frozenset()),
    )


def _step(recipe: Recipe, people: Mapping[str, Person], part: Part) -> Step:
    parts = part.parts(*STEP, *COMES_TO, needed=("at", "because"))
    action, attributes = _action(parts["does"]) if "does" in parts else (None, {})
    amount = words.amount(recipe.currency)
    return Step(
        part=part,
        at=words.moment(recipe.time_zone)(parts["at"]),
        person=people[optional(parts, "member", Part.text, next(iter(people)))],
        partner=optional(parts, "partner", Part.text, next(iter(recipe.partners))),
        outlet=optional(parts, "outlet", Part.text, None),
        channel=optional(parts, "channel", Part.text, None),
        action=action,
        attributes=attributes,
        goods=tuple(_good(recipe, name, one) for name, one in _named(parts, "buys").items()),
        tendered={kind: amount(one) for kind, one in _named(parts, "tendered").items()},
        takes_back={name: Decimal(words.whole(one)) for name, one in _named(parts, "takes_back").items()},
        outcome=_outcome(recipe, parts),
    )


def _action(part: Part) -> tuple[str, dict[str, str | int | bool]]:
    if isinstance(part.content, str):
        return part.text(), {}
    ((kind, fields),) = part.named().items()
    return kind, {name: _attribute(one.text()) for name, one in fields.named().items()}


def _attribute(text: str) -> str | int | bool:
    return int(text) if text.isdecimal() else {"yes": True, "no": False}.get(text, text)


def _good(recipe: Recipe, article: str, part: Part) -> Good:
    """12.34, or 2 for 24.68, or with parts: amount, quantity, discount, coupon."""
    amount = words.amount(recipe.currency)
    if isinstance(part.content, Mapping):
        parts = part.parts("quantity", "amount", "discount", "coupon", needed=("amount",))
        return Good(
            article=article,
            quantity=optional(parts, "quantity", lambda one: Decimal(one.text()), Decimal(1)),
            amount=amount(parts["amount"]),
            discount=optional(parts, "discount", amount, 0),
            coupon=optional(parts, "coupon", amount, 0),
        )
    quantity, _, price = part.text().rpartition(" for ")
    paid = Part(price, part.file, part.line, part.path)
    return Good(article=article, quantity=Decimal(quantity or "1"), amount=amount(paid))


def _outcome(recipe: Recipe, parts: Mapping[str, Part]) -> Outcome:
    amount, moment = words.amount(recipe.currency), words.moment(recipe.time_zone)
    counts = {name: _counts(parts, name) for name in ("awards", "points", "turns", "taken")}
    return Outcome(
        **counts,
        wins={name: tuple(each.text() for each in one.many()) for name, one in _named(parts, "wins").items()},
        offers={name: amount(one) for name, one in _named(parts, "offers").items()},
        refunds={name: amount(one) for name, one in _named(parts, "refunds").items()},
        refused={name: words.choice(Why)(one) for name, one in _named(parts, "refused").items()},
        usable=optional(parts, "usable", moment, None),
        expires=optional(parts, "expires", moment, None),
        in_all=optional(parts, "in_all", words.whole, None),
    )


def _counts(parts: Mapping[str, Part], name: str) -> dict[str, int]:
    return {key: words.whole(one) for key, one in _named(parts, name).items()}


def _named(parts: Mapping[str, Part], name: str) -> Mapping[str, Part]:
    return parts[name].named() if name in parts else {}
