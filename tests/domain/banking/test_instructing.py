"""Payments are planned once, released by a second person, and ordered in files that others can read."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

import asyncpg
import pytest
from sqlmodel import col, select

from domain.banking import instructing, releasing, working_days
from domain.banking.errors import BankDetailsMissing, NothingToRelease, PlanChosen
from domain.banking.states import PaymentState
from domain.coalition.models import LegalEntity
from domain.settlement import queries
from domain.settlement.errors import SecondPersonNeeded, SettlementOutOfOrder
from domain.settlement.models import CycleState
from domain.settlement.policy_models import PaymentPlan
from domain.storage import Database
from tests.domain.banking.paying import ANNA, BERT, CARL, an_approved_cycle, an_instructed_cycle, closed
from tests.domain.settlement.trading import a_coalition


async def test_each_partner_pays_the_operator_or_is_paid_by_it(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    assert {who: (one.amount, one.state, one.payer_id is None) for who, one in payments.items()} == {
        "P": (Decimal("20.00"), "INSTRUCTED", False),
        "Q": (Decimal("10.00"), "INSTRUCTED", False),
        "R": (Decimal("17.00"), "PLANNED", True),
    }
    cycle = await paying.do(queries.cycle_named, paying.cycle.name)
    assert cycle.state == CycleState.INSTRUCTED


async def test_payments_are_due_on_a_working_day_by_the_terms_of_the_contract(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    due = {one.due_on for one in (await paying.payments()).values()}
    assert due == {date(2026, 11, 30)}
    assert all(working_days.is_working_day(day) for day in due)


async def test_instructing_again_finds_the_same_payments(database: Database) -> None:
    paying = await an_approved_cycle(database)
    first, again = await asyncio.gather(paying.instruct(), paying.instruct())
    assert [one.payment_id for one in first] == [one.payment_id for one in again]
    with pytest.raises(PlanChosen):
        await paying.instruct(PaymentPlan.PEER_TO_PEER)


async def test_a_cycle_that_is_not_approved_is_not_paid(database: Database) -> None:
    paying = await an_approved_cycle(database)
    with pytest.raises(SettlementOutOfOrder):
        await paying.do(
            instructing.instruct,
            paying.trading.cycle.cycle_id,
            PaymentPlan.THROUGH_OPERATOR,
            by=ANNA,
            now=paying.now,
        )


@pytest.mark.parametrize("letter", ["R", ""])
async def test_whoever_cannot_be_paid_is_named_before_anything_changes(database: Database, letter: str) -> None:
    paying = await an_approved_cycle(database)
    async with paying.trading.session() as session:
        whose = col(LegalEntity.partner_id).is_not_distinct_from(paying.trading.partner_ids.get(letter))
        (await session.scalars(select(LegalEntity).where(whose))).one().town = None
    with pytest.raises(BankDetailsMissing, match="Partner R .R SIA. lacks its town" if letter else "The operator"):
        await paying.instruct()
    assert await paying.payments() == {}
    assert (await paying.do(queries.cycle_named, paying.cycle.name)).state == CycleState.APPROVED


async def test_a_cycle_in_which_nobody_owes_is_settled_at_once(database: Database) -> None:
    trading = await a_coalition(database, P={"price": "0.01", "price_redeem": "0.01"})
    cycle = await closed(trading)
    for _ in range(2):
        made = await trading.do(
            instructing.instruct, cycle.cycle_id, PaymentPlan.THROUGH_OPERATOR, by=ANNA, now=trading.now
        )
        assert made == []
    assert (await trading.do(queries.cycle_named, cycle.name)).state == CycleState.SETTLED


async def test_a_second_person_releases_the_payments(database: Database, owner: asyncpg.Connection) -> None:
    paying = await an_instructed_cycle(database)
    with pytest.raises(SecondPersonNeeded):
        await paying.do(releasing.release, paying.cycle.cycle_id, by=ANNA, now=paying.now)
    (made,) = await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    assert (made.payments, made.control_sum) == (1, Decimal("17.00"))
    await owner.execute("ALTER TABLE payment NO FORCE ROW LEVEL SECURITY")
    with pytest.raises(asyncpg.CheckViolationError, match="ck_payment_second_person"):
        await owner.execute("UPDATE payment SET released_by = instructed_by WHERE released_by IS NOT NULL")


async def test_an_order_is_never_made_twice(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    made = await asyncio.gather(
        *(paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now) for _ in range(3))
    )
    assert len({file.file_id for files in made for file in files}) == 1
    with pytest.raises(NothingToRelease):
        await paying.do(releasing.release, paying.cycle.cycle_id, by=CARL, now=paying.now)


async def test_between_partners_each_that_pays_has_a_file_of_its_own(database: Database) -> None:
    paying = await an_instructed_cycle(database, PaymentPlan.PEER_TO_PEER)
    payments = await paying.payments()
    assert sum(one.amount for one in payments.values()) == Decimal("30.00")
    assert {one.state for one in payments.values() if one.payee_id is not None} == {PaymentState.PLANNED}
    files = await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    payers = {one.payer_id for one in payments.values() if one.payee_id is not None}
    assert {file.partner_id for file in files} == payers
