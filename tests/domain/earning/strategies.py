"""Campaigns of every kind, with all that they can say; baskets, members and days for properties."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.earning.basket import Basket, BasketLine, MemberFacts, Tender
from domain.earning.bounds import Cap, CapOf, CapPer
from domain.earning.matching import LineMatch
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Slot, Token, TokenKind
from domain.earning.rounding import Rounding
from domain.earning.rules import (
    BASE_KINDS,
    MONEY_KINDS,
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
from domain.earning.stacking import TOGETHER, Mode, Stacking
from domain.earning.terms import Campaign, Sponsor
from domain.earning.when import ALWAYS, Hours, When
from domain.ids import PartnerId
from domain.products.facts import ProductFacts
from domain.values import Rate
from tests.domain.earning.builders import NOW, OUTLET, SHOP, campaign

MAKERS = [PartnerId(UUID(int=number)) for number in (2, 3, 4)]
CATEGORIES = ["DAIRY", "WINE", "SHOES"]
SKUS = [f"{maker.int}-{category}" for maker in MAKERS for category in CATEGORIES]
SHELF = {
    sku: ProductFacts(sku=sku, maker_id=PartnerId(UUID(int=int(sku[0]))), category=sku[2:], private_label=sku[0] == "2")
    for sku in SKUS
}
MEMBER = UUID(int=77)
REGULARS, STAFF = UUID(int=88), UUID(int=89)
TENDERS = ["CARD", "CASH", "STORED_VALUE"]
CONDITIONS = [
    "purchase.amount >= 1500",
    "purchase.amount < 2500",
    'lines.exists(line, line.category == "WINE")',
    'member.tier == "GOLD" || size(lines) > 2',
]
MONOTONE_CONDITIONS = CONDITIONS[:1]
SEED = bytes(range(32))

rates = st.builds(Rate, st.integers(1, 500), st.integers(1, 60))
quantities = st.one_of(st.integers(0, 9).map(Decimal), st.integers(0, 9999).map(lambda grams: Decimal(grams) / 1000))
simple_matches = st.builds(
    LineMatch,
    makers=st.frozensets(st.sampled_from(MAKERS), max_size=2),
    categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
    private_label=st.sampled_from([None, None, True, False]),
)
matches = st.one_of(
    st.just(LineMatch()),
    st.builds(
        LineMatch,
        makers=st.frozensets(st.sampled_from(MAKERS), max_size=2),
        categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
        skus=st.frozensets(st.sampled_from(SKUS), max_size=3),
        excluding=st.lists(simple_matches.filter(lambda match: match != LineMatch()), max_size=2).map(tuple),
    ),
)
tokens = st.builds(Token, kind=st.sampled_from(TokenKind), name=st.sampled_from(["Side", "Badge", "Ticket"]))
slots = st.builds(Slot, weight=st.integers(1, 9), points=st.sampled_from([0, 0, 25]), token=st.none() | tokens)
wheels = st.lists(slots, min_size=2, max_size=4).filter(lambda drawn: any(one.points or one.token for one in drawn))
prizes = st.one_of(
    st.builds(Prize, points=st.integers(1, 300)),
    st.builds(Prize, token=tokens, points=st.sampled_from([0, 10])),
    wheels.map(lambda drawn: Prize(wheel=tuple(drawn))),
)
periods = st.sampled_from([None, *Period])


def _rising(drawn: tuple[set[int], set[int]]) -> tuple[Band, ...]:
    pairs = zip(sorted(drawn[0]), sorted(drawn[1]), strict=False)
    return tuple(Band(start=start, gives=gives) for start, gives in pairs)


bands = st.tuples(
    st.sets(st.integers(0, 6000), min_size=1, max_size=4), st.sets(st.integers(1, 200), min_size=4, max_size=4)
).map(_rising)
marks = st.sets(st.integers(1, 12), min_size=1, max_size=3).flatmap(
    lambda places: st.tuples(*[st.builds(Mark, at=st.just(place), prize=prizes) for place in sorted(places)])
)
pure_rates = st.builds(RatePerUnit, points=rates, lines=matches)
tendered_rates = st.builds(
    RatePerUnit, points=rates, lines=matches, tenders=st.frozensets(st.sampled_from(TENDERS), min_size=1, max_size=2)
)
per_items = st.builds(PerItem, points=rates, lines=matches)
flats = st.builds(Flat, points=st.integers(1, 500), minimum=st.integers(0, 5000), lines=matches)
banded = st.builds(Bands, bands=bands, lines=matches)
multipliers = st.builds(
    Multiplier,
    factor=rates.map(lambda rate: Rate(1 + rate / 600)),
    base=st.frozensets(st.sampled_from(sorted(BASE_KINDS)), min_size=1),
    lines=matches,
)
refunds = st.builds(CouponRefund, cap=st.none() | st.integers(1, 200), lines=matches)
cashbacks = st.builds(
    Cashback, share=st.builds(Rate, st.integers(1, 20), st.just(20)), cap=st.none() | st.integers(1, 500), lines=matches
)
_of_discounts = {
    "minimum": st.sampled_from([0, 0, 2000]),
    "cap": st.none() | st.integers(1, 500),
    "lines": matches,
}
discounts = st.one_of(
    st.builds(Discount, share=st.builds(Rate, st.integers(1, 20), st.just(20)), **_of_discounts),
    st.builds(Discount, off=st.integers(1, 300), **_of_discounts),
    st.builds(Discount, price=st.integers(0, 900), **_of_discounts),
)
gifts = st.builds(Gift, prize=prizes, minimum=st.sampled_from([0, 1500]), lines=matches)
cards = st.one_of(
    st.builds(
        Card,
        every=st.integers(1, 5),
        prize=prizes,
        counted=st.sampled_from([Counted.TIMES, Counted.ITEMS]),
        at_first=st.booleans(),
        period=periods,
        lines=matches,
    ),
    st.builds(Card, every=st.integers(1, 5), prize=prizes, days=st.sampled_from([0, 3]), bands=bands, lines=matches),
    st.builds(Card, every=st.integers(500, 9000), prize=prizes, counted=st.just(Counted.AMOUNT), lines=matches),
)
milestones = st.one_of(
    st.builds(
        Milestones,
        marks=marks,
        counted=st.sampled_from([Counted.TIMES, Counted.ITEMS]),
        period=periods,
        lines=matches,
    ),
)
points_rules = st.one_of(pure_rates, tendered_rates, per_items, flats, banded)
rules = st.one_of(
    pure_rates,
    tendered_rates,
    per_items,
    flats,
    banded,
    multipliers,
    refunds,
    cashbacks,
    discounts,
    gifts,
    cards,
    milestones,
)

caps = st.one_of(
    st.builds(Cap, most=st.integers(1, 400), period=periods, per=st.sampled_from(CapPer)),
    st.builds(Cap, most=st.integers(1, 3), of=st.just(CapOf.TIMES), period=periods, per=st.sampled_from(CapPer)),
    st.builds(Cap, most=st.integers(1, 3), of=st.just(CapOf.TIMES), hours=st.integers(1, 72)),
)
shared_caps = st.one_of(
    caps,
    st.builds(Cap, most=st.integers(1, 400), period=periods, shared=st.sampled_from(["one", "two"])),
    st.builds(Cap, most=st.integers(1, 3), of=st.just(CapOf.TIMES), hours=st.just(24), shared=st.just("three")),
)


@st.composite
def whens(draw: st.DrawFn, conditions: list[str] = CONDITIONS) -> When:
    """Mostly always; else some of all that may be asked."""
    if draw(st.integers(0, 2)):
        return ALWAYS
    spans = [
        Hours(start=datetime(2026, 1, 1, a).time(), end=datetime(2026, 1, 1, b).time())  # noqa: DTZ001 a time of day
        for a, b in draw(st.lists(st.tuples(st.integers(0, 11), st.integers(12, 23)), max_size=1))
    ]
    return When(
        weekdays=draw(st.frozensets(st.integers(1, 7), max_size=5)),
        hours=tuple(spans),
        channels=draw(st.frozensets(st.sampled_from(["APP", "SHOP"]), max_size=1)),
        segments=draw(st.frozensets(st.just(REGULARS), max_size=1)),
        not_segments=draw(st.frozensets(st.just(STAFF), max_size=1)),
        condition=draw(st.none() | st.sampled_from(conditions)),
        control=draw(st.sampled_from([Rate(0), Rate(1, 2)])),
    )


stackings = st.one_of(
    st.just(TOGETHER),
    st.just(Stacking(mode=Mode.ALWAYS)),
    st.just(Stacking(mode=Mode.EXCLUSIVE)),
    st.builds(Stacking, mode=st.sampled_from([Mode.BEST, Mode.FIRST]), group=st.sampled_from(["a", "b"])),
)


@st.composite
def fundings(draw: st.DrawFn) -> tuple[Sponsor, ...]:
    """Some sponsors, with shares that come to one."""
    weights = draw(st.lists(st.integers(0, 20), min_size=1, max_size=3).filter(any))
    return tuple(
        Sponsor(PartnerId(UUID(int=50 + place)), Rate(weight, sum(weights))) for place, weight in enumerate(weights)
    )


@st.composite
def campaigns(
    draw: st.DrawFn,
    number: int,
    rule: st.SearchStrategy[Rule] = rules,
    stacking: st.SearchStrategy[Stacking] = stackings,
    cap: st.SearchStrategy[Cap] = shared_caps,
    when: st.SearchStrategy[When] | None = None,
) -> Campaign:
    """A campaign of any kind, with all that goes with it."""
    drawn = draw(rule)
    asked = draw(whens() if when is None else when)
    made = campaign(
        drawn,
        number,
        when=asked,
        stacking=TOGETHER if isinstance(drawn, Multiplier) else draw(stacking),
        caps=() if drawn.kind in MONEY_KINDS else tuple(draw(st.lists(cap, max_size=2))),
        tiers=draw(st.sampled_from([frozenset(), frozenset({"GOLD"})])),
        sponsors=draw(fundings()),
        rounding=draw(st.sampled_from(Rounding)),
        priority=draw(st.integers(0, 2)),
        starts_at=NOW - timedelta(days=400),
    )
    return _seeded(made)


def _seeded(made: Campaign) -> Campaign:
    return Campaign(
        campaign_id=made.campaign_id,
        version=1,
        partner_id=made.partner_id,
        state=made.state,
        terms=made.terms,
        live_from=made.terms.starts_at,
        seed=SEED,
    )


@st.composite
def programmes(draw: st.DrawFn, /, most: int = 6, **wanted: Any) -> tuple[Campaign, ...]:
    """Some campaigns."""
    return tuple(draw(campaigns(number, **wanted)) for number in range(1, draw(st.integers(1, most)) + 1))


moments = st.integers(0, 24 * 20).map(lambda hours: NOW + timedelta(hours=hours))
members = st.builds(
    MemberFacts,
    member_id=st.just(MEMBER),
    tiers=st.sampled_from([(), ("GOLD",), ("SILVER", "GOLD")]),
    segments=st.frozensets(st.sampled_from([REGULARS, STAFF])),
)


@st.composite
def baskets(draw: st.DrawFn, most: int = 6) -> Basket:
    """A basket with lines of all sorts, paid in some ways."""
    numbers = draw(st.lists(st.integers(1, 99), min_size=1, max_size=most, unique=True))
    lines = tuple(
        BasketLine(
            number=number,
            sku=draw(st.sampled_from([*SKUS, "?"])),
            quantity=draw(quantities),
            amount=draw(st.integers(0, 3000)),
            discount=draw(st.sampled_from([0, 0, 150])),
            coupon=draw(st.sampled_from([0, 0, 90])),
        )
        for number in numbers
    )
    paid = draw(st.lists(st.tuples(st.sampled_from(TENDERS), st.integers(1, 3000)), max_size=2))
    return Basket(
        partner_id=SHOP,
        outlet_id=OUTLET,
        occurred_at=draw(moments),
        currency="EUR",
        lines=lines,
        products=SHELF,
        channel=draw(st.sampled_from([None, "APP", "SHOP"])),
        tenders=tuple(Tender(kind=kind, amount=amount) for kind, amount in paid),
    )
