"""A server beside other work: the application in this very loop, for as long as a block lasts."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from hansa.asgi import create_app
from hansa.frontend import Frontend
from hansa.serving import LARGEST_MESSAGE, proxied
from hansa.settings import Settings, origin

TRIED_PORTS = 20


class PortsTaken(OSError):
    """No port near the wanted one is free."""


class _Quiet(uvicorn.Server):
    """A server that says when it is ready and leaves the process's signals alone: whoever runs the loop takes them."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets=sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing to capture."""
        yield


@asynccontextmanager
async def serving_beside(
    settings: Settings,
    *,
    listening: socket.socket | None = None,
    frontend: Frontend | None = None,
    issuer: str | None = None,
) -> AsyncIterator[Settings]:
    """Serve while the block lasts, on a free port unless a socket listens already; gives the settings it serves by.

    One of several servers of an installation is told the `issuer` that all of them are.
    """
    own = listening or listen(settings.host, 0)
    host, port = own.getsockname()[:2]
    served = settings.model_copy(update={"port": port, "issuer": issuer or origin(host, port)})
    config = uvicorn.Config(
        create_app(served, frontend=frontend),
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=LARGEST_MESSAGE,
        lifespan="on",
        **proxied(served),
    )
    server = _Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[own]))
    try:
        waiting = asyncio.create_task(server.ready.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            await task
            message = "the server ended as it began; its log says why"
            raise OSError(message)
        yield served
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
        own.close()


def listen(host: str, port: int, *, tries: int = 1) -> socket.socket:
    """A socket on a port, or on one of the next ones if it is taken; 0 for any. Raises: PortsTaken."""
    for candidate in range(port, port + tries):
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
        except OSError:
            listening.close()
        else:
            return listening
    raise PortsTaken(f"ports {port} to {port + tries - 1} of {host} are taken; name another with --port or HANSA_PORT")
