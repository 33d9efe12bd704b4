"""Proofs of possession (RFC 9449): whoever sends a request holds the key that its token is bound to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import Key

from partners.clients import key_sets
from partners.errors import InvalidKeySet
from partners.oauth.jose import TokenInvalid, instant, verified

ALGORITHMS = key_sets.ALGORITHMS
TYPE = "dpop+jwt"
LONGEST_PROOF = 8192
LONGEST_JTI = 256
MOST_KEYS = 2_000
GOOD_FOR = timedelta(seconds=60)
CLOCK_SKEW = timedelta(seconds=10)
DEFAULT_PORTS = {"https": 443, "http": 80}


class ProofInvalid(Exception):
    """The proof proves nothing; the reason shows no part of it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proven key, and the one-time number that is still to be used up."""

    thumbprint: str
    """Of the key (RFC 7638), as `cnf.jkt` has it."""
    jti_hash: bytes
    expires_at: datetime


def read(headers: Sequence[str], *, method: str, url: str, now: datetime, token: str | None = None) -> Proof:
    """What the `DPoP` headers of a request prove: one proof for this method, address and moment, and for its token.

    Raises: ProofInvalid.
    """
    if len(headers) != 1:
        raise ProofInvalid("Send one DPoP proof." if not headers else "Send one DPoP proof, not several.")
    found: list[Key] = []

    def key_inside(header: dict[str, Any]) -> Key:
        found.append(_public_key(header))
        return found[0]

    try:
        header, claims = verified(headers[0], key_inside, algorithms=ALGORITHMS, longest=LONGEST_PROOF)
        thumbprint = found[0].thumbprint()
    except (TokenInvalid, InvalidKeySet):
        raise ProofInvalid("The DPoP proof is malformed, or its signature or key is not accepted.") from None
    if header.get("typ") != TYPE:
        raise ProofInvalid(f"typ of a DPoP proof is {TYPE}.")
    _check_request(claims, method=method, url=url, token=token)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= LONGEST_JTI:
        raise ProofInvalid("jti of a DPoP proof is a text of its own for each request.")
    number = f"dpop {thumbprint} {jti}".encode("utf-8", "surrogatepass")
    return Proof(thumbprint=thumbprint, jti_hash=hashlib.sha256(number).digest(), expires_at=_expiry(claims, now))


def hash_of(token: str) -> str:
    """A token as `ath` names it."""
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _public_key(header: dict[str, Any]) -> Key:
    """The key in a proof's header, held to what registered keys are held to."""
    return _imported(json.dumps(header.get("jwk"), sort_keys=True), str(header.get("alg")))


@lru_cache(MOST_KEYS)
def _imported(jwk: str, algorithm: str) -> Key:
    """A client proves one key with many requests, and reading it costs as much as using it."""
    key_set = key_sets.checked({"keys": [json.loads(jwk)]})
    candidates = key_sets.candidates(key_set, {"alg": algorithm})
    if not candidates:
        raise InvalidKeySet("The algorithm is not that of the key.")
    return candidates[0]


def _check_request(claims: dict[str, Any], *, method: str, url: str, token: str | None) -> None:
    if claims.get("htm") != method:
        raise ProofInvalid("htm of the DPoP proof is not the method of this request.")
    if _place(claims.get("htu")) != _place(url):
        raise ProofInvalid("htu of the DPoP proof is not the address of this request.")
    if token is not None:
        ath = claims.get("ath")
        if not isinstance(ath, str) or not hmac.compare_digest(
            ath.encode("utf-8", "surrogatepass"), hash_of(token).encode()
        ):
            raise ProofInvalid("ath of the DPoP proof is not the hash of this token.")


def _place(url: Any) -> tuple[str, str, int | None, str] | None:
    """An address without its query, spelt in one way (RFC 9449, section 4.3)."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return None if "@" in parts.netloc else (parts.scheme, parts.hostname or "", port, parts.path or "/")


def _expiry(claims: dict[str, Any], now: datetime) -> datetime:
    """Until when its number must be remembered."""
    try:
        issued = instant(claims, "iat")
    except TokenInvalid:
        issued = None
    if issued is None:
        raise ProofInvalid("iat of a DPoP proof is the time it was made, in seconds since 1970.")
    if issued > (now + CLOCK_SKEW).timestamp():
        raise ProofInvalid("The DPoP proof is from the future. Is the clock right?")
    if issued < (now - GOOD_FOR).timestamp():
        raise ProofInvalid(f"The DPoP proof is older than {int(GOOD_FOR.total_seconds())} seconds.")
    return datetime.fromtimestamp(issued, UTC) + GOOD_FOR + CLOCK_SKEW
