"""To which payments the money of an entry belongs: by references, or laid before a person with the best guesses.

A rule never decides where two answers are possible. Pure: it knows nothing of a database.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from domain.banking.models import BankEntry
from domain.banking.states import Direction, EntryOutcome, Place
from domain.settlement.exact import ZERO, total
from domain.settlement.references import is_reference

MOST_CANDIDATES = 3
SAME_AMOUNT, SAME_ACCOUNT, NEAR_REFERENCE, SAME_NAME = 45, 30, 15, 10
"""What each sign adds to a candidate's score; all of them make 100."""
ENOUGH = 30
"""A candidate has at least this score: the amount, or the account."""

PLACES: tuple[tuple[Place, str], ...] = (
    (Place.END_TO_END_ID, "end_to_end_id"),
    (Place.INSTRUCTION_ID, "instruction_id"),
    (Place.CREDITOR_REFERENCE, "creditor_reference"),
    (Place.REMITTANCE_TEXT, "remittance_text"),
    (Place.BANK_REFERENCE, "bank_reference"),
    (Place.SUPPLEMENTARY_DATA, "supplementary_data"),
)
"""Where a reference may come back, in the order they are looked through."""

BANKS_OWN = frozenset({"CHRG", "COMM", "COME", "COMI", "COMT", "FEES", "INTR", "TAXE", "ZABA", "SWEP", "TOPG"})
"""Subfamilies of the bank transaction code: charges, commissions, interest, taxes, moves of the house's own cash."""

