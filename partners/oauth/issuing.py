"""Access tokens as the token endpoint writes them: for a client's own credentials, or for a member's grant."""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from domain.ids import ClientId, OutletId, PartnerId, new_id
from partners.clients.models import ClientAuthMethod
from partners.oauth import access_tokens
from partners.oauth.access_tokens import LIFETIME, AccessToken
from partners.oauth.failures import InvalidTarget
from partners.oauth.shapes import Asked, Granted, RegisteredClient, answering
from partners.scopes import known

AUTH_METHODS = tuple(method.value for method in ClientAuthMethod)

Response = tuple[int, dict[str, Any], list[tuple[str, str]]]


class ClientCredentials(ClientCredentialsGrant):
    """A client asks for itself (RFC 6749, section 4.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_token_request(self) -> None:
        """Who is it, and may it."""
        self.request.client = permitted(self)

    def create_token_response(self) -> Response:
        """Issue the token; Authlib's own method prints it to the debug log."""
        client: RegisteredClient = self.request.client
        scope = client.get_allowed_scope(self.request.payload.scope)
        if scope is None:
            raise InvalidScopeError
        token = for_client(self.request, client, scope)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


def permitted(grant: Any) -> RegisteredClient:
    """The client that asks by a grant, proven and allowed to use it, for our API alone."""
    client: RegisteredClient = grant.authenticate_token_endpoint_client()
    if not client.check_grant_type(grant.GRANT_TYPE):
        raise UnauthorizedClientError("This client is not registered for this grant_type.")
    check_resource(grant.request)
    return client


def check_resource(request: Asked) -> None:
    """A request may name the one resource our tokens are for (RFC 8707)."""
    if request.form.get("resource", (api := answering.get().issuer.api)) != api:
        raise InvalidTarget


def required(request: Asked, name: str) -> str:
    """A parameter that has to be there."""
    if name not in request.form:
        raise InvalidRequestError(f"The parameter {name} is missing.")
    return request.form[name]


def for_client(request: Asked, client: RegisteredClient, scope: str) -> dict[str, Any]:
    """A token for a client's own credentials."""
    row = client.row
    whose = {"subject": row.client_id, "grant_id": row.grant_id}
    return _told(_written(request, client, scopes=known(scope.split()), **whose))


def for_member(request: Asked, client: RegisteredClient, granted: Granted) -> dict[str, Any]:
    """A token for a member's grant, which ends with the grant and with the client's standing one."""
    grant = granted.grant
    whose = {"subject": grant.subject, "grant_id": grant.grant_id, "client_grant_id": client.row.grant_id}
    return _told(_written(request, client, scopes=granted.scopes, openid=granted.openid, **whose))


def _written(request: Asked, client: RegisteredClient, **what: Any) -> AccessToken:
    """A fresh token, bound to the key that the request proved."""
    exchange, row = answering.get(), client.row
    return AccessToken(
        token_id=new_id(),
        client_id=ClientId(row.client_id),
        partner_id=PartnerId(row.partner_id) if row.partner_id else None,
        outlet_id=OutletId(row.outlet_id) if row.outlet_id else None,
        key_thumbprint=request.thumbprint,
        sandbox=row.sandbox,
        issued_at=exchange.now,
        expires_at=exchange.now + LIFETIME,
        kid=exchange.standing.keys.current_kid,
        **what,
    )


def _told(token: AccessToken) -> dict[str, Any]:
    exchange = answering.get()
    return {
        "access_token": access_tokens.signed(token, issuer=exchange.issuer, keys=exchange.standing.keys),
        "token_type": token.kind,
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": access_tokens.words(token.scopes, openid=token.openid),
    }
