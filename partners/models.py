"""Rows of access: clients, persons, keys, what was revoked or used up, sign-in codes and browser sessions."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.storage import Row
from partners.scopes import READING, PersonRole

Instant: Any = DateTime(timezone=True)
Words: Any = ARRAY(Text)
Document: Any = JSONB(none_as_null=True)

COALITION_ROLES = sorted(role for role in PersonRole if role.of_coalition)
PARTNER_ROLES = sorted(role for role in PersonRole if not role.of_coalition)


def listed(words: list[Any]) -> str:
    """An SQL array of these words, for the constraints."""
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"


class ClientAuthMethod(StrEnum):
    """How a client proves itself (RFC 7591 names)."""

    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - the name of a method
    """A shared secret: for the sandbox, and for scopes that only read."""
    PRIVATE_KEY_JWT = "private_key_jwt"
    """A key of its own: we know only the public half."""


class SigningKeyState(StrEnum):
    """Where a signing key stands; keys of every state are published."""

    NEXT = "NEXT"
    """Published ahead, so that everyone knows it when it begins to sign."""
    CURRENT = "CURRENT"
    """Signs."""
    OLD = "OLD"
    """Signs no more; what it signed may still be read."""


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
    """The client's public keys."""
    scopes: list[str] = Field(sa_type=Words)
    sandbox: bool
    grant_id: UUID
    """The standing grant its tokens name; a new one leaves all earlier tokens behind."""
    created_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        CheckConstraint("auth_method IN ('client_secret_basic', 'private_key_jwt')", name="auth_method"),
        CheckConstraint(
            "(secret_hash IS NOT NULL) = (auth_method = 'client_secret_basic')"
            " AND (jwks IS NOT NULL) = (auth_method = 'private_key_jwt')",
            name="one_credential",
        ),
        CheckConstraint("octet_length(secret_hash) = 32 AND octet_length(previous_secret_hash) = 32", name="hashes"),
        CheckConstraint("(previous_secret_hash IS NULL) = (previous_until IS NULL)", name="previous_secret_ends"),
        CheckConstraint(
            f"auth_method = 'private_key_jwt' OR sandbox OR scopes <@ {listed(sorted(READING))}",
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


class Person(Row, table=True):
    """Somebody who works for the coalition or for a partner."""

    __tablename__ = "person"
    person_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    name: str
    email: str
    roles: list[str] = Field(sa_type=Words)
    active: bool
    created_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        # Within a partner only: a wider key would tell one partner whom another employs.
        UniqueConstraint("partner_id", "email", postgresql_nulls_not_distinct=True),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(
            f"cardinality(roles) > 0 AND CASE WHEN partner_id IS NULL THEN roles <@ {listed(COALITION_ROLES)}"
            f" ELSE roles <@ {listed(PARTNER_ROLES)} END",
            name="roles",
        ),
    )


class SignInCode(Row, table=True):
    """A one-time sign-in link's code, for a person or a member."""

    __tablename__ = "sign_in_code"
    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: UUID | None = Field(default=None, foreign_key="person.person_id")
    member_id: UUID | None = None
    landing: str
    """Where the browser goes once signed in: a path of this site."""
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (CheckConstraint("num_nonnulls(person_id, member_id) = 1", name="one_subject"),)


class BrowserSession(Row, table=True):
    """A signed-in browser; the cookie holds the secret, this row its hash."""

    __tablename__ = "browser_session"
    session_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: UUID | None = Field(default=None, foreign_key="person.person_id", index=True)
    member_id: UUID | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=Instant)
    fresh_at: datetime = Field(sa_type=Instant)
    """When the person last proved who they are."""
    expires_at: datetime = Field(sa_type=Instant, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (CheckConstraint("num_nonnulls(person_id, member_id) = 1", name="one_subject"),)
