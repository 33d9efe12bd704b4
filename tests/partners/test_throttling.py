"""The authorization server turns away who asks too much, and nobody else."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from domain.ids import MemberId, WalletId, new_id
from partners.addresses import written
from partners.throttling import FAILURE_COSTS, FAILURES, OF_ADDRESS, OF_CLIENT
from tests.partners.conftest import ASSERTION, Place, application, assertion, own_key, public  # noqa: F401
from tests.partners.linking import BACK, GIVEN, Shop

FORM = {"grant_type": "client_credentials"}


def program(place: Place, address: str) -> httpx.AsyncClient:
    """A program at an address."""
    transport = httpx.ASGITransport(app=application(place.access), client=(address, 40_000))
    return httpx.AsyncClient(transport=transport, base_url=place.access.issuer.url)


async def test_guessing_at_a_client_from_one_address_does_not_shut_it_out_at_another(place: Place) -> None:
    known = await place.client()
    name, secret = str(known.client.client_id), known.secret or ""
    async with program(place, "192.0.2.66") as guesser, program(place, "192.0.2.7") as till:
        seen = [
            (await guesser.post("/oauth/token", data=FORM, auth=(name, "x" * 43))).status_code
            for _ in range(FAILURES.amount + 3)
        ]
        assert seen == [401] * FAILURES.amount + [429] * 3
        refused = await guesser.post("/oauth/token", data=FORM, auth=(name, secret))
        assert refused.status_code == 429, "the address that guessed is not told when it guessed right"
        assert (await till.post("/oauth/token", data=FORM, auth=(name, secret))).status_code == 200


async def test_guessing_at_many_clients_is_limited_by_the_address(place: Place) -> None:
    async with program(place, "192.0.2.66") as guesser:
        for turn in range(OF_ADDRESS.amount):
            answer = await guesser.post("/oauth/token", data=FORM, auth=(f"client-{turn}", "x" * 43))
            if answer.status_code == 429:
                break
        assert turn == pytest.approx(OF_ADDRESS.amount / (1 + FAILURE_COSTS), abs=12)
        assert (await guesser.get("/sign-in")).status_code == 429


async def test_a_refusal_says_how_long_to_wait_and_holds_to_it(place: Place) -> None:
    known = await place.client()
    name, secret = str(known.client.client_id), known.secret or ""
    await place.access.limits.drain(OF_CLIENT, name, OF_CLIENT.amount, at=place.access.ticks())
    answer = await place.browser.post("/oauth/token", data=FORM, auth=(name, secret))
    assert answer.status_code == 429
    assert answer.json()["error"] == "temporarily_unavailable"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["ratelimit"].startswith('"client";r=0;t=')
    assert answer.headers["ratelimit-policy"] == f'"client";q={OF_CLIENT.amount};w=60'
    place.clock.advance(seconds=int(answer.headers["retry-after"]))
    assert (await place.browser.post("/oauth/token", data=FORM, auth=(name, secret))).status_code == 200


async def test_a_page_is_refused_in_words(place: Place) -> None:
    await place.access.limits.drain(OF_ADDRESS, "127.0.0.1", OF_ADDRESS.amount, at=place.access.ticks())
    answer = await place.browser.get("/sign-in", headers={"Accept": "text/html"})
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("text/plain")


async def test_only_who_proves_to_be_a_client_spends_its_allowance(place: Place) -> None:
    known = await place.client()
    name, secret = str(known.client.client_id), known.secret or ""
    began = place.access.ticks()

    async def remaining() -> int:
        return (await place.access.limits.spend(OF_CLIENT, name, 0, at=began)).remaining

    async with program(place, "192.0.2.66") as guesser:
        await asyncio.gather(
            *(guesser.post("/oauth/token", data=FORM, auth=(name, f"{turn:043}")) for turn in range(10))
        )
    assert await remaining() == OF_CLIENT.amount
    assert (await place.browser.post("/oauth/token", data=FORM, auth=(name, secret))).status_code == 200
    assert await remaining() < OF_CLIENT.amount


async def test_whoever_knows_a_public_clients_name_spends_nothing_of_its_allowance(place: Place) -> None:
    app = await place.client(public=True, scopes=GIVEN, redirect_uris=(BACK,))
    name, began = str(app.client.client_id), place.access.ticks()
    shop = Shop(place=place, client=app.client, secret=None, member_id=MemberId(new_id()), wallet_id=WalletId(new_id()))
    for _ in range(3):
        assert (await shop.push()).status_code == 201
        assert (await shop.post("/oauth/authorize", **shop.request())).status_code == 303
        assert (await shop.post("/oauth/revoke", token="hansa_refresh_x")).status_code == 200
    left = await place.access.limits.spend(OF_CLIENT, name, 0, at=began)
    assert left.remaining == OF_CLIENT.amount


async def test_failed_assertions_count_as_wrong_secrets_do(place: Place, own_key: object) -> None:  # noqa: F811
    known = await place.client(jwks=public(own_key))  # type: ignore[arg-type]
    wrong = {**ASSERTION, "client_assertion": assertion(known.client.client_id, own_key, place.clock, aud="elsewhere")}  # type: ignore[arg-type]
    for _ in range(FAILURES.amount):
        assert (await place.ask("/oauth/token", **wrong)).status_code == 401
    assert (await place.ask("/oauth/token", **wrong)).status_code == 429


async def test_answers_tell_what_is_left_but_not_in_documents_for_everybody(place: Place) -> None:
    known = await place.client()
    told = [
        (await place.ask("/oauth/token", auth=known, grant_type="client_credentials")).headers["ratelimit"]
        for _ in range(3)
    ]
    remaining = [int(field.partition("r=")[2].partition(";")[0]) for field in told]
    assert remaining == sorted(remaining, reverse=True)
    published = await place.browser.get("/.well-known/oauth-authorization-server")
    assert "ratelimit" not in published.headers


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_whoever_has_a_network_of_ipv6_is_one_caller(host: str, network: str) -> None:
    assert written(host) == network
