"""The demonstration's API clients, one a partner; their secrets are kept in a file only its user can read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from domain.coalition.founding import coalition_of
from domain.ids import ClientId, PartnerId
from hansa.storefront import ClientSecret
from partners.clients import queries, registering
from partners.clients.models import Client
from partners.clients.registering import CreateClient
from partners.scopes import SANDBOX_DEFAULT
from resolvers.context import Context

NAME = "Demonstration"


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the secrets of one coalition are kept."""

    path: Path
    coalition_id: str

    def read(self) -> dict[str, ClientSecret]:
        """The clients by their partners' short names."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        known = found.get(self.coalition_id, {}) if isinstance(found, dict) else {}
        return {slug: ClientSecret(*pair) for slug, pair in known.items()}

    def write(self, secrets: Mapping[str, ClientSecret]) -> None:
        """Keep them, written aside first; an older coalition's are of no use any more."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        aside.touch(mode=0o600)
        kept = {slug: (one.client_id, one.secret) for slug, one in secrets.items()}
        aside.write_text(json.dumps({self.coalition_id: kept}, indent=2) + "\n", encoding="utf-8")
        aside.rename(self.path)


async def credentials(ctx: Context, partners: Mapping[str, PartnerId], home: Path) -> dict[str, ClientSecret]:
    """A client for each partner: the one of last time, or where its secret is not known any more, another secret."""
    coalition = await ctx.read(coalition_of)
    kept = Kept(home / "demonstration.json", str(coalition.coalition_id))
    secrets = kept.read()
    for slug, partner_id in partners.items():
        client = await _client(ctx, partner_id)
        if client is None or slug not in secrets or secrets[slug].client_id != str(client.client_id):
            secrets[slug] = await _new(ctx, partner_id, client)
            kept.write(secrets)
    await ctx.close()
    return secrets


async def _client(ctx: Context, partner_id: PartnerId) -> Client | None:
    known = await ctx.read(queries.listed, partner_id=partner_id)
    return next((client for client in known if client.name == NAME and client.revoked_at is None), None)


async def _new(ctx: Context, partner_id: PartnerId, client: Client | None) -> ClientSecret:
    now = datetime.now(UTC)
    if client is None:
        command = CreateClient(name=NAME, scopes=SANDBOX_DEFAULT, partner_id=partner_id)
        made = await ctx.write(registering.create, command, now=now)
    else:
        made = await ctx.write(registering.rotate, ClientId(client.client_id), now=now)
    return ClientSecret(str(made.client.client_id), made.secret or "")
