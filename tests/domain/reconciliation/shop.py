"""A shop that trades and hands files in: purchases, returns and redemptions with numbers, outlets and times."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from domain.coalition.partners import OpenOutlet, open_outlets
from domain.coalition.queries import brand_of
from domain.ids import PartnerId
from domain.ledger.posting import Door, post
from domain.ledger.postings import Award, Claim, PurchasePosting, RedemptionPosting, ReturnPosting
from domain.reconciliation import files, keeping
from domain.reconciliation.files import BeginFile
from domain.reconciliation.mapping import Mapping
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.queries import file_by_id
from domain.storage import Database
from resolvers.context import Context
from resolvers.reconciling import work_off
from tests.builders import partner_files
from tests.builders.graphql import KEYS
from tests.domain.settlement.trading import ANNA, HYBRID, Member, Trading, a_coalition

OPENS = datetime(2026, 11, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, tzinfo=UTC)
MOST = 10**9
OUTLETS = ("north", "south")


@dataclass
class Shop:
    """One partner with outlets, and another beside it."""

    trading: Trading
    database: Database
    partner_id: PartnerId
    outlets: dict[str, UUID]
    member: Member
    sequence: int = 0
    purchases: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)

    @property
    def ctx(self) -> Context:
        """The worker's."""
        return Context.for_coalition(self.database, self.trading.now, keys=KEYS)

    async def sell(
        self,
        reference: str | None,
        *,
        at: datetime,
        points: int = 10,
        amount: int = 1_000,
        outlet: str | None = "north",
        key: str | None = None,
    ) -> None:
        """A purchase."""
        award = Award(sponsor_id=self.partner_id, points=points, available_at=at, expires_at=None)
        posting = PurchasePosting(
            **self._common(reference, at, outlet, key or f"sale-{reference}-{at.isoformat()}-{points}"),
            currency="EUR",
            total=amount,
            numbers=[1],
            skus=["BREAD"],
            quantities=[Decimal(1)],
            amounts=[amount],
            facts={},
            awards=[award] if points else [],
            benefits=[],
        )
        (verdict,) = await post(self.database.pool, Door.PURCHASES, [posting], now=self.trading.now)
        assert verdict.outcome == "POSTED", verdict
        if reference and points:
            self.purchases[reference] = (verdict.entry_id, award.lot_id)

    async def take_back(self, reference: str, number: str, *, at: datetime, points: int, amount: int) -> None:
        """Goods of a purchase come back."""
        entry_id, lot_id = self.purchases[reference]
        posting = ReturnPosting(
            **self._common(number, at, "north", f"back-{number}") | {"refers_to": entry_id},
            purchase_wallet_id=self.member.wallet_id,
            returns_before=0,
            claims=[Claim(lot_id=lot_id, points=points)],
            numbers=[1],
            quantities=[Decimal(1)],
            amounts=[amount],
            benefits=[],
        )
        (verdict,) = await post(self.database.pool, Door.RETURNS, [posting], now=self.trading.now)
        assert verdict.outcome == "POSTED", verdict

    async def redeem(self, reference: str, *, at: datetime, points: int) -> None:
        """Points are spent."""
        posting = RedemptionPosting(**self._common(reference, at, "south", f"spent-{reference}"), points=points)
        (verdict,) = await post(self.database.pool, Door.REDEMPTIONS, [posting], now=self.trading.now)
        assert verdict.outcome == "POSTED", verdict

    async def trade(self, random: Random, count: int, *, named: bool = True, word: str = "S") -> None:
        """Purchases of all kinds, some without points, and now and then a return or a redemption."""
        for number in range(count):
            at = OPENS + timedelta(seconds=random.randrange(60, 25 * 86_400))
            reference = f"{word}{number:05}" if named else None
            points, amount = (
                random.choice([0, 5, 10, 25]),
                random.choice([199, 1_000, 2_550, random.randint(1, 99_999)]),
            )
            outlet = random.choice(OUTLETS)
            await self.sell(reference, at=at, points=points, amount=amount, outlet=outlet, key=f"{word}-{number}")
            if reference and points == 25:
                await self.take_back(reference, f"R{reference}", at=at + timedelta(hours=30), points=25, amount=amount)
            elif reference and points == 10 and number % 3 == 0:
                await self.redeem(f"P{reference}", at=at + timedelta(hours=31), points=3)

    async def posted(self) -> list[partner_files.FileRow]:
        """What a faultless file would hold."""
        return await partner_files.posted(self.database.pool, self.partner_id, starts_at=OPENS, ends_at=CLOSES)

    async def map(self, mapping: Mapping | None = None, name: str = "tills") -> None:
        """Keep a mapping."""
        kept = mapping or partner_files.mapping()
        await self.trading.do(keeping.save, self.partner_id, name, kept, by=ANNA, now=self.trading.now)

    async def hand_in(self, content: bytes, **how: Any) -> PartnerFile:
        """A file, whole, that waits for its turn."""
        command = self.command(**how)
        digest = hashlib.sha256(content).digest()
        begun = await self.trading.do(files.begin, command, most=MOST, by=ANNA, now=self.trading.now)
        await self.trading.do(files.append, begun.file_id, 0, content, most=MOST)
        await self.trading.do(files.complete, begun.file_id, sha256=digest, now=self.trading.now)
        return await self.trading.do(file_by_id, begun.file_id)

    def command(self, **how: Any) -> BeginFile:
        """The next file of November."""
        if "sequence" not in how:
            self.sequence += not how.get("dry_run", False)
        usual: dict[str, Any] = {
            "partner_id": self.partner_id,
            "mapping": "tills",
            "name": "november.csv",
            "sequence": self.sequence if not how.get("dry_run") else self.sequence + 1,
        }
        if "cycle_id" not in how:
            usual |= {"starts_at": OPENS, "ends_at": CLOSES}
        return BeginFile(**usual | how)

    async def reconcile(self, content: bytes, **how: Any) -> PartnerFile:
        """A file handed in and worked off."""
        file = await self.hand_in(content, **how)
        await work_off(self.ctx)
        return await self.trading.do(file_by_id, file.file_id)

    def _common(self, reference: str | None, at: datetime, outlet: str | None, key: str) -> dict[str, Any]:
        return {
            "wallet_id": self.member.wallet_id,
            "member_id": self.member.member_id,
            "partner_id": self.partner_id,
            "idempotency_key": key,
            "fingerprint": hashlib.sha256(key.encode()).digest(),
            "occurred_at": at,
            "reference": reference,
            "outlet_id": None if outlet is None else self.outlets[outlet],
        }


async def a_shop(database: Database) -> Shop:
    """A coalition with a shop P and another Q."""
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID)
    partner_id = trading.partner_ids["P"]
    trading.now = CLOSES

    async def opened(session: Any) -> dict[str, UUID]:
        brand = await brand_of(session, partner_id)
        wanted = [OpenOutlet(code=code, name=code, time_zone="Europe/Riga") for code in OUTLETS]
        return {one.code: one.outlet_id for one in await open_outlets(session, brand, wanted)}

    outlets = await trading.do(opened)
    return Shop(trading, database, partner_id, outlets, await trading.join())
