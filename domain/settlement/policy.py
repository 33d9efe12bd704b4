"""How the coalition settles: one row of settings, read by every part of settlement and changed by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import select

from domain.errors import InvalidValue
from domain.ids import PersonId
from domain.settlement.policy_models import Calendar, PaymentPlan, SettlementPolicy
from domain.storage import ReadSession, WriteSession

_DAYS: Mapping[str, tuple[int, int]] = {
    "days_to_answer": (0, 90),
    "reminder_days": (0, 90),
    "approval_days": (1, 90),
    "answer_days": (1, 365),
    "escalation_days": (1, 365),
    "decision_days": (1, 365),
    "time_tolerance_minutes": (0, 525_600),
}
_AMOUNTS = ("de_minimis", "amount_tolerance")
_RATIOS = ("concentration_share", "cover_warning", "cover_minimum")
_MOST = Decimal(10**9)
_FINEST = Decimal("0.000001")


async def policy_of(session: ReadSession) -> SettlementPolicy:
    """The settings of settlement; those a coalition begins with, until they are changed."""
    return (await session.scalars(select(SettlementPolicy))).one()


async def change(
    session: WriteSession, changes: Mapping[str, Any], *, by: PersonId | None, now: datetime
) -> SettlementPolicy:
    """Change some of the settings; they count for the steps taken from now on. Raises: InvalidValue."""
    # Writing first makes whoever else changes them wait.
    await session.execute(update(SettlementPolicy).values(changed_by=by, changed_at=now))
    policy = (await session.scalars(select(SettlementPolicy).execution_options(populate_existing=True))).one()
    calendar = policy.calendar
    for name, value in changes.items():
        setattr(policy, name, _checked(name, value))
    if policy.calendar != calendar:
        policy.calendar_since = now
    if policy.cover_warning < policy.cover_minimum:
        raise InvalidValue("a warning comes at the minimum cover or above it", path=("cover_warning",))
    if not 0 < policy.concentration_share <= 1:
        raise InvalidValue("a share is above 0 and at most 1", path=("concentration_share",))
    return policy


def _checked(name: str, value: Any) -> Any:
    """A setting within its bounds. Raises: InvalidValue."""
    if name in _DAYS:
        least, most = _DAYS[name]
        if not least <= value <= most:
            raise InvalidValue(f"{name} is a whole number from {least} to {most}", path=(name,))
        return value
    if name in {*_AMOUNTS, *_RATIOS}:
        amount = Decimal(value)
        if not (amount.is_finite() and 0 <= amount < _MOST and amount == amount.quantize(_FINEST)):
            raise InvalidValue(f"{name} is nought or more, with six decimals at most", path=(name,))
        return amount
    match name:
        case "calendar":
            return _one_of(Calendar, name, value)
        case "payment_plan":
            return _one_of(PaymentPlan, name, value)
        case "refuse_unsecured":
            return bool(value)
    raise InvalidValue(f"there is no setting {name}", path=(name,))


def _one_of(words: type[StrEnum], name: str, value: str) -> StrEnum:
    try:
        return words(value)
    except ValueError:
        raise InvalidValue(f"{name} is one of {', '.join(words)}", path=(name,)) from None
