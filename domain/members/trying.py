"""Members to try things out with, in a sandbox: each with a card, and an address that reaches nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import asyncpg

from domain.errors import InvalidValue
from domain.members.enrolment import Enrolled, EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.personal_data import PersonalDetails

MOST = 50
DOMAIN = "members.example"
"""Reserved (RFC 2606): no mail ever arrives there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestMember:
    """A made-up member, and by what it is known."""

    enrolled: Enrolled
    card_number: str
    email: str


async def make(
    pool: asyncpg.Pool[asyncpg.Record],
    partner_id: UUID,
    count: int,
    *,
    idempotency_key: str,
    keys: MemberKeys,
    now: datetime,
) -> list[TestMember]:
    """Enrol made-up members at a partner; with the same key the same members are given again.

    Raises: InvalidValue, PartnerNotActive.
    """
    if not 1 <= count <= MOST:
        raise InvalidValue(f"Between 1 and {MOST} members are made at once.", path=("count",))
    words = [
        sha256(f"test member\x1f{partner_id}\x1f{idempotency_key}\x1f{n}".encode()).hexdigest() for n in range(count)
    ]
    return [await _made(pool, partner_id, word, keys=keys, now=now) for word in words]


async def _made(
    pool: asyncpg.Pool[asyncpg.Record], partner_id: UUID, word: str, *, keys: MemberKeys, now: datetime
) -> TestMember:
    card, email = f"TEST{int(word[:16], 16) % 10**12:012}", f"member-{word[:12]}@{DOMAIN}"
    command = EnrolMember(
        partner_id=partner_id,
        idempotency_key=word[:32],
        identifiers=(Identifier.card(card), Identifier.email(email)),
        details=PersonalDetails(name=f"Test {word[:6].upper()}", email=email),
    )
    return TestMember(enrolled=await enrol(pool, command, keys=keys, now=now), card_number=card, email=email)
