"""Bonuses by bands are figured exactly: laws for every scheme and turnover, and tables worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import floor
from operator import mul
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bonuses.errors import InvalidBonusScheme
from domain.bonuses.figuring import PartKind, figure
from domain.bonuses.periods import Stretch, base_of, name_of, over, period_at
from domain.bonuses.terms import (
    Against,
    Band,
    BonusPeriod,
    BonusTerms,
    Growth,
    GrowthOf,
    Measure,
    Slicing,
    Source,
    terms_from_json,
)
from domain.ids import PartnerId
from domain.values import Rate

SHOP = PartnerId(UUID(int=1))
RIGA = ZoneInfo("Europe/Riga")
RATES = st.fractions(min_value=0, max_value=2, max_denominator=1000).map(Rate)
TURNOVERS = st.decimals(min_value=0, max_value=10**9, places=3)


def scheme(*bands: tuple[int, str], **changes: Any) -> BonusTerms:
    """A scheme of these bands."""
    usual = {
        "name": "Quarterly bonus",
        "starts_on": date(2026, 1, 1),
        "partners": frozenset({SHOP}),
        "bands": tuple(Band(start=start, rate=Rate(rate)) for start, rate in bands),
    }
    return BonusTerms(**{**usual, **changes})


FEW = settings(max_examples=40)


@st.composite
def schemes(draw: st.DrawFn, slicing: Slicing) -> BonusTerms:
    """Any bands: the first from nought or later."""
    steps = draw(st.lists(st.integers(1, 10**8), min_size=1, max_size=6))
    starts = [0, *accumulate(steps)] if draw(st.booleans()) else list(accumulate(steps))
    rates = draw(st.lists(RATES, min_size=len(starts), max_size=len(starts)))
    bands = tuple(Band(start=start, rate=rate) for start, rate in zip(starts, rates, strict=True))
    return scheme(bands=bands, slicing=slicing)


def exact(terms: BonusTerms, turnover: Decimal) -> Fraction:
    """What it comes to before it is rounded."""
    return sum((part.comes_to for part in figure(terms, turnover).parts), Fraction(0))


@FEW
@given(schemes(Slicing.MARGINAL), TURNOVERS, TURNOVERS)
def test_marginal_bands_are_continuous_and_never_fall(terms: BonusTerms, one: Decimal, other: Decimal) -> None:
    less, more = sorted((one, other))
    steepest = max(band.rate for band in terms.bands)
    assert 0 <= exact(terms, more) - exact(terms, less) <= Fraction(more - less) * steepest
    assert figure(terms, less).value <= figure(terms, more).value


@FEW
@given(schemes(Slicing.MARGINAL), TURNOVERS)
def test_marginal_bands_are_the_sum_of_each_slice_at_its_rate(terms: BonusTerms, turnover: Decimal) -> None:
    starts = [Fraction(band.start) for band in terms.bands]
    ends = [*starts[1:], Fraction(10**15)]
    paid = Fraction(turnover)
    slices = [max(min(paid, end) - start, Fraction(0)) for start, end in zip(starts, ends, strict=True)]
    rates = [Fraction(band.rate) for band in terms.bands]
    assert figure(terms, turnover).value == floor(sum(map(mul, slices, rates), Fraction(0)))


@FEW
@given(schemes(Slicing.WHOLE), TURNOVERS)
def test_whole_bands_give_the_rate_that_is_reached_on_everything(terms: BonusTerms, turnover: Decimal) -> None:
    rate = max(((band.start, band.rate) for band in terms.bands if band.start <= turnover), default=(0, Rate(0)))[1]
    assert figure(terms, turnover).value == floor(Fraction(turnover) * rate)


@FEW
@given(schemes(Slicing.MARGINAL), TURNOVERS)
def test_what_is_missing_for_the_next_band_reaches_it_and_no_less(terms: BonusTerms, turnover: Decimal) -> None:
    missing = figure(terms, turnover).to_next
    if missing is None:
        assert turnover >= terms.bands[-1].start
    else:
        assert missing > 0
        assert turnover + missing in {Decimal(band.start) for band in terms.bands}


@FEW
@given(TURNOVERS, st.decimals(min_value=1, max_value=10**9, places=3))
def test_growth_gives_nothing_to_who_has_not_grown(turnover: Decimal, base: Decimal) -> None:
    grown = Growth(bands=(Band(start=0, rate=Rate("0.01")), Band(start=10, rate=Rate("0.02"))))
    found = figure(scheme(growth=grown), turnover, base)
    rate = Rate("0.02") if turnover >= base * Decimal("1.1") else Rate("0.01") if turnover > base else Rate(0)
    assert found.value == floor(Fraction(turnover) * rate)
    assert found.growth == floor((Fraction(turnover) / Fraction(base) - 1) * 10_000)


@FEW
@given(schemes(Slicing.MARGINAL), TURNOVERS, st.integers(1, 10**6))
def test_no_more_is_given_than_the_most(terms: BonusTerms, turnover: Decimal, most: int) -> None:
    assert figure(replace(terms, most=most), turnover).value == min(figure(terms, turnover).value, most)


def test_a_table_worked_out_by_hand() -> None:
    terms = scheme((0, "0.01"), (1_000_00, "0.02"), (5_000_00, "0.035"))
    # 1,000 at 1 %, 4,000 at 2 %, 1,234.56 at 3.5 %: 10 + 80 + 43.2096, rounded down once
    assert figure(terms, Decimal(6_234_56)).value == 133_20
    assert figure(replace(terms, slicing=Slicing.WHOLE), Decimal(6_234_56)).value == 218_20
    assert figure(terms, Decimal(-50)).value == 0
    assert figure(terms, Decimal(3_760_00)).to_next == Decimal(1_240_00)


def test_growth_is_paid_of_all_or_of_the_gain() -> None:
    grown = Growth(bands=(Band(start=5, rate=Rate("0.01")), Band(start=20, rate=Rate("0.03"))), least_base=100_00)
    terms = scheme((0, "0.02"), growth=grown)
    found = figure(terms, Decimal(1_250_00), Decimal(1_000_00))
    assert (found.value, found.growth) == (25_00 + 37_50, 2_500)
    assert [(part.kind, part.start) for part in found.parts] == [(PartKind.VOLUME, 0), (PartKind.GROWTH, 20)]
    of_gain = replace(terms, growth=replace(grown, of=GrowthOf.GAIN))
    assert figure(of_gain, Decimal(1_250_00), Decimal(1_000_00)).value == 25_00 + 7_50
    assert figure(terms, Decimal(1_250_00), Decimal(99_99)).growth is None
    assert figure(terms, Decimal(1_250_00)).value == 25_00


def test_pieces_are_paid_by_the_piece() -> None:
    terms = scheme((0, "5"), (100, "7.5"), measure=Measure.QUANTITY)
    assert figure(terms, Decimal("123.5")).value == 500 + 176  # 23.5 pieces at 7.5: 176.25


def test_periods_are_those_of_the_calendar() -> None:
    assert period_at(BonusPeriod.QUARTER, date(2026, 11, 22)) == Stretch(date(2026, 10, 1), date(2027, 1, 1))
    assert period_at(BonusPeriod.MONTH, date(2026, 12, 31)) == Stretch(date(2026, 12, 1), date(2027, 1, 1))
    assert [name_of(period, date(2026, 10, 1)) for period in BonusPeriod] == ["2026-10", "2026-Q4", "2026"]
    grown = Growth(bands=(Band(start=5, rate=Rate(1)),))
    terms = scheme(growth=grown)
    fourth = Stretch(date(2026, 10, 1), date(2027, 1, 1))
    assert base_of(terms, fourth) == Stretch(date(2025, 10, 1), date(2026, 1, 1))
    before = replace(terms, growth=replace(grown, against=Against.PERIOD_BEFORE))
    assert base_of(before, fourth) == Stretch(date(2026, 7, 1), date(2026, 10, 1))
    assert base_of(scheme((0, "1")), fourth) is None


def test_a_period_is_due_on_the_local_day_after_its_days_of_waiting() -> None:
    terms = scheme((0, "1"), wait_days=10, ends_on=date(2026, 7, 1))
    first = Stretch(date(2026, 1, 1), date(2026, 4, 1))
    midnight = datetime(2026, 4, 10, 21, tzinfo=UTC)  # 11 April in Riga
    assert over(terms, zone=RIGA, now=midnight) == [first]
    assert over(terms, zone=ZoneInfo("UTC"), now=midnight) == []
    assert len(over(terms, zone=RIGA, now=datetime(2027, 4, 10, tzinfo=UTC))) == 2


def test_terms_come_back_as_they_were_kept() -> None:
    grown = Growth(bands=(Band(start=5, rate=Rate("1/3")),), against=Against.PERIOD_BEFORE, of=GrowthOf.GAIN)
    terms = scheme(
        (0, "0.01"), growth=grown, most=5, by_hand=False, not_tenders=frozenset({"VOUCHER"}), ends_on=date(2027, 1, 1)
    )
    assert terms_from_json(terms.to_json()) == terms


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"bands": ()}, "bands"),
        ({"bands": (Band(start=5, rate=Rate(1)), Band(start=5, rate=Rate(2)))}, "bands"),
        ({"bands": (Band(start=-1, rate=Rate(1)),)}, "bands"),
        ({"starts_on": date(2026, 2, 1)}, "starts_on"),
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"partners": frozenset()}, "partners"),
        ({"source": Source.SOLD_ON}, "partners"),
        ({"measure": Measure.QUANTITY, "not_tenders": frozenset({"CARD"})}, "not_tenders"),
        ({"most": 0}, "most"),
        ({"wait_days": 91}, "wait_days"),
        ({"name": " "}, "name"),
    ],
)
def test_what_is_wrong_with_terms_is_named(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(InvalidBonusScheme) as refused:
        scheme((0, "0.01"), **changes)
    assert refused.value.path == (part,)
