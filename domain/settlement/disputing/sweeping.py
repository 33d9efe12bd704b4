"""What time does to disputes, one transaction each: silence takes them to the coalition."""

from __future__ import annotations

from datetime import datetime

from domain.settlement.disputing import answering, queries
from domain.storage import COALITION, Database, ReadSession, WriteSession


async def escalate_overdue(database: Database, *, now: datetime) -> int:
    """Escalate the disputes whose answer, or whose raiser, kept silent for too long; how many there were."""
    async with database.session(COALITION) as session:
        due = await queries.overdue(ReadSession(session), now=now)
    escalated = 0
    for dispute_id in due:
        async with database.session(COALITION) as session, session.begin():
            writing = WriteSession(ReadSession(session))
            escalated += await answering.escalate_overdue(writing, dispute_id, now=now)
    return escalated
