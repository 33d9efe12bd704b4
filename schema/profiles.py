"""What members tell of themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry

from domain.coalition import models as coalition_models
from domain.members.profiles import Profile
from partners.scopes import Scope
from resolvers import coalition, profiles
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(Profile)
class MyProfile:
    """What you told of yourself; sealed under a key of your own, and told to nobody else."""

    name: str | None
    """Your name."""
    email: str | None
    """The address you joined with."""
    phone: str | None
    """The number you joined with."""
    born_on: date | None
    """Your birthday."""
    language: str | None
    """The language you are written to in, such as lv."""
    joined_at: datetime
    """Since when you are a member."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def joined_through(profile: strawberry.Parent[Profile], info: Info) -> coalition_models.Partner:
        """At whom you joined."""
        return await coalition.partner(info.context, profile.joined_through)


@strawberry.input
class MyProfileChangeInput:
    """What you change; what you leave out stays as it is, and what is null is forgotten."""

    name: strawberry.Maybe[str | None]
    """At most 200 characters."""
    born_on: strawberry.Maybe[date | None]
    """For a birthday treat, where you allow offers."""
    language: strawberry.Maybe[str | None]
    """Such as lv; your messages and mails are written in it."""

    def to_changes(self) -> dict[str, Any]:
        """As the domain takes them."""
        return {name: told.value for name, told in vars(self).items() if told is not None}


@strawberry.type
class MyProfilePayload:
    """What became of your profile."""

    profile: MyProfile | None = None
    """As it is now; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class ProfileQuery:
    """Members about themselves."""

    @strawberry.field(graphql_type=MyProfile, extensions=[needs(Scope.PROFILE_READ)])
    @staticmethod
    async def my_profile(info: Info) -> Profile:
        """What you told of yourself."""
        return await profiles.mine(info.context)


@strawberry.type
class ProfileMutation:
    """Members change what they told."""

    @strawberry.mutation(graphql_type=MyProfilePayload, extensions=[needs(Scope.PROFILE_WRITE), refusals])
    @staticmethod
    async def my_profile_change(info: Info, input: MyProfileChangeInput) -> Any:
        """Change what you told of yourself."""
        changed = await profiles.change(info.context, input.to_changes())
        return MyProfilePayload(profile=changed)  # type: ignore[arg-type]
