"""From a movement of points back to the purchase and the campaign they were earned by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.earning.commands import AwardGiven
from domain.earning.recorded import Recorded, recorded_awards
from domain.ids import CampaignId, PartnerId
from domain.products.models import Product
from domain.settlement.drilling import LineTransfer
from domain.storage import COALITION, ReadSession, sight_of
from domain.values import Money

_ORIGIN = """
SELECT a.campaign_id, a.campaign_version,
    p.wallet_id, p.entry_id, p.partner_id, p.outlet_id, p.receipt_number, p.returns
FROM transfer t
JOIN transfer a ON a.wallet_id = t.wallet_id AND a.lot_id = t.lot_id AND a.kind = 'ACCRUE'
LEFT JOIN purchase p ON p.wallet_id = a.wallet_id AND p.entry_id = a.entry_id AND (:sees_all OR p.partner_id = :viewer)
WHERE t.wallet_id = :wallet_id AND t.entry_id = :entry_id AND t.n = :n
ORDER BY a.entry_id, a.n LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketRef:
    """A purchase the viewer may see, with what stands at the head of its receipt."""

    wallet_id: UUID
    entry_id: UUID
    partner_id: PartnerId
    outlet_id: UUID | None
    receipt_number: str | None
    returns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsOrigin:
    """Where points were earned."""

    campaign_id: CampaignId | None
    campaign_version: int | None
    basket: BasketRef | None
    """None where the viewer may not see the purchase, only what it funds or honours."""


async def origin_of(session: ReadSession, moved: LineTransfer) -> PointsOrigin | None:
    """Where the points of a movement were earned; None for those given by hand or brought from another wallet."""
    sight = sight_of(session)
    names: dict[str, Any] = {"sees_all": sight == COALITION, "viewer": sight.partner_id}
    names |= {"wallet_id": moved.wallet_id, "entry_id": moved.entry_id, "n": moved.n}
    row = (await session.execute(text(_ORIGIN), names)).mappings().one_or_none()
    if row is None:
        return None
    basket = ("wallet_id", "entry_id", "partner_id", "outlet_id", "receipt_number", "returns")
    return PointsOrigin(
        campaign_id=row["campaign_id"],
        campaign_version=row["campaign_version"],
        basket=None if row["entry_id"] is None else BasketRef(**{name: row[name] for name in basket}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketItem:
    """A line of a receipt."""

    number: int
    sku: str
    name: str | None
    """None where the shop's catalogue does not have the article."""
    quantity: Decimal
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A purchase as it was recorded, without who bought."""

    partner_id: PartnerId
    outlet_id: UUID | None
    receipt_number: str | None
    occurred_at: datetime
    total: Money
    returns: int
    items: tuple[BasketItem, ...]
    awards: tuple[AwardGiven, ...]


def basket_of(ref: BasketRef, books: Recorded, catalogue: Mapping[str, Product]) -> Basket:
    """A receipt put together of the books and the shop's catalogue."""
    bought = books.purchase
    items = tuple(
        BasketItem(
            number=line.number,
            sku=line.sku,
            name=catalogue[line.sku].name if line.sku in catalogue else None,
            quantity=line.quantity,
            amount=Money.of_minor(line.amount, bought.currency),
        )
        for line in bought.lines
    )
    return Basket(
        partner_id=ref.partner_id,
        outlet_id=ref.outlet_id,
        receipt_number=ref.receipt_number,
        occurred_at=bought.occurred_at,
        total=Money.of_minor(sum(line.amount for line in bought.lines), bought.currency),
        returns=ref.returns,
        items=items,
        awards=recorded_awards(books),
    )
