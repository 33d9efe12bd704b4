"""Pages and endpoints for signing in and out, and for knowing who is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from partners.endpoints import FindState, route
from partners.errors import SignInRefused, Unauthenticated
from partners.sign_in import (
    account,
    consent,
    cookies,
    credentials,
    invitation_pages,
    join_pages,
    links,
    mail_pages,
    pack_pages,
    pages,
    sessions,
)
from partners.sign_in.arriving import arrive
from partners.sign_in.pages import FOR_OWN_PAGES
from partners.sign_in.seats import Seat
from partners.sign_in.sessions import SessionFacts
from partners.sign_in.visits import Visit, shows, takes
from partners.state import AccessState
from partners.viewer import Audience, browser_viewer, session_facts, session_viewer

SIGN_IN_PATH = "/sign-in"
SESSION_PATH = "/bff/session"
SIGN_OUT_PATH = "/bff/sign-out"


def routes(find: FindState) -> list[Route]:
    """The endpoints, on the state that `find` gives."""
    return [
        shows(find, SIGN_IN_PATH, _sign_in_page),
        takes(find, SIGN_IN_PATH, _sign_in_by_link, "code", token=False),
        route(find, "/sign-in/static/{name}", pages.static),
        *mail_pages.routes(find),
        *invitation_pages.routes(find),
        *join_pages.routes(find),
        *pack_pages.routes(find),
        *credentials.routes(find),
        *account.routes(find),
        *consent.routes(find),
        route(find, SESSION_PATH, _session),
        route(find, SIGN_OUT_PATH, _sign_out, "POST"),
    ]


async def _sign_in_page(visit: Visit) -> Response:
    if Seat.at(visit.landing):
        visit.facts = None  # Whoever is signed in here already is not at that till.
    return visit.page("sign_in.html", email=visit.request.query_params.get("login_hint", ""))


async def _sign_in_by_link(visit: Visit) -> Response:
    """The link's code is known to whoever was given it: it stands in for the token of a form."""
    try:
        async with visit.state.transaction() as session:
            subject, landing = await links.use(session, visit.form.get("code", ""), now=visit.now)
            return await arrive(visit, session, subject, methods=("otp",), landing=landing)
    except SignInRefused:
        return visit.page("link_refused.html", status=400)


async def _session(request: Request, state: AccessState) -> Response:
    """Who is signed in here, with the token that the page's requests carry; nobody, if nobody is.

    A till asks for its own seat.
    """
    secret, facts = await _asked_for(request, state)
    body: dict[str, Any] = {"audience": Audience.NOBODY}
    if secret is not None and facts is not None:
        viewer = await session_viewer(secret, state)
        token = cookies.page_token(state.keys.browser, sessions.hashed(secret))
        body = {"audience": viewer.audience, **_shown(facts), "csrfToken": token}
    return JSONResponse(body, headers=FOR_OWN_PAGES)


async def _asked_for(request: Request, state: AccessState) -> tuple[str | None, SessionFacts | None]:
    """The session a page asks for: the browser's own, or that of a seat, if it is of one who may sit there."""
    wanted = request.query_params.get("seat")
    seat = Seat.named(wanted) if wanted is not None else None
    if request.headers.get("sec-fetch-site") == "cross-site" or (wanted is not None and seat is None):
        return None, None
    name = seat.cookie(state.issuer) if seat else None
    secret = cookies.secret_in(request.headers.get("cookie", ""), state.issuer, name=name)
    facts = await session_facts(secret, state) if secret else None
    return secret, facts if facts and (seat is None or seat.is_of(facts)) else None


async def _sign_out(request: Request, state: AccessState) -> Response:
    """End the session of the page that asks, and no other of the browser."""
    proof, sent = request.headers.get(cookies.PAGE_TOKEN_HEADER, ""), request.headers.get("cookie", "")
    try:
        await browser_viewer(request.headers, proof, state)
    except Unauthenticated:
        return JSONResponse({"error": "not signed in"}, 401, FOR_OWN_PAGES)
    found = cookies.session_of_page(sent, state.issuer, state.keys.browser, proof)
    assert found is not None, "whoever was let in showed a cookie"
    name, secret = found
    async with state.transaction() as session:
        await sessions.sign_out(session, sessions.hashed(secret), now=state.clock())
    state.sessions.forget(sessions.hashed(secret))
    gone = cookies.set_cookie(state.issuer, "", lasts=timedelta(0), name=name)
    return Response(None, 204, {**FOR_OWN_PAGES, "Set-Cookie": gone})


def _shown(facts: SessionFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "partnerId": str(facts.partner_id) if facts.partner_id else None,
        "roles": list(facts.roles),
        "scopes": sorted(facts.scopes),
        "freshAt": facts.fresh_at.isoformat(),
        "expiresAt": facts.expires_at.isoformat(),
    }
