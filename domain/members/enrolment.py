"""Members join, from any partner; points can be earned at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from domain.coalition.errors import PartnerNotActive
from domain.errors import IdempotencyConflict, InvalidValue
from domain.idempotency import fingerprint
from domain.ids import new_id
from domain.members.consent_texts import TEXT_VERSION
from domain.members.errors import AlreadyMember, MemberNotFound, MembersOwnAct
from domain.members.identifiers import Identifier
from domain.members.models import MEMBERS_OWN_ACT, ConsentPurpose, IdentifierKind, MemberKind
from domain.members.personal_data import PersonalDetails, seal
from domain.members.recognition import KnownMember

MOST_IDENTIFIERS = 10


@dataclass(frozen=True, kw_only=True)
class EnrolMember:
    """A member joins through a partner; named by at least one identifier."""

    partner_id: UUID
    idempotency_key: str
    kind: MemberKind = MemberKind.CONSUMER
    identifiers: tuple[Identifier, ...]
    details: PersonalDetails = field(default_factory=PersonalDetails)
    consents: frozenset[ConsentPurpose] = frozenset()
    """What the member allows the partner to see."""

    def __post_init__(self) -> None:
        if not 0 < len(set(self.identifiers)) <= MOST_IDENTIFIERS:
            raise InvalidValue(
                f"a member is named by 1 to {MOST_IDENTIFIERS} of card, e-mail, phone or external id",
                path=("identifiers",),
            )
        if acts := MEMBERS_OWN_ACT.intersection(self.consents):
            raise MembersOwnAct(acts, named="consents")


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """The member as its partner knows it; replayed when an earlier request had made it."""

    member: KnownMember
    replayed: bool


@dataclass(frozen=True)
class MemberKeys:
    """Keys that never reach the database: one for look-ups, one that seals members' own keys."""

    lookup: bytes
    personal: bytes


def enrolment_request(command: EnrolMember, *, keys: MemberKeys, now: datetime) -> dict[str, Any]:
    """What the enrolling function takes; personal data goes sealed. Raises: InvalidValue."""
    if command.details.born_on is not None and command.details.born_on > now.date():
        raise InvalidValue("nobody is born later than today", path=("details", "born_on"))
    member_id = new_id()
    cards = [identifier.value for identifier in command.identifiers if identifier.kind is IdentifierKind.CARD]
    sealed = seal(command.details, member_id, keys.personal, cards=cards)
    identifiers = {identifier.lookup(keys.lookup): identifier for identifier in command.identifiers}
    return {
        "wallet_id": new_id(),
        "member_id": member_id,
        "partner_id": command.partner_id,
        "pairwise_id": new_id(),
        "kind": command.kind,
        "idempotency_key": command.idempotency_key,
        "fingerprint": "\\x" + fingerprint(command).hex(),
        "sealed_key": "\\x" + sealed.key.hex(),
        "sealed": "\\x" + sealed.details.hex(),
        "consents": sorted(command.consents),
        "text_version": TEXT_VERSION,
        "identifiers": [identifier.row(keys.lookup) for identifier in identifiers.values()],
    }


async def enrol(
    pool: asyncpg.Pool[asyncpg.Record], command: EnrolMember, *, keys: MemberKeys, now: datetime
) -> Enrolled:
    """Make a member with its wallet, identifiers and personal data, in one transaction.

    Raises: InvalidValue, AlreadyMember, IdempotencyConflict, PartnerNotActive.
    """
    request = enrolment_request(command, keys=keys, now=now)
    row = await pool.fetchrow("SELECT * FROM enrol($1::jsonb, $2)", orjson.dumps(request, default=str).decode(), now)
    assert row is not None
    match row["outcome"]:
        case "JOINED" | "REPLAYED" as outcome:
            member = KnownMember(
                wallet_id=row["wallet_id"],
                member_id=row["member_id"],
                kind=MemberKind(row["kind"]),
                pairwise_id=row["pairwise_id"],
            )
            return Enrolled(member=member, replayed=outcome == "REPLAYED")
        case "IDEMPOTENCY_CONFLICT":
            raise IdempotencyConflict("This idempotency key enrolled another member.", path=("idempotencyKey",))
        case "PARTNER_NOT_ACTIVE":
            raise PartnerNotActive
        case kind:
            raise AlreadyMember(IdentifierKind(kind))


async def identify(
    pool: asyncpg.Pool[asyncpg.Record], member: KnownMember, identifier: Identifier, *, partner_id: UUID, key: bytes
) -> None:
    """Let a member be recognised by one more identifier. Raises: AlreadyMember, MemberNotFound."""
    outcome = await pool.fetchval(
        "SELECT identify($1, $2, $3, $4)", member.pairwise_id, partner_id, identifier.lookup(key), identifier.kind
    )
    if outcome == "TAKEN":
        raise AlreadyMember(identifier.kind)
    if outcome == "MEMBER_NOT_FOUND":
        raise MemberNotFound
