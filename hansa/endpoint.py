"""GraphQL over HTTP: POST in JSON, trusted documents by GET, subscriptions as server-sent events.

Follows the GraphQL-over-HTTP specification (tests/audits holds it to graphql-http's audits). Whatever the body, the
answer is no 5xx: it is read up to its limit, decoded strictly, checked for its form, and only then seen as GraphQL.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from hansa.media import EVENTS, GRAPHQL, JSON, is_json, negotiated
from hansa.origins import is_allowed
from hansa.service import Service
from hansa.streams import paced
from partners.addresses import network_of
from partners.errors import Unauthenticated
from partners.limits import Allowance, Throttled, headers, tightest
from partners.scopes import Scope
from partners.viewer import Viewer
from schema.documents import Rejected
from schema.execution import Answer, Ready, Request, refused
from schema.faults import Fault

SENDS_MUCH = (Scope.PURCHASES_WRITE, Scope.SETTLEMENT_DISPUTE, Scope.SETTLEMENT_PREPARE)
"""Who may send the larger bodies: purchases in bulk, files as evidence."""

HEARTBEAT_SECONDS = 15.0


class Turned(Exception):
    """A request that is turned away before its GraphQL is looked at."""

    def __init__(
        self, status: int, fault: Fault, message: str = "", headers: dict[str, str] | None = None, **facts: object
    ) -> None:
        self.status = status
        self.fault = fault
        self.headers = headers or {}
        self.facts = facts
        super().__init__(message or fault.description)

    def body(self, request_id: str) -> dict[str, Any]:
        """What the caller reads."""
        extensions = {"code": self.fault.value, "requestId": request_id, **self.facts}
        return {"errors": [{"message": str(self), "extensions": extensions}]}


@dataclass(slots=True)
class Exchange:
    """One request on its way to its response."""

    http: HttpRequest
    service: Service
    request_id: str
    media: str = JSON
    allowances: Sequence[Allowance] = ()

    @property
    def network(self) -> str:
        """Where the request comes from."""
        return network_of(self.http)

    async def spend(self, viewer: Viewer, cost: int) -> None:
        """Take a cost out of the caller's allowances, or turn it away."""
        try:
            self.allowances = await self.service.spend(viewer, self.network, cost, at=time.monotonic())
        except Throttled as throttled:
            raise self._throttled(throttled) from None

    async def turn_away(self) -> None:
        """Count a credential that does not count."""
        try:
            await self.service.turn_away(self.network, at=time.monotonic())
        except Throttled as throttled:
            raise self._throttled(throttled) from None

    def _throttled(self, throttled: Throttled) -> Turned:
        self.allowances = (throttled.allowance,)
        wait = throttled.retry_after
        return Turned(429, Fault.THROTTLED, f"Wait {wait} seconds.", {"retry-after": str(wait)}, retryAfter=wait)

    def response(self, status: int, body: dict[str, Any], more: dict[str, str] | None = None) -> Response:
        """A response in the media type that was asked for."""
        media = JSON if self.media == EVENTS else self.media
        response = Response(orjson.dumps(body), status, more, f"{media}; charset=utf-8")
        response.headers["vary"] = "accept, authorization, cookie, origin"
        response.headers["cache-control"] = "no-store"
        response.headers.update(headers(self.allowances))
        return response


class Endpoint:
    """The ASGI application behind the API's one path."""

    def __init__(self, find: Callable[[AsgiScope], Service]) -> None:
        self._find = find

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        http = HttpRequest(scope, receive)
        exchange = Exchange(http, self._find(scope), getattr(http.state, "request_id", ""))
        try:
            response = await _answered(exchange)
        except Turned as turned:
            response = exchange.response(turned.status, turned.body(exchange.request_id), turned.headers)
        await response(scope, receive, send)


