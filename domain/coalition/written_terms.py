"""Terms as people write them on one line: price=0.0095, bands=250000:0.0098, territories=LV,FI. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from domain.coalition.errors import ContractInvalid
from domain.coalition.models import Billing, DisputedLines, ReturnPolicy, TaxRule
from domain.coalition.terms import Band, Terms

WHOLE = {"pack_points", "pack_alert", "value_days", "return_days", "dispute_days", "notice_days", "tail_days"}
FLAGS = {"issues", "redeems", "self_billing", "pack_limit"}
LISTS = {"exclusive_categories", "territories"}
CHOICES: Mapping[str, type[StrEnum]] = {
    "tax_rule": TaxRule,
    "billing": Billing,
    "return_policy": ReturnPolicy,
    "disputed_lines": DisputedLines,
}
NOTHING = {"", "none"}
YES, NO = {"yes", "true"}, {"no", "false"}
NAMES = tuple(field.name for field in fields(Terms))


def changed(terms: Terms, written: Mapping[str, str]) -> Terms:
    """Terms with some of them written anew. Raises: ContractInvalid, naming the term."""
    return replace(terms, **{name: read(name, words.strip()) for name, words in written.items()})


def read(name: str, words: str) -> Any:
    """The value of a term as people write it; nothing, or none, where there is none. Raises: ContractInvalid."""
    if name not in NAMES:
        raise ContractInvalid(f"There is no term {name!r}; there are {', '.join(NAMES)}.", path=(name,))
    if name in LISTS:
        return tuple(part.strip() for part in words.split(",")) if words.lower() not in NOTHING else ()
    if name == "bands":
        return tuple(_band(part) for part in words.split(",")) if words.lower() not in NOTHING else ()
    if name in {"pack_points", "pack_alert", "credit_limit"} and words.lower() in NOTHING:
        return None
    return _single(name, words)


def _single(name: str, words: str) -> Any:
    if name in FLAGS:
        if words.lower() not in YES | NO:
            raise ContractInvalid(f"{name} is yes or no.", path=(name,))
        return words.lower() in YES
    if name in CHOICES:
        return _choice(name, words)
    if name == "valid_from":
        return _instant(words)
    return _whole(name, words) if name in WHOLE else _number(name, words)


def _choice(name: str, words: str) -> StrEnum:
    kind = CHOICES[name]
    try:
        return kind(words.upper())
    except ValueError:
        raise ContractInvalid(f"{name} is one of {', '.join(kind)}.", path=(name,)) from None


def _band(words: str) -> Band:
    points, colon, price = words.partition(":")
    if not colon:
        raise ContractInvalid("Bands are written 250000:0.0098,500000:0.0095.", path=("bands",))
    return Band(points=_whole("bands", points), price=_number("bands", price))


def _whole(name: str, words: str) -> int:
    try:
        return int(words.strip())
    except ValueError:
        raise ContractInvalid(f"{name} is a whole number, not {words!r}.", path=(name,)) from None


def _number(name: str, words: str) -> Decimal:
    try:
        return Decimal(words.strip())
    except InvalidOperation:
        raise ContractInvalid(f"{name} is a number, not {words!r}.", path=(name,)) from None


def _instant(words: str) -> datetime:
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        raise ContractInvalid("valid_from is a time such as 2027-01-01T00:00+02:00.", path=("valid_from",)) from None
