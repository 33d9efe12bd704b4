"""What the GraphQL endpoint needs of a running server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers

from partners.limits import Allowance, Limits
from partners.viewer import NOBODY, Viewer
from resolvers.allowances import Quotas
from resolvers.context import Context
from schema.execution import Engine

REJECTED = 10
"""What a document costs that is not executed, and a token that does not count: reading it took work as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One server's GraphQL: how to tell who asks, what to execute with, and how much is allowed."""

    engine: Engine
    viewer_of: Callable[[Headers, str], Awaitable[Viewer]]
    """Who sends these headers, by this method; raises Unauthenticated."""
    still_stands: Callable[[Headers], Awaitable[Viewer]]
    """Whose credential began a stream, if it still counts; raises Unauthenticated."""
    context_of: Callable[[Viewer, bool], Awaitable[Context]]
    """A fresh context for a viewer; whether it may hold a snapshot, as the source of a subscription must not."""
    challenge: str = "Bearer"
    """What to tell those who ask without a token for what needs one (WWW-Authenticate)."""
    limits: Limits = field(default_factory=Limits)
    """The buckets of all callers."""
    quotas: Quotas = field(default_factory=Quotas)
    """What each caller may ask in a minute."""
    trusted: Mapping[str, str] = field(default_factory=dict)
    """Documents known by an id, which GET serves as well."""
    origins: frozenset[str] = frozenset()
    """Pages whose scripts may call the API, besides its own."""
    body_limit: int = 100_000
    bulk_limit: int = 4_000_000
    """What the body may hold of those who record purchases in bulk, or send files as evidence."""
    seconds: float = 10.0
    """How long one operation may take."""
    init_seconds: float = 5.0
    """How long a websocket may wait before it says who it is."""
    check_seconds: float = 2.0
    """How often a stream looks whether its viewer's token still counts."""
    streams: int = 50
    """How many operations one websocket may have under way."""

    async def spend(self, viewer: Viewer, network: str, cost: int, *, at: float) -> list[Allowance]:
        """Take a cost out of each bucket that a viewer's requests count in; gives what is left in them.

        Raises: Throttled.
        """
        counted = self.quotas.of(viewer, network)
        return [await self.limits.spend(limit, caller, cost, at=at) for limit, caller in counted]

    async def drain(self, viewer: Viewer, network: str, *, at: float) -> None:
        """Take what a rejected document cost, as far as there is something left."""
        for limit, caller in self.quotas.of(viewer, network):
            await self.limits.drain(limit, caller, REJECTED, at=at)

    async def turn_away(self, network: str, *, at: float) -> None:
        """Count a credential that does not count: trying many from one network is limited as asking is.

        Raises: Throttled.
        """
        await self.spend(NOBODY, network, REJECTED, at=at)
