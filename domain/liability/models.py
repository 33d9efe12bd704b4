"""Rows of the reserve: movements of its account, and what was found of it day by day. Neither changes once booked."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Index, LargeBinary, Numeric, UniqueConstraint
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Amount: Any = Numeric()


class MovementKind(StrEnum):
    """What happened to the reserve's account."""

    DEPOSIT = "DEPOSIT"
    """Money was put in; one person records it."""
    RELEASE = "RELEASE"
    """Money is taken out; it counts once a second person agrees."""


class Basis(StrEnum):
    """What an estimate of further redemptions rests on."""

    DEVELOPED = "DEVELOPED"
    """The cohort's own redemptions, developed by the chain ladder."""
    POOLED = "POOLED"
    """The rate of all developed cohorts together: this one has no complete month, or nothing of it was redeemed yet."""
    ALL_OUTSTANDING = "ALL_OUTSTANDING"
    """There is too little history to say: every point still out counts as one that will be redeemed."""
    ASSUMED = "ASSUMED"
    """A rate that was given, for a scenario."""


class Standing(StrEnum):
    """What the cover is worth by the coalition's thresholds."""

    COVERED = "COVERED"
    """At or above the threshold of warning, or there is no need."""
    WARNING = "WARNING"
    """Below the threshold of warning."""
    SHORT = "SHORT"
    """Below the minimum: unsecured issuance is refused, if the coalition's settings say so."""


class ReserveMovement(Row, table=True):
    """Money put into the reserve's account, or taken out of it by two persons."""

    __tablename__ = "reserve_movement"
    movement_id: UUID = Field(primary_key=True)
    kind: str
    amount: Decimal = Field(sa_type=Amount)
    """In the settlement currency; always positive."""
    value_on: date = Field(sa_type=Date)
    """The bank's value date; it counts from then, and never before it was booked."""
    note: str
    idempotency_key: str
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=Instant)
    approved_by: UUID | None = None
    """Who agreed to a release."""
    booked_at: datetime | None = Field(default=None, sa_type=Instant)
    """None while a release waits for its second person."""

    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        CheckConstraint("kind IN ('DEPOSIT', 'RELEASE')", name="kind"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("approved_by <> recorded_by", name="two_persons_release"),
        CheckConstraint("kind <> 'DEPOSIT' OR booked_at IS NOT NULL", name="deposit_is_booked"),
        CheckConstraint("kind <> 'RELEASE' OR (booked_at IS NULL) = (approved_by IS NULL)", name="release_is_approved"),
    )


class ReserveFinding(Row, table=True):
    """What was outstanding, needed and there at an instant; computed again from the ledger it is the same."""

    __tablename__ = "reserve_finding"
    finding_id: UUID = Field(primary_key=True)
    as_of: datetime = Field(sa_type=Instant)
    """Everything posted up to then."""
    found_at: datetime = Field(sa_type=Instant)
    day: date | None = Field(default=None, sa_type=Date)
    """The day that begins at as_of, for the daily findings; None for those in between."""
    outstanding: int = Field(sa_type=BigInteger)
    """Points still out."""
    further: Decimal = Field(sa_type=Amount)
    """How many of them are expected to be redeemed."""
    urr_low: Decimal = Field(sa_type=Amount)
    urr: Decimal = Field(sa_type=Amount)
    urr_high: Decimal = Field(sa_type=Amount)
    """The ultimate redemption rate and its range."""
    redemption_price: Decimal = Field(sa_type=Amount)
    need_low: Decimal = Field(sa_type=Amount)
    need: Decimal = Field(sa_type=Amount)
    need_high: Decimal = Field(sa_type=Amount)
    from_settlement: Decimal = Field(sa_type=Amount)
    """What settled cycles left with the operator for points."""
    from_account: Decimal = Field(sa_type=Amount)
    """The balance of the reserve's account."""
    cover: Decimal | None = Field(default=None, sa_type=Amount)
    """Cash divided by need, to six decimals, rounded down; None where nothing is needed."""
    cover_warning: Decimal = Field(sa_type=Amount)
    cover_minimum: Decimal = Field(sa_type=Amount)
    standing: str
    basis: str
    digest: bytes = Field(sa_type=LargeBinary)
    """SHA-256 over everything it was computed from."""

    __table_args__ = (
        UniqueConstraint("day"),
        Index(None, "as_of"),
        CheckConstraint("urr_low <= urr AND urr <= urr_high", name="rates"),
        CheckConstraint("need_low <= need AND need <= need_high AND need_low >= 0", name="needs"),
        CheckConstraint("(cover IS NULL) = (need = 0)", name="cover"),
        CheckConstraint("standing IN ('COVERED', 'WARNING', 'SHORT')", name="standing"),
        CheckConstraint("basis IN ('DEVELOPED', 'ALL_OUTSTANDING')", name="basis"),
        CheckConstraint("outstanding >= 0 AND further BETWEEN 0 AND outstanding", name="points"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
    )


class LiabilityMemory(Row, table=True):
    """A cycle whose sums are final and were counted once."""

    __tablename__ = "liability_memory"
    cycle_id: UUID = Field(primary_key=True, foreign_key="cycle.cycle_id")
    last_posted_at: datetime | None = Field(default=None, sa_type=Instant)
    """As of an earlier instant, the cycle is counted anew."""
    remembered_at: datetime = Field(sa_type=Instant)


class LiabilitySum(Row, table=True):
    """What a cycle's transfers come to that are alike; only the ledger's functions read and write it."""

    __tablename__ = "liability_sum"
    cycle_id: UUID = Field(primary_key=True, foreign_key="liability_memory.cycle_id")
    number: int = Field(primary_key=True)
    kind: str
    sponsor_id: UUID
    sponsor_contract_id: UUID
    accrual_cycle_id: UUID
    redeemer_id: UUID | None = None
    redeemer_contract_id: UUID | None = None
    cohort_from: datetime = Field(sa_type=Instant)
    """The first instant of the month in which the points were issued."""
    month_from: datetime = Field(sa_type=Instant)
    """The first instant of the month in which it happened."""
    points: Decimal = Field(sa_type=Amount)

    __table_args__ = (CheckConstraint("points > 0", name="points"),)
