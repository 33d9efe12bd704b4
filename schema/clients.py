"""API clients: the programs that act for a partner or the coalition, their keys, and how much they may hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.coalition import models as coalition_models
from domain.ids import ClientId, OutletId, PartnerId
from domain.paging import Page, PageRequest
from partners.clients import models, registering
from partners.clients.models import ClientAuthMethod
from partners.clients.registering import ChangeClient, CreateClient, scopes_named
from partners.scopes import Scope
from resolvers import clients, coalition
from resolvers.context import Context, Info
from schema.connections import Connection, paged
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Outlet, Partner
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(models.Client)
class Client(Node):
    """A program that calls the API for a partner or for the coalition."""

    id: strawberry.ID = identified("client_id")
    name: str
    """What it is called."""
    auth_method: ClientAuthMethod
    """How it proves itself."""
    scopes: list[str]
    """What it was given; its tokens give less where a ceiling was lowered since."""
    redirect_uris: list[str]
    """Where members come back to, each compared letter by letter."""
    dpop_bound: bool
    """Whether its tokens count only with a proof of its own key (DPoP)."""
    sandbox: bool
    """Whether it is for trying out."""
    created_at: datetime
    """When it was registered."""
    revoked_at: datetime | None
    """When it was ended for good."""
    last_used_at: datetime | None
    """When it last asked for a token, to the minute."""

    @strawberry.field
    @staticmethod
    def client_id(client: strawberry.Parent[models.Client]) -> str:
        """What it calls itself at the authorization server."""
        return str(client.client_id)

    @strawberry.field
    @staticmethod
    def key_set_url(client: strawberry.Parent[models.Client]) -> str | None:
        """Where it publishes its keys."""
        return client.jwks_uri

    @strawberry.field
    @staticmethod
    def key_set_fetched_at(client: strawberry.Parent[models.Client]) -> datetime | None:
        """When its published keys were last fetched and could be used."""
        return client.jwks_fetched_at

    @strawberry.field
    @staticmethod
    def key_set_failure(client: strawberry.Parent[models.Client]) -> str | None:
        """Why the last fetch gave no keys, while the last good ones still count; null when it went well."""
        return client.jwks_failure

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(client: strawberry.Parent[models.Client], info: Info) -> coalition_models.Partner | None:
        """For whom it acts; null for the coalition's own."""
        return await coalition.partner_or_none(info.context, client.partner_id)

    @strawberry.field(graphql_type=Outlet | None)
    @staticmethod
    async def outlet(client: strawberry.Parent[models.Client], info: Info) -> coalition_models.Outlet | None:
        """The one outlet that a till is bound to."""
        return await coalition.outlet_or_none(info.context, client.outlet_id)


findable(Client, clients.find, needs(Scope.CLIENTS_MANAGE))


@strawberry.input
class PublicKeyInput:
    """The public half of a signing key, as a JSON Web Key has it: EC on P-256, OKP on Ed25519, or RSA."""

    kty: str
    """EC, OKP or RSA."""
    kid: str | None = None
    """Its name; its thumbprint unless you give one."""
    use: str | None = None
    """sig, or nothing."""
    alg: str | None = None
    """ES256, Ed25519 or PS256."""
    crv: str | None = None
    """P-256 or Ed25519."""
    x: str | None = None
    """Of EC and OKP."""
    y: str | None = None
    """Of EC."""
    n: str | None = None
    """Of RSA."""
    e: str | None = None
    """Of RSA."""

    def to_jwk(self) -> dict[str, str]:
        """As a key set holds it."""
        return {name: value for name, value in vars(self).items() if value is not None}


def _jwks(keys: list[PublicKeyInput] | None) -> dict[str, Any] | None:
    return {"keys": [key.to_jwk() for key in keys]} if keys is not None else None


@strawberry.input
class ClientCreateInput:
    """A new client: with `keys` or `keySetUrl` it signs; a public one proves nothing; any other gets a secret."""

    name: str
    """What it is called, at most 100 characters."""
    scopes: list[str]
    """What it may do, each as resource:action; never above your house's ceiling."""
    partner: strawberry.ID | None = None
    """The coalition names the partner it is for; left out, it is one of your own."""
    outlet: strawberry.ID | None = None
    """The one outlet it is bound to, for a till."""
    keys: list[PublicKeyInput] | None = None
    """Its public keys, at most five."""
    key_set_url: str | None = None
    """Where it publishes its keys (a JWK Set), at an https address that everybody can reach."""
    public: bool = False
    """Whether it runs in its users' hands and can keep no secret; then it acts for members alone, with PKCE."""
    redirect_uris: list[str] = strawberry.field(default_factory=list)
    """Where members come back to, at most ten, exact: https; for public clients also http on the user's own machine
    (loopback) and schemes of the app's own (com.example.app:/back)."""
    dpop_bound: bool | None = None
    """Whether its tokens count only with a proof of its own key (DPoP); left out, where they move value for real."""

    def house(self, ctx: Context) -> UUID | None:
        """The partner that is named."""
        return ctx.global_ids.one("Partner", self.partner) if self.partner is not None else None

    def to_command(self, ctx: Context) -> Callable[[PartnerId | None], CreateClient]:
        """As the domain takes it, once it is known for which house."""
        outlet_id = OutletId(ctx.global_ids.one("Outlet", self.outlet)) if self.outlet is not None else None
        scopes = scopes_named(self.scopes)
        return lambda house: CreateClient(
            name=self.name,
            scopes=scopes,
            partner_id=house,
            outlet_id=outlet_id,
            jwks=_jwks(self.keys),
            jwks_uri=self.key_set_url,
            public=self.public,
            redirect_uris=tuple(self.redirect_uris),
            dpop_bound=self.dpop_bound,
        )


