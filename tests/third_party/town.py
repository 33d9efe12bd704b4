"""A real server with a storefront's clients and a member, and the member's browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import ECKey
from pydantic import SecretStr

from domain.ids import PartnerId, new_id
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.storage import COALITION, Database, ReadSession, WriteSession, opened
from hansa import mailing
from hansa.beside import serving_beside
from hansa.settings import Settings
from partners import keys
from partners.clients import registering
from partners.clients.registering import CreateClient
from partners.scopes import Scope
from tests.builders.pages import Reader
from tests.partners.conftest import _found

SECRET = "nothing but a test depends on this one: 8c1d5e77b2"
BACK = "https://shop.example/back"
SCOPES = ("balance:read", "history:read")
MARTA = "marta@example.org"
LOOKS, PAUSE_SECONDS = 500, 0.02


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A client as its owner knows it."""

    client_id: str
    secret: str | None = None
    key: dict[str, Any] | None = None
    """Its private key, as a JWK."""
    dpop: bool = False


@dataclass(frozen=True, kw_only=True)
class Town:
    """Where everything is."""

    issuer: str
    mail: Path
    with_secret: Registered
    with_key: Registered
    """Signs with its own key, and binds its tokens to another."""
    public: Registered
    """Can keep no secret; binds its tokens to a key."""
    of_another: Registered
    """A client of another partner."""

    @property
    def facts(self) -> dict[str, Any]:
        """What a program is told."""
        named = ("with_secret", "with_key", "public", "of_another")
        return {
            "issuer": self.issuer,
            "api": f"{self.issuer}/graphql",
            "back": BACK,
            "scopes": SCOPES,
            **{name: vars(getattr(self, name)) for name in named},
        }


@asynccontextmanager
async def a_town(url: str, home: Path) -> AsyncIterator[Town]:
    """Serve a database, with all of it in there."""
    settings = Settings(home=home, database_url=url, secret_key=SecretStr(SECRET))
    async with opened(url, connections=2) as database:
        kvass, tea = PartnerId(new_id()), PartnerId(new_id())
        await _found(database, kvass, tea)
        derived = keys.derive(SECRET.encode())
        command = EnrolMember(partner_id=tea, idempotency_key=MARTA * 2, identifiers=(Identifier.email(MARTA),))
        member_keys = MemberKeys(derived.lookups, derived.personal_data)
        await enrol(database.pool, command, keys=member_keys, now=datetime.now(UTC))
        async with serving_beside(settings) as served:
            yield Town(
                issuer=served.issuer,
                mail=mailing.folder_of(settings),
                with_secret=await _client(database, kvass),
                with_key=await _client(database, kvass, keyed=True, dpop_bound=True),
                public=await _client(database, kvass, public=True, dpop_bound=True),
                of_another=await _client(database, tea),
            )


async def _client(database: Database, partner_id: PartnerId, *, keyed: bool = False, **wanted: Any) -> Registered:
    key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"}, auto_kid=True) if keyed else None
    own = frozenset() if wanted.get("public") else frozenset({Scope.PURCHASES_READ})
    command = CreateClient(
        name="Shop",
        partner_id=partner_id,
        scopes=own | {Scope(scope) for scope in SCOPES},
        redirect_uris=(BACK,),
        jwks={"keys": [dict(key.as_dict(private=False))]} if key else None,
        **wanted,
    )
    async with database.session(COALITION) as session, session.begin():
        made = await registering.create(WriteSession(ReadSession(session)), command, now=datetime.now(UTC))
    return Registered(
        client_id=str(made.client.client_id),
        secret=made.secret,
        key=dict(key.as_dict(private=True)) if key else None,
        dpop=made.client.dpop_bound,
    )


@dataclass(frozen=True)
class Marta:
    """The member, in front of a browser of her own."""

    town: Town
    browser: httpx.AsyncClient

    async def allow(self, address: str) -> str:
        """Follow a storefront's link, sign in with the mailed code, allow what is asked; gives where that leads."""
        reader = Reader(self.browser, self.town.issuer)
        page = await reader.open(address)
        if any(form.action == "/sign-in/mail" for form in page.forms):
            before = mailing.newest(self.town.mail)
            page = await reader.send(page.form("/sign-in/mail"), email=MARTA)
            code = await self._mailed(before)
            page = await reader.send(page.form("/sign-in/code"), code=code)
        if not page.answer.is_redirect:
            page = await reader.send(page.form("/authorize"), follow=False, answer="allow")
        assert page.answer.is_redirect, page.text
        location: str = page.answer.headers["location"]
        return location

    async def _mailed(self, before: Path | None) -> str:
        for _ in range(LOOKS):
            found = mailing.newest(self.town.mail)
            if found is not None and found != before:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        assert found is not None
        return str(re.findall(r"\d{4} \d{4}", mailing.read(found).text)[0])


@asynccontextmanager
async def marta_of(town: Town) -> AsyncIterator[Marta]:
    """The member comes to town."""
    async with httpx.AsyncClient(base_url=town.issuer) as browser:
        yield Marta(town, browser)
