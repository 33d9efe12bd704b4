"""A coalition ends step by step: two people, everybody's notice and tail, a last day to spend, nothing left open."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.coalition import leaving
from domain.coalition.errors import ExitNotFound, ExitOutOfOrder, ExitTooSoon, ExitUnderWay, SecondSignatureNeeded
from domain.coalition.exit_words import Residual, WindDownStep
from domain.coalition.founding import coalition_of
from domain.coalition.leaving import GiveNotice
from domain.settlement import queries
from domain.settlement.exits import winding_down
from domain.settlement.exits.winding_down import AnnounceEnd
from domain.settlement.parties import CHARITY, partner
from domain.storage import Database, Sight
from tests.domain.settlement.test_exits import TERMS, finish
from tests.domain.settlement.trading import ANNA, BERT, Member, Trading, a_coalition

DAY = timedelta(days=1)


async def a_town(database: Database) -> tuple[Trading, Member]:
    trading = await a_coalition(database, P=TERMS, R=TERMS | {"tail_days": 40})
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1_000})
    await trading.earn(member, "R", {"R": 500})
    return trading, member


def the_end(
    trading: Trading, residual: Residual = Residual.SPONSORS, *, notice: int = 30, tail: int = 40
) -> AnnounceEnd:
    earning = trading.now + notice * DAY
    return AnnounceEnd(
        earning_ends_at=earning,
        spending_ends_at=earning + tail * DAY,
        residual=residual,
        reason="It has served its time.",
    )


async def announced(trading: Trading, residual: Residual = Residual.SPONSORS) -> AnnounceEnd:
    end = the_end(trading, residual)
    await trading.do(winding_down.announce, end, by=ANNA, now=trading.now)
    await trading.do(winding_down.confirm, by=BERT, now=trading.now)
    return end


async def past_the_last_day(trading: Trading) -> None:
    trading.now += 70 * DAY
    await trading.do(leaving.sweep, now=trading.now)


async def test_every_partner_has_the_notice_and_the_tail_of_its_contract(database: Database) -> None:
    trading, _ = await a_town(database)
    for command, path in (
        (the_end(trading, notice=29), "earning_ends_at"),
        (the_end(trading, tail=39), "spending_ends_at"),
    ):
        with pytest.raises(ExitTooSoon) as refused:
            await trading.do(winding_down.announce, command, by=ANNA, now=trading.now)
        assert path in refused.value.path


async def test_the_end_takes_two_people_and_nobody_is_told_before(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading, _ = await a_town(database)
    await trading.do(winding_down.announce, the_end(trading), by=ANNA, now=trading.now)
    assert (await trading.do(coalition_of)).earning_ends_at is None
    with pytest.raises(SecondSignatureNeeded):
        await trading.do(winding_down.confirm, by=ANNA, now=trading.now)
    with pytest.raises(ExitUnderWay):
        await trading.do(winding_down.announce, the_end(trading), by=BERT, now=trading.now)
    assert await owner.fetchval("SELECT count(*) FROM event WHERE kind = 'COALITION_ENDING'") == 0
    await asyncio.gather(*(trading.do(winding_down.confirm, by=BERT, now=trading.now) for _ in range(2)))
    assert await owner.fetchval("SELECT count(*) FROM event WHERE kind = 'COALITION_ENDING'") == 2
    assert await owner.fetchval("SELECT count(*) FROM partner_exit") == 2
    with pytest.raises(asyncpg.CheckViolationError, match="second_person"):
        await owner.execute("UPDATE wind_down SET confirmed_by = announced_by")


async def test_each_step_out_of_order_is_refused_by_name(database: Database) -> None:
    trading, _ = await a_town(database)
    with pytest.raises(ExitNotFound):
        await trading.do(winding_down.settle, by=BERT, now=trading.now)
    await announced(trading)
    with pytest.raises(ExitOutOfOrder, match="2 partners still honour points"):
        await trading.do(winding_down.settle, by=BERT, now=trading.now)
    with pytest.raises(ExitOutOfOrder, match="not dealt with"):
        await trading.do(winding_down.close, by=BERT, now=trading.now)
    await past_the_last_day(trading)
    with pytest.raises(ExitOutOfOrder, match="last day is not cut off"):
        await trading.do(winding_down.settle, by=BERT, now=trading.now)
    with pytest.raises(ExitOutOfOrder, match="earning has stopped"):
        await trading.do(winding_down.withdraw, by=BERT, now=trading.now)
    shown = await trading.do(winding_down.view, now=trading.now)
    assert shown.next is WindDownStep.SETTLE
    assert [blocker.says for blocker in shown.steps[3].blockers] == ["the cycle of the last day is not cut off yet"]


@pytest.mark.parametrize(
    ("residual", "sponsor", "charity"),
    [
        (Residual.SPONSORS, Decimal("2.40"), Decimal(0)),
        (Residual.CHARITY, Decimal(0), Decimal("4.40")),
        (Residual.OPERATOR, Decimal(0), Decimal(0)),
    ],
)
async def test_what_was_paid_in_for_points_nobody_spent_goes_where_two_people_said(
    database: Database, residual: Residual, sponsor: Decimal, charity: Decimal
) -> None:
    trading, member = await a_town(database)
    await announced(trading, residual)
    await trading.redeem(member, "R", 400)
    await past_the_last_day(trading)
    with pytest.raises(AssertionError, match="PARTNER_NOT_ACTIVE"):
        await trading.redeem(member, "R", 100)
    first = await trading.close(trading.cycle)
    ended = await trading.do(winding_down.settle, by=BERT, now=trading.now)
    # 600 of P and 500 of R are left, and 40 % of 0.01 each was paid in.
    assert (ended.settled_points, ended.settled_amount) == (1_100, Decimal("4.40"))
    await finish(trading, first)
    second = await trading.close(trading.cycle)
    nets = {balance.party: balance.net for balance in await trading.do(queries.balances, second.cycle_id)}
    assert nets.get(partner(trading.partner_ids["P"]), Decimal(0)) == sponsor
    assert nets[CHARITY] == charity
    if residual is not Residual.OPERATOR:
        with pytest.raises(ExitOutOfOrder, match="COMPUTED, not CLOSED"):
            await trading.do(winding_down.close, by=BERT, now=trading.now)
    await finish(trading, second)
    with pytest.raises(SecondSignatureNeeded):
        await trading.do(winding_down.close, by=ANNA, now=trading.now)
    await trading.do(winding_down.close, by=BERT, now=trading.now)
    assert (await trading.do(coalition_of)).closed_at == trading.now


async def test_a_notice_that_stood_is_taken_up_and_the_end_can_be_taken_back(database: Database) -> None:
    trading, _ = await a_town(database)
    whose = trading.partner_ids["P"]
    notice = GiveNotice(partner_id=whose, exit_at=trading.now + 60 * DAY, reason="It moves.")
    await trading.do(leaving.give_notice, notice, by=ANNA, now=trading.now)
    end = await announced(trading)
    assert (await trading.do(leaving.exit_of, whose)).exit_at == end.earning_ends_at
    with pytest.raises(ExitOutOfOrder, match="end of the coalition"):
        await trading.do(leaving.withdraw, whose, by=ANNA, now=trading.now)
    await trading.do(winding_down.withdraw, by=ANNA, now=trading.now)
    assert (await trading.do(coalition_of)).earning_ends_at is None
    with pytest.raises(ExitNotFound):
        await trading.do(leaving.exit_of, whose)


async def test_the_end_is_the_coalitions_own_affair_until_everybody_is_told(database: Database) -> None:
    trading, _ = await a_town(database)
    await announced(trading)
    async with trading.session(Sight.partner(trading.partner_ids["P"])) as session:
        with pytest.raises(ExitNotFound):
            await winding_down.wind_down_of(session)
        assert (await coalition_of(session)).spending_ends_at is not None
