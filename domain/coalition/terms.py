"""The terms of a contract: every one of them, held to what it may be, each refusal naming its field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Self

import pycountry

from domain.coalition.errors import ContractInvalid
from domain.coalition.models import Billing, Contract, DisputedLines, ReturnPolicy, TaxRule
from domain.values import MAX_POINTS

LARGEST_AMOUNT = Decimal(10**9)
MOST_DECIMALS = 6
LONGEST_WAIT = 400
"""Days that points may wait before they can be spent."""
MOST_DAYS = 1_100
"""Days of anything else: value date, disputes, notice, tail."""
MOST_BANDS = 50
MOST_CATEGORIES = 100
LONGEST_CATEGORY = 64

SHARES = ("share_at_issuance", "fee_share", "breakage_issuer", "breakage_redeemers", "breakage_charity")
RATES = ("tax_supply", "tax_credit")
DAYS = ("value_days", "dispute_days", "notice_days", "tail_days")


@dataclass(frozen=True, kw_only=True)
class Band:
    """From so many points a cycle on, all of them cost this much each."""

    points: int
    price: Decimal


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of one contract version; prices per point, shares and rates between 0 and 1.

    Each means what the column of its name in `Contract` says. Raises: ContractInvalid, naming the field.
    """

    valid_from: datetime
    issues: bool = True
    redeems: bool = True
    price: Decimal = Decimal(0)
    bands: tuple[Band, ...] = ()
    price_redeem: Decimal = Decimal(0)
    share_at_issuance: Decimal = Decimal(1)
    fee_per_point: Decimal = Decimal(0)
    fee_share: Decimal = Decimal(0)
    fee_fixed: Decimal = Decimal(0)
    fee_minimum: Decimal = Decimal(0)
    breakage_issuer: Decimal = Decimal(0)
    breakage_redeemers: Decimal = Decimal(0)
    breakage_charity: Decimal = Decimal(0)
    tax_rule: TaxRule = TaxRule.STANDARD
    tax_supply: Decimal = Decimal(0)
    tax_credit: Decimal = Decimal(0)
    self_billing: bool = True
    billing: Billing = Billing.POSTPAID
    pack_points: int | None = None
    pack_alert: int | None = None
    pack_limit: bool = False
    credit_limit: Decimal | None = None
    value_days: int = 14
    return_policy: ReturnPolicy = ReturnPolicy.DEBT
    return_days: int = 0
    dispute_days: int = 14
    disputed_lines: DisputedLines = DisputedLines.PROVISIONAL
    exclusive_categories: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    notice_days: int = 90
    tail_days: int = 180

    def __post_init__(self) -> None:
        if self.valid_from.tzinfo is None:
            raise ContractInvalid("valid_from is a time with an offset.", path=("valid_from",))
        if not (self.issues or self.redeems):
            raise ContractInvalid("A contract issues points, honours them, or both.", path=("issues",))
        _check_numbers(vars(self))
        if self.breakage_issuer + self.breakage_redeemers + self.breakage_charity > 1:
            raise ContractInvalid("The shares of breakage add up to at most 1.", path=("breakage_issuer",))
        _check_bands(self.bands)
        _check_tax(self)
        _check_packs(self)
        _check_days(self)
        _check_exclusivity(self)

    def columns(self) -> dict[str, Any]:
        """As a row of Contract holds them."""
        bands = [{"from": band.points, "price": f"{band.price:f}"} for band in self.bands]
        lists = {name: list(getattr(self, name)) for name in ("exclusive_categories", "territories")}
        return vars(self) | lists | {"bands": bands}

    @classmethod
    def read(cls, contract: Contract) -> Self:
        """Out of a row."""
        values = {field.name: getattr(contract, field.name) for field in fields_of(cls)}
        for name in ("exclusive_categories", "territories"):
            values[name] = tuple(values[name])
        for name, kind in _WORDS.items():
            values[name] = kind(values[name])
        bands = (Band(points=int(band["from"]), price=Decimal(band["price"])) for band in contract.bands)
        return cls(**values | {"bands": tuple(bands)})


_WORDS: dict[str, Any] = {
    "tax_rule": TaxRule,
    "billing": Billing,
    "return_policy": ReturnPolicy,
    "disputed_lines": DisputedLines,
}


