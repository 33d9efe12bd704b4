"""Rows of cases: who asked what, who has to answer, and how long that took."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Sealed: Any = LargeBinary
KINDS = "kind IN ('QUESTION', 'HOTLINE', 'COMPLAINT', 'WARRANTY')"


class CaseKind(StrEnum):
    """What a case is about."""

    QUESTION = "QUESTION"
    """A question to an expert."""
    HOTLINE = "HOTLINE"
    """Something is wrong, and help is wanted soon."""
    COMPLAINT = "COMPLAINT"
    """Somebody is not content."""
    WARRANTY = "WARRANTY"
    """A product is broken, within its warranty or not."""


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "OPEN"
    """Its handler has to do something."""
    WAITING = "WAITING"
    """Its handler has asked something back."""
    ANSWERED = "ANSWERED"
    """Its handler has answered."""
    CLOSED = "CLOSED"
    """It is over; for some days a word of who asked opens it again."""


class CaseSide(StrEnum):
    """As what somebody takes part in a case."""

    MEMBER = "MEMBER"
    """The member whose case it is."""
    SHOP = "SHOP"
    """A partner that opened it, or any other that takes part."""
    MAKER = "MAKER"
    """The maker of the product."""
    COALITION = "COALITION"
    """The coalition's own people."""


class CaseAnswerer(StrEnum):
    """Who answers cases of a kind."""

    MAKER = "MAKER"
    """The maker of the product; where none is named, the shop."""
    SHOP = "SHOP"
    """The shop through which it was opened; where there is none, the coalition."""
    COALITION = "COALITION"
    """The coalition."""


class CaseStep(StrEnum):
    """What happened in a case."""

    MESSAGE = "MESSAGE"
    """Words for all who take part."""
    NOTE = "NOTE"
    """Words for one's own house alone."""
    HANDED_OVER = "HANDED_OVER"
    """Somebody else has to answer from now on."""
    CLOSED = "CLOSED"
    """It is over."""
    REOPENED = "REOPENED"
    """It is not over after all."""
    GOODWILL = "GOODWILL"
    """Points were asked for, which a second person has to agree to."""


class Coverage(StrEnum):
    """Whether a warranty covers a registered product, or why it does not."""

    COVERED = "COVERED"
    """It does."""
    NO_TERMS = "NO_TERMS"
    """The maker gives none for it."""
    EXPIRED = "EXPIRED"
    """Its time is over."""
    RETURNED = "RETURNED"
    """The goods were given back."""
    TRANSFERRED = "TRANSFERRED"
    """Another member has the product now."""
    NOT_REGISTERED = "NOT_REGISTERED"
    """It is not registered, or no more."""


class CaseRoute(Row, table=True):
    """Who answers cases of a kind: about a maker's products, or any."""

    __tablename__ = "case_route"
    route_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The maker whose products they are about; None: the coalition's rule for all others."""
    kind: str
    answers: str
    changed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index("uq_case_route_whose", "partner_id", "kind", unique=True, postgresql_nulls_not_distinct=True),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("answers IN ('MAKER', 'SHOP', 'COALITION')", name="answers"),
    )


class ServiceHoursRow(Row, table=True):
    """When somebody works, and how fast it wants to answer; each case counts by those of when it came."""

    __tablename__ = "service_hours"
    hours_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """None: the coalition's own people."""
    since: datetime = Field(sa_type=Instant)
    terms: dict[str, Any] = Field(sa_type=Json)

    __table_args__ = (Index(None, "partner_id", "since"),)


