"""What the commands of access do: clients, sign-in links and the signing key, each in a transaction of its own."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.audit import trail
from domain.audit.models import Action, SubjectKind
from domain.audit.trail import COMMAND_LINE, Fact, Line
from domain.coalition.queries import outlet_by_code, partner_by_slug
from domain.errors import InvalidValue
from domain.ids import ClientId, OutletId, PartnerId, PersonId
from domain.members.identifiers import Identifier
from domain.storage import COALITION, ReadSession, Sight, WriteSession, opened
from hansa.settings import Settings
from partners import state
from partners.clients import queries, registering
from partners.clients.key_fetching import KeyFetcher
from partners.clients.models import Client
from partners.clients.registering import CreateClient, Credential
from partners.errors import InvalidKeySet
from partners.fetching import Outbound
from partners.issuer import Issuer
from partners.keys import derive
from partners.oauth import signing_keys
from partners.people import admitting
from partners.scopes import SANDBOX_DEFAULT
from partners.sign_in import links
from partners.sign_in.sessions import Subject
from partners.standing import SERVER


@dataclass(frozen=True, kw_only=True)
class ClientLine:
    """A client as it is listed."""

    client_id: UUID
    name: str
    partner_id: UUID | None
    auth_method: str
    scopes: str
    redirects: str
    dpop_bound: bool
    key_set_url: str | None
    key_set_failure: str | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CredentialLine:
    """A client's credential, the one time it is shown."""

    client_id: UUID
    client_secret: str | None
    scopes: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How a new client is to prove itself, and where members come back to."""

    key_set: Path | None = None
    key_set_url: str | None = None
    public: bool = False
    redirects: tuple[str, ...] = ()
    dpop: bool | None = None


async def create_client(
    settings: Settings,
    *,
    name: str,
    scopes: list[str],
    partner: str | None = None,
    outlet: str | None = None,
    wanted: Wanted,
) -> CredentialLine:
    """Register a client of a partner, by its short name, or of the coalition; published keys are fetched at once."""
    if outlet and not partner:
        raise InvalidValue("An outlet is a partner's: name the partner.", path=("outlet",))
    async with _transaction(settings, COALITION) as session:
        partner_id = await _partner(session, partner)
        found = await outlet_by_code(session, partner_id, outlet) if partner_id and outlet else None
        command = CreateClient(
            name=name,
            scopes=registering.scopes_named(scopes) if scopes else SANDBOX_DEFAULT,
            partner_id=partner_id,
            outlet_id=OutletId(found.outlet_id) if found else None,
            jwks=_read(wanted.key_set),
            jwks_uri=wanted.key_set_url,
            public=wanted.public,
            redirect_uris=wanted.redirects,
            dpop_bound=wanted.dpop,
        )
        now, outbound = datetime.now(UTC), Outbound(named=settings.outbound_hosts)
        made = await registering.create(session, command, now=now, outbound=outbound)
    await _fetch_keys(settings, made.client)
    return _credential(made)


async def list_clients(settings: Settings, *, partner: str | None = None) -> list[ClientLine]:
    """All clients, or a partner's."""
    async with _transaction(settings, COALITION) as session:
        return [_line(row) for row in await queries.listed(session, partner_id=await _partner(session, partner))]


async def rotate_client(
    settings: Settings,
    client_id: UUID,
    *,
    grace: timedelta,
    key_set: Path | None = None,
    key_set_url: str | None = None,
) -> CredentialLine:
    """Give a client another credential; published keys are fetched at once."""
    async with _transaction(settings, COALITION) as session:
        made = await registering.rotate(
            session,
            ClientId(client_id),
            now=datetime.now(UTC),
            grace=grace,
            jwks=_read(key_set),
            jwks_uri=key_set_url,
            outbound=Outbound(named=settings.outbound_hosts),
        )
    await _fetch_keys(settings, made.client)
    return _credential(made)


async def revoke_client(settings: Settings, client_id: UUID) -> ClientLine:
    """End a client for good."""
    async with _transaction(settings, COALITION) as session:
        return _line(await registering.revoke(session, ClientId(client_id), now=datetime.now(UTC)))


