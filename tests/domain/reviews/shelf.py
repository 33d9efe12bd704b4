"""A maker's milk at a shop and its rival, members who buy and write, and the worker's turn, by the tests' own clock."""

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
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.ledger.queries import balance
from domain.members.enrolment import EnrolMember, enrol
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import PageRequest
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.reviews import moderating, policies, queries, reading, subjects, writing
from domain.reviews.models import Decision, RefusalReason
from domain.reviews.moderating import Judgement
from domain.reviews.policies import ReviewPolicy, ReviewPolicyTerms
from domain.reviews.queries import OwnReview
from domain.reviews.reading import ReviewOrder, ShownReview, StarSums
from domain.reviews.rewarding import ReviewsDone, reward, take_back
from domain.reviews.subjects import ProductNamed
from domain.reviews.texts import Opinion
from domain.storage import COALITION, Database, Sight
from tests.builders.coalition import a_partner
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

GTIN = "4750000000017"
MILK = ProductNamed(gtin=GTIN)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WHOLE = PageRequest(100)


@dataclass
class Shelf:
    """Where it happens."""

    world: World
    rival: PartnerId
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))
    cards: dict[UUID, str] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.world.database

    async def policy(self, owner: PartnerId | None = None, **terms: Any) -> ReviewPolicy:
        """Reviews are taken so from now on."""
        sight = COALITION if owner is None else Sight.partner(owner)
        async with acting(self.database, sight) as session:
            return await policies.set_policy(session, owner, ReviewPolicyTerms(**terms), now=self.now)

    async def member(self, at: PartnerId | None = None) -> KnownMember:
        """Somebody joins."""
        number = next(self.numbers)
        command = EnrolMember(
            partner_id=at or self.world.shop,
            idempotency_key=f"enrol-{number:04}",
            identifiers=(Identifier.card(f"CARD{number:04}"),),
        )
        made = (await enrol(self.database.pool, command, keys=KEYS, now=self.now)).member
        self.cards[made.member_id] = f"CARD{number:04}"
        return made

    async def buys(
        self, who: KnownMember, sku: str = "milk", *, at: PartnerId | None = None, pieces: int = 1
    ) -> PurchaseReceipt:
        """Something of the maker's, or not."""
        command = RecordPurchase(
            partner_id=at or self.world.shop,
            member=MemberRef(identifier=Identifier.card(self.cards[who.member_id])),
            idempotency_key=f"purchase-{next(self.numbers):04}",
            occurred_at=self.now,
            outlet_code="1",
            currency="EUR",
            lines=(BasketLine(number=1, sku=sku, amount=100 * pieces, quantity=Decimal(pieces)),),
        )
        return await purchases.record_purchase(
            self.database.pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now
        )

    async def gives_back(self, bought: PurchaseReceipt, pieces: int) -> None:
        """Goods come back."""
        command = RecordReturn(
            partner_id=self.world.shop,
            purchase=PurchaseRef(wallet_id=bought.wallet_id, entry_id=bought.entry_id),
            idempotency_key=f"return-{next(self.numbers):04}",
            occurred_at=self.now,
            lines=(ReturnedLine(1, Decimal(pieces)),),
        )
        await returning.record_return(self.database.pool, command, lookup_key=KEYS.lookup, now=self.now)

    async def writes(
        self,
        who: KnownMember | UUID,
        stars: int = 5,
        *,
        of: ProductNamed = MILK,
        page: PartnerId | None = None,
        **said: Any,
    ) -> UUID:
        """A member says what it thinks."""
        member_id = who if isinstance(who, UUID) else who.member_id
        opinion = Opinion(stars=stars, **said)
        return await writing.write(self.database.pool, member_id, of, opinion, page=page, now=self.now)

    async def published(self, who: KnownMember, stars: int = 5, **said: Any) -> UUID:
        """A member says what it thinks, and the coalition lets it be read."""
        review_id = await self.writes(who, stars, **said)
        await self.decides(review_id)
        return review_id

    async def decides(
        self,
        target_id: UUID,
        decision: Decision = Decision.PUBLISH,
        reason: RefusalReason | None = None,
        *,
        by: PartnerId | None = None,
        version: int | None = None,
        words: str | None = None,
    ) -> None:
        """A moderator decides about what stands there now."""
        if version is None:
            version = (await self.row(target_id) or {"version": 1})["version"]
        judgement = Judgement(target_id=target_id, decision=decision, reason=reason, version=version, words=words)
        async with acting(self.database, COALITION if by is None else Sight.partner(by)) as session:
            await moderating.decide(session, judgement, by=None, now=self.now)

    async def shown(self, of: ProductNamed = MILK, order: ReviewOrder = ReviewOrder.NEWEST) -> list[ShownReview]:
        """What everybody reads."""
        subject = await subjects.find(self.database.pool, of)
        return (await reading.shown(self.database.pool, subject, WHOLE, order=order)).items

    async def sums(self, of: ProductNamed = MILK) -> StarSums:
        """How it is judged."""
        return await reading.sums(self.database.pool, await subjects.find(self.database.pool, of))

    async def waiting(self, moderator: PartnerId | None = None) -> list[OwnReview]:
        """What a moderator is to look at."""
        sight = COALITION if moderator is None else Sight.partner(moderator)
        async with acting(self.database, sight) as session:
            return (await queries.worklist(session, WHOLE)).items

    async def mine(self, who: KnownMember) -> list[OwnReview]:
        """What a member has written."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            return (await queries.of_member(session, who.member_id, WHOLE)).items

    async def turn(self) -> ReviewsDone:
        """The worker's turn."""
        pool = self.database.pool
        paid = await reward(pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)
        back = await take_back(pool, now=self.now)
        names = ReviewsDone.__dataclass_fields__
        return ReviewsDone(**{name: getattr(paid, name) + getattr(back, name) for name in names})

    async def points(self, who: KnownMember) -> int:
        """What somebody has, or owes."""
        held = await balance(self.database.pool, who.wallet_id, sight=COALITION, now=self.now)
        return int(held.available) + int(held.pending) - int(held.debt)

    async def row(self, review_id: UUID) -> Any:
        """A review as it is kept."""
        async with self.database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('app.sight', 'coalition', true)")
            return await connection.fetchrow("SELECT * FROM review WHERE review_id = $1", review_id)

    @staticmethod
    def caches() -> Caches:
        """What a till remembers: nothing yet."""
        return Caches.fresh("EUR", "Europe/Riga")


async def a_shelf(database: Database) -> Shelf:
    """The usual world, its milk with a bar code, which the rival sells under a number of its own."""
    world = await a_world(database)
    rival = PartnerId((await a_partner(database, "rival")).partner_id)
    for partner, sku in ((world.shop, "milk"), (rival, "M-1")):
        milk = ProductItem(sku=sku, name="Milk", category="DAIRY", gtin=GTIN, maker_id=world.maker)
        async with acting(database, Sight.partner(partner)) as session:
            await feeding.feed(session, partner, [milk], now=NOW)
    return Shelf(world=world, rival=rival)
