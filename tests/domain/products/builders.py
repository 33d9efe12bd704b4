"""Partners and catalogues for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from domain.ids import PartnerId, new_id
from domain.products import feeding
from domain.products.feeding import FeedReceipt, ProductItem
from domain.storage import COALITION, Database, Sight, WriteSession

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def a_partner(database: Database, slug: str) -> PartnerId:
    """A partner of the coalition that trades."""
    partner_id = PartnerId(new_id())
    async with database.session(COALITION) as session, session.begin():
        await session.execute(
            text(
                "INSERT INTO partner (partner_id, slug, name, roles, status, hue, joined_at)"
                " VALUES (:partner_id, :slug, :slug, '{RETAILER,MANUFACTURER}', 'ACTIVE', 10, :now)"
            ),
            {"partner_id": partner_id, "slug": slug, "now": NOW},
        )
    return partner_id


async def fed(
    database: Database, partner_id: PartnerId, *items: ProductItem, by: PartnerId | None = None
) -> FeedReceipt:
    """The receipt of a feed into a partner's catalogue."""
    async with database.session(Sight.partner(by or partner_id)) as session, session.begin():
        return await feeding.feed(WriteSession(session), partner_id, items, now=NOW)  # type: ignore[arg-type]
