"""What bounds how many points sponsors award: stops of issuance, and allowances that postings draw from.

A posting reads both for itself (migrations/sql/0023_drawing.sql); here they are set. Whoever sets an allowance holds it
still until the transaction ends, so that no point slips between what was read and what is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.ids import PartnerId, new_id
from domain.ledger.allowance_models import (
    Allowance,
    AllowanceChange,
    AllowanceKind,
    AllowanceSlice,
    ChangeReason,
    IssuanceStop,
    StopReason,
)
from domain.storage import ReadSession, Sight, WriteSession, concerning, sight_of
from domain.values import check_text

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An allowance and what is left of it, in its unit."""

    allowance: Allowance
    left: int


async def stop(
    session: WriteSession,
    partner_id: PartnerId | None,
    reason: StopReason,
    *,
    now: datetime,
    by: UUID | None = None,
    note: str | None = None,
) -> IssuanceStop:
    """Let a sponsor fund no points from now on; without one: every sponsor. A stop for the same reason stands once.

    A coalition-wide stop for UNSECURED passes over sponsors on prepaid packs, and those that pay when points are spent.
    Raises: InvalidValue.
    """
    if note is not None:
        check_text("note", note, LONGEST_NOTE)
    values = {"partner_id": partner_id, "reason": reason, "stopped_at": now, "stopped_by": by, "note": note}
    await session.execute(insert(IssuanceStop).values(stop_id=new_id(), **values).on_conflict_do_nothing())
    found = select(IssuanceStop).where(_standing(partner_id, reason))
    return (await session.scalars(found)).one()


async def lift(
    session: WriteSession, partner_id: PartnerId | None, reason: StopReason, *, now: datetime, by: UUID | None = None
) -> bool:
    """Let the sponsor fund points again, as far as this reason goes; whether there was such a stop."""
    lifted = update(IssuanceStop).where(_standing(partner_id, reason)).values(lifted_at=now, lifted_by=by)
    return (await session.execute(lifted.returning(col(IssuanceStop.stop_id)))).first() is not None


def _standing(partner_id: UUID | None, reason: StopReason) -> ColumnElement[bool]:
    whose = col(IssuanceStop.partner_id)
    same = whose.is_(None) if partner_id is None else whose == partner_id
    return same & (col(IssuanceStop.reason) == reason) & col(IssuanceStop.lifted_at).is_(None)


async def stops(session: ReadSession, partner_id: PartnerId | None = None) -> list[IssuanceStop]:
    """The stops that stand, of one sponsor or of all that the viewer may see, those of every sponsor last."""
    whose = true() if partner_id is None else col(IssuanceStop.partner_id) == partner_id
    seen = concerning(sight_of(session), col(IssuanceStop.partner_id))
    found = select(IssuanceStop).where(whose, seen, col(IssuanceStop.lifted_at).is_(None))
    return list(await session.scalars(found.order_by(col(IssuanceStop.partner_id), col(IssuanceStop.stopped_at))))


async def add(
    session: WriteSession,
    partner_id: PartnerId,
    kind: AllowanceKind,
    amount: int,
    reason: ChangeReason,
    *,
    now: datetime,
    change_id: UUID | None = None,
    by: UUID | None = None,
) -> int:
    """Add to an allowance, or take from it as far as it goes; what is left then. The same change_id changes it once."""
    sql = "SELECT change_allowance(:partner_id, :kind, :change_id, :amount, :reason, :by, :now)"
    values = {"partner_id": partner_id, "kind": kind, "amount": amount, "reason": reason, "by": by, "now": now}
    left: int = (await session.execute(text(sql), {**values, "change_id": change_id or new_id()})).scalar_one()
    return left


async def held(
    session: WriteSession, partner_id: PartnerId, kind: AllowanceKind, *, now: datetime, limit: int | None = None
) -> int | None:
    """What is left of an allowance, kept so until the transaction ends; a new limit is met first. None: there is none.

    Postings that have drawn are waited for, those that come wait: what is read from the books after this is exact.
    """
    sql = "SELECT hold_allowance(:partner_id, :kind, :limit, :now)"
    values = {"partner_id": partner_id, "kind": kind, "limit": limit, "now": now}
    left: int | None = (await session.execute(text(sql), values)).scalar_one()
    return left


async def allowances(session: ReadSession, partner_id: PartnerId | None = None) -> list[Standing]:
    """The allowances of one sponsor, or of all that the viewer may see, with what is left of each."""
    whose = true() if partner_id is None else col(Allowance.partner_id) == partner_id
    left = (
        select(func.sum(AllowanceSlice.left_amount))
        .where(col(AllowanceSlice.allowance_id) == col(Allowance.allowance_id))
        .scalar_subquery()
    )
    found = select(Allowance, left).where(whose, _seen(sight_of(session)))
    rows = await session.execute(found.order_by(col(Allowance.partner_id), col(Allowance.kind)))
    return [Standing(allowance=allowance, left=int(amount)) for allowance, amount in rows]


async def drawn_in_all(session: ReadSession, partner_id: PartnerId, kind: AllowanceKind) -> int:
    """All that was ever drawn from an allowance and not given back: what was put in less what is left."""
    row = (
        await session.execute(
            select(
                select(func.sum(AllowanceChange.amount))
                .where(col(AllowanceChange.allowance_id) == col(Allowance.allowance_id))
                .scalar_subquery(),
                select(func.sum(AllowanceSlice.left_amount))
                .where(col(AllowanceSlice.allowance_id) == col(Allowance.allowance_id))
                .scalar_subquery(),
            ).where(col(Allowance.subject_id) == partner_id, col(Allowance.kind) == kind, _seen(sight_of(session)))
        )
    ).first()
    return 0 if row is None else int(row[0] or 0) - int(row[1])


async def mind(session: WriteSession, allowance_id: UUID, *, low: bool, now: datetime) -> bool:
    """Note that little is left, or enough again; whether that is news. A partner is told of each fall once."""
    was = col(Allowance.low_since)
    same = (col(Allowance.allowance_id) == allowance_id) & (was.is_(None) if low else was.is_not(None))
    noted = update(Allowance).where(same).values(low_since=now if low else None)
    return (await session.execute(noted.returning(col(Allowance.allowance_id)))).first() is not None


async def changes(session: ReadSession, allowance_id: UUID, most: int) -> list[AllowanceChange]:
    """What was put into an allowance or taken out otherwise than by postings, the newest first."""
    seen = concerning(sight_of(session), col(AllowanceChange.partner_id))
    found = select(AllowanceChange).where(col(AllowanceChange.allowance_id) == allowance_id, seen)
    newest = found.order_by(col(AllowanceChange.changed_at).desc(), col(AllowanceChange.change_id).desc()).limit(most)
    return list(await session.scalars(newest))


def _seen(sight: Sight) -> ColumnElement[bool]:
    return concerning(sight, col(Allowance.partner_id))
