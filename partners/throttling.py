"""What addresses and clients may ask of the authorization server, and the answer to who asks more (429).

An attacker who guesses cannot shut out the client it guesses at: requests count against the address they come from,
failures against the client at that address, and only what a client has proven to be its own counts against the client.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from partners.addresses import network_of
from partners.clients.key_sets import ALGORITHMS
from partners.limits import Allowance, Limit, Throttled, headers
from partners.oauth import metadata
from partners.oauth.client_authentication import LONGEST_ASSERTION
from partners.oauth.forms import FormRefused, parameters
from partners.oauth.jose import TokenInvalid, unverified

if TYPE_CHECKING:
    from partners.state import AccessState

OF_ADDRESS = Limit(name="address", amount=1_200, period=timedelta(minutes=1))
"""What is asked from one address: all endpoints and pages of access together."""

OF_CLIENT = Limit(name="client", amount=1_200, period=timedelta(minutes=1))
"""What a client asks with its credentials: tokens, pushed requests, introspection, revocation."""

FAILURES = Limit(name="failures", amount=20, period=timedelta(minutes=15))
"""How often a client may fail to prove itself from one address."""

FAILURE_COSTS = 10
"""What a failure costs its address: guessing at many clients is limited as guessing at one is."""

LONGEST_CLAIM = 64

ASKED_BY_CLIENTS = frozenset(
    {metadata.TOKEN_PATH, metadata.PUSHED_REQUEST_PATH, metadata.INTROSPECTION_PATH, metadata.REVOCATION_PATH}
)


async def answered(
    request: Request, state: AccessState, answer: Callable[[Request, AccessState], Awaitable[Response]]
) -> Response:
    """The answer of an endpoint, or 429; either tells what is left."""
    network, at = network_of(request), state.ticks()
    try:
        allowance = await state.limits.spend(OF_ADDRESS, network, at=at)
        claimed = await _claimed(request)
        if claimed is not None:
            state.limits.refuse_empty(FAILURES, f"{network} {claimed.client}", at=at)
            state.limits.refuse_empty(OF_CLIENT, claimed.client, at=at)
    except Throttled as throttled:
        return _refusal(request, throttled)
    response = await answer(request, state)
    if claimed is not None:
        await _count(state, network, claimed, response.status_code, at=at)
    return _told(response, allowance)


async def _count(state: AccessState, network: str, claimed: Claimed, status: int, *, at: float) -> None:
    if status == HTTPStatus.UNAUTHORIZED:
        await state.limits.drain(FAILURES, f"{network} {claimed.client}", 1, at=at)
        await state.limits.drain(OF_ADDRESS, network, FAILURE_COSTS, at=at)
    elif status < HTTPStatus.BAD_REQUEST and claimed.proven_by_success:
        await state.limits.drain(OF_CLIENT, claimed.client, 1, at=at)


@dataclass(frozen=True, slots=True)
class Claimed:
    """The client that a request says it comes from; nothing of it is proven yet."""

    client: str
    proven_by_success: bool
    """Whether an answer that is no refusal proves it: a public client's name alone proves nothing but with a token."""


async def _claimed(request: Request) -> Claimed | None:
    path = request.url.path
    if request.method != "POST" or path not in ASKED_BY_CLIENTS:
        return None
    with suppress(FormRefused, TokenInvalid, ValueError):
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            return _named(base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[0])
        given = await parameters(request, frozenset({"client_id", "client_assertion"}))
        if "client_assertion" in given:
            return _named(_subject(given["client_assertion"]))
        return _named(given.get("client_id"), proven_by_success=path == metadata.TOKEN_PATH)
    return None


def _named(client: str | None, *, proven_by_success: bool = True) -> Claimed | None:
    return Claimed(client[:LONGEST_CLAIM], proven_by_success) if client else None


def _subject(assertion: str) -> str | None:
    _, claims = unverified(assertion, algorithms=ALGORITHMS, longest=LONGEST_ASSERTION)
    subject = claims.get("sub")
    return subject if isinstance(subject, str) else None


def _told(response: Response, allowance: Allowance) -> Response:
    # What may be cached for others would tell them of somebody else's allowance.
    if "public" not in response.headers.get("cache-control", ""):
        for name, value in headers([allowance]).items():
            response.headers[name] = value
    return response


def _refusal(request: Request, throttled: Throttled) -> Response:
    wait = throttled.retry_after
    told = {"Retry-After": str(wait), "Cache-Control": "no-store", **headers([throttled.allowance])}
    sentence = f"Too much was asked in too short a time. Wait {wait} seconds."
    if "text/html" in request.headers.get("accept", ""):
        return PlainTextResponse(sentence, HTTPStatus.TOO_MANY_REQUESTS, told)
    body = {"error": "temporarily_unavailable", "error_description": sentence}
    return JSONResponse(body, HTTPStatus.TOO_MANY_REQUESTS, told)
