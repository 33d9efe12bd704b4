"""A shop, a shop next door and a maker that take old shoes together, and members who hand them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from domain.earning.rules import PerField
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.ids import PartnerId
from domain.ledger.queries import balance
from domain.members.recognition import KnownMember, MemberRef
from domain.products.catalogue import Catalogue
from domain.storage import COALITION, Database, Sight
from domain.trade_ins import consigning, managing, queries, recording, reporting, reversing
from domain.trade_ins.consigning import CloseConsignment, Ended
from domain.trade_ins.models import Closed
from domain.trade_ins.queries import TradeIn
from domain.trade_ins.recording import Recorded, RecordTradeIn
from domain.trade_ins.reversing import ReverseTradeIn
from domain.trade_ins.terms import Consignment, Form, Price, Scheme, SchemeTerms, Share, Unsold
from domain.trade_ins.valuing import Item
from domain.values import Rate
from domain.vouchers import managing as coupons
from domain.vouchers import using
from domain.vouchers.taking import Holder, Line
from domain.vouchers.terms import Coupon, CouponTerms, Paid, TakesOff
from domain.vouchers.uses import UseOfVouchers
from domain.vouchers.using import Shown, UseVouchers, Where
from tests.builders.coalition import a_partner
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

DAY = timedelta(days=1)
SHARES = {"shop": Rate(2, 5), "maker": Rate(3, 5)}
SHOES = Price(category="SHOES", prices={"NEW": 2000, "GOOD": 1200, "WORN": 400})
HALF = Consignment(shares=(Share(share=Rate(1, 2)), Share(above=5000, share=Rate(3, 5))), days=60)


@dataclass
class Yard:
    """Where it happens."""

    world: World
    next_door: PartnerId
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))
    coupon: Coupon | None = None

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.world.database

    @property
    def shop(self) -> PartnerId:
        """The owner."""
        return self.world.shop

    @property
    def maker(self) -> PartnerId:
        """Who pays three fifths."""
        return self.world.maker

    async def valued_coupon(self) -> Coupon:
        """Credit that both shops take, two fifths by the shop and three by the maker."""
        terms = CouponTerms(
            name="Credit for shoes",
            takes=TakesOff(valued=True),
            partners=frozenset({self.shop, self.next_door}),
            days=365,
            sponsors=tuple(Paid(partner_id=getattr(self, who), share=share) for who, share in SHARES.items()),
        )
        async with acting(self.database, Sight.partner(self.shop)) as session:
            drafted = await coupons.draft(session, self.shop, terms, key=KEYS.lookup, now=self.now)
        async with acting(self.database, Sight.partner(self.maker)) as session:
            await coupons.agree(session, self.maker, drafted.coupon_id, terms.fingerprint(), now=self.now)
        async with acting(self.database, Sight.partner(self.shop)) as session:
            self.coupon = await coupons.publish(session, self.shop, drafted.coupon_id, now=self.now)
        return self.coupon

    async def terms(self, **changes: Any) -> SchemeTerms:
        """Shoes at both shops, for a voucher, co-funded by the maker."""
        form = changes.get("form", Form.VOUCHER)
        if form is Form.VOUCHER and self.coupon is None:
            await self.valued_coupon()
        sponsors = tuple(Sponsor(getattr(self, who), share) for who, share in SHARES.items())
        usual: dict[str, Any] = {
            "name": "Old shoes for new",
            "partners": frozenset({self.shop, self.next_door}),
            "grades": ("NEW", "GOOD", "WORN"),
            "prices": (SHOES,),
            "form": form,
            "coupon": self.coupon.coupon_id if self.coupon and form is Form.VOUCHER else None,
            "sponsors": tuple(sorted(sponsors, key=lambda one: one.partner_id)),
        }
        return SchemeTerms(**{**usual, **changes})

    async def live(self, **changes: Any) -> Scheme:
        """A scheme goes live; the maker has agreed to it."""
        terms = await self.terms(**changes)
        async with acting(self.database, Sight.partner(self.shop)) as session:
            drafted = await managing.draft(session, self.shop, terms, now=self.now)
        for sponsor in set(terms.funders) - {self.shop}:
            async with acting(self.database, Sight.partner(sponsor)) as session:
                await managing.agree(session, sponsor, drafted.scheme_id, terms.fingerprint(), now=self.now)
        async with acting(self.database, Sight.partner(self.shop)) as session:
            return await managing.publish(session, self.shop, drafted.scheme_id, now=self.now)

    async def pays(self, points: str = "1", per: int = 10) -> None:
        """A campaign of the shop pays by value."""
        rule = PerField(field="value", points=Rate(points), per=per)
        await self.world.live(rule, name="Trade-in", when=When(triggers=frozenset({"TRADE_IN"})))

    def item(self, **said: Any) -> Item:
        """A pair of good shoes."""
        return Item(**{"number": 1, "category": "SHOES", "grade": "GOOD", **said})

    def handing(self, who: KnownMember, *items: Item, **said: Any) -> RecordTradeIn:
        """What a till sends."""
        usual: dict[str, Any] = {
            "partner_id": self.shop,
            "member": MemberRef(pairwise_id=who.pairwise_id),
            "idempotency_key": f"trade-in-{next(self.numbers):04}",
            "items": items or (self.item(),),
            "occurred_at": self.now,
        }
        return RecordTradeIn(**{**usual, **said})

    async def record(self, command: RecordTradeIn) -> Recorded:
        """It is handed in."""
        pool = self.database.pool
        return await recording.record(pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)

    async def hands_in(self, who: KnownMember, *items: Item, **said: Any) -> TradeIn:
        """The same, as the partner has it afterwards."""
        command = self.handing(who, *items, **said)
        return await self.seen((await self.record(command)).trade_in_id, command.partner_id)

    async def seen(self, trade_in_id: Any, partner_id: PartnerId | None = None) -> TradeIn:
        """A trade-in as a partner sees it."""
        async with acting(self.database, Sight.partner(partner_id or self.shop)) as session:
            return await queries.trade_in_by_id(session, trade_in_id)

    async def sells(self, item_id: Any, price: int, *, key: str | None = None, **said: Any) -> Ended:
        """Somebody buys a consigned item."""
        usual: dict[str, Any] = {"closed_as": Closed.SOLD, "sold_for": price}
        command = CloseConsignment(
            **{
                "partner_id": self.shop,
                "item_id": item_id,
                "idempotency_key": key or f"sold-{next(self.numbers):08}",
                "occurred_at": self.now,
                **usual,
                **said,
            }
        )
        return await consigning.close(
            self.database.pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now
        )

    async def turn(self) -> Any:
        """The worker closes what is due."""
        return await consigning.close_due(
            self.database.pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now
        )

    async def reverse(self, trade_in_id: Any, key: str | None = None) -> bool:
        """The shop takes a trade-in back."""
        command = ReverseTradeIn(
            partner_id=self.shop, trade_in_id=trade_in_id, idempotency_key=key or f"back-{next(self.numbers):08}"
        )
        return await reversing.reverse(self.database.pool, command, now=self.now)

    async def use(self, who: KnownMember, cents: int, *, at: PartnerId | None = None) -> UseOfVouchers:
        """A member's first voucher is used on a basket at a partner."""
        pool, partner = self.database.pool, at or self.next_door
        where = Where(currency="EUR", zone=self.caches().zone, catalogue=Catalogue(), key=KEYS.lookup)
        line = Line(number=1, sku="boots", quantity=Decimal(1), amount=cents)
        holder = Holder(wallet_id=who.wallet_id, member_id=who.member_id)
        shown = Shown(partner_id=partner, outlet_id=None, vouchers=(), lines=(line,))
        [voucher, *_] = await using.look_up(pool, shown, who, where, now=self.now)
        command = UseVouchers(
            partner_id=partner,
            idempotency_key=f"use-{next(self.numbers):08}",
            outlet_id=None,
            vouchers=((voucher.wallet_id, voucher.voucher_id),),  # type: ignore[union-attr, arg-type]
            lines=(line,),
            member_id=who.member_id,
            occurred_at=self.now,
        )
        return (await using.use(pool, command, [voucher], holder, where, now=self.now))[0]  # type: ignore[list-item]

    async def points(self, who: KnownMember) -> int:
        """What somebody has."""
        held = await balance(self.database.pool, who.wallet_id, sight=COALITION, now=self.now)
        return int(held.available) + int(held.pending) - int(held.debt)

    async def report(self, partner_id: PartnerId | None) -> reporting.TradeInReport:
        """What a partner is told; all of it for the coalition."""
        sight = COALITION if partner_id is None else Sight.partner(partner_id)
        async with acting(self.database, sight) as session:
            return await reporting.report(session, partner_id, since=NOW - DAY, until=self.now + DAY, currency="EUR")

    @staticmethod
    def caches() -> Caches:
        """What a till remembers: nothing yet."""
        return Caches.fresh("EUR", "Europe/Riga")


async def a_yard(database: Database) -> Yard:
    """The shop of the usual world, and one next door."""
    world = await a_world(database)
    return Yard(world=world, next_door=PartnerId((await a_partner(database, "nextdoor")).partner_id))


def consigned(**changes: Any) -> Consignment:
    """Half of the price, three fifths from 50.00, for sixty days."""
    usual: dict[str, Any] = {"shares": HALF.shares, "days": 60, "unsold": Unsold.GIVEN_BACK}
    return Consignment(**{**usual, **changes})
