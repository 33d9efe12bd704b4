"""What must fail of assertions, proofs and tokens: reuse, replay, mix-up, downgrade, forgery and age."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from domain.ids import new_id
from tests.partners.conftest import ASSERTION, ISSUER, assertion
from tests.partners.linking import Shop, b64, proof
from tests.third_party.desk import Desk
from tests.third_party.negatives import CLIENT, Case

PROOF, TOKEN, UNAUTHORIZED = "invalid_dpop_proof", "invalid_token", "unauthorized_client"
API, PUSH, ISSUE, TELL = ISSUER + "/graphql", ISSUER + "/oauth/par", ISSUER + "/oauth/token", ISSUER + "/oauth/userinfo"

Making = Callable[[Desk, Shop], str]

STRANGER = ECKey.generate_key("P-256", auto_kid=True)
RSA = RSAKey.generate_key(2048, auto_kid=True)


def asserted(name: str, /, *, header: dict[str, Any] | None = None, key: Key | None = None, **claims: Any) -> Case:
    """A client assertion that is right but for this."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop(keyed=True)
        assert shop.own_key is not None
        now = int(desk.clock().timestamp())
        told = {one: value(now) if callable(value) else value for one, value in claims.items()}
        made = assertion(shop.name, key or shop.own_key, desk.clock, header=header, **told)
        return await desk.http.post("/oauth/token", data={**ASSERTION, "client_assertion": made})

    return Case(name=f"assertion: {name}", send=send, status=401, error=CLIENT)


ASSERTED = [
    asserted("signed by another's key", key=STRANGER),
    asserted("by RS256", key=RSA, header={"alg": "RS256"}),
    asserted("by HS256", key=OctKey.import_key("x" * 32, {"kid": "x"}), header={"alg": "HS256"}),
    asserted("of another type", header={"typ": "at+jwt"}),
    asserted("as a DPoP proof", header={"typ": "dpop+jwt"}),
    asserted("for another server", aud="https://elsewhere.example"),
    asserted("for the endpoint", aud=ISSUE),
    asserted("for several", aud=[ISSUER, "https://elsewhere.example"]),
    asserted("for one, in a list", aud=[ISSUER]),
    asserted("for nobody", aud=None),
    asserted("by another issuer", iss="00000000-0000-7000-8000-000000000000"),
    asserted("of another subject", sub="00000000-0000-7000-8000-000000000000"),
    asserted("of no subject", sub=None),
    asserted("without an end", exp=None),
    asserted("past", exp=lambda now: now - 11),
    asserted("for a year", exp=lambda now: now + 365 * 86_400),
    asserted("for ever", exp=1e400),
    asserted("with an end in words", exp="soon"),
    asserted("not yet begun", nbf=lambda now: now + 60),
    asserted("from the future", iat=lambda now: now + 60),
    asserted("without a number", jti=None),
    asserted("with an empty number", jti=""),
    asserted("with a number too long", jti="x" * 300),
    asserted("with a number that is a list", jti=["x"]),
]


def proven(name: str, error: str = PROOF, /, *, url: str = ISSUE, **changes: Any) -> Case:
    """A DPoP proof at the token endpoint that is right but for this."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop(dpop=True)
        assert shop.key is not None
        now = int(desk.clock().timestamp())
        told = {one: value(now) if callable(value) else value for one, value in changes.items()}
        made = proof(told.pop("by", shop.key), desk.clock, url=url, **told)
        return await own_token(desk, shop, ("DPoP", made))

    return Case(name=f"proof: {name}", send=send, status=400, error=error)


async def own_token(desk: Desk, shop: Shop, *headers: tuple[str, str]) -> httpx.Response:
    pair = base64.b64encode(f"{shop.name}:{shop.secret}".encode()).decode()
    sent = [*headers, ("Authorization", f"Basic {pair}")]
    return await desk.http.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=sent)


PROVEN = [
    proven("of another method", method="GET"),
    proven("of another address", url=PUSH),
    proven("of another host", url="https://elsewhere.example/oauth/token"),
    proven("of an address with a user", url="http://x@localhost:8000/oauth/token"),
    proven("of another type", header={"typ": "jwt"}),
    proven("of no type", header={"typ": None}),
    proven("without its key", header={"jwk": None}),
    proven("with another key inside", header={"jwk": STRANGER.as_dict(private=False)}),
    proven("with a private key inside", by=STRANGER, header={"jwk": STRANGER.as_dict(private=True)}),
    proven("by HS256", by=OctKey.import_key("x" * 32), header={"alg": "HS256"}),
    proven("by RS256", by=RSA, header={"alg": "RS256"}),
    proven("old", iat=lambda now: now - 61),
    proven("from the future", iat=lambda now: now + 11),
    proven("of no time", iat=None),
    proven("of a time in words", iat="now"),
    proven("without a number", jti=None),
    proven("with an empty number", jti=""),
    proven("with a number too long", jti="x" * 300),
    proven("without a method", htm=None),
    proven("without an address", htu=None),
]


def forged(name: str, make: Making, /) -> Case:
    """An access token that is not one of ours, shown to the API."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop()
        return await desk.api(("Authorization", f"Bearer {make(desk, shop)}"))

    return Case(name=f"access token: {name}", send=send, status=401, error=TOKEN)


