"""What trade-in came to: items by category and grade, and what they cost whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from domain.ids import PartnerId
from domain.storage import ReadSession
from domain.trade_ins.terms import SchemeId
from domain.values import minor_digits

FEWEST = 10
"""Of another's counters sums are told over at least so many members."""

_SUMS = text(
    "SELECT * FROM trade_in_sums(:partner, :scheme, CAST(:since AS timestamptz), CAST(:until AS timestamptz), :fewest)"
)
_COSTS = text(
    "SELECT * FROM trade_in_costs(:partner, :scheme, CAST(:since AS timestamptz), CAST(:until AS timestamptz), :digits)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Items of one category and grade; money in minor units."""

    scheme_id: UUID
    name: str
    """The scheme's."""
    category: str
    grade: str
    own: bool
    """At one's own counters; else at others', together."""
    members: int
    items: int
    units: int
    value: int
    """By the price list."""
    credited: int
    credit: int
    """What members got, or were told to get, for those."""
    sold: int
    sold_for: int
    waiting: int
    """Consigned still."""
    unsold: int
    reversed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a scheme cost one funder so far."""

    scheme_id: UUID
    name: str
    funder_id: UUID
    amount: int
    """Taken off by vouchers that were used, in minor units."""
    points: int
    """Given for actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeInReport:
    """Items, and costs as far as the viewer bears them or owns the scheme."""

    taken: tuple[Taken, ...]
    costs: tuple[Cost, ...]


async def report(
    session: ReadSession,
    partner_id: PartnerId | None,
    *,
    scheme_id: SchemeId | None = None,
    since: datetime,
    until: datetime | None = None,
    currency: str,
) -> TradeInReport:
    """What was recorded from one time on, perhaps until before another, for a partner, or for the coalition (None)."""
    asked = {"partner": partner_id, "scheme": scheme_id, "since": since, "until": until}
    taken = (await session.execute(_SUMS, {**asked, "fewest": FEWEST})).mappings()
    costs = (await session.execute(_COSTS, {**asked, "digits": minor_digits(currency)})).mappings()
    return TradeInReport(
        taken=tuple(Taken(**row) for row in taken),
        costs=tuple(Cost(**row) for row in costs),
    )
