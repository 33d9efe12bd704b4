"""What is said in a case, sealed under a key of the case; that lies under the member's, so who forgets one forgets all.

A case of a buyer who is no member has its key under the installation's own, until it is thrown away.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from sqlalchemy import text

from domain.service.case_models import ServiceCase
from domain.storage import ReadSession

NONCE = 12
KEY = 32

Random = Callable[[int], bytes]

_MEMBERS = text("SELECT key_for_cases(:member)")


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said, and the links beside it."""

    words: str
    links: tuple[str, ...] = ()


async def new_key(
    session: ReadSession, case_id: UUID, member_id: UUID | None, master: bytes, *, random: Random = os.urandom
) -> tuple[bytes, bytes]:
    """A key for a case, as it is and as it is kept."""
    key = random(KEY)
    return key, _encrypt(await _wrapping(session, member_id, master) or master, key, case_id, random)


async def key_of(session: ReadSession, case: ServiceCase, master: bytes) -> bytes | None:
    """The key of a case that the viewer takes part in; None: it is forgotten."""
    wrapping = await _wrapping(session, case.key_of, master) if case.key_of is not None else master
    if case.sealed_key is None or wrapping is None:
        return None
    try:
        return _decrypt(wrapping, case.sealed_key, case.case_id)
    except InvalidTag:  # the member's key was thrown away, and it has another now
        return None


def seal(key: bytes, said: Words, case_id: UUID, *, random: Random = os.urandom) -> bytes:
    """Words as they are kept."""
    return _encrypt(key, orjson.dumps({"words": said.words, "links": said.links}), case_id, random)


def unseal(key: bytes, sealed: bytes, case_id: UUID) -> Words:
    """The words again."""
    said = orjson.loads(_decrypt(key, sealed, case_id))
    return Words(said["words"], tuple(said["links"]))


async def _wrapping(session: ReadSession, member_id: UUID | None, master: bytes) -> bytes | None:
    if member_id is None:
        return None
    sealed = (await session.execute(_MEMBERS, {"member": member_id})).scalar_one()
    return None if sealed is None else _decrypt(master, sealed, member_id)


def _encrypt(key: bytes, plain: bytes, name: UUID, random: Random) -> bytes:
    nonce = random(NONCE)
    return nonce + AESGCMSIV(key).encrypt(nonce, plain, name.bytes)


def _decrypt(key: bytes, sealed: bytes, name: UUID) -> bytes:
    return AESGCMSIV(key).decrypt(sealed[:NONCE], sealed[NONCE:], name.bytes)
