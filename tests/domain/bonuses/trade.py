"""A wholesaler and the firms it serves, on a clock that tests move."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.bonuses import giving, managing, queries
from domain.bonuses.giving import Done
from domain.bonuses.queries import Statement
from domain.bonuses.terms import Band, BonusTerms, Scheme
from domain.business import registering
from domain.business.models import BusinessKind, BusinessRow
from domain.business.registering import RegisterBusiness
from domain.coalition.models import Partner
from domain.earning import purchases, returning
from domain.earning.basket import BasketLine, Tender
from domain.earning.commands import PurchaseReceipt, PurchaseRef, RecordPurchase, RecordReturn
from domain.earning.rerating import ReturnedLine
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.ledger.queries import balance
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.recognition import MemberRef
from domain.paging import PageRequest
from domain.storage import COALITION, Database, Sight
from domain.values import Rate
from tests.builders.coalition import a_partner
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

ZONE = ZoneInfo("Europe/Riga")
DAY = timedelta(days=1)
TWO_BANDS = (Band(start=0, rate=Rate("0.01")), Band(start=100_000, rate=Rate("0.02")))


def at(day: date, hour: int = 12) -> datetime:
    """A moment of a day by the coalition's clock."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


@dataclass
class Trade:
    """Where it happens; the shop of the usual world is the wholesaler that owns schemes."""

    world: World
    rival: Partner
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.world.database

    @property
    def owner(self) -> PartnerId:
        """Who owns the schemes."""
        return self.world.shop

    async def registered(self, number: int, *, by: PartnerId | None = None, **changes: Any) -> UUID:
        """A firm is registered."""
        usual = {
            "partner_id": by or self.owner,
            "idempotency_key": f"firm-{number:04}",
            "kind": BusinessKind.RETAILER,
            "name": f"Firm {number}",
            "registration_number": f"4000{number:06}",
            "customer_number": f"C{number}",
            "card_number": f"FIRM{number:04}",
        }
        command = RegisterBusiness(**{**usual, **changes})
        return await registering.register(self.database.pool, command, keys=KEYS, now=self.now)

    async def firm(self, number: int, *, by: PartnerId | None = None, **changes: Any) -> UUID:
        """A firm that is served; its till number at the partner that registered it is C and the number."""
        business_id = await self.registered(number, by=by, **changes)
        async with acting(self.database, Sight.partner(by or self.owner)) as session:
            await registering.approve(session, by or self.owner, business_id, by=None, now=self.now)
        return business_id

    def terms(self, **changes: Any) -> BonusTerms:
        """One per cent up to a thousand, two above, of what was bought at the owner's, each quarter of 2026 on."""
        usual = {
            "name": "Quarterly bonus",
            "starts_on": date(2026, 1, 1),
            "partners": frozenset({self.owner}),
            "bands": TWO_BANDS,
            "wait_days": 0,
            "by_hand": False,
        }
        return BonusTerms(**{**usual, **changes})

    async def live(self, **changes: Any) -> Scheme:
        """A scheme goes live now; all parties agree."""
        terms = self.terms(**changes)
        async with acting(self.database, Sight.partner(self.owner)) as session:
            drawn = await managing.draft(session, self.owner, terms, now=self.now)
        for party in terms.funders:
            async with acting(self.database, Sight.partner(party)) as session:
                await managing.agree(session, party, drawn.scheme_id, terms.fingerprint(), now=self.now)
        async with acting(self.database, Sight.partner(self.owner)) as session:
            return await managing.publish(session, self.owner, drawn.scheme_id, now=self.now)

    async def buys(
        self,
        number: int,
        cents: int,
        *,
        sku: str = "butter",
        quantity: str = "1",
        partner: PartnerId | None = None,
        tenders: tuple[Tender, ...] = (),
    ) -> PurchaseReceipt:
        """A firm buys one line."""
        partner = partner or self.owner
        command = RecordPurchase(
            partner_id=partner,
            member=MemberRef(identifier=Identifier.external(f"C{number}", partner)),
            idempotency_key=f"purchase-{next(self.numbers):05}",
            occurred_at=self.now,
            outlet_code="1",
            currency="EUR",
            lines=(BasketLine(number=1, sku=sku, amount=cents, quantity=Decimal(quantity)),),
            tenders=tenders,
        )
        return await purchases.record_purchase(
            self.database.pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now
        )

    async def gives_back(self, bought: PurchaseReceipt, quantity: str | None = None) -> None:
        """Goods come back."""
        lines = None if quantity is None else (ReturnedLine(1, Decimal(quantity)),)
        command = RecordReturn(
            partner_id=self.owner,
            purchase=PurchaseRef(wallet_id=bought.wallet_id, entry_id=bought.entry_id),
            idempotency_key=f"return-{next(self.numbers):05}",
            occurred_at=self.now,
            lines=lines,
        )
        await returning.record_return(self.database.pool, command, lookup_key=KEYS.lookup, now=self.now)

    async def turn(self) -> Done:
        """The worker's turn."""
        return await giving.look(self.database.pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)

    async def statements(self, business_id: UUID | None = None) -> list[Statement]:
        """All statements, the first period first, as their owner sees them."""
        async with acting(self.database, Sight.partner(self.owner)) as session:
            page = await queries.statements(session, PageRequest(100))
        found = [one for one in page.items if business_id in {None, one.business_id}]
        return sorted(found, key=lambda one: (one.starts, one.business_id))

    async def points(self, business_id: UUID) -> int:
        """What a firm has, or owes."""
        async with acting(self.database, COALITION) as session:
            row = await session.get(BusinessRow, business_id)
        assert row is not None
        held = await balance(self.database.pool, row.wallet_id, sight=COALITION, now=self.now)
        return int(held.available) + int(held.pending) - int(held.debt)

    @staticmethod
    def caches() -> Caches:
        """What a till remembers: nothing yet."""
        return Caches.fresh("EUR", "Europe/Riga")


async def a_trade(database: Database) -> Trade:
    """The shop of the usual world, and a rival."""
    world = await a_world(database)
    return Trade(world=world, rival=await a_partner(database, "rival"))


ALLOWED = frozenset({ConsentPurpose.OFFERS})
