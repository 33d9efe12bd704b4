"""Rows of tiers; migrations/sql/0034_*.sql writes those of members."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Json: Any = JSONB


class ProgrammeState(StrEnum):
    """Where a tier programme stands."""

    DRAFT = "DRAFT"
    """Being written; nobody has a tier in it yet."""
    LIVE = "LIVE"
    """Members stand in it."""
    ENDED = "ENDED"
    """Nobody has a tier in it any more."""


class Why(StrEnum):
    """Why a member stands where it stands, or why that changed."""

    BASE = "BASE"
    """Everybody has the lowest tier."""
    EARNED = "EARNED"
    """By what counts."""
    LANDED = "LANDED"
    """A term was over; one tier lower, for another term."""
    INVITED = "INVITED"
    """By the programme's owner."""
    MATCHED = "MATCHED"
    """By a status elsewhere that the programme's owner honours."""
    TERM_OVER = "TERM_OVER"
    """The tier was kept for as long as its programme says."""
    TAKEN_BACK = "TAKEN_BACK"
    """What it stood on came back, or it was taken back by hand."""


class TierProgrammeRow(Row, table=True):
    """A tier programme, of the coalition or of a partner; one of each at a time."""

    __tablename__ = "tier_programme"
    programme_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The owner; None: the coalition."""
    name: str
    state: str
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(
            "uq_tier_programme_one",
            "partner_id",
            unique=True,
            postgresql_where=text("state <> 'ENDED'"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'ENDED')", name="state"),
        CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", name="ended"),
    )


class TierVersionRow(Row, table=True):
    """What a programme promises from a day on; published, it never changes."""

    __tablename__ = "tier_version"
    programme_id: UUID = Field(primary_key=True, foreign_key="tier_programme.programme_id")
    version: int = Field(primary_key=True)
    partner_id: UUID | None = None
    terms: dict[str, Any] = Field(sa_type=Json)
    """As domain/tiers/terms.py writes them, and migrations/sql/0034_qualifying.sql reads them."""
    made_at: datetime = Field(sa_type=Instant)
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    applies_from: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_tier_version_draft", "programme_id", unique=True, postgresql_where=text("published_at IS NULL")),
        CheckConstraint("(published_at IS NULL) = (applies_from IS NULL)", name="published"),
    )


class TierGround(Row, table=True):
    """Why a member has a tier, from when, until when. Several may hold at once; the highest counts."""

    __tablename__ = "tier_ground"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    ground_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = None
    tier: str
    why: str
    version: int
    since: datetime = Field(sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)
    """None: for as long as the programme goes on."""
    window_from: datetime | None = Field(default=None, sa_type=Instant)
    """The stretch of time whose purchases it stands on; None: given by hand."""
    window_to: datetime | None = Field(default=None, sa_type=Instant)
    carried_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until when what counts comes to so much, if nothing more comes."""
    threshold: int | None = Field(default=None, sa_type=BigInteger)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    """What counted when it was reached, or when it was taken back."""
    reason: str | None = None
    """Why it was given by hand."""
    taken_back_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        CheckConstraint("why IN ('EARNED', 'LANDED', 'INVITED', 'MATCHED')", name="why"),
        CheckConstraint("until > since", name="until"),
        CheckConstraint(
            "(why IN ('EARNED', 'LANDED')) = (threshold IS NOT NULL)"
            " AND (threshold IS NULL) = (window_from IS NULL) AND (threshold IS NULL) = (window_to IS NULL)",
            name="evidence",
        ),
        CheckConstraint("(why IN ('INVITED', 'MATCHED')) = (reason IS NOT NULL)", name="reason"),
    )


class TierStanding(Row, table=True):
    """Where a member stands in a programme since it was last looked at."""

    __tablename__ = "tier_standing"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = None
    tier: str | None = None
    since: datetime = Field(sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)
    why: str
    evidence: dict[str, Any] = Field(sa_type=Json)
    """Of the ground that counts: its stretch, its threshold, and what that came to."""
    steps: int
    """How often it has changed."""
    looked_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it has to be looked at again, whatever happens."""

    __table_args__ = (Index("ix_tier_standing_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),)


class TierStep(Row, table=True):
    """A change of a standing, as it took effect; history, which never changes."""

    __tablename__ = "tier_step"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    partner_id: UUID | None = None
    was: str | None = None
    tier: str | None = None
    since: datetime = Field(sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)
    why: str
    evidence: dict[str, Any] = Field(sa_type=Json)
    """What it stands on; for what was taken back: what was left of that."""
    noted_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        CheckConstraint(
            "why IN ('EARNED', 'LANDED', 'INVITED', 'MATCHED', 'TERM_OVER', 'TAKEN_BACK', 'BASE')", name="why"
        ),
    )


class StatusPoints(Row, table=True):
    """Status points of a partner's programme: what a purchase or an action counts for. Never money."""

    __tablename__ = "status_points"
    wallet_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    member_id: UUID
    partner_id: UUID | None = None
    refers_to: UUID
    """The purchase or action; of a return, the purchase."""
    kind: str
    points: int = Field(sa_type=BigInteger)
    version: int
    """At whose rates."""
    occurred_at: datetime = Field(sa_type=Instant)
    """Of the purchase or action."""
    recorded_at: datetime = Field(sa_type=Instant)

    __table_args__ = (CheckConstraint("kind IN ('PURCHASE', 'ACTION', 'RETURN')", name="kind"),)


class TierRun(Row, table=True):
    """All members looked at again under a version; how far it has come stands with what it wrote."""

    __tablename__ = "tier_run"
    run_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(foreign_key="tier_programme.programme_id")
    version: int
    partner_id: UUID | None = None
    at: datetime = Field(sa_type=Instant)
    upto: UUID | None = None
    """The last wallet looked at; None: not begun."""
    wallets: int = Field(sa_type=BigInteger)
    """How many have been looked at."""
    changed: int = Field(sa_type=BigInteger)
    """How many standings have changed."""
    finished_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_tier_run_under_way", "programme_id", unique=True, postgresql_where=text("finished_at IS NULL")),
    )


class TierWatch(Row, table=True):
    """Until when the worker has seen to it that every posting was looked at."""

    __tablename__ = "tier_watch"
    single: bool = Field(default=True, primary_key=True)
    watched_until: datetime = Field(sa_type=Instant)

    __table_args__ = (CheckConstraint("single", name="one"),)
