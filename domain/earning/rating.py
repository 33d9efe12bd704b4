"""What a basket or an action is worth: a pure function of it, the campaigns and the member's facts."""

from __future__ import annotations

from collections.abc import Sequence

from domain.earning.actions import Action
from domain.earning.basket import Basket, BasketLine, MemberFacts
from domain.earning.compiling import CampaignIndex
from domain.earning.verdicts import Hits, Rating
from domain.earning.weighing import Occasion, weigh
from domain.products.facts import ProductFacts


def rate(basket: Basket, campaigns: CampaignIndex, facts: MemberFacts) -> Rating:
    """Rate a basket under the campaigns of its outlet and time."""
    hits, idle_lines = _matched(basket, campaigns)
    return weigh(Occasion.of_basket(basket, campaigns), campaigns.entries, hits, facts, idle_lines)


def rate_action(action: Action, campaigns: CampaignIndex, facts: MemberFacts) -> Rating:
    """Rate an action under the campaigns that answer its type."""
    hits: Hits = {place: [] for place in range(len(campaigns.entries))}
    return weigh(Occasion.of_action(action, campaigns), campaigns.entries, hits, facts, 0)


def _matched(basket: Basket, campaigns: CampaignIndex) -> tuple[Hits, int]:
    hits: Hits = {}
    idle_lines = 0
    products, occurred_at = basket.products, basket.occurred_at
    for line in _in_order(basket.lines):
        if not line.quantity:
            idle_lines += 1
            continue
        product = products.get(line.sku) or ProductFacts(sku=line.sku)
        if product.active_from is not None or product.active_to is not None:
            product = product.at(occurred_at)
        for place in campaigns.matching(product):
            if place in hits:
                hits[place].append(line)
            else:
                hits[place] = [line]
    return hits, idle_lines


def _in_order(lines: Sequence[BasketLine]) -> list[BasketLine]:
    return sorted(lines, key=_number)


def _number(line: BasketLine) -> int:
    return line.number