class ServiceCase(Row, table=True):
    """A question or trouble of somebody. What is said in it is sealed under a key of its own."""

    __tablename__ = "service_case"
    case_id: UUID = Field(primary_key=True)
    kind: str
    state: str
    opened_at: datetime = Field(sa_type=Instant)
    opened_by: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The shop through which it was opened; None: by the member itself."""
    idempotency_key: str
    fingerprint: bytes = Field(sa_type=Sealed)
    key_of: UUID | None = None
    """The member under whose key its own is sealed; None: under the one outside the database alone."""
    sealed_key: bytes | None = Field(default=None, sa_type=Sealed)
    """None: what was said is forgotten."""
    wallet_id: UUID | None = None
    member_id: UUID | None = None
    """None: a buyer who is no member."""
    parties: list[UUID] = Field(sa_type=ARRAY(Uuid))
    """The partners that see it."""
    handler_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """Who has to answer; None: the coalition."""
    maker_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    article: str | None = None
    """The product it is about, by its maker's number."""
    registration_id: UUID | None = None
    purchase_wallet_id: UUID | None = None
    purchase_entry_id: UUID | None = None
    coverage: str | None = None
    """Of a warranty case, as it was when it was opened."""
    steps: int
    """How much was said and done: the number of the last."""
    turns: int
    """The number of the last turn."""
    changed_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    reopen_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(
            "uq_service_case_key_partner",
            "opened_by",
            "idempotency_key",
            unique=True,
            postgresql_where=text("opened_by IS NOT NULL"),
        ),
        Index(
            "uq_service_case_key_member",
            "member_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("opened_by IS NULL"),
        ),
        Index(None, "member_id"),
        Index("ix_service_case_parties", "parties", postgresql_using="gin"),
        Index("ix_service_case_handler_id", "handler_id", "case_id", postgresql_where=text("state <> 'CLOSED'")),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("state IN ('OPEN', 'WAITING', 'ANSWERED', 'CLOSED')", name="state"),
        CheckConstraint(
            "coverage IN ('COVERED', 'NO_TERMS', 'EXPIRED', 'RETURNED', 'TRANSFERRED', 'NOT_REGISTERED')",
            name="coverage",
        ),
        CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("num_nonnulls(wallet_id, member_id) IN (0, 2)", name="member"),
        CheckConstraint("steps > 0 AND turns > 0", name="steps"),
    )


class CaseMessage(Row, table=True):
    """What was said or done in a case."""

    __tablename__ = "case_message"
    case_id: UUID = Field(primary_key=True, foreign_key="service_case.case_id")
    number: int = Field(primary_key=True)
    kind: str
    side: str
    by_partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    by_person_id: UUID | None = None
    said_at: datetime = Field(sa_type=Instant)
    sealed: bytes | None = Field(default=None, sa_type=Sealed)
    """The words and links."""
    subject_id: UUID | None = None
    """To whom it was handed over, or the points that were asked for."""
    idempotency_key: str

    __table_args__ = (
        UniqueConstraint("case_id", "idempotency_key"),
        CheckConstraint(
            "kind IN ('MESSAGE', 'NOTE', 'HANDED_OVER', 'CLOSED', 'REOPENED', 'GOODWILL')",
            name="kind",
        ),
        CheckConstraint("side IN ('MEMBER', 'SHOP', 'MAKER', 'COALITION')", name="side"),
    )


class CaseTurn(Row, table=True):
    """From when to when somebody had to answer, by its own hours of then; times in seconds of those hours."""

    __tablename__ = "case_turn"
    case_id: UUID = Field(primary_key=True, foreign_key="service_case.case_id")
    number: int = Field(primary_key=True)
    handler_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    hours: dict[str, Any] = Field(sa_type=Json)
    began_at: datetime = Field(sa_type=Instant)
    answer_due_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_in: int | None = Field(default=None, sa_type=BigInteger)
    resolve_due_at: datetime = Field(sa_type=Instant)
    waiting_since: datetime | None = Field(default=None, sa_type=Instant)
    """Since when nothing is asked of the handler."""
    waited: int = Field(sa_type=BigInteger)
    """For how long nothing was, before."""
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    resolved_in: int | None = Field(default=None, sa_type=BigInteger)
    """Without the time in which nothing was asked of the handler."""
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    told_late: str | None = None
    """Of what the handler was told that it is late."""

    __table_args__ = (
        Index("ix_case_turn_open", "answer_due_at", postgresql_where=text("ended_at IS NULL")),
        Index(None, "handler_id", "began_at"),
        CheckConstraint("num_nonnulls(answered_at, answered_in) IN (0, 2)", name="answered"),
        CheckConstraint("num_nonnulls(resolved_at, resolved_in) IN (0, 2)", name="resolved"),
        CheckConstraint("told_late IN ('ANSWER', 'RESOLVE')", name="told"),
        CheckConstraint("waited >= 0", name="waited"),
    )
