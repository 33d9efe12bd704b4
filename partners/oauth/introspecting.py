"""What a client may ask about its own tokens (RFC 7662), and take back (RFC 7009)."""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from partners.clients.models import ClientAuthMethod
from partners.oauth import access_tokens, grants, refreshing
from partners.oauth.access_tokens import AccessToken
from partners.oauth.grants import StandingGrant
from partners.oauth.issuing import AUTH_METHODS, required
from partners.oauth.jose import TokenInvalid
from partners.oauth.models import RefreshToken, Revocation
from partners.oauth.shapes import Asked, RegisteredClient, answering
from partners.oauth.trail import ended_by_client
from partners.scopes import OPENID, known

CONFIDENTIAL = tuple(method for method in AUTH_METHODS if method != ClientAuthMethod.NONE)


@dataclass(frozen=True, slots=True)
class PresentedAccess(TokenMixin):
    """An access token, with what is left of the member's grant it came from."""

    token: AccessToken
    grant: StandingGrant | None
    revoked: bool

    def check_client(self, client: RegisteredClient) -> bool:
        """Whether the client is the one it was issued to."""
        return bool(self.token.client_id == client.row.client_id)

    def is_expired(self) -> bool:
        """Expired tokens are not even read."""
        return False

    def is_revoked(self) -> bool:
        """Whether the token or its grant was revoked."""
        return self.revoked or (self.token.of_member and self.grant is None)

    def told(self) -> dict[str, Any]:
        """What the token says, as far as it stands."""
        token = self.token
        claims = access_tokens.claims_of(token, issuer=answering.get().issuer)
        scopes = token.scopes & self.grant.scopes if self.grant else token.scopes
        return {**claims, "token_type": token.kind, "scope": access_tokens.words(scopes, openid=token.openid)}


@dataclass(frozen=True, slots=True)
class PresentedRefresh(TokenMixin):
    """A refresh token, with what is left of its grant."""

    row: RefreshToken
    grant: StandingGrant | None

    def check_client(self, client: RegisteredClient) -> bool:
        """Whether the client is the one it was issued to."""
        return bool(self.row.client_id == client.row.client_id)

    def is_expired(self) -> bool:
        """Expired ones are not even found."""
        return False

    def is_revoked(self) -> bool:
        """Whether its grant has ended."""
        return self.grant is None

    def told(self) -> dict[str, Any]:
        """What it is good for, as far as that stands."""
        assert self.grant is not None, "only what is active is told"
        exchange, row = answering.get(), self.row
        told = {
            "iss": exchange.issuer.url,
            "sub": str(self.grant.subject),
            "client_id": str(row.client_id),
            "iat": int(row.created_at.timestamp()),
            "exp": int(row.expires_at.timestamp()),
            "gid": str(row.grant_id),
            "scope": access_tokens.words(known(row.scopes) & self.grant.scopes, openid=OPENID in row.scopes),
        }
        return {**told, "cnf": {"jkt": row.dpop_jkt}} if row.dpop_jkt else told


Presented = PresentedAccess | PresentedRefresh


class Introspection(IntrospectionEndpoint):
    """Tells a client about a token of its own; of others' tokens it learns nothing."""

    CLIENT_AUTH_METHODS = CONFIDENTIAL

    def check_params(self, request: Asked, client: RegisteredClient) -> None:  # noqa: ARG002 - Authlib's signature
        """A token is needed; a hint is only a hint, so Authlib's 401 for an unknown one is left out."""
        required(request, "token")

    def query_token(self, token: str, hint: str | None) -> Presented | None:  # noqa: ARG002 - Authlib's signature
        """The token, if it is one of ours."""
        return presented(token)

    def check_permission(self, token: Presented, client: RegisteredClient, request: Asked) -> bool:  # noqa: ARG002
        """A client may ask about the tokens it was issued."""
        return token.check_client(client)

    def introspect_token(self, presented: Presented) -> dict[str, Any]:
        """What the token says."""
        return {"active": True, **presented.told()}


class RevocationOfTokens(RevocationEndpoint):
    """Takes back one access token, or with a refresh token the whole grant."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def check_params(self, request: Asked, client: RegisteredClient) -> None:  # noqa: ARG002 - Authlib's signature
        """A token is needed; a hint is only a hint."""
        required(request, "token")

    def authenticate_token(self, request: Asked, client: RegisteredClient) -> Presented | None:
        """The token, if it is the client's own; for any other text the answer is the same 200.

        Another client's is answered as one that nobody was given: whoever holds it learns nothing of it here.
        """
        self.check_params(request, client)
        token = presented(required(request, "token"))
        return token if token is not None and token.check_client(client) else None

    def revoke_token(self, presented: Presented, request: Asked) -> None:  # noqa: ARG002 - Authlib's signature
        """Note an access token until it would have expired; end a refresh token's grant."""
        if isinstance(presented, PresentedAccess):
            _note(presented.token)
            return
        exchange = answering.get()
        ended = grants.end(exchange.session, presented.row.grant_id, now=exchange.now)
        if ended is not None:
            exchange.ended.add(ended.grant_id)
            exchange.lines.append(ended_by_client(ended))


def presented(text: str) -> Presented | None:
    """The token that a text is, if it is one of ours that has not expired."""
    exchange = answering.get()
    try:
        token = access_tokens.read(text, issuer=exchange.issuer, keys=exchange.standing.keys, now=exchange.now)
    except TokenInvalid:
        row = refreshing.find(exchange.session, text, now=exchange.now)
        return PresentedRefresh(row, grants.standing(exchange.session, row.grant_id, now=exchange.now)) if row else None
    named = [name for name in (token.token_id, token.grant_id, token.client_grant_id) if name is not None]
    noted = select(Revocation.revoked_id).where(col(Revocation.revoked_id).in_(named))
    revoked = exchange.session.execute(noted).first() is not None
    grant = grants.standing(exchange.session, token.grant_id, now=exchange.now) if token.of_member else None
    return PresentedAccess(token, grant, revoked=revoked)


def _note(token: AccessToken) -> None:
    exchange = answering.get()
    note = insert(Revocation).values(
        revoked_id=token.token_id,
        partner_id=token.partner_id,
        revoked_at=exchange.now,
        expires_at=token.expires_at + timedelta(seconds=access_tokens.CLOCK_SKEW_SECONDS),
    )
    exchange.session.execute(note.on_conflict_do_nothing())
