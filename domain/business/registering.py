"""Firms join by a partner that serves them, are approved by it, and are served no more."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text, update
from sqlmodel import col

from domain.business.errors import (
    BusinessCardNeeded,
    BusinessNotFound,
    BusinessNumbersDiffer,
    BusinessStateConflict,
    InvalidBusiness,
)
from domain.business.models import BusinessKind, BusinessService, ServiceState
from domain.business.queries import Business, business_by_id
from domain.coalition.errors import PartnerNotActive
from domain.errors import IdempotencyConflict
from domain.ids import PartnerId, new_id
from domain.members.enrolment import EnrolMember, MemberKeys, enrolment_request
from domain.members.errors import AlreadyMember
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose, IdentifierKind, MemberKind
from domain.members.personal_data import PersonalDetails
from domain.storage import WriteSession
from domain.values import check_text

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LONGEST_NAME = 200
NUMBER = re.compile(r"[0-9A-Z]{4,20}")
"""Company registers and VAT (EU: a country's two letters and up to twelve signs) use letters and digits alone."""
SHOWN = 4

_REGISTER = "SELECT * FROM register_business($1::jsonb, $2)"
_KEEP_GROUPS = text("SELECT keep_business_groups(:partner, :now)")


@dataclass(frozen=True, kw_only=True)
class RegisterBusiness:
    """A firm as a partner registers it."""

    partner_id: PartnerId
    idempotency_key: str
    kind: BusinessKind
    name: str
    registration_number: str
    """In the companies' register, however it is spaced."""
    vat_number: str | None = None
    customer_number: str
    """The partner's own number for the firm: by it its tills and files name it."""
    card_number: str | None = None
    consents: frozenset[ConsentPurpose] = frozenset()

    def __post_init__(self) -> None:
        check_text("name", self.name, LONGEST_NAME)
        plain_number("registrationNumber", self.registration_number)
        if self.vat_number is not None:
            plain_number("vatNumber", self.vat_number)

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """By what the firm is met at the partner's tills."""
        own = Identifier.external(self.customer_number, self.partner_id)
        return (own,) if self.card_number is None else (own, Identifier.card(self.card_number))


def plain_number(name: str, number: str) -> str:
    """A number without what it is spaced with. Raises: InvalidBusiness."""
    bare = re.sub(r"[\s./-]", "", number).upper()
    if not NUMBER.fullmatch(bare):
        raise InvalidBusiness("the number has 4 to 20 letters and digits", path=(name,))
    return bare


def number_lookup(kind: str, number: str, key: bytes) -> bytes:
    """What is kept of a number: an HMAC, the same whoever tells it."""
    return hmac.digest(key, f"business {kind}\x1f{number}".encode(), "sha256")


async def register(pool: Pool, command: RegisterBusiness, *, keys: MemberKeys, now: datetime) -> UUID:
    """Make a firm a member, or serve one that is; it waits for approval. Sent again, it is the same firm.

    Raises: InvalidBusiness, InvalidValue, BusinessNumbersDiffer, BusinessCardNeeded, AlreadyMember,
        IdempotencyConflict, PartnerNotActive.
    """
    request = orjson.dumps(_request(command, keys, now), default=str).decode()
    try:
        row = await pool.fetchrow(_REGISTER, request, now)
    except asyncpg.UniqueViolationError:  # a number of the partner's names another member already
        raise AlreadyMember(IdentifierKind.EXTERNAL) from None
    assert row is not None
    match row["outcome"]:
        case "REGISTERED":
            business_id: UUID = row["business_id"]
            return business_id
        case "NUMBERS_DIFFER":
            raise BusinessNumbersDiffer
        case "CARD_NEEDED":
            raise BusinessCardNeeded
        case "PARTNER_NOT_ACTIVE":
            raise PartnerNotActive
        case "IDEMPOTENCY_CONFLICT":
            raise IdempotencyConflict("This idempotency key registered another firm.", path=("idempotencyKey",))
        case kind:
            raise AlreadyMember(IdentifierKind(kind))


async def approve(
    session: WriteSession, partner_id: PartnerId, business_id: UUID, *, by: UUID | None, now: datetime
) -> Business:
    """Serve a firm that was registered: it comes into the partner's groups and schemes. Again it changes nothing.

    Raises: BusinessNotFound, BusinessStateConflict.
    """
    firm = await business_by_id(session, partner_id, business_id)
    if firm.state is not ServiceState.ACTIVE:
        if firm.state is not ServiceState.PENDING:
            raise BusinessStateConflict(firm.state, "approved")
        await _move(session, partner_id, business_id, state=ServiceState.ACTIVE, decided_at=now, decided_by=by)
        await session.execute(_KEEP_GROUPS, {"partner": partner_id, "now": now})
    return await business_by_id(session, partner_id, business_id)


async def end(session: WriteSession, partner_id: PartnerId, business_id: UUID, *, now: datetime) -> Business:
    """Refuse a firm, or serve it no more; what it has stays its own. Again it changes nothing.

    Raises: BusinessNotFound.
    """
    firm = await business_by_id(session, partner_id, business_id)
    if firm.state is not ServiceState.ENDED:
        await _move(session, partner_id, business_id, state=ServiceState.ENDED, ended_at=now)
        await session.execute(_KEEP_GROUPS, {"partner": partner_id, "now": now})
    return await business_by_id(session, partner_id, business_id)


async def _move(session: WriteSession, partner_id: PartnerId, business_id: UUID, **columns: object) -> None:
    one = (col(BusinessService.partner_id) == partner_id, col(BusinessService.business_id) == business_id)
    moved = await session.execute(
        update(BusinessService)
        .where(*one, col(BusinessService.state) != ServiceState.ENDED)
        .values(**columns)
        .returning(col(BusinessService.business_id))
    )
    if moved.first() is None:
        raise BusinessNotFound


def _request(command: RegisterBusiness, keys: MemberKeys, now: datetime) -> dict[str, object]:
    registration = plain_number("registrationNumber", command.registration_number)
    vat = None if command.vat_number is None else plain_number("vatNumber", command.vat_number)
    enrolment = EnrolMember(
        partner_id=command.partner_id,
        idempotency_key=command.idempotency_key,
        kind=MemberKind.BUSINESS,
        identifiers=command.identifiers,
        details=PersonalDetails(name=command.name),
        consents=command.consents,
    )
    return {
        "business_id": new_id(),
        "partner_id": command.partner_id,
        "kind": command.kind,
        "name": command.name,
        "registration": "\\x" + number_lookup("registration", registration, keys.lookup).hex(),
        "vat": None if vat is None else "\\x" + number_lookup("vat", vat, keys.lookup).hex(),
        "ends_in": registration[-SHOWN:],
        "enrolment": enrolment_request(enrolment, keys=keys, now=now),
    }
