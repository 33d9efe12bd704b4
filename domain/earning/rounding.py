"""The three ways a campaign may turn a fraction of a point into whole points."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Rounding(StrEnum):
    """How a fraction of a point ends; stored with the campaign."""

    DOWN = "DOWN"
    """Only whole points count."""
    HALF_EVEN = "HALF_EVEN"
    """To the nearest, halves to the even number."""
    UP = "UP"
    """A started point counts."""


def _down(numerator: int, denominator: int) -> int:
    return numerator // denominator


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))


ROUNDED: dict[Rounding, Callable[[int, int], int]] = {
    Rounding.DOWN: _down,
    Rounding.HALF_EVEN: _half_even,
    Rounding.UP: _up,
}
"""Numerator and positive denominator to a whole number; each never falls when the numerator rises."""
