"""Serials: kept as keyed digests alone, so that a list of them tells nobody which there are."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from domain.service.errors import InvalidInformation
from domain.storage import ReadSession

SHORTEST, LONGEST = 4, 40
SHOWN = 4
"""So many characters at the end are kept for its owner to know it by; of a short one, fewer."""

_STANDING = text("SELECT * FROM serial_standing(:maker, :digest)")


class Authenticity(StrEnum):
    """What a serial is found to be; whose it is is told to nobody."""

    AUTHENTIC = "AUTHENTIC"
    """The maker's list has it, and nobody has registered it."""
    REGISTERED = "REGISTERED"
    """Somebody has registered it."""
    UNKNOWN = "UNKNOWN"
    """The maker's list does not have it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A serial of a maker's list."""

    digest: bytes
    lot: str | None = None


def plain(serial: str) -> str:
    """A serial however it was typed: letter case, spaces and hyphens do not matter. Raises: InvalidInformation."""
    bare = "".join(one for one in serial.upper() if one.isalnum())
    if not SHORTEST <= len(bare) <= LONGEST or not bare.isascii():
        raise InvalidInformation(f"a serial has {SHORTEST} to {LONGEST} letters and digits", path=("serial",))
    return bare


def digest_of(maker: UUID, serial: str, key: bytes) -> bytes:
    """By what a serial of a maker's is known: HMAC-SHA-256. Raises: InvalidInformation."""
    return hmac.digest(key, b"serial" + maker.bytes + plain(serial).encode(), "sha256")


def ends_of(serial: str) -> str:
    """What is kept of a serial for its owner: its last characters, at most half of them."""
    bare = plain(serial)
    return bare[-min(SHOWN, len(bare) // 2) :]


async def authenticity(session: ReadSession, maker: UUID, serial: str, *, key: bytes) -> Authenticity:
    """What a serial of a maker's is. Raises: InvalidInformation."""
    found = (await session.execute(_STANDING, {"maker": maker, "digest": digest_of(maker, serial, key)})).one_or_none()
    if found is None or not (found.listed or found.registered):
        return Authenticity.UNKNOWN
    return Authenticity.REGISTERED if found.registered else Authenticity.AUTHENTIC
