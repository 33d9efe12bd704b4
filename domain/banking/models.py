"""Rows of banking: payments, files for and from banks, their entries, and which money belongs to which payment."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Amount: Any = Numeric()


class BankFile(Row, table=True):
    """A file for a bank or from one, as it was, byte for byte."""

    __tablename__ = "bank_file"
    file_id: UUID = Field(primary_key=True)
    kind: str
    message_id: str
    """The file's own id; banks refuse an order whose id they have seen before."""
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """Whose account pays; None: the operator's."""
    cycle_id: UUID | None = Field(default=None, foreign_key="cycle.cycle_id")
    content: bytes = Field(sa_type=LargeBinary)
    sha256: bytes = Field(sa_type=LargeBinary)
    payments: int | None = None
    control_sum: Decimal | None = Field(default=None, sa_type=Amount)
    made_by: UUID | None = None
    """Who released the payments in it, or brought it in; None: the coalition's own work."""
    made_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index("uq_bank_file_content", "kind", "sha256", unique=True),
        Index(
            "uq_bank_file_order",
            "message_id",
            unique=True,
            postgresql_where=text("kind = 'PAIN_001'"),
        ),
        CheckConstraint("kind IN ('PAIN_001', 'PAIN_002', 'CAMT_053')", name="kind"),
        CheckConstraint("sha256 = sha256(content)", name="sha256"),
        CheckConstraint(
            "(kind = 'PAIN_001') = (num_nonnulls(payments, control_sum) = 2) AND (payments > 0) IS NOT FALSE",
            name="order",
        ),
    )


class Payment(Row, table=True):
    """What one party pays another so that a cycle is settled; a party of None is the operator."""

    __tablename__ = "payment"
    payment_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    kind: str
    plan: str
    payer_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    payee_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    amount: Decimal = Field(sa_type=Amount)
    currency: str
    reference: str
    """ISO 11649; what arrives at a bank is known by it."""
    due_on: date
    state: str
    paid: Decimal = Field(default=Decimal(0), sa_type=Amount)
    """What has arrived and stayed."""
    written_off: Decimal = Field(default=Decimal(0), sa_type=Amount)
    instructed_by: UUID
    released_by: UUID | None = None
    planned_at: datetime = Field(sa_type=Instant)
    released_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was paid or written off."""
    reason: str | None = None
    """Why a bank rejected it or sent it back."""
    changed_at: datetime = Field(sa_type=Instant)
    """When it last came to another state."""
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its payer was last told that it is overdue."""

    __table_args__ = (
        UniqueConstraint("reference"),
        Index(None, "cycle_id"),
        Index(None, "payer_id"),
        Index(None, "payee_id"),
        CheckConstraint("kind IN ('SETTLEMENT', 'PAY_BACK')", name="kind"),
        CheckConstraint("plan IN ('THROUGH_OPERATOR', 'PEER_TO_PEER')", name="plan"),
        CheckConstraint(
            "state IN ('PLANNED', 'INSTRUCTED', 'PART_PAID', 'PAID', 'RETURNED', 'WRITTEN_OFF')", name="state"
        ),
        CheckConstraint("payer_id IS DISTINCT FROM payee_id", name="two_parties"),
        CheckConstraint("amount > 0 AND paid >= 0 AND written_off >= 0", name="not_negative"),
        CheckConstraint("paid + written_off <= amount", name="never_more_than_all"),
        CheckConstraint("(state = 'PAID') = (paid = amount)", name="paid"),
        CheckConstraint("(state = 'WRITTEN_OFF') = (written_off > 0 AND paid + written_off = amount)", name="ended"),
        CheckConstraint("(written_off > 0) <= (state = 'WRITTEN_OFF')", name="written_off"),
        CheckConstraint("(state IN ('PAID', 'WRITTEN_OFF')) = (ended_at IS NOT NULL)", name="ended_at"),
        CheckConstraint("released_by <> instructed_by", name="second_person"),
        CheckConstraint("(released_by IS NULL) = (released_at IS NULL)", name="released"),
    )

    @property
    def open(self) -> Decimal:
        """What is still to arrive."""
        return self.amount - self.paid - self.written_off


