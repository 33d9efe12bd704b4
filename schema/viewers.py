"""Who the API takes you for, and what you have left to ask."""

from __future__ import annotations

from typing import Any

import strawberry

from partners import limits
from partners import viewer as viewers
from partners.viewer import Audience
from resolvers.context import Info
from schema.permissions import public
from schema.shape import shows


@strawberry.type
@shows(viewers.Viewer)
class Viewer:
    """Who is asking, as the access token tells."""

    audience: Audience
    """On whose behalf the request comes."""

    sandbox: bool
    """Whether the token is for trying out."""

    @strawberry.field
    @staticmethod
    def scopes(viewer: strawberry.Parent[viewers.Viewer]) -> list[str]:
        """What the token allows, each as resource:action."""
        return sorted(viewer.scopes)


@strawberry.type
@shows(limits.Allowance)
class RateLimit:
    """What the caller may still ask, in units of `extensions.cost`; of several limits the one nearest its end."""

    limit: int
    """The most that may be asked at once."""

    remaining: int
    """What may still be asked now, after this operation."""

    reset_seconds: int
    """How many seconds until the limit is whole again."""


@strawberry.type
class ViewerQuery:
    """The caller about itself."""

    @strawberry.field(graphql_type=Viewer, extensions=[public])
    @staticmethod
    def viewer(info: Info) -> Any:
        """Who the API takes you for."""
        return info.context.viewer

    @strawberry.field(graphql_type=RateLimit | None, extensions=[public])
    @staticmethod
    def rate_limit(info: Info) -> Any:
        """What you may still ask; null where nothing limits you."""
        return info.context.allowance
