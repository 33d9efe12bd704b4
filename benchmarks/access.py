"""What access costs: CPU for a remembered token, a token seen first, and a token issued.

python benchmarks/access.py postgresql://owner@host/empty_database
"""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.datastructures import Headers

from domain.ids import new_id
from domain.storage import COALITION, ReadSession, WriteSession
from domain.storage import opened as opened_database
from hansa.migrating import migrate
from partners import keys, state
from partners.clients import registering
from partners.clients.registering import CreateClient, Credential
from partners.oauth import access_tokens
from partners.routes import routes
from partners.scopes import Scope
from partners.state import AccessState
from partners.viewer import viewer_of

ISSUER = "http://localhost:8000"
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
    await _measure("a token by secret, client and HTTP included", by_secret, 500)
    await _measure("a token by key, client and HTTP included", by_key, 500)
    await _measure("an HTTP request refused at once, for comparison", asked_only, 500)


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


def _assertion(client_id: str, key: ECKey) -> str:
    seconds = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "exp": seconds + 60, "jti": str(new_id())}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
