"""The public keys a client registers: which kinds are taken, and nothing of a key but what verifying needs."""

from __future__ import annotations

from typing import Any

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from partners.errors import InvalidKeySet
from partners.oauth.jose import STUMBLES

ALGORITHMS = ("PS256", "ES256", "EdDSA", "Ed25519")
"""What a client may sign with; `EdDSA` is the older name of `Ed25519` (RFC 9864)."""

MOST_KEYS = 5
MOST_PUBLISHED = 50
SHORTEST_RSA_BITS = 2048
LONGEST_RSA_BITS = 4096
PRIVATE_PARTS = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth"})
PUBLIC_PARTS = frozenset({"kty", "kid", "use", "alg", "crv", "x", "y", "n", "e"})


def checked(jwks: Any) -> dict[str, Any]:
    """The key set in the form it is stored: public, known kinds, each key with a name of its own.

    Raises: InvalidKeySet.
    """
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        raise InvalidKeySet(f"A key set has between 1 and {MOST_KEYS} keys under `keys`.")
    stored = [_stored(jwk) for jwk in keys]
    if len({jwk["kid"] for jwk in stored}) != len(stored):
        raise InvalidKeySet("Each key needs a `kid` of its own.")
    return {"keys": stored}


def usable(jwks: Any) -> dict[str, Any]:
    """Those keys of a published set that we can use; it may hold others, for others.

    Raises: InvalidKeySet, when there is none, or a private one among them.
    """
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or len(keys) > MOST_PUBLISHED:
        raise InvalidKeySet(f"A published key set has at most {MOST_PUBLISHED} keys under `keys`.")
    if any(isinstance(jwk, dict) and PRIVATE_PARTS & set(jwk) for jwk in keys):
        raise InvalidKeySet("The published key set holds a private key. It is compromised: make another.")
    stored = {jwk["kid"]: jwk for jwk in map(_stored_or_none, keys) if jwk is not None}
    return checked({"keys": list(stored.values())[:MOST_KEYS]})


def candidates(jwks: dict[str, Any], header: dict[str, Any]) -> list[Key]:
    """The keys of a stored set that may have signed under this header."""
    kid, algorithm = header.get("kid"), str(header.get("alg"))
    keys = [import_key(jwk) for jwk in jwks["keys"] if kid is None or jwk["kid"] == kid]
    return [key for key in keys if algorithm in _algorithms(key) and key.alg in {None, algorithm}]


def _stored_or_none(jwk: Any) -> dict[str, Any] | None:
    try:
        return _stored(jwk)
    except InvalidKeySet:
        return None


def _stored(jwk: Any) -> dict[str, Any]:
    if not isinstance(jwk, dict):
        raise InvalidKeySet("A key is a JSON object.")
    if PRIVATE_PARTS & set(jwk):
        raise InvalidKeySet("Hand in the public half only. This private key is compromised now: make another.")
    if jwk.get("use", "sig") != "sig":
        raise InvalidKeySet("A key for signing has `use` sig.")
    try:
        key = import_key({name: value for name, value in jwk.items() if name in PUBLIC_PARTS})
        key.ensure_kid()
        public = dict(key.as_dict(private=False))
    except STUMBLES:
        raise InvalidKeySet("A key cannot be read.") from None
    if not _algorithms(key) or key.alg not in {None, *_algorithms(key)}:
        raise InvalidKeySet(
            f"Keys are EC on P-256, OKP on Ed25519, or RSA of {SHORTEST_RSA_BITS} to {LONGEST_RSA_BITS} bits"
            f" for {', '.join(ALGORITHMS)}."
        )
    return public


def _algorithms(key: Key) -> tuple[str, ...]:
    match key:
        case ECKey() if key.curve_name == "P-256":
            return ("ES256",)
        case OKPKey() if key.curve_name == "Ed25519":
            return ("EdDSA", "Ed25519")
        case RSAKey() if SHORTEST_RSA_BITS <= key.public_key.key_size <= LONGEST_RSA_BITS:
            return ("PS256",)
        case _:
            return ()
