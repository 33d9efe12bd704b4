"""Numbers of cards for members who come without one: thirteen digits that every till's scanner reads (EAN-13)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator

DIGITS = 13
PREFIX = re.compile(r"2[0-9]{1,5}")
USUAL_PREFIX = "29"
"""Numbers that begin with 2 are for use within a house, and no article has one."""
DRAWS = 8
"""With so many numbers none is left only where nearly all are given out."""


def drawn(prefix: str, occasion: str, *, key: bytes) -> Iterator[str]:
    """The numbers that one occasion may get, in order, always the same; the first that nobody has is its own."""
    width = DIGITS - 1 - len(prefix)
    for draw in range(DRAWS):
        chance = int.from_bytes(hmac.digest(key, f"card\x1f{occasion}\x1f{draw}".encode(), "sha256"))
        body = f"{prefix}{chance % 10**width:0{width}}"
        yield body + check_digit(body)


def check_digit(body: str) -> str:
    """The last digit of an EAN-13, by its first twelve."""
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return str(-weighed % 10)
