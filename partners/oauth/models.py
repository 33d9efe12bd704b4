"""Rows of the authorization server: its keys, what was revoked, and what was used up."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, LargeBinary, Text, text
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
    client_id: UUID = Field(index=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id", index=True)
    member_id: UUID = Field(index=True)
    pairwise_id: UUID
    """The partner's own id for the member: the subject of the grant's tokens."""
    scopes: list[str] = Field(sa_type=Words)
    """What was granted; each counts only as long as the consent it stands on."""
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant, index=True)

    __table_args__ = (
        ForeignKeyConstraint(["client_id", "partner_id"], ["client.client_id", "client.partner_id"]),
        CheckConstraint("cardinality(scopes) > 0", name="has_scopes"),
    )


class PushedRequest(Row, table=True):
    """A request for a member's grant, until the member has answered it; its handle is the key that opens it."""

    __tablename__ = "pushed_request"
    request_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    client_id: UUID = Field(foreign_key="client.client_id")
    sealed: bytes = Field(sa_type=LargeBinary)
    """The parameters. They may hint at who the member is, so the database alone cannot read them."""
    created_at: datetime = Field(sa_type=Instant)
    begun_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the member's browser first came with it."""
    expires_at: datetime = Field(sa_type=Instant, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (CheckConstraint("octet_length(request_hash) = 32", name="hash"),)


class AuthorizationCode(Row, table=True):
    """What the member's browser carries back to the client, to be redeemed once within a minute."""

    __tablename__ = "authorization_code"
    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    grant_id: UUID = Field(foreign_key="oauth_grant.grant_id", index=True)
    client_id: UUID
    redirect_uri: str
    scopes: list[str] = Field(sa_type=Words)
    code_challenge: str
    dpop_jkt: str | None = None
    """The only key that may redeem it, where the client said so."""
    nonce: str | None = None
    signed_in_at: datetime = Field(sa_type=Instant)
    methods: list[str] = Field(sa_type=Words)
    """How the member signed in (RFC 8176 words)."""
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        CheckConstraint("octet_length(code_hash) = 32", name="hash"),
        CheckConstraint("expires_at <= created_at + interval '60 seconds'", name="minute"),
    )


class RefreshToken(Row, table=True):
    """What a client gets further access tokens with, as long as the grant lasts."""

    __tablename__ = "refresh_token"
    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    grant_id: UUID = Field(foreign_key="oauth_grant.grant_id", index=True)
    client_id: UUID
    scopes: list[str] = Field(sa_type=Words)
    dpop_jkt: str | None = None
    """The key that must be proven with it."""
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    rotated_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    """When its successor took over; whoever comes with it later has stolen one of the two."""

    __table_args__ = (CheckConstraint("octet_length(token_hash) = 32", name="hash"),)