class PaymentInstruction(Row, table=True):
    """A payment in an order to a bank; a further attempt needs the one before to have failed."""

    __tablename__ = "payment_instruction"
    payment_id: UUID = Field(primary_key=True, foreign_key="payment.payment_id")
    attempt: int = Field(primary_key=True)
    file_id: UUID = Field(foreign_key="bank_file.file_id")
    payer_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    amount: Decimal = Field(sa_type=Amount)
    state: str = "SENT"
    reason: str | None = None
    """The bank's code and words."""
    answered_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(None, "file_id"),
        CheckConstraint("state IN ('SENT', 'ACCEPTED', 'REJECTED')", name="state"),
        CheckConstraint("attempt > 0 AND amount > 0", name="positive"),
        CheckConstraint("(state = 'SENT') = (answered_at IS NULL)", name="answered"),
    )


class BankStatement(Row, table=True):
    """One statement of the operator's account: opening balance, entries, closing balance."""

    __tablename__ = "bank_statement"
    bank_statement_id: UUID = Field(primary_key=True)
    file_id: UUID = Field(foreign_key="bank_file.file_id")
    iban: str
    name: str
    """The bank's id for it."""
    sequence: int | None = None
    page: int = 1
    currency: str
    opening: Decimal = Field(sa_type=Amount)
    closing: Decimal = Field(sa_type=Amount)
    closed_on: date
    entries: int
    digest: bytes = Field(sa_type=LargeBinary)
    """Over all that it says: the same statement in another file is the same."""
    imported_by: UUID | None = None
    imported_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("iban", "name", "sequence", "page", postgresql_nulls_not_distinct=True),
        Index(None, "iban", "closed_on"),
        CheckConstraint("entries >= 0 AND page > 0", name="not_negative"),
    )


class BankEntry(Row, table=True):
    """One booked movement of a statement: an entry, or one transaction of a batch."""

    __tablename__ = "bank_entry"
    entry_id: UUID = Field(primary_key=True)
    bank_statement_id: UUID = Field(foreign_key="bank_statement.bank_statement_id")
    number: int
    """Its place in the statement."""
    direction: str
    amount: Decimal = Field(sa_type=Amount)
    currency: str
    takes_back: bool
    """A return or a reversal: it undoes a movement the other way."""
    booked_on: date
    value_on: date | None = None
    code: str | None = None
    """The bank transaction code: domain/family/subfamily, or the bank's own."""
    end_to_end_id: str | None = None
    instruction_id: str | None = None
    creditor_reference: str | None = None
    remittance_text: str | None = None
    bank_reference: str | None = None
    supplementary_data: str | None = None
    order_id: str | None = None
    """The order it books as a whole."""
    party_name: str | None = None
    party_iban: str | None = None
    reason: str | None = None
    """Why it was returned."""
    outcome: str = "UNMATCHED"
    matched: Decimal = Field(default=Decimal(0), sa_type=Amount)
    credited: Decimal = Field(default=Decimal(0), sa_type=Amount)
    """What of it is kept for a partner that paid too much."""
    candidates: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """The best three, with scores and reasons, for the person who decides."""
    note: str | None = None
    """Why no rule decided it."""

    __table_args__ = (
        UniqueConstraint("bank_statement_id", "number"),
        Index(None, "creditor_reference"),
        Index(None, "bank_reference"),
        Index("ix_bank_entry_waiting", "booked_on", postgresql_where=text("outcome IN ('AMBIGUOUS', 'UNMATCHED')")),
        CheckConstraint("direction IN ('IN', 'OUT')", name="direction"),
        CheckConstraint("outcome IN ('MATCHED', 'AMBIGUOUS', 'UNMATCHED', 'OUT_OF_BAND')", name="outcome"),
        CheckConstraint("amount >= 0 AND matched >= 0 AND credited >= 0", name="not_negative"),
        CheckConstraint("matched + credited <= amount", name="never_more_than_all"),
        CheckConstraint("(outcome = 'MATCHED') <= (matched + credited = amount)", name="matched"),
        CheckConstraint("outcome <> 'OUT_OF_BAND' OR matched + credited = 0", name="out_of_band"),
    )

    @property
    def left(self) -> Decimal:
        """What of it belongs to nothing yet."""
        return self.amount - self.matched - self.credited


