"""Purchases and actions that go by counters of their wallets: one after the other, each rated after the one before.

A posting names the versions of the counters that its rating read, and is refused with STALE if another came between.
Then it is rated anew. So a card's stamps are exact, however many tills there are.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from domain.earning.commands import AwardGiven
from domain.errors import DomainError
from domain.ledger.errors import Busy
from domain.ledger.postings import EarningPosting, Verdict
from domain.members.recognition import KnownMember

ATTEMPTS = 40
"""As often something is rated anew before it is refused: each time another posting of the same wallet was faster."""


class Rated(Protocol):
    """What was rated."""

    @property
    def member(self) -> KnownMember | None:
        """Whose it is."""

    @property
    def counts(self) -> bool:
        """Whether its campaigns go by counters of the wallet."""


R = TypeVar("R", bound=Rated)


@dataclass(frozen=True, slots=True)
class Prepared(Generic[R]):
    """A rating ready to be posted."""

    sale: R
    posting: EarningPosting
    awards: tuple[AwardGiven, ...]


Outcome: TypeAlias = DomainError | tuple[Prepared[R], Verdict]


async def in_turns(
    count: int,
    rate: Callable[[Sequence[int]], Awaitable[Sequence[R | DomainError]]],
    prepare: Callable[[int, R], Prepared[R]],
    post: Callable[[Sequence[EarningPosting]], Awaitable[Sequence[Verdict]]],
) -> AsyncIterator[tuple[int, Outcome[R]]]:
    """Rate and post so many by their places, each place with what became of it, in any order."""
    queues: dict[UUID, deque[int]] = {}
    tried: Counter[int] = Counter()
    turn: list[int] = list(range(count))
    while turn:
        ready: list[tuple[int, Prepared[R]]] = []
        busy: dict[UUID, bool] = {}
        for place, sale in zip(turn, await rate(turn), strict=True):
            if isinstance(sale, DomainError):
                yield place, sale
                continue
            assert sale.member is not None
            wallet = sale.member.wallet_id
            if sale.counts and wallet in busy:
                queues.setdefault(wallet, deque()).append(place)
                continue
            if sale.counts:
                busy[wallet] = True
            ready.append((place, prepare(place, sale)))
        turn = []
        verdicts = await post([prepared.posting for _, prepared in ready])
        for (place, prepared), verdict in zip(ready, verdicts, strict=True):
            tried[place] += 1
            if verdict.outcome != "STALE":
                yield place, (prepared, verdict)
            elif tried[place] < ATTEMPTS:
                turn.append(place)
            else:
                yield place, Busy()
        # The next of each wallet; one that was too late goes before those that wait for it.
        turn += [queue.popleft() for queue in queues.values()]
        queues = {wallet: queue for wallet, queue in queues.items() if queue}
