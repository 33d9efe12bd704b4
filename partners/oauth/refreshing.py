"""Refresh tokens: kept as hashes, bound to the key that proved them, and for public clients used once each."""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col, select

from partners.clients.models import ClientAuthMethod
from partners.oauth import grants
from partners.oauth.failures import InvalidProof
from partners.oauth.grants import StandingGrant
from partners.oauth.issuing import AUTH_METHODS, Response, for_member, permitted, required
from partners.oauth.models import RefreshToken
from partners.oauth.shapes import Granted, answering, asked_of_member, granted
from partners.oauth.trail import ended_by_server
from partners.scopes import OPENID, known

GRACE = timedelta(seconds=10)
"""How long the same request, proving the same key, is answered again: an answer may get lost."""

PREFIX = "hansa_refresh_"
"""Tells whoever finds one in a log what was lost there."""

REFUSED = "The refresh token is unknown, used or ended."


class Refresh(RefreshTokenGrant):
    """A client asks for another access token of a member's grant (RFC 6749, section 6)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_token_request(self) -> None:
        """Who is it, with which token, and is the grant still one."""
        exchange = answering.get()
        self.request.client = permitted(self)
        presented = required(self.request, "refresh_token")
        row = _row(exchange.session, presented)
        if row is None or row.client_id != self.request.client.row.client_id:
            raise InvalidGrantError(REFUSED)
        self.request.refresh_token = row
        if row.rotated_at is None:
            _check_key(self.request.thumbprint, row.dpop_jkt)
        else:
            self._check_repeated(row, presented)
        grant = grants.standing(exchange.session, row.grant_id, now=exchange.now)
        if grant is None or row.expires_at <= exchange.now:
            raise InvalidGrantError(REFUSED)
        self.request.credential = narrowed(grant, row.scopes, self.request.form.get("scope"))

    def create_token_response(self) -> Response:
        """Issue the token, and to a public client the next refresh token."""
        exchange, credential = answering.get(), self.request.credential
        following = self._followed() if self._is_public else None
        token = for_member(self.request, self.request.client, credential)
        if following is not None:
            token["refresh_token"] = following
        grants.note_use(exchange.session, credential.grant.grant_id, now=exchange.now)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER

    @property
    def _is_public(self) -> bool:
        return bool(self.request.client.row.auth_method == ClientAuthMethod.NONE)

    def _followed(self) -> str:
        """What takes the token's place."""
        exchange, row = answering.get(), self.request.refresh_token
        presented = self.request.form["refresh_token"]
        following = successor(exchange.keys.refresh_tokens, presented)
        if row.rotated_at is None and not rotate(exchange.session, row, following, now=exchange.now):
            self._check_repeated(_row(exchange.session, presented) or row, presented)
        return following

    def _check_repeated(self, row: RefreshToken, presented: str) -> None:
        """Let a used token pass as the same request again: within the grace, under the same key, its successor unused.

        Any other use of it shows that it is in two hands, one of them wrong: the grant ends.
        """
        exchange = answering.get()
        bound = row.dpop_jkt is not None and row.dpop_jkt == self.request.thumbprint
        if not bound or row.rotated_at is None or exchange.now > row.rotated_at + GRACE:
            _end_family(row.grant_id)
            raise InvalidGrantError(REFUSED)
        after = _row(exchange.session, successor(exchange.keys.refresh_tokens, presented))
        if after is None or after.rotated_at is not None:
            raise InvalidGrantError(REFUSED)


def issue(session: Session, grant: StandingGrant, *, scopes: list[str], jkt: str | None, now: datetime) -> str:
    """The first refresh token of a grant; only its hash is kept."""
    token = PREFIX + secrets.token_urlsafe(32)
    session.add(
        RefreshToken(
            token_hash=hashed(token),
            grant_id=grant.grant_id,
            client_id=grant.client.client_id,
            scopes=scopes,
            dpop_jkt=jkt,
            created_at=now,
            expires_at=grant.expires_at,
        )
    )
    return token


def rotate(session: Session, row: RefreshToken, following: str, *, now: datetime) -> bool:
    """Let a token's successor take over, once: of several requests that come together one succeeds."""
    taken = session.execute(
        update(RefreshToken)
        .where(col(RefreshToken.token_hash) == row.token_hash, col(RefreshToken.rotated_at).is_(None))
        .values(rotated_at=now)
        .returning(col(RefreshToken.token_hash))
    ).one_or_none()
    if taken is None:
        return False
    kept = row.model_dump(include={"grant_id", "client_id", "scopes", "dpop_jkt", "expires_at"})
    session.execute(insert(RefreshToken).values(token_hash=hashed(following), created_at=now, **kept))
    return True


def successor(key: bytes, token: str) -> str:
    """What follows a token: always the same, so that a repeated request begins no second family."""
    digest = hmac.new(key, token.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def narrowed(grant: StandingGrant, scopes: list[str], asked: str | None) -> Granted:
    """What a token of a grant gives: what was granted to it, or the part that is asked for, as far as it stands."""
    words = frozenset(scopes)
    if asked is not None:
        wanted = asked_of_member(asked)
        if wanted is None or not wanted <= words:
            raise InvalidScopeError
        words = wanted
    left = known(words) & grant.scopes
    if granted(" ".join(words)) and not left:
        raise InvalidGrantError("The member has taken back all of it.")
    return Granted(grant, left, openid=OPENID in words and grant.openid)


def find(session: Session, token: str, *, now: datetime) -> RefreshToken | None:
    """A refresh token that still counts, its grant apart."""
    row = _row(session, token)
    return row if row is not None and row.rotated_at is None and row.expires_at > now else None


def hashed(token: str) -> bytes:
    """What is kept of a random token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _row(session: Session, token: str) -> RefreshToken | None:
    query = select(RefreshToken).where(col(RefreshToken.token_hash) == hashed(token))
    return session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()


def _check_key(proven: str | None, key: str | None) -> None:
    if key is not None and proven is None:
        raise InvalidProof("This refresh token counts with a proof of its key (RFC 9449).")
    if key is not None and proven != key:
        raise InvalidGrantError("This refresh token is bound to another key.")


def _end_family(grant_id: UUID) -> None:
    exchange = answering.get()
    ended = grants.end(exchange.session, grant_id, now=exchange.now)
    if ended is not None:
        exchange.ended.add(grant_id)
        exchange.lines.append(ended_by_server(ended, reason="refresh_token_reused"))
