"""Keeping mappings: each change is another version, and every file names the version it was read by."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from domain.ids import PartnerId, PersonId, new_id
from domain.reconciliation import turns
from domain.reconciliation.errors import MappingNotFound
from domain.reconciliation.mapping import Mapping, from_json, to_json
from domain.reconciliation.models import ReconciliationMapping
from domain.reconciliation.visible import own
from domain.storage import ReadSession, WriteSession, sight_of
from domain.values import check_text, minor_digits

LONGEST_NAME = 40


async def save(
    session: WriteSession, partner_id: PartnerId, name: str, mapping: Mapping, *, by: PersonId | None, now: datetime
) -> ReconciliationMapping:
    """Keep a mapping under a name; the same again is no new version. Raises: InvalidValue."""
    check_text("name", name, LONGEST_NAME)
    if mapping.currency is not None:
        minor_digits(mapping.currency)
    await turns.wait_for(session, partner_id)
    newest = await _newest(session, partner_id, name)
    content = to_json(mapping)
    if newest is not None and newest.content == content:
        return newest
    kept = ReconciliationMapping(
        mapping_id=new_id(),
        partner_id=partner_id,
        name=name,
        version=1 if newest is None else newest.version + 1,
        content=content,
        created_by=by,
        created_at=now,
    )
    session.add(kept)
    return kept


async def named(session: ReadSession, partner_id: PartnerId, name: str) -> ReconciliationMapping:
    """The newest version of a partner's mapping. Raises: MappingNotFound."""
    found = await _newest(session, partner_id, name)
    if found is None:
        raise MappingNotFound(name)
    return found


async def by_id(session: ReadSession, mapping_id: UUID) -> ReconciliationMapping:
    """One version. Raises: MappingNotFound."""
    query = select(ReconciliationMapping).where(
        ReconciliationMapping.mapping_id == mapping_id, own(sight_of(session), ReconciliationMapping)
    )
    found = (await session.scalars(query)).first()
    if found is None:
        raise MappingNotFound
    return found


async def mappings_of(session: ReadSession, partner_id: PartnerId) -> list[ReconciliationMapping]:
    """The newest version of each of a partner's mappings, by name."""
    query = (
        select(ReconciliationMapping)
        .where(ReconciliationMapping.partner_id == partner_id, own(sight_of(session), ReconciliationMapping))
        .ext(distinct_on(col(ReconciliationMapping.name)))
        .order_by(col(ReconciliationMapping.name), col(ReconciliationMapping.version).desc())
    )
    return list(await session.scalars(query))


def content_of(row: ReconciliationMapping) -> Mapping:
    """A stored mapping as files are read by it."""
    return from_json(row.content)


async def _newest(session: ReadSession, partner_id: PartnerId, name: str) -> ReconciliationMapping | None:
    query = (
        select(ReconciliationMapping)
        .where(
            ReconciliationMapping.partner_id == partner_id,
            ReconciliationMapping.name == name,
            own(sight_of(session), ReconciliationMapping),
        )
        .order_by(col(ReconciliationMapping.version).desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()
