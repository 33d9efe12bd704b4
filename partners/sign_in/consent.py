"""The page on which a member lets a partner's program see or do something, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from sqlmodel import col, select
from starlette.responses import Response
from starlette.routing import Route

from domain.coalition.models import Partner
from domain.ids import MemberId
from domain.members import consent_texts
from domain.members.models import ConsentPurpose
from domain.storage import NOBODY
from partners.endpoints import FindState
from partners.oauth import authorizing, grants
from partners.oauth.authorization_requests import Asking
from partners.oauth.authorizing import AuthorizationRefused
from partners.scopes import PURPOSE_OF_SCOPE, Scope
from partners.sign_in import contacts
from partners.sign_in.sessions import SessionFacts
from partners.sign_in.visits import Visit, shows, takes

PATH = "/authorize"
TICKED = {scope: f"allow:{scope}" for scope in PURPOSE_OF_SCOPE}
"""The box of each scope in the form."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing that is asked for, as the page says it."""

    box: str
    says: str
    ticked: bool


def routes(find: FindState) -> list[Route]:
    """The page and its answer."""
    return [
        shows(find, PATH, _page),
        takes(find, PATH, _answer, "request_uri", "answer", *TICKED.values()),
    ]


async def _page(visit: Visit) -> Response:
    try:
        asked = await authorizing.asking(visit.state, visit.request.query_params.get("request_uri", ""))
    except AuthorizationRefused as refused:
        return _refused(visit, refused)
    visit.speak(asked.ui_locales)
    if visit.facts is None or visit.facts.subject.member_id is None:
        return _somebody_else(visit, asked)
    if asked.needs_sign_in(visit.facts.fresh_at, now=visit.now):
        return visit.go(_to_sign_in(asked, fresh="1"))
    return await _asked(visit, asked, visit.facts)


async def _answer(visit: Visit) -> Response:
    """Whoever answers twice, or goes back and answers again, is told that the request was answered."""
    state, facts = visit.state, visit.facts
    try:
        asked = await authorizing.asking(state, visit.form.get("request_uri", ""))
        visit.speak(asked.ui_locales)
        if facts is None or facts.subject.member_id is None:
            return _somebody_else(visit, asked)
        if visit.form.get("answer") != "allow":
            return visit.leave(await authorizing.deny(state, asked))
        if asked.needs_sign_in(facts.fresh_at, now=visit.now):
            return visit.go(_to_sign_in(asked, fresh="1"))
        allowed = frozenset(scope for scope in asked.scopes if TICKED[scope] in visit.form)
        if not allowed and not asked.requires_openid:
            said = visit.words.gettext("Leave at least one thing ticked, or refuse.")
            return await _asked(visit, asked, facts, problem=said)
        return visit.leave(await _approve(visit, asked, facts, facts.subject.member_id, allowed))
    except AuthorizationRefused as refused:
        return _refused(visit, refused)


async def _approve(
    visit: Visit, asked: Asking, facts: SessionFacts, member_id: MemberId, allowed: frozenset[Scope]
) -> str:
    return await authorizing.approve(
        visit.state, asked, member_id, allowed, signed_in_at=facts.fresh_at, methods=facts.methods
    )


async def _asked(visit: Visit, asked: Asking, facts: SessionFacts, problem: str | None = None) -> Response:
    async with visit.state.database.session(NOBODY) as session, session.begin():
        partner = (await session.scalars(select(Partner).where(col(Partner.partner_id) == asked.partner_id))).one()
    purposes = {PURPOSE_OF_SCOPE[scope] for scope in asked.scopes}
    return visit.page(
        "consent.html",
        status=400 if problem else 200,
        form_action=_scheme(asked.redirect_uri),
        asked=asked,
        partner=partner,
        wishes=_wishes(visit, asked, partner),
        sees_balance=ConsentPurpose.BALANCE in purposes,
        spends=ConsentPurpose.REDEMPTION in purposes,
        until=visit.now + grants.LIFETIME,
        address=await contacts.email_of(visit.state, facts.subject),
        back=_landing(asked),
        problem=problem,
    )


def _wishes(visit: Visit, asked: Asking, partner: Partner) -> list[Wish]:
    untouched = visit.request.method == "GET"
    return [
        Wish(
            box=TICKED[scope],
            says=consent_texts.words(purpose, partner=partner.name, language=visit.words.language) or "",
            ticked=untouched or TICKED[scope] in visit.form,
        )
        for scope, purpose in PURPOSE_OF_SCOPE.items()
        if scope in asked.scopes
    ]


def _somebody_else(visit: Visit, asked: Asking) -> Response:
    """Nobody is signed in, or somebody who works here: what is asked is a member's to answer."""
    if visit.facts is None:
        return visit.go(_to_sign_in(asked))
    return visit.page("not_a_member.html", status=403, asked=asked, back=_landing(asked))


def _refused(visit: Visit, refused: AuthorizationRefused) -> Response:
    if refused.redirect_to is not None:
        return visit.leave(refused.redirect_to)
    return visit.page("answered.html", status=400)


def _landing(asked: Asking) -> str:
    return f"{PATH}?{urlencode({'request_uri': asked.request_uri})}"


def _to_sign_in(asked: Asking, **more: str) -> str:
    hint = {"login_hint": asked.login_hint} if asked.login_hint else {}
    return f"/sign-in?{urlencode({'landing': _landing(asked), **hint, **more})}"


def _scheme(address: str) -> str:
    """Where the form's answer leads: browsers follow a form's redirects only to where the page said they may go.

    The scheme and not the host, since the client's own address may lead on within its site.
    """
    return f"{urlsplit(address).scheme}:"
