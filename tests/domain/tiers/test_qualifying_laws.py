"""For any purchases and returns, the database comes to what is figured on paper; and standings follow from it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.storage import COALITION
from domain.tiers import managing
from domain.tiers.terms import Goods, Kept, Measure, StatusRates, Tier, TierPeriod
from domain.values import Rate
from tests.builders.members import seeing
from tests.domain.tiers.builders import RIGA, Town, said
from tests.domain.tiers.paper import Bought, Line, amount
from tests.domain.tiers.raw import Raw

CAMPAIGNS = (uuid4(), uuid4())
CLUB = (Tier(name="Member", threshold=0), Tier(name="Silver", threshold=10**9))
MEASURES: dict[str, dict[str, Any]] = {
    "spend": {},
    "spend on food": {"goods": Goods(departments=frozenset({"FOOD"}))},
    "spend without gift cards": {"without": Goods(categories=frozenset({"GIFT_CARDS"}), brands=frozenset({"Meadow"}))},
    "visits": {"measure": Measure.VISITS},
    "visits for dairy of Valmiera": {
        "measure": Measure.VISITS,
        "goods": Goods(categories=frozenset({"DAIRY"}), brands=frozenset({"Valmiera"})),
    },
    "points": {"measure": Measure.POINTS},
    "points of one campaign": {"measure": Measure.POINTS, "campaigns": frozenset(CAMPAIGNS[:1])},
    "status": {"measure": Measure.STATUS, "status": StatusRates(per_unit=Rate(3, 2))},
}
PERIODS: dict[str, dict[str, Any]] = {
    "calendar": {"period": TierPeriod.CALENDAR_YEAR},
    "rolling": {"period": TierPeriod.ROLLING, "months": 3, "kept": Kept.END_OF_PERIOD},
    "anniversary": {"period": TierPeriod.ANNIVERSARY},
}
TODAYS = (date(2027, 1, 1), date(2028, 2, 29), date(2028, 12, 31), date(2029, 2, 28), date(2029, 5, 31))


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_counts_is_what_is_figured_on_paper(bare_town: Town, seed: int) -> None:
    town = bare_town
    random, raw = Random(seed), Raw(town.books.owner)
    town.on("2026-01-05")
    members = await played(town, raw, random)
    for measure in MEASURES.values():
        for period in PERIODS.values():
            only = {"partners": frozenset({town.birch})} if random.random() < 0.3 else {}
            from_day = {"counting_from": random.choice([date(2026, 1, 1), date(2026, 1, 1), date(2028, 3, 5)])}
            terms = said(**measure | period | only | from_day, tiers=CLUB)
            programme = await published(town, terms)
            for today in TODAYS:
                at = datetime.combine(today, time(12), RIGA)
                found = await town.come_to_all(programme, at, look=terms.measure is Measure.STATUS)
                for (_, who), (joined, bought) in members.items():
                    assert found[who] == amount(terms, bought, joined, today), (terms, today)
            await town.books.owner.execute("UPDATE tier_programme SET state = 'ENDED', ended_at = now()")


async def test_a_standing_is_the_best_of_two_years(town: Town) -> None:
    """Reached in a year, kept to the end of the next: the tier of any day follows from the two years' sums alone."""
    random = Random(7)
    town.on("2026-01-05")
    club = await town.programme()
    members = [await town.joins("2026-01-05") for _ in range(4)]
    bought: dict[UUID, list[tuple[Any, int]]] = {one.member_id: [] for one in members}
    day = date(2026, 1, 6)
    for _ in range(60):
        day += timedelta(days=random.choice([0, 5, 25]))
        town.on(day.isoformat())
        who = random.choice(members)
        mine = bought[who.member_id]
        open_ones = [n for n, (one, left) in enumerate(mine) if left and (town.books.now - one.occurred_at).days < 40]
        if open_ones and random.random() < 0.4:
            number = random.choice(open_ones)
            await town.brings_back(who, mine[number][0])
            mine[number] = (mine[number][0], 0)
        else:
            cents = random.choice([50_00, 150_00, 299_99, 400_00, 700_00])
            mine.append((await town.buys(who, cents), cents))
        await town.look(club, who=[who])
        for one in members:
            sums = dict.fromkeys((day.year - 1, day.year), 0)
            for purchase, left in bought[one.member_id]:
                year = purchase.occurred_at.astimezone(RIGA).year
                if year in sums:
                    sums[year] += left
            best = max(sums.values())
            expected = "Gold" if best >= 1000_00 else "Silver" if best >= 300_00 else "Member"
            assert await town.tier(one) == expected, (day, sums)


async def played(town: Town, raw: Raw, random: Random) -> dict[tuple[UUID, UUID], tuple[date, list[Bought]]]:
    """Members with purchases and returns over three years; some were merged into others."""
    await raw.begin()
    members: dict[tuple[UUID, UUID], tuple[date, list[Bought]]] = {}
    for joined in (date(2026, 1, 31), date(2028, 2, 29), date(2026, 5, 31), date(2026, 12, 31)):
        moment = datetime.combine(joined, time(20), RIGA)
        here = await raw.joins(town.amber, moment)
        former = await raw.joins(town.amber, moment, into=here)
        bought: list[Bought] = []
        for _ in range(random.randrange(25, 50)):
            wallet, who = random.choice([here, here, former])
            one = made_up(random, who, (town.amber, town.birch))
            await raw.writes(wallet, one, returned_to=random.choice([here[0], wallet]))
            bought.append(one)
        members[here] = (joined, bought)
    return members


def made_up(random: Random, who: UUID, shops: tuple[UUID, UUID]) -> Bought:
    """A purchase of some day, mostly near the edges of months; parts of it may have come back."""
    day = random.choice(TODAYS) - timedelta(days=random.choice([-1, 0, 1, 30, 88, 89, 90, 91, 92, 200, 365, 366]))
    at = datetime.combine(day, time(random.choice([0, 12, 23]), random.choice([0, 59])), RIGA)
    lines = [
        Line(random.choice(["milk", "kefir", "card", "bolt"]), random.choice([0, 1, 999, 5000, 30_01]))
        for _ in range(random.randrange(1, 4))
    ]
    points = {campaign: random.randrange(1, 99) for campaign in CAMPAIGNS if random.random() < 0.7}
    taken = {}
    if random.random() < 0.4:
        whole = random.random() < 0.5
        for line in lines:
            line.back = line.amount if whole else random.choice([0, line.amount, line.amount // 2])
        taken = {campaign: random.choice([0, most // 2, most]) for campaign, most in points.items()}
    return Bought(who, random.choice(shops), at, lines, points, taken)


async def published(town: Town, terms: Any) -> Any:
    """The coalition's programme, from now on."""
    async with seeing(town.books.database, COALITION) as session:
        drawn = await managing.draw_up(session, None, terms, now=town.books.now)
        return (await managing.publish(session, None, drawn.programme_id, now=town.books.now)).programme_id
