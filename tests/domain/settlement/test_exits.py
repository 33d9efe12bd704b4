"""A partner leaves step by step; its points are dealt with as two people agreed, and later ones are the operator's."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from domain.coalition import leaving
from domain.coalition.errors import (
    ExitNotFound,
    ExitOutOfOrder,
    ExitTooSoon,
    ExitUnderWay,
    PersonNeeded,
    SecondSignatureNeeded,
)
from domain.coalition.exit_models import PartnerExit
from domain.coalition.exit_words import ExitStep, Remainder
from domain.coalition.leaving import GiveNotice
from domain.coalition.models import Partner, PartnerStatus
from domain.ledger.posting import Door, post
from domain.ledger.postings import Award, PurchasePosting
from domain.settlement import computing, cycles, finishing, queries
from domain.settlement.exits import exiting
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import OPERATOR, Party, partner
from domain.storage import Database, Sight
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Member, Trading, a_coalition

TERMS = HYBRID | {"notice_days": 30, "tail_days": 20}
NOTICE, TAIL = timedelta(days=30), timedelta(days=20)


async def a_town(database: Database) -> tuple[Trading, Member]:
    """P and R trade; a member has 600 points of P after spending 400 with R."""
    trading = await a_coalition(database, P=TERMS, R=TERMS)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1_000})
    await trading.redeem(member, "R", 400)
    return trading, member


def notice(trading: Trading, letter: str = "P", *, at: datetime | None = None) -> GiveNotice:
    return GiveNotice(
        partner_id=trading.partner_ids[letter], exit_at=at or trading.now + NOTICE, reason="It moves to another town."
    )


async def status_of(trading: Trading, letter: str = "P") -> PartnerStatus:
    async with trading.session() as session:
        found = await session.get(Partner, trading.partner_ids[letter])
        assert found is not None
        return PartnerStatus(found.status)


async def finish(trading: Trading, cycle: Cycle) -> None:
    """A computed cycle is approved, paid and closed."""
    if cycle.state != CycleState.APPROVED:
        await trading.approve(cycle)
    await trading.do(finishing.instruct, cycle.cycle_id, by=BERT, now=trading.now)
    await trading.do(finishing.settle, cycle.cycle_id, now=trading.now)
    await trading.do(finishing.close, cycle.cycle_id, by=BERT, now=trading.now)


async def to_the_end_of_the_tail(trading: Trading, remainder: Remainder) -> Cycle:
    """Notice, exit day, tail, what two people agreed, and the cycle of it all cut off and computed."""
    await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    trading.now += NOTICE + TAIL
    await trading.do(leaving.sweep, now=trading.now)
    for person in (ANNA, BERT):
        whose = trading.partner_ids["P"]
        await trading.do(leaving.choose_remainder, whose, remainder, by=person, now=trading.now)
    return await trading.close(trading.cycle)


async def take(trading: Trading, step: ExitStep) -> PartnerExit:
    return await trading.do(exiting.take, trading.partner_ids["P"], step, by=BERT, now=trading.now)


async def net_of(trading: Trading, cycle_id: UUID, party: Party) -> Decimal:
    return (await trading.do(queries.party_statement, cycle_id, party)).balance.net


async def test_notice_is_kept_and_given_once(database: Database) -> None:
    trading, _ = await a_town(database)
    with pytest.raises(ExitTooSoon, match="30 days"):
        await trading.do(
            leaving.give_notice, notice(trading, at=trading.now + timedelta(days=29)), by=ANNA, now=trading.now
        )
    given = await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    again = await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    assert again.exit_id == given.exit_id
    with pytest.raises(ExitUnderWay, match="Partner P"):
        await trading.do(leaving.give_notice, notice(trading), by=BERT, now=trading.now)
    assert await status_of(trading) is PartnerStatus.ACTIVE


async def test_of_two_notices_at_once_one_stands(database: Database, owner: asyncpg.Connection) -> None:
    trading, _ = await a_town(database)
    answers = await asyncio.gather(
        *(trading.do(leaving.give_notice, notice(trading), by=by, now=trading.now) for by in (ANNA, BERT)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["ExitUnderWay", "PartnerExit"]
    assert await owner.fetchval("SELECT count(*) FROM partner_exit") == 1
    assert await owner.fetchval("SELECT count(*) FROM event WHERE kind = 'PARTNER_LEAVING' AND detail = 'NOTICE'") == 2


async def test_earning_stops_on_the_exit_day_and_postings_refuse_it_by_name(database: Database) -> None:
    trading, member = await a_town(database)
    await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    with pytest.raises(ExitOutOfOrder, match="exit day"):
        await take(trading, ExitStep.STOP_EARNING)
    trading.now += NOTICE
    assert await trading.do(leaving.sweep, now=trading.now) == 1
    assert await trading.do(leaving.sweep, now=trading.now) == 0
    purchase = PurchasePosting(
        **trading._common(member, "R"),
        currency="EUR",
        total=100,
        numbers=[1],
        skus=["BREAD"],
        quantities=[Decimal(1)],
        amounts=[100],
        facts={},
        awards=[
            Award(sponsor_id=trading.partner_ids["P"], points=10, available_at=trading.now, expires_at=None),
        ],
        benefits=[],
    )
    (verdict,) = await post(database.pool, Door.PURCHASES, [purchase], now=trading.now)
    assert verdict.outcome == "SPONSOR_NOT_ACTIVE"
    await trading.redeem(member, "P", 100)  # its tills honour points until the tail ends
    await trading.redeem(member, "R", 100)
    with pytest.raises(ExitOutOfOrder, match="tail lasts"):
        await take(trading, ExitStep.END_TAIL)
    trading.now += TAIL
    await trading.do(leaving.sweep, now=trading.now)
    assert await status_of(trading) is PartnerStatus.SETTLING
    with pytest.raises(AssertionError, match="PARTNER_NOT_ACTIVE"):
        await trading.redeem(member, "P", 100)
    await trading.redeem(member, "R", 100)  # and members keep theirs


async def test_notice_can_be_taken_back_until_the_exit_day(database: Database) -> None:
    trading, _ = await a_town(database)
    whose = trading.partner_ids["P"]
    await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    await trading.do(leaving.withdraw, whose, by=ANNA, now=trading.now)
    with pytest.raises(ExitNotFound):
        await trading.do(leaving.exit_of, whose)
    await trading.do(leaving.give_notice, notice(trading), by=BERT, now=trading.now)
    trading.now += NOTICE
    await trading.do(leaving.sweep, now=trading.now)
    with pytest.raises(ExitOutOfOrder, match="left on"):
        await trading.do(leaving.withdraw, whose, by=ANNA, now=trading.now)


async def test_what_becomes_of_points_takes_two_people(database: Database, owner: asyncpg.Connection) -> None:
    trading, _ = await a_town(database)
    whose = trading.partner_ids["P"]
    await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    await trading.do(leaving.choose_remainder, whose, Remainder.PAY_OUT, by=ANNA, now=trading.now)
    with pytest.raises(SecondSignatureNeeded):
        await trading.do(leaving.choose_remainder, whose, Remainder.PAY_OUT, by=ANNA, now=trading.now)
    with pytest.raises(asyncpg.CheckViolationError, match="second_person"):
        await owner.execute("UPDATE partner_exit SET remainder_agreed_by = remainder_by, remainder_agreed_at = now()")
    changed = await trading.do(leaving.choose_remainder, whose, Remainder.TAKE_OVER, by=BERT, now=trading.now)
    assert (changed.remainder_by, changed.remainder_agreed_at) == (BERT, None)
    agreed = await trading.do(leaving.choose_remainder, whose, Remainder.TAKE_OVER, by=ANNA, now=trading.now)
    assert agreed.remainder_agreed_by == ANNA


async def test_each_step_out_of_order_is_refused_by_name_and_says_what_is_missing(database: Database) -> None:
    trading, _ = await a_town(database)
    with pytest.raises(ExitNotFound):
        await take(trading, ExitStep.CLOSE)
    await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    for step, because in (
        (ExitStep.NOTICE, "given"),
        (ExitStep.END_TAIL, "exit day comes first"),
        (ExitStep.SETTLE, "tail has not ended"),
        (ExitStep.CLOSE, "not dealt with"),
    ):
        with pytest.raises(ExitOutOfOrder, match=because) as refused:
            await take(trading, step)
        assert refused.value.step == step
    trading.now += NOTICE + TAIL
    await trading.do(leaving.sweep, now=trading.now)
    with pytest.raises(ExitOutOfOrder, match=r"nobody has said .* is not cut off yet"):
        await take(trading, ExitStep.SETTLE)
    shown = await trading.do(exiting.view, trading.partner_ids["P"], now=trading.now)
    assert shown.next is ExitStep.SETTLE
    assert [blocker.says for blocker in shown.steps[3].blockers] == [
        "nobody has said what becomes of its points that are still out",
        "the cycle of its last postings is not cut off yet",
    ]
    assert {blocker.since for blocker in shown.steps[3].blockers} == {trading.now}


async def test_paid_out_its_points_are_the_operators_from_then_on(database: Database) -> None:
    trading, member = await a_town(database)
    p, r = (partner(trading.partner_ids[letter]) for letter in "PR")
    first = await to_the_end_of_the_tail(trading, Remainder.PAY_OUT)
    settled = await take(trading, ExitStep.SETTLE)
    # 600 points at 0.01, of which 60 % are due when they are spent.
    assert (settled.settled_points, settled.settled_amount) == (600, Decimal("3.60"))
    assert (await take(trading, ExitStep.SETTLE)).settled_at == settled.settled_at
    await trading.redeem(member, "R", 300)
    with pytest.raises(ExitOutOfOrder, match=r"cycle 2026-11 is COMPUTED.*an adjustment of 3\.60 waits"):
        await take(trading, ExitStep.CLOSE)
    await finish(trading, first)
    second = await trading.close(trading.cycle)
    assert await net_of(trading, second.cycle_id, p) == Decimal("-3.60")
    assert await net_of(trading, second.cycle_id, r) == Decimal("2.55")
    assert await net_of(trading, second.cycle_id, OPERATOR) == Decimal("1.05")
    with pytest.raises(ExitOutOfOrder, match="is COMPUTED, not CLOSED"):
        await take(trading, ExitStep.CLOSE)
    await finish(trading, second)
    closed = await take(trading, ExitStep.CLOSE)
    assert (closed.closed_by, await status_of(trading)) == (BERT, PartnerStatus.CLOSED)
    await trading.redeem(member, "R", 300)
    third = await trading.close(trading.cycle)
    assert await net_of(trading, third.cycle_id, r) == Decimal("2.55")
    assert await net_of(trading, third.cycle_id, OPERATOR) == Decimal("-2.55")


async def test_taken_over_the_partner_pays_nothing_more(database: Database) -> None:
    trading, member = await a_town(database)
    first = await to_the_end_of_the_tail(trading, Remainder.TAKE_OVER)
    await take(trading, ExitStep.SETTLE)
    await trading.redeem(member, "R", 600)
    await finish(trading, first)
    assert (await take(trading, ExitStep.CLOSE)).settled_amount == 0
    second = await trading.close(trading.cycle)
    assert await net_of(trading, second.cycle_id, partner(trading.partner_ids["R"])) == Decimal("5.10")
    assert await net_of(trading, second.cycle_id, OPERATOR) == Decimal("-5.10")


async def test_honoured_it_is_closed_only_when_its_last_point_is_gone(database: Database) -> None:
    trading, member = await a_town(database)
    first = await to_the_end_of_the_tail(trading, Remainder.HONOUR)
    with pytest.raises(ExitOutOfOrder, match="600 of its points were still out"):
        await take(trading, ExitStep.SETTLE)
    await finish(trading, first)
    await trading.redeem(member, "R", 600)
    second = await trading.close(trading.cycle)
    assert await net_of(trading, second.cycle_id, partner(trading.partner_ids["P"])) == Decimal("-3.60")
    await take(trading, ExitStep.SETTLE)
    await finish(trading, second)
    await take(trading, ExitStep.CLOSE)


async def test_a_cycle_of_before_is_computed_as_it_was_however_late(database: Database) -> None:
    trading, _ = await a_town(database)
    first = await trading.close(trading.cycle)
    digest = first.digest
    await to_the_end_of_the_tail_without_closing(trading)
    again = await trading.do(computing.compute, first.cycle_id, now=trading.now)
    assert (again.digest, again.revision) == (digest, 1)


async def to_the_end_of_the_tail_without_closing(trading: Trading) -> None:
    await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    trading.now += NOTICE + TAIL
    await trading.do(leaving.sweep, now=trading.now)


async def test_after_the_first_cut_off_notice_is_given_by_name(database: Database) -> None:
    trading, _ = await a_town(database)
    await trading.do(cycles.cut_off, trading.cycle.cycle_id, now=trading.now)
    with pytest.raises(PersonNeeded):
        await trading.do(leaving.give_notice, notice(trading), by=None, now=trading.now)


async def test_a_way_out_is_the_partners_and_the_coalitions_to_see_and_its_days_are_everybodys(
    database: Database,
) -> None:
    trading, _ = await a_town(database)
    given = await trading.do(leaving.give_notice, notice(trading), by=ANNA, now=trading.now)
    whose = trading.partner_ids["P"]
    async with trading.session(Sight.partner(whose)) as own:
        assert (await leaving.exit_of(own, whose)).exit_id == given.exit_id
    async with trading.session(Sight.partner(trading.partner_ids["R"])) as other:
        with pytest.raises(ExitNotFound):
            await leaving.exit_of(other, whose)
        seen = await other.get(Partner, whose)
        assert seen is not None
        assert (seen.leaves_at, seen.honours_until) == (given.exit_at, given.honours_until)
