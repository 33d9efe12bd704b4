"""Who is asking, by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from partners.scopes import PersonRole
from partners.viewer import Viewer
from resolvers.clients import client_or_none
from resolvers.context import Context
from resolvers.people import person_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInPerson:
    """The person at the browser."""

    person_id: UUID
    name: str
    roles: list[PersonRole]
    fresh_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingClient:
    """The program that holds the token."""

    client_id: UUID
    name: str


async def person(ctx: Context, viewer: Viewer) -> SignedInPerson | None:
    """The person who asks; None for programs and members."""
    row = await person_or_none(ctx, viewer.person_id)
    if row is None:
        return None
    roles = [PersonRole(role) for role in row.roles]
    return SignedInPerson(person_id=row.person_id, name=row.name, roles=roles, fresh_at=viewer.fresh_at)


async def client(ctx: Context, viewer: Viewer) -> AskingClient | None:
    """The program that asks; None for people and members at a browser."""
    row = await client_or_none(ctx, viewer.client_id)
    return AskingClient(client_id=row.client_id, name=row.name) if row is not None else None
