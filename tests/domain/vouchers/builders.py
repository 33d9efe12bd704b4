"""A shop, a maker and a shop next door that have coupons, and members who show vouchers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from domain.coalition.models import Partner
from domain.ids import OutletId, PartnerId
from domain.members.recognition import KnownMember, MemberRef
from domain.products.catalogue import Catalogue
from domain.storage import Database, ReadSession, Sight, WriteSession
from domain.values import Rate
from domain.vouchers import issuing, managing, using
from domain.vouchers.errors import VoucherNotFound
from domain.vouchers.issuing import GiveVouchers
from domain.vouchers.taking import Holder, Line
from domain.vouchers.terms import Codes, Coupon, CouponTerms, Paid, TakesOff
from domain.vouchers.told import Told
from domain.vouchers.uses import UseOfVouchers, UseRef
from domain.vouchers.using import ReverseVouchers, Shown, UseVouchers, Where
from tests.builders.coalition import a_partner, outlet_of
from tests.builders.ledger import KEYS, Books, a_ledger

KEY = KEYS.lookup
NUMBERS = count()
BASKET = (
    Line(number=1, sku="bread", quantity=Decimal(2), amount=600),
    Line(number=2, sku="tea", quantity=Decimal(1), amount=1400),
)
"""Two loaves at 3.00 and tea at 14.00: 20.00 together."""


def where() -> Where:
    """What a server knows."""
    return Where(currency="USD", zone=ZoneInfo("UTC"), catalogue=Catalogue(), key=KEY)


class Counter:
    """The coupons of a coalition and its tills."""

    def __init__(self, books: Books, next_door: Partner, outlet: OutletId) -> None:
        self.books, self.outlet = books, outlet
        self.shop, self.maker = PartnerId(books.shop.partner_id), PartnerId(books.maker.partner_id)
        self.next_door = PartnerId(next_door.partner_id)

    @asynccontextmanager
    async def acting(self, partner_id: PartnerId) -> AsyncIterator[WriteSession]:
        """One transaction of a partner."""
        async with self.books.database.session(Sight.partner(partner_id)) as session, session.begin():
            yield WriteSession(ReadSession(session))

    def terms(self, **changes: Any) -> CouponTerms:
        """Five off, at the shop, paid by the maker, for thirty days."""
        usual: dict[str, Any] = {
            "name": "5 off",
            "takes": TakesOff(amount=500),
            "partners": frozenset({self.shop}),
            "days": 30,
            "sponsors": (Paid(partner_id=self.maker),),
        }
        return CouponTerms(**{**usual, **changes})

    async def drafted(self, owner: PartnerId | None = None, **changes: Any) -> Coupon:
        """A draft."""
        owner = owner or self.shop
        async with self.acting(owner) as session:
            return await managing.draft(session, owner, self.terms(**changes), key=KEY, now=self.books.now)

    async def live(self, owner: PartnerId | None = None, **changes: Any) -> Coupon:
        """A live coupon all sponsors agreed to."""
        coupon = await self.drafted(owner, **changes)
        for sponsor in coupon.terms.funders:
            async with self.acting(sponsor) as session:
                fingerprint = coupon.terms.fingerprint()
                await managing.agree(session, sponsor, coupon.coupon_id, fingerprint, now=self.books.now)
        async with self.acting(coupon.partner_id) as session:
            return await managing.publish(session, coupon.partner_id, coupon.coupon_id, now=self.books.now)

    async def public(self, word: str = "SPRING10", **changes: Any) -> Coupon:
        """Ten per cent by one word."""
        takes = TakesOff(share=Rate(1, 10))
        return await self.live(**{"takes": takes, "codes": Codes.PUBLIC, "word": word, "days": None, **changes})

    async def given(self, coupon: Coupon, who: KnownMember, copies: int = 1, key: str | None = None) -> list[Told]:
        """Vouchers of a coupon for somebody whom its owner knows."""
        command = GiveVouchers(
            partner_id=coupon.partner_id,
            idempotency_key=key or f"give-{next(NUMBERS):06}",
            member=MemberRef(pairwise_id=who.pairwise_id),
            coupon_id=coupon.coupon_id,
            count=copies,
            occurred_at=self.books.now,
        )
        return await issuing.give(self.books.pool, command, key=KEY, zone=ZoneInfo("UTC"), now=self.books.now)

    def using(self, *shown: Any, at: PartnerId | None = None, key: str | None = None, **changes: Any) -> UseVouchers:
        """A request of a till: codes, or vouchers as they were told."""
        usual: dict[str, Any] = {
            "partner_id": at or self.shop,
            "idempotency_key": key or f"use-{next(NUMBERS):06}",
            "outlet_id": None,
            "vouchers": tuple(one if isinstance(one, str) else (one.wallet_id, one.voucher_id) for one in shown),
            "lines": BASKET,
            "member_id": None,
            "occurred_at": self.books.now,
        }
        return UseVouchers(**{**usual, **changes})

    async def use(self, command: UseVouchers, who: KnownMember | None = None, **facts: Any) -> UseOfVouchers:
        """Vouchers are used, if they may be."""
        return (await self.answered(command, who, **facts))[0]

    async def answered(
        self, command: UseVouchers, who: KnownMember | None = None, **facts: Any
    ) -> tuple[UseOfVouchers, bool]:
        """The same, with whether it was a replay."""
        command = command if who is None else replace(command, member_id=who.member_id)
        holder = Holder(**facts) if who is None else Holder(wallet_id=who.wallet_id, member_id=who.member_id, **facts)
        looked = await using.look_up(self.books.pool, command.shown, who, where(), now=self.books.now)
        found = []
        for one in looked:
            if isinstance(one, VoucherNotFound):
                raise one
            found.append(one)
        return await using.use(self.books.pool, command, found, holder, where(), now=self.books.now)

    async def reverse(self, use: UseOfVouchers, key: str | None = None, at: PartnerId | None = None) -> UseOfVouchers:
        """A use is taken back."""
        command = ReverseVouchers(
            partner_id=at or self.shop,
            idempotency_key=key or f"back-{next(NUMBERS):06}",
            use=UseRef(wallet_id=use.wallet_id, entry_id=use.entry_id),
            occurred_at=self.books.now,
        )
        return (await using.reverse(self.books.pool, command, now=self.books.now))[0]

    async def state(self, voucher: Told) -> tuple[str, int]:
        """Where a voucher stands, and how often it was used."""
        row = await self.books.owner.fetchrow(
            "SELECT state, used FROM voucher WHERE voucher_id = $1", voucher.voucher_id
        )
        assert row is not None
        return tuple(row)

    def shown(self, *named: Any, **changes: Any) -> Shown:
        """What is looked at."""
        return Shown(**{"partner_id": self.shop, "outlet_id": None, "vouchers": named, "lines": BASKET, **changes})


@asynccontextmanager
async def a_counter(database: Database, database_url: str) -> AsyncIterator[Counter]:
    """A coalition whose first cycle is open."""
    async with a_ledger(database, database_url) as books:
        next_door = await a_partner(database, "nextdoor")
        outlet = await outlet_of(database, books.shop)
        yield Counter(books, next_door, OutletId(outlet.outlet_id))
