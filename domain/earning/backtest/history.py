"""Past purchases in columns: what rating asks of them, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl

from domain.earning.basket import QUANTITY_DECIMALS, Basket, BasketLine, MemberFacts
from domain.earning.compiling import ONE
from domain.ids import OutletId, PartnerId
from domain.products.facts import ProductFacts

CODE: Final = pl.UInt32()
AT: Final = pl.Datetime("us", "UTC")
UNITS: Final = 10**QUANTITY_DECIMALS
"""Quantities are counted in ten-thousandths."""

Tendered = Mapping[str, int] | None

BASKETS: Final[dict[str, Any]] = {
    "partner": CODE,
    "outlet": CODE,
    "wallet": CODE,
    "member": CODE,
    "at": AT,
    "channel": pl.String(),
    "tiers": pl.List(pl.String()),
    "joined": AT,
    "tender": CODE,
}
LINES: Final[dict[str, Any]] = {
    "basket": CODE,
    "number": pl.Int32(),
    "article": CODE,
    "quantity": pl.Int64(),
    "amount": pl.Int64(),
    "discount": pl.Int64(),
    "coupon": pl.Int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Purchases in the order they were posted, and their lines by number; other columns name rows of the lists."""

    currency: str
    zone: ZoneInfo
    point_worth: Fraction = ONE
    baskets: pl.DataFrame
    """A row a purchase, as BASKETS has it."""
    lines: pl.DataFrame
    """A row a line, as LINES has it: quantities in ten-thousandths, money in minor units."""
    partners: Sequence[PartnerId]
    outlets: Sequence[OutletId]
    wallets: Sequence[UUID]
    members: Sequence[UUID]
    articles: Sequence[ProductFacts]
    tenders: Sequence[Tendered] = (None,)
    segments: Mapping[UUID, pl.Series] = field(default_factory=dict)
    """For each segment that is asked for, whether each purchase's member was in it."""


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase of a member, as the tills' rating takes it."""

    basket: Basket
    facts: MemberFacts
    wallet_id: UUID


class Coder:
    """Numbers things in the order they come."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def __call__(self, thing: Any) -> int:
        """The number of a thing."""
        return self.known.setdefault(thing, len(self.known))


def history_of(bought: Sequence[Bought], *, zone: ZoneInfo, currency: str, point_worth: Fraction = ONE) -> History:
    """Purchases as columns, in the order given."""
    partners, outlets, wallets, members, articles, tenders = (Coder() for _ in range(6))
    baskets, lines = [], []
    for number, one in enumerate(bought):
        basket, facts = one.basket, one.facts
        tendered: dict[str, int] = {}
        for tender in basket.tenders:
            tendered[tender.kind] = tendered.get(tender.kind, 0) + tender.amount
        baskets.append((
            partners(basket.partner_id), outlets(basket.outlet_id), wallets(one.wallet_id), members(facts.member_id),
            basket.occurred_at, basket.channel, list(facts.tiers), facts.joined_at,
            tenders(tuple(sorted(tendered.items()))),
        ))  # fmt: skip
        for line in sorted(basket.lines, key=lambda line: line.number):
            article = basket.products.get(line.sku) or ProductFacts(sku=line.sku)
            quantity = int(line.quantity * UNITS)
            lines.append(
                (number, line.number, articles(article), quantity, line.amount, line.discount, line.coupon)
            )  # fmt: skip
    asked = {segment for one in bought for segment in one.facts.segments}
    return History(
        currency=currency,
        zone=zone,
        point_worth=point_worth,
        baskets=pl.DataFrame(baskets, schema=BASKETS, orient="row"),
        lines=pl.DataFrame(lines, schema=LINES, orient="row"),
        partners=list(partners.known),
        outlets=list(outlets.known),
        wallets=list(wallets.known),
        members=list(members.known),
        articles=list(articles.known),
        tenders=[dict(kinds) or None for kinds in tenders.known],
        segments={one: pl.Series([one in each.facts.segments for each in bought], dtype=pl.Boolean) for one in asked},
    )


class Lump(BasketLine):
    """Lines of one purchase that all campaigns count alike, as one; it may be worth more than one line may."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Nothing to check: its lines were checked at the till."""


def lump(number: int, amount: int, quantity: int = UNITS, discount: int = 0, coupon: int = 0) -> Lump:
    """A lump out of columns."""
    return Lump(
        number=number,
        sku="",
        quantity=Decimal(quantity).scaleb(-QUANTITY_DECIMALS),
        amount=amount,
        discount=discount,
        coupon=coupon,
    )
