"""The traps of stock Authlib 1.9.9: each is shown to be there, and to be closed with us.

When one of these tests fails on its stock half, Authlib has closed the trap itself and our cure may go.
"""

# mypy: disable-error-code="import-untyped, no-untyped-call"

from __future__ import annotations

import base64
import logging
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from starlette.requests import Request

from partners import keys
from partners.scopes import Scope
from partners.state import opened
from schema.permissions import Needs
from tests.builders.graphql import ALPHA
from tests.partners import stock as stock_server
from tests.partners.conftest import ISSUER, SECRET_KEY, Clock, Place, application, assertion, outcome
from tests.partners.linking import a_shop, pkce
from tests.partners.stock import BACK, SignedResource, Stock

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

RAW = {"Content-Type": "application/x-www-form-urlencoded"}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CREDENTIALS: dict[str, Any] = {"grant_type": "client_credentials"}


@pytest.fixture
async def stock() -> AsyncIterator[Stock]:
    """Authlib's own server."""
    async with stock_server.running() as running:
        yield running


async def test_pkce_is_optional_for_confidential_clients(stock: Stock, place: Place) -> None:
    stock.client()
    redeemed = await stock.token(grant_type="authorization_code", code=await stock.code(), redirect_uri=BACK)
    assert redeemed.status_code == 200
    shop = await a_shop(place)
    assert outcome(await shop.push(code_challenge=None, code_challenge_method=None)) == (400, "invalid_request")
    assert outcome(await shop.redeem(await shop.code(), code_verifier=None)) == (400, "invalid_request")


async def test_plain_pkce_is_accepted(stock: Stock, place: Place) -> None:
    stock.client()
    verifier, _ = pkce()
    methods: list[dict[str, str]] = [{"code_challenge_method": "plain"}, {}]
    for method in methods:
        code = await stock.code(code_challenge=verifier, **method)
        form: dict[str, Any] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": verifier,
        }
        assert (await stock.token(**form)).status_code == 200
    shop = await a_shop(place)
    for changes in ({"code_challenge_method": "plain"}, {"code_challenge_method": None}):
        assert outcome(await shop.push(code_challenge=verifier, **changes)) == (400, "invalid_request")


async def test_tokens_live_for_ten_days(stock: Stock, place: Place) -> None:
    stock.client()
    assert (await stock.token(**CREDENTIALS)).json()["expires_in"] == 864_000
    answer = await place.ask("/oauth/token", auth=await place.client(), **CREDENTIALS)
    assert answer.json()["expires_in"] == 300
    token = answer.json()["access_token"]
    place.clock.advance(seconds=301)
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401


async def test_a_token_without_a_type_passes(place: Place) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    seconds = int(time.time())
    claims = {"iss": stock_server.ISSUER, "aud": "api", "sub": "1", "client_id": "1", "jti": "1"}
    free = jwt.encode({"alg": "ES256", "kid": key.kid}, {**claims, "iat": seconds, "exp": seconds + 60}, key)
    validator = SignedResource(KeySet([key]), resource="api")
    validator.validate_token(validator.authenticate_token(without_type(free, key)), [], None)

    signing = (await place.access.watch.standing()).keys.current
    good = await place.token(await place.client())
    assert (await place.viewer(authorization=f"Bearer {good}")).status_code == 200
    assert (await place.viewer(authorization=f"Bearer {without_type(good, signing)}")).status_code == 401


def without_type(token: str, key: ECKey) -> str:
    """The same token, signed anew without its `typ`."""
    read = jwt.decode(token, key, algorithms=["ES256"])
    header = {name: value for name, value in read.header.items() if name != "typ"}
    return jwt.encode(header, read.claims, key, algorithms=["ES256"], default_type=None)


async def test_a_list_of_scopes_means_any_of_them() -> None:
    both = [Scope.AUDIT_READ, Scope.RISK_REVIEW]
    assert not BearerTokenValidator.scope_insufficient("audit:read", [scope.value for scope in both])
    one, all_of_it = (replace(ALPHA, scopes=frozenset(scopes)) for scopes in (both[:1], both))
    rule = Needs([frozenset(both)])
    assert (rule.permits(one), rule.permits(all_of_it)) == (False, True)


