"""Rows of sellers and courses."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.claims.models import LIVE_TIMES
from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Digest: Any = LargeBinary
Texts: Any = ARRAY(String)


class SellerState(StrEnum):
    """Where a seller stands with an employer."""

    PROPOSED = "PROPOSED"
    """One of the two has said so; the other has not agreed yet."""
    ACTIVE = "ACTIVE"
    """Both agree: what is sold may be rewarded."""
    ENDED = "ENDED"
    """Either has ended it."""


class EndedBy(StrEnum):
    """Who ended it."""

    EMPLOYER = "EMPLOYER"
    """The employer."""
    MEMBER = "MEMBER"
    """The seller."""
    GONE = "GONE"
    """The seller is a member no more, or is somebody who sells there already."""


class Seller(Row, table=True):
    """A member who sells at an outlet for an employer."""

    __tablename__ = "seller"
    seller_id: UUID = Field(primary_key=True)
    wallet_id: UUID
    member_id: UUID
    employer_id: UUID = Field(foreign_key="partner.partner_id")
    outlet_id: UUID = Field(foreign_key="outlet.outlet_id")
    staff: str | None = None
    """The employer's own reference for the seller, as its tills say who was at them."""
    state: str
    proposed_at: datetime = Field(sa_type=Instant)
    employer_agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    member_agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    since: datetime | None = Field(default=None, sa_type=Instant)
    shows_rewards: bool
    """Whether the employer may see what this very seller is rewarded for."""
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by: str | None = None

    __table_args__ = (
        Index("uq_seller_one_job", "member_id", "outlet_id", unique=True, postgresql_where=text("state <> 'ENDED'")),
        Index(None, "employer_id", "seller_id"),
        Index("ix_seller_wallet_id", "wallet_id", postgresql_where=text("state = 'ACTIVE'")),
        CheckConstraint("state IN ('PROPOSED', 'ACTIVE', 'ENDED')", name="state"),
        CheckConstraint("ended_by IN ('EMPLOYER', 'MEMBER', 'GONE')", name="ended_by"),
        CheckConstraint(
            "state <> 'ACTIVE' OR employer_agreed_at IS NOT NULL AND member_agreed_at IS NOT NULL"
            " AND since IS NOT NULL",
            name="agreed",
        ),
        CheckConstraint(
            "(state = 'ENDED') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL)", name="ended"
        ),
    )


class SellerPermission(Row, table=True):
    """An employer lets a maker reward its staff; revoked, it stays as history."""

    __tablename__ = "seller_permission"
    permission_id: UUID = Field(primary_key=True)
    employer_id: UUID = Field(foreign_key="partner.partner_id")
    maker_id: UUID = Field(foreign_key="partner.partner_id")
    skus: list[str] = Field(sa_type=Texts)
    """The articles; none named: all."""
    most_units: int
    """So many units a seller may register in a calendar month; 0: any number."""
    given_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(
            "uq_seller_permission_one",
            "employer_id",
            "maker_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index(None, "maker_id"),
        CheckConstraint("most_units >= 0", name="most_units"),
        CheckConstraint("employer_id <> maker_id", name="two"),
    )


class SellerSetting(Row, table=True):
    """What an employer wants of its tills."""

    __tablename__ = "seller_setting"
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    own_sales_earn: bool
    """Whether sellers earn on what they buy where they sell; without a row they do not."""
    changed_at: datetime = Field(sa_type=Instant)


class CourseRow(Row, table=True):
    """One version of a course."""

    __tablename__ = "course"
    course_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    state: str
    name: str
    terms: dict[str, Any] = Field(sa_type=Json)
    fingerprint: bytes = Field(sa_type=Digest)
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_course_one_draft", "course_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index("uq_course_one_live", "course_id", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")),
        Index(None, "partner_id"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint(LIVE_TIMES, name="live_times"),
    )


class QuizAttempt(Row, table=True):
    """One go at a quiz."""

    __tablename__ = "quiz_attempt"
    attempt_id: UUID = Field(primary_key=True)
    course_id: UUID
    version: int
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    wallet_id: UUID
    member_id: UUID
    number: int
    """Counts a member's attempts at a course from one."""
    seed: bytes = Field(sa_type=Digest)
    """What is asked, and in which order, follows from it; told to nobody."""
    started_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answers: list[list[int]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    asked: int
    correct: int | None = None
    passed: bool | None = None

    __table_args__ = (
        ForeignKeyConstraint(["course_id", "version"], ["course.course_id", "course.version"]),
        Index("uq_quiz_attempt_number", "member_id", "course_id", "number", unique=True),
        Index(None, "course_id"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("length(seed) = 32", name="seed"),
        CheckConstraint("asked > 0", name="asked"),
        CheckConstraint(
            "(answered_at IS NULL) = (correct IS NULL) AND (correct IS NULL) = (passed IS NULL)"
            " AND (correct IS NULL) = (answers IS NULL) AND correct BETWEEN 0 AND asked",
            name="answered",
        ),
    )


class CourseCertificate(Row, table=True):
    """A member has passed a course."""

    __tablename__ = "course_certificate"
    certificate_id: UUID = Field(primary_key=True)
    number: str
    attempt_id: UUID = Field(foreign_key="quiz_attempt.attempt_id")
    course_id: UUID
    version: int
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    wallet_id: UUID
    member_id: UUID
    score: int
    """The right answers in whole percent, rounded down."""
    issued_at: datetime = Field(sa_type=Instant)
    valid_until: datetime | None = Field(default=None, sa_type=Instant)
    """None: for good."""
    recorded_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its TRAINING action came into the books."""
    entry_wallet_id: UUID | None = None
    entry_id: UUID | None = None
    """The action; None: not yet, or the member was one no more."""

    __table_args__ = (
        Index("uq_course_certificate_number", "number", unique=True),
        Index("uq_course_certificate_attempt_id", "attempt_id", unique=True),
        Index(None, "member_id", "course_id"),
        Index(None, "course_id"),
        Index("ix_course_certificate_due", "certificate_id", postgresql_where=text("recorded_at IS NULL")),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("entry_id IS NULL OR recorded_at IS NOT NULL", name="recorded"),
    )