async def sign_in_link(
    settings: Settings,
    *,
    person: str | None = None,
    member: str | None = None,
    partner: str | None = None,
    landing: str = "/",
    lifetime: timedelta = links.CODE_LIFETIME,
) -> str:
    """A link that signs one browser in, once: a person by e-mail address, or a member by card."""
    if (person is None) == (member is None):
        raise InvalidValue("Name a person or a member.")
    async with _transaction(settings, SERVER) as session:
        if member is not None:
            lookup = Identifier.card(member).lookup(derive(settings.key()).lookups)
            subject = Subject(member_id=await links.member_named(session, lookup))
        else:
            found = await admitting.with_email(session, person or "", partner_id=await _partner(session, partner))
            subject = Subject(person_id=PersonId(found.person_id))
        now = datetime.now(UTC)
        code = await links.issue(session, subject, now=now, landing=landing, lifetime=lifetime)
        await trail.record(session, _link_made(subject), now=now)
    return links.link(Issuer(settings.issuer), code)


async def rotate_signing_key(settings: Settings, *, leaked: bool = False) -> str:
    """Let the next signing key sign; its name."""
    keys = derive(settings.key())
    async with (
        opened(settings.database_url or "", connections=2) as database,
        state.opened(
            database, issuer=settings.issuer, keys=keys, clock=lambda: datetime.now(UTC), ticks=time.monotonic
        ) as access,
        access.transaction() as session,
    ):
        now = access.clock()
        kid = await signing_keys.rotate(session, sealing=keys.signing_keys, now=now, leaked=leaked)
        facts: dict[str, Fact] = {"kid": kid, "leaked": leaked}
        line = Line(actor=COMMAND_LINE, action=Action.SIGNING_KEY_ROTATED, subject=SubjectKind.SIGNING_KEY, facts=facts)
        await trail.record(session, line, now=now)
        return kid


def _link_made(subject: Subject) -> Line:
    kind = SubjectKind.PERSON if subject.person_id else SubjectKind.MEMBER
    whom = subject.person_id or subject.member_id
    return Line(actor=COMMAND_LINE, action=Action.SIGN_IN_LINK_MADE, subject=kind, subject_id=whom)


async def _fetch_keys(settings: Settings, client: Client) -> None:
    """Fetch what a client publishes; that it cannot be reached is seen in the list, and tried again by the worker."""
    if client.jwks_uri is None:
        return
    async with opened(settings.database_url or "", connections=2) as database:
        fetcher = KeyFetcher(database, Outbound(named=settings.outbound_hosts), lambda: datetime.now(UTC))
        await fetcher.fetch(ClientId(client.client_id))


@asynccontextmanager
async def _transaction(settings: Settings, sight: Sight) -> AsyncIterator[WriteSession]:
    async with (
        opened(settings.database_url or "", connections=2) as database,
        database.session(sight) as session,
        session.begin(),
    ):
        yield WriteSession(ReadSession(session))


async def _partner(session: ReadSession, slug: str | None) -> PartnerId | None:
    return PartnerId((await partner_by_slug(session, slug)).partner_id) if slug else None


def _read(key_set: Path | None) -> dict[str, Any] | None:
    if key_set is None:
        return None
    try:
        document: dict[str, Any] = json.loads(key_set.read_text(encoding="utf-8"))
    except ValueError:
        raise InvalidKeySet(f"{key_set} is not JSON.") from None
    return document


def _credential(made: Credential) -> CredentialLine:
    return CredentialLine(
        client_id=made.client.client_id, client_secret=made.secret, scopes=" ".join(made.client.scopes)
    )


def _line(row: Client) -> ClientLine:
    return ClientLine(
        client_id=row.client_id,
        name=row.name,
        partner_id=row.partner_id,
        auth_method=row.auth_method,
        scopes=" ".join(row.scopes),
        redirects=" ".join(row.redirect_uris),
        dpop_bound=row.dpop_bound,
        key_set_url=row.jwks_uri,
        key_set_failure=row.jwks_failure,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
