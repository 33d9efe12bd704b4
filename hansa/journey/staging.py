"""The first weeks of the demonstration: what is offered, the days that are lived, what is argued about afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta

from domain.settlement.models import CycleState
from domain.storage import Database
from hansa.clocks import CoalitionClock
from hansa.journey import arguing, cast, closing, favours, offering, providing
from hansa.journey.founding import Founded
from hansa.journey.living import Life, Tally
from hansa.journey.trips import Journey, day_of, end_of, midnight
from hansa.segmenting import refresh_due
from hansa.tiering import look_around
from partners.keys import Keys


def last_day(journey: Journey, days: int) -> date:
    """The last of so many days of a journey."""
    return min(journey.days[0] + timedelta(days=days - 1), journey.days[-1])


async def days_left(life: Life, until: date) -> list[date]:
    """The days up to that one which have not been lived wholly."""
    first = day_of(await life.clock())
    return [first + timedelta(days=number) for number in range((until - first).days + 1)]


async def stage(
    life: Life, founded: Founded, until: date, *, stopping: asyncio.Event, lived: Callable[[date], None]
) -> Tally:
    """Live what has not been lived; the month that is over is laid before the partners. `lived` hears of each day."""
    await providing.provide(life.at(cast.OPENING), founded)
    await offering.offer(life.at(cast.OPENING), founded)
    tally = Tally()
    for day in await days_left(life, until):
        if stopping.is_set():
            return tally
        await closing.settle(life.at(midnight(day)), founded, upto=CycleState.PROPOSED)
        tally.add(await life.live(day))
        lived(day)
    end = end_of(until)
    await closing.settle(life.at(end), founded, upto=CycleState.PROPOSED)
    await arguing.argue(life.at(end), founded)
    await favours.favour(life.at(end), founded, life.journey.most_frequent(1)[0])
    await _looked_over(life.database, life.keys)
    return tally


async def _looked_over(database: Database, keys: Keys) -> None:
    """Its segments are filled and its tiers given, whether or not a worker runs beside it."""
    clock = CoalitionClock(database)
    await clock.look()
    await refresh_due(database, personal_key=keys.personal_data, now=clock())
    await look_around(database, now=clock())
