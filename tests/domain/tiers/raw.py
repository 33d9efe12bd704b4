"""Books written straight into the tables, many at once: what counts towards tiers, without the ledger's doors."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg

from tests.domain.tiers.paper import Bought

MEMBER = """INSERT INTO member (wallet_id, member_id, kind, status, joined_at, joined_through, merged_into)
    VALUES ($1, $2, 'CONSUMER', $3, $4, $5, $6)"""
WALLET = """INSERT INTO wallet (wallet_id, head, opened_at, active_at, merged_into) VALUES ($1, '', $2, $2, $3)
    ON CONFLICT DO NOTHING"""
ENTRY = """INSERT INTO entry (wallet_id, entry_id, version, kind, member_id, partner_id, idempotency_key, fingerprint,
    refers_to, occurred_at, posted_at, cycle_id, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, $9, $2, '')"""
PURCHASE = """INSERT INTO purchase (wallet_id, entry_id, partner_id, occurred_at, currency, total, numbers, skus,
    quantities, amounts, facts, returns) VALUES ($1, $2, $3, $4, 'USD', $5, $6, $7, $8, $9, '{}', $10)"""
RETURN = """INSERT INTO purchase_return (wallet_id, entry_id, purchase_entry_id, partner_id, number, numbers,
    quantities, amounts) VALUES ($1, $2, $3, $4, 1, $5, $6, $7)"""
TRANSFER = """INSERT INTO transfer (wallet_id, entry_id, n, kind, debit, credit, points, lot_id, sponsor_id,
    sponsor_contract_id, accrual_cycle_id, campaign_id, campaign_version, partner_id, cycle_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $2, $8, $8, $8, $9, 1, $8, $8)"""


class Raw:
    """Whoever writes what no door would; triggers and foreign keys look away."""

    def __init__(self, owner: asyncpg.Connection[asyncpg.Record]) -> None:
        self.owner = owner
        self.version = 0

    async def begin(self) -> None:
        """From now on nobody looks."""
        await self.owner.execute("SET session_replication_role = replica")

    async def joins(
        self, shop: UUID, joined: datetime, *, wallet: UUID | None = None, into: tuple[UUID, UUID] | None = None
    ) -> tuple[UUID, UUID]:
        """A member; on a wallet of somebody's, or one that has become another."""
        where, who = wallet or uuid4(), uuid4()
        await self.owner.execute(WALLET, where, joined, into and into[0])
        status = "ACTIVE" if into is None else "MERGED"
        await self.owner.execute(MEMBER, where, who, status, joined, shop, into and into[1])
        return where, who

    async def writes(self, wallet: UUID, one: Bought, *, returned_to: UUID | None = None) -> None:
        """A purchase with its points, and what came back of it, in one return."""
        entry, back, numbers = uuid4(), uuid4(), list(range(1, len(one.lines) + 1))
        await self._entry(wallet, entry, "PURCHASE", one, None)
        await self.owner.execute(
            *(PURCHASE, wallet, entry, one.shop, one.at, sum(line.amount for line in one.lines), numbers),
            *([line.sku for line in one.lines], [Decimal(1)] * len(numbers), [line.amount for line in one.lines]),
            int(one.comes_back),
        )
        for number, (campaign, points) in enumerate(one.points.items()):
            where = (wallet, entry, number, "ACCRUE", "ISSUED", "AVAILABLE")
            await self.owner.execute(TRANSFER, *where, points, one.shop, campaign)
        if not one.comes_back:
            return
        current = returned_to or wallet
        await self._entry(current, back, "RETURN", one, entry)
        amounts = [line.back for line in one.lines]
        await self.owner.execute(RETURN, wallet, back, entry, one.shop, numbers, [Decimal(1)] * len(numbers), amounts)
        for number, (campaign, points) in enumerate(one.taken.items()):
            if points:
                where = (current, back, number, "CLAWBACK", "AVAILABLE", "ISSUED")
                await self.owner.execute(TRANSFER, *where, points, one.shop, campaign)

    async def _entry(self, wallet: UUID, entry: UUID, kind: str, one: Bought, refers_to: UUID | None) -> None:
        self.version += 1
        said = (wallet, entry, self.version, kind, one.who, one.shop, str(entry), refers_to, one.at)
        await self.owner.execute(ENTRY, *said)
