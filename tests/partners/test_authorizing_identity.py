"""Who the member is to one partner: id token and userinfo; and the server does what it says about itself."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from partners.clients.key_sets import ALGORITHMS
from partners.oauth import signing_keys
from partners.scopes import Scope
from tests.partners.conftest import ISSUER, Place, assertion, outcome
from tests.partners.linking import SCOPE, Shop, a_shop, b64, proof
from tests.partners.test_dpop import KINDS

USERINFO = ISSUER + "/oauth/userinfo"
SERVER, PROVIDER = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"


async def read(place: Place, id_token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an id token says, read as a client reads it: with the published keys."""
    published = KeySet.import_key_set((await place.browser.get("/oauth/jwks")).json())
    found = jwt.decode(id_token, published, algorithms=["ES256"])
    return found.header, found.claims


async def userinfo(shop: Shop, token: str, method: str = "GET") -> Any:
    headers = {"Authorization": f"{'DPoP' if shop.key else 'Bearer'} {token}"}
    if shop.key:
        headers["DPoP"] = proof(shop.key, shop.place.clock, url=USERINFO, method=method, token=token)
    return await shop.place.browser.request(method, "/oauth/userinfo", headers=headers)


async def test_an_id_token_says_who_for_whom_when_and_how(place: Place) -> None:
    shop = await a_shop(place)
    tokens = await shop.linked()
    header, claims = await read(place, tokens["id_token"])
    standing = await place.access.watch.standing()
    assert header == {"alg": "ES256", "typ": "JWT", "kid": standing.keys.current_kid}
    assert (claims["iss"], claims["aud"], claims["azp"]) == (ISSUER, shop.name, shop.name)
    assert claims["sub"] == (await shop.ask_api(tokens["access_token"])).json()["behalf"]
    assert (claims["nonce"], claims["amr"], claims["acr"]) == ("a nonce", ["otp"], "1")
    assert 0 <= claims["iat"] - claims["auth_time"] < 60
    assert claims["exp"] - claims["iat"] == 300
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    assert claims["at_hash"] == b64(digest[:16])
    assert set(claims) == set((await place.browser.get(PROVIDER)).json()["claims_supported"])


async def test_a_passkey_is_told_as_resistant_to_phishing(place: Place) -> None:
    shop = await a_shop(place)
    code = (await shop.approve(await shop.pushed(nonce=None), methods=("hwk", "user")))["code"]
    _, claims = await read(place, (await shop.redeem(code)).json()["id_token"])
    assert (claims["acr"], claims["amr"]) == ("phr", ["hwk", "user"])
    assert "nonce" not in claims


async def test_without_openid_the_client_learns_nothing_of_a_sign_in(place: Place) -> None:
    shop = await a_shop(place)
    tokens = await shop.linked(scope="balance:read")
    assert "id_token" not in tokens
    answer = await userinfo(shop, tokens["access_token"])
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


async def test_signing_in_alone_opens_userinfo_and_nothing_of_the_api(place: Place) -> None:
    shop = await a_shop(place)
    tokens = await shop.linked(scope="openid")
    assert (await userinfo(shop, tokens["access_token"])).status_code == 200
    viewer = (await shop.ask_api(tokens["access_token"])).json()
    assert viewer["scopes"] == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("dpop", [False, True])
async def test_userinfo_tells_the_partners_own_id_and_nothing_else(place: Place, method: str, dpop: bool) -> None:  # noqa: FBT001
    shop = await a_shop(place, dpop=dpop)
    tokens = await shop.linked()
    answer = await userinfo(shop, tokens["access_token"], method)
    _, claims = await read(place, tokens["id_token"])
    assert answer.json() == {"sub": claims["sub"]}
    assert answer.headers["cache-control"] == "no-store"


async def test_userinfo_asks_for_a_members_token(place: Place) -> None:
    shop = await a_shop(place)
    assert (await place.browser.get("/oauth/userinfo")).status_code == 401
    own = (await shop.post("/oauth/token", grant_type="client_credentials")).json()["access_token"]
    assert (await userinfo(shop, own)).status_code == 403
    tokens = await shop.linked()
    await shop.post("/oauth/revoke", token=tokens["refresh_token"])
    assert (await userinfo(shop, tokens["access_token"])).status_code == 401


async def test_an_id_token_opens_nothing(place: Place) -> None:
    shop = await a_shop(place)
    id_token = (await shop.linked())["id_token"]
    assert (await shop.ask_api(id_token)).status_code == 401
    assert (await userinfo(shop, id_token)).status_code == 401


async def test_id_tokens_signed_before_a_rotation_stay_readable(place: Place) -> None:
    shop = await a_shop(place)
    place.clock.advance(minutes=6)
    before = (await shop.linked())["id_token"]
    async with place.access.transaction() as session:
        await signing_keys.rotate(session, sealing=place.access.keys.signing_keys, now=place.clock())
    await place.access.watch.refresh()
    after = (await shop.linked())["id_token"]
    kids = [(await read(place, token))[0]["kid"] for token in (before, after)]
    assert kids[0] != kids[1]


