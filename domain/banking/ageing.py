"""How long what is open has been due: for each who owes, and in sums that tie to the payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from domain.banking import visible
from domain.banking.models import Payment
from domain.ids import PartnerId
from domain.settlement.exact import ZERO, total
from domain.storage import ReadSession, concerning, sight_of


class Age(StrEnum):
    """How many days a payment is past due."""

    CURRENT = "CURRENT"
    """None yet."""
    TO_30 = "TO_30"
    """1 to 30."""
    TO_60 = "TO_60"
    """31 to 60."""
    TO_90 = "TO_90"
    """61 to 90."""
    OVER_90 = "OVER_90"
    """More."""


LAST_DAYS: tuple[tuple[int, Age], ...] = ((0, Age.CURRENT), (30, Age.TO_30), (60, Age.TO_60), (90, Age.TO_90))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """What one party has yet to pay, by how long it has been due; without interest."""

    payer_id: UUID | None
    """None: the operator."""
    by_age: dict[Age, Decimal]
    open: Decimal
    payments: int
    oldest: date
    """The day on which the longest due was due."""


def age_of(due_on: date, today: date) -> Age:
    """The age of what was due on a day."""
    late = (today - due_on).days
    return next((age for last, age in LAST_DAYS if late <= last), Age.OVER_90)


def aged(payments: Iterable[Payment], today: date) -> list[Aged]:
    """Open payments by payer and age; who owes most comes first."""
    owed: dict[UUID | None, list[Payment]] = {}
    for payment in payments:
        if payment.open:
            owed.setdefault(payment.payer_id, []).append(payment)
    found = [_of_one(payer_id, theirs, today) for payer_id, theirs in owed.items()]
    return sorted(found, key=lambda row: (-row.open, str(row.payer_id)))


def _of_one(payer_id: UUID | None, payments: Sequence[Payment], today: date) -> Aged:
    by_age = dict.fromkeys(Age, ZERO)
    for payment in payments:
        by_age[age_of(payment.due_on, today)] += payment.open
    return Aged(
        payer_id=payer_id,
        by_age=by_age,
        open=total(by_age.values()),
        payments=len(payments),
        oldest=min(payment.due_on for payment in payments),
    )


async def ageing(session: ReadSession, *, today: date) -> list[Aged]:
    """What is open, as far as the viewer may see it: a partner sees what it owes and what the others owe it."""
    rows = await session.scalars(select(Payment).where(visible.payments(sight_of(session)), _is_open()))
    return aged(rows, today)


async def open_amount(session: ReadSession, partner_id: PartnerId) -> Decimal:
    """What a partner has yet to pay of all cycles that are instructed."""
    rows = select(Payment).where(
        Payment.payer_id == partner_id, _is_open(), concerning(sight_of(session), col(Payment.payer_id))
    )
    return total(payment.open for payment in await session.scalars(rows))


def _is_open() -> ColumnElement[bool]:
    return col(Payment.paid) + col(Payment.written_off) < col(Payment.amount)
