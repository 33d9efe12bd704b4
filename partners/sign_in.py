"""Signing in with a one-time link, and the browser sessions that follow.

A link's code stands behind the `#`, so it reaches neither access logs nor other sites. Opening the page uses nothing
up, so a mail scanner cannot; pressing its button does, once.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select

from domain.coalition.models import Partner, PartnerStatus
from domain.errors import InvalidValue, NotFound
from domain.ids import MemberId, PartnerId, PersonId, WalletId
from domain.storage import ReadSession, WriteSession
from partners.errors import SignInRefused
from partners.issuer import Issuer
from partners.models import BrowserSession, Person, SignInCode
from partners.scopes import MEMBER_SCOPES, PersonRole, Scope, scopes_of_roles

CODE_LIFETIME = timedelta(minutes=15)
SANDBOX_CODE_LIFETIME = timedelta(hours=24)
"""A demonstration prints its links once and is looked at later; they are still good for one sign-in only."""

PERSON_SESSION = timedelta(hours=12)
MEMBER_SESSION = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is to sign in: a person, or a member."""

    person_id: PersonId | None = None
    member_id: MemberId | None = None

    def __post_init__(self) -> None:
        if (self.person_id is None) == (self.member_id is None):
            raise InvalidValue("A sign-in is a person's or a member's.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A fresh browser session; the secret goes into the cookie and is kept nowhere."""

    secret: str
    landing: str
    lasts: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """Whom a live session stands for, with the scopes they have at this moment."""

    subject: Subject
    partner_id: PartnerId | None
    wallet_id: WalletId | None
    name: str | None
    roles: tuple[PersonRole, ...]
    scopes: frozenset[Scope]
    fresh_at: datetime
    expires_at: datetime


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
    secret = secrets.token_urlsafe(32)
    lasts = PERSON_SESSION if row.person_id else MEMBER_SESSION
    session.add(
        BrowserSession(
            session_hash=hashed(secret),
            person_id=row.person_id,
            member_id=row.member_id,
            created_at=now,
            fresh_at=now,
            expires_at=now + lasts,
        )
    )
    return SignedIn(secret=secret, landing=row.landing, lasts=lasts)


async def member_named(session: ReadSession, lookup: bytes) -> MemberId:
    """The member whom a keyed hash of a card, an address or a number names.

    Raises: NotFound.
    """
    found: UUID | None = await session.scalar(select(func.member_to_sign_in(lookup)))
    if found is None:
        raise NotFound("There is no such member.")
    return MemberId(found)


async def facts_of(session: ReadSession, session_hash: bytes, *, now: datetime) -> SessionFacts | None:
    """Whom a session stands for, None if it has ended or its person may not sign in any more."""
    found = await session.execute(
        select(BrowserSession, Person, Partner.status, func.wallet_signed_in(BrowserSession.member_id))
        .outerjoin(Person, col(Person.person_id) == BrowserSession.person_id)
        .outerjoin(Partner, col(Partner.partner_id) == Person.partner_id)
        .where(
            col(BrowserSession.session_hash) == session_hash,
            col(BrowserSession.revoked_at).is_(None),
            col(BrowserSession.expires_at) > now,
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    browser, person, status, wallet_id = row
    let_in = wallet_id is not None or (person is not None and person.active and status != PartnerStatus.CLOSED)
    return _facts(browser, person, wallet_id) if let_in else None


async def sign_out(session: WriteSession, session_hash: bytes, *, now: datetime) -> None:
    """End a session; ending it again changes nothing."""
    await session.execute(
        update(BrowserSession)
        .where(col(BrowserSession.session_hash) == session_hash, col(BrowserSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


async def sign_out_everywhere(session: WriteSession, subject: Subject, *, now: datetime) -> None:
    """End all sessions of a person or a member, as when a member is forgotten."""
    whose = (
        col(BrowserSession.person_id) == subject.person_id
        if subject.person_id
        else col(BrowserSession.member_id) == subject.member_id
    )
    await session.execute(
        update(BrowserSession).where(whose, col(BrowserSession.revoked_at).is_(None)).values(revoked_at=now)
    )


def hashed(secret: str) -> bytes:
    """What is kept of a random code or cookie."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _facts(browser: BrowserSession, person: Person | None, wallet_id: UUID | None) -> SessionFacts:
    roles = tuple(PersonRole(role) for role in person.roles) if person else ()
    return SessionFacts(
        subject=Subject(
            person_id=PersonId(browser.person_id) if browser.person_id else None,
            member_id=MemberId(browser.member_id) if browser.member_id else None,
        ),
        wallet_id=WalletId(wallet_id) if wallet_id else None,
        partner_id=PartnerId(person.partner_id) if person and person.partner_id else None,
        name=person.name if person else None,
        roles=roles,
        scopes=scopes_of_roles(roles) if person else MEMBER_SCOPES,
        fresh_at=browser.fresh_at,
        expires_at=browser.expires_at,
    )
