"""What the GraphQL endpoint needs of a running server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers

from partners.viewer import Audience, Viewer
from resolvers.allowances import Allowance, Allowances, caller_of
from resolvers.context import Context
from schema.execution import Engine

REJECTED = 10
"""What a document costs that is not executed: reading it took work as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One server's GraphQL: how to tell who asks, what to execute with, and how much is allowed."""

    engine: Engine
    viewer_of: Callable[[Headers], Awaitable[Viewer]]
    """Who sends these headers; raises Unauthenticated."""
    context_of: Callable[[Viewer, bool], Awaitable[Context]]
    """A fresh context for a viewer; whether it may hold a snapshot, as the source of a subscription must not."""
    challenge: str = "Bearer"
    """What to tell those who ask without a token for what needs one (WWW-Authenticate)."""
    allowances: Allowances | None = None
    """What each client and member may ask in a minute; None: no limit."""
    public_allowances: Allowances | None = None
    """The same for those without a token, each by address."""
    trusted: Mapping[str, str] = field(default_factory=dict)
    """Documents known by an id, which GET serves as well."""
    origins: frozenset[str] = frozenset()
    """Pages whose scripts may call the API, besides its own."""
    body_limit: int = 100_000
    bulk_limit: int = 4_000_000
    """What the body may hold of those who may record purchases."""
    seconds: float = 10.0
    """How long one operation may take."""
    init_seconds: float = 5.0
    """How long a websocket may wait before it says who it is."""
    check_seconds: float = 2.0
    """How often a stream looks whether its viewer's token still counts."""
    streams: int = 50
    """How many operations one websocket may have under way."""

    def spend(self, viewer: Viewer, address: str, cost: int, *, at: float) -> Allowance | None:
        """Take a cost out of a caller's allowance.

        Raises: Throttled.
        """
        allowances = self._allowances(viewer)
        return allowances.spend(caller_of(viewer, address), cost, at=at) if allowances is not None else None

    def drain(self, viewer: Viewer, address: str, *, at: float) -> None:
        """Take what a rejected document cost, as far as there is something left."""
        allowances = self._allowances(viewer)
        if allowances is not None:
            allowances.drain(caller_of(viewer, address), REJECTED, at=at)

    def _allowances(self, viewer: Viewer) -> Allowances | None:
        return self.public_allowances if viewer.audience is Audience.NOBODY else self.allowances
