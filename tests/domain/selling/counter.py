"""A maker, a shop and its sellers, on a clock that tests move."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.claims import claiming, deciding, finding, managing, paying
from domain.claims.claiming import Claimed, MakeClaim, Proof
from domain.claims.deciding import Decider
from domain.claims.models import Claim
from domain.claims.paying import Done
from domain.claims.terms import Claimants, ClaimProgramme, ClaimTerms, ProofKind
from domain.earning import purchases, returning
from domain.earning.basket import BasketLine
from domain.earning.commands import PurchaseReceipt, PurchaseRef, RecordPurchase, RecordReturn
from domain.earning.rerating import ReturnedLine
from domain.earning.rules import PerField, RatePerUnit
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.ids import PartnerId
from domain.ledger.queries import balance
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember, MemberRef
from domain.selling import sellers
from domain.selling.models import Seller
from domain.selling.sellers import Permit, ProposeSeller
from domain.storage import COALITION, Database, Sight
from domain.values import Rate
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

DAY = timedelta(days=1)
ZONE = ZoneInfo("Europe/Riga")


@dataclass
class Counter:
    """Where it happens."""

    world: World
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.world.database

    @property
    def maker(self) -> PartnerId:
        """Whoever pays."""
        return self.world.maker

    @property
    def shop(self) -> PartnerId:
        """Whoever employs."""
        return self.world.shop

    async def paying(self, points: str = "50", kind: str = "SALE") -> None:
        """A campaign of the maker's, for each unit."""
        own = {"partners": frozenset({self.maker}), "sponsors": (Sponsor(self.maker),)}
        rule = PerField(points=Rate(points), field="units")
        await self.world.live(rule, owner=self.maker, name=kind, when=When(triggers=frozenset({kind})), **own)

    async def earning(self) -> None:
        """A point for each euro at the shop."""
        await self.world.live(RatePerUnit(points=Rate("1")), name="Points")

    async def scheme(self, *, owner: PartnerId | None = None, **changes: Any) -> ClaimProgramme:
        """A programme goes live: a sale scheme of the maker's, unless said otherwise."""
        usual = {
            "name": "Milk",
            "claimants": Claimants.SELLERS,
            "proofs": frozenset({ProofKind.SERIAL, ProofKind.RECEIPT}),
            "most_each": 10,
        }
        terms, owner = ClaimTerms(**{**usual, **changes}), owner or self.maker
        async with acting(self.database, Sight.partner(owner)) as session:
            drawn = await managing.draw_up(session, owner, terms, now=self.now)
            return await managing.publish(session, owner, drawn.programme_id, now=self.now)

    async def seller(self, number: int = 1, *, outlet: UUID | None = None, shows: bool = False) -> KnownMember:
        """A member sells at the shop: the shop proposes, the member agrees."""
        member = await self.world.member(f"SELLER{number:04}")
        await self.employed(member, outlet=outlet, shows=shows, staff=f"S{number}")
        return member

    async def employed(
        self, member: KnownMember, *, outlet: UUID | None = None, shows: bool = False, staff: str | None = None
    ) -> Seller:
        """Both want it."""
        command = ProposeSeller(
            employer_id=self.shop, outlet_id=outlet or self.world.outlet, member=member, staff=staff, by_member=False
        )
        async with acting(self.database, Sight.partner(self.shop)) as session:
            proposed = await sellers.propose(session, command, now=self.now)
        async with acting(self.database, Sight.member(member.member_id)) as session:
            return await sellers.agree(session, proposed.seller_id, by_member=True, shows_rewards=shows, now=self.now)

    async def permitted(self, **terms: Any) -> None:
        """The shop lets the maker reward its staff."""
        async with acting(self.database, Sight.partner(self.shop)) as session:
            await sellers.permit(session, self.shop, Permit(maker_id=self.maker, **terms), now=self.now)

    async def revoked(self) -> None:
        """The shop does not any more."""
        async with acting(self.database, Sight.partner(self.shop)) as session:
            await sellers.revoke(session, self.shop, self.maker, now=self.now)

    async def claims(
        self, programme: ClaimProgramme, who: KnownMember, *, key: str | None = None, **said: Any
    ) -> Claimed:
        """Somebody claims, by a serial unless said otherwise."""
        proof = {name: said.pop(name) for name in ("serial", "receipt", "photo") if name in said}
        command = MakeClaim(
            programme_id=programme.programme_id,
            member_id=who.member_id,
            idempotency_key=key or f"claim-{next(self.numbers):06}",
            happened_at=said.pop("happened_at", self.now),
            proof=said.pop("proof", None) or Proof(**proof),
            **{"outlet_id": self.world.outlet, **said},
        )
        return await claiming.claim(self.database.pool, command, keys=KEYS, zone=ZONE, now=self.now)

    async def claim(self, claim_id: UUID) -> Claim:
        """As its owner sees it."""
        async with acting(self.database, COALITION) as session:
            return await finding.claim_by_id(session, claim_id)

    async def approves(self, claim_id: UUID, by: UUID | None = None, *, owner: PartnerId | None = None) -> Claim:
        """Somebody of the owner's approves."""
        owner = owner or self.maker
        async with acting(self.database, Sight.partner(owner)) as session:
            return await deciding.approve(session, Decider(partner_id=owner, by=by), claim_id, now=self.now)

    async def turn(self) -> Done:
        """The worker's turn."""
        pool = self.database.pool
        matched = await paying.match(pool, now=self.now)
        paid = await paying.pay(pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)
        back = await paying.take_back(pool, now=self.now)
        return Done(
            **{name: sum(getattr(one, name) for one in (matched, paid, back)) for name in Done.__dataclass_fields__}
        )

    async def buys(self, card: str, sku: str = "milk", **said: Any) -> PurchaseReceipt:
        """So many pieces at a euro each."""
        units = said.pop("units", 1)
        command = RecordPurchase(
            partner_id=self.shop,
            member=MemberRef(identifier=Identifier.card(card)),
            idempotency_key=f"purchase-{next(self.numbers):06}",
            occurred_at=self.now,
            outlet_code=said.pop("outlet_code", "1"),
            currency="EUR",
            lines=(BasketLine(number=1, sku=sku, amount=100 * units, quantity=Decimal(units)),),
            **said,
        )
        return await purchases.record_purchase(
            self.database.pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now
        )

    async def gives_back(self, bought: PurchaseReceipt, units: int) -> None:
        """So many pieces come back."""
        command = RecordReturn(
            partner_id=self.shop,
            purchase=PurchaseRef(wallet_id=bought.wallet_id, entry_id=bought.entry_id),
            idempotency_key=f"return-{next(self.numbers):06}",
            occurred_at=self.now,
            lines=(ReturnedLine(1, Decimal(units)),),
        )
        await returning.record_return(self.database.pool, command, lookup_key=KEYS.lookup, now=self.now)

    async def points(self, who: KnownMember) -> int:
        """What somebody has, or owes."""
        held = await balance(self.database.pool, who.wallet_id, sight=COALITION, now=self.now)
        return int(held.available) + int(held.pending) - int(held.debt)

    @staticmethod
    def caches() -> Caches:
        """What a till remembers: nothing yet."""
        return Caches.fresh("EUR", "Europe/Riga")


async def a_counter(database: Database) -> Counter:
    """The usual world, where the shop lets the maker reward its staff, and the maker pays 50 points a unit."""
    counter = Counter(world=await a_world(database))
    await counter.paying()
    await counter.permitted()
    return counter
