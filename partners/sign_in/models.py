"""Rows of signing in: one-time links, mailed codes and signed-in browsers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Words: Any = ARRAY(Text)
Ids: Any = ARRAY(Uuid)


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


class MailedCode(Row, table=True):
    """The code a browser waits for; there is a row whether or not anybody is known by the address."""

    __tablename__ = "mailed_code"
    browser_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    """Of the cookie of the browser that asked: nobody else can use the code."""
    member_id: UUID | None = None
    """None: nobody is known by the address, and no code is right."""
    code_hash: bytes = Field(sa_type=LargeBinary)
    sealed_address: bytes = Field(sa_type=LargeBinary)
    """What was typed, to show it on the page again."""
    sealed_landing: bytes = Field(sa_type=LargeBinary)
    sealed_joining: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The page by which somebody joins whom nobody knows yet; None: this is to sign in."""
    fresh: bool
    """Whether a session that goes on is to be proven again."""
    tries: int = Field(sa_type=SmallInteger)
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)

    __table_args__ = (CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),)


class BrowserSession(Row, table=True):
    """A signed-in browser; the cookie holds the secret, this row its hash."""

    __tablename__ = "browser_session"
    session_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    session_id: UUID
    """By which its owner names it, to end it from elsewhere."""
    person_id: UUID | None = Field(default=None, foreign_key="person.person_id", index=True)
    member_id: UUID | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=Instant)
    fresh_at: datetime = Field(sa_type=Instant)
    """When the person last proved who they are."""
    last_seen_at: datetime = Field(sa_type=Instant)
    """To the minute: when it was last used."""
    expires_at: datetime = Field(sa_type=Instant, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    methods: list[str] = Field(sa_type=Words)
    """How its owner proved who they are, in the words of RFC 8176."""
    device: str | None = None
    """Browser and system, as far as it told; see devices.py."""

    __table_args__ = (
        CheckConstraint("num_nonnulls(person_id, member_id) = 1", name="one_subject"),
        UniqueConstraint("session_id"),
    )


class PasskeyUser(Row, table=True):
    """The name under which a person's or member's authenticators file their passkeys: random, and no id of ours."""

    __tablename__ = "passkey_user"
    handle: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: UUID | None = Field(default=None, foreign_key="person.person_id", unique=True)
    member_id: UUID | None = Field(default=None, unique=True)

    __table_args__ = (CheckConstraint("num_nonnulls(person_id, member_id) = 1", name="one_subject"),)


class Passkey(Row, table=True):
    """A passkey: its public half, and how often it was used."""

    __tablename__ = "passkey"
    passkey_id: UUID = Field(primary_key=True)
    handle: bytes = Field(foreign_key="passkey_user.handle", sa_type=LargeBinary, index=True)
    credential_id: bytes = Field(sa_type=LargeBinary, unique=True)
    """As the authenticator named it."""
    public_key: bytes = Field(sa_type=LargeBinary)
    """A COSE key (RFC 9052)."""
    sign_count: int = Field(sa_type=BigInteger)
    """How many signatures the authenticator says it made; 0 for one that does not count."""
    synced: bool
    """Whether it travels with an account, or stays in one device."""
    name: str
    created_at: datetime = Field(sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        CheckConstraint("octet_length(credential_id) BETWEEN 1 AND 1023", name="credential_id"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name"),
    )


class PasskeyChallenge(Row, table=True):
    """What an authenticator was asked to sign, until it did; only the hash is kept."""

    __tablename__ = "passkey_challenge"
    challenge_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    browser_hash: bytes = Field(sa_type=LargeBinary)
    """The browser that asked, by its session or by its cookie before one."""
    registers: bool
    """Whether a new passkey is to be made; otherwise one is to be shown."""
    expires_at: datetime = Field(sa_type=Instant, index=True)


class Password(Row, table=True):
    """A person's password, as argon2id leaves it."""

    __tablename__ = "password"
    person_id: UUID = Field(primary_key=True, foreign_key="person.person_id")
    password_hash: str
    changed_at: datetime = Field(sa_type=Instant)


class Authenticator(Row, table=True):
    """An app that shows a code every thirty seconds (RFC 6238)."""

    __tablename__ = "authenticator"
    authenticator_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.person_id")
    sealed_secret: bytes = Field(sa_type=LargeBinary)
    last_step: int = Field(sa_type=BigInteger)
    """The latest step whose code was taken; no code of it or before counts again."""
    misses: int = Field(default=0, sa_type=SmallInteger)
    """Wrong codes since the last right one, each after the right password; at fifty no code is right any more."""
    created_at: datetime = Field(sa_type=Instant)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the first code was shown; before, it opens nothing."""

    __table_args__ = (
        Index(
            "uq_authenticator_confirmed", "person_id", unique=True, postgresql_where=text("confirmed_at IS NOT NULL")
        ),
        Index("uq_authenticator_proposed", "person_id", unique=True, postgresql_where=text("confirmed_at IS NULL")),
    )


class RecoveryCode(Row, table=True):
    """A code for one sign-in without the authenticator; gone once used."""

    __tablename__ = "recovery_code"
    person_id: UUID = Field(primary_key=True, foreign_key="person.person_id")
    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)


class HalfSignIn(Row, table=True):
    """A browser whose password was right and whose second factor is still to come: no session."""

    __tablename__ = "half_sign_in"
    browser_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_ids: list[UUID] = Field(sa_type=Ids)
    """Whose password it was: several, where several partners employ somebody with one password."""
    expires_at: datetime = Field(sa_type=Instant, index=True)

    __table_args__ = (CheckConstraint("cardinality(person_ids) > 0", name="has_persons"),)
