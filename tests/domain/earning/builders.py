"""Baskets and campaigns for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.earning.basket import STRANGER, Basket, BasketLine, MemberFacts
from domain.earning.compiling import CampaignIndex
from domain.earning.rating import rate
from domain.earning.rules import Rule
from domain.earning.terms import Campaign, CampaignState, Sponsor, Terms
from domain.earning.verdicts import Rating
from domain.ids import CampaignId, OutletId, PartnerId
from domain.products.facts import ProductFacts
from domain.values import Rate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP, MAKER, WHOLESALER = (PartnerId(UUID(int=number)) for number in (1, 2, 3))
OUTLET, OTHER_OUTLET = OutletId(UUID(int=11)), OutletId(UUID(int=12))
SHELF = {
    facts.sku: facts
    for facts in (
        ProductFacts(sku="milk", category="DAIRY", department="FOOD", maker_id=MAKER, private_label=False),
        ProductFacts(sku="butter", category="DAIRY", department="FOOD", private_label=True, supplier_id=WHOLESALER),
        ProductFacts(sku="wine", category="WINE", department="DRINKS", private_label=False, brand="Hanse"),
        ProductFacts(sku="shoes", category="SHOES", department="CLOTHES", maker_id=MAKER, gtin="4006381333931"),
    )
}


def line(number: int, sku: str, amount: int, quantity: str = "1", **discounts: int) -> BasketLine:
    """A line of a receipt; the amount in cents."""
    return BasketLine(number=number, sku=sku, amount=amount, quantity=Decimal(quantity), **discounts)


def basket(*lines: BasketLine, outlet_id: OutletId = OUTLET) -> Basket:
    """A purchase at the shop."""
    return Basket(partner_id=SHOP, outlet_id=outlet_id, occurred_at=NOW, currency="EUR", lines=lines, products=SHELF)


def campaign(rule: Rule, number: int = 1, **terms: Any) -> Campaign:
    """A live campaign of the shop, which funds it unless told otherwise."""
    return Campaign(
        campaign_id=CampaignId(UUID(int=100 + number)),
        version=1,
        partner_id=SHOP,
        state=CampaignState.LIVE,
        live_from=NOW - timedelta(days=1),
        terms=Terms(
            **{
                "name": f"Campaign {number}",
                "rule": rule,
                "starts_at": NOW - timedelta(days=1),
                "partners": frozenset({SHOP}),
                "sponsors": (Sponsor(SHOP),),
                **terms,
            }
        ),
    )


def shared(*shares: tuple[PartnerId, str]) -> tuple[Sponsor, ...]:
    """Sponsors with their shares."""
    return tuple(Sponsor(partner_id, Rate(share)) for partner_id, share in shares)


def rated(purchase: Basket, *campaigns: Campaign, facts: MemberFacts = STRANGER) -> Rating:
    """A purchase under some campaigns."""
    return rate(purchase, CampaignIndex(campaigns, purchase.outlet_id, "EUR"), facts)


def points_by_campaign(rating: Rating) -> dict[int, int]:
    """Campaign numbers with their points."""
    return {award.campaign.campaign_id.int - 100: award.points for award in rating.awards}
