"""The code grant: a member says yes on our page, the browser carries a code, the client redeems it once."""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"

from __future__ import annotations

import secrets
from datetime import timedelta

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from sqlalchemy import update
from sqlmodel import col, select

from partners.oauth import grants, identity, refreshing
from partners.oauth.failures import InvalidProof
from partners.oauth.issuing import AUTH_METHODS, Response, check_resource, for_member
from partners.oauth.models import AuthorizationCode
from partners.oauth.refreshing import hashed, narrowed
from partners.oauth.shapes import REFRESH, RegisteredClient, answering
from partners.oauth.trail import ended_by_server

LIFETIME = timedelta(seconds=60)
PREFIX = "hansa_code_"
REFUSED = "The code is unknown, used or too old."


class S256Only(CodeChallenge):
    """PKCE for every client, by S256 alone; Authlib's lets confidential clients go without, and all send it plain."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, redirect_uri: str) -> None:
        """The request brings the hash of a secret of its own (RFC 7636)."""
        sent = grant.request.payload.data
        if "code_challenge" not in sent or sent.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send code_challenge with code_challenge_method S256 (RFC 7636).")
        super().validate_code_challenge(grant, redirect_uri)


class RedeemableCode:
    """A code just used up, in the words Authlib's checks ask for."""

    code_challenge_method = "S256"

    def __init__(self, row: AuthorizationCode) -> None:
        self.row = row
        self.code_challenge = row.code_challenge

    def get_redirect_uri(self) -> str:
        """Where the member came back to; the client has to name it again."""
        return self.row.redirect_uri


class Codes(AuthorizationCodeGrant):
    """A client redeems a code (RFC 6749, section 4.1.3)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def authenticate_token_endpoint_client(self) -> RegisteredClient:
        """The client that redeems, for our API alone."""
        client: RegisteredClient = super().authenticate_token_endpoint_client()
        check_resource(self.request)
        return client

    def query_authorization_code(self, code: str, client: RegisteredClient) -> RedeemableCode | None:
        """Use the code up: of several that come at once with it, one succeeds, and the others end the grant."""
        exchange = answering.get()
        used = exchange.session.execute(
            update(AuthorizationCode)
            .where(
                col(AuthorizationCode.code_hash) == hashed(code),
                col(AuthorizationCode.client_id) == client.row.client_id,
                col(AuthorizationCode.used_at).is_(None),
                col(AuthorizationCode.expires_at) > exchange.now,
            )
            .values(used_at=exchange.now)
            .returning(AuthorizationCode)
        ).scalar_one_or_none()
        if used is None:
            _end_if_used(code, client)
            return None
        self._check_key(used)
        return RedeemableCode(used)

    def create_token_response(self) -> Response:
        """Issue the tokens; Authlib's own method prints them to the debug log."""
        exchange, request = answering.get(), self.request
        client: RegisteredClient = request.client
        row: AuthorizationCode = request.authorization_code.row
        grants.last(exchange.session, row.grant_id, until=exchange.now + grants.LIFETIME, now=exchange.now)
        grant = grants.standing(exchange.session, row.grant_id, now=exchange.now)
        if grant is None:
            raise InvalidGrantError(REFUSED)
        credential = narrowed(grant, row.scopes, None)
        token = for_member(request, client, credential)
        if client.check_grant_type(REFRESH):
            token["refresh_token"] = refreshing.issue(
                exchange.session, grant, scopes=row.scopes, jkt=request.thumbprint, now=exchange.now
            )
        if credential.openid:
            token["id_token"] = identity.token(grant, row, token["access_token"])
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER

    def _check_key(self, code: AuthorizationCode) -> None:
        """A code that was asked for under a key is redeemed under that key (RFC 9449, section 10)."""
        if code.dpop_jkt is not None and self.request.thumbprint is None:
            raise InvalidProof("This code is redeemed with a proof of its key (RFC 9449).")
        if code.dpop_jkt is not None and code.dpop_jkt != self.request.thumbprint:
            raise InvalidGrantError("This code is bound to another key.")


def new() -> str:
    """A code no one has seen."""
    return PREFIX + secrets.token_urlsafe(32)


def _end_if_used(code: str, client: RegisteredClient) -> None:
    """A code that comes back was seen by somebody else: what was made of it ends (RFC 6749, section 4.1.2)."""
    exchange = answering.get()
    grant_id = exchange.session.scalar(
        select(AuthorizationCode.grant_id).where(
            col(AuthorizationCode.code_hash) == hashed(code),
            col(AuthorizationCode.client_id) == client.row.client_id,
            col(AuthorizationCode.used_at).is_not(None),
        )
    )
    ended = grants.end(exchange.session, grant_id, now=exchange.now) if grant_id else None
    if ended is not None:
        exchange.ended.add(ended.grant_id)
        exchange.lines.append(ended_by_server(ended, reason="code_reused"))
