"""Rows of those who leave: a partner on its way out, and the end of a coalition."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, text
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row


class ExitStep(StrEnum):
    """What happens on a partner's way out, in this order."""

    NOTICE = "NOTICE"
    """Notice is given; the partner goes on as before until its exit day, and everybody is told."""
    STOP_EARNING = "STOP_EARNING"
    """The exit day: the partner funds no more points."""
    END_TAIL = "END_TAIL"
    """Its tills have honoured points for the last time; its own points are good elsewhere, as ever."""
    SETTLE = "SETTLE"
    """What is still outstanding of its points is dealt with, and the last settlement begins."""
    CLOSE = "CLOSE"
    """All its cycles are closed and nothing is open: only its history remains."""


class Remainder(StrEnum):
    """Who stands behind points of a leaving partner that nobody has spent yet; members keep the points."""

    HONOUR = "HONOUR"
    """The partner goes on paying as its points are spent; it is closed when the last one is spent or has expired."""
    PAY_OUT = "PAY_OUT"
    """The partner pays the operator now what it would owe at redemption; the operator pays the redeemers later."""
    TAKE_OVER = "TAKE_OVER"
    """The operator becomes their sponsor and pays at redemption from its own."""
    WIND_DOWN = "WIND_DOWN"
    """The coalition ends with its last day to spend: no redemption follows that would cost anything."""


class Residual(StrEnum):
    """Who gets what was paid in for points that nobody spent by the last day of a coalition."""

    SPONSORS = "SPONSORS"
    """Those who paid it in."""
    CHARITY = "CHARITY"
    """Charity."""
    OPERATOR = "OPERATOR"
    """It stays with the operator."""


class PartnerExit(Row, table=True):
    """A partner's way out."""

    __tablename__ = "partner_exit"
    exit_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    wind_down_id: UUID | None = Field(default=None, foreign_key="wind_down.wind_down_id")
    """The end of the coalition that it is part of."""
    reason: str
    by_partner: bool
    """Whether the partner gave notice, or the coalition did."""
    noticed_by: UUID | None = None
    """Who gave notice; None: the command line, in a sandbox."""
    noticed_at: datetime = Field(sa_type=Instant)
    exit_at: datetime = Field(sa_type=Instant)
    """From then on it funds no points."""
    honours_until: datetime = Field(sa_type=Instant)
    """Until then its tills honour points, as its contract says."""
    stopped_at: datetime | None = Field(default=None, sa_type=Instant)
    tail_ended_at: datetime | None = Field(default=None, sa_type=Instant)
    remainder: str | None = None
    remainder_by: UUID | None = None
    remainder_agreed_by: UUID | None = None
    remainder_agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    last_cycle_id: UUID | None = None
    """The cycle with whose cut-off it ends; what comes later of its points is the operator's."""
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_points: int | None = Field(default=None, sa_type=BigInteger)
    """What was outstanding at that cut-off."""
    settled_amount: Decimal | None = Field(default=None, sa_type=Numeric())
    """What the partner pays for them, or at a coalition's end gets back."""
    closed_by: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_partner_exit_standing", "partner_id", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        CheckConstraint("exit_at >= noticed_at AND honours_until >= exit_at", name="dates"),
        CheckConstraint("remainder IN ('HONOUR', 'PAY_OUT', 'TAKE_OVER', 'WIND_DOWN')", name="remainder"),
        CheckConstraint("remainder_agreed_by <> remainder_by", name="second_person"),
        CheckConstraint("remainder IS NOT NULL OR remainder_agreed_at IS NULL", name="remainder_agreed"),
        CheckConstraint(
            "(stopped_at IS NOT NULL OR tail_ended_at IS NULL) AND (tail_ended_at IS NOT NULL OR settled_at IS NULL)"
            " AND (settled_at IS NOT NULL OR closed_at IS NULL) AND (withdrawn_at IS NULL OR stopped_at IS NULL)",
            name="order",
        ),
        CheckConstraint(
            "(settled_at IS NULL) = (last_cycle_id IS NULL)"
            " AND (settled_at IS NULL OR remainder_agreed_at IS NOT NULL)",
            name="settled",
        ),
    )


class WindDown(Row, table=True):
    """The end of the coalition: announced by one person, confirmed by another."""

    __tablename__ = "wind_down"
    wind_down_id: UUID = Field(primary_key=True)
    reason: str
    earning_ends_at: datetime = Field(sa_type=Instant)
    """From then on nobody earns points."""
    spending_ends_at: datetime = Field(sa_type=Instant)
    """Until then points can be spent."""
    residual: str
    announced_by: UUID
    announced_at: datetime = Field(sa_type=Instant)
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    """From then on everybody is told."""
    last_cycle_id: UUID | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_points: int | None = Field(default=None, sa_type=BigInteger)
    settled_amount: Decimal | None = Field(default=None, sa_type=Numeric())
    """What had been paid in for the points nobody spent."""
    closed_by: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_wind_down_standing", text("(true)"), unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        CheckConstraint("earning_ends_at >= announced_at AND spending_ends_at >= earning_ends_at", name="dates"),
        CheckConstraint("residual IN ('SPONSORS', 'CHARITY', 'OPERATOR')", name="residual"),
        CheckConstraint("confirmed_by <> announced_by", name="second_person"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
        CheckConstraint("closed_by <> announced_by", name="closed_by_another"),
        CheckConstraint(
            "(confirmed_at IS NOT NULL OR settled_at IS NULL) AND (settled_at IS NOT NULL OR closed_at IS NULL)"
            " AND (withdrawn_at IS NULL OR settled_at IS NULL) AND (settled_at IS NULL) = (last_cycle_id IS NULL)",
            name="order",
        ),
    )
