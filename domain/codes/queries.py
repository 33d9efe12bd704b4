"""Reading batches, what came of them, and alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, cast, exists, func, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from domain.codes.batches import Batch, BatchId, batch_of
from domain.codes.errors import BatchNotFound
from domain.codes.models import CodeAlarm, CodeBatch, CodePrint, CodeUse, CodeVoid
from domain.members.models import Consent, ConsentPurpose
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of

FEWEST_MEMBERS = 10
"""Of fewer members a maker is not told how many they are."""
MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What came of a batch so far."""

    entries: int
    members: int | None
    """Different ones; None: fewer than ten."""
    by_day: tuple[tuple[date, int], ...]
    by_outlet: tuple[tuple[UUID, int], ...]
    """The maker's own outlets alone."""
    by_product: tuple[tuple[str, int], ...]
    """By article number; those of which none was entered too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A code that was entered, as its maker is told of it."""

    batch_id: UUID
    serial: int
    sku: str
    used_at: datetime
    outlet_id: UUID | None
    member_id: UUID | None
    """Only where the member lets the maker know."""


async def batch_by_id(session: ReadSession, batch_id: BatchId) -> Batch:
    """One of the viewer's batches. Raises: BatchNotFound."""
    (found,) = await batches_by_ids(session, [batch_id])
    if found is None:
        raise BatchNotFound
    return found


async def batches_by_ids(session: ReadSession, batch_ids: Sequence[UUID]) -> list[Batch | None]:
    """Batches in the order asked for; None for those the viewer cannot see."""
    rows = await session.scalars(
        select(CodeBatch).where(
            col(CodeBatch.batch_id).in_(batch_ids), concerning(sight_of(session), col(CodeBatch.partner_id))
        )
    )
    found = {row.batch_id: batch_of(row) for row in rows}
    return [found.get(one) for one in batch_ids]


async def batches_page(session: ReadSession, request: PageRequest) -> Page[Batch]:
    """The viewer's batches, the latest first."""
    statement = select(CodeBatch).where(concerning(sight_of(session), col(CodeBatch.partner_id)))
    if request.after is not None:
        statement = statement.where(col(CodeBatch.batch_id) < request.after[0])
    rows = await session.scalars(statement.order_by(col(CodeBatch.batch_id).desc()).limit(request.first + 1))
    return Page.of([batch_of(row) for row in rows], request, lambda one: (one.batch_id,))


async def entered_of(session: ReadSession, batch_ids: Sequence[UUID]) -> list[Entered]:
    """What came of some of the viewer's batches, in the order asked for. Raises: BatchNotFound."""
    return [await entered(session, await batch_by_id(session, BatchId(one))) for one in batch_ids]


async def entered(session: ReadSession, batch: Batch) -> Entered:
    """What came of one of the viewer's batches: days are those of the coalition."""
    uses = _uses(session, batch)
    local = cast(func.timezone(func.coalition_zone(), col(CodeUse.used_at)), Date)
    days = (await session.execute(select(local, func.count()).where(*uses).group_by(local).order_by(local))).all()
    outlets = (
        await session.execute(
            select(col(CodeUse.outlet_id), func.count())
            .where(*uses, col(CodeUse.outlet_id).is_not(None))
            .group_by(col(CodeUse.outlet_id))
            .order_by(func.count().desc(), col(CodeUse.outlet_id))
        )
    ).all()
    members = (await session.execute(select(func.count(col(CodeUse.member_id).distinct())).where(*uses))).scalar_one()
    return Entered(
        entries=sum(count for _, count in days),
        members=members if members >= FEWEST_MEMBERS else None,
        by_day=tuple((day, count) for day, count in days),
        by_outlet=tuple((outlet, count) for outlet, count in outlets if outlet is not None),
        by_product=await _by_product(session, batch),
    )


