"""The rows of prepaid packs, and of what is given back of them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, LargeBinary, Numeric, UniqueConstraint, text
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Amount: Any = Numeric()


class PackState(StrEnum):
    """How far a pack has come."""

    ORDERED = "ORDERED"
    """It waits for its money."""
    NOTED = "NOTED"
    """One person says that the money is there; another is to agree."""
    PAID = "PAID"
    """Its points can be awarded."""
    CANCELLED = "CANCELLED"
    """Nobody will pay it."""


class PrepaidPack(Row, table=True):
    """Points that a partner pays before it awards them; one order, of one pack or of several."""

    __tablename__ = "prepaid_pack"
    pack_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    number: int
    """Counts the partner's orders."""
    contract_id: UUID = Field(foreign_key="contract.contract_id")
    """The version it was ordered under."""
    packs: int
    points: int = Field(sa_type=BigInteger)
    price: Decimal = Field(sa_type=Amount)
    """What is due for a point when it is awarded, without tax, fixed at the order."""
    net: Decimal = Field(sa_type=Amount)
    tax: Decimal = Field(sa_type=Amount)
    gross: Decimal = Field(sa_type=Amount)
    currency: str
    reference: str
    """What its payment bears (ISO 11649)."""
    idempotency_key: str
    fingerprint: bytes = Field(sa_type=LargeBinary)
    ordered_at: datetime = Field(sa_type=Instant)
    ordered_by: UUID | None = None
    noted_at: datetime | None = Field(default=None, sa_type=Instant)
    noted_by: UUID | None = None
    bank_note: str | None = None
    """Where the money was seen: the bank's reference or the statement's number."""
    bank_entry_id: UUID | None = None
    """The entry of a bank statement that paid it."""
    paid_at: datetime | None = Field(default=None, sa_type=Instant)
    paid_by: UUID | None = None
    """The second person; None where a bank statement says so."""
    cycle_id: UUID | None = Field(default=None, foreign_key="cycle.cycle_id")
    """The cycle that was open when it was paid."""
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    cancelled_by: UUID | None = None

    __table_args__ = (
        UniqueConstraint("partner_id", "number"),
        UniqueConstraint("partner_id", "idempotency_key"),
        UniqueConstraint("reference"),
        CheckConstraint("number BETWEEN 1 AND 99999", name="number"),
        CheckConstraint("packs > 0 AND points > 0", name="points"),
        CheckConstraint("least(price, net, tax) >= 0 AND gross = net + tax", name="gross"),
        CheckConstraint("num_nonnulls(noted_at, noted_by, bank_note) IN (0, 3)", name="noted"),
        CheckConstraint("paid_by <> noted_by", name="second_person"),
        CheckConstraint(
            "(paid_at IS NULL) = (cycle_id IS NULL)"
            " AND (paid_at IS NULL) = (num_nonnulls(paid_by, bank_entry_id) = 0)"
            " AND (paid_by IS NULL OR noted_by IS NOT NULL)",
            name="paid",
        ),
        CheckConstraint("paid_at IS NULL OR cancelled_at IS NULL", name="paid_or_cancelled"),
    )

    @property
    def state(self) -> PackState:
        """How far it has come."""
        if self.paid_at is not None:
            return PackState.PAID
        if self.cancelled_at is not None:
            return PackState.CANCELLED
        return PackState.ORDERED if self.noted_at is None else PackState.NOTED


class PrepaidRefund(Row, table=True):
    """What is left of a partner's packs is given back: one person asks, another agrees."""

    __tablename__ = "prepaid_refund"
    refund_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    note: str
    """Why."""
    asked_by: UUID
    asked_at: datetime = Field(sa_type=Instant)
    agreed_by: UUID | None = None
    agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    points: int | None = Field(default=None, sa_type=BigInteger)
    """What was left when it was agreed to."""
    cycle_id: UUID | None = Field(default=None, foreign_key="cycle.cycle_id")
    """The cycle that was open then; its statement gives the money back."""

    __table_args__ = (
        Index("uq_prepaid_refund_asked", "partner_id", unique=True, postgresql_where=text("agreed_at IS NULL")),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("agreed_by <> asked_by", name="second_person"),
        CheckConstraint("num_nonnulls(agreed_by, agreed_at, points, cycle_id) IN (0, 4)", name="agreed"),
    )
