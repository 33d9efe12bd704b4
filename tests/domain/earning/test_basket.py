"""What a till may not send."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.earning.basket import BasketLine, check_currency, check_lines, check_time
from domain.earning.errors import (
    CurrencyMismatch,
    DuplicateLine,
    InvalidBasket,
    PurchaseInFuture,
    PurchaseTooOld,
    TooManyLines,
)
from tests.domain.earning.builders import NOW, line


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", 0),
        ("number", 100_000),
        ("number", True),
        ("number", "1"),
        ("sku", ""),
        ("sku", "x" * 65),
        ("sku", None),
        ("quantity", Decimal("NaN")),
        ("quantity", Decimal("Infinity")),
        ("quantity", Decimal(-1)),
        ("quantity", Decimal("1.00001")),
        ("quantity", Decimal(10_000_000)),
        ("quantity", 1),
        ("quantity", 0.5),
        ("amount", -1),
        ("amount", 10**10 + 1),
        ("amount", Decimal(1)),
        ("amount", False),
        ("discount", -1),
        ("coupon", 1.5),
        ("coupon_match", 10**10 + 1),
    ],
)
def test_a_malformed_field_is_refused_by_name(field: str, value: object) -> None:
    parts: dict[str, Any] = {"number": 1, "sku": "milk", "quantity": Decimal(1), "amount": 100, field: value}
    with pytest.raises(InvalidBasket) as refusal:
        BasketLine(**parts)
    assert refusal.value.path == (field,)


def test_two_lines_with_one_number_are_refused() -> None:
    with pytest.raises(DuplicateLine) as refusal:
        check_lines([line(1, "milk", 100), line(2, "milk", 100), line(1, "wine", 100)])
    assert refusal.value.number == 1


def test_a_purchase_has_lines_and_not_too_many() -> None:
    with pytest.raises(InvalidBasket):
        check_lines([])
    check_lines([line(number, "milk", 100) for number in range(1, 501)])
    with pytest.raises(TooManyLines) as refusal:
        check_lines([line(number, "milk", 100) for number in range(1, 10_001)])
    assert (refusal.value.count, refusal.value.limit) == (10_000, 500)


def test_a_purchase_is_in_the_currency_of_the_coalition() -> None:
    check_currency("EUR", "EUR")
    with pytest.raises(CurrencyMismatch) as refusal:
        check_currency("USD", "EUR")
    assert (refusal.value.given, refusal.value.expected) == ("USD", "EUR")


def test_a_till_may_be_minutes_ahead_and_weeks_behind() -> None:
    check_time(NOW + timedelta(minutes=5), NOW)
    check_time(NOW - timedelta(days=31), NOW)
    with pytest.raises(PurchaseInFuture):
        check_time(NOW + timedelta(minutes=5, microseconds=1), NOW)
    with pytest.raises(PurchaseTooOld):
        check_time(NOW - timedelta(days=31, microseconds=1), NOW)
    check_time(NOW - timedelta(days=300), NOW, oldest=timedelta(days=400))
    with pytest.raises(InvalidBasket):
        check_time(datetime(2026, 11, 22, 12), NOW)  # noqa: DTZ001 -- a time without an offset is the point
