"""A small coalition with members whose wallets tests fill and empty, on a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import asyncpg

from domain.audit.findings import Report
from domain.audit.verifying import verify
from domain.coalition.models import Partner, PartnerRole, ReturnPolicy
from domain.ledger.posting import Door, post
from domain.ledger.postings import (
    Award,
    BenefitGiven,
    CapturePosting,
    Claim,
    Posting,
    PurchasePosting,
    RedemptionPosting,
    ReturnPosting,
    ReversalPosting,
    Verdict,
)
from domain.ledger.sweeping import Swept, sweep
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember
from domain.settlement.cycles import open_first
from domain.storage import Database
from tests.builders.coalition import NOON, a_coalition, a_partner, writing

KEYS = MemberKeys(lookup=b"l" * 32, personal=b"p" * 32)
DAY = timedelta(days=1)


@dataclass
class Books:
    """The coalition under test: what happens in it happens at `now`."""

    database: Database
    owner: asyncpg.Connection[asyncpg.Record]
    shop: Partner
    maker: Partner
    now: datetime = NOON
    numbers: Any = field(default_factory=count)

    @property
    def pool(self) -> asyncpg.Pool[asyncpg.Record]:
        """The way into the ledger."""
        return self.database.pool

    async def member(self, *identifiers: Identifier) -> KnownMember:
        """Somebody joins."""
        named = identifiers or (Identifier.card(f"9{next(self.numbers):07}"),)
        command = EnrolMember(
            partner_id=self.shop.partner_id, idempotency_key=f"enrol-{next(self.numbers)}", identifiers=named
        )
        return (await enrol(self.pool, command, keys=KEYS, now=self.now)).member

    def head(self, who: KnownMember, key: str | None = None, **changes: Any) -> dict[str, Any]:
        """What every posting says."""
        key = key or f"key-{next(self.numbers)}"
        return {
            "wallet_id": who.wallet_id,
            "member_id": who.member_id,
            "partner_id": self.shop.partner_id,
            "idempotency_key": key,
            "fingerprint": key.encode(),
            "occurred_at": self.now,
        } | changes

    def award(self, points: int, **changes: Any) -> Award:
        """Points of the shop, available at once, without end unless said otherwise."""
        wait, last = changes.pop("wait", timedelta(0)), changes.pop("last", None)
        available_at = self.now + wait
        return Award(
            **{
                "sponsor_id": self.shop.partner_id,
                "points": points,
                "available_at": available_at,
                "expires_at": None if last is None else self.now + last,
                **changes,
            }
        )

    def purchase(
        self, who: KnownMember, *awards: Award, benefits: Sequence[BenefitGiven] = (), **changes: Any
    ) -> PurchasePosting:
        """A basket of one line."""
        return PurchasePosting(
            **self.head(who, changes.pop("key", None), reference="R1") | changes,
            currency="USD",
            total=1000,
            numbers=[1],
            skus=["apple"],
            quantities=[Decimal("1.5")],
            amounts=[1000],
            facts={"tier": "gold", "makers": {"apple": None}},
            awards=list(awards),
            benefits=list(benefits),
        )

    async def earn(self, who: KnownMember, points: int, **changes: Any) -> PurchasePosting:
        """A purchase with one award."""
        bought = self.purchase(who, self.award(points, **changes))
        await self.posted(Door.PURCHASES, bought)
        return bought

    async def ask(self, door: Door, posting: Posting) -> Verdict:
        """What the ledger says to a posting."""
        (verdict,) = await post(self.pool, door, [posting], now=self.now)
        return verdict

    async def posted(self, door: Door, posting: Posting) -> Verdict:
        """A posting that must stand."""
        verdict = await self.ask(door, posting)
        assert verdict.outcome == "POSTED", verdict
        return verdict

    def redemption(self, who: KnownMember, points: int, **changes: Any) -> RedemptionPosting:
        """Points to spend."""
        hold_for = changes.pop("hold_for", None)
        until = None if hold_for is None else self.now + hold_for
        return RedemptionPosting(**self.head(who, changes.pop("key", None)) | changes, points=points, hold_until=until)

    async def redeem(self, who: KnownMember, points: int, **changes: Any) -> RedemptionPosting:
        """Points are spent."""
        spent = self.redemption(who, points, **changes)
        await self.posted(Door.REDEMPTIONS, spent)
        return spent

    async def hold(self, who: KnownMember, points: int, **changes: Any) -> RedemptionPosting:
        """Points are set aside for an hour."""
        return await self.redeem(who, points, **{"hold_for": timedelta(hours=1), **changes})

    def capture(self, who: KnownMember, hold: Posting, points: int, **changes: Any) -> CapturePosting:
        """The end of a hold; with no points it is voided."""
        return CapturePosting(
            **self.head(who, changes.pop("key", None), refers_to=hold.entry_id) | changes, points=points
        )

    async def end_hold(self, who: KnownMember, hold: Posting, points: int) -> CapturePosting:
        """A hold is captured, or voided."""
        captured = self.capture(who, hold, points)
        await self.posted(Door.CAPTURES, captured)
        return captured

    def reversal(self, who: KnownMember, spent: Posting, points: int | None = None, **changes: Any) -> ReversalPosting:
        """A redemption to be taken back."""
        return ReversalPosting(
            **self.head(who, changes.pop("key", None), refers_to=spent.entry_id) | changes, points=points
        )

    async def reverse(self, who: KnownMember, spent: Posting, points: int | None = None) -> ReversalPosting:
        """A redemption is taken back."""
        back = self.reversal(who, spent, points)
        await self.posted(Door.REVERSALS, back)
        return back

    def goods(self, who: KnownMember, bought: PurchasePosting, *claims: int, **changes: Any) -> ReturnPosting:
        """Goods to come back; so many points are claimed of each of the purchase's awards."""
        before, benefits = changes.pop("before", 0), changes.pop("benefits", [])
        return ReturnPosting(
            **self.head(who, changes.pop("key", None), refers_to=bought.entry_id) | changes,
            purchase_wallet_id=bought.wallet_id,
            returns_before=before,
            claims=[Claim(lot_id=award.lot_id, points=n) for award, n in zip(bought.awards, claims, strict=False)],
            numbers=[1],
            quantities=[Decimal("0.5")],
            amounts=[500],
            benefits=benefits,
        )

    async def give_back(self, who: KnownMember, bought: PurchasePosting, *claims: int, **changes: Any) -> ReturnPosting:
        """Goods come back."""
        back = self.goods(who, bought, *claims, **changes)
        await self.posted(Door.RETURNS, back)
        return back

    async def sweep(self) -> Swept:
        """All that is due is written down."""
        return await sweep(self.pool, now=self.now)

    async def counters(self, who: KnownMember) -> tuple[int, int, int, int]:
        """Available, pending, held and debt of a wallet."""
        row = await self.owner.fetchrow(
            "SELECT available, pending, held, debt FROM wallet WHERE wallet_id = $1", who.wallet_id
        )
        assert row is not None
        return tuple(row)

    async def lots(self, who: KnownMember) -> list[int]:
        """What is left of each of a wallet's lots, oldest first."""
        rows = await self.owner.fetch(
            "SELECT remaining FROM lot WHERE wallet_id = $1 ORDER BY earned_at, lot_id", who.wallet_id
        )
        return [row["remaining"] for row in rows]

    async def kinds(self, who: KnownMember) -> list[str]:
        """The entries of a wallet, oldest first."""
        rows = await self.owner.fetch("SELECT kind FROM entry WHERE wallet_id = $1 ORDER BY version", who.wallet_id)
        return [row["kind"] for row in rows]

    async def audit(self) -> Report:
        """What an audit finds."""
        async with self.pool.acquire() as connection:
            return await verify(connection)

    async def prove(self) -> None:
        """The books are sound."""
        report = await self.audit()
        assert report.sound, report.findings


@asynccontextmanager
async def a_ledger(database: Database, database_url: str, **terms: Any) -> AsyncIterator[Books]:
    """A coalition of a shop and a maker, whose first cycle is open."""
    await a_coalition(database)
    shop = await a_partner(database, "shop", **terms)
    maker = await a_partner(database, "maker", PartnerRole.MANUFACTURER, **terms)
    owner = await asyncpg.connect(database_url)
    try:
        async with writing(database) as session:
            await open_first(session, now=NOON - 30 * DAY)
        yield Books(database, owner, shop, maker)
    finally:
        await owner.close()


async def sign_policy(books: Books, partner: Partner, policy: ReturnPolicy) -> None:
    """The partner's contract, as if it had been signed with another policy for returns."""
    await books.owner.execute("ALTER TABLE contract DISABLE TRIGGER USER")
    await books.owner.execute(
        "UPDATE contract SET return_policy = $2 WHERE partner_id = $1", partner.partner_id, policy
    )
    await books.owner.execute("ALTER TABLE contract ENABLE TRIGGER USER")
