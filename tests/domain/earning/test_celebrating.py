"""Birthdays and anniversaries: once a year, on the local day, for those who allow it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain.earning.celebrating import celebrate, falls_on
from domain.earning.rules import Flat
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.members.enrolment import EnrolMember, enrol
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.personal_data import PersonalDetails
from domain.storage import Database
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world

BIRTHDAYS = When(triggers=frozenset({"BIRTHDAY"}))
YEARS = When(triggers=frozenset({"ANNIVERSARY"}), condition="action.years >= 3")
EARNED = "SELECT kind, occurred_at FROM action ORDER BY occurred_at"
JOINED = datetime(2024, 11, 22, 23, 30, tzinfo=UTC)
"""In Riga it is the 23rd."""


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A coalition whose shop celebrates; its books are sound in the end."""
    made = await a_world(database)
    yield made
    await made.prove()


async def joins(world: World, card: str, born_on: date | None, *, allows: bool = True, now: datetime = JOINED) -> None:
    """Somebody joins, and perhaps allows offers by what they tell."""
    command = EnrolMember(
        partner_id=world.shop,
        idempotency_key=f"enrol-{card}",
        identifiers=(Identifier.card(card),),
        details=PersonalDetails(name=card, born_on=born_on),
        consents=frozenset({ConsentPurpose.OFFERS}) if allows else frozenset(),
    )
    await enrol(world.database.pool, command, keys=KEYS, now=now)


async def comes_round(world: World, now: datetime) -> int:
    """The worker looks at the days."""
    caches = Caches.fresh("EUR", "Europe/Riga")
    keys = {"lookup_key": KEYS.lookup, "personal_key": KEYS.personal}
    return await celebrate(world.database, caches=caches, now=now, **keys)


async def test_a_birthday_earns_once_a_year_on_the_local_day(world: World, owner: asyncpg.Connection[Any]) -> None:
    await world.live(Flat(points=100), when=BIRTHDAYS)
    await joins(world, "CARD0001", date(1990, 11, 23))
    await joins(world, "CARD0002", date(1990, 11, 23), allows=False)
    await joins(world, "CARD0003", None)
    midnight = datetime(2026, 11, 22, 22, tzinfo=UTC)  # in Riga
    assert await comes_round(world, midnight - timedelta(minutes=1)) == 0
    assert await comes_round(world, midnight) == 1
    assert await comes_round(world, midnight + timedelta(hours=20)) == 0
    assert await owner.fetchval("SELECT sum(remaining) FROM lot") == 100
    assert await comes_round(world, midnight + timedelta(days=365)) == 1
    assert await owner.fetchval("SELECT sum(remaining) FROM lot") == 200


async def test_days_that_nobody_looked_at_are_made_up_for(world: World, owner: asyncpg.Connection[Any]) -> None:
    await world.live(Flat(points=100), when=BIRTHDAYS)
    await joins(world, "CARD0001", date(1990, 11, 20))
    await joins(world, "CARD0002", date(1990, 11, 18))
    assert await comes_round(world, NOW) == 1  # two days later, and four
    assert [row["occurred_at"].date() for row in await owner.fetch(EARNED)] == [date(2026, 11, 20)]


async def test_years_as_a_member_are_told_to_campaigns(world: World, owner: asyncpg.Connection[Any]) -> None:
    await world.live(Flat(points=7), when=YEARS)
    await joins(world, "CARD0001", None)
    await joins(world, "CARD0002", None, now=datetime(2026, 11, 23, 8, tzinfo=UTC))
    for year, points in ((2026, None), (2027, 7), (2028, 14)):
        await comes_round(world, datetime(year, 11, 23, 9, tzinfo=UTC))
        assert await owner.fetchval("SELECT sum(remaining)::int FROM lot") == points
    assert [row["kind"] for row in await owner.fetch(EARNED)] == ["ANNIVERSARY"] * 5


async def test_nothing_is_recorded_where_no_campaign_answers(world: World, owner: asyncpg.Connection[Any]) -> None:
    await joins(world, "CARD0001", NOW.date().replace(year=1990))
    assert await comes_round(world, NOW) == 0
    assert await owner.fetch(EARNED) == []


def test_the_leap_day_is_kept_on_the_first_of_march() -> None:
    assert falls_on(date(2028, 2, 29), 2, 29)
    assert not falls_on(date(2028, 3, 1), 2, 29)
    assert falls_on(date(2027, 3, 1), 2, 29)
    assert not falls_on(date(2027, 2, 28), 2, 29)
    assert not falls_on(date(2100, 2, 28), 2, 29)
    assert falls_on(date(2100, 3, 1), 2, 29)
