"""The authorization server's endpoints."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from partners.endpoints import NOT_STORED, Answer, FindState, route
from partners.oauth import metadata, server
from partners.oauth.forms import FormRefused, parameters
from partners.oauth.shapes import Exchange
from partners.oauth.signing_keys import PUBLISHED_FOR
from partners.state import AccessState


def routes(find: FindState) -> list[Route]:
    """The endpoints, on the state that `find` gives."""
    return [
        route(find, metadata.TOKEN_PATH, _oauth("token"), "POST"),
        route(find, metadata.INTROSPECTION_PATH, _oauth("introspection"), "POST"),
        route(find, metadata.REVOCATION_PATH, _oauth("revocation"), "POST"),
        route(find, metadata.JWKS_PATH, _key_set),
        route(find, metadata.SERVER_METADATA_PATH, _server_metadata),
        route(find, metadata.RESOURCE_METADATA_PATH, _resource_metadata),
    ]


def _oauth(name: str) -> Answer:
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
                return server.respond(exchange, name, given, request.headers)

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
