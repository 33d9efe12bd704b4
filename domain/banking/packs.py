"""Prepaid packs paid through the bank: an entry that bears a pack's reference opens it, where it pays all of it.

Any other amount goes to a person: two of them say that the pack is paid, and by which entries.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from domain.banking.desk import take_turns
from domain.banking.matching import Book, Candidate, Decision, places_of
from domain.banking.models import BankEntry
from domain.banking.naming import names_of
from domain.banking.states import Direction, EntryOutcome
from domain.ids import PersonId
from domain.settlement.exact import total
from domain.settlement.prepaid import packs as prepaid
from domain.settlement.prepaid.models import PackState, PrepaidPack
from domain.storage import ReadSession, WriteSession

NAMED = 90
"""The score of a pack whose reference an entry bears, where its amount is not the pack's; 100 where it is."""

_WORD = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class PackDecision:
    """What becomes of an entry that names packs: it opens them, or a person decides."""

    decision: Decision
    opens: tuple[PrepaidPack, ...] = ()


async def packs_by_reference(session: ReadSession) -> dict[str, PrepaidPack]:
    """Every order of packs by the reference of its payment."""
    return {pack.reference: pack for pack in await session.scalars(select(PrepaidPack))}


def decide_on_packs(
    entry: BankEntry, packs: Mapping[str, PrepaidPack], book: Book, *, taken: Container[str] = ()
) -> PackDecision | None:
    """What the rules say of an entry that bears references of packs; None where it bears none.

    References that are taken were paid by an entry before it.
    """
    found = places_of(entry, packs)
    if not found:
        return None
    named = [packs[word] for word in dict.fromkeys(word for _, word in found)]
    problem = _problem(entry, named, taken, pays_more=bool(places_of(entry, book.by_reference)))
    if problem is not None:
        return PackDecision(_to_a_person(entry, named, problem))
    return PackDecision(Decision(outcome=EntryOutcome.MATCHED, place=found[0][0]), tuple(named))


async def open_packs(session: WriteSession, opened: Iterable[tuple[PrepaidPack, BankEntry]], *, now: datetime) -> None:
    """Let the points of paid packs be awarded, sponsor by sponsor in the order that postings draw in."""
    for pack, entry in sorted(opened, key=lambda pair: (pair[0].partner_id, pair[0].number)):
        await prepaid.paid_by_bank(session, pack.pack_id, entry_id=entry.entry_id, amount=pack.gross, now=now)


async def confirm_payment(session: WriteSession, pack_id: UUID, *, by: PersonId, now: datetime) -> PrepaidPack:
    """A second person agrees that a pack is paid; the entries that the first one named belong to it from now on.

    What they bring beyond its cost waits for a person as before. Raises: PackNotFound, PackSettled, SecondPersonNeeded.
    """
    await take_turns(session)
    pack = await prepaid.confirm_payment(session, pack_id, by=by, now=now)
    rest = pack.gross
    for entry in await _noted_entries(session, pack):
        part = min(rest, entry.left)
        rest -= part
        entry.matched += part
        entry.outcome = EntryOutcome.AMBIGUOUS if entry.left else EntryOutcome.MATCHED
        entry.candidates, entry.note = [], "some of it belongs to nothing yet" if entry.left else None
    return pack


def _problem(entry: BankEntry, named: Sequence[PrepaidPack], taken: Container[str], *, pays_more: bool) -> str | None:
    """Why a rule may not decide although packs are named."""
    ended = {PackState.PAID, PackState.CANCELLED}
    done = [pack for pack in named if pack.state in ended or pack.reference in taken]
    reasons = (
        (pays_more, "packs and payments of cycles are named"),
        (entry.takes_back, "the payment of a pack comes back, and its points may be awarded"),
        (entry.direction != Direction.IN, "the money went the other way"),
        (any(pack.currency != entry.currency for pack in named), "the currency is another"),
        (bool(done), " and ".join(f"pack {pack.number} waits for no payment any more" for pack in done)),
        (total(pack.gross for pack in named) != entry.amount, _other_amount(named[0], several=len(named) > 1)),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _other_amount(pack: PrepaidPack, *, several: bool) -> str:
    if several:
        return "several packs are named, and the amount is not their sum"
    return f"pack {pack.number} costs {pack.gross} {pack.currency}, and all of it has to arrive"


def _to_a_person(entry: BankEntry, named: Sequence[PrepaidPack], problem: str) -> Decision:
    exact = total(pack.gross for pack in named) == entry.amount
    candidate = Candidate(
        payment_ids=(),
        pack_ids=tuple(pack.pack_id for pack in named),
        score=100 if exact else NAMED,
        why=("named by reference", problem),
    )
    return Decision(outcome=EntryOutcome.AMBIGUOUS, candidates=(candidate,), note=problem)


async def _noted_entries(session: ReadSession, pack: PrepaidPack) -> list[BankEntry]:
    """The entries that wait, name the pack, and were named as S-7/3 by the one who noted its payment."""
    waiting = col(BankEntry.outcome) == EntryOutcome.AMBIGUOUS
    bears = col(BankEntry.candidates).contains([{"pack_ids": [str(pack.pack_id)]}])
    rows = list(await session.scalars(select(BankEntry).where(waiting, bears).order_by(col(BankEntry.entry_id))))
    names, said = await names_of(session, rows), set(_WORD.split(pack.bank_note or ""))
    return [row for row in rows if names[str(row.entry_id)] in said]
