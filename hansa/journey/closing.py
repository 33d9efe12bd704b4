"""The journey's months are closed as any are: one person prepares, partners answer, another person approves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.audit.sealing import seal
from domain.settlement import answers, cycles
from domain.settlement.computing import compute
from domain.settlement.errors import PredecessorNotApproved
from domain.settlement.models import Cycle, CycleState
from domain.settlement.queries import all_cycles
from hansa.journey import cast
from hansa.journey.founding import Founded
from hansa.journey.paying import pay
from hansa.journey.trips import day_of, midnight
from resolvers.context import Context

DAYS_TO_ANSWER = 10


async def settle(
    ctx: Context, founded: Founded, *, upto: CycleState = CycleState.APPROVED, everybody_answers: bool = False
) -> None:
    """Take every cycle as far as the time of the context allows; what is done already stays done.

    When everybody answers, nobody's silence has to be waited for. Where cycles are left proposed for people to look at,
    it is the newest one that is over: those before it are approved and paid.
    """
    found = await ctx.read(all_cycles)
    over = [cycle for cycle in found if _month_after(cycle.opened_at) <= ctx.now]
    for cycle in reversed(found):
        earlier = upto == CycleState.PROPOSED and cycle in over[1:]
        await _onward(ctx, founded, cycle.cycle_id, CycleState.SETTLED if earlier else upto)
        if everybody_answers:
            await _answered_by_all(ctx, founded, cycle.cycle_id)
    await ctx.close()


async def _onward(ctx: Context, founded: Founded, cycle_id: UUID, upto: CycleState) -> None:
    while True:
        cycle = await _now(ctx, cycle_id)
        if cycle.state == upto or not await _step(ctx, founded, cycle):
            return
        if cycle.state == CycleState.COMPUTED and upto != CycleState.PROPOSED:
            await _answer(ctx, founded, cycle_id, [firm for firm in cast.FIRMS if firm.answers])


async def _now(ctx: Context, cycle_id: UUID) -> Cycle:
    return next(one for one in await ctx.read(all_cycles) if one.cycle_id == cycle_id)


async def _answered_by_all(ctx: Context, founded: Founded, cycle_id: UUID) -> None:
    if (await _now(ctx, cycle_id)).state == CycleState.PROPOSED:
        await _answer(ctx, founded, cycle_id, cast.FIRMS)
        await ctx.write(cycles.approve, cycle_id, by=founded.approver, now=ctx.now)


async def _step(ctx: Context, founded: Founded, cycle: Cycle) -> bool:
    """Take one step, if there is one to take now."""
    cycle_id = cycle.cycle_id
    match cycle.state:
        case CycleState.OPEN if (ends := _month_after(cycle.opened_at)) <= ctx.now:
            await ctx.write(cycles.cut_off, cycle_id, now=ends)
        case CycleState.CUT_OFF if cycle.merkle_root is None:
            await ctx.write(seal, cycle_id, now=ctx.now)
        case CycleState.CUT_OFF:
            try:
                await ctx.write(compute, cycle_id, now=ctx.now)
            except PredecessorNotApproved:
                return False
        case CycleState.COMPUTED:
            await ctx.write(cycles.propose, cycle_id, by=founded.preparer, now=ctx.now, days_to_answer=DAYS_TO_ANSWER)
        case CycleState.PROPOSED if cycle.answer_until is not None and cycle.answer_until <= ctx.now:
            await ctx.write(cycles.approve, cycle_id, by=founded.approver, now=ctx.now)
        case CycleState.APPROVED:
            await pay(ctx, cycle_id, preparer=founded.preparer, approver=founded.approver)
        case _:
            return False
    return True


async def _answer(ctx: Context, founded: Founded, cycle_id: UUID, firms: Sequence[cast.Firm]) -> None:
    """Partners accept; the silence of the others is taken for it in the end."""
    for firm in firms:
        partner_id, person = founded.partners[firm.slug], founded.finance[firm.slug]
        await ctx.write(answers.accept, cycle_id, partner_id, by=person, now=ctx.now)


def _month_after(instant: datetime) -> datetime:
    """The first instant of the month that follows."""
    day = day_of(instant)
    return midnight(day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1))
