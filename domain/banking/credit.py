"""What sponsors owe with what they have not paid yet, and their credit set by it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from domain.banking.ageing import open_amount
from domain.ids import PartnerId
from domain.settlement.prepaid import exposure
from domain.settlement.prepaid.exposure import Exposure
from domain.storage import COALITION, Database, ReadSession, WriteSession

MOST_LOOKS = 4
"""While sponsors award all the time, each look finds something new; what is left then is right to a few points."""


async def exposure_of(session: ReadSession, partner_id: PartnerId, *, now: datetime) -> Exposure:
    """What a sponsor owes for points, of unpaid cycles and of open ones. Raises: PriceUnknown."""
    unpaid = await open_amount(session, partner_id)
    return await exposure.exposure_of(session, partner_id, unpaid=unpaid, now=now)


async def set_credit(database: Database, *, now: datetime) -> list[Exposure]:
    """Set every sponsor's credit by what it owes now: looked at in one snapshot, then set sponsor by sponsor.

    Safe to run at any time and by several at once: what is awarded meanwhile is counted, and whoever changed something
    looks again, since another may have looked later and set it earlier. Raises: PriceUnknown.
    """
    found: dict[PartnerId, Exposure] = {}
    changed: Collection[PartnerId] | None = None
    for _ in range(MOST_LOOKS):
        looked = await _look(database, changed, now)
        found |= {one.partner_id: one for one in looked}
        changed = [one.partner_id for one in looked if await _set(database, one, now)]
        if not changed:
            break
    return list(found.values())


async def _look(database: Database, whose: Collection[PartnerId] | None, now: datetime) -> list[Exposure]:
    """What sponsors owe, all of those with a limit or some, in one snapshot."""
    async with database.session(COALITION) as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        reading = ReadSession(session)
        sponsors = await exposure.limited(reading, now=now) if whose is None else whose
        return [await exposure_of(reading, one, now=now) for one in sponsors]


async def _set(database: Database, found: Exposure, now: datetime) -> bool:
    """Set one sponsor's credit under its lock alone; whether that changed it."""
    async with database.session(COALITION) as session, session.begin():
        return await exposure.meet(WriteSession(ReadSession(session)), found, now=now)
