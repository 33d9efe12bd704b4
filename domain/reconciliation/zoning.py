"""Whether a file's times stand in another zone than its mapping says, and what they then belong to."""
# ruff: noqa: S608 - statements here are built from our own words

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Outlet
from domain.reconciliation.mapping import Grain
from domain.reconciliation.offsets import Histogram, Offset, middle, named_offsets, sentence
from domain.reconciliation.pairing import FITS, SAME_OUTLET, by_time, same_figures
from domain.reconciliation.runs import TOGETHER, Run
from domain.reconciliation.words import Reason

HALF_HOUR = 1_800
FARTHEST = 15 * 3_600
SAMPLE = 20_000
"""So many of the rows without a counterpart are looked at."""

BY_PAIRS = f"""
SELECT outlet_id, CAST(round(seconds_off / {HALF_HOUR}.0) * 30 AS int) AS minutes, count(*) FROM partner_record
WHERE file_id = CAST(:file AS uuid) AND match IS NOT NULL
    AND abs(seconds_off - round(seconds_off / {HALF_HOUR}.0) * {HALF_HOUR}) <= {TOGETHER}
GROUP BY 1, 2
"""

# A row may have counterparts at several distances; it counts for the one that most rows of its outlet have.
BY_FIGURES = f"""
WITH r AS MATERIALIZED (
    SELECT * FROM partner_record
    WHERE file_id = CAST(:file AS uuid) AND match IS NULL AND outcome IS NULL ORDER BY row LIMIT {SAMPLE}
), distance AS MATERIALIZED (
    SELECT DISTINCT r.row, r.outlet_id, CAST(round(off.seconds / {HALF_HOUR}.0) * 30 AS int) AS minutes
    FROM r JOIN partner_posting p ON p.file_id = r.file_id AND p.kind = r.kind{{same}}
    CROSS JOIN LATERAL (SELECT EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at) AS seconds) off
    WHERE p.match IS NULL AND p.due AND (r.reference IS NULL OR p.reference IS NULL) AND {{fits}} AND {SAME_OUTLET}
        AND abs(off.seconds) <= {FARTHEST}
        AND abs(off.seconds - round(off.seconds / {HALF_HOUR}.0) * {HALF_HOUR}) <= {TOGETHER}
), popular AS (SELECT minutes, count(*) FROM distance GROUP BY minutes),
best AS (
    SELECT DISTINCT ON (d.row) d.row, d.outlet_id, d.minutes
    FROM distance d JOIN popular p ON p.minutes = d.minutes ORDER BY d.row, p.count DESC, abs(d.minutes)
)
SELECT outlet_id, minutes, count(*) FROM best GROUP BY 1, 2
"""

NAME = f"""
UPDATE partner_record SET reason = '{Reason.TIME_ZONE}'
WHERE file_id = CAST(:file AS uuid) AND outcome = 'MATCHED' AND reason IS NULL
    AND abs(seconds_off - CAST(:minutes AS int) * 60) <= {TOGETHER}
    AND (CAST(:outlet AS uuid) IS NULL OR outlet_id = CAST(:outlet AS uuid))
"""

OFF = """
UPDATE partner_record SET reason = 'TIME'
WHERE file_id = CAST(:file AS uuid) AND outcome = 'MATCHED' AND reason IS NULL AND abs(seconds_off) > :seconds
"""

SPAN = "SELECT min(occurred_at), max(occurred_at) FROM partner_record WHERE file_id = CAST(:file AS uuid)"


async def name_zones(run: Run) -> list[Offset]:
    """Find offsets, match what they explain, and say so in the file's findings."""
    if run.mapping.grain is Grain.OUTLET_DAY:
        return []
    counts = await _histogram(run)
    offsets = named_offsets(counts)
    for offset in offsets:
        for minutes in offset.minutes:
            await by_time(run, shift=minutes * 60, outlet_id=offset.outlet_id)
            await run.do(NAME, minutes=minutes, outlet=offset.outlet_id)
    if offsets:
        run.file.findings = [*run.file.findings, *[await _finding(run, offset, counts) for offset in offsets]]
    return offsets


async def name_times(run: Run) -> None:
    """Say which single rows lie further apart than is tolerated."""
    await run.do(OFF)


async def _histogram(run: Run) -> Histogram:
    counts: dict[UUID | None, Counter[int]] = defaultdict(Counter)
    for statement in (BY_PAIRS, BY_FIGURES.format(fits=FITS, same=same_figures(run))):
        for outlet_id, minutes, count in (await run.do(statement)).all():
            counts[outlet_id][minutes] += count
    return counts


async def _finding(run: Run, offset: Offset, counts: Histogram) -> dict[str, Any]:
    outlets = {row.outlet_id: row for row in await run.session.scalars(_outlets(run))}
    zones = dict.fromkeys([(await coalition_of(run.session)).time_zone, *(one.time_zone for one in outlets.values())])
    first, last = (await run.do(SPAN)).one()
    total = sum(sum(counts[one].values()) for one in counts if offset.outlet_id in {None, one})
    code = outlets[offset.outlet_id].code if offset.outlet_id in outlets else None
    says = sentence(
        offset,
        total=total,
        zone=run.mapping.time_zone,
        zones=[zone for zone in zones if _is_zone(zone)],
        at=middle(first, last),
        place=f" of outlet {code}" if code else "",
    )
    return {
        "code": Reason.TIME_ZONE.value,
        "records": offset.records,
        "minutes": list(offset.minutes),
        "outlet": code,
        "message": says,
    }


def _outlets(run: Run) -> Any:
    return select(Outlet).where(col(Outlet.partner_id) == run.file.partner_id)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        return False
    return True
