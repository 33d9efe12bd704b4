"""Reading segments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlmodel import col, select

from domain.ids import PartnerId, SegmentId
from domain.members.models import Link
from domain.paging import Page, PageRequest
from domain.segments.definitions import Definition, Segment
from domain.segments.errors import SegmentByRule, SegmentNotFound
from domain.segments.meeting import meeting
from domain.segments.models import SegmentMember, SegmentRow
from domain.storage import COALITION, ReadSession, Sight, concerning, sight_of


async def segment_by_id(session: ReadSession, segment_id: SegmentId) -> Segment:
    """A segment that the viewer owns or may name. Raises: SegmentNotFound."""
    row = await session.scalar(
        select(SegmentRow).where(col(SegmentRow.segment_id) == segment_id, visible_to(sight_of(session)))
    )
    if row is None:
        raise SegmentNotFound
    return segment_of(row)


async def segments_by_ids(session: ReadSession, segment_ids: Sequence[SegmentId]) -> list[Segment | None]:
    """Segments in the order asked for; None for those the viewer cannot see."""
    rows = await session.scalars(
        select(SegmentRow).where(col(SegmentRow.segment_id).in_(segment_ids), visible_to(sight_of(session)))
    )
    found = {row.segment_id: segment_of(row) for row in rows}
    return [found.get(one) for one in segment_ids]


async def segments_page(session: ReadSession, request: PageRequest, *, retired: bool = False) -> Page[Segment]:
    """The segments that the viewer owns or may name, the newest first."""
    statement = select(SegmentRow).where(visible_to(sight_of(session))).order_by(col(SegmentRow.segment_id).desc())
    if not retired:
        statement = statement.where(col(SegmentRow.retired_at).is_(None))
    if request.after is not None:
        statement = statement.where(col(SegmentRow.segment_id) < request.after[0])
    rows = await session.scalars(statement.limit(request.first + 1))
    return Page.of([segment_of(row) for row in rows], request, lambda segment: (segment.segment_id,))


async def unusable(
    session: ReadSession, partner_id: PartnerId | None, segment_ids: Collection[SegmentId]
) -> frozenset[SegmentId]:
    """Which of these a partner's campaign may not name: unknown, another's that is not shared with it, or retired.

    Without a partner: what a programme of the coalition's may not name.
    """
    whose = col(SegmentRow.partner_id)
    nameable: ColumnElement[bool] = whose.is_(None)
    if partner_id is not None:
        nameable = or_(whose == partner_id, col(SegmentRow.shared_with).contains([partner_id]))
    usable = await session.scalars(
        select(col(SegmentRow.segment_id)).where(
            col(SegmentRow.segment_id).in_(segment_ids),
            col(SegmentRow.retired_at).is_(None),
            nameable,
            visible_to(sight_of(session)),
        )
    )
    return frozenset(segment_ids) - {SegmentId(one) for one in usable}


async def listed(session: ReadSession, owner: PartnerId, segment_id: SegmentId, request: PageRequest) -> Page[UUID]:
    """Who is in a partner's list, by its own ids for members; who meets a rule is told to nobody.

    Raises: SegmentNotFound, SegmentByRule.
    """
    segment = await segment_by_id(session, segment_id)
    if segment.owner != owner:
        raise SegmentNotFound
    if not segment.definition.by_list:
        raise SegmentByRule
    known_here = and_(
        col(Link.wallet_id) == col(SegmentMember.wallet_id),
        col(Link.member_id) == col(SegmentMember.member_id),
        col(Link.partner_id) == owner,
    )
    statement = (
        select(col(Link.pairwise_id))
        .join(SegmentMember, known_here)
        .where(col(SegmentMember.segment_id) == segment_id, col(SegmentMember.until).is_(None))
        .where(concerning(sight_of(session), col(SegmentMember.partner_id)))
    )
    if request.after is not None:
        statement = statement.where(col(Link.pairwise_id) > request.after[0])
    rows = await session.scalars(statement.order_by(col(Link.pairwise_id)).limit(request.first + 1))
    return Page.of(list(rows), request, lambda pairwise_id: (pairwise_id,))


async def preview(
    session: ReadSession, definition: Definition, owner: PartnerId | None, *, personal_key: bytes, now: datetime
) -> int:
    """How many members would meet a definition now; with the owner's sight. Tell it only as `shown` says.

    Raises: InvalidSegment.
    """
    definition.check_owner(owner)
    if definition.by_list:
        return 0
    return len(await meeting(session, definition, owner, personal_key=personal_key, now=now))


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """The segments a viewer may see: its own, and those it may name."""
    if sight == COALITION:
        return true()
    own = concerning(sight, col(SegmentRow.partner_id))
    if sight.partner_id is None:
        return own
    return or_(own, col(SegmentRow.shared_with).contains([sight.partner_id]))


def segment_of(row: SegmentRow) -> Segment:
    """A row as the rules know it."""
    return Segment(
        segment_id=SegmentId(row.segment_id),
        owner=None if row.partner_id is None else PartnerId(row.partner_id),
        name=row.name,
        version=row.version,
        definition=Definition.from_json(row.definition),
        shared_with=frozenset(map(PartnerId, row.shared_with)),
        refresh_hours=row.refresh_hours,
        made_at=row.made_at,
        refreshed_at=row.refreshed_at,
        size=row.size,
        retired_at=row.retired_at,
    )


async def members_of(session: ReadSession, segment_id: SegmentId) -> set[UUID]:
    """Who is in a segment; with the coalition's or the owner's sight."""
    rows = await session.scalars(
        select(col(SegmentMember.member_id)).where(
            col(SegmentMember.segment_id) == segment_id,
            col(SegmentMember.until).is_(None),
            concerning(sight_of(session), col(SegmentMember.partner_id)),
        )
    )
    return set(rows)


async def find_named(session: ReadSession, owner: PartnerId | None, name: str) -> Segment | None:
    """The segment of an owner that is called so and not retired, if there is one."""
    row = await session.scalar(
        select(SegmentRow).where(
            col(SegmentRow.partner_id).is_not_distinct_from(owner),
            func.lower(col(SegmentRow.name)) == name.lower(),
            col(SegmentRow.retired_at).is_(None),
            visible_to(sight_of(session)),
        )
    )
    return None if row is None else segment_of(row)


async def segment_named(session: ReadSession, owner: PartnerId | None, name: str) -> Segment:
    """The segment of an owner that is called so. Raises: SegmentNotFound."""
    segment = await find_named(session, owner, name)
    if segment is None:
        raise SegmentNotFound
    return segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A member on a list."""

    member_id: UUID
    since: datetime


async def stays(session: ReadSession, segment_id: SegmentId) -> list[Stay]:
    """Who is on a list, the longest first. Raises: SegmentNotFound, SegmentByRule."""
    segment = await segment_by_id(session, segment_id)
    if not segment.definition.by_list:
        raise SegmentByRule
    rows = await session.scalars(
        select(SegmentMember)
        .where(
            col(SegmentMember.segment_id) == segment_id,
            col(SegmentMember.until).is_(None),
            concerning(sight_of(session), col(SegmentMember.partner_id)),
        )
        .order_by(col(SegmentMember.since), col(SegmentMember.member_id))
    )
    return [Stay(member_id=row.member_id, since=row.since) for row in rows]
