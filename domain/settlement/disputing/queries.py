"""What is shown of disputes: to both sides of the line and to the coalition, and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func
from sqlalchemy.orm import defer
from sqlmodel import col, select

from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.settlement.adjustment_models import AdjustmentReason, SettlementAdjustment
from domain.settlement.disputing.errors import DisputeNotFound, EvidenceNotFound
from domain.settlement.disputing.lines import line_row
from domain.settlement.disputing.models import (
    OPEN_STATES,
    Dispute,
    DisputeDecision,
    DisputeEvidence,
    DisputeState,
    DisputeStep,
    DisputeTransfer,
    DisputeTreatment,
)
from domain.settlement.disputing.stages import dispute_of
from domain.settlement.exact import ZERO, total
from domain.settlement.models import StatementLine
from domain.settlement.queries import Line, shown
from domain.storage import ReadSession, concerning, sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which disputes to list."""

    states: Collection[DisputeState] | None = None
    raised_by: PartnerId | None = None
    """Those that this partner raised."""
    cycle_id: UUID | None = None
    overdue_at: datetime | None = None
    """Those whose stage was due by then."""


async def disputes(session: ReadSession, wanted: Wanted, page: PageRequest) -> Page[Dispute]:
    """The disputes that the viewer is a side of, newest first."""
    query = select(Dispute).where(_seen(session, Dispute))
    if wanted.states is not None:
        query = query.where(col(Dispute.state).in_(list(wanted.states)))
    if wanted.raised_by is not None:
        query = query.where(Dispute.partner_id == wanted.raised_by)
    if wanted.cycle_id is not None:
        query = query.where(Dispute.cycle_id == wanted.cycle_id)
    if wanted.overdue_at is not None:
        query = query.where(col(Dispute.due_at) <= wanted.overdue_at)
    if page.after is not None:
        query = query.where(col(Dispute.dispute_id) < page.after[0])
    found = await session.scalars(query.order_by(col(Dispute.dispute_id).desc()).limit(page.first + 1))
    return Page.of(list(found), page, key=lambda dispute: (dispute.dispute_id,))


async def dispute_ending(session: ReadSession, ending: str) -> Dispute:
    """The one dispute whose id ends with these digits, as people write ids. Raises: DisputeNotFound, InvalidValue."""
    digits = ending.replace("-", "").lower()
    if not re.fullmatch(r"[0-9a-f]{4,32}", digits):
        raise InvalidValue("a dispute is named by the last digits of its id, four or more", path=("dispute",))
    written = func.replace(cast(col(Dispute.dispute_id), Text), "-", "")
    query = select(Dispute).where(_seen(session, Dispute), written.endswith(digits))
    found = list(await session.scalars(query.limit(2)))
    if not found:
        raise DisputeNotFound
    if len(found) > 1:
        raise InvalidValue(f"several disputes end with {ending}; give more of its digits", path=("dispute",))
    return found[0]


async def disputes_of_party(session: ReadSession, cycle_id: UUID, partner_id: UUID) -> list[Dispute]:
    """The disputes of a partner's lines in a cycle, whichever side raised them, oldest first."""
    query = select(Dispute).where(
        _seen(session, Dispute),
        Dispute.cycle_id == cycle_id,
        (col(Dispute.partner_id) == partner_id) | (col(Dispute.other_id) == partner_id),
    )
    return list(await session.scalars(query.order_by(col(Dispute.dispute_id))))


async def provisional_credit(session: ReadSession, cycle_id: UUID, partner_id: UUID) -> Decimal:
    """What open disputes left out of a partner's statement: positive where that is to its good, for now."""
    query = (
        select(Dispute, StatementLine)
        .join(StatementLine, col(StatementLine.line_id) == col(Dispute.line_id))
        .where(
            _seen(session, Dispute),
            Dispute.cycle_id == cycle_id,
            Dispute.treatment == DisputeTreatment.LEFT_OUT,
            col(Dispute.state).in_(OPEN_STATES),
            (col(Dispute.partner_id) == partner_id) | (col(Dispute.other_id) == partner_id),
        )
    )
    rows = (await session.execute(query)).all()
    return total((one.amount if line.debtor_id == partner_id else -one.amount for one, line in rows)) or ZERO


