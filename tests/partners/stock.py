"""A small authorization server of Authlib's classes as they come, in memory: what our own is held against.

What Authlib leaves to its user is written as its documentation writes it; all else is Authlib's.
"""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.integrations.sqla_oauth2 import OAuth2AuthorizationCodeMixin, OAuth2ClientMixin, OAuth2TokenMixin
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet
from sqlalchemy import Column, Integer
from sqlalchemy.orm import DeclarativeBase
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ISSUER = "https://stock.example"
BACK = "https://shop.example/back"


class Base(DeclarativeBase):
    """Where Authlib's own models hang."""


class Client(Base, OAuth2ClientMixin):
    """A client, as Authlib ships it."""

    __tablename__ = "client"
    id = Column(Integer, primary_key=True)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        """Any method of ours will do."""
        return True


class Code(Base, OAuth2AuthorizationCodeMixin):
    """A code, as Authlib ships it."""

    __tablename__ = "code"
    id = Column(Integer, primary_key=True)


class Token(Base, OAuth2TokenMixin):
    """A token, as Authlib ships it."""

    __tablename__ = "token"
    id = Column(Integer, primary_key=True)


@dataclass
class Shelf:
    """What the server keeps."""

    clients: dict[str, Client] = field(default_factory=dict)
    jwks: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)


class Payload(OAuth2Payload):
    """A request's parameters, as Authlib's own integrations give them."""

    def __init__(self, values: FormData) -> None:
        self._values = values

    @property
    def data(self) -> Any:
        """One of each."""
        return dict(self._values)

    @property
    def datalist(self) -> Any:
        """All of each."""
        return {name: self._values.getlist(name) for name in self._values}


class Asked(OAuth2Request):
    """A request, as Authlib's own integrations give it."""

    def __init__(self, request: Request, values: FormData) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        self.payload = Payload(values)
        self.user = None

    @property
    def form(self) -> Any:
        """The body's parameters."""
        return self.payload.data


class Server(AuthorizationServer):
    """Authlib's server over a self.shelf."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf

    def query_client(self, client_id: str) -> Client | None:
        """A client by its id."""
        return self.shelf.clients.get(client_id)

    def save_token(self, token: dict[str, Any], request: Asked) -> None:
        """Keep a token."""
        made = Token(client_id=request.client.client_id, issued_at=int(time.time()), **token)
        made.access_token_revoked_at = made.refresh_token_revoked_at = 0
        self.shelf.tokens.append(made)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Any) -> Any:
        """A request as Authlib sees it."""
        return request if isinstance(request, Asked) else Asked(*request)

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        """An answer over HTTP."""
        answer = JSONResponse(body, status) if isinstance(body, dict) else Response(body, status)
        answer.headers.update(dict(headers))
        return answer


class Codes(AuthorizationCodeGrant):
    """The code grant, as documented."""

    def save_authorization_code(self, code: str, request: Asked) -> None:
        """Keep a code."""
        sent = request.payload.data
        self.server.shelf.codes[code] = Code(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            auth_time=int(time.time()),
            code_challenge=sent.get("code_challenge"),
            code_challenge_method=sent.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """A code that is good."""
        found = self.server.shelf.codes.get(code)
        return found if found and found.client_id == client.client_id and not found.is_expired() else None

    def delete_authorization_code(self, code: Code) -> None:
        """Forget a code."""
        del self.server.shelf.codes[code.code]

    def authenticate_user(self, code: Code) -> Any:  # noqa: ARG002
        """The one member there is."""
        return SimpleNamespace(get_user_id=lambda: 1)


class Refresh(RefreshTokenGrant):
    """Refresh tokens, as documented."""

    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, token: str) -> Token | None:
        """A refresh token that is good."""
        found = [
            one for one in self.server.shelf.tokens if one.refresh_token == token and not one.refresh_token_revoked_at
        ]
        return found[0] if found else None

    def authenticate_user(self, token: Token) -> Any:  # noqa: ARG002
        """The one member there is."""
        return SimpleNamespace(get_user_id=lambda: 1)

    def revoke_old_credential(self, token: Token) -> None:
        """The old one counts no more."""
        token.refresh_token_revoked_at = int(time.time())


class Credentials(ClientCredentialsGrant):
    """A client's own grant, with both of its credentials."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_assertion_jwt"]  # noqa: RUF012


