"""GraphQL over websockets: the graphql-transport-ws protocol, strict with what it is sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any

import orjson
from graphql import OperationType
from starlette.datastructures import Headers
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope
from starlette.websockets import WebSocket, WebSocketDisconnect

from hansa.origins import is_allowed
from hansa.service import Service
from hansa.streams import paced
from partners.addresses import network_of
from partners.errors import Unauthenticated
from partners.limits import Allowance, Throttled, tightest
from partners.viewer import NOBODY, Viewer
from schema.documents import Rejected
from schema.execution import Ready, Request, refused
from schema.faults import Fault

PROTOCOL = "graphql-transport-ws"
CREDENTIALS = ("authorization", "dpop", "x-csrf-token")
"""What the first message may carry in place of a header, since a browser's websocket has none of its own."""
LONGEST_ID = 128

BAD_MESSAGE = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
NOT_ACCEPTABLE = 4406
INIT_TIMEOUT = 4408
DUPLICATE = 4409
TOO_LARGE = 1009
TOO_MANY_INITS = 4429
POLICY = 1008

Message = Mapping[str, Any]


class Closed(Exception):
    """The conversation is over, by our decision, and why."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


class SocketEndpoint:
    """The ASGI application behind the API's one path, for websockets."""

    def __init__(self, find: Callable[[AsgiScope], Service]) -> None:
        self._find = find

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Hold one conversation."""
        await Conversation(WebSocket(scope, receive, send), self._find(scope)).hold()


class Conversation:
    """One websocket and the operations under way on it."""

    def __init__(self, socket: WebSocket, service: Service) -> None:
        self._socket = socket
        self._service = service
        self._headers = socket.headers
        self._viewer: Viewer = NOBODY
        self._begun = False
        self._acknowledged = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._allowance: Allowance | None = None

    async def hold(self) -> None:
        """Talk until either side ends it; nothing stays behind."""
        if not is_allowed(self._socket.headers, self._service.origins):
            await self._socket.close(POLICY)
            return
        if PROTOCOL not in self._socket.scope.get("subprotocols", ()):
            await self._socket.accept()
            await self._socket.close(NOT_ACCEPTABLE, "Subprotocol not acceptable")
            return
        await self._socket.accept(PROTOCOL)
        try:
            await self._listen()
        except Closed as closed:
            with suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.close(closed.code, closed.reason)
        except WebSocketDisconnect:
            pass
        finally:
            await self._put_away()

    async def _listen(self) -> None:
        """Take messages, and between them look whether the token still counts."""
        deadline = time.monotonic() + self._service.init_seconds
        async with aclosing(paced(self._messages(), self._service.check_seconds)) as messages:
            async for message in messages:
                if not self._begun and time.monotonic() > deadline:
                    raise Closed(INIT_TIMEOUT, "Connection initialisation timeout")
                if self._acknowledged and not await self._still_counts():
                    raise Closed(FORBIDDEN, "The access token has ended")
                if message is not None:
                    await self._take(message)

    async def _messages(self) -> Any:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            yield self._decoded(received.get("text"))

    def _decoded(self, text: str | None) -> Message:
        if text is None:
            raise Closed(BAD_MESSAGE, "Messages are text")
        if len(text) > self._service.body_limit:
            raise Closed(TOO_LARGE, "Message too large")
        try:
            message = orjson.loads(text)
        except ValueError:
            raise Closed(BAD_MESSAGE, "Messages are JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Closed(BAD_MESSAGE, "Messages are objects with a type")
        return message

    async def _take(self, message: Message) -> None:
        takers: dict[str, Callable[[Message], Awaitable[None]]] = {
            "connection_init": self._init,
            "ping": self._ping,
            "pong": self._ignore,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }
        taker = takers.get(message["type"])
        if taker is None:
            raise Closed(BAD_MESSAGE, "Unknown type of message")
        await taker(message)

    async def _init(self, message: Message) -> None:
        if self._begun:
            raise Closed(TOO_MANY_INITS, "Too many initialisation requests")
        self._begun = True
        payload = message.get("payload") or {}
        if not isinstance(payload, dict):
            raise Closed(BAD_MESSAGE, "The payload is an object")
        self._headers = _with_credentials(self._socket.headers, payload)
        try:
            self._viewer = await self._service.viewer_of(self._headers, "GET")
        except Unauthenticated:
            with suppress(Throttled):  # whoever has nothing left is refused all the same
                await self._service.turn_away(network_of(self._socket), at=time.monotonic())
            raise Closed(FORBIDDEN, "Forbidden") from None
        self._acknowledged = True
        await self._send({"type": "connection_ack"})

    async def _ping(self, _message: Message) -> None:
        await self._send({"type": "pong"})

    async def _ignore(self, _message: Message) -> None:
        """Nothing is owed to a pong."""

    async def _subscribe(self, message: Message) -> None:
        if not self._acknowledged:
            raise Closed(UNAUTHORIZED, "Unauthorized")
        name = _id_of(message)
        if name in self._tasks:
            raise Closed(DUPLICATE, f"Subscriber for {name} already exists")
        request = _request_of(message)
        if len(self._tasks) >= self._service.streams:
            error = {
                "message": f"At most {self._service.streams} operations at once.",
                "extensions": {"code": "THROTTLED"},
            }
            await self._send({"id": name, "type": "error", "payload": [error]})
            return
        task = asyncio.create_task(self._run(name, request))
        self._tasks[name] = task

    async def _complete(self, message: Message) -> None:
        task = self._tasks.pop(_id_of(message), None)
        if task is not None:
            task.cancel()

    async def _run(self, name: str, request: Request) -> None:
        """One operation from its first to its last message; whatever happens, the client hears of its end."""
        try:
            ready = await self._ready(name, request)
            if ready is not None and await self._answered(name, ready):
                await self._send({"id": name, "type": "complete"})
        except (WebSocketDisconnect, RuntimeError):
            pass  # the client has gone, the conversation ends with it
        finally:
            if self._tasks.get(name) is asyncio.current_task():
                del self._tasks[name]

    async def _ready(self, name: str, request: Request) -> Ready | None:
        service = self._service
        try:
            await self._spend(1)
            ready = service.engine.ready(request, self._viewer)
            self._allowance = await self._spend(ready.cost)
        except Rejected as rejected:
            await service.drain(self._viewer, network_of(self._socket), at=time.monotonic())
            answer = refused(rejected, request_id=self._request_id)
            await self._send({"id": name, "type": "error", "payload": answer.body["errors"]})
        except Throttled as throttled:
            extensions = {"code": Fault.THROTTLED.value, "retryAfter": throttled.retry_after}
            error = {"message": f"Wait {throttled.retry_after} seconds.", "extensions": extensions}
            await self._send({"id": name, "type": "error", "payload": [error]})
        else:
            return ready
        return None

    async def _answered(self, name: str, ready: Ready) -> bool:
        """Send all answers; False when the operation ended with an error in their place."""
        holds_snapshot = ready.operation.kind is not OperationType.SUBSCRIPTION
        context = await self._service.context_of(self._viewer, holds_snapshot)
        context.allowance = self._allowance
        context.network = network_of(self._socket)
        try:
            stream = self._service.engine.stream(ready, context, request_id=self._request_id)
            async with aclosing(stream) as answers:
                async for answer in answers:
                    if answer.fault is not None:
                        await self._send({"id": name, "type": "error", "payload": answer.body["errors"]})
                        return False
                    await self._send({"id": name, "type": "next", "payload": answer.body})
        finally:
            await context.close()
        return True

    async def _spend(self, cost: int) -> Allowance | None:
        return tightest(await self._service.spend(self._viewer, network_of(self._socket), cost, at=time.monotonic()))

    @property
    def _request_id(self) -> str:
        return str(getattr(self._socket.state, "request_id", ""))

    async def _still_counts(self) -> bool:
        try:
            return (await self._service.still_stands(self._headers)).still_is(self._viewer)
        except Unauthenticated:
            return False

    async def _send(self, message: Message) -> None:
        async with self._sending:
            await self._socket.send_text(orjson.dumps(message).decode())

    async def _put_away(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _id_of(message: Message) -> str:
    name = message.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        raise Closed(BAD_MESSAGE, f"An operation has an id of at most {LONGEST_ID} characters")
    return name


def _request_of(message: Message) -> Request:
    payload = message.get("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        raise Closed(BAD_MESSAGE, "The payload is an object with a query")
    variables, name = payload.get("variables"), payload.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise Closed(BAD_MESSAGE, "variables is an object, operationName a string")
    return Request(payload["query"], variables or {}, name)


def _with_credentials(headers: Headers, payload: dict[str, Any]) -> Headers:
    """The handshake's headers, and with them the credentials of the first message, in whatever case they are named."""
    named = {str(name).lower(): value for name, value in payload.items()}
    given = {name: named[name] for name in CREDENTIALS if isinstance(named.get(name), str)}
    kept = [(name, value) for name, value in headers.raw if name.decode("latin-1") not in given]
    added = [(name.encode(), value.encode("utf-8", "replace")) for name, value in given.items()]
    return Headers(raw=[*kept, *added])
