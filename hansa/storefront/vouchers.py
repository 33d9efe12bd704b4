"""Vouchers at the shop's till: what they take off, and what was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hansa.storefront.values import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherOff:
    """What one voucher takes off; amounts in whole units of the currency."""

    code: str | None
    """As it was shown; None: it was found with its member."""
    id: str | None
    """By which it is used as well; None: nobody has it, or it is a public word."""
    name: str | None
    amount: Decimal
    lines: tuple[tuple[int, Decimal], ...]
    """Numbers of lines, each with what is taken off it."""
    why_not: str | None
    """Such as EXPIRED or BASKET_TOO_SMALL; None: it stands."""
    missing: Decimal | None
    """BASKET_TOO_SMALL: by how much."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> VoucherOff:
        """As the API tells it."""
        voucher = told["voucher"] or {}
        return cls(
            code=told["code"],
            id=voucher.get("id"),
            name=voucher.get("name"),
            amount=Decimal(told["money"]["amount"]),
            lines=_lines(told["lines"]),
            why_not=told["whyNot"],
            missing=told["missing"] and Decimal(told["missing"]["amount"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchersUsed:
    """Vouchers that were used for one basket."""

    id: str
    """By which the use is taken back, or named by a purchase."""
    amount: Decimal
    """What they took off together."""
    lines: tuple[tuple[int, Decimal], ...]
    reversed: bool
    replayed: bool
    """Whether an earlier request with the same key had done it."""

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> VouchersUsed:
        """As the API tells it."""
        use = payload["use"]
        taken: dict[int, Decimal] = {}
        for one in use["uses"]:
            for number, amount in _lines(one["lines"]):
                taken[number] = taken.get(number, Decimal(0)) + amount
        return cls(
            id=use["id"],
            amount=Decimal(use["money"]["amount"]),
            lines=tuple(sorted(taken.items())),
            reversed=use["reversedAt"] is not None,
            replayed=payload["replayed"],
        )


def shown(codes: Sequence[str], lines: Sequence[Line] | None) -> dict[str, Any]:
    """Codes and a basket, as the API takes them."""
    said: dict[str, Any] = {"codes": list(codes)}
    if lines is not None:
        said["lines"] = [_line(line) for line in lines]
    return said


def _line(line: Line) -> dict[str, Any]:
    said = line.input()
    return {name: said[name] for name in ("sku", "amount", "quantity", "number") if name in said}


def _lines(told: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, Decimal], ...]:
    return tuple((one["number"], Decimal(one["money"]["amount"])) for one in told)
