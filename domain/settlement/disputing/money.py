"""What disputes do to money: each pair of adjustments leaves the line less what was upheld of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlmodel import col, select

from domain.ids import PersonId
from domain.settlement.adjustment_models import AdjustmentReason, SettlementAdjustment
from domain.settlement.adjustments import Adjustment, adjust
from domain.settlement.disputing.models import OPEN_STATES, Dispute, DisputeTreatment
from domain.settlement.models import Cycle, StatementLine
from domain.settlement.parties import Party
from domain.settlement.records import party_of
from domain.storage import ReadSession, WriteSession


async def to_be_left_out(session: ReadSession, cycle: Cycle) -> list[Dispute]:
    """Open disputes whose amount has to leave the cycle and has not yet: it is to be computed again first."""
    held = select(SettlementAdjustment.subject_id).where(
        SettlementAdjustment.reason == AdjustmentReason.DISPUTE_HELD,
        SettlementAdjustment.cycle_id == cycle.cycle_id,
        col(SettlementAdjustment.subject_id).is_not(None),
    )
    query = select(Dispute).where(
        Dispute.cycle_id == cycle.cycle_id,
        Dispute.treatment == DisputeTreatment.LEFT_OUT,
        col(Dispute.state).in_(OPEN_STATES),
        col(Dispute.dispute_id).not_in(held),
    )
    return list(await session.scalars(query.order_by(col(Dispute.dispute_id))))


async def leave_out(session: WriteSession, cycle: Cycle, *, by: PersonId | None, now: datetime) -> None:
    """Take disputed amounts out of a cycle that is being computed, where contracts leave disputed lines out."""
    for dispute in await to_be_left_out(session, cycle):
        debtor, creditor = await _sides_of(session, dispute)
        held = _adjustment(
            dispute, AdjustmentReason.DISPUTE_HELD, creditor, debtor, dispute.amount, "left out while it is disputed"
        )
        await adjust(session, held, by=by, now=now, cycle_id=cycle.cycle_id, key=f"dispute-held-{dispute.dispute_id}")


async def settle(
    session: WriteSession, dispute: Dispute, upheld: Decimal, *, by: PersonId | None, now: datetime
) -> None:
    """Bring about that the line comes to what it was less what was upheld; nothing upheld when it was withdrawn.

    What was left out is charged again but for what was upheld; otherwise what was upheld is given back.
    """
    debtor, creditor = await _sides_of(session, dispute)
    if await _was_left_out(session, dispute):
        amount, words = dispute.amount - upheld, "disputed, and charged after all"
    else:
        amount, words = upheld, "disputed, and upheld"
        debtor, creditor = creditor, debtor
    if amount:
        decided = _adjustment(dispute, AdjustmentReason.DISPUTE_DECIDED, debtor, creditor, amount, words)
        await adjust(session, decided, by=by, now=now, key=f"dispute-decided-{dispute.dispute_id}")


def _adjustment(
    dispute: Dispute, reason: AdjustmentReason, debtor: Party, creditor: Party, amount: Decimal, words: str
) -> Adjustment:
    return Adjustment(
        reason=reason,
        debtor=debtor,
        creditor=creditor,
        amount=amount,
        adjusts_cycle_id=dispute.cycle_id,
        subject_id=dispute.dispute_id,
        note=words,
    )


async def _sides_of(session: ReadSession, dispute: Dispute) -> tuple[Party, Party]:
    """Debtor and creditor of the disputed line."""
    line = await session.get_one(StatementLine, dispute.line_id)
    return party_of(line.debtor, line.debtor_id), party_of(line.creditor, line.creditor_id)


async def _was_left_out(session: ReadSession, dispute: Dispute) -> bool:
    query = select(SettlementAdjustment.adjustment_id).where(
        SettlementAdjustment.reason == AdjustmentReason.DISPUTE_HELD,
        SettlementAdjustment.subject_id == dispute.dispute_id,
    )
    return (await session.scalars(query)).first() is not None
