"""Proofs of possession: a token that is bound to a key counts with a fresh proof of it, and with nothing else."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from starlette.datastructures import Headers

from domain.ids import new_id
from partners.errors import Unauthenticated
from partners.oauth import dpop
from partners.oauth.dpop import ProofInvalid
from partners.state import opened
from partners.viewer import still_stands, viewer_of
from tests.partners.conftest import ISSUER, Clock, Place, outcome
from tests.partners.linking import a_shop, proof

API = ISSUER + "/graphql"
TOKEN = ISSUER + "/oauth/token"
KINDS: dict[str, Key] = {
    "ES256": ECKey.generate_key("P-256"),
    "EdDSA": OKPKey.generate_key("Ed25519"),
    "Ed25519": OKPKey.generate_key("Ed25519"),
    "PS256": RSAKey.generate_key(2048),
}


async def bound(place: Place, key: Key, **header: Any) -> dict[str, Any]:
    till = await place.client()
    given = {"DPoP": proof(key, place.clock, url=TOKEN, header=header)}
    form = {"grant_type": "client_credentials"}
    auth = (str(till.client.client_id), till.secret or "")
    answer = await place.browser.post("/oauth/token", data=form, headers=given, auth=auth)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def ask(place: Place, token: str, shown: str | None, scheme: str = "DPoP") -> Any:
    headers = {"authorization": f"{scheme} {token}", **({"dpop": shown} if shown else {})}
    return await place.viewer(**headers)


@pytest.mark.parametrize("algorithm", KINDS)
async def test_a_client_binds_its_token_to_a_key_of_each_kind(place: Place, algorithm: str) -> None:
    key = KINDS[algorithm]
    body = await bound(place, key, alg=algorithm)
    assert body["token_type"] == "DPoP"
    claims = json.loads(base64.urlsafe_b64decode(body["access_token"].split(".")[1] + "=="))
    assert claims["cnf"] == {"jkt": key.thumbprint()}
    shown = proof(key, place.clock, url=API, token=body["access_token"], header={"alg": algorithm})
    assert (await ask(place, body["access_token"], shown)).status_code == 200


async def test_a_proof_is_used_once_on_all_servers(place: Place) -> None:
    key = KINDS["ES256"]
    token = (await bound(place, key))["access_token"]
    shown = proof(key, place.clock, url=API, token=token)
    assert (await ask(place, token, shown)).status_code == 200
    assert (await ask(place, token, shown)).status_code == 401
    options: dict[str, Any] = {
        "issuer": ISSUER,
        "keys": place.access.keys,
        "clock": place.clock,
        "ticks": place.clock.ticks,
    }
    async with opened(place.database, **options) as other:
        proven = dpop.read([shown], method="POST", url=API, now=place.clock(), token=token)
        assert not await other.database.pool.fetchval("SELECT use_once($1, $2)", proven.jti_hash, proven.expires_at)


async def test_of_four_requests_with_one_proof_one_succeeds(place: Place) -> None:
    key = KINDS["ES256"]
    token = (await bound(place, key))["access_token"]
    shown = proof(key, place.clock, url=API, token=token)
    answers = await asyncio.gather(*(ask(place, token, shown) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_a_proof_is_used_once_at_the_token_endpoint_too(place: Place) -> None:
    shop = await a_shop(place)
    shown = proof(KINDS["ES256"], place.clock, url=TOKEN)
    form = {"grant_type": "client_credentials"}
    auth = (shop.name, shop.secret or "")
    answers = await asyncio.gather(
        *(place.browser.post("/oauth/token", data=form, headers={"DPoP": shown}, auth=auth) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    assert {outcome(answer)[1] for answer in answers} == {None, "invalid_dpop_proof"}


async def test_a_bound_token_is_no_bearer_token_nor_the_other_way_round(place: Place) -> None:
    key = KINDS["ES256"]
    token = (await bound(place, key))["access_token"]
    free = await place.token(await place.client())
    for text, scheme in ((token, "Bearer"), (free, "DPoP")):
        answer = await ask(place, text, proof(key, place.clock, url=API, token=text), scheme)
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_a_stolen_token_is_worth_nothing_under_another_key(place: Place) -> None:
    token = (await bound(place, KINDS["ES256"]))["access_token"]
    thief = proof(ECKey.generate_key("P-256"), place.clock, url=API, token=token)
    assert (await ask(place, token, thief)).status_code == 401


async def test_the_challenge_names_both_schemes_and_the_algorithms(place: Place) -> None:
    for authorization in ("Bearer x", "DPoP x", "Basic x"):
        challenge = (await place.viewer(authorization=authorization)).headers["www-authenticate"]
        assert 'algs="PS256 ES256 EdDSA Ed25519"' in challenge
        assert challenge.startswith("DPoP " if authorization.startswith("DPoP") else "Bearer ")
        assert ("DPoP " in challenge, "Bearer " in challenge) == (True, True)
        assert "resource_metadata=" in challenge


def wrong(clock: Clock, key: Key, token: str, url: str) -> dict[str, str | None]:
    """Proofs that are wrong in one thing each."""
    seconds = int(clock().timestamp())
    other = ECKey.generate_key("P-256")

    def made(*, by: Key = key, **changes: Any) -> str:
        return proof(by, clock, **{"url": url, "token": token, **changes})

    private = {"jwk": key.as_dict(private=True)}
    header, claims, signature = made().split(".")
    return {
        "none": None,
        "words": "not.a.proof",
        "another type": made(header={"typ": "JWT"}),
        "no type": made(header={"typ": None}),
        "an access token's type": made(header={"typ": "at+jwt"}),
        "a private key inside": made(header=private),
        "no key inside": made(header={"jwk": None}),
        "another key inside": made(header={"jwk": other.as_dict(private=False)}),
        "a key that is none": made(header={"jwk": {"kty": "EC", "crv": "P-256", "x": "", "y": ""}}),
        "a shared key": made(by=(shared := OctKey.generate_key(256)), header={"alg": "HS256", "jwk": shared.as_dict()}),
        "RS256": made(by=KINDS["PS256"], header={"alg": "RS256"}),
        "a short RSA key": made(by=RSAKey.generate_key(1024), header={"alg": "PS256"}),
        "another method": made(method="GET"),
        "lower case": made(method="post"),
        "no method": made(htm=None),
        "another address": made(url=url + "/other"),
        "another host": made(url="http://elsewhere.example/graphql"),
        "another scheme": made(url=url.replace("http:", "https:")),
        "another port": made(url=url.replace(":8000", ":8001")),
        "a name in the address": made(url=url.replace("//", "//x@")),
        "no address": made(htu=None),
        "an address that is none": made(htu=7),
        "no number": made(jti=None),
        "an empty number": made(jti=""),
        "a long number": made(jti="x" * 257),
        "a number that is none": made(jti=7),
        "no time": made(iat=None),
        "old": made(iat=seconds - 70),
        "from the future": made(iat=seconds + 20),
        "a time that is text": made(iat=str(seconds)),
        "a time beyond all": made(iat=10**15),
        "a time that is true": made(iat=True),
        "tampered": f"{header}.{claims[:-2]}.{signature}",
        "unsigned": f"{header}.{claims}.",
        "too long": made(x="y" * 9000),
        "empty": "e30.e30.e30",
    }


@pytest.mark.filterwarnings("ignore:Key size:joserfc.errors.SecurityWarning")
async def test_a_proof_that_is_wrong_in_one_thing_proves_nothing(place: Place) -> None:
    key = KINDS["ES256"]
    token = (await bound(place, key))["access_token"]
    cases = wrong(place.clock, key, token, API)
    cases["no token"] = proof(key, place.clock, url=API)
    cases["another token"] = proof(key, place.clock, url=API, token="another")
    for case, shown in cases.items():
        answer = await ask(place, token, shown)
        assert answer.status_code == 401, case
        assert 'error="invalid_dpop_proof"' in answer.headers["www-authenticate"], case
    assert (await ask(place, token, proof(key, place.clock, url=API, token=token))).status_code == 200


@pytest.mark.filterwarnings("ignore:Key size:joserfc.errors.SecurityWarning")
async def test_the_token_endpoint_refuses_the_same(place: Place) -> None:
    shop = await a_shop(place)
    form = {"grant_type": "client_credentials"}
    for case, shown in wrong(place.clock, KINDS["ES256"], "x", TOKEN).items():
        if shown is not None:
            answer = await place.browser.post(
                "/oauth/token", data=form, headers={"DPoP": shown}, auth=(shop.name, shop.secret or "")
            )
            assert outcome(answer) == (400, "invalid_dpop_proof"), case


async def test_two_proofs_are_one_too_many(place: Place) -> None:
    key = KINDS["ES256"]
    token = (await bound(place, key))["access_token"]
    proofs = [("DPoP", proof(key, place.clock, url=API, token=token)) for _ in range(2)]
    answer = await place.browser.post("/graphql", headers=[("Authorization", f"DPoP {token}"), *proofs])
    assert answer.status_code == 401


async def test_an_address_may_be_spelt_in_other_ways(place: Place) -> None:
    key = KINDS["ES256"]
    token = (await bound(place, key))["access_token"]
    for url in (API + "?query=1", API + "#part", "HTTP://LOCALHOST:8000/graphql"):
        assert (await ask(place, token, proof(key, place.clock, url=url, token=token))).status_code == 200, url


async def test_a_clock_may_be_a_little_off(place: Place) -> None:
    key = KINDS["ES256"]
    token = (await bound(place, key))["access_token"]
    seconds = int(place.clock().timestamp())
    for off in (-55, 8):
        shown = proof(key, place.clock, url=API, token=token, iat=seconds + off)
        assert (await ask(place, token, shown)).status_code == 200, off


async def test_a_client_that_is_bound_gets_no_token_without_a_proof(place: Place) -> None:
    shop = await a_shop(place, dpop=True)
    shop.key = None
    answer = await shop.post("/oauth/token", grant_type="client_credentials")
    assert outcome(answer) == (400, "invalid_dpop_proof")


async def test_a_code_that_was_asked_for_under_a_key_is_redeemed_under_it(place: Place) -> None:
    shop, key = await a_shop(place), ECKey.generate_key("P-256")
    thumbprint = key.thumbprint()
    for other in (ECKey.generate_key("P-256"), None):
        shop.key = None
        code = await shop.code(dpop_jkt=thumbprint)
        shop.key = other
        assert outcome(await shop.redeem(code))[0] == 400
    shop.key = None
    code = await shop.code(dpop_jkt=thumbprint)
    shop.key = key
    assert (await shop.redeem(code)).json()["token_type"] == "DPoP"


async def test_a_proof_with_the_pushed_request_binds_the_code(place: Place) -> None:
    shop = await a_shop(place)
    shop.key = ECKey.generate_key("P-256")
    assert outcome(await shop.push(dpop_jkt=ECKey.generate_key("P-256").thumbprint())) == (400, "invalid_request")
    code = await shop.code()
    shop.key = None
    assert outcome(await shop.redeem(code)) == (400, "invalid_dpop_proof")


async def test_introspection_names_the_key(place: Place) -> None:
    shop = await a_shop(place, dpop=True)
    tokens = await shop.linked()
    assert shop.key is not None
    for token, kind in ((tokens["access_token"], "DPoP"), (tokens["refresh_token"], None)):
        told = (await shop.post("/oauth/introspect", token=token)).json()
        assert told["cnf"] == {"jkt": shop.key.thumbprint()}
        assert told.get("token_type") == kind


async def test_a_stream_goes_on_without_another_proof_until_the_grant_ends(place: Place) -> None:
    shop = await a_shop(place, dpop=True)
    tokens = await shop.linked()
    headers = Headers({"authorization": f"DPoP {tokens['access_token']}"})
    assert (await still_stands(headers, place.access)).on_behalf_of is not None
    await shop.post("/oauth/revoke", token=tokens["refresh_token"])
    with pytest.raises(Exception, match="the grant has ended"):
        await still_stands(headers, place.access)


@given(some.text(max_size=200), some.sampled_from([0, 1, 2, 3]))
def test_whatever_is_shown_is_read_or_refused_and_nothing_else(noise: str, part: int) -> None:
    clock = Clock()
    parts = proof(KINDS["ES256"], clock, url=API, jti=str(new_id())).split(".")
    encoded = base64.urlsafe_b64encode(noise.encode("utf-8", "surrogatepass")).rstrip(b"=").decode()
    shown = noise if part == 3 else ".".join([*parts[:part], encoded, *parts[part + 1 :]])
    with pytest.raises(ProofInvalid):
        dpop.read([shown], method="POST", url=API, now=clock())


async def test_the_proof_is_for_the_method_that_asks(place: Place) -> None:
    """A trusted document is asked for with GET, and so is a websocket."""
    key = KINDS["ES256"]
    token = (await bound(place, key))["access_token"]
    for method, asked, proven in (("GET", "GET", True), ("POST", "GET", False), ("GET", "POST", False)):
        shown = proof(key, place.clock, url=API, token=token, method=method)
        headers = Headers({"authorization": f"DPoP {token}", "dpop": shown})
        if proven:
            assert (await viewer_of(headers, place.access, method=asked)).partner_id == place.kvass
        else:
            with pytest.raises(Unauthenticated):
                await viewer_of(headers, place.access, method=asked)
