"""What must fail, and how: each a name, what is sent, and the answer by its RFC."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from tests.partners.linking import BACK, SCOPE, Shop, pkce
from tests.third_party.desk import Desk, Story

REQUEST, GRANT, CLIENT, SCOPES = "invalid_request", "invalid_grant", "invalid_client", "invalid_scope"
TARGET, PAGE = "invalid_target", "a page"

Later = Callable[[Shop], Any]
"""A value that is known once the shop is."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be refused."""

    name: str
    send: Story
    status: int
    error: str | None

    def __str__(self) -> str:
        return self.name


def settled(changes: dict[str, Any], shop: Shop) -> dict[str, Any]:
    """The changes, with what depends on the shop filled in."""
    return {name: value(shop) if callable(value) else value for name, value in changes.items()}


def pushed(name: str, error: str, status: int = 400, /, **changes: Any) -> Case:
    """An authorization request that is right but for this, pushed."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop()
        return await shop.push(**settled(changes, shop))

    return Case(name=f"pushed request: {name}", send=send, status=status, error=error)


def brought(name: str, status: int, error: str, /, **changes: Any) -> Case:
    """The same in a browser's address: told to the client at its own address, or on a page where that is not known."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop()
        answer = await desk.arrive(**shop.request(**settled(changes, shop)))
        if answer.is_redirect:
            assert answer.headers["location"].startswith(f"{BACK}&"), "to the client's own address, and nowhere else"
            assert "iss=" in answer.headers["location"], "RFC 9207: errors name their issuer too"
        return answer

    return Case(name=f"request in the address: {name}", send=send, status=status, error=error)


def redeemed(name: str, error: str, status: int = 400, /, **changes: Any) -> Case:
    """The redemption of a code that is right but for this."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop()
        return await shop.redeem(**{"code": await shop.code(), **settled(changes, shop)})

    return Case(name=f"code: {name}", send=send, status=status, error=error)


def refreshed(name: str, error: str, status: int = 400, /, **changes: Any) -> Case:
    """A refresh that is right but for this."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop()
        tokens = await shop.linked()
        sent = {"refresh_token": tokens["refresh_token"], **settled(changes, shop)}
        return await shop.post("/oauth/token", grant_type="refresh_token", **sent)

    return Case(name=f"refresh: {name}", send=send, status=status, error=error)


