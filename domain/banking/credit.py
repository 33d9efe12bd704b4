"""What sponsors owe with what they have not paid yet, and their credit set by it."""

from __future__ import annotations

from datetime import datetime

from domain.banking.ageing import open_amount
from domain.ids import PartnerId
from domain.settlement import exposure
from domain.settlement.exposure import Exposure
from domain.storage import COALITION, Database, ReadSession, WriteSession


async def exposure_of(session: ReadSession, partner_id: PartnerId, *, now: datetime) -> Exposure:
    """What a sponsor owes for points, of unpaid cycles and of open ones. Raises: PriceUnknown."""
    unpaid = await open_amount(session, partner_id)
    return await exposure.exposure_of(session, partner_id, unpaid=unpaid, now=now)


async def set_credit(database: Database, *, now: datetime) -> list[Exposure]:
    """Set every sponsor's credit by what it owes now: looked at in one snapshot, then set sponsor by sponsor.

    Safe to run at any time and by several at once; what is awarded meanwhile is counted. Raises: PriceUnknown.
    """
    async with database.session(COALITION) as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        reading = ReadSession(session)
        found = [await exposure_of(reading, whose, now=now) for whose in await exposure.limited(reading, now=now)]
    for one in found:
        async with database.session(COALITION) as session, session.begin():
            await exposure.meet(WriteSession(ReadSession(session)), one, now=now)
    return found
