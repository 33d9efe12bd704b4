"""What packs were worth and what of it is used: the money a partner paid before its points were awarded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.settlement.exact import ZERO, exactly, payable


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidPack:
    """Points and what was paid for them, tax included."""

    points: int
    gross: Decimal


def value_of(packs: Sequence[PaidPack], drawn: int, digits: int) -> Decimal:
    """What the first so many points of packs cost, the oldest pack first; whole packs to the cent they cost.

    A part of a pack is its share of what the pack cost, rounded. So the differences from cycle to cycle add up to
    exactly what was paid, whichever way the points went.
    """
    value, left = ZERO, drawn
    with exactly():
        for pack in packs:
            taken = min(left, pack.points)
            if taken == pack.points:
                value += pack.gross
            else:
                value += _share(pack, taken, digits)
            left -= taken
    assert left == 0, "more points were drawn than packs hold"
    return value


def _share(pack: PaidPack, taken: int, digits: int) -> Decimal:
    """Rounded down in whole minor units: a fraction of a cent belongs to the points that are left."""
    unit = Decimal(1).scaleb(-digits)
    minor = int((pack.gross / unit).to_integral_exact()) * taken // pack.points
    return payable(minor * unit, digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What a partner has paid before, over one cycle: opening + paid − drawn = closing, in points and in money."""

    opening_points: int
    opening: Decimal
    paid_points: int
    paid: Decimal
    drawn_points: int
    drawn: Decimal

    @property
    def closing_points(self) -> int:
        """Points of packs that are left."""
        return self.opening_points + self.paid_points - self.drawn_points

    @property
    def closing(self) -> Decimal:
        """The money that is left of them."""
        return self.opening + self.paid - self.drawn


def advance(
    before: Sequence[PaidPack], within: Sequence[PaidPack], drawn_before: int, drawn_after: int, digits: int
) -> Advance:
    """A cycle's advance, from the packs paid before it and in it, and the points drawn until its start and its end."""
    spent = value_of(before, drawn_before, digits)
    with exactly():
        return Advance(
            opening_points=sum(pack.points for pack in before) - drawn_before,
            opening=sum((pack.gross for pack in before), ZERO) - spent,
            paid_points=sum(pack.points for pack in within),
            paid=sum((pack.gross for pack in within), ZERO),
            drawn_points=drawn_after - drawn_before,
            drawn=value_of([*before, *within], drawn_after, digits) - spent,
        )
