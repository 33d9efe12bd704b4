"""How long events are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, false, func, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.events.models import Event, EventCounter, EventForgotten, EventKind
from domain.storage import WriteSession

KEPT = timedelta(days=30)
"""For how long an event can be read, in real time from when it got its number."""

MOST = 5_000


async def forget(
    session: WriteSession, *, now: datetime, most: int = MOST, unless: ColumnElement[bool] | None = None
) -> int:
    """Remove events that were kept long enough, and say to each partner how far; how many there were.

    `unless` says of which rows of `event` somebody is still to be told. The session sees with the coalition's eyes;
    `now` is real time.
    """
    old = select(Event.position).where(
        col(Event.numbered_at) < now - KEPT, true() if unless is None else ~func.coalesce(unless, false())
    )
    gone = (
        delete(Event)
        .where(col(Event.position).in_(old.order_by(col(Event.numbered_at)).limit(most)))
        .returning(
            col(Event.partner_id),
            col(Event.kind),
            col(Event.balance_seen),
            col(Event.number),
            col(Event.sequence),
            col(Event.occurred_at),
        )
    )
    rows = (await session.execute(gone)).all()
    upto: dict[tuple[UUID, str], int] = {}
    for row in rows:
        kinds = {row.kind, *([EventKind.BALANCE_CHANGED.value] if row.balance_seen else [])}
        for kind in kinds:
            upto[row.partner_id, kind] = max(row.number, upto.get((row.partner_id, kind), 0))
    await _remember(session, upto)
    told_of = [row.occurred_at for row in rows if row.sequence is not None]
    if told_of:
        since = func.greatest(col(EventCounter.complete_since), max(told_of))
        await session.execute(update(EventCounter).values(complete_since=since))
    return len(rows)


async def _remember(session: WriteSession, upto: dict[tuple[UUID, str], int]) -> None:
    if not upto:
        return
    lines = [
        {"partner_id": partner, "kind": kind, "number": number} for (partner, kind), number in sorted(upto.items())
    ]
    new = insert(EventForgotten)
    further = func.greatest(col(EventForgotten.number), new.excluded.number)
    await session.execute(new.on_conflict_do_update(constraint="pk_event_forgotten", set_={"number": further}), lines)
