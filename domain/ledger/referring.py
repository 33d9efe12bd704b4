"""Entries by the number that the partner itself gave them, such as a receipt's."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select

from domain.ledger.models import Entry, EntryKind
from domain.storage import ReadSession, concerning, sight_of


async def entries_of_reference(
    session: ReadSession, reference: str, kinds: Collection[EntryKind], most: int
) -> list[Entry]:
    """Entries of these kinds that the viewer recorded under a number of its own, the newest first."""
    recorded = concerning(sight_of(session), col(Entry.partner_id))
    query = select(Entry).where(Entry.reference == reference, recorded, col(Entry.kind).in_(kinds))
    return list(await session.scalars(query.order_by(col(Entry.entry_id).desc()).limit(most)))
