"""Rows of members. The ledger knows ids only; names and contacts stand apart, sealed under a key of their own."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)


class MemberKind(StrEnum):
    """What sort of member it is."""

    CONSUMER = "CONSUMER"
    """A person who buys."""
    BUSINESS = "BUSINESS"
    """A firm that buys: a wholesaler's customer, a distributor's shop."""
    STAFF = "STAFF"
    """Sales staff of a partner or of a business member."""


class MemberStatus(StrEnum):
    """Where a member stands."""

    ACTIVE = "ACTIVE"
    MERGED = "MERGED"
    """Is another member now."""
    CLOSED = "CLOSED"


class IdentifierKind(StrEnum):
    """By what a member is recognised."""

    CARD = "CARD"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    EXTERNAL = "EXTERNAL"
    """A partner's own number for the member; known to that partner only."""


class Member(Row, table=True):
    """One who collects points; lives with its wallet."""

    __tablename__ = "member"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    kind: str
    status: str
    joined_at: datetime = Field(sa_type=Instant)
    joined_through: UUID = Field(foreign_key="partner.partner_id")
    """The partner that enrolled the member."""
    merged_into: UUID | None = None

    __table_args__ = (
        Index(None, "member_id"),
        Index("ix_member_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )


class Recognition(Row, table=True):
    """A keyed hash of something that names a member; holds no clear text."""

    __tablename__ = "recognition"
    lookup: bytes = Field(primary_key=True, sa_type=LargeBinary)
    kind: str
    wallet_id: UUID
    member_id: UUID

    __table_args__ = (Index(None, "member_id"),)


class Link(Row, table=True):
    """A partner knows a member, by an id that is this partner's alone."""

    __tablename__ = "link"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    pairwise_id: UUID
    since: datetime = Field(sa_type=Instant)
    enrolment_key: str | None = None
    """The idempotency key of the enrolment that made the member."""
    enrolment_fingerprint: bytes | None = Field(default=None, sa_type=LargeBinary)

    __table_args__ = (UniqueConstraint("pairwise_id"), UniqueConstraint("partner_id", "enrolment_key"))


class PersonalData(Row, table=True):
    """Name and contacts of one member, sealed under a key that is itself sealed by a key outside the database."""

    __tablename__ = "personal_data"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    sealed_key: bytes = Field(sa_type=LargeBinary)
    sealed: bytes = Field(sa_type=LargeBinary)
    changed_at: datetime = Field(sa_type=Instant)


class ConsentPurpose(StrEnum):
    """What a member may allow a partner to see."""

    BALANCE = "BALANCE"
    """What the member has, what waits, and what expires when."""
    HISTORY = "HISTORY"
    """What happened in the member's wallet at this partner."""
    REDEMPTION = "REDEMPTION"
    """To spend points in the member's name."""
    CODES = "CODES"
    """To redeem codes and coupons in the member's name."""
    OFFERS = "OFFERS"
    """To choose offers by what the member told of itself, and by where and what it buys, also at others."""


class ConsentWay(StrEnum):
    """How a consent was given."""

    PAGE = "PAGE"
    """By the member itself, signed in."""
    COUNTER = "COUNTER"
    """Said at a partner's counter; the partner wrote it down."""
    ENROLMENT = "ENROLMENT"
    """Said while joining; the partner wrote it down."""


MEMBERS_OWN_ACT = frozenset({ConsentPurpose.REDEMPTION, ConsentPurpose.CODES})
"""What only the member itself allows: no counter writes down for itself that it may spend in a member's name."""


class Consent(Row, table=True):
    """A member allows a partner something; revoked or past, it stays as history."""

    __tablename__ = "consent"
    wallet_id: UUID = Field(primary_key=True)
    consent_id: UUID = Field(primary_key=True)
    member_id: UUID
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    purpose: str
    given_at: datetime = Field(sa_type=Instant)
    given_through: str
    text_version: int
    """Of the words the member read (domain/members/consent_texts.py); 0 for words that were the partner's own."""
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    """Until when it counts, by the coalition's time; None for no end."""
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (Index(None, "member_id"),)
