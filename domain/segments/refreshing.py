"""Who is in a segment is looked at again: one transaction a segment, written down as who came in and who left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from domain.ids import SegmentId
from domain.segments.definitions import Segment
from domain.segments.meeting import asked
from domain.segments.models import SegmentRow
from domain.segments.queries import segment_of
from domain.storage import COALITION, ReadSession, Sight, WriteSession

_BEGIN = text("""
    UPDATE segment SET refreshed_at = :now
    WHERE segment_id = :segment AND retired_at IS NULL AND (refreshed_at IS NULL OR refreshed_at < :now)
    RETURNING segment_id
""")
"""Holds the row, so that who refreshes it at the same time waits, and then finds nothing left to do."""

_LISTED = """
    SELECT DISTINCT t.wallet_id, t.member_id FROM segment_member s
    JOIN member m ON m.wallet_id = s.wallet_id AND m.member_id = s.member_id
    JOIN member t ON t.member_id = COALESCE(m.merged_into, m.member_id) AND t.status = 'ACTIVE'
    WHERE s.segment_id = :segment AND s.until IS NULL
"""
"""A list follows merges and loses who is no member any more."""

_WRITE = """
    WITH meant AS MATERIALIZED ({meant}), gone AS (
        UPDATE segment_member s SET until = GREATEST(s.since, :now) WHERE s.segment_id = :segment AND s.until IS NULL
            AND (s.wallet_id, s.member_id) NOT IN (SELECT m.wallet_id, m.member_id FROM meant m)
        RETURNING s.member_id
    ), come AS (
        INSERT INTO segment_member (wallet_id, member_id, segment_id, since, version, partner_id)
        SELECT m.wallet_id, m.member_id, :segment, :now, :version, CAST(:owned_by AS uuid) FROM meant m
        WHERE (m.wallet_id, m.member_id) NOT IN (
            SELECT s.wallet_id, s.member_id FROM segment_member s WHERE s.segment_id = :segment AND s.until IS NULL)
        ON CONFLICT (wallet_id, member_id, segment_id, since) DO UPDATE SET until = NULL, version = EXCLUDED.version
        RETURNING member_id
    )
    SELECT (SELECT count(*) FROM meant) AS size,
        (SELECT count(*) FROM come) AS come, (SELECT count(*) FROM gone) AS gone
"""

_END = text("UPDATE segment SET size = :size WHERE segment_id = :segment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh found."""

    segment_id: SegmentId
    size: int
    come: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A segment to be refreshed, and with whose sight."""

    segment_id: SegmentId
    sight: Sight


async def due(session: ReadSession, *, now: datetime) -> list[Due]:
    """The segments not looked at for longer than they say, the longest first; with the coalition's sight."""
    rows = await session.scalars(
        select(SegmentRow)
        .where(col(SegmentRow.retired_at).is_(None))
        .order_by(col(SegmentRow.refreshed_at).nulls_first(), col(SegmentRow.segment_id))
    )
    return [Due(segment_id=one.segment_id, sight=sight_for(one)) for one in map(segment_of, rows) if one.is_due(now)]


def sight_for(segment: Segment) -> Sight:
    """Whose sight a refresh takes: the owner's own, so that the database holds it to that; a list needs merges only."""
    return COALITION if segment.owner is None or segment.definition.by_list else Sight.partner(segment.owner)


async def refresh(
    session: WriteSession, segment_id: SegmentId, *, personal_key: bytes, now: datetime
) -> Refreshed | None:
    """Write down who is in a segment now; None, where it was looked at already, is retired, or is not the viewer's."""
    if await session.scalar(_BEGIN, {"segment": segment_id, "now": now}) is None:
        return None
    row = await session.get(SegmentRow, segment_id, populate_existing=True)
    assert row is not None
    segment = segment_of(row)
    meant, named = await _meant(session, segment, personal_key=personal_key, now=now)
    said = {"segment": segment_id, "now": now, "version": segment.version, "owned_by": segment.owner}
    found = (await session.execute(text(_WRITE.format(meant=meant)), named | said)).one()
    await session.execute(_END, {"segment": segment_id, "size": found.size})
    return Refreshed(segment_id=segment_id, size=found.size, come=found.come, gone=found.gone)


async def _meant(
    session: WriteSession, segment: Segment, *, personal_key: bytes, now: datetime
) -> tuple[str, dict[str, Any]]:
    if segment.definition.by_list:
        return _LISTED, {}
    question = await asked(session, segment.definition, segment.owner, personal_key=personal_key, now=now)
    return question.statement(), question.named
