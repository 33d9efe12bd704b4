"""Sponsors whose means are bounded, and what the books say of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import asyncpg

from domain.coalition.models import Billing, Partner
from domain.ids import PartnerId
from domain.ledger.allowance_models import AllowanceKind, ChangeReason
from domain.ledger.allowances import add
from domain.storage import Database, opened
from tests.builders.coalition import a_partner, writing
from tests.builders.ledger import Books, a_ledger

PACKS = {"billing": Billing.PREPAID, "pack_points": 1000, "pack_alert": 100, "pack_limit": True}


async def a_sponsor(books: Books, slug: str, points: int = 0, **terms: Any) -> Partner:
    """A partner on prepaid packs with a hard limit, unless said otherwise, and so many points paid."""
    partner = await a_partner(books.database, slug, **{**PACKS, **terms})
    if points:
        await give(books, partner, points)
    return partner


async def give(books: Books, partner: Partner, amount: int, kind: AllowanceKind = AllowanceKind.PREPAID) -> int:
    """A pack is paid; what is left now."""
    async with writing(books.database) as session:
        whose = PartnerId(partner.partner_id)
        return await add(session, whose, kind, amount, ChangeReason.PACK, now=books.now)


async def on_credit(books: Books, slug: str, limit: str, **terms: Any) -> Partner:
    """A partner that may come to owe so much: one cent a point, all at issuance."""
    terms = {"price": Decimal("0.01"), "share_at_issuance": Decimal(1), "credit_limit": Decimal(limit), **terms}
    return await a_partner(books.database, slug, **terms)


async def left(owner: asyncpg.Connection[Any], partner: Partner, kind: str = "PREPAID") -> int:
    """What is left of a sponsor's allowance."""
    sql = """SELECT sum(s.left_amount) FROM allowance_slice s JOIN allowance a USING (allowance_id)
        WHERE a.partner_id = $1 AND a.kind = $2"""
    return int(await owner.fetchval(sql, partner.partner_id, kind) or 0)


async def issued(owner: asyncpg.Connection[Any], partner: Partner) -> int:
    """Points the sponsor has funded, less what was clawed back unspent."""
    sql = """SELECT COALESCE(sum(CASE WHEN kind IN ('ACCRUE', 'ADJUST') THEN points
            WHEN kind = 'CLAWBACK' AND debit IN ('PENDING', 'AVAILABLE') THEN -points ELSE 0 END), 0)
        FROM transfer WHERE sponsor_id = $1"""
    return int(await owner.fetchval(sql, partner.partner_id))


@asynccontextmanager
async def many_hands(database_url: str, connections: int) -> AsyncIterator[tuple[Database, Books]]:
    """Books with many connections at once."""
    async with opened(database_url, connections=connections) as database, a_ledger(database, database_url) as books:
        yield database, books
