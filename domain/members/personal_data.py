"""Names and contacts, sealed: each member's under a key of its own, which a key outside the database seals.

To forget a member is to forget the key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from domain.errors import InvalidValue
from domain.values import check_text

NONCE = 12
LONGEST_NAME = 200
FIRST_YEAR = 1900
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}")


@dataclass(frozen=True, kw_only=True)
class PersonalDetails:
    """What a member has told about itself; all of it optional."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    born_on: date | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            check_text("name", self.name, LONGEST_NAME)
        if self.language is not None and not LANGUAGE.fullmatch(self.language):
            raise InvalidValue("a language is a tag such as lv or en-GB", path=("language",))
        if self.born_on is not None and self.born_on.year < FIRST_YEAR:
            raise InvalidValue(f"nobody was born before {FIRST_YEAR}", path=("born_on",))


@dataclass(frozen=True)
class Sealed:
    """Personal details as the database keeps them."""

    key: bytes
    details: bytes


Random = Callable[[int], bytes]


def seal(
    details: PersonalDetails,
    member_id: UUID,
    master: bytes,
    *,
    cards: Sequence[str] = (),
    random: Random = os.urandom,
) -> Sealed:
    """Seal details, and the numbers of cards, under a fresh key for one member."""
    key = random(32)
    told = vars(details) | {"cards": list(cards)}
    return Sealed(
        key=_encrypt(master, key, member_id, random),
        details=_encrypt(key, orjson.dumps(told), member_id, random),
    )


def unseal(sealed: Sealed, member_id: UUID, master: bytes) -> PersonalDetails:
    """The details again."""
    values = _unsealed(sealed, member_id, master)
    values.pop("cards", None)
    if values.get("born_on"):
        values["born_on"] = date.fromisoformat(values["born_on"])
    return PersonalDetails(**values)


def unseal_cards(sealed: Sealed, member_id: UUID, master: bytes) -> list[str]:
    """The numbers of the cards that the member joined with."""
    return list(_unsealed(sealed, member_id, master).get("cards", ()))


def _unsealed(sealed: Sealed, member_id: UUID, master: bytes) -> dict[str, Any]:
    values: dict[str, Any] = orjson.loads(_decrypt(_decrypt(master, sealed.key, member_id), sealed.details, member_id))
    return values


def seal_beside(
    said: bytes, member_id: UUID, sealed_key: bytes, master: bytes, *, random: Random = os.urandom
) -> bytes:
    """Seal something else that a member said under the member's own key, which comes sealed as it is kept."""
    return _encrypt(_decrypt(master, sealed_key, member_id), said, member_id, random)


def unseal_beside(sealed: bytes, member_id: UUID, sealed_key: bytes, master: bytes) -> bytes:
    """What was sealed beside a member's details, by the same key.

    Raises: InvalidTag, where the key is another by now.
    """
    return _decrypt(_decrypt(master, sealed_key, member_id), sealed, member_id)


def _encrypt(key: bytes, plain: bytes, member_id: UUID, random: Random) -> bytes:
    nonce = random(NONCE)
    return nonce + AESGCMSIV(key).encrypt(nonce, plain, member_id.bytes)


def _decrypt(key: bytes, sealed: bytes, member_id: UUID) -> bytes:
    return AESGCMSIV(key).decrypt(sealed[:NONCE], sealed[NONCE:], member_id.bytes)
