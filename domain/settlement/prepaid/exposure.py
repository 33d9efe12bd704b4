"""What a sponsor owes for points it has awarded and not paid for yet, and the credit that leaves it.

Looked at in one snapshot, without holding anybody up; then the allowance is set under its lock by what was found and
by what was drawn since, so the lock is held for an instant and the limit is exact all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from domain.ids import PartnerId
from domain.ledger.allowance_models import AllowanceKind, ChangeReason
from domain.ledger.allowances import add, allowances, drawn_in_all, held
from domain.settlement.exact import ZERO, exactly, total
from domain.settlement.facts import price_book
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import partner
from domain.settlement.prepaid.packs import advances, contract_in_force
from domain.settlement.pricing import price_cycle
from domain.settlement.terms import Flow
from domain.storage import ReadSession, WriteSession

NOT_INSTRUCTED = (
    CycleState.OPEN,
    CycleState.CUT_OFF,
    CycleState.COMPUTED,
    CycleState.PROPOSED,
    CycleState.APPROVED,
)
"""Cycles whose charges nobody has been asked to pay yet."""

MILLIONTHS = Decimal(1_000_000)

_FLOWS = """
SELECT kind, debit, sponsor_contract_id, accrual_cycle_id, sum(points)::bigint AS points FROM transfer
WHERE cycle_id = :cycle_id AND sponsor_id = :partner_id AND kind IN ('ACCRUE', 'ADJUST', 'CLAWBACK')
GROUP BY kind, debit, sponsor_contract_id, accrual_cycle_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What points awarded in a cycle come to: charges, fees and tax, less what was clawed back or paid before."""

    cycle: Cycle
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a sponsor owes for points awarded, beside its limit."""

    partner_id: PartnerId
    limit: Decimal | None
    """The most it may owe, by the contract in force; None: no limit."""
    charged: tuple[Charged, ...]
    """In cycles that nobody was asked to pay yet."""
    unpaid: Decimal
    """Of cycles that are instructed, what has not arrived."""
    drawn: int
    """What had been drawn from the allowance in all, in millionths, when this was looked at."""

    @property
    def owed(self) -> Decimal:
        """All that it owes; a claw-back of earlier points can make it less than nothing."""
        return total([self.unpaid, *(one.amount for one in self.charged)])

    @property
    def left(self) -> Decimal | None:
        """What it may still come to owe."""
        return None if self.limit is None else max(ZERO, self.limit - self.owed)

    @property
    def used(self) -> Decimal | None:
        """The share of the limit that is used; None where there is none, or it is nought."""
        return self.owed / self.limit if self.limit else None


async def exposure_of(
    session: ReadSession, partner_id: PartnerId, *, unpaid: Decimal = ZERO, now: datetime
) -> Exposure:
    """What a sponsor owes, read in the session's snapshot with the coalition's sight; at prices reached so far.

    `unpaid` is what has not arrived of instructed cycles. Raises: PriceUnknown.
    """
    contract = await contract_in_force(session, partner_id, now)
    cycles = await session.scalars(
        select(Cycle).where(col(Cycle.state).in_(NOT_INSTRUCTED)).order_by(col(Cycle.number))
    )
    charged = [await _charged(session, cycle, partner_id, now) for cycle in cycles.all()]
    return Exposure(
        partner_id=partner_id,
        limit=None if contract is None else contract.credit_limit,
        charged=tuple(charged),
        unpaid=unpaid,
        drawn=await drawn_in_all(session, partner_id, AllowanceKind.CREDIT),
    )


async def meet(session: WriteSession, exposure: Exposure, *, now: datetime) -> bool:
    """Set the allowance by an exposure and by what was drawn since it was looked at; whether that changed it.

    Where the contract has no limit nothing is held back.
    """
    if exposure.limit is None:
        return False
    limit, owed = _millionths(exposure.limit), _millionths(exposure.owed)
    whose, kind = exposure.partner_id, AllowanceKind.CREDIT
    left = await held(session, whose, kind, now=now, limit=limit) or 0
    since = await drawn_in_all(session, whose, kind) - exposure.drawn
    wanted = max(0, limit - owed - since)
    if wanted != left:
        await add(session, whose, kind, wanted - left, ChangeReason.EXPOSURE, now=now)
    return wanted != left


async def limited(session: ReadSession, *, now: datetime) -> list[PartnerId]:
    """The sponsors whose contract in force has a limit, and those whose allowance is still that of one before."""
    sql = """SELECT DISTINCT ON (partner_id) partner_id, credit_limit FROM contract
        WHERE signed_at IS NOT NULL AND valid_from <= :now ORDER BY partner_id, version DESC"""
    rows = (await session.execute(text(sql), {"now": now})).all()
    known = {
        one.allowance.partner_id for one in await allowances(session) if one.allowance.kind == AllowanceKind.CREDIT
    }
    return [PartnerId(row.partner_id) for row in rows if row.credit_limit is not None or row.partner_id in known]


async def _charged(session: ReadSession, cycle: Cycle, partner_id: PartnerId, now: datetime) -> Charged:
    flows = await _flows(session, cycle.cycle_id, partner_id)
    owed = await _charges(session, cycle, partner_id, flows, now) if flows else ZERO
    before = (await advances(session, cycle)).get(partner_id)
    return Charged(cycle=cycle, amount=owed - before.drawn if before else owed)


async def _charges(
    session: ReadSession, cycle: Cycle, partner_id: PartnerId, flows: Sequence[Flow], now: datetime
) -> Decimal:
    # No version in force: fixed fees and minimums are not for points.
    book = replace(await price_book(session, cycle, at=cycle.cut_off_at or now), in_force={})
    lines = price_cycle(flows, (), book).lines
    with exactly():
        return -sum((line.signed_exact(partner(partner_id)) for line in lines), ZERO)


async def _flows(session: ReadSession, cycle_id: UUID, partner_id: PartnerId) -> list[Flow]:
    rows = await session.execute(text(_FLOWS), {"cycle_id": cycle_id, "partner_id": partner_id})
    return [Flow(sponsor_id=partner_id, **row) for row in rows.mappings()]


def _millionths(amount: Decimal) -> int:
    """Whole millionths; a fraction is left out, to the last of which a draw is rounded up."""
    return int((amount * MILLIONTHS).to_integral_value(ROUND_FLOOR))
