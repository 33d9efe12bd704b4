"""Opaque text that only the viewer it was made for can use: sealed under a key of the viewer's perspective."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from partners.viewer import Audience, Viewer

LONGEST = 1_024
"""Characters of the longest text worth opening."""

_ALPHABET = re.compile(r"[A-Za-z0-9_-]+")
_OVERHEAD = 16


class BrokenSealError(ValueError):
    """The text was not sealed here, or not for this viewer or purpose."""


class Seal:
    """Seals content for one perspective: the same content gives the same text, another perspective another one."""

    def __init__(self, key: bytes, perspective: str) -> None:
        kdf = HKDF(algorithm=SHA256(), length=64, salt=None, info=b"hansa seal 1 " + perspective.encode())
        self._cipher = AESSIV(kdf.derive(key))

    def close(self, content: bytes, purpose: str) -> str:
        """Content as opaque URL-safe text, good for this purpose only."""
        sealed = self._cipher.encrypt(content, [purpose.encode()])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, text: str, purpose: str) -> bytes:
        """The content again.

        Raises: BrokenSealError.
        """
        if len(text) > LONGEST or _ALPHABET.fullmatch(text) is None:
            raise BrokenSealError
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            # A last character with stray bits would be a second spelling of the same text.
            if len(sealed) <= _OVERHEAD or base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() != text:
                raise BrokenSealError
            return self._cipher.decrypt(sealed, [purpose.encode()])
        except (binascii.Error, InvalidTag) as error:
            raise BrokenSealError from error


@lru_cache(maxsize=4_096)
def seal_of(key: bytes, perspective: str) -> Seal:
    """The seal of a perspective; deriving its key is worth remembering."""
    return Seal(key, perspective)


def perspective_of(viewer: Viewer) -> str:
    """Whose ids these are: a partner's, also when it asks on behalf of a member, so that partners cannot compare."""
    if viewer.partner_id is not None:
        return f"partner {viewer.partner_id}"
    if viewer.audience is Audience.COALITION:
        return "coalition"
    if viewer.member_id is not None:
        return f"member {viewer.member_id}"
    return "public"
