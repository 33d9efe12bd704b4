"""How an activity went: who was invited and came, in numbers; what it cost; and what followed at one's own tills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

from sqlalchemy import text

from domain.activities.costing import Share, Transfer, settled, shared
from domain.activities.models import CostKind
from domain.activities.queries import activity_by_id, costs_of
from domain.activities.terms import Activity, ActivityId
from domain.ids import PartnerId
from domain.storage import ReadSession

FEWEST = 10
"""Sums about what members bought are of at least so many who came."""
AFTERWARDS = timedelta(days=30)

_NUMBERS = text("SELECT * FROM activity_numbers(:viewer, :activity, :now)")
_BOUGHT = text("SELECT * FROM bought_after_activity(:viewer, :activity, :within, :fewest)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How those whom one partner invited answered and came."""

    inviter_id: UUID
    invited: int
    accepted: int
    """Have a place and have not come, or not yet."""
    waiting: int
    declined: int
    cancelled: int
    came: int
    guests: int
    """With those who came."""
    no_shows: int
    """Had a place, and did not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What those who came bought at one's own tills afterwards; amounts in minor units."""

    members: int
    purchases: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReport:
    """How an activity went; money in minor units."""

    activity: Activity
    numbers: tuple[Numbers, ...]
    planned: tuple[Share, ...]
    actual: tuple[Share, ...]
    transfers: tuple[Transfer, ...]
    """Who pays whom, so that each bears its share of what was paid."""
    bought: Bought | None
    """None: fewer than ten came who allow it."""

    @property
    def attendees(self) -> int:
        """All who came, guests too."""
        return sum(one.came + one.guests for one in self.numbers)

    @property
    def cost(self) -> int:
        """What was paid in all."""
        return sum(share.bears for share in self.actual)

    @property
    def cost_per_attendee(self) -> int | None:
        """Rounded half up to the minor unit; None: nobody came."""
        if not self.attendees:
            return None
        return int(Fraction(self.cost, self.attendees) + Fraction(1, 2))


async def report(
    session: ReadSession, viewer_id: PartnerId | None, activity_id: ActivityId, *, now: datetime
) -> ActivityReport:
    """How an activity went, for one that takes part, or the coalition (None). Raises: ActivityNotFound."""
    activity = await activity_by_id(session, activity_id)
    asked = {"viewer": viewer_id, "activity": activity_id}
    rows = (await session.execute(_NUMBERS, {**asked, "now": now})).mappings()
    costs = await costs_of(session, activity_id)
    planned, actual = (tuple(shared(costs, activity.terms.shares, kind)) for kind in CostKind)
    shown = viewer_id is None or viewer_id in activity.terms.funders
    return ActivityReport(
        activity=activity,
        numbers=tuple(Numbers(**row) for row in rows),
        planned=planned if shown else (),
        actual=actual if shown else (),
        transfers=tuple(settled(actual)) if shown else (),
        bought=None if viewer_id is None else await _bought(session, viewer_id, activity_id),
    )


async def _bought(session: ReadSession, viewer_id: PartnerId, activity_id: ActivityId) -> Bought | None:
    asked = {"viewer": viewer_id, "activity": activity_id, "within": AFTERWARDS, "fewest": FEWEST}
    row = (await session.execute(_BOUGHT, asked)).mappings().one_or_none()
    return None if row is None else Bought(**row)