class BankMatch(Row, table=True):
    """So much of an entry belongs to a payment, or took it back."""

    __tablename__ = "bank_match"
    match_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(foreign_key="bank_entry.entry_id")
    payment_id: UUID = Field(foreign_key="payment.payment_id")
    amount: Decimal = Field(sa_type=Amount)
    takes_back: bool
    place: str
    state: str
    matched_by: UUID | None = None
    """None: by rule."""
    matched_at: datetime = Field(sa_type=Instant)
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: UUID | None = None
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    note: str | None = None

    __table_args__ = (
        Index(
            "uq_bank_match_standing",
            "entry_id",
            "payment_id",
            unique=True,
            postgresql_where=text("state <> 'UNDONE'"),
        ),
        Index(None, "payment_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("state IN ('PROPOSED', 'STANDING', 'UNDONE')", name="state"),
        CheckConstraint("confirmed_by <> matched_by", name="second_person"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
        CheckConstraint("(place = 'BY_HAND') = (matched_by IS NOT NULL)", name="by_somebody"),
        CheckConstraint("(state = 'UNDONE') = (undone_at IS NOT NULL)", name="undone"),
    )


class PartnerCredit(Row, table=True):
    """Money that a partner paid too much: kept for it until two persons say what becomes of it."""

    __tablename__ = "partner_credit"
    credit_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    entry_id: UUID = Field(foreign_key="bank_entry.entry_id")
    payment_id: UUID = Field(foreign_key="payment.payment_id")
    """What was overpaid."""
    amount: Decimal = Field(sa_type=Amount)
    currency: str
    state: str = "HELD"
    use: str | None = None
    """ADJUST or PAY_BACK."""
    asked_by: UUID | None = None
    asked_at: datetime | None = Field(default=None, sa_type=Instant)
    agreed_by: UUID | None = None
    agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    adjustment_id: UUID | None = None
    pay_back_id: UUID | None = Field(default=None, foreign_key="payment.payment_id")
    arisen_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index(None, "partner_id"),
        Index(None, "entry_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("state IN ('HELD', 'ASKED', 'ADJUSTED', 'PAID_BACK', 'TAKEN_BACK')", name="state"),
        CheckConstraint("use IN ('ADJUST', 'PAY_BACK')", name="use"),
        CheckConstraint("agreed_by <> asked_by", name="second_person"),
        CheckConstraint("(state IN ('ADJUSTED', 'PAID_BACK')) <= (agreed_by IS NOT NULL)", name="agreed"),
        CheckConstraint("(asked_by IS NULL) = (asked_at IS NULL)", name="asked"),
    )


class WriteOff(Row, table=True):
    """What is left of a payment is given up: asked for by one person, agreed to by another."""

    __tablename__ = "write_off"
    write_off_id: UUID = Field(primary_key=True)
    payment_id: UUID = Field(foreign_key="payment.payment_id")
    amount: Decimal = Field(sa_type=Amount)
    reason: str
    asked_by: UUID
    asked_at: datetime = Field(sa_type=Instant)
    agreed_by: UUID | None = None
    agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    dropped_by: UUID | None = None
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)
    adjustment_id: UUID | None = None

    __table_args__ = (
        Index(
            "uq_write_off_standing",
            "payment_id",
            unique=True,
            postgresql_where=text("dropped_at IS NULL"),
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("agreed_by <> asked_by", name="second_person"),
        CheckConstraint("(agreed_by IS NULL) = (agreed_at IS NULL)", name="agreed"),
        CheckConstraint("num_nonnulls(agreed_at, dropped_at) <= 1", name="agreed_or_dropped"),
    )


class PaymentConfirmation(Row, table=True):
    """The payee says that a payment between partners has arrived; the operator's bank cannot know."""

    __tablename__ = "payment_confirmation"
    payment_id: UUID = Field(primary_key=True, foreign_key="payment.payment_id")
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    received_on: date
    confirmed_by: UUID
    confirmed_at: datetime = Field(sa_type=Instant)
    applied_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the coalition's books took it over."""

    __table_args__ = (Index(None, "applied_at", postgresql_where=text("applied_at IS NULL")),)
