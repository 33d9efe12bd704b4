"""What time brings to payments: what payees said is taken over, and who has not paid in time is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from domain.banking import confirming
from domain.banking.desk import take_turns
from domain.banking.models import Payment
from domain.coalition.founding import coalition_of
from domain.errors import NotFound
from domain.storage import WriteSession

REMIND_EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SweptPayments:
    """How many cycles were settled by what payees said, and how many payers were told that they are late."""

    settled: int
    reminded: int


async def sweep(session: WriteSession, *, now: datetime) -> SweptPayments:
    """Do what is due by now, with the coalition's sight; safe to repeat. Events tell the payers."""
    settled = await confirming.apply(session, now=now)
    return SweptPayments(len(settled), await _remind(session, now))


async def _remind(session: WriteSession, now: datetime) -> int:
    """Tell each partner of what it has not paid in time: on the day after, and every week until it has."""
    await take_turns(session)
    try:
        zone = ZoneInfo((await coalition_of(session)).time_zone)
    except NotFound:
        return 0  # nothing is founded, so nobody owes
    late = select(Payment).where(
        col(Payment.payer_id).is_not(None),
        Payment.due_on < now.astimezone(zone).date(),
        col(Payment.paid) + col(Payment.written_off) < col(Payment.amount),
        col(Payment.reminded_at).is_(None) | (col(Payment.reminded_at) <= now - REMIND_EVERY),
    )
    rows = (await session.scalars(late.order_by(col(Payment.payment_id)))).all()
    for row in rows:
        row.reminded_at = now
    return len(rows)
