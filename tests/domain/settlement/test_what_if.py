"""What a cycle would have come to under another contract: the close itself where nothing differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.coalition import contracts
from domain.coalition.contracts import Terms as Agreed
from domain.coalition.models import Contract
from domain.coalition.queries import contracts_of
from domain.ids import ContractId
from domain.settlement import queries
from domain.settlement.lines import LineKind
from domain.settlement.models import Cycle
from domain.settlement.parties import OPERATOR, PartyRole, partner
from domain.settlement.terms import BenefitFlow, Flow, PriceBook
from domain.settlement.what_if import Facts, drawn, under, what_if
from domain.storage import COALITION, Database, ReadSession
from tests.domain.settlement.test_pricing_laws import PARTNERS, cycles, versions
from tests.domain.settlement.trading import ANNA, HYBRID, NOON, Trading, a_coalition

DRAFT = ContractId(UUID(int=999))
"""The id of a version that is in no book."""


def facts_of(cycle: tuple[PriceBook, list[Flow], list[BenefitFlow]]) -> Facts:
    book, flows, benefits = cycle
    return Facts(flows=tuple(flows), benefits=tuple(benefits), book=book)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(cycles(), st.sampled_from(PARTNERS))
def test_the_same_terms_come_to_the_same_lines_for_any_contracts_and_flows(
    cycle: tuple[PriceBook, list[Flow], list[BenefitFlow]], who: Any
) -> None:
    facts = facts_of(cycle)
    own = [terms for terms in facts.book.terms.values() if terms.partner_id == who]
    # One set of terms under all of a partner's versions: whichever of them is asked about, nothing changes.
    alike = {terms.contract_id: replace(own[0], contract_id=terms.contract_id) for terms in own}
    level = replace(facts, book=replace(facts.book, terms={**facts.book.terms, **alike}))
    asked = replace(own[0], contract_id=facts.book.in_force.get(who, DRAFT))
    level = replace(level, book=replace(level.book, in_force={who: asked.contract_id, **level.book.in_force}))
    if asked.contract_id == DRAFT:
        level = replace(level, book=replace(level.book, terms={**level.book.terms, DRAFT: asked}))
    draft = replace(asked, contract_id=DRAFT)
    for always in (False, True):
        assert drawn(under(level, draft, always=always))[1].lines == drawn(level)[1].lines


@settings(max_examples=100, deadline=None)
@given(cycles(), versions(0))
def test_under_any_contract_all_parties_come_to_nothing(
    cycle: tuple[PriceBook, list[Flow], list[BenefitFlow]], terms: Any
) -> None:
    facts = facts_of(cycle)
    asked = replace(terms, contract_id=DRAFT)
    volumes = {cycle_id: 1 for _, cycle_id in facts.book.effective}
    for always in (False, True):
        _, statements = drawn(under(replace(facts, volumes=volumes), asked, always=always))
        assert sum(balance.net for balance in statements.balances) == 0


async def signed_of(trading: Trading, letter: str) -> Contract:
    return (await trading.do(contracts_of, trading.partner_ids[letter]))[0]


async def a_draft(trading: Trading, letter: str, **terms: Any) -> Contract:
    values = {name: Decimal(value) for name, value in {**HYBRID, **terms}.items()}
    agreed = Agreed(valid_from=NOON + timedelta(days=90), **values)  # type: ignore[arg-type]
    return await trading.do(contracts.draw_up, trading.partner_ids[letter], agreed, by=ANNA)


async def a_closed_cycle(database: Database) -> tuple[Trading, Cycle]:
    trading = await a_coalition(database, P=HYBRID | {"fee_fixed": "5"}, R=HYBRID | {"tax_credit": "0.2"})
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1_000}, benefits={"P": "1.25"})
    await trading.redeem(member, "R", 400)
    return trading, await trading.close(trading.cycle)


async def test_under_the_contract_in_force_it_is_what_was_computed(database: Database) -> None:
    trading, cycle = await a_closed_cycle(database)
    for letter in "PR":
        found = await trading.do(what_if, await signed_of(trading, letter), cycle, now=trading.now)
        for change in found.changes:
            view = await trading.do(queries.party_statement, cycle.cycle_id, change.party)
            assert change.before == change.after == {kind: net for kind, net in view.by_kind.items() if net}
            assert change.net_before == change.net_after == view.balance.net


async def test_a_draft_with_the_same_terms_changes_nothing(database: Database) -> None:
    trading, cycle = await a_closed_cycle(database)
    same = await a_draft(trading, "P", fee_fixed="5")
    found = await trading.do(what_if, same, cycle, now=trading.now)
    assert {change.difference for change in found.changes} == {Decimal(0)}


async def test_another_price_and_funding_change_who_pays_when_and_what(database: Database) -> None:
    trading, cycle = await a_closed_cycle(database)
    draft = await a_draft(trading, "P", price="0.02", share_at_issuance="1", fee_fixed="5")
    found = await trading.do(what_if, draft, cycle, now=trading.now)
    own = found.of(partner(trading.partner_ids["P"]))
    assert own is not None
    # Before: 1,000 at 0.01, 40 % now and the rest of 400 spent; after: 1,000 at 0.02, all of it now.
    assert own.before[LineKind.ISSUANCE] == Decimal("-4.00")
    assert own.after[LineKind.ISSUANCE] == Decimal("-20.00")
    assert LineKind.REDEMPTION not in own.after
    assert own.difference == Decimal("-20.00") - Decimal("-6.40")
    assert (found.price_before, found.price_after) == (Decimal("0.01"), Decimal("0.02"))
    operator = found.of(OPERATOR)
    assert operator is not None
    assert sum(change.difference for change in found.changes) == 0
    assert {change.party.role for change in found.changes} >= {PartyRole.PARTNER, PartyRole.OPERATOR}


async def test_points_of_earlier_cycles_stay_as_issued_unless_they_are_to_count_too(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1_000})
    await trading.approve(await trading.close(trading.cycle))
    await trading.redeem(member, "R", 1_000)
    second = await trading.close(trading.cycle)
    draft = await a_draft(trading, "P", price="0.02")
    kept = await trading.do(what_if, draft, second, now=trading.now)
    assert {change.difference for change in kept.changes} == {Decimal(0)}
    ever = await trading.do(what_if, draft, second, now=trading.now, always=True)
    own = ever.of(partner(trading.partner_ids["P"]))
    assert own is not None
    assert (own.net_before, own.net_after) == (Decimal("-6.00"), Decimal("-12.00"))


async def test_the_open_cycle_is_a_forecast(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 1_000})
    draft = await a_draft(trading, "P", price="0.02")
    found = await trading.do(what_if, draft, trading.cycle, now=trading.now)
    own = found.of(partner(trading.partner_ids["P"]))
    assert own is not None
    assert (found.is_forecast, own.difference) == (True, Decimal("-4.00"))


async def test_nothing_is_written(database: Database, owner: asyncpg.Connection) -> None:
    trading, cycle = await a_closed_cycle(database)
    draft = await a_draft(trading, "P", price="0.02")
    async with database.session(COALITION) as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        found = await what_if(ReadSession(session), draft, cycle, now=trading.now)
    assert found.changes
    assert await owner.fetchval("SELECT count(*) FROM effective_price WHERE contract_id = $1", draft.contract_id) == 0
