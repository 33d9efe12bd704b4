"""The clients of a preset's partners, by which whoever tries it asks the API; a secret is shown once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.ids import PartnerId
from partners.clients import queries, registering
from partners.clients.registering import CreateClient
from partners.scopes import SANDBOX_DEFAULT, Scope
from resolvers.context import Context

NAME = "Preset"
OF_COALITION = frozenset({Scope.PARTNERS_MANAGE, Scope.SETTLEMENT_READ})
"""Moves the sandbox's clock, and reads what cycles come to."""


@dataclass(frozen=True, kw_only=True)
class ClientMade:
    """A client that may ask in somebody's name."""

    whose: str
    """A partner's short name; empty: the coalition's own."""
    client_id: str
    secret: str | None = field(repr=False)
    """None: it was shown when the client was made; `hansa client rotate` gives another."""


async def clients(ctx: Context, partners: Mapping[str, PartnerId]) -> tuple[ClientMade, ...]:
    """A client of the coalition and of each partner: the one that is there, or a new one with its secret."""
    made = [await _client(ctx, "", None, OF_COALITION)]
    made += [await _client(ctx, slug, partner_id, SANDBOX_DEFAULT) for slug, partner_id in partners.items()]
    return tuple(made)


async def _client(ctx: Context, whose: str, partner_id: PartnerId | None, scopes: frozenset[Scope]) -> ClientMade:
    known = await ctx.read(queries.listed, partner_id=partner_id)
    for one in known:
        if (one.name, one.partner_id, one.revoked_at) == (NAME, partner_id, None):
            return ClientMade(whose=whose, client_id=str(one.client_id), secret=None)
    command = CreateClient(name=NAME, scopes=scopes, partner_id=partner_id)
    made = await ctx.write(registering.create, command, now=datetime.now(UTC))
    return ClientMade(whose=whose, client_id=str(made.client.client_id), secret=made.secret)
