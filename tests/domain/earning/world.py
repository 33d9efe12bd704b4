"""A small coalition that trades: a shop with two outlets, a maker, a wholesaler, and members with cards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.audit.verifying import verify
from domain.coalition.models import PartnerRole
from domain.coalition.partners import OpenOutlet, open_outlets
from domain.coalition.queries import brand_of
from domain.earning import managing
from domain.earning.rules import Rule
from domain.earning.terms import Campaign, Sponsor, Terms
from domain.ids import OutletId, PartnerId
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.settlement import cycles
from domain.storage import COALITION, Database, ReadSession, Sight, WriteSession
from tests.builders.coalition import a_coalition, a_partner, outlet_of
from tests.domain.earning.builders import NOW

OPENED = NOW - timedelta(days=60)
KEYS = MemberKeys(lookup=b"l" * 32, personal=b"p" * 32)


@asynccontextmanager
async def acting(database: Database, sight: Sight) -> AsyncIterator[WriteSession]:
    """One transaction of somebody."""
    async with database.session(sight) as session, session.begin():
        yield WriteSession(ReadSession(session))


@dataclass(frozen=True)
class World:
    """Who takes part."""

    database: Database
    shop: PartnerId
    maker: PartnerId
    wholesaler: PartnerId
    outlet: OutletId
    other_outlet: OutletId

    async def prove(self) -> None:
        """The books are sound."""
        async with self.database.pool.acquire() as connection:
            report = await verify(connection)
        assert report.sound, report.findings

    async def member(self, card: str = "CARD0001") -> KnownMember:
        """A member with a card, enrolled at the shop."""
        command = EnrolMember(
            partner_id=self.shop, idempotency_key=f"enrol-{card}", identifiers=(Identifier.card(card),)
        )
        return (await enrol(self.database.pool, command, keys=KEYS, now=NOW)).member

    def terms(self, rule: Rule, **terms: object) -> Terms:
        """Terms of a campaign at the shop, which funds it unless told otherwise."""
        usual = {
            "name": "A campaign",
            "rule": rule,
            "starts_at": OPENED,
            "partners": frozenset({self.shop}),
            "sponsors": (Sponsor(self.shop),),
        }
        return Terms(**{**usual, **terms})  # type: ignore[arg-type]

    async def drafted(self, rule: Rule, *, owner: PartnerId | None = None, **terms: object) -> Campaign:
        """A draft."""
        owner = owner or self.shop
        async with acting(self.database, Sight.partner(owner)) as session:
            return await managing.draft(session, owner, self.terms(rule, **terms), now=OPENED)

    async def agreed(self, campaign: Campaign) -> None:
        """All sponsors agree."""
        for sponsor_id in campaign.terms.funders:
            async with acting(self.database, Sight.partner(sponsor_id)) as session:
                await managing.agree(
                    session, sponsor_id, campaign.campaign_id, campaign.terms.fingerprint(), now=OPENED
                )

    async def published(self, campaign: Campaign, *, now: datetime = OPENED) -> Campaign:
        """A campaign goes live."""
        async with acting(self.database, Sight.partner(campaign.partner_id)) as session:
            return await managing.publish(session, campaign.partner_id, campaign.campaign_id, seed=b"s" * 32, now=now)

    async def live(self, rule: Rule, *, owner: PartnerId | None = None, **terms: object) -> Campaign:
        """A live campaign all sponsors agreed to."""
        campaign = await self.drafted(rule, owner=owner, **terms)
        await self.agreed(campaign)
        return await self.published(campaign)


async def a_world(database: Database, **contract: Any) -> World:
    """The coalition, ready for its first purchase."""
    await a_coalition(database, currency="EUR", time_zone="Europe/Riga", clock_at=NOW)
    async with acting(database, COALITION) as session:
        await cycles.open_first(session, now=OPENED)
    shop = await a_partner(database, "shop", **contract)
    maker = await a_partner(database, "maker", PartnerRole.MANUFACTURER, **contract)
    wholesaler = await a_partner(database, "wholesaler", PartnerRole.DISTRIBUTOR, **contract)
    outlet = await outlet_of(database, shop)
    async with acting(database, COALITION) as session:
        command = OpenOutlet(code="2", name="Market square", time_zone="Europe/Riga")
        [other] = await open_outlets(session, await brand_of(session, shop.partner_id), [command])
    world = World(
        database=database,
        shop=PartnerId(shop.partner_id),
        maker=PartnerId(maker.partner_id),
        wholesaler=PartnerId(wholesaler.partner_id),
        outlet=OutletId(outlet.outlet_id),
        other_outlet=OutletId(other.outlet_id),
    )
    async with acting(database, Sight.partner(world.shop)) as session:
        await feeding.feed(session, world.shop, _catalogue(world), now=OPENED)
    return world


def _catalogue(world: World) -> list[ProductItem]:
    return [
        ProductItem(sku="milk", name="Milk", category="DAIRY", department="FOOD", maker_id=world.maker),
        ProductItem(sku="butter", name="Butter", category="DAIRY", department="FOOD", private_label=True),
        ProductItem(sku="wine", name="Wine", category="WINE", supplier_id=world.wholesaler),
    ]
