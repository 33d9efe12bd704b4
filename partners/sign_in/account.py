"""The account page: who one is, how one signs in and where, and for members the shops that may see or do something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlmodel import col, select
from starlette.responses import Response
from starlette.routing import Route

from domain.coalition.models import Partner
from domain.ids import PartnerId
from domain.members import consents
from domain.members.models import ConsentPurpose
from domain.storage import ReadSession
from partners import allowing
from partners.endpoints import FindState
from partners.people.models import Person
from partners.sign_in import cookies, credentials, sayings, sessions, shops
from partners.sign_in.arriving import HOME
from partners.sign_in.models import BrowserSession
from partners.sign_in.sessions import SessionFacts
from partners.sign_in.visits import Visit, shows, takes

SignedInAnswer = Callable[[Visit, SessionFacts], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class SessionLine:
    """A signed-in browser, as its owner recognises it."""

    session_id: UUID
    device: str
    created_at: datetime
    last_seen_at: datetime
    this: bool


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Who a person is."""

    name: str
    email: str
    partner: Partner | None
    roles: list[str]


def routes(find: FindState) -> list[Route]:
    """The page and what can be done on it."""
    return [
        shows(find, HOME, signed_in(_page)),
        takes(find, "/account/sign-out", signed_in(_sign_out)),
        takes(find, "/account/sessions/end", signed_in(_end_session), "session"),
        takes(find, "/account/sessions/end-others", signed_in(_end_others)),
        takes(find, "/account/shops/take-back", signed_in(_take_back), "partner", "purpose"),
    ]


def signed_in(answer: SignedInAnswer) -> Callable[[Visit], Awaitable[Response]]:
    """Only for somebody who is signed in; others are sent to sign in, and come back to the account page."""

    async def respond(visit: Visit) -> Response:
        if visit.facts is None:
            return visit.go("/sign-in?" + urlencode({"landing": HOME}))
        return await answer(visit, visit.facts)

    return respond


async def _page(visit: Visit, facts: SessionFacts) -> Response:
    member_id = facts.subject.member_id
    async with visit.state.transaction() as session:
        going_on = await sessions.of_subject(session, facts.subject, now=visit.now)
        shown: dict[str, Any] = {
            "colleague": await _colleague(session, visit, facts),
            "sessions": [_line(visit, facts, row) for row in going_on],
            "shops": await shops.of_member(session, member_id, visit.words) if member_id else [],
            **await credentials.shown(visit, session),
        }
    return visit.page("account.html", **shown)


async def _sign_out(visit: Visit, facts: SessionFacts) -> Response:
    async with visit.state.transaction() as session:
        await sessions.end(session, facts.subject, facts.session_id, now=visit.now)
    visit.state.sessions.forget(sessions.hashed(visit.secret or ""))
    visit.keep(cookies.set_cookie(visit.state.issuer, "", lasts=timedelta(0)))
    return visit.go("/sign-in")


async def _end_session(visit: Visit, facts: SessionFacts) -> Response:
    try:
        session_id = UUID(visit.form.get("session", ""))
    except ValueError:
        return visit.go(HOME)
    async with visit.state.transaction() as session:
        ended = await sessions.end(session, facts.subject, session_id, now=visit.now)
    if ended is not None:
        visit.state.sessions.forget(ended)
    return visit.go(HOME)


async def _end_others(visit: Visit, facts: SessionFacts) -> Response:
    async with visit.state.transaction() as session:
        ended = await sessions.end_others(session, facts.subject, facts.session_id, now=visit.now)
    for session_hash in ended:
        visit.state.sessions.forget(session_hash)
    return visit.go(HOME)


async def _take_back(visit: Visit, facts: SessionFacts) -> Response:
    asked = visit.form.get("purpose")
    try:
        partner_id = PartnerId(UUID(visit.form.get("partner", "")))
        purpose = ConsentPurpose(asked) if asked else None
    except ValueError:
        return visit.go(HOME)
    member_id = facts.subject.member_id
    if member_id is not None:
        async with visit.state.transaction() as session:
            if purpose is None:
                await allowing.revoke_link(session, member_id, partner_id, now=None, really=visit.now)
            elif purpose in await consents.standing(session, member_id, partner_id):
                await allowing.revoke(session, member_id, partner_id, purpose, now=None, really=visit.now)
    return visit.go(f"{HOME}#shops")


async def _colleague(session: ReadSession, visit: Visit, facts: SessionFacts) -> Colleague | None:
    """Whoever works for the coalition or a partner; None for a member."""
    if facts.subject.person_id is None:
        return None
    found = await session.execute(
        select(Person, Partner)
        .outerjoin(Partner, col(Partner.partner_id) == Person.partner_id)
        .where(col(Person.person_id) == facts.subject.person_id)
    )
    person, partner = found.one()
    return Colleague(
        name=person.name, email=person.email, partner=partner, roles=sayings.roles(visit.words, facts.roles)
    )


def _line(visit: Visit, facts: SessionFacts, row: BrowserSession) -> SessionLine:
    return SessionLine(
        session_id=row.session_id,
        device=sayings.device(visit.words, row.device),
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        this=row.session_id == facts.session_id,
    )
