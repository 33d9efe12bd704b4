"""What belongs together is booked: by rule as entries come in, or by hand; and taken back where it was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, select

from domain.banking.companies import companies_of
from domain.banking.desk import take_turns
from domain.banking.ending import move, settle_where_done
from domain.banking.errors import BankEntryNotFound, MatchImpossible, PaymentNotFound
from domain.banking.matching import Book, Decision, Owing, decide
from domain.banking.models import BankEntry, BankFile, BankMatch, PartnerCredit, Payment, PaymentInstruction
from domain.banking.packs import decide_on_packs, open_packs, packs_by_reference
from domain.banking.states import CreditState, Direction, EntryOutcome, FileKind, MatchState, PaymentState, Place
from domain.coalition.models import Partner
from domain.ids import PersonId, new_id
from domain.settlement.errors import SecondPersonNeeded
from domain.settlement.exact import ZERO, total
from domain.settlement.prepaid.models import PrepaidPack
from domain.storage import ReadSession, WriteSession

WAITING = (EntryOutcome.AMBIGUOUS, EntryOutcome.UNMATCHED)


@dataclass(slots=True)
class Tally:
    """What became of entries, and which cycles were settled by it."""

    outcomes: Counter[EntryOutcome] = field(default_factory=Counter)
    credited: Decimal = ZERO
    settled: list[UUID] = field(default_factory=list)


async def match_waiting(session: WriteSession, *, now: datetime) -> Tally:
    """Decide every entry that belongs to nothing yet, as far as rules go; once more, it changes nothing."""
    await take_turns(session)
    rows = await _waiting(session)
    tally, touched = Tally(), set[UUID]()
    if not rows:
        return tally
    payments = {row.payment_id: row for row in await session.scalars(select(Payment))}
    book, packs = await _book(session, payments), await packs_by_reference(session)
    again = await _booked_before(session, rows)
    opens: dict[str, tuple[PrepaidPack, BankEntry]] = {}
    for entry in rows:
        on_packs = decide_on_packs(entry, packs, book, taken=opens)
        decision = decide(entry, book) if on_packs is None else on_packs.decision
        if entry.entry_id in again and decision.outcome is EntryOutcome.MATCHED:
            decision = Decision(
                outcome=EntryOutcome.AMBIGUOUS, note=f"the bank booked it before: {again[entry.entry_id]}"
            )
        touched |= _booked(session, entry, decision, payments, book, now=now)
        if on_packs is not None and decision.outcome is EntryOutcome.MATCHED:
            entry.matched = entry.amount
            opens |= {pack.reference: (pack, entry) for pack in on_packs.opens}
        tally.outcomes[decision.outcome] += 1
        tally.credited += decision.credit[1] if decision.credit else ZERO
    await open_packs(session, opens.values(), now=now)
    tally.settled = await settle_where_done(session, touched, now=now)
    return tally


async def match_by_hand(
    session: WriteSession, entry_id: UUID, payment_ids: Sequence[UUID], *, by: PersonId, now: datetime, note: str | None
) -> list[BankMatch]:
    """A person says what an entry belongs to. Where the amounts are the same it holds at once, else once confirmed.

    Raises: BankEntryNotFound, PaymentNotFound, MatchImpossible.
    """
    await take_turns(session)
    entry, payments = await _entry(session, entry_id), await _payments(session, payment_ids)
    standing = [one for one in await _matches(session, entry_id) if one.state != MatchState.UNDONE]
    if standing and {one.payment_id for one in standing} == set(payment_ids):
        return standing
    if not payments:
        raise MatchImpossible("name at least one payment")
    if standing or not entry.left:
        raise MatchImpossible("the entry belongs to something already; take that back first")
    wanted = _wanted(entry)
    open_ones = [payment.paid if entry.takes_back else payment.open for payment in payments]
    for payment, left in zip(payments, open_ones, strict=True):
        _refuse_unlike(entry, payment, wanted, left)
    exact = total(open_ones) == entry.left
    parts = _parts(entry, payments, open_ones)
    made = [
        BankMatch(
            match_id=new_id(),
            entry_id=entry_id,
            payment_id=payment.payment_id,
            amount=part,
            takes_back=entry.takes_back,
            place=Place.BY_HAND,
            state=MatchState.STANDING if exact else MatchState.PROPOSED,
            matched_by=by,
            matched_at=now,
            note=note,
        )
        for payment, part in parts
    ]
    session.add_all(made)
    await session.flush()
    if exact:
        await _stands(session, entry, made, payments, now=now)
    return made


async def confirm(session: WriteSession, entry_id: UUID, *, by: PersonId, now: datetime) -> BankEntry:
    """A second person agrees to a match whose amounts differ; what is too much is kept for the partner.

    Raises: BankEntryNotFound, MatchImpossible, SecondPersonNeeded.
    """
    await take_turns(session)
    entry = await _entry(session, entry_id)
    matches = await _matches(session, entry_id)
    proposed = [one for one in matches if one.state == MatchState.PROPOSED]
    if not proposed:
        if any(one.confirmed_by == by and one.state == MatchState.STANDING for one in matches):
            return entry
        raise MatchImpossible("nobody has proposed a match that waits for a second person")
    if any(one.matched_by == by for one in proposed):
        raise SecondPersonNeeded("the match", by)
    payments = await _payments(session, [one.payment_id for one in proposed])
    wanted = _wanted(entry)
    for payment, match in zip(payments, proposed, strict=True):
        left = payment.paid if match.takes_back else payment.open
        _refuse_unlike(entry, payment, wanted, left)
        if match.amount > left:
            raise MatchImpossible("more of the payment has moved since; take the match back and make it anew")
    for match in proposed:
        match.state, match.confirmed_by, match.confirmed_at = MatchState.STANDING, by, now
    await _stands(session, entry, proposed, payments, now=now)
    return entry


async def unmatch(session: WriteSession, entry_id: UUID, *, by: PersonId, now: datetime) -> BankEntry:
    """Take all matches of an entry back; no rule will make them again. What is kept of it must not be used yet.

    Raises: BankEntryNotFound, MatchImpossible.
    """
    await take_turns(session)
    entry = await _entry(session, entry_id)
    matches = [one for one in await _matches(session, entry_id) if one.state != MatchState.UNDONE]
    kept = await _credits(session, entry_id)
    for_packs = entry.matched - total(one.amount for one in matches if one.state == MatchState.STANDING)
    if for_packs and not matches:
        raise MatchImpossible("it paid a prepaid pack, whose points may have been awarded")
    if any(one.state in {CreditState.ADJUSTED, CreditState.PAID_BACK} for one in kept):
        raise MatchImpossible("what was too much has been given back already")
    payments = await _payments(session, [one.payment_id for one in matches])
    for match, payment in zip(matches, payments, strict=True):
        if match.state == MatchState.STANDING:
            if payment.written_off and not match.takes_back:
                raise MatchImpossible(f"the rest of payment {payment.reference} was written off")
            if match.takes_back and payment.open < match.amount:
                raise MatchImpossible(f"payment {payment.reference} has been paid again since")
            move(payment, match.amount if match.takes_back else -match.amount, now=now)
        match.state, match.undone_by, match.undone_at = MatchState.UNDONE, by, now
    for credit in kept:
        credit.state = CreditState.TAKEN_BACK
    entry.outcome, entry.matched, entry.credited = EntryOutcome.AMBIGUOUS, for_packs, ZERO
    entry.note = "a person took the match back"
    await settle_where_done(session, [payment.cycle_id for payment in payments], now=now)
    return entry


async def _waiting(session: ReadSession) -> list[BankEntry]:
    """Entries no rule has placed and nobody is looking at, as they happened; returns after what they return."""
    looked_at = select(BankMatch.entry_id).where(BankMatch.state == MatchState.PROPOSED.value)
    query = select(BankEntry).where(
        col(BankEntry.outcome).in_(WAITING),
        BankEntry.matched + BankEntry.credited == ZERO,
        col(BankEntry.entry_id).not_in(looked_at),
    )
    order = (col(BankEntry.booked_on), col(BankEntry.takes_back), col(BankEntry.entry_id))
    return list(await session.scalars(query.order_by(*order)))


async def _book(session: ReadSession, payments: Mapping[UUID, Payment]) -> Book:
    names = {row.partner_id: row.name for row in await session.scalars(select(Partner))}
    companies = await companies_of(session)
    separated: dict[UUID, set[UUID]] = {}
    undone = select(BankMatch.payment_id, BankMatch.entry_id).where(BankMatch.state == MatchState.UNDONE.value)
    for payment_id, entry_id in (await session.execute(undone)).all():
        separated.setdefault(payment_id, set()).add(entry_id)
    owing = {}
    for payment in payments.values():
        other = payment.payer_id if payment.payee_id is None else payment.payee_id
        if other is None or (payment.payer_id is not None and payment.payee_id is not None):
            continue  # between partners, so the operator's account never sees it
        company = companies.get(other)
        owing[payment.payment_id] = Owing(
            payment_id=payment.payment_id,
            reference=payment.reference,
            direction=_direction(payment),
            currency=payment.currency,
            paid=payment.paid,
            open=payment.open,
            written_off=payment.written_off,
            due_on=payment.due_on,
            party_id=other,
            party_name=names[other] if company is None else company.name,
            party_iban=None if company is None or not company.iban else company.iban.replace(" ", "").upper(),
            separated_from=frozenset(separated.get(payment.payment_id, ())),
        )
    return Book(owing, orders=await _orders(session))


async def _orders(session: ReadSession) -> dict[str, list[UUID]]:
    query = select(BankFile.message_id, PaymentInstruction.payment_id).join(
        BankFile, col(BankFile.file_id) == PaymentInstruction.file_id
    )
    found: dict[str, list[UUID]] = {}
    own = query.where(BankFile.kind == FileKind.PAIN_001.value, col(BankFile.partner_id).is_(None))
    for message_id, payment_id in (await session.execute(own)).all():
        found.setdefault(message_id, []).append(payment_id)
    return found


async def _booked_before(session: ReadSession, rows: Sequence[BankEntry]) -> dict[UUID, str]:
    """Entries that another statement has too, by the bank's own reference: a daily and a monthly one overlap."""
    named = {row.bank_reference for row in rows if row.bank_reference is not None}
    if not named:
        return {}
    there = await session.scalars(select(BankEntry).where(col(BankEntry.bank_reference).in_(named)))
    first: dict[tuple[object, ...], BankEntry] = {}
    for row in sorted(there, key=lambda one: one.entry_id):
        first.setdefault(_alike(row), row)
    return {
        row.entry_id: str(row.bank_reference)
        for row in rows
        if row.bank_reference is not None and first[_alike(row)].bank_statement_id != row.bank_statement_id
    }


