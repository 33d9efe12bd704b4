"""Draws that anybody can draw again: fair, repeatable, each ticket once."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rewards.drawing import DrawTold, TicketDrawn, prove
from domain.rewards.lots import Ticket, below, digest_of, drawn, holder_of, shuffled
from domain.rewards.terms import Draw, DrawPrize

SEED, REWARD = b"s" * 32, UUID(int=7)
AT = datetime(2026, 4, 1, tzinfo=UTC)
SEEDS = st.binary(min_size=32, max_size=32)


def a_draw(*winners: int, once_each: bool = True) -> Draw:
    prizes = tuple(DrawPrize(thing=f"Prize {place}", winners=many) for place, many in enumerate(winners, 1))
    return Draw(at=AT, prizes=prizes, once_each=once_each)


@given(SEEDS, st.integers(0, 300))
def test_a_shuffle_has_every_number_once(seed: bytes, tickets: int) -> None:
    assert sorted(shuffled(seed, tickets)) == list(range(tickets))


@given(SEEDS, st.integers(1, 10**9))
def test_a_drawn_number_is_below_its_bound(seed: bytes, bound: int) -> None:
    assert 0 <= below(bound, seed, "words") < bound


@given(
    seed=SEEDS,
    holders=st.lists(st.sampled_from("abcdefgh"), max_size=60),
    prizes=st.integers(1, 12),
    once_each=st.booleans(),
)
def test_no_ticket_wins_twice_and_no_holder_where_the_draw_says_so(
    *, seed: bytes, holders: list[str], prizes: int, once_each: bool
) -> None:
    wins = drawn(a_draw(prizes, once_each=once_each), seed, holders)
    assert len({win.number for win in wins}) == len(wins)
    assert [win.place for win in wins] == list(range(1, len(wins) + 1))
    served = Counter(holders[win.number] for win in wins)
    if once_each:
        assert set(served.values()) <= {1}
    assert len(wins) == min(prizes, len(set(holders)) if once_each else len(holders))


def test_the_first_prize_is_drawn_first() -> None:
    wins = drawn(a_draw(1, 2), SEED, list("abcdef"))
    assert [win.thing for win in wins] == ["Prize 1", "Prize 2", "Prize 2"]


def test_the_same_seed_draws_the_same_and_another_others() -> None:
    holders = [str(number) for number in range(1000)]
    first = [win.number for win in drawn(a_draw(5), SEED, holders)]
    assert first == [win.number for win in drawn(a_draw(5), SEED, holders)]
    assert first != [win.number for win in drawn(a_draw(5), b"t" * 32, holders)]


def test_each_place_of_a_shuffle_is_as_likely() -> None:
    """Of 5 tickets, 20,000 draws: which comes first and which last; chi-square with 4 degrees, p = 0.001 at 18.47."""
    first, last = Counter[int](), Counter[int]()
    for turn in range(20_000):
        order = list(shuffled(turn.to_bytes(32), 5))
        first[order[0]] += 1
        last[order[-1]] += 1
    assert chi_square(first, 5, 20_000) < 18.47
    assert chi_square(last, 5, 20_000) < 18.47


@pytest.mark.slow
def test_a_million_drawn_numbers_are_even() -> None:
    """Over 1,000 numbers, chi-square with 999 degrees: p = 0.001 at 1,142.8 and p = 0.999 at 867.5."""
    counts = Counter(below(1000, SEED, str(place)) for place in range(1_000_000))
    assert 867.5 < chi_square(counts, 1000, 1_000_000) < 1142.8


def chi_square(counts: Counter[int], sorts: int, drawn: int) -> float:
    expected = drawn / sorts
    return sum((counts[one] - expected) ** 2 / expected for one in range(sorts))


def told(draw: Draw, tickets: list[Ticket]) -> DrawTold:
    wins = drawn(draw, SEED, [ticket.holder for ticket in tickets])
    return DrawTold(
        reward_id=REWARD,
        commitment=hashlib.sha256(SEED).digest(),
        seed=SEED,
        tickets=len(tickets),
        digest=digest_of(tickets),
        drawn_at=AT,
        winners=tuple(
            TicketDrawn(
                place=win.place,
                number=win.number,
                ticket=tickets[win.number].ticket_id,
                holder=tickets[win.number].holder,
                thing=win.thing,
            )
            for win in wins
        ),
    )


def some_tickets(many: int = 50) -> list[Ticket]:
    return [
        Ticket(number=number, ticket_id=UUID(int=number), holder=holder_of(SEED, UUID(int=number // 3)))
        for number in range(many)
    ]


def test_what_is_published_proves_a_draw() -> None:
    draw, tickets = a_draw(1, 4), some_tickets()
    assert prove(draw, told(draw, tickets), tickets).holds


def test_whatever_is_bent_shows() -> None:
    draw, tickets = a_draw(1, 4), some_tickets()
    true = told(draw, tickets)
    swapped = (replace(true.winners[0], ticket=tickets[true.winners[1].number].ticket_id), *true.winners[1:])
    assert not prove(draw, replace(true, seed=b"t" * 32), tickets).seed_kept
    assert not prove(draw, true, tickets[:-1]).tickets_kept
    assert not prove(draw, true, [replace(tickets[0], holder="x"), *tickets[1:]]).tickets_kept
    assert not prove(draw, replace(true, winners=swapped), tickets).winners_right
    assert not prove(draw, replace(true, winners=true.winners[:-1]), tickets).winners_right
    assert not prove(a_draw(2, 3), true, tickets).winners_right