@strawberry.input
class ClientChangeInput:
    """What is to be different about a client; what is left out stays."""

    client: strawberry.ID
    """The client."""
    name: str | None = None
    """What it is called from now on."""
    scopes: list[str] | None = None
    """All that it may do from now on; with one taken away, its tokens of before end."""
    redirect_uris: list[str] | None = None
    """All places where members come back to from now on."""
    dpop_bound: bool | None = None
    """Whether its tokens count only with a proof of its own key (DPoP)."""

    def to_command(self, ctx: Context) -> ChangeClient:
        """As the domain takes it."""
        return ChangeClient(
            client_id=ClientId(ctx.global_ids.one("Client", self.client)),
            name=self.name,
            scopes=scopes_named(self.scopes) if self.scopes is not None else None,
            redirect_uris=tuple(self.redirect_uris) if self.redirect_uris is not None else None,
            dpop_bound=self.dpop_bound,
        )


@strawberry.input
class ClientRotateInput:
    """Another credential for a client: a new secret, or the new keys that are given."""

    client: strawberry.ID
    """The client."""
    grace_hours: int = 0
    """How long the secret before stays good, and tokens too: up to 168; with 0 they end now."""
    keys: list[PublicKeyInput] | None = None
    """Its new public keys, for a client that signs."""
    key_set_url: str | None = None
    """Where it publishes its keys from now on, for a client that signs."""


@strawberry.input
class ClientRevokeInput:
    """A client that is to end."""

    client: strawberry.ID
    """The client."""


@strawberry.input
class CeilingSetInput:
    """The most that a partner's clients may hold."""

    partner: strawberry.ID
    """The partner."""
    scopes: list[str] | None = None
    """The scopes, each as resource:action; null for what any partner's clients may hold."""


@strawberry.type
class ClientPayload:
    """What became of a change to a client."""

    client: Client | None = None
    """The client; null when the request was refused."""
    secret: str | None = None
    """Its new secret, where it has one, shown this once: only a hash is kept."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class CeilingPayload:
    """What became of a ceiling."""

    scopes: list[str] | None = None
    """The most that the partner's clients may hold now; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


House = Annotated[
    strawberry.ID | None, strawberry.argument(description="The partner whose house is meant; your own, if left out.")
]


@strawberry.type
class ClientQuery:
    """Which programs act for a house."""

    @strawberry.field(graphql_type=Connection[Client], extensions=[needs(Scope.CLIENTS_MANAGE), paged()])
    @staticmethod
    async def clients(info: Info, page: PageRequest, partner: House = None) -> Page[models.Client]:
        """The clients of your house, oldest first, the revoked among them; the coalition may name a partner's."""
        return await clients.of_house(info.context, _named(info, partner), page)

    @strawberry.field(extensions=[needs(Scope.CLIENTS_MANAGE)])
    @staticmethod
    async def client_ceiling(info: Info, partner: House = None) -> list[str]:
        """The most that a client of your house may be given; the coalition may name a partner's house."""
        return sorted(await clients.ceiling(info.context, _named(info, partner)))


def _named(info: Info, partner: strawberry.ID | None) -> UUID | None:
    return info.context.global_ids.one("Partner", partner) if partner is not None else None


def _shown(made: registering.Credential) -> Any:
    return ClientPayload(client=made.client, secret=made.secret)  # type: ignore[arg-type]


@strawberry.type
class ClientMutation:
    """Clients are registered, changed, given other credentials and ended."""

    @strawberry.mutation(graphql_type=ClientPayload, extensions=[needs(Scope.CLIENTS_MANAGE), refusals])
    @staticmethod
    async def client_create(info: Info, input: ClientCreateInput) -> Any:
        """Register a client; its secret, if it gets one, is shown this once."""
        ctx = info.context
        return _shown(await clients.create(ctx, input.house(ctx), input.to_command(ctx)))

    @strawberry.mutation(graphql_type=ClientPayload, extensions=[needs(Scope.CLIENTS_MANAGE), refusals])
    @staticmethod
    async def client_change(info: Info, input: ClientChangeInput) -> Any:
        """Give a client another name, other scopes or other places to come back to."""
        changed = await clients.change(info.context, input.to_command(info.context))
        return ClientPayload(client=changed)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ClientPayload, extensions=[needs(Scope.CLIENTS_MANAGE), refusals])
    @staticmethod
    async def client_rotate(info: Info, input: ClientRotateInput) -> Any:
        """Give a client another credential; a new secret is shown this once."""
        client_id = info.context.global_ids.one("Client", input.client)
        grace, jwks = timedelta(hours=input.grace_hours), _jwks(input.keys)
        return _shown(await clients.rotate(info.context, client_id, grace=grace, jwks=jwks, jwks_uri=input.key_set_url))

    @strawberry.mutation(graphql_type=ClientPayload, extensions=[needs(Scope.CLIENTS_MANAGE), refusals])
    @staticmethod
    async def client_revoke(info: Info, input: ClientRevokeInput) -> Any:
        """End a client for good; its tokens count no more within five seconds."""
        client_id = info.context.global_ids.one("Client", input.client)
        return ClientPayload(client=await clients.revoke(info.context, client_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CeilingPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def ceiling_set(info: Info, input: CeilingSetInput) -> Any:
        """Set the most that a partner's clients may hold; their next tokens obey it."""
        scopes = scopes_named(input.scopes) if input.scopes is not None else None
        partner_id = info.context.global_ids.one("Partner", input.partner)
        return CeilingPayload(scopes=sorted(await clients.set_ceiling(info.context, partner_id, scopes)))
