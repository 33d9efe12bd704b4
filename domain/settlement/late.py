"""What came late: posted in one cycle, and by the partner's clock of the time of an earlier one.

A transfer belongs to the cycle it was posted in and is settled there, at its own contract and price; statements that
were approved are not opened again. It only bears a label, so that whoever reconciles sees why it is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, text
from sqlmodel import col, select

from domain.ids import EntryId, PartnerId, WalletId, new_id
from domain.paging import Page, PageRequest
from domain.settlement import visible
from domain.settlement.late_models import LatePart
from domain.settlement.lines import LineKind, MoneyLine, Source
from domain.settlement.models import Cycle
from domain.settlement.queries import Line
from domain.settlement.steps import cycle_of
from domain.storage import COALITION, ReadSession, WriteSession, sight_of
from domain.values import Points

_SPENDS = (Source.REDEEM, Source.UNREDEEM, Source.REPAY)

_LATE = """
SELECT t.wallet_id, t.entry_id, t.n, t.kind, t.points, t.sponsor_id, t.partner_id, e.occurred_at, e.posted_at,
    (SELECT c.name FROM cycle c WHERE c.cut_off_at > e.occurred_at ORDER BY c.number LIMIT 1) AS of_cycle
FROM entry e JOIN transfer t ON t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id
WHERE e.cycle_id = :cycle_id AND e.occurred_at < :opened_at AND t.kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE')
    AND (:sees_all OR (e.partner_id = :viewer AND :viewer IN (t.sponsor_id, t.redeemer_id, t.partner_id)))
    AND (t.wallet_id, t.entry_id, t.n) > (:after_wallet, :after_entry, :after_n)
ORDER BY t.wallet_id, t.entry_id, t.n LIMIT :limit
"""

_NOWHERE = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateItem:
    """One movement of points that came late."""

    wallet_id: WalletId
    entry_id: EntryId
    n: int
    kind: str
    points: Points
    sponsor_id: PartnerId
    partner_id: PartnerId
    """Who recorded it."""
    occurred_at: datetime
    posted_at: datetime
    of_cycle: str
    """The name of the cycle in whose time it happened."""


async def label(session: WriteSession, cycle: Cycle) -> None:
    """Write down what of a cycle came late; once, since its transfers are final after the cut-off."""
    rows = await session.execute(text("SELECT * FROM late_flows(:cycle_id)"), {"cycle_id": cycle.cycle_id})
    place = {"cycle_id": cycle.cycle_id}
    parts = [{"part_id": new_id(), **place, **row, "points": int(row["points"])} for row in rows.mappings()]
    if parts:
        await session.execute(insert(LatePart), parts)


async def late_parts_of(session: ReadSession, line: Line) -> list[LatePart]:
    """How many points of a line came late, and of which cycle's time; none for lines counted from amounts."""
    condition = _under(line.money)
    if condition is None:
        return []
    query = select(LatePart).where(LatePart.cycle_id == line.cycle_id, condition, visible.late_parts(sight_of(session)))
    return list(await session.scalars(query.order_by(col(LatePart.part_id))))


async def late_parts(session: ReadSession, cycle_id: UUID) -> list[LatePart]:
    """All that came late in a cycle, as far as the viewer may see it."""
    query = select(LatePart).where(LatePart.cycle_id == cycle_id, visible.late_parts(sight_of(session)))
    return list(await session.scalars(query.order_by(col(LatePart.part_id))))


async def late_items(session: ReadSession, cycle_id: UUID, page: PageRequest) -> Page[LateItem]:
    """The movements that came late in a cycle: all for the coalition, to a partner those it recorded itself.

    Raises: CycleNotFound.
    """
    cycle, sight = await cycle_of(session, cycle_id), sight_of(session)
    after = page.after or (_NOWHERE, _NOWHERE, 0)
    names: dict[str, Any] = {
        "cycle_id": cycle_id,
        "opened_at": cycle.opened_at if cycle.number > 1 else datetime.min.replace(tzinfo=cycle.opened_at.tzinfo),
        "sees_all": sight == COALITION,
        "viewer": sight.partner_id,
        "after_wallet": after[0],
        "after_entry": after[1],
        "after_n": after[2],
        "limit": page.first + 1,
    }
    found = [LateItem(**row) for row in (await session.execute(text(_LATE), names)).mappings()]
    return Page.of(found, page, key=lambda item: (item.wallet_id, item.entry_id, item.n))


def _under(money: MoneyLine) -> ColumnElement[bool] | None:
    """Which late parts are parts of a line: its source, its parties and versions, as they select its transfers."""
    counted = _counted(money)
    if counted is None:
        return None
    origin = money.origin
    condition = counted & (col(LatePart.sponsor_id) == origin.sponsor_id)
    condition &= col(LatePart.sponsor_contract_id) == origin.contract_id
    if money.accrual_cycle_ids:
        condition &= col(LatePart.accrual_cycle_id).in_(money.accrual_cycle_ids)
    if origin.source in _SPENDS:
        condition &= col(LatePart.redeemer_id) == origin.redeemer_id
        condition &= col(LatePart.redeemer_contract_id).is_not_distinct_from(origin.redeemer_contract_id)
    return condition


def _counted(money: MoneyLine) -> ColumnElement[bool] | None:
    source = money.origin.source
    if source is Source.ACCRUE:
        return (col(LatePart.kind) == source.value) & (col(LatePart.cofunded) == (money.kind is LineKind.CO_FUNDING))
    return _COUNTED.get(source)


_GIVEN = col(LatePart.debit) == "ISSUED"
_COUNTED: Mapping[Source, ColumnElement[bool]] = {
    Source.ADJUST: (col(LatePart.kind) == "ADJUST") & _GIVEN,
    Source.ADJUST_BACK: (col(LatePart.kind) == "ADJUST") & (col(LatePart.debit) != "ISSUED"),
    Source.CLAWBACK: (col(LatePart.kind) == "CLAWBACK") & (col(LatePart.debit) != "DEBT"),
    Source.FEE_PER_POINT: col(LatePart.kind).in_(["ACCRUE", "ADJUST"]) & _GIVEN,
    **{source: col(LatePart.kind) == source.value for source in (*_SPENDS, Source.EXPIRE)},
}
