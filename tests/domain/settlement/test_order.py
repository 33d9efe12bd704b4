"""Each step from each state: taken where it belongs, refused by name elsewhere, and then nothing is changed."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from domain.audit import sealing
from domain.settlement import adjustments, answers, computing, cycles, failing, finishing, queries
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment
from domain.settlement.errors import CycleNotSealed, SetAsideNotFound, SettlementOutOfOrder
from domain.settlement.failure_models import Fate
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import OPERATOR, partner
from domain.settlement.steps import FROM, Step
from domain.storage import Database
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition, anybody

CARL = anybody()
"""Took no step before, so that nothing is a repetition of his."""

Act = Callable[[Trading, Cycle], Awaitable[Any]]


def _adjust(trading: Trading, cycle: Cycle) -> Awaitable[Any]:
    owed = Adjustment(
        reason=AdjustmentReason.PREPAID,
        debtor=OPERATOR,
        creditor=partner(trading.partner_ids["P"]),
        amount=Decimal(1),
        adjusts_cycle_id=cycle.cycle_id,
        note="drawn",
    )
    return trading.do(adjustments.adjust, owed, by=CARL, now=trading.now, cycle_id=cycle.cycle_id)


def _ask(fate: Fate) -> Act:
    def ask(trading: Trading, cycle: Cycle) -> Awaitable[Any]:
        failed = trading.partner_ids["P"]
        return trading.do(failing.ask, cycle.cycle_id, failed, fate, reason="insolvent", by=CARL, now=trading.now)

    return ask


STEPS: Mapping[str, Act] = {
    Step.CUT_OFF: lambda t, c: t.do(cycles.cut_off, c.cycle_id, now=t.now),
    Step.SEAL: lambda t, c: t.do(sealing.seal, c.cycle_id, now=t.now),
    Step.COMPUTE: lambda t, c: t.do(computing.compute, c.cycle_id, now=t.now, by=CARL),
    Step.PROPOSE: lambda t, c: t.do(cycles.propose, c.cycle_id, by=CARL, now=t.now),
    Step.ACCEPT: lambda t, c: t.do(answers.accept, c.cycle_id, t.partner_ids["R"], by=CARL, now=t.now),
    Step.APPROVE: lambda t, c: t.do(cycles.approve, c.cycle_id, by=CARL, now=t.now),
    Step.VOID: lambda t, c: t.do(cycles.void, c.cycle_id, by=CARL, reason="wrong", now=t.now),
    Step.SET_ASIDE: _ask(Fate.SET_ASIDE),
    Step.TAKE_BACK: _ask(Fate.TAKEN_BACK),
    Step.WRITE_OFF: _ask(Fate.WRITTEN_OFF),
    Step.INSTRUCT: lambda t, c: t.do(finishing.instruct, c.cycle_id, by=CARL, now=t.now),
    Step.SETTLE: lambda t, c: t.do(finishing.settle, c.cycle_id, now=t.now),
    Step.CLOSE: lambda t, c: t.do(finishing.close, c.cycle_id, by=CARL, now=t.now),
    "ADJUST": _adjust,
}

ALSO_DONE: Mapping[tuple[CycleState, str], str] = {
    (CycleState.CUT_OFF, Step.CUT_OFF): "the same answer again",
    (CycleState.COMPUTED, Step.SEAL): "the same answer again",
    (CycleState.PROPOSED, Step.SEAL): "the same answer again",
    (CycleState.APPROVED, Step.SEAL): "the same answer again",
    (CycleState.INSTRUCTED, Step.SEAL): "the same answer again",
    (CycleState.SETTLED, Step.SEAL): "the same answer again",
    (CycleState.CLOSED, Step.SEAL): "the same answer again",
    (CycleState.SETTLED, Step.SETTLE): "the same answer again",
}
"""What is answered once more though the state has moved on, for the answer may have been lost."""

NOT_SET_ASIDE = {Step.TAKE_BACK, Step.WRITE_OFF}


async def brought_to(trading: Trading, state: CycleState) -> Cycle:
    """The first cycle, as far as the state."""
    cycle = trading.cycle
    ways: list[Callable[[], Awaitable[Any]]] = [
        lambda: trading.do(cycles.cut_off, cycle.cycle_id, now=trading.now),
        lambda: _sealed_and_computed(trading, cycle),
        lambda: trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now, days_to_answer=0),
        lambda: trading.do(cycles.approve, cycle.cycle_id, by=BERT, now=trading.now),
        lambda: trading.do(finishing.instruct, cycle.cycle_id, by=ANNA, now=trading.now),
        lambda: trading.do(finishing.settle, cycle.cycle_id, now=trading.now),
        lambda: trading.do(finishing.close, cycle.cycle_id, by=ANNA, now=trading.now),
    ]
    for way in ways[: list(CycleState).index(state)]:
        await way()
    return cycle


async def _sealed_and_computed(trading: Trading, cycle: Cycle) -> None:
    await trading.do(sealing.seal, cycle.cycle_id, now=trading.now)
    await trading.do(computing.compute, cycle.cycle_id, now=trading.now)


async def everything(owner: asyncpg.Connection) -> dict[str, str]:
    """A digest of every row of every table."""
    tables = await owner.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    found = {}
    for (table,) in tables:
        rows = sorted(row[0] for row in await owner.fetch(f"SELECT t::text FROM {table} t"))
        found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.mark.parametrize("state", list(CycleState))
async def test_each_step_is_taken_in_order_or_refused_by_name_and_changes_nothing(
    database: Database, owner: asyncpg.Connection, state: CycleState
) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1000})
    await trading.redeem(member, "R", 500)
    cycle = await brought_to(trading, state)
    for step, act in STEPS.items():
        if (state, step) in ALSO_DONE:
            before = await everything(owner)
            await act(trading, cycle)
            assert await everything(owner) == before, (state, step)
            continue
        needed = FROM.get(Step(step)) if step != "ADJUST" else adjustments.BEFORE_PROPOSAL
        assert needed is not None
        if state in needed and not (step in NOT_SET_ASIDE or (state, step) == (CycleState.CUT_OFF, Step.COMPUTE)):
            continue
        before = await everything(owner)
        with pytest.raises((SettlementOutOfOrder, SetAsideNotFound, CycleNotSealed)) as refused:
            await act(trading, cycle)
        assert await everything(owner) == before, (state, step)
        if isinstance(refused.value, SettlementOutOfOrder):
            assert state not in needed
            assert (refused.value.state, refused.value.step) == (state, step)
            assert refused.value.needed == tuple(needed)
            assert f"{cycle.name} is {state}; {step} needs it to be" in str(refused.value)
        else:
            assert state in needed


ORDER = [(step, state) for step in STEPS if step not in {*NOT_SET_ASIDE, "ADJUST"} for state in FROM[Step(step)]]


@pytest.mark.parametrize(("step", "state"), ORDER)
async def test_each_step_is_taken_from_where_it_belongs_and_leaves_its_line(
    database: Database, step: str, state: CycleState
) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    cycle = await brought_to(trading, state)
    if step == Step.COMPUTE and state == CycleState.CUT_OFF:
        await trading.do(sealing.seal, cycle.cycle_id, now=trading.now)
    trading.now += timedelta(seconds=1)
    await STEPS[step](trading, cycle)
    left = Step.ASK if step == Step.SET_ASIDE else step
    lines = await trading.do(queries.steps_of, cycle.cycle_id)
    assert (left, state, trading.now) in [(line.step, line.from_state, line.taken_at) for line in lines]


async def test_a_step_asked_for_again_after_a_lost_answer_gives_the_same_answer(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    cycle = await brought_to(trading, CycleState.COMPUTED)
    for step in (Step.PROPOSE, Step.VOID, Step.PROPOSE, Step.ACCEPT):
        await STEPS[step](trading, cycle)
        before = await everything(owner)
        await STEPS[step](trading, cycle)
        assert await everything(owner) == before, step
    for act in (
        lambda: trading.do(cycles.approve, cycle.cycle_id, by=BERT, now=trading.now + timedelta(days=15)),
        lambda: STEPS[Step.ACCEPT](trading, cycle),
        lambda: trading.do(answers.accept, cycle.cycle_id, trading.partner_ids["R"], by=ANNA, now=trading.now),
    ):
        await act()
        before = await everything(owner)
        await act()
        assert await everything(owner) == before
    await STEPS[Step.INSTRUCT](trading, cycle)
    for step in (Step.SETTLE, Step.CLOSE):
        await STEPS[step](trading, cycle)
        before = await everything(owner)
        await STEPS[step](trading, cycle)
        assert await everything(owner) == before, step
