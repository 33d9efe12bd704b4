"""Changing how one signs in: only just after a sign-in, told by mail, and with a line in the audit trail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.responses import Response

from domain.audit import trail
from domain.audit.models import Action, ActorKind, SubjectKind
from domain.audit.trail import Actor, Line
from domain.storage import WriteSession
from partners.mail import Mail
from partners.sign_in import contacts, pages, sessions
from partners.sign_in.arriving import HOME
from partners.sign_in.sessions import SessionFacts
from partners.sign_in.visits import Answer, Visit
from partners.viewer import FRESH

Change = Callable[[Visit, SessionFacts], Awaitable[Response]]


def freshly(change: Change) -> Answer:
    """Only for somebody who has proven who they are within five minutes; others are asked to, and come back."""

    async def answer(visit: Visit) -> Response:
        if visit.facts is None:
            return visit.go("/sign-in?" + urlencode({"landing": HOME}))
        if visit.now - visit.facts.fresh_at > FRESH:
            return visit.go("/sign-in?" + urlencode({"landing": HOME, "fresh": "1"}))
        return await change(visit, visit.facts)

    return answer


async def record(visit: Visit, session: WriteSession, facts: SessionFacts, action: Action, kind: str) -> None:
    """Leave a line in the audit trail, in the transaction of the change."""
    subject = facts.subject
    whose = subject.person_id or subject.member_id
    by_person = subject.person_id is not None
    line = Line(
        actor=Actor(kind=ActorKind.PERSON if by_person else ActorKind.MEMBER, id=whose, partner_id=facts.partner_id),
        action=action,
        subject=SubjectKind.PERSON if by_person else SubjectKind.MEMBER,
        subject_id=whose,
        facts={"credential": kind},
    )
    await trail.record(session, line, now=visit.now)


async def end_other_sessions(visit: Visit, session: WriteSession, facts: SessionFacts) -> None:
    """Somebody who had the password before is out."""
    for ended in await sessions.end_others(session, facts.subject, facts.session_id, now=visit.now):
        visit.state.sessions.forget(ended)


async def tell(visit: Visit, facts: SessionFacts, what: str) -> None:
    """Write to the owner of what was changed what happened, so that it cannot happen behind their back."""
    address = await contacts.email_of(visit.state, facts.subject)
    if address is None:
        return
    shown = {"house": visit.house, "zone": visit.house.zone, "what": what, "now": visit.now}
    subject, _, text = pages.text("credential_mail.txt", visit.words.language, shown).partition("\n")
    visit.state.post.soon(Mail(to=address, subject=subject, text=text.lstrip("\n")))
