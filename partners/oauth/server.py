"""The authorization server: Authlib's grants and endpoints, on our session, with the laxities of its defaults closed.

Authlib's server side is synchronous. `run_sync` gives its hooks a synchronous session over the same connection and
transaction, and a context variable carries that session to them, so nothing here blocks and there is no second driver.
"""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"
# Authlib ships no types; it is used in this file and in oauth_shapes.py, nowhere else.

from __future__ import annotations

from datetime import timedelta
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from domain.coalition.models import Partner, PartnerStatus
from domain.ids import ClientId, OutletId, PartnerId, new_id
from partners.clients.models import Client, ClientAuthMethod, PartnerCeiling
from partners.oauth import access_tokens, client_authentication
from partners.oauth.access_tokens import LIFETIME, AccessToken
from partners.oauth.jose import TokenInvalid
from partners.oauth.models import Revocation, UsedJti
from partners.oauth.shapes import (
    GRANT_TYPES,
    Asked,
    Exchange,
    InvalidClient,
    InvalidTarget,
    PresentedToken,
    RegisteredClient,
    UnsupportedGrantType,
    answering,
)
from partners.scopes import ceiling, known

AUTH_METHODS = tuple(method.value for method in ClientAuthMethod)
NOTE_USE_EVERY = timedelta(minutes=1)


def respond(exchange: Exchange, endpoint: str, parameters: dict[str, str], headers: Headers) -> JSONResponse:
    """Answer a request to the endpoint `token`, `introspection` or `revocation`."""
    token = answering.set(exchange)
    request = Asked(exchange.issuer.url, parameters, headers)
    try:
        if endpoint == "token":
            return _as_response(SERVER.create_token_response(request))
        return _as_response(SERVER.create_endpoint_response(endpoint, request))
    except OAuth2Error as error:
        return _as_response(SERVER.handle_error_response(request, error))
    finally:
        answering.reset(token)


class AccessTokens(BearerTokenGenerator):
    """Writes RFC 9068 tokens of five minutes, signed with one named key; Authlib's last ten days."""

    def __init__(self) -> None:
        super().__init__(self.written, expires_generator=int(LIFETIME.total_seconds()))

    def written(self, client: RegisteredClient, grant_type: str, user: None, scope: str) -> str:  # noqa: ARG002 - Authlib's
        """A fresh token for a client's own credentials."""
        exchange, row = answering.get(), client.row
        token = AccessToken(
            token_id=new_id(),
            grant_id=row.grant_id,
            client_id=ClientId(row.client_id),
            partner_id=PartnerId(row.partner_id) if row.partner_id else None,
            outlet_id=OutletId(row.outlet_id) if row.outlet_id else None,
            scopes=known(scope.split()),
            sandbox=row.sandbox,
            issued_at=exchange.now,
            expires_at=exchange.now + LIFETIME,
            kid=exchange.standing.keys.current_kid,
        )
        return access_tokens.signed(token, issuer=exchange.issuer, keys=exchange.standing.keys)


class ClientCredentials(ClientCredentialsGrant):
    """A client asks for itself (RFC 6749, section 4.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_token_request(self) -> None:
        """Who is it, may it, and for what."""
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("This client has no client credentials.")
        self.request.client = client
        if self.request.form.get("resource", (api := answering.get().issuer.api)) != api:
            raise InvalidTarget

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Issue the token; Authlib's own method prints it to the debug log."""
        token = self.generate_token(scope=self.request.payload.scope, include_refresh_token=False)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class Introspection(IntrospectionEndpoint):
    """Tells a client about a token of its own (RFC 7662); of others' tokens it learns nothing."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def check_params(self, request: Asked, client: RegisteredClient) -> None:  # noqa: ARG002 - Authlib's signature
        """A token is needed; a hint is only a hint, so Authlib's 401 for an unknown one is left out."""
        _require(request, "token")

    def query_token(self, token: str, hint: str | None) -> PresentedToken | None:  # noqa: ARG002 - Authlib's signature
        """The token, if it is one of ours."""
        return _presented(token)

    def check_permission(self, token: PresentedToken, client: RegisteredClient, request: Asked) -> bool:  # noqa: ARG002
        """A client may ask about the tokens it was issued."""
        return token.check_client(client)

    def introspect_token(self, presented: PresentedToken) -> dict[str, Any]:
        """What the token says."""
        claims = access_tokens.claims_of(presented.token, issuer=answering.get().issuer)
        return {"active": True, "token_type": "Bearer", **claims}


