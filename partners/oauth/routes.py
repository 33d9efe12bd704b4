"""The authorization server's endpoints."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from partners.endpoints import NOT_STORED, Answer, FindState, route
from partners.errors import Unauthenticated
from partners.oauth import authorizing, identity, metadata, server
from partners.oauth.authorizing import AuthorizationRefused
from partners.oauth.forms import FormRefused, authorization, parameters
from partners.oauth.pushing import Pushing
from partners.oauth.signing_keys import PUBLISHED_FOR
from partners.sign_in import cookies
from partners.sign_in.visits import visit_of
from partners.state import AccessState
from partners.viewer import session_facts

CONSENT_PAGE = "/authorize"

# A code in an address is told to nobody the browser goes to next.
LEAVING = {**NOT_STORED, "Referrer-Policy": "no-referrer"}


def routes(find: FindState) -> list[Route]:
    """The endpoints, on the state that `find` gives."""
    return [
        *(route(find, path, _asked(endpoint), "POST") for endpoint, path in server.PATHS.items()),
        route(find, metadata.AUTHORIZATION_PATH, _authorize),
        route(find, metadata.AUTHORIZATION_PATH, _authorize, "POST"),
        route(find, metadata.USERINFO_PATH, _userinfo),
        route(find, metadata.USERINFO_PATH, _userinfo, "POST"),
        route(find, metadata.JWKS_PATH, _key_set),
        route(find, metadata.SERVER_METADATA_PATH, _server_metadata),
        route(find, metadata.PROVIDER_METADATA_PATH, _provider_metadata),
        route(find, metadata.RESOURCE_METADATA_PATH, _resource_metadata),
    ]


def _asked(endpoint: str) -> Answer:
    async def answer(request: Request, state: AccessState) -> Response:
        try:
            given = await parameters(request)
        except FormRefused as refused:
            body = {"error": "invalid_request", "error_description": refused.description}
            return JSONResponse(body, refused.status, NOT_STORED)
        for_member = endpoint == Pushing.ENDPOINT_NAME
        respond = partial(server.respond, endpoint, given, request.headers)
        response = await server.exchanged(state, respond, for_member=for_member)
        assertion = given.get("client_assertion")
        if (
            response.status_code == HTTPStatus.UNAUTHORIZED
            and assertion
            and await state.key_fetcher.presented(assertion)
        ):
            response = await server.exchanged(state, respond, for_member=for_member)
        if endpoint == "revocation" and response.status_code == HTTPStatus.OK:
            await state.watch.refresh()
        return response

    return answer


async def _authorize(request: Request, state: AccessState) -> Response:
    """Take a request up, and send the browser to the page that asks the member, or back to the client."""
    try:
        given = await authorization(request)
        asked = await authorizing.begin(state, given.parameters, flaw=given.flaw)
        if "none" not in asked.prompt:
            there = f"{CONSENT_PAGE}?{urlencode({'request_uri': asked.request_uri})}"
        else:
            secret = cookies.secret_in(request.headers.get("cookie", ""), state.issuer)
            facts = await session_facts(secret, state) if secret else None
            there = await authorizing.answer_silently(state, asked, facts)
    except FormRefused as refused:
        return await _page(request, state, "invalid_request", refused.description, status=refused.status)
    except AuthorizationRefused as refused:
        if refused.redirect_to is None:
            return await _page(request, state, refused.error, refused.description)
        there = refused.redirect_to
    return RedirectResponse(there, HTTPStatus.SEE_OTHER, LEAVING)


async def _page(request: Request, state: AccessState, error: str, description: str, *, status: int = 400) -> Response:
    """For a request whose client cannot be told: whoever looks at it reads what is wrong, and is sent nowhere."""
    visit = await visit_of(request, state)
    return visit.page("refused.html", status=status, told=f"{error}: {description}")


async def _userinfo(request: Request, state: AccessState) -> Response:
    address = state.issuer.url + metadata.USERINFO_PATH
    try:
        told = await identity.userinfo(request.headers, state, method=request.method, url=address)
    except Unauthenticated as unproven:
        return JSONResponse({}, unproven.status, {**NOT_STORED, "WWW-Authenticate": unproven.challenge})
    return JSONResponse(told, headers=NOT_STORED)


async def _key_set(request: Request, state: AccessState) -> Response:  # noqa: ARG001 - every endpoint is called alike
    standing = await state.watch.standing()
    return _published(standing.keys.jwks)


async def _server_metadata(request: Request, state: AccessState) -> Response:  # noqa: ARG001
    return _published(metadata.of_server(state.issuer, sandbox=(await state.watch.standing()).sandbox))


async def _provider_metadata(request: Request, state: AccessState) -> Response:  # noqa: ARG001
    return _published(metadata.of_provider(state.issuer, sandbox=(await state.watch.standing()).sandbox))


async def _resource_metadata(request: Request, state: AccessState) -> Response:  # noqa: ARG001
    return _published(metadata.of_resource(state.issuer))


def _published(document: dict[str, Any]) -> Response:
    """Anyone may read it, from any site, and keep it a while."""
    seconds = int(PUBLISHED_FOR.total_seconds())
    return JSONResponse(
        document, headers={"Cache-Control": f"public, max-age={seconds}", "Access-Control-Allow-Origin": "*"}
    )
