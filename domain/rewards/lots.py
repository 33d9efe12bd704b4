"""How a sweepstake is drawn: by a seed that was promised beforehand, so that anybody can draw it again.

The tickets are numbered from 0. They are shuffled by Fisher and Yates (R. Durstenfeld, Algorithm 235, CACM 7, 1964):
the number that comes at a place is one of those left, by HMAC-SHA256 of the seed over "place/attempt", taken as
a whole number of 256 bits; an attempt that would favour the lower numbers is thrown away.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.rewards.terms import Draw

BITS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as it was closed for its draw."""

    number: int
    ticket_id: UUID
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Win:
    """A ticket that won: in the order drawn, from 1."""

    place: int
    number: int
    thing: str


def below(bound: int, seed: bytes, words: str) -> int:
    """A number from 0 to below a bound, each as likely as any other."""
    fair = (1 << BITS) // bound * bound
    attempt = 0
    while True:
        drawn = int.from_bytes(hmac.digest(seed, f"{words}/{attempt}".encode(), "sha256"))
        if drawn < fair:
            return drawn % bound
        attempt += 1


def shuffled(seed: bytes, tickets: int) -> Iterator[int]:
    """All numbers of tickets in the order drawn, each once."""
    moved: dict[int, int] = {}
    for place in range(tickets):
        chosen = place + below(tickets - place, seed, str(place))
        yield moved.get(chosen, chosen)
        moved[chosen] = moved.pop(place, place)


def drawn(draw: Draw, seed: bytes, holders: Sequence[str]) -> list[Win]:
    """Which tickets win what, the first prize first: each ticket once, and each holder once where the draw says so.

    There are fewer winners than prizes where the tickets, or the holders, do not suffice.
    """
    things = [prize.thing for prize in draw.prizes for _ in range(prize.winners)]
    served: set[str] = set()
    wins: list[Win] = []
    for number in shuffled(seed, len(holders)):
        if len(wins) == len(things):
            break
        if draw.once_each and holders[number] in served:
            continue
        served.add(holders[number])
        wins.append(Win(place=len(wins) + 1, number=number, thing=things[len(wins)]))
    return wins


def digest_of(tickets: Iterable[Ticket]) -> bytes:
    """SHA-256 of a line for each ticket, in the order of their numbers: number, ticket, holder."""
    digest = hashlib.sha256()
    for ticket in tickets:
        digest.update(f"{ticket.number} {ticket.ticket_id} {ticket.holder}\n".encode())
    return digest.digest()


def holder_of(seed: bytes, member_id: UUID) -> str:
    """The pseudonym of a member in one draw."""
    return hashlib.sha256(seed + member_id.bytes).hexdigest()[:32]
