"""Reading firms: as the partners that serve them see them, and as those who act for them do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlmodel import col

from domain.business.errors import BusinessNotFound, BusinessRoleMissing
from domain.business.models import (
    SPENDERS,
    BusinessKind,
    BusinessRole,
    BusinessRow,
    BusinessService,
    BusinessUser,
    ServiceState,
    UserState,
)
from domain.ids import PartnerId
from domain.members.models import MemberKind
from domain.members.personal_data import Sealed, unseal
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_MINE = "SELECT * FROM my_businesses($1)"
_USERS = "SELECT * FROM business_users_of($1, $2)"
_ACTS = "SELECT * FROM business_acts($1, $2, $3::uuid[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A firm, as a partner that serves it sees it."""

    business_id: UUID
    partner_id: PartnerId
    """The partner that looks."""
    member_id: UUID
    kind: BusinessKind
    name: str
    ends_in: str | None
    state: ServiceState
    registered_at: datetime
    approved_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MyBusiness:
    """A firm, as one who acts for it sees it."""

    business_id: UUID
    user_id: UUID
    role: BusinessRole
    name: str
    kind: BusinessKind
    wallet_id: UUID
    member_id: UUID
    served: bool
    """Whether a partner serves it: a firm that nobody has approved spends nothing."""

    @property
    def member(self) -> KnownMember:
        """The firm itself, as the member it is."""
        return KnownMember(
            wallet_id=self.wallet_id, member_id=self.member_id, kind=MemberKind.BUSINESS, pairwise_id=self.member_id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who acts for a firm, or is invited to."""

    user_id: UUID
    business_id: UUID
    role: BusinessRole
    state: UserState
    called: str | None
    """How the firm calls the user."""
    invited_at: datetime
    expires_at: datetime
    joined_at: datetime | None


async def business_by_id(session: ReadSession, partner_id: PartnerId, business_id: UUID) -> Business:
    """A firm that a partner serves, or has served. Raises: BusinessNotFound."""
    found = await session.execute(_served(session, partner_id).where(col(BusinessRow.business_id) == business_id))
    row = found.one_or_none()
    if row is None:
        raise BusinessNotFound
    return _business(*row)


async def businesses(
    session: ReadSession,
    partner_id: PartnerId,
    request: PageRequest,
    *,
    kinds: Collection[BusinessKind] = (),
    states: Collection[ServiceState] = (),
) -> Page[Business]:
    """The firms that a partner serves, has served or has registered, the first first."""
    found = _served(session, partner_id).order_by(col(BusinessRow.business_id))
    if kinds:
        found = found.where(col(BusinessRow.kind).in_(kinds))
    if states:
        found = found.where(col(BusinessService.state).in_(states))
    if request.after is not None:
        found = found.where(col(BusinessRow.business_id) > request.after[0])
    rows = await session.execute(found.limit(request.first + 1))
    return Page.of([_business(*row) for row in rows], request, lambda one: (one.business_id,))


async def my_businesses(pool: Pool, member_id: UUID) -> list[MyBusiness]:
    """The firms that a member acts for."""
    return [_mine(row) for row in await pool.fetch(_MINE, member_id)]


async def acting_for(
    pool: Pool, member_id: UUID, business_id: UUID, *, roles: Collection[BusinessRole] = tuple(BusinessRole)
) -> MyBusiness:
    """A firm that a member acts for in one of these roles, as of this moment.

    Raises: BusinessNotFound, BusinessRoleMissing.
    """
    mine = next((one for one in await my_businesses(pool, member_id) if one.business_id == business_id), None)
    if mine is None:
        raise BusinessNotFound
    if mine.role not in roles:
        raise BusinessRoleMissing(" or ".join(sorted(roles)))
    return mine


async def spending_for(pool: Pool, member_id: UUID, business_id: UUID) -> MyBusiness:
    """The same, for one who may spend. Raises: BusinessNotFound, BusinessRoleMissing."""
    mine = await acting_for(pool, member_id, business_id, roles=SPENDERS)
    if not mine.served:
        raise BusinessNotFound
    return mine


async def users_of(pool: Pool, member_id: UUID, business_id: UUID, *, personal_key: bytes) -> list[User]:
    """Who acts for a firm, or is invited to: to its owners everybody, to others themselves."""
    return [_user(row, personal_key) for row in await pool.fetch(_USERS, member_id, business_id)]


async def actors(pool: Pool, member_id: UUID, business_id: UUID, entries: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which user did what stands in the firm's wallet, where that was said."""
    rows = await pool.fetch(_ACTS, member_id, business_id, list(entries))
    return {row["entry_id"]: row["user_id"] for row in rows}


def user_of(row: BusinessUser, personal_key: bytes) -> User:
    """A user out of its row."""
    return _user(row.model_dump(), personal_key)


def _served(session: ReadSession, partner_id: PartnerId) -> Any:
    return (
        select(BusinessRow, BusinessService)
        .join(BusinessService, col(BusinessService.business_id) == col(BusinessRow.business_id))
        .where(
            col(BusinessService.partner_id) == partner_id,
            concerning(sight_of(session), col(BusinessService.partner_id)),
        )
        .execution_options(populate_existing=True)
    )


def _business(row: BusinessRow, service: BusinessService) -> Business:
    return Business(
        business_id=row.business_id,
        partner_id=PartnerId(service.partner_id),
        member_id=row.member_id,
        kind=BusinessKind(row.kind),
        name=row.name,
        ends_in=row.ends_in,
        state=ServiceState(service.state),
        registered_at=service.registered_at,
        approved_at=service.decided_at,
        ended_at=service.ended_at,
    )


def _mine(row: asyncpg.Record) -> MyBusiness:
    return MyBusiness(**{**dict(row), "role": BusinessRole(row["role"]), "kind": BusinessKind(row["kind"])})


def _user(row: Any, personal_key: bytes) -> User:
    called = None
    if row["sealed"] is not None:
        called = unseal(Sealed(key=row["sealed_key"], details=row["sealed"]), row["user_id"], personal_key).name
    named = ("user_id", "business_id", "invited_at", "expires_at", "joined_at")
    return User(
        **{name: row[name] for name in named},
        role=BusinessRole(row["role"]),
        state=UserState(row["state"]),
        called=called,
    )
