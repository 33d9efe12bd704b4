"""Laws of actions, from whoever saw them to the books."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.coalition.errors import OutletNotFound
from domain.earning.acting import receipt_of, record_action, record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.action_types import ActionField, FieldKind, define, retire, types_of
from domain.earning.bounds import Cap, CapOf
from domain.earning.errors import (
    ActionInFuture,
    ActionTooOld,
    ActionTypeNotFound,
    ActionTypeTaken,
    InvalidAction,
    InvalidActionType,
)
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.rules import Card, Flat, Gift
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.earning.verdicts import Why
from domain.earning.when import When
from domain.errors import IdempotencyConflict
from domain.members.errors import MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import Database, Sight, opened
from domain.values import Rate
from tests.domain.earning.builders import NOW, shared
from tests.domain.earning.test_purchases import CARD
from tests.domain.earning.world import KEYS, World, a_world, acting

REVIEWS, VISITS = (When(triggers=frozenset({name})) for name in ("REVIEW", "VISIT"))
BADGE = Token(kind=TokenKind.BADGE, name="Explorer")


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A coalition with a member at the shop; its books are sound in the end."""
    made = await a_world(database)
    await made.member()
    yield made
    await made.prove()


@pytest.fixture
def caches() -> Caches:
    """A server that has just started."""
    return Caches.fresh("EUR", "Europe/Riga")


def action(world: World, kind: str = "VISIT", key: str = "action-01", **parts: Any) -> RecordAction:
    """Something that the holder of the card did."""
    usual = {"partner_id": world.shop, "member": CARD, "kind": kind, "idempotency_key": key, "occurred_at": NOW}
    return RecordAction(**{**usual, **parts})


async def record(world: World, caches: Caches, command: RecordAction, *, now: Any = NOW) -> ActionReceipt:
    """The receipt of one action."""
    return await record_action(world.database.pool, command, caches=caches, lookup_key=KEYS.lookup, now=now)


async def test_an_action_earns_as_its_campaigns_say(
    world: World, caches: Caches, owner: asyncpg.Connection[Any]
) -> None:
    good = replace(REVIEWS, condition="action.stars >= 4")
    sponsors = shared((world.maker, "2/3"), (world.shop, "1/3"))
    await world.live(Flat(points=50), name="Thanks", when=good, sponsors=sponsors)
    await world.live(Gift(prize=Prize(token=BADGE)), name="Badge", when=REVIEWS)
    receipt = await record(world, caches, action(world, "REVIEW", attributes={"stars": 5, "sku": "milk"}))
    assert [(one.points, one.funded, one.reason) for one in receipt.awards] == [
        (50, ((world.maker, 33), (world.shop, 17)), "Thanks: 50 points")
    ]
    assert [(one.kind, one.name) for one in receipt.tokens] == [("BADGE", "Explorer")]
    assert (receipt.counters.available, receipt.replayed) == (50, False)
    row = await owner.fetchrow("SELECT kind, attributes FROM action")
    assert row is not None
    assert (row["kind"], row["attributes"]) == ("REVIEW", '{"sku": "milk", "stars": 5}')
    assert await owner.fetchval("SELECT kind FROM entry") == "ACTION"
    poor = await record(world, caches, action(world, "REVIEW", key="action-02", attributes={"stars": 3}))
    assert [(one.campaign.terms.name, one.why) for one in poor.refusals] == [("Thanks", Why.CONDITION_NOT_MET)]


async def test_the_same_action_again_gives_the_first_answer(world: World, caches: Caches) -> None:
    await world.live(Flat(points=5), when=VISITS, caps=(Cap(most=1, of=CapOf.TIMES, period=Period.DAY),))
    await world.live(Gift(prize=Prize(token=BADGE)), name="Badge", when=VISITS)
    first = await record(world, caches, action(world))
    again = await record(world, Caches.fresh("EUR", "Europe/Riga"), action(world), now=NOW + timedelta(days=90))
    assert again.replayed
    assert replace(again, rating=first.rating, member=first.member) == first
    where = (world.shop, first.wallet_id, first.entry_id, "EUR")
    assert await receipt_of(world.database.pool, *where) == again
    with pytest.raises(IdempotencyConflict):
        await record(world, caches, action(world, channel="APP"))