_REFERENCE = re.compile(r"(?=(RF[0-9]{15}))")
_NO_WORD = re.compile(r"[\s.\-/_:,;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """A payment as matching sees it."""

    payment_id: UUID
    reference: str
    direction: Direction
    """IN where the operator is to be paid, OUT where it pays."""
    currency: str
    paid: Decimal
    open: Decimal
    written_off: Decimal
    due_on: date
    party_id: UUID
    """The partner on the other side."""
    party_name: str
    party_iban: str | None
    separated_from: frozenset[UUID] = frozenset()
    """Entries that a person said do not belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Payments that an entry may belong to, how well they fit, and by which signs."""

    payment_ids: tuple[UUID, ...]
    score: int
    why: tuple[str, ...]
    pack_ids: tuple[UUID, ...] = ()
    """Prepaid packs that it may pay instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of an entry."""

    outcome: EntryOutcome
    allocations: tuple[tuple[UUID, Decimal], ...] = ()
    place: Place | None = None
    credit: tuple[UUID, Decimal] | None = None
    """What was paid too much, and on which payment."""
    candidates: tuple[Candidate, ...] = ()
    note: str | None = None


@dataclass(slots=True)
class Book:
    """All payments, as they stand; deciding and booking take turns on it."""

    payments: dict[UUID, Owing]
    orders: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    """The payments of each file of orders, by its message id."""
    by_reference: dict[str, UUID] = field(init=False)

    def __post_init__(self) -> None:
        self.by_reference = {owing.reference: owing.payment_id for owing in self.payments.values()}

    def move(self, payment_id: UUID, amount: Decimal, *, takes_back: bool) -> None:
        """So much arrived for a payment, or went back."""
        owing = self.payments[payment_id]
        moved = -amount if takes_back else amount
        self.payments[payment_id] = replace(owing, paid=owing.paid + moved, open=owing.open - moved)


def decide(entry: BankEntry, book: Book) -> Decision:
    """What the rules say of an entry that belongs to nothing yet."""
    found = _found(entry, book)
    wanted = _opposite(entry) if entry.takes_back else Direction(entry.direction)
    if not entry.amount:
        return Decision(outcome=EntryOutcome.OUT_OF_BAND, note="nothing moved")
    if found is None:
        return _without_reference(entry, wanted, book)
    place, payments = found
    problem = _problem(entry, wanted, payments)
    if problem is not None:
        return _to_a_person(entry, wanted, book, first=payments, note=problem)
    if entry.takes_back or len(payments) > 1 or wanted is Direction.OUT:
        return _whole(entry, place, payments)
    return _paid_in(entry, place, payments[0])


def references_in(words: str | None) -> tuple[str, ...]:
    """Our references in some words: with spaces, in lower case, in the middle of a sentence; check digits right."""
    if not words:
        return ()
    squeezed = _NO_WORD.sub("", words).upper()
    return tuple(dict.fromkeys(found for found in _REFERENCE.findall(squeezed) if is_reference(found)))


def places_of(entry: BankEntry, known: Container[str]) -> list[tuple[Place, str]]:
    """The known references that an entry bears, and where, in the order of the places."""
    said = ((place, word) for place, attribute in PLACES for word in references_in(getattr(entry, attribute)))
    return [(place, word) for place, word in said if word in known]


def _found(entry: BankEntry, book: Book) -> tuple[Place, list[Owing]] | None:
    """The payments that the entry names, and the first place that names one."""
    found = places_of(entry, book.by_reference)
    places = [place for place, _ in found]
    named = dict.fromkeys(book.by_reference[word] for _, word in found)
    if not named and entry.order_id is not None and entry.order_id in book.orders:
        places, named = [Place.ORDER], dict.fromkeys(book.orders[entry.order_id])
    return (places[0], [book.payments[payment_id] for payment_id in named]) if named else None


def _problem(entry: BankEntry, wanted: Direction, payments: Sequence[Owing]) -> str | None:
    """Why a rule may not decide although payments are named."""
    moved = total(owing.paid if entry.takes_back else owing.open for owing in payments)
    several = len(payments) > 1
    reasons = (
        (any(one.direction is not wanted for one in payments), "the money went the other way"),
        (any(one.currency != entry.currency for one in payments), "the currency is another"),
        (any(entry.entry_id in one.separated_from for one in payments), "a person said that it does not belong there"),
        (entry.takes_back and any(one.written_off for one in payments), "the payment was written off"),
        (entry.takes_back and moved < entry.amount, "more comes back than was paid"),
        (several and moved != entry.amount, "several payments are named, and the amount is not their sum"),
        (wanted is Direction.OUT and not entry.takes_back and moved != entry.amount, "another amount is open"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _whole(entry: BankEntry, place: Place, payments: Sequence[Owing]) -> Decision:
    """The entry is just what is named, or takes back from the one that is."""
    parts = [(one.payment_id, one.paid if entry.takes_back else one.open) for one in payments]
    if len(parts) == 1:
        parts = [(payments[0].payment_id, entry.amount)]
    allocations = tuple((payment_id, part) for payment_id, part in parts if part)
    return Decision(outcome=EntryOutcome.MATCHED, place=place, allocations=allocations)


def _paid_in(entry: BankEntry, place: Place, owing: Owing) -> Decision:
    """All of one payment, a part of it, or more than it: the rest is the partner's."""
    part = min(entry.amount, owing.open)
    rest = entry.amount - part
    return Decision(
        outcome=EntryOutcome.MATCHED,
        place=place,
        allocations=((owing.payment_id, part),) if part else (),
        credit=(owing.payment_id, rest) if rest else None,
        note="more than was open" if rest else None,
    )


def _without_reference(entry: BankEntry, wanted: Direction, book: Book) -> Decision:
    if (entry.code or "").rpartition("/")[2] in BANKS_OWN:
        return Decision(outcome=EntryOutcome.OUT_OF_BAND, note="the bank's own")
    return _to_a_person(entry, wanted, book, note="no reference of ours is in it")


def _to_a_person(
    entry: BankEntry, wanted: Direction, book: Book, *, note: str, first: Sequence[Owing] = ()
) -> Decision:
    """The best three, those named by a reference first; unmatched, where nothing fits."""
    named = tuple(owing.payment_id for owing in first)
    guesses = [_scored(entry, group) for group in _groups(entry, wanted, book)]
    guesses = [guess for guess in guesses if guess.score >= ENOUGH and guess.payment_ids != named]
    guesses.sort(key=lambda guess: (-guess.score, len(guess.payment_ids), guess.payment_ids))
    if named:
        scored = _scored(entry, first)
        guesses.insert(0, replace(scored, score=max(scored.score, ENOUGH), why=("named by reference", *scored.why)))
    outcome = EntryOutcome.AMBIGUOUS if guesses else EntryOutcome.UNMATCHED
    return Decision(outcome=outcome, candidates=tuple(guesses[:MOST_CANDIDATES]), note=note)


def _groups(entry: BankEntry, wanted: Direction, book: Book) -> Iterator[Sequence[Owing]]:
    """Each payment that could be meant, and all of a partner's together where it has several."""
    possible = [
        owing
        for owing in book.payments.values()
        if owing.direction is wanted and owing.currency == entry.currency and _reachable(entry, owing)
    ]
    yield from ([owing] for owing in possible)
    possible.sort(key=lambda owing: (owing.party_id, owing.due_on, owing.reference))
    for _, payments in groupby(possible, key=lambda owing: owing.party_id):
        together = list(payments)
        if len(together) > 1:
            yield together


def _reachable(entry: BankEntry, owing: Owing) -> bool:
    moved = owing.paid if entry.takes_back else owing.open
    return moved > 0 and entry.entry_id not in owing.separated_from and not (entry.takes_back and owing.written_off)


def _scored(entry: BankEntry, payments: Sequence[Owing]) -> Candidate:
    left = total(owing.paid if entry.takes_back else owing.open for owing in payments)
    signs = (
        (SAME_AMOUNT, left == entry.amount, "the amount is the same"),
        (SAME_ACCOUNT, _same_account(entry, payments), "it is the partner's account"),
        (NEAR_REFERENCE, _near(entry, payments), "the reference is nearly there"),
        (SAME_NAME, _same_name(entry, payments), "it is the partner's name"),
    )
    return Candidate(
        payment_ids=tuple(owing.payment_id for owing in payments),
        score=sum(score for score, holds, _ in signs if holds),
        why=tuple(words for _, holds, words in signs if holds),
    )


def _same_account(entry: BankEntry, payments: Sequence[Owing]) -> bool:
    return entry.party_iban is not None and all(owing.party_iban == entry.party_iban for owing in payments)


def _same_name(entry: BankEntry, payments: Sequence[Owing]) -> bool:
    name = _letters(entry.party_name or "")
    return bool(name) and all(_letters(owing.party_name) == name for owing in payments)


def _letters(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _near(entry: BankEntry, payments: Sequence[Owing]) -> bool:
    """Whether the reference stands somewhere with one or two digits wrong, or without its first four characters."""
    texts = [_NO_WORD.sub("", getattr(entry, attribute) or "").upper() for _, attribute in PLACES]
    return any(_nearly(owing.reference, words) for owing in payments for words in texts if words)


def _nearly(reference: str, words: str) -> bool:
    if reference[4:] in words:
        return True
    starts = (match.start() for match in re.finditer("RF", words))
    parts = (words[start : start + len(reference)] for start in starts)
    return any(
        len(part) == len(reference) and sum(a != b for a, b in zip(part, reference, strict=True)) <= 2  # noqa: PLR2004
        for part in parts
    )


def _opposite(entry: BankEntry) -> Direction:
    return Direction.OUT if entry.direction == Direction.IN else Direction.IN


def nothing_lost(entry: BankEntry) -> bool:
    """The law of every entry: what is matched and what is kept never exceed it, and make it up once it is matched."""
    used = entry.matched + entry.credited
    return used == entry.amount if entry.outcome == EntryOutcome.MATCHED else ZERO <= used <= entry.amount
