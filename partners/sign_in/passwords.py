"""Passwords of the staff: what is a good one, how it is kept, and whose it is (NIST SP 800-63B-4, section 3.1.1).

A password alone signs nobody in: it counts beside an authenticator only, and who has none is answered like a stranger.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.coalition.models import Partner, PartnerStatus
from domain.ids import PersonId
from domain.storage import ReadSession, WriteSession
from partners.errors import PasswordTooWeak, Weakness
from partners.people.models import Person
from partners.sign_in.models import Authenticator, Password

SHORTEST = 12
"""Code points; with a second factor eight would do, and more costs nobody anything."""
LONGEST = 128
FEWEST_CHARACTERS = 6
"""How many different ones must be left once what everybody types is taken away."""
COMMON_PARTS = 2
SHORTEST_OWN_WORD = 4
DISGUISES = str.maketrans("@$0134578", "asoleastb")
"""Letters as they are often written to look like something else."""

AT_ONCE = 2
"""How many passwords are hashed at the same time: each takes a processor and 19 MiB for some hundredths of a second."""
SAME_WORK = 2
"""How many hashes every attempt costs, so that its time does not tell whether an address is known, or known twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody whose password it may be."""

    person_id: PersonId
    password_hash: str


class Hasher:
    """Argon2id at the cost that OWASP asks for (19 MiB, two passes, one lane), off the event loop and few at once."""

    def __init__(self, argon2: PasswordHasher | None = None) -> None:
        self._argon2 = argon2 or PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._argon2.hash, normal(password))

    async def whose(self, password: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those whose password it is; without any, nobody's is compared, which takes as long."""
        if self._nobodys is None:
            self._nobodys = await self.hash(secrets.token_urlsafe())
        strangers = [self._nobodys] * max(0, SAME_WORK - len(candidates))
        async with self._turns:
            return await asyncio.to_thread(self._compared, normal(password), candidates, strangers)

    def outdated(self, password_hash: str) -> bool:
        """Whether a hash was made at another cost than is asked for now."""
        return self._argon2.check_needs_rehash(password_hash)

    def _compared(self, password: str, candidates: Sequence[Candidate], strangers: Sequence[str]) -> list[Candidate]:
        found = [one for one in candidates if self._fits(password, one.password_hash)]
        for stranger in strangers:
            self._fits(password, stranger)
        return found

    def _fits(self, password: str, password_hash: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def normal(password: str) -> str:
    """A password as it is hashed: composed (NFC), since keyboards differ in their accents; nothing is cut off."""
    return unicodedata.normalize("NFC", password)


def check(password: str, *, name: str, email: str) -> None:
    """Hold a new password to what attackers try first; any characters will do, and no mixture is asked for.

    Raises: PasswordTooWeak.
    """
    if len(normal(password)) < SHORTEST:
        raise PasswordTooWeak(Weakness.SHORT)
    if len(normal(password)) > LONGEST:
        raise PasswordTooWeak(Weakness.LONG)
    plain = _folded(password)
    if any(word in plain for word in _own_words(name, email)):
        raise PasswordTooWeak(Weakness.OWN_NAME)
    if any(len(set(_uncommon(form))) < FEWEST_CHARACTERS for form in (plain, plain.translate(DISGUISES))):
        raise PasswordTooWeak(Weakness.COMMON)


async def choose(session: WriteSession, person_id: PersonId, password_hash: str, *, now: datetime) -> None:
    """Give a person a password, or another one; the caller has checked it and ends the other sessions."""
    kept = {"password_hash": password_hash, "changed_at": now}
    await session.execute(
        insert(Password)
        .values(person_id=person_id, **kept)
        .on_conflict_do_update(index_elements=["person_id"], set_=kept)
    )


async def candidates(session: ReadSession, email: str) -> list[Candidate]:
    """Those who may sign in with a password under an e-mail address: one for each partner that employs them."""
    found = await session.execute(
        select(Password.person_id, Password.password_hash)
        .join(Person, col(Person.person_id) == Password.person_id)
        .join(Authenticator, col(Authenticator.person_id) == Password.person_id)
        .outerjoin(Partner, col(Partner.partner_id) == Person.partner_id)
        .where(
            col(Person.email) == email.strip().lower(),
            col(Person.active),
            func.coalesce(Partner.status, "") != PartnerStatus.CLOSED,
            col(Authenticator.confirmed_at).is_not(None),
        )
        .order_by(col(Password.person_id))
    )
    return [Candidate(person_id=PersonId(row.person_id), password_hash=row.password_hash) for row in found]


async def rehash(session: WriteSession, candidate: Candidate, password_hash: str) -> None:
    """Keep the same password at today's cost, unless it was changed meanwhile."""
    await session.execute(
        update(Password)
        .where(col(Password.person_id) == candidate.person_id, col(Password.password_hash) == candidate.password_hash)
        .values(password_hash=password_hash)
    )


def _folded(words: str) -> str:
    """Without case and accents, as those who guess do not mind them."""
    apart = unicodedata.normalize("NFKD", words).casefold()
    return "".join(one for one in apart if not unicodedata.combining(one))


def _own_words(name: str, email: str) -> list[str]:
    words = re.split(r"[\W_]+", f"{_folded(name)} {_folded(email)} hansa")
    return [word for word in words if len(word) >= SHORTEST_OWN_WORD]


def _uncommon(plain: str) -> str:
    """What is left of a password without its longest common parts and without runs such as 4567, dcba and aaaa."""
    left = plain
    for _ in range(COMMON_PARTS):
        part = next((one for one in _common() if one in left), "")
        left = left.replace(part, "") if part else left
    return "".join(one for before, one in zip("\0" + left, left, strict=False) if abs(ord(one) - ord(before)) > 1)


@cache
def _common() -> tuple[str, ...]:
    """The commonest passwords, longest first; the file says where they are from."""
    lines = files("partners.sign_in").joinpath("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return tuple(sorted((line for line in lines if line and not line.startswith("#")), key=len, reverse=True))
