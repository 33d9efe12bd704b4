"""Goods come back: the purchase is rated again on what is left of it, and the difference is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from domain.earning.basket import CLOCK_SKEW
from domain.earning.commands import PurchaseRef, RecordReturn, ReturnReceipt
from domain.earning.errors import AmbiguousReceipt, NothingLeft, PurchaseInFuture
from domain.earning.recorded import (
    Recorded,
    by_receipt,
    counters,
    counters_of,
    entries_by_key,
    points_taken,
    recorded,
)
from domain.earning.rerating import ClawBack, ReturnedLine, rerate
from domain.errors import DomainError, IdempotencyConflict
from domain.idempotency import fingerprint
from domain.ids import PartnerId
from domain.ledger.errors import Busy, PurchaseNotFound
from domain.ledger.models import EntryKind
from domain.ledger.posting import Door, post, refusal
from domain.ledger.postings import Claim, ReturnPosting
from domain.members.recognition import recognise, unknown
from domain.tiers.asking import ProgrammeBook
from domain.values import Money
from domain.vouchers.issuing import TakenBack, taken_back

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LineToReturn:
    """A line of a purchase, and how much of it may come back."""

    number: int
    sku: str
    quantity: Decimal
    left: Decimal
    """What has not come back yet."""
    amount: Money
    """What was paid for all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseToReturn:
    """A purchase as a counter looks at it that takes goods back."""

    partner_id: PartnerId
    wallet_id: UUID
    entry_id: UUID
    occurred_at: datetime
    lines: tuple[LineToReturn, ...]


async def record_return(
    pool: Pool, command: RecordReturn, *, lookup_key: bytes, now: datetime, programmes: ProgrammeBook | None = None
) -> ReturnReceipt:
    """Record a return and take back what the smaller basket would not have earned; and a tier that stood on it.

    Raises: PurchaseNotFound, AmbiguousReceipt, MemberNotFound, ReturnExceedsPurchase, NothingLeft, DuplicateLine,
    InvalidBasket, PurchaseInFuture, PartnerNotActive, OutletNotFound, IdempotencyConflict, Busy.
    """
    try:
        receipt = await _record(pool, command, lookup_key, now)
    except DomainError as refused:
        before = await _answered_before(pool, command, lookup_key, now)
        if before is None:
            raise refused from None
        receipt = before
    if programmes is not None:
        await programmes.look_again(pool, [(command.partner_id, receipt.wallet_id)], at=now)
    return receipt


async def _record(pool: Pool, command: RecordReturn, lookup_key: bytes, now: datetime) -> ReturnReceipt:
    if command.occurred_at > now + CLOCK_SKEW:
        raise PurchaseInFuture(command.occurred_at, now)
    wallet_id, entry_id = await found(pool, command.partner_id, command.purchase, lookup_key=lookup_key, now=now)
    for _ in range(ATTEMPTS):
        books = await recorded(pool, command.partner_id, wallet_id, entry_id)
        claw_back, lines = _claw_back(books, command.lines)
        posting = _posting(command, books, claw_back, lines)
        (verdict,) = await post(pool, Door.RETURNS, [posting], now=now)
        if verdict.stands:
            return ReturnReceipt(
                wallet_id=verdict.wallet_id,
                entry_id=verdict.entry_id,
                purchase=PurchaseRef(wallet_id=wallet_id, entry_id=entry_id),
                taken=await points_taken(pool, command.partner_id, verdict.wallet_id, verdict.entry_id),
                counters=counters(verdict),
                replayed=verdict.replayed,
                vouchers=await taken_back(pool, command.partner_id, verdict.wallet_id, verdict.entry_id)
                if claw_back.tokens
                else TakenBack(),
            )
        # Another return, or a merge of the member, came between: figure it anew from what is there now.
        if verdict.outcome not in ("STALE", "WALLET_MOVED"):
            raise refusal(verdict, posting)
    raise Busy


async def found(
    pool: Pool, partner_id: PartnerId, ref: PurchaseRef, *, lookup_key: bytes, now: datetime
) -> tuple[UUID, UUID]:
    """The wallet and entry of a partner's purchase.

    Raises: PurchaseNotFound, AmbiguousReceipt, MemberNotFound.
    """
    if ref.wallet_id is not None and ref.entry_id is not None:
        return ref.wallet_id, ref.entry_id
    assert ref.receipt_number is not None
    wallet_id = None
    if ref.member is not None:
        (member,) = await recognise(pool, [ref.member], partner_id, key=lookup_key, now=now)
        if member is None:
            raise await unknown(pool, partner_id)
        wallet_id = member.wallet_id
    purchases = await by_receipt(pool, partner_id, ref.receipt_number, wallet_id)
    if not purchases:
        raise PurchaseNotFound
    if len(purchases) > 1:
        raise AmbiguousReceipt
    return purchases[0]


