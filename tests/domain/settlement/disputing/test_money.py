"""Whatever becomes of disputes, in the end the money that moved is the original lines less what was upheld."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.coalition.models import DisputedLines
from domain.errors import DomainError
from domain.paging import PageRequest
from domain.settlement import answers, cycles, queries
from domain.settlement.disputes import open_disputes
from domain.settlement.disputing import queries as disputes
from domain.settlement.disputing import stages
from domain.settlement.disputing.errors import LineNotDisputable
from domain.settlement.disputing.models import Dispute, DisputeTreatment
from domain.settlement.errors import DisputedLinesIncluded
from domain.settlement.exact import payable
from domain.settlement.lines import LineKind
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import partner
from domain.storage import Database, opened
from tests.conftest import Fresh
from tests.domain.settlement.disputing.arguing import CARL, Arguing, an_argument
from tests.domain.settlement.trading import BERT

LEFT_OUT, PROVISIONAL = DisputedLines.LEFT_OUT, DisputedLines.PROVISIONAL


async def escalated(arguing: Arguing, **raised: Any) -> Dispute:
    dispute = await arguing.raised(**raised)
    await arguing.answered(dispute)
    await arguing.escalated(dispute)
    return dispute


async def approved(arguing: Arguing) -> None:
    arguing.later(days=15)
    await arguing.trading.do(cycles.approve, arguing.cycle.cycle_id, by=BERT, now=arguing.trading.now)


@pytest.mark.parametrize(("upheld", "moves"), [("0.70", "0.70"), ("0.30", "0.30"), ("0", "0")])
async def test_a_provisional_line_is_paid_and_given_back_as_far_as_it_is_upheld(
    database: Database, upheld: str, moves: str
) -> None:
    arguing = await an_argument(database)
    before = {who: await arguing.net(who) for who in "PR"}
    dispute = await escalated(arguing, amount=Decimal("0.70"))
    await approved(arguing)
    assert {who: await arguing.net(who) for who in "PR"} == before, "it stays in the statement, and is paid"
    await arguing.decided(dispute, upheld)
    following = await arguing.following()
    assert await arguing.net("P", following) == Decimal(moves)
    assert await arguing.net("R", following) == -Decimal(moves)


@pytest.mark.parametrize(("upheld", "charged"), [("0.70", "0"), ("0.30", "0.40"), ("0", "0.70")])
async def test_a_line_left_out_is_charged_later_as_far_as_it_is_not_upheld(
    database: Database, upheld: str, charged: str
) -> None:
    arguing = await an_argument(database, disputed=LEFT_OUT)
    before = {who: await arguing.net(who) for who in "PR"}
    dispute = await escalated(arguing, amount=Decimal("0.70"))
    await arguing.recomputed()
    assert await arguing.net("P") == before["P"] + Decimal("0.70")
    assert await arguing.net("R") == before["R"] - Decimal("0.70")
    await approved(arguing)
    await arguing.decided(dispute, upheld)
    following = await arguing.following()
    assert await arguing.net("P", following) == -Decimal(charged)
    assert await arguing.net("R", following) == Decimal(charged)


async def test_a_cycle_is_not_approved_with_a_line_that_has_to_leave_it(database: Database) -> None:
    arguing = await an_argument(database, disputed=LEFT_OUT)
    dispute = await arguing.raised()
    arguing.later(days=15)
    with pytest.raises(DisputedLinesIncluded):
        await approved(arguing)
    await arguing.withdrawn(dispute)
    await approved(arguing)


async def test_of_an_approved_cycle_a_line_is_disputed_provisionally(database: Database) -> None:
    arguing = await an_argument(database, disputed=LEFT_OUT)
    line = await arguing.line()
    for who in "PRQ":
        partner_id = arguing.trading.partner_ids[who]
        await arguing.do(who, answers.accept, arguing.cycle.cycle_id, partner_id, by=CARL, now=arguing.trading.now)
    await arguing.trading.do(cycles.approve, arguing.cycle.cycle_id, by=BERT, now=arguing.trading.now)
    dispute = await arguing.raised(line=line)
    assert dispute.treatment == DisputeTreatment.PROVISIONAL


async def test_the_statement_shows_the_provisional_credit_while_it_is_open(database: Database) -> None:
    arguing = await an_argument(database, disputed=LEFT_OUT)
    dispute = await arguing.raised(amount=Decimal("0.70"))
    ids = arguing.trading.partner_ids
    for who, credit in (("P", "0.70"), ("R", "-0.70"), ("Q", "0")):
        found = await arguing.do(who, disputes.provisional_credit, arguing.cycle.cycle_id, ids[who])
        assert found == Decimal(credit)
    await arguing.withdrawn(dispute)
    assert await arguing.do("P", disputes.provisional_credit, arguing.cycle.cycle_id, ids["P"]) == 0


async def test_what_became_of_a_dispute_is_not_disputed_again(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await escalated(arguing)
    await approved(arguing)
    await arguing.decided(dispute, "0.40")
    following = await arguing.following()
    arguing.cycle = await arguing.trading.do(cycles.propose, following.cycle_id, by=CARL, now=arguing.trading.now)
    with pytest.raises(LineNotDisputable):
        await arguing.raised("R", await arguing.line("RP", LineKind.ADJUSTMENT))


async def test_a_dispute_is_not_raised_past_an_approval_that_did_not_see_it(database: Database) -> None:
    arguing = await an_argument(database, disputed=LEFT_OUT)
    line = await arguing.line()
    ids = arguing.trading.partner_ids
    for who in "PRQ":
        await arguing.do(who, answers.accept, arguing.cycle.cycle_id, ids[who], by=CARL, now=arguing.trading.now)
    approval = arguing.trading.do(cycles.approve, arguing.cycle.cycle_id, by=BERT, now=arguing.trading.now)
    raised, done = await asyncio.gather(arguing.raised(line=line), approval, return_exceptions=True)
    assert not isinstance(raised, BaseException)
    if isinstance(done, Cycle):
        assert raised.treatment == DisputeTreatment.PROVISIONAL, "it came after the approval"
    else:
        assert isinstance(done, DisputedLinesIncluded)
        assert raised.treatment == DisputeTreatment.LEFT_OUT


async def test_two_who_decide_at_once_decide_once(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await escalated(arguing, amount=Decimal("0.70"))
    found = await asyncio.gather(
        arguing.decided(dispute, "0.70", by=CARL),
        arguing.decided(dispute, "0", by=BERT),
        return_exceptions=True,
    )
    assert sum(isinstance(one, DomainError) for one in found) == 1
    decision = await arguing.do("P", disputes.decision_of, dispute.dispute_id)
    await approved(arguing)
    assert await arguing.net("P", await arguing.following()) == decision.upheld


async def test_withdrawn_and_decided_at_once_is_one_of_both(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await escalated(arguing, amount=Decimal("0.70"))
    found = await asyncio.gather(
        arguing.decided(dispute, "0.70"),
        arguing.withdrawn(dispute),
        return_exceptions=True,
    )
    assert sum(isinstance(one, DomainError) for one in found) == 1
    state = (await arguing.do("P", stages.dispute_of, dispute.dispute_id)).state
    await approved(arguing)
    expected = Decimal("0.70") if state == "DECIDED" else Decimal(0)
    assert await arguing.net("P", await arguing.following()) == expected


async def test_a_decision_repeated_after_a_lost_answer_moves_money_once(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await escalated(arguing, amount=Decimal("0.70"))
    for _ in "again":
        await arguing.decided(dispute, "0.70")
    await approved(arguing)
    assert await arguing.net("P", await arguing.following()) == Decimal("0.70")


@dataclass(frozen=True)
class Act:
    """One thing that somebody tries, whether or not it is its turn."""

    what: str
    which: int
    percent: int
    """Of the line that is disputed, or of the dispute that is conceded or upheld."""


NEXT = {"RAISED": "answer", "ANSWERED": "escalate", "ESCALATED": "decide"}
USUAL = ["raise", "raise", "onward", "onward", "onward", "onward", "onward"]
UNUSUAL = ["answer", "escalate", "decide", "withdraw", "recompute", "late"]
ACTS = st.lists(
    st.builds(
        Act,
        what=st.sampled_from(USUAL + UNUSUAL),
        which=st.integers(0, 3),
        percent=st.sampled_from([0, 10, 35, 80, 100]),
    ),
    min_size=12,
    max_size=30,
)
TRIED = [("P", "PR"), ("R", "PR"), ("R", "OR"), ("P", "PO")]


async def act(arguing: Arguing, one: Act, raised: list[Dispute]) -> None:
    """Try it; what is out of order or too much is refused, and changes nothing."""
    if one.what == "raise":
        who, between = TRIED[one.which]
        kind = LineKind.ISSUANCE if between == "PO" else LineKind.REDEMPTION
        line = await arguing.line(between, kind)
        amount = payable(line.money.amount * one.percent / 100, 2)
        raised.append(await arguing.raised(who, line, amount=amount))
    elif one.what == "recompute":
        await arguing.recomputed()
    elif one.what == "late":
        arguing.later(days=3)
    elif raised:
        await step(arguing, one, raised[one.which % len(raised)].dispute_id)


async def step(arguing: Arguing, one: Act, dispute_id: UUID) -> None:
    dispute = await arguing.do("", stages.dispute_of, dispute_id)
    mine = arguing.trading.letter(partner(dispute.partner_id))
    other = arguing.trading.letter(partner(dispute.other_id)) if dispute.other_id else ""
    part = str(payable(dispute.amount * one.percent / 100, 2))
    match NEXT.get(dispute.state, one.what) if one.what == "onward" else one.what:
        case "answer":
            await arguing.answered(dispute, other, part)
        case "escalate":
            await arguing.escalated(dispute, mine)
        case "decide":
            await arguing.decided(dispute, part)
        case "withdraw":
            await arguing.withdrawn(dispute, mine)


async def moved(arguing: Arguing, found: Sequence[Cycle]) -> dict[str, Decimal]:
    """What all cycles together come to for each party, each cycle coming to nothing over all."""
    sums: dict[str, Decimal] = {}
    for cycle in found:
        balances = await arguing.do("", queries.balances, cycle.cycle_id)
        assert sum(balance.net for balance in balances) == 0
        for balance in balances:
            letter = arguing.trading.letter(balance.party)
            sums[letter] = sums.get(letter, Decimal(0)) + balance.net
    return sums


async def end_all(arguing: Arguing) -> None:
    """Whatever is still open is withdrawn, and the cycle approved."""
    for dispute in await arguing.do("", open_disputes, arguing.cycle):
        await arguing.withdrawn(dispute, arguing.trading.letter(partner(dispute.partner_id)))
    if arguing.cycle.state != CycleState.APPROVED:
        await approved(arguing)


@pytest.mark.parametrize("disputed", [LEFT_OUT, PROVISIONAL])
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
async def test_the_money_that_moves_is_the_lines_less_what_was_upheld(
    fresh: Fresh, disputed: DisputedLines, acts: list[Act]
) -> None:
    async with fresh() as url, opened(url, connections=4) as database:
        arguing = await an_argument(database, disputed=disputed)
        expected = await moved(arguing, [arguing.cycle])
        raised: list[Dispute] = []
        for one in acts:
            try:
                await act(arguing, one, raised)
            except DomainError:
                continue
        await end_all(arguing)
        following = await arguing.following()
        for dispute in raised:
            decision = await arguing.do("", disputes.decision_of, dispute.dispute_id)
            line = (await arguing.do("", disputes.line_of_dispute, dispute.dispute_id)).money
            upheld = decision.upheld if decision else Decimal(0)
            expected[arguing.trading.letter(line.debtor)] += upheld
            expected[arguing.trading.letter(line.creditor)] -= upheld
        assert await moved(arguing, [arguing.cycle, following]) == expected


async def test_every_adjustment_of_a_dispute_leads_back_to_it(database: Database) -> None:
    arguing = await an_argument(database, disputed=LEFT_OUT)
    dispute = await escalated(arguing, amount=Decimal("0.70"))
    await arguing.recomputed()
    p = partner(arguing.trading.partner_ids["P"])
    lines = (await arguing.do("", queries.lines, arguing.cycle.cycle_id, p, PageRequest(first=50))).items
    (held,) = [line for line in lines if line.money.adjustment_id]
    found = await arguing.do("P", disputes.dispute_behind, held.money.adjustment_id)
    assert found.dispute_id == dispute.dispute_id
