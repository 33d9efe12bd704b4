"""Adjustments in money: what one party owes another besides what transfers come to, as a line of exactly one cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.errors import InvalidValue
from domain.ids import PersonId, new_id
from domain.settlement import visible
from domain.settlement.adjustment_models import AdjustmentReason, SettlementAdjustment
from domain.settlement.errors import (
    AdjustmentSettled,
    MoneyAdjustmentNotFound,
    SecondPersonNeeded,
    SettlementOutOfOrder,
)
from domain.settlement.exact import ONE, ZERO, payable
from domain.settlement.lines import LineKind, MoneyLine, Origin, Source
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import Party
from domain.settlement.records import party_of
from domain.settlement.steps import cycle_of, hold_still
from domain.storage import ReadSession, WriteSession, sight_of
from domain.values import check_text, minor_digits

LONGEST_NOTE = 500
BEFORE_PROPOSAL = (CycleState.OPEN, CycleState.CUT_OFF, CycleState.COMPUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """The debtor owes the creditor so much more, for this reason; an amount the currency can pay."""

    reason: AdjustmentReason
    debtor: Party
    creditor: Party
    amount: Decimal
    adjusts_cycle_id: UUID
    """The cycle that it puts right."""
    subject_id: UUID | None = None
    """The dispute, the payment, the partner set aside that it comes of."""
    note: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount <= 0:
            raise InvalidValue("an adjustment is more than nothing; to turn it, turn its sides", path=("amount",))
        if self.debtor == self.creditor:
            raise InvalidValue("nobody owes itself", path=("creditor",))
        check_text("note", self.note, LONGEST_NOTE)


async def adjust(
    session: WriteSession,
    adjustment: Adjustment,
    *,
    by: PersonId | None,
    now: datetime,
    cycle_id: UUID | None = None,
    key: str | None = None,
) -> SettlementAdjustment:
    """Make an adjustment: a line of the next later cycle that is computed, or of a named one not yet proposed.

    By hand (CORRECTION, LATE, WRITE_OFF) it counts once a second person agrees. The same key gives the same again.
    Raises: CycleNotFound, InvalidValue, SettlementOutOfOrder.
    """
    if key is not None and (made := await _made_with(session, key)) is not None:
        return _the_same(made, adjustment)
    await cycle_of(session, adjustment.adjusts_cycle_id)
    by_hand = adjustment.reason.by_hand
    if by_hand and by is None:
        raise InvalidValue("an adjustment by hand needs the person who makes it", path=("by",))
    if cycle_id is not None:
        await _refuse_late(session, cycle_id, by_hand=by_hand)
    row = SettlementAdjustment(
        adjustment_id=new_id(),
        reason=adjustment.reason,
        debtor=adjustment.debtor.role,
        debtor_id=adjustment.debtor.partner_id,
        creditor=adjustment.creditor.role,
        creditor_id=adjustment.creditor.partner_id,
        amount=await _payable(session, adjustment.amount),
        adjusts_cycle_id=adjustment.adjusts_cycle_id,
        subject_id=adjustment.subject_id,
        note=adjustment.note,
        cycle_id=cycle_id,
        idempotency_key=key,
        made_by=by,
        made_at=now,
        agreed_at=None if by_hand else now,
    )
    session.add(row)
    await session.flush()  # lines refer to it, and may be drawn up in this very transaction
    return row


async def agree(session: WriteSession, adjustment_id: UUID, *, by: PersonId, now: datetime) -> SettlementAdjustment:
    """A second person agrees to an adjustment by hand.

    Raises: MoneyAdjustmentNotFound, SecondPersonNeeded, AdjustmentSettled.
    """
    row = await _held(session, adjustment_id)
    if row.agreed_at is not None and row.agreed_by == by:
        return row
    if row.agreed_at is not None or row.withdrawn_at is not None:
        raise AdjustmentSettled(_fate(row))
    if row.made_by == by:
        raise SecondPersonNeeded("the adjustment", by)
    row.agreed_by, row.agreed_at = by, now
    return row


async def withdraw(session: WriteSession, adjustment_id: UUID, *, by: PersonId, now: datetime) -> SettlementAdjustment:
    """Give up an adjustment nobody has agreed to. Raises: MoneyAdjustmentNotFound, AdjustmentSettled."""
    row = await _held(session, adjustment_id)
    if row.withdrawn_at is not None:
        return row
    if row.agreed_at is not None:
        raise AdjustmentSettled(_fate(row))
    row.withdrawn_by, row.withdrawn_at = by, now
    return row


async def taken_in(session: WriteSession, cycle: Cycle) -> list[SettlementAdjustment]:
    """The adjustments of a cycle that is being computed: its own, and from now on all that waited for a later one."""
    row = SettlementAdjustment
    earlier = select(Cycle.cycle_id).where(col(Cycle.number) < cycle.number)
    waiting = (
        col(row.cycle_id).is_(None),
        col(row.agreed_at).is_not(None),
        col(row.withdrawn_at).is_(None),
        col(row.adjusts_cycle_id).in_(earlier),
    )
    await session.execute(update(row).where(*waiting).values(cycle_id=cycle.cycle_id))
    return await adjustments_in(session, cycle.cycle_id)


async def adjustments_in(session: ReadSession, cycle_id: UUID) -> list[SettlementAdjustment]:
    """The adjustments that belong to a cycle, in the order they were made."""
    query = select(SettlementAdjustment).where(SettlementAdjustment.cycle_id == cycle_id)
    query = query.order_by(col(SettlementAdjustment.adjustment_id)).execution_options(populate_existing=True)
    return list(await session.scalars(query))


async def visible_adjustments(
    session: ReadSession, *, cycle_id: UUID | None = None, most: int = 200
) -> list[SettlementAdjustment]:
    """The adjustments the viewer may see, newest first: of one cycle, or of all and those that wait."""
    query = select(SettlementAdjustment).where(visible.adjustments(sight_of(session)))
    if cycle_id is not None:
        query = query.where(SettlementAdjustment.cycle_id == cycle_id)
    return list(await session.scalars(query.order_by(col(SettlementAdjustment.adjustment_id).desc()).limit(most)))


async def adjustment_by_id(session: ReadSession, adjustment_id: UUID) -> SettlementAdjustment:
    """One adjustment that the viewer may see. Raises: MoneyAdjustmentNotFound."""
    query = select(SettlementAdjustment).where(
        SettlementAdjustment.adjustment_id == adjustment_id, visible.adjustments(sight_of(session))
    )
    row = (await session.scalars(query)).first()
    if row is None:
        raise MoneyAdjustmentNotFound
    return row


def money_line(row: SettlementAdjustment) -> MoneyLine:
    """The line an adjustment is: whole already, without tax of its own."""
    return MoneyLine(
        kind=LineKind.ADJUSTMENT,
        origin=Origin(source=Source.ADJUST_MONEY),
        debtor=party_of(row.debtor, row.debtor_id),
        creditor=party_of(row.creditor, row.creditor_id),
        base=row.amount,
        share=ONE,
        exact=row.amount,
        rounding=ZERO,
        amount=row.amount,
        adjustment_id=row.adjustment_id,
    )


def _the_same(row: SettlementAdjustment, adjustment: Adjustment) -> SettlementAdjustment:
    """The adjustment that was made before under the same key. Raises: InvalidValue, where it was another."""
    asked = (adjustment.reason, adjustment.debtor, adjustment.creditor, adjustment.amount, adjustment.adjusts_cycle_id)
    sides = party_of(row.debtor, row.debtor_id), party_of(row.creditor, row.creditor_id)
    if asked != (row.reason, *sides, row.amount, row.adjusts_cycle_id):
        raise InvalidValue("another adjustment was made with this key", path=("idempotencyKey",))
    return row


async def _made_with(session: ReadSession, key: str) -> SettlementAdjustment | None:
    query = select(SettlementAdjustment).where(SettlementAdjustment.idempotency_key == key)
    return (await session.scalars(query)).first()


async def _payable(session: ReadSession, amount: Decimal) -> Decimal:
    """The amount with all the decimals of the currency. Raises: InvalidValue, where it has more."""
    digits = minor_digits((await coalition_of(session)).currency)
    if amount != payable(amount, digits):
        raise InvalidValue(f"an adjustment has {digits} decimals at most", path=("amount",))
    return payable(amount, digits)


async def _refuse_late(session: WriteSession, cycle_id: UUID, *, by_hand: bool) -> None:
    if by_hand:
        raise InvalidValue("an adjustment by hand falls to the next cycle computed once it is agreed", path=("cycle",))
    cycle = await hold_still(session, cycle_id)
    if cycle.state not in BEFORE_PROPOSAL:
        raise SettlementOutOfOrder(cycle.name, cycle.state, "ADJUST", BEFORE_PROPOSAL)


async def _held(session: WriteSession, adjustment_id: UUID) -> SettlementAdjustment:
    """The adjustment as it is now; whoever else takes a step of it waits at the cycle it adjusts."""
    row = await session.get(SettlementAdjustment, adjustment_id)
    if row is None:
        raise MoneyAdjustmentNotFound
    await hold_still(session, row.adjusts_cycle_id)
    await session.refresh(row)
    return row


def _fate(row: SettlementAdjustment) -> str:
    return "agreed to" if row.agreed_at is not None else "withdrawn"
