"""Terms are read by the names and types of their fields, and what cannot be read is told with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.earning.errors import InvalidRule
from domain.earning.matching import EVERY_LINE, LineMatch
from domain.ids import CouponId, OutletId, PartnerId
from domain.values import Rate
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import InvalidRecipe, read_yaml
from hansa.recipes.typed import Typed, partners_and_places

SHOP, MAKER, HARBOUR, STAFF, FIVE = (UUID(int=number) for number in range(1, 6))
READING = Reading(
    cast=Cast(
        partners={"shop": PartnerId(SHOP), "maker": PartnerId(MAKER)},
        outlets={"harbour": OutletId(HARBOUR)},
        segments={"staff": STAFF},
        coupons={"five": (FIVE, "5.00 off")},
    ),
    currency="EUR",
    zone=ZoneInfo("Europe/Riga"),
)


class Grade(StrEnum):
    """States of things."""

    AS_NEW = "AS_NEW"
    WORN = "WORN"


@dataclass(frozen=True, kw_only=True)
class Price:
    """What things of a state are worth."""

    grade: Grade
    amount: int

    def __post_init__(self) -> None:
        if not self.amount:
            raise InvalidRule("amount is above 0", path=("amount",))


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """A bit of everything."""

    name: str
    prices: tuple[Price, ...]
    share: Rate = Rate(1)
    days: int | None = None
    title: Mapping[str, str] | None = None
    lines: LineMatch = EVERY_LINE
    host: PartnerId | None = None
    partners: frozenset[UUID] = frozenset()
    coupon: CouponId | None = None
    starts_at: datetime | None = None
    on: date | None = None
    cost: Decimal | None = None
    kept: bool = False


def read(text: str) -> Scheme:
    """The scheme of a file."""
    typed = Typed(reading=READING, amounts=frozenset({"amount"}), named=partners_and_places(READING))
    return typed.read(Scheme, read_yaml(text, "mine.yaml"))


def test_each_field_is_read_by_its_type() -> None:
    said = """
    name: One
    prices: [{grade: as new, amount: 12.00}, {grade: worn, amount: 0.50}]
    share: 60 %
    days: 1,000
    title: {en: Shoes, lv: Kurpes}
    lines: {makers: maker}
    host: shop
    at: [shop, maker]
    coupon: five
    starts: 2026-03-01 08:00
    on: 2026-03-02
    cost: 0.0125
    kept: yes
    """
    assert read(said) == Scheme(
        name="One",
        prices=(Price(grade=Grade.AS_NEW, amount=1200), Price(grade=Grade.WORN, amount=50)),
        share=Rate(3, 5),
        days=1000,
        title={"en": "Shoes", "lv": "Kurpes"},
        lines=LineMatch(makers=frozenset({PartnerId(MAKER)})),
        host=PartnerId(SHOP),
        partners=frozenset({SHOP, MAKER}),
        coupon=CouponId(FIVE),
        starts_at=datetime(2026, 3, 1, 6, tzinfo=UTC),
        on=date(2026, 3, 2),
        cost=Decimal("0.0125"),
        kept=True,
    )


def test_one_stands_where_several_may_and_the_usual_where_nothing_does() -> None:
    assert read("{name: One, prices: {grade: worn, amount: 5}}") == Scheme(
        name="One", prices=(Price(grade=Grade.WORN, amount=500),)
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("prices: {grade: worn, amount: 5}", "line 1, the file: 'name' is missing"),
        ("name: One\nprices: [{grade: old, amount: 5}]", "line 2, prices.1.grade: 'old' is none of as_new, worn"),
        ("name: One\nprices:\n- grade: worn\n  amount: 0", "line 4, prices.1.amount: amount is above 0"),
        ("name: One\nprices: {grade: worn, amount: 1.234}", "prices.amount: '1.234' is not an amount in EUR"),
        ("name: One\nprice: {grade: worn, amount: 1}", "line 2, price: there is no part 'price'; did you mean"),
        (
            "name: One\nprices: []\nhost: somebody",
            "line 3, host: there is no partner 'somebody'; there are shop, maker",
        ),
        ("name: One\nprices: []\ncoupon: six", "line 3, coupon: there is no coupon 'six'; there are five"),
        ("name: One\nprices: []\ncost: dear", "line 3, cost: 'dear' is not a number such as 12.34"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(said: str, why: str) -> None:
    with pytest.raises(InvalidRecipe, match=r"^mine\.yaml, line ") as refused:
        read(said)
    assert why in refused.value.message
