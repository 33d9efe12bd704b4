"""The open cycle day by day: what partners issued and redeemed, and what it would come to so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text
from sqlmodel import col, select

from domain.coalition.founding import coalition_of, zone
from domain.ids import PartnerId, new_id
from domain.settlement.calendar import midnight
from domain.settlement.day_models import DailyFlow
from domain.settlement.exact import total
from domain.settlement.facts import price_book
from domain.settlement.lines import Source
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import partner
from domain.settlement.pricing import price_cycle, source_of
from domain.settlement.queries import open_cycle
from domain.settlement.terms import Flow
from domain.storage import ReadSession, WriteSession

GRACE = timedelta(hours=1)
"""A day is counted so long after its end: a posting may be under way for a moment."""

MANY = 400
"""Days; no cycle is longer that anybody looks at day by day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionDay:
    """A partner's day."""

    day: date
    partner_id: PartnerId
    issued: int
    """Points it funded that day."""
    redeemed: int
    """Points spent with it that day, less those given back."""
    position: Decimal
    """What the cycle came to for it by the end of the day, at the prices reached by then; without money benefits."""


async def position_days(session: ReadSession, *, now: datetime) -> list[PositionDay]:
    """The days of the open cycle for every partner, read with the coalition's sight; a forecast like any.

    Raises: CycleNotFound, PriceUnknown.
    """
    cycle = await open_cycle(session)
    place = zone((await coalition_of(session)).time_zone)
    moved = await _moved(session, cycle, place, now)
    book = await price_book(session, cycle, at=now)
    found: list[PositionDay] = []
    so_far: list[Flow] = []
    for day in _days(cycle, place, now):
        today = moved.get(day, [])
        so_far += today
        lines = price_cycle(so_far, [], book).lines
        issued, redeemed = _points(today)
        found += [
            PositionDay(
                day=day,
                partner_id=whose,
                issued=issued[whose],
                redeemed=redeemed[whose],
                position=total(line.signed(partner(whose)) for line in lines),
            )
            for whose in sorted(book.in_force)
        ]
    return found


async def count_days(session: WriteSession, *, now: datetime) -> int:
    """Count the days of the open cycle that are over and not counted yet; how many movements alike there were."""
    cycle = (await session.scalars(select(Cycle).where(Cycle.state == CycleState.OPEN))).first()
    if cycle is None:
        return 0
    place = zone((await coalition_of(session)).time_zone)
    until = midnight((now - GRACE).astimezone(place).date(), place)
    since = cycle.counted_until or cycle.opened_at
    if until <= since:
        return 0
    rows = await _read(session, cycle, since, until, place)
    if rows:
        named = [{"flow_id": new_id(), "cycle_id": cycle.cycle_id, **row, "points": int(row["points"])} for row in rows]
        await session.execute(insert(DailyFlow), named)
    cycle.counted_until = until
    return len(rows)


async def _moved(session: ReadSession, cycle: Cycle, place: ZoneInfo, now: datetime) -> dict[date, list[Flow]]:
    """Each day's movements: of finished days as they were counted, of the rest as they are now."""
    query = select(DailyFlow).where(col(DailyFlow.cycle_id) == cycle.cycle_id)
    rows: list[Mapping[str, Any]] = [row.model_dump() for row in await session.scalars(query)]
    since = cycle.counted_until or cycle.opened_at
    rows += await _read(session, cycle, since, now + GRACE, place)
    moved: dict[date, list[Flow]] = {}
    for row in rows:
        flow = {name: row[name] for name in _FLOW} | {"points": int(row["points"])}
        moved.setdefault(row["day"], []).append(Flow(**flow))
    return moved


_FLOW = [field.name for field in fields(Flow)]


async def _read(
    session: ReadSession, cycle: Cycle, since: datetime, until: datetime, place: ZoneInfo
) -> list[Mapping[str, Any]]:
    sql = text("SELECT * FROM daily_flows(:cycle_id, :since, :until, :zone)")
    names = {"cycle_id": cycle.cycle_id, "since": since, "until": until, "zone": place.key}
    return [dict(row) for row in (await session.execute(sql, names)).mappings()]


def _days(cycle: Cycle, place: ZoneInfo, now: datetime) -> list[date]:
    first, last = cycle.opened_at.astimezone(place).date(), now.astimezone(place).date()
    return [first + timedelta(days=ahead) for ahead in range(min((last - first).days + 1, MANY))]


def _points(flows: Iterable[Flow]) -> tuple[Counter[PartnerId], Counter[PartnerId]]:
    issued: Counter[PartnerId] = Counter()
    redeemed: Counter[PartnerId] = Counter()
    for flow in flows:
        match source_of(flow):
            case Source.ACCRUE | Source.ADJUST:
                issued[flow.sponsor_id] += flow.points
            case Source.REDEEM if flow.redeemer_id is not None:
                redeemed[flow.redeemer_id] += flow.points
            case Source.UNREDEEM if flow.redeemer_id is not None:
                redeemed[flow.redeemer_id] -= flow.points
            case _:
                pass
    return issued, redeemed
