"""A partner that fails: the others settle without it, nothing is lost, and each step takes two people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit import checking, proofs
from domain.coalition.errors import PartnerNotFound
from domain.ids import PartnerId, new_id
from domain.paging import PageRequest
from domain.settlement import cycles, drilling, failing, finishing, queries
from domain.settlement.errors import (
    FollowingCycleStands,
    NothingAsked,
    NothingToWriteOff,
    SecondPersonNeeded,
    SetAsideNotFound,
    SettlementOutOfOrder,
)
from domain.settlement.exact import ZERO
from domain.settlement.failure_models import Fate, SetAside
from domain.settlement.lines import LineKind, MoneyLine, Origin, Source
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import OPERATOR, Party, partner
from domain.settlement.records import set_aside_lines
from domain.settlement.statements import draw_up
from domain.storage import Database, Sight
from tests.domain.settlement.builders import party
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition

PARTIES = [party("P"), party("Q"), party("R"), OPERATOR]


@st.composite
def owed(draw: st.DrawFn) -> MoneyLine:
    """Any line between two parties, rounded or not."""
    debtor, creditor = draw(st.permutations(PARTIES))[:2]
    exact = Decimal(draw(st.integers(1, 10**6))).scaleb(-4)
    amount = exact.quantize(Decimal("0.01"))
    return MoneyLine(
        kind=LineKind.REDEMPTION,
        origin=Origin(source=Source.REDEEM),
        debtor=debtor,
        creditor=creditor,
        base=exact,
        exact=exact,
        rounding=amount - exact,
        amount=amount,
    )


@given(
    lines=st.lists(owed(), max_size=30),
    failed=st.sets(st.sampled_from(PARTIES[:3])),
    openings=st.lists(st.integers(-500, 500), min_size=3, max_size=3),
    de_minimis=st.integers(0, 2000),
)
def test_without_the_failed_the_others_come_to_nothing_with_the_operator(
    lines: list[MoneyLine], failed: set[Party], openings: list[int], de_minimis: int
) -> None:
    brought = dict(zip(PARTIES[:3], (Decimal(cents).scaleb(-2) for cents in openings), strict=True))
    brought[OPERATOR] = -sum(brought.values(), ZERO)
    drawn = draw_up(
        lines,
        openings=brought,
        members=PARTIES[:3],
        de_minimis=Decimal(de_minimis).scaleb(-2),
        digits=2,
        failed=failed,
    )
    assert sum((balance.net for balance in drawn.balances), ZERO) == 0
    assert sum((balance.carried for balance in drawn.balances), ZERO) == 0
    for balance in drawn.balances:
        if balance.party in failed:
            assert balance.net == 0
            assert balance.carried == balance.opening
            assert balance.payable == 0
    kept = [line for line in drawn.lines if line.kind is not LineKind.ROUNDING]
    assert sorted(map(str, [*kept, *drawn.aside])) == sorted(map(str, lines)), "each line is in one place"
    assert all(failed & {line.debtor, line.creditor} for line in drawn.aside)
    assert not any(failed & {line.debtor, line.creditor} for line in drawn.lines)


async def a_month(database: Database, **terms: Any) -> tuple[Trading, Cycle]:
    """P's points are spent at R, and Q's too; the cycle is computed."""
    hybrid = HYBRID | terms
    trading = await a_coalition(database, P=hybrid, Q=hybrid, R=hybrid)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1000, "Q": 1000})
    await trading.redeem(member, "R", 1500)
    return trading, await trading.close(trading.cycle)


async def nets(trading: Trading, cycle: Cycle) -> dict[str, Decimal]:
    """What each party pays or receives in a cycle, where it is anything."""
    found = await trading.do(queries.balances, cycle.cycle_id)
    return {trading.letter(balance.party): balance.net for balance in found if balance.net}


async def agreed(trading: Trading, cycle: Cycle, letter: str, fate: Fate = Fate.SET_ASIDE) -> SetAside:
    """One person asks, another agrees."""
    partner_id = trading.partner_ids[letter]
    asked = await trading.do(
        failing.ask, cycle.cycle_id, partner_id, fate, reason="insolvent", by=ANNA, now=trading.now
    )
    return await trading.do(failing.agree, asked.set_aside_id, by=BERT, now=trading.now)


async def cycle_now(trading: Trading, cycle_id: UUID) -> Cycle:
    """The cycle as it is stored."""
    return next(cycle for cycle in await trading.do(queries.all_cycles) if cycle.cycle_id == cycle_id)


async def instructed(trading: Trading, cycle: Cycle) -> Cycle:
    """The cycle proposed, approved and with the bank."""
    await trading.approve(cycle)
    return await trading.do(finishing.instruct, cycle.cycle_id, by=ANNA, now=trading.now)


async def test_the_cycle_is_computed_again_without_the_failed(database: Database) -> None:
    trading, cycle = await a_month(database)
    before = await nets(trading, cycle)
    await agreed(trading, cycle, "P")
    after = await nets(trading, cycle)
    assert "P" in before
    assert "P" not in after
    assert after["Q"] == before["Q"]
    assert 0 < after["R"] < before["R"]
    assert sum(after.values(), ZERO) == 0
    stored = await cycle_now(trading, cycle.cycle_id)
    assert (stored.state, stored.revision) == (CycleState.COMPUTED, cycle.revision + 1)


async def test_what_is_set_aside_drills_down_to_its_transfers_for_its_parties_alone(database: Database) -> None:
    trading, cycle = await a_month(database)
    await agreed(trading, cycle, "P")
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    now = await cycle_now(trading, cycle.cycle_id)
    claims = await trading.do(set_aside_lines, now)
    assert claims
    for letter, some in {"P": True, "R": True, "Q": False}.items():
        async with trading.session(Sight.partner(trading.partner_ids[letter])) as session:
            assert bool(await set_aside_lines(session, now)) is some, letter
    for claim in claims:
        if claim.points is not None:
            page = await trading.do(drilling.transfers_under, claim.line_id, PageRequest(first=100))
            assert sum(moved.points for moved in page.items) == claim.points


async def test_tax_of_others_stays_and_opens_to_what_was_set_aside_too(database: Database) -> None:
    trading, cycle = await a_month(database, tax_credit="0.2")
    await agreed(trading, cycle, "P")
    page = PageRequest(first=1)
    lines = await trading.do(queries.lines, cycle.cycle_id, party_of(trading, "R"), PageRequest(first=100))
    tax = next(line for line in lines.items if line.money.origin.source is Source.TAX_OF_CREDIT)
    found: list[queries.Line] = []
    while True:
        shown = await trading.do(drilling.lines_under, tax.line_id, page)
        found += shown.items
        if not shown.has_next:
            break
        page = PageRequest(first=1, after=shown.keys[-1])
    assert sum((line.money.exact for line in found), ZERO) == tax.money.base
    assert any(party_of(trading, "P") == line.money.debtor for line in found)
    assert len({line.line_id for line in found}) == len(found)


async def test_lines_are_proven_though_others_were_set_aside(database: Database) -> None:
    trading, cycle = await a_month(database)
    await agreed(trading, cycle, "P")
    now = await cycle_now(trading, cycle.cycle_id)
    assert now.digest is not None
    lines = await trading.do(queries.lines, cycle.cycle_id, party_of(trading, "R"), PageRequest(first=100))
    assert lines.items
    for line in lines.items:
        document = await trading.do(proofs.prove_line, line.line_id)
        assert checking.check(document, digest=now.digest.hex()).holds


def party_of(trading: Trading, letter: str) -> Party:
    return partner(trading.partner_ids[letter])


async def test_a_failed_partner_takes_an_approval_with_it(database: Database) -> None:
    trading, cycle = await a_month(database)
    await trading.approve(cycle)
    await agreed(trading, cycle, "P")
    assert (await cycle_now(trading, cycle.cycle_id)).state == CycleState.COMPUTED
    await trading.approve(await cycle_now(trading, cycle.cycle_id))


async def test_taken_back_before_money_moves_it_is_as_if_nothing_had_been(database: Database) -> None:
    trading, cycle = await a_month(database)
    before = await nets(trading, cycle)
    await agreed(trading, cycle, "P")
    await agreed(trading, cycle, "P", Fate.TAKEN_BACK)
    assert await nets(trading, cycle) == before
    assert await trading.do(set_aside_lines, await cycle_now(trading, cycle.cycle_id)) == []
    await agreed(trading, cycle, "P")


async def test_taken_back_later_it_owes_in_the_next_cycle_what_it_owed(database: Database) -> None:
    trading, cycle = await a_month(database)
    before = await nets(trading, cycle)
    await agreed(trading, cycle, "P")
    without = await nets(trading, cycle)
    await instructed(trading, await cycle_now(trading, cycle.cycle_id))
    taken_back = await agreed(trading, cycle, "P", Fate.TAKEN_BACK)
    await trading.do(failing.agree, taken_back.set_aside_id, by=BERT, now=trading.now)
    following = await trading.close(trading.cycle)
    made_good = await nets(trading, following)
    assert {who: made_good.get(who, ZERO) + without.get(who, ZERO) for who in before} == before


async def test_written_off_the_operator_stands_in_for_it(database: Database) -> None:
    trading, cycle = await a_month(database)
    before = await nets(trading, cycle)
    await agreed(trading, cycle, "P")
    without = await nets(trading, cycle)
    await instructed(trading, await cycle_now(trading, cycle.cycle_id))
    await agreed(trading, cycle, "P", Fate.WRITTEN_OFF)
    following = await trading.close(trading.cycle)
    made_good = await nets(trading, following)
    in_all = {who: made_good.get(who, ZERO) + without.get(who, ZERO) for who in before}
    assert in_all["R"] == before["R"]
    assert in_all["Q"] == before["Q"]
    assert in_all["P"] == 0
    assert in_all["OPERATOR"] == before["OPERATOR"] + before["P"]


async def test_each_step_takes_two_people_and_is_done_once(database: Database) -> None:
    trading, cycle = await a_month(database)
    partner_id = trading.partner_ids["P"]
    ask: dict[str, Any] = {"reason": "insolvent", "now": trading.now}
    asked = await trading.do(failing.ask, cycle.cycle_id, partner_id, Fate.SET_ASIDE, by=ANNA, **ask)
    again = await trading.do(failing.ask, cycle.cycle_id, partner_id, Fate.SET_ASIDE, by=ANNA, **ask)
    assert asked.set_aside_id == again.set_aside_id
    assert "P" in await nets(trading, cycle), "nothing happens before a second person agrees"
    with pytest.raises(SecondPersonNeeded):
        await trading.do(failing.agree, asked.set_aside_id, by=ANNA, now=trading.now)
    for _again in range(2):
        await trading.do(failing.agree, asked.set_aside_id, by=BERT, now=trading.now)
    assert (await cycle_now(trading, cycle.cycle_id)).revision == cycle.revision + 1
    with pytest.raises(NothingAsked):
        await trading.do(failing.agree, asked.set_aside_id, by=ANNA, now=trading.now)


async def test_what_makes_no_sense_is_refused(database: Database) -> None:
    trading, cycle = await a_month(database)
    ask: dict[str, Any] = {"reason": "insolvent", "by": ANNA, "now": trading.now}
    with pytest.raises(PartnerNotFound):
        await trading.do(failing.ask, cycle.cycle_id, PartnerId(new_id()), Fate.SET_ASIDE, **ask)
    with pytest.raises(SetAsideNotFound):
        await trading.do(failing.ask, cycle.cycle_id, trading.partner_ids["P"], Fate.TAKEN_BACK, **ask)
    with pytest.raises(SetAsideNotFound):
        await trading.do(failing.agree, new_id(), by=BERT, now=trading.now)
    await agreed(trading, cycle, "R")
    with pytest.raises(SettlementOutOfOrder, match="WRITE_OFF needs it to be INSTRUCTED"):
        await trading.do(failing.ask, cycle.cycle_id, trading.partner_ids["R"], Fate.WRITTEN_OFF, **ask)
    await instructed(trading, await cycle_now(trading, cycle.cycle_id))
    with pytest.raises(NothingToWriteOff):
        await trading.do(failing.ask, cycle.cycle_id, trading.partner_ids["R"], Fate.WRITTEN_OFF, **ask)
    with pytest.raises(SettlementOutOfOrder, match="SET_ASIDE needs it to be CUT_OFF"):
        await trading.do(failing.ask, cycle.cycle_id, trading.partner_ids["P"], Fate.SET_ASIDE, **ask)


async def test_no_partner_is_set_aside_under_a_cycle_that_is_built_upon(database: Database) -> None:
    trading, cycle = await a_month(database)
    await trading.approve(cycle)
    following = await trading.close(trading.cycle)
    await trading.do(cycles.propose, following.cycle_id, by=ANNA, now=trading.now)
    with pytest.raises(FollowingCycleStands):
        await agreed(trading, cycle, "P")


async def test_the_database_refuses_the_same_person_twice(database: Database, owner: asyncpg.Connection) -> None:
    trading, cycle = await a_month(database)
    await trading.do(
        failing.ask,
        cycle.cycle_id,
        trading.partner_ids["P"],
        Fate.SET_ASIDE,
        reason="insolvent",
        by=ANNA,
        now=trading.now,
    )
    with pytest.raises(asyncpg.CheckViolationError, match="second_person"):
        await owner.execute(
            "UPDATE set_aside SET fate = asked, asked = NULL, agreed_by = asked_by, agreed_at = asked_at"
        )