async def test_unknown_scopes_are_dropped_in_silence(stock: Stock, place: Place) -> None:
    stock.client()
    dropped = await stock.token(**CREDENTIALS, scope="purchases:read nonsense")
    assert (dropped.status_code, dropped.json()["scope"]) == (200, "purchases:read")
    till = await place.client()
    for scope in ("purchases:read nonsense", "purchases:read settlement:approve"):
        answer = await place.ask("/oauth/token", auth=till, **CREDENTIALS, scope=scope)
        assert outcome(answer) == (400, "invalid_scope")
    assert outcome(await (await a_shop(place)).push(scope="balance:read nonsense")) == (400, "invalid_scope")


async def test_a_quote_or_a_byte_that_is_not_utf_8_is_an_error_500(stock: Stock, place: Place) -> None:
    stock.client()
    quoted = {"response_type": 'co"de', "client_id": "shop", "redirect_uri": BACK}
    assert (await stock.http.get("/authorize", params=quoted)).status_code == 500
    elsewhere = {"response_type": "code", "client_id": "shop", "redirect_uri": 'https://evil.example/"'}
    assert (await stock.http.get("/authorize", params=elsewhere)).status_code == 500
    header = {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()}
    assert (await stock.http.post("/token", data=CREDENTIALS, headers=header)).status_code == 500

    shop = await a_shop(place)
    sent = shop.request(response_type='co"de')
    assert (await place.browser.get("/oauth/authorize", params=sent)).status_code == 303
    sent = shop.request(redirect_uri='https://evil.example/"')
    assert (await place.browser.get("/oauth/authorize", params=sent)).status_code == 400
    assert (await place.browser.post("/oauth/token", data=CREDENTIALS, headers=header)).status_code == 401
    for body in (b'grant_type="', b"grant_type=%ff", b"\xff"):
        assert (await place.browser.post("/oauth/token", content=body, headers=RAW)).status_code in {400, 401}


async def test_what_was_made_of_a_code_outlives_its_second_use(stock: Stock, place: Place) -> None:
    stock.client()
    code = await stock.code()
    form: dict[str, Any] = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    token = (await stock.token(**form)).json()["access_token"]
    assert (await stock.token(**form)).status_code == 400
    assert await stock.api(token) == 200

    shop = await a_shop(place)
    code = await shop.code()
    token = (await shop.redeem(code)).json()["access_token"]
    assert (await shop.ask_api(token)).status_code == 200
    assert (await shop.redeem(code)).status_code == 400
    assert (await shop.ask_api(token)).status_code == 401


async def test_what_was_made_of_a_refresh_token_outlives_its_second_use(stock: Stock, place: Place) -> None:
    stock.client()
    first = await stock.token(grant_type="authorization_code", code=await stock.code(), redirect_uri=BACK)
    form: dict[str, Any] = {"grant_type": "refresh_token", "refresh_token": first.json()["refresh_token"]}
    later = (await stock.token(**form)).json()
    assert (await stock.token(**form)).status_code == 400
    assert await stock.api(later["access_token"]) == 200
    assert (await stock.token(**{**form, "refresh_token": later["refresh_token"]})).status_code == 200

    shop = await a_shop(place, public=True)
    token = (await shop.linked())["refresh_token"]
    later = (await shop.refresh(token)).json()
    assert (await shop.refresh(token)).status_code == 400
    assert (await shop.ask_api(later["access_token"])).status_code == 401
    assert (await shop.refresh(later["refresh_token"])).status_code == 400


@pytest.mark.parametrize(
    ("algorithm", "stocked", "ours"), [("PS256", False, True), ("Ed25519", False, True), ("RS256", True, False)]
)
async def test_strong_algorithms_are_refused_and_a_weak_one_is_accepted(
    stock: Stock,
    place: Place,
    algorithm: str,
    stocked: bool,  # noqa: FBT001
    ours: bool,  # noqa: FBT001
) -> None:
    key = OKPKey.generate_key("Ed25519") if algorithm == "Ed25519" else RSAKey.generate_key(2048)
    jwks = {"keys": [{**key.as_dict(private=False), "kid": "k"}]}
    stock.client(jwks=jwks)
    header = {"alg": algorithm, "kid": "k"}
    text = assertion("shop", key, place.clock, header=header, aud=stock_server.ISSUER)
    form: dict[str, Any] = {**CREDENTIALS, "client_assertion_type": ASSERTION, "client_assertion": text}
    assert ((await stock.token(auth=False, **form)).status_code == 200) is stocked

    client = (await place.client(jwks=jwks)).client
    text = assertion(client.client_id, key, place.clock, header=header)
    answer = await place.ask("/oauth/token", **{**form, "client_assertion": text})
    assert (answer.status_code == 200) is ours


