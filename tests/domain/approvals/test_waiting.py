"""What waits for a second person is listed once, by whoever asked, until somebody agreed."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.approvals.waiting import Approval, ApprovalKind, waiting
from domain.banking import deciding, releasing
from domain.coalition import contracts
from domain.coalition.founding import coalition_of
from domain.coalition.terms import Terms
from domain.ids import PartnerId
from domain.storage import Database, Sight
from tests.domain.banking.paying import ANNA, BERT, Paying, an_instructed_cycle


async def listed(paying: Paying, kind: ApprovalKind) -> list[Approval]:
    """What waits of a kind, for the coalition."""
    return [one for one in await paying.do(waiting) if one.kind is kind]


async def test_the_payments_of_a_cycle_wait_as_one_until_a_second_person_lets_them_go(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    [asked] = await listed(paying, ApprovalKind.PAYMENTS)
    assert (asked.subject_id, asked.cycle_id, asked.asked_by) == (paying.cycle.cycle_id, paying.cycle.cycle_id, ANNA)
    assert asked.amount == Decimal("17.00")
    zone = ZoneInfo((await paying.do(coalition_of)).time_zone)
    first = min([one.due_on for one in (await paying.payments()).values() if one.payer_id is None])
    assert asked.due_at == datetime.combine(first, time(), zone)
    await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    assert await listed(paying, ApprovalKind.PAYMENTS) == []


async def test_a_write_off_waits_with_its_reason_until_it_is_agreed(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payment = (await paying.payments())["P"]
    await paying.do(deciding.ask_to_write_off, payment.payment_id, reason="insolvent", by=ANNA, now=paying.now)
    [asked] = await listed(paying, ApprovalKind.WRITE_OFF)
    assert (asked.subject_id, asked.partner_id) == (payment.payment_id, paying.trading.partner_ids["P"])
    assert (asked.amount, asked.note, asked.asked_by) == (Decimal("20.00"), "insolvent", ANNA)
    await paying.do(deciding.write_off, payment.payment_id, by=BERT, now=paying.now)
    assert await listed(paying, ApprovalKind.WRITE_OFF) == []


async def test_a_partner_sees_its_own_draft_and_nothing_of_the_coalitions_desk(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    ids = {letter: PartnerId(partner_id) for letter, partner_id in paying.trading.partner_ids.items()}
    drafts = {}
    for letter in ("P", "Q"):
        terms = Terms(valid_from=paying.now, price=Decimal("0.02"), price_redeem=Decimal("0.0085"))
        drafts[letter] = await paying.do(contracts.draw_up, ids[letter], terms, by=ANNA, now=paying.now)
    everything = await paying.do(waiting)
    assert {one.kind for one in everything} == {ApprovalKind.PAYMENTS, ApprovalKind.CONTRACT}
    async with database.session(Sight.partner(ids["P"])) as session:
        [own] = await waiting(session)  # type: ignore[arg-type]
    assert (own.kind, own.subject_id) == (ApprovalKind.CONTRACT, drafts["P"].contract_id)
