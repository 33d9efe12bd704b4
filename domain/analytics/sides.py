"""A firm in two roles: what it did as a maker through others' shops and as a seller at its own tills, in one cycle.

Money is that of its statement, line by line, so the sides add up to it to the cent: a line belongs to the side at whose
counter it came about. Figures of other shops are sums over at least ten members, and by cycles alone, so that no two
spans differ by one basket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from domain.coalition.founding import coalition_of
from domain.ids import PartnerId
from domain.settlement.lines import LineKind, MoneyLine, Source
from domain.settlement.models import Cycle
from domain.settlement.parties import Party, partner
from domain.settlement.queries import every_line
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession

FEWEST = 10
ZERO = Decimal(0)

_SALES = text("SELECT * FROM side_sales(:firm, :since, :until, :fewest)")
_POINTS = text("SELECT * FROM side_points(:firm, :cycle)")
_DEEDS = text("SELECT * FROM side_deeds(:firm, :since, :until, :fewest)")


class Side(StrEnum):
    """To which side of a firm something belongs."""

    PRODUCER = "PRODUCER"
    """It came about at another's counter: its goods and its points there."""
    SELLER = "SELLER"
    """It came about at its own counter."""
    SHARED = "SHARED"
    """The statement does not part it by counters: claw-backs, breakage, margins, fees, tax, adjustments, rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """Goods as they were sold, less what came back; amounts in minor units."""

    baskets: int = 0
    members: int = 0
    units: Decimal = ZERO
    amount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SideMoney:
    """What one heading of the statement comes to, apart and together; positive is received."""

    kind: LineKind
    producer: Decimal = ZERO
    seller: Decimal = ZERO
    shared: Decimal = ZERO

    @property
    def together(self) -> Decimal:
        """As the statement has it."""
        return self.producer + self.seller + self.shared


@dataclass(frozen=True, slots=True, kw_only=True)
class SidePoints:
    """Points awarded or spent, by where and by whose."""

    here_ours: int = 0
    """At its own tills, paid by itself."""
    here_others: int = 0
    """At its own tills, paid by others."""
    elsewhere_ours: int = 0
    """At others' tills, paid by it."""

    @property
    def together(self) -> int:
        """All that it had to do with, each point once."""
        return self.here_ours + self.here_others + self.elsewhere_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class SidesReport:
    """Both sides of a firm in one cycle."""

    partner_id: PartnerId
    cycle: Cycle
    currency: str
    sold_elsewhere: Sales | None
    """Its goods through others' shops; None: to fewer than ten members."""
    sold_own: Sales
    """Its goods at its own tills: they stand with both sides, and once together."""
    sold_here: Sales
    """All that its own tills sold."""
    awarded: SidePoints
    spent: SidePoints
    deeds: Mapping[str, int]
    money: tuple[SideMoney, ...]
    """Empty while its statement is not proposed."""

    @property
    def sold_by_producer(self) -> int | None:
        """What its goods brought, wherever they were sold; None where those sold elsewhere are not told."""
        return None if self.sold_elsewhere is None else self.sold_elsewhere.amount + self.sold_own.amount

    @property
    def sold_together(self) -> int | None:
        """What both sides brought, goods of its own at its own tills counted once."""
        return None if self.sold_elsewhere is None else self.sold_elsewhere.amount + self.sold_here.amount

    @property
    def net(self) -> SideMoney:
        """The sum of all headings."""
        return SideMoney(
            kind=LineKind.ROUNDING,
            producer=sum((one.producer for one in self.money), ZERO),
            seller=sum((one.seller for one in self.money), ZERO),
            shared=sum((one.shared for one in self.money), ZERO),
        )


def side_of(line: MoneyLine, party: Party) -> Side:
    """To which side of a party a line of its statement belongs: at whose counter it came about."""
    pays = line.debtor == party
    match line.kind, line.origin.source:
        case LineKind.ISSUANCE, _:
            return Side.SELLER
        case LineKind.CO_FUNDING, _:
            return Side.PRODUCER
        case LineKind.REDEMPTION | LineKind.BENEFIT, _:
            return Side.PRODUCER if pays else Side.SELLER
        case LineKind.REVERSAL, Source.UNREDEEM | Source.BENEFIT_BACK:
            return Side.SELLER if pays else Side.PRODUCER
    return Side.SHARED


def parted(lines: Iterable[MoneyLine], party: Party) -> tuple[SideMoney, ...]:
    """A statement's lines by heading and side; nothing is left out, and nothing counted twice."""
    sums: dict[LineKind, dict[str, Decimal]] = {}
    for line in lines:
        by_side = sums.setdefault(line.kind, {})
        name = side_of(line, party).lower()
        by_side[name] = by_side.get(name, ZERO) + line.signed(party)
    return tuple(SideMoney(kind=kind, **sums[kind]) for kind in LineKind if kind in sums)


async def sides(session: ReadSession, firm: PartnerId, cycle_id: UUID, *, now: datetime) -> SidesReport:
    """Both sides of a firm in a cycle, as far as the viewer may see it. Raises: CycleNotFound."""
    cycle = await cycle_of(session, cycle_id)
    span = {"since": cycle.opened_at, "until": cycle.cut_off_at or now}
    asked = {"firm": firm, **span, "fewest": FEWEST}
    sold = {row.pop("side"): Sales(**row) for row in map(dict, (await session.execute(_SALES, asked)).mappings())}
    points = (await session.execute(_POINTS, {"firm": firm, "cycle": cycle_id})).all()
    deeds = (await session.execute(_DEEDS, asked)).all()
    party = partner(firm)
    return SidesReport(
        partner_id=firm,
        cycle=cycle,
        currency=(await coalition_of(session)).currency,
        sold_elsewhere=sold.get("OWN_GOODS_ELSEWHERE"),
        sold_own=sold.get("OWN_GOODS_HERE", Sales()),
        sold_here=sold.get("ALL_GOODS_HERE", Sales()),
        awarded=_points(points, "AWARDED"),
        spent=_points(points, "SPENT"),
        deeds={deed: count for deed, count in sorted(map(tuple, deeds)) if count},
        money=parted([one.money for one in await every_line(session, cycle, party)], party),
    )


def _points(rows: Iterable[tuple[str, bool, bool, int]], kind: str) -> SidePoints:
    found = {(here, ours): points for what, here, ours, points in rows if what == kind}
    return SidePoints(
        here_ours=found.get((True, True), 0),
        here_others=found.get((True, False), 0),
        elsewhere_ours=found.get((False, True), 0),
    )
