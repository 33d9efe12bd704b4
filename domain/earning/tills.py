"""From what a till says to a rated sale: outlet, member and articles are looked up in bulk, then the rules speak."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias
from zoneinfo import ZoneInfo

import asyncpg

from domain.coalition.errors import OutletNotFound, PartnerNotActive
from domain.earning.basket import OLDEST_PURCHASE, Basket, MemberFacts, check_currency, check_time
from domain.earning.book import CampaignBook
from domain.earning.commands import PreviewPurchase, RecordPurchase
from domain.earning.compiling import ONE, CampaignIndex
from domain.earning.knowing import Question, known, question
from domain.earning.outlets import Code, OutletCodes
from domain.earning.own_sales import At, OwnSales
from domain.earning.rating import rate
from domain.earning.verdicts import Rating
from domain.errors import DomainError
from domain.ids import OutletId, PartnerId
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember, MemberRef, recognise, unknown
from domain.products.catalogue import Catalogue, Shelf
from domain.tiers.asking import ProgrammeBook
from domain.values import minor_digits

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Met: TypeAlias = KnownMember | type[MemberNotFound | PartnerNotActive]
"""A member that was found, or why nobody was."""
_Unrated: TypeAlias = tuple[Basket, KnownMember | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caches:
    """What a server keeps in memory for its tills."""

    campaigns: CampaignBook
    catalogue: Catalogue
    outlets: OutletCodes
    programmes: ProgrammeBook
    own_sales: OwnSales
    zone: ZoneInfo
    """The coalition's, by whose calendar points expire."""
    oldest: timedelta = OLDEST_PURCHASE
    """How far back a till may send purchases."""

    @classmethod
    def fresh(
        cls,
        currency: str,
        time_zone: str,
        *,
        standard_price: Decimal | None = None,
        oldest: timedelta = OLDEST_PURCHASE,
    ) -> Caches:
        """Empty ones, for a coalition's currency, time zone, and what a point is worth there in whole units."""
        zone = ZoneInfo(time_zone)
        worth = ONE if standard_price is None else Fraction(standard_price) * 10 ** minor_digits(currency)
        return cls(
            campaigns=CampaignBook(currency, zone=zone, point_worth=worth, reach=oldest),
            catalogue=Catalogue(),
            outlets=OutletCodes(),
            programmes=ProgrammeBook(),
            own_sales=OwnSales(),
            zone=zone,
            oldest=oldest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A purchase whose outlet and member are known, and what it is worth."""

    basket: Basket
    member: KnownMember | None
    index: CampaignIndex
    facts: MemberFacts
    counts: bool
    """Whether its campaigns go by counters of the wallet."""
    rating: Rating


async def rated_sales(
    pool: Pool,
    commands: Sequence[PreviewPurchase],
    *,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
    turning: bool = True,
) -> list[Sale | DomainError]:
    """Rate purchases of any partners, each on its own: a sale or a refusal for each, in their order.

    A preview turns no wheels.
    """
    refusals = [_refused(command, caches, now) for command in commands]
    sound = [command for command, refusal in zip(commands, refusals, strict=True) if refusal is None]
    await caches.campaigns.refresh(pool, now=now)
    codes = {(one.partner_id, one.outlet_code) for one in sound if one.outlet_code is not None}
    outlets = await caches.outlets.resolve(pool, codes)
    members = await known_members(pool, [(one.partner_id, one.member) for one in sound], lookup_key, now)
    articles = {(one.partner_id, line.sku) for one in sound for line in one.lines}
    shelves = await caches.catalogue.resolve(pool, articles, now=now)
    sales = [
        refusal or _unrated(command, outlets, members, shelves.get(command.partner_id, {}))
        for command, refusal in zip(commands, refusals, strict=True)
    ]
    asked = [_at(command, sale) for command, sale in zip(commands, sales, strict=True)]
    own = await caches.own_sales.among(pool, asked, now=now)
    return await _rated(pool, sales, own, caches, turning=turning, now=now)


async def _rated(
    pool: Pool,
    sales: Sequence[_Unrated | DomainError],
    own: Collection[int],
    caches: Caches,
    *,
    turning: bool,
    now: datetime,
) -> list[Sale | DomainError]:
    asked: list[Question | None] = []
    indexes: list[CampaignIndex] = []
    for sale in sales:
        if isinstance(sale, DomainError):
            continue
        basket, member = sale
        index = caches.campaigns.index(basket.partner_id, basket.outlet_id, basket.occurred_at)
        indexes.append(index if turning else index.untold)
        asked.append(question(basket.partner_id, member, index, basket.occurred_at))
    answers = iter(zip(indexes, asked, await known(pool, asked, now=now), strict=True))
    return [
        sale if isinstance(sale, DomainError) else _sale(sale, *next(answers), own=place in own)
        for place, sale in enumerate(sales)
    ]


def _at(command: PreviewPurchase, sale: _Unrated | DomainError) -> At | None:
    if isinstance(sale, DomainError):
        return None
    basket, member = sale
    if member is None:
        return None
    staff = command.staff if isinstance(command, RecordPurchase) else None
    return basket.partner_id, member.wallet_id, basket.outlet_id, staff


def _sale(unrated: _Unrated, index: CampaignIndex, asked: Question | None, facts: MemberFacts, *, own: bool) -> Sale:
    basket, member = unrated
    facts = replace(facts, own_sale=True) if own else facts
    return Sale(
        basket=basket,
        member=member,
        index=index,
        facts=facts,
        counts=asked is not None and bool(asked.keys),
        rating=rate(basket, index, facts),
    )


def _refused(command: PreviewPurchase, caches: Caches, now: datetime) -> DomainError | None:
    try:
        check_time(command.occurred_at, now, caches.oldest)
        check_currency(command.currency, caches.campaigns.currency)
    except DomainError as refusal:
        return refusal
    return None


async def known_members(
    pool: Pool, wanted: Sequence[tuple[PartnerId, MemberRef | None]], lookup_key: bytes, now: datetime
) -> dict[tuple[PartnerId, MemberRef], Met]:
    """Members as their partners name them, or why nobody was found."""
    by_partner: dict[PartnerId, dict[MemberRef, None]] = {}
    for partner_id, ref in wanted:
        if ref is not None:
            by_partner.setdefault(partner_id, {})[ref] = None
    met: dict[tuple[PartnerId, MemberRef], Met] = {}
    for partner_id, refs in by_partner.items():
        found = await recognise(pool, list(refs), partner_id, key=lookup_key, now=now)
        why = await unknown(pool, partner_id) if None in found else MemberNotFound
        met |= {(partner_id, ref): member or why for ref, member in zip(refs, found, strict=True)}
    return met


def _unrated(
    command: PreviewPurchase,
    outlets: dict[Code, OutletId],
    members: dict[tuple[PartnerId, MemberRef], Met],
    shelf: Shelf,
) -> _Unrated | DomainError:
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
        channel=command.channel,
        tenders=command.tenders,
    )
    return basket, member