def _alike(row: BankEntry) -> tuple[object, ...]:
    return (row.bank_reference, row.direction, row.amount, row.booked_on, row.takes_back, row.end_to_end_id)


def _booked(
    session: WriteSession,
    entry: BankEntry,
    decision: Decision,
    payments: Mapping[UUID, Payment],
    book: Book,
    *,
    now: datetime,
) -> set[UUID]:
    """Write a decision down; the cycles whose payments moved."""
    entry.outcome, entry.note = decision.outcome, decision.note
    entry.candidates = [_plain(asdict(candidate)) for candidate in decision.candidates]
    touched = set()
    for payment_id, amount in decision.allocations:
        payment = payments[payment_id]
        returned = (entry.reason or "") if entry.takes_back else None
        move(payment, -amount if entry.takes_back else amount, now=now, returned=returned)
        book.move(payment_id, amount, takes_back=entry.takes_back)
        entry.matched += amount
        touched.add(payment.cycle_id)
        session.add(
            BankMatch(
                match_id=new_id(),
                entry_id=entry.entry_id,
                payment_id=payment_id,
                amount=amount,
                takes_back=entry.takes_back,
                place=decision.place or Place.BY_HAND,
                state=MatchState.STANDING,
                matched_at=now,
            )
        )
    if decision.credit is not None:
        _keep(session, entry, payments[decision.credit[0]], decision.credit[1], now=now)
    return touched


