"""Reading bonus schemes and statements: as owners and parties see them, and as firms do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlmodel import col

from domain.bonuses.errors import BonusSchemeNotFound, BonusStatementNotFound
from domain.bonuses.figuring import Part
from domain.bonuses.models import BonusAgreement, BonusSchemeRow, BonusStatement, SoldOnReport, StatementState
from domain.bonuses.terms import Scheme, SchemeId, SchemeState, terms_from_json
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.storage import COALITION, ReadSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_OF_FIRM = "SELECT * FROM business_statements($1, $2)"
_SCHEMES_OF_FIRM = "SELECT * FROM business_schemes($1, $2)"
_PURCHASES = "SELECT * FROM bonus_statement_purchases($1, $2, $3, $4, $5)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An earlier period that came to something else by now."""

    statement_id: UUID
    starts: date
    was: int
    """What it counted before, in minor units."""
    now: int
    """What it counts by now."""

    def to_json(self) -> dict[str, Any]:
        """As the later statement keeps it."""
        return {"statement": str(self.statement_id), "starts": str(self.starts), "was": self.was, "now": self.now}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Correction:
        """Out of a statement."""
        return cls(
            statement_id=UUID(stored["statement"]),
            starts=date.fromisoformat(stored["starts"]),
            was=stored["was"],
            now=stored["now"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a firm gets for a period under a scheme, and how it came about. Amounts are in minor units."""

    statement_id: UUID
    scheme_id: SchemeId
    version: int
    partner_id: PartnerId
    business_id: UUID
    starts: date
    ends: date
    turnover: Decimal
    base: Decimal | None
    growth: int | None
    parts: tuple[Part, ...]
    bonus: int
    corrections: tuple[Correction, ...]
    correction: int
    brought: int
    given: int
    carried: int
    settled: int
    state: StatementState
    drawn_up_at: datetime
    checked_at: datetime | None
    given_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPurchase:
    """A purchase that counted, at the owner's own till."""

    wallet_id: UUID
    entry_id: UUID
    occurred_at: datetime
    value: int
    quantity: Decimal


async def scheme_by_id(session: ReadSession, scheme_id: SchemeId) -> Scheme:
    """The latest version of a scheme that the viewer may see. Raises: BonusSchemeNotFound."""
    versions = await versions_of(session, scheme_id)
    if not versions:
        raise BonusSchemeNotFound
    return versions[-1]


async def versions_of(session: ReadSession, scheme_id: SchemeId) -> list[Scheme]:
    """All versions of a scheme that the viewer may see, in order."""
    found = select(BonusSchemeRow).where(col(BonusSchemeRow.scheme_id) == scheme_id, _visible(session))
    rows = await session.scalars(found.order_by(col(BonusSchemeRow.version)).execution_options(populate_existing=True))
    return [scheme_of(row) for row in rows]


async def schemes(session: ReadSession, request: PageRequest, *, states: Collection[SchemeState] = ()) -> Page[Scheme]:
    """The versions of schemes that the viewer owns or is a party to, the latest first."""
    key = (col(BonusSchemeRow.scheme_id), col(BonusSchemeRow.version))
    found = select(BonusSchemeRow).where(_visible(session)).order_by(*(part.desc() for part in key))
    if states:
        found = found.where(col(BonusSchemeRow.state).in_(states))
    if request.after is not None:
        found = found.where(tuple_(*key) < request.after)
    rows = await session.scalars(found.limit(request.first + 1))
    return Page.of([scheme_of(row) for row in rows], request, lambda scheme: scheme.key)


async def agreed(session: ReadSession, scheme_id: SchemeId, fingerprint: bytes) -> set[PartnerId]:
    """Who has agreed to the terms with a fingerprint."""
    rows = await session.scalars(
        select(col(BonusAgreement.partner_id)).where(
            col(BonusAgreement.scheme_id) == scheme_id,
            col(BonusAgreement.fingerprint) == fingerprint,
            concerning(sight_of(session), col(BonusAgreement.partner_id), col(BonusAgreement.owner_id)),
        )
    )
    return {PartnerId(one) for one in rows}


async def statements(
    session: ReadSession,
    request: PageRequest,
    *,
    scheme_id: SchemeId | None = None,
    starts: date | None = None,
    states: Collection[StatementState] = (),
) -> Page[Statement]:
    """The statements under the viewer's own schemes, the latest first."""
    found = select(BonusStatement).where(concerning(sight_of(session), col(BonusStatement.partner_id)))
    if scheme_id is not None:
        found = found.where(col(BonusStatement.scheme_id) == scheme_id)
    if starts is not None:
        found = found.where(col(BonusStatement.starts) == starts)
    if states:
        found = found.where(col(BonusStatement.state).in_(states))
    if request.after is not None:
        found = found.where(col(BonusStatement.statement_id) < request.after[0])
    rows = await session.scalars(found.order_by(col(BonusStatement.statement_id).desc()).limit(request.first + 1))
    return Page.of([statement_of(row.model_dump()) for row in rows], request, lambda one: (one.statement_id,))


async def statement_by_id(session: ReadSession, statement_id: UUID) -> Statement:
    """One of them. Raises: BonusStatementNotFound."""
    found = select(BonusStatement).where(
        col(BonusStatement.statement_id) == statement_id,
        concerning(sight_of(session), col(BonusStatement.partner_id)),
    )
    row = (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise BonusStatementNotFound
    return statement_of(row.model_dump())


async def reports(session: ReadSession, request: PageRequest) -> Page[SoldOnReport]:
    """The reports of what was sold on that the viewer handed in, the latest first."""
    found = select(SoldOnReport).where(concerning(sight_of(session), col(SoldOnReport.partner_id)))
    if request.after is not None:
        found = found.where(col(SoldOnReport.report_id) < request.after[0])
    rows = await session.scalars(found.order_by(col(SoldOnReport.report_id).desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda one: (one.report_id,))


async def of_firm(pool: Pool, member_id: UUID, business_id: UUID) -> list[Statement]:
    """A firm's statements that were checked, to whoever acts for it, the latest first."""
    return [_recorded(row) for row in await pool.fetch(_OF_FIRM, member_id, business_id)]


async def schemes_of_firm(pool: Pool, member_id: UUID, business_id: UUID) -> list[Scheme]:
    """The schemes that a firm takes part in, to whoever acts for it."""
    return [scheme_from(row) for row in await pool.fetch(_SCHEMES_OF_FIRM, member_id, business_id)]


async def purchases_of(pool: Pool, owner: PartnerId, statement_id: UUID, request: PageRequest) -> Page[CountedPurchase]:
    """The purchases behind a statement at the owner's own tills, as they count now, the first first."""
    at, entry = request.after or (None, None)
    rows = await pool.fetch(_PURCHASES, owner, statement_id, at, entry, request.first + 1)
    found = [CountedPurchase(**dict(row)) for row in rows]
    return Page.of(found, request, lambda one: (one.occurred_at, one.entry_id))


def scheme_of(row: BonusSchemeRow) -> Scheme:
    """A scheme out of its row."""
    return Scheme(
        scheme_id=SchemeId(row.scheme_id),
        version=row.version,
        partner_id=PartnerId(row.partner_id),
        state=SchemeState(row.state),
        terms=terms_from_json(row.terms),
        live_from=row.live_from,
        live_until=row.live_until,
    )


def scheme_from(row: asyncpg.Record) -> Scheme:
    """A scheme as the database's functions tell it."""
    return Scheme(
        scheme_id=SchemeId(row["scheme_id"]),
        version=row["version"],
        partner_id=PartnerId(row["partner_id"]),
        state=SchemeState(row["state"]),
        terms=terms_from_json(orjson.loads(row["terms"])),
        live_from=row["live_from"],
        live_until=row["live_until"],
    )


def statement_of(row: Mapping[str, Any]) -> Statement:
    """A statement out of its columns."""
    plain = {name: row[name] for name in Statement.__dataclass_fields__}
    plain["parts"] = tuple(map(Part.from_json, row["parts"]))
    plain["corrections"] = tuple(map(Correction.from_json, row["corrections"]))
    plain["state"] = StatementState(row["state"])
    return Statement(**plain)


def _recorded(row: asyncpg.Record) -> Statement:
    return statement_of({**dict(row), **{name: orjson.loads(row[name]) for name in ("parts", "corrections")}})


def _visible(session: ReadSession) -> ColumnElement[bool]:
    sight = sight_of(session)
    own = concerning(sight, col(BonusSchemeRow.partner_id))
    if sight == COALITION or sight.partner_id is None:
        return own
    return or_(own, col(BonusSchemeRow.parties).contains([sight.partner_id]))
