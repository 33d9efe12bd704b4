"""Codes of vouchers: made so that nobody guesses them, looked up by a keyed digest, shown again to who has them.

A generated code is derived from its voucher's id and a key outside the database, so it is kept nowhere: 65 bits in
thirteen characters, and a check character, of an alphabet without letters that look alike (Crockford's base 32, which
leaves out I, L, O and U). A code of a pool is sealed under the same key.
"""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from domain.vouchers.errors import InvalidCoupon, VoucherNotFound

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 13
BITS = 5
BYTES = 9
"""Of which the first 65 bits make a code."""
GROUP = 5
NONCE = 12
CODE_FORM = re.compile(r"[0-9A-Z]{4,32}", re.ASCII)
LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})


def code_of(voucher_id: UUID, key: bytes) -> str:
    """The code of a voucher, in groups: 7K3MQ-X2V9R-8TNP."""
    return _written(hmac.digest(key, b"voucher\x1f" + voucher_id.bytes, "sha256")[:BYTES])


def random_code(random: Callable[[int], bytes] = os.urandom) -> str:
    """A code for a pool, as hard to guess as any."""
    return _written(random(BYTES))


def _written(bits: bytes) -> str:
    number = int.from_bytes(bits) >> BYTES * 8 - CHARACTERS * BITS
    places = range((CHARACTERS - 1) * BITS, -1, -BITS)
    body = "".join(ALPHABET[number >> place & 31] for place in places)
    return grouped(body + check_character(body))


def check_character(body: str) -> str:
    """The last character of a code: any one wrong character changes it, and nearly every two that changed places.

    The hybrid system of ISO/IEC 7064 for 32 characters (modulus 33, 32).
    """
    product = len(ALPHABET)
    for character in body:
        summed = (product + ALPHABET.index(character)) % len(ALPHABET) or len(ALPHABET)
        product = summed * 2 % (len(ALPHABET) + 1)
    return ALPHABET[(1 - product) % len(ALPHABET)]


def is_mistyped(text: str) -> bool:
    """Whether a text has the form of a generated code, and not its check character."""
    code = re.sub(r"[\s-]", "", text).upper().translate(LOOKALIKES)
    formed = len(code) == CHARACTERS + 1 and set(code) <= set(ALPHABET)
    return formed and check_character(code[:-1]) != code[-1]


def grouped(code: str) -> str:
    """A code as people read it."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def normal(text: str) -> str:
    """A code as it is looked up: without spaces and hyphens, in capitals. Raises: VoucherNotFound."""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not CODE_FORM.fullmatch(code):
        raise VoucherNotFound
    return code


def digests(text: str, key: bytes) -> list[bytes]:
    """What a typed code is looked up by: as it stands, and with letters read as the digits they look like.

    Raises: VoucherNotFound.
    """
    code = normal(text)
    alike = code.translate(LOOKALIKES)
    read = [code] if alike == code or len(code) != CHARACTERS + 1 else [code, alike]
    return [digest(one, key) for one in read]


def digest(code: str, key: bytes) -> bytes:
    """A code's keyed digest, the same for all owners."""
    return hmac.digest(key, f"voucher code\x1f{code}".encode(), "sha256")


def lookup(owner_id: UUID, code: str, key: bytes) -> bytes:
    """What is stored in a code's place: in its owner's scope, so that nobody learns of another's codes."""
    return sha256(owner_id.bytes + digest(code, key)).digest()


def lookup_of(owner_id: UUID, voucher_id: UUID, key: bytes) -> bytes:
    """The same for a generated code."""
    return lookup(owner_id, normal(code_of(voucher_id, key)), key)


def brought_in(text: str) -> str:
    """A code of a file, checked. Raises: InvalidCoupon."""
    try:
        return normal(text)
    except VoucherNotFound:
        raise InvalidCoupon("a code is 4 to 32 letters and digits; spaces and hyphens do not count") from None


def seal(code: str, owner_id: UUID, key: bytes, *, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """A code of a pool as it is kept."""
    nonce = random(NONCE)
    return nonce + AESGCMSIV(_sealing(key)).encrypt(nonce, code.encode(), owner_id.bytes)


def unseal(sealed: bytes, owner_id: UUID, key: bytes) -> str:
    """The code again."""
    return AESGCMSIV(_sealing(key)).decrypt(sealed[:NONCE], sealed[NONCE:], owner_id.bytes).decode()


def _sealing(key: bytes) -> bytes:
    return hmac.digest(key, b"sealing of voucher codes", "sha256")
