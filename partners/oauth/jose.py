"""JSON web tokens from strangers: verified, or refused, whatever the bytes are."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry, extract_compact

LONGEST_HEADER = 2048
"""joserfc's own 512 bytes are too few for a header with an RSA key in it."""

# Everything a parser is known to stumble over in hostile input; a fuzz test holds the list complete.
STUMBLES = (JoseError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class TokenInvalid(Exception):
    """A token that must not be believed; the reason is for our log and shows no part of the token."""


def verified(
    compact: str, find_key: Callable[[dict[str, Any]], Key], *, algorithms: Collection[str], longest: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and claims of a signed token; the key is found by the header, the algorithm must be one of ours.

    Raises: TokenInvalid.
    """
    if len(compact) > longest:
        raise TokenInvalid("too long")
    try:
        token = jwt.decode(compact, lambda parts: find_key(parts.headers()), registry=_registry(algorithms))
    except STUMBLES as stumble:
        raise TokenInvalid(type(stumble).__name__) from None
    return token.header, token.claims


def unverified(compact: str, *, algorithms: Collection[str], longest: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and claims of a token, unproven: only for finding the key to verify it with.

    Raises: TokenInvalid.
    """
    if len(compact) > longest:
        raise TokenInvalid("too long")
    try:
        parts = extract_compact(compact.encode(), registry=_registry(algorithms))
        header, claims = parts.headers(), json.loads(parts.payload)
    except STUMBLES as stumble:
        raise TokenInvalid(type(stumble).__name__) from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise TokenInvalid("not an object")
    return header, claims


def instant(claims: dict[str, Any], name: str) -> float | None:
    """A NumericDate of a token, None where there is none.

    Raises: TokenInvalid, for what is no date: text, true, infinity.
    """
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST_INSTANT:
        raise TokenInvalid(f"{name} is no date")
    return float(value)


LATEST_INSTANT = 2**40
"""Some thirty thousand years from now: beyond it a number is no date."""


class Registry(JWSRegistry):
    """joserfc's algorithms, with the older name of Ed25519 standing for Ed25519 and no other curve."""

    algorithms = {**JWSRegistry.algorithms, "EdDSA": JWSRegistry.algorithms["Ed25519"]}  # noqa: RUF012 - joserfc's way


def _registry(algorithms: Collection[str]) -> Registry:
    registry = Registry(algorithms=list(algorithms))
    registry.max_header_length = LONGEST_HEADER
    return registry