def _keep(session: WriteSession, entry: BankEntry, payment: Payment, amount: Decimal, *, now: datetime) -> None:
    """What a partner paid too much is kept for it."""
    assert payment.payer_id is not None, "only partners pay too much"
    entry.credited += amount
    session.add(
        PartnerCredit(
            credit_id=new_id(),
            partner_id=payment.payer_id,
            entry_id=entry.entry_id,
            payment_id=payment.payment_id,
            amount=amount,
            currency=payment.currency,
            state=CreditState.HELD,
            arisen_at=now,
        )
    )


async def _stands(
    session: WriteSession, entry: BankEntry, matches: Sequence[BankMatch], payments: Sequence[Payment], *, now: datetime
) -> None:
    """Matches made by hand count from now on."""
    for match, payment in zip(matches, payments, strict=True):
        returned = (entry.reason or "") if match.takes_back else None
        move(payment, -match.amount if match.takes_back else match.amount, now=now, returned=returned)
        entry.matched += match.amount
    if entry.left and not entry.takes_back and entry.direction == Direction.IN:
        _keep(session, entry, payments[-1], entry.left, now=now)
    entry.outcome = EntryOutcome.AMBIGUOUS if entry.left else EntryOutcome.MATCHED
    entry.candidates, entry.note = [], None if not entry.left else "some of it belongs to nothing yet"
    await settle_where_done(session, [payment.cycle_id for payment in payments], now=now)


