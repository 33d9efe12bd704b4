"""Rows of surveys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Digest: Any = LargeBinary
Big: Any = BigInteger


class SurveyRow(Row, table=True):
    """One version of a survey."""

    __tablename__ = "survey"
    survey_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The owner; None: the coalition."""
    state: str
    name: str
    moments: list[str] = Field(sa_type=ARRAY(String))
    """After what it asks: what cues are written for."""
    terms: dict[str, Any] = Field(sa_type=Json)
    """Everything it asks; docs/surveys.md has the form."""
    fingerprint: bytes = Field(sa_type=Digest)
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_survey_one_draft", "survey_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index("uq_survey_one_live", "survey_id", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")),
        Index(
            "uq_survey_name",
            "partner_id",
            "name",
            unique=True,
            postgresql_where=text("version = 1 AND (state <> 'ENDED' OR live_from IS NOT NULL)"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint("state NOT IN ('LIVE', 'PAUSED') OR live_from IS NOT NULL", name="live"),
    )


class SurveyPolicy(Row, table=True):
    """How often members are asked, over all surveys: at most so often within so many days."""

    __tablename__ = "survey_policy"
    policy_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    asks_most: int
    asks_days: int

    __table_args__ = (
        CheckConstraint("policy_id = 1", name="one"),
        CheckConstraint("asks_most BETWEEN 1 AND 100", name="asks_most"),
        CheckConstraint("asks_days BETWEEN 1 AND 365", name="asks_days"),
    )


class SurveyCue(Row, table=True):
    """Something happened after which a member may be asked; gone once it was looked at."""

    __tablename__ = "survey_cue"
    cue_id: int | None = Field(default=None, primary_key=True, sa_type=Big, sa_column_args=[Identity(always=True)])
    kind: str
    wallet_id: UUID | None = None
    member_id: UUID
    partner_id: UUID | None = None
    subject_id: UUID
    """The entry, or the case."""
    occurred_at: datetime = Field(sa_type=Instant)

    __table_args__ = (CheckConstraint("kind IN ('ENTRY', 'CASE')", name="kind"),)


class SurveyAsking(Row, table=True):
    """A survey offered to a member at its moment, or to be."""

    __tablename__ = "survey_asking"
    asking_id: UUID = Field(primary_key=True)
    survey_id: UUID
    version: int
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The survey's owner."""
    member_id: UUID
    moment: str
    subject_id: UUID
    """What happened: the entry, or the case."""
    about_partner: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    about_outlet: UUID | None = None
    about_product: str | None = None
    """Its bar code's number, or the partner's own where it has none."""
    about_maker: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    due_at: datetime = Field(sa_type=Instant)
    offer_days: int
    state: str
    skipped: str | None = None
    """Why the member was not asked after all."""
    offered_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("survey_id", "member_id", "moment", "subject_id"),
        Index("ix_survey_asking_due", "due_at", postgresql_where=text("state = 'WAITING'")),
        Index("ix_survey_asking_expires", "expires_at", postgresql_where=text("state = 'OFFERED'")),
        Index("ix_survey_asking_member_id", "member_id", "offered_at"),
        CheckConstraint(
            "moment IN ('CODE', 'PURCHASE', 'REDEMPTION', 'REWARD', 'CASE', 'ACTIVITY')",
            name="moment",
        ),
        CheckConstraint(
            "state IN ('WAITING', 'OFFERED', 'ANSWERED', 'DECLINED', 'EXPIRED', 'SKIPPED')",
            name="state",
        ),
        CheckConstraint(
            "skipped IN ('OFTEN', 'ANSWERED', 'DECLINED', 'ASKED', 'CONSENT', 'OVER', 'GONE')",
            name="skipped",
        ),
        CheckConstraint("(state = 'SKIPPED') = (skipped IS NOT NULL)", name="why"),
        CheckConstraint(
            "(offered_at IS NULL) = (expires_at IS NULL)"
            " AND (state NOT IN ('OFFERED', 'DECLINED', 'EXPIRED') OR offered_at IS NOT NULL)",
            name="offered",
        ),
    )


class SurveyResponse(Row, table=True):
    """One member's answers to a version of a survey: a draft, or completed for good."""

    __tablename__ = "survey_response"
    response_id: UUID = Field(primary_key=True)
    survey_id: UUID
    version: int
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The survey's owner."""
    host: UUID = Field(foreign_key="partner.partner_id")
    """The partner that records its SURVEY action."""
    member_id: UUID
    occasion: str
    """Empty where a survey is answered once; else what it was answered for. With survey and member it is unique."""
    state: str
    """DRAFT: pages of it; PENDING: completed, its action is on the way; DONE."""
    via: str
    """SURVEY; else the part of the house that asked it, and whose action it goes with."""
    through: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The partner in whose page it was answered; None: the member itself."""
    about_partner: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    about_outlet: UUID | None = None
    about_product: str | None = None
    about_maker: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    answers: dict[str, Any] = Field(sa_type=Json)
    """The closed answers, by question."""
    sealed_by: UUID | None = None
    """The member under whose key its words are sealed: the one that said them, before any merge."""
    sealed: bytes | None = Field(default=None, sa_type=Digest)
    revision: int
    """Pages saved so far; whoever saves one names the revision that it read."""
    idempotency_key: str | None = None
    fingerprint: bytes | None = Field(default=None, sa_type=Digest)
    asking_id: UUID | None = None
    started_at: datetime = Field(sa_type=Instant)
    completed_at: datetime | None = Field(default=None, sa_type=Instant)
    entry_id: UUID | None = None
    """The SURVEY action; None: not yet, or none of its own."""

    __table_args__ = (
        UniqueConstraint("survey_id", "member_id", "occasion"),
        Index(None, "member_id"),
        Index("ix_survey_response_pending", "response_id", postgresql_where=text("state = 'PENDING'")),
        Index("ix_survey_response_about_maker", "about_maker", postgresql_where=text("about_maker IS NOT NULL")),
        Index("ix_survey_response_sealed_by", "sealed_by", postgresql_where=text("sealed IS NOT NULL")),
        CheckConstraint("length(occasion) <= 200", name="occasion"),
        CheckConstraint("state IN ('DRAFT', 'PENDING', 'DONE')", name="state"),
        CheckConstraint("via IN ('SURVEY', 'CODE', 'TRIAL', 'ACTIVITY')", name="via"),
        CheckConstraint("sealed IS NULL OR sealed_by IS NOT NULL", name="sealed"),
        CheckConstraint("(state = 'DRAFT') = (completed_at IS NULL)", name="completed"),
        CheckConstraint("entry_id IS NULL OR state = 'DONE' AND via = 'SURVEY'", name="entry"),
    )