async def purchase_to_return(
    pool: Pool, partner_id: PartnerId, ref: PurchaseRef, *, lookup_key: bytes, now: datetime
) -> PurchaseToReturn:
    """A partner's purchase with what of each line may still come back.

    Raises: PurchaseNotFound, AmbiguousReceipt, MemberNotFound.
    """
    wallet_id, entry_id = await found(pool, partner_id, ref, lookup_key=lookup_key, now=now)
    books = await recorded(pool, partner_id, wallet_id, entry_id)
    left = quantities_left(books)
    return PurchaseToReturn(
        partner_id=partner_id,
        wallet_id=wallet_id,
        entry_id=entry_id,
        occurred_at=books.purchase.occurred_at,
        lines=tuple(
            LineToReturn(
                number=line.number,
                sku=line.sku,
                quantity=line.quantity,
                left=left[line.number],
                amount=Money.of_minor(line.amount, books.purchase.currency),
            )
            for line in books.purchase.lines
        ),
    )


def _claw_back(books: Recorded, lines: tuple[ReturnedLine, ...] | None) -> tuple[ClawBack, tuple[ReturnedLine, ...]]:
    lines = _left(books) if lines is None else lines
    return rerate(books.purchase, books.campaigns, books.returned, lines), lines


def quantities_left(books: Recorded) -> dict[int, Decimal]:
    """How much of each line has not come back yet."""
    left = {line.number: line.quantity for line in books.purchase.lines}
    for back in books.returned:
        left[back.number] -= back.quantity
    return left


def _left(books: Recorded) -> tuple[ReturnedLine, ...]:
    left = quantities_left(books)
    lines = tuple(ReturnedLine(number, quantity) for number, quantity in left.items() if quantity)
    if not lines:
        raise NothingLeft
    return lines


def _posting(
    command: RecordReturn, books: Recorded, claw_back: ClawBack, lines: Sequence[ReturnedLine]
) -> ReturnPosting:
    return ReturnPosting(
        wallet_id=books.current_wallet_id,
        member_id=books.member_id,
        partner_id=command.partner_id,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
        outlet_id=command.outlet_id,
        channel=command.channel,
        staff=command.staff,
        reference=command.reference,
        refers_to=books.entry_id,
        purchase_wallet_id=books.wallet_id,
        returns_before=books.returns,
        claims=[Claim(lot_id=lot_id, points=points) for lot_id, points in claw_back.lots],
        numbers=[line.number for line in lines],
        quantities=[Decimal(line.quantity) for line in lines],
        amounts=[amount for _, amount in claw_back.amounts],
        benefits=list(claw_back.benefits),
        facts=_beside_points(claw_back),
    )


def _beside_points(claw_back: ClawBack) -> dict[str, Any] | None:
    """Things won and counts that are taken back; None where there are none."""
    tallies = [{"key": key, "counted": counted, "rewarded": won} for key, counted, won in claw_back.tallies]
    facts = {"tokens": list(claw_back.tokens), "tallies": tallies}
    return {name: part for name, part in facts.items() if part} or None


async def _answered_before(pool: Pool, command: RecordReturn, lookup_key: bytes, now: datetime) -> ReturnReceipt | None:
    """The first answer, where this very return was recorded before: what is left is less since, so it looks excessive.

    Raises: IdempotencyConflict.
    """
    key = (command.partner_id, command.idempotency_key)
    entry = (await entries_by_key(pool, [key])).get(key)
    if entry is None:
        return None
    if entry["kind"] != EntryKind.RETURN or entry["fingerprint"] != fingerprint(command):
        raise IdempotencyConflict(
            "This idempotency key was used for another request; a new request needs a new key.",
            path=("idempotencyKey",),
        )
    try:
        wallet_id, purchase_id = await found(pool, command.partner_id, command.purchase, lookup_key=lookup_key, now=now)
    except DomainError:
        # The reference names nobody any more, or by now several; the entry itself says which purchase it was.
        wallet_id, purchase_id = entry["wallet_id"], entry["refers_to"]
    return ReturnReceipt(
        wallet_id=entry["wallet_id"],
        entry_id=entry["entry_id"],
        purchase=PurchaseRef(wallet_id=wallet_id, entry_id=purchase_id),
        taken=await points_taken(pool, command.partner_id, entry["wallet_id"], entry["entry_id"]),
        counters=await counters_of(pool, entry["wallet_id"]),
        replayed=True,
        vouchers=await taken_back(pool, command.partner_id, entry["wallet_id"], entry["entry_id"]),
    )
