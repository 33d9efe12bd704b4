"""Signing in with a one-time link, and the browser sessions that follow.

A link's code stands behind the `#`, so it reaches neither access logs nor other sites. Opening the page uses nothing
up, so a mail scanner cannot; pressing its button does, once.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select

from domain.errors import InvalidValue, NotFound
from domain.ids import MemberId
from domain.storage import ReadSession, WriteSession
from partners.errors import SignInRefused
from partners.issuer import Issuer
from partners.sign_in.models import SignInCode
from partners.sign_in.sessions import Subject, hashed

LONGEST_LANDING = 2000

CODE_LIFETIME = timedelta(minutes=15)
SANDBOX_CODE_LIFETIME = timedelta(hours=24)
"""A demonstration prints its links once and is looked at later; they are still good for one sign-in only."""

INVITATION_LIFETIME = timedelta(days=7)
"""The longest a link is good for: somebody who is invited may be on leave."""


async def issue(
    session: WriteSession, subject: Subject, *, now: datetime, landing: str = "/", lifetime: timedelta = CODE_LIFETIME
) -> str:
    """Make a code for one sign-in; only its hash is kept.

    Raises: InvalidValue.
    """
    if not is_landing(landing):
        raise InvalidValue("The landing is a path of this site.", path=("landing",))
    if not timedelta(0) < lifetime <= INVITATION_LIFETIME:
        raise InvalidValue(f"A sign-in code lasts at most {INVITATION_LIFETIME.days} days.", path=("lifetime",))
    code = secrets.token_urlsafe(32)
    session.add(
        SignInCode(
            code_hash=hashed(code),
            person_id=subject.person_id,
            member_id=subject.member_id,
            landing=landing,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return code


def is_landing(path: str) -> bool:
    """Whether a browser that is sent there stays on this site."""
    # Browsers read a backslash as a slash, so that /\\evil.example would lead to another site.
    leads_away = path.startswith("//") or "\\" in path
    return path.startswith("/") and not leads_away and path.isprintable() and len(path) <= LONGEST_LANDING


def link(issuer: Issuer, code: str) -> str:
    """The address to hand to whoever is to sign in."""
    return f"{issuer.url}/sign-in#{code}"


async def use(session: WriteSession, code: str, *, now: datetime) -> tuple[Subject, str]:
    """Use a code up, for whom it signs in and where they go: of several that come at once with one, one succeeds.

    Raises: SignInRefused.
    """
    used = await session.execute(
        update(SignInCode)
        .where(
            col(SignInCode.code_hash) == hashed(code),
            col(SignInCode.used_at).is_(None),
            col(SignInCode.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(SignInCode.person_id), col(SignInCode.member_id), col(SignInCode.landing))
    )
    row = used.one_or_none()
    if row is None:
        raise SignInRefused
    return Subject(person_id=row.person_id, member_id=row.member_id), row.landing


async def member_named(session: ReadSession, lookup: bytes) -> MemberId:
    """The member whom a keyed hash of a card, an address or a number names.

    Raises: NotFound.
    """
    found: UUID | None = await session.scalar(select(func.member_to_sign_in(lookup)))
    if found is None:
        raise NotFound("There is no such member.")
    return MemberId(found)
