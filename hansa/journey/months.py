"""What a replay says of its months: what happened, what each partner's statement comes to, and what netting leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.coalition.queries import partners_by_ids
from domain.settlement import queries
from domain.settlement.models import Cycle
from domain.settlement.parties import Party, PartyRole
from hansa.journey.living import Tally
from resolvers.context import Context

MOVED = """
SELECT t.kind, sum(t.points)::bigint AS points FROM transfer t JOIN cycle c ON c.cycle_id = t.cycle_id WHERE c.name = $1
GROUP BY t.kind ORDER BY t.kind
"""


@dataclass(frozen=True, kw_only=True)
class Month:
    """One month that was lived."""

    name: str
    tally: Tally
    points: dict[str, int]
    """What the books moved in it, by kind of transfer."""


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """A party's statement of a month."""

    month: str
    party: str
    opening: Decimal
    charged: Decimal
    credited: Decimal
    fees: Decimal
    tax: Decimal
    rounding: Decimal
    net: Decimal
    closing: Decimal


@dataclass(frozen=True, kw_only=True)
class NettingRow:
    """What netting leaves of a month."""

    month: str
    state: str
    gross: Decimal
    net: Decimal
    efficiency: Decimal
    """Out of a hundred."""
    through_operator: int
    """Payments."""
    peer_to_peer: int


def split_months(days: list[date]) -> dict[str, list[date]]:
    """Days by their month."""
    months: dict[str, list[date]] = {}
    for day in days:
        months.setdefault(f"{day:%Y-%m}", []).append(day)
    return months


async def statements(ctx: Context) -> list[StatementRow]:
    """The statements of all computed cycles, oldest first."""
    cycles = await _computed(ctx)
    rows = []
    for cycle in cycles:
        balances = await ctx.read(queries.balances, cycle.cycle_id)
        names = await _names(ctx, [balance.party for balance in balances])
        rows += [
            StatementRow(
                month=cycle.name,
                party=names[balance.party],
                opening=balance.opening,
                charged=balance.charged,
                credited=balance.credited,
                fees=balance.fees,
                tax=balance.tax,
                rounding=balance.rounding,
                net=balance.net,
                closing=balance.closing,
            )
            for balance in balances
        ]
    await ctx.close()
    return rows


async def nettings(ctx: Context) -> list[NettingRow]:
    """What netting leaves of all computed cycles, oldest first."""
    rows = []
    for cycle in await _computed(ctx):
        found = await ctx.read(queries.netting_of, cycle.cycle_id)
        left = sum(abs(net) for net in found.nets.values())
        rows.append(
            NettingRow(
                month=cycle.name,
                state=cycle.state,
                gross=Decimal(found.gross).scaleb(-found.digits),
                net=Decimal(left).scaleb(-found.digits) / 2,
                efficiency=round(Decimal(found.efficiency.numerator) * 100 / found.efficiency.denominator, 1),
                through_operator=len(found.through_operator),
                peer_to_peer=len(found.peer_to_peer),
            )
        )
    await ctx.close()
    return rows


async def _computed(ctx: Context) -> list[Cycle]:
    return [cycle for cycle in reversed(await ctx.read(queries.all_cycles)) if cycle.digest is not None]


async def _names(ctx: Context, parties: list[Party]) -> dict[Party, str]:
    of_partners = [party for party in parties if party.role is PartyRole.PARTNER and party.partner_id is not None]
    found = await ctx.read(partners_by_ids, [party.partner_id for party in of_partners if party.partner_id])
    slugs = {party: partner.slug if partner else "?" for party, partner in zip(of_partners, found, strict=True)}
    return {party: slugs.get(party, party.role.lower()) for party in parties}


async def points_of(ctx: Context, month: str) -> dict[str, int]:
    """The points that moved in the cycle of a month, by kind of transfer."""
    async with ctx.database.pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("SET LOCAL app.sight = 'coalition'")
        return {row["kind"]: row["points"] for row in await connection.fetch(MOVED, month)}


def rate(tally: Tally) -> int:
    """Baskets a second through the domain, purchases alone."""
    return round(tally.baskets / tally.purchase_seconds) if tally.purchase_seconds else 0


def whole_rate(tally: Tally) -> int:
    """Baskets a second with everything else that happened on the same days."""
    return round(tally.baskets / tally.seconds) if tally.seconds else 0
