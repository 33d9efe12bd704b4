"""A cycle is computed: its transfers summed, priced, and drawn up as statements that stay."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from domain.errors import InvalidValue
from domain.ids import CycleId, PersonId
from domain.settlement.adjustments import money_line, taken_in
from domain.settlement.digests import digest_of, seal_of
from domain.settlement.disputes import leave_out
from domain.settlement.errors import CycleNotSealed
from domain.settlement.exact import ROUNDING_RULE
from domain.settlement.facts import benefits_of, flows_of, gone, price_book, set_aside_in
from domain.settlement.late import label
from domain.settlement.models import Cycle, CycleState, EffectivePrice
from domain.settlement.openings import openings_of
from domain.settlement.parties import partner
from domain.settlement.policy import policy_of
from domain.settlement.prepaid.packs import draw_down
from domain.settlement.pricing import Priced, price_cycle
from domain.settlement.records import keep
from domain.settlement.statements import DrawnUp, draw_up
from domain.settlement.steps import Step, hold_still, leave_line, refuse_out_of_order
from domain.storage import WriteSession


async def compute(
    session: WriteSession,
    cycle_id: UUID,
    *,
    now: datetime,
    de_minimis: Decimal | None = None,
    by: PersonId | None = None,
) -> Cycle:
    """Draw up the statements of a sealed cycle; again as often as wanted, until they are proposed.

    Balances below the de-minimis amount, which is the policy's if not said, are carried forward. Adjustments that wait
    become lines of the cycle; disputed lines are taken out where contracts say so, and so is whoever is set aside.
    The same transfers and contracts give the same digest, and then no new revision is made.
    Raises: CycleNotFound, SettlementOutOfOrder, CycleNotSealed, PredecessorNotApproved, PriceUnknown, ForeignCurrency.
    """
    if de_minimis is None:
        de_minimis = (await policy_of(session)).de_minimis
    if not de_minimis.is_finite() or de_minimis < 0:
        raise InvalidValue("the smallest payment is a finite amount, nought or more", path=("de_minimis",))
    cycle = await hold_still(session, cycle_id)
    refuse_out_of_order(cycle, Step.COMPUTE)
    if cycle.merkle_root is None:
        raise CycleNotSealed(cycle.name)
    if cycle.revision == 0:
        await label(session, cycle)
    await leave_out(session, cycle, by=by, now=now)
    await draw_down(session, cycle, now=now)
    priced, drawn = await _drawn_up(session, cycle, de_minimis)
    digest = digest_of(drawn.lines, drawn.balances, seal_of(cycle), aside=drawn.aside)
    was, unchanged = cycle.state, digest == cycle.digest
    cycle.state = CycleState.COMPUTED
    cycle.computed_at, cycle.de_minimis, cycle.rounding_rule = now, de_minimis, ROUNDING_RULE
    if not unchanged:
        cycle.revision, cycle.digest = cycle.revision + 1, digest
        await keep(session, cycle, drawn)
        await _keep_prices(session, cycle, priced)
    leave_line(session, cycle, Step.COMPUTE, was=was, now=now, by=by, note="unchanged" if unchanged else None)
    return cycle


async def _drawn_up(session: WriteSession, cycle: Cycle, de_minimis: Decimal) -> tuple[Priced, DrawnUp]:
    assert cycle.cut_off_at is not None
    cycle_id = CycleId(cycle.cycle_id)
    openings = await openings_of(session, cycle)
    book = await price_book(session, cycle, at=cycle.cut_off_at)
    priced = price_cycle(await flows_of(session, cycle_id), await benefits_of(session, cycle_id), book)
    adjustments = [money_line(row) for row in await taken_in(session, cycle)]
    drawn = draw_up(
        [*priced.lines, *adjustments],
        openings=openings,
        members=[partner(partner_id) for partner_id in book.in_force],
        de_minimis=de_minimis,
        digits=book.digits,
        failed=await set_aside_in(session, cycle_id),
        leaving=await gone(session),
    )
    return priced, drawn


async def _keep_prices(session: WriteSession, cycle: Cycle, priced: Priced) -> None:
    rows = [
        {
            "contract_id": price.contract_id,
            "cycle_id": cycle.cycle_id,
            "partner_id": price.partner_id,
            "volume": price.volume,
            "price": price.price,
        }
        for price in priced.effective
    ]
    if rows:
        # A cycle's transfers are final and contracts never change, so a price settled once is the same every time.
        await session.execute(insert(EffectivePrice).on_conflict_do_nothing(), rows)
