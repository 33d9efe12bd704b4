"""The coupons of a recipe, as their owners would draft them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.ids import PartnerId
from domain.values import Rate
from domain.vouchers.terms import Articles, Codes, CouponTerms, Hours, Paid, Pick, TakesOff, Together
from hansa.recipes import words
from hansa.recipes.drawing import Recipe
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import Part, optional

COUPON = (
    "name", "owner", "takes", "lines", "least", "at", "outlets", "starts", "ends", "days", "weekdays", "hours", "tiers",
    "segments", "not_segments", "paid_by", "codes", "word", "uses", "uses_in_all", "together", "transferable",
)  # fmt: skip
LINES = ("skus", "gtins", "categories", "brands")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCoupon:
    """A coupon as its owner would draft it."""

    key: str
    """What the recipe calls it."""
    owner: PartnerId
    terms: CouponTerms


def coupons_of(recipe: Recipe, cast: Cast) -> tuple[DrawnCoupon, ...]:
    """The coupons of a recipe, in their order.

    Raises: InvalidRecipe, naming file, line and part.
    """
    if "coupons" not in recipe.parts:
        return ()
    reading = Reading(cast=cast, currency=recipe.currency, zone=recipe.time_zone)
    return tuple(_coupon(reading, key, part) for key, part in recipe.parts["coupons"].named().items())


def _coupon(reading: Reading, key: str, part: Part) -> DrawnCoupon:
    parts = part.parts(*COUPON, needed=("name", "takes"))
    cast, moment = reading.cast, words.moment(reading.zone)
    sponsors = _paid(reading, parts["paid_by"]) if "paid_by" in parts else ()
    usual = sponsors[0].partner_id if sponsors else next(iter(cast.partners.values()))
    owner = optional(parts, "owner", cast.partner, usual)
    with part.minded():
        terms = CouponTerms(
            name=parts["name"].text(),
            takes=_takes(reading, parts["takes"]),
            lines=optional(parts, "lines", lambda one: _lines(reading, one), None),
            least=optional(parts, "least", reading.amount, 0),
            partners=frozenset(map(cast.partner, _many(parts, "at"))) or frozenset({owner}),
            outlets=frozenset(map(cast.outlet, _many(parts, "outlets"))),
            starts_at=optional(parts, "starts", moment, None),
            ends_at=optional(parts, "ends", moment, None),
            days=optional(parts, "days", words.whole, None),
            weekdays=frozenset(map(words.weekday, _many(parts, "weekdays"))),
            hours=tuple(map(_hours, _many(parts, "hours"))),
            tiers=optional(parts, "tiers", words.texts, frozenset()),
            segments=frozenset(map(cast.segment, _many(parts, "segments"))),
            not_segments=frozenset(map(cast.segment, _many(parts, "not_segments"))),
            sponsors=sponsors,
            codes=optional(parts, "codes", words.choice(Codes), Codes.PUBLIC if "word" in parts else Codes.GENERATED),
            word=optional(parts, "word", Part.text, None),
            uses=optional(parts, "uses", words.whole, 1),
            uses_in_all=optional(parts, "uses_in_all", words.whole, None),
            together=optional(parts, "together", words.choice(Together), Together.ALONE),
            transferable=optional(parts, "transferable", words.yes, usual=True),
        )
    return DrawnCoupon(key=key, owner=owner, terms=terms)


def _many(parts: Mapping[str, Part], name: str) -> tuple[Part, ...]:
    return parts[name].many() if name in parts else ()


def _takes(reading: Reading, part: Part) -> TakesOff:
    """An amount or a share as one text, or parts that say more."""
    if isinstance(part.content, str):
        share = "%" in part.text()
        said: dict[str, Any] = {"share": words.rate(part)} if share else {"amount": reading.amount(part)}
        with part.minded():
            return TakesOff(**said)
    parts = part.parts("amount", "share", "free", "thing", "valued", "at_most")
    with part.minded():
        return TakesOff(
            amount=optional(parts, "amount", reading.amount, None),
            share=optional(parts, "share", words.rate, None),
            free=optional(parts, "free", words.choice(Pick), None),
            thing=optional(parts, "thing", Part.text, None),
            valued=optional(parts, "valued", words.yes, usual=False),
            most=optional(parts, "at_most", reading.amount, None),
        )


def _lines(reading: Reading, part: Part) -> Articles:
    parts = part.parts(*LINES, "makers", "excluding")
    left_out = parts["excluding"].parts("skus", "categories") if "excluding" in parts else {}
    return Articles(
        **{name: words.texts(parts[name]) for name in LINES if name in parts},
        makers=frozenset(map(reading.cast.partner, _many(parts, "makers"))),
        not_skus=optional(left_out, "skus", words.texts, frozenset()),
        not_categories=optional(left_out, "categories", words.texts, frozenset()),
    )


def _paid(reading: Reading, part: Part) -> tuple[Paid, ...]:
    """One that pays all, or several with their shares."""
    if isinstance(part.content, str):
        return (Paid(partner_id=reading.cast.partner(part), share=Rate(1)),)
    return tuple(
        Paid(partner_id=reading.cast.partner(Part(name, share.file, share.line, share.path)), share=words.rate(share))
        for name, share in part.named().items()
    )


def _hours(part: Part) -> Hours:
    begun, dash, over = part.text().partition("-")
    if not dash:
        part.refuse(f"{part.text()!r} is no stretch of hours such as 14:00-18:00")
    start, end = (Part(text.strip(), part.file, part.line, part.path) for text in (begun, over))
    return Hours(start=words.time_of_day(start), end=words.time_of_day(end))
