"""What time does to sponsors' means: credit is set by what is owed, and who runs low is told."""

from __future__ import annotations

from datetime import datetime

import structlog

from domain.banking.credit import set_credit
from domain.errors import DomainError
from domain.settlement.prepaid import alerts
from domain.storage import COALITION, Database, ReadSession, WriteSession

log = structlog.get_logger("hansa.bounding")


async def bound(database: Database, *, now: datetime) -> None:
    """Set every sponsor's credit, and notice who runs low; what is refused is logged and left for people."""
    try:
        await set_credit(database, now=now)
    except DomainError as refused:
        log.warning("Credit cannot be set by what is owed", code=refused.code, because=refused.message)
    async with database.session(COALITION) as session, session.begin():
        low = await alerts.watch(WriteSession(ReadSession(session)), now=now)
    for one in low:
        log.info("A sponsor runs low", partner=str(one.allowance.partner_id), kind=one.allowance.kind, left=one.left)
