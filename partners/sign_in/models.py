"""Rows of signing in: one-time links and signed-in browsers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, LargeBinary
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)


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
