"""Two shops and the members they share, for segments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.coalition.models import Partner
from domain.ids import EntryId, PartnerId, SegmentId
from domain.ledger.posting import Door
from domain.ledger.postings import PurchasePosting, ReturnPosting
from domain.members.enrolment import EnrolMember, enrol
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import KnownMember, MemberRef, recognise
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.segments import managing, queries, refreshing
from domain.segments.definitions import Definition, Part, Segment
from domain.segments.managing import SegmentTerms
from domain.segments.meeting import meeting
from domain.segments.refreshing import Refreshed
from domain.storage import COALITION, Sight
from tests.builders.coalition import a_partner
from tests.builders.ledger import KEYS, Books
from tests.builders.members import agree, seeing

RIGA = ZoneInfo("Europe/Riga")


@dataclass
class Street:
    """Two shops side by side: amber and birch."""

    books: Books
    amber: PartnerId
    birch: PartnerId
    partners: dict[PartnerId, Partner]

    @property
    def now(self) -> datetime:
        """The time it is there."""
        return self.books.now

    async def member(
        self, *shops: PartnerId, offers: bool = False, allowing: PartnerId | None = None, **told: Any
    ) -> KnownMember:
        """Somebody joins at amber, or at the first of these shops, and is known to the others."""
        first, *others = shops or (self.amber,)
        card = Identifier.card(f"7{next(self.books.numbers):07}")
        command = EnrolMember(
            partner_id=first,
            idempotency_key=card.value,
            identifiers=(card,),
            details=PersonalDetails(**told),
            consents=frozenset({ConsentPurpose.OFFERS} if offers else ()),
        )
        who = (await enrol(self.books.pool, command, keys=KEYS, now=self.now)).member
        for shop in others:
            await recognise(self.books.pool, [MemberRef(identifier=card)], shop, key=KEYS.lookup, now=self.now)
        if allowing is not None:
            await agree(self.books.database, who, self.partners[allowing], ConsentPurpose.OFFERS)
        return who

    async def buys(
        self,
        who: KnownMember,
        *skus: str,
        at: PartnerId | None = None,
        ago: float = 0,
        cents: int = 1000,
        when: datetime | None = None,
    ) -> PurchasePosting:
        """A basket so many days ago, each of its goods for so many cents."""
        goods = skus or ("milk",)
        usual = self.books.purchase(
            who, partner_id=at or self.amber, occurred_at=when or self.now - timedelta(days=ago)
        )
        basket = replace(
            usual,
            total=cents * len(goods),
            numbers=list(range(1, len(goods) + 1)),
            skus=list(goods),
            quantities=[Decimal(1)] * len(goods),
            amounts=[cents] * len(goods),
        )
        await self.books.posted(Door.PURCHASES, basket)
        return basket

    async def brings_back(self, who: KnownMember, bought: PurchasePosting, *numbers: int) -> None:
        """Lines of a purchase come back."""
        back = ReturnPosting(
            **self.books.head(who, partner_id=bought.partner_id),
            refers_to=EntryId(bought.entry_id),
            purchase_wallet_id=bought.wallet_id,
            returns_before=0,
            claims=[],
            numbers=list(numbers),
            quantities=[Decimal(1)] * len(numbers),
            amounts=[bought.amounts[number - 1] for number in numbers],
        )
        await self.books.posted(Door.RETURNS, back)

    async def meeting(self, *parts: Part, owner: PartnerId | None) -> set[UUID]:
        """Who meets a definition, as its owner finds out."""
        async with seeing(self.books.database, sight_of_owner(owner)) as session:
            definition = Definition(parts=parts)
            definition.check_owner(owner)
            return await meeting(session, definition, owner, personal_key=KEYS.personal, now=self.now)

    async def ambers(self, *parts: Part) -> set[UUID]:
        """Who meets a definition of amber's."""
        return await self.meeting(*parts, owner=self.amber)

    async def anybodys(self, *parts: Part) -> set[UUID]:
        """Who meets a definition of the coalition's."""
        return await self.meeting(*parts, owner=None)

    async def segment(self, *parts: Part, owner: PartnerId | None = None, **terms: Any) -> Segment:
        """A segment of amber's, or of whoever is named."""
        owner = owner or self.amber
        said = {"name": f"Segment {next(self.books.numbers)}", "definition": Definition(parts=parts), **terms}
        async with seeing(self.books.database, Sight.partner(owner)) as session:
            return await managing.define(session, owner, SegmentTerms(**said), now=self.now)

    async def refreshed(self, segment: Segment, *, now: datetime | None = None) -> Refreshed | None:
        """A segment is looked at again, as the worker does it."""
        async with seeing(self.books.database, refreshing.sight_for(segment)) as session:
            return await refreshing.refresh(
                session, segment.segment_id, personal_key=KEYS.personal, now=now or self.now
            )

    async def members(self, segment_id: SegmentId) -> set[UUID]:
        """Who is in a segment."""
        async with seeing(self.books.database, COALITION) as session:
            return await queries.members_of(session, segment_id)


def sight_of_owner(owner: PartnerId | None) -> Sight:
    """With whose sight an owner looks."""
    return COALITION if owner is None else Sight.partner(owner)


@asynccontextmanager
async def a_street(books: Books) -> AsyncIterator[Street]:
    """Two shops in a ledger, with a catalogue each."""
    birch = await a_partner(books.database, "birch")
    partners = {PartnerId(one.partner_id): one for one in (books.shop, birch)}
    for partner_id in partners:
        async with seeing(books.database, Sight.partner(partner_id)) as session:
            await feeding.feed(session, partner_id, _CATALOGUE, now=books.now)
    amber, other = partners
    yield Street(books=books, amber=amber, birch=other, partners=partners)


_CATALOGUE = [
    ProductItem(sku="milk", name="Milk", category="DAIRY", brand="Meadow"),
    ProductItem(sku="kefir", name="Kefir", category="DAIRY", brand="Valmiera"),
    ProductItem(sku="wine", name="Wine", category="WINE", brand="Valmiera"),
]
