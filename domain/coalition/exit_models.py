"""Rows of those who leave: a partner on its way out, and the end of a coalition."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, text
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row


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
