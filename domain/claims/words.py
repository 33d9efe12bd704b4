"""Words that members write beside a claim: sealed under the member's own key, so that they go when it goes."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidTag

from domain.claims.errors import InvalidClaim
from domain.members.personal_data import seal_beside, unseal_beside

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LONGEST_WORDS = 1_000

_KEY = "SELECT sealed_key_of($1)"


def checked_words(part: str, words: str | None) -> None:
    """Hold words to what can be kept. Raises: InvalidClaim."""
    if words is None:
        return
    printable = all(one.isprintable() or one == "\n" for one in words)
    if not words.strip() or len(words) > LONGEST_WORDS or not printable:
        raise InvalidClaim(f"{part} has 1 to {LONGEST_WORDS} characters that can be printed", path=(part,))


async def sealed_words(pool: Pool, words: str | None, member_id: UUID, master: bytes) -> bytes | None:
    """Words under the member's own key; None where there are none, or no key to keep them under."""
    if words is None:
        return None
    key: bytes | None = await pool.fetchval(_KEY, member_id)
    return None if key is None else seal_beside(words.encode(), member_id, key, master)


async def read_words(pool: Pool, sealed: bytes | None, member_id: UUID, master: bytes) -> str | None:
    """The words again; None where there are none, or the member is forgotten."""
    key: bytes | None = None if sealed is None else await pool.fetchval(_KEY, member_id)
    if sealed is None or key is None:
        return None
    try:
        return unseal_beside(sealed, member_id, key, master).decode()
    except InvalidTag:
        return None
