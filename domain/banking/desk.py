"""One lock for all that changes payments or what belongs to them: at the bank's desk people take turns."""

from __future__ import annotations

from sqlalchemy import text

from domain.storage import WriteSession

BANK_LOCK = 20261124


async def take_turns(session: WriteSession) -> None:
    """Be alone at it until the transaction ends, and see all that was done before.

    To be taken first of all, before a cycle is held still, so that nobody waits for each other.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": BANK_LOCK})
