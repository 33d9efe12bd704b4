"""What the books say of points up to an instant: the same whenever asked, since transfers are only ever appended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlmodel import col, or_, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Coalition, Contract
from domain.ids import ContractId, CycleId, PartnerId
from domain.liability.cash import cash_at
from domain.liability.cohorts import PointFlow
from domain.liability.errors import LiabilityNotKnown
from domain.liability.models import LiabilityMemory
from domain.liability.months import Months
from domain.liability.reserve import Cash, Prices
from domain.settlement.facts import terms_of
from domain.settlement.models import Cycle
from domain.storage import ReadSession, WriteSession
from domain.values import minor_digits

_FLOWS = "SELECT * FROM liability_flows(:cycles, :whose, :upto, :starts, :anew)"

_REMEMBER = "SELECT remember_liability(:cycle_id, :starts, :now)"

ALLOWED_AHEAD = timedelta(days=40)
"""Months are laid out so far beyond now: no server's clock is that far ahead."""

_STANDING = """
SELECT COALESCE((SELECT sum(remaining) FROM lot WHERE CAST(:whose AS uuid) IS NULL OR sponsor_id = :whose), 0)
    + COALESCE((SELECT sum(CASE credit WHEN 'TRANSIT' THEN points ELSE -points END) FROM transfer
        WHERE kind = 'MOVE' AND 'DEBT' NOT IN (debit, credit)
            AND (CAST(:whose AS uuid) IS NULL OR sponsor_id = :whose)), 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointBook:
    """All points of a coalition, or of one sponsor, as they stood at an instant."""

    as_of: datetime
    months: Months
    cycles: Mapping[CycleId, int]
    """The number of each cycle that was open by then."""
    flows: Sequence[PointFlow]
    currency: str
    standard_price: Decimal
    """What a point is worth where no contract says otherwise."""

    def upto(self, number: int, cut_off_at: datetime) -> PointBook:
        """The same book at the cut-off of a cycle: the transfers of that cycle and those before."""
        flows = [flow for flow in self.flows if self.cycles[flow.cycle_id] <= number]
        count = Months.between(self.months.starts[0], cut_off_at, self.months.time_zone).count
        return replace(self, as_of=cut_off_at, months=replace(self.months, count=count), flows=flows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveBook:
    """The points of a coalition with what they cost and what there is to redeem them with."""

    points: PointBook
    prices: Prices
    cash: Cash


async def point_book(
    session: ReadSession, *, as_of: datetime, sponsor_id: PartnerId | None = None, anew: bool = False
) -> PointBook:
    """What became of points up to and including an instant: of all of them, or of one sponsor's.

    A partner may ask for its own alone; it is not told with whom they were spent. What was remembered of cycles that
    were cut off is taken as it is, unless it is to be counted anew. Raises: LiabilityNotKnown.
    """
    coalition: Coalition = await coalition_of(session)
    opened = select(Cycle).where(col(Cycle.opened_at) <= as_of).order_by(col(Cycle.number))
    cycles = list(await session.scalars(opened))
    if not cycles:
        raise LiabilityNotKnown
    months = Months.between(cycles[0].opened_at, as_of, coalition.time_zone)
    words = {
        "cycles": [cycle.cycle_id for cycle in cycles],
        "whose": sponsor_id,
        "upto": as_of,
        "starts": months.starts,
        "anew": anew,
    }
    rows = (await session.execute(text(_FLOWS), words)).mappings()
    return PointBook(
        as_of=as_of,
        months=months,
        cycles={CycleId(cycle.cycle_id): cycle.number for cycle in cycles},
        flows=[_flow(dict(row)) for row in rows],
        currency=coalition.currency,
        standard_price=coalition.standard_price,
    )


async def reserve_book(session: ReadSession, *, as_of: datetime) -> ReserveBook:
    """All that the reserve depends on, read with the coalition's sight. Raises: LiabilityNotKnown."""
    points = await point_book(session, as_of=as_of)
    return ReserveBook(
        points=points,
        prices=await prices_at(session, points),
        cash=await cash_at(session, as_of=as_of, time_zone=points.months.time_zone),
    )


async def prices_at(session: ReadSession, book: PointBook) -> Prices:
    """The terms of the versions that points name, and of those in force at the book's instant."""
    named = {flow.contract_id for flow in book.flows} | {
        flow.redeemer_contract_id for flow in book.flows if flow.redeemer_contract_id
    }
    signed = (col(Contract.signed_at) <= book.as_of) & (col(Contract.valid_from) <= book.as_of)
    versions = (
        await session.scalars(
            select(Contract).where(or_(signed, col(Contract.contract_id).in_(named))).order_by(col(Contract.version))
        )
    ).all()
    in_force = {
        PartnerId(version.partner_id): ContractId(version.contract_id)
        for version in versions
        if version.signed_at is not None and version.signed_at <= book.as_of and version.valid_from <= book.as_of
    }
    return Prices(
        terms={ContractId(version.contract_id): terms_of(version) for version in versions},
        in_force=in_force,
        standard_price=book.standard_price,
        digits=minor_digits(book.currency),
    )


async def forgotten(session: ReadSession) -> list[CycleId]:
    """Cycles that were cut off and are not remembered yet, oldest first."""
    known = select(LiabilityMemory.cycle_id)
    found = select(Cycle).where(col(Cycle.cut_off_at).is_not(None), col(Cycle.cycle_id).not_in(known))
    return [CycleId(cycle.cycle_id) for cycle in await session.scalars(found.order_by(col(Cycle.number)))]


async def remember(session: WriteSession, cycle_id: CycleId, *, now: datetime) -> bool:
    """Count a cycle that was cut off once for all; whether it was not remembered yet. Raises: LiabilityNotKnown."""
    coalition = await coalition_of(session)
    first = (await session.scalars(select(Cycle).order_by(col(Cycle.number)).limit(1))).first()
    if first is None:
        raise LiabilityNotKnown
    starts = Months.between(first.opened_at, now + ALLOWED_AHEAD, coalition.time_zone).starts
    words = {"cycle_id": cycle_id, "starts": starts, "now": now}
    fresh: bool = (await session.execute(text(_REMEMBER), words)).scalar_one()
    return fresh


async def outstanding_now(session: ReadSession, sponsor_id: PartnerId | None = None) -> int:
    """Points in lots and on their way between wallets, counted another way: what the cohorts have to come to."""
    found = await session.execute(text(_STANDING), {"whose": sponsor_id})
    return int(found.scalar_one())


def _flow(row: dict[str, Any]) -> PointFlow:
    contract_id, points = row.pop("sponsor_contract_id"), int(row.pop("points"))
    return PointFlow(**row, contract_id=contract_id, points=points)
