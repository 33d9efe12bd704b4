"""Browser sessions: whom they stand for, and how they end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import col, select

from domain.coalition.models import Partner, PartnerStatus
from domain.errors import InvalidValue
from domain.ids import MemberId, PartnerId, PersonId, WalletId, new_id
from domain.storage import ReadSession, WriteSession
from partners.people.models import Person
from partners.scopes import MEMBER_SCOPES, PersonRole, Scope, scopes_of_roles
from partners.sign_in.models import BrowserSession

PERSON_SESSION = timedelta(hours=12)
MEMBER_SESSION = timedelta(days=30)

PERSON_IDLE = timedelta(hours=2)
MEMBER_IDLE = timedelta(days=14)
"""A session that nobody uses for so long ends before its time."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session was last used."""


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
    partner_slug: str | None
    wallet_id: WalletId | None
    name: str | None
    roles: tuple[PersonRole, ...]
    scopes: frozenset[Scope]
    fresh_at: datetime
    """When they last proved who they are: at the sign-in, or since."""
    expires_at: datetime
    session_id: UUID
    methods: tuple[str, ...]
    """How they proved it, in the words of RFC 8176."""


def begin(
    session: WriteSession,
    subject: Subject,
    *,
    landing: str,
    now: datetime,
    methods: Sequence[str] = (),
    device: str | None = None,
) -> SignedIn:
    """Begin a session for somebody who has proven who they are, by these methods."""
    secret = secrets.token_urlsafe(32)
    lasts = PERSON_SESSION if subject.person_id else MEMBER_SESSION
    session.add(
        BrowserSession(
            session_hash=hashed(secret),
            session_id=new_id(),
            person_id=subject.person_id,
            member_id=subject.member_id,
            created_at=now,
            fresh_at=now,
            last_seen_at=now,
            expires_at=now + lasts,
            methods=sorted(methods),
            device=device,
        )
    )
    return SignedIn(secret=secret, landing=landing, lasts=lasts)


async def facts_of(session: ReadSession, session_hash: bytes, *, now: datetime) -> SessionFacts | None:
    """Whom a session stands for, None if it has ended or its person may not sign in any more."""
    found = await session.execute(
        select(BrowserSession, Person, Partner, func.wallet_signed_in(BrowserSession.member_id))
        .outerjoin(Person, col(Person.person_id) == BrowserSession.person_id)
        .outerjoin(Partner, col(Partner.partner_id) == Person.partner_id)
        .where(
            col(BrowserSession.session_hash) == session_hash,
            _goes_on(now),
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    browser, person, partner, wallet_id = row
    closed = partner is not None and partner.status == PartnerStatus.CLOSED
    let_in = wallet_id is not None or (person is not None and person.active and not closed)
    return _facts(browser, person, partner, wallet_id) if let_in else None


async def seen(session: WriteSession, session_hash: bytes, *, now: datetime) -> SessionFacts | None:
    """Whom a session that is being used stands for; that it was used is kept, to the minute."""
    await session.execute(
        update(BrowserSession)
        .where(
            col(BrowserSession.session_hash) == session_hash,
            _goes_on(now),
            col(BrowserSession.last_seen_at) < now - SEEN_EVERY,
        )
        .values(last_seen_at=now)
    )
    return await facts_of(session, session_hash, now=now)


async def prove_again(session: WriteSession, session_hash: bytes, *, now: datetime, methods: Sequence[str]) -> None:
    """Note that the session's owner has just proven once more who they are."""
    row = await session.get_one(BrowserSession, session_hash)
    row.fresh_at = now
    row.methods = sorted({*row.methods, *methods})


async def of_subject(session: ReadSession, subject: Subject, *, now: datetime) -> list[BrowserSession]:
    """The sessions somebody has going on, the one used last first."""
    found = await session.scalars(
        select(BrowserSession)
        .where(_whose(subject), _goes_on(now))
        .order_by(col(BrowserSession.last_seen_at).desc(), col(BrowserSession.session_id))
    )
    return list(found)


async def end(session: WriteSession, subject: Subject, session_id: UUID, *, now: datetime) -> bytes | None:
    """End one of somebody's own sessions; its hash, or None if it is not theirs or has ended."""
    return await session.scalar(
        update(BrowserSession)
        .where(_whose(subject), col(BrowserSession.session_id) == session_id, col(BrowserSession.revoked_at).is_(None))
        .values(revoked_at=now)
        .returning(col(BrowserSession.session_hash))
    )


async def end_others(session: WriteSession, subject: Subject, session_id: UUID, *, now: datetime) -> list[bytes]:
    """End all of somebody's sessions but this one; their hashes."""
    ended = await session.scalars(
        update(BrowserSession)
        .where(_whose(subject), col(BrowserSession.session_id) != session_id, col(BrowserSession.revoked_at).is_(None))
        .values(revoked_at=now)
        .returning(col(BrowserSession.session_hash))
    )
    return list(ended)


async def sign_out(session: WriteSession, session_hash: bytes, *, now: datetime) -> None:
    """End a session; ending it again changes nothing."""
    await session.execute(
        update(BrowserSession)
        .where(col(BrowserSession.session_hash) == session_hash, col(BrowserSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


async def sign_out_everywhere(session: WriteSession, subject: Subject, *, now: datetime) -> None:
    """End all sessions of a person or a member, as when a member is forgotten."""
    await session.execute(
        update(BrowserSession).where(_whose(subject), col(BrowserSession.revoked_at).is_(None)).values(revoked_at=now)
    )


def hashed(secret: str) -> bytes:
    """What is kept of a random code or cookie."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _whose(subject: Subject) -> ColumnElement[bool]:
    if subject.person_id is not None:
        return col(BrowserSession.person_id) == subject.person_id
    return col(BrowserSession.member_id) == subject.member_id


def _goes_on(now: datetime) -> ColumnElement[bool]:
    """Neither ended, nor past its time, nor left unused for too long."""
    last_seen = col(BrowserSession.last_seen_at)
    return and_(
        col(BrowserSession.revoked_at).is_(None),
        col(BrowserSession.expires_at) > now,
        or_(
            and_(col(BrowserSession.person_id).is_not(None), last_seen > now - PERSON_IDLE),
            and_(col(BrowserSession.member_id).is_not(None), last_seen > now - MEMBER_IDLE),
        ),
    )


def _facts(
    browser: BrowserSession, person: Person | None, partner: Partner | None, wallet_id: UUID | None
) -> SessionFacts:
    roles = tuple(PersonRole(role) for role in person.roles) if person else ()
    return SessionFacts(
        subject=Subject(
            person_id=PersonId(browser.person_id) if browser.person_id else None,
            member_id=MemberId(browser.member_id) if browser.member_id else None,
        ),
        wallet_id=WalletId(wallet_id) if wallet_id else None,
        partner_id=PartnerId(partner.partner_id) if partner else None,
        partner_slug=partner.slug if partner else None,
        name=person.name if person else None,
        roles=roles,
        scopes=scopes_of_roles(roles) if person else MEMBER_SCOPES,
        fresh_at=browser.fresh_at,
        expires_at=browser.expires_at,
        session_id=browser.session_id,
        methods=tuple(browser.methods),
    )