async def _answered(exchange: Exchange) -> Response:
    http, service = exchange.http, exchange.service
    exchange.media = _media(http)
    _check_method(http)
    if not is_allowed(http.headers, service.origins):
        raise Turned(403, Fault.ORIGIN_REFUSED)
    viewer = await _viewer(exchange)
    await exchange.spend(viewer, 1)
    sent = await _from_body(http, service, viewer) if http.method == "POST" else _from_address(http)
    request = _request(sent, service)
    try:
        ready = service.engine.ready(request, viewer)
        _check_kind(ready, http, exchange.media)
    except Rejected as rejected:
        await service.drain(viewer, exchange.network, at=time.monotonic())
        return _written(exchange, refused(rejected, request_id=exchange.request_id))
    await exchange.spend(viewer, ready.cost)
    if exchange.media == EVENTS:
        return await _streamed(exchange, ready, viewer)
    return _written(exchange, await _executed(exchange, ready, viewer))


def _media(http: HttpRequest) -> str:
    media = negotiated(http.headers.getlist("accept"))
    if media is None:
        raise Turned(406, Fault.NOT_ACCEPTABLE, f"The API answers in {GRAPHQL}, {JSON} and {EVENTS}.")
    return media


def _check_method(http: HttpRequest) -> None:
    trusted = http.method == "GET" and "documentId" in http.query_params
    if http.method != "POST" and not trusted:
        raise Turned(405, Fault.METHOD_NOT_ALLOWED, headers={"allow": "POST"})


async def _viewer(exchange: Exchange) -> Viewer:
    try:
        return await exchange.service.viewer_of(exchange.http.headers, exchange.http.method)
    except Unauthenticated as unproven:
        await exchange.turn_away()
        challenge = {"www-authenticate": unproven.challenge}
        raise Turned(unproven.status, Fault.UNAUTHENTICATED, headers=challenge) from None


async def _from_body(http: HttpRequest, service: Service, viewer: Viewer) -> dict[str, Any]:
    if not is_json(http.headers.getlist("content-type")):
        raise Turned(415, Fault.UNSUPPORTED_MEDIA_TYPE)
    limit = service.bulk_limit if any(viewer.may(scope) for scope in SENDS_MUCH) else service.body_limit
    body = await _body(http, limit)
    try:
        sent = orjson.loads(body)
    except ValueError:
        raise Turned(400, Fault.BAD_REQUEST, "The body is not JSON in UTF-8.") from None
    if not isinstance(sent, dict):
        raise Turned(400, Fault.BAD_REQUEST, "The body is one JSON object; operations are not sent in batches.")
    if b"\\u0000" in body and _holds_nul(sent):
        raise Turned(400, Fault.BAD_REQUEST, "Strings hold no NUL character.")
    return sent


async def _body(http: HttpRequest, limit: int) -> bytes:
    too_large = Turned(413, Fault.BODY_TOO_LARGE, f"The body has at most {limit} bytes.", {"connection": "close"})
    length = http.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise too_large
    chunks = bytearray()
    async for chunk in http.stream():
        chunks += chunk
        if len(chunks) > limit:
            raise too_large
    return bytes(chunks)


def _from_address(http: HttpRequest) -> dict[str, Any]:
    """A trusted document with its variables, as an address that may be cached and linked."""
    sent: dict[str, Any] = {"documentId": http.query_params["documentId"]}
    if "operationName" in http.query_params:
        sent["operationName"] = http.query_params["operationName"]
    if "variables" in http.query_params:
        try:
            sent["variables"] = orjson.loads(http.query_params["variables"])
        except ValueError:
            raise Turned(400, Fault.BAD_REQUEST, "variables is a JSON object.") from None
    if _holds_nul(sent):
        raise Turned(400, Fault.BAD_REQUEST, "Strings hold no NUL character.")
    return sent


def _holds_nul(sent: object) -> bool:
    """PostgreSQL's text holds no NUL, so none is let in."""
    waiting = [sent]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and "\0" in value:
            return True
    return False


def _request(sent: dict[str, Any], service: Service) -> Request:
    """What was sent, its form checked."""
    for name, kind, what in (
        ("query", str, "a string"),
        ("documentId", str, "a string"),
        ("operationName", str, "a string"),
        ("variables", dict, "an object"),
        ("extensions", dict, "an object"),
    ):
        if sent.get(name) is not None and not isinstance(sent[name], kind):
            raise Turned(400, Fault.BAD_REQUEST, f"{name} is {what}.")
    return Request(_text(sent, service), sent.get("variables") or {}, sent.get("operationName"))


