"""The coalition decides a dispute, by a person who had no part in it before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.coalition.founding import coalition_of
from domain.errors import InvalidValue
from domain.ids import PersonId
from domain.settlement.disputing import money
from domain.settlement.disputing.errors import DecisionNeedsAnother, UpheldExceedsLine
from domain.settlement.disputing.lines import disputes_of_line, line_now, line_row, upheld_in
from domain.settlement.disputing.models import (
    Dispute,
    DisputeDecision,
    DisputeOutcome,
    DisputeState,
    DisputeStepKind,
)
from domain.settlement.disputing.raising import check_words
from domain.settlement.disputing.stages import held_still, move, refuse_out_of_order
from domain.settlement.exact import ZERO, payable, total
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession, WriteSession
from domain.values import minor_digits


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideDispute:
    """How much of a dispute is upheld, nought to reject it, and why."""

    dispute_id: UUID
    person_id: PersonId
    upheld: Decimal
    reasons: str

    def __post_init__(self) -> None:
        check_words("reasons", self.reasons)
        if not (self.upheld.is_finite() and self.upheld >= 0):
            raise InvalidValue("what is upheld is nought or more", path=("upheld",))

    @property
    def outcome(self) -> DisputeOutcome:
        """What it comes to."""
        return DisputeOutcome.UPHELD if self.upheld else DisputeOutcome.REJECTED


async def decide(session: WriteSession, command: DecideDispute, *, now: datetime) -> Dispute:
    """Decide an escalated dispute; what it comes to is an adjustment of a later cycle, made in the same transaction.

    Raises: DisputeNotFound, DisputeOutOfOrder, DecisionNeedsAnother, UpheldExceedsLine, InvalidValue.
    """
    dispute = await held_still(session, command.dispute_id)
    if await _same_as_before(session, command):
        return dispute
    refuse_out_of_order(dispute, DisputeStepKind.DECIDE)
    prepared_by = await _prepared_by(session, dispute)
    if command.person_id == prepared_by:
        raise DecisionNeedsAnother("prepared the cycle")
    if command.person_id == dispute.answered_by:
        raise DecisionNeedsAnother("answered the dispute")
    await _check_upheld(session, dispute, command.upheld)
    session.add(
        DisputeDecision(
            dispute_id=dispute.dispute_id,
            partner_id=dispute.partner_id,
            other_id=dispute.other_id,
            outcome=command.outcome,
            upheld=command.upheld,
            reasons=command.reasons,
            prepared_by=prepared_by,
            answered_by=dispute.answered_by,
            decided_by=command.person_id,
            decided_at=now,
        )
    )
    await move(
        session,
        dispute,
        DisputeStepKind.DECIDE,
        DisputeState.DECIDED,
        now=now,
        by=command.person_id,
        note=command.outcome,
    )
    await money.settle(session, dispute, command.upheld, by=command.person_id, now=now)
    return dispute


async def _same_as_before(session: ReadSession, command: DecideDispute) -> bool:
    """Whether the same person decided the same a moment ago, and lost the answer."""
    before = await session.get(DisputeDecision, command.dispute_id)
    said = (command.person_id, command.upheld, command.reasons)
    return before is not None and (before.decided_by, before.upheld, before.reasons) == said


async def _prepared_by(session: ReadSession, dispute: Dispute) -> UUID:
    prepared_by = (await cycle_of(session, dispute.cycle_id)).prepared_by
    assert prepared_by is not None, "what is disputed was proposed by somebody"
    return prepared_by


async def _check_upheld(session: ReadSession, dispute: Dispute, upheld: Decimal) -> None:
    """Hold what is upheld to the dispute, and to the line as it stands now. Raises: UpheldExceedsLine, InvalidValue."""
    digits = minor_digits((await coalition_of(session)).currency)
    if upheld != payable(upheld, digits):
        raise InvalidValue(f"what is upheld has {digits} decimals at most", path=("upheld",))
    line = await line_row(session, dispute.line_id)
    now = await line_now(session, await cycle_of(session, dispute.cycle_id), line)
    earlier = total((await upheld_in(session, await disputes_of_line(session, line))).values())
    most = min(dispute.amount, (now.amount if now else ZERO) - earlier)
    if upheld > most:
        raise UpheldExceedsLine(upheld, max(most, ZERO))
