"""The other end of a websocket, without a network: messages in, messages out, the code it was closed with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.types import ASGIApp, Message

PROTOCOL = "graphql-transport-ws"


class SocketClosedError(Exception):
    """The server closed the websocket."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


class Socket:
    """A client's end of one websocket."""

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.outbox: asyncio.Queue[Message] = asyncio.Queue()
        self.protocol: str | None = None

    def send(self, message: Any) -> None:
        """Send a message as JSON."""
        self.send_text(orjson.dumps(message).decode())

    def send_text(self, text: str) -> None:
        """Send whatever text."""
        self.inbox.put_nowait({"type": "websocket.receive", "text": text})

    def send_bytes(self, data: bytes) -> None:
        """Send whatever bytes."""
        self.inbox.put_nowait({"type": "websocket.receive", "bytes": data})

    async def take(self) -> Any:
        """The server's next message.

        Raises: SocketClosedError.
        """
        async with asyncio.timeout(5):
            message = await self.outbox.get()
        if message["type"] == "websocket.close":
            raise SocketClosedError(message.get("code", 1000))
        if message["type"] == "websocket.accept":
            self.protocol = message.get("subprotocol")
            return await self.take()
        return orjson.loads(message["text"])

    async def closed(self) -> int:
        """The code the server closes with, after whatever it says until then."""
        try:
            while True:
                await self.take()
        except SocketClosedError as end:
            return end.code


@asynccontextmanager
async def connected(
    app: ASGIApp, *, headers: dict[str, str] | None = None, protocol: str = PROTOCOL
) -> AsyncIterator[Socket]:
    """A websocket to an application, from the handshake to the disconnect."""
    socket = Socket()
    named = {"host": "hansa.test", **(headers or {})}
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "scheme": "ws",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()],
        "subprotocols": [protocol],
        "client": ("192.0.2.1", 1234),
        "server": ("hansa.test", 80),
    }
    socket.inbox.put_nowait({"type": "websocket.connect"})

    async def serve() -> None:
        await app(scope, socket.inbox.get, socket.outbox.put)

    task = asyncio.create_task(serve())
    try:
        yield socket
    finally:
        socket.inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(5):
            await task