async def test_sixteen_check_ins_at_once_earn_as_often_as_their_cap_says(database_url: str) -> None:
    async with opened(database_url, connections=8) as database:
        world = await a_world(database)
        await world.member()
        cap = Cap(most=3, of=CapOf.TIMES, period=Period.DAY)
        await world.live(Flat(points=7), when=When(triggers=frozenset({"CHECK_IN"})), caps=(cap,))
        tills = [Caches.fresh("EUR", "Europe/Riga") for _ in range(16)]
        answers = await asyncio.gather(
            *(record(world, till, action(world, "CHECK_IN", key=f"action-{at:02}")) for at, till in enumerate(tills))
        )
        assert sorted(answer.points for answer in answers) == [0] * 13 + [7] * 3


async def test_visits_and_check_ins_can_stamp_one_card(world: World, caches: Caches) -> None:
    both = When(triggers=frozenset({"VISIT", "CHECK_IN"}))
    await world.live(Card(every=4, prize=Prize(points=40)), when=both)
    commands = [action(world, ("VISIT", "CHECK_IN")[at % 2], key=f"action-{at:02}") for at in range(9)]
    answers = await record_actions(world.database.pool, commands, caches=caches, lookup_key=KEYS.lookup, now=NOW)
    assert sorted(one.points for one in answers if isinstance(one, ActionReceipt)) == [0] * 7 + [40, 40]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"kind": "NOTHING_KNOWN"}, ActionTypeNotFound),
        ({"kind": "PURCHASE"}, ActionTypeNotFound),
        ({"attributes": {"stars": 5}}, InvalidAction),
        ({"kind": "REVIEW", "attributes": {"stars": "five"}}, InvalidAction),
        ({"kind": "REVIEW", "attributes": {"stars": True}}, InvalidAction),
        ({"kind": "REVIEW", "attributes": {"stars": 10**13}}, InvalidAction),
        ({"kind": "REVIEW", "attributes": {"sku": ""}}, InvalidAction),
        ({"occurred_at": NOW + timedelta(minutes=6)}, ActionInFuture),
        ({"occurred_at": NOW - timedelta(days=32)}, ActionTooOld),
        ({"member": MemberRef(identifier=Identifier.card("NOBODY"))}, MemberNotFound),
        ({"outlet_code": "nowhere"}, OutletNotFound),
    ],
)
async def test_what_an_action_cannot_be_is_refused_and_leaves_its_key_free(
    world: World, caches: Caches, change: dict[str, Any], refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        await record(world, caches, action(world, **change))
    assert not (await record(world, caches, action(world))).replayed


async def test_a_partner_records_types_of_its_own(world: World, caches: Caches) -> None:
    fields = [ActionField("model", FieldKind.TEXT, required=True), ActionField("minutes", FieldKind.WHOLE)]
    async with acting(world.database, Sight.partner(world.shop)) as session:
        made = await define(session, world.shop, "TEST_DRIVE", fields, now=NOW)
        assert await define(session, world.shop, "TEST_DRIVE", fields, now=NOW) == made
        assert made in await types_of(session, world.shop)
        for name, other in (("TEST_DRIVE", []), ("VISIT", fields)):
            with pytest.raises(ActionTypeTaken):
                await define(session, world.shop, name, other, now=NOW)
        for name in ("PURCHASE", "small", "", "X" * 41):
            with pytest.raises(InvalidActionType):
                await define(session, world.shop, name, [], now=NOW)
    drives = When(triggers=frozenset({"TEST_DRIVE"}), condition="action.minutes >= 20")
    await world.live(Flat(points=500), when=drives, sponsors=(Sponsor(world.maker, Rate(1)),))
    drive = action(world, "TEST_DRIVE", attributes={"model": "Niva", "minutes": 25})
    assert (await record(world, caches, drive)).points == 500
    with pytest.raises(InvalidAction):
        await record(world, caches, action(world, "TEST_DRIVE", key="action-02", attributes={"minutes": 25}))
    with pytest.raises(ActionTypeNotFound):
        await record(world, caches, replace(drive, partner_id=world.maker, idempotency_key="action-03"))
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await retire(session, world.shop, "TEST_DRIVE", now=NOW)
        with pytest.raises(ActionTypeNotFound):
            await retire(session, world.shop, "TEST_DRIVE", now=NOW)
    with pytest.raises(ActionTypeNotFound):
        await record(world, caches, replace(drive, idempotency_key="action-04"))
    assert (await record(world, caches, drive)).replayed
    async with acting(world.database, Sight.partner(world.shop)) as session:
        assert (await define(session, world.shop, "TEST_DRIVE", [], now=NOW)).fields == ()
