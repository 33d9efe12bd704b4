"""Rows of the authorization server: its keys, what was revoked, and what was used up."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Words: Any = ARRAY(Text)
Document: Any = JSONB(none_as_null=True)


class SigningKeyState(StrEnum):
    """Where a signing key stands; keys of every state are published."""

    NEXT = "NEXT"
    """Published ahead, so that everyone knows it when it begins to sign."""
    CURRENT = "CURRENT"
    """Signs."""
    OLD = "OLD"
    """Signs no more; what it signed may still be read."""


class SigningKey(Row, table=True):
    """A key that signs access tokens; its private half is sealed with a key from outside the database."""

    __tablename__ = "signing_key"
    kid: str = Field(primary_key=True)
    state: str
    public_jwk: dict[str, Any] = Field(sa_type=Document)
    sealed_jwk: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Instant)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        CheckConstraint("state IN ('NEXT', 'CURRENT', 'OLD')", name="state"),
        CheckConstraint("(retired_at IS NOT NULL) = (state = 'OLD')", name="retired_when_old"),
        Index("uq_signing_key_state", "state", unique=True, postgresql_where=text("state <> 'OLD'")),
    )


class UsedJti(Row, table=True):
    """A one-time number that was seen, kept until whatever carried it has expired."""

    __tablename__ = "used_jti"
    jti_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=Instant, index=True)


class Revocation(Row, table=True):
    """A token (by jti) or a grant (by gid) that counts no more, kept until its last token has expired."""

    __tablename__ = "revocation"
    revoked_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    revoked_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)


class Grant(Row, table=True):
    """What a member granted a partner's client; its tokens name it, and end with it."""

    __tablename__ = "oauth_grant"
    grant_id: UUID = Field(primary_key=True)
    client_id: UUID = Field(foreign_key="client.client_id", index=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id", index=True)
    member_id: UUID = Field(index=True)
    pairwise_id: UUID
    """The partner's own id for the member: the subject of the grant's tokens."""
    scopes: list[str] = Field(sa_type=Words)
    """What was granted; each counts only as long as the consent it stands on."""
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (CheckConstraint("cardinality(scopes) > 0", name="has_scopes"),)
