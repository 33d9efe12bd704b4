"""What the demonstration's partners promise: each campaign with its rule and with who pays for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from domain.earning.expiry import Expiry, ExpiryKind
from domain.earning.matching import LineMatch
from domain.earning.rules import CouponRefund, Flat, Multiplier, PerItem, RatePerUnit, Rule
from domain.earning.terms import Sponsor, Terms
from domain.ids import OutletId, PartnerId
from domain.values import Rate
from hansa.journey import cast
from hansa.journey.trips import midnight

A_YEAR = Expiry(kind=ExpiryKind.END_OF_MONTH, months=12)
A_QUARTER = Expiry(kind=ExpiryKind.MONTHS, months=3)
HALF_A_YEAR = Expiry(kind=ExpiryKind.END_OF_MONTH, months=6)
MIDSUMMER = Expiry(kind=ExpiryKind.FIXED, months=1, month=6, day=30)
RETURN_DAYS = 14
SUMMER = (midnight(date(2017, 6, 1)), midnight(date(2017, 9, 1)))

Ids = Mapping[str, PartnerId]


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A campaign before it is written down."""

    owner: str
    terms: Terms


def promotions(ids: Ids, supplied: frozenset[OutletId]) -> Iterable[Promotion]:
    """All campaigns of the demonstration, for partners with these ids and these supplied outlets."""
    yield from _of_the_shop(ids)
    yield from _of_the_makers(ids)
    yield _promotion(
        ids,
        cast.DISTRIBUTOR,
        "Drinks and snacks from Baltic Supply",
        RatePerUnit(points=Rate(2), lines=LineMatch(suppliers=frozenset({ids[cast.DISTRIBUTOR]}))),
        outlets=supplied,
        expiry=MIDSUMMER,
    )
    for slug in cast.MAKERS.values():
        rule = CouponRefund(lines=LineMatch(makers=frozenset({ids[slug]})))
        yield _promotion(ids, slug, f"Coupons of {slug} refunded", rule)


def _of_the_shop(ids: Ids) -> Iterable[Promotion]:
    no_points = (
        LineMatch(departments=cast.WITHOUT_POINTS_DEPARTMENTS),
        LineMatch(categories=cast.WITHOUT_POINTS_CATEGORIES),
    )
    yield _promotion(
        ids,
        cast.SHOP,
        "A point a dollar",
        RatePerUnit(points=Rate(1), lines=LineMatch(excluding=no_points)),
        return_days=RETURN_DAYS,
        expiry=A_YEAR,
        priority=100,
    )
    yield _promotion(
        ids,
        cast.SHOP,
        "Own brands count double",
        Multiplier(factor=Rate(2), lines=LineMatch(private_label=True)),
        return_days=RETURN_DAYS,
        expiry=A_QUARTER,
        priority=90,
    )
    yield _promotion(
        ids,
        cast.SHOP,
        "Fifty for sixty",
        Flat(points=50, minimum=6_000, lines=LineMatch(excluding=no_points)),
        expiry=A_YEAR,
        priority=80,
    )


def _of_the_makers(ids: Ids) -> Iterable[Promotion]:
    def made_by(slug: str) -> LineMatch:
        return LineMatch(makers=frozenset({ids[slug]}))

    def shared(slug: str, share: Rate) -> tuple[Sponsor, ...]:
        return Sponsor(ids[slug], share), Sponsor(ids[cast.SHOP], Rate(1 - share))

    greens = PerItem(points=Rate(1, 2), lines=made_by("northwind"))
    yield _promotion(
        ids, "northwind", "Greens and fruit", greens, expiry=HALF_A_YEAR, sponsors=shared("northwind", Rate(7, 10))
    )
    household = Flat(points=100, minimum=1_500, lines=made_by("orrinvale"))
    yield _promotion(ids, "orrinvale", "A hundred for the household", household, expiry=HALF_A_YEAR)
    yield _promotion(ids, "quillstone", "A point a bottle", PerItem(points=Rate(1), lines=made_by("quillstone")))
    summer = Multiplier(factor=Rate(3), lines=made_by("quillstone"))
    yield _promotion(
        ids, "quillstone", "Summer of drinks", summer, starts_at=SUMMER[0], ends_at=SUMMER[1],
        expiry=HALF_A_YEAR, sponsors=shared("quillstone", Rate(6, 10)),
    )  # fmt: skip
    yield _promotion(ids, "tamarisk", "Two a bottle", PerItem(points=Rate(2), lines=made_by("tamarisk")))
    snacks = Multiplier(factor=Rate(2), lines=made_by("copperwick"))
    yield _promotion(ids, "copperwick", "Snacks count double", snacks, sponsors=shared("copperwick", Rate(1, 2)))
    yield _promotion(
        ids, "fenmoor", "Cheese points", PerItem(points=Rate(1), lines=made_by("fenmoor")), expiry=A_QUARTER
    )


def _promotion(
    ids: Ids, owner: str, name: str, rule: Rule, *, starts_at: datetime = cast.OPENING, **terms: object
) -> Promotion:
    usual: dict[str, object] = {
        "name": name,
        "rule": rule,
        "starts_at": starts_at,
        "partners": frozenset({ids[cast.SHOP]}),
        "sponsors": (Sponsor(ids[owner]),),
        "expiry": HALF_A_YEAR,
    }
    return Promotion(owner=owner, terms=Terms(**{**usual, **terms}))  # type: ignore[arg-type]