async def test_every_endpoint_that_is_named_is_answered_and_every_other_method_refused(place: Place) -> None:
    document = (await place.browser.get(PROVIDER)).json()
    methods = {
        "authorization_endpoint": {"GET", "POST"},
        "pushed_authorization_request_endpoint": {"POST"},
        "token_endpoint": {"POST"},
        "introspection_endpoint": {"POST"},
        "revocation_endpoint": {"POST"},
        "userinfo_endpoint": {"GET", "POST"},
        "jwks_uri": {"GET"},
    }
    assert {name for name in document if name.endswith(("_endpoint", "_uri"))} == set(methods)
    for name, answered in methods.items():
        assert document[name].startswith(ISSUER + "/")
        for method in ("GET", "POST", "PUT"):
            status = (await place.browser.request(method, document[name])).status_code
            assert (status not in {404, 405}) == (method in answered), (name, method)


async def test_both_documents_say_the_same_and_say_it_of_this_issuer(place: Place) -> None:
    server, provider = [(await place.browser.get(path)).json() for path in (SERVER, PROVIDER)]
    assert server["issuer"] == ISSUER
    assert server.items() <= provider.items()
    assert set(server["scopes_supported"]) == {"openid", *(scope.value for scope in Scope)}


async def test_each_method_and_algorithm_that_is_named_works_and_no_other(place: Place) -> None:
    document = (await place.browser.get(SERVER)).json()
    made: dict[str, Shop] = {
        "client_secret_basic": await a_shop(place),
        "none": await a_shop(place, public=True),
        "private_key_jwt": await a_shop(place, own_key=ECKey.generate_key("P-256", auto_kid=True)),
    }
    for endpoint, path in (("token", ""), ("revocation", "/oauth/revoke"), ("introspection", "/oauth/introspect")):
        named = document[f"{endpoint}_endpoint_auth_methods_supported"]
        for method, shop in made.items():
            answer = await shop.post(path, token="x") if path else await shop.push()
            assert (answer.status_code < 300) == (method in named), (endpoint, method)
    for algorithm in (*KINDS, "RS256"):
        accepted = await _signs(place, algorithm)
        assert accepted == (algorithm in document["token_endpoint_auth_signing_alg_values_supported"]), algorithm
    assert (
        tuple(document["dpop_signing_alg_values_supported"]) == ALGORITHMS == tuple(sorted(KINDS, key=ALGORITHMS.index))
    ), "test_dpop.py tries each of them"


async def _signs(place: Place, algorithm: str) -> bool:
    key = KINDS["PS256" if algorithm == "RS256" else algorithm]
    jwks = {"keys": [{**key.as_dict(private=False), "kid": "k"}]}
    client = (await place.client(jwks=jwks)).client
    text = assertion(client.client_id, key, place.clock, header={"alg": algorithm, "kid": "k"})
    answer = await place.ask(
        "/oauth/token",
        grant_type="client_credentials",
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion=text,
    )
    return answer.status_code == 200


async def test_each_grant_response_type_and_mode_that_is_named_is_answered(place: Place) -> None:
    document = (await place.browser.get(SERVER)).json()
    shop = await a_shop(place)
    for grant in ("authorization_code", "refresh_token", "client_credentials", "password", "implicit"):
        answer = await shop.post("/oauth/token", grant_type=grant)
        known = outcome(answer)[1] != "unsupported_grant_type"
        assert known == (grant in document["grant_types_supported"]), grant
    for kind in ("code", "token", "id_token", "none"):
        assert ((await shop.push(response_type=kind)).status_code == 201) == (
            kind in document["response_types_supported"]
        )
    for mode in ("query", "fragment", "form_post", "jwt"):
        assert ((await shop.push(response_mode=mode)).status_code == 201) == (
            mode in document["response_modes_supported"]
        )
    for method in ("S256", "plain"):
        answer = await shop.push(code_challenge_method=method)
        assert (answer.status_code == 201) == (method in document["code_challenge_methods_supported"])
    for prompt in (await place.browser.get(PROVIDER)).json()["prompt_values_supported"]:
        assert (await shop.push(prompt=prompt)).status_code == 201
    for scope in SCOPE.split():
        assert (await shop.push(scope=scope)).status_code == 201
        assert scope in document["scopes_supported"]


async def test_the_api_says_how_tokens_are_presented(place: Place) -> None:
    document = (await place.browser.get("/.well-known/oauth-protected-resource/graphql")).json()
    assert document["resource"] == ISSUER + "/graphql"
    assert document["authorization_servers"] == [ISSUER]
    assert document["bearer_methods_supported"] == ["header"]
    assert tuple(document["dpop_signing_alg_values_supported"]) == ALGORITHMS
    token = await place.token(await place.client())
    answer = await place.browser.post(f"/graphql?access_token={token}")
    assert answer.json()["audience"] == "NOBODY"
