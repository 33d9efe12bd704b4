"""From a posting up to the lines that count it, and from all lines of a statement down to every posting, as a stream.

The other direction of drilling, from the same selectors: over the transfers under a line, the parts named here add up
to its exact amount wherever it is counted transfer by transfer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from domain.ids import EntryId, PartnerId, WalletId
from domain.settlement import visible
from domain.settlement.drilling import SELECTORS, SPENDS, part_of, selection
from domain.settlement.models import StatementLine
from domain.settlement.queries import Line, shown
from domain.storage import COALITION, ReadSession, sight_of
from domain.values import Points

ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTransfer:
    """One movement of points under one line."""

    line: Line
    wallet_id: WalletId
    entry_id: EntryId
    n: int
    kind: str
    points: Points
    recorded_by: PartnerId
    entry_kind: str | None
    """What the entry was; None, as its time, where the viewer may not see it."""
    posted_at: datetime | None
    exact: Decimal | None
    """What it adds to the line; None where the line counts many movements together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPart:
    """What one movement of an entry, or one benefit in money, adds to a line."""

    line: Line
    kind: str
    n: int | None
    """Its place among the entry's transfers; None for a benefit."""
    points: Points | None
    """None for a benefit."""
    exact: Decimal | None


_MOVED = """
SELECT t.wallet_id, t.entry_id, t.n, t.kind, t.points, t.partner_id, e.kind AS entry_kind, e.posted_at
FROM transfer t LEFT JOIN entry e ON e.wallet_id = t.wallet_id AND e.entry_id = t.entry_id
    AND (:sees_all OR e.partner_id = :viewer)
WHERE {where} ORDER BY t.wallet_id, t.entry_id, t.n
"""

_BY_SOURCE = " OR ".join(
    f"(l.source = '{source}' AND t.kind IN ({', '.join(repr(kind) for kind in selector.kinds)}) AND {selector.where})"
    for source, selector in SELECTORS.items()
)
_SPENDING = ", ".join(repr(source.value) for source in SPENDS)

_COUNTING = f"""
SELECT l.line_id, t.n, t.kind, t.points, NULL::numeric AS amount FROM transfer t
JOIN cycle c ON c.cycle_id = t.cycle_id
JOIN statement_line l ON l.cycle_id = c.cycle_id AND l.revision = c.revision
    AND l.sponsor_id = t.sponsor_id AND l.contract_id = t.sponsor_contract_id
WHERE t.wallet_id = :wallet_id AND t.entry_id = :entry_id
    AND (:sees_all OR :viewer IN (t.sponsor_id, t.redeemer_id, t.partner_id))
    AND ({_BY_SOURCE})
    AND (cardinality(l.accrual_cycle_ids) = 0 OR t.accrual_cycle_id = ANY (l.accrual_cycle_ids))
    AND (l.source NOT IN ({_SPENDING}) OR (l.redeemer_id = t.redeemer_id
        AND l.redeemer_contract_id IS NOT DISTINCT FROM t.redeemer_contract_id))
    AND (l.source <> 'ACCRUE' OR (l.kind = 'CO_FUNDING') = (t.partner_id <> t.sponsor_id))
UNION ALL
SELECT l.line_id, NULL, b.kind, NULL, b.amount FROM benefit b
JOIN statement_line l ON l.sponsor_id = b.sponsor_id AND l.redeemer_id = b.redeemer_id
JOIN cycle c ON c.cycle_id = l.cycle_id AND c.revision = l.revision
WHERE b.wallet_id = :wallet_id AND (:sees_all OR :viewer IN (b.sponsor_id, b.redeemer_id))
    AND (b.used_entry_id = :entry_id AND l.source = 'BENEFIT' AND l.cycle_id = b.cycle_id
        OR b.reversed_entry_id = :entry_id AND l.source = 'BENEFIT_BACK' AND l.cycle_id = b.reversed_cycle_id)
"""  # noqa: S608 -- our own words


async def every_transfer(session: ReadSession, lines: Sequence[Line]) -> AsyncIterator[CountedTransfer]:
    """The transfers under each of some lines, line by line, as far as the viewer may see them; few are held at a time.

    A transfer that several lines count comes once for each.
    """
    for line in lines:
        chosen = selection(session, line)
        if chosen is None:
            continue
        sql = text(_MOVED.format(where=chosen.where)).execution_options(yield_per=ROWS_AT_ONCE)
        async for row in (await session.stream(sql, dict(chosen.names))).mappings():
            yield _transfer(line, dict(row))


async def lines_counting(session: ReadSession, wallet_id: UUID, entry_id: UUID) -> list[CountedPart]:
    """What an entry adds to which lines of computed cycles, of those lines the viewer is a side of, in their order."""
    sight = sight_of(session)
    names = {
        "wallet_id": wallet_id,
        "entry_id": entry_id,
        "sees_all": sight == COALITION,
        "viewer": sight.partner_id,
    }
    rows = (await session.execute(text(_COUNTING), names)).mappings().all()
    wanted = {row["line_id"] for row in rows}
    query = select(StatementLine).where(col(StatementLine.line_id).in_(wanted), visible.lines(sight))
    lines = {row.line_id: shown(row) for row in await session.scalars(query)} if wanted else {}
    parts = [_part(lines[row["line_id"]], row) for row in rows if row["line_id"] in lines]
    return sorted(parts, key=lambda part: (part.line.cycle_id, part.line.number, part.n or 0))


def _part(line: Line, row: Any) -> CountedPart:
    if row["n"] is None:
        return CountedPart(line=line, kind=row["kind"], n=None, points=None, exact=row["amount"])
    points = Points(row["points"])
    return CountedPart(line=line, kind=row["kind"], n=row["n"], points=points, exact=part_of(line.money, points))


def _transfer(line: Line, row: dict[str, Any]) -> CountedTransfer:
    return CountedTransfer(
        line=line,
        wallet_id=row["wallet_id"],
        entry_id=row["entry_id"],
        n=row["n"],
        kind=row["kind"],
        points=Points(row["points"]),
        recorded_by=row["partner_id"],
        entry_kind=row["entry_kind"],
        posted_at=row["posted_at"],
        exact=part_of(line.money, row["points"]),
    )
