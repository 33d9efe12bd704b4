"""What settlement refuses before it would be wrong, and the edges of reading it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.errors import InvalidValue
from domain.ids import ContractId, CycleId, new_id
from domain.paging import PageRequest
from domain.settlement import answers, computing, cycles, drilling, queries
from domain.settlement.errors import CycleNotFound, ForeignCurrency, PriceUnknown, StatementNotFound
from domain.settlement.facts import benefits_of
from domain.settlement.lines import LineKind, Source
from domain.settlement.models import CycleState
from domain.settlement.parties import Party, PartyRole, partner
from domain.settlement.pricing import price_cycle
from domain.settlement.terms import Breakage, Flow
from domain.storage import Database
from tests.domain.settlement.builders import THIS_CYCLE, Example, flow, terms
from tests.domain.settlement.trading import ANNA, HYBRID, a_coalition


def of_another_cycle(points: Flow) -> Flow:
    """The same points, accrued in a cycle nobody closed."""
    return Flow(
        kind=points.kind,
        debit=points.debit,
        points=points.points,
        sponsor_id=points.sponsor_id,
        sponsor_contract_id=points.sponsor_contract_id,
        accrual_cycle_id=CycleId(new_id()),
    )


def test_points_of_a_cycle_without_prices_are_not_priced_by_guess() -> None:
    example = Example([terms("P")], [of_another_cycle(flow("EXPIRE", 10, "P"))])
    with pytest.raises(PriceUnknown, match="for points accrued in cycle"):
        price_cycle(example.flows, [], example.book)


def test_points_under_an_unknown_contract_are_not_priced_by_guess() -> None:
    example = Example([], [flow("ACCRUE", 10, "P")])
    with pytest.raises(PriceUnknown, match="nothing was computed") as refusal:
        price_cycle(example.flows, [], example.book)
    assert refusal.value.cycle_id is None
    assert isinstance(refusal.value.contract_id, type(ContractId(THIS_CYCLE)))


def test_terms_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValue, match="breakage"):
        Breakage(issuer=Decimal("0.6"), charity=Decimal("0.5"))
    with pytest.raises(InvalidValue, match="between 0 and 1"):
        terms("P", share_at_issuance="1.1")
    with pytest.raises(InvalidValue, match="not negative"):
        terms("P", fee_fixed="-1")


def test_only_partners_have_an_id() -> None:
    with pytest.raises(AssertionError):
        Party(PartyRole.PARTNER)


async def test_amounts_and_times_out_of_range_are_refused(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    cycle_id = trading.cycle.cycle_id
    for amount in ("-1", "NaN", "Infinity"):
        with pytest.raises(InvalidValue, match="smallest payment"):
            await trading.do(computing.compute, cycle_id, now=trading.now, de_minimis=Decimal(amount))
    with pytest.raises(InvalidValue, match="after it was opened"):
        await trading.do(cycles.cut_off, cycle_id, now=trading.now - timedelta(seconds=1))
    with pytest.raises(InvalidValue, match="0 to 90 days"):
        await trading.do(cycles.propose, cycle_id, by=ANNA, now=trading.now, days_to_answer=91)
    with pytest.raises(CycleNotFound):
        await trading.do(answers.accept, new_id(), trading.partner_ids["P"], by=ANNA, now=trading.now)
    with pytest.raises(CycleNotFound):
        await trading.do(queries.cycle_named, "1648-10")


async def test_a_benefit_in_another_currency_stops_the_computation(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 1}, benefits={"P": "5"})
    await owner.execute("ALTER TABLE benefit NO FORCE ROW LEVEL SECURITY; UPDATE benefit SET currency = 'SEK'")
    with pytest.raises(ForeignCurrency, match="SEK cannot be settled in EUR"):
        await trading.do(benefits_of, CycleId(trading.cycle.cycle_id))


async def test_a_proposal_can_be_taken_back_before_anybody_approved_it(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    cycle = await trading.close(trading.cycle)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    voided = await trading.do(cycles.void, cycle.cycle_id, by=ANNA, reason="too early", now=trading.now)
    assert (voided.state, voided.approved_at) == (CycleState.COMPUTED, None)


async def test_a_version_that_is_not_valid_yet_changes_no_fee(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID | {"fee_fixed": "7"})
    await trading.agree("P", HYBRID | {"fee_fixed": "9"}, valid_from=trading.now + timedelta(days=1))
    first = await trading.approve(await trading.close(trading.cycle))
    second = await trading.close(trading.cycle)
    p = trading.partner_ids["P"]
    before = await trading.do(queries.statement, first.cycle_id, p)
    after = await trading.do(queries.statement, second.cycle_id, p)
    assert (before.balance.fees, after.balance.fees) == (Decimal("-7.00"), Decimal("-9.00"))


async def test_lines_open_only_to_what_they_were_made_of(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID | {"price": "0.006", "share_at_issuance": "0"}, R=HYBRID, Q=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 4}, benefits={"R": "0.004"})
    for at in "RQ":
        await trading.redeem(member, at, 1)
    cycle = await trading.close(trading.cycle)
    p = partner(trading.partner_ids["P"])
    page = PageRequest(first=100)
    found = (await trading.do(queries.lines, cycle.cycle_id, p, page)).items
    for line in found:
        transfers = await trading.do(drilling.transfers_under, line.line_id, page)
        benefits = await trading.do(drilling.benefits_under, line.line_id, page)
        lines = await trading.do(drilling.lines_under, line.line_id, page)
        made_of = {name for name, part in (("T", transfers), ("B", benefits), ("L", lines)) if part.items}
        expected = {LineKind.BENEFIT: "B", LineKind.ROUNDING: "L"}.get(line.money.kind, "T")
        assert made_of == {expected}
    assert {line.money.origin.source for line in found} == {Source.BENEFIT, Source.REDEEM, Source.ROUNDING}


async def test_statements_and_cycles_are_found_by_id_and_page_by_page(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 500})
    cycle = await trading.close(trading.cycle)
    view = await trading.do(queries.statement, cycle.cycle_id, trading.partner_ids["P"])
    again = await trading.do(queries.statement_by_id, view.statement_id)
    assert again.balance == view.balance
    first = await trading.do(queries.cycles, PageRequest(first=1))
    second = await trading.do(queries.cycles, PageRequest(first=1, after=first.keys[-1]))
    assert [page.items[0].number for page in (first, second)] == [2, 1]
    await trading.do(computing.compute, cycle.cycle_id, now=trading.now, de_minimis=Decimal(9))
    for gone in (view.statement_id, new_id()):
        with pytest.raises(StatementNotFound):
            await trading.do(queries.statement_by_id, gone)
