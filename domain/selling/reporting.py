"""What sales came to: for the maker by employer, outlet and article; for the employer by maker. Sums, not persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select

from domain.claims.models import Claim, ClaimState
from domain.claims.terms import ClaimProgrammeId
from domain.storage import ReadSession, concerning, sight_of

FEWEST = 10
"""A figure stands for at least so many sellers; those of fewer are put together with the rest."""

_STAFF = text("SELECT * FROM staff_rewards(:employer, :since, :until)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What some sales came to."""

    claims: int
    units: int
    """Less what came back."""
    points: int
    """Less what was taken back."""
    value: int
    """In minor units, as sellers said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a report; without a place and an article: the rest, of whom there are too few to be told apart."""

    employer_id: UUID | None = None
    outlet_id: UUID | None = None
    sku: str | None = None
    sellers: int
    sums: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleReport:
    """What the sale schemes of a partner came to in some time, by when they were paid."""

    total: Sums
    by_outlet: list[Row]
    by_article: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReward:
    """What staff was rewarded for by one programme; a seller where it lets the employer see so, else all the others."""

    partner_id: UUID
    programme: str
    seller_id: UUID | None
    claims: int
    units: int
    points: int


async def sale_report(
    session: ReadSession,
    *,
    since: datetime,
    until: datetime,
    programme_id: ClaimProgrammeId | None = None,
) -> SaleReport:
    """What sellers were paid for under the viewer's programmes from `since` on and before `until`."""
    wanted = [
        concerning(sight_of(session), col(Claim.partner_id)),
        col(Claim.seller_id).is_not(None),
        col(Claim.state) == ClaimState.PAID,
        col(Claim.paid_at) >= since,
        col(Claim.paid_at) < until,
    ]
    if programme_id is not None:
        wanted.append(col(Claim.programme_id) == programme_id)
    columns: tuple[Any, ...] = (
        func.count(),
        func.coalesce(func.sum(col(Claim.units) - col(Claim.taken_units)), 0),
        func.coalesce(func.sum(col(Claim.points)), 0),
        func.coalesce(func.sum(col(Claim.value)), 0),
    )
    total = (await session.execute(select(*columns).where(*wanted))).one()
    members = col(Claim.member_id)

    async def by(*names: Any) -> list[tuple[Any, ...]]:
        told: Any = (*names, func.array_agg(func.distinct(members)), *columns)
        found: Any = select(*told).where(*wanted).group_by(*names).order_by(*names)
        return [tuple(row) for row in await session.execute(found)]

    outlets = await by(col(Claim.employer_id), col(Claim.outlet_id))
    articles = await by(col(Claim.sku))
    return SaleReport(
        total=_sums(total),
        by_outlet=lumped(outlets, 2, lambda key: {"employer_id": key[0], "outlet_id": key[1]}),
        by_article=lumped(articles, 1, lambda key: {"sku": key[0]}),
    )


async def staff_rewards(
    session: ReadSession, employer_id: UUID, *, since: datetime, until: datetime
) -> list[StaffReward]:
    """What an employer's staff was rewarded for, by whichever maker: of those who do not show it, at least ten."""
    said = {"employer": employer_id, "since": since, "until": until}
    rows = await session.execute(_STAFF, said)
    return [
        StaffReward(
            partner_id=row.partner_id,
            programme=row.name,
            seller_id=row.seller_id,
            claims=row.claims,
            units=row.units,
            points=row.points,
        )
        for row in rows
    ]


def lumped(rows: Sequence[tuple[Any, ...]], keys: int, named: Callable[[tuple[Any, ...]], dict[str, Any]]) -> list[Row]:
    """Rows that stand for enough sellers as they are, and the others as one.

    Where that one stands for too few itself, the smallest of the others joins it, so that nobody is subtracted out.
    """
    ordered = sorted(rows, key=lambda row: len(row[keys]))
    few: list[tuple[Any, ...]] = []
    while ordered and (len(ordered[0][keys]) < FEWEST or (few and len(_members(few, keys)) < FEWEST)):
        few.append(ordered.pop(0))
    told = [Row(**named(row[:keys]), sellers=len(row[keys]), sums=_sums(row[keys + 1 :])) for row in ordered]
    told.sort(key=lambda row: (-row.sums.units, str(row.employer_id), str(row.outlet_id), row.sku or ""))
    if few:
        parts = zip(*(row[keys + 1 :] for row in few), strict=True)
        told.append(Row(sellers=len(_members(few, keys)), sums=_sums([sum(part) for part in parts])))
    return told


def _members(rows: Sequence[tuple[Any, ...]], keys: int) -> set[UUID]:
    return {member for row in rows for member in row[keys]}


def _sums(said: Sequence[Any]) -> Sums:
    claims, units, points, value = map(int, said)
    return Sums(claims=claims, units=units, points=points, value=value)
