"""Netting: the worked figure, and what every plan must keep."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.settlement import netting
from domain.settlement.errors import Unbalanced

FIVE_OBLIGATIONS = {("A", "B"): 100, ("B", "A"): 40, ("B", "C"): 70, ("C", "A"): 90, ("A", "C"): 20}

amounts = st.integers(-50, 50)
owed = st.dictionaries(st.tuples(st.sampled_from("ABCDEFG"), st.sampled_from("ABCDEFG")), st.integers(0, 10**6))


@st.composite
def positions(draw: st.DrawFn, most: int = 9) -> dict[str, int]:
    """Small amounts, so that some groups settle among themselves."""
    some = draw(st.lists(amounts, max_size=most - 1))
    return dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [*some, -sum(some)], strict=False))


def realised(payments: list[netting.Payment[str]], parties: dict[str, int]) -> dict[str, int]:
    """What the payments do to everybody."""
    done = dict.fromkeys(parties, 0)
    for payment in payments:
        assert payment.amount > 0
        assert payment.payer != payment.payee
        done[payment.payer] -= payment.amount
        done[payment.payee] += payment.amount
    return done


def most_groups(nets: list[int]) -> int:
    """The most groups of zero sum, by trying every first group."""
    if not nets:
        return 0
    first, rest = nets[0], nets[1:]
    found = []
    for size in range(len(rest) + 1):
        for chosen in combinations(range(len(rest)), size):
            if first + sum(rest[index] for index in chosen) == 0:
                left = [net for index, net in enumerate(rest) if index not in chosen]
                found.append(1 + most_groups(left))
    return max(found)


def test_three_parties_owing_320_settle_with_one_payment_of_10() -> None:
    nets = netting.nets(FIVE_OBLIGATIONS)
    assert netting.gross(FIVE_OBLIGATIONS) == 320
    assert nets == {"A": 10, "B": -10, "C": 0}
    assert netting.peer_to_peer(nets) == [netting.Payment("B", "A", 10)]
    assert netting.efficiency(FIVE_OBLIGATIONS) == Fraction(96_875, 100_000)


def test_the_matrix_shows_what_each_row_owes_each_column() -> None:
    assert netting.matrix(FIVE_OBLIGATIONS) == (["A", "B", "C"], [[0, 100, 20], [40, 0, 70], [90, 0, 0]])


def test_what_a_party_owes_itself_is_left_out() -> None:
    assert netting.gross({("A", "A"): 500, ("A", "B"): 20}) == 20
    assert netting.efficiency({("A", "A"): 500}) == 1


@given(owed)
def test_nets_come_to_nothing_and_never_exceed_what_is_owed(obligations: dict[tuple[str, str], int]) -> None:
    assert sum(netting.nets(obligations).values()) == 0
    assert 0 <= netting.efficiency(obligations) <= 1


@given(positions())
def test_payments_between_peers_realise_the_nets(nets: dict[str, int]) -> None:
    payments = netting.peer_to_peer(nets)
    assert realised(payments, nets) == nets
    assert len(payments) <= max(0, sum(1 for net in nets.values() if net) - 1)


@given(positions())
def test_payments_through_the_operator_realise_the_nets(nets: dict[str, int]) -> None:
    payments = netting.through_operator(nets, "A")
    assert realised(payments, nets) == nets
    assert len({payment.payer if payment.payee == "A" else payment.payee for payment in payments}) == len(payments)


@given(positions(most=14))
def test_the_best_plan_never_takes_more_payments_than_the_greedy_one(nets: dict[str, int]) -> None:
    assert len(netting.peer_to_peer(nets)) <= len(netting.greedy(nets))


@settings(max_examples=60)
@given(positions(most=7))
def test_no_plan_takes_fewer_payments(nets: dict[str, int]) -> None:
    involved = [net for net in nets.values() if net]
    assert len(netting.peer_to_peer(nets)) == len(involved) - most_groups(involved)


def test_beyond_the_most_parties_a_good_plan_still_settles() -> None:
    nets = {f"party {number:02}": (number + 1) * (-1) ** (number // 2 + number) for number in range(24)}
    nets["operator"] = -sum(nets.values())
    payments = netting.peer_to_peer(nets)
    assert realised(payments, nets) == nets
    assert len(payments) < len(nets)


def test_the_most_parties_are_planned_at_once() -> None:
    nets = {f"party {number:02}": 3**number for number in range(17)}
    nets["operator"] = -sum(nets.values())
    assert len(netting.peer_to_peer(nets)) == 17


@given(positions(), st.integers(0, 60))
def test_small_positions_move_on_and_nothing_is_lost(nets: dict[str, int], de_minimis: int) -> None:
    split = netting.carry_forward(nets, "A", de_minimis=de_minimis)
    assert sum(split.payable.values()) == sum(split.carried.values()) == 0
    for party, net in nets.items():
        assert split.payable.get(party, 0) + split.carried.get(party, 0) == net
    assert all(abs(net) >= de_minimis for party, net in split.payable.items() if party != "A")
    assert all(abs(net) < de_minimis for party, net in split.carried.items() if party != "A")


def test_positions_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(Unbalanced, match="7 minor units"):
        netting.peer_to_peer({"A": 10, "B": -3})
    with pytest.raises(Unbalanced):
        netting.through_operator({"A": 1}, "A")
    with pytest.raises(Unbalanced):
        netting.carry_forward({"A": 1}, "A", de_minimis=5)
