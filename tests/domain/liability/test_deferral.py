"""Deferred revenue, by the figures that were published."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from domain.liability.deferral import allocated, recognised, ssp_of_points

SOLD = Decimal(100_000)


def handbook(*, ratio_digits: int | None = None) -> Fraction:
    """KPMG handbook 10A: 10,000 points worth 1 each, of which 97 % will be redeemed."""
    return allocated(SOLD, SOLD, ssp_of_points(10_000, Decimal(1), Decimal("0.97")), ratio_digits=ratio_digits)


def test_the_handbook_defers_9000_by_its_rounded_ratio_and_8842_30_exactly() -> None:
    assert handbook(ratio_digits=2) == 9_000
    assert round(handbook(), 2) == Fraction("8842.30")


@pytest.mark.parametrize(("expected", "caught_up"), [(9_900, 3_552), (9_200, 4_140)])
def test_the_handbook_recognises_and_catches_up(expected: int, caught_up: int) -> None:
    deferred = handbook(ratio_digits=2)
    first = recognised(deferred, Fraction(4_500), Fraction(9_700))
    assert round(first) == 4_175
    assert round(recognised(deferred, Fraction(8_500), Fraction(expected)) - first) == caught_up


def test_example_52_defers_8676_and_recognises_4110_and_3493() -> None:
    deferred = allocated(SOLD, SOLD, ssp_of_points(10_000, Decimal(1), Decimal("0.95")))
    assert round(deferred) == 8_676
    first = recognised(deferred, Fraction(4_500), Fraction(9_500))
    assert round(first) == 4_110
    assert round(recognised(deferred, Fraction(8_500), Fraction(9_700)) - first) == 3_493


def test_nothing_is_left_when_nothing_more_is_expected() -> None:
    assert recognised(Fraction(100), Fraction(7), Fraction(7)) == 100
    assert recognised(Fraction(100), Fraction(0), Fraction(0)) == 100
    assert recognised(Fraction(100), Fraction(0), Fraction(7)) == 0


def test_points_of_no_worth_take_nothing_of_the_price() -> None:
    assert allocated(SOLD, SOLD, Fraction(0)) == 0
    assert allocated(Decimal(0), Decimal(0), Fraction(0)) == 0
