"""The row of how a coalition settles."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Numeric
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Amount: Any = Numeric(18, 6)
Ratio: Any = Numeric(9, 6)


class Calendar(StrEnum):
    """When a cycle is cut off: at midnight in the coalition's time zone, or when somebody does it."""

    MONTH = "MONTH"
    """On the first of each month."""
    HALF_MONTH = "HALF_MONTH"
    """On the first and the sixteenth."""
    WEEK = "WEEK"
    """On Mondays."""
    BY_HAND = "BY_HAND"
    """Never by itself."""


class PaymentPlan(StrEnum):
    """Between whom the payments of a cycle go."""

    THROUGH_OPERATOR = "THROUGH_OPERATOR"
    """Each partner pays the operator, or is paid by it, once."""
    PEER_TO_PEER = "PEER_TO_PEER"
    """Few payments straight between the parties."""


class SettlementPolicy(Row, table=True):
    """How the coalition settles: one row. What it says counts for the steps taken from then on, never backwards."""

    __tablename__ = "settlement_policy"
    one: bool = Field(default=True, primary_key=True)
    calendar: str = Calendar.BY_HAND
    calendar_since: datetime | None = Field(default=None, sa_type=Instant)
    """From when on the calendar cuts cycles off; it does not reach back."""
    days_to_answer: int = 14
    """How long partners may answer a proposal; silence past it is acceptance."""
    reminder_days: int = 3
    """How long before its time to answer is over a partner is reminded; none at nought."""
    approval_days: int = 7
    """How long an approval may be acted upon."""
    de_minimis: Decimal = Field(default=Decimal(0), sa_type=Amount)
    """Balances below it are carried forward."""
    payment_plan: str = PaymentPlan.THROUGH_OPERATOR
    answer_days: int = 10
    """How long a dispute may wait for its answer,"""
    escalation_days: int = 5
    """its raiser to escalate after that,"""
    decision_days: int = 10
    """and the escalated dispute for its decision."""
    amount_tolerance: Decimal = Field(default=Decimal(0), sa_type=Amount)
    """By how much money a partner's record may differ from the ledger and still match."""
    time_tolerance_minutes: int = 1440
    """By how much time it may."""
    concentration_share: Decimal = Field(default=Decimal("0.5"), sa_type=Ratio)
    """The share of all points issued above which one partner carries too much."""
    cover_warning: Decimal = Field(default=Decimal("1.05"), sa_type=Ratio)
    """Below this reserve cover there is a warning,"""
    cover_minimum: Decimal = Field(default=Decimal("1.00"), sa_type=Ratio)
    """and below this one unsecured points are refused,"""
    refuse_unsecured: bool = False
    """if the coalition wants them to be."""
    changed_by: UUID | None = None
    """None: as it was founded, or by the command line."""
    changed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        CheckConstraint("one", name="one"),
        CheckConstraint("calendar IN ('MONTH', 'HALF_MONTH', 'WEEK', 'BY_HAND')", name="calendar"),
        CheckConstraint("payment_plan IN ('THROUGH_OPERATOR', 'PEER_TO_PEER')", name="payment_plan"),
        CheckConstraint("days_to_answer BETWEEN 0 AND 90 AND reminder_days BETWEEN 0 AND 90", name="days_to_answer"),
        CheckConstraint("approval_days BETWEEN 1 AND 90", name="approval_days"),
        CheckConstraint(
            "least(answer_days, escalation_days, decision_days) >= 1"
            " AND greatest(answer_days, escalation_days, decision_days) <= 365",
            name="dispute_days",
        ),
        CheckConstraint("least(de_minimis, amount_tolerance, time_tolerance_minutes) >= 0", name="not_negative"),
        CheckConstraint("concentration_share > 0 AND concentration_share <= 1", name="concentration_share"),
        CheckConstraint("cover_minimum >= 0 AND cover_warning >= cover_minimum", name="cover"),
    )
