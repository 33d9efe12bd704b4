"""What two persons decide: giving up, using what was too much, confirming between partners; and how old debts are."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from domain.banking import ageing, confirming, deciding, queries, releasing, sweeping
from domain.banking.ageing import Age, age_of
from domain.banking.deciding import CreditUse
from domain.banking.errors import (
    CreditSpent,
    DecisionNotFound,
    MatchImpossible,
    PaymentEnded,
    PaymentNotFound,
)
from domain.banking.models import Payment, WriteOff
from domain.banking.states import CreditState, PaymentState
from domain.errors import InvalidValue
from domain.paging import PageRequest
from domain.settlement import queries as settlement
from domain.settlement.adjustment_models import AdjustmentReason, SettlementAdjustment
from domain.settlement.errors import SecondPersonNeeded
from domain.settlement.models import CycleState
from domain.settlement.policy_models import PaymentPlan
from domain.storage import NOBODY, Database, Sight
from tests.domain.banking.paying import ANNA, BERT, CARL, Booked, Paying, an_instructed_cycle, later


def of(amount: str, payment: Payment, on: date) -> Booked:
    """Money for a payment."""
    return Booked(amount=Decimal(amount), on=on, reference=payment.reference)


async def asked(paying: Paying, payment: Payment) -> WriteOff:
    """Anna asks to give a payment up."""
    done: WriteOff = await paying.do(
        deciding.ask_to_write_off, payment.payment_id, reason="insolvent", by=ANNA, now=paying.now
    )
    return done


async def test_a_write_off_takes_two_persons_and_ends_the_payment(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payment = (await paying.payments())["P"]
    with pytest.raises(DecisionNotFound):
        await paying.do(deciding.write_off, payment.payment_id, by=BERT, now=paying.now)
    assert (await asked(paying, payment)).write_off_id == (await asked(paying, payment)).write_off_id
    with pytest.raises(SecondPersonNeeded):
        await paying.do(deciding.write_off, payment.payment_id, by=ANNA, now=paying.now)
    for _ in range(2):
        done = await paying.do(deciding.write_off, payment.payment_id, by=BERT, now=paying.now)
    assert (done.state, done.open, done.written_off) == (PaymentState.WRITTEN_OFF, Decimal(0), Decimal("20.00"))
    with pytest.raises(PaymentEnded):
        await asked(paying, payment)


async def test_a_cycle_is_settled_by_what_was_paid_and_what_was_given_up(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    payments = await paying.payments()
    out = Booked(amount=Decimal("-17.00"), on=paying.today, reference=payments["R"].reference)
    await paying.booked(of("15.00", payments["P"], paying.today), of("10.00", payments["Q"], paying.today), out)
    await asked(paying, payments["P"])
    await paying.do(deciding.write_off, payments["P"].payment_id, by=BERT, now=paying.now)
    assert (await paying.do(settlement.cycle_named, paying.cycle.name)).state == CycleState.SETTLED
    written = (await paying.payments())["P"]
    assert (written.paid, written.written_off) == (Decimal("15.00"), Decimal("5.00"))


async def test_what_was_paid_since_the_question_makes_it_another_one(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payment = (await paying.payments())["P"]
    await asked(paying, payment)
    await paying.booked(of("5.00", payment, paying.today))
    with pytest.raises(PaymentEnded):
        await paying.do(deciding.write_off, payment.payment_id, by=BERT, now=paying.now)
    assert (await asked(paying, payment)).amount == Decimal("15.00")
    await paying.do(deciding.write_off, payment.payment_id, by=BERT, now=paying.now)


async def test_money_and_a_write_off_at_once_never_end_a_payment_twice(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payment = (await paying.payments())["P"]
    await asked(paying, payment)
    content = paying.statement(of("20.00", payment, paying.today))
    await asyncio.gather(
        paying.bring_in(content),
        paying.do(deciding.write_off, payment.payment_id, by=BERT, now=paying.now),
        return_exceptions=True,
    )
    payment = (await paying.payments())["P"]
    kept = sum((one.amount for one in await paying.do(queries.partner_credits)), Decimal(0))
    assert payment.paid + payment.written_off == Decimal("20.00")
    assert payment.paid + kept == Decimal("20.00")


async def test_what_was_too_much_lowers_what_the_partner_owes_next(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payment = (await paying.payments())["P"]
    await paying.booked(of("25.00", payment, paying.today))
    (credit,) = await paying.do(queries.partner_credits)
    with pytest.raises(DecisionNotFound):
        await paying.do(deciding.use_credit, credit.credit_id, by=BERT, now=paying.now)
    await paying.do(deciding.ask_to_use_credit, credit.credit_id, CreditUse.ADJUST, by=ANNA, now=paying.now)
    with pytest.raises(SecondPersonNeeded):
        await paying.do(deciding.use_credit, credit.credit_id, by=ANNA, now=paying.now)
    used = await asyncio.gather(
        *(paying.do(deciding.use_credit, credit.credit_id, by=BERT, now=paying.now) for _ in range(3))
    )
    assert {one.adjustment_id for one in used} == {used[0].adjustment_id}
    with pytest.raises(CreditSpent):
        await paying.do(deciding.ask_to_use_credit, credit.credit_id, CreditUse.PAY_BACK, by=ANNA, now=paying.now)
    following = await paying.trading.close(paying.trading.cycle)
    view = await paying.do(settlement.statement, following.cycle_id, paying.trading.partner_ids["P"])
    assert view.balance.net == Decimal("5.00")


async def test_what_was_too_much_is_paid_back_by_an_order(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payment = (await paying.payments())["P"]
    await paying.booked(of("25.00", payment, paying.today))
    (credit,) = await paying.do(queries.partner_credits)
    await paying.do(deciding.ask_to_use_credit, credit.credit_id, CreditUse.PAY_BACK, by=ANNA, now=paying.now)
    done = await paying.do(deciding.use_credit, credit.credit_id, by=BERT, now=paying.now)
    assert done.state == CreditState.PAID_BACK
    (made,) = await paying.do(releasing.release, paying.cycle.cycle_id, by=CARL, now=paying.now)
    assert made.control_sum == Decimal("22.00")


async def test_between_partners_the_payee_says_that_it_was_paid(database: Database) -> None:
    paying = await an_instructed_cycle(database, PaymentPlan.PEER_TO_PEER)
    await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    payment = next(one for one in (await paying.payments()).values() if one.payer_id and one.payee_id)
    assert payment.payee_id is not None
    assert payment.payer_id is not None
    words = {"received_on": paying.today, "by": ANNA, "now": paying.now}
    async with paying.trading.session(Sight.partner(payment.payer_id)) as session:
        with pytest.raises(PaymentNotFound):
            await confirming.confirm_received(session, payment.payment_id, payment.payer_id, **words)  # type: ignore[arg-type]
    for _ in range(2):
        async with paying.trading.session(Sight.partner(payment.payee_id)) as session:
            await confirming.confirm_received(session, payment.payment_id, payment.payee_id, **words)  # type: ignore[arg-type]
            too_early = {**words, "received_on": paying.today + timedelta(days=1)}
            with pytest.raises(InvalidValue):
                await confirming.confirm_received(session, payment.payment_id, payment.payee_id, **too_early)  # type: ignore[arg-type]
    await paying.do(confirming.apply, now=paying.now)
    found = await paying.do(queries.payment_by_id, payment.payment_id)
    assert (found.state, found.paid) == (PaymentState.PAID, payment.amount)


async def test_nobody_says_for_another_that_money_arrived(database: Database) -> None:
    paying = await an_instructed_cycle(database, PaymentPlan.PEER_TO_PEER)
    payment = next(one for one in (await paying.payments()).values() if one.payer_id and one.payee_id)
    said = text("INSERT INTO payment_confirmation VALUES (:payment, :partner, :day, :person, now(), NULL)")
    values = {"payment": payment.payment_id, "day": paying.today, "person": ANNA}
    for whose in (payment.payer_id, paying.trading.partner_ids["S"]):
        assert whose is not None
        with pytest.raises(DBAPIError, match="row-level security"):
            async with paying.trading.session(Sight.partner(whose)) as session:
                await session.execute(said, {**values, "partner": whose})


async def test_a_loss_between_partners_is_the_operators(database: Database) -> None:
    paying = await an_instructed_cycle(database, PaymentPlan.PEER_TO_PEER)
    payment = next(one for one in (await paying.payments()).values() if one.payer_id and one.payee_id)
    await asked(paying, payment)
    await paying.do(deciding.write_off, payment.payment_id, by=BERT, now=paying.now)
    async with paying.trading.session() as session:
        (made,) = (await session.scalars(select(SettlementAdjustment))).all()
    assert (made.reason, made.debtor, made.creditor_id, made.amount, made.agreed_by) == (
        AdjustmentReason.WRITE_OFF,
        "OPERATOR",
        payment.payee_id,
        payment.amount,
        BERT,
    )


async def test_what_is_between_partners_no_entry_of_the_operators_account_is(database: Database) -> None:
    paying = await an_instructed_cycle(database, PaymentPlan.PEER_TO_PEER)
    payment = next(one for one in (await paying.payments()).values() if one.payer_id and one.payee_id)
    await paying.booked(of(f"{payment.amount}", payment, paying.today))
    (entry,) = await paying.entries()
    with pytest.raises(MatchImpossible, match="between partners"):
        await paying.match(entry, payment)


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-5, Age.CURRENT),
        (0, Age.CURRENT),
        (1, Age.TO_30),
        (30, Age.TO_30),
        (31, Age.TO_60),
        (60, Age.TO_60),
        (61, Age.TO_90),
        (90, Age.TO_90),
        (91, Age.OVER_90),
    ],
)
def test_ages_begin_and_end_on_their_days(days: int, age: Age) -> None:
    today = date(2026, 12, 1)
    assert age_of(today - timedelta(days=days), today) is age


async def test_ages_add_up_to_what_is_open(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    await paying.booked(of("5.00", payments["P"], paying.today))
    later(paying, 60)
    rows = await paying.do(ageing.ageing, today=paying.today)
    assert {row.payer_id: row.open for row in rows} == {
        payments["P"].payer_id: Decimal("15.00"),
        payments["Q"].payer_id: Decimal("10.00"),
        None: Decimal("17.00"),
    }
    assert all(sum(row.by_age.values()) == row.open == row.by_age[Age.TO_60] for row in rows)
    assert await paying.do(ageing.open_amount, payments["P"].payer_id) == Decimal("15.00")


async def test_a_partner_sees_its_own_payments_and_nothing_of_the_account(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    await paying.booked(of("25.00", payments["P"], paying.today), Booked(amount=Decimal("3.00"), on=paying.today))
    partner_ids = paying.trading.partner_ids
    async with paying.trading.session(Sight.partner(partner_ids["P"])) as session:
        page = await queries.payments(session, PageRequest(10))
        assert [one.payment_id for one in page.items] == [payments["P"].payment_id]
        assert [one.payer_id for one in await ageing.ageing(session, today=paying.today)] == []
        assert [one.amount for one in await queries.partner_credits(session)] == [Decimal("5.00")]
        assert (await queries.worklist(session, PageRequest(10))).items == []
        assert (await queries.statements(session, PageRequest(10))).items == []
    for sight, own in ((Sight.partner(partner_ids["Q"]), payments["Q"]), (Sight.partner(partner_ids["S"]), None)):
        async with paying.trading.session(sight) as session:
            rows = (await session.execute(text("SELECT payment_id FROM payment"))).scalars().all()
            assert rows == ([] if own is None else [own.payment_id])
            for table in ("bank_statement", "bank_entry", "bank_match", "partner_credit", "write_off", "bank_file"):
                assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0
    async with paying.trading.session(NOBODY) as session:
        assert (await session.execute(text("SELECT count(*) FROM payment"))).scalar_one() == 0
        assert (await queries.payments(session, PageRequest(10))).items == []


async def test_who_has_not_paid_in_time_is_told_each_week(database: Database, owner: asyncpg.Connection) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    told: list[int] = []
    for days in (0, 20, 3, 4, 0):
        later(paying, days)
        told.append((await paying.do(sweeping.sweep, now=paying.now)).reminded)
        if days == 4:
            await paying.booked(of("10.00", payments["Q"], paying.today))
            later(paying, 7)
    assert told == [0, 2, 0, 2, 1]
    await owner.execute("ALTER TABLE event NO FORCE ROW LEVEL SECURITY")
    kinds = (
        "SELECT kind || ' ' || COALESCE(detail, '') FROM event"
        " WHERE partner_id = $1 AND subject_id = $2 ORDER BY position"
    )
    rows = await owner.fetch(kinds, payments["Q"].payer_id, payments["Q"].payment_id)
    assert [row[0] for row in rows] == [
        "PAYMENT_CHANGED INSTRUCTED",
        "PAYMENT_OVERDUE ",
        "PAYMENT_OVERDUE ",
        "PAYMENT_CHANGED PAID",
    ]
