"""The tier programmes of a recipe, as their owners would draw them up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from domain.ids import PartnerId
from domain.tiers.terms import (
    EVERYTHING,
    GOODS,
    Goods,
    Kept,
    Measure,
    OnReturn,
    StatusRates,
    Tier,
    TierPeriod,
    TierTerms,
)
from domain.values import Rate
from hansa.recipes import words
from hansa.recipes.drawing import Recipe
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import Part, optional

PROGRAMME = (
    "name", "owner", "counts", "per", "kept", "soft_landing", "on_return", "household", "at", "lines", "without",
    "counting_from", "status", "tiers",
)  # fmt: skip
TIER = ("name", "from", "by_invitation", "benefits")
MONTHS_FORM = re.compile(r"(?:rolling )?(\d{1,2}) months?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTiers:
    """A tier programme as its owner would draw it up."""

    key: str
    """What the recipe calls it."""
    owner: PartnerId | None
    """None: the coalition."""
    terms: TierTerms


def tiers_of(recipe: Recipe, cast: Cast) -> tuple[DrawnTiers, ...]:
    """The tier programmes of a recipe, in their order. Raises: InvalidRecipe, naming file, line and part."""
    if "tiers" not in recipe.parts:
        return ()
    reading = Reading(cast=cast, currency=recipe.currency, zone=recipe.time_zone)
    return tuple(_drawn(reading, key, part) for key, part in recipe.parts["tiers"].named().items())


def tier_programme(reading: Reading, part: Part) -> TierTerms:
    """The terms that a part says. Raises: InvalidRecipe."""
    parts = part.parts(*PROGRAMME, needed=("name", "counts", "per", "tiers"))
    measure = words.choice(Measure)(parts["counts"])
    period, months = _per(parts["per"])
    kept, kept_months = _kept(parts["kept"]) if "kept" in parts else (Kept.END_OF_NEXT, None)
    with part.minded():
        return TierTerms(
            name=parts["name"].text(),
            measure=measure,
            period=period,
            months=months,
            kept=kept,
            kept_months=kept_months,
            soft_landing=optional(parts, "soft_landing", words.yes, usual=False),
            on_return=optional(parts, "on_return", words.choice(OnReturn), OnReturn.TAKE_BACK),
            household=optional(parts, "household", words.yes, usual=False),
            partners=frozenset(map(reading.cast.partner, parts["at"].many())) if "at" in parts else frozenset(),
            goods=optional(parts, "lines", _goods, EVERYTHING),
            without=optional(parts, "without", _goods, EVERYTHING),
            counting_from=optional(parts, "counting_from", words.day, None),
            status=optional(parts, "status", _status, None),
            tiers=tuple(_tier(reading, measure, one) for one in parts["tiers"].many()),
        )


def _drawn(reading: Reading, key: str, part: Part) -> DrawnTiers:
    owner = optional(part.named(), "owner", reading.cast.partner, None)
    return DrawnTiers(key=key, owner=owner, terms=tier_programme(reading, part))


def _per(part: Part) -> tuple[TierPeriod, int | None]:
    months = MONTHS_FORM.fullmatch(part.text())
    if months:
        return TierPeriod.ROLLING, int(months[1])
    usual: Mapping[str, TierPeriod] = {
        "calendar year": TierPeriod.CALENDAR_YEAR,
        "anniversary": TierPeriod.ANNIVERSARY,
    }
    return usual.get(part.text()) or _refuse(part, "calendar year, anniversary, or rolling 12 months"), None


def _kept(part: Part) -> tuple[Kept, int | None]:
    months = MONTHS_FORM.fullmatch(part.text())
    if months:
        return Kept.MONTHS, int(months[1])
    usual: Mapping[str, Kept] = {"end of period": Kept.END_OF_PERIOD, "end of next": Kept.END_OF_NEXT}
    return usual.get(part.text()) or _refuse(part, "end of period, end of next, or 12 months"), None


def _tier(reading: Reading, measure: Measure, part: Part) -> Tier:
    parts = part.parts(*TIER, needed=("name",))
    invited = optional(parts, "by_invitation", words.yes, usual=False)
    if invited == ("from" in parts):
        part.refuse("a tier says from how much on, or that it is by invitation")
    read: Any = reading.amount if measure is Measure.SPEND else words.whole
    with part.minded():
        return Tier(
            name=parts["name"].text(),
            threshold=optional(parts, "from", read, None),
            benefits=optional(parts, "benefits", Part.text, ""),
        )


def _goods(part: Part) -> Goods:
    parts = part.parts(*GOODS)
    with part.minded():
        return Goods(**{name: words.texts(one) for name, one in parts.items()})


def _status(part: Part) -> StatusRates:
    parts = part.parts("per_unit", "actions")
    actions = parts["actions"].named() if "actions" in parts else {}
    with part.minded():
        return StatusRates(
            per_unit=optional(parts, "per_unit", words.rate, Rate(0)),
            actions={kind: words.whole(points) for kind, points in actions.items()},
        )


def _refuse(part: Part, allowed: str) -> NoReturn:
    part.refuse(f"{part.text()!r} is none of {allowed}")
