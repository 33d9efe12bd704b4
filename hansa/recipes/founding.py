"""The coalition of a recipe: its settings, and who takes part on which terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from domain.coalition.founding import FoundCoalition
from domain.coalition.models import PartnerRole
from domain.coalition.partners import AdmitPartner, OpenOutlet
from domain.coalition.terms import Band, Terms
from domain.settlement.policy_models import Calendar
from domain.values import minor_digits
from hansa.recipes import words
from hansa.recipes.drawing import Recipe
from hansa.recipes.parts import Part, optional

EVERYBODY = "all"
"""Whose terms stand in each contract that does not say otherwise."""
COALITION = ("name", "operator", "country", "starts", "standard_price", "grace_days", "calendar")
PARTNER = ("name", "does", "roles", "country")
OUTLET = ("partner", "name", "time_zone")
GOLDEN_ANGLE = 137
"""Degrees from one partner's hue to the next, so that neighbours are told apart."""
CIRCLE = 360
SOLD_AT_TILLS = frozenset({PartnerRole.RETAILER, PartnerRole.SERVICE})
NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a coalition begins with, and how it settles."""

    found: FoundCoalition
    country: str
    starts: datetime
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """Who takes part, on which terms, with which outlets."""

    key: str
    """What the recipe calls it."""
    admit: AdmitPartner
    terms: Terms
    outlets: Mapping[str, OpenOutlet]
    """Its outlets by what the recipe calls them."""


def setting_of(recipe: Recipe) -> Setting:
    """The settings of a recipe's coalition; it starts with the first of its campaigns, if no day is said.

    Raises: InvalidRecipe, naming file, line and part.
    """
    part = recipe.parts.get("coalition") or recipe.parts["currency"]
    if "coalition" not in recipe.parts:
        part.refuse("in which country is it founded? Add `coalition: {country: LV}`")
    parts = part.parts(*COALITION, needed=("country",))
    starts = optional(parts, "starts", words.moment(recipe.time_zone), None) or _earliest(recipe)
    with part.minded():
        found = FoundCoalition(
            name=optional(parts, "name", Part.text, recipe.programme),
            purpose=recipe.source or recipe.programme,
            currency=recipe.currency,
            standard_price=optional(parts, "standard_price", _number, _worth(recipe)),
            time_zone=recipe.time_zone.key,
            operator_name=optional(parts, "operator", Part.text, f"Operator of {recipe.programme}"),
            grace_days=optional(parts, "grace_days", words.whole, 30),
            sandbox=True,
            clock_at=starts,
        )
        return Setting(
            found=found,
            country=parts["country"].text(),
            starts=starts,
            calendar=optional(parts, "calendar", words.choice(Calendar), Calendar.BY_HAND),
        )


def firms_of(recipe: Recipe) -> tuple[Firm, ...]:
    """Who takes part in a recipe, in its order.

    Raises: InvalidRecipe, naming file, line and part.
    """
    setting = setting_of(recipe)
    contracts: Mapping[str, Part] = recipe.parts["contracts"].named() if "contracts" in recipe.parts else {}
    for code, whose in recipe.outlets.items():
        if whose not in recipe.partners:
            place = recipe.parts["outlets"].named()[code]
            place.refuse(f"there is no partner {whose!r}; there are {', '.join(recipe.partners)}")
    for name, part in contracts.items():
        if name not in recipe.partners and name != EVERYBODY:
            part.refuse(f"there is no partner {name!r}; there are {', '.join(recipe.partners)}, or {EVERYBODY}")
    return tuple(
        _firm(recipe, setting, key, part, number, [contracts[one] for one in (EVERYBODY, key) if one in contracts])
        for number, (key, part) in enumerate(recipe.parts["partners"].named().items())
    )


def slug_of(name: str) -> str:
    """What a partner of a recipe is called at its address."""
    return NOT_IN_SLUGS.sub("-", name.lower()).strip("-")


def _earliest(recipe: Recipe) -> datetime:
    return min(one.terms.starts_at for one in recipe.drawn(recipe.imagined()))


def _worth(recipe: Recipe) -> Decimal:
    """What a point is worth to a member, in whole units of the currency; nought where nobody says."""
    if recipe.point_worth is None:
        return Decimal(0)
    return _decimal(recipe.point_worth.numerator, recipe.point_worth.denominator * 10 ** minor_digits(recipe.currency))


def _firm(recipe: Recipe, setting: Setting, key: str, part: Part, number: int, agreed: list[Part]) -> Firm:
    parts = {} if isinstance(part.content, str) else part.parts(*PARTNER)
    roles = parts["roles"].many() if "roles" in parts else ()
    name = optional(parts, "name", Part.text, key[:1].upper() + key[1:])
    with part.minded():
        admit = AdmitPartner(
            slug=slug_of(key),
            name=name,
            roles=frozenset(map(words.choice(PartnerRole), roles)) or frozenset({PartnerRole.RETAILER}),
            hue=number * GOLDEN_ANGLE % CIRCLE,
            country=optional(parts, "country", Part.text, setting.country),
            company=name,
        )
    return Firm(
        key=key,
        admit=admit,
        terms=_terms(recipe, setting, agreed),
        outlets=_outlets(recipe, key) or _usual_outlet(recipe, admit),
    )


def _usual_outlet(recipe: Recipe, admit: AdmitPartner) -> dict[str, OpenOutlet]:
    """One outlet for whoever sells and names none."""
    if not admit.roles & SOLD_AT_TILLS:
        return {}
    return {"1": OpenOutlet(code="1", name=admit.name, time_zone=recipe.time_zone.key)}


def _outlets(recipe: Recipe, key: str) -> dict[str, OpenOutlet]:
    said = recipe.parts["outlets"].named() if "outlets" in recipe.parts else {}
    return {code: _outlet(recipe, code, said[code]) for code, whose in recipe.outlets.items() if whose == key}


def _outlet(recipe: Recipe, code: str, part: Part) -> OpenOutlet:
    parts = {} if isinstance(part.content, str) else part.parts(*OUTLET)
    with part.minded():
        return OpenOutlet(
            code=code,
            name=optional(parts, "name", Part.text, code),
            time_zone=optional(parts, "time_zone", Part.text, recipe.time_zone.key),
        )


def _terms(recipe: Recipe, setting: Setting, agreed: list[Part]) -> Terms:
    """A contract by the names that docs/contracts.md has for its terms; at a point's worth where no price is said."""
    usual = _worth(recipe)
    values: dict[str, Any] = {"valid_from": setting.starts, "price": usual, "price_redeem": usual}
    for part in agreed:
        values |= {name: _readers(recipe)[name](one) for name, one in part.parts(*_readers(recipe)).items()}
    with (agreed[-1] if agreed else recipe.parts["currency"]).minded():
        return Terms(**values)


