"""API clients, as those who look after them manage them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.ids import ClientId, PartnerId
from domain.paging import Page, PageRequest
from partners.acting import actor_of
from partners.clients import ceilings, queries, registering
from partners.clients.models import Client
from partners.clients.registering import ChangeClient, CreateClient, Credential
from partners.scopes import Scope, known
from resolvers.context import Context
from resolvers.houses import check_gives_its_own, house_of


async def find(ctx: Context, client_id: UUID) -> Client:
    """A client of one's own house, or for the coalition any. Raises: NotFound."""
    return await ctx.read(queries.by_id, ClientId(client_id))


async def client_or_none(ctx: Context, client_id: UUID | None) -> Client | None:
    """A client, where one is named and may be seen."""
    return None if client_id is None else await ctx.load(queries.by_ids, client_id)


async def of_house(ctx: Context, partner_id: UUID | None, page: PageRequest) -> Page[Client]:
    """The clients of a house."""
    return await ctx.read(queries.clients_of, house_of(ctx.viewer, partner_id), page)


async def ceiling(ctx: Context, partner_id: UUID | None) -> frozenset[Scope]:
    """The most that a client of a house may be given."""
    return await ctx.read(ceilings.ceiling_of, house_of(ctx.viewer, partner_id))


async def create(
    ctx: Context, partner_id: UUID | None, wanted: Callable[[PartnerId | None], CreateClient]
) -> Credential:
    """Register a client; its keys, where it publishes them, are fetched behind the answer."""
    command = wanted(house_of(ctx.viewer, partner_id))
    check_gives_its_own(ctx.viewer, command.scopes)
    made = await ctx.write(
        registering.create, command, now=ctx.real_now(), by=actor_of(ctx.viewer), outbound=ctx.outside.outbound
    )
    _fetch_keys(ctx, made.client)
    return made


async def change(ctx: Context, command: ChangeClient) -> Client:
    """Change a client."""
    await _check_handles(ctx, command.client_id, command.scopes or frozenset())
    return await ctx.write(registering.change, command, now=ctx.real_now(), by=actor_of(ctx.viewer))


async def rotate(
    ctx: Context, client_id: UUID, *, grace: timedelta, jwks: dict[str, Any] | None, jwks_uri: str | None
) -> Credential:
    """Give a client another credential."""
    await _check_handles(ctx, ClientId(client_id), frozenset())
    made = await ctx.write(
        registering.rotate,
        ClientId(client_id),
        now=ctx.real_now(),
        grace=grace,
        jwks=jwks,
        jwks_uri=jwks_uri,
        by=actor_of(ctx.viewer),
        outbound=ctx.outside.outbound,
    )
    _fetch_keys(ctx, made.client)
    return made


async def revoke(ctx: Context, client_id: UUID) -> Client:
    """End a client for good."""
    return await ctx.write(registering.revoke, ClientId(client_id), now=ctx.real_now(), by=actor_of(ctx.viewer))


async def set_ceiling(ctx: Context, partner_id: UUID, scopes: frozenset[Scope] | None) -> frozenset[Scope]:
    """Set the most that a partner's clients may hold."""
    return await ctx.write(
        ceilings.set_ceiling, PartnerId(partner_id), scopes, now=ctx.real_now(), by=actor_of(ctx.viewer)
    )


async def _check_handles(ctx: Context, client_id: ClientId, scopes: frozenset[Scope]) -> None:
    client = await ctx.read(queries.by_id, client_id)
    check_gives_its_own(ctx.viewer, scopes | known(client.scopes))


def _fetch_keys(ctx: Context, client: Client) -> None:
    if client.jwks_uri is not None and client.jwks is None and ctx.outside.key_fetcher is not None:
        ctx.outside.key_fetcher.soon(ClientId(client.client_id))
