"""Rows of business members."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Digest: Any = LargeBinary
Texts: Any = ARRAY(String)


class BusinessKind(StrEnum):
    """What sort of firm it is."""

    DISTRIBUTOR = "DISTRIBUTOR"
    """Sells on to shops, under the maker's prices."""
    WHOLESALER = "WHOLESALER"
    """Sells on to firms of any sort."""
    RETAILER = "RETAILER"
    """A shop that buys to sell."""
    CATERER = "CATERER"
    """A hotel, restaurant or canteen."""
    OFFICE = "OFFICE"
    """Buys for its own use."""
    OTHER = "OTHER"
    """Any other firm."""


class ServiceState(StrEnum):
    """How a partner stands to a firm."""

    PENDING = "PENDING"
    """Registered, not yet approved."""
    ACTIVE = "ACTIVE"
    """Served: in its groups, and in its schemes."""
    ENDED = "ENDED"
    """Refused, or served no more."""


class BusinessRole(StrEnum):
    """What a user may do with a firm's wallet."""

    OWNER = "OWNER"
    """Everything; also who else may."""
    BUYER = "BUYER"
    """See it and spend from it."""
    VIEWER = "VIEWER"
    """See it."""


SPENDERS = frozenset({BusinessRole.OWNER, BusinessRole.BUYER})


class UserState(StrEnum):
    """How far a user is."""

    INVITED = "INVITED"
    """Has a token to join by."""
    ACTIVE = "ACTIVE"
    """Acts for the firm."""
    REMOVED = "REMOVED"
    """Acts for it no more."""


class BusinessRow(Row, table=True):
    """A firm as a member."""

    __tablename__ = "business"
    business_id: UUID = Field(primary_key=True)
    wallet_id: UUID
    member_id: UUID
    """The member it was registered as; where that was merged, what it has become is asked when it matters."""
    kind: str
    name: str
    registered_by: UUID = Field(foreign_key="partner.partner_id")
    """The partner that registered it first, and invites its first owner."""
    registered_at: datetime = Field(sa_type=Instant)
    registration: bytes | None = Field(default=None, sa_type=Digest)
    """A keyed hash of its number in the companies' register; None: it is gone."""
    vat: bytes | None = Field(default=None, sa_type=Digest)
    """A keyed hash of its VAT number."""
    ends_in: str | None = None
    """The last characters of its registration number, to tell firms of one name apart."""
    closed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("member_id"),
        UniqueConstraint("registration"),
        UniqueConstraint("vat"),
        CheckConstraint(
            "kind IN ('DISTRIBUTOR', 'WHOLESALER', 'RETAILER', 'CATERER', 'OFFICE', 'OTHER')",
            name="kind",
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
    )


class BusinessService(Row, table=True):
    """A partner serves a firm."""

    __tablename__ = "business_service"
    business_id: UUID = Field(primary_key=True, foreign_key="business.business_id")
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    state: str
    registered_at: datetime = Field(sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: UUID | None = None
    """The person or program that approved it."""
    ended_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(None, "partner_id", "business_id"),
        CheckConstraint("state IN ('PENDING', 'ACTIVE', 'ENDED')", name="state"),
        CheckConstraint("state <> 'ACTIVE' OR decided_at IS NOT NULL", name="decided"),
        CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", name="ended"),
    )


class BusinessUser(Row, table=True):
    """A person who acts for a firm, or is invited to."""

    __tablename__ = "business_user"
    user_id: UUID = Field(primary_key=True)
    business_id: UUID = Field(foreign_key="business.business_id")
    member_id: UUID | None = None
    """Who it is, once the invitation was taken."""
    role: str
    state: str
    token: bytes | None = Field(default=None, sa_type=Digest)
    """A hash of the token by which the person joins."""
    sealed_key: bytes | None = Field(default=None, sa_type=Digest)
    sealed: bytes | None = Field(default=None, sa_type=Digest)
    """How the firm calls the user, sealed; gone with the role."""
    invited_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    """Until when the invitation may be taken."""
    joined_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(None, "business_id"),
        Index(None, "member_id"),
        UniqueConstraint("token"),
        Index(
            "uq_business_user_once",
            "business_id",
            "member_id",
            unique=True,
            postgresql_where=text("state = 'ACTIVE'"),
        ),
        CheckConstraint("role IN ('OWNER', 'BUYER', 'VIEWER')", name="role"),
        CheckConstraint("state IN ('INVITED', 'ACTIVE', 'REMOVED')", name="state"),
        CheckConstraint("state <> 'ACTIVE' OR member_id IS NOT NULL AND joined_at IS NOT NULL", name="member"),
        CheckConstraint("(state = 'REMOVED') = (removed_at IS NOT NULL)", name="removed"),
    )


class BusinessAct(Row, table=True):
    """Who of a firm did what stands in the firm's wallet."""

    __tablename__ = "business_act"
    wallet_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    business_id: UUID = Field(foreign_key="business.business_id")
    user_id: UUID = Field(foreign_key="business_user.user_id")
    partner_id: UUID
    """Where it was recorded."""
    noted_at: datetime = Field(sa_type=Instant)


class BusinessGroupRow(Row, table=True):
    """A segment of firms that is kept by itself."""

    __tablename__ = "business_group"
    segment_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    kinds: list[str] = Field(sa_type=Texts)
    """All firms of these kinds that the partner serves belong to it."""
    made_at: datetime = Field(sa_type=Instant)

    __table_args__ = (Index(None, "partner_id"),)


class BusinessGroupMember(Row, table=True):
    """A firm that belongs to a group by hand, whatever its kind."""

    __tablename__ = "business_group_member"
    segment_id: UUID = Field(primary_key=True, foreign_key="business_group.segment_id")
    business_id: UUID = Field(primary_key=True, foreign_key="business.business_id")
    partner_id: UUID
    put_in_at: datetime = Field(sa_type=Instant)
