"""The rewards of a recipe, as their owners would draft them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.earning.bounds import CapPer
from domain.earning.periods import Period
from domain.earning.terms import Sponsor
from domain.earning.when import Hours
from domain.ids import CouponId, PartnerId
from domain.rewards.terms import (
    LONGEST_HOLD,
    Articles,
    Automatic,
    Draw,
    DrawPrize,
    Early,
    Fulfilment,
    Limit,
    PayWithPoints,
    Pick,
    RewardKind,
    RewardTerms,
    Step,
    Words,
    Worth,
)
from domain.values import Rate
from hansa.recipes import words
from hansa.recipes.drawing import Recipe
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import Part, optional

REWARD = (
    "name", "owner", "kind", "texts", "steps", "pay", "at", "outlets", "starts", "ends", "day", "early", "tiers",
    "segments", "not_segments", "weekdays", "hours", "time_zone", "stock", "shows_stock", "limits", "hold_minutes",
    "fulfilment", "paid_by", "charity", "draw", "automatic", "image",
)  # fmt: skip
WORTH = ("amount", "share", "free", "at_most", "thing", "coupon", "tickets", "gift", "match", "matched_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnReward:
    """A reward as its owner would draft it."""

    key: str
    """What the recipe calls it."""
    owner: PartnerId
    terms: RewardTerms


def rewards_of(recipe: Recipe, cast: Cast, *, starts_at: datetime | None = None) -> tuple[DrawnReward, ...]:
    """The rewards of a recipe, in their order; those that do not say when they start, start then.

    Raises: InvalidRecipe, naming file, line and part.
    """
    if "rewards" not in recipe.parts:
        return ()
    reading = Reading(cast=cast, currency=recipe.currency, zone=recipe.time_zone)
    return tuple(_reward(reading, key, part, starts_at) for key, part in recipe.parts["rewards"].named().items())


def _reward(reading: Reading, key: str, part: Part, usual_start: datetime | None) -> DrawnReward:
    parts = part.parts(*REWARD, needed=("name", "kind"))
    cast, moment = reading.cast, words.moment(reading.zone)
    at = frozenset(map(cast.partner, _many(parts, "at")))
    usual = cast.partner(_many(parts, "at")[0]) if at else next(iter(cast.partners.values()))
    owner = optional(parts, "owner", cast.partner, usual)
    starts_at, ends_at = _stretch(reading, part, parts, usual_start)
    with part.minded():
        terms = RewardTerms(
            name=parts["name"].text(),
            kind=words.choice(RewardKind)(parts["kind"]),
            texts=tuple(sorted(_texts(parts), key=lambda one: one.language)),
            steps=_steps(reading, parts["steps"]) if "steps" in parts else (),
            pay=optional(parts, "pay", _pay, None),
            partners=at or frozenset({owner}),
            outlets=frozenset(map(cast.outlet, _many(parts, "outlets"))),
            starts_at=starts_at,
            ends_at=ends_at,
            early=tuple(_early(reading, one) for one in _many(parts, "early")),
            stock=optional(parts, "stock", words.whole, None),
            shows_stock=optional(parts, "shows_stock", words.yes, usual=True),
            limits=tuple(map(_limit, _many(parts, "limits"))),
            hold_minutes=optional(parts, "hold_minutes", words.whole, LONGEST_HOLD),
            fulfilment=optional(parts, "fulfilment", words.choice(Fulfilment), Fulfilment.AT_THE_TILL),
            sponsors=_sponsors(reading, parts["paid_by"]) if "paid_by" in parts else (),
            charity=optional(parts, "charity", Part.text, None),
            draw=optional(parts, "draw", lambda one: _draw(one, moment(one.parts(*DRAW, needed=DRAW[:2])["at"])), None),
            automatic=optional(parts, "automatic", _automatic, None),
            image=optional(parts, "image", Part.text, None),
            **_whom(reading, parts),
        )
    return DrawnReward(key=key, owner=owner, terms=terms)


def _whom(reading: Reading, parts: Mapping[str, Part]) -> dict[str, Any]:
    """For whom, and at which times."""
    everyone: frozenset[str] = frozenset()
    return {
        "tiers": optional(parts, "tiers", words.texts, everyone),
        "segments": frozenset(map(reading.cast.segment, _many(parts, "segments"))),
        "not_segments": frozenset(map(reading.cast.segment, _many(parts, "not_segments"))),
        "weekdays": frozenset(map(words.weekday, _many(parts, "weekdays"))),
        "hours": tuple(map(_hours, _many(parts, "hours"))),
        "time_zone": optional(parts, "time_zone", Part.text, None),
    }


def _many(parts: Mapping[str, Part], name: str) -> tuple[Part, ...]:
    return parts[name].many() if name in parts else ()


def _stretch(
    reading: Reading, part: Part, parts: Mapping[str, Part], usual: datetime | None
) -> tuple[datetime, datetime | None]:
    read = words.moment(reading.zone)
    if "day" in parts:
        if "starts" in parts or "ends" in parts:
            parts["day"].refuse("a day stands in place of starts and ends")
        begun = read(parts["day"])
        return begun, words.next_day(begun)
    starts_at = optional(parts, "starts", read, usual)
    if starts_at is None:
        part.refuse("when does it start? Add `starts: 2026-01-01`, or `day: 2026-06-06` for one day")
    return starts_at, optional(parts, "ends", read, None)


def _texts(parts: Mapping[str, Part]) -> list[Words]:
    """Names by language, each alone or with what is told about it."""
    found = []
    for language, part in (parts["texts"].named() if "texts" in parts else {}).items():
        plain = isinstance(part.content, str)
        said = {"name": part} if plain else part.parts("name", "about", needed=("name",))
        with part.minded():
            about = optional(said, "about", Part.text, "")
            found.append(Words(language=language, name=said["name"].text(), about=about))
    return found


def _steps(reading: Reading, part: Part) -> tuple[Step, ...]:
    """A list of steps; or a ladder: points, each with what they are worth."""
    if isinstance(part.content, Mapping) and "points" not in part.content:
        rungs = [(Part(points, one.file, one.line, one.path), one) for points, one in part.named().items()]
        return tuple(_step(reading, one, words.whole(points)) for points, one in rungs)
    return tuple(_step(reading, one, None) for one in part.many())


def _step(reading: Reading, part: Part, points: int | None) -> Step:
    known = ("name", "money", *WORTH)
    parts = part.parts(*known) if points is not None else part.parts("points", *known, needed=("points",))
    with part.minded():
        return Step(
            points=words.whole(parts["points"]) if points is None else points,
            money=optional(parts, "money", reading.amount, 0),
            name=optional(parts, "name", Part.text, ""),
            worth=_worth(reading, part, parts),
        )


def _worth(reading: Reading, part: Part, parts: Mapping[str, Part]) -> Worth:
    if not any(name in parts for name in ("amount", "share", "free", "thing", "coupon", "tickets", "gift")):
        part.refuse("what is it worth? One of amount, share, free, thing, coupon, tickets, gift")
    return Worth(
        amount=optional(parts, "amount", reading.amount, None),
        share=optional(parts, "share", words.rate, None),
        articles=optional(parts, "free", _articles, None),
        most=optional(parts, "at_most", reading.amount, None),
        thing=optional(parts, "thing", Part.text, None),
        coupon=optional(parts, "coupon", lambda one: _coupon(reading.cast, one), None),
        tickets=optional(parts, "tickets", words.whole, None),
        gift=optional(parts, "gift", reading.amount, None),
        match=optional(parts, "match", words.rate, Rate(0)),
        matched_by=optional(parts, "matched_by", reading.cast.partner, None),
    )


def _articles(part: Part) -> Articles:
    parts = part.parts("skus", "gtins", "categories", "brands", "pick")
    named = {name: words.texts(one) for name, one in parts.items() if name != "pick"}
    with part.minded():
        return Articles(pick=optional(parts, "pick", words.choice(Pick), Pick.CHEAPEST), **named)


def _coupon(cast: Cast, part: Part) -> CouponId:
    if part.text() not in cast.coupons:
        part.refuse(f"there is no coupon {part.text()!r}; there are {', '.join(cast.coupons) or 'none'}")
    return CouponId(cast.coupons[part.text()][0])


def _pay(part: Part) -> PayWithPoints:
    parts = part.parts("points_per_unit", "from", "in_steps_of", "of_basket", "at_most", needed=("points_per_unit",))
    with part.minded():
        return PayWithPoints(
            points_per_unit=words.rate(parts["points_per_unit"]),
            least=optional(parts, "from", words.whole, 1),
            in_steps_of=optional(parts, "in_steps_of", words.whole, 1),
            most_of_basket=optional(parts, "of_basket", words.rate, Rate(1)),
            most=optional(parts, "at_most", words.whole, None),
        )


def _early(reading: Reading, part: Part) -> Early:
    parts = part.parts("until", "tiers", "segments", needed=("until",))
    with part.minded():
        return Early(
            until=words.moment(reading.zone)(parts["until"]),
            tiers=optional(parts, "tiers", words.texts, frozenset()),
            segments=frozenset(map(reading.cast.segment, _many(parts, "segments"))),
        )


def _limit(part: Part) -> Limit:
    parts = part.parts("pieces", "each", "per", needed=("pieces",))
    with part.minded():
        return Limit(
            most=words.whole(parts["pieces"]),
            period=optional(parts, "each", words.choice(Period), None),
            per=optional(parts, "per", words.choice(CapPer), CapPer.MEMBER),
        )


DRAW = ("at", "prizes", "once_each")


def _draw(part: Part, at: datetime) -> Draw:
    """Prizes by what they are, the first prize first, each with how many of it there are."""
    parts = part.parts(*DRAW, needed=DRAW[:2])
    with part.minded():
        prizes = tuple(
            DrawPrize(thing=thing, winners=words.whole(many)) for thing, many in parts["prizes"].named().items()
        )
        return Draw(at=at, prizes=prizes, once_each=optional(parts, "once_each", words.yes, usual=True))


def _automatic(part: Part) -> Automatic:
    parts = part.parts("after_hours", "weekday", "dates", "at_most", "at_most_a_year")
    with part.minded():
        return Automatic(
            after_hours=optional(parts, "after_hours", words.whole, 0),
            weekday=optional(parts, "weekday", words.weekday, 0),
            dates=frozenset(f"{month:02}-{day:02}" for month, day in map(words.day_of_year, _many(parts, "dates"))),
            most=optional(parts, "at_most", words.whole, None),
            most_a_year=optional(parts, "at_most_a_year", words.whole, None),
        )


def _sponsors(reading: Reading, part: Part) -> tuple[Sponsor, ...]:
    """One that pays all, or several with their shares; what they leave is the shop's own."""
    if isinstance(part.content, str):
        return (Sponsor(reading.cast.partner(part)),)
    found = (
        Sponsor(reading.cast.partner(Part(name, share.file, share.line, share.path)), words.rate(share))
        for name, share in part.named().items()
    )
    return tuple(sorted(found, key=lambda one: one.partner_id))


def _hours(part: Part) -> Hours:
    begun, dash, over = part.text().partition("-")
    if not dash:
        part.refuse(f"{part.text()!r} is no stretch of hours such as 14:00-18:00")
    start, end = (Part(text.strip(), part.file, part.line, part.path) for text in (begun, over))
    with part.minded():
        return Hours(start=words.time_of_day(start), end=words.time_of_day(end))
