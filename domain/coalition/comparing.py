"""Two contracts side by side: what differs, in words people read and in values programs compare. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from domain.coalition.terms import DAYS, RATES, SHARES, Band, Terms

LABELS: dict[str, str] = {
    "valid_from": "Valid from",
    "issues": "Funds points",
    "redeems": "Honours points",
    "price": "Price of a point",
    "bands": "Price by volume",
    "price_redeem": "Reimbursement of a point",
    "share_at_issuance": "Share due when points are awarded",
    "fee_per_point": "Fee for each point",
    "fee_share": "Fee as a share of the charge",
    "fee_fixed": "Fee for each cycle",
    "fee_minimum": "Least fee of a cycle",
    "breakage_issuer": "Breakage: the sponsor's share",
    "breakage_redeemers": "Breakage: the redeemers' share",
    "breakage_charity": "Breakage: charity's share",
    "tax_rule": "Tax rule",
    "tax_supply": "Tax on what the partner pays",
    "tax_credit": "Tax on what the partner is credited",
    "self_billing": "Credit notes written by the operator",
    "billing": "Billing",
    "pack_points": "Points in a prepaid pack",
    "pack_alert": "Alert when fewer points are left",
    "pack_limit": "No points beyond the packs",
    "credit_limit": "Credit limit",
    "value_days": "Balance due",
    "return_policy": "When goods come back",
    "return_days": "Points wait",
    "dispute_days": "Lines may be disputed",
    "disputed_lines": "Disputed lines",
    "exclusive_categories": "Exclusive categories",
    "territories": "Territories",
    "notice_days": "Notice before leaving",
    "tail_days": "Points honoured after leaving",
}
"""Each term as people call it."""

SAID: dict[str, str] = {
    "STANDARD": "tax at the contract's rates",
    "REVERSE_CHARGE": "reverse charge",
    "EXEMPT": "exempt",
    "POSTPAID": "after each cycle",
    "PREPAID": "prepaid packs",
    "PENDING_ONLY": "only points still waiting are taken back",
    "WITHIN_BALANCE": "points are taken back as far as the balance goes",
    "DEBT": "what was spent is owed from later points",
    "PROVISIONAL": "paid, and given back if upheld",
    "LEFT_OUT": "left out until decided",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One term that two contracts settle otherwise."""

    term: str
    """Its name in the contract."""
    label: str
    """What people call it."""
    before: str
    after: str
    """Both sides in words."""
    value_before: str
    value_after: str
    """Both sides for programs: numbers in full, lists with commas; empty where there is none."""


def compare(before: Terms, after: Terms) -> list[Difference]:
    """What differs between two contracts, in the order of the terms; 0.10 and 0.1 do not differ."""
    return [
        _difference(name, getattr(before, name), getattr(after, name))
        for name in LABELS
        if getattr(before, name) != getattr(after, name)
    ]


def in_words(name: str, value: Any) -> str:
    """A term's value as people read it."""
    if name == "credit_limit" and value is None:
        return "no limit"
    if value is None or value == ():
        return "everywhere" if name == "territories" else "none"
    if name in SHARES + RATES:
        return f"{plain(value * 100)} %"
    if name in DAYS or name == "return_days":
        return "1 day" if value == 1 else f"{value} days"
    if name == "bands":
        return "; ".join(f"{plain(band.price)} from {band.points:,} points" for band in value)
    return _said(value)


def plain(value: Decimal) -> str:
    """A number without noughts at its end: 0.0095, 100."""
    return f"{value.normalize():f}"


def written(value: Any) -> str:
    """A term's value for programs."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return plain(value)
        case datetime():
            return value.isoformat()
        case tuple():
            return ",".join(f"{part.points}:{plain(part.price)}" if isinstance(part, Band) else part for part in value)
        case _:
            return str(value)


def _said(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return SAID[value]
        case Decimal():
            return plain(value)
        case int():
            return f"{value:,}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M %Z}"
        case _:
            return ", ".join(value)


def _difference(name: str, before: Any, after: Any) -> Difference:
    return Difference(
        term=name,
        label=LABELS[name],
        before=in_words(name, before),
        after=in_words(name, after),
        value_before=written(before),
        value_after=written(after),
    )


assert set(LABELS) == {field.name for field in fields(Terms)}, "every term is compared"
