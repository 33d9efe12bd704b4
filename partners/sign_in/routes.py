"""Pages and endpoints for signing in and out, and for knowing who is signed in."""

from __future__ import annotations

import secrets
from datetime import timedelta
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from domain.storage import WriteSession
from partners.endpoints import FindState, route
from partners.errors import SignInRefused, Unauthenticated
from partners.oauth.forms import FormRefused, parameters
from partners.sign_in import cookies, links, sessions
from partners.sign_in.sessions import SessionFacts
from partners.state import AccessState
from partners.viewer import Audience, browser_viewer, session_facts, session_viewer

SIGN_IN_PATH = "/sign-in"
SESSION_PATH = "/bff/session"
SIGN_OUT_PATH = "/bff/sign-out"

PAGE = files("partners.sign_in").joinpath("templates/sign_in.html").read_text(encoding="utf-8")
FOR_OWN_PAGES = {
    "Cache-Control": "no-store",
    "Vary": "Cookie",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def routes(find: FindState) -> list[Route]:
    """The endpoints, on the state that `find` gives."""
    return [
        route(find, SIGN_IN_PATH, _sign_in_page),
        route(find, SIGN_IN_PATH, _sign_in, "POST"),
        route(find, SESSION_PATH, _session),
        route(find, SIGN_OUT_PATH, _sign_out, "POST"),
    ]


async def _sign_in_page(request: Request, state: AccessState) -> Response:  # noqa: ARG001
    return _page("Sign in to Hansa", "Press the button to sign in. The link works once.")


async def _sign_in(request: Request, state: AccessState) -> Response:
    if not cookies.is_own_page(request.headers, state.origins):
        return _link_refused()
    try:
        given = await parameters(request, frozenset({"code"}))
        async with state.transaction() as session:
            signed_in = await links.sign_in(session, given.get("code", ""), now=state.clock())
            await _end_session_of(request, state, session)
    except (FormRefused, SignInRefused):
        return _link_refused()
    cookie = cookies.set_cookie(state.issuer, signed_in.secret, lasts=signed_in.lasts)
    return RedirectResponse(signed_in.landing, 303, {**FOR_OWN_PAGES, "Set-Cookie": cookie})


async def _session(request: Request, state: AccessState) -> Response:
    """Who is signed in here, with the token that the page's requests carry; nobody, if nobody is."""
    secret = cookies.secret_in(request.headers.get("cookie", ""), state.issuer)
    if request.headers.get("sec-fetch-site") == "cross-site":
        secret = None
    facts = await session_facts(secret, state) if secret else None
    body: dict[str, Any] = {"audience": Audience.NOBODY}
    if secret is not None and facts is not None:
        viewer = await session_viewer(secret, state)
        token = cookies.page_token(state.keys.browser, sessions.hashed(secret))
        body = {"audience": viewer.audience, **_shown(facts), "csrfToken": token}
    return JSONResponse(body, headers=FOR_OWN_PAGES)


async def _sign_out(request: Request, state: AccessState) -> Response:
    try:
        await browser_viewer(request.headers, request.headers.get(cookies.PAGE_TOKEN_HEADER, ""), state)
    except Unauthenticated:
        return JSONResponse({"error": "not signed in"}, 401, FOR_OWN_PAGES)
    async with state.transaction() as session:
        await _end_session_of(request, state, session)
    gone = cookies.set_cookie(state.issuer, "", lasts=timedelta(0))
    return Response(None, 204, {**FOR_OWN_PAGES, "Set-Cookie": gone})


async def _end_session_of(request: Request, state: AccessState, session: WriteSession) -> None:
    secret = cookies.secret_in(request.headers.get("cookie", ""), state.issuer)
    if secret is not None:
        await sessions.sign_out(session, sessions.hashed(secret), now=state.clock())
        state.sessions.forget(sessions.hashed(secret))


def _shown(facts: SessionFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "partnerId": str(facts.partner_id) if facts.partner_id else None,
        "roles": list(facts.roles),
        "scopes": sorted(facts.scopes),
        "freshAt": facts.fresh_at.isoformat(),
        "expiresAt": facts.expires_at.isoformat(),
    }


def _link_refused() -> Response:
    return _page("This link does not work any more", SignInRefused().message, status=400)


def _page(heading: str, text: str, *, status: int = 200) -> Response:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    # With no referrer at all a browser would send `Origin: null` with the form, which is nobody's page.
    headers = {**FOR_OWN_PAGES, "Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
    return HTMLResponse(PAGE.format(nonce=nonce, heading=heading, text=text), status, headers)
