"""API clients: creating them, changing them, giving them another credential, taking it away.

`now` is the real time here, never a sandbox's clock: credentials live in the world of the programs that use them. Each
step is told to the audit trail in its own transaction; `by` is whoever runs the installation, unless somebody is named.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select

from domain.audit import trail
from domain.audit.models import Action, SubjectKind
from domain.audit.trail import COMMAND_LINE, Actor, Fact, Line
from domain.coalition.models import Coalition
from domain.errors import InvalidValue
from domain.ids import ClientId, OutletId, PartnerId, new_id
from domain.storage import WriteSession
from partners.clients import key_sets, redirects
from partners.clients.checking import (
    check_binding,
    check_credential,
    check_name,
    check_place,
    check_scopes,
    checked_address,
    needs_binding,
)
from partners.clients.models import Client, ClientAuthMethod
from partners.clients.queries import by_id
from partners.errors import ClientRevoked, UnknownScope
from partners.fetching import Outbound
from partners.holding import hold
from partners.oauth.access_tokens import LIFETIME
from partners.oauth.models import Revocation
from partners.scopes import Scope, known

LONGEST_GRACE = timedelta(days=7)
SECRET_BYTES = 32
"""32 random bytes are 43 characters of base64url: every client, strict or lax, sends them alike."""

NO_TILL = "A till acts for no member: whoever stands at it shows a card."

INTERNET = Outbound()
"""Where key sets may lie, unless the installation names other hosts for a sandbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateClient:
    """What a new client is to be.

    With `jwks` or `jwks_uri` it signs with its own key; a public one can keep no secret and proves nothing of its own;
    any other gets a secret.
    """

    name: str
    scopes: frozenset[Scope]
    partner_id: PartnerId | None = None
    """None: a client of the coalition itself."""
    outlet_id: OutletId | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    public: bool = False
    redirect_uris: tuple[str, ...] = ()
    dpop_bound: bool | None = None
    """Whether its tokens count only with a proof of its key; None: as its scopes ask for."""

    def __post_init__(self) -> None:
        check_name(self.name)
        if not self.scopes:
            raise InvalidValue("A client needs at least one scope.", path=("scopes",))
        if self.outlet_id is not None and self.partner_id is None:
            raise InvalidValue("Only a partner's client is bound to an outlet.", path=("outlet",))
        if (self.jwks is not None) + (self.jwks_uri is not None) + self.public > 1:
            given = "keySetUrl" if self.jwks_uri is not None else "public"
            raise InvalidValue(
                "A client has keys, or an address of keys, or is public: one of the three.", path=(given,)
            )
        if self.redirect_uris and self.partner_id is None:
            raise InvalidValue("Members grant a partner's clients only.", path=("redirectUris",))
        if self.redirect_uris and self.outlet_id is not None:
            raise InvalidValue(NO_TILL, path=("redirectUris",))
        if self.public and not self.redirect_uris:
            raise InvalidValue("A public client needs a redirect address.", path=("public",))

    @property
    def auth_method(self) -> ClientAuthMethod:
        """How the client will prove itself."""
        if self.public:
            return ClientAuthMethod.NONE
        with_key = self.jwks is not None or self.jwks_uri is not None
        return ClientAuthMethod.PRIVATE_KEY_JWT if with_key else ClientAuthMethod.CLIENT_SECRET_BASIC


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeClient:
    """What is to be different; None leaves it as it is."""

    client_id: ClientId
    name: str | None = None
    scopes: frozenset[Scope] | None = None
    redirect_uris: tuple[str, ...] | None = None
    dpop_bound: bool | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            check_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A client, and its secret for this one time: only a hash of it is kept."""

    client: Client
    secret: str | None = field(default=None, repr=False)


async def create(
    session: WriteSession,
    command: CreateClient,
    *,
    now: datetime,
    by: Actor = COMMAND_LINE,
    outbound: Outbound = INTERNET,
) -> Credential:
    """Register a client below the ceilings of its partner and the coalition.

    Raises: ScopeAboveCeiling, KeyRequired, DpopRequired, InvalidKeySet, InvalidValue, AddressRefused,
    PartnerNotFound, NotFound.
    """
    sandbox = bool(await session.scalar(select(Coalition.sandbox).limit(1)))
    await check_place(session, command.partner_id, command.outlet_id)
    await check_scopes(session, command.partner_id, command.scopes)
    secret = new_secret() if command.auth_method is ClientAuthMethod.CLIENT_SECRET_BASIC else None
    client = Client(
        client_id=new_id(),
        partner_id=command.partner_id,
        outlet_id=command.outlet_id,
        name=command.name.strip(),
        auth_method=command.auth_method,
        secret_hash=hashed(secret) if secret else None,
        jwks=key_sets.checked(command.jwks) if command.jwks is not None else None,
        jwks_uri=checked_address(command.jwks_uri, outbound, sandbox=sandbox),
        redirect_uris=redirects.checked(command.redirect_uris, public=command.public, sandbox=sandbox),
        scopes=sorted(command.scopes),
        sandbox=sandbox,
        grant_id=new_id(),
        created_at=now,
    )
    client.dpop_bound = needs_binding(client) if command.dpop_bound is None else command.dpop_bound
    check_credential(client)
    check_binding(session, client)
    session.add(client)
    await _tell(session, Action.CLIENT_CREATED, client, by, now, scopes=client.scopes, **_shape(client))
    return Credential(client=client, secret=secret)


async def change(session: WriteSession, command: ChangeClient, *, now: datetime, by: Actor = COMMAND_LINE) -> Client:
    """Give a client another name, other scopes or other places to come back to.

    What it loses counts no more within seconds: with a scope taken away its tokens end, and it asks for new ones.

    Raises: NotFound, ClientRevoked, ScopeAboveCeiling, KeyRequired, DpopRequired, InvalidValue.
    """
    client = await _own(session, command.client_id)
    before, bound = frozenset(client.scopes), client.dpop_bound
    if command.name is not None:
        client.name = command.name.strip()
    if command.redirect_uris is not None:
        _keep_redirects(client, command.redirect_uris)
    if command.scopes is not None:
        await check_scopes(session, as_partner(client), command.scopes)
        client.scopes = sorted(command.scopes)
    if command.dpop_bound is not None:
        client.dpop_bound = command.dpop_bound
    if command.scopes is not None or command.dpop_bound is not None:
        check_credential(client)
        check_binding(session, client)
    added, removed = sorted(set(client.scopes) - before), sorted(before - set(client.scopes))
    if removed or client.dpop_bound > bound:
        await _begin_anew(session, client, now)
    await _tell(session, Action.CLIENT_CHANGED, client, by, now, added=added, removed=removed, **_shape(client))
    return client


async def rotate(
    session: WriteSession,
    client_id: ClientId,
    *,
    now: datetime,
    grace: timedelta = timedelta(0),
    jwks: dict[str, Any] | None = None,
    jwks_uri: str | None = None,
    by: Actor = COMMAND_LINE,
    outbound: Outbound = INTERNET,
) -> Credential:
    """Give a client another secret, or its new keys.

    With a grace the secret before stays good that long. Without one it ends now, and with it the tokens issued so far.

    Raises: NotFound, ClientRevoked, InvalidKeySet, InvalidValue, AddressRefused.
    """
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        raise InvalidValue(f"A grace is at most {LONGEST_GRACE.days} days.", path=("graceHours",))
    client = await _own(session, client_id)
    secret = None
    match client.auth_method, jwks, jwks_uri:
        case ClientAuthMethod.CLIENT_SECRET_BASIC, None, None:
            secret = new_secret()
            client.previous_secret_hash = client.secret_hash if grace else None
            client.previous_until = now + grace if grace else None
            client.secret_hash = hashed(secret)
        case ClientAuthMethod.PRIVATE_KEY_JWT, dict(), None:
            _keep_keys(client, key_sets.checked(jwks), None)
        case ClientAuthMethod.PRIVATE_KEY_JWT, None, str():
            _keep_keys(client, None, checked_address(jwks_uri, outbound, sandbox=client.sandbox))
        case ClientAuthMethod.NONE, _, _:
            raise InvalidValue("A public client has nothing that could be rotated.", path=("client",))
        case _:
            given = "keys" if jwks is not None else "keySetUrl" if jwks_uri is not None else "client"
            raise InvalidValue(
                "A client with keys gets new keys, a client with a secret gets a new secret.", path=(given,)
            )
    if not grace:
        await _begin_anew(session, client, now)
    await _tell(session, Action.CLIENT_ROTATED, client, by, now, grace_seconds=int(grace.total_seconds()))
    return Credential(client=client, secret=secret)


async def revoke(session: WriteSession, client_id: ClientId, *, now: datetime, by: Actor = COMMAND_LINE) -> Client:
    """End a client for good; its tokens count no more within seconds. Revoking it again changes nothing.

    Raises: NotFound.
    """
    await hold(session, f"client {client_id}")
    client = await by_id(session, client_id)
    if client.revoked_at is None:
        await _end_grant(session, client, now)
        client.revoked_at = now
        await _tell(session, Action.CLIENT_REVOKED, client, by, now)
    return client


def scopes_named(words: list[str]) -> frozenset[Scope]:
    """The scopes of these names.

    Raises: UnknownScope.
    """
    scopes = known(words)
    unknown = set(words) - {scope.value for scope in scopes}
    if unknown:
        raise UnknownScope(unknown)
    return scopes


def new_secret() -> str:
    """A secret no one has seen."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hashed(secret: str) -> bytes:
    """What is kept of a random secret; being random, it needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def as_partner(client: Client) -> PartnerId | None:
    """The partner that a client acts for; None: the coalition."""
    return PartnerId(client.partner_id) if client.partner_id is not None else None


async def _own(session: WriteSession, client_id: ClientId) -> Client:
    """The client, held until it is changed."""
    await hold(session, f"client {client_id}")
    client = await by_id(session, client_id)
    if client.revoked_at is not None:
        raise ClientRevoked
    return client


def _keep_redirects(client: Client, addresses: tuple[str, ...]) -> None:
    public = client.auth_method == ClientAuthMethod.NONE
    if addresses and client.partner_id is None:
        raise InvalidValue("Members grant a partner's clients only.", path=("redirectUris",))
    if addresses and client.outlet_id is not None:
        raise InvalidValue(NO_TILL, path=("redirectUris",))
    if public and not addresses:
        raise InvalidValue("A public client needs a redirect address.", path=("redirectUris",))
    client.redirect_uris = redirects.checked(addresses, public=public, sandbox=client.sandbox)


def _keep_keys(client: Client, jwks: dict[str, Any] | None, jwks_uri: str | None) -> None:
    client.jwks, client.jwks_uri = jwks, jwks_uri
    client.jwks_fetched_at = client.jwks_tried_at = client.jwks_failure = None


async def _begin_anew(session: WriteSession, client: Client, now: datetime) -> None:
    """Leave every token of before behind."""
    await _end_grant(session, client, now)
    client.grant_id = new_id()


async def _end_grant(session: WriteSession, client: Client, now: datetime) -> None:
    # Kept for twice a token's life: a token issued this very moment by another server ends before the note does.
    note = {"revoked_id": client.grant_id, "partner_id": client.partner_id, "revoked_at": now}
    await session.execute(insert(Revocation).values(**note, expires_at=now + 2 * LIFETIME).on_conflict_do_nothing())


def _shape(client: Client) -> dict[str, Fact]:
    return {
        "method": client.auth_method,
        "dpop_bound": client.dpop_bound,
        "redirects": redirects.hosts(client.redirect_uris),
    }


async def _tell(session: WriteSession, action: Action, client: Client, by: Actor, now: datetime, **facts: Fact) -> None:
    line = Line(
        actor=by,
        action=action,
        subject=SubjectKind.CLIENT,
        subject_id=client.client_id,
        facts=facts,
        partner_id=as_partner(client),
    )
    await trail.record(session, line, now=now)
