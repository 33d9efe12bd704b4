"""A cycle that is settled without the two shops: what came late stands in it, and everybody was reminded to answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import select

from domain.ids import PersonId
from domain.settlement import cycles, deadlines, failing
from domain.settlement.failure_models import Fate, SetAsideLine
from domain.settlement.lines import Source
from domain.settlement.models import Cycle
from domain.storage import COALITION, WriteSession
from tests.isolation.shop import Shop, acting

OFFLINE = timedelta(days=3)
"""How long after it happened a purchase is posted."""


async def sell_late(shop: Shop, *, now: datetime) -> None:
    """A till was offline while a cycle was cut off."""
    await shop.sell(shop.made["member"], 7, now=now, occurred=now - OFFLINE)


async def fail(shops: Iterable[Shop], cycle_id: UUID, *, preparer: PersonId, approver: PersonId, now: datetime) -> None:
    """A computed cycle is proposed, nobody answers, and two persons set both shops aside before it is approved."""
    shops = list(shops)
    database = shops[0].database
    async with acting(database, COALITION) as session:
        await cycles.propose(session, cycle_id, by=preparer, now=now, days_to_answer=1)
    async with acting(database, COALITION) as session:
        await deadlines.remind_due(session, now=now)
    for shop in shops:
        why: dict[str, Any] = {"reason": shop.secret("Failed"), "by": preparer, "now": now}
        async with acting(database, COALITION) as session:
            asked = await failing.ask(session, cycle_id, shop.partner_id, Fate.SET_ASIDE, **why)
            shop.made["set aside"] = asked.set_aside_id
        async with acting(database, COALITION) as session:
            await failing.agree(session, asked.set_aside_id, by=approver, now=now)
    async with acting(database, COALITION) as session:
        await cycles.propose(session, cycle_id, by=preparer, now=now, days_to_answer=0)
    async with acting(database, COALITION) as session:
        await cycles.approve(session, cycle_id, by=approver, now=now)
        for shop in shops:
            shop.made["line aside"] = await _fee_aside(session, shop, cycle_id)


async def _fee_aside(session: WriteSession, shop: Shop, cycle_id: UUID) -> UUID:
    """A line that was set aside of which no other partner is a side."""
    fee = select(SetAsideLine.line_id).where(
        SetAsideLine.cycle_id == cycle_id,
        SetAsideLine.revision == (await session.get_one(Cycle, cycle_id)).revision,
        SetAsideLine.debtor_id == shop.partner_id,
        SetAsideLine.source == Source.FEE_FIXED.value,
    )
    return (await session.scalars(fee)).one()
