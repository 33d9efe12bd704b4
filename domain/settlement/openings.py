"""What a cycle opens with: the balances that the one before carried forward."""

from __future__ import annotations

from decimal import Decimal

from domain.settlement.errors import FollowingCycleStands, PredecessorNotApproved, StatementsChanged
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import Party
from domain.settlement.records import balances_of
from domain.settlement.steps import beside
from domain.storage import WriteSession

UNSETTLED = (CycleState.OPEN, CycleState.CUT_OFF, CycleState.COMPUTED, CycleState.PROPOSED)
DRAFTS = (CycleState.OPEN, CycleState.CUT_OFF, CycleState.COMPUTED)


async def openings_of(session: WriteSession, cycle: Cycle) -> dict[Party, Decimal]:
    """What the cycle before carried forward. Raises: PredecessorNotApproved."""
    before = await beside(session, cycle, -1)
    if before is None:
        return {}
    if before.state in UNSETTLED:
        raise PredecessorNotApproved(cycle.name, before.name, before.state)
    return {balance.party: balance.carried for balance in await balances_of(session, before) if balance.carried}


async def refuse_other_openings(session: WriteSession, cycle: Cycle) -> None:
    """Whether the statements still open with what the cycle before leaves; it may have been voided and computed anew.

    Raises: PredecessorNotApproved, StatementsChanged.
    """
    found = {balance.party: balance.opening for balance in await balances_of(session, cycle) if balance.opening}
    if found != await openings_of(session, cycle):
        raise StatementsChanged(cycle.name)


async def refuse_if_built_upon(session: WriteSession, cycle: Cycle) -> None:
    """Whether the next cycle, which opens with what this one leaves, is proposed. Raises: FollowingCycleStands."""
    following = await beside(session, cycle, 1)
    if following is not None and following.state not in DRAFTS:
        raise FollowingCycleStands(cycle.name, following.name, following.state)
