"""Each shop pays a pack of points before it awards them, and orders another."""

from __future__ import annotations

from datetime import datetime

from domain.ids import PersonId
from domain.settlement.prepaid import packs as prepaid
from domain.settlement.prepaid.packs import OrderPacks
from domain.storage import COALITION, Sight
from tests.isolation.shop import Shop, acting

PACK = 1_000


async def prepay(shop: Shop, *, preparer: PersonId, approver: PersonId, now: datetime) -> None:
    """One pack is paid, as two of the coalition's people say; the other waits for its money."""
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        paid, waiting = [
            await prepaid.order(
                session,
                OrderPacks(partner_id=shop.partner_id, packs=packs, idempotency_key=shop.secret(f"Packs{packs}")),
                by=shop.made["person"],
                now=now,
            )
            for packs in (1, 2)
        ]
    async with acting(shop.database, COALITION) as session:
        note = shop.secret("Seen")
        await prepaid.note_payment(session, paid.pack_id, amount=paid.gross, bank_note=note, by=preparer, now=now)
        await prepaid.confirm_payment(session, paid.pack_id, by=approver, now=now)
    shop.made["pack"] = waiting.pack_id
