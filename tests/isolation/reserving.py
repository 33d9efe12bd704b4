"""The coalition keeps a reserve: money was put into its account, and what covers the points was judged."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from domain.ids import PersonId
from domain.liability import movements, securing
from domain.liability.models import MovementKind
from domain.liability.movements import RecordMovement
from domain.storage import COALITION, Database, ReadSession, WriteSession


async def reserve(database: Database, *, by: PersonId, now: datetime) -> None:
    """A deposit, and the finding that follows it."""
    money = RecordMovement(
        kind=MovementKind.DEPOSIT,
        amount=Decimal("25.00"),
        value_on=now.date(),
        note="The first reserve",
        idempotency_key="the-first-reserve",
        by=by,
    )
    async with database.session(COALITION) as session, session.begin():
        writing = WriteSession(ReadSession(session))
        await movements.record(writing, money, now=now)
        await securing.secure(writing, now=now, by=by)
