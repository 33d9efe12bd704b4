"""Campaigns of every kind and purchases of a few members, drawn by hypothesis."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.earning.backtest.history import Bought
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
    RuleKind,
)
from domain.earning.stacking import TOGETHER, Mode, Stacking
from domain.earning.terms import Campaign, CampaignState, Sponsor, Terms
from domain.earning.when import Hours, When
from domain.ids import CampaignId, OutletId, PartnerId
from domain.products.facts import ProductFacts
from domain.values import Rate

START = datetime.fromisoformat("2026-03-20T00:00:00+00:00")
DAYS = 20
MOST = 30
SHOPS = [PartnerId(UUID(int=number)) for number in (1, 2)]
MAKERS = [PartnerId(UUID(int=number)) for number in (3, 4)]
OUTLETS = {OutletId(UUID(int=10 + number)): SHOPS[number // 3] for number in range(4)}
SEGMENTS = [UUID(int=number) for number in (70, 71, 72)]
MEMBERS = {UUID(int=number): UUID(int=number // 2 + 500) for number in (80, 81, 82, 84)}
"""Members and their wallets: two share one."""
TIERS = ["GOLD", "BLUE"]
CHANNELS = ["WEB", "STORE"]
TENDERS = ["CARD", "CASH", "STORED_VALUE"]
CATEGORIES = ["DAIRY", "WINE", "SHOES"]
SKUS = [f"{maker.int}-{category}" for maker in MAKERS for category in CATEGORIES]
SHELF = {
    sku: ProductFacts(
        sku=sku,
        maker_id=PartnerId(UUID(int=int(sku[0]))),
        category=sku[2:],
        brand=sku[2:5],
        private_label=sku[0] == "4",
        active_from=START + timedelta(days=9) if sku == "3-WINE" else None,
        active_to=START + timedelta(days=12) if sku == "4-DAIRY" else None,
    )
    for sku in SKUS
}
CONDITIONS = [
    "purchase.amount >= 1500",
    'lines.exists(l, l.category == "WINE" && l.amount > 300)',
    "lines.filter(l, l.private_label).map(l, l.amount).sum() * 2 > purchase.amount",
    "hour(at) < 12 || weekday(at) == 6",
    'member.tier == "GOLD" || "CARD" in purchase.tenders',
    "daysBetween(member.joined, at) > 30",
    "purchase.amount / purchase.quantity > 200",
    'purchase.channel == "WEB"',
    'lines.all(l, l.brand.startsWith("WIN") || l.units < 3)',
]

rates = st.builds(Rate, st.integers(1, 500), st.integers(1, 60))
shares = st.builds(Rate, st.integers(1, 30), st.integers(30, 40))
some_outlets = st.frozensets(st.sampled_from(sorted(OUTLETS)), max_size=2)
parts: dict[str, Any] = {
    "makers": st.frozensets(st.sampled_from(MAKERS), max_size=1),
    "categories": st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
    "private_label": st.sampled_from([None, None, None, True, False]),
    "outlets": st.one_of(st.just(frozenset()), some_outlets),
}
matches = st.one_of(
    st.just(LineMatch()),
    st.builds(
        LineMatch,
        **parts,
        skus=st.frozensets(st.sampled_from(SKUS), max_size=2),
        excluding=st.lists(st.builds(LineMatch, **parts).filter(lambda one: one != LineMatch()), max_size=1).map(tuple),
    ),
)
tokens = st.builds(Token, kind=st.sampled_from(TokenKind), name=st.sampled_from(["A coffee", "A badge", "A ticket"]))
points = st.integers(1, 500)
plain_prizes = st.one_of(st.builds(Prize, points=points), st.builds(Prize, points=st.integers(0, 9), token=tokens))
wheels = st.just(
    Prize(
        wheel=(Slot(weight=3), Slot(weight=2, points=40), Slot(weight=1, token=Token(kind=TokenKind.BADGE, name="W")))
    )
)
prizes = st.one_of(plain_prizes, wheels)
periods = st.sampled_from([None, *Period])


@st.composite
def rising(draw: st.DrawFn, most: int) -> tuple[Band, ...]:
    """Bands, each from more and for more than the one before."""
    starts = sorted(draw(st.sets(st.integers(0, most), min_size=1, max_size=3)))
    gives = sorted(draw(st.sets(st.integers(1, 90), min_size=len(starts), max_size=len(starts))))
    return tuple(Band(start=start, gives=give) for start, give in zip(starts, gives, strict=True))


@st.composite
def counted(draw: st.DrawFn) -> dict[str, Any]:
    """What a card or milestones count."""
    how = draw(st.sampled_from(Counted))
    bands = draw(st.one_of(st.just(()), rising(4000))) if how is Counted.TIMES else ()
    return {"counted": how, "bands": bands}


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """A card of stamps."""
    how = draw(counted())
    every = draw(st.integers(1, 4000 if how["counted"] is Counted.AMOUNT else 6))
    days, period = draw(st.sampled_from([(0, None), (5, None), (0, Period.WEEK), (0, Period.MONTH)]))
    rest: dict[str, Any] = {"at_first": draw(st.booleans()), "days": days, "period": period, "lines": draw(matches)}
    return Card(prize=draw(prizes), every=every, **how, **rest)


@st.composite
def milestones(draw: st.DrawFn) -> Milestones:
    """Prizes at totals."""
    how = draw(counted())
    most = 6000 if how["counted"] is Counted.AMOUNT else 9
    at = sorted(draw(st.sets(st.integers(1, most), min_size=1, max_size=3)))
    marks = tuple(Mark(at=place, prize=draw(prizes)) for place in at)
    return Milestones(marks=marks, **how, period=draw(periods), lines=draw(matches))


@st.composite
def discounts(draw: st.DrawFn) -> Discount:
    """Money off, in one of three ways."""
    ways: dict[str, Any] = {"share": shares, "off": st.integers(1, 200), "price": st.integers(1, 300)}
    way = draw(st.sampled_from(sorted(ways)))
    cap = draw(st.one_of(st.none(), st.integers(1, 400)))
    bounds: dict[str, Any] = {"minimum": draw(st.integers(0, 2000)), "cap": cap}
    return Discount(**{way: draw(ways[way])}, **bounds, lines=draw(matches))


tenders: Any = st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(TENDERS), max_size=2))
rules: st.SearchStrategy[Rule] = st.one_of(
    st.builds(RatePerUnit, points=rates, lines=matches, tenders=tenders),
    st.builds(PerItem, points=rates, lines=matches),
    st.builds(Flat, points=points, minimum=st.integers(0, 5000), lines=matches),
    st.builds(Bands, bands=rising(4000), lines=matches),
    st.builds(
        Multiplier,
        factor=st.builds(Rate, st.integers(11, 60), st.integers(8, 10)),
        base=st.sampled_from(
            [BASE_KINDS, frozenset({RuleKind.RATE_PER_UNIT}), frozenset({RuleKind.FLAT, RuleKind.BANDS})]
        ),
        lines=matches,
    ),
    st.builds(CouponRefund, cap=st.one_of(st.none(), st.integers(1, 200)), lines=matches),
    st.builds(Cashback, share=shares, cap=st.one_of(st.none(), st.integers(1, 400)), lines=matches),
    discounts(),
    st.builds(Gift, prize=prizes, minimum=st.integers(0, 2500), lines=matches),
    cards(),
    milestones(),
)
hours = st.sampled_from([Hours(start=time(8), end=time(12)), Hours(start=time(20), end=time(2))])
usually_all = st.sampled_from([frozenset(), frozenset(), frozenset({1, 2, 6}), frozenset({5, 7})])


@st.composite
def whens(draw: st.DrawFn) -> When:
    """When it holds, and for whom; mostly always and for all."""
    asked = ["time", "channel", "segment", "condition", "control"]
    wanted = draw(st.sampled_from([[], [], *([one] for one in asked), ["segment", "condition"], ["time", "control"]]))
    said: dict[str, Any] = {"time_zone": draw(st.sampled_from([None, None, "America/New_York"]))}
    if "time" in wanted:
        said |= {"weekdays": draw(usually_all), "hours": tuple(draw(st.lists(hours, max_size=2)))}
    if "channel" in wanted:
        said["channels"] = frozenset({draw(st.sampled_from(CHANNELS))})
    if "segment" in wanted:
        meant = draw(st.frozensets(st.sampled_from(SEGMENTS), max_size=2))
        said |= {"segments": meant, "not_segments": draw(st.frozensets(st.sampled_from(SEGMENTS), max_size=1)) - meant}
    if "condition" in wanted:
        said["condition"] = draw(st.sampled_from(CONDITIONS))
    if "control" in wanted:
        said["control"] = Rate(draw(st.integers(1, 9)), 10)
    return When(**said)


@st.composite
def caps(draw: st.DrawFn) -> tuple[Cap, ...]:
    """Caps of points and of times, some of them shared."""
    found = []
    for _ in range(draw(st.integers(1, 2))):
        of = draw(st.sampled_from(CapOf))
        rolling = of is CapOf.TIMES and draw(st.booleans())
        bounds: dict[str, Any] = {"hours": draw(st.integers(1, 100))} if rolling else {"period": draw(periods)}
        most = draw(st.integers(1, 3 if of is CapOf.TIMES else 120))
        shared = draw(st.sampled_from([None, None, "together"]))
        found.append(Cap(most=most, of=of, per=draw(st.sampled_from(CapPer)), shared=shared, **bounds))
    return tuple(found)


stackings = st.one_of(
    st.just(TOGETHER),
    st.just(TOGETHER),
    st.builds(Stacking, mode=st.sampled_from([Mode.BEST, Mode.FIRST]), group=st.sampled_from(["one", "other"])),
    st.builds(Stacking, mode=st.sampled_from([Mode.EXCLUSIVE, Mode.ALWAYS])),
)


@st.composite
def sponsors(draw: st.DrawFn) -> tuple[Sponsor, ...]:
    """One to three, with any shares."""
    weights = draw(st.lists(st.integers(0, 20), min_size=1, max_size=3).filter(any))
    return tuple(
        Sponsor(PartnerId(UUID(int=50 + place)), Rate(weight, sum(weights))) for place, weight in enumerate(weights)
    )


@st.composite
def campaigns(draw: st.DrawFn, number: int) -> list[Campaign]:
    """A campaign, sometimes with a next version."""
    versions = []
    turn = START + timedelta(hours=draw(st.integers(0, DAYS * 24)))
    for version in (1, 2) if draw(st.integers(0, 3)) == 0 else (1,):
        rule = draw(rules)
        bound = draw(caps()) if rule.kind not in MONEY_KINDS and draw(st.booleans()) else ()
        stacking = TOGETHER if rule.kind is RuleKind.MULTIPLIER else draw(stackings)
        terms = Terms(
            name=f"Campaign {number}.{version}",
            rule=rule,
            when=draw(whens()),
            starts_at=START - timedelta(days=1),
            ends_at=draw(st.sampled_from([None, None, START + timedelta(days=14)])),
            partners=frozenset(draw(st.sampled_from([SHOPS, SHOPS, SHOPS, SHOPS[:1]]))),
            outlets=draw(st.one_of(*[st.just(frozenset())] * 3, some_outlets)),
            tiers=draw(st.sampled_from([*[frozenset()] * 5, frozenset({"GOLD"})])),
            sponsors=draw(sponsors()),
            rounding=draw(st.sampled_from(Rounding)),
            priority=draw(st.integers(0, 2)),
            stacking=stacking,
            caps=bound,
        )
        versions.append((version, terms))
    several = len(versions) > 1
    return [
        Campaign(
            campaign_id=CampaignId(UUID(int=100 + number)),
            version=version,
            partner_id=SHOPS[0],
            state=CampaignState.LIVE,
            terms=terms,
            live_from=START - timedelta(days=1) if version == 1 else turn,
            live_until=turn if several and version == 1 else None,
            seed=b"s" * 32,
        )
        for version, terms in versions
    ]


@st.composite
def programmes(draw: st.DrawFn) -> list[Campaign]:
    """A few campaigns together."""
    count = draw(st.integers(1, 9))
    return [version for number in range(count) for version in draw(campaigns(number))]


@st.composite
def purchases(draw: st.DrawFn) -> list[Bought]:
    """What a few members bought, in the order of posting; one number stands for all, which is quick to draw."""
    chance = Random(draw(st.integers(0, 2**32)))  # no secret
    minutes = sorted(chance.randrange(DAYS * 24 * 60) for _ in range(draw(st.integers(1, MOST))))
    known = {
        member: (chance.choice([None, *TIERS]), frozenset(chance.sample(SEGMENTS, chance.randrange(3))))
        for member in MEMBERS
    }
    return [_bought(chance, START + timedelta(minutes=minute), known) for minute in minutes]


def _bought(chance: Random, at: datetime, known: dict[UUID, Any]) -> Bought:
    member, outlet = chance.choice(sorted(MEMBERS)), chance.choice(sorted(OUTLETS))
    paid = chance.choices(TENDERS, k=chance.choice([0, 0, 1, 2, 3]))
    basket = Basket(
        partner_id=OUTLETS[outlet],
        outlet_id=outlet,
        occurred_at=at,
        currency="EUR",
        lines=tuple(_line(chance, number) for number in chance.sample(range(1, 99), chance.randint(1, 7))),
        products=SHELF,
        channel=chance.choice([None, *CHANNELS]),
        tenders=tuple(Tender(kind=kind, amount=chance.choice([0, 5, 1000, 2500])) for kind in paid),
    )
    tier, segments = known[member]
    joined = START - timedelta(days=member.int - 60)
    return Bought(
        basket,
        MemberFacts(member_id=member, tiers=() if tier is None else (tier,), segments=segments, joined_at=joined),
        MEMBERS[member],
    )


def _line(chance: Random, number: int) -> BasketLine:
    return BasketLine(
        number=number,
        sku=chance.choice([*SKUS, "?"]),
        quantity=Decimal(chance.choice([0, 1, 1, 2, 5]))
        if chance.random() < 0.7
        else Decimal(chance.randrange(9999)) / 1000,
        amount=chance.choice([0, 99, 100, 1250, chance.randrange(3000)]),
        discount=chance.choice([0, 0, 50, 300]),
        coupon=chance.choice([0, 0, 75]),
    )
