"""Who the API takes you for, and what you have left to ask."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.coalition import models as coalition_models
from partners import limits
from partners import viewer as viewers
from partners.scopes import PersonRole
from partners.viewer import Audience
from resolvers import coalition
from resolvers import viewers as asking
from resolvers.context import Info
from schema.partners import Partner
from schema.permissions import public
from schema.shape import shows


@strawberry.type
@shows(asking.SignedInPerson)
class SignedInPerson:
    """The person at the browser."""

    name: str
    """Their name."""
    roles: list[PersonRole]
    """What they do, and so what they may."""
    fresh_at: datetime | None
    """When they last proved who they are; approvals and people's roles ask for the last five minutes."""

    @strawberry.field
    @staticmethod
    def id(person: strawberry.Parent[asking.SignedInPerson], info: Info) -> strawberry.ID:
        """The person's id."""
        return strawberry.ID(info.context.global_ids.encode("Person", person.person_id))


@strawberry.type
@shows(asking.AskingClient)
class AskingClient:
    """The program that holds the token."""

    name: str
    """What it is called."""

    @strawberry.field
    @staticmethod
    def id(client: strawberry.Parent[asking.AskingClient], info: Info) -> strawberry.ID:
        """The client's id."""
        return strawberry.ID(info.context.global_ids.encode("Client", client.client_id))


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

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(viewer: strawberry.Parent[viewers.Viewer], info: Info) -> coalition_models.Partner | None:
        """The partner whose client or person asks; null for the coalition, for members, and for nobody."""
        return await coalition.partner_or_none(info.context, viewer.partner_id)

    @strawberry.field(graphql_type=SignedInPerson | None)
    @staticmethod
    async def person(viewer: strawberry.Parent[viewers.Viewer], info: Info) -> asking.SignedInPerson | None:
        """The person who asks; null for programs and members."""
        return await asking.person(info.context, viewer)

    @strawberry.field(graphql_type=AskingClient | None)
    @staticmethod
    async def client(viewer: strawberry.Parent[viewers.Viewer], info: Info) -> asking.AskingClient | None:
        """The program that asks; null for whoever sits at a browser."""
        return await asking.client(info.context, viewer)


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
