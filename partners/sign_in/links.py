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
from partners.sign_in.sessions import SignedIn, Subject, begin, hashed

CODE_LIFETIME = timedelta(minutes=15)
SANDBOX_CODE_LIFETIME = timedelta(hours=24)
"""A demonstration prints its links once and is looked at later; they are still good for one sign-in only."""


async def issue(
    session: WriteSession, subject: Subject, *, now: datetime, landing: str = "/", lifetime: timedelta = CODE_LIFETIME
) -> str:
    """Make a code for one sign-in; only its hash is kept.

    Raises: InvalidValue.
    """
    if not landing.startswith("/") or landing.startswith(("//", "/\\")) or not landing.isprintable():
        raise InvalidValue("The landing is a path of this site.", path=("landing",))
    if not timedelta(0) < lifetime <= SANDBOX_CODE_LIFETIME:
        raise InvalidValue(f"A sign-in code lasts at most {SANDBOX_CODE_LIFETIME}.", path=("lifetime",))
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


def link(issuer: Issuer, code: str) -> str:
    """The address to hand to whoever is to sign in."""
    return f"{issuer.url}/sign-in#{code}"


async def sign_in(session: WriteSession, code: str, *, now: datetime) -> SignedIn:
    """Use a code up and begin a session: of several that come at once with one code, one succeeds.

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
    subject = Subject(person_id=row.person_id, member_id=row.member_id)
    return begin(session, subject, landing=row.landing, now=now)


async def member_named(session: ReadSession, lookup: bytes) -> MemberId:
    """The member whom a keyed hash of a card, an address or a number names.

    Raises: NotFound.
    """
    found: UUID | None = await session.scalar(select(func.member_to_sign_in(lookup)))
    if found is None:
        raise NotFound("There is no such member.")
    return MemberId(found)