async def line_of_dispute(session: ReadSession, dispute_id: UUID) -> Line:
    """The line as it was disputed. Raises: DisputeNotFound; LineNotFound, while its cycle is a draft again."""
    return shown(await line_row(session, (await dispute_of(session, dispute_id)).line_id))


async def dispute_behind(session: ReadSession, adjustment_id: UUID) -> Dispute | None:
    """The dispute that an adjustment came of; None for one that came of something else."""
    subjects = select(SettlementAdjustment.subject_id).where(
        SettlementAdjustment.adjustment_id == adjustment_id,
        col(SettlementAdjustment.reason).in_([AdjustmentReason.DISPUTE_HELD, AdjustmentReason.DISPUTE_DECIDED]),
    )
    query = select(Dispute).where(col(Dispute.dispute_id).in_(subjects), _seen(session, Dispute))
    return (await session.scalars(query)).first()


async def steps_of(session: ReadSession, dispute_id: UUID) -> list[DisputeStep]:
    """Who did what in a dispute, in order."""
    query = select(DisputeStep).where(DisputeStep.dispute_id == dispute_id, _seen(session, DisputeStep))
    return list(await session.scalars(query.order_by(col(DisputeStep.step_id))))


async def transfers_of(session: ReadSession, dispute_id: UUID) -> list[DisputeTransfer]:
    """The transfers a dispute names."""
    row = DisputeTransfer
    query = select(row).where(row.dispute_id == dispute_id, _seen(session, row))
    return list(await session.scalars(query.order_by(col(row.wallet_id), col(row.entry_id), col(row.n))))


async def decision_of(session: ReadSession, dispute_id: UUID) -> DisputeDecision | None:
    """What was decided; None as long as nothing is."""
    query = select(DisputeDecision).where(DisputeDecision.dispute_id == dispute_id, _seen(session, DisputeDecision))
    return (await session.scalars(query)).first()


async def evidence_of(session: ReadSession, dispute_id: UUID) -> list[DisputeEvidence]:
    """The files and notes of a dispute, in order; a file's content is read by `evidence` alone."""
    query = select(DisputeEvidence).where(DisputeEvidence.dispute_id == dispute_id, _seen(session, DisputeEvidence))
    slim = query.options(defer(DisputeEvidence.content, raiseload=True))  # type: ignore[arg-type]
    return list(await session.scalars(slim.order_by(col(DisputeEvidence.evidence_id))))


async def evidence(session: ReadSession, evidence_id: UUID) -> DisputeEvidence:
    """A file or a note with its content. Raises: EvidenceNotFound."""
    query = select(DisputeEvidence).where(DisputeEvidence.evidence_id == evidence_id, _seen(session, DisputeEvidence))
    found = (await session.scalars(query.execution_options(populate_existing=True))).first()
    if found is None:
        raise EvidenceNotFound
    return found


async def overdue(session: ReadSession, *, now: datetime) -> list[UUID]:
    """The disputes that time takes to the coalition: those that wait for an answer, or for their raiser, too long."""
    waiting = (DisputeState.RAISED, DisputeState.ANSWERED)
    query = select(Dispute.dispute_id).where(
        _seen(session, Dispute), col(Dispute.due_at) <= now, col(Dispute.state).in_(waiting)
    )
    return list(await session.scalars(query.order_by(col(Dispute.due_at))))


def _seen(
    session: ReadSession,
    row: type[Dispute | DisputeStep | DisputeTransfer | DisputeEvidence | DisputeDecision],
) -> ColumnElement[bool]:
    return concerning(sight_of(session), col(row.partner_id), col(row.other_id))
