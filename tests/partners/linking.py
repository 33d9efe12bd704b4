"""A storefront that sends members through the code grant, and the member who answers."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key
from sqlalchemy import text

from domain.ids import MemberId, WalletId, new_id
from partners.clients.models import Client
from partners.oauth import authorizing
from partners.oauth.jose import Registry
from partners.scopes import Scope
from tests.partners.conftest import ISSUER, Clock, Place, assertion
from tests.partners.test_sign_in import a_member

BACK = "https://shop.example/back?shop=1"
SCOPE = "openid balance:read history:read"
GIVEN = frozenset({Scope.BALANCE_READ, Scope.HISTORY_READ})
METHODS = ("otp",)
SIGNERS = ["ES256", "PS256", "EdDSA", "Ed25519", "RS256", "HS256"]

Answer = dict[str, str]


def pkce() -> tuple[str, str]:
    """A secret and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    return verifier, b64(hashlib.sha256(verifier.encode()).digest())


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def proof(
    key: Key,
    clock: Clock,
    *,
    url: str,
    method: str = "POST",
    token: str | None = None,
    header: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """A DPoP proof that is right but for what is given; what is given as None is left out."""
    whole = {"jti": str(new_id()), "htm": method, "htu": url, "iat": int(clock().timestamp())}
    if token is not None:
        whole["ath"] = b64(hashlib.sha256(token.encode()).digest())
    algorithm = {"EC": "ES256", "OKP": "EdDSA", "RSA": "PS256"}.get(key.key_type, "HS256")
    heading = {"alg": algorithm, "typ": "dpop+jwt", "jwk": key.as_dict(private=False), **(header or {})}
    registry = Registry(algorithms=SIGNERS)
    registry.max_header_length = 4096
    return jwt.encode(
        {name: value for name, value in heading.items() if value is not None},
        {name: value for name, value in {**whole, **claims}.items() if value is not None},
        key,
        registry=registry,
        default_type=None,
    )


def read(location: str) -> Answer:
    """What an answer in an address says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query, strict_parsing=True).items()}


@dataclass(kw_only=True)
class Shop:
    """One client of a partner that redirects, with the member it meets."""

    place: Place
    client: Client
    secret: str | None
    member_id: MemberId
    wallet_id: WalletId
    own_key: ECKey | None = None
    """What it authenticates with, in place of a secret."""
    key: Key | None = None
    """What it proves with each request."""
    verifier: str = ""
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The client's id."""
        return str(self.client.client_id)

    async def post(self, path: str, *, key: Key | None = None, auth: bool = True, **form: Any) -> httpx.Response:
        """Ask an endpoint, authenticated as registered, with a proof of the key if there is one."""
        body = {name: value for name, value in form.items() if value is not None}
        headers = {}
        proven = key or self.key
        if proven is not None:
            headers["DPoP"] = proof(proven, self.place.clock, url=ISSUER + path)
        if auth and self.own_key is not None:
            body["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            body["client_assertion"] = assertion(self.name, self.own_key, self.place.clock)
        elif auth and self.secret:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{self.name}:{self.secret}".encode()).decode()
        elif auth:
            body["client_id"] = self.name
        return await self.place.browser.post(path, data=body, headers=headers)

    def request(self, **changes: Any) -> dict[str, Any]:
        """An authorization request that is right but for what is given."""
        self.verifier, challenge = pkce()
        whole = {
            "response_type": "code",
            "client_id": self.name,
            "redirect_uri": BACK,
            "scope": SCOPE,
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        self.sent = {name: value for name, value in whole.items() if value is not None}
        return self.sent

    async def push(self, **changes: Any) -> httpx.Response:
        """Push a request."""
        return await self.post("/oauth/par", **self.request(**changes))

    async def pushed(self, **changes: Any) -> str:
        """The handle of a pushed request."""
        answer = await self.push(**changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["request_uri"])

    async def arrive(self, request_uri: str, *, client: str | None = None) -> httpx.Response:
        """The member's browser comes with a handle."""
        query = {"client_id": self.name if client is None else client, "request_uri": request_uri}
        return await self.place.browser.get("/oauth/authorize", params=query)

    async def approve(self, request_uri: str, **said: Any) -> Answer:
        """The member arrives and says yes."""
        answer = await self.arrive(request_uri)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith("/authorize?request_uri=urn"), answer.headers["location"]
        return read(await self.agree(request_uri, **said))

    async def agree(self, request_uri: str, scopes: frozenset[Scope] = GIVEN, **said: Any) -> str:
        """The member says yes on the page that is open."""
        access = self.place.access
        asked = await authorizing.asking(access, request_uri)
        whole: dict[str, Any] = {"signed_in_at": self.place.clock(), "methods": METHODS, **said}
        return await authorizing.approve(access, asked, self.member_id, scopes, **whole)

    async def code(self, **changes: Any) -> str:
        """A code, fresh from the member's browser."""
        return (await self.approve(await self.pushed(**changes)))["code"]

    async def redeem(self, code: str, **changes: Any) -> httpx.Response:
        """Redeem a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": self.verifier}
        return await self.post("/oauth/token", **{**form, **changes})

    async def linked(self, **changes: Any) -> dict[str, Any]:
        """The tokens of a member who just said yes."""
        answer = await self.redeem(await self.code(**changes))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def refresh(self, token: str, **changes: Any) -> httpx.Response:
        """Ask for another access token."""
        return await self.post("/oauth/token", grant_type="refresh_token", refresh_token=token, **changes)

    async def ask_api(self, token: str, *, key: Key | None = None, **changes: Any) -> httpx.Response:
        """Ask the API who it thinks is asking."""
        proven = key or self.key
        if proven is None:
            return await self.place.viewer(authorization=f"Bearer {token}")
        shown = proof(proven, self.place.clock, **{"url": ISSUER + "/graphql", "token": token, **changes})
        return await self.place.viewer(authorization=f"DPoP {token}", dpop=shown)


async def a_shop(
    place: Place, *, public: bool = False, dpop: bool = False, own_key: ECKey | None = None, **changes: Any
) -> Shop:
    """A storefront of the kvass brewery, and a member who has met neither."""
    member_id, wallet_id = await a_member(place)
    own = frozenset({Scope.REDEMPTIONS_WRITE} if public else {Scope.REDEMPTIONS_WRITE, Scope.PURCHASES_READ})
    more: dict[str, Any] = {"scopes": GIVEN | own, **changes}
    if own_key is not None:
        more["jwks"] = {"keys": [own_key.as_dict(private=False)]}
    made = await place.client(name="Shop", public=public, redirect_uris=(BACK,), dpop_bound=dpop, **more)
    return Shop(
        place=place,
        client=made.client,
        secret=made.secret,
        member_id=member_id,
        wallet_id=wallet_id,
        own_key=own_key,
        key=ECKey.generate_key("P-256") if dpop else None,
    )


async def take_back(place: Place, shop: Shop, purpose: str, *, at: datetime | None = None) -> None:
    """The member takes one consent back."""
    async with place.access.transaction() as session:
        await session.execute(
            text("SELECT end_consents(:member, :partner, ARRAY[:purpose], :at)"),
            {"member": shop.member_id, "partner": shop.client.partner_id, "purpose": purpose, "at": at},
        )
