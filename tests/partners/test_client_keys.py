"""Clients that sign with a key of their own (private_key_jwt), and assertions that are not believed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from tests.partners.conftest import ASSERTION, ISSUER, Place, assertion, outcome, public

KEYS: dict[str, Callable[[], Key]] = {
    "ES256": lambda: ECKey.generate_key("P-256", auto_kid=True),
    "PS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
    "Ed25519": lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
}


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_client_signs_with_a_key_of_its_own(place: Place, algorithm: str) -> None:
    key = KEYS[algorithm]()
    till = await place.client(jwks=public(key))
    proof = assertion(till.client.client_id, key, place.clock, header={"alg": algorithm})
    answer = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    assert answer.status_code == 200, answer.text


async def test_a_key_set_of_several_needs_no_names_in_the_header(place: Place) -> None:
    first, second = KEYS["ES256"](), KEYS["ES256"]()
    till = await place.client(jwks={"keys": public(first)["keys"] + public(second)["keys"]})
    named = assertion(till.client.client_id, second, place.clock)
    claims = jwt.decode(named, second, algorithms=["ES256"]).claims
    proof = jwt.encode({"alg": "ES256"}, claims, second, algorithms=["ES256"])
    assert (await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)).status_code == 200


def _hour_and_more(clock: Any) -> int:
    return int(clock().timestamp()) + 3700


WRONG_CLAIMS: dict[str, Any] = {
    "aud of the token endpoint": {"aud": ISSUER + "/oauth/token"},
    "aud of the API": {"aud": ISSUER + "/graphql"},
    "aud with a slash": {"aud": ISSUER + "/"},
    "aud in an array": {"aud": [ISSUER]},
    "aud in an array of two": {"aud": [ISSUER, "https://elsewhere.example"]},
    "no aud": {"aud": None},
    "exp in ten years": {"exp": 2_100_000_000},
    "exp past": {"exp": 1_000_000_000},
    "exp as text": {"exp": "2100000000"},
    "exp as true": {"exp": True},
    "exp endless": {"exp": float("inf")},
    "exp no number": {"exp": float("nan")},
    "exp huge": {"exp": 10**400},
    "no exp": {"exp": None},
    "iat in the future": {"iat": 2_100_000_000},
    "nbf in the future": {"nbf": 2_100_000_000},
    "iss of another": {"iss": "0198f000-0000-7000-8000-000000000000"},
    "no iss": {"iss": None},
    "sub of another": {"sub": "0198f000-0000-7000-8000-000000000000"},
    "sub in an array": {"sub": ["x"]},
    "no sub": {"sub": None},
    "no jti": {"jti": None},
    "empty jti": {"jti": ""},
    "jti as number": {"jti": 7},
    "long jti": {"jti": "x" * 257},
}


async def test_an_assertion_that_says_something_else_is_refused(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    for case, claims in WRONG_CLAIMS.items():
        proof = assertion(till.client.client_id, own_key, place.clock, **claims)
        answer = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
        assert outcome(answer) == (401, "invalid_client"), case
        place.clock.advance(minutes=2)  # failures are limited


async def test_an_assertion_lives_an_hour_at_most(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    seconds = int(place.clock().timestamp())
    for lifetime, status in ((3600, 200), (3700, 401)):
        proof = assertion(till.client.client_id, own_key, place.clock, exp=seconds + lifetime)
        assert (await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)).status_code == status


async def test_an_assertion_works_once(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    proof = assertion(till.client.client_id, own_key, place.clock)
    first = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    second = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    assert (first.status_code, second.status_code) == (200, 401)


async def test_an_assertion_is_used_up_even_by_a_request_that_fails(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    proof = assertion(till.client.client_id, own_key, place.clock)
    failed = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof, scope="nonsense")
    again = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    assert (failed.status_code, again.status_code) == (400, 401)


async def test_of_four_requests_at_once_with_one_assertion_one_gets_a_token(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    for _ in range(5):
        proof = assertion(till.client.client_id, own_key, place.clock)
        answers = await asyncio.gather(
            *(place.ask("/oauth/token", **ASSERTION, client_assertion=proof) for _ in range(4))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_two_clients_may_choose_the_same_jti(place: Place, own_key: ECKey) -> None:
    for _ in range(2):
        till = await place.client(jwks=public(own_key))
        proof = assertion(till.client.client_id, own_key, place.clock, jti="same")
        assert (await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)).status_code == 200


async def test_another_key_does_not_sign_for_a_client(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    stranger = ECKey.generate_key("P-256", {"kid": str(own_key.kid)})
    answer = await place.ask(
        "/oauth/token", **ASSERTION, client_assertion=assertion(till.client.client_id, stranger, place.clock)
    )
    assert answer.status_code == 401


async def test_a_key_in_the_assertions_own_header_is_not_believed(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    proof = assertion(till.client.client_id, stranger, place.clock, header={"jwk": stranger.as_dict(private=False)})
    assert (await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)).status_code == 401


async def test_rs256_is_refused_with_a_key_that_may_sign_ps256(place: Place) -> None:
    key = KEYS["PS256"]()
    till = await place.client(jwks=public(key))
    proof = assertion(till.client.client_id, key, place.clock, header={"alg": "RS256"})
    assert (await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)).status_code == 401


async def test_a_public_key_is_no_shared_secret(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    claims = assertion(till.client.client_id, own_key, place.clock).split(".")[1]
    signed = f"{_part(json.dumps({'alg': 'HS256', 'kid': own_key.kid}))}.{claims}"
    mac = hmac.new(own_key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    proof = signed + "." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    assert (await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)).status_code == 401


def _part(document: str) -> str:
    return base64.urlsafe_b64encode(document.encode("utf-8", "surrogatepass")).rstrip(b"=").decode()


HOSTILE_ASSERTIONS = [
    "",
    ".",
    "..",
    "a.b.c",
    "a.b.c.d.e",
    _part('{"alg":"none"}') + "." + _part('{"sub":"x"}') + ".",
    _part('{"alg":"ES256"}') + "." + _part("[" * 1500) + ".x",
    _part('{"alg":"ES256"}') + "." + _part('"text"') + ".x",
    _part('{"alg":"ES256"}') + "." + _part('{"sub":"\ud800"}') + ".x",
    _part('["alg"]') + "." + _part('{"sub":"x"}') + ".x",
    _part('{"alg":["ES256"]}') + "." + _part('{"sub":"x"}') + ".x",
    _part('{"alg":{}}') + "." + _part('{"sub":"x"}') + ".x",
    _part('{"alg":"ES256","crit":["exp"]}') + "." + _part('{"sub":"x"}') + ".x",
    _part('{"alg":"ES256","b64":false,"crit":["b64"]}') + ".{}.x",
    "e" * 9000,
    "\x7f.\x7f.\x7f",
]


async def test_a_hostile_assertion_is_refused_and_never_an_error_of_ours(place: Place) -> None:
    for proof in HOSTILE_ASSERTIONS:
        answer = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
        assert outcome(answer) in {(401, "invalid_client"), (400, "invalid_request")}, proof[:60]


async def test_an_unsigned_assertion_is_refused(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    signed = assertion(till.client.client_id, own_key, place.clock)
    for header in ('{"alg":"none"}', '{"alg":"None"}', f'{{"alg":"none","kid":"{own_key.kid}"}}'):
        proof = f"{_part(header)}.{signed.split('.')[1]}."
        assert (await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)).status_code == 401


async def test_an_access_token_is_no_client_assertion(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    proof = assertion(till.client.client_id, own_key, place.clock, header={"typ": "at+jwt"})
    assert (await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)).status_code == 401


async def test_another_assertion_type_is_refused(place: Place, own_key: ECKey) -> None:
    till = await place.client(jwks=public(own_key))
    form = {**ASSERTION, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}
    proof = assertion(till.client.client_id, own_key, place.clock)
    assert (await place.ask("/oauth/token", **form, client_assertion=proof)).status_code == 401


async def test_each_client_has_one_way_to_authenticate(place: Place, own_key: ECKey) -> None:
    with_key, with_secret = await place.client(jwks=public(own_key)), await place.client()
    basic_for_key = await place.browser.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(str(with_key.client.client_id), "")
    )
    proof = assertion(with_secret.client.client_id, own_key, place.clock)
    key_for_secret = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    assert (basic_for_key.status_code, key_for_secret.status_code) == (401, 401)
