"""From what a till says to a rated sale: outlet, member and articles are looked up in bulk, then the rules speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import asyncpg

from domain.coalition.errors import OutletNotFound, PartnerNotActive
from domain.earning.basket import OLDEST_PURCHASE, STRANGER, Basket, MemberFacts, check_currency, check_time
from domain.earning.book import CampaignBook
from domain.earning.commands import PreviewPurchase
from domain.earning.outlets import Code, OutletCodes
from domain.earning.rating import rate
from domain.earning.verdicts import Rating
from domain.errors import DomainError
from domain.ids import OutletId, PartnerId
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember, MemberRef, recognise, unknown
from domain.products.catalogue import Catalogue, Shelf

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Met: TypeAlias = KnownMember | type[MemberNotFound | PartnerNotActive]
"""A member that was found, or why nobody was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caches:
    """What a server keeps in memory for its tills."""

    campaigns: CampaignBook
    catalogue: Catalogue
    outlets: OutletCodes
    zone: ZoneInfo
    """The coalition's, by whose calendar points expire."""
    oldest: timedelta = OLDEST_PURCHASE
    """How far back a till may send purchases."""

    @classmethod
    def fresh(cls, currency: str, time_zone: str, *, oldest: timedelta = OLDEST_PURCHASE) -> Caches:
        """Empty ones, for a coalition's currency and time zone."""
        return cls(
            campaigns=CampaignBook(currency, reach=oldest),
            catalogue=Catalogue(),
            outlets=OutletCodes(),
            zone=ZoneInfo(time_zone),
            oldest=oldest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A purchase whose outlet and member are known, and what it is worth."""

    outlet_id: OutletId
    member: KnownMember | None
    facts: MemberFacts
    rating: Rating


async def rated_sales(
    pool: Pool, commands: Sequence[PreviewPurchase], *, caches: Caches, lookup_key: bytes, now: datetime
) -> list[Sale | DomainError]:
    """Rate purchases of any partners, each on its own: a sale or a refusal for each, in their order."""
    refusals = [_refused(command, caches, now) for command in commands]
    sound = [command for command, refusal in zip(commands, refusals, strict=True) if refusal is None]
    await caches.campaigns.refresh(pool, now=now)
    codes = {(one.partner_id, one.outlet_code) for one in sound if one.outlet_code is not None}
    outlets = await caches.outlets.resolve(pool, codes)
    members = await _members(pool, sound, lookup_key, now)
    articles = {(one.partner_id, line.sku) for one in sound for line in one.lines}
    shelves = await caches.catalogue.resolve(pool, articles, now=now)
    return [
        refusal or _sale(command, outlets, members, shelves.get(command.partner_id, {}), caches)
        for command, refusal in zip(commands, refusals, strict=True)
    ]


def _refused(command: PreviewPurchase, caches: Caches, now: datetime) -> DomainError | None:
    try:
        check_time(command.occurred_at, now, caches.oldest)
        check_currency(command.currency, caches.campaigns.currency)
    except DomainError as refusal:
        return refusal
    return None


async def _members(
    pool: Pool, commands: Sequence[PreviewPurchase], lookup_key: bytes, now: datetime
) -> dict[tuple[PartnerId, MemberRef], Met]:
    by_partner: dict[PartnerId, dict[MemberRef, None]] = {}
    for command in commands:
        if command.member is not None:
            by_partner.setdefault(command.partner_id, {})[command.member] = None
    met: dict[tuple[PartnerId, MemberRef], Met] = {}
    for partner_id, refs in by_partner.items():
        found = await recognise(pool, list(refs), partner_id, key=lookup_key, now=now)
        why = await unknown(pool, partner_id) if None in found else MemberNotFound
        met |= {(partner_id, ref): member or why for ref, member in zip(refs, found, strict=True)}
    return met


def _sale(
    command: PreviewPurchase,
    outlets: dict[Code, OutletId],
    members: dict[tuple[PartnerId, MemberRef], Met],
    shelf: Shelf,
    caches: Caches,
) -> Sale | DomainError:
    partner_id = command.partner_id
    outlet_id = command.outlet_id or outlets.get((partner_id, command.outlet_code or ""))
    if outlet_id is None:
        return OutletNotFound()
    member = members[partner_id, command.member] if command.member is not None else None
    if isinstance(member, type):
        return member()
    basket = Basket(
        partner_id=partner_id,
        outlet_id=outlet_id,
        occurred_at=command.occurred_at,
        currency=command.currency,
        lines=command.lines,
        products=shelf,
    )
    index = caches.campaigns.index(partner_id, outlet_id, command.occurred_at)
    return Sale(outlet_id=outlet_id, member=member, facts=STRANGER, rating=rate(basket, index, STRANGER))