def claims_of(desk: Desk, shop: Shop, **changes: Any) -> dict[str, Any]:
    """What a token of the shop's own would say."""
    now = int(desk.clock().timestamp())
    whole = {
        "iss": ISSUER,
        "aud": API,
        "sub": shop.name,
        "client_id": shop.name,
        "iat": now,
        "exp": now + 300,
        "jti": str(new_id()),
        "gid": str(shop.client.grant_id),
        "partner": str(shop.client.partner_id),
        "scope": "balance:read",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def by(key: Key, algorithm: str = "ES256", /, *, header: dict[str, Any] | None = None, **changes: Any) -> Making:
    """A token that somebody else signed, right but for this."""

    def make(desk: Desk, shop: Shop) -> str:
        heading = {"alg": algorithm, "typ": "at+jwt", "kid": _kid(desk), **(header or {})}
        return desk.signed(key, heading, claims_of(desk, shop, **changes))

    return make


def _kid(desk: Desk) -> str:
    return str(desk.place.access.watch._standing.keys.current_kid)


def ours(header: dict[str, Any] | None = None, **changes: Any) -> Making:
    """A token that our own key signed, as no endpoint of ours would."""

    def make(desk: Desk, shop: Shop) -> str:
        key = desk.place.access.watch._standing.keys.current
        heading = {"alg": "ES256", "typ": "at+jwt", "kid": _kid(desk), **(header or {})}
        return desk.signed(key, heading, claims_of(desk, shop, **changes))

    return make


def unsigned(desk: Desk, shop: Shop) -> str:
    """A token that nobody signed."""
    heading = {"alg": "none", "typ": "at+jwt"}
    return f"{b64(json.dumps(heading).encode())}.{b64(json.dumps(claims_of(desk, shop)).encode())}."


def with_our_public_key(desk: Desk, shop: Shop) -> str:
    """A token signed with what everybody may know, taken for a secret."""
    published = desk.place.access.watch._standing.keys.jwks["keys"][0]
    secret = OctKey.import_key(json.dumps(published))
    return desk.signed(secret, {"alg": "HS256", "typ": "at+jwt", "kid": _kid(desk)}, claims_of(desk, shop))


FORGED = [
    forged("nothing of the kind", lambda _desk, _shop: "x"),
    forged("three parts of nothing", lambda _desk, _shop: ".."),
    forged("too long", lambda _desk, _shop: "x" * 6_000),
    forged("by nobody", unsigned),
    forged("by another's key", by(STRANGER)),
    forged("by another's key that it brings along", by(STRANGER, header={"jwk": STRANGER.as_dict(private=False)})),
    forged("by another's key at an address", by(STRANGER, header={"jku": "https://evil.example/keys"})),
    forged("by a key nobody knows", by(STRANGER, header={"kid": STRANGER.kid})),
    forged("by a key with a path in its name", by(STRANGER, header={"kid": "../../etc/passwd"})),
    forged("by our public key as a secret", with_our_public_key),
    forged("by RS256", by(RSA, "RS256")),
    forged("of another type", ours({"typ": "JWT"})),
    forged("of no type", ours({"typ": None})),
    forged("of an id token's type, ours", ours({"typ": "id_token+jwt"})),
    forged("past", ours(exp=1)),
    forged("for ever", ours(exp=None)),
    forged("of another issuer", ours(iss="https://elsewhere.example")),
    forged("for another resource", ours(aud="https://elsewhere.example/graphql")),
    forged("for the issuer", ours(aud=ISSUER)),
    forged("for a client, as id tokens are", ours(aud="00000000-0000-7000-8000-000000000000")),
    forged("with a critical extension", ours({"crit": ["b64"], "b64": False})),
    forged("without a number", ours(jti=None)),
    forged("without a grant", ours(gid=None)),
]


def bound(name: str, error: str, headers: Callable[[Desk, Shop, str], list[tuple[str, str]]], /) -> Case:
    """A token that is bound to a key, shown to the API in another way than with one right proof."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop(dpop=True)
        token = str((await shop.linked())["access_token"])
        return await desk.api(*headers(desk, shop, token))

    return Case(name=f"bound token: {name}", send=send, status=401, error=error)


def with_proof(**changes: Any) -> Callable[[Desk, Shop, str], list[tuple[str, str]]]:
    """The token under its scheme, with a proof that is right but for this."""

    def headers(desk: Desk, shop: Shop, token: str) -> list[tuple[str, str]]:
        more = {"url": API, "token": token, **changes}
        made = proof(more.pop("by", shop.key), desk.clock, **more)
        return [("Authorization", f"DPoP {token}"), ("DPoP", made)]

    return headers


BOUND = [
    bound("as a bearer's", TOKEN, lambda _desk, _shop, token: [("Authorization", f"Bearer {token}")]),
    bound(
        "as a bearer's, with its proof",
        TOKEN,
        lambda desk, shop, token: [("Authorization", f"Bearer {token}"), *with_proof()(desk, shop, token)[1:]],
    ),
    bound("without a proof", PROOF, lambda _desk, _shop, token: [("Authorization", f"DPoP {token}")]),
    bound("with two proofs", PROOF, lambda *how: [*with_proof()(*how), with_proof()(*how)[1]]),
    bound("with another key's proof", TOKEN, with_proof(by=STRANGER)),
    bound("with another token's proof", PROOF, with_proof(token="another")),
    bound("with a proof of no token", PROOF, with_proof(ath=None)),
    bound("with a proof of the token endpoint", PROOF, with_proof(url=ISSUE)),
    bound("with a proof of another method", PROOF, with_proof(method="GET")),
]

TOKENS = [*ASSERTED, *PROVEN, *FORGED, *BOUND]
