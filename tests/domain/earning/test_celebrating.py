"""Birthdays and anniversaries: once a year, on the local day, for those who allow it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain.earning import managing
from domain.earning.celebrating import celebrate, falls_on
from domain.earning.errors import InvalidAction, InvalidCampaign
from domain.earning.making_up import make_up
from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.rules import Flat, Gift
from domain.earning.surprising import Surprise, surprise_member, surprise_members, to_surprise
from domain.earning.tills import Caches
from domain.earning.welcoming import welcome
from domain.earning.when import When
from domain.ids import SegmentId, new_id
from domain.members.enrolment import EnrolMember, enrol
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import MemberRef, recognise
from domain.segments import managing as segments
from domain.segments.definitions import Definition
from domain.segments.managing import SegmentTerms
from domain.storage import Database, ReadSession, Sight
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

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


async def test_a_birthday_is_kept_once_in_the_window_that_is_the_members_own(
    world: World, owner: asyncpg.Connection[Any]
) -> None:
    """Whoever is in the segment of the long window has it 30 days before; everybody else 7 days, or on the day."""
    async with acting(world.database, Sight.partner(world.shop)) as session:
        gold = await segments.define(
            session, world.shop, SegmentTerms(name="Gold", definition=Definition()), now=JOINED
        )
    long = replace(BIRTHDAYS, segments=frozenset({gold.segment_id}), days_before=30, days_after=0)
    short = replace(BIRTHDAYS, not_segments=frozenset({gold.segment_id}), days_before=7)
    await world.live(Gift(prize=Prize(token=Token(kind=TokenKind.COUPON, name="A cake"))), when=long)
    await world.live(Flat(points=70), when=short)
    await world.live(Flat(points=100), when=BIRTHDAYS)
    await joins(world, "CARD0001", date(1990, 1, 10))
    await joins(world, "CARD0002", date(1990, 1, 10))
    card = MemberRef(identifier=Identifier.card("CARD0001"))
    (first,) = await recognise(world.database.pool, [card], world.shop, key=KEYS.lookup, now=NOW)
    assert first is not None
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await segments.put_in(session, world.shop, gold.segment_id, [first], now=JOINED)
    kept = []
    for day in range(40):
        now = datetime(2026, 12, 8, 10, tzinfo=UTC) + timedelta(days=day)
        kept += [f"{now:%m-%d}"] * await comes_round(world, now)
    assert kept == ["12-11", "01-03"]
    rows = await owner.fetch("SELECT original AS points, available_at FROM lot")
    assert sorted((row["points"], f"{row['available_at']:%m-%d %H}") for row in rows) == [
        (70, "01-03 10"),
        (100, "01-09 22"),
        (100, "01-09 22"),
    ]  # the points of the day wait for the day, which begins at 22 o'clock in Greenwich
    (cake,) = await owner.fetch("SELECT wallet_id, given_at, expires_at FROM token")
    assert cake["wallet_id"] == first.wallet_id
    assert (f"{cake['given_at']:%m-%d}", f"{cake['expires_at']:%m-%d %H}") == ("12-11", "01-10 22")


async def test_a_window_that_moves_brings_no_second_birthday(world: World, owner: asyncpg.Connection[Any]) -> None:
    late = replace(BIRTHDAYS, days_before=7)
    campaign = await world.live(Flat(points=70), when=late)
    await joins(world, "CARD0001", date(1990, 11, 29))
    assert await comes_round(world, NOW) == 1
    async with acting(world.database, Sight.partner(world.shop)) as session:
        sooner = world.terms(Flat(points=70), when=replace(late, days_before=3))
        await managing.change(session, world.shop, campaign.campaign_id, sooner, now=NOW)
        await managing.agree(session, world.shop, campaign.campaign_id, sooner.fingerprint(), now=NOW)
    await world.published(campaign, now=NOW + timedelta(hours=1))
    for day in range(1, 9):
        assert await comes_round(world, NOW + timedelta(days=day)) == 0
    assert await owner.fetchval("SELECT sum(points) FROM transfer WHERE kind = 'ACCRUE'") == 70


@pytest.mark.parametrize(
    ("part", "when"),
    [
        ("days_before", {"triggers": frozenset({"BIRTHDAY"}), "days_before": 61}),
        ("days_after", {"triggers": frozenset({"BIRTHDAY"}), "days_after": -1}),
        ("days_before", {"triggers": frozenset({"VISIT"}), "days_before": 1}),
        ("days_after", {"days_after": 1}),
    ],
)
def test_windows_are_for_days_that_come_round(part: str, when: dict[str, Any]) -> None:
    with pytest.raises(InvalidCampaign) as refused:
        When(**when)
    assert refused.value.path == (part,)


async def test_whoever_joins_is_welcomed_once(world: World, owner: asyncpg.Connection[Any]) -> None:
    await world.live(Flat(points=50), when=When(triggers=frozenset({"JOIN"})))
    member = await world.member()
    caches = Caches.fresh("EUR", "Europe/Riga")
    where: dict[str, Any] = {"caches": caches, "lookup_key": KEYS.lookup}
    for _ in range(2):
        await welcome(world.database.pool, member, world.shop, **where, now=NOW)
    await world.member("CARD0002")  # and somebody died just now
    for expected in (1, 0):
        assert await make_up(world.database.pool, world.shop, **where, now=NOW + timedelta(hours=1)) == expected
    await world.member("CARD0003")
    assert await make_up(world.database.pool, world.shop, **where, now=NOW + timedelta(days=4)) == 0
    assert await owner.fetch("SELECT remaining FROM lot") == [(50,), (50,)]


async def test_nobody_is_welcomed_where_no_campaign_answers(world: World, owner: asyncpg.Connection[Any]) -> None:
    member = await world.member()
    where: dict[str, Any] = {"caches": Caches.fresh("EUR", "Europe/Riga"), "lookup_key": KEYS.lookup}
    await welcome(world.database.pool, member, world.shop, **where, now=NOW)
    assert await owner.fetch("SELECT FROM action") == []


async def test_a_segment_is_surprised_once_for_each_occasion(world: World, owner: asyncpg.Connection[Any]) -> None:
    await world.live(
        Flat(points=30), when=When(triggers=frozenset({"SURPRISE"}), condition='action.occasion == "First snow"')
    )
    members = [await world.member(f"CARD000{number}") for number in range(4)]
    async with acting(world.database, Sight.partner(world.shop)) as session:
        terms = SegmentTerms(name="Regulars", definition=Definition())
        regulars = await segments.define(session, world.shop, terms, now=NOW)
        await segments.put_in(session, world.shop, regulars.segment_id, members[:3], now=NOW)
    where: dict[str, Any] = {"caches": Caches.fresh("EUR", "Europe/Riga"), "lookup_key": KEYS.lookup, "now": NOW}
    surprise = Surprise(partner_id=world.shop, occasion="First snow")
    one = await surprise_member(world.database.pool, surprise, members[0], **where)
    assert (one.members, one.points, one.left) == (1, 30, False)
    again = await surprise_member(world.database.pool, surprise, members[0], **where)
    assert (again.members, again.points) == (0, 0)
    async with world.database.session(Sight.partner(world.shop)) as session:
        found = await to_surprise(ReadSession(session), surprise, regulars.segment_id)
    swept = await surprise_members(world.database.pool, surprise, found, **where)
    assert (swept.members, swept.points, swept.left) == (2, 60, False)
    async with world.database.session(Sight.partner(world.shop)) as session:
        assert await to_surprise(ReadSession(session), surprise, regulars.segment_id) == []
        assert await to_surprise(ReadSession(session), surprise, SegmentId(new_id())) == []
    assert await owner.fetchval("SELECT sum(remaining) FROM lot") == 90
    with pytest.raises(InvalidAction):
        Surprise(partner_id=world.shop, occasion=" ")