def _readers(recipe: Recipe) -> dict[str, Callable[[Part], Any]]:
    """How each term of a contract is read, by what it is."""
    kinds = get_type_hints(Terms)
    special: dict[str, Callable[[Part], Any]] = {"valid_from": words.moment(recipe.time_zone), "bands": _bands}
    return {one.name: special.get(one.name) or _reader(kinds[one.name]) for one in fields_of(Terms)}


def _reader(kind: Any) -> Callable[[Part], Any]:
    for one in get_args(kind) or (kind,):
        if isinstance(one, type) and issubclass(one, StrEnum):
            return words.choice(one)
        if one in READERS:
            return READERS[one]
    raise AssertionError(f"no word for {kind}")


def _bands(part: Part) -> tuple[Band, ...]:
    """From so many points a cycle on, the price of each."""
    with part.minded():
        return tuple(
            Band(points=words.whole(Part(points, price.file, price.line, price.path)), price=_number(price))
            for points, price in part.named().items()
        )


def _number(part: Part) -> Decimal:
    """An exact number, such as 0.0085 or 15 %. Raises: InvalidRecipe."""
    found = words.rate(part)
    exact = _decimal(found.numerator, found.denominator)
    if exact * found.denominator != found.numerator:
        part.refuse(f"{part.text()!r} has no end in decimals; write one with at most six")
    return exact


def _decimal(numerator: int, denominator: int) -> Decimal:
    with localcontext(prec=28):
        return Decimal(numerator) / Decimal(denominator)


READERS: Mapping[Any, Callable[[Part], Any]] = {
    Decimal: _number,
    bool: words.yes,
    int: words.whole,
    str: lambda part: tuple(one.text() for one in part.many()),
}
"""How a term is read by its type; a tuple of texts by its parts."""
