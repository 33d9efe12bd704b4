"""Rows of claims."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Digest: Any = LargeBinary
LIVE_TIMES = (
    "CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL"
    " WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL"
    " WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL"
    " ELSE (live_from IS NULL) = (live_until IS NULL) END"
)


class ClaimState(StrEnum):
    """Where a claim stands."""

    PENDING = "PENDING"
    """Somebody has to decide."""
    APPROVED = "APPROVED"
    """It will be paid."""
    REJECTED = "REJECTED"
    """It is not paid, or was taken back; `refusal` says why."""
    PAID = "PAID"
    """Its action is in the books."""


class ClaimRefusal(StrEnum):
    """Why a claim is not paid."""

    NOT_PROVEN = "NOT_PROVEN"
    """The proof does not show what is claimed."""
    NOT_COVERED = "NOT_COVERED"
    """The programme does not pay for this."""
    FRAUD = "FRAUD"
    """The proof is false; where it was paid, it is taken back."""
    OWN_PURCHASE = "OWN_PURCHASE"
    """The buyer is the seller."""
    RETURNED = "RETURNED"
    """The goods came back."""
    EMPLOYER_FORBIDS = "EMPLOYER_FORBIDS"
    """The employer allows it no more."""
    GONE = "GONE"
    """The member is one no more."""

    @property
    def by_hand(self) -> bool:
        """Whether a person may give it as a reason."""
        return self in {ClaimRefusal.NOT_PROVEN, ClaimRefusal.NOT_COVERED, ClaimRefusal.FRAUD}


class DecisionKind(StrEnum):
    """What was decided about a claim."""

    APPROVED = "APPROVED"
    """It is to be paid; where two are needed, one of them said so."""
    REJECTED = "REJECTED"
    """It is not."""
    REOPENED = "REOPENED"
    """The member objected: it is looked at once more."""
    TAKEN_BACK = "TAKEN_BACK"
    """What was paid is taken back."""


class ClaimProgrammeRow(Row, table=True):
    """One version of a claim programme."""

    __tablename__ = "claim_programme"
    programme_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """Whoever decides and pays."""
    state: str
    name: str
    kind: str
    terms: dict[str, Any] = Field(sa_type=Json)
    fingerprint: bytes = Field(sa_type=Digest)
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_claim_programme_one_draft", "programme_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index(
            "uq_claim_programme_one_live",
            "programme_id",
            unique=True,
            postgresql_where=text("state IN ('LIVE', 'PAUSED')"),
        ),
        Index(None, "partner_id"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint(LIVE_TIMES, name="live_times"),
    )


class ClaimSerial(Row, table=True):
    """A serial that the owner of a programme has made, as a keyed digest."""

    __tablename__ = "claim_serial"
    programme_id: UUID = Field(primary_key=True)
    digest: bytes = Field(primary_key=True, sa_type=Digest)
    partner_id: UUID = Field(foreign_key="partner.partner_id")

    __table_args__ = (CheckConstraint("length(digest) = 32", name="digest"),)


class Claim(Row, table=True):
    """What a member asks to be paid for."""

    __tablename__ = "claim"
    claim_id: UUID = Field(primary_key=True)
    programme_id: UUID
    version: int
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The programme's owner."""
    wallet_id: UUID
    member_id: UUID
    """Whose it is; it goes with the member where that becomes another."""
    claimed_by: UUID
    """Whose it was at first, under whose key its words are sealed."""
    through: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The partner whose till or app sent it; None: the member itself."""
    idempotency_key: str
    fingerprint: bytes = Field(sa_type=Digest)
    state: str
    seller_id: UUID | None = None
    employer_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    outlet_id: UUID | None = None
    certified: bool
    """Whether the member held a certificate of the programme's course."""
    sku: str | None = None
    units: int
    value: int | None = Field(default=None, sa_type=BigInteger)
    """In minor units."""
    happened_at: datetime = Field(sa_type=Instant)
    claimed_at: datetime = Field(sa_type=Instant)
    decide_by: datetime = Field(sa_type=Instant)
    proof: dict[str, Any] = Field(sa_type=Json)
    proof_digest: bytes = Field(sa_type=Digest)
    """A keyed digest of the serial, or else of the receipt or document: claimed once in a programme."""
    sealed_note: bytes | None = Field(default=None, sa_type=Digest)
    sealed_objection: bytes | None = Field(default=None, sa_type=Digest)
    objected_at: datetime | None = Field(default=None, sa_type=Instant)
    approvals: int
    approvals_needed: int
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    refusal: str | None = None
    purchase_wallet_id: UUID | None = None
    purchase_entry_id: UUID | None = None
    """The purchase in our books that proves it."""
    returns: int
    """Returns of that purchase that were looked at."""
    entry_wallet_id: UUID | None = None
    entry_id: UUID | None = None
    """The action that paid it."""
    points: int = Field(sa_type=BigInteger)
    """What campaigns gave for it, less what was taken back."""
    paid_at: datetime | None = Field(default=None, sa_type=Instant)
    back_units: int
    """Of how many units it is to be taken back …"""
    taken_units: int
    """… and of how many it was."""

    __table_args__ = (
        ForeignKeyConstraint(["programme_id", "version"], ["claim_programme.programme_id", "claim_programme.version"]),
        Index(
            "uq_claim_proof", "programme_id", "proof_digest", unique=True, postgresql_where=text("state <> 'REJECTED'")
        ),
        Index("uq_claim_key", "claimed_by", "idempotency_key", unique=True),
        Index(None, "partner_id", "claim_id"),
        Index(None, "member_id", "claim_id"),
        Index(
            "ix_claim_purchase_entry_id",
            "purchase_entry_id",
            postgresql_where=text("purchase_entry_id IS NOT NULL"),
        ),
        Index("ix_claim_open", "claim_id", postgresql_where=text("state IN ('PENDING', 'APPROVED')")),
        Index("ix_claim_seller_id", "seller_id", "happened_at", postgresql_where=text("seller_id IS NOT NULL")),
        CheckConstraint("state IN ('PENDING', 'APPROVED', 'REJECTED', 'PAID')", name="state"),
        CheckConstraint("units > 0", name="units"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("length(proof_digest) = 32", name="proof_digest"),
        CheckConstraint("approvals BETWEEN 0 AND 2", name="approvals"),
        CheckConstraint("approvals_needed BETWEEN 1 AND 2", name="approvals_needed"),
        CheckConstraint("(state = 'REJECTED') = (refusal IS NOT NULL)", name="refusal"),
        CheckConstraint("state <> 'PAID' OR entry_id IS NOT NULL AND paid_at IS NOT NULL", name="paid"),
        CheckConstraint("state NOT IN ('APPROVED', 'PAID') OR approvals >= approvals_needed", name="approved"),
        CheckConstraint("0 <= taken_units AND taken_units <= back_units AND back_units <= units", name="back"),
    )


class ClaimDecision(Row, table=True):
    """One decision about a claim; the audit trail tells it."""

    __tablename__ = "claim_decision"
    claim_id: UUID = Field(primary_key=True, foreign_key="claim.claim_id")
    number: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    decision: str
    reason: str | None = None
    decided_by: UUID | None = None
    """The person or client; None: it followed from our books, or the desk did it."""
    decided_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        CheckConstraint("decision IN ('APPROVED', 'REJECTED', 'REOPENED', 'TAKEN_BACK')", name="decision"),
    )
