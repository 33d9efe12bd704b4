"""Rows of segments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Ids: Any = ARRAY(Uuid)
Json: Any = JSONB
Digest: Any = LargeBinary


class SegmentRow(Row, table=True):
    """A named group of members, as it stands."""

    __tablename__ = "segment"
    segment_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The owner; None: the coalition."""
    name: str
    version: int
    """Of the definition in force; earlier ones stay in segment_version."""
    definition: dict[str, Any] = Field(sa_type=Json)
    """Parts that must all hold, docs/segments.md; an empty object: a list kept by hand."""
    fingerprint: bytes = Field(sa_type=Digest)
    shared_with: list[UUID] = Field(sa_type=Ids)
    """Partners that may name it in campaigns of theirs."""
    refresh_hours: int
    """Who belongs is looked at again after so many hours."""
    made_at: datetime = Field(sa_type=Instant)
    refreshed_at: datetime | None = Field(default=None, sa_type=Instant)
    """None: not yet under this definition."""
    size: int
    """Members in it, as of the last refresh."""
    retired_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(
            "uq_segment_name",
            "partner_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("refresh_hours BETWEEN 1 AND 168", name="refresh_hours"),
        CheckConstraint("version > 0 AND size >= 0", name="counted"),
    )


class SegmentVersion(Row, table=True):
    """What a segment meant under one version; kept, since awards of that time stand on it."""

    __tablename__ = "segment_version"
    segment_id: UUID = Field(primary_key=True, foreign_key="segment.segment_id")
    version: int = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    definition: dict[str, Any] = Field(sa_type=Json)
    fingerprint: bytes = Field(sa_type=Digest)
    made_at: datetime = Field(sa_type=Instant)


class SegmentMember(Row, table=True):
    """A member was in a segment for a while, or is."""

    __tablename__ = "segment_member"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    segment_id: UUID = Field(primary_key=True)
    since: datetime = Field(primary_key=True, sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)
    """None: still in it."""
    version: int
    """The definition under which it came in."""
    partner_id: UUID | None = None
    """The segment's owner."""

    __table_args__ = (
        Index("ix_segment_member_in", "segment_id", postgresql_where=text("until IS NULL")),
        Index(
            "uq_segment_member_once",
            "wallet_id",
            "member_id",
            "segment_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("until >= since", name="until_after_since"),
    )
