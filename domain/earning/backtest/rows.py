"""The same purchases rated one by one, as the tills do it: what the columns have to equal to the point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import UUID

from domain.earning.backtest.history import Bought
from domain.earning.book import CampaignBook
from domain.earning.rating import rate
from domain.earning.tallies import Tally
from domain.earning.verdicts import Rating


def one_by_one(bought: Iterable[Bought], book: CampaignBook) -> Iterator[Rating]:
    """The rating of each purchase in the order of posting, with the tallies that those before it left."""
    tallies: dict[UUID, dict[str, Tally]] = {}
    for one in bought:
        mine = tallies.setdefault(one.wallet_id, {})
        basket = one.basket
        index = book.index(basket.partner_id, basket.outlet_id, basket.occurred_at)
        rating = rate(basket, index, replace(one.facts, tallies=mine))
        for counting in rating.counting:
            mine[counting.key] = counting.after
        yield rating
