"""Whether two people are reached in one place: digests of addresses and numbers, without letter case and plus-parts.

Mail to `anna+shop@example.org` arrives where mail to `Anna@example.org` does (RFC 5233 calls what follows the plus a
detail), so for this question they are one address. What is kept is a keyed hash, of another scope than the look-ups'.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.errors import InvalidValue
from domain.members.identifiers import Identifier
from domain.members.personal_data import PersonalDetails, Sealed, unseal

SCOPE = "referral contact"


def digests_of(details: PersonalDetails, key: bytes) -> frozenset[bytes]:
    """Of the address and the number that somebody told, as far as they are any."""
    found = set()
    if details.email is not None:
        found.add(("EMAIL", _plain_address(details.email)))
    if details.phone is not None:
        found.add(("PHONE", _plain_number(details.phone)))
    return frozenset(hmac.digest(key, f"{SCOPE}\x1f{kind}\x1f{value}".encode(), "sha256") for kind, value in found)


def digests_sealed(sealed: Mapping[str, Any] | None, *, lookup_key: bytes, personal_key: bytes) -> frozenset[bytes]:
    """The same of what a member told, as the database keeps it."""
    if sealed is None:
        return frozenset()
    kept = Sealed(key=bytes.fromhex(sealed["key"]), details=bytes.fromhex(sealed["details"]))
    return digests_of(unseal(kept, UUID(sealed["member_id"]), personal_key), lookup_key)


def _plain_address(address: str) -> str:
    try:
        address = Identifier.email(address).value
    except InvalidValue:
        address = address.strip().casefold()
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _plain_number(number: str) -> str:
    try:
        return Identifier.phone(number).value
    except InvalidValue:
        return "".join(filter(str.isdigit, number))
