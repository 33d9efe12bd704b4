"""What a turnover comes to under a scheme: exact fractions by band, rounded down once, to the minor unit, last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Any

from domain.bonuses.terms import Band, BonusTerms, Growth, GrowthOf, Slicing

NOTHING = Decimal(0)
BASIS_POINTS = 10_000


class PartKind(StrEnum):
    """What a part of a bonus is for."""

    VOLUME = "VOLUME"
    """How much it was."""
    GROWTH = "GROWTH"
    """How much more than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One band's part of a bonus."""

    kind: PartKind
    start: int
    """Where the band begins: in minor units or pieces; of growth in per cent."""
    of: Fraction
    """Of how much the rate was taken."""
    rate: Fraction

    @property
    def comes_to(self) -> Fraction:
        """In minor units, exactly."""
        return self.of * self.rate

    def to_json(self) -> dict[str, Any]:
        """As a statement keeps it."""
        return {"kind": self.kind.value, "start": self.start, "of": str(self.of), "rate": str(self.rate)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Part:
        """Out of a statement."""
        return cls(
            kind=PartKind(stored["kind"]),
            start=stored["start"],
            of=Fraction(stored["of"]),
            rate=Fraction(stored["rate"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """What a firm gets for a period, and how it came about."""

    value: int
    """In minor units: the sum of the parts rounded down, at most what the scheme allows."""
    parts: tuple[Part, ...]
    growth: int | None
    """In basis points, rounded down; None: not asked, or nothing to grow from."""
    to_next: Decimal | None
    """How much more turnover reaches the next band of volume; None: there is none."""


def figure(terms: BonusTerms, turnover: Decimal, base: Decimal | None = None) -> Bonus:
    """The bonus for a turnover, in minor units or pieces; `base` is that of the period growth is counted from.

    Turnover below nought, where more came back than was bought, counts as none.
    """
    volume = max(turnover, NOTHING)
    parts = _volume_parts(terms, Fraction(volume))
    growth = None
    if terms.growth is not None and base is not None and base >= terms.growth.least_base:
        growth = floor((Fraction(volume) - Fraction(base)) / Fraction(base) * BASIS_POINTS)
        parts += _growth_parts(terms.growth, Fraction(volume), Fraction(base))
    value = floor(sum((part.comes_to for part in parts), Fraction(0)))
    return Bonus(
        value=value if terms.most is None else min(value, terms.most),
        parts=tuple(parts),
        growth=growth,
        to_next=next((band.start - volume for band in terms.bands if band.start > volume), None),
    )


def _volume_parts(terms: BonusTerms, volume: Fraction) -> list[Part]:
    reached = [band for band in terms.bands if band.start <= volume]
    if terms.slicing is Slicing.WHOLE:
        return [_part(PartKind.VOLUME, reached[-1], volume)] if reached else []
    ends = [*(Fraction(band.start) for band in reached[1:]), volume]
    return [_part(PartKind.VOLUME, band, end - band.start) for band, end in zip(reached, ends, strict=False)]


def _growth_parts(growth: Growth, volume: Fraction, base: Fraction) -> list[Part]:
    gain = volume - base
    reached = _reached(growth.bands, gain / base * 100)
    if reached is None or gain <= 0:
        return []
    return [_part(PartKind.GROWTH, reached, gain if growth.of is GrowthOf.GAIN else volume)]


def _reached(bands: Sequence[Band], amount: Fraction) -> Band | None:
    return next((band for band in reversed(bands) if band.start <= amount), None)


def _part(kind: PartKind, band: Band, of: Fraction) -> Part:
    return Part(kind=kind, start=band.start, of=of, rate=Fraction(band.rate))
