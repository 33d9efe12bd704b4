"""What a till sends about a purchase, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from domain.earning.errors import (
    CurrencyMismatch,
    DuplicateLine,
    InvalidBasket,
    PurchaseInFuture,
    PurchaseTooOld,
    TooManyLines,
)
from domain.earning.tallies import Tally
from domain.ids import OutletId, PartnerId
from domain.products.facts import ProductFacts

MOST_LINES = 500
HIGHEST_LINE_NUMBER = 99_999
LONGEST_SKU = 64
TENDER_FORM = re.compile(r"[A-Z][A-Z0-9_]{0,31}", re.ASCII)
MOST_TENDERS = 20
LARGEST_AMOUNT = 10**10
LARGEST_QUANTITY = Decimal(10_000_000)
QUANTITY_DECIMALS = 4
CLOCK_SKEW = timedelta(minutes=5)
OLDEST_PURCHASE = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One line of a receipt; amounts in minor units."""

    number: int
    sku: str
    quantity: Decimal
    """Pieces, kilograms or litres; 0 is accepted and earns nothing."""
    amount: int
    """What was paid for the line, after all discounts."""
    discount: int = 0
    """What the shop took off its price."""
    coupon: int = 0
    """Face value of the maker's coupons the shop took."""
    coupon_match: int = 0
    """What the shop added to the maker's coupons."""

    def __post_init__(self) -> None:
        if type(self.number) is not int or not 0 < self.number <= HIGHEST_LINE_NUMBER:
            raise InvalidBasket(f"a line number is 1 to {HIGHEST_LINE_NUMBER}", path=("number",))
        if type(self.sku) is not str or not 0 < len(self.sku) <= LONGEST_SKU or not self.sku.isprintable():
            raise InvalidBasket(f"an article number has 1 to {LONGEST_SKU} printable characters", path=("sku",))
        check_quantity(self.quantity)
        if type(self.amount) is not int or not 0 <= self.amount <= LARGEST_AMOUNT:
            raise _bad_amount("amount")
        if self.discount or self.coupon or self.coupon_match:
            _check_discounts(self)


def check_quantity(quantity: Decimal) -> None:
    """Hold a quantity to what can be counted exactly.

    Raises: InvalidBasket.
    """
    if type(quantity) is not Decimal or not quantity.is_finite() or not 0 <= quantity < LARGEST_QUANTITY:
        raise InvalidBasket(f"a quantity is a decimal from 0 to below {LARGEST_QUANTITY}", path=("quantity",))
    if quantity.as_tuple().exponent < -QUANTITY_DECIMALS:  # type: ignore[operator]
        raise InvalidBasket(f"a quantity has at most {QUANTITY_DECIMALS} decimals", path=("quantity",))


def _check_discounts(line: BasketLine) -> None:
    for name in ("discount", "coupon", "coupon_match"):
        value = getattr(line, name)
        if type(value) is not int or not 0 <= value <= LARGEST_AMOUNT:
            raise _bad_amount(name)


def _bad_amount(name: str) -> InvalidBasket:
    return InvalidBasket(f"{name} is a whole number of minor units from 0 to {LARGEST_AMOUNT}", path=(name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A purchase as the rules see it."""

    partner_id: PartnerId
    outlet_id: OutletId
    occurred_at: datetime
    currency: str
    lines: tuple[BasketLine, ...]
    products: Mapping[str, ProductFacts]
    """What is known of the articles; it may hold more than the lines name."""
    channel: str | None = None
    tenders: tuple[Tender, ...] = ()
    """How it was paid, if the till says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """A means of payment, and what of the purchase was paid by it, in minor units."""

    kind: str
    """The partner's word, such as CASH, CARD or STORED_VALUE."""
    amount: int

    def __post_init__(self) -> None:
        if not TENDER_FORM.fullmatch(self.kind):
            raise InvalidBasket("a tender is a word of capital letters, such as CARD or STORED_VALUE", path=("kind",))
        if type(self.amount) is not int or not 0 <= self.amount <= LARGEST_AMOUNT:
            raise _bad_amount("amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """What the rules may ask about the member; what they did ask is recorded with the purchase."""

    member_id: UUID | None = None
    """None: nobody is known yet."""
    tiers: tuple[str, ...] = ()
    """Of the coalition's programme first, then of the partner's own."""
    segments: frozenset[UUID] = frozenset()
    joined_at: datetime | None = None
    own_sale: bool = False
    """The member sells where it buys, so that it earns nothing; a return finds nothing that it gave."""
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    """Counters of the wallet by their keys; one that is not there stands at nothing."""

    @property
    def tier(self) -> str | None:
        """The coalition's tier, or without one the partner's."""
        return self.tiers[0] if self.tiers else None


STRANGER = MemberFacts()
"""A member of whom nothing is known."""


def check_lines(lines: Sequence[BasketLine]) -> None:
    """Hold the lines of one purchase together.

    Raises: InvalidBasket, TooManyLines, DuplicateLine.
    """
    if not lines:
        raise InvalidBasket("a purchase has at least one line", path=("lines",))
    if len(lines) > MOST_LINES:
        raise TooManyLines(len(lines), MOST_LINES)
    if len({line.number for line in lines}) < len(lines):
        numbers = [line.number for line in lines]
        raise DuplicateLine(next(number for number in numbers if numbers.count(number) > 1))


def check_currency(given: str, expected: str) -> None:
    """Hold a purchase to the coalition's currency.

    Raises: CurrencyMismatch.
    """
    if given != expected:
        raise CurrencyMismatch(given, expected)


def check_time(occurred_at: datetime, now: datetime, oldest: timedelta = OLDEST_PURCHASE) -> None:
    """Hold a purchase to the present and the recent past.

    Raises: InvalidBasket, PurchaseInFuture, PurchaseTooOld.
    """
    if occurred_at.tzinfo is None:
        raise InvalidBasket("occurred_at has an offset", path=("occurred_at",))
    if occurred_at > now + CLOCK_SKEW:
        raise PurchaseInFuture(occurred_at, now)
    if occurred_at < now - oldest:
        raise PurchaseTooOld(occurred_at, oldest)
