"""Adjustments in money: lines of exactly one cycle, agreed to by two people where they are made by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.errors import InvalidValue
from domain.ids import new_id
from domain.paging import PageRequest
from domain.settlement import adjustments, cycles, queries
from domain.settlement.adjustment_models import AdjustmentReason, SettlementAdjustment
from domain.settlement.adjustments import Adjustment
from domain.settlement.errors import (
    AdjustmentSettled,
    MoneyAdjustmentNotFound,
    SecondPersonNeeded,
    SettlementOutOfOrder,
    StatementsChanged,
)
from domain.settlement.lines import Source
from domain.settlement.parties import OPERATOR, partner
from domain.storage import NOBODY, Database, Sight
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition


def owed_by_p_to_r(trading: Trading, amount: str, adjusts: UUID, **more: Any) -> Adjustment:
    """P owes R so much more."""
    values: dict[str, Any] = {"reason": AdjustmentReason.DISPUTE_DECIDED, "note": "a line was counted twice"} | more
    p, r = partner(trading.partner_ids["P"]), partner(trading.partner_ids["R"])
    return Adjustment(debtor=p, creditor=r, amount=Decimal(amount), adjusts_cycle_id=adjusts, **values)


async def adjustment_lines(trading: Trading, cycle_id: UUID) -> list[tuple[UUID | None, Decimal]]:
    """The adjustments that are lines of a cycle's statements, with their amounts."""
    p = partner(trading.partner_ids["P"])
    page = await trading.do(queries.lines, cycle_id, p, PageRequest(first=100))
    money = [line.money for line in page.items if line.money.origin.source is Source.ADJUST_MONEY]
    return [(line.adjustment_id, line.amount) for line in money]


async def two_cycles(database: Database) -> Trading:
    """A coalition with an approved cycle behind it; `cycle` is the one that is open."""
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    await trading.approve(await trading.close(trading.cycle))
    return trading


async def test_an_adjustment_is_a_line_of_the_next_later_cycle_and_of_no_other(database: Database) -> None:
    trading = await two_cycles(database)
    adjusted = (await trading.do(queries.all_cycles))[1]
    made = await trading.do(
        adjustments.adjust, owed_by_p_to_r(trading, "3", adjusted.cycle_id), by=None, now=trading.now
    )
    second = await trading.close(trading.cycle)
    assert await adjustment_lines(trading, second.cycle_id) == [(made.adjustment_id, Decimal("3.00"))]
    nets = {trading.letter(found.party): found.net for found in await trading.do(queries.balances, second.cycle_id)}
    assert (nets["P"], nets["R"], nets["OPERATOR"]) == (Decimal(-3), Decimal(3), Decimal(0))
    again = await trading.do(adjustments.adjustments_in, second.cycle_id)
    await trading.approve(second)
    third = await trading.close(trading.cycle)
    assert await adjustment_lines(trading, third.cycle_id) == []
    assert [row.adjustment_id for row in again] == [made.adjustment_id]


async def test_an_adjustment_waits_for_a_cycle_later_than_the_one_it_adjusts(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    first = trading.cycle
    await trading.do(adjustments.adjust, owed_by_p_to_r(trading, "3", first.cycle_id), by=None, now=trading.now)
    await trading.close(first)
    assert await adjustment_lines(trading, first.cycle_id) == []


async def test_an_adjustment_of_a_named_cycle_is_in_it_before_it_is_proposed(database: Database) -> None:
    trading = await two_cycles(database)
    adjusted = (await trading.do(queries.all_cycles))[1]
    second = await trading.close(trading.cycle)
    adjustment = owed_by_p_to_r(trading, "3", adjusted.cycle_id)
    await trading.do(adjustments.adjust, adjustment, by=None, now=trading.now, cycle_id=second.cycle_id)
    with pytest.raises(StatementsChanged):
        await trading.do(cycles.propose, second.cycle_id, by=ANNA, now=trading.now)
    assert (await trading.recompute(second)).revision == second.revision + 1
    await trading.do(cycles.propose, second.cycle_id, by=ANNA, now=trading.now)
    with pytest.raises(SettlementOutOfOrder, match="ADJUST needs it to be OPEN or CUT_OFF or COMPUTED"):
        await trading.do(adjustments.adjust, adjustment, by=None, now=trading.now, cycle_id=second.cycle_id)


async def test_an_adjustment_by_hand_counts_once_a_second_person_agrees(database: Database) -> None:
    trading = await two_cycles(database)
    adjusted = (await trading.do(queries.all_cycles))[1]
    by_hand = owed_by_p_to_r(trading, "3", adjusted.cycle_id, reason=AdjustmentReason.CORRECTION)
    made = await trading.do(adjustments.adjust, by_hand, by=ANNA, now=trading.now)
    second = await trading.close(trading.cycle)
    assert await adjustment_lines(trading, second.cycle_id) == []
    with pytest.raises(SecondPersonNeeded, match="You prepared the adjustment"):
        await trading.do(adjustments.agree, made.adjustment_id, by=ANNA, now=trading.now)
    for _again in range(2):
        await trading.do(adjustments.agree, made.adjustment_id, by=BERT, now=trading.now)
    assert await adjustment_lines(trading, (await trading.recompute(second)).cycle_id) == [
        (made.adjustment_id, Decimal("3.00"))
    ]
    with pytest.raises(AdjustmentSettled, match="agreed to"):
        await trading.do(adjustments.withdraw, made.adjustment_id, by=ANNA, now=trading.now)


async def test_a_withdrawn_adjustment_never_counts(database: Database) -> None:
    trading = await two_cycles(database)
    adjusted = (await trading.do(queries.all_cycles))[1]
    by_hand = owed_by_p_to_r(trading, "3", adjusted.cycle_id, reason=AdjustmentReason.WRITE_OFF)
    made = await trading.do(adjustments.adjust, by_hand, by=ANNA, now=trading.now)
    for _again in range(2):
        await trading.do(adjustments.withdraw, made.adjustment_id, by=ANNA, now=trading.now)
    with pytest.raises(AdjustmentSettled, match="withdrawn"):
        await trading.do(adjustments.agree, made.adjustment_id, by=BERT, now=trading.now)
    assert await adjustment_lines(trading, (await trading.close(trading.cycle)).cycle_id) == []


async def test_the_same_key_makes_one_adjustment(database: Database) -> None:
    trading = await two_cycles(database)
    adjusted = (await trading.do(queries.all_cycles))[1]
    adjustment = owed_by_p_to_r(trading, "3", adjusted.cycle_id)
    made = [await trading.do(adjustments.adjust, adjustment, by=None, now=trading.now, key="once") for _ in range(2)]
    assert made[0].adjustment_id == made[1].adjustment_id
    other = owed_by_p_to_r(trading, "4", adjusted.cycle_id)
    with pytest.raises(InvalidValue, match="another adjustment"):
        await trading.do(adjustments.adjust, other, by=None, now=trading.now, key="once")


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "0.005"])
async def test_an_amount_that_cannot_be_paid_is_refused(database: Database, amount: str) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    with pytest.raises(InvalidValue):
        await trading.do(
            adjustments.adjust, owed_by_p_to_r(trading, amount, trading.cycle.cycle_id), by=None, now=trading.now
        )


