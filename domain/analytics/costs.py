"""What a campaign has cost its sponsors: points at their contracts' prices, and money."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from domain.coalition.founding import coalition_of
from domain.ids import CampaignId, ContractId, CycleId, PartnerId
from domain.settlement.exact import ZERO, exactly, payable
from domain.settlement.facts import flows_of, price_book
from domain.settlement.pricing import effective_prices
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession
from domain.values import Money, minor_digits

_AWARDED = text("""
    SELECT t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id,
        sum(CASE t.kind WHEN 'ACCRUE' THEN t.points ELSE -t.points END)::bigint AS points
    FROM transfer t WHERE t.campaign_id = :campaign AND t.kind IN ('ACCRUE', 'CLAWBACK')
    GROUP BY t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id
""")
_GIVEN = text("""
    SELECT b.sponsor_id, sum(b.amount) AS amount FROM benefit b
    WHERE b.campaign_id = :campaign AND b.reversed_entry_id IS NULL AND b.used_entry_id IS NOT NULL
    GROUP BY b.sponsor_id
""")

PointPrices = dict[tuple[ContractId, CycleId], Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorCost:
    """What a campaign has come to for one sponsor."""

    partner_id: PartnerId
    points: int
    """Awarded, less what was taken back."""
    amount: Money | None
    """Points at the price of the sponsor's contract, as if all will be redeemed, and money; None where it is not
    the viewer's to know."""


async def costs_of(
    session: ReadSession, campaign_id: CampaignId, *, viewer: PartnerId | None, now: datetime
) -> list[SponsorCost]:
    """What a campaign has cost each sponsor until now; a partner (the coalition is None) is told the money of its own.

    With the coalition's sight, which alone reads all contracts. Raises: CycleNotFound.
    """
    coalition = await coalition_of(session)
    awarded = (await session.execute(_AWARDED, {"campaign": campaign_id})).all()
    prices = await point_prices(session, {(row.sponsor_contract_id, row.accrual_cycle_id) for row in awarded}, now=now)
    points: dict[PartnerId, int] = {}
    amounts: dict[PartnerId, Decimal] = {}
    with exactly():
        for row in awarded:
            price = prices[row.sponsor_contract_id, row.accrual_cycle_id]
            points[row.sponsor_id] = points.get(row.sponsor_id, 0) + row.points
            amounts[row.sponsor_id] = amounts.get(row.sponsor_id, ZERO) + row.points * price
        for row in await session.execute(_GIVEN, {"campaign": campaign_id}):
            amounts[row.sponsor_id] = amounts.get(row.sponsor_id, ZERO) + row.amount
    return [
        SponsorCost(
            partner_id=sponsor,
            points=points.get(sponsor, 0),
            amount=_money(amounts[sponsor], coalition.currency) if viewer in {None, sponsor} else None,
        )
        for sponsor in sorted(amounts)
    ]


async def point_prices(
    session: ReadSession, wanted: Collection[tuple[ContractId, CycleId]], *, now: datetime
) -> PointPrices:
    """What a point of a contract version costs that was accrued in a cycle.

    The price settled on; where the cycle is not settled yet, that of the band reached so far, as the forecast has it.
    Raises: CycleNotFound.
    """
    prices: PointPrices = {}
    for cycle_id in sorted({cycle for _, cycle in wanted}):
        book = await price_book(session, await cycle_of(session, cycle_id), at=now)
        stored = await _settled(session, cycle_id)
        asked = {contract for contract, cycle in wanted if cycle == cycle_id}
        reached = stored or {contract: book.terms_of(contract).price_at(0) for contract in asked}
        if not stored and any(book.terms_of(contract).bands for contract in asked):
            # Only bands ask how many points the whole cycle came to, which takes a look at all of it.
            found = effective_prices(await flows_of(session, cycle_id), book)
            reached |= {contract: effective.price for contract, effective in found.items()}
        prices |= {(contract, cycle_id): price for contract, price in reached.items()}
    return prices


def _money(amount: Decimal, currency: str) -> Money:
    return Money(payable(amount, minor_digits(currency)), currency)


async def _settled(session: ReadSession, cycle_id: CycleId) -> dict[ContractId, Decimal]:
    rows = await session.execute(
        text("SELECT contract_id, price FROM effective_price WHERE cycle_id = :cycle"), {"cycle": cycle_id}
    )
    return {row.contract_id: row.price for row in rows}
