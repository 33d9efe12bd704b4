"""A shop and a rival, members who bring one another, and the worker's turn, on a clock that tests move."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from domain.coalition.models import Partner
from domain.earning import purchases, returning
from domain.earning.basket import BasketLine
from domain.earning.commands import PurchaseReceipt, PurchaseRef, RecordPurchase, RecordReturn
from domain.earning.rerating import ReturnedLine
from domain.earning.rules import Flat
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.ids import PartnerId
from domain.ledger.queries import balance
from domain.members.enrolment import EnrolMember, enrol
from domain.members.identifiers import Identifier
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import KnownMember, MemberRef
from domain.referral import inviting, joining, managing
from domain.referral.joining import Taken
from domain.referral.qualifying import Done, qualify, reward
from domain.referral.taking_back import take_back
from domain.referral.terms import Programme, ReferralTerms
from domain.storage import COALITION, Database, Sight
from tests.builders.coalition import a_partner
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

REFERRALS = frozenset({"REFERRAL"})
BRINGING = When(triggers=REFERRALS, condition='action.side == "REFERRER"')
BROUGHT = When(triggers=REFERRALS, condition='action.side == "FRIEND"')
DAY = timedelta(days=1)


@dataclass
class Street:
    """Where it happens."""

    world: World
    rival: Partner
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))
    cards: dict[UUID, str] = field(default_factory=dict)
    programme: Programme | None = None

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.world.database

    @property
    def shop(self) -> PartnerId:
        """The shop."""
        return self.world.shop

    def terms(self, **changes: Any) -> ReferralTerms:
        """Ten euros within thirty days, two weeks to give it back."""
        usual = {"name": "Bring a friend", "host": self.shop, "starts_at": NOW - DAY, "least": 1000}
        return ReferralTerms(**{**usual, **changes})

    async def live(self, owner: PartnerId | None = None, **changes: Any) -> Programme:
        """A programme goes live: the coalition's, unless somebody else's."""
        sight = COALITION if owner is None else Sight.partner(owner)
        async with acting(self.database, sight) as session:
            drawn = await managing.draw_up(session, owner, self.terms(**changes), now=self.now)
        async with acting(self.database, sight) as session:
            self.programme = await managing.publish(session, owner, drawn.programme_id, now=self.now)
        return self.programme

    async def paying(self, referrer: int = 500, friend: int = 200) -> None:
        """Campaigns of the shop that pay both sides."""
        await self.world.live(Flat(points=referrer), name="Thanks", when=BRINGING)
        await self.world.live(Flat(points=friend), name="Welcome", when=BROUGHT)

    async def member(self, at: PartnerId | None = None, **told: Any) -> KnownMember:
        """Somebody joins."""
        number = next(self.numbers)
        command = EnrolMember(
            partner_id=at or self.shop,
            idempotency_key=f"enrol-{number:04}",
            identifiers=(Identifier.card(f"CARD{number:04}"),),
            details=PersonalDetails(**told),
        )
        made = (await enrol(self.database.pool, command, keys=KEYS, now=self.now)).member
        self.cards[made.member_id] = f"CARD{number:04}"
        return made

    async def code(self, member: KnownMember) -> str:
        """By which a member invites."""
        assert self.programme is not None
        return (await inviting.invitation(self.database.pool, self.programme, member.member_id, now=self.now)).code

    async def joins(self, friend: KnownMember, by: KnownMember, *, later: bool = False) -> Taken:
        """A friend tells a code."""
        code = await self.code(by)
        through = None if later else self.shop
        return await joining.join(self.database.pool, code, friend.member_id, through=through, keys=KEYS, now=self.now)

    async def buys(self, who: KnownMember, cents: int = 1000, *, at: PartnerId | None = None) -> PurchaseReceipt:
        """A basket of butter."""
        command = RecordPurchase(
            partner_id=at or self.shop,
            member=MemberRef(identifier=Identifier.card(self.cards[who.member_id])),
            idempotency_key=f"purchase-{next(self.numbers):04}",
            occurred_at=self.now,
            outlet_code="1",
            currency="EUR",
            lines=(BasketLine(number=1, sku="butter", amount=cents, quantity=Decimal(cents)),),
        )
        return await purchases.record_purchase(
            self.database.pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now
        )

    async def gives_back(self, bought: PurchaseReceipt, cents: int | None = None) -> None:
        """Goods come back."""
        lines = None if cents is None else (ReturnedLine(1, Decimal(cents)),)
        command = RecordReturn(
            partner_id=self.shop,
            purchase=PurchaseRef(wallet_id=bought.wallet_id, entry_id=bought.entry_id),
            idempotency_key=f"return-{next(self.numbers):04}",
            occurred_at=self.now,
            lines=lines,
        )
        await returning.record_return(self.database.pool, command, lookup_key=KEYS.lookup, now=self.now)

    async def turn(self) -> Done:
        """The worker's turn."""
        pool = self.database.pool
        found = await qualify(pool, keys=KEYS, now=self.now)
        paid = await reward(pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)
        back = await take_back(pool, now=self.now)
        names = Done.__dataclass_fields__
        return Done(**{name: sum(getattr(one, name) for one in (found, paid, back)) for name in names})

    async def points(self, who: KnownMember) -> int:
        """What somebody has, or owes."""
        held = await balance(self.database.pool, who.wallet_id, sight=COALITION, now=self.now)
        return int(held.available) + int(held.pending) - int(held.debt)

    async def row(self, friend: UUID) -> Any:
        """The referral of a friend, as its owner sees it."""
        async with self.database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('app.sight', 'coalition', true)")
            return await connection.fetchrow(
                "SELECT * FROM referral WHERE friend_id = $1 ORDER BY invited_at DESC LIMIT 1", friend
            )

    @staticmethod
    def caches() -> Caches:
        """What a till remembers: nothing yet."""
        return Caches.fresh("EUR", "Europe/Riga")


async def a_street(database: Database) -> Street:
    """The shop of the usual world, and a rival."""
    world = await a_world(database)
    return Street(world=world, rival=await a_partner(database, "rival"))


async def brought(street: Street, **changes: Any) -> tuple[KnownMember, KnownMember]:
    """A programme that pays 500 and 200, a member, and a friend who came by its code."""
    await street.live(**changes)
    await street.paying()
    anna, ben = await street.member(), await street.member()
    assert (await street.joins(ben, anna)).counts
    return anna, ben
