"""The row of an adjustment in money."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Numeric, UniqueConstraint, text
from sqlmodel import Field

from domain.settlement.models import PARTIES
from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Amount: Any = Numeric()


class AdjustmentReason(StrEnum):
    """Why money is adjusted."""

    DISPUTE_HELD = "DISPUTE_HELD"
    """A disputed line is taken out until the dispute is decided."""
    DISPUTE_DECIDED = "DISPUTE_DECIDED"
    """What the decision of a dispute comes to."""
    PARTNER_SET_ASIDE = "PARTNER_SET_ASIDE"
    """What was set aside when a partner failed comes back, or is made good by the operator."""
    PREPAID = "PREPAID"
    """Charges that were paid before with a pack of points."""
    CORRECTION = "CORRECTION"
    """Something was wrong, and two people put it right by hand."""
    LATE = "LATE"
    """What came too late for the cycle of its purchase is made up for by hand, by two people."""
    EXIT = "EXIT"
    """A partner that leaves pays for points still out, or a coalition that ends gives back what was paid."""
    WRITE_OFF = "WRITE_OFF"
    """What will not be paid is given up, by two people."""

    @property
    def by_hand(self) -> bool:
        """Whether two people have to agree before it counts."""
        return self in {AdjustmentReason.CORRECTION, AdjustmentReason.LATE, AdjustmentReason.WRITE_OFF}


class SettlementAdjustment(Row, table=True):
    """An amount one party owes another besides what transfers come to; a line of exactly one cycle."""

    __tablename__ = "settlement_adjustment"
    adjustment_id: UUID = Field(primary_key=True)
    reason: str
    debtor: str
    debtor_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    creditor: str
    creditor_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    amount: Decimal = Field(sa_type=Amount)
    adjusts_cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    subject_id: UUID | None = None
    """What it came of: the dispute, the payment, the partner set aside."""
    note: str
    """In words, for both its sides."""
    cycle_id: UUID | None = Field(default=None, foreign_key="cycle.cycle_id")
    """The cycle it is a line of; None while it waits for one."""
    idempotency_key: str | None = None
    made_by: UUID | None = None
    """None: the coalition's own work."""
    made_at: datetime = Field(sa_type=Instant)
    agreed_by: UUID | None = None
    agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    """From then on it counts."""
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index(None, "cycle_id"),
        Index(None, "debtor_id"),
        Index(None, "creditor_id"),
        Index(
            "ix_settlement_adjustment_waiting",
            "adjustment_id",
            postgresql_where=text("cycle_id IS NULL AND withdrawn_at IS NULL"),
        ),
        CheckConstraint(
            "reason IN ('DISPUTE_HELD', 'DISPUTE_DECIDED', 'PARTNER_SET_ASIDE', 'PREPAID', 'CORRECTION', 'LATE',"
            " 'WRITE_OFF', 'EXIT')",
            name="reason",
        ),
        CheckConstraint(f"debtor IN {PARTIES} AND (debtor = 'PARTNER') = (debtor_id IS NOT NULL)", name="debtor"),
        CheckConstraint(
            f"creditor IN {PARTIES} AND (creditor = 'PARTNER') = (creditor_id IS NOT NULL)", name="creditor"
        ),
        CheckConstraint("debtor <> creditor OR debtor_id IS DISTINCT FROM creditor_id", name="two_sides"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "reason NOT IN ('CORRECTION', 'LATE', 'WRITE_OFF')"
            " OR (made_by IS NOT NULL AND (agreed_at IS NULL) = (agreed_by IS NULL) AND agreed_by <> made_by)",
            name="second_person",
        ),
        CheckConstraint("withdrawn_at IS NULL OR agreed_at IS NULL", name="agreed_or_withdrawn"),
        CheckConstraint("cycle_id IS NULL OR agreed_at IS NOT NULL", name="counts_when_agreed"),
    )
