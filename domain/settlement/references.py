"""References that payments bear, so that what arrives at a bank is known again (ISO 11649)."""

from __future__ import annotations

import re

from domain.errors import InvalidValue

MODULUS = 97
OPERATOR_NUMBER = 0
"""Partners are numbered from one."""

_WRITTEN = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")


def reference(cycle: int, payer: int, payee: int) -> str:
    """The reference of what one party pays another for a cycle, by the numbers of cycle and partners; operator: 0."""
    body = f"{cycle:05}{payer:04}{payee:04}"
    return f"RF{98 - _remainder(f'{body}RF00'):02}{body}"


def is_reference(word: str) -> bool:
    """Whether a word is a creditor reference whose check digits are right, spaces or none."""
    plain = word.replace(" ", "").upper()
    return bool(_WRITTEN.fullmatch(plain)) and _remainder(plain[4:] + plain[:4]) == 1


def spaced(reference: str) -> str:
    """As people read it: in groups of four. Raises: InvalidValue."""
    if not is_reference(reference):
        raise InvalidValue(f"{reference!r} is not a creditor reference (ISO 11649)", path=("reference",))
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def _remainder(characters: str) -> int:
    """ISO 7064, modulus 97: letters count from A = 10."""
    return int("".join(str(int(character, 36)) for character in characters)) % MODULUS
