"""Browser sessions: whom they stand for, and how they end."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select

from domain.coalition.models import Partner, PartnerStatus
from domain.errors import InvalidValue
from domain.ids import MemberId, PartnerId, PersonId, WalletId
from domain.storage import ReadSession, WriteSession
from partners.people.models import Person
from partners.scopes import MEMBER_SCOPES, PersonRole, Scope, scopes_of_roles
from partners.sign_in.models import BrowserSession

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


def begin(session: WriteSession, subject: Subject, *, landing: str, now: datetime) -> SignedIn:
    """Begin a session for somebody who has proven who they are."""
    secret = secrets.token_urlsafe(32)
    lasts = PERSON_SESSION if subject.person_id else MEMBER_SESSION
    session.add(
        BrowserSession(
            session_hash=hashed(secret),
            person_id=subject.person_id,
            member_id=subject.member_id,
            created_at=now,
            fresh_at=now,
            expires_at=now + lasts,
        )
    )
    return SignedIn(secret=secret, landing=landing, lasts=lasts)


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
