"""An endpoint of a partner's: takes messages, checks signatures, and answers as well or as badly as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        """What names the message."""
        return self.headers["webhook-id"]

    @property
    def content(self) -> dict[str, Any]:
        """The message."""
        content: dict[str, Any] = json.loads(self.body)
        return content

    @property
    def event(self) -> dict[str, Any]:
        """What the document showed of the event."""
        return dict(self.content["data"]["events"])

    def verified(self, secret: str) -> None:
        """Check the signature as a partner would. Raises: WebhookVerificationError."""
        Webhook(secret).verify(self.body, dict(self.headers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an endpoint answers one request."""

    status: int = 200
    body: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds until it answers."""
    hangs: bool = False
    """Whether it never does."""


Behave = Callable[[Arrival], Manner]


@dataclass
class Receiver:
    """The endpoint while it runs."""

    behave: Behave = lambda _arrival: Manner()
    arrivals: list[Arrival] = field(default_factory=list)
    port: int = 0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/") -> str:
        """Where to send."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def until(self, count: int, *, seconds: float = 20.0) -> list[Arrival]:
        """Wait for so many arrivals."""
        async with asyncio.timeout(seconds):
            while len(self.arrivals) < count:
                self._moved.clear()
                await self._moved.wait()
        return self.arrivals

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request, unless the endpoint goes away meanwhile."""
        task = asyncio.create_task(self._served(reader, writer))
        self._serving.add(task)
        with suppress(asyncio.CancelledError):
            await task
        self._serving.discard(task)
        writer.close()

    async def close(self) -> None:
        """Go away, whoever waits for an answer."""
        for task in self._serving:
            task.cancel()
        await asyncio.sleep(0)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            arrival = Arrival(head[0].split(" ")[1], headers, body)
            self.arrivals.append(arrival)
            self._moved.set()
            await self._answer(writer, self.behave(arrival))

    async def _answer(self, writer: asyncio.StreamWriter, manner: Manner) -> None:
        if manner.hangs:
            await asyncio.sleep(3600)
        await asyncio.sleep(manner.wait)
        content = manner.body.encode()
        more = "".join(f"{name}: {value}\r\n" for name, value in manner.headers.items())
        head = f"HTTP/1.1 {manner.status} X\r\nContent-Length: {len(content)}\r\n{more}Connection: close\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()


@asynccontextmanager
async def a_receiver(behave: Behave = lambda _arrival: Manner()) -> AsyncIterator[Receiver]:
    """An endpoint on this machine, for as long as the block lasts."""
    receiver = Receiver(behave)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.close()