def _parts(entry: BankEntry, payments: Sequence[Payment], lefts: Sequence[Decimal]) -> list[tuple[Payment, Decimal]]:
    """How the entry is shared out, the earliest due first; a payment for which nothing is left is refused."""
    rest, parts = entry.left, []
    for payment, left in sorted(zip(payments, lefts, strict=True), key=lambda pair: pair[0].due_on):
        part = min(rest, left)
        if not part:
            raise MatchImpossible(f"nothing of the entry is left for payment {payment.reference}; leave it out")
        parts.append((payment, part))
        rest -= part
    if rest and (entry.takes_back or entry.direction == Direction.OUT):
        raise MatchImpossible(f"{rest} of the entry would be left over; name what else it belongs to")
    order = {payment.payment_id: place for place, payment in enumerate(payments)}
    return sorted(parts, key=lambda pair: order[pair[0].payment_id])


def _refuse_unlike(entry: BankEntry, payment: Payment, wanted: Direction, left: Decimal) -> None:
    name = f"payment {payment.reference}"
    if payment.payer_id is not None and payment.payee_id is not None:
        raise MatchImpossible(f"{name} is between partners, and the operator's account never sees it")
    if _direction(payment) is not wanted:
        raise MatchImpossible(f"the money of the entry went the other way than {name}")
    if payment.currency != entry.currency:
        raise MatchImpossible(f"{name} is in {payment.currency}, and the entry in {entry.currency}")
    if payment.state == PaymentState.WRITTEN_OFF:
        raise MatchImpossible(f"{name} was written off")
    if not left:
        raise MatchImpossible(f"nothing of {name} {'was paid' if entry.takes_back else 'is open'}")


def _direction(payment: Payment) -> Direction:
    return Direction.IN if payment.payee_id is None else Direction.OUT


def _wanted(entry: BankEntry) -> Direction:
    """Which way the payment went that an entry is about."""
    inward = (entry.direction == Direction.IN) != entry.takes_back
    return Direction.IN if inward else Direction.OUT


async def _entry(session: ReadSession, entry_id: UUID) -> BankEntry:
    entry = await session.get(BankEntry, entry_id)
    if entry is None:
        raise BankEntryNotFound
    return entry


async def _payments(session: ReadSession, payment_ids: Sequence[UUID]) -> list[Payment]:
    """The payments in the order they were named. Raises: PaymentNotFound."""
    rows = await session.scalars(select(Payment).where(col(Payment.payment_id).in_(payment_ids)))
    found = {row.payment_id: row for row in rows}
    if not set(payment_ids) <= set(found):
        raise PaymentNotFound
    return [found[payment_id] for payment_id in payment_ids]


async def _matches(session: ReadSession, entry_id: UUID) -> list[BankMatch]:
    query = select(BankMatch).where(BankMatch.entry_id == entry_id).order_by(col(BankMatch.match_id))
    return list(await session.scalars(query))


async def _credits(session: ReadSession, entry_id: UUID) -> list[PartnerCredit]:
    query = select(PartnerCredit).where(
        PartnerCredit.entry_id == entry_id, PartnerCredit.state != CreditState.TAKEN_BACK.value
    )
    return list(await session.scalars(query))


def _plain(candidate: dict[str, object]) -> dict[str, object]:
    return {name: [str(one) for one in said] if isinstance(said, tuple) else said for name, said in candidate.items()}