async def entries_page(session: ReadSession, batch: Batch, request: PageRequest) -> Page[Entry]:
    """Entries of one of the viewer's batches, the latest first; members only where they let the maker know."""
    statement = select(CodeUse, _lets_know()).where(*_uses(session, batch))
    if request.after is not None:
        statement = statement.where(tuple_(col(CodeUse.used_at), col(CodeUse.serial)) < request.after)
    order = (col(CodeUse.used_at).desc(), col(CodeUse.serial).desc())
    rows = (await session.execute(statement.order_by(*order).limit(request.first + 1))).all()
    entries = [
        Entry(
            batch_id=use.batch_id,
            serial=use.serial,
            sku=batch.product(use.serial).sku,
            used_at=use.used_at,
            outlet_id=use.outlet_id,
            member_id=use.member_id if lets_know else None,
        )
        for use, lets_know in rows
    ]
    return Page.of(entries, request, lambda one: (one.used_at, one.serial))


async def prints_of(session: ReadSession, batch_id: BatchId) -> list[CodePrint]:
    """When the codes of one of the viewer's batches were given out, and why again."""
    rows = select(CodePrint).where(
        col(CodePrint.batch_id) == batch_id, concerning(sight_of(session), col(CodePrint.partner_id))
    )
    return list(await session.scalars(rows.order_by(col(CodePrint.number))))


async def voids_of(session: ReadSession, batch_id: BatchId) -> list[CodeVoid]:
    """Which serials of one of the viewer's batches were voided."""
    rows = select(CodeVoid).where(
        col(CodeVoid.batch_id) == batch_id, concerning(sight_of(session), col(CodeVoid.partner_id))
    )
    return list(await session.scalars(rows.order_by(col(CodeVoid.voided_at), col(CodeVoid.first)).limit(MOST_SHOWN)))


async def alarms_page(
    session: ReadSession, request: PageRequest, *, batch_id: BatchId | None = None
) -> Page[CodeAlarm]:
    """Alarms of the viewer's batches, the latest first; the coalition's, also of codes that are nobody's."""
    statement = select(CodeAlarm).where(concerning(sight_of(session), col(CodeAlarm.partner_id)))
    if batch_id is not None:
        statement = statement.where(col(CodeAlarm.batch_id) == batch_id)
    key = (col(CodeAlarm.raised_at), col(CodeAlarm.alarm_id))
    if request.after is not None:
        statement = statement.where(tuple_(*key) < request.after)
    rows = await session.scalars(statement.order_by(*(one.desc() for one in key)).limit(request.first + 1))
    return Page.of(list(rows), request, lambda one: (one.raised_at, one.alarm_id))


async def alarms_by_ids(session: ReadSession, alarm_ids: Sequence[UUID]) -> list[CodeAlarm | None]:
    """Alarms in the order asked for; None for those the viewer cannot see."""
    rows = await session.scalars(
        select(CodeAlarm).where(
            col(CodeAlarm.alarm_id).in_(alarm_ids), concerning(sight_of(session), col(CodeAlarm.partner_id))
        )
    )
    found = {row.alarm_id: row for row in rows}
    return [found.get(one) for one in alarm_ids]


def _uses(session: ReadSession, batch: Batch) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(CodeUse.batch_id) == batch.batch_id, concerning(sight_of(session), col(CodeUse.partner_id))


def _lets_know() -> ColumnElement[bool]:
    return exists().where(
        col(Consent.wallet_id) == col(CodeUse.wallet_id),
        col(Consent.member_id) == col(CodeUse.member_id),
        col(Consent.partner_id) == col(CodeUse.partner_id),
        col(Consent.purpose) == ConsentPurpose.OFFERS,
        func.consent_stands(col(Consent.revoked_at), col(Consent.expires_at)),
    )


async def _by_product(session: ReadSession, batch: Batch) -> tuple[tuple[str, int], ...]:
    ends = list(accumulate(product.count for product in batch.products))
    place = func.width_bucket(col(CodeUse.serial), cast(ends, ARRAY(Integer)))
    counted = await session.execute(select(place, func.count()).where(*_uses(session, batch)).group_by(place))
    found: dict[int, int] = {at: count for at, count in counted.all()}  # noqa: C416
    return tuple((product.sku, found.get(at, 0)) for at, product in enumerate(batch.products))
