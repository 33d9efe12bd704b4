"""A cycle from open to approved: the figures through the real books, the order of steps, the second person."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from sqlmodel import select

from domain import merkle
from domain.audit import sealing
from domain.audit.errors import EntryNotInCycle
from domain.errors import InvalidValue
from domain.ids import PartnerId, new_id
from domain.settlement import answers, approvals, computing, cycles, queries
from domain.settlement.approvals import Standing
from domain.settlement.errors import (
    AnswersOutstanding,
    CycleNameTaken,
    CycleNotFound,
    CycleNotSealed,
    FollowingCycleStands,
    PredecessorNotApproved,
    SecondPersonNeeded,
    SettlementOutOfOrder,
    StatementNotFound,
    StatementsChanged,
)
from domain.settlement.forecasting import running_position
from domain.settlement.models import CycleState, EffectivePrice
from domain.settlement.parties import OPERATOR, TAX
from domain.storage import Database
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition, anybody


async def closing_balances(trading: Trading) -> dict[str, Decimal]:
    """The closing balance of each party of the newest computed cycle, by its letter or role."""
    newest = (await trading.do(queries.all_cycles))[1]
    found = await trading.do(queries.balances, newest.cycle_id)
    return {trading.letter(balance.party): balance.closing for balance in found}


async def forecast_nets(trading: Trading) -> dict[str, Decimal]:
    """What the open cycle would come to, where it is anything."""
    forecast = await trading.do(running_position, now=trading.now)
    return {trading.letter(balance.party): balance.net for balance in forecast.balances if balance.net}


async def one_sponsor_month(trading: Trading) -> None:
    """P awards 1,000; R redeems 400 and gives 100 back; 200 are clawed back while they wait; 500 expire."""
    spender, returner = await trading.join(), await trading.join()
    await trading.earn(spender, "P", {"P": 800}, lives=timedelta(days=1))
    redemption = await trading.redeem(spender, "R", 400)
    await trading.reverse(spender, "R", redemption, 100)
    waiting = await trading.earn(returner, "P", {"P": 200}, waits=timedelta(days=5))
    await trading.give_back(returner, "P", waiting, 200)
    trading.now += timedelta(days=2)
    await trading.expire(spender)


@pytest.mark.parametrize(
    ("share", "sponsor", "redeemer", "operator"),
    [("1", "-5.50", "2.55", "2.95"), ("0", "-3.00", "2.55", "0.45"), ("0.4", "-4.00", "2.55", "1.45")],
    ids=["at issuance", "at redemption", "hybrid 40/60"],
)
async def test_real_postings_settle_to_the_figures(
    database: Database, share: str, sponsor: str, redeemer: str, operator: str
) -> None:
    terms = HYBRID | {"share_at_issuance": share}
    trading = await a_coalition(database, P=terms, R=terms)
    await one_sponsor_month(trading)
    await trading.close(trading.cycle)
    found = await closing_balances(trading)
    assert (found["P"], found["R"], found["OPERATOR"]) == (Decimal(sponsor), Decimal(redeemer), Decimal(operator))


async def test_real_postings_settle_to_the_figures_with_fee_and_tax(database: Database) -> None:
    terms = HYBRID | {"share_at_issuance": "0", "tax_supply": "0.2", "tax_credit": "0.2"}
    trading = await a_coalition(database, P=terms | {"fee_fixed": "0.50"}, R=terms)
    await one_sponsor_month(trading)
    await trading.close(trading.cycle)
    found = await closing_balances(trading)
    assert [found[name] for name in ("P", "R", "TAX", "OPERATOR")] == [
        Decimal("-4.20"),
        Decimal("3.06"),
        Decimal("0.19"),
        Decimal("0.95"),
    ]


async def test_a_debt_of_spent_points_is_repaid_from_a_later_lot(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID, R=HYBRID)
    member = await trading.join()
    lot = await trading.earn(member, "P", {"P": 100})
    await trading.redeem(member, "R", 100)
    await trading.give_back(member, "P", lot, 100)
    while_debt = await forecast_nets(trading)
    await trading.earn(member, "Q", {"Q": 100})
    await trading.close(trading.cycle)
    found = await closing_balances(trading)
    assert while_debt == {"P": Decimal("-1.00"), "R": Decimal("0.85"), "OPERATOR": Decimal("0.15")}
    assert [found[name] for name in ("P", "Q", "R", "OPERATOR")] == [
        Decimal("-0.15"),
        Decimal("-1.00"),
        Decimal("0.85"),
        Decimal("0.30"),
    ]


async def test_a_price_reached_in_a_closed_cycle_holds_for_everything_later(database: Database) -> None:
    banded = HYBRID | {"share_at_issuance": "0", "bands": [(1_000, "0.0090")]}
    trading = await a_coalition(database, P=banded, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1_000})
    first = await trading.close(trading.cycle)
    await trading.approve(first)
    await trading.redeem(member, "R", 1_000)
    second = await trading.close(trading.cycle)
    async with trading.session() as session:
        prices = list(await session.scalars(select(EffectivePrice)))
    assert [(price.cycle_id, price.price, price.volume) for price in prices] == [
        (first.cycle_id, Decimal("0.0090"), 1_000)
    ]
    assert (await closing_balances(trading))["P"] == Decimal("-9.00")
    assert second.number == 2


async def test_small_balances_open_the_next_cycle(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 500, "Q": 50_000})
    first = await trading.close(trading.cycle, de_minimis=Decimal(5))
    await trading.approve(first)
    await trading.close(trading.cycle)
    p = await trading.do(queries.statement, first.cycle_id, trading.partner_ids["P"])
    netted = await trading.do(queries.netting_of, first.cycle_id)
    found = await closing_balances(trading)
    assert (p.balance.closing, p.balance.carried, p.balance.payable) == (
        Decimal("-2.00"),
        Decimal("-2.00"),
        Decimal(0),
    )
    assert netted.carried[OPERATOR] == 200
    assert (found["P"], found["Q"], found["OPERATOR"]) == (Decimal("-2.00"), Decimal(0), Decimal("2.00"))


async def test_the_statements_of_all_parties_come_to_nothing(database: Database) -> None:
    terms = HYBRID | {"tax_supply": "0.21", "tax_credit": "0.21", "fee_share": "0.03", "price": "0.010333"}
    trading = await a_coalition(database, P=terms, Q=terms, R=terms)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 333, "Q": 77}, benefits={"Q": "1.2345"})
    await trading.redeem(member, "R", 101)
    await trading.redeem(member, "Q", 7)
    cycle = await trading.close(trading.cycle)
    found = await trading.do(queries.balances, cycle.cycle_id)
    netted = await trading.do(queries.netting_of, cycle.cycle_id)
    assert sum(balance.net for balance in found) == 0
    assert sum(balance.carried for balance in found) == 0
    assert netted.nets == {balance.party: int(balance.net * 100) for balance in found if balance.party in netted.nets}
    assert sum(netted.payable.values()) == 0
    assert any(balance.party == TAX and balance.net for balance in found)


async def test_each_step_refuses_what_is_out_of_order_by_name(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    open_one = trading.cycle.cycle_id
    early: list[tuple[Any, dict[str, Any]]] = [
        (cycles.propose, {"by": ANNA}),
        (cycles.approve, {"by": BERT}),
        (cycles.void, {"by": ANNA, "reason": "no"}),
        (computing.compute, {}),
        (sealing.seal, {}),
    ]
    for step, how in early:
        with pytest.raises(SettlementOutOfOrder, match="cycle 2026-11 is OPEN") as refusal:
            await trading.do(step, open_one, now=trading.now, **how)
        assert (refusal.value.state, refusal.value.cycle) == ("OPEN", "2026-11")
    with pytest.raises(SettlementOutOfOrder, match="ACCEPT needs it to be PROPOSED"):
        await trading.do(answers.accept, open_one, trading.partner_ids["P"], by=anybody(), now=trading.now)
    with pytest.raises(CycleNotFound):
        await trading.do(cycles.propose, anybody(), by=ANNA, now=trading.now)
    cut = (await trading.do(cycles.cut_off, open_one, now=trading.now)).cycle
    with pytest.raises(CycleNotSealed):
        await trading.do(computing.compute, cut.cycle_id, now=trading.now)
    await trading.do(sealing.seal, open_one, now=trading.now)
    await trading.do(computing.compute, open_one, now=trading.now)
    with pytest.raises(SettlementOutOfOrder, match="COMPUTED; CUT_OFF needs it to be OPEN"):
        await trading.do(cycles.cut_off, open_one, now=trading.now)
    with pytest.raises(SettlementOutOfOrder, match="OPEN needs it to be the first"):
        await trading.do(cycles.open_first, now=trading.now)


async def test_each_step_can_be_repeated_after_a_lost_answer(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 100})
    first = trading.cycle.cycle_id
    assert (await trading.do(cycles.open_first, now=trading.now)).cycle_id == first
    once = await trading.do(cycles.cut_off, first, now=trading.now)
    again = await trading.do(cycles.cut_off, first, now=trading.now)
    assert once.following.cycle_id == again.following.cycle_id
    for _ in range(2):
        await trading.do(sealing.seal, first, now=trading.now)
    computed = [await trading.do(computing.compute, first, now=trading.now) for _ in range(2)]
    for _ in range(2):
        await trading.do(cycles.propose, first, by=ANNA, now=trading.now)
        await trading.do(answers.accept, first, trading.partner_ids["P"], by=anybody(), now=trading.now)
    for _ in range(2):
        approved = await trading.do(cycles.approve, first, by=BERT, now=trading.now)
    steps = [step.step for step in await trading.do(queries.steps_of, first)]
    assert {cycle.revision for cycle in computed} == {1}
    assert approved.state == CycleState.APPROVED
    assert steps == ["OPEN", "CUT_OFF", "SEAL", "COMPUTE", "COMPUTE", "PROPOSE", "ACCEPT", "APPROVE"]


async def test_nobody_approves_what_they_prepared(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_coalition(database, P=HYBRID)
    cycle = await trading.close(trading.cycle)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now, days_to_answer=0)
    with pytest.raises(SecondPersonNeeded, match="You prepared cycle 2026-11"):
        await trading.do(cycles.approve, cycle.cycle_id, by=ANNA, now=trading.now)
    await owner.execute("SET app.sight = 'coalition'; SET ROLE hansa_app")
    with pytest.raises(asyncpg.CheckViolationError, match="second_person_approves"):
        await owner.execute(
            "UPDATE cycle SET state = 'APPROVED', approved_by = prepared_by, approved_at = now() WHERE cycle_id = $1",
            cycle.cycle_id,
        )
    approved = await trading.do(cycles.approve, cycle.cycle_id, by=BERT, now=trading.now)
    assert (approved.prepared_by, approved.approved_by) == (ANNA, BERT)


async def test_silence_is_acceptance_only_after_the_deadline(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID)
    cycle = await trading.close(trading.cycle)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now, days_to_answer=10)
    await trading.do(answers.accept, cycle.cycle_id, trading.partner_ids["P"], by=anybody(), now=trading.now)
    with pytest.raises(AnswersOutstanding, match="1 partner has not answered") as refusal:
        await trading.do(cycles.approve, cycle.cycle_id, by=BERT, now=trading.now)
    assert refusal.value.partner_ids == (trading.partner_ids["Q"],)
    approved = await trading.do(cycles.approve, cycle.cycle_id, by=BERT, now=trading.now + timedelta(days=10))
    assert approved.state == CycleState.APPROVED


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE statement_line SET points = 1, exact = price * share, rounding = amount - price * share",
        "DELETE FROM statement_line WHERE number = 1",
        "UPDATE statement SET opening = 1, closing = closing + 1",
        "UPDATE cycle SET merkle_root = sha256('other') WHERE state = 'PROPOSED'",
    ],
)
async def test_what_changed_since_it_was_proposed_cannot_be_approved(
    database: Database, owner: asyncpg.Connection, tamper: str
) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 1_000})
    cycle = await trading.close(trading.cycle)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now, days_to_answer=0)
    await owner.execute(
        "ALTER TABLE statement_line NO FORCE ROW LEVEL SECURITY; ALTER TABLE statement NO FORCE ROW LEVEL SECURITY;"
        "ALTER TABLE cycle NO FORCE ROW LEVEL SECURITY"
    )
    await owner.execute(tamper)
    with pytest.raises(StatementsChanged):
        await trading.do(cycles.approve, cycle.cycle_id, by=BERT, now=trading.now)


async def test_an_approval_falls_when_something_under_it_changes_or_its_time_is_over(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 1_000})
    cycle = await trading.close(trading.cycle)
    assert await trading.do(approvals.standing, cycle.cycle_id, now=trading.now) is Standing.NONE
    await trading.approve(cycle)
    assert await trading.do(approvals.standing, cycle.cycle_id, now=trading.now) is Standing.VALID
    later = trading.now + timedelta(days=7)
    assert await trading.do(approvals.standing, cycle.cycle_id, now=later) is Standing.EXPIRED
    await owner.execute("ALTER TABLE statement_line NO FORCE ROW LEVEL SECURITY")
    await owner.execute("UPDATE statement_line SET kind = 'CO_FUNDING'")
    assert await trading.do(approvals.standing, cycle.cycle_id, now=trading.now) is Standing.CHANGED


async def test_a_voided_approval_leads_back_to_computing(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    cycle = await trading.approve(await trading.close(trading.cycle))
    with pytest.raises(InvalidValue):
        await trading.do(cycles.void, cycle.cycle_id, by=ANNA, reason=" ", now=trading.now)
    voided = await trading.do(cycles.void, cycle.cycle_id, by=ANNA, reason="wrong contract", now=trading.now)
    assert (voided.state, voided.approved_by) == (CycleState.COMPUTED, None)
    assert await trading.do(approvals.standing, cycle.cycle_id, now=trading.now) is Standing.NONE
    again = await trading.approve(await trading.do(computing.compute, cycle.cycle_id, now=trading.now))
    assert (again.state, again.revision) == (CycleState.APPROVED, 1)


async def test_a_cycle_waits_for_the_approval_of_the_one_before(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.close(trading.cycle)
    with pytest.raises(PredecessorNotApproved, match="2026-11-2 opens with what 2026-11 leaves"):
        await trading.close(trading.cycle)


async def test_only_partners_with_a_statement_answer(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    cycle = await trading.close(trading.cycle)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    stranger = PartnerId(new_id())
    with pytest.raises(StatementNotFound):
        await trading.do(answers.accept, cycle.cycle_id, stranger, by=anybody(), now=trading.now)
    with pytest.raises(StatementNotFound):
        await trading.do(queries.statement, cycle.cycle_id, stranger)


async def test_a_cycle_that_the_next_one_opens_with_is_not_pulled_away_from_under_it(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 500})
    first = await trading.approve(await trading.close(trading.cycle, de_minimis=Decimal(5)))
    second = await trading.close(trading.cycle)
    again: dict[str, Any] = {"by": ANNA, "reason": "pay small amounts too", "now": trading.now}
    await trading.do(cycles.void, first.cycle_id, **again)
    with pytest.raises(PredecessorNotApproved):
        await trading.do(cycles.propose, second.cycle_id, by=ANNA, now=trading.now)
    await trading.approve(await trading.do(computing.compute, first.cycle_id, now=trading.now))
    with pytest.raises(StatementsChanged):
        await trading.do(cycles.propose, second.cycle_id, by=ANNA, now=trading.now)
    second = await trading.do(computing.compute, second.cycle_id, now=trading.now)
    await trading.do(cycles.propose, second.cycle_id, by=ANNA, now=trading.now)
    with pytest.raises(FollowingCycleStands, match="2026-11-2 opens with what 2026-11 leaves, and is PROPOSED"):
        await trading.do(cycles.void, first.cycle_id, **again)
    assert second.revision == 2


async def test_a_computation_with_another_outcome_is_kept_beside_the_first(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 500})
    first = await trading.close(trading.cycle)
    was = first.digest
    second = await trading.do(computing.compute, first.cycle_id, now=trading.now, de_minimis=Decimal(10))
    view = await trading.do(queries.statement, first.cycle_id, trading.partner_ids["P"])
    assert second.revision == 2
    assert second.digest != was
    assert (view.balance.carried, view.balance.payable) == (Decimal("-2.00"), Decimal(0))


async def test_a_name_serves_one_cycle(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    with pytest.raises(CycleNameTaken):
        await trading.do(cycles.cut_off, trading.cycle.cycle_id, now=trading.now, next_name="2026-11")
    cut = await trading.do(cycles.cut_off, trading.cycle.cycle_id, now=trading.now, next_name="Christmas")
    assert cut.following.name == "Christmas"
    assert (await trading.do(queries.cycle_named, "2026-11")).cycle_id == trading.cycle.cycle_id


async def test_every_entry_of_a_sealed_cycle_can_be_proven(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    for _ in range(5):
        member = await trading.join()
        await trading.earn(member, "P", {"P": 100})
        await trading.redeem(member, "R", 40)
    cycle = await trading.close(trading.cycle)
    await trading.earn(member, "P", {"P": 1})
    await owner.execute("ALTER TABLE entry NO FORCE ROW LEVEL SECURITY")
    entries = await owner.fetch("SELECT wallet_id, entry_id, cycle_id, hash FROM entry ORDER BY wallet_id, version")
    sealed = [entry for entry in entries if entry["cycle_id"] == cycle.cycle_id]
    assert (len(sealed), cycle.entries) == (10, 10)
    assert cycle.merkle_root == merkle.root(entry["hash"] for entry in sealed)
    for entry in entries:
        place = {"wallet_id": entry["wallet_id"], "entry_id": entry["entry_id"]}
        if entry["cycle_id"] == cycle.cycle_id:
            proof = await trading.do(sealing.prove_entry, cycle.cycle_id, **place)
            assert proof.holds()
            assert proof.entry_hash == entry["hash"]
        else:
            with pytest.raises(EntryNotInCycle):
                await trading.do(sealing.prove_entry, cycle.cycle_id, **place)
    with pytest.raises(CycleNotSealed):
        await trading.do(sealing.prove_entry, trading.cycle.cycle_id, **place)
