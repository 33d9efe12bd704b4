"""A shop that sells a maker's kettle, members who buy and register it, and the worker's turn, on a movable clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from domain.earning import purchases, returning
from domain.earning.basket import BasketLine
from domain.earning.commands import PurchaseReceipt, PurchaseRef, RecordPurchase, RecordReturn
from domain.earning.rerating import ReturnedLine
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.ids import PartnerId
from domain.ledger.queries import balance
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember, MemberRef
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.service import opening, registering, telling
from domain.service.carrying import Speaker
from domain.service.case_models import CaseKind, ServiceCase
from domain.service.information import ProductInformation, ProductTerms, SerialRule, Warranty
from domain.service.models import Registration
from domain.service.opening import OpenCase
from domain.service.queries import registration_of
from domain.service.registering import RegisterProduct
from domain.service.serials import Listed, digest_of
from domain.storage import COALITION, Database, Sight
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

DAY = timedelta(days=1)
GTIN = "4750000000017"
KETTLE = ProductTerms(
    names={"en": "Kettle", "lv": "Tējkanna"},
    warranty=Warranty(months=24, registered_months=12, register_within_days=30),
    serials=SerialRule.ASKED,
)


@dataclass
class Counter:
    """Where it happens."""

    world: World
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))
    cards: dict[UUID, str] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.world.database

    async def told(self, terms: ProductTerms = KETTLE, **changes: Any) -> ProductInformation:
        """The maker tells of its kettle K1."""
        async with acting(self.database, Sight.partner(self.world.maker)) as session:
            said = {"gtin": GTIN, "now": self.now, **changes}
            return await telling.tell(session, self.world.maker, "K1", terms, **said)

    async def listed(self, *serials: str, lot: str | None = None) -> int:
        """Serials of the maker's list."""
        listed = [Listed(digest_of(self.world.maker, one, KEYS.lookup), lot) for one in serials]
        async with acting(self.database, Sight.partner(self.world.maker)) as session:
            return await telling.list_serials(session, self.world.maker, "K1", listed, now=self.now)

    async def member(self) -> KnownMember:
        """Somebody joins at the shop."""
        card = f"CARD{next(self.numbers):04}"
        made = await self.world.member(card)
        self.cards[made.member_id] = card
        return made

    async def buys(self, who: KnownMember, units: int = 1) -> PurchaseReceipt:
        """Kettles of 30.00 each."""
        command = RecordPurchase(
            partner_id=self.world.shop,
            member=MemberRef(identifier=Identifier.card(self.cards[who.member_id])),
            idempotency_key=f"purchase-{next(self.numbers):04}",
            occurred_at=self.now,
            outlet_code="1",
            currency="EUR",
            lines=(BasketLine(number=1, sku="kettle", amount=3000 * units, quantity=Decimal(units)),),
        )
        return await purchases.record_purchase(
            self.database.pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now
        )

    async def gives_back(self, bought: PurchaseReceipt, units: int = 1) -> None:
        """Kettles come back."""
        command = RecordReturn(
            partner_id=self.world.shop,
            purchase=PurchaseRef(wallet_id=bought.wallet_id, entry_id=bought.entry_id),
            idempotency_key=f"return-{next(self.numbers):04}",
            occurred_at=self.now,
            lines=(ReturnedLine(1, Decimal(units)),),
        )
        await returning.record_return(self.database.pool, command, lookup_key=KEYS.lookup, now=self.now)

    async def registers(self, who: KnownMember, serial: str | None = None, **changes: Any) -> Registration:
        """A member registers a kettle."""
        command = RegisterProduct(
            maker=self.world.maker, article="K1", member_id=who.member_id, serial=serial, **changes
        )
        async with acting(self.database, Sight.member(who.member_id)) as session:
            done = await registering.register(session, command, lookup_key=KEYS.lookup, now=self.now)
            return await registration_of(session, done.registration_id, who.member_id)

    async def product(self, registration: Registration, who: KnownMember) -> Registration:
        """A registration as it stands now, as its member sees it."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            return await registration_of(session, registration.registration_id, who.member_id)

    async def paying(self, points: int = 100) -> None:
        """The maker pays for verified registrations."""
        when = When(triggers=frozenset({"REGISTRATION"}), condition="action.verified")
        sponsors = (Sponsor(self.world.maker),)
        partners = frozenset({self.world.maker})
        maker = self.world.maker
        await self.world.live(
            Flat(points=points), owner=maker, name="Thanks", when=when, sponsors=sponsors, partners=partners
        )

    async def turn(self) -> tuple[int, int]:
        """The worker's turn: registrations settled, and taken back."""
        pool = self.database.pool
        settled = await registering.settle(pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)
        return settled, await registering.take_back(pool, now=self.now)

    async def points(self, who: KnownMember) -> int:
        """What somebody has, or owes."""
        held = await balance(self.database.pool, who.wallet_id, sight=COALITION, now=self.now)
        return int(held.available) + int(held.pending) - int(held.debt)

    async def asks(self, who: KnownMember, **changes: Any) -> ServiceCase:
        """A member opens a case about its kettle."""
        usual = {
            "kind": CaseKind.QUESTION,
            "words": "Why does it hiss?",
            "wallet_id": who.wallet_id,
            "member_id": who.member_id,
            "maker_id": self.world.maker,
            "article": "K1",
            "idempotency_key": f"case-{next(self.numbers):04}",
        }
        sight = Sight.member(who.member_id) if changes.get("shop_id") is None else Sight.partner(changes["shop_id"])
        async with acting(self.database, sight) as session:
            return await opening.open_case(
                session, OpenCase(**{**usual, **changes}), master=KEYS.personal, now=self.now
            )

    @staticmethod
    def caches() -> Caches:
        """What a till remembers: nothing yet."""
        return Caches.fresh("EUR", "Europe/Riga")


def sight_of(by: Speaker) -> Sight:
    """What somebody who takes part in a case sees."""
    if by.member_id is not None:
        return Sight.member(by.member_id)
    return COALITION if by.partner_id is None else Sight.partner(PartnerId(by.partner_id))


async def a_counter(database: Database) -> Counter:
    """The shop of the usual world with the maker's kettle in its catalogue."""
    world = await a_world(database)
    kettle = ProductItem(sku="kettle", name="Kettle", gtin=GTIN, maker_id=world.maker)
    async with acting(database, Sight.partner(world.shop)) as session:
        await feeding.feed(session, world.shop, [kettle], now=NOW - 60 * DAY)
    return Counter(world=world)
