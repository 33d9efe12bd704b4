"""Money comes in as the currency can pay it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.errors import InvalidValue
from domain.values import Money
from schema.money import MoneyInput
from schema.scalars import currency_in


def test_an_amount_comes_in_with_its_currency() -> None:
    assert MoneyInput(amount=Decimal("12.34"), currency=currency_in("EUR")).to_money() == Money(Decimal("12.34"), "EUR")


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("1000000000000", "EUR")])
def test_no_fraction_of_the_smallest_coin_and_no_boundless_sum_comes_in(amount: str, currency: str) -> None:
    with pytest.raises(InvalidValue):
        MoneyInput(amount=Decimal(amount), currency=currency_in(currency)).to_money()
