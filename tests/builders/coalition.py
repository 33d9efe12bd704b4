"""Coalitions for tests: the operator, and partners with contracts that are in force."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import select

from domain.coalition.contracts import Terms, draw_up, sign
from domain.coalition.founding import FoundCoalition, found
from domain.coalition.models import Coalition, Outlet, Partner, PartnerRole, PartnerStatus
from domain.coalition.partners import AdmitPartner, OpenOutlet, admit, change_status, open_outlets
from domain.ids import PersonId
from domain.storage import COALITION, Database, ReadSession, WriteSession

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[WriteSession]:
    """A transaction of the coalition."""
    async with database.session(COALITION) as session, session.begin():
        yield WriteSession(ReadSession(session))


async def a_coalition(database: Database, **changes: Any) -> Coalition:
    """A sandbox coalition in US dollars, whose clock stands at noon."""
    command = FoundCoalition(
        **{
            "name": "Hansa",
            "purpose": "Points that every town honours",
            "currency": "USD",
            "standard_price": Decimal("0.0085"),
            "time_zone": "UTC",
            "operator_name": "Hansa Operator",
            "sandbox": True,
            "clock_at": NOON,
            **changes,
        }
    )
    async with writing(database) as session:
        return await found(session, command)


async def a_partner(
    database: Database,
    slug: str,
    *roles: PartnerRole,
    people: tuple[PersonId | None, PersonId | None] = (None, None),
    **terms: Any,
) -> Partner:
    """An active partner with a signed contract: one cent a point, 0.85 of it for redeemers, due half and half.

    `people` draw the contract up and sign it; once a cycle was cut off, outside of sandboxes, it takes two.
    """
    agreed = Terms(
        **{
            "valid_from": BEFORE,
            "price": Decimal("0.0100"),
            "price_redeem": Decimal("0.0085"),
            "share_at_issuance": Decimal("0.5"),
            **terms,
        }
    )
    command = AdmitPartner(
        slug=slug,
        name=slug.title(),
        roles=frozenset(roles or {PartnerRole.RETAILER}),
        hue=sum(slug.encode()) % 360,
        country="LV",
        company=f"{slug.title()} SIA",
    )
    async with writing(database) as session:
        admitted = await admit(session, command, now=BEFORE)
        await change_status(session, admitted.partner.partner_id, PartnerStatus.ACTIVE)
        contract = await draw_up(session, admitted.partner.partner_id, agreed, by=people[0])
        await sign(session, contract.contract_id, by=people[1], now=BEFORE)
        await open_outlets(session, admitted.brand, [OpenOutlet(code="1", name="Main street", time_zone="UTC")])
    return admitted.partner


async def outlet_of(database: Database, partner: Partner) -> Outlet:
    """The partner's one outlet."""
    async with database.session(COALITION) as session:
        return (await session.scalars(select(Outlet).where(Outlet.partner_id == partner.partner_id))).one()
