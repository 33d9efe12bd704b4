"""The same purchases rated one by one, as the tills do it: what the columns have to equal to the point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from domain.earning.backtest.history import Bought, History
from domain.earning.basket import QUANTITY_DECIMALS, Basket, BasketLine, MemberFacts, Tender
from domain.earning.book import CampaignBook
from domain.earning.rating import rate
from domain.earning.tallies import Tally
from domain.earning.verdicts import Rating
from domain.products.facts import ProductFacts


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


def bought_of(history: History) -> Iterator[Bought]:
    """The purchases of a history, as the tills' rating takes them."""
    lines: dict[int, list[BasketLine]] = {}
    columns = ("basket", "number", "article", "quantity", "amount", "discount", "coupon")
    for basket, number, article, quantity, *units in history.lines.select(columns).iter_rows():
        amount, discount, coupon = units
        sold = BasketLine(
            number=number,
            sku=history.articles[article].sku,
            quantity=Decimal(quantity).scaleb(-QUANTITY_DECIMALS),
            amount=amount,
            discount=discount,
            coupon=coupon,
        )
        lines.setdefault(basket, []).append(sold)
    shelves = _shelves(history)
    held = {segment: members.to_list() for segment, members in history.segments.items()}
    for number, row in enumerate(history.baskets.iter_rows(named=True)):
        basket = Basket(
            partner_id=history.partners[row["partner"]],
            outlet_id=history.outlets[row["outlet"]],
            occurred_at=row["at"],
            currency=history.currency,
            lines=tuple(lines.get(number, ())),
            products=shelves[row["partner"]],
            channel=row["channel"],
            tenders=tuple(
                Tender(kind=kind, amount=amount) for kind, amount in (history.tenders[row["tender"]] or {}).items()
            ),
        )
        facts = MemberFacts(
            member_id=history.members[row["member"]],
            tiers=tuple(row["tiers"]),
            segments=frozenset(segment for segment, members in held.items() if members[number]),
            joined_at=row["joined"],
        )
        yield Bought(basket, facts, history.wallets[row["wallet"]])


def _shelves(history: History) -> dict[int, dict[str, ProductFacts]]:
    """The articles of each partner's catalogue by their numbers, which another's may use for something else."""
    shelves: dict[int, dict[str, ProductFacts]] = {code: {} for code in range(len(history.partners))}
    where = history.baskets["partner"].gather(history.lines["basket"])
    sold = history.lines.select("article", where.alias("partner")).unique()
    for article, partner in sold.iter_rows():
        facts = history.articles[article]
        shelves[partner][facts.sku] = facts
    return shelves