def _check_numbers(values: dict[str, Any]) -> None:
    for name, value in values.items():
        if not isinstance(value, Decimal):
            continue
        if not (value.is_finite() and 0 <= value < LARGEST_AMOUNT):
            raise ContractInvalid(f"{name} is a number from 0 to below {LARGEST_AMOUNT}.", path=(name,))
        if _decimals(value) > MOST_DECIMALS:
            raise ContractInvalid(f"{name} has at most {MOST_DECIMALS} decimals.", path=(name,))
        if name in SHARES + RATES and value > 1:
            raise ContractInvalid(f"{name} is a share between 0 and 1; 20 % is 0.20.", path=(name,))


def _check_bands(bands: Sequence[Band]) -> None:
    if len(bands) > MOST_BANDS:
        raise ContractInvalid(f"There are at most {MOST_BANDS} bands.", path=("bands",))
    for band in bands:
        if not 1 <= band.points <= MAX_POINTS or not (band.price.is_finite() and 0 <= band.price < LARGEST_AMOUNT):
            raise ContractInvalid("A band begins at one point or more, at a price of nought or more.", path=("bands",))
        if _decimals(band.price) > MOST_DECIMALS:
            raise ContractInvalid(f"A band's price has at most {MOST_DECIMALS} decimals.", path=("bands",))
    if any(low.points >= high.points for low, high in pairwise(bands)):
        raise ContractInvalid("Bands rise from one to the next.", path=("bands",))


def _check_tax(terms: Terms) -> None:
    for name in RATES:
        if terms.tax_rule is not TaxRule.STANDARD and getattr(terms, name):
            rule = terms.tax_rule.replace("_", " ").lower()
            raise ContractInvalid(f"{name} is 0 where the tax rule is {rule}.", path=(name,))


def _check_packs(terms: Terms) -> None:
    """Packs belong to those who pay before; who pays after has none."""
    if terms.billing is Billing.POSTPAID:
        for name in ("pack_points", "pack_alert"):
            if getattr(terms, name) is not None:
                raise ContractInvalid(f"{name} is for prepaid packs; leave it out, or bill PREPAID.", path=(name,))
        if terms.pack_limit:
            raise ContractInvalid(
                "pack_limit is for prepaid packs; leave it out, or bill PREPAID.", path=("pack_limit",)
            )
        return
    if terms.pack_points is None or not 1 <= terms.pack_points <= MAX_POINTS:
        raise ContractInvalid(
            "pack_points says how many points a prepaid pack holds, one or more.", path=("pack_points",)
        )
    if terms.pack_alert is not None and not 0 <= terms.pack_alert <= terms.pack_points:
        raise ContractInvalid("pack_alert is from 0 to the points of a pack.", path=("pack_alert",))


def _check_days(terms: Terms) -> None:
    if not 0 <= terms.return_days <= LONGEST_WAIT:
        raise ContractInvalid(f"Points wait 0 to {LONGEST_WAIT} days.", path=("return_days",))
    for name in DAYS:
        if not 0 <= getattr(terms, name) <= MOST_DAYS:
            raise ContractInvalid(f"{name} is 0 to {MOST_DAYS} days.", path=(name,))


def _check_exclusivity(terms: Terms) -> None:
    named = terms.exclusive_categories
    if len(named) > MOST_CATEGORIES or len(set(named)) != len(named):
        message = f"exclusive_categories names at most {MOST_CATEGORIES} categories, each once."
        raise ContractInvalid(message, path=("exclusive_categories",))
    for category in named:
        if not category.strip() or len(category) > LONGEST_CATEGORY or not category.isprintable():
            message = f"A category has 1 to {LONGEST_CATEGORY} printable characters."
            raise ContractInvalid(message, path=("exclusive_categories",))
    if len(set(terms.territories)) != len(terms.territories):
        raise ContractInvalid("territories names each country once.", path=("territories",))
    for country in terms.territories:
        if not is_country(country):
            message = f"{country!r} is not a country; write two letters (ISO 3166), such as LV."
            raise ContractInvalid(message, path=("territories",))


def is_country(code: str) -> bool:
    """Whether two letters name a country (ISO 3166-1 alpha-2)."""
    return len(code) == len("LV") and code.isupper() and pycountry.countries.get(alpha_2=code) is not None


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
