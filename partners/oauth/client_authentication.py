"""How a client proves who it is at the authorization server: by a secret, or by a key of its own.

They stand in for Authlib's own, which take other algorithms, arrays as audience and a lifetime of years, and answer a
byte that is not UTF-8 with an error 500.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import unquote_plus
from uuid import UUID

from joserfc.jwk import Key

from partners.clients import key_sets
from partners.clients.models import Client
from partners.clients.registering import hashed
from partners.oauth.jose import TokenInvalid, instant, unverified, verified

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION = 8192
LONGEST_ASSERTION_LIFETIME = timedelta(hours=1)
LONGEST_JTI = 256
CLOCK_SKEW_SECONDS = 10
TYPES = frozenset({"jwt", "client-authentication+jwt"})
UNKNOWN_HASH = bytes(32)


class Refused(Exception):
    """The client is not who it says it is. Before its signature is proven, every reason reads the same."""

    def __init__(self, reason: str = "The client's credentials are not accepted.") -> None:
        self.reason = reason
        super().__init__(reason)


class Registered(Protocol):
    """What the functions here need of a client."""

    @property
    def row(self) -> Client:
        """The client as registered."""


FindClient = Callable[[str], Registered | None]
UseOnce = Callable[[bytes, datetime], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """A proven client assertion: whose it is, and the one-time number to be used up."""

    client: Registered
    jti_hash: bytes
    expires_at: datetime


def with_secret(authorization: str, find: FindClient, *, now: datetime) -> Registered:
    """The client of a Basic header (RFC 6749, section 2.3.1: both halves are form-encoded).

    Raises: Refused.
    """
    try:
        pair = base64.b64decode(authorization.partition(" ")[2].strip(), validate=True).decode()
        client_id, colon, secret = pair.partition(":")
        client_id, secret = unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except ValueError:
        raise Refused from None
    client = find(client_id)
    row = client.row if client else None
    current = hmac.compare_digest(hashed(secret), (row and row.secret_hash) or UNKNOWN_HASH)
    previous = hmac.compare_digest(hashed(secret), _previous(row, now) or UNKNOWN_HASH)
    if client is None or not colon or not (current or previous):
        raise Refused
    return client


def with_key(parameters: Mapping[str, str], find: FindClient, *, issuer: str, now: datetime) -> Assertion:
    """The client of a signed assertion (RFC 7523), for this issuer alone, for an hour at most.

    Raises: Refused.
    """
    if parameters.get("client_assertion_type") != ASSERTION_TYPE:
        raise Refused("client_assertion_type is not that of a JWT.")
    assertion = parameters["client_assertion"]
    try:
        heading, claimed = unverified(assertion, algorithms=key_sets.ALGORITHMS, longest=LONGEST_ASSERTION)
        client = find(claimed["sub"]) if isinstance(claimed.get("sub"), str) else None
        if client is None or client.row.jwks is None:
            raise Refused
        header, claims = _verified(assertion, key_sets.candidates(client.row.jwks, heading))
    except TokenInvalid:
        raise Refused from None
    if str(header.get("typ", "JWT")).lower() not in TYPES:
        raise Refused("typ is not that of a client assertion.")
    return _believed(client, claims, issuer=issuer, now=now)


def _previous(row: Client | None, now: datetime) -> bytes | None:
    if row is None or row.previous_until is None or row.previous_until <= now:
        return None
    return row.previous_secret_hash


def _verified(assertion: str, keys: list[Key]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Try each key that may have signed: several may, where the header names none."""
    for key in keys:
        try:
            return verified(assertion, _always(key), algorithms=key_sets.ALGORITHMS, longest=LONGEST_ASSERTION)
        except TokenInvalid:
            continue
    raise Refused


def _always(key: Key) -> Callable[[dict[str, Any]], Key]:
    return lambda _: key


def _believed(client: Registered, claims: dict[str, Any], *, issuer: str, now: datetime) -> Assertion:
    """Hold the claims to the rules; from here on the client has proven its key, so the reason may be told."""
    client_id = str(client.row.client_id)
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise Refused("iss and sub are the client_id.")
    if claims.get("aud") != issuer:
        raise Refused("aud is the issuer, as one string.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= LONGEST_JTI:
        raise Refused("jti is a text of its own for each assertion.")
    return Assertion(client=client, jti_hash=hashed(f"{client_id} {jti}"), expires_at=_expiry(claims, now))


def _expiry(claims: dict[str, Any], now: datetime) -> datetime:
    seconds = now.timestamp()
    try:
        expires, issued, begins = instant(claims, "exp"), instant(claims, "iat"), instant(claims, "nbf")
    except TokenInvalid:
        raise Refused("exp, iat and nbf are seconds since 1970.") from None
    if expires is None or expires + CLOCK_SKEW_SECONDS <= seconds:
        raise Refused("exp is missing or past.")
    if expires > seconds + LONGEST_ASSERTION_LIFETIME.total_seconds() + CLOCK_SKEW_SECONDS:
        raise Refused("exp is more than an hour away.")
    if max(issued or 0, begins or 0) > seconds + CLOCK_SKEW_SECONDS:
        raise Refused("iat or nbf is in the future.")
    return datetime.fromtimestamp(expires + CLOCK_SKEW_SECONDS, now.tzinfo)


def canonical_id(text: str) -> UUID | None:
    """The uuid a client wrote, in its one accepted spelling."""
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text else None
