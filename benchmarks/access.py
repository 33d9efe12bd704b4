"""What access costs: CPU for a remembered token, a token with a proof of its key, a token issued, a request counted.

python benchmarks/access.py postgresql://owner@host/empty_database
"""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route

from domain.ids import new_id
from domain.storage import COALITION, ReadSession, WriteSession
from domain.storage import opened as opened_database
from hansa.endpoint import Endpoint
from hansa.migrating import migrate
from hansa.service import Service
from partners import keys, state
from partners.buckets.keeping import SharedBuckets
from partners.clients import registering
from partners.clients.registering import CreateClient, Credential
from partners.limits import Limit, Limits
from partners.oauth import access_tokens, dpop
from partners.routes import routes
from partners.scopes import Scope
from partners.state import AccessState
from partners.viewer import NOBODY, Viewer, viewer_of
from resolvers.allowances import Quotas
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product

ISSUER = "http://localhost:8000"
ENGINE = Engine(product())
PROOFS = 3_000
SCOPES = frozenset({Scope.ANALYTICS_READ, Scope.SETTLEMENT_READ})


async def main(url: str) -> None:
    """Measure each in turn."""
    await migrate(url)
    async with (
        opened_database(url) as database,
        state.opened(
            database,
            issuer=ISSUER,
            keys=keys.derive(b"a secret key for benchmarks only, long enough"),
            clock=lambda: datetime.now(UTC),
            ticks=time.monotonic,
        ) as access,
    ):
        own = ECKey.generate_key("P-256", auto_kid=True)
        with_secret = await _client(access, CreateClient(name="Basic", scopes=SCOPES))
        with_key = await _client(
            access, CreateClient(name="Key", scopes=SCOPES, jwks={"keys": [dict(own.as_dict(private=False))]})
        )
        application = Starlette(routes=routes(lambda _: access))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=application), base_url=ISSUER) as program:
            await _measure_all(access, program, with_secret, with_key, own)


async def _measure_all(
    access: AccessState, program: httpx.AsyncClient, with_secret: Credential, with_key: Credential, own: ECKey
) -> None:
    basic = (str(with_secret.client.client_id), with_secret.secret or "")
    form = {"grant_type": "client_credentials"}
    token = (await program.post("/oauth/token", data=form, auth=basic)).json()["access_token"]
    headers = Headers({"Authorization": f"Bearer {token}"})
    digest = access_tokens.digest(token)

    async def remembered() -> None:
        await viewer_of(headers, access)

    async def first_seen() -> None:
        access.tokens.forget(digest)
        await viewer_of(headers, access)

    async def by_secret() -> None:
        assert (await program.post("/oauth/token", data=form, auth=basic)).status_code == 200

    async def by_key() -> None:
        proof = _assertion(str(with_key.client.client_id), own)
        signed = {
            **form,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": proof,
        }
        assert (await program.post("/oauth/token", data=signed)).status_code == 200

    async def asked_only() -> None:
        await program.post("/oauth/token", content=base64.b64encode(b"x" * 60))

    await _measure("a remembered token", remembered, 50_000)
    await _measure("a token seen first", first_seen, 3_000)
    await _measure_proofs(access, program, basic)
    await _measure("a token by secret, client and HTTP included", by_secret, 300)
    await _measure("a token by key, client and HTTP included", by_key, 300)
    await _measure("an HTTP request refused at once, for comparison", asked_only, 300)
    await _measure_limits(access)


async def _measure_proofs(access: AccessState, program: httpx.AsyncClient, auth: tuple[str, str]) -> None:
    key = ECKey.generate_key("P-256")
    asked = {"DPoP": _proof(key, ISSUER + "/oauth/token")}
    form = {"grant_type": "client_credentials"}
    token = (await program.post("/oauth/token", data=form, auth=auth, headers=asked)).json()["access_token"]
    proofs = iter([_proof(key, ISSUER + "/graphql", token=token) for _ in range(2 * PROOFS + 2)])

    async def proven() -> None:
        await viewer_of(Headers({"Authorization": f"DPoP {token}", "DPoP": next(proofs)}), access)

    async def read() -> None:
        dpop.read([next(proofs)], method="POST", url=ISSUER + "/graphql", now=access.clock(), token=token)

    await _measure("a remembered token with its proof, used up in the database", proven, PROOFS)
    await _measure("the signature and claims of a proof alone", read, PROOFS)


async def _measure_limits(access: AccessState) -> None:
    """The same request of the API without limits and with them, in turns, so that both meet the same machine."""
    limits = Limits(SharedBuckets(access.database.pool, key=access.keys.lookups))
    unlimited = _api(access, Service(**_needs(access)))
    limited = _api(access, Service(**_needs(access), limits=limits, quotas=Quotas(known=10**9, public=10**9)))
    for turn in range(3):
        await _measure(f"a request without limits, turn {turn + 1}", unlimited, 2_000)
        await _measure(f"a request within its limits, turn {turn + 1}", limited, 2_000)
    few = Limit(name="few", amount=40, period=timedelta(days=1))
    many = Limit(name="many", amount=10**9, period=timedelta(minutes=1))

    async def from_memory() -> None:
        await limits.spend(many, "benchmark", 10, at=access.ticks())

    async def from_the_database() -> None:
        await limits.drain(few, str(new_id()), 1, at=access.ticks())

    await _measure("a cost taken of a slice", from_memory, 50_000)
    await _measure("a slice taken of a bucket", from_the_database, 1_000)


def _needs(access: AccessState) -> dict[str, Any]:
    async def nobody(*_asked: object) -> Viewer:
        return NOBODY

    async def context(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001  # as Service declares it
        return Context(
            viewer=viewer, database=access.database, clock=access.clock, keys=access.keys, snapshots=snapshots
        )

    return {"engine": ENGINE, "viewer_of": nobody, "still_stands": nobody, "context_of": context}


def _api(access: AccessState, service: Service) -> Callable[[], Awaitable[None]]:
    transport = httpx.ASGITransport(app=Starlette(routes=[Route("/graphql", Endpoint(lambda _: service))]))
    program = httpx.AsyncClient(transport=transport, base_url=access.issuer.url)

    async def once() -> None:
        answer = await program.post("/graphql", json={"query": "{ viewer { audience } }"})
        assert answer.status_code == 200

    return once


async def _measure(what: str, once: Callable[[], Awaitable[None]], times: int) -> None:
    await once()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        await once()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {cpu / times * 1e6:.1f} µs CPU, {wall / times * 1e6:.1f} µs, {times} times")


async def _client(access: AccessState, command: CreateClient) -> Credential:
    async with access.database.session(COALITION) as session, session.begin():
        return await registering.create(WriteSession(ReadSession(session)), command, now=access.clock())


def _proof(key: ECKey, url: str, *, token: str | None = None) -> str:
    claims: dict[str, Any] = {"jti": str(new_id()), "htm": "POST", "htu": url, "iat": int(time.time())}
    if token is not None:
        claims["ath"] = dpop.hash_of(token)
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def _assertion(client_id: str, key: ECKey) -> str:
    seconds = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "exp": seconds + 60, "jti": str(new_id())}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
