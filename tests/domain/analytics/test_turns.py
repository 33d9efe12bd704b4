"""Laws of wheels looked at afterwards: turns are worked out again, and whoever was given something else is named."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from domain.analytics.turns import Turns, turns_of
from domain.earning import managing, seeds
from domain.earning.errors import CampaignStateConflict
from domain.earning.prizes import Prize, Slot, Token, TokenKind
from domain.earning.rules import Gift
from domain.earning.terms import Campaign
from domain.earning.tills import Caches
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import COALITION, Database, ReadSession, Sight
from tests.domain.earning.builders import NOW, line
from tests.domain.earning.test_purchases import purchase, record
from tests.domain.earning.world import World, a_world, acting

COFFEE = Token(kind=TokenKind.COUPON, name="A free coffee")
WHEEL = Gift(prize=Prize(wheel=(Slot(weight=2, points=100), Slot(weight=1, token=COFFEE), Slot(weight=1))))
LATER = NOW + timedelta(days=40)


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition with two members."""
    made = await a_world(database)
    for card in ("CARD0001", "CARD0002"):
        await made.member(card)
    return made


async def turned(world: World) -> Campaign:
    """Two members turn the wheel six times each, one of them at two tills; then it ends."""
    made = await world.live(WHEEL)
    caches = Caches.fresh("EUR", "Europe/Riga")
    for number in range(12):
        who = MemberRef(identifier=Identifier.card(f"CARD000{number % 2 + 1}"))
        await record(world, caches, purchase(world, line(1, "milk", 1000), key=f"purchase-{number:04}", member=who))
    async with acting(world.database, Sight.partner(world.shop)) as session:
        return await managing.end(session, world.shop, made.campaign_id, now=NOW)


async def revealed(world: World, made: Campaign) -> Turns:
    """The seed is opened, and the turns are worked out again."""
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await seeds.reveal(session, world.shop, made.campaign_id, now=LATER)
    async with world.database.session(COALITION) as session:
        return await turns_of(ReadSession(session), made.campaign_id)


async def test_every_turn_is_worked_out_again_from_the_seed(world: World) -> None:
    found = await revealed(world, await turned(world))
    assert [len(member.slots) for member in found.members] == [6, 6]
    assert found.kept
    assert found.holds
    assert {slot for member in found.members for slot in member.slots} <= set(WHEEL.prize.wheel)


async def test_whoever_was_given_something_else_is_named(world: World, owner: asyncpg.Connection) -> None:
    made = await turned(world)
    cheated = await owner.fetchval("SELECT member_id FROM tally, member WHERE key LIKE '%/turns/%' LIMIT 1")
    assert cheated is not None
    await owner.execute("UPDATE tally SET counted = counted + 40 WHERE key LIKE '%/turns/' || $1 || '/'", cheated.hex)
    found = await revealed(world, made)
    assert [member.member_id for member in found.members if not member.holds] == [cheated]
    assert not found.holds


async def test_nothing_is_worked_out_before_the_seed_is_open(world: World) -> None:
    made = await turned(world)
    async with world.database.session(COALITION) as session:
        with pytest.raises(CampaignStateConflict, match="without a revealed seed"):
            await turns_of(ReadSession(session), made.campaign_id)
