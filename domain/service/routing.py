"""Who answers which cases, and by which hours: rules that partners and the coalition keep as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Partner, PartnerStatus
from domain.ids import PartnerId, new_id
from domain.service.case_models import CaseAnswerer, CaseKind, CaseRoute, ServiceHoursRow
from domain.service.hours import ServiceHours
from domain.storage import ReadSession, WriteSession

USUALLY: Mapping[CaseKind, CaseAnswerer] = {
    CaseKind.QUESTION: CaseAnswerer.MAKER,
    CaseKind.HOTLINE: CaseAnswerer.MAKER,
    CaseKind.COMPLAINT: CaseAnswerer.SHOP,
    CaseKind.WARRANTY: CaseAnswerer.MAKER,
}
"""Where no rule says otherwise."""


async def route(
    session: WriteSession, owner: PartnerId | None, kind: CaseKind, answers: CaseAnswerer, *, now: datetime
) -> CaseRoute:
    """Say who answers cases of a kind: about a maker's products, or, without an owner, about all others."""
    values = {"partner_id": owner, "kind": kind.value, "answers": answers.value, "changed_at": now}
    setting = insert(CaseRoute).values(route_id=new_id(), **values)
    kept = setting.on_conflict_do_update(
        index_elements=["partner_id", "kind"], set_={"answers": answers.value, "changed_at": now}
    ).returning(CaseRoute)
    return (await session.scalars(kept, execution_options={"populate_existing": True})).one()


async def routes_of(session: ReadSession, owner: PartnerId | None) -> dict[CaseKind, CaseAnswerer]:
    """Who answers cases about somebody's products, of each kind: its own rules, the coalition's, the usual ones."""
    rows = await session.scalars(
        select(CaseRoute).where(or_(col(CaseRoute.partner_id).is_(None), col(CaseRoute.partner_id) == owner))
    )
    found: dict[CaseKind, CaseAnswerer] = dict(USUALLY)
    for row in sorted(rows, key=lambda one: one.partner_id is not None):
        found[CaseKind(row.kind)] = CaseAnswerer(row.answers)
    return found


async def handler_of(
    session: ReadSession, kind: CaseKind, *, maker_id: UUID | None, shop_id: UUID | None
) -> UUID | None:
    """Who has to answer; None: the coalition. Whoever takes no part any more is passed over."""
    answers = (await routes_of(session, None if maker_id is None else PartnerId(maker_id)))[kind]
    order = {
        CaseAnswerer.MAKER: (maker_id, shop_id),
        CaseAnswerer.SHOP: (shop_id,),
        CaseAnswerer.COALITION: (),
    }[answers]
    for candidate in order:
        if candidate is not None and await takes_part(session, candidate):
            return candidate
    return None


async def takes_part(session: ReadSession, partner_id: UUID) -> bool:
    """Whether a partner can answer cases now."""
    status = (
        await session.scalars(select(col(Partner.status)).where(col(Partner.partner_id) == partner_id))
    ).one_or_none()
    return status in {PartnerStatus.ACTIVE, PartnerStatus.LEAVING}


async def keep_hours(
    session: WriteSession, owner: PartnerId | None, hours: ServiceHours, *, now: datetime
) -> ServiceHours:
    """Say when somebody works and how fast it wants to answer; cases that are there keep what they came under."""
    session.add(ServiceHoursRow(hours_id=new_id(), partner_id=owner, since=now, terms=hours.to_json()))
    await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction
    return hours


async def hours_of(session: ReadSession, owner: UUID | None, *, at: datetime) -> ServiceHours:
    """By which hours somebody works at an instant; who never said works as offices of the coalition's zone do."""
    row = (
        await session.scalars(
            select(ServiceHoursRow)
            .where(col(ServiceHoursRow.partner_id).is_not_distinct_from(owner), col(ServiceHoursRow.since) <= at)
            .order_by(col(ServiceHoursRow.since).desc(), col(ServiceHoursRow.hours_id).desc())
            .limit(1)
        )
    ).one_or_none()
    if row is not None:
        return ServiceHours.from_json(row.terms)
    return ServiceHours(zone=(await coalition_of(session)).time_zone)
