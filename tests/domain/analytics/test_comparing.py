"""Groups are compared as the textbooks do, and are as often mistaken as they say."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.comparing import Group, compare


def test_the_difference_and_its_interval_are_those_worked_out_by_hand() -> None:
    """Fifteen of 10.00 and fifteen of 20.00 against fifteen of 10.00 and fifteen of 14.00.

    Means 15.00 and 12.00. Squared deviations 30 · 500² and 30 · 200² of minor units, each by 29, and their sum by
    30: (250,000 + 40,000) / 29 = 10,000, so the standard error is 1.00 and the interval 3.00 ± 1.96.
    """
    found = compare(Group.of([1000] * 15 + [2000] * 15), Group.of([1000] * 15 + [1400] * 15))
    assert found.value == 300
    assert float(found.low) == pytest.approx(300 - 195.9964, abs=0.001)
    assert float(found.high) == pytest.approx(300 + 195.9964, abs=0.001)
    assert found.significant


def test_groups_of_different_sizes_weigh_their_own_variance() -> None:
    """Variances 2 · 0.5 / 1 … of (0, 2) repeated: n1 = 50, s1² = 50/49; n2 = 200, s2² = 200/199."""
    found = compare(Group.of([0, 2] * 25), Group.of([0, 2] * 100))
    error = (1 / 49 + 1 / 199) ** 0.5
    assert found.value == 0
    assert float(found.high) == pytest.approx(1.959964 * error, abs=1e-6)
    assert not found.significant


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=50))
def test_a_group_is_summed_exactly(amounts: list[int]) -> None:
    group, mean = Group.of(amounts), Fraction(sum(amounts), len(amounts))
    assert group.mean == mean
    assert group.variance == sum((amount - mean) ** 2 for amount in amounts) / (len(amounts) - 1)
    assert group.buyers == sum(1 for amount in amounts if amount)


@given(st.lists(st.integers(0, 10**6), min_size=2), st.lists(st.integers(0, 10**6), min_size=2))
def test_the_other_way_round_is_the_negative(one: list[int], other: list[int]) -> None:
    there, back = compare(Group.of(one), Group.of(other)), compare(Group.of(other), Group.of(one))
    assert there.value == -back.value
    assert there.low == -back.high
    assert there.low <= there.value <= there.high


def test_without_an_effect_the_interval_covers_zero_about_ninety_five_times_in_a_hundred() -> None:
    """600 worlds of 60 and 240 members, most of whom buy nothing; binomial: 0.95 ± 4 · sqrt(0.95 · 0.05 / 600)."""
    random = Random(6)
    worlds = 600

    def spent() -> int:
        return 0 if random.random() < 0.4 else round(random.expovariate(1 / 2500))

    covered = sum(
        not compare(Group.of(spent() for _ in range(60)), Group.of(spent() for _ in range(240))).significant
        for _ in range(worlds)
    )
    assert abs(covered / worlds - 0.95) < 4 * (0.95 * 0.05 / worlds) ** 0.5


def test_an_effect_that_is_there_is_found() -> None:
    random = Random(7)
    treated = Group.of(round(random.gauss(1200, 300)) for _ in range(400))
    control = Group.of(round(random.gauss(1000, 300)) for _ in range(100))
    found = compare(treated, control)
    assert found.low < 200 < found.high
    assert found.low > 0
