"""Where the open cycle stands: a forecast at the prices reached so far, never a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.coalition.founding import coalition_of
from domain.ids import CycleId, PartnerId
from domain.settlement.exact import ZERO
from domain.settlement.facts import benefits_of, flows_of, price_book
from domain.settlement.models import Cycle
from domain.settlement.parties import Party, partner
from domain.settlement.pricing import price_cycle
from domain.settlement.queries import open_cycle
from domain.settlement.statements import Balance, draw_up
from domain.storage import ReadSession

WHY_A_FORECAST = (
    "A forecast: the cycle is still open. Prices are those of the bands reached so far, contracts those in force now;"
    " both can change until the cut-off. Balances of earlier cycles are not in it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What the open cycle would come to if it were cut off now."""

    cycle: Cycle
    as_of: datetime
    currency: str
    balances: tuple[Balance, ...]
    prices: dict[PartnerId, Decimal]
    """The price each sponsor's points have reached, by its newest version in use."""
    note: str = WHY_A_FORECAST

    def of(self, party: Party) -> Balance | None:
        """The forecast of one party."""
        return next((balance for balance in self.balances if balance.party == party), None)


async def running_position(session: ReadSession, *, now: datetime) -> Forecast:
    """The open cycle's position of every party, read with the coalition's sight.

    Raises: CycleNotFound, PriceUnknown, ForeignCurrency.
    """
    cycle = await open_cycle(session)
    cycle_id = CycleId(cycle.cycle_id)
    book = await price_book(session, cycle, at=now)
    priced = price_cycle(await flows_of(session, cycle_id), await benefits_of(session, cycle_id), book)
    drawn = draw_up(
        priced.lines,
        openings={},
        members=[partner(partner_id) for partner_id in book.in_force],
        de_minimis=ZERO,
        digits=book.digits,
    )
    return Forecast(
        cycle=cycle,
        as_of=now,
        currency=(await coalition_of(session)).currency,
        balances=drawn.balances,
        prices={price.partner_id: price.price for price in priced.effective},
    )
