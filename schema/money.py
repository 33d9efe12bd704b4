"""Money in the contract: an amount never without its currency."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from domain import values
from schema.scalars import CurrencyCode
from schema.shape import shows


@strawberry.type
@shows(values.Money)
class Money:
    """An exact amount in one currency."""

    amount: Decimal
    """In whole units of the currency, such as "12.34"."""
    currency: CurrencyCode
    """The currency."""


@strawberry.input
class MoneyInput:
    """An exact amount in one currency."""

    amount: Decimal
    """In whole units of the currency, such as "12.34", with no more decimals than it has."""
    currency: CurrencyCode
    """The currency."""

    def to_money(self) -> values.Money:
        """The amount, which the currency can pay.

        Raises: InvalidValue.
        """
        money = values.Money(self.amount, self.currency)
        money.minor  # noqa: B018  # refuses a fraction of the smallest coin
        return money
