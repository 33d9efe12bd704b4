"""The worker moves cycles on: by the calendar, made up for where it was missed, and by the deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.coalition import companies, contracts
from domain.settlement import answers, approvals, cycles, finishing, policy, queries
from domain.settlement.answers import Answer
from domain.settlement.approvals import Standing
from domain.settlement.errors import ApprovalNotStanding, SettlementOutOfOrder
from domain.settlement.models import Cycle, CycleState
from domain.storage import Database, Sight
from hansa.closing import Closed, close_due
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, NOON, Trading, a_coalition

DECEMBER = datetime(2026, 11, 30, 22, tzinfo=UTC)
"""Midnight in Riga."""
JANUARY = datetime(2026, 12, 31, 22, tzinfo=UTC)


async def by_month(database: Database) -> Trading:
    """A coalition that closes by the month; its first cycle opened on 1 November."""
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    await trading.do(policy.change, {"calendar": "MONTH"}, by=ANNA, now=NOON)
    return trading


async def states(trading: Trading) -> dict[str, str]:
    return {cycle.name: cycle.state for cycle in reversed(await trading.do(queries.all_cycles))}


async def test_a_cycle_is_cut_off_sealed_and_computed_at_its_instant(database: Database) -> None:
    trading = await by_month(database)
    assert await close_due(database, now=DECEMBER - timedelta(seconds=1)) == Closed()
    assert await close_due(database, now=DECEMBER) == Closed(cut_off=1, computed=1)
    assert await close_due(database, now=DECEMBER) == Closed()
    assert await states(trading) == {"2026-11": "COMPUTED", "2026-12": "OPEN"}
    following, closed = await trading.do(queries.all_cycles)
    assert closed.cut_off_at == following.opened_at == DECEMBER


async def test_missed_cut_offs_are_made_up_for_each_at_its_own_instant(database: Database) -> None:
    trading = await by_month(database)
    trading.now = DECEMBER + timedelta(days=9)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 100})
    later = JANUARY + timedelta(days=3)
    assert await close_due(database, now=later) == Closed(cut_off=2, computed=1)
    third, second, first = await trading.do(queries.all_cycles)
    assert (first.cut_off_at, second.opened_at, second.cut_off_at) == (DECEMBER, DECEMBER, JANUARY)
    assert third.opened_at == JANUARY
    # What was posted while nobody cut off belongs to the cycle that was open then.
    assert (first.entries, second.entries) == (1, 0)
    assert (first.state, second.state) == (CycleState.COMPUTED, CycleState.CUT_OFF), "the one before is approved first"
    steps = [step for step in await trading.do(queries.steps_of, first.cycle_id) if step.step == "CUT_OFF"]
    assert [(step.taken_at, step.note) for step in steps] == [(later, f"by the calendar, for {DECEMBER.isoformat()}")]


async def test_by_hand_nothing_is_cut_off(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    assert await close_due(database, now=JANUARY) == Closed()
    await trading.do(cycles.cut_off, trading.cycle.cycle_id, now=JANUARY)
    assert await close_due(database, now=JANUARY) == Closed()
    assert (await states(trading))["2026-11"] == CycleState.CUT_OFF


async def test_a_calendar_does_not_reach_back_to_before_it_was_chosen(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.do(policy.change, {"calendar": "MONTH"}, by=ANNA, now=JANUARY + timedelta(days=3))
    await trading.do(policy.change, {"calendar": "MONTH", "approval_days": 3}, by=ANNA, now=JANUARY + timedelta(days=9))
    assert await close_due(database, now=JANUARY + timedelta(days=20)) == Closed()
    assert (await close_due(database, now=JANUARY + timedelta(days=31))).cut_off == 1


async def proposed(trading: Trading) -> Cycle:
    cycle = await trading.close(trading.cycle)
    return await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)


async def test_who_has_not_answered_is_reminded_once_and_in_the_end_taken_for_silent(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    cycle = await proposed(trading)
    p, r = trading.partner_ids["P"], trading.partner_ids["R"]
    await trading.do(answers.accept, cycle.cycle_id, p, by=ANNA, now=NOON)
    assert await close_due(database, now=NOON + timedelta(days=10)) == Closed()
    assert await close_due(database, now=NOON + timedelta(days=11)) == Closed(reminded=1)
    assert await close_due(database, now=NOON + timedelta(days=12)) == Closed()
    for day, expected in {13: Answer.NONE, 14: Answer.SILENT}.items():
        found = await trading.do(answers.answers_of, cycle.cycle_id, now=NOON + timedelta(days=day))
        assert {answer.partner_id: answer.answer for answer in found} == {p: Answer.ACCEPTED, r: expected}
    async with trading.session(Sight.partner(r)) as session:
        (own,) = await answers.answers_of(session, cycle.cycle_id, now=NOON)
        assert (own.partner_id, own.reminded_at) == (r, NOON + timedelta(days=11))
    assert await _told(trading) == [(r, cycle.cycle_id)]


async def _told(trading: Trading) -> list[tuple[object, object]]:
    async with trading.session() as session:
        rows = await (await session.connection()).exec_driver_sql(
            "SELECT partner_id, subject_id FROM event WHERE kind = 'ANSWER_DUE'"
        )
        return [tuple(row) for row in rows]


async def test_an_expired_approval_leads_back_and_can_be_given_again(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    cycle = await trading.approve(await trading.close(trading.cycle))
    week = trading.now + timedelta(days=7)
    with pytest.raises(ApprovalNotStanding, match="EXPIRED"):
        await trading.do(finishing.instruct, cycle.cycle_id, by=ANNA, now=week)
    assert await close_due(database, now=week - timedelta(seconds=1)) == Closed()
    assert await close_due(database, now=week) == Closed(expired=1)
    assert (await states(trading))[cycle.name] == CycleState.PROPOSED
    with pytest.raises(SettlementOutOfOrder):
        await trading.do(finishing.instruct, cycle.cycle_id, by=ANNA, now=week)
    await trading.do(cycles.approve, cycle.cycle_id, by=BERT, now=week)
    await trading.do(finishing.instruct, cycle.cycle_id, by=ANNA, now=week)
    taken = [step.step for step in await trading.do(queries.steps_of, cycle.cycle_id)]
    assert taken[-4:] == ["APPROVE", "EXPIRE", "APPROVE", "INSTRUCT"]


async def test_an_approval_falls_when_a_company_changes(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    cycle = await trading.approve(await trading.close(trading.cycle))
    details = companies.CompanyDetails(tax_number="LV40003245752")
    await trading.do(companies.change, trading.partner_ids["P"], details)
    assert await trading.do(approvals.standing, cycle.cycle_id, now=trading.now) is Standing.CHANGED
    with pytest.raises(ApprovalNotStanding, match="CHANGED"):
        await trading.do(finishing.instruct, cycle.cycle_id, by=ANNA, now=trading.now)
    assert await close_due(database, now=trading.now) == Closed(expired=1)
    assert (await states(trading))[cycle.name] == CycleState.COMPUTED


async def test_an_approval_falls_when_a_contract_for_its_time_is_signed(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    cycle = await trading.approve(await trading.close(trading.cycle))
    terms = contracts.Terms(valid_from=NOON, price=Decimal("0.02"))
    drawn = await trading.do(contracts.draw_up, trading.partner_ids["P"], terms, by=ANNA)
    later = trading.now + timedelta(seconds=1)
    await trading.do(contracts.sign, drawn.contract_id, now=later, by=BERT)
    assert await trading.do(approvals.standing, cycle.cycle_id, now=trading.now) is Standing.CHANGED
