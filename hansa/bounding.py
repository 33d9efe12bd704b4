"""What time does to means: credit is set by what is owed, budgets get their day's part, and who runs low is told."""

from __future__ import annotations

from datetime import datetime

import structlog

from domain.analytics import folding
from domain.banking.credit import set_credit
from domain.earning import budgeting
from domain.errors import DomainError
from domain.ledger.allowance_models import ChangeReason
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
    await pace(database, now=now)
    await fold(database, now=now)


async def fold(database: Database, *, now: datetime) -> None:
    """Fold what campaigns came to, day by day until all is folded; what was done stays when it breaks off."""
    more = True
    while more:
        async with database.session(COALITION) as session, session.begin():
            more = await folding.fold(WriteSession(ReadSession(session)), now=now)


async def pace(database: Database, *, now: datetime) -> None:
    """Make the parts of campaigns' budgets available whose day has come, one by one, and notice which run low."""
    async with database.session(COALITION) as session:
        due = await budgeting.to_pace(ReadSession(session), now=now)
    for campaign in due:
        async with database.session(COALITION) as session, session.begin():
            writing = WriteSession(ReadSession(session))
            left = await budgeting.meet_budget(writing, campaign, now=now, reason=ChangeReason.PACE)
        log.info("A budget's next part is available", campaign=str(campaign.campaign_id), left=left)
    async with database.session(COALITION) as session, session.begin():
        low = await budgeting.watch(WriteSession(ReadSession(session)), now=now)
    for campaign in low:
        log.info("A campaign's budget runs low", campaign=str(campaign.campaign_id), owner=str(campaign.partner_id))
