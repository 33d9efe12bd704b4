"""The authorization server's and the browser's endpoints, to be mounted beside the API."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from domain.storage import WriteSession
from partners import authorization_server, browser, metadata, sign_in
from partners.errors import SignInRefused, Unauthenticated
from partners.forms import FormRefused, parameters
from partners.oauth_shapes import Exchange
from partners.sign_in import SessionFacts
from partners.signing_keys import PUBLISHED_FOR
from partners.state import AccessState
from partners.viewer import Audience, browser_viewer, session_facts, session_viewer

SIGN_IN_PATH = "/sign-in"
SESSION_PATH = "/bff/session"
SIGN_OUT_PATH = "/bff/sign-out"

PAGE = files("partners").joinpath("templates/sign_in.html").read_text(encoding="utf-8")
NOT_STORED = {"Cache-Control": "no-store"}
FOR_OWN_PAGES = {
    "Cache-Control": "no-store",
    "Vary": "Cookie",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

FindState = Callable[[Request], AccessState]


def routes(find: FindState) -> list[Route]:
    """All endpoints; `find` gives the running server's state, as in `routes(lambda request: request.state.access)`."""

    def at(path: str, answer: Callable[[Request, AccessState], Awaitable[Response]], method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            return await answer(request, find(request))

        return Route(path, endpoint, methods=[method])

    return [
        at(metadata.TOKEN_PATH, _oauth("token"), "POST"),
        at(metadata.INTROSPECTION_PATH, _oauth("introspection"), "POST"),
        at(metadata.REVOCATION_PATH, _oauth("revocation"), "POST"),
        at(metadata.JWKS_PATH, _key_set),
        at(metadata.SERVER_METADATA_PATH, _server_metadata),
        at(metadata.RESOURCE_METADATA_PATH, _resource_metadata),
        at(SIGN_IN_PATH, _sign_in_page),
        at(SIGN_IN_PATH, _sign_in, "POST"),
        at(SESSION_PATH, _session),
        at(SIGN_OUT_PATH, _sign_out, "POST"),
    ]


def _oauth(name: str) -> Callable[[Request, AccessState], Awaitable[Response]]:
    async def answer(request: Request, state: AccessState) -> Response:
        try:
            given = await parameters(request)
        except FormRefused as refused:
            body = {"error": "invalid_request", "error_description": refused.description}
            return JSONResponse(body, refused.status, NOT_STORED)
        standing = await state.watch.standing()
        async with state.transaction() as session:

            def respond(sync: Session) -> JSONResponse:
                exchange = Exchange(session=sync, issuer=state.issuer, standing=standing, now=state.clock())
                return authorization_server.respond(exchange, name, given, request.headers)

            # A refusal is an answer too: what it used up is committed with it.
            response = await session.run_sync(respond)
        if name == "revocation" and response.status_code == HTTPStatus.OK:
            await state.watch.refresh()
        return response

    return answer


async def _key_set(request: Request, state: AccessState) -> Response:  # noqa: ARG001 - every endpoint is called alike
    standing = await state.watch.standing()
    return _published(standing.keys.jwks)


async def _server_metadata(request: Request, state: AccessState) -> Response:  # noqa: ARG001
    return _published(metadata.of_server(state.issuer))


async def _resource_metadata(request: Request, state: AccessState) -> Response:  # noqa: ARG001
    return _published(metadata.of_resource(state.issuer))


def _published(document: dict[str, Any]) -> Response:
    """Anyone may read it, from any site, and keep it a while."""
    seconds = int(PUBLISHED_FOR.total_seconds())
    return JSONResponse(
        document, headers={"Cache-Control": f"public, max-age={seconds}", "Access-Control-Allow-Origin": "*"}
    )


async def _sign_in_page(request: Request, state: AccessState) -> Response:  # noqa: ARG001
    return _page("Sign in to Hansa", "Press the button to sign in. The link works once.")


async def _sign_in(request: Request, state: AccessState) -> Response:
    if not browser.is_own_page(request.headers, state.origins):
        return _link_refused()
    try:
        given = await parameters(request, frozenset({"code"}))
        async with state.transaction() as session:
            signed_in = await sign_in.sign_in(session, given.get("code", ""), now=state.clock())
            await _end_session_of(request, state, session)
    except (FormRefused, SignInRefused):
        return _link_refused()
    cookie = browser.set_cookie(state.issuer, signed_in.secret, lasts=signed_in.lasts)
    return RedirectResponse(signed_in.landing, 303, {**FOR_OWN_PAGES, "Set-Cookie": cookie})


async def _session(request: Request, state: AccessState) -> Response:
    """Who is signed in here, with the token that the page's requests carry; nobody, if nobody is."""
    secret = browser.secret_in(request.headers.get("cookie", ""), state.issuer)
    if request.headers.get("sec-fetch-site") == "cross-site":
        secret = None
    facts = await session_facts(secret, state) if secret else None
    body: dict[str, Any] = {"audience": Audience.NOBODY}
    if secret is not None and facts is not None:
        viewer = await session_viewer(secret, state)
        token = browser.page_token(state.keys.browser, sign_in.hashed(secret))
        body = {"audience": viewer.audience, **_shown(facts), "csrfToken": token}
    return JSONResponse(body, headers=FOR_OWN_PAGES)


async def _sign_out(request: Request, state: AccessState) -> Response:
    try:
        await browser_viewer(request.headers, request.headers.get(browser.PAGE_TOKEN_HEADER, ""), state)
    except Unauthenticated:
        return JSONResponse({"error": "not signed in"}, 401, FOR_OWN_PAGES)
    async with state.transaction() as session:
        await _end_session_of(request, state, session)
    gone = browser.set_cookie(state.issuer, "", lasts=timedelta(0))
    return Response(None, 204, {**FOR_OWN_PAGES, "Set-Cookie": gone})


async def _end_session_of(request: Request, state: AccessState, session: WriteSession) -> None:
    secret = browser.secret_in(request.headers.get("cookie", ""), state.issuer)
    if secret is not None:
        await sign_in.sign_out(session, sign_in.hashed(secret), now=state.clock())
        state.sessions.forget(sign_in.hashed(secret))


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