class Assertion(JWTBearerClientAssertion):
    """A client with a key, as documented."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf

    def get_audiences(self) -> list[str]:
        """For whom assertions are."""
        return [ISSUER]

    def resolve_client_public_key(self, client: Client) -> Any:
        """The client's keys."""
        return self.shelf.jwks[client.client_id]

    def validate_jti(self, claims: Any, jti: str) -> bool:  # noqa: ARG002
        """Every number is new."""
        return True

    def authenticate_client(self, client: Client) -> Client:
        """The client is who it says."""
        return client


def server_of(shelf: Shelf) -> Server:
    """Authlib's server with three grants."""
    server = Server(shelf)
    generator = BearerTokenGenerator(lambda **_: generate_token(42), lambda **_: generate_token(48))
    server.register_token_generator("default", generator)
    server.register_client_auth_method(Assertion.CLIENT_AUTH_METHOD, Assertion(shelf))
    server.register_grant(Codes, [CodeChallenge(required=True)])
    server.register_grant(Refresh)
    server.register_grant(Credentials)
    return server


class Resource(BearerTokenValidator):
    """What protects an API whose tokens are looked up."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf

    def authenticate_token(self, text: str) -> Token | None:
        """The token that a text is."""
        return next((one for one in self.shelf.tokens if one.access_token == text), None)


class SignedResource(JWTBearerTokenValidator):
    """What protects an API whose tokens are signed (RFC 9068)."""

    def __init__(self, keys: KeySet, *, resource: str) -> None:
        super().__init__(issuer=ISSUER, resource_server=resource)
        self.keys = keys

    def get_jwks(self) -> KeySet:
        """The keys they are signed with."""
        return self.keys


@dataclass
class Stock:
    """A running stock server."""

    shelf: Shelf
    http: httpx.AsyncClient

    def client(self, *, jwks: Any = None, scope: str = "openid balance:read purchases:read") -> Client:
        """A confidential client that may use every grant."""
        made = Client(client_id="shop", client_secret="a secret")
        made.set_client_metadata(
            {
                "redirect_uris": [BACK],
                "scope": scope,
                "response_types": ["code"],
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            }
        )
        self.shelf.jwks["shop"] = jwks
        self.shelf.clients["shop"] = made
        return made

    async def code(self, **parameters: str) -> str:
        """A code, from a member who always agrees."""
        sent = {"response_type": "code", "client_id": "shop", "redirect_uri": BACK, "scope": "balance:read"}
        answer = await self.http.get("/authorize", params={**sent, **parameters})
        assert answer.status_code == 302, answer.text
        return str(httpx.URL(answer.headers["location"]).params.get("code"))

    async def token(self, *, auth: bool = True, **form: str) -> httpx.Response:
        """Ask for a token."""
        return await self.http.post(
            "/token", data=form, auth=("shop", "a secret") if auth else httpx.USE_CLIENT_DEFAULT
        )

    async def api(self, token: str) -> int:
        """The status with which the API answers a token."""
        return (await self.http.get("/api", headers={"Authorization": f"Bearer {token}"})).status_code


@asynccontextmanager
async def running() -> AsyncIterator[Stock]:
    """A stock server, for as long as a test lasts."""
    shelf = Shelf()
    server, resource = server_of(shelf), Resource(shelf)

    async def token(request: Request) -> Response:
        response: Response = server.create_token_response((request, await request.form()))
        return response

    async def authorize(request: Request) -> Response:
        member = SimpleNamespace(get_user_id=lambda: 1)
        asked = Asked(request, FormData(dict(request.query_params)))
        grant = server.get_consent_grant(asked, member)
        response: Response = server.create_authorization_response(asked, grant_user=member, grant=grant)
        return response

    async def api(request: Request) -> Response:
        found = resource.authenticate_token(request.headers["authorization"].partition(" ")[2])
        resource.validate_token(found, [], request)
        return Response("yes")

    routes = [Route("/token", token, methods=["POST"]), Route("/authorize", authorize), Route("/api", api)]
    transport = httpx.ASGITransport(app=Starlette(routes=routes), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as http:
        yield Stock(shelf, http)
