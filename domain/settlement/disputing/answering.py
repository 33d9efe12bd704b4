"""The other side answers a dispute; who raised it takes it back, or takes it to the coalition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.coalition.founding import coalition_of
from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId
from domain.settlement.disputing import money
from domain.settlement.disputing.errors import AnswerStillDue, NotYourStep
from domain.settlement.disputing.models import Dispute, DisputeState, DisputeStepKind
from domain.settlement.disputing.raising import check_words
from domain.settlement.disputing.stages import held_still, move, refuse_out_of_order
from domain.settlement.exact import ZERO, payable
from domain.settlement.policy import policy_of
from domain.storage import ReadSession, WriteSession, as_coalition
from domain.values import minor_digits

RAISER = "who raised the dispute"
OTHER_SIDE = "the other side of the line"
AGREED = "the other side agrees"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDispute:
    """What the other side says to a dispute, and how much of it it agrees to."""

    dispute_id: UUID
    partner_id: PartnerId | None
    """Whose answer it is; None: the coalition's, for lines with an account of the house."""
    person_id: PersonId
    words: str
    conceded: Decimal = ZERO

    def __post_init__(self) -> None:
        check_words("words", self.words)
        if not (self.conceded.is_finite() and self.conceded >= 0):
            raise InvalidValue("what is conceded is nought or more", path=("conceded",))


async def answer(session: WriteSession, command: AnswerDispute, *, now: datetime) -> Dispute:
    """The other side of the line answers, once. Where it agrees in full there is nothing to wait for: it is escalated.

    Raises: DisputeNotFound, NotYourStep, DisputeOutOfOrder, InvalidValue.
    """
    dispute = await held_still(session, command.dispute_id)
    if command.partner_id != dispute.other_id:
        raise NotYourStep(DisputeStepKind.ANSWER, OTHER_SIDE)
    said = (dispute.answered_by, dispute.answer, dispute.conceded)
    if said == (command.person_id, command.words, command.conceded):
        return dispute
    refuse_out_of_order(dispute, DisputeStepKind.ANSWER)
    await _check_conceded(session, dispute, command.conceded)
    dispute.answer, dispute.conceded = command.words, command.conceded
    dispute.answered_by, dispute.answered_at = command.person_id, now
    await move(
        session,
        dispute,
        DisputeStepKind.ANSWER,
        DisputeState.ANSWERED,
        now=now,
        days=(await policy_of(session)).escalation_days,
        by=command.person_id,
        partner_id=command.partner_id,
    )
    if command.conceded == dispute.amount:
        who = command.person_id
        await _escalate(session, dispute, now=now, by=who, partner_id=command.partner_id, note=AGREED)
    return dispute


async def escalate(
    session: WriteSession, dispute_id: UUID, *, partner_id: PartnerId | None, by: PersonId, now: datetime
) -> Dispute:
    """Who raised a dispute, or the coalition, takes it to a decision: once it is answered, or its time for it is over.

    Raises: DisputeNotFound, NotYourStep, DisputeOutOfOrder, AnswerStillDue.
    """
    dispute = await held_still(session, dispute_id)
    if partner_id not in {None, dispute.partner_id}:
        raise NotYourStep(DisputeStepKind.ESCALATE, f"{RAISER}, or of the coalition")
    if dispute.state == DisputeState.ESCALATED:
        return dispute
    refuse_out_of_order(dispute, DisputeStepKind.ESCALATE)
    if dispute.state == DisputeState.RAISED and dispute.due_at is not None and now < dispute.due_at:
        raise AnswerStillDue(dispute.due_at)
    await _escalate(session, dispute, now=now, by=by, partner_id=partner_id)
    return dispute


async def escalate_overdue(session: WriteSession, dispute_id: UUID, *, now: datetime) -> bool:
    """What time does: a dispute whose answer, or whose raiser, keeps silent past the day goes to the coalition.

    Silence takes no right away: neither side's is taken for a yes. Gives whether it was due. Raises: DisputeNotFound.
    """
    dispute = await held_still(session, dispute_id)
    waits = dispute.state in {DisputeState.RAISED, DisputeState.ANSWERED}
    if not waits or dispute.due_at is None or now < dispute.due_at:
        return False
    silent = OTHER_SIDE if dispute.state == DisputeState.RAISED else RAISER
    await _escalate(session, dispute, now=now, note=f"{silent} kept silent until {dispute.due_at:%Y-%m-%d}")
    return True


async def withdraw(
    session: WriteSession, dispute_id: UUID, *, partner_id: PartnerId, by: PersonId, now: datetime
) -> Dispute:
    """Who raised a dispute takes it back: the line stands, and what was left out of it is charged again.

    Raises: DisputeNotFound, NotYourStep, DisputeOutOfOrder.
    """
    dispute = await held_still(session, dispute_id)
    if partner_id != dispute.partner_id:
        raise NotYourStep(DisputeStepKind.WITHDRAW, RAISER)
    if dispute.state == DisputeState.WITHDRAWN:
        return dispute
    refuse_out_of_order(dispute, DisputeStepKind.WITHDRAW)
    await move(
        session, dispute, DisputeStepKind.WITHDRAW, DisputeState.WITHDRAWN, now=now, by=by, partner_id=partner_id
    )
    async with as_coalition(session):
        await money.settle(session, dispute, ZERO, by=by, now=now)
    return dispute


async def _escalate(
    session: WriteSession,
    dispute: Dispute,
    *,
    now: datetime,
    by: PersonId | None = None,
    partner_id: PartnerId | None = None,
    note: str | None = None,
) -> None:
    days = (await policy_of(session)).decision_days
    state = DisputeState.ESCALATED
    await move(
        session, dispute, DisputeStepKind.ESCALATE, state, now=now, days=days, by=by, partner_id=partner_id, note=note
    )


async def _check_conceded(session: ReadSession, dispute: Dispute, conceded: Decimal) -> None:
    digits = minor_digits((await coalition_of(session)).currency)
    if conceded > dispute.amount or conceded != payable(conceded, digits):
        raise InvalidValue(
            f"what is conceded is at most {dispute.amount}, with {digits} decimals at most", path=("conceded",)
        )
