"""Groups of firms: segments that are kept by themselves, for internal discounts and bonus schemes.

A group is a segment as any other: campaigns name it (`when.segments`), and so give prices, discounts and points to its
firms alone. There is no second way to give a discount.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from domain.business.errors import BusinessNotFound
from domain.business.models import BusinessGroupMember, BusinessGroupRow, BusinessKind, BusinessService
from domain.ids import PartnerId, SegmentId
from domain.segments.definitions import Definition
from domain.segments.errors import SegmentNotFound
from domain.segments.managing import SegmentTerms, check_many
from domain.segments.managing import define as define_segment
from domain.storage import ReadSession, WriteSession, concerning, sight_of

_KEEP = text("SELECT keep_business_groups(:partner, :now)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of firms, and the segment it is."""

    segment_id: SegmentId
    partner_id: PartnerId
    kinds: frozenset[BusinessKind]
    made_at: datetime


async def define(
    session: WriteSession,
    partner_id: PartnerId,
    name: str,
    kinds: Collection[BusinessKind] = (),
    *,
    shared_with: frozenset[PartnerId] = frozenset(),
    now: datetime,
) -> Group:
    """Make a group of all firms of some kinds that the partner serves, now and later; others are put in by hand.

    Raises: InvalidValue, InvalidSegment, SegmentNameTaken.
    """
    terms = SegmentTerms(name=name, definition=Definition(), shared_with=shared_with)
    segment = await define_segment(session, partner_id, terms, now=now)
    row = BusinessGroupRow(segment_id=segment.segment_id, partner_id=partner_id, kinds=sorted(set(kinds)), made_at=now)
    session.add(row)
    await session.flush()  # the groups are kept by what stands in the database
    await _keep(session, partner_id, now)
    return _group(row)


async def change_kinds(
    session: WriteSession, partner_id: PartnerId, group_id: SegmentId, kinds: Collection[BusinessKind], *, now: datetime
) -> Group:
    """Let other kinds belong to a group. Raises: SegmentNotFound."""
    await group_by_id(session, partner_id, group_id)
    one = col(BusinessGroupRow.segment_id) == group_id
    await session.execute(update(BusinessGroupRow).where(one).values(kinds=sorted(set(kinds))))
    await _keep(session, partner_id, now)
    return await group_by_id(session, partner_id, group_id)


async def put_in(
    session: WriteSession, partner_id: PartnerId, group_id: SegmentId, firms: Collection[UUID], *, now: datetime
) -> Group:
    """Put firms into a group, whatever their kind. Raises: SegmentNotFound, BusinessNotFound, InvalidSegment."""
    await _check(session, partner_id, group_id, firms)
    rows = [
        {"segment_id": group_id, "business_id": firm, "partner_id": partner_id, "put_in_at": now} for firm in set(firms)
    ]
    if rows:
        await session.execute(insert(BusinessGroupMember).values(rows).on_conflict_do_nothing())
    await _keep(session, partner_id, now)
    return await group_by_id(session, partner_id, group_id)


async def take_out(
    session: WriteSession, partner_id: PartnerId, group_id: SegmentId, firms: Collection[UUID], *, now: datetime
) -> Group:
    """Take firms out that were put in by hand; those that belong by their kind stay.

    Raises: SegmentNotFound, BusinessNotFound, InvalidSegment.
    """
    await _check(session, partner_id, group_id, firms)
    gone = (
        col(BusinessGroupMember.segment_id) == group_id,
        col(BusinessGroupMember.business_id).in_(firms),
    )
    await session.execute(delete(BusinessGroupMember).where(*gone))
    await _keep(session, partner_id, now)
    return await group_by_id(session, partner_id, group_id)


async def groups_of(session: ReadSession, partner_id: PartnerId) -> list[Group]:
    """The groups of a partner, the first first."""
    return [_group(row) for row in await session.scalars(_of(session, partner_id))]


async def group_by_id(session: ReadSession, partner_id: PartnerId, group_id: SegmentId) -> Group:
    """One of them. Raises: SegmentNotFound."""
    one = _of(session, partner_id).where(col(BusinessGroupRow.segment_id) == group_id)
    row = (await session.scalars(one)).one_or_none()
    if row is None:
        raise SegmentNotFound
    return _group(row)


async def _check(session: WriteSession, partner_id: PartnerId, group_id: SegmentId, firms: Collection[UUID]) -> None:
    check_many(firms)
    await group_by_id(session, partner_id, group_id)
    served = select(col(BusinessService.business_id)).where(
        col(BusinessService.partner_id) == partner_id, col(BusinessService.business_id).in_(firms)
    )
    if set(firms) - set(await session.scalars(served)):
        raise BusinessNotFound


async def _keep(session: WriteSession, partner_id: PartnerId, now: datetime) -> None:
    await session.execute(_KEEP, {"partner": partner_id, "now": now})


def _of(session: ReadSession, partner_id: PartnerId):  # type: ignore[no-untyped-def]  # noqa: ANN202 - SQLAlchemy's Select of one row
    return (
        select(BusinessGroupRow)
        .where(
            col(BusinessGroupRow.partner_id) == partner_id,
            concerning(sight_of(session), col(BusinessGroupRow.partner_id)),
        )
        .order_by(col(BusinessGroupRow.segment_id))
        .execution_options(populate_existing=True)
    )


def _group(row: BusinessGroupRow) -> Group:
    return Group(
        segment_id=SegmentId(row.segment_id),
        partner_id=PartnerId(row.partner_id),
        kinds=frozenset(map(BusinessKind, row.kinds)),
        made_at=row.made_at,
    )
