"""What each partner says to its statement: a thing of its own, beside the state of the cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.ids import PartnerId, PersonId
from domain.settlement.disputes import open_disputes
from domain.settlement.errors import AnswersOutstanding, StatementNotFound
from domain.settlement.models import Acceptance, Cycle, CycleState, SettlementStep, Statement
from domain.settlement.steps import Step, cycle_of, leave_line, refuse_out_of_order
from domain.storage import ReadSession, WriteSession, concerning, sight_of


class Answer(StrEnum):
    """What a partner says to its statement."""

    NONE = "NONE"
    """Nothing yet; it has time."""
    ACCEPTED = "ACCEPTED"
    """It agrees."""
    DISPUTED = "DISPUTED"
    """It disputes lines of it, and that is not decided yet."""
    SILENT = "SILENT"
    """It let its time pass, which counts as agreeing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAnswer:
    """One partner's answer to the statements that were proposed last."""

    partner_id: PartnerId
    answer: Answer
    until: datetime
    answered_at: datetime | None
    answered_by: UUID | None
    reminded_at: datetime | None
    """When it was told that its time runs out."""


PROPOSED = (
    CycleState.PROPOSED,
    CycleState.APPROVED,
    CycleState.INSTRUCTED,
    CycleState.SETTLED,
    CycleState.CLOSED,
)


async def accept(session: WriteSession, cycle_id: UUID, partner_id: PartnerId, *, by: PersonId, now: datetime) -> Cycle:
    """A partner agrees with its statement. Raises: CycleNotFound, SettlementOutOfOrder, StatementNotFound."""
    cycle = await cycle_of(session, cycle_id)
    if cycle.state in PROPOSED and partner_id in await _acceptances(session, cycle):
        return cycle
    refuse_out_of_order(cycle, Step.ACCEPT)
    if partner_id not in await partners_asked(session, cycle):
        raise StatementNotFound
    agreed = insert(Acceptance).values(
        cycle_id=cycle_id, partner_id=partner_id, revision=cycle.revision, accepted_by=by, accepted_at=now
    )
    fresh = await session.execute(agreed.on_conflict_do_nothing().returning(col(Acceptance.accepted_by)))
    if fresh.first() is not None:
        leave_line(session, cycle, Step.ACCEPT, was=cycle.state, now=now, by=by, partner_id=partner_id)
    return cycle


async def answers_of(session: ReadSession, cycle_id: UUID, *, now: datetime) -> list[PartnerAnswer]:
    """The answers the viewer may see, none before a cycle is proposed. Raises: CycleNotFound."""
    cycle = await cycle_of(session, cycle_id)
    if cycle.state not in PROPOSED:
        return []
    assert cycle.answer_until is not None
    agreed, disputing = await _acceptances(session, cycle), await _disputing(session, cycle)
    reminded = await _reminded(session, cycle)
    answers = []
    for partner_id in sorted(await partners_asked(session, cycle)):
        accepted, disputed_at = agreed.get(partner_id), disputing.get(partner_id)
        answers.append(
            PartnerAnswer(
                partner_id=PartnerId(partner_id),
                answer=_answer(accepted, disputed_at, late=now >= cycle.answer_until),
                until=cycle.answer_until,
                answered_at=disputed_at or (accepted.accepted_at if accepted else None),
                answered_by=accepted.accepted_by if accepted and not disputed_at else None,
                reminded_at=reminded.get(partner_id),
            )
        )
    return answers


async def refuse_unanswered(session: ReadSession, cycle: Cycle, *, now: datetime) -> None:
    """Whether everybody has answered, or has had its time. Raises: AnswersOutstanding."""
    assert cycle.answer_until is not None
    waiting = [
        answer.partner_id
        for answer in await answers_of(session, cycle.cycle_id, now=now)
        if answer.answer is Answer.NONE
    ]
    if waiting:
        raise AnswersOutstanding(cycle.name, waiting, cycle.answer_until)


async def partners_asked(session: ReadSession, cycle: Cycle) -> set[UUID]:
    """The partners with a statement in the cycle, as far as the viewer may see them."""
    statement = select(Statement.partner_id).where(
        Statement.cycle_id == cycle.cycle_id,
        Statement.revision == cycle.revision,
        col(Statement.partner_id).is_not(None),
        concerning(sight_of(session), col(Statement.partner_id)),
    )
    return {partner_id for partner_id in await session.scalars(statement) if partner_id is not None}


def _answer(accepted: Acceptance | None, disputed_at: datetime | None, *, late: bool) -> Answer:
    if disputed_at is not None:
        return Answer.DISPUTED
    if accepted is not None:
        return Answer.ACCEPTED
    return Answer.SILENT if late else Answer.NONE


async def _acceptances(session: ReadSession, cycle: Cycle) -> Mapping[UUID, Acceptance]:
    query = select(Acceptance).where(
        Acceptance.cycle_id == cycle.cycle_id,
        Acceptance.revision == cycle.revision,
        concerning(sight_of(session), col(Acceptance.partner_id)),
    )
    return {row.partner_id: row for row in await session.scalars(query)}


async def _disputing(session: ReadSession, cycle: Cycle) -> dict[UUID, datetime]:
    """Since when each partner disputes something that is not decided yet."""
    since: dict[UUID, datetime] = {}
    for dispute in await open_disputes(session, cycle):
        since.setdefault(dispute.partner_id, dispute.raised_at)
    return since


async def _reminded(session: ReadSession, cycle: Cycle) -> dict[UUID, datetime]:
    query = select(SettlementStep).where(
        SettlementStep.cycle_id == cycle.cycle_id,
        SettlementStep.revision == cycle.revision,
        SettlementStep.step == Step.REMIND,
        concerning(sight_of(session), col(SettlementStep.partner_id)),
    )
    rows = await session.scalars(query.order_by(col(SettlementStep.step_id)))
    return {row.partner_id: row.taken_at for row in rows if row.partner_id is not None}
