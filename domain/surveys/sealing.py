"""Members' own words, sealed under each member's own key: to forget the key is to forget them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag

from domain.members.personal_data import Random, seal_beside, unseal_beside


def sealed(
    texts: Mapping[str, str], member_id: UUID, sealed_key: bytes, master: bytes, *, random: Random = os.urandom
) -> bytes:
    """Words by question, sealed under the key of the member that said them."""
    return seal_beside(orjson.dumps(dict(texts)), member_id, sealed_key, master, random=random)


def unsealed(said: bytes | None, member_id: UUID | None, sealed_key: bytes | None, master: bytes) -> dict[str, str]:
    """The words again; none, where they or their key are forgotten."""
    if said is None or member_id is None or sealed_key is None:
        return {}
    try:
        words: dict[str, str] = orjson.loads(unseal_beside(said, member_id, sealed_key, master))
    except InvalidTag:
        return {}
    return words
