"""Netting: what many parties owe each other, as few payments.

Amounts are whole minor units. Parties are any ordered names; the operator is one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

from domain.settlement.errors import Unbalanced

P = TypeVar("P", bound=Any)

MOST_PARTIES_FOR_BEST_PLAN = 18
"""Up to here the fewest payments are found by looking at all subsets; beyond, a good plan must do."""


@dataclass(frozen=True, slots=True)
class Payment(Generic[P]):
    """One transfer of money that settles."""

    payer: P
    payee: P
    amount: int


@dataclass(frozen=True, slots=True)
class Carried(Generic[P]):
    """What is paid now, and what is too small and moves on to the next cycle."""

    payable: dict[P, int]
    carried: dict[P, int]


def nets(obligations: Mapping[tuple[P, P], int]) -> dict[P, int]:
    """What each party is owed in the end: positive receives, negative pays; together nothing."""
    positions: dict[P, int] = {}
    for (debtor, creditor), amount in obligations.items():
        positions[debtor] = positions.get(debtor, 0) - amount
        positions[creditor] = positions.get(creditor, 0) + amount
    return dict(sorted(positions.items()))


def gross(obligations: Mapping[tuple[P, P], int]) -> int:
    """Everything owed between two different parties."""
    return sum(amount for (debtor, creditor), amount in obligations.items() if debtor != creditor)


def efficiency(obligations: Mapping[tuple[P, P], int]) -> Fraction:
    """The part of what is owed that need not be paid once everything is netted."""
    owed = gross(obligations)
    moved = Fraction(sum(abs(net) for net in nets(obligations).values()), 2)
    return Fraction(1) if owed == 0 else 1 - moved / owed


def matrix(obligations: Mapping[tuple[P, P], int]) -> tuple[list[P], list[list[int]]]:
    """The parties in order, and what the one of each row owes the one of each column."""
    parties = sorted({party for pair in obligations for party in pair})
    return parties, [[obligations.get((debtor, creditor), 0) for creditor in parties] for debtor in parties]


def carry_forward(positions: Mapping[P, int], operator: P, *, de_minimis: int) -> Carried[P]:
    """Leave positions below the de-minimis amount for the next cycle; the operator's takes up their sum.

    Raises: Unbalanced.
    """
    _balanced(positions.values())
    others = {party: net for party, net in positions.items() if party != operator}
    payable = {party: net for party, net in others.items() if abs(net) >= de_minimis}
    carried = {party: net for party, net in others.items() if net and party not in payable}
    payable[operator] = -sum(payable.values())
    carried[operator] = -sum(carried.values())
    return Carried(payable=payable, carried=carried)


def through_operator(positions: Mapping[P, int], operator: P) -> list[Payment[P]]:
    """Each partner pays the operator or is paid by it, once.

    Raises: Unbalanced.
    """
    _balanced(positions.values())
    return [
        Payment(party, operator, -net) if net < 0 else Payment(operator, party, net)
        for party, net in sorted(positions.items())
        if party != operator and net
    ]


def peer_to_peer(positions: Mapping[P, int]) -> list[Payment[P]]:
    """Few payments straight between parties: always fewer than parties, and the fewest possible for up to 18 of them.

    Raises: Unbalanced.
    """
    _balanced(positions.values())
    pairs, rest = _opposites(positions)
    groups = _groups(rest) if len(rest) <= MOST_PARTIES_FOR_BEST_PLAN else [rest]
    payments = [payment for group in (*pairs, *groups) for payment in greedy(group)]
    plain = greedy(positions)
    shortest = plain if len(plain) < len(payments) else payments
    return sorted(shortest, key=lambda payment: (payment.payer, payment.payee))


def greedy(positions: Mapping[P, int]) -> list[Payment[P]]:
    """Again and again, who owes most pays who is owed most; each payment settles at least one of them."""
    left = {party: net for party, net in sorted(positions.items()) if net}
    payments = []
    while left:
        payer, payee = min(left, key=left.__getitem__), max(left, key=left.__getitem__)
        amount = min(-left[payer], left[payee])
        payments.append(Payment(payer, payee, amount))
        left[payer] += amount
        left[payee] -= amount
        left = {party: net for party, net in left.items() if net}
    return payments


def _balanced(positions: Iterable[int]) -> None:
    rest = sum(positions)
    if rest:
        raise Unbalanced(rest)


def _opposites(positions: Mapping[P, int]) -> tuple[list[dict[P, int]], dict[P, int]]:
    """Couples that settle each other exactly (some best plan always contains them), and everybody else."""
    waiting: dict[int, list[P]] = {}
    couples = []
    for party, net in sorted(positions.items()):
        if net and waiting.get(-net):
            couples.append({waiting[-net].pop(): -net, party: net})
        elif net:
            waiting.setdefault(net, []).append(party)
    return couples, {party: net for net, parties in waiting.items() for party in parties}


def _groups(positions: Mapping[P, int]) -> list[dict[P, int]]:
    """The most groups that each add up to nothing: each group saves one payment."""
    parties = sorted(positions)
    sums = _subset_sums([positions[party] for party in parties])
    most = _most_groups(sums)
    groups, mask, group = [], len(sums) - 1, dict[P, int]()
    while mask:
        index = _last_added(mask, most, closes=sums[mask] == 0)
        group[parties[index]] = positions[parties[index]]
        mask ^= 1 << index
        if sums[mask] == 0:
            groups.append(group)
            group = {}
    return groups


def _subset_sums(amounts: list[int]) -> list[int]:
    """The sum of every subset, by its bit mask."""
    sums = [0]
    for amount in amounts:
        sums += [before + amount for before in sums]
    return sums


def _most_groups(sums: list[int]) -> bytearray:
    """For every subset, how many of the sets in the best chain of subsets up to it add up to nothing."""
    most = bytearray(len(sums))
    for mask in range(1, len(sums)):
        best, rest = 0, mask
        while rest:
            bit = rest & -rest
            rest ^= bit
            before = most[mask ^ bit]
            if before > best:  # noqa: PLR1730 - a call here would double the time of the longest loop
                best = before
        most[mask] = best + (sums[mask] == 0)
    return most


def _last_added(mask: int, most: bytearray, *, closes: bool) -> int:
    """The party that completed a subset in its best chain."""
    wanted = most[mask] - closes
    return next(index for index in range(mask.bit_length()) if mask >> index & 1 and most[mask ^ 1 << index] == wanted)
