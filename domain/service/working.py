"""What time brings to service: late answers are told, recalls go out, old words are forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from domain.storage import COALITION, Database

AT_ONCE = 500
FORGOTTEN_AFTER = timedelta(days=365)

_LATE = text("SELECT tell_late_cases(:now, :most)")
_RECALL = text("SELECT wallets, written FROM recall_on(:most, :now)")
_FORGET = text("SELECT forget_cases(:before)")


@dataclass(slots=True)
class Worked:
    """What one turn did."""

    late: int = 0
    """Answers that are late, of which their handlers were told."""
    recalled: int = 0
    """Members who were told of a recall."""
    forgotten: int = 0
    """Cases of buyers who are no members, whose words were thrown away."""

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.late or self.recalled or self.forgotten)


async def work(database: Database, *, now: datetime, at_once: int = AT_ONCE) -> Worked:
    """Tell who is late, tell recalls step by step, forget. Each step is a transaction: a crash loses none."""
    done = Worked()
    while told := await _step(database, _LATE, now=now, most=at_once):
        done.late += told[0]
        if told[0] < at_once:
            break
    while step := await _step(database, _RECALL, now=now, most=at_once):
        done.recalled += step[1]
    [done.forgotten] = await _step(database, _FORGET, before=now - FORGOTTEN_AFTER) or (0,)
    return done


async def _step(database: Database, question: object, **asked: object) -> tuple[int, ...] | None:
    async with database.session(COALITION) as session, session.begin():
        row = (await session.execute(question, asked)).one_or_none()  # type: ignore[call-overload]
    return None if row is None else tuple(row)
