"""Who the member is to one partner (OpenID Connect): the id token, and userinfo. No personal data in either."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

from joserfc import jwt
from starlette.datastructures import Headers

from partners.challenges import challenge
from partners.errors import Unauthenticated
from partners.oauth.grants import StandingGrant
from partners.oauth.models import AuthorizationCode
from partners.oauth.shapes import answering
from partners.oauth.signing_keys import ALGORITHM
from partners.scopes import OPENID
from partners.state import AccessState
from partners.viewer import presented_in, token_viewer, use_proof

LIFETIME = timedelta(minutes=5)

PHISHING_RESISTANT = "phr"
"""A passkey, which answers only the site it was made for (OpenID Connect EAP ACR values)."""

ORDINARY = "1"
"""Anything else that proves the member, as a code by mail."""

PASSKEY_WORDS = frozenset({"pop", "hwk", "swk"})
"""How RFC 8176 says that a key was proven."""


def token(grant: StandingGrant, code: AuthorizationCode, access_token: str) -> str:
    """An id token for the client that redeemed a code: who, when and how."""
    exchange = answering.get()
    client_id = str(grant.client.client_id)
    claims: dict[str, Any] = {
        "iss": exchange.issuer.url,
        "sub": str(grant.subject),
        "aud": client_id,
        "azp": client_id,
        "iat": int(exchange.now.timestamp()),
        "exp": int((exchange.now + LIFETIME).timestamp()),
        "auth_time": int(code.signed_in_at.timestamp()),
        "acr": PHISHING_RESISTANT if PASSKEY_WORDS & set(code.methods) else ORDINARY,
        "amr": list(code.methods),
        "at_hash": half_hash(access_token),
    }
    if code.nonce is not None:
        claims["nonce"] = code.nonce
    keys = exchange.standing.keys
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": keys.current_kid}
    return jwt.encode(header, claims, keys.current, algorithms=[ALGORITHM])


def half_hash(access_token: str) -> str:
    """An access token as an id token names it: the left half of its SHA-256."""
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


async def userinfo(headers: Headers, state: AccessState, *, method: str, url: str) -> dict[str, str]:
    """Who the member is to the client's partner.

    Raises: Unauthenticated.
    """
    presented = presented_in(headers, state)
    if presented is None:
        raise Unauthenticated(challenge(state.issuer), reason="no token")
    token, viewer = await token_viewer(presented, state)
    await use_proof(headers, presented, token, state, method=method, url=url)
    if not token.openid or viewer.on_behalf_of is None:
        told = f"Ask for the scope {OPENID}."
        raise Unauthenticated(challenge(state.issuer, "insufficient_scope", told, scheme=token.kind), status=403)
    return {"sub": str(viewer.on_behalf_of.pairwise_id)}