def _text(sent: dict[str, Any], service: Service) -> str:
    text, known = sent.get("query"), sent.get("documentId")
    if known is not None:
        if text is not None or known not in service.trusted:
            raise Turned(400, Fault.DOCUMENT_UNKNOWN)
        return service.trusted[known]
    if not text:
        raise Turned(400, Fault.BAD_REQUEST, "Send the document as query.")
    return str(text)


def _check_kind(ready: Ready, http: HttpRequest, media: str) -> None:
    kind = ready.operation.kind
    if http.method == "GET" and kind is not OperationType.QUERY:
        raise Turned(405, Fault.METHOD_NOT_ALLOWED, "GET serves queries only.", {"allow": "POST"})
    if kind is OperationType.SUBSCRIPTION and media != EVENTS:
        raise Turned(406, Fault.NOT_ACCEPTABLE, f"A subscription is answered as {EVENTS}, or by websocket.")


async def _executed(exchange: Exchange, ready: Ready, viewer: Viewer) -> Answer:
    service = exchange.service
    context = await service.context_of(viewer, True)  # noqa: FBT003  # a query holds a snapshot
    context.allowance = tightest(exchange.allowances)
    context.network = exchange.network
    try:
        async with asyncio.timeout(service.seconds):
            return await service.engine.answer(ready, context, request_id=exchange.request_id)
    except TimeoutError:
        error = Fault.TIMEOUT.error(Fault.TIMEOUT.description)
        return Answer({"data": None, "errors": [{"message": error.message, "extensions": error.extensions}]})
    finally:
        await context.close()


def _written(exchange: Exchange, answer: Answer) -> Response:
    """An answer with the status its media type asks for: the older type says 200 to all that is well-formed GraphQL."""
    fault = answer.fault
    if fault is None:
        return exchange.response(200, answer.body)
    if fault is Fault.UNAUTHENTICATED:
        return exchange.response(401, answer.body, {"www-authenticate": exchange.service.challenge})
    if fault is Fault.BAD_REQUEST or exchange.media != JSON:
        return exchange.response(400, answer.body)
    # The older type's status does not tell that nothing was executed, so the body does.
    return exchange.response(200, {"data": None, **answer.body})


async def _streamed(exchange: Exchange, ready: Ready, viewer: Viewer) -> Response:
    told = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no", **headers(exchange.allowances)}
    return StreamingResponse(_events(exchange, ready, viewer), 200, told, EVENTS)


async def _events(exchange: Exchange, ready: Ready, viewer: Viewer) -> AsyncIterator[bytes]:
    """Answers as server-sent events (graphql-sse, distinct connections), until the source or the token ends."""
    service = exchange.service
    context = await service.context_of(viewer, ready.operation.kind is not OperationType.SUBSCRIPTION)
    context.allowance = tightest(exchange.allowances)
    context.network = exchange.network
    context.resumes_after = exchange.http.headers.get("last-event-id")
    answers = service.engine.stream(ready, context, request_id=exchange.request_id)
    quiet = 0.0
    try:
        async with aclosing(paced(answers, service.check_seconds)) as stream:
            async for answer in stream:
                if not await still_counts(service, exchange.http, viewer):
                    break
                if answer is not None:
                    yield _event(answer)
                quiet = 0.0 if answer is not None else quiet + service.check_seconds
                if quiet >= HEARTBEAT_SECONDS:
                    quiet = 0.0
                    yield b":\n\n"
        yield b"event: complete\ndata:\n\n"
    finally:
        await context.close()


def _event(answer: Answer) -> bytes:
    """An answer as one event; its id is what a browser that comes again sends as Last-Event-ID."""
    place = f"id: {answer.cursor}\n".encode() if answer.cursor is not None else b""
    return b"event: next\n" + place + b"data: " + orjson.dumps(answer.body) + b"\n\n"


async def still_counts(service: Service, http: HttpRequest, viewer: Viewer) -> bool:
    """Whether the credential a stream began with would begin it now."""
    try:
        return (await service.still_stands(http.headers)).still_is(viewer)
    except Unauthenticated:
        return False
