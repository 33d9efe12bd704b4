"""Rows of disputes. What was said stays; the dispute itself only moves on through its stages."""

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

STATES = "('RAISED', 'ANSWERED', 'ESCALATED', 'DECIDED', 'WITHDRAWN')"


class DisputeReason(StrEnum):
    """Why a line is disputed."""

    WRONG_AMOUNT = "WRONG_AMOUNT"
    """It was counted or computed wrongly."""
    DUPLICATE = "DUPLICATE"
    """The same was charged before."""
    NOT_OURS = "NOT_OURS"
    """It concerns somebody else."""
    RETURNED = "RETURNED"
    """The goods came back, and this was not taken back."""
    PRICE = "PRICE"
    """It was priced otherwise than the contract says."""
    LATE = "LATE"
    """It belongs to another cycle."""
    OTHER = "OTHER"
    """Something else; the words say what."""


class DisputeState(StrEnum):
    """How far a dispute has come."""

    RAISED = "RAISED"
    """The other side of the line is to answer."""
    ANSWERED = "ANSWERED"
    """Who raised it is to withdraw or to escalate it."""
    ESCALATED = "ESCALATED"
    """The coalition is to decide."""
    DECIDED = "DECIDED"
    """The coalition has decided."""
    WITHDRAWN = "WITHDRAWN"
    """Who raised it took it back."""


OPEN_STATES = (DisputeState.RAISED, DisputeState.ANSWERED, DisputeState.ESCALATED)


class DisputeTreatment(StrEnum):
    """What becomes of the disputed amount until it is decided."""

    PROVISIONAL = "PROVISIONAL"
    """It stays in the statement and is paid; what is upheld is given back in a later cycle."""
    LEFT_OUT = "LEFT_OUT"
    """It is taken out of the cycle; what is not upheld is charged in a later one."""


class DisputeStepKind(StrEnum):
    """What is done to a dispute."""

    RAISE = "RAISE"
    """A partner disputed a line."""
    ANSWER = "ANSWER"
    """The other side answered."""
    ESCALATE = "ESCALATE"
    """It was laid before the coalition, by a side or because the time was over."""
    DECIDE = "DECIDE"
    """The coalition decided."""
    WITHDRAW = "WITHDRAW"
    """Whoever raised it took it back."""
    EVIDENCE = "EVIDENCE"
    """A file or a note was added."""


class DisputeOutcome(StrEnum):
    """What the coalition decided."""

    UPHELD = "UPHELD"
    """Who raised it is right, in whole or in part."""
    REJECTED = "REJECTED"
    """The line stands."""


