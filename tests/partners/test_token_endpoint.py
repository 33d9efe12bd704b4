"""The token endpoint: who gets a token, and everything that does not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import text
from tests.partners.conftest import ASSERTION, ISSUER, READER, Place, assertion, outside_sandbox, public

from domain.storage import COALITION
from partners import clients
from partners.scopes import SANDBOX_DEFAULT, Scope, written


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def test_a_client_with_its_secret_gets_a_token_of_five_minutes(place: Place) -> None:
    answer = await place.ask("/oauth/token", auth=await place.client(), grant_type="client_credentials")
    body = answer.json()
    assert answer.status_code == 200
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 300
    assert answer.headers["cache-control"] == "no-store"
    assert "refresh_token" not in body


async def test_a_token_is_an_rfc_9068_token_without_personal_data(place: Place) -> None:
    till = await place.client(name="Anna Bērziņa's till")
    token = await place.token(till)
    key_set = (await place.browser.get("/oauth/jwks")).json()
    header = jwt.decode(token, ECKey.import_key(key_set["keys"][0]), algorithms=["ES256"]).header
    claims = jwt.decode(token, ECKey.import_key(key_set["keys"][0]), algorithms=["ES256"]).claims
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": key_set["keys"][0]["kid"]}
    assert claims["iss"] == ISSUER
    assert claims["aud"] == ISSUER + "/graphql"
    assert claims["sub"] == claims["client_id"] == str(till.client.client_id)
    assert claims["exp"] - claims["iat"] == 300
    assert claims["partner"] == str(place.kvass)
    assert set(claims) == {"iss", "aud", "sub", "client_id", "iat", "exp", "jti", "gid", "scope", "partner", "sandbox"}


async def test_without_a_scope_a_client_gets_all_it_has(place: Place) -> None:
    answer = await place.ask("/oauth/token", auth=await place.client(), grant_type="client_credentials")
    assert answer.json()["scope"] == written(SANDBOX_DEFAULT)


async def test_an_empty_scope_counts_as_left_out(place: Place) -> None:
    answer = await place.ask("/oauth/token", auth=await place.client(), grant_type="client_credentials", scope="")
    assert answer.json()["scope"] == written(SANDBOX_DEFAULT)


async def test_a_client_gets_the_scopes_it_asks_for_and_no_more(place: Place) -> None:
    till = await place.client()
    answer = await place.ask(
        "/oauth/token", auth=till, grant_type="client_credentials", scope="rewards:read purchases:write"
    )
    assert answer.json()["scope"] == "purchases:write rewards:read"


@pytest.mark.parametrize(
    "scope",
    [
        "purchases:write nonsense",
        "purchases:write settlement:approve",
        "purchases:write  rewards:read",
        " purchases:write",
        "PURCHASES:WRITE",
        "purchases:write,rewards:read",
        'purchases:write"',
        "purchases:write\\",
    ],
)
async def test_a_scope_that_is_unknown_malformed_or_not_held_is_refused_not_dropped(place: Place, scope: str) -> None:
    answer = await place.ask("/oauth/token", auth=await place.client(), grant_type="client_credentials", scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_a_ceiling_lowered_later_holds_from_the_next_token_on(place: Place) -> None:
    till = await place.client()
    await place.write(clients.lower_ceiling, place.kvass, frozenset({Scope.PURCHASES_WRITE, Scope.PARTNERS_MANAGE}))
    answer = await place.ask("/oauth/token", auth=till, grant_type="client_credentials")
    assert answer.json()["scope"] == "purchases:write"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unsupported_grant_type"),
        ({"grant_type": 'a"b\\c'}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "resource": "https://elsewhere.example/graphql"}, "invalid_target"),
        ({"grant_type": "client_credentials", "client_secret": "x"}, "invalid_request"),
        ({"grant_type": "client_credentials", "client_assertion": "x"}, "invalid_request"),
    ],
)
async def test_a_request_that_is_none_is_refused_by_its_rfc_name(
    place: Place, form: dict[str, str], error: str
) -> None:
    answer = await place.ask("/oauth/token", auth=await place.client(), **form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not set('"\\') & set(answer.json().get("error_description", ""))


async def test_the_resource_may_be_named_if_it_is_ours(place: Place) -> None:
    await place.token(await place.client(), resource=ISSUER + "/graphql")


async def _raw(
    place: Place, body: bytes, content_type: str = "application/x-www-form-urlencoded", **headers: str
) -> Any:
    return await place.browser.post("/oauth/token", content=body, headers={"Content-Type": content_type, **headers})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"grant_type=client_credentials&grant_type=client_credentials", 400),
        (b"grant_type=client_credentials&scope=a&scope=b", 400),
        (b"grant_type=client_credentials&x=1&x=2", 400),
        (b"grant_type=%ff%fe", 400),
        (b"grant_type=client_credentials&scope=%ff", 400),
        (b"grant_type=\xff", 400),
        (b"grant_type=client_credentials&scope=%00", 400),
        ("grant_type=client_credentials&scope=%C4%81".encode(), 400),
        (b"a=1&" * 40, 400),
        (b"grant_type=" + b"a" * 20_000, 413),
        (b"", 400),
        (b"&&&===&", 400),
    ],
)
async def test_a_hostile_body_is_a_bad_request_and_never_an_error_of_ours(
    place: Place, body: bytes, status: int
) -> None:
    till = await place.client()
    answer = await _raw(place, body, **basic(str(till.client.client_id), till.secret or ""))
    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_request")


async def test_json_is_not_a_form(place: Place) -> None:
    answer = await _raw(place, b'{"grant_type": "client_credentials"}', "application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_unknown_parameters_are_ignored_whatever_they_hold(place: Place) -> None:
    till = await place.client()
    answer = await _raw(
        place,
        "grant_type=client_credentials&café=%22ā%22".replace("ā", "%C4%81").replace("é", "%C3%A9").encode(),
        **basic(str(till.client.client_id), till.secret or ""),
    )
    assert answer.status_code == 200


async def test_credentials_in_the_address_count_for_nothing(place: Place) -> None:
    till = await place.client()
    answer = await place.browser.post(
        f"/oauth/token?grant_type=client_credentials&client_id={till.client.client_id}&client_secret={till.secret}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 400


async def test_only_post_is_answered(place: Place) -> None:
    assert (await place.browser.get("/oauth/token")).status_code == 405


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"%ff:%fe").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Basic " + base64.b64encode(b"\x00:\x00").decode(),
        "Basic " + base64.b64encode(b"0" * 9000).decode(),
        "Bearer abc",
        "Digest username=x",
        "B\xe4sic eA==",
    ],
)
async def test_a_malformed_authorization_header_is_an_unproven_client(place: Place, header: str) -> None:
    answer = await place.browser.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": header.encode("latin-1")},  # type: ignore[dict-item]
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith(f'Basic realm="{ISSUER}"')


async def test_unknown_client_and_wrong_secret_read_the_same(place: Place) -> None:
    till = await place.client()
    form = {"grant_type": "client_credentials"}
    wrong = await place.browser.post("/oauth/token", data=form, auth=(str(till.client.client_id), "wrong"))
    unknown = await place.browser.post(
        "/oauth/token", data=form, auth=("0198f000-0000-7000-8000-000000000000", "wrong")
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_a_client_id_has_one_spelling(place: Place) -> None:
    till = await place.client()
    for spelling in (till.client.client_id.hex, f"{{{till.client.client_id}}}", str(till.client.client_id).upper()):
        answer = await place.browser.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(spelling, till.secret or "")
        )
        assert answer.status_code == 401, spelling


async def test_nobody_gets_no_token(place: Place) -> None:
    answer = await place.ask("/oauth/token", grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_secret_in_the_body_is_not_a_method_of_ours(place: Place) -> None:
    till = await place.client()
    answer = await place.ask(
        "/oauth/token",
        grant_type="client_credentials",
        client_id=str(till.client.client_id),
        client_secret=till.secret,
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_two_authorization_headers_are_one_too_many(place: Place) -> None:
    till = await place.client()
    header = basic(str(till.client.client_id), till.secret or "")["Authorization"]
    answer = await place.browser.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers=[("Authorization", header), ("Authorization", header)],
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_another_clients_id_beside_the_credential_is_refused(place: Place) -> None:
    one, other = await place.client(), await place.client()
    answer = await place.ask(
        "/oauth/token", auth=one, grant_type="client_credentials", client_id=str(other.client.client_id)
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_revoked_client_gets_no_token(place: Place) -> None:
    till = await place.client()
    await place.write(clients.revoke, till.client.client_id, now=place.clock())
    assert (await place.ask("/oauth/token", auth=till, grant_type="client_credentials")).status_code == 401


async def test_a_client_of_a_partner_that_has_left_gets_no_token(place: Place) -> None:
    till = await place.client()
    async with place.database.session(COALITION) as session, session.begin():
        await session.execute(text("UPDATE partner SET status = 'CLOSED'"))
    assert (await place.ask("/oauth/token", auth=till, grant_type="client_credentials")).status_code == 401


async def test_a_secret_with_a_grace_works_beside_the_new_one_until_it_ends(place: Place) -> None:
    old = await place.client()
    new = await place.write(clients.rotate, old.client.client_id, now=place.clock(), grace=clients.LONGEST_GRACE / 7)
    await place.token(old)
    await place.token(new)
    place.clock.advance(days=1, seconds=1)
    assert (await place.ask("/oauth/token", auth=old, grant_type="client_credentials")).status_code == 401
    await place.token(new)


async def test_a_secret_rotated_without_grace_ends_at_once(place: Place) -> None:
    old = await place.client()
    await place.write(clients.rotate, old.client.client_id, now=place.clock())
    assert (await place.ask("/oauth/token", auth=old, grant_type="client_credentials")).status_code == 401


# --- private_key_jwt -------------------------------------------------------------------------------------------------


KEYS = {
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


@pytest.mark.parametrize("case", WRONG_CLAIMS)
async def test_an_assertion_that_says_something_else_is_refused(place: Place, own_key: ECKey, case: str) -> None:
    till = await place.client(jwks=public(own_key))
    proof = assertion(till.client.client_id, own_key, place.clock, **WRONG_CLAIMS[case])
    answer = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


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
    stranger = ECKey.generate_key("P-256", {"kid": own_key.kid})
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


@pytest.mark.parametrize("proof", HOSTILE_ASSERTIONS)
async def test_a_hostile_assertion_is_refused_and_never_an_error_of_ours(place: Place, proof: str) -> None:
    answer = await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] in {"invalid_client", "invalid_request"}


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


async def test_outside_the_sandbox_a_secret_is_enough_for_reading_only(place: Place) -> None:
    await outside_sandbox(place)
    reader = await place.client(scopes=READER)
    await place.token(reader)
