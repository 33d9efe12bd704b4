"""Whatever banks send, no amount is lost, nothing is matched twice, and no rule matches what is uncertain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.banking import booking, queries
from domain.banking.camt053 import ReadEntry, statements
from domain.banking.matching import Book, Decision, Owing, decide, nothing_lost
from domain.banking.models import BankEntry, Payment
from domain.banking.states import Direction, EntryOutcome, Place
from domain.settlement.exact import ZERO
from domain.settlement.references import reference, spaced
from domain.storage import Database
from hansa.journey.bank import NEW, OLD, Booked, Told, told
from tests.domain.banking.paying import Paying, an_instructed_cycle

DAY = date(2026, 12, 1)
SPACE = UUID(int=7)
PLACES = [place for place in Place if place not in {Place.ORDER, Place.BY_HAND}]
REFERENCES = [reference(cycle, payer, 0) for cycle in (1, 2) for payer in (1, 2)] + [reference(1, 0, 3)]

cents = st.integers(1, 4_000).map(lambda units: Decimal(units).scaleb(-2))
WAYS: list[Callable[[str], str]] = [str, str.lower, spaced, lambda word: f"Re: {word.lower()}, thanks"]
written = st.sampled_from(WAYS)


@st.composite
def movements(draw: st.DrawFn) -> Booked:
    """Parts, overs, returns, doubles, strangers, fees, with references in any place, whole, spoiled or missing."""
    word = draw(st.sampled_from([*REFERENCES, "RF00NOTHING", None]))
    back = draw(st.booleans()) and draw(st.booleans())
    out = word == REFERENCES[-1]
    amount = draw(cents) * (-1 if out != back else 1)
    place = draw(st.sampled_from(PLACES))
    how: Callable[[str], str] = draw(written) if place is Place.REMITTANCE_TEXT and word in REFERENCES else str
    return Booked(
        amount=amount,
        on=DAY,
        reference=None if word is None else how(word),
        place=place,
        words=draw(st.sampled_from([None, "hello {} there"])),
        name=draw(st.sampled_from([None, "P SIA"])),
        returned=draw(st.sampled_from(["AC04", "MD06"])) if back else None,
        code=draw(st.sampled_from([("PMNT", "RCDT", "ESCT"), ("ACMT", "MDOP", "CHRG")])),
    )


def a_book() -> Book:
    """Four payments that come in and one that goes out."""
    owed = {
        uuid5(SPACE, word): Owing(
            payment_id=uuid5(SPACE, word),
            reference=word,
            direction=Direction.OUT if word == REFERENCES[-1] else Direction.IN,
            currency="EUR",
            paid=ZERO,
            open=Decimal("20.00"),
            written_off=ZERO,
            due_on=DAY,
            party_id=UUID(int=number),
            party_name="P SIA",
            party_iban=None,
        )
        for number, word in enumerate(REFERENCES)
    }
    return Book(owed)


def an_entry(read: ReadEntry, number: int) -> BankEntry:
    """A row that is in no database."""
    values = {name: getattr(read, name) for name in ReadEntry.__slots__}
    return BankEntry(entry_id=UUID(int=number + 1), bank_statement_id=SPACE, number=number, **values)


@dataclass
class Ledger:
    """An independent count of what belongs where."""

    paid: Counter[UUID]
    kept: Decimal = ZERO


@settings(max_examples=300, deadline=None)
@given(st.lists(movements(), min_size=1, max_size=12), st.sampled_from([OLD, NEW]))
def test_money_in_is_money_matched_kept_and_waiting(booked: list[Booked], version: str) -> None:
    told_as = Told(iban="X", currency="EUR", name="S", sequence=1, opening=ZERO, on=DAY, booked=booked, version=version)
    (read,) = statements(told(told_as))
    book, ledger = a_book(), Ledger(Counter())
    for number, one in enumerate(read.entries):
        entry = an_entry(one, number)
        decision = decide(entry, book)
        _hold_to_law(entry, decision, book)
        for payment_id, part in decision.allocations:
            book.move(payment_id, part, takes_back=entry.takes_back)
            ledger.paid[payment_id] += -part if entry.takes_back else part  # type: ignore[assignment]
        ledger.kept += decision.credit[1] if decision.credit else ZERO
        assert nothing_lost(entry)
    for payment_id, owing in book.payments.items():
        assert owing.paid == ledger.paid[payment_id]
        assert ZERO <= owing.paid <= Decimal("20.00")
        assert owing.paid + owing.open == Decimal("20.00")


def _hold_to_law(entry: BankEntry, decision: Decision, book: Book) -> None:
    """Everything a decision may be, whatever it decides."""
    parts = sum((part for _, part in decision.allocations), ZERO)
    rest = decision.credit[1] if decision.credit else ZERO
    entry.outcome, entry.matched, entry.credited = decision.outcome, parts, rest
    if decision.outcome is EntryOutcome.MATCHED:
        assert parts + rest == entry.amount
        assert decision.place is not None
        assert all(part > 0 for _, part in decision.allocations)
    else:
        assert (parts, rest) == (ZERO, ZERO), "no rule matches what is uncertain"
    assert len(decision.candidates) <= 3
    scores = [candidate.score for candidate in decision.candidates]
    assert all(0 < score <= 100 for score in scores)
    assert {one for candidate in decision.candidates for one in candidate.payment_ids} <= set(book.payments)
    assert (decision.outcome is EntryOutcome.AMBIGUOUS) == bool(decision.candidates)


@pytest.mark.slow
async def test_the_database_keeps_the_law_over_many_statements(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payments = await paying.payments()
    for round_ in range(6):
        await paying.booked(*_some(round_, paying, payments))
        for _ in range(2):
            await paying.do(booking.match_waiting, now=paying.now)
        await _tied(paying)


def _some(round_: int, paying: Paying, payments: dict[str, Payment]) -> list[Booked]:
    """Parts, too much, what comes back, fees and strangers."""
    p, q = payments["P"].reference, payments["Q"].reference
    sizes = [Decimal(7 + round_), Decimal(3 * round_ + 1), Decimal(-2 - round_), Decimal("-0.50")]
    return [
        Booked(amount=sizes[0], on=paying.today, reference=p, place=PLACES[round_]),
        Booked(amount=sizes[1], on=paying.today, reference=q, place=PLACES[-round_]),
        Booked(amount=sizes[2], on=paying.today, reference=p, returned="MD06"),
        Booked(amount=sizes[3], on=paying.today, words="fee", code=("ACMT", "MDOP", "CHRG")),
        Booked(amount=Decimal("1.11"), on=paying.today, words=f"stranger {round_}"),
    ]


async def _tied(paying: Paying) -> None:
    books = await paying.do(queries.books)
    entries = await paying.entries()
    assert books.money_in + books.money_out == books.matched + books.credited + books.out_of_band + books.waiting
    assert all(nothing_lost(entry) for entry in entries)
    came: Counter[UUID] = Counter()
    for entry in entries:
        for match in await paying.do(queries.matches_of_entry, entry.entry_id):
            came[match.payment_id] += -match.amount if match.takes_back else match.amount
    for payment in (await paying.payments()).values():
        assert payment.paid == came[payment.payment_id]
    kept = await paying.do(queries.partner_credits)
    assert sum((one.amount for one in kept), ZERO) == books.credited
