"""A dispute goes through its stages in order, each in its time, each by whom it belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from domain.errors import DomainError, IdempotencyConflict, InvalidValue
from domain.ids import new_id
from domain.paging import PageRequest
from domain.settlement import computing, cycles
from domain.settlement.disputing import answering, queries, stages, sweeping
from domain.settlement.disputing.errors import (
    AlreadyDisputed,
    AnswerStillDue,
    DecisionNeedsAnother,
    DisputeExceedsLine,
    DisputeNotFound,
    DisputeOutOfOrder,
    DisputeWindowClosed,
    LineDrawnUpAnew,
    NotYourStep,
    TooMuchEvidence,
    TransferNotUnderLine,
    UpheldExceedsLine,
)
from domain.settlement.disputing.evidence import LARGEST_FILE, MOST_FOR_A_SIDE, AddEvidence
from domain.settlement.disputing.models import Dispute, DisputeReason, DisputeState
from domain.settlement.disputing.raising import RaiseDispute, TransferRef
from domain.settlement.drilling import transfers_under
from domain.settlement.errors import LineNotFound
from domain.storage import Database
from tests.domain.settlement.disputing.arguing import PIA, ROB, Arguing, an_argument
from tests.domain.settlement.trading import ANNA, BERT

Step = Callable[[Arguing, Dispute], Awaitable[object]]

STEPS: dict[str, Step] = {
    "answer": lambda arguing, dispute: arguing.answered(dispute),
    "escalate": lambda arguing, dispute: arguing.escalated(dispute),
    "decide": lambda arguing, dispute: arguing.decided(dispute, "1.00"),
    "withdraw": lambda arguing, dispute: arguing.withdrawn(dispute),
    "evidence": lambda arguing, dispute: arguing.noted(dispute),
}


async def raised(arguing: Arguing) -> Dispute:
    return await arguing.raised()


async def answered(arguing: Arguing) -> Dispute:
    dispute = await arguing.raised()
    await arguing.answered(dispute)
    return dispute


async def escalated(arguing: Arguing) -> Dispute:
    dispute = await answered(arguing)
    await arguing.escalated(dispute)
    return dispute


async def decided(arguing: Arguing) -> Dispute:
    dispute = await escalated(arguing)
    await arguing.decided(dispute, "0.50", by=BERT)
    return dispute


async def withdrawn(arguing: Arguing) -> Dispute:
    dispute = await arguing.raised()
    await arguing.withdrawn(dispute)
    return dispute


STAGES = {
    DisputeState.RAISED: (raised, {"answer": "ANSWERED", "withdraw": "WITHDRAWN", "evidence": "RAISED"}),
    DisputeState.ANSWERED: (answered, {"escalate": "ESCALATED", "withdraw": "WITHDRAWN", "evidence": "ANSWERED"}),
    DisputeState.ESCALATED: (escalated, {"decide": "DECIDED", "withdraw": "WITHDRAWN", "evidence": "ESCALATED"}),
    DisputeState.DECIDED: (decided, {}),
    DisputeState.WITHDRAWN: (withdrawn, {}),
}
REPEATED = {
    (DisputeState.ANSWERED, "answer"),
    (DisputeState.ESCALATED, "answer"),
    (DisputeState.DECIDED, "answer"),
    (DisputeState.ESCALATED, "escalate"),
    (DisputeState.WITHDRAWN, "withdraw"),
}
"""The very same step again is the step that was taken: its answer was lost on the way."""


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("stage", STAGES)
async def test_each_stage_allows_its_steps_and_refuses_the_others_by_name(
    database: Database, stage: DisputeState, step: str
) -> None:
    arguing = await an_argument(database)
    reach, allowed = STAGES[stage]
    dispute = await reach(arguing)
    if step in allowed or (stage, step) in REPEATED:
        await STEPS[step](arguing, dispute)
        now = await arguing.do("P", stages.dispute_of, dispute.dispute_id)
        assert now.state == allowed.get(step, stage)
        return
    early = (stage, step) == (DisputeState.RAISED, "escalate")
    with pytest.raises(AnswerStillDue if early else DisputeOutOfOrder):
        await STEPS[step](arguing, dispute)


async def test_every_step_leaves_a_line_that_says_who_and_when(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await decided(arguing)
    steps = await arguing.do("R", queries.steps_of, dispute.dispute_id)
    assert [(step.step, step.person_id, step.to_state) for step in steps] == [
        ("RAISE", PIA, "RAISED"),
        ("ANSWER", ROB, "ANSWERED"),
        ("ESCALATE", PIA, "ESCALATED"),
        ("DECIDE", BERT, "DECIDED"),
    ]


@pytest.mark.parametrize(
    ("step", "who"),
    [("answer", "P"), ("answer", ""), ("escalate", "R"), ("withdraw", "R")],
)
async def test_a_step_of_one_side_is_not_taken_by_the_other(database: Database, step: str, who: str) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised()
    wrong: dict[str, Callable[[], Awaitable[object]]] = {
        "answer": lambda: arguing.answered(dispute, who),
        "escalate": lambda: arguing.escalated(dispute, who),
        "withdraw": lambda: arguing.withdrawn(dispute, who),
    }
    with pytest.raises(NotYourStep):
        await wrong[step]()


async def test_who_is_no_side_of_the_line_finds_neither_line_nor_dispute(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised()
    with pytest.raises(LineNotFound):
        await arguing.raised("Q", await arguing.line())
    for step in (arguing.answered, arguing.escalated, arguing.withdrawn, arguing.noted):
        with pytest.raises(DisputeNotFound):
            await step(dispute, "Q")


async def test_the_coalition_answers_for_accounts_of_the_house(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised("R", await arguing.line("OR"))
    assert dispute.other_id is None
    assert (await arguing.answered(dispute, "")).state == DisputeState.ANSWERED


async def test_where_the_other_side_agrees_in_full_the_coalition_is_asked_at_once(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised(amount=Decimal("0.40"))
    assert (await arguing.answered(dispute, conceded="0.40")).state == DisputeState.ESCALATED


@pytest.mark.parametrize("who", [ANNA, ROB])
async def test_who_prepared_the_cycle_or_answered_does_not_decide(database: Database, who: object) -> None:
    arguing = await an_argument(database)
    dispute = await escalated(arguing)
    with pytest.raises(DecisionNeedsAnother):
        await arguing.decided(dispute, "0.10", by=who)  # type: ignore[arg-type]


async def test_silence_takes_a_dispute_to_the_coalition_and_no_further(database: Database) -> None:
    arguing = await an_argument(database)
    unanswered = await arguing.raised(amount=Decimal("0.10"))
    left = await arguing.raised(amount=Decimal("0.20"))
    await arguing.answered(left)
    arguing.later(days=4, hours=23)
    assert await sweeping.escalate_overdue(arguing.trading.database, now=arguing.trading.now) == 0
    arguing.later(hours=1)
    assert await sweeping.escalate_overdue(arguing.trading.database, now=arguing.trading.now) == 1
    arguing.later(days=5)
    assert await sweeping.escalate_overdue(arguing.trading.database, now=arguing.trading.now) == 1
    arguing.later(days=100)
    assert await sweeping.escalate_overdue(arguing.trading.database, now=arguing.trading.now) == 0
    for dispute in (unanswered, left):
        found = await arguing.do("", stages.dispute_of, dispute.dispute_id)
        assert found.state == DisputeState.ESCALATED
        assert found.due_at < arguing.trading.now, "it stays with the coalition, and is shown as overdue"


async def test_once_its_time_is_over_an_unanswered_dispute_is_escalated_by_hand_too(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised()
    arguing.later(days=10)
    assert (await arguing.escalated(dispute)).state == DisputeState.ESCALATED


async def test_the_contract_says_until_when_a_line_is_disputed(database: Database) -> None:
    arguing = await an_argument(database)
    line = await arguing.line()
    arguing.later(days=13, hours=23)
    await arguing.raised(line=line, amount=Decimal("0.10"))
    arguing.later(hours=1)
    with pytest.raises(DisputeWindowClosed):
        await arguing.raised(line=line, amount=Decimal("0.20"))


async def test_the_same_request_twice_is_one_dispute(database: Database) -> None:
    arguing = await an_argument(database)
    first = await arguing.raised(idempotency_key="the-same-key")
    again = await arguing.raised(idempotency_key="the-same-key")
    assert first.dispute_id == again.dispute_id
    with pytest.raises(IdempotencyConflict):
        await arguing.raised(idempotency_key="the-same-key", amount=Decimal("0.10"))
    line = await arguing.line("OR")
    twins = await asyncio.gather(*(arguing.raised("R", line, idempotency_key="both-at-once") for _ in "ab"))
    assert len({twin.dispute_id for twin in twins}) == 1


async def test_the_same_of_a_line_is_not_disputed_twice_and_never_more_than_it_is(database: Database) -> None:
    arguing = await an_argument(database)
    line = await arguing.line()
    await arguing.raised(line=line, amount=Decimal("0.50"))
    with pytest.raises(AlreadyDisputed):
        await arguing.raised(line=line, amount=Decimal("0.50"))
    left = line.money.amount - Decimal("0.50")
    with pytest.raises(DisputeExceedsLine) as refused:
        await arguing.raised("R", line, amount=left + Decimal("0.01"))
    assert refused.value.left == left
    await arguing.raised("R", line, amount=left)
    with pytest.raises(DisputeExceedsLine):
        await arguing.raised(line=line, amount=Decimal("0.01"))


async def test_what_was_withdrawn_may_be_disputed_again_and_what_was_rejected_not(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised()
    await arguing.withdrawn(dispute)
    again = await arguing.raised()
    await arguing.answered(again)
    await arguing.escalated(again)
    await arguing.decided(again, "0")
    with pytest.raises(AlreadyDisputed):
        await arguing.raised()


async def test_named_transfers_add_up_to_what_is_disputed(database: Database) -> None:
    arguing = await an_argument(database)
    line = await arguing.line()
    under = (await arguing.do("P", transfers_under, line.line_id, PageRequest(first=10))).items
    refs = {int(one.points): TransferRef(one.wallet_id, one.entry_id, one.n) for one in under}
    dispute = await arguing.raised(line=line, transfers=(refs[100],), reason=DisputeReason.DUPLICATE)
    assert (dispute.exact, dispute.amount) == (Decimal("0.51"), Decimal("0.51"))
    (named,) = await arguing.do("R", queries.transfers_of, dispute.dispute_id)
    assert (named.points, named.exact) == (100, Decimal("0.51"))
    with pytest.raises(AlreadyDisputed):
        await arguing.raised(line=line, transfers=(refs[300], refs[100]))
    with pytest.raises(TransferNotUnderLine, match="transfer number 2"):
        await arguing.raised(line=line, transfers=(refs[300], TransferRef(new_id(), new_id(), 1)))
    with pytest.raises(TransferNotUnderLine):
        await arguing.raised("R", await arguing.line("OR"), transfers=(TransferRef(new_id(), new_id(), 1),))
    assert (await arguing.raised(line=line, transfers=(refs[300],))).amount == Decimal("1.53")


async def test_a_line_of_an_earlier_computation_is_refused_by_name(database: Database) -> None:
    arguing = await an_argument(database)
    old = await arguing.line()
    await arguing.trading.do(cycles.void, arguing.cycle.cycle_id, by=ANNA, reason="again", now=arguing.trading.now)
    with pytest.raises(LineNotFound):
        await arguing.raised(line=old)
    await arguing.trading.do(
        computing.compute, arguing.cycle.cycle_id, now=arguing.trading.now, de_minimis=Decimal(1000)
    )
    await arguing.trading.do(cycles.propose, arguing.cycle.cycle_id, by=ANNA, now=arguing.trading.now)
    with pytest.raises(LineDrawnUpAnew):
        await arguing.raised(line=old)
    await arguing.raised(line=await arguing.line())


async def test_no_more_is_upheld_than_is_disputed(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised(amount=Decimal("0.50"))
    await arguing.answered(dispute)
    await arguing.escalated(dispute)
    with pytest.raises(UpheldExceedsLine, match=r"at most 0\.50"):
        await arguing.decided(dispute, "0.51")
    with pytest.raises(InvalidValue, match="2 decimals"):
        await arguing.decided(dispute, "0.505")


BAD: dict[str, dict[str, object]] = {
    "words": {"reason": DisputeReason.OTHER},
    "amount": {"amount": Decimal(0)},
    "transfers": {"transfers": (TransferRef(new_id(), new_id(), 1),) * 2},
}


@pytest.mark.parametrize("field", BAD)
def test_a_malformed_dispute_names_its_field(field: str) -> None:
    usual: dict[str, object] = {
        "partner_id": new_id(),
        "idempotency_key": "some-good-key",
        "line_id": new_id(),
        "reason": DisputeReason.PRICE,
        "person_id": PIA,
    }
    with pytest.raises(InvalidValue) as refused:
        RaiseDispute(**usual | BAD[field])  # type: ignore[arg-type]
    assert refused.value.path == (field,)


async def test_both_sides_and_the_coalition_see_evidence_and_nobody_else(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised()
    note = await arguing.noted(dispute)
    assert (await arguing.noted(dispute)).evidence_id == note.evidence_id, "the same is kept once"
    await arguing.noted(dispute, "R", "ours says otherwise")
    await arguing.noted(dispute, "", "for both of you")
    for who in ("P", "R", ""):
        assert len(await arguing.do(who, queries.evidence_of, dispute.dispute_id)) == 3
        assert (await arguing.do(who, queries.evidence, note.evidence_id)).words == "see receipt 7"
    assert await arguing.do("Q", queries.evidence_of, dispute.dispute_id) == []
    with pytest.raises(DomainError, match="no such evidence"):
        await arguing.do("Q", queries.evidence, note.evidence_id)


async def test_each_side_adds_so_much_and_no_more(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised()
    for number in range(MOST_FOR_A_SIDE):
        await arguing.noted(dispute, words=f"note {number}")
    with pytest.raises(TooMuchEvidence):
        await arguing.noted(dispute, words="one more")
    await arguing.noted(dispute, "R", "the other side has room")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("content", {"content": b"", "media_type": "text/plain"}),
        ("content", {"content": bytes(LARGEST_FILE + 1), "media_type": "text/plain"}),
        ("mediaType", {"content": b"x", "media_type": "everything"}),
        ("mediaType", {"content": b"x"}),
        ("words", {}),
        ("words", {"content": b"x", "media_type": "text/plain", "words": "both"}),
        ("name", {"name": "../etc/passwd", "words": "x"}),
    ],
)
def test_malformed_evidence_names_its_field(field: str, changes: dict[str, object]) -> None:
    usual = {"dispute_id": new_id(), "partner_id": None, "person_id": PIA, "name": "receipt.pdf"}
    with pytest.raises(InvalidValue) as refused:
        AddEvidence(**usual | changes)  # type: ignore[arg-type]
    assert refused.value.path == (field,)


async def test_an_answer_concedes_no_more_than_is_disputed(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised(amount=Decimal("0.50"))
    for conceded in ("0.51", "0.005"):
        with pytest.raises(InvalidValue):
            await arguing.answered(dispute, conceded=conceded)
    with pytest.raises(InvalidValue):
        answering.AnswerDispute(dispute_id=new_id(), partner_id=None, person_id=ANNA, words="", conceded=Decimal(0))
