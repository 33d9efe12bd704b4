"""Rows of activities."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Ids: Any = ARRAY(Uuid)
Json: Any = JSONB
Digest: Any = LargeBinary


class PlaceState(StrEnum):
    """How a member stands to an activity."""

    INVITED = "INVITED"
    """Asked, and has not answered."""
    ACCEPTED = "ACCEPTED"
    """Has a place."""
    WAITING = "WAITING"
    """On the waiting list."""
    DECLINED = "DECLINED"
    """Was asked, and does not come."""
    CANCELLED = "CANCELLED"
    """Had a place or waited, and gave it up."""
    CAME = "CAME"
    """Was there."""


class CameBy(StrEnum):
    """How somebody showed that they came."""

    CODE = "CODE"
    """The member's code for this activity, scanned by a host."""
    CARD = "CARD"
    """The member's card, or the host's own number for the member."""
    HOST_CODE = "HOST_CODE"
    """The host's code that changes by the minute, scanned by the member."""


class CostKind(StrEnum):
    """What sort of cost it is."""

    PLAN = "PLAN"
    """What is reckoned with."""
    ACTUAL = "ACTUAL"
    """What was paid."""


class ActivityRow(Row, table=True):
    """One version of an activity; once it has been live, it never changes."""

    __tablename__ = "activity"
    activity_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The owner."""
    state: str
    name: str
    kind: str
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    terms: dict[str, Any] = Field(sa_type=Json)
    """Everything it is (docs/activities.md)."""
    hosts: list[UUID] = Field(sa_type=Ids)
    """Whose tills record who comes."""
    sponsors: list[UUID] = Field(sa_type=Ids)
    """Who shares the costs."""
    fingerprint: bytes = Field(sa_type=Digest)
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(None, "partner_id"),
        Index("ix_activity_starts_at", "starts_at", postgresql_where=text("state = 'LIVE'")),
        Index("uq_activity_one_draft", "activity_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index("uq_activity_one_live", "activity_id", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        CheckConstraint("cardinality(hosts) > 0", name="hosts"),
        CheckConstraint(
            "CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL"
            " WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL"
            " WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL"
            " ELSE (live_from IS NULL) = (live_until IS NULL) END",
            name="live_times",
        ),
    )


class ActivityAgreement(Row, table=True):
    """A partner agrees to bear its share under exactly these terms."""

    __tablename__ = "activity_agreement"
    activity_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    fingerprint: bytes = Field(primary_key=True, sa_type=Digest)
    version: int
    owner_id: UUID
    agreed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (ForeignKeyConstraint(["activity_id", "version"], ["activity.activity_id", "activity.version"]),)


class ActivityPlace(Row, table=True):
    """One member and one activity."""

    __tablename__ = "activity_place"
    place_id: UUID = Field(primary_key=True)
    activity_id: UUID
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """Who invited; the owner, where the member came by itself."""
    member_id: UUID
    """It goes with the member when that is merged."""
    invited: bool
    state: str
    guests: int
    invited_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    turn: int | None = Field(default=None, sa_type=BigInteger)
    """Its turn on the waiting list."""
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    came_at: datetime | None = Field(default=None, sa_type=Instant)
    came_to: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """Which host saw it."""
    came_by: str | None = None
    action: str | None = None
    """Whether its ATTENDANCE action is recorded: PENDING, RECORDED, or LOST where nobody is there to get it."""
    entry_wallet_id: UUID | None = None
    entry_id: UUID | None = None

    __table_args__ = (
        UniqueConstraint("activity_id", "member_id", name="uq_activity_place_member"),
        Index(None, "member_id"),
        Index("ix_activity_place_pending", "place_id", postgresql_where=text("action = 'PENDING'")),
        Index("ix_activity_place_untold", "place_id", postgresql_where=text("told_at IS NULL")),
        CheckConstraint("state IN ('INVITED', 'ACCEPTED', 'WAITING', 'DECLINED', 'CANCELLED', 'CAME')", name="state"),
        CheckConstraint("guests >= 0", name="guests"),
        CheckConstraint("came_by IN ('CODE', 'CARD', 'HOST_CODE')", name="came_by"),
        CheckConstraint("action IN ('PENDING', 'RECORDED', 'LOST')", name="action"),
        CheckConstraint(
            "(state = 'CAME') = (came_at IS NOT NULL) AND num_nonnulls(came_at, came_to, came_by, action) IN (0, 4)",
            name="came",
        ),
        CheckConstraint(
            "(action IS NOT DISTINCT FROM 'RECORDED') = (entry_id IS NOT NULL)"
            " AND (entry_id IS NULL) = (entry_wallet_id IS NULL)",
            name="entry",
        ),
        CheckConstraint("(state = 'WAITING') = (turn IS NOT NULL)", name="turn"),
    )


class ActivityCost(Row, table=True):
    """What a partner paid, or plans to pay, for an activity."""

    __tablename__ = "activity_cost"
    cost_id: UUID = Field(primary_key=True)
    activity_id: UUID
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """Who pays it at first."""
    sponsors: list[UUID] = Field(sa_type=Ids)
    """Who shares it."""
    kind: str
    label: str
    amount: int = Field(sa_type=BigInteger)
    """In minor units; below nothing puts an earlier one right."""
    idempotency_key: str
    entered_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("partner_id", "idempotency_key", name="uq_activity_cost_key"),
        Index(None, "activity_id"),
        CheckConstraint("kind IN ('PLAN', 'ACTUAL')", name="kind"),
        CheckConstraint("amount <> 0", name="amount"),
    )
