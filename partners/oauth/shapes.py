"""Our requests, clients and tokens in the shapes that Authlib's server side works on, and its errors."""

# mypy: disable-error-code="import-untyped, misc"
# Authlib ships no types; it is used in this file and in authorization_server.py, nowhere else.

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, OAuth2Payload, OAuth2Request, TokenMixin
from sqlalchemy.orm import Session
from starlette.datastructures import Headers

from partners.clients.models import Client
from partners.issuer import Issuer
from partners.oauth.access_tokens import AccessToken
from partners.scopes import Scope, known, written
from partners.standing import Standing

GRANT_TYPES = ("client_credentials",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request being answered: what Authlib's hooks need and have no argument for."""

    session: Session
    issuer: Issuer
    standing: Standing
    now: datetime


answering: ContextVar[Exchange] = ContextVar("answering")
"""The request being answered in this task."""


class Parameters(OAuth2Payload):
    """A request's parameters, each of them once."""

    def __init__(self, parameters: dict[str, str]) -> None:
        self._parameters = parameters

    @property
    def data(self) -> dict[str, str]:
        """The parameters by name."""
        return self._parameters

    @property
    def datalist(self) -> dict[str, list[str]]:
        """The same, in Authlib's other form."""
        return {name: [value] for name, value in self._parameters.items()}


class Asked(OAuth2Request):
    """A request as Authlib sees it; its address is the configured one, whatever proxy stands before us."""

    def __init__(self, url: str, parameters: dict[str, str], headers: Headers) -> None:
        super().__init__("POST", url, headers=headers)
        self.payload = Parameters(parameters)

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        form: dict[str, str] = self.payload.data
        return form


class InvalidClient(InvalidClientError):
    """Always 401 with a challenge that names the realm, as HTTP asks."""

    status_code = 401

    def get_headers(self) -> list[tuple[str, str]]:
        """Answer in JSON, not to be stored, with the challenge."""
        return [
            ("Cache-Control", "no-store"),
            ("WWW-Authenticate", f'Basic realm="{answering.get().issuer.url}", charset="UTF-8"'),
        ]


class UnsupportedGrantType(OAuth2Error):
    """A grant type we do not have; unlike Authlib's, it does not send the word back."""

    error = "unsupported_grant_type"
    description = "grant_type is client_credentials here."


class InvalidTarget(OAuth2Error):
    """The request wants a token for another resource (RFC 8707)."""

    error = "invalid_target"
    description = "Tokens of this server are for its own API alone."


@dataclass(frozen=True, slots=True)
class RegisteredClient(ClientMixin):
    """A client as Authlib sees it, with the scopes that the ceilings leave it."""

    row: Client
    scopes: frozenset[Scope]

    def get_client_id(self) -> str:
        """The client's name in the protocol."""
        return str(self.row.client_id)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's signature
        """Each client has one way to authenticate, the same at every endpoint."""
        return bool(method == self.row.auth_method)

    def check_grant_type(self, grant_type: str) -> bool:
        """Which grants the client may use."""
        return grant_type in GRANT_TYPES

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Exactly what was asked for, everything the client has if nothing was, or None to refuse.

        Authlib's own drops unknown scopes in silence.
        """
        if scope is None:
            return written(self.scopes) or None
        words = scope.split(" ")
        wanted = known(words)
        return written(wanted) if len(wanted) == len(set(words)) and wanted <= self.scopes else None

    def __repr__(self) -> str:
        return f"<client {self.row.client_id}>"


@dataclass(frozen=True, slots=True)
class PresentedToken(TokenMixin):
    """An access token handed to the introspection or revocation endpoint."""

    token: AccessToken
    revoked: bool

    def check_client(self, client: RegisteredClient) -> bool:
        """Whether the client is the one it was issued to."""
        return bool(self.token.client_id == client.row.client_id)

    def is_expired(self) -> bool:
        """Expired tokens are not even read."""
        return False

    def is_revoked(self) -> bool:
        """Whether the token or its grant was revoked."""
        return self.revoked
