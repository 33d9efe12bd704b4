"""What a client asks of a member: an authorization request, checked as far as it can be before the member comes."""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, UnauthorizedClientError
from starlette.datastructures import Headers

from domain.ids import ClientId, PartnerId
from partners.oauth.failures import InvalidTarget, RequestNotSupported, UnsupportedResponseType
from partners.oauth.shapes import CODE, Asked, RegisteredClient, answering, granted
from partners.scopes import OPENID, Scope

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
MOST_LANGUAGES = 20
LONGEST_AGE_SECONDS = 10**9
LONGEST_VALUE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the consent page shows: who asks a member for what, and how the member is to be met."""

    request_uri: str
    """The handle of the request, good for ten minutes and one answer."""
    client_id: ClientId
    client_name: str
    partner_id: PartnerId
    partner_name: str
    scopes: frozenset[Scope]
    """What the member may grant, all or part of it."""
    requires_openid: bool
    """Whether the client wants to know who the member is to its partner."""
    redirect_uri: str
    prompt: frozenset[str]
    max_age: int | None
    """How many seconds ago the member may have signed in at most."""
    ui_locales: tuple[str, ...]
    """Languages that the client says its user reads, the best first."""
    login_hint: str | None
    """What the client says the member signs in with; to be shown, never to be believed."""
    begun_at: datetime
    """When the member's browser first came with it."""

    def needs_sign_in(self, signed_in_at: datetime, *, now: datetime) -> bool:
        """Whether a sign-in is too old for what the client asked; one during this request never is."""
        if signed_in_at >= self.begun_at:
            return False
        too_old = self.max_age is not None and now - signed_in_at > timedelta(seconds=self.max_age)
        return too_old or "login" in self.prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A request that a member may be asked about."""

    client: RegisteredClient
    parameters: Mapping[str, str]
    scope: str

    def asking(self, request_uri: str, begun_at: datetime) -> Asking:
        """What the page shows of it."""
        row, sent = self.client.row, self.parameters
        assert row.partner_id is not None, "the database lets only partners' clients redirect"
        return Asking(
            request_uri=request_uri,
            client_id=ClientId(row.client_id),
            client_name=row.name,
            partner_id=PartnerId(row.partner_id),
            partner_name=self.client.partner_name or row.name,
            scopes=granted(self.scope),
            requires_openid=OPENID in self.scope.split(" "),
            redirect_uri=sent["redirect_uri"],
            prompt=frozenset(sent.get("prompt", "").split()),
            max_age=int(sent["max_age"]) if "max_age" in sent else None,
            ui_locales=tuple(filter(LANGUAGE.fullmatch, sent.get("ui_locales", "").split()[:MOST_LANGUAGES])),
            login_hint=sent.get("login_hint"),
            begun_at=begun_at,
        )


class Unredirectable(Exception):
    """A request that names no client, or no address of its client: nobody is told but the one who looks at the page."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def client_of(parameters: Mapping[str, str], server: Any) -> RegisteredClient:
    """The client of a request, whose address to come back to is its own.

    Raises: Unredirectable.
    """
    client: RegisteredClient | None = server.query_client(parameters.get("client_id", ""))
    if client is None:
        raise Unredirectable("client_id is that of no client.")
    if not client.check_redirect_uri(parameters.get("redirect_uri", "")):
        raise Unredirectable("redirect_uri is missing, or not registered for this client.")
    return client


def checked(parameters: dict[str, str], server: Any, *, flaw: str | None = None) -> Checked:
    """Hold a request to the rules; `flaw` is what its reader found wrong with its form.

    Raises: OAuth2Error, to be told to the client, and Unredirectable.
    """
    client = client_of(parameters, server)
    if flaw is not None:
        raise InvalidRequestError(flaw)
    if not client.check_grant_type(CODE):
        raise UnauthorizedClientError
    _check_form(parameters)
    request = Asked(answering.get().issuer.url, parameters, Headers())
    server.get_authorization_grant(request).validate_authorization_request()
    return Checked(client=client, parameters=parameters, scope=request.scope)


def _check_form(sent: dict[str, str]) -> None:
    if "request" in sent:
        raise RequestNotSupported
    if sent.get("response_type", "code") != "code":
        raise UnsupportedResponseType
    if "response_type" not in sent:
        raise InvalidRequestError("The parameter response_type is missing.")
    if sent.get("response_mode", "query") != "query":
        raise InvalidRequestError("response_mode is query here.")
    if sent.get("resource", (api := answering.get().issuer.api)) != api:
        raise InvalidTarget
    if any(len(value) > LONGEST_VALUE for value in sent.values()):
        raise InvalidRequestError(f"A parameter has more than {LONGEST_VALUE} characters.")
    if not THUMBPRINT.fullmatch(sent.get("dpop_jkt", "x" * 43)):
        raise InvalidRequestError("dpop_jkt is the SHA-256 thumbprint of a key, in base64url.")
    age = sent.get("max_age", "0")
    if not (age.isascii() and age.isdigit()) or int(age[:20]) > LONGEST_AGE_SECONDS:
        raise InvalidRequestError("max_age is a number of seconds.")
    prompt = sent.get("prompt", "").split()
    if not PROMPTS.issuperset(prompt) or ("none" in prompt and len(prompt) > 1):
        raise InvalidRequestError("prompt is none, or some of login, consent and select_account.")
