"""API clients: creating them, giving them another credential, taking it away.

`now` is the real time here, never a sandbox's clock: credentials live in the world of the programs that use them.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.coalition.models import Coalition, Outlet, Partner
from domain.errors import InvalidValue, NotFound
from domain.ids import ClientId, OutletId, PartnerId, new_id
from domain.storage import ReadSession, WriteSession
from partners.clients import key_sets
from partners.clients.models import Client, ClientAuthMethod, PartnerCeiling
from partners.errors import ClientRevoked, KeyRequired, ScopeAboveCeiling, UnknownScope
from partners.oauth.access_tokens import LIFETIME
from partners.oauth.models import Revocation
from partners.scopes import READING, Scope, ceiling, known

LONGEST_NAME = 100
LONGEST_GRACE = timedelta(days=7)
SECRET_BYTES = 32
"""32 random bytes are 43 characters of base64url: every client, strict or lax, sends them alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateClient:
    """What a new client is to be; with `jwks` it signs with its own key, without it gets a secret."""

    name: str
    scopes: frozenset[Scope]
    partner_id: PartnerId | None = None
    """None: a client of the coalition itself."""
    outlet_id: OutletId | None = None
    jwks: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.strip()) <= LONGEST_NAME or not self.name.isprintable():
            raise InvalidValue(f"A name has between 1 and {LONGEST_NAME} printable characters.", path=("name",))
        if not self.scopes:
            raise InvalidValue("A client needs at least one scope.", path=("scopes",))
        if self.outlet_id is not None and self.partner_id is None:
            raise InvalidValue("Only a partner's client is bound to an outlet.", path=("outletId",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A client, and its secret for this one time: only a hash of it is kept."""

    client: Client
    secret: str | None = field(default=None, repr=False)


async def create(session: WriteSession, command: CreateClient, *, now: datetime) -> Credential:
    """Register a client below the ceilings of its partner and the coalition.

    Raises: ScopeAboveCeiling, KeyRequired, InvalidKeySet, NotFound.
    """
    sandbox = bool(await session.scalar(select(Coalition.sandbox).limit(1)))
    jwks = key_sets.checked(command.jwks) if command.jwks is not None else None
    await _check_place(session, command)
    await _check_ceiling(session, command)
    if jwks is None and not sandbox and not command.scopes <= READING:
        raise KeyRequired(command.scopes - READING)
    secret = None if jwks else new_secret()
    client = Client(
        client_id=new_id(),
        partner_id=command.partner_id,
        outlet_id=command.outlet_id,
        name=command.name.strip(),
        auth_method=ClientAuthMethod.PRIVATE_KEY_JWT if jwks else ClientAuthMethod.CLIENT_SECRET_BASIC,
        secret_hash=hashed(secret) if secret else None,
        jwks=jwks,
        scopes=sorted(command.scopes),
        sandbox=sandbox,
        grant_id=new_id(),
        created_at=now,
    )
    session.add(client)
    return Credential(client=client, secret=secret)


async def rotate(
    session: WriteSession,
    client_id: ClientId,
    *,
    now: datetime,
    grace: timedelta = timedelta(0),
    jwks: dict[str, Any] | None = None,
) -> Credential:
    """Give a client another secret, or its new key set.

    With a grace the secret before stays good that long. Without one it ends now, and with it the tokens issued so far.

    Raises: NotFound, ClientRevoked, InvalidKeySet, InvalidValue.
    """
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        raise InvalidValue(f"A grace is at most {LONGEST_GRACE.days} days.", path=("grace",))
    client = await _own(session, client_id)
    if (jwks is None) != (client.auth_method == ClientAuthMethod.CLIENT_SECRET_BASIC):
        raise InvalidValue("A client with a key gets a new key set, a client with a secret gets a new secret.")
    secret = None
    if jwks is not None:
        client.jwks = key_sets.checked(jwks)
    else:
        secret = new_secret()
        client.previous_secret_hash = client.secret_hash if grace else None
        client.previous_until = now + grace if grace else None
        client.secret_hash = hashed(secret)
    if not grace:
        await _end_grant(session, client, now)
        client.grant_id = new_id()
    return Credential(client=client, secret=secret)


async def revoke(session: WriteSession, client_id: ClientId, *, now: datetime) -> Client:
    """End a client for good; its tokens count no more within seconds. Revoking it again changes nothing.

    Raises: NotFound.
    """
    client = await by_id(session, client_id)
    if client.revoked_at is None:
        await _end_grant(session, client, now)
        client.revoked_at = now
    return client


async def by_id(session: ReadSession, client_id: ClientId) -> Client:
    """A client that the viewer may see.

    Raises: NotFound.
    """
    client = await session.scalar(select(Client).where(col(Client.client_id) == client_id))
    if client is None:
        raise NotFound("There is no such client.")
    return client


async def listed(session: ReadSession, *, partner_id: PartnerId | None = None) -> list[Client]:
    """The clients that the viewer may see, oldest first; of one partner, if one is named."""
    query = select(Client).order_by(col(Client.client_id))
    if partner_id is not None:
        query = query.where(col(Client.partner_id) == partner_id)
    return list(await session.scalars(query))


async def lower_ceiling(session: WriteSession, partner_id: PartnerId, scopes: frozenset[Scope]) -> None:
    """Set the most a partner's clients may hold; their next token obeys it."""
    row = await session.scalar(select(PartnerCeiling).where(col(PartnerCeiling.partner_id) == partner_id))
    if row is None:
        session.add(PartnerCeiling(partner_id=partner_id, scopes=sorted(scopes)))
    else:
        row.scopes = sorted(scopes)


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


async def _check_place(session: ReadSession, command: CreateClient) -> None:
    """The partner exists, and the outlet is the partner's own."""
    if command.partner_id is not None:
        partner = select(Partner.partner_id).where(col(Partner.partner_id) == command.partner_id)
        if await session.scalar(partner) is None:
            raise NotFound("There is no such partner.", path=("partnerId",))
    if command.outlet_id is not None:
        outlet = select(Outlet.outlet_id).where(
            col(Outlet.outlet_id) == command.outlet_id, col(Outlet.partner_id) == command.partner_id
        )
        if await session.scalar(outlet) is None:
            raise NotFound("There is no such outlet.", path=("outletId",))


async def _check_ceiling(session: ReadSession, command: CreateClient) -> None:
    own = await session.scalar(
        select(PartnerCeiling.scopes).where(col(PartnerCeiling.partner_id) == command.partner_id)
    )
    most = ceiling(of_partner=command.partner_id is not None, partners_own=known(own) if own is not None else None)
    if not command.scopes <= most:
        raise ScopeAboveCeiling(command.scopes - most)


async def _own(session: ReadSession, client_id: ClientId) -> Client:
    client = await by_id(session, client_id)
    if client.revoked_at is not None:
        raise ClientRevoked
    return client


async def _end_grant(session: WriteSession, client: Client, now: datetime) -> None:
    # Kept for twice a token's life: a token issued this very moment by another server ends before the note does.
    note = {"revoked_id": client.grant_id, "partner_id": client.partner_id, "revoked_at": now}
    await session.execute(insert(Revocation).values(**note, expires_at=now + 2 * LIFETIME).on_conflict_do_nothing())
