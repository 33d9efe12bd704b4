"""Rows of trials; migrations/sql/0039_trials.sql writes all but the versions of their terms."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Digest: Any = LargeBinary


class PlaceState(StrEnum):
    """How far a member has come in a trial."""

    APPLIED = "APPLIED"
    """Wants to take part; waits for the draw, or in line."""
    CHOSEN = "CHOSEN"
    """Has a place, and is to say whether it takes it."""
    ACCEPTED = "ACCEPTED"
    """Takes it; the sample is to be handed."""
    HANDED = "HANDED"
    """Has the sample, and is to say what it thinks."""
    FEEDBACK = "FEEDBACK"
    """Has said so; its action is on its way."""
    DONE = "DONE"
    """The action is in the books."""
    DECLINED = "DECLINED"
    """Gave up, before it had the sample."""
    LAPSED = "LAPSED"
    """Did not answer, come for it, or say anything in time; or had no place when the trial was over."""


class TrialRow(Row, table=True):
    """One version of a trial."""

    __tablename__ = "trial"
    trial_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The maker, or whoever hands the samples out."""
    state: str
    name: str
    terms: dict[str, Any] = Field(sa_type=Json)
    fingerprint: bytes = Field(sa_type=Digest)
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_trial_one_draft", "trial_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index("uq_trial_one_live", "trial_id", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")),
        Index("uq_trial_name", "partner_id", "name", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")),
        Index(None, "partner_id", "trial_id"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint("state NOT IN ('LIVE', 'PAUSED') OR live_from IS NOT NULL", name="live"),
    )


class TrialCourse(Row, table=True):
    """How far a trial has come: its lock is held by whatever takes or frees a place."""

    __tablename__ = "trial_course"
    trial_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    places: int
    taken: int
    applied: int
    seed: bytes = Field(sa_type=Digest)
    """What the draw goes by; secret until then."""
    drawn_at: datetime | None = Field(default=None, sa_type=Instant)
    tickets: int | None = None
    """How many took part in the draw."""
    digest: bytes | None = Field(default=None, sa_type=Digest)
    """SHA-256 of a line for each ticket: number, ticket and holder."""

    __table_args__ = (
        CheckConstraint("length(seed) = 32", name="seed"),
        CheckConstraint("taken BETWEEN 0 AND places", name="taken"),
        CheckConstraint(
            "(drawn_at IS NULL) = (digest IS NULL) AND (drawn_at IS NULL) = (tickets IS NULL)", name="drawn"
        ),
    )


class TrialPlace(Row, table=True):
    """A member in a trial, from applying to the end."""

    __tablename__ = "trial_place"
    place_id: UUID = Field(primary_key=True)
    trial_id: UUID
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    member_id: UUID
    number: int
    """In the order in which members applied, from 0."""
    rank: int | None = None
    """In the line that was drawn, from 1; None: it was not, and the number says who is next."""
    state: str
    holder: str | None = None
    """A pseudonym of the member in the draw."""
    applied_at: datetime = Field(sa_type=Instant)
    chosen_at: datetime | None = Field(default=None, sa_type=Instant)
    accepted_at: datetime | None = Field(default=None, sa_type=Instant)
    handed_at: datetime | None = Field(default=None, sa_type=Instant)
    handed_by: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    outlet_id: UUID | None = None
    feedback_at: datetime | None = Field(default=None, sa_type=Instant)
    response_id: UUID | None = None
    entry_id: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it lapses, unless the member does something."""
    followed_by: UUID | None = None
    """The other place of a member that turned out to be the same; it counts in place of this one."""

    __table_args__ = (
        UniqueConstraint("trial_id", "number"),
        Index(
            "uq_trial_place_one_each",
            "trial_id",
            "member_id",
            unique=True,
            postgresql_where=text("followed_by IS NULL"),
        ),
        Index(None, "member_id"),
        Index("ix_trial_place_line", "trial_id", "rank", "number", postgresql_where=text("state = 'APPLIED'")),
        Index("ix_trial_place_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_trial_place_feedback", "place_id", postgresql_where=text("state = 'FEEDBACK'")),
        Index("ix_trial_place_accepted", "trial_id", "place_id", postgresql_where=text("state = 'ACCEPTED'")),
        CheckConstraint(
            "state IN ('APPLIED', 'CHOSEN', 'ACCEPTED', 'HANDED', 'FEEDBACK', 'DONE', 'DECLINED', 'LAPSED')",
            name="state",
        ),
        CheckConstraint(
            "state NOT IN ('CHOSEN', 'ACCEPTED', 'HANDED', 'FEEDBACK', 'DONE') OR chosen_at IS NOT NULL", name="chosen"
        ),
        CheckConstraint("state NOT IN ('HANDED', 'FEEDBACK', 'DONE') OR handed_at IS NOT NULL", name="handed"),
        CheckConstraint("state NOT IN ('APPLIED', 'CHOSEN', 'ACCEPTED') OR handed_at IS NULL", name="kept"),
        CheckConstraint("state NOT IN ('FEEDBACK', 'DONE') OR response_id IS NOT NULL", name="feedback"),
        CheckConstraint("state <> 'DONE' OR entry_id IS NOT NULL", name="done"),
    )
