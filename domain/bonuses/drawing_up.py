"""Statements are drawn up when a period is over and its days of waiting are: chunk by chunk, once for each firm.

What comes back after a period was told, or is reported late, changes what the period would have come to. The next
statement tells it as a correction; what that cannot take back is carried on, so that nobody is given less than nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson

from domain.bonuses.periods import Stretch, counts_in, over
from domain.bonuses.queries import Correction, scheme_from
from domain.bonuses.terms import Scheme
from domain.bonuses.turnover import bonuses
from domain.ids import new_id

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

AT_ONCE = 500
CORRECTED_FOR = timedelta(days=400)
"""Periods that ended so long ago are settled for good: the longest time in which goods may come back."""

_SCHEMES = "SELECT * FROM bonus_schemes_live()"
_DUE = "SELECT business_id FROM bonus_firms_due($1, $2, $3::uuid[], $4, $5, $6, $7)"
_BEFORE = "SELECT * FROM bonus_statements_before($1, $2::uuid[], $3, $4)"
_KEEP = "SELECT keep_bonus_statements($1::jsonb, $2)"
_CLOSE = "SELECT close_bonus_period($1, $2, $3)"


@dataclass(frozen=True, slots=True)
class Versions:
    """A scheme with all versions that were live."""

    all: tuple[Scheme, ...]
    closed: frozenset[date]

    def due(self, *, zone: ZoneInfo, now: datetime) -> list[tuple[Stretch, Scheme]]:
        """Periods whose statements are to be drawn up, the first first, each with the version it goes by."""
        stretches = sorted({stretch for one in self.all for stretch in over(one.terms, zone=zone, now=now)})
        found = [(stretch, self.of(stretch, zone)) for stretch in stretches if stretch.starts not in self.closed]
        return [(stretch, one) for stretch, one in found if one is not None]

    def of(self, stretch: Stretch, zone: ZoneInfo) -> Scheme | None:
        """The first version that was live in a period and has it among its own."""
        for one in self.all:
            assert one.live_from is not None, "it was live"
            began = one.live_from < stretch.closes_at(zone)
            stood = one.live_until is None or one.live_until > stretch.opens_at(zone)
            if began and stood and counts_in(one.terms, stretch):
                return one
        return None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A statement of an earlier period."""

    statement_id: UUID
    business_id: UUID
    version: int
    starts: date
    ends: date
    settled: int
    carried: int


async def draw_up(pool: Pool, *, zone: ZoneInfo, now: datetime) -> int:
    """Draw up all statements that are due; how many are new. What a crash leaves is drawn up at the next turn."""
    new = 0
    for scheme in await schemes_live(pool):
        for stretch, version in scheme.due(zone=zone, now=now):
            new += await _draw_up(pool, scheme, version, stretch, now)
    return new


async def schemes_live(pool: Pool) -> list[Versions]:
    """All schemes that are or were live."""
    rows = await pool.fetch(_SCHEMES)
    grouped = [list(rows) for _, rows in groupby(rows, key=lambda row: row["scheme_id"])]
    return [Versions(tuple(map(scheme_from, group)), frozenset(group[0]["closed"])) for group in grouped]


async def _draw_up(pool: Pool, scheme: Versions, version: Scheme, stretch: Stretch, now: datetime) -> int:
    new, after = 0, None
    while firms := await _due(pool, version, stretch, after, AT_ONCE):
        after = firms[-1]
        items = await _statements(pool, scheme, version, stretch, firms)
        new += await pool.fetchval(_KEEP, orjson.dumps(items, default=str).decode(), now)
    if not await _due(pool, version, stretch, None, 1):
        await pool.execute(_CLOSE, version.scheme_id, stretch.starts, now)
    return new


async def _due(pool: Pool, version: Scheme, stretch: Stretch, after: UUID | None, most: int) -> list[UUID]:
    groups = list(version.terms.groups)
    days = (stretch.starts, stretch.ends)
    rows = await pool.fetch(_DUE, version.scheme_id, version.partner_id, groups, *days, after, most)
    return [row["business_id"] for row in rows]


async def _statements(
    pool: Pool, scheme: Versions, version: Scheme, stretch: Stretch, firms: Sequence[UUID]
) -> list[dict[str, Any]]:
    figured = await bonuses(pool, version.terms, version.partner_id, firms, stretch)
    rows = await pool.fetch(_BEFORE, version.scheme_id, list(firms), date.min, stretch.starts)
    earlier = [Earlier(**dict(row)) for row in rows]
    corrections = await _corrections(
        pool, scheme, [one for one in earlier if one.ends > stretch.starts - CORRECTED_FOR]
    )
    brought = {one.business_id: one.carried for one in earlier}  # in order of time: the last one stays
    items = []
    for firm, (turnover, base, bonus) in zip(firms, figured, strict=True):
        mended = corrections.get(firm, [])
        correction = sum(one.now - one.was for one in mended)
        comes_to = bonus.value + correction + brought.get(firm, 0)
        items.append(
            {
                "statement_id": new_id(),
                "scheme_id": version.scheme_id,
                "version": version.version,
                "partner_id": version.partner_id,
                "business_id": firm,
                "starts": stretch.starts,
                "ends": stretch.ends,
                "turnover": turnover,
                "base": base,
                "growth": bonus.growth,
                "parts": [part.to_json() for part in bonus.parts],
                "bonus": bonus.value,
                "corrections": [one.to_json() for one in mended],
                "correction": correction,
                "brought": brought.get(firm, 0),
                "given": max(comes_to, 0),
                "carried": min(comes_to, 0),
                "checked": not version.terms.by_hand,
            }
        )
    return items


async def _corrections(pool: Pool, scheme: Versions, earlier: Iterable[Earlier]) -> dict[UUID, list[Correction]]:
    """What earlier periods come to by now, where that differs from what they count."""
    terms = {one.version: one for one in scheme.all}
    found: dict[UUID, list[Correction]] = {}
    ordered = sorted(earlier, key=lambda one: (one.starts, one.version, one.business_id))
    for (starts, number), group in groupby(ordered, key=lambda one: (one.starts, one.version)):
        told = list(group)
        version = terms[number]
        stretch = Stretch(starts, told[0].ends)
        firms = [one.business_id for one in told]
        now = await bonuses(pool, version.terms, version.partner_id, firms, stretch)
        for one, (_, _, bonus) in zip(told, now, strict=True):
            if bonus.value != one.settled:
                mended = Correction(statement_id=one.statement_id, starts=starts, was=one.settled, now=bonus.value)
                found.setdefault(one.business_id, []).append(mended)
    return found
