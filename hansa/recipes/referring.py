"""The referral programmes of a recipe, as their owners would draw them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.ids import PartnerId
from domain.referral.terms import AfterReturn, ReferralTerms
from hansa.recipes import words
from hansa.recipes.drawing import Recipe
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import Part, optional

REFERRAL = (
    "name", "owner", "host", "starts", "ends", "least", "at", "within_days", "return_days", "accept_days", "most",
    "most_days", "pace_most", "pace_minutes", "not_segments", "after_return", "asks", "words",
)  # fmt: skip
NUMBERS = ("within_days", "return_days", "accept_days", "most", "most_days", "pace_most", "pace_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnReferral:
    """A referral programme as its owner would draw it up."""

    key: str
    """What the recipe calls it."""
    owner: PartnerId | None
    """None: the coalition."""
    terms: ReferralTerms


def referrals_of(recipe: Recipe, cast: Cast, *, starts: datetime) -> tuple[DrawnReferral, ...]:
    """The referral programmes of a recipe, in their order; one that does not say when starts with the programme.

    Raises: InvalidRecipe, naming file, line and part.
    """
    if "referral" not in recipe.parts:
        return ()
    reading = Reading(cast=cast, currency=recipe.currency, zone=recipe.time_zone)
    return tuple(_drawn(reading, key, part, starts) for key, part in recipe.parts["referral"].named().items())


def referral(reading: Reading, part: Part, *, owner: PartnerId | None, starts: datetime) -> ReferralTerms:
    """The terms that a part says, for an owner; None: the coalition. Raises: InvalidRecipe."""
    parts = part.parts(*REFERRAL, needed=("name",))
    cast, moment = reading.cast, words.moment(reading.zone)
    with part.minded():
        return ReferralTerms(
            name=parts["name"].text(),
            host=optional(parts, "host", cast.partner, owner or next(iter(cast.partners.values()))),
            starts_at=optional(parts, "starts", moment, starts),
            ends_at=optional(parts, "ends", moment, None),
            least=optional(parts, "least", reading.amount, 1),
            partners=frozenset(map(cast.partner, _many(parts, "at"))),
            not_segments=frozenset(map(cast.segment, _many(parts, "not_segments"))),
            after_return=optional(parts, "after_return", words.choice(AfterReturn), AfterReturn.TAKE_BACK),
            asks=optional(parts, "asks", words.yes, usual=True),
            words=optional(parts, "words", _words, None),
            **{name: words.whole(parts[name]) for name in NUMBERS if name in parts},
        )


def _drawn(reading: Reading, key: str, part: Part, starts: datetime) -> DrawnReferral:
    owner = optional(part.named(), "owner", reading.cast.partner, None)
    return DrawnReferral(key=key, owner=owner, terms=referral(reading, part, owner=owner, starts=starts))


def _many(parts: Mapping[str, Part], name: str) -> tuple[Part, ...]:
    return parts[name].many() if name in parts else ()


def _words(part: Part) -> dict[str, str]:
    return {language: text.text() for language, text in part.named().items()}
