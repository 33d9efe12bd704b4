"""Two shops, the programmes of theirs and the coalition's, and members who go up and down in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.coalition.models import Partner
from domain.ids import EntryId, PartnerId, TierProgrammeId
from domain.ledger.posting import Door
from domain.ledger.postings import ActionPosting, PurchasePosting, ReturnPosting
from domain.members.recognition import KnownMember
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.storage import COALITION, Sight
from domain.tiers import managing, queries
from domain.tiers.asking import Change, Held, held_of, meet
from domain.tiers.models import TierStanding, TierStep
from domain.tiers.queries import Programme
from domain.tiers.terms import Kept, Measure, Tier, TierPeriod, TierTerms
from tests.builders.coalition import a_partner
from tests.builders.ledger import Books
from tests.builders.members import seeing

RIGA = ZoneInfo("Europe/Riga")
SILVER, GOLD = Tier(name="Silver", threshold=300_00), Tier(name="Gold", threshold=1000_00)
THREE = (Tier(name="Member", threshold=0), SILVER, GOLD)


def noon(day: str) -> datetime:
    """Noon of a day in Riga."""
    return datetime.combine(date.fromisoformat(day), time(12), RIGA)


def said(**terms: Any) -> TierTerms:
    """Terms: by what was spent in a calendar year, kept to the end of the next."""
    usual = {
        "name": "Town",
        "measure": Measure.SPEND,
        "period": TierPeriod.CALENDAR_YEAR,
        "kept": Kept.END_OF_NEXT,
        "tiers": THREE,
    }
    return TierTerms(**usual | terms)


@dataclass
class Town:
    """Two shops side by side, amber and birch, in the coalition's zone of Riga."""

    books: Books
    amber: PartnerId
    birch: PartnerId
    partners: dict[PartnerId, Partner]

    def on(self, day: str | datetime) -> datetime:
        """It is noon of a day, or an instant, from now on."""
        self.books.now = noon(day) if isinstance(day, str) else day
        return self.books.now

    async def programme(
        self, owner: PartnerId | None = None, *, applies_from: date | None = None, **terms: Any
    ) -> TierProgrammeId:
        """A programme is published now: the coalition's, or an owner's; or its next version."""
        async with self.seeing(owner) as session:
            drawn = await managing.draw_up(session, owner, said(**terms), now=self.books.now)
            done = await managing.publish(
                session, owner, drawn.programme_id, applies_from=applies_from, now=self.books.now
            )
        return done.programme_id

    def seeing(self, owner: PartnerId | None) -> Any:
        """A transaction with the owner's sight."""
        return seeing(self.books.database, COALITION if owner is None else Sight.partner(owner))

    async def joins(self, day: str) -> KnownMember:
        """Somebody joins at noon of a day."""
        was, _ = self.books.now, self.on(day)
        try:
            return await self.books.member()
        finally:
            self.books.now = was

    async def buys(
        self, who: KnownMember, cents: int, *, at: PartnerId | None = None, when: datetime | None = None, **other: Any
    ) -> PurchasePosting:
        """A purchase of milk, or of what is named, all for so many cents together; nobody looks at tiers for it."""
        goods = other.pop("skus", ("milk",))
        shares = [cents // len(goods)] * len(goods)
        usual = self.books.purchase(
            who, *other.pop("awards", ()), partner_id=at or self.amber, occurred_at=when or self.books.now
        )
        basket = replace(
            usual,
            total=sum(shares),
            numbers=list(range(1, len(goods) + 1)),
            skus=list(goods),
            quantities=[Decimal(1)] * len(goods),
            amounts=shares,
        )
        await self.books.posted(Door.PURCHASES, basket)
        return basket

    async def brings_back(
        self, who: KnownMember, bought: PurchasePosting, *numbers: int, cents: int | None = None, before: int = 0
    ) -> None:
        """Lines of a purchase come back: wholly, or for so many cents of one."""
        lines = numbers or tuple(bought.numbers)
        back = ReturnPosting(
            **self.books.head(who, partner_id=bought.partner_id),
            refers_to=EntryId(bought.entry_id),
            purchase_wallet_id=bought.wallet_id,
            returns_before=before,
            claims=[],
            numbers=list(lines),
            quantities=[Decimal(1)] * len(lines),
            amounts=[bought.amounts[number - 1] if cents is None else cents for number in lines],
        )
        await self.books.posted(Door.RETURNS, back)

    async def does(self, who: KnownMember, kind: str, *, at: PartnerId | None = None) -> None:
        """An action."""
        posting = ActionPosting(
            **self.books.head(who, partner_id=at or self.amber),
            kind=kind,
            attributes={},
            facts={"campaigns": []},
            awards=[],
        )
        await self.books.posted(Door.ACTIONS, posting)

    async def look(self, *programmes: TierProgrammeId, who: Collection[KnownMember] = ()) -> list[Change]:
        """All, or some members are looked at again, now."""
        wallets = {one.wallet_id for one in who} or set(await self.wallets())
        return await meet(self.books.pool, set(programmes) or set(await self.live()), wallets, at=self.books.now)

    async def wallets(self) -> list[UUID]:
        """All wallets."""
        return [row[0] for row in await self.books.owner.fetch("SELECT DISTINCT wallet_id FROM member")]

    async def live(self) -> list[TierProgrammeId]:
        """All live programmes."""
        found = await self.books.owner.fetch("SELECT programme_id FROM tier_programme WHERE state = 'LIVE'")
        return [row[0] for row in found]

    async def held(self, who: KnownMember, *, at: PartnerId | None = None) -> tuple[Held, ...]:
        """The tiers that count for a member at a shop now."""
        shopper = (at or self.amber, who.wallet_id, who.member_id)
        return (await held_of(self.books.pool, [shopper], at=self.books.now))[shopper]

    async def tier(self, who: KnownMember, *, at: PartnerId | None = None) -> str | None:
        """The first of them."""
        held = await self.held(who, at=at)
        return held[0].tier if held else None

    async def standing(self, who: KnownMember, programme: TierProgrammeId) -> TierStanding:
        """Where a member stands, as the coalition reads it."""
        async with seeing(self.books.database, COALITION) as session:
            row = await queries.standing_row(session, programme, who.wallet_id, who.member_id)
        assert row is not None
        return row

    async def kept_until(self, who: KnownMember, programme: TierProgrammeId) -> tuple[str | None, str | None]:
        """The tier that a member has, and the first day on which it has it no more, in Riga."""
        row = await self.standing(who, programme)
        if row.until is None:
            return row.tier, None
        until = row.until.astimezone(RIGA)
        assert until.time() == time(0), until
        return row.tier, until.date().isoformat()

    async def steps(self, who: KnownMember, programme: TierProgrammeId) -> list[TierStep]:
        """How it came to that, the oldest first."""
        async with seeing(self.books.database, COALITION) as session:
            found = await queries.steps_of(session, programme, who.wallet_id, who.member_id)
        return found[::-1]

    async def read(self, programme: TierProgrammeId) -> Programme:
        """A programme."""
        async with seeing(self.books.database, COALITION) as session:
            return await queries.programme_by_id(session, programme)

    async def come_to(self, who: KnownMember, programme: TierProgrammeId) -> int:
        """What a member has come to in the stretch that lasts now."""
        async with seeing(self.books.database, COALITION) as session:
            found = await queries.progress(session, programme, who.wallet_id, who.member_id, at=self.books.now)
        assert found is not None
        return found.amount

    async def come_to_all(self, programme: TierProgrammeId, at: datetime, *, look: bool = False) -> dict[UUID, int]:
        """What all members have come to at an instant, in one call; looked at before, where status points count."""
        wallets = await self.wallets()
        if look:
            await meet(self.books.pool, {programme}, wallets, at=at)
        rows = await self.books.owner.fetch(
            "SELECT member_id, amount FROM qualified($1, $2::uuid[], $3) WHERE turn = 0", programme, wallets, at
        )
        return {row["member_id"]: row["amount"] for row in rows}


@asynccontextmanager
async def a_town(books: Books) -> AsyncIterator[Town]:
    """Two shops in a ledger, with a catalogue each."""
    await books.owner.execute("UPDATE coalition SET time_zone = 'Europe/Riga'")
    birch = await a_partner(books.database, "birch")
    partners = {PartnerId(one.partner_id): one for one in (books.shop, birch)}
    for partner_id in partners:
        async with seeing(books.database, Sight.partner(partner_id)) as session:
            await feeding.feed(session, partner_id, CATALOGUE, now=books.now)
    amber, other = partners
    yield Town(books=books, amber=amber, birch=other, partners=partners)


CATALOGUE = [
    ProductItem(sku="milk", name="Milk", category="DAIRY", brand="Meadow", department="FOOD"),
    ProductItem(sku="kefir", name="Kefir", category="DAIRY", brand="Valmiera", department="FOOD"),
    ProductItem(sku="card", name="Gift card", category="GIFT_CARDS", department="SERVICE"),
]
LONG = timedelta(days=4000)
EARLY = datetime(2020, 1, 1, tzinfo=UTC)
