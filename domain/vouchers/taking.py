"""What vouchers take off a basket, or why they do not: pure, and in whole minor units.

Several vouchers of one basket are reckoned one after the other: free articles first, then amounts, then shares, and
among alike the one that ends first. Each takes off what is left of the lines, so together they never take off more
than the basket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.ids import OutletId
from domain.products.facts import ProductFacts
from domain.values import split
from domain.vouchers.models import VoucherState
from domain.vouchers.terms import Pick, Together
from domain.vouchers.told import Told


class WhyNot(StrEnum):
    """Why a voucher takes nothing off."""

    NOT_FOUND = "NOT_FOUND"
    """Nobody has it, or it is not taken here."""
    MISTYPED = "MISTYPED"
    """One character of the code is wrong."""
    USED = "USED"
    """It was used as often as it could be."""
    EXPIRED = "EXPIRED"
    """Its term is over."""
    CANCELLED = "CANCELLED"
    """What it was won with was given back."""
    PAUSED = "PAUSED"
    """Its coupon is paused."""
    NOT_YET = "NOT_YET"
    """Its time has not begun."""
    WRONG_OUTLET = "WRONG_OUTLET"
    """It is for other outlets."""
    WRONG_DAY = "WRONG_DAY"
    """Not on this day of the week, or not at this hour."""
    WRONG_MEMBER = "WRONG_MEMBER"
    """Another member's, or for members who are recognised."""
    WRONG_TIER = "WRONG_TIER"
    """It is for members of other tiers."""
    WRONG_SEGMENT = "WRONG_SEGMENT"
    """It is for other members."""
    NO_SUCH_LINES = "NO_SUCH_LINES"
    """Nothing of what it is for is in the basket."""
    BASKET_TOO_SMALL = "BASKET_TOO_SMALL"
    """What it is for comes to too little."""
    STANDS_ALONE = "STANDS_ALONE"
    """It does not go together with the others."""
    NOTHING_LEFT = "NOTHING_LEFT"
    """Other vouchers have taken off all that there was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a basket; the amount in minor units, after the shop's own discounts."""

    number: int
    sku: str
    quantity: Decimal
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who stands at the till, as far as it is known."""

    wallet_id: UUID | None = None
    member_id: UUID | None = None
    tiers: frozenset[str] = frozenset()
    segments: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Where and when."""

    outlet_id: OutletId | None
    at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOff:
    """What one voucher takes off, by line; or why nothing."""

    voucher: Told
    amount: int = 0
    lines: tuple[tuple[int, int], ...] = ()
    """Number of the line, and the amount."""
    why_not: WhyNot | None = None
    missing: int = 0
    """BASKET_TOO_SMALL: by how much."""


def taken_off(
    vouchers: Sequence[Told],
    lines: Sequence[Line] | None,
    products: Mapping[str, ProductFacts],
    holder: Holder,
    till: Till,
) -> list[TakenOff]:
    """What vouchers take off a basket together, in the order asked; without a basket only whether they stand."""
    results: dict[int, TakenOff] = {}
    for place, voucher in enumerate(vouchers):
        why = _why_not(voucher, holder, till) or (_clashes(place, vouchers) if len(vouchers) > 1 else None)
        if why is not None:
            results[place] = TakenOff(voucher=voucher, why_not=why)
    standing = [place for place in range(len(vouchers)) if place not in results]
    if lines is None:
        return [results.get(place) or TakenOff(voucher=voucher) for place, voucher in enumerate(vouchers)]
    left = {line.number: line.amount for line in lines}
    for place in sorted(standing, key=lambda place: _turn(vouchers[place], place)):
        results[place] = _reckoned(vouchers[place], lines, left, products, till)
    return [results[place] for place in range(len(vouchers))]


def _turn(voucher: Told, place: int) -> tuple[int, bool, datetime | None, int]:
    takes = voucher.terms.takes
    kind = 0 if takes.free else 1 if takes.amount or takes.valued else 2 if takes.share else 3
    ends = voucher.expires_at
    return kind, ends is None, ends and ends.astimezone(), place


def _clashes(place: int, vouchers: Sequence[Told]) -> WhyNot | None:
    mine = vouchers[place]
    others = [other for number, other in enumerate(vouchers) if number != place]
    alone = Together.ALONE in {one.terms.together for one in vouchers}
    twice = any(other.coupon_id == mine.coupon_id for other in others) and mine.terms.together is not Together.ANY
    return WhyNot.STANDS_ALONE if alone or twice else None


