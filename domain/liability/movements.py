"""The reserve's account: money put in by one person, and taken out by two, never below what points still out need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.errors import IdempotencyConflict, InvalidValue
from domain.ids import PersonId, new_id
from domain.liability.cash import account_balance
from domain.liability.errors import MovementNotFound, ReleaseNeedsSecondPerson, ReserveNeeded, ReserveTooSmall
from domain.liability.evaluating import Position, position
from domain.liability.models import MovementKind, ReserveMovement
from domain.storage import ReadSession, WriteSession
from domain.values import check_text, minor_digits

LONGEST_NOTE = 500
LONGEST_KEY = 200
LARGEST = Decimal(10**12)
ONE_AT_A_TIME = 0x48414E534F
"""Releases take turns, so that two of them cannot both take the same money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMovement:
    """Money that moves, as a person writes it down."""

    kind: MovementKind
    amount: Decimal
    value_on: date
    note: str
    idempotency_key: str
    by: PersonId

    def __post_init__(self) -> None:
        if not (self.amount.is_finite() and 0 < self.amount < LARGEST):
            raise InvalidValue("an amount of the reserve is above nought", path=("amount",))
        check_text("note", self.note, LONGEST_NOTE)
        check_text("idempotency_key", self.idempotency_key, LONGEST_KEY)


async def record(session: WriteSession, command: RecordMovement, *, now: datetime) -> ReserveMovement:
    """Book a deposit, or ask for a release. The same key and content again gives the first movement.

    Raises: InvalidValue, IdempotencyConflict, ReserveTooSmall, ReserveNeeded.
    """
    await _take_turns(session)
    before = (
        await session.scalars(select(ReserveMovement).where(ReserveMovement.idempotency_key == command.idempotency_key))
    ).first()
    if before is not None:
        return _replayed(before, command)
    await _refuse_fractions(session, command.amount)
    deposit = command.kind is MovementKind.DEPOSIT
    if not deposit:
        await _refuse_what_is_needed(session, command.amount, now)
    movement = ReserveMovement(
        movement_id=new_id(),
        kind=command.kind,
        amount=command.amount,
        value_on=command.value_on,
        note=command.note,
        idempotency_key=command.idempotency_key,
        recorded_by=command.by,
        recorded_at=now,
        booked_at=now if deposit else None,
    )
    session.add(movement)
    await session.flush()  # what follows in this transaction asks for the balance
    return movement


async def approve(session: WriteSession, movement_id: UUID, *, by: PersonId, now: datetime) -> ReserveMovement:
    """Agree, as a second person, to a release; it is booked then. Repeated by the same person, it has one effect.

    Raises: MovementNotFound, ReleaseNeedsSecondPerson, ReserveTooSmall, ReserveNeeded.
    """
    await _take_turns(session)
    movement = await session.get(ReserveMovement, movement_id, populate_existing=True)
    if movement is None or movement.kind != MovementKind.RELEASE:
        raise MovementNotFound
    if movement.recorded_by == by:
        raise ReleaseNeedsSecondPerson
    if movement.booked_at is not None:
        return movement
    await _refuse_what_is_needed(session, movement.amount, now)
    movement.approved_by, movement.booked_at = by, now
    await session.flush()  # what follows in this transaction asks for the balance
    return movement


async def _take_turns(session: WriteSession) -> None:
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})


def _replayed(before: ReserveMovement, command: RecordMovement) -> ReserveMovement:
    said = (command.kind, command.amount, command.value_on, command.note, command.by)
    if said != (before.kind, before.amount, before.value_on, before.note, before.recorded_by):
        raise IdempotencyConflict("This key was used for another movement of the reserve.", path=("idempotency_key",))
    return before


async def _refuse_fractions(session: ReadSession, amount: Decimal) -> None:
    currency = (await coalition_of(session)).currency
    if amount != amount.quantize(Decimal(1).scaleb(-minor_digits(currency))):
        raise InvalidValue(f"{amount} has more decimals than {currency} allows", path=("amount",))


async def _refuse_what_is_needed(session: ReadSession, amount: Decimal, now: datetime) -> None:
    """Whether the account holds the amount, and what stays covers the points still out."""
    time_zone = (await coalition_of(session)).time_zone
    held = await account_balance(session, as_of=now, time_zone=time_zone)
    if held < amount:
        raise ReserveTooSmall(amount, held)
    found: Position = await position(session, as_of=now)
    free = max(Decimal(0), found.cover.cash - found.cover.need * found.cover.minimum)
    if free < amount:
        raise ReserveNeeded(amount, free)


async def movements(session: ReadSession) -> list[ReserveMovement]:
    """All movements, newest first."""
    newest = select(ReserveMovement).order_by(col(ReserveMovement.movement_id).desc())
    return list(await session.scalars(newest))
