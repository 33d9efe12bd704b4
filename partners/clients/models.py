"""Rows of API clients: the programs that act for a partner or for the coalition."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.storage import Row
from partners.scopes import READING, listed

Instant: Any = DateTime(timezone=True)
Words: Any = ARRAY(Text)
Document: Any = JSONB(none_as_null=True)


class ClientAuthMethod(StrEnum):
    """How a client proves itself (RFC 7591 names)."""

    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - the name of a method
    """A shared secret: for the sandbox, and for scopes that only read."""
    PRIVATE_KEY_JWT = "private_key_jwt"
    """A key of its own: we know only the public half."""
    NONE = "none"
    """A program in its user's hands, which can keep no secret: for members' grants alone."""


class Client(Row, table=True):
    """A program that calls the API for a partner or, without one, for the coalition."""

    __tablename__ = "client"
    client_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id", index=True)
    outlet_id: UUID | None = Field(default=None, foreign_key="outlet.outlet_id")
    """The shop of a till; what it records belongs there."""
    name: str
    auth_method: str
    secret_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    """SHA-256 of a random secret of 43 characters, so no slow hash is needed."""
    previous_secret_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    previous_until: datetime | None = Field(default=None, sa_type=Instant)
    """How long the secret before this one is still good."""
    jwks: dict[str, Any] | None = Field(default=None, sa_type=Document)
    """The client's public keys; of a client that publishes them, as they were last fetched."""
    jwks_uri: str | None = None
    """Where the client publishes its keys."""
    jwks_fetched_at: datetime | None = Field(default=None, sa_type=Instant)
    """When they were last fetched, and could be used."""
    jwks_tried_at: datetime | None = Field(default=None, sa_type=Instant)
    """When they were last asked for, by whichever process."""
    jwks_failure: str | None = None
    """Why the last fetch gave no keys, for the client's owner; None when it did."""
    redirect_uris: list[str] = Field(default_factory=list, sa_type=Words)
    """Where members come back to, each compared letter by letter; with none the client asks for no member's grant."""
    dpop_bound: bool = False
    """Whether its tokens count only with a proof of its own key (RFC 9449)."""
    scopes: list[str] = Field(sa_type=Words)
    sandbox: bool
    grant_id: UUID
    """The standing grant its tokens name; a new one leaves all earlier tokens behind."""
    created_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("client_id", "partner_id"),
        CheckConstraint("auth_method IN ('client_secret_basic', 'private_key_jwt', 'none')", name="auth_method"),
        CheckConstraint(
            "(secret_hash IS NOT NULL) = (auth_method = 'client_secret_basic')"
            " AND (num_nonnulls(jwks, jwks_uri) > 0) = (auth_method = 'private_key_jwt')",
            name="one_credential",
        ),
        CheckConstraint("auth_method <> 'none' OR cardinality(redirect_uris) > 0", name="public_client_redirects"),
        CheckConstraint(
            "cardinality(redirect_uris) = 0 OR partner_id IS NOT NULL", name="redirecting_client_has_partner"
        ),
        CheckConstraint("octet_length(secret_hash) = 32 AND octet_length(previous_secret_hash) = 32", name="hashes"),
        CheckConstraint("(previous_secret_hash IS NULL) = (previous_until IS NULL)", name="previous_secret_ends"),
        CheckConstraint(
            f"auth_method IN ('private_key_jwt', 'none') OR sandbox OR scopes <@ {listed(sorted(READING))}",
            name="secret_only_reads_outside_sandbox",
        ),
        CheckConstraint("outlet_id IS NULL OR partner_id IS NOT NULL", name="outlet_has_partner"),
        CheckConstraint("cardinality(scopes) > 0", name="has_scopes"),
    )


class PartnerCeiling(Row, table=True):
    """The most a partner's clients may hold, where the coalition set it lower than for others."""

    __tablename__ = "partner_ceiling"
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    scopes: list[str] = Field(sa_type=Words)
