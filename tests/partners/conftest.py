"""A running authorization server over a real database, and programs that talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from domain.coalition.models import Coalition, Partner
from domain.ids import PartnerId, new_id
from domain.storage import COALITION, Database, ReadSession, Sight, WriteSession
from partners import keys
from partners.clients import registering
from partners.clients.registering import CreateClient, Credential
from partners.errors import Unauthenticated
from partners.mail import Mail
from partners.oauth.jose import Registry
from partners.routes import routes
from partners.scopes import SANDBOX_DEFAULT, Scope
from partners.state import AccessState, opened
from partners.viewer import Viewer, viewer_of

ISSUER = "http://localhost:8000"
SECRET_KEY = b"a secret key for tests, long enough and never used elsewhere"


class Clock:
    """The real time, moved on as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        """The time."""
        return datetime.now(UTC) + self.ahead

    def ticks(self) -> float:
        """Seconds that never go back."""
        return self().timestamp()

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**by)


class KeptMail:
    """Mail that goes no further than this list."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        """Keep the message."""
        self.mails.append(mail)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A coalition for trying out, with two partners."""

    database: Database
    clock: Clock
    access: AccessState
    browser: httpx.AsyncClient
    """Anything that speaks HTTP."""
    mails: list[Mail]
    """What was mailed, the newest last."""
    kvass: PartnerId
    tea: PartnerId

    async def write(self, rule: Callable[..., Any], *args: Any, sight: Sight = COALITION, **keywords: Any) -> Any:
        """Do something in a transaction of its own."""
        async with self.database.session(sight) as session, session.begin():
            return await rule(WriteSession(ReadSession(session)), *args, **keywords)

    async def client(self, **wanted: Any) -> Credential:
        """A client of the kvass brewery, or as wanted."""
        command = CreateClient(**{"name": "Till", "scopes": SANDBOX_DEFAULT, "partner_id": self.kvass, **wanted})
        credential: Credential = await self.write(registering.create, command, now=self.clock())
        return credential

    async def ask(self, path: str, *, auth: Credential | None = None, **form: Any) -> httpx.Response:
        """Send a form to the authorization server."""
        basic = (str(auth.client.client_id), auth.secret or "") if auth else None
        return await self.browser.post(path, data=form, auth=basic or httpx.USE_CLIENT_DEFAULT)

    async def token(self, auth: Credential, **form: Any) -> str:
        """An access token."""
        answer = await self.ask("/oauth/token", auth=auth, grant_type="client_credentials", **form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def viewer(self, **headers: str) -> httpx.Response:
        """Ask the API who it thinks is asking."""
        return await self.browser.post(
            "/graphql", headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
async def place(database: Database, clock: Clock) -> AsyncIterator[Place]:
    """A server with two partners, ready to be asked."""
    kvass, tea = PartnerId(new_id()), PartnerId(new_id())
    await _found(database, kvass, tea)
    derived = keys.derive(SECRET_KEY)
    mailer = KeptMail()
    async with opened(database, issuer=ISSUER, keys=derived, clock=clock, ticks=clock.ticks, mailer=mailer) as access:
        transport = httpx.ASGITransport(app=application(access))
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as browser:
            yield Place(
                database=database,
                clock=clock,
                access=access,
                browser=browser,
                mails=mailer.mails,
                kvass=kvass,
                tea=tea,
            )


def application(access: AccessState) -> Starlette:
    """The endpoints of access, and an API that only says who is asking."""

    async def graphql(request: Request) -> JSONResponse:
        try:
            viewer = await viewer_of(request.headers, access)
        except Unauthenticated as refusal:
            return JSONResponse({}, refusal.status, {"WWW-Authenticate": refusal.challenge})
        return JSONResponse(shown(viewer))

    return Starlette(routes=[*routes(lambda _: access), Route("/graphql", graphql, methods=["POST"])])


def shown(viewer: Viewer) -> dict[str, Any]:
    """A viewer as JSON."""
    return {
        "audience": viewer.audience,
        "partner": str(viewer.partner_id),
        "client": str(viewer.client_id),
        "person": str(viewer.person_id),
        "member": str(viewer.member_id),
        "wallet": str(viewer.wallet_id),
        "outlet": str(viewer.outlet_id),
        "behalf": str(viewer.on_behalf_of.pairwise_id) if viewer.on_behalf_of else None,
        "behalfWallet": str(viewer.on_behalf_of.wallet_id) if viewer.on_behalf_of else None,
        "scopes": sorted(viewer.scopes),
        "sandbox": viewer.sandbox,
        "sight": viewer.sight.value,
    }


def public(key: Key, **more: Any) -> dict[str, Any]:
    """A key set as a client registers it."""
    return {"keys": [{**key.as_dict(private=False), **more}]}


def outcome(answer: httpx.Response) -> tuple[int, str | None]:
    """The status of an answer, and the error's name."""
    return answer.status_code, answer.json().get("error")


@pytest.fixture
def own_key() -> ECKey:
    """A client's own key."""
    return ECKey.generate_key("P-256", auto_kid=True)


def assertion(client_id: Any, key: Key, clock: Clock, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A client assertion that is right but for what is given; a claim given as None is left out."""
    seconds = int(clock().timestamp())
    whole = {
        "iss": str(client_id),
        "sub": str(client_id),
        "aud": ISSUER,
        "iat": seconds,
        "exp": seconds + 60,
        "jti": str(new_id()),
        **claims,
    }
    return jwt.encode(
        {"alg": "ES256", "kid": key.kid, **(header or {})},
        {name: value for name, value in whole.items() if value is not None},
        key,
        registry=Registry(algorithms=["ES256", "PS256", "RS256", "HS256", "EdDSA", "Ed25519"]),
    )


ASSERTION: dict[str, Any] = {
    "grant_type": "client_credentials",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
}

READER = frozenset({Scope.SETTLEMENT_READ, Scope.ANALYTICS_READ})


async def _found(database: Database, *partners: PartnerId) -> None:
    async with database.session(COALITION) as session, session.begin():
        session.add(
            Coalition(
                coalition_id=new_id(),
                name="Amber",
                purpose="Trying out",
                currency="EUR",
                standard_price=Decimal("0.01"),
                time_zone="Europe/Riga",
                operator_name="Amber SIA",
                grace_days=30,
                sandbox=True,
            )
        )
        for number, partner_id in enumerate(partners):
            session.add(
                Partner(
                    partner_id=partner_id,
                    slug=f"partner-{number}",
                    name=f"Partner {number}",
                    roles=["RETAILER"],
                    status="ACTIVE",
                    hue=number,
                    joined_at=datetime.now(UTC),
                )
            )


async def outside_sandbox(place: Place) -> None:
    """Make the coalition a real one."""
    async with place.database.session(COALITION) as session, session.begin():
        await session.execute(text("UPDATE coalition SET sandbox = false"))
