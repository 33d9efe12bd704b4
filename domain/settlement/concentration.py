"""How much of what is issued each sponsor carries; more than the policy's share in one hand is a warning."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from domain.ids import CycleId, PartnerId
from domain.settlement.exact import ONE, exactly
from domain.settlement.facts import flows_of
from domain.settlement.lines import Source
from domain.settlement.models import Cycle
from domain.settlement.policy import policy_of
from domain.settlement.pricing import source_of
from domain.settlement.terms import Flow
from domain.storage import ReadSession

_SIXTH = ONE.scaleb(-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What one sponsor carries of a cycle's issuance."""

    partner_id: PartnerId
    points: int
    """Awarded in the cycle, less what was clawed back unspent."""
    share: Decimal
    """Of all points issued, 0 to 1, to six decimals."""
    warns: bool
    """Whether that is more than the policy's share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """Who carries how much of a cycle's issuance, the most first."""

    cycle: Cycle
    limit: Decimal
    """The policy's share; a sponsor above it is a warning."""
    sponsors: tuple[Carried, ...]

    @property
    def warnings(self) -> tuple[Carried, ...]:
        """The sponsors that carry more."""
        return tuple(carried for carried in self.sponsors if carried.warns)


async def concentration(session: ReadSession, cycle: Cycle) -> Concentration:
    """Who carries how much of what was issued in a cycle, read with the coalition's sight."""
    limit = (await policy_of(session)).concentration_share
    found = shares(await flows_of(session, CycleId(cycle.cycle_id)), limit)
    return Concentration(cycle=cycle, limit=limit, sponsors=tuple(found))


def shares(flows: list[Flow], limit: Decimal) -> list[Carried]:
    """Each sponsor's share of the points that were issued net of what was clawed back; pure."""
    issued: Counter[PartnerId] = Counter()
    for flow in flows:
        match source_of(flow):
            case Source.ACCRUE | Source.ADJUST:
                issued[flow.sponsor_id] += flow.points
            case Source.CLAWBACK | Source.ADJUST_BACK:
                issued[flow.sponsor_id] -= flow.points
    kept = {sponsor: points for sponsor, points in issued.items() if points > 0}
    whole = sum(kept.values())
    with exactly():
        return [
            Carried(
                partner_id=sponsor,
                points=points,
                share=Decimal(points * 1_000_000 // whole) * _SIXTH,
                warns=points > limit * whole,
            )
            for sponsor, points in sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
