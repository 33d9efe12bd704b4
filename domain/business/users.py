"""Who acts for a firm: invited by a token, joined as a member of its own, given a role, removed at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.business.errors import (
    AlreadyBusinessUser,
    BusinessInvitationNotFound,
    BusinessNotFound,
    BusinessRoleMissing,
    BusinessUserNotFound,
    BuyerUnknown,
    LastOwner,
    OwnersInvite,
    TooManyBusinessUsers,
)
from domain.business.models import BusinessRole
from domain.errors import DomainError
from domain.ids import PartnerId, new_id
from domain.members.personal_data import PersonalDetails, seal
from domain.values import check_text

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

INVITED_FOR = timedelta(days=7)
TOKEN_BYTES = 24
LONGEST_NAME = 80

_INVITE = "SELECT invite_business_user($1::jsonb, $2)"
_JOIN = "SELECT * FROM join_business($1, $2, $3)"
_CHANGE = "SELECT change_business_user($1, $2, $3, $4)"
_NOTE = "SELECT note_business_act($1, $2, $3, $4, $5)"

_REFUSALS: Mapping[str, Callable[[], DomainError]] = {
    "BUSINESS_NOT_FOUND": BusinessNotFound,
    "ROLE_MISSING": lambda: BusinessRoleMissing(BusinessRole.OWNER),
    "OWNERS_INVITE": OwnersInvite,
    "TOO_MANY_USERS": TooManyBusinessUsers,
    "INVITATION_NOT_FOUND": BusinessInvitationNotFound,
    "ALREADY_USER": AlreadyBusinessUser,
    "LAST_OWNER": LastOwner,
    "BUSINESS_USER_NOT_FOUND": BusinessUserNotFound,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Somebody is invited to act for a firm: by the partner that registered it, or by an owner."""

    business_id: UUID
    role: BusinessRole
    called: str
    """How the firm calls the user."""
    partner_id: PartnerId | None = None
    member_id: UUID | None = None

    def __post_init__(self) -> None:
        assert (self.partner_id is None) != (self.member_id is None), "a partner invites, or an owner"
        check_text("called", self.called, LONGEST_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An open invitation."""

    user_id: UUID
    business_id: UUID
    role: BusinessRole
    token: str
    """Told this once; whoever has it joins by it."""
    expires_at: datetime


def draw() -> str:
    """A token that nobody can foresee."""
    return secrets.token_urlsafe(TOKEN_BYTES)


async def invite(pool: Pool, command: Invite, *, personal_key: bytes, really: datetime, token: str) -> Invited:
    """Let somebody act for a firm, who joins by the token within seven days of the real time.

    Raises: InvalidValue, BusinessNotFound, BusinessRoleMissing, OwnersInvite, TooManyBusinessUsers.
    """
    user_id = new_id()
    sealed = seal(PersonalDetails(name=command.called), user_id, personal_key)
    made = Invited(
        user_id=user_id,
        business_id=command.business_id,
        role=command.role,
        token=token,
        expires_at=really + INVITED_FOR,
    )
    request = {
        "user_id": user_id,
        "business_id": command.business_id,
        "partner_id": command.partner_id,
        "member_id": command.member_id,
        "role": command.role,
        "token": "\\x" + _hashed(token).hex(),
        "sealed_key": "\\x" + sealed.key.hex(),
        "sealed": "\\x" + sealed.details.hex(),
        "expires_at": made.expires_at,
    }
    outcome = await pool.fetchval(_INVITE, orjson.dumps(request, default=str).decode(), really)
    if outcome != "INVITED":
        raise _refusal(outcome)
    return made


async def join(pool: Pool, token: str, member_id: UUID, *, really: datetime) -> UUID:
    """Act for a firm from now on, by an invitation; again it changes nothing. Gives the firm.

    Raises: BusinessInvitationNotFound, AlreadyBusinessUser.
    """
    row = await pool.fetchrow(_JOIN, _hashed(token), member_id, really)
    assert row is not None
    if row["outcome"] != "JOINED":
        raise _refusal(row["outcome"])
    business_id: UUID = row["business_id"]
    return business_id


async def change(pool: Pool, user_id: UUID, role: BusinessRole | None, *, by: UUID, really: datetime) -> None:
    """Give a user another role, or none: it acts for the firm no more from this moment on. Everybody may leave.

    Raises: BusinessUserNotFound, BusinessRoleMissing, LastOwner.
    """
    outcome = await pool.fetchval(_CHANGE, user_id, by, role, really)
    if outcome != "CHANGED":
        raise _refusal(outcome)


async def name_buyer(
    pool: Pool, partner_id: UUID, wallet_id: UUID, entry_id: UUID, person: UUID, *, now: datetime
) -> None:
    """Keep which member of those who act for the firm bought, or spent; the first who was named stays.

    Raises: BuyerUnknown.
    """
    if not await pool.fetchval(_NOTE, partner_id, wallet_id, entry_id, person, now):
        raise BuyerUnknown


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _refusal(outcome: str) -> DomainError:
    return _REFUSALS[outcome]()