class RevocationOfTokens(RevocationEndpoint):
    """Takes back one access token (RFC 7009)."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def check_params(self, request: Asked, client: RegisteredClient) -> None:  # noqa: ARG002 - Authlib's signature
        """A token is needed; a hint is only a hint."""
        _require(request, "token")

    def query_token(self, token: str, hint: str | None) -> PresentedToken | None:  # noqa: ARG002 - Authlib's signature
        """The token, if it is one of ours; for any other text the answer is the same 200."""
        return _presented(token)

    def revoke_token(self, presented: PresentedToken, request: Asked) -> None:  # noqa: ARG002 - Authlib's signature
        """Note it until it would have expired."""
        exchange, token = answering.get(), presented.token
        note = insert(Revocation).values(
            revoked_id=token.token_id,
            partner_id=token.partner_id,
            revoked_at=exchange.now,
            expires_at=token.expires_at + timedelta(seconds=access_tokens.CLOCK_SKEW_SECONDS),
        )
        exchange.session.execute(note.on_conflict_do_nothing())


class Server(AuthorizationServer):
    """Authlib's server, with our clients behind it."""

    def query_client(self, client_id: str) -> RegisteredClient | None:
        """A client that may still sign in, with the scopes its ceilings leave it."""
        key = client_authentication.canonical_id(client_id)
        if key is None:
            return None
        found = answering.get().session.execute(
            select(Client, Partner.status, PartnerCeiling.scopes)
            .outerjoin(Partner, col(Partner.partner_id) == Client.partner_id)
            .outerjoin(PartnerCeiling, col(PartnerCeiling.partner_id) == Client.partner_id)
            .where(col(Client.client_id) == key, col(Client.revoked_at).is_(None))
        )
        for row, status, own in found:
            if status != PartnerStatus.CLOSED:
                most = ceiling(
                    of_partner=row.partner_id is not None, partners_own=known(own) if own is not None else None
                )
                return RegisteredClient(row, known(row.scopes) & most)
        return None

    def authenticate_client(
        self, request: Asked, methods: tuple[str, ...], endpoint: str = "token"
    ) -> RegisteredClient:
        """Who asks, by one method and no more."""
        form = request.form
        used = [request.headers.getlist("authorization"), [form["client_secret"]] if "client_secret" in form else []]
        if len(used[0]) + len(used[1]) + ("client_assertion" in form) > 1:
            raise InvalidRequestError("A client authenticates in one way at a time.")
        try:
            client: RegisteredClient = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as error:
            raise (
                error
                if isinstance(error, InvalidClient)
                else InvalidClient("The client authenticates with client_secret_basic or private_key_jwt.")
            ) from None
        if form.get("client_id", client.get_client_id()) != client.get_client_id():
            raise InvalidClient("client_id is another client's.")
        return client

    def get_token_grant(self, request: Asked) -> Any:
        """The grant that is asked for."""
        _require(request, "grant_type")
        if request.form["grant_type"] not in GRANT_TYPES:
            raise UnsupportedGrantType
        return super().get_token_grant(request)

    def save_token(self, token: dict[str, Any], request: Asked) -> None:  # noqa: ARG002 - Authlib's signature
        """Tokens are not stored; that the client is in use is, once a minute, so that its row stays quiet."""
        now, row = answering.get().now, request.client.row
        if row.last_used_at is None or now - row.last_used_at >= NOTE_USE_EVERY:
            answering.get().session.execute(
                update(Client).where(col(Client.client_id) == row.client_id).values(last_used_at=now)
            )

    def create_oauth2_request(self, request: Asked) -> Asked:
        """It is one already."""
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> JSONResponse:
        """The answer over HTTP, never stored on its way."""
        return JSONResponse(body, status, {**dict(headers), "Cache-Control": "no-store"})


def _with_secret(find: Any, request: Asked) -> RegisteredClient | None:
    authorization = request.headers.get("authorization")
    if authorization is None:
        return None
    if authorization.partition(" ")[0].lower() != "basic":
        raise InvalidClient("The Authorization header here is Basic.")
    try:
        return _as_client(client_authentication.with_secret(authorization, find, now=answering.get().now))
    except client_authentication.Refused as refused:
        raise InvalidClient(refused.reason) from None


def _with_key(find: Any, request: Asked) -> RegisteredClient | None:
    if "client_assertion" not in request.form:
        return None
    exchange = answering.get()
    try:
        proven = client_authentication.with_key(request.form, find, issuer=exchange.issuer.url, now=exchange.now)
    except client_authentication.Refused as refused:
        raise InvalidClient(refused.reason) from None
    # The unique key decides between requests that arrive together with one assertion: the first to insert it wins.
    used = insert(UsedJti).values(jti_hash=proven.jti_hash, expires_at=proven.expires_at).on_conflict_do_nothing()
    if exchange.session.execute(used.returning(col(UsedJti.jti_hash))).first() is None:
        raise InvalidClient("This assertion was used before.")
    return _as_client(proven.client)


def _as_client(found: client_authentication.Registered) -> RegisteredClient:
    assert isinstance(found, RegisteredClient), "query_client makes no other"
    return found


def _presented(text: str) -> PresentedToken | None:
    exchange = answering.get()
    try:
        token = access_tokens.read(text, issuer=exchange.issuer, keys=exchange.standing.keys, now=exchange.now)
    except TokenInvalid:
        return None
    noted = select(Revocation.revoked_id).where(col(Revocation.revoked_id).in_([token.token_id, token.grant_id]))
    return PresentedToken(token, revoked=exchange.session.execute(noted).first() is not None)


def _require(request: Asked, name: str) -> None:
    if name not in request.form:
        raise InvalidRequestError(f"The parameter {name} is missing.")


def _as_response(answer: Any) -> JSONResponse:
    assert isinstance(answer, JSONResponse), "handle_response makes no other"
    return answer


def _made() -> Server:
    server = Server()
    server.register_token_generator("default", AccessTokens())
    server.register_client_auth_method(ClientAuthMethod.CLIENT_SECRET_BASIC.value, _with_secret)
    server.register_client_auth_method(ClientAuthMethod.PRIVATE_KEY_JWT.value, _with_key)
    server.register_grant(ClientCredentials)
    server.register_endpoint(Introspection)
    server.register_endpoint(RevocationOfTokens)
    return server


SERVER = _made()
