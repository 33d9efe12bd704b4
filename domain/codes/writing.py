"""How a code is written: sixteen characters that nobody guesses, and one that finds what was mistyped.

Both kinds look alike. Of RANDOM ones only a keyed digest is stored. A STATELESS one carries its batch (20 bits), its
serial (22 bits, permuted so that neighbours do not look like neighbours) and a keyed digest of the two (38 bits, so one
guess in 275 billion passes, whatever else is known): nothing is stored until it is entered.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from base64 import b32encode
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from domain.codes.errors import CodeMistyped

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U."""
VALUES = {character: value for value, character in enumerate(ALPHABET)}
LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})
CHARACTERS = 16
CHARACTER_BITS = 5
CODE_BYTES = CHARACTERS * CHARACTER_BITS // 8
LONGEST_TYPED = 64

NUMBER_BITS, SERIAL_BITS, MAC_BITS = 20, 22, 38
MOST_BATCHES = 1 << NUMBER_BITS
MOST_STATELESS = 1 << SERIAL_BITS

HALF_BITS = SERIAL_BITS // 2
HALF = (1 << HALF_BITS) - 1
ROUNDS = 8

FIELD = 0b100101
"""x⁵ + x² + 1, by which 32 characters are multiplied."""
DOUBLED = [value << 1 ^ (FIELD if value & 16 else 0) for value in range(32)]
CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())


def normal(text: str) -> str:
    """A code as it is looked up: seventeen characters in capitals, without spaces and hyphens. Raises: CodeMistyped."""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text[:LONGEST_TYPED])).upper().translate(LOOKALIKES)
    if len(code) != CHARACTERS + 1 or not VALUES.keys() >= set(code) or check_character(code[:-1]) != code[-1]:
        raise CodeMistyped
    return code


def check_character(body: str) -> str:
    """The last character: any one that is wrong, and any two neighbours that changed places, make it another.

    A checksum over the field of 32 elements: the characters times rising powers of a generator, and the check itself,
    sum up to nothing. No power is 0 and no two neighbouring ones are alike, so neither mistake cancels out.
    """
    total = 0
    for character in body:
        total = DOUBLED[total ^ VALUES[character]]
    return ALPHABET[total]


def grouped(code: str) -> str:
    """A code as people read it: 7K3M-Q2X9-V8RT-NPW4C."""
    return "-".join((code[:4], code[4:8], code[8:12], code[12:]))


def digest(code: str, key: bytes) -> bytes:
    """What is stored of a RANDOM code, and what the use of any code is known by: 128 bits."""
    return hmac.digest(_key(key, "digest"), code.encode(), "sha256")[:16]


def random_code(seed: bytes, serial: int, key: bytes) -> str:
    """A RANDOM code of a batch: random to whoever lacks either its seed or the key, made again to print it again."""
    drawn = hmac.digest(_key(key, "random"), seed + serial.to_bytes(8), "sha256")
    return _written(int.from_bytes(drawn[:CODE_BYTES]))


def stateless_code(number: int, serial: int, key: bytes) -> str:
    """The STATELESS code of a batch's number and a serial from 0 on."""
    return _sealed(number, permuted(number, serial, key), key)


def stateless_codes(number: int, serials: range, key: bytes) -> Iterator[str]:
    """The same of many, quicker: the permutation's rounds are worked out once."""
    rounds = [table.__getitem__ for table in _tables(number, key)]
    for serial in serials:
        yield _sealed(number, _through(serial, rounds), key)


def read_stateless(code: str, key: bytes) -> tuple[int, int] | None:
    """The batch's number and the serial in a code that carries them; None, where its digest is not right."""
    bits = 0
    for character in code[:CHARACTERS]:
        bits = bits << CHARACTER_BITS | VALUES[character]
    number, hidden = bits >> SERIAL_BITS + MAC_BITS, bits >> MAC_BITS & (1 << SERIAL_BITS) - 1
    mac = bits & (1 << MAC_BITS) - 1
    right = _mac(number, hidden, key)
    if not hmac.compare_digest(mac.to_bytes(8), right.to_bytes(8)):
        return None
    return number, restored(number, hidden, key)


def permuted(number: int, serial: int, key: bytes) -> int:
    """A batch's serial as its codes carry it: a keyed permutation, eight rounds of a Feistel network."""
    return _through(serial, _rounds(number, key))


def restored(number: int, hidden: int, key: bytes) -> int:
    """The serial again."""
    left, right = hidden >> HALF_BITS, hidden & HALF
    for mix in reversed(_rounds(number, key)):
        left, right = right ^ mix(left), left
    return left << HALF_BITS | right


def _rounds(number: int, key: bytes) -> list[Callable[[int], int]]:
    keyed = _key(key, "serial")

    def mixing(turn: int) -> Callable[[int], int]:
        return lambda half: _mixed(keyed, number, turn, half)

    return [mixing(turn) for turn in range(ROUNDS)]


@lru_cache(maxsize=4)
def _tables(number: int, key: bytes) -> list[list[int]]:
    return [[mix(half) for half in range(HALF + 1)] for mix in _rounds(number, key)]


def _through(serial: int, rounds: Sequence[Callable[[int], int]]) -> int:
    left, right = serial >> HALF_BITS, serial & HALF
    for mix in rounds:
        left, right = right, left ^ mix(right)
    return left << HALF_BITS | right


def _mixed(keyed: bytes, number: int, turn: int, half: int) -> int:
    said = number.to_bytes(4) + bytes((turn,)) + half.to_bytes(2)
    return int.from_bytes(hmac.digest(keyed, said, "sha256")[:2]) & HALF


def _sealed(number: int, hidden: int, key: bytes) -> str:
    return _written((number << SERIAL_BITS | hidden) << MAC_BITS | _mac(number, hidden, key))


def _mac(number: int, hidden: int, key: bytes) -> int:
    said = number.to_bytes(4) + hidden.to_bytes(4)
    return int.from_bytes(hmac.digest(_key(key, "mac"), said, "sha256")[:8]) >> 64 - MAC_BITS


def _written(bits: int) -> str:
    body = b32encode(bits.to_bytes(CODE_BYTES)).translate(CROCKFORD).decode()
    return body + check_character(body)


@lru_cache(maxsize=16)
def _key(key: bytes, what: str) -> bytes:
    return hmac.digest(key, f"on-pack code {what}".encode(), "sha256")


def network_digest(address: str, key: bytes) -> str:
    """What is kept of an address on the network: enough to see that two are the same."""
    return hmac.digest(_key(key, "network"), address.encode(), "sha256")[:12].hex()


def key_of_use(code: str, key: bytes) -> str:
    """The idempotency key of a code's action: the code's own, so that it is in the books once; told to nobody."""
    return f"code:{digest(code, key).hex()}"