class Dispute(Row, table=True):
    """A partner does not agree with a line of its statement, or with a part of it."""

    __tablename__ = "dispute"
    dispute_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """Who raised it."""
    other_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The other side of the line; None: the coalition, for an account of the house."""
    idempotency_key: str
    fingerprint: bytes = Field(sa_type=LargeBinary)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    line_id: UUID = Field(foreign_key="statement_line.line_id")
    """As it stood when it was disputed; a later computation draws the line up anew, under another id."""
    reason: str
    words: str | None = None
    exact: Decimal = Field(sa_type=Amount)
    """The sum of the transfers that were named; otherwise the amount."""
    amount: Decimal = Field(sa_type=Amount)
    """What is disputed, as the currency can pay it."""
    treatment: str
    raised_by: UUID
    raised_at: datetime = Field(sa_type=Instant)
    state: str
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """Until when the next stage is to be reached; None once nothing more is to come."""
    changed_at: datetime = Field(sa_type=Instant)
    answer: str | None = None
    conceded: Decimal | None = Field(default=None, sa_type=Amount)
    """How much of it the other side agrees to."""
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("partner_id", "idempotency_key"),
        Index(None, "cycle_id"),
        Index(None, "line_id"),
        Index(None, "partner_id", "dispute_id"),
        Index(None, "other_id", "dispute_id"),
        Index("ix_dispute_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        CheckConstraint(
            "reason IN ('WRONG_AMOUNT', 'DUPLICATE', 'NOT_OURS', 'RETURNED', 'PRICE', 'LATE', 'OTHER')", name="reason"
        ),
        CheckConstraint("reason <> 'OTHER' OR words IS NOT NULL", name="words_where_no_code_says_it"),
        CheckConstraint("amount > 0 AND exact > 0", name="amount"),
        CheckConstraint("treatment IN ('PROVISIONAL', 'LEFT_OUT')", name="treatment"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("(state IN ('DECIDED', 'WITHDRAWN')) = (due_at IS NULL)", name="due_while_open"),
        CheckConstraint(
            "num_nonnulls(answer, conceded, answered_by, answered_at) IN (0, 4)", name="answered_by_somebody"
        ),
        CheckConstraint("state <> 'ANSWERED' OR answered_at IS NOT NULL", name="answered_when_it_says_so"),
        CheckConstraint("conceded BETWEEN 0 AND amount", name="conceded"),
        CheckConstraint("answered_by <> raised_by", name="answered_by_another"),
    )

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.state in OPEN_STATES


class DisputeTransfer(Row, table=True):
    """A movement of points that a dispute names."""

    __tablename__ = "dispute_transfer"
    dispute_id: UUID = Field(primary_key=True, foreign_key="dispute.dispute_id")
    wallet_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    n: int = Field(primary_key=True)
    partner_id: UUID
    other_id: UUID | None = None
    points: int = Field(sa_type=BigInteger)
    exact: Decimal = Field(sa_type=Amount)

    __table_args__ = (CheckConstraint("exact > 0", name="exact"),)


class DisputeEvidence(Row, table=True):
    """A file or a note that one side laid before the other and the coalition; never changed."""

    __tablename__ = "dispute_evidence"
    evidence_id: UUID = Field(primary_key=True)
    dispute_id: UUID = Field(foreign_key="dispute.dispute_id")
    partner_id: UUID
    other_id: UUID | None = None
    by_partner_id: UUID | None = None
    """Who added it; None: the coalition."""
    name: str
    media_type: str | None = None
    words: str | None = None
    """A note's."""
    content: bytes | None = Field(default=None, sa_type=LargeBinary)
    """A file's."""
    size: int
    sha256: bytes = Field(sa_type=LargeBinary)
    added_by: UUID
    added_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("dispute_id", "by_partner_id", "sha256", postgresql_nulls_not_distinct=True),
        CheckConstraint(
            "(content IS NULL) <> (words IS NULL) AND (content IS NULL) = (media_type IS NULL)", name="file_or_note"
        ),
        CheckConstraint("sha256 = sha256(COALESCE(content, convert_to(words, 'UTF8')))", name="hash"),
        CheckConstraint("size = octet_length(COALESCE(content, convert_to(words, 'UTF8')))", name="size"),
    )


class DisputeStep(Row, table=True):
    """Who did what in a dispute, and when; appended, never changed."""

    __tablename__ = "dispute_step"
    step_id: UUID = Field(primary_key=True)
    dispute_id: UUID = Field(foreign_key="dispute.dispute_id")
    partner_id: UUID
    other_id: UUID | None = None
    by_partner_id: UUID | None = None
    """Whose step it was; None: the coalition's, or that of time."""
    step: str
    from_state: str | None = None
    to_state: str
    person_id: UUID | None = None
    """None: time did it."""
    note: str | None = None
    taken_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index(None, "dispute_id", "step_id"),
        CheckConstraint("step IN ('RAISE', 'ANSWER', 'ESCALATE', 'DECIDE', 'WITHDRAW', 'EVIDENCE')", name="step"),
        CheckConstraint(f"from_state IN {STATES} AND to_state IN {STATES}", name="states"),
    )


class DisputeDecision(Row, table=True):
    """What the coalition decided, by a person who neither prepared the cycle nor answered the dispute."""

    __tablename__ = "dispute_decision"
    dispute_id: UUID = Field(primary_key=True, foreign_key="dispute.dispute_id")
    partner_id: UUID
    other_id: UUID | None = None
    outcome: str
    upheld: Decimal = Field(sa_type=Amount)
    """How much of the disputed amount."""
    reasons: str
    prepared_by: UUID
    answered_by: UUID | None = None
    decided_by: UUID
    decided_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        CheckConstraint("outcome IN ('UPHELD', 'REJECTED')", name="outcome"),
        CheckConstraint("upheld >= 0 AND (outcome = 'REJECTED') = (upheld = 0)", name="upheld"),
        CheckConstraint("decided_by <> prepared_by AND decided_by IS DISTINCT FROM answered_by", name="second_person"),
    )
