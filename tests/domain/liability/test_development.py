"""The chain ladder against the published example, and its laws."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.liability.development import develop, project, range_of, root, tail_of, to_decimal

TAYLOR_ASHE = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]
"""Taylor and Ashe (1983), as in Mack (1993), table 1."""


def test_factors_reserves_and_errors_are_those_that_mack_published() -> None:
    development = develop(TAYLOR_ASHE)
    assert development is not None
    shown = [f"{Decimal(f.numerator) / f.denominator:.3f}" for f in development.factors]
    assert shown == ["3.491", "1.747", "1.457", "1.174", "1.104", "1.086", "1.054", "1.077", "1.018"]
    found = project(TAYLOR_ASHE, development)
    reserves = [round(end - row[-1]) for end, row in zip(found.ultimates, TAYLOR_ASHE, strict=True)]
    assert reserves == [0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811]
    assert sum(reserves) == 18680856
    errors = [round(root(error)) for error in found.errors]
    assert errors == [0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155]
    assert round(root(found.total_error)) == 2447095


def test_too_little_is_said_rather_than_invented() -> None:
    assert develop([]) is None
    assert develop([[10, 20], [10]]) is None
    assert develop([[10, 20, 30], [10, 20], [10]]) is None
    assert develop([[0, 20, 30, 31], [0, 20, 30], [0, 20], [0]]) is None


def test_a_tail_follows_the_decline_of_the_factors() -> None:
    halving = [[1000]]
    for age in range(5):
        halving[0].append(round(halving[0][-1] * (1 + Fraction(1, 4 * 2**age))))
    rows = [halving[0][: 6 - cohort] for cohort in range(5)]
    development = develop(rows)
    assert development is not None
    assert Fraction(101, 100) < tail_of(development) < Fraction(103, 100)  # 1 + 1/128 + 1/256 + …
    assert tail_of(development, horizon=development.ages) == 1


triangles = st.lists(st.lists(st.integers(0, 1000), min_size=7, max_size=7), min_size=4, max_size=7).map(
    lambda steps: [[1 + sum(row[: age + 1]) for age in range(len(steps) - cohort)] for cohort, row in enumerate(steps)]
)


@given(triangles)
def test_what_was_redeemed_only_grows_and_its_range_holds_it(rows: list[list[int]]) -> None:
    development = develop(rows)
    assert development is not None
    assert all(factor >= 1 for factor in development.factors)
    found = project(rows, development)
    assert all(end >= row[-1] for end, row in zip(found.ultimates, rows, strict=True))
    assert found.total_error >= sum(found.errors)
    further = sum(found.ultimates, Fraction(0)) - sum(row[-1] for row in rows)
    low, high = range_of(further, found.total_error)
    assert 0 <= low <= high
    assert low <= to_decimal(further)


@given(triangles, st.integers(2, 9))
def test_twice_the_points_are_twice_the_redemptions(rows: list[list[int]], times: int) -> None:
    development, scaled = develop(rows), develop([[points * times for points in row] for row in rows])
    assert development is not None
    assert scaled is not None
    assert scaled.factors == development.factors
