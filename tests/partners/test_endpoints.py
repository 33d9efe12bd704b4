"""Introspection, revocation, published keys and metadata, and other people's programs against a live server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.rfc7523 import PrivateKeyJWT  # type: ignore[import-untyped]
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata  # type: ignore[import-untyped]
from joserfc.jwk import ECKey

from domain.storage import Database
from partners import keys
from partners.errors import KeyTooYoung
from partners.keys import SealBroken
from partners.oauth import signing_keys
from partners.state import opened
from tests.partners.conftest import ISSUER, SECRET_KEY, Clock, Place, application, outcome, public


async def test_a_client_is_told_about_its_own_token(place: Place) -> None:
    till = await place.client()
    token = await place.token(till, scope="purchases:write")
    body = (await place.ask("/oauth/introspect", auth=till, token=token)).json()
    assert body["active"] is True
    assert body["token_type"] == "Bearer"
    assert body["scope"] == "purchases:write"
    assert body["client_id"] == body["sub"] == str(till.client.client_id)
    assert (body["iss"], body["aud"]) == (ISSUER, ISSUER + "/graphql")


async def test_another_clients_token_is_just_not_active(place: Place) -> None:
    token = await place.token(await place.client())
    for asker in (await place.client(), await place.client(partner_id=place.tea)):
        answer = await place.ask("/oauth/introspect", auth=asker, token=token)
        assert (answer.status_code, answer.json()) == (200, {"active": False})


async def test_what_is_no_token_is_not_active(place: Place) -> None:
    till = await place.client()
    for token in ("x", "a.b.c", "[" * 500):
        answer = await place.ask("/oauth/introspect", auth=till, token=token, token_type_hint="pac")
        assert (answer.status_code, answer.json()) == (200, {"active": False})


async def test_introspection_and_revocation_ask_who_asks_and_for_which_token(place: Place) -> None:
    till = await place.client()
    for path in ("/oauth/introspect", "/oauth/revoke"):
        assert outcome(await place.ask(path, token="x")) == (401, "invalid_client")
        assert outcome(await place.ask(path, auth=till)) == (400, "invalid_request")


async def test_a_revoked_token_counts_no_more_from_the_answer_on(place: Place) -> None:
    till = await place.client()
    token, other = await place.token(till), await place.token(till)
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 200
    assert (await place.ask("/oauth/revoke", auth=till, token=token, token_type_hint="nonsense")).status_code == 200
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401
    assert (await place.ask("/oauth/introspect", auth=till, token=token)).json() == {"active": False}
    assert (await place.viewer(authorization=f"Bearer {other}")).status_code == 200
    assert (await place.ask("/oauth/revoke", auth=till, token=token)).status_code == 200


async def test_nobody_revokes_anothers_token_or_learns_that_it_is_one(place: Place) -> None:
    token = await place.token(await place.client())
    told = [await place.ask("/oauth/revoke", auth=await place.client(), token=word) for word in (token, "x")]
    assert [(answer.status_code, answer.json()) for answer in told] == [(200, {}), (200, {})]
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 200


async def test_revoking_what_is_no_token_succeeds(place: Place) -> None:
    assert (await place.ask("/oauth/revoke", auth=await place.client(), token="x")).status_code == 200


async def test_the_current_and_the_next_key_are_published_without_their_private_half(place: Place) -> None:
    published = (await place.browser.get("/oauth/jwks")).json()["keys"]
    assert len(published) == 2
    for key in published:
        assert {"kty", "crv", "x", "y", "kid", "use", "alg"} == set(key)


async def test_a_rotation_waits_until_the_next_key_is_known_everywhere(place: Place) -> None:
    sealing = place.access.keys.signing_keys
    async with place.access.transaction() as session:
        with pytest.raises(KeyTooYoung):
            await signing_keys.rotate(session, sealing=sealing, now=place.clock())
    place.clock.advance(minutes=6)
    for _ in range(3):
        async with place.access.transaction() as session:
            await signing_keys.rotate(session, sealing=sealing, now=place.clock())
        place.clock.advance(minutes=50)
    standing = await place.access.watch.refresh()
    states = sorted(state for _, state in standing.key_states)
    assert states == ["CURRENT", "NEXT", "OLD", "OLD"]


async def test_servers_that_start_together_make_one_set_of_keys(database: Database, clock: Clock) -> None:
    derived = keys.derive(SECRET_KEY)

    async def start() -> frozenset[tuple[str, str]]:
        async with opened(database, issuer=ISSUER, keys=derived, clock=clock, ticks=clock.ticks) as access:
            return (await access.watch.standing()).key_states

    assert len(set(await asyncio.gather(*(start() for _ in range(4))))) == 1


async def test_another_secret_key_does_not_open_the_signing_keys(place: Place) -> None:
    other = keys.derive(SECRET_KEY[::-1])
    with pytest.raises(SealBroken):
        async with opened(place.database, issuer=ISSUER, keys=other, clock=place.clock, ticks=place.clock.ticks):
            pytest.fail("opened")


async def test_the_metadata_is_valid_and_built_from_the_configured_issuer(place: Place) -> None:
    answer = await place.browser.get(
        "/.well-known/oauth-authorization-server", headers={"Host": "evil.example", "X-Forwarded-Proto": "http"}
    )
    document = answer.json()
    assert document["issuer"] == ISSUER
    assert all(url.startswith(ISSUER + "/") for name, url in document.items() if name.endswith(("_endpoint", "_uri")))
    assert "RS256" not in document["token_endpoint_auth_signing_alg_values_supported"]
    AuthorizationServerMetadata(document).validate()


async def test_the_api_names_its_authorization_server(place: Place) -> None:
    challenge = (await place.viewer(authorization="Bearer x")).headers["www-authenticate"]
    path = challenge.partition('resource_metadata="')[2].partition('"')[0]
    document = (await place.browser.get(path)).json()
    assert document["resource"] == ISSUER + "/graphql"
    assert document["authorization_servers"] == [ISSUER]


@pytest.mark.parametrize(
    "issuer", ["http://example.org", "https://example.org/", "https://example.org/a", "ftp://x", "https://", "", "x"]
)
async def test_an_issuer_is_an_https_origin(database: Database, clock: Clock, issuer: str) -> None:
    with pytest.raises(ValueError, match="issuer"):
        async with opened(database, issuer=issuer, keys=keys.derive(SECRET_KEY), clock=clock, ticks=clock.ticks):
            pytest.fail("opened")


@contextlib.asynccontextmanager
async def live(database: Database, clock: Clock) -> AsyncIterator[str]:
    """A server on a port of this machine, whose public address is another, as behind a proxy."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        derived = keys.derive(SECRET_KEY)
        async with opened(
            database, issuer="https://api.example.org", keys=derived, clock=clock, ticks=clock.ticks
        ) as access:
            server = uvicorn.Server(uvicorn.Config(application(access), log_level="warning", lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                await serving


async def test_a_foreign_program_gets_in_with_a_secret_and_with_a_key(place: Place, own_key: ECKey) -> None:
    with_secret, with_key = await place.client(), await place.client(jwks=public(own_key))
    by_secret = ClientAuth(str(with_secret.client.client_id), with_secret.secret)
    signing = PrivateKeyJWT("https://api.example.org", headers={"kid": own_key.kid}, alg="ES256")
    by_key = ClientAuth(str(with_key.client.client_id), own_key, signing)
    async with live(place.database, place.clock) as url, httpx.AsyncClient() as program:
        for method in (by_secret, by_key):
            address, headers, body = method.prepare("POST", url + "/oauth/token", {}, "grant_type=client_credentials")
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            token = (await program.post(address, content=body, headers=headers)).json()
            assert token["expires_in"] == 300
            headers = {"Authorization": f"{token['token_type']} {token['access_token']}"}
            assert (await program.post(url + "/graphql", headers=headers)).json()["client"] == method.client_id
        raw = await program.post(url + "/oauth/token", content=b"\xff" * 100_000)
        assert raw.status_code in {400, 413}
