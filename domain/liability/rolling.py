"""How the money paid in for points moves on from cycle to cycle, and that it ties.

    opening + billed − recognised on redemption − breakage − service − clawed back ± currency = closing

**Billed** and **clawed back** are the issuance shares that the cycles' lines charged and gave back; **recognised on
redemption** is what redeemers were reimbursed out of them. These are read from the money lines, those set aside
included. **Breakage** is what was paid in for points that expired; **service** is what price leaves above (or lacks
below) the reimbursement: both are figured from the cycle's transfers and the contracts. **Currency** is nought: a
coalition settles in one.

The closing is then compared with the books counted another way: all points still out at the cut-off, at what was paid
in for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func
from sqlmodel import col, select

from domain.ids import CycleId, PartnerId
from domain.liability.cohorts import PointFlow
from domain.liability.reading import point_book, prices_at
from domain.liability.reserve import Prices, effective_prices
from domain.settlement import visible
from domain.settlement.exact import ZERO, exactly
from domain.settlement.failure_models import SetAsideLine
from domain.settlement.lines import LineKind, Source
from domain.settlement.models import Cycle, CycleState, StatementLine
from domain.settlement.parties import PartyRole
from domain.storage import COALITION, ReadSession, sight_of

COMPUTED = tuple(state for state in CycleState if state not in {CycleState.OPEN, CycleState.CUT_OFF})
LAID_OPEN = tuple(state for state in COMPUTED if state is not CycleState.COMPUTED)

_BILLED = (Source.ACCRUE, Source.ADJUST)
_BACK = (Source.CLAWBACK, Source.ADJUST_BACK)
_SPENT = (Source.REDEEM, Source.REPAY, Source.UNREDEEM)


@dataclass(slots=True)
class Moved:
    """What moved within a cycle, exact."""

    billed: Decimal = ZERO
    recognised: Decimal = ZERO
    breakage: Decimal = ZERO
    service: Decimal = ZERO
    clawed_back: Decimal = ZERO
    currency: Decimal = ZERO

    @property
    def change(self) -> Decimal:
        """From opening to closing."""
        return self.billed - self.recognised - self.breakage - self.service - self.clawed_back + self.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class RollForward:
    """One cycle of one sponsor, or of all together."""

    cycle_id: CycleId
    cycle: str
    final: bool
    """Approved; until then it may be computed again."""
    sponsor_id: PartnerId | None
    opening: Decimal
    moved: Moved
    by_books: Decimal
    """What was paid in for the points still out at the cut-off, counted from transfers."""

    @property
    def closing(self) -> Decimal:
        """What the movements come to."""
        with exactly():
            return self.opening + self.moved.change

    @property
    def difference(self) -> Decimal:
        """Nought where it ties."""
        with exactly():
            return self.closing - self.by_books


@dataclass(slots=True)
class _Roll:
    """What is known of each cycle and sponsor."""

    moved: dict[tuple[CycleId, PartnerId], Moved] = field(default_factory=lambda: defaultdict(Moved))
    by_books: dict[tuple[CycleId, PartnerId], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))


async def roll_forward(
    session: ReadSession, *, now: datetime, sponsor_id: PartnerId | None = None
) -> list[RollForward]:
    """Every computed cycle, oldest first: for each sponsor, then for all together (sponsor_id None).

    A partner may ask for its own alone, from proposals on; what its points cost beyond the reimbursement is then part
    of what is recognised, since at which price others redeem is not its affair. Raises: LiabilityNotKnown.
    """
    states = COMPUTED if sight_of(session) == COALITION else LAID_OPEN
    cycles = list(await session.scalars(select(Cycle).where(col(Cycle.state).in_(states)).order_by(col(Cycle.number))))
    book = await point_book(session, as_of=now, sponsor_id=sponsor_id)
    prices = await prices_at(session, book)
    with exactly():
        roll = _Roll()
        numbers = {CycleId(cycle.cycle_id): cycle.number for cycle in cycles}
        _count_points(roll, book.flows, prices, numbers, whole=sight_of(session) != COALITION)
        await _count_lines(session, roll, numbers, sponsor_id, whole=sight_of(session) != COALITION)
        return list(_rolled(cycles, roll, sponsor_id))


def untied(rows: Iterable[RollForward]) -> list[RollForward]:
    """Those that do not come out."""
    return [row for row in rows if row.difference]


def _rolled(cycles: Iterable[Cycle], roll: _Roll, only: PartnerId | None) -> Iterator[RollForward]:
    sponsors = sorted({sponsor_id for _, sponsor_id in (*roll.moved, *roll.by_books)})
    if only is not None:
        sponsors = [only]
    opening: dict[PartnerId, Decimal] = dict.fromkeys(sponsors, ZERO)
    for cycle in cycles:
        cycle_id = CycleId(cycle.cycle_id)
        rows = []
        for sponsor_id in sponsors:
            row = RollForward(
                cycle_id=cycle_id,
                cycle=cycle.name,
                final=cycle.approved_at is not None,
                sponsor_id=sponsor_id,
                opening=opening[sponsor_id],
                moved=roll.moved[cycle_id, sponsor_id],
                by_books=roll.by_books[cycle_id, sponsor_id],
            )
            opening[sponsor_id] = row.closing
            rows.append(row)
        yield from rows
        if only is None:
            yield _together(cycle, rows)


def _together(cycle: Cycle, rows: Iterable[RollForward]) -> RollForward:
    rows = list(rows)
    moved = Moved(*(sum((getattr(row.moved, name) for row in rows), ZERO) for name in Moved.__slots__))
    return RollForward(
        cycle_id=CycleId(cycle.cycle_id),
        cycle=cycle.name,
        final=cycle.approved_at is not None,
        sponsor_id=None,
        opening=sum((row.opening for row in rows), ZERO),
        moved=moved,
        by_books=sum((row.by_books for row in rows), ZERO),
    )


def _count_points(
    roll: _Roll, flows: Iterable[PointFlow], prices: Prices, numbers: Mapping[CycleId, int], *, whole: bool
) -> None:
    """Breakage and service of each cycle, and what was paid in for what is still out after it."""
    flows = list(flows)
    price_of = effective_prices(flows, prices)
    for flow in flows:
        if flow.cycle_id not in numbers:
            continue
        terms = prices.terms[flow.contract_id]
        paid_in = price_of[flow.contract_id, flow.accrual_cycle_id] * terms.share_at_issuance
        moved = roll.moved[flow.cycle_id, flow.sponsor_id]
        if flow.kind == "EXPIRE":
            moved.breakage += flow.points * paid_in
        elif flow.redeemed and whole:
            moved.recognised += flow.redeemed * paid_in
        elif flow.redeemed:
            reimbursed = _reimbursement(flow, prices) * terms.share_at_issuance
            moved.service += flow.redeemed * (paid_in - reimbursed)
        for cycle_id, number in numbers.items():
            if number >= numbers[flow.cycle_id]:
                roll.by_books[cycle_id, flow.sponsor_id] += flow.outstanding * paid_in


def _reimbursement(flow: PointFlow, prices: Prices) -> Decimal:
    """What a point was worth to who redeemed it, as settlement has it."""
    if flow.redeemer_contract_id is None:
        return prices.standard_price
    return prices.terms[flow.redeemer_contract_id].price_redeem


async def _count_lines(
    session: ReadSession, roll: _Roll, numbers: Mapping[CycleId, int], sponsor_id: PartnerId | None, *, whole: bool
) -> None:
    """What the money lines charged, gave back and reimbursed."""
    seen = ((StatementLine, visible.lines), (SetAsideLine, visible.lines_aside))
    for table, sides in seen:
        alike = (table.cycle_id, table.sponsor_id, table.source, table.kind, table.debtor, table.creditor)
        money = (
            select(*alike, func.sum(table.exact))  # type: ignore[call-overload]
            .join(Cycle, (col(Cycle.cycle_id) == col(table.cycle_id)) & (col(Cycle.revision) == col(table.revision)))
            .where(
                col(table.cycle_id).in_(list(numbers)),
                col(table.source).in_([*_BILLED, *_BACK, *_SPENT]),
                sides(sight_of(session)),
            )
            .group_by(*alike)
        )
        if sponsor_id is not None:
            money = money.where(col(table.sponsor_id) == sponsor_id)
        for cycle_id, whose, source, kind, debtor, creditor, amount in await session.execute(money):
            moved = roll.moved[CycleId(cycle_id), PartnerId(whose)]
            if source in _SPENT and kind != LineKind.MARGIN and not whole:
                moved.recognised += amount * ((debtor == PartyRole.OPERATOR) - (creditor == PartyRole.OPERATOR))
            elif source in _BILLED:
                moved.billed += amount
            elif source in _BACK:
                moved.clawed_back += amount
