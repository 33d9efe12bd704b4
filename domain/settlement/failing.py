"""A partner that fails: the cycle is settled without it, and what it owed and was owed is kept until that is decided.

Its transfers stay in their cycle. Only the money lines it is a side of are set aside; what is left comes to nothing
over all other parties, as before. One person asks for each step, another agrees to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from domain.coalition.errors import PartnerNotFound
from domain.coalition.models import Partner
from domain.ids import PartnerId, PersonId, new_id
from domain.settlement import visible
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment, adjust
from domain.settlement.computing import compute
from domain.settlement.cycles import fall_back
from domain.settlement.errors import NothingAsked, NothingToWriteOff, SecondPersonNeeded, SetAsideNotFound
from domain.settlement.exact import ZERO
from domain.settlement.failure_models import Fate, SetAside
from domain.settlement.models import Cycle, CycleState
from domain.settlement.openings import refuse_if_built_upon
from domain.settlement.parties import OPERATOR, Party, partner
from domain.settlement.records import line_of, set_aside_lines
from domain.settlement.statements import obligations_of
from domain.settlement.steps import Step, hold_still, leave_line, refuse_out_of_order
from domain.storage import ReadSession, WriteSession, sight_of
from domain.values import check_text

LONGEST_REASON = 500

_STEPS: Mapping[Fate, Step] = {
    Fate.SET_ASIDE: Step.SET_ASIDE,
    Fate.TAKEN_BACK: Step.TAKE_BACK,
    Fate.WRITTEN_OFF: Step.WRITE_OFF,
}
_WITHOUT_MONEY_OUT = (CycleState.CUT_OFF, CycleState.COMPUTED, CycleState.PROPOSED, CycleState.APPROVED)


async def ask(
    session: WriteSession,
    cycle_id: UUID,
    partner_id: PartnerId,
    fate: Fate,
    *,
    reason: str,
    by: PersonId,
    now: datetime,
) -> SetAside:
    """Ask for a partner to be set aside in a cycle, taken back into it or written off; nothing happens until agreed.

    Raises: CycleNotFound, PartnerNotFound, SettlementOutOfOrder, SetAsideNotFound, NothingToWriteOff, InvalidValue.
    """
    check_text("reason", reason, LONGEST_REASON)
    cycle = await hold_still(session, cycle_id)
    if await session.get(Partner, partner_id) is None:
        raise PartnerNotFound
    row = await _standing(session, cycle_id, partner_id)
    if row is not None and fate in {row.asked, row.fate}:
        return row
    refuse_out_of_order(cycle, _STEPS[fate])
    if fate is Fate.SET_ASIDE:
        row = SetAside(set_aside_id=new_id(), cycle_id=cycle_id, partner_id=partner_id, **_asked(fate, reason, by, now))
        session.add(row)
    else:
        row = await _askable(session, cycle, row, fate)
        for name, value in _asked(fate, reason, by, now).items():
            setattr(row, name, value)
    leave_line(session, cycle, Step.ASK, was=cycle.state, now=now, by=by, note=f"{_STEPS[fate]}: {reason}")
    return row


async def agree(session: WriteSession, set_aside_id: UUID, *, by: PersonId, now: datetime) -> SetAside:
    """A second person agrees to what is asked for, and it is done.

    Raises: SetAsideNotFound, NothingAsked, SecondPersonNeeded, SettlementOutOfOrder, FollowingCycleStands.
    """
    found = await session.get(SetAside, set_aside_id)
    if found is None:
        raise SetAsideNotFound
    cycle = await hold_still(session, found.cycle_id)
    await session.refresh(found)
    if found.asked is None:
        if found.agreed_by == by:
            return found
        raise NothingAsked(cycle.name)
    if found.asked_by == by:
        raise SecondPersonNeeded("this step", by)
    fate = Fate(found.asked)
    refuse_out_of_order(cycle, _STEPS[fate])
    found.fate, found.asked, found.agreed_by, found.agreed_at = fate, None, by, now
    await session.flush()  # the computation that follows leaves out whoever is set aside
    await _carry_out(session, cycle, found, fate, by=by, now=now)
    return found


async def set_asides_of(session: ReadSession, cycle_id: UUID) -> list[SetAside]:
    """Who was set aside in a cycle, or is asked to be, in that order; none to all but the coalition."""
    query = select(SetAside).where(SetAside.cycle_id == cycle_id, visible.set_asides(sight_of(session)))
    return list(await session.scalars(query.order_by(col(SetAside.set_aside_id))))


async def _carry_out(
    session: WriteSession, cycle: Cycle, found: SetAside, fate: Fate, *, by: PersonId, now: datetime
) -> None:
    step = _STEPS[fate]
    if cycle.state not in _WITHOUT_MONEY_OUT:
        await _owe_again(session, cycle, found, fate, by=by, now=now)
        leave_line(session, cycle, step, was=cycle.state, now=now, by=by, note=found.reason)
        return
    if cycle.state in {CycleState.PROPOSED, CycleState.APPROVED}:
        await refuse_if_built_upon(session, cycle)
        await fall_back(session, cycle, CycleState.COMPUTED, step, reason=found.reason, by=by, now=now)
    else:
        leave_line(session, cycle, step, was=cycle.state, now=now, by=by, note=found.reason)
    if cycle.state == CycleState.COMPUTED:
        await compute(session, cycle.cycle_id, now=now, de_minimis=cycle.de_minimis, by=by)


async def _owe_again(
    session: WriteSession, cycle: Cycle, found: SetAside, fate: Fate, *, by: PersonId, now: datetime
) -> None:
    """What was set aside becomes adjustments: owed by the partner again, or by the operator in its place."""
    failed = partner(PartnerId(found.partner_id))
    for (debtor, creditor), amount in (await claims_of(session, cycle, failed)).items():
        sides = debtor, creditor
        if fate is Fate.WRITTEN_OFF:
            sides = _in_place_of(failed, debtor), _in_place_of(failed, creditor)
        if sides[0] != sides[1]:
            adjustment = Adjustment(
                reason=AdjustmentReason.PARTNER_SET_ASIDE,
                debtor=sides[0],
                creditor=sides[1],
                amount=amount,
                adjusts_cycle_id=cycle.cycle_id,
                subject_id=found.set_aside_id,
                note=f"set aside in cycle {cycle.name}",
            )
            await adjust(session, adjustment, by=by, now=now, key=f"{found.set_aside_id}-{debtor}-{creditor}")


async def claims_of(session: ReadSession, cycle: Cycle, failed: Party) -> dict[tuple[Party, Party], Decimal]:
    """What was set aside of a partner in a cycle: who would owe whom how much."""
    lines = [line_of(row) for row in await set_aside_lines(session, cycle)]
    return obligations_of(line for line in lines if failed in {line.debtor, line.creditor})


def _in_place_of(failed: Party, party: Party) -> Party:
    """The operator admitted the partner and holds what is paid in, so it bears the loss."""
    return OPERATOR if party == failed else party


async def _askable(session: ReadSession, cycle: Cycle, row: SetAside | None, fate: Fate) -> SetAside:
    if row is None or row.fate is None:
        raise SetAsideNotFound
    if fate is Fate.WRITTEN_OFF:
        failed = partner(PartnerId(row.partner_id))
        claims = await claims_of(session, cycle, failed)
        net = sum((amount if creditor == failed else -amount for (_, creditor), amount in claims.items()), ZERO)
        if net >= 0:
            raise NothingToWriteOff(cycle.name)
    return row


async def _standing(session: ReadSession, cycle_id: UUID, partner_id: PartnerId) -> SetAside | None:
    query = select(SetAside).where(
        SetAside.cycle_id == cycle_id,
        SetAside.partner_id == partner_id,
        col(SetAside.fate).is_(None) | (col(SetAside.fate) == Fate.SET_ASIDE),
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


def _asked(fate: Fate, reason: str, by: PersonId, now: datetime) -> dict[str, Any]:
    return {"asked": fate, "reason": reason, "asked_by": by, "asked_at": now}
