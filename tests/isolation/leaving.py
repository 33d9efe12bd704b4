"""Each shop gives notice: everybody may know from when on it funds no points, and nobody why."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.coalition import leaving
from domain.coalition.exit_words import Remainder
from domain.coalition.leaving import GiveNotice
from domain.ids import PersonId
from domain.storage import COALITION
from tests.isolation.shop import Shop, acting

AHEAD = timedelta(days=800)
"""Far enough ahead that nothing else changes."""


async def give_notice(shop: Shop, *, by: PersonId, now: datetime) -> None:
    """One of its people gives notice; one of the coalition's says what is to become of its points."""
    notice = GiveNotice(partner_id=shop.partner_id, exit_at=now + AHEAD, reason=shop.secret("Leaving"), by_partner=True)
    async with acting(shop.database, COALITION) as session:
        await leaving.give_notice(session, notice, by=shop.made["person"], now=now)
        await leaving.choose_remainder(session, shop.partner_id, Remainder.HONOUR, by=by, now=now)
