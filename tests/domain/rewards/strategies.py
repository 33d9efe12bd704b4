"""Terms of rewards of every sort, for laws about all of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from domain.earning.bounds import CapPer
from domain.earning.periods import Period
from domain.earning.terms import Sponsor
from domain.earning.when import Hours
from domain.rewards.terms import (
    Articles,
    Automatic,
    Draw,
    DrawPrize,
    Early,
    Fulfilment,
    Limit,
    PayWithPoints,
    Pick,
    RewardKind,
    RewardTerms,
    Step,
    Words,
    Worth,
)
from domain.rewards.worths import WORTHS_OF
from domain.values import Rate

START = datetime(2026, 3, 2, 12, tzinfo=UTC)

AMOUNTS = st.integers(1, 10**9)
WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
SHARES = st.fractions(Rate(1, 100), Rate(1), max_denominator=10**6).map(Rate)
TIERS = st.frozensets(WORDS, max_size=3)
IDS = st.frozensets(st.uuids(), max_size=3)
SOME_IDS = st.frozensets(st.uuids(), min_size=1, max_size=3)


@st.composite
def articles(draw: st.DrawFn) -> Articles:
    parts = draw(st.sets(st.sampled_from(["skus", "gtins", "categories", "brands"]), min_size=1))
    named: dict[str, Any] = {part: draw(st.frozensets(WORDS, min_size=1, max_size=3)) for part in parts}
    return Articles(pick=draw(st.sampled_from(Pick)), **named)


@st.composite
def gifts(draw: st.DrawFn) -> Worth:
    more: Any = {"match": draw(SHARES), "matched_by": draw(st.uuids())} if draw(st.booleans()) else {}
    return Worth(gift=draw(AMOUNTS), **more)


WORTHS: dict[str, st.SearchStrategy[Worth]] = {
    "amount": st.builds(Worth, amount=AMOUNTS),
    "share": st.builds(Worth, share=SHARES, most=AMOUNTS),
    "articles": st.builds(Worth, articles=articles(), most=st.none() | AMOUNTS),
    "thing": st.builds(Worth, thing=WORDS),
    "coupon": st.builds(Worth, coupon=st.uuids()),
    "tickets": st.builds(Worth, tickets=st.integers(1, 1000)),
    "gift": gifts(),
}


@st.composite
def steps(draw: st.DrawFn, kind: RewardKind) -> Step:
    what = draw(st.sampled_from(sorted(WORTHS_OF[kind])))
    return Step(
        points=draw(st.integers(0, 10**9)),
        money=draw(st.integers(0, 10**9)),
        worth=draw(WORTHS[what]),
        name=draw(st.just("") | WORDS),
    )


@st.composite
def pays(draw: st.DrawFn) -> PayWithPoints:
    step, least = draw(st.integers(1, 1000)), draw(st.integers(1, 10_000))
    lowest = -(-least // step) * step
    return PayWithPoints(
        points_per_unit=draw(st.fractions(Rate(1, 100), Rate(10_000), max_denominator=10**6).map(Rate)),
        least=least,
        in_steps_of=step,
        most_of_basket=draw(SHARES),
        most=draw(st.none() | st.integers(lowest, lowest * 1000)),
    )


@st.composite
def earlies(draw: st.DrawFn) -> tuple[Early, ...]:
    gaps = draw(st.lists(st.integers(1, 10_000), max_size=4))
    phases, at = [], START
    for gap in gaps:
        at += timedelta(minutes=gap)
        phases.append(Early(tiers=draw(st.frozensets(WORDS, min_size=1, max_size=2)), segments=draw(IDS), until=at))
    return tuple(phases)


@st.composite
def reward_terms(draw: st.DrawFn) -> RewardTerms:
    """Terms of any kind, with anything that fits them."""
    kind = draw(st.sampled_from(RewardKind))
    early = draw(earlies())
    paid = kind is RewardKind.DISCOUNT and draw(st.booleans())
    sponsors = draw(st.lists(st.uuids(), unique=True, max_size=3))
    segments = draw(IDS)
    limits = draw(st.sets(st.tuples(st.none() | st.sampled_from(Period), st.sampled_from(CapPer)), max_size=4))
    prizes = st.lists(st.builds(DrawPrize, thing=WORDS, winners=st.integers(1, 50)), min_size=1, max_size=3)
    later = START + timedelta(days=100)
    hours = [Hours(start=time(22), end=time(2)), Hours(start=time(8), end=time(9, 30))]
    ways = [] if paid else draw(st.lists(steps(kind), min_size=1, max_size=4))
    return RewardTerms(
        name=draw(WORDS),
        kind=kind,
        texts=tuple(
            Words(language=one, name=draw(WORDS)) for one in draw(st.sampled_from([(), ("en",), ("fi", "lv")]))
        ),
        steps=tuple(ways),
        pay=draw(pays()) if paid else None,
        partners=draw(SOME_IDS),  # type: ignore[arg-type]
        outlets=draw(IDS),  # type: ignore[arg-type]
        starts_at=START,
        ends_at=draw(st.sampled_from([None, later])),
        early=early,
        tiers=draw(TIERS),
        segments=segments,
        not_segments=draw(IDS) - segments,
        weekdays=draw(st.frozensets(st.integers(1, 7))),
        hours=tuple(draw(st.sampled_from([[], hours]))),
        time_zone=draw(st.sampled_from([None, "Europe/Riga"])),
        stock=draw(st.none() | st.integers(0, 10**9)),
        shows_stock=draw(st.booleans()),
        limits=tuple(Limit(most=draw(st.integers(1, 10**6)), period=period, per=per) for period, per in limits),
        hold_minutes=draw(st.integers(0, 30 * 24 * 60)),
        fulfilment=draw(st.sampled_from(Fulfilment)),
        sponsors=tuple(sorted((Sponsor(one, Rate(1, 3)) for one in sponsors), key=lambda one: one.partner_id)),  # type: ignore[arg-type]
        charity=draw(WORDS) if kind is RewardKind.CHARITY else None,
        draw=Draw(at=later, prizes=tuple(draw(prizes))) if kind is RewardKind.SWEEPSTAKE else None,
        automatic=draw(st.sampled_from([None, Automatic(), Automatic(weekday=5, most=2)])) if ways else None,
        image=draw(st.sampled_from([None, "https://shop.example/mug.png"])),
    )
