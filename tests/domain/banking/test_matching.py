"""Money that comes in finds its payment wherever the reference stands; what no rule decides goes to a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.banking import booking, ending, queries, releasing
from domain.banking.errors import MatchImpossible, PaymentsOpen
from domain.banking.states import CreditState, EntryOutcome, MatchState, PaymentState, Place
from domain.settlement import queries as settlement
from domain.settlement.errors import SecondPersonNeeded
from domain.settlement.exact import ZERO
from domain.settlement.models import CycleState
from domain.settlement.references import spaced
from domain.storage import Database
from hansa.journey.bank import NEW, OLD
from tests.domain.banking.paying import ANNA, BERT, CARL, Booked, Paying, an_instructed_cycle

PLACES = [place for place in Place if place not in {Place.ORDER, Place.BY_HAND}]


def of(amount: str, reference: str | None = None, place: Place = Place.END_TO_END_ID, **more: object) -> Booked:
    """A movement on the first of December."""
    return Booked(amount=Decimal(amount), on=date(2026, 12, 1), reference=reference, place=place, **more)  # type: ignore[arg-type]


async def states(paying: Paying) -> dict[str, str]:
    """Where each payment stands."""
    return {who: payment.state for who, payment in (await paying.payments()).items()}


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("place", PLACES)
async def test_a_reference_is_found_in_each_of_six_places(database: Database, place: Place, version: str) -> None:
    paying = await an_instructed_cycle(database)
    reference = (await paying.payments())["P"].reference
    await paying.booked(of("20.00", reference, place), version=version)
    (entry,) = await paying.entries()
    assert (entry.outcome, entry.matched) == (EntryOutcome.MATCHED, Decimal("20.00"))
    (match,) = await paying.do(queries.matches_of_entry, entry.entry_id)
    assert (match.place, match.matched_by) == (place, None)
    assert (await states(paying))["P"] == PaymentState.PAID


@pytest.mark.parametrize(
    "words", ["invoice november {} thanks", "{}", "ref.{}/2026 for points", "Zahlung {}2026-11", "pay:{},asap"]
)
@pytest.mark.parametrize("written", [str.lower, spaced, lambda word: "-".join([word[:7], word[7:]])])
async def test_words_around_a_reference_spaces_and_small_letters_do_not_hide_it(
    database: Database, words: str, written: object
) -> None:
    paying = await an_instructed_cycle(database)
    reference = (await paying.payments())["P"].reference
    await paying.booked(of("20.00", written(reference), Place.REMITTANCE_TEXT, words=words))  # type: ignore[operator]
    assert (await states(paying))["P"] == PaymentState.PAID


async def test_when_all_is_paid_the_cycle_is_settled_with_it(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    payments = await paying.payments()
    done = await paying.booked(
        of("20.00", payments["P"].reference),
        of("10.00", payments["Q"].reference),
        of("-17.00", payments["R"].reference, code=("PMNT", "ICDT", "ESCT")),
    )
    assert done.tally.settled == [paying.cycle.cycle_id]
    assert (await paying.do(settlement.cycle_named, paying.cycle.name)).state == CycleState.SETTLED


async def test_parts_add_up(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    reference = (await paying.payments())["P"].reference
    await paying.booked(of("12.50", reference))
    assert (await states(paying))["P"] == PaymentState.PART_PAID
    await paying.booked(of("7.50", reference))
    assert (await states(paying))["P"] == PaymentState.PAID


async def test_what_is_paid_too_much_is_kept_for_the_partner(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    await paying.booked(of("25.00", payments["P"].reference))
    await paying.booked(of("20.00", payments["P"].reference))
    kept = await paying.do(queries.partner_credits)
    assert [(one.partner_id, one.amount, one.state) for one in kept] == [
        (payments["P"].payer_id, Decimal("5.00"), CreditState.HELD),
        (payments["P"].payer_id, Decimal("20.00"), CreditState.HELD),
    ]
    assert {entry.outcome for entry in await paying.entries()} == {EntryOutcome.MATCHED}


async def test_one_payment_for_several_references_is_matched_where_the_sum_is_theirs(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    both = f"{payments['P'].reference} and {spaced(payments['Q'].reference)}"
    await paying.booked(of("30.00", both, Place.REMITTANCE_TEXT))
    assert await states(paying) == {"P": "PAID", "Q": "PAID", "R": "PLANNED"}


async def test_several_references_with_another_sum_go_to_a_person(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    both = f"{payments['P'].reference} {payments['Q'].reference}"
    await paying.booked(of("29.00", both, Place.REMITTANCE_TEXT))
    (entry,) = await paying.entries()
    assert (entry.outcome, entry.matched) == (EntryOutcome.AMBIGUOUS, ZERO)
    assert "not their sum" in (entry.note or "")


async def test_without_a_reference_the_best_three_are_laid_before_a_person(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    await paying.booked(of("20.00", words="points", name="P SIA", iban=paying.ibans["P"]))
    (entry,) = await paying.entries()
    assert (entry.outcome, entry.matched) == (EntryOutcome.AMBIGUOUS, ZERO)
    best = entry.candidates[0]
    assert best["payment_ids"] == [str(payments["P"].payment_id)]
    assert best["score"] == 85
    assert len(entry.candidates) <= 3
    await paying.match(entry, payments["P"])
    assert (await states(paying))["P"] == PaymentState.PAID


async def test_what_fits_nothing_is_unmatched_and_matched_when_run_again(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    await paying.booked(of("3.33", words="who knows"))
    (entry,) = await paying.entries()
    assert entry.outcome == EntryOutcome.UNMATCHED
    tally = await paying.do(booking.match_waiting, now=paying.now)
    assert tally.outcomes == {EntryOutcome.UNMATCHED: 1}


@pytest.mark.parametrize(("amount", "family"), [("-4.20", "CHRG"), ("0.31", "INTR"), ("-1.00", "TAXE")])
async def test_fees_interest_and_taxes_are_the_banks_own(database: Database, amount: str, family: str) -> None:
    paying = await an_instructed_cycle(database)
    await paying.booked(of(amount, words="account", code=("ACMT", "MDOP", family)))
    (entry,) = await paying.entries()
    assert entry.outcome == EntryOutcome.OUT_OF_BAND


async def test_a_payment_that_comes_back_is_open_again(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    reference = (await paying.payments())["R"].reference
    await paying.booked(of("-17.00", reference, code=("PMNT", "ICDT", "ESCT")))
    assert (await states(paying))["R"] == PaymentState.PAID
    await paying.booked(of("17.00", reference, returned="AC04", code=("PMNT", "ICDT", "RRTN")))
    payment = (await paying.payments())["R"]
    assert (payment.state, payment.paid, payment.open, payment.reason) == ("RETURNED", ZERO, Decimal("17.00"), "AC04")
    (again,) = await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    assert b"-2</InstrId>" in again.content


async def test_a_return_never_takes_back_more_than_was_paid(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    reference = (await paying.payments())["P"].reference
    await paying.booked(of("5.00", reference))
    await paying.booked(of("-6.00", reference, returned="MD06"))
    (_, entry) = await paying.entries()
    assert (entry.outcome, entry.note) == (EntryOutcome.AMBIGUOUS, "more comes back than was paid")
    assert (await paying.payments())["P"].paid == Decimal("5.00")


async def test_money_that_went_the_other_way_is_not_matched(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    await paying.booked(of("17.00", (await paying.payments())["R"].reference))
    (entry,) = await paying.entries()
    assert (entry.outcome, entry.note) == (EntryOutcome.AMBIGUOUS, "the money went the other way")


async def test_a_batch_is_matched_transaction_by_transaction(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    parts = (of("20.00", payments["P"].reference), of("10.00", payments["Q"].reference))
    await paying.booked(of("30.00", details=parts))
    assert [entry.amount for entry in await paying.entries()] == [Decimal("20.00"), Decimal("10.00")]
    assert await states(paying) == {"P": "PAID", "Q": "PAID", "R": "PLANNED"}


async def test_a_match_with_another_amount_needs_a_second_person(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payment = (await paying.payments())["P"]
    await paying.booked(of("21.00", words="points", iban=paying.ibans["P"], name="P"))
    (entry,) = await paying.entries()
    (match,) = await paying.match(entry, payment)
    assert match.state == MatchState.PROPOSED
    assert (await paying.payments())["P"].paid == 0
    with pytest.raises(SecondPersonNeeded):
        await paying.do(booking.confirm, entry.entry_id, by=ANNA, now=paying.now)
    await paying.do(booking.confirm, entry.entry_id, by=BERT, now=paying.now)
    await paying.do(booking.confirm, entry.entry_id, by=BERT, now=paying.now)
    (credit,) = await paying.do(queries.partner_credits)
    assert credit.amount == Decimal("1.00")
    assert (await states(paying))["P"] == PaymentState.PAID


async def test_what_a_person_took_back_no_rule_matches_again(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    await paying.booked(of("20.00", payments["P"].reference))
    (entry,) = await paying.entries()
    await paying.do(booking.unmatch, entry.entry_id, by=CARL, now=paying.now)
    assert (await paying.payments())["P"].state == PaymentState.INSTRUCTED
    await paying.do(booking.match_waiting, now=paying.now)
    (entry,) = await paying.entries()
    assert (entry.outcome, entry.matched) == (EntryOutcome.AMBIGUOUS, ZERO)
    with pytest.raises(MatchImpossible, match="went the other way"):
        await paying.match(entry, payments["R"])


async def test_what_another_statement_booked_before_goes_to_a_person(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    reference = (await paying.payments())["P"].reference
    await paying.booked(of("5.00", reference, bank_reference="B-77"))
    await paying.booked(of("5.00", reference, bank_reference="B-77"))
    _, entry = await paying.entries()
    assert entry.outcome == EntryOutcome.AMBIGUOUS
    assert (await paying.payments())["P"].paid == Decimal("5.00")


async def test_a_cycle_is_not_closed_while_a_payment_of_it_is_open_again(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    payments = await paying.payments()
    await paying.booked(
        of("20.00", payments["P"].reference),
        of("10.00", payments["Q"].reference),
        of("-17.00", payments["R"].reference),
    )
    await paying.booked(of("17.00", payments["R"].reference, returned="AC04", code=("PMNT", "ICDT", "RRTN")))
    assert (await paying.payments())["R"].state == PaymentState.RETURNED
    with pytest.raises(PaymentsOpen, match=payments["R"].reference):
        await paying.do(ending.close, paying.cycle.cycle_id, by=ANNA, now=paying.now)
    await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    await paying.booked(of("-17.00", payments["R"].reference))
    for _ in range(2):
        closed = await paying.do(ending.close, paying.cycle.cycle_id, by=ANNA, now=paying.now)
        assert closed.state == CycleState.CLOSED