def _why_not(voucher: Told, holder: Holder, till: Till) -> WhyNot | None:
    terms = voucher.terms
    local = till.at.astimezone(till.zone)
    asked: tuple[tuple[bool, WhyNot], ...] = (
        (voucher.state is VoucherState.CANCELLED, WhyNot.CANCELLED),
        (voucher.state is VoucherState.USED, WhyNot.USED),
        (voucher.state is VoucherState.EXPIRED, WhyNot.EXPIRED),
        (voucher.expires_at is not None and voucher.expires_at <= till.at, WhyNot.EXPIRED),
        (voucher.paused, WhyNot.PAUSED),
        (terms.starts_at is not None and till.at < terms.starts_at, WhyNot.NOT_YET),
        (bool(terms.outlets) and till.outlet_id not in terms.outlets, WhyNot.WRONG_OUTLET),
        (bool(terms.weekdays) and local.isoweekday() not in terms.weekdays, WhyNot.WRONG_DAY),
        (bool(terms.hours) and not any(part.hold(local.time()) for part in terms.hours), WhyNot.WRONG_DAY),
        (not _may_show(voucher, holder), WhyNot.WRONG_MEMBER),
        (bool(terms.tiers) and not terms.tiers & holder.tiers, WhyNot.WRONG_TIER),
        (bool(terms.segments) and not terms.segments & holder.segments, WhyNot.WRONG_SEGMENT),
        (bool(terms.not_segments & holder.segments), WhyNot.WRONG_SEGMENT),
    )
    return next((why for speaks_against, why in asked if speaks_against), None)


def _may_show(voucher: Told, holder: Holder) -> bool:
    if voucher.public:
        return holder.member_id is not None
    if holder.member_id is None:
        return voucher.terms.transferable
    return voucher.terms.transferable or voucher.wallet_id == holder.wallet_id


def _reckoned(
    voucher: Told,
    lines: Sequence[Line],
    left: dict[int, int],
    products: Mapping[str, ProductFacts],
    till: Till,
) -> TakenOff:
    terms, takes = voucher.terms, voucher.terms.takes
    meant = [line for line in lines if _is_meant(voucher, line, products, till)]
    total = sum(line.amount for line in meant)
    if not meant:
        return TakenOff(voucher=voucher, why_not=WhyNot.NO_SUCH_LINES)
    if total < terms.least:
        return TakenOff(voucher=voucher, why_not=WhyNot.BASKET_TOO_SMALL, missing=terms.least - total)
    if takes.thing is not None:
        return TakenOff(voucher=voucher)
    rest = {line.number: left[line.number] for line in meant if left[line.number] > 0}
    if not rest:
        return TakenOff(voucher=voucher, why_not=WhyNot.NOTHING_LEFT)
    parts = _free(voucher, meant, rest) if takes.free else _off(voucher, rest)
    for number, amount in parts:
        left[number] -= amount
    if not parts:
        return TakenOff(voucher=voucher, why_not=WhyNot.NOTHING_LEFT)
    return TakenOff(voucher=voucher, amount=sum(amount for _, amount in parts), lines=tuple(parts))


def _is_meant(voucher: Told, line: Line, products: Mapping[str, ProductFacts], till: Till) -> bool:
    if voucher.terms.lines is None:
        return True
    return voucher.terms.lines.hold(products.get(line.sku, ProductFacts(sku=line.sku)).at(till.at))


def _off(voucher: Told, rest: Mapping[int, int]) -> list[tuple[int, int]]:
    """An amount or a share, over the lines by what is left of each: the largest remainder gets the odd unit."""
    takes, total = voucher.terms.takes, sum(rest.values())
    fixed = voucher.amount if takes.valued else takes.amount
    wanted = fixed if fixed is not None else int(total * (takes.share or 0))
    whole = min(total, wanted, takes.most or total)
    shares = split(whole, list(rest.values()))
    return [(number, amount) for number, amount in zip(rest, shares, strict=True) if amount]


def _free(voucher: Told, meant: Sequence[Line], rest: Mapping[int, int]) -> list[tuple[int, int]]:
    """One piece: the price of a piece is the line's amount by its quantity, at most what is left of the line."""
    takes = voucher.terms.takes
    prices = {line.number: _piece(line, rest[line.number]) for line in meant if line.number in rest}
    prices = {number: price for number, price in prices.items() if price > 0}
    if not prices:
        return []
    sign = -1 if takes.free is Pick.DEAREST else 1
    number = min(prices, key=lambda one: (sign * prices[one], one))
    return [(number, min(prices[number], takes.most or prices[number]))]


def _piece(line: Line, left: int) -> int:
    if line.quantity <= 1:
        return left
    piece = (Decimal(line.amount) / line.quantity).quantize(Decimal(1), ROUND_UP)
    return min(left, int(piece))