async def test_an_adjustment_has_two_sides_a_note_and_by_hand_a_person(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    cycle_id = trading.cycle.cycle_id
    p = partner(trading.partner_ids["P"])
    with pytest.raises(InvalidValue, match="nobody owes itself"):
        Adjustment(
            reason=AdjustmentReason.CORRECTION,
            debtor=p,
            creditor=p,
            amount=Decimal(3),
            adjusts_cycle_id=cycle_id,
            note="itself",
        )
    with pytest.raises(InvalidValue):
        owed_by_p_to_r(trading, "3", cycle_id, note=" ")
    by_hand = owed_by_p_to_r(trading, "3", cycle_id, reason=AdjustmentReason.CORRECTION)
    with pytest.raises(InvalidValue, match="needs the person"):
        await trading.do(adjustments.adjust, by_hand, by=None, now=trading.now)
    with pytest.raises(InvalidValue, match="falls to the next cycle"):
        await trading.do(adjustments.adjust, by_hand, by=ANNA, now=trading.now, cycle_id=cycle_id)
    with pytest.raises(MoneyAdjustmentNotFound):
        await trading.do(adjustments.agree, new_id(), by=ANNA, now=trading.now)


async def test_the_database_refuses_the_same_person_twice_and_a_second_cycle(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await two_cycles(database)
    adjusted = (await trading.do(queries.all_cycles))[1]
    by_hand = owed_by_p_to_r(trading, "3", adjusted.cycle_id, reason=AdjustmentReason.CORRECTION)
    made = await trading.do(adjustments.adjust, by_hand, by=ANNA, now=trading.now)
    await owner.execute("SET app.sight = 'coalition'; SET ROLE hansa_app")
    agree = "UPDATE settlement_adjustment SET agreed_by = $1, agreed_at = now() WHERE adjustment_id = $2"
    with pytest.raises(asyncpg.CheckViolationError, match="second_person"):
        await owner.execute(agree, ANNA, made.adjustment_id)
    await owner.execute(agree, BERT, made.adjustment_id)
    move = "UPDATE settlement_adjustment SET cycle_id = $1 WHERE adjustment_id = $2"
    await owner.execute(move, trading.cycle.cycle_id, made.adjustment_id)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="belongs to a cycle already"):
        await owner.execute(move, adjusted.cycle_id, made.adjustment_id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute("UPDATE settlement_adjustment SET amount = 1")


async def test_a_partner_sees_the_adjustments_it_is_a_side_of_once_they_count(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID, R=HYBRID)
    cycle_id = trading.cycle.cycle_id
    operators = Adjustment(
        reason=AdjustmentReason.PREPAID,
        debtor=OPERATOR,
        creditor=partner(trading.partner_ids["P"]),
        amount=Decimal(1),
        adjusts_cycle_id=cycle_id,
        note="drawn",
    )
    await trading.do(adjustments.adjust, operators, by=None, now=trading.now)
    waiting = owed_by_p_to_r(trading, "3", cycle_id, reason=AdjustmentReason.CORRECTION)
    await trading.do(adjustments.adjust, waiting, by=ANNA, now=trading.now)
    seen = {"P": 1, "Q": 0, "R": 0}
    for letter, count in seen.items():
        async with trading.session(Sight.partner(trading.partner_ids[letter])) as session:
            rows = await session.scalar(text("SELECT count(*) FROM settlement_adjustment"))
            assert rows == count, letter
            assert len(await adjustments.visible_adjustments(session)) == count
    async with trading.session(NOBODY) as session:
        assert await adjustments.visible_adjustments(session) == []
        session.add(SettlementAdjustment(**_forged(trading)))
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.flush()
        await session.rollback()


def _forged(trading: Trading) -> dict[str, Any]:
    return {
        "adjustment_id": new_id(),
        "reason": "PREPAID",
        "debtor": "OPERATOR",
        "creditor": "PARTNER",
        "creditor_id": trading.partner_ids["P"],
        "amount": Decimal(1),
        "adjusts_cycle_id": trading.cycle.cycle_id,
        "note": "forged",
        "made_at": trading.now,
        "agreed_at": trading.now,
    }
