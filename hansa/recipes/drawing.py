"""A recipe read from its file, and its campaigns as terms for a cast of partners, outlets and segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

from domain.earning.bounds import AT_ONCE, Budget, Cap, CapOf, CapPer, Pacing, Release
from domain.earning.expiry import NEVER, Expiry, ExpiryKind
from domain.earning.periods import Period
from domain.earning.rounding import Rounding
from domain.earning.stacking import TOGETHER, Mode, Stacking
from domain.earning.terms import Terms
from domain.earning.when import ALWAYS, Hours, When
from domain.ids import OutletId, PartnerId
from domain.values import Rate, minor_digits
from hansa.recipes import words
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import InvalidRecipe, Part, optional, read_yaml

HEAD = ("programme", "source", "as_of", "confidence", "about", "left_out", "assumed")
SETTING = (
    "currency", "time_zone", "point_worth", "coalition", "partners", "contracts", "outlets", "segments", "actions",
    "articles", "members",
)  # fmt: skip
BESIDE = (
    "tiers", "coupons", "rewards", "referral", "messages", "business_groups", "surveys", "code_batches", "trade_ins",
    "bonuses", "courses", "claims", "activities",
)  # fmt: skip
"""What a programme may say beside its campaigns, each read by a module of its own."""
CAMPAIGN = (
    "name", "owner", "paid_by", "at", "outlets", "tiers", "gives", "when", "day", "starts", "ends", "return_days",
    "expires", "usable", "rounding", "priority", "stacking", "caps", "budget",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A campaign as its owner would draft it."""

    key: str
    """What the recipe calls it."""
    owner: PartnerId
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A programme as a file says it."""

    programme: str
    source: str
    as_of: date | None
    confidence: str
    currency: str
    time_zone: ZoneInfo
    point_worth: Fraction | None
    """What a point is worth to a member, in minor units; None: the file does not say."""
    partners: Mapping[str, str]
    """Names of partners, each with what it does."""
    outlets: Mapping[str, str]
    """Names of outlets, each with the name of its partner."""
    segments: tuple[str, ...]
    parts: Mapping[str, Part] = field(repr=False)

    def imagined(self) -> Cast:
        """A cast of nobody, to read a file by where there is no coalition yet."""
        return Cast(
            partners={name: PartnerId(uuid5(NAMESPACE_OID, f"partner/{name}")) for name in self.partners},
            outlets={name: OutletId(uuid5(NAMESPACE_OID, f"outlet/{name}")) for name in self.outlets},
            segments={name: uuid5(NAMESPACE_OID, f"segment/{name}") for name in self.segments},
            coupons={name: (uuid5(NAMESPACE_OID, f"coupon/{name}"), name) for name in self.coupons},
            surveys={name: uuid5(NAMESPACE_OID, f"survey/{name}") for name in self._named("surveys")},
            courses={name: uuid5(NAMESPACE_OID, f"course/{name}") for name in self._named("courses")},
        )

    def _named(self, section: str) -> tuple[str, ...]:
        return tuple(self.parts[section].named()) if section in self.parts else ()

    @property
    def coupons(self) -> tuple[str, ...]:
        """What the file calls its coupons."""
        return self._named("coupons")

    def drawn(self, cast: Cast) -> tuple[Drawn, ...]:
        """Its campaigns, in their order, for these partners, outlets and segments.

        Raises: InvalidRecipe, naming file, line and part.
        """
        reading = Reading(cast=cast, currency=self.currency, zone=self.time_zone)
        return tuple(_campaign(reading, key, part) for key, part in self.parts["campaigns"].named().items())


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file.

    Raises: InvalidRecipe, naming file, line and part, and saying what to write instead.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as fault:
        raise InvalidRecipe(f"{path}: {fault.strerror}; name a file of campaigns (docs/recipes)") from None
    except UnicodeDecodeError:
        raise InvalidRecipe(f"{path}: this is no text in UTF-8") from None
    return recipe_of(text, path.name)


def recipe_of(text: str, file: str) -> Recipe:
    """The recipe that a text is. Raises: InvalidRecipe."""
    whole = read_yaml(text, file)
    needed = ("currency", "time_zone", "partners", "campaigns")
    parts = whole.parts(*HEAD, *SETTING, "campaigns", *BESIDE, "story", needed=needed)
    with parts["currency"].minded():
        digits = minor_digits(parts["currency"].text())
    return Recipe(
        programme=optional(parts, "programme", Part.text, file),
        source=optional(parts, "source", Part.text, ""),
        as_of=optional(parts, "as_of", words.day, None),
        confidence=optional(parts, "confidence", Part.text, ""),
        currency=parts["currency"].text(),
        time_zone=words.zone(parts["time_zone"]),
        point_worth=optional(parts, "point_worth", lambda one: words.rate(one) * 10**digits, None),
        partners=_said(parts["partners"], "does"),
        outlets=optional(parts, "outlets", lambda one: _said(one, "partner"), {}),
        segments=(
            *(_said(parts["segments"], "about") if "segments" in parts else ()),
            *(parts["business_groups"].named() if "business_groups" in parts else ()),
        ),
        parts=parts,
    )


def _said(part: Part, main: str) -> dict[str, str]:
    """Names, each with a text; or with parts, of which one says it."""
    found = {}
    for name, one in part.named().items():
        plain = isinstance(one.content, str)
        if not plain and main not in one.named():
            one.refuse(f"{main!r} is missing")
        found[name] = (one if plain else one.named()[main]).text()
    return found


def _campaign(reading: Reading, key: str, part: Part) -> Drawn:
    parts = part.parts(*CAMPAIGN, needed=("name", "gives", "paid_by"))
    sponsors = reading.sponsors(parts["paid_by"])
    owner = optional(parts, "owner", reading.cast.partner, sponsors[0].partner_id)
    at = parts["at"].many() if "at" in parts else ()
    starts_at, ends_at = _stretch(reading, part, parts)
    with part.minded():
        terms = Terms(
            name=parts["name"].text(),
            rule=reading.rule(parts["gives"]),
            when=optional(parts, "when", lambda one: _when(reading, one), ALWAYS),
            starts_at=starts_at,
            ends_at=ends_at,
            partners=frozenset(map(reading.cast.partner, at)) or frozenset({owner}),
            outlets=frozenset(map(reading.cast.outlet, parts["outlets"].many() if "outlets" in parts else ())),
            tiers=optional(parts, "tiers", words.texts, frozenset()),
            sponsors=sponsors,
            return_days=optional(parts, "return_days", words.whole, None),
            expiry=optional(parts, "expires", _expiry, NEVER),
            rounding=optional(parts, "rounding", words.choice(Rounding), Rounding.DOWN),
            release=optional(parts, "usable", _release, AT_ONCE),
            priority=optional(parts, "priority", words.whole, 0),
            stacking=optional(parts, "stacking", _stacking, TOGETHER),
            caps=tuple(_cap(one) for one in (parts["caps"].many() if "caps" in parts else ())),
            budget=optional(parts, "budget", lambda one: _budget(reading, one), None),
        )
    return Drawn(key=key, owner=owner, terms=terms)


def _stretch(reading: Reading, part: Part, parts: Mapping[str, Part]) -> tuple[datetime, datetime | None]:
    read = words.moment(reading.zone)
    if "day" in parts:
        if "starts" in parts or "ends" in parts:
            parts["day"].refuse("a day stands in place of starts and ends")
        begun = read(parts["day"])
        return begun, words.next_day(begun)
    if "starts" not in parts:
        part.refuse("when does it start? Add `starts: 2026-01-01`, or `day: 2026-06-06` for one day")
    return read(parts["starts"]), optional(parts, "ends", read, None)


def _when(reading: Reading, part: Part) -> When:
    parts = part.parts(
        "answers", "weekdays", "hours", "time_zone", "channels", "segments", "not_segments", "condition", "control",
        "days_before", "days_after",
    )  # fmt: skip
    with part.minded():
        return When(
            triggers=optional(parts, "answers", words.texts, ALWAYS.triggers),
            weekdays=frozenset(map(words.weekday, parts["weekdays"].many() if "weekdays" in parts else ())),
            hours=tuple(map(_hours, parts["hours"].many() if "hours" in parts else ())),
            time_zone=optional(parts, "time_zone", Part.text, None),
            channels=optional(parts, "channels", words.texts, frozenset()),
            segments=_segments(reading, parts, "segments"),
            not_segments=_segments(reading, parts, "not_segments"),
            condition=optional(parts, "condition", Part.text, None),
            control=optional(parts, "control", words.rate, Rate(0)),
            days_before=optional(parts, "days_before", words.whole, 0),
            days_after=optional(parts, "days_after", words.whole, None),
        )


def _segments(reading: Reading, parts: Mapping[str, Part], name: str) -> frozenset[UUID]:
    return frozenset(map(reading.cast.segment, parts[name].many() if name in parts else ()))


def _hours(part: Part) -> Hours:
    begun, dash, over = part.text().partition("-")
    if not dash:
        part.refuse(f"{part.text()!r} is no stretch of hours such as 14:00-18:00")
    start, end = (Part(text.strip(), part.file, part.line, part.path) for text in (begun, over))
    with part.minded():
        return Hours(start=words.time_of_day(start), end=words.time_of_day(end))


def _expiry(part: Part) -> Expiry:
    """Never, or by age, by the end of a month, by a fixed day of the year, or by inactivity."""
    if part.content == "never":
        return NEVER
    parts = part.parts("after_months", "at_end_of_month", "on", "idle_months")
    months = optional(parts, "after_months", words.whole, 0)
    with part.minded():
        if "idle_months" in parts:
            return Expiry(kind=ExpiryKind.INACTIVITY, months=words.whole(parts["idle_months"]))
        if "on" in parts:
            month, day = words.day_of_year(parts["on"])
            return Expiry(kind=ExpiryKind.FIXED, months=months, month=month, day=day)
        end_of_month = optional(parts, "at_end_of_month", words.yes, usual=False)
        return Expiry(kind=ExpiryKind.END_OF_MONTH if end_of_month else ExpiryKind.MONTHS, months=months)


def _release(part: Part) -> Release:
    parts = part.parts("after_days", "at", "weekday", needed=("at",))
    with part.minded():
        return Release(
            days=optional(parts, "after_days", words.whole, 0),
            at=words.time_of_day(parts["at"]),
            weekday=optional(parts, "weekday", words.weekday, 0),
        )


def _stacking(part: Part) -> Stacking:
    parts = part.parts("mode", "group", needed=("mode",))
    with part.minded():
        return Stacking(mode=words.choice(Mode)(parts["mode"]), group=optional(parts, "group", Part.text, None))


def _cap(part: Part) -> Cap:
    parts = part.parts("points", "times", "each", "in_hours", "per", "shared")
    of = CapOf.TIMES if "times" in parts else CapOf.POINTS
    if ("points" in parts) == ("times" in parts):
        part.refuse("a cap counts points or times, one of them")
    with part.minded():
        return Cap(
            most=words.whole(parts[of.lower()]),
            of=of,
            per=optional(parts, "per", words.choice(CapPer), CapPer.MEMBER),
            period=optional(parts, "each", words.choice(Period), None),
            hours=optional(parts, "in_hours", words.whole, 0),
            shared=optional(parts, "shared", Part.text, None),
        )


def _budget(reading: Reading, part: Part) -> Budget:
    parts = part.parts("points", "money", "alert", "pacing")
    with part.minded():
        return Budget(
            points=optional(parts, "points", words.whole, None),
            money=optional(parts, "money", reading.amount, None),
            alert=optional(parts, "alert", words.rate, Rate(4, 5)),
            pacing=optional(parts, "pacing", words.choice(Pacing), Pacing.AT_ONCE),
        )
