"""How fast baskets are rated with 1, 10 and 200 live campaigns of every kind, and the CPU that a preview takes.

    python3 benchmarks/rating.py [--seconds 2] [--json]

No database: a till's server holds campaigns and articles in memory. Absolute figures belong to the machine; the ratios
are what is compared.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from itertools import cycle, islice
from random import Random
from uuid import UUID

from rich.console import Console
from rich.table import Table

from domain.earning.basket import STRANGER, Basket, BasketLine, MemberFacts
from domain.earning.bounds import Cap
from domain.earning.compiling import CampaignIndex
from domain.earning.matching import LineMatch
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Slot, Token, TokenKind
from domain.earning.progress import progress_of
from domain.earning.rating import rate
from domain.earning.rules import (
    Band,
    Bands,
    Card,
    Cashback,
    Counted,
    CouponRefund,
    Discount,
    Flat,
    Gift,
    Mark,
    Milestones,
    Multiplier,
    PerItem,
    RatePerUnit,
    Rule,
)
from domain.earning.stacking import Mode, Stacking
from domain.earning.tallies import Tally
from domain.earning.terms import Campaign, CampaignState, Sponsor, Terms
from domain.earning.verdicts import Rating
from domain.earning.when import Hours, When
from domain.earning.wording import why_not
from domain.ids import CampaignId, OutletId, PartnerId
from domain.products.facts import ProductFacts
from domain.values import Rate

NOW = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
SHOP, OUTLET, ANNA = PartnerId(UUID(int=1)), OutletId(UUID(int=2)), UUID(int=3)
MAKERS = tuple(PartnerId(UUID(int=10 + number)) for number in range(20))
CATEGORIES = tuple(f"CATEGORY {number}" for number in range(60))
ARTICLES = 2_000
BASKETS = 200
TYPICAL, LARGE = 9, 30
"""Lines of the replay's mean basket, and of the one that a preview is held to."""
CAMPAIGNS = (1, 10, 200)
TEN = Prize(points=10)
WHEEL = Prize(wheel=(Slot(weight=1, points=100), Slot(weight=9)))
COFFEE = Prize(token=Token(kind=TokenKind.COUPON, name="A free coffee", days=14))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one number of campaigns comes to."""

    campaigns: int
    lines_per_second: int
    preview_ms: float
    """CPU of rating a basket of 30 lines and putting it in words, in milliseconds."""
    slowest_ms: float
    """Of the slowest in twenty."""


def shelf() -> dict[str, ProductFacts]:
    """The articles of the shop."""
    chance = Random(7)
    return {
        f"sku{number}": ProductFacts(
            sku=f"sku{number}",
            category=chance.choice(CATEGORIES),
            department=f"DEPARTMENT {number % 8}",
            maker_id=chance.choice(MAKERS),
            brand=f"Brand {number % 90}",
            private_label=number % 5 == 0,
        )
        for number in range(ARTICLES)
    }


def rules(number: int) -> list[Rule]:
    """A rule of every kind, each for a part of the shelf."""
    some = LineMatch(categories=frozenset(CATEGORIES[number * 3 % 57 : number * 3 % 57 + 3]))
    made = LineMatch(makers=frozenset({MAKERS[number % len(MAKERS)]}))
    marks = (Mark(at=5, prize=TEN), Mark(at=50, prize=COFFEE))
    return [
        RatePerUnit(points=Rate(1)),
        PerItem(points=Rate(1, 2), lines=made),
        Flat(points=50, minimum=2_000, lines=some),
        Bands(bands=(Band(start=1_000, gives=5), Band(start=5_000, gives=40)), lines=some),
        Multiplier(factor=Rate(2), lines=made),
        CouponRefund(lines=made),
        Cashback(share=Rate(1, 50), lines=some),
        Discount(share=Rate(1, 20), lines=some),
        Gift(prize=WHEEL, minimum=3_000, lines=some),
        Card(every=10, prize=COFFEE, period=Period.YEAR, lines=some),
        Milestones(marks=marks, counted=Counted.ITEMS, lines=made),
    ]


def terms(number: int, rule: Rule) -> Terms:
    """Terms with what campaigns ask and bound, by turns."""
    plain = Terms(
        name=f"Campaign {number}",
        rule=rule,
        starts_at=NOW - timedelta(days=30),
        partners=frozenset({SHOP}),
        sponsors=(Sponsor(MAKERS[number % 20], Rate(2, 3)), Sponsor(SHOP, Rate(1, 3))),
    )
    giving = not isinstance(rule, Multiplier | CouponRefund | Cashback | Discount)
    match number % 5:
        case 1:
            hours = (Hours(start=clock(16), end=clock(18)),)
            return replace(plain, when=When(weekdays=frozenset({1, 2, 3}), hours=hours))
        case 2:
            return replace(plain, when=When(condition="purchase.amount >= 1000 && member.tier != 'STAFF'"))
        case 3 if giving:
            return replace(plain, caps=(Cap(most=500, period=Period.DAY),))
        case 4 if giving:
            return replace(plain, stacking=Stacking(mode=Mode.BEST, group=f"group-{number % 7}"))
    return plain


def campaigns(count: int) -> list[Campaign]:
    """So many live campaigns, of all kinds in equal parts."""
    kinds = [rule for round_ in range(count // 11 + 1) for rule in rules(round_)]
    return [
        Campaign(
            campaign_id=CampaignId(UUID(int=1_000 + number)),
            version=1,
            partner_id=SHOP,
            state=CampaignState.LIVE,
            terms=terms(number, rule),
            live_from=NOW - timedelta(days=30),
        )
        for number, rule in enumerate(islice(kinds, count))
    ]


def baskets(lines: int, products: dict[str, ProductFacts]) -> list[Basket]:
    """Baskets of so many lines of the shelf."""
    chance = Random(lines)
    return [
        Basket(
            partner_id=SHOP,
            outlet_id=OUTLET,
            occurred_at=NOW,
            currency="EUR",
            lines=tuple(
                BasketLine(
                    number=number + 1,
                    sku=f"sku{chance.randrange(ARTICLES)}",
                    quantity=Decimal(chance.randint(1, 3)),
                    amount=chance.randint(50, 2_000),
                )
                for number in range(lines)
            ),
            products=products,
        )
        for _ in range(BASKETS)
    ]


def facts(index: CampaignIndex) -> MemberFacts:
    """A member that has been here before."""
    tallies = {key: Tally(counted=7, version=3) for key in index.asked_tallies(ANNA, NOW)}
    return replace(STRANGER, member_id=ANNA, tiers=("GOLD",), tallies=tallies)


def told(rating: Rating) -> int:
    """A preview as a till reads it out: why each campaign gives nothing, and how far cards are."""
    return len([why_not(one, "EUR") for one in rating.refusals]) + len(progress_of(rating))


def measured(count: int, seconds: float, products: dict[str, ProductFacts]) -> Figures:
    """The figures with so many campaigns."""
    index = CampaignIndex(campaigns(count), OUTLET, "EUR")
    member = facts(index)
    typical, large = baskets(TYPICAL, products), baskets(LARGE, products)
    for basket in (*typical, *large):
        rate(basket, index, member)
    rated = _repeated(typical, seconds, lambda basket: rate(basket, index, member))
    previews = _repeated(large, seconds, lambda basket: told(rate(basket, index, member)))
    ordered = sorted(previews)
    return Figures(
        campaigns=count,
        lines_per_second=round(TYPICAL * len(rated) / sum(rated)),
        preview_ms=round(1_000 * sum(previews) / len(previews), 3),
        slowest_ms=round(1_000 * ordered[int(0.95 * len(ordered))], 3),
    )


def _repeated(among: Sequence[Basket], seconds: float, work: Callable[[Basket], object]) -> list[float]:
    """The CPU seconds of each time that work was done, over and over for so long."""
    taken: list[float] = []
    for basket in cycle(among):
        began = time.process_time()
        work(basket)
        taken.append(time.process_time() - began)
        if sum(taken[-BASKETS:]) and len(taken) % BASKETS == 0 and sum(taken) >= seconds:
            return taken
    raise AssertionError


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    products = shelf()
    found = [measured(count, asked.seconds, products) for count in CAMPAIGNS]
    if asked.json:
        print(json.dumps([asdict(one) for one in found]))
        return
    table = Table(title="Rating")
    for column in ("live campaigns", "lines a second", "preview of 30 lines, ms of CPU", "95 %"):
        table.add_column(column, justify="right")
    for one in found:
        table.add_row(str(one.campaigns), f"{one.lines_per_second:,}", f"{one.preview_ms}", f"{one.slowest_ms}")
    Console().print(table)


if __name__ == "__main__":
    main()