@pytest.mark.parametrize("change", ["an array as audience", "ten years"])
async def test_a_lax_assertion_is_accepted(stock: Stock, place: Place, own_key: ECKey, change: str) -> None:
    def lax(issuer: str) -> dict[str, Any]:
        if change == "ten years":
            return {"aud": issuer, "exp": int(time.time()) + 10 * 365 * 86_400}
        return {"aud": [issuer, "https://elsewhere.example"]}

    jwks = {"keys": [own_key.as_dict(private=False)]}
    stock.client(jwks=jwks)
    text = assertion("shop", own_key, place.clock, **lax(stock_server.ISSUER))
    form: dict[str, Any] = {**CREDENTIALS, "client_assertion_type": ASSERTION, "client_assertion": text}
    assert (await stock.token(auth=False, **form)).status_code == 200

    client = (await place.client(jwks=jwks)).client
    for wrong, status in ((lax(ISSUER), 401), ({}, 200)):
        text = assertion(client.client_id, own_key, place.clock, **wrong)
        assert (await place.ask("/oauth/token", **{**form, "client_assertion": text})).status_code == status


async def test_the_debug_log_prints_tokens(stock: Stock, place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stock.client()
    token = (await stock.token(**CREDENTIALS)).json()["access_token"]
    assert token in caplog.text

    caplog.clear()
    shop = await a_shop(place, public=True)
    code = await shop.code()
    first = (await shop.redeem(code)).json()
    later = (await shop.refresh(first["refresh_token"])).json()
    await shop.post("/oauth/revoke", token=later["refresh_token"])
    own = await place.token(await place.client())
    told = [code, own, first["id_token"], shop.verifier, *(one[name] for one in (first, later) for name in SECRET)]
    assert caplog.text
    assert not [secret for secret in told if secret in caplog.text]


SECRET = ("access_token", "refresh_token")


async def test_plain_http_behind_a_proxy_is_an_error_500(stock: Stock, place: Place, clock: Clock) -> None:
    stock.client()
    answer = await stock.http.post("http://internal.example/token", data=CREDENTIALS, auth=("shop", "a secret"))
    assert answer.status_code == 500

    options: dict[str, Any] = {"keys": keys.derive(SECRET_KEY), "clock": clock, "ticks": clock.ticks}
    till = await place.client()
    async with opened(place.database, issuer="https://api.example.org", **options) as access:
        transport = httpx.ASGITransport(app=application(access))
        async with httpx.AsyncClient(transport=transport, base_url="http://internal.example") as inside:
            auth = (str(till.client.client_id), till.secret or "")
            assert (await inside.post("/oauth/token", data=CREDENTIALS, auth=auth)).status_code == 200
            document = (await inside.get("/.well-known/openid-configuration")).json()
            assert document["token_endpoint"] == "https://api.example.org/oauth/token"


async def test_the_stock_server_does_refuse_what_is_wrong(stock: Stock) -> None:
    """It is no straw man: what Authlib does check, it checks here too."""
    stock.client()
    wrong = await stock.http.post("/token", data=CREDENTIALS, auth=("shop", secrets.token_urlsafe(8)))
    assert wrong.status_code == 401
    verifier, challenge = pkce()
    code = await stock.code(code_challenge=challenge, code_challenge_method="S256")
    form: dict[str, Any] = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert (await stock.token(**form, code_verifier=verifier[::-1])).status_code == 400
    with pytest.raises(InvalidTokenError):
        stock_server.Resource(stock.shelf).validate_token(None, [], Request({"type": "http", "headers": []}))
