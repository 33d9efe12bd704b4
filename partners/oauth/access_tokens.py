"""Access tokens as RFC 9068 has them: written by the token endpoint, read by the API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import Key

from domain.ids import ClientId, OutletId, PartnerId
from partners.issuer import Issuer
from partners.oauth.jose import TokenInvalid, instant, verified
from partners.oauth.signing_keys import ALGORITHM, PublishedKeys
from partners.scopes import OPENID, Scope, known

LIFETIME = timedelta(seconds=300)
LONGEST_TOKEN = 4096
TYPES = frozenset({"at+jwt", "application/at+jwt"})
CLOCK_SKEW_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a token says; personal data is never in it."""

    token_id: UUID
    grant_id: UUID
    """What it ends with: a member's grant, or the client's standing one."""
    subject: UUID
    """The member as its partner knows it, or the client itself."""
    client_id: ClientId
    client_grant_id: UUID | None = None
    """With a member's grant, the client's standing one: with that it ends as well."""
    partner_id: PartnerId | None
    outlet_id: OutletId | None
    scopes: frozenset[Scope]
    openid: bool = False
    """Whether it opens the member's userinfo."""
    key_thumbprint: str | None = None
    """The key that must be proven with it (RFC 9449)."""
    sandbox: bool
    issued_at: datetime
    expires_at: datetime
    kid: str

    @property
    def of_member(self) -> bool:
        """Whether a member granted it."""
        return self.client_grant_id is not None

    @property
    def kind(self) -> str:
        """How it is presented: `token_type`, and the scheme of the Authorization header."""
        return "DPoP" if self.key_thumbprint else "Bearer"


def signed(token: AccessToken, *, issuer: Issuer, keys: PublishedKeys) -> str:
    """The token as a JWT, signed with the one current key and naming it."""
    header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": token.kid}
    return jwt.encode(header, claims_of(token, issuer=issuer), keys.current, algorithms=[ALGORITHM])


def claims_of(token: AccessToken, *, issuer: Issuer) -> dict[str, Any]:
    """The token's claims."""
    claims: dict[str, Any] = {
        "iss": issuer.url,
        "aud": issuer.api,
        "sub": str(token.subject),
        "client_id": str(token.client_id),
        "iat": int(token.issued_at.timestamp()),
        "exp": int(token.expires_at.timestamp()),
        "jti": str(token.token_id),
        "gid": str(token.grant_id),
        "scope": words(token.scopes, openid=token.openid),
    }
    if token.client_grant_id:
        claims["cgid"] = str(token.client_grant_id)
    if token.key_thumbprint:
        claims["cnf"] = {"jkt": token.key_thumbprint}
    if token.partner_id:
        claims["partner"] = str(token.partner_id)
    if token.outlet_id:
        claims["outlet"] = str(token.outlet_id)
    if token.sandbox:
        claims["sandbox"] = True
    return claims


def read(presented: str, *, issuer: Issuer, keys: PublishedKeys, now: datetime) -> AccessToken:
    """What a presented token says, once its signature, type, issuer, audience and time were checked.

    Raises: TokenInvalid.
    """

    def key_named(header: dict[str, Any]) -> Key:
        return keys.readable[header["kid"]]

    header, claims = verified(presented, key_named, algorithms=[ALGORITHM], longest=LONGEST_TOKEN)
    if str(header.get("typ")).lower() not in TYPES:
        raise TokenInvalid("typ is not at+jwt")
    if claims.get("iss") != issuer.url or claims.get("aud") != issuer.api:
        raise TokenInvalid("issued by or for another")
    _check_time(claims, now)
    try:
        return _token(claims, kid=header["kid"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise TokenInvalid("a claim is missing or malformed") from None


def words(scopes: Iterable[Scope], *, openid: bool = False) -> str:
    """Scopes as OAuth writes them, OpenID's own word among them."""
    return " ".join(sorted([*scopes, *([OPENID] if openid else [])]))


def digest(presented: str) -> bytes:
    """Names a token without keeping it."""
    return hashlib.sha256(presented.encode("utf-8", "surrogatepass")).digest()


def _check_time(claims: dict[str, Any], now: datetime) -> None:
    expires, issued, begins = instant(claims, "exp"), instant(claims, "iat"), instant(claims, "nbf")
    if expires is None or expires <= now.timestamp():
        raise TokenInvalid("expired")
    latest = now.timestamp() + CLOCK_SKEW_SECONDS
    if issued is None or issued > latest or (begins or 0) > latest:
        raise TokenInvalid("not yet valid")


def _token(claims: dict[str, Any], *, kid: str) -> AccessToken:
    partner, outlet, client_grant = claims.get("partner"), claims.get("outlet"), claims.get("cgid")
    if (claims["sub"] != claims["client_id"]) != (client_grant is not None):
        raise TokenInvalid("sub is neither the client nor a member")
    written = claims["scope"].split()
    return AccessToken(
        token_id=UUID(claims["jti"]),
        grant_id=UUID(claims["gid"]),
        subject=UUID(claims["sub"]),
        client_id=ClientId(UUID(claims["client_id"])),
        client_grant_id=UUID(client_grant) if client_grant is not None else None,
        partner_id=PartnerId(UUID(partner)) if partner is not None else None,
        outlet_id=OutletId(UUID(outlet)) if outlet is not None else None,
        scopes=known(written),
        openid=OPENID in written,
        key_thumbprint=str(claims["cnf"]["jkt"]) if "cnf" in claims else None,
        sandbox=claims.get("sandbox") is True,
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        kid=kid,
    )
