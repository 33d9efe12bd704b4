"""What time does to cycles, each part in a transaction of its own, so that postings wait for an instant only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from domain.audit import sealing
from domain.banking import sweeping as paying
from domain.errors import DomainError
from domain.settlement import days, deadlines
from domain.settlement.disputing.sweeping import escalate_overdue
from domain.storage import COALITION, Database, ReadSession, WriteSession

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("hansa.closing")


@dataclass(slots=True)
class Closed:
    """How many cycles moved on, approvals ran out, partners were reminded to answer and to pay, disputes escalated."""

    cut_off: int = 0
    computed: int = 0
    expired: int = 0
    reminded: int = 0
    escalated: int = 0
    settled: int = 0
    dunned: int = 0


async def close_due(database: Database, *, now: datetime) -> Closed:
    """Do all that the calendar and the deadlines want done by now; what is refused is logged and left for people."""
    done = Closed()
    try:
        await _close(database, done, now)
    except DomainError as refused:
        log.warning("A cycle cannot move on by itself", code=refused.code, because=refused.message)
    if done != Closed():
        log.info("Moved cycles on", now=now.isoformat(), **asdict(done))
    return done


async def _close(database: Database, done: Closed, now: datetime) -> None:
    done.escalated = await escalate_overdue(database, now=now)
    while await _do(database, deadlines.cut_off_due, now=now) is not None:
        done.cut_off += 1
    while (cycle_id := await _do(database, deadlines.to_seal)) is not None:
        await _do(database, sealing.seal, cycle_id, now=now)
    done.expired = len(await _do(database, deadlines.expire_due, now=now))
    done.reminded = len(await _do(database, deadlines.remind_due, now=now))
    paid = await _do(database, paying.sweep, now=now)
    done.settled, done.dunned = paid.settled, paid.reminded
    await _do(database, days.count_days, now=now)
    while await _do(database, deadlines.compute_due, now=now) is not None:
        done.computed += 1


async def _do(
    database: Database, rule: Callable[Concatenate[WriteSession, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    async with database.session(COALITION) as session, session.begin():
        return await rule(WriteSession(ReadSession(session)), *args, **kwargs)
