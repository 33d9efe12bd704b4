"""Our requests, clients and tokens in the shapes that Authlib's server side works on."""

# mypy: disable-error-code="import-untyped, misc"
# Authlib ships no types; it is used in this package alone.

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Payload, OAuth2Request
from sqlalchemy.orm import Session
from starlette.datastructures import Headers

from domain.audit.trail import Line
from partners.clients import redirects
from partners.clients.models import Client, ClientAuthMethod
from partners.issuer import Issuer
from partners.keys import Keys
from partners.oauth.grants import StandingGrant
from partners.scopes import GRANTABLE, OPENID, Scope, known, written
from partners.standing import Standing

CODE = "authorization_code"
REFRESH = "refresh_token"
CREDENTIALS = "client_credentials"
GRANT_TYPES = (CODE, REFRESH, CREDENTIALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request being answered: what Authlib's hooks need and have no argument for."""

    session: Session
    issuer: Issuer
    standing: Standing
    keys: Keys
    now: datetime
    for_member: bool = False
    """Whether a member is asked, rather than the client asking for itself."""
    lines: list[Line] = field(default_factory=list)
    """What the audit trail is to tell of it."""
    ended: set[UUID] = field(default_factory=set)
    """The grants it ended."""


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
        self.thumbprint: str | None = None
        """The key that the request proves (RFC 9449)."""

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        form: dict[str, str] = self.payload.data
        return form


@dataclass(frozen=True, slots=True)
class RegisteredClient(ClientMixin):
    """A client as Authlib sees it, with the scopes that the ceilings leave it."""

    row: Client
    scopes: frozenset[Scope]
    partner_name: str | None = None

    def get_client_id(self) -> str:
        """The client's name in the protocol."""
        return str(self.row.client_id)

    def get_default_redirect_uri(self) -> None:
        """Each request says where the member is to come back to."""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether members may come back there."""
        return redirects.is_one_of(redirect_uri, self.row.redirect_uris) and "#" not in redirect_uri

    def check_response_type(self, response_type: str) -> bool:
        """Codes only: no token ever travels through an address."""
        return response_type == "code"

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's signature
        """Each client has one way to authenticate, the same at every endpoint."""
        return bool(method == self.row.auth_method)

    def check_grant_type(self, grant_type: str) -> bool:
        """Which grants the client may use: members' with a place to come back to, its own with a credential."""
        if grant_type == CREDENTIALS:
            return self.row.auth_method != ClientAuthMethod.NONE
        return grant_type in GRANT_TYPES and bool(self.row.redirect_uris)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Exactly what was asked for, or None to refuse; Authlib's own drops unknown scopes in silence.

        Asking for itself, a client that names nothing gets all it has. A member is asked for what is named, no more.
        """
        most = self.scopes
        if answering.get().for_member:
            return scope if scope and asked_of_member(scope) is not None and granted(scope) <= most else None
        if scope is None:
            return written(most) or None
        words = scope.split(" ")
        wanted = known(words)
        return written(wanted) if len(wanted) == len(set(words)) and wanted <= most else None

    def __repr__(self) -> str:
        return f"<client {self.row.client_id}>"


def asked_of_member(scope: str) -> frozenset[str] | None:
    """The words of a scope that a member is asked for; None if one of them is none that a member grants."""
    words = frozenset(scope.split(" "))
    return words if words <= GRANTABLE | {OPENID} else None


def granted(scope: str) -> frozenset[Scope]:
    """The scopes of the API in a scope, OpenID's own word apart."""
    return known(scope.split(" "))


@dataclass(frozen=True, slots=True)
class Granted:
    """Whom a token is written for: a member's grant, as far as it stands, and what of it the token is to give."""

    grant: StandingGrant
    scopes: frozenset[Scope]
    openid: bool