def asked(name: str, error: str, status: int = 400, /, **changes: Any) -> Case:
    """A client's own token, asked for rightly but for this."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.shop()
        return await shop.post("/oauth/token", **{"grant_type": "client_credentials", **settled(changes, shop)})

    return Case(name=f"client credentials: {name}", send=send, status=status, error=error)


DAMAGE: dict[str, Callable[[str, str], list[tuple[str, str | bytes]]]] = {
    "missing": lambda _name, _value: [],
    "doubled": lambda name, value: [(name, value), (name, value)],
    "empty": lambda name, _value: [(name, "")],
    "overlong": lambda name, value: [(name, value + "x" * 9_000)],
    "with a NUL": lambda name, value: [(name, value + "\0")],
    "not UTF-8": lambda name, value: [(name, value.encode() + b"\xff\xfe")],
    "with quotes": lambda name, value: [(name, f"\"{value}' --")],
}


def damaged(path: str, parameter: str, errors: dict[str, str]) -> list[Case]:
    """A right request with one parameter damaged in each way; what is not said is an invalid request."""

    def story(way: str) -> Story:
        async def send(desk: Desk) -> httpx.Response:
            shop = await desk.shop()
            fields = await _right(shop, path)
            bad = DAMAGE[way](parameter, fields.pop(parameter))
            return await desk.raw(path, urlencode([*fields.items(), *bad]).encode(), shop=shop)

        return send

    return [
        Case(
            name=f"{path.rpartition('/')[2]}: {parameter} {way}",
            send=story(way),
            status=400,
            error=errors.get(way, REQUEST),
        )
        for way in DAMAGE
        if errors.get(way) != "allowed"
    ]


async def _right(shop: Shop, path: str) -> dict[str, str]:
    if path == "/oauth/par":
        return shop.request()
    if path == "/oauth/token":
        code = await shop.code()
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return {**sent, "code_verifier": shop.verifier}
    return {"token": (await shop.linked())["refresh_token"]}


ANOTHER = "https://evil.example/back"

PUSHED = [
    pushed("PKCE by plain", REQUEST, code_challenge_method="plain"),
    pushed("PKCE by plain, in effect", REQUEST, code_challenge_method=None),
    pushed("PKCE by S512", REQUEST, code_challenge_method="S512"),
    pushed("no PKCE", REQUEST, code_challenge=None, code_challenge_method=None),
    pushed("a challenge too short", REQUEST, code_challenge="x" * 42),
    pushed("a challenge too long", REQUEST, code_challenge="x" * 129),
    pushed("a challenge of other characters", REQUEST, code_challenge="x" * 42 + "="),
    pushed("implicit", "unsupported_response_type", response_type="token"),
    pushed("hybrid", "unsupported_response_type", response_type="code id_token"),
    pushed("an id token alone", "unsupported_response_type", response_type="id_token"),
    pushed("an answer in the fragment", REQUEST, response_mode="fragment"),
    pushed("an answer by a form", REQUEST, response_mode="form_post"),
    pushed("no address to come back to", REQUEST, redirect_uri=None),
    pushed("another's address", REQUEST, redirect_uri=ANOTHER),
    pushed("an address that begins alike", REQUEST, redirect_uri=BACK + "&evil=1"),
    pushed("an address without its query", REQUEST, redirect_uri=BACK.partition("?")[0]),
    pushed("an address in capitals", REQUEST, redirect_uri=BACK.replace("shop.example", "SHOP.EXAMPLE")),
    pushed("an address with a port", REQUEST, redirect_uri=BACK.replace("shop.example", "shop.example:443")),
    pushed("an address with a user", REQUEST, redirect_uri=BACK.replace("https://", "https://shop.example@evil.")),
    pushed("an address with a fragment", REQUEST, redirect_uri=BACK + "#x"),
    pushed("an address without TLS", REQUEST, redirect_uri=BACK.replace("https:", "http:")),
    pushed("an address up a folder", REQUEST, redirect_uri=BACK.replace("/back", "/x/../back")),
    pushed("an unknown scope", SCOPES, scope="openid balance:read everything"),
    pushed("a scope it does not hold", SCOPES, scope="openid codes:redeem"),
    pushed("a scope no member can grant", SCOPES, scope="openid purchases:read"),
    pushed("scopes by commas", SCOPES, scope="openid,balance:read"),
    pushed("a signed request object", "request_not_supported", request="eyJhbGciOiJub25lIn0.e30."),
    pushed("a pushed request in a pushed request", REQUEST, request_uri="urn:ietf:params:oauth:request_uri:x"),
    pushed("another resource", TARGET, resource="https://elsewhere.example/graphql"),
    pushed("a thumbprint that is none", REQUEST, dpop_jkt="x"),
    pushed("no page, and a page", REQUEST, prompt="none login"),
    pushed("an unknown prompt", REQUEST, prompt="hurry"),
    pushed("a sign-in of negative age", REQUEST, max_age="-1"),
    pushed("a sign-in of no age", REQUEST, max_age="young"),
    pushed("a state too long", REQUEST, state="x" * 5_000),
    pushed("another client's id", CLIENT, 401, client_id="00000000-0000-7000-8000-000000000000"),
]

BROUGHT = [
    brought("PKCE by plain", 303, REQUEST, code_challenge_method="plain"),
    brought("no PKCE", 303, REQUEST, code_challenge=None, code_challenge_method=None),
    brought("implicit", 303, "unsupported_response_type", response_type="token"),
    brought("an unknown scope", 303, SCOPES, scope="everything"),
    brought("another resource", 303, TARGET, resource="https://elsewhere.example"),
    brought("a signed request object", 303, "request_not_supported", request="eyJ.e30."),
    brought("no page, and nobody signed in", 303, "login_required", prompt="none"),
    brought("another's address", 400, PAGE, redirect_uri=ANOTHER),
    brought("no address", 400, PAGE, redirect_uri=None),
    brought("no client", 400, PAGE, client_id=None),
    brought("an unknown client", 400, PAGE, client_id="00000000-0000-7000-8000-000000000000"),
    brought("a client that is no id", 400, PAGE, client_id="' OR 1=1"),
    brought("a handle nobody was given", 400, PAGE, request_uri="urn:ietf:params:oauth:request_uri:made-up"),
    brought("a handle at another site", 400, PAGE, request_uri="https://evil.example/request.jwt"),
]

REDEEMED = [
    redeemed("another verifier", GRANT, code_verifier=lambda _shop: pkce()[0]),
    redeemed("a verifier that is the challenge", GRANT, code_verifier=lambda shop: shop.sent["code_challenge"]),
    redeemed("a verifier too short", REQUEST, code_verifier="x" * 42),
    redeemed("a verifier too long", REQUEST, code_verifier="x" * 129),
    redeemed("another address", GRANT, redirect_uri=ANOTHER),
    redeemed("a code that was never given", GRANT, code="hansa_code_" + "x" * 43),
    redeemed("another resource", TARGET, resource="https://elsewhere.example"),
    redeemed("as another grant", "unsupported_grant_type", grant_type="urn:ietf:params:oauth:grant-type:device_code"),
    redeemed("another client's id", CLIENT, 401, client_id="00000000-0000-7000-8000-000000000000"),
    redeemed("a secret in the body too", REQUEST, client_secret="x" * 43),
]

REFRESHED = [
    refreshed("a token that was never given", GRANT, refresh_token="hansa_refresh_" + "x" * 43),
    refreshed("an access token", GRANT, refresh_token="eyJhbGciOiJFUzI1NiJ9.e30.x"),
    refreshed("more than was granted", SCOPES, scope=SCOPE + " redemptions:write"),
    refreshed("an unknown scope", SCOPES, scope="everything"),
    refreshed("another resource", TARGET, resource="https://elsewhere.example"),
    refreshed("another client's id", CLIENT, 401, client_id="00000000-0000-7000-8000-000000000000"),
]

ASKED = [
    asked("an unknown scope", SCOPES, scope="everything"),
    asked("a scope it does not hold", SCOPES, scope="campaigns:publish"),
    asked("OpenID's own", SCOPES, scope="openid"),
    asked("another resource", TARGET, resource="https://elsewhere.example"),
    asked("by password", "unsupported_grant_type", grant_type="password", username="marta", password="x"),
    asked("by implicit", "unsupported_grant_type", grant_type="implicit"),
    asked("by an assertion", "unsupported_grant_type", grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer"),
    asked("two ways to authenticate", REQUEST, client_secret="x" * 43),
    asked("a secret and an assertion", REQUEST, client_assertion="x", client_assertion_type="x"),
    asked("another client's id", CLIENT, 401, client_id="00000000-0000-7000-8000-000000000000"),
]

DAMAGED = [
    *damaged(
        "/oauth/token",
        "grant_type",
        {"overlong": "unsupported_grant_type", "with quotes": "unsupported_grant_type"},
    ),
    *damaged("/oauth/token", "code", {"overlong": GRANT, "with quotes": GRANT}),
    *damaged("/oauth/token", "redirect_uri", dict.fromkeys(("missing", "empty", "overlong", "with quotes"), GRANT)),
    *damaged("/oauth/token", "code_verifier", {}),
    *damaged(
        "/oauth/par",
        "response_type",
        {"overlong": "unsupported_response_type", "with quotes": "unsupported_response_type"},
    ),
    *damaged("/oauth/par", "redirect_uri", {}),
    *damaged("/oauth/par", "code_challenge", {}),
    *damaged("/oauth/par", "code_challenge_method", {}),
    *damaged("/oauth/par", "scope", {"with quotes": SCOPES, "missing": "allowed", "empty": "allowed"}),
    *damaged("/oauth/par", "state", {"missing": "allowed", "empty": "allowed", "with quotes": "allowed"}),
    *damaged("/oauth/introspect", "token", {"overlong": "allowed", "with quotes": "allowed"}),
    *damaged("/oauth/revoke", "token", {"overlong": "allowed", "with quotes": "allowed"}),
]


def raw(name: str, path: str, body: bytes, status: int, error: str | None = REQUEST, /, **headers: str) -> Case:
    """Bytes that are no form."""

    async def send(desk: Desk) -> httpx.Response:
        return await desk.raw(path, body, shop=await desk.shop(), **headers)

    return Case(name=f"bytes: {name}", send=send, status=status, error=error)


RAW = [
    raw("JSON", "/oauth/token", b'{"grant_type": "client_credentials"}', 400, content_type="application/json"),
    raw("nothing", "/oauth/token", b"", 400),
    raw("noise", "/oauth/token", bytes(range(128, 256)), 400),
    raw("percent signs", "/oauth/token", b"grant_type=%E0%A4%A", 400),
    raw("too much", "/oauth/token", b"x=" + b"y" * 20_000, 413),
    raw("too many", "/oauth/par", b"&".join(b"p%d=1" % n for n in range(40)), 400),
    raw("a part of a form", "/oauth/par", b"--x\r\n\r\n", 400, content_type="multipart/form-data; boundary=x"),
    raw("a NUL as it is", "/oauth/revoke", b"token=\0", 400),
]


def basic(name: str, header: Callable[[Shop], str], status: int = 401, error: str = CLIENT) -> Case:
    """A client that proves itself by this header."""

    async def send(desk: Desk) -> httpx.Response:
        shop = await desk.another()
        sent: dict[str, Any] = {"authorization": header(shop), "content_type": "application/x-www-form-urlencoded"}
        return await desk.raw("/oauth/token", b"grant_type=client_credentials", **sent)

    return Case(name=f"secret: {name}", send=send, status=status, error=error)


def encoded(text: bytes) -> str:
    """The credentials of a Basic header."""
    return "Basic " + b64encode(text).decode()


BASIC = [
    basic("none", lambda _shop: "Basic"),
    basic("another", lambda shop: encoded(f"{shop.name}:{'x' * 43}".encode())),
    basic("empty", lambda shop: encoded(f"{shop.name}:".encode())),
    basic("without a colon", lambda shop: encoded(shop.name.encode())),
    basic("with a blank behind", lambda shop: encoded(f"{shop.name}:{shop.secret} ".encode())),
    basic("cut off", lambda shop: encoded(f"{shop.name}:{(shop.secret or '')[:-1]}".encode())),
    basic("not base64", lambda _shop: "Basic !!!!"),
    basic("not UTF-8", lambda shop: encoded(f"{shop.name}:".encode() + b"\xff\xfe")),
    basic("with a NUL", lambda shop: encoded(f"{shop.name}:{shop.secret}\0".encode())),
    basic("of a client in capitals", lambda shop: encoded(f"{shop.name.upper()}X:{shop.secret}".encode())),
    basic("a bearer token in its place", lambda shop: f"Bearer {shop.secret}"),
    basic("quoted", lambda shop: encoded(f'"{shop.name}":"{quote(shop.secret or "")}"'.encode())),
]

REQUESTS = [*PUSHED, *BROUGHT, *REDEEMED, *REFRESHED, *ASKED, *DAMAGED, *RAW, *BASIC]
