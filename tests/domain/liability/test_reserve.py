"""The reserve: the figures of the design, and its laws."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.liability.cohorts import cohorts_of
from domain.liability.estimating import Scenario, estimate
from domain.liability.models import Basis, Standing
from domain.liability.reserve import Cover, need_of
from tests.domain.liability.examples import YEAR, flow, prices
from tests.domain.settlement.builders import partner_named, terms

THREE = [
    flow("ACCRUE", 100_000, "M"),
    flow("ACCRUE", 40_000, "D"),
    flow("ACCRUE", 160_000, "R"),
    flow("REDEEM", 30_000, "M", "D"),
    flow("REDEEM", 150_000, "R", "R"),
]
"""Three partners: 300,000 issued, 180,000 redeemed."""


def test_three_partners_need_510_at_80_percent_and_960_can_be_distributed() -> None:
    book = prices(terms("M"), terms("D"), terms("R"))
    found = estimate(cohorts_of(THREE, YEAR), Scenario(urr=Decimal("0.80")))
    need = need_of(THREE, found, book, latest_month=1)
    assert need.expected == Decimal("510.00")
    assert need.redemption_price == Decimal("0.0085")
    cover = Cover(Decimal("1470.00"), need.expected, Decimal("1.05"), Decimal("1.00"))
    assert cover.distributable == Decimal("960.00")
    assert cover.ratio == Decimal("2.882352")
    assert cover.standing is Standing.COVERED


def test_points_paid_for_at_redemption_need_nothing_unless_their_sponsor_leaves() -> None:
    flows = [flow("ACCRUE", 1000, "P"), flow("REDEEM", 200, "P", "R")]
    book = prices(terms("P", share_at_issuance="0"), terms("R"))
    found = estimate(cohorts_of(flows, YEAR))
    assert need_of(flows, found, book, 1).expected == 0
    gone = estimate(cohorts_of(flows, YEAR), Scenario(name="P leaves", leaves=partner_named("P")))
    assert need_of(flows, gone, book, 1).expected == Decimal("6.80")  # 800 points at 0.0085


def test_a_hybrid_sponsor_leaves_the_difference_to_the_reserve() -> None:
    flows = [flow("ACCRUE", 1000, "P")]
    book = prices(terms("P", share_at_issuance="0.4"), terms("R"))
    need = need_of(flows, estimate(cohorts_of(flows, YEAR)), book, 1)
    assert need.expected == Decimal("2.50")  # 0.0085 − 0.0100 · 0.6 = 0.0025 a point


@pytest.mark.parametrize(
    ("cash", "standing"),
    [("104.99", Standing.WARNING), ("105", Standing.COVERED), ("100", Standing.WARNING), ("99.99", Standing.SHORT)],
)
def test_thresholds_are_met_exactly(cash: str, standing: Standing) -> None:
    assert Cover(Decimal(cash), Decimal(100), Decimal("1.05"), Decimal("1.00")).standing is standing


def test_nothing_needed_is_covered_even_by_nothing() -> None:
    cover = Cover(Decimal(0), Decimal(0), Decimal("1.05"), Decimal("1.00"))
    assert (cover.ratio, cover.standing, cover.lacking) == (None, Standing.COVERED, Decimal(0))


def test_too_little_history_counts_every_point_that_is_out_and_says_so() -> None:
    found = estimate(cohorts_of(THREE, YEAR))
    assert found.basis is Basis.ALL_OUTSTANDING
    assert found.note is not None
    assert found.further == found.high == 120_000
    assert found.urr == (Decimal("0.6"), Decimal(1), Decimal(1))


amounts = st.integers(0, 10_000)


@st.composite
def histories(draw: st.DrawFn) -> list:  # type: ignore[type-arg]
    """Cohorts of some months that never redeem, expire or lose more than was issued."""
    flows, last = [], draw(st.integers(1, 12))
    for cohort in range(1, last + 1):
        left = issued = draw(st.integers(1, 10_000))
        flows.append(flow("ACCRUE", issued, draw(st.sampled_from("PQ")), cohort=cohort, month=cohort))
        sponsor = "PQ"[flows[-1].sponsor_id == partner_named("Q")]
        for month in range(cohort, last + 1):
            kind = draw(st.sampled_from(["REDEEM", "REDEEM", "REPAY", "EXPIRE", "CLAWBACK"]))
            points = draw(st.integers(0, left))
            left -= points
            if points:
                spent = kind in {"REDEEM", "REPAY"}
                flows.append(flow(kind, points, sponsor, "R" if spent else None, cohort=cohort, month=month))
    return flows


@given(histories(), st.decimals(0, 1, places=2), st.decimals(0, 3, places=2), st.decimals(-1, 1, places=2))
def test_no_more_is_expected_than_is_out_and_the_range_holds_what_is_expected(
    flows: list,  # type: ignore[type-arg]
    mass: Decimal,
    speed: Decimal,
    shift: Decimal,
) -> None:
    cohorts = cohorts_of(flows, YEAR)
    assert sum(cohort.outstanding for cohort in cohorts) == sum(one.outstanding for one in flows)
    for scenario in (Scenario(), Scenario(mass=mass, speed=speed, shift=shift)):
        found = estimate(cohorts, scenario)
        for one in found.cohorts:
            assert 0 <= one.low <= one.further <= one.high <= one.cohort.outstanding
        assert 0 <= found.low <= found.further <= found.high <= found.outstanding
        assert all(0 <= rate <= 1 for rate in found.urr)
        assert list(found.urr) == sorted(found.urr)


@given(histories())
def test_faster_mass_and_higher_rates_never_need_less(flows: list) -> None:  # type: ignore[type-arg]
    cohorts, book = cohorts_of(flows, YEAR), prices(terms("P", share_at_issuance="0.5"), terms("Q"), terms("R"))

    def need(**how: Decimal) -> Decimal:
        return need_of(flows, estimate(cohorts, Scenario(**how)), book, 12).expected  # type: ignore[arg-type]

    as_expected = need()
    assert need(speed=Decimal("0.5")) <= as_expected <= need(speed=Decimal("1.5"))
    assert need(shift=Decimal("-0.1")) <= as_expected <= need(shift=Decimal("0.1"))
    assert as_expected <= need(mass=Decimal("0.5")) <= need(mass=Decimal(1))


@given(histories())
def test_the_parts_of_the_sponsors_make_up_the_need(flows: list) -> None:  # type: ignore[type-arg]
    book = prices(terms("P"), terms("Q", price="0.02"), terms("R"))
    need = need_of(flows, estimate(cohorts_of(flows, YEAR)), book, 12)
    assert abs(sum(need.by_sponsor.values()) - need.expected) <= Decimal("0.01") * len(need.by_sponsor)
    assert need.low <= need.expected <= need.high
    assert all(gap >= Fraction(0) for gap in need.gaps.values())
