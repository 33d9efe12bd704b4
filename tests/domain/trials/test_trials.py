"""Trials from applying to feedback: just so many places, drawn as promised, handed once, and worth something once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from domain.earning.rules import Flat
from domain.earning.when import When
from domain.ledger.moving import merge_members
from domain.segments import managing as segments
from domain.segments.definitions import Definition
from domain.segments.managing import SegmentTerms
from domain.storage import Database, Sight, opened
from domain.surveys.errors import AlreadyAnswered, InvalidAnswer
from domain.trials import drawing, managing
from domain.trials.errors import (
    InvalidTrial,
    PlacesTaken,
    TrialNameTaken,
    TrialNotDrawn,
    TrialNotFound,
    TrialNotOpen,
    TrialStepOver,
)
from domain.trials.moving_on import TrialsDone
from domain.trials.terms import Choosing, Handing, TrialId, TrialTerms
from tests.domain.earning.world import acting
from tests.domain.trials.kitchen import CLOSES, DAY, ENDS, LIKED, MINUTE, SEED, Kitchen, a_kitchen, usual_terms

FIRST_COME = {"choosing": Choosing.FIRST_COME}


@pytest.fixture
async def kitchen(database: Database) -> AsyncIterator[Kitchen]:
    """The maker and its milk; the books are sound in the end."""
    made = await a_kitchen(database)
    await made.world.live(
        Flat(points=70),
        owner=made.maker,
        partners=frozenset({made.maker}),
        when=When(triggers=frozenset({"TRIAL"}), condition='action.trial == "New milk"'),
    )
    yield made
    await made.world.prove()


async def test_a_trial_goes_from_the_draw_to_feedback_that_earns_once(kitchen: Kitchen) -> None:
    trial = await kitchen.opens(cost=90)
    members = [await kitchen.tester() for _ in range(5)]
    await kitchen.applies(trial, *members, members[0])
    assert await kitchen.states(*members) == ["APPLIED"] * 5
    told = await kitchen.told(trial)
    assert (told.seed, told.tickets, told.places, told.taken) == (None, 5, 2, 0)
    kitchen.now = CLOSES
    assert await kitchen.moves_on() == TrialsDone(), "somebody may still be on the way"
    kitchen.now += drawing.SETTLES
    assert await kitchen.moves_on() == TrialsDone(drawn=1)
    states = await kitchen.states(*members)
    assert sorted(states) == ["APPLIED"] * 3 + ["CHOSEN"] * 2
    chosen = [one for one, state in zip(members, states, strict=True) if state == "CHOSEN"]
    await kitchen.takes(trial, *chosen, chosen[0])
    await kitchen.hands(trial, chosen[0])
    await kitchen.hands(trial, chosen[0])
    said = await kitchen.says(trial, chosen[0])
    assert (await kitchen.says(trial, chosen[0])).response_id == said.response_id
    assert await kitchen.states(*chosen) == ["FEEDBACK", "ACCEPTED"]
    assert (await kitchen.moves_on()).earned == 1
    assert (await kitchen.moves_on()).earned == 0
    assert await kitchen.points(chosen[0]) == 70
    assert await kitchen.states(*chosen) == ["DONE", "ACCEPTED"]
    report = await kitchen.report(trial)
    assert (report.applied, report.chosen, report.accepted, report.handed, report.feedback) == (5, 2, 2, 1, 1)
    assert report.cost == 90


async def test_the_draw_is_the_one_that_was_promised(kitchen: Kitchen) -> None:
    trial = await kitchen.opens()
    with pytest.raises(TrialNotDrawn):
        await drawing.all_tickets(kitchen.database.pool, trial.trial_id)
    await kitchen.applies(trial, *[await kitchen.tester() for _ in range(4)])
    before = await kitchen.told(trial)
    kitchen.now = CLOSES + DAY
    await asyncio.gather(kitchen.moves_on(), kitchen.moves_on())
    told = await kitchen.told(trial)
    assert (told.commitment, told.seed, told.taken) == (before.commitment, SEED, 2)
    tickets = await drawing.all_tickets(kitchen.database.pool, trial.trial_id)
    assert drawing.prove(told, tickets).holds
    swapped = [replace(one, rank=5 - one.rank) for one in tickets]
    assert not drawing.prove(told, swapped).line_right
    assert not drawing.prove(told, tickets[:-1]).tickets_kept
    assert not drawing.prove(replace(told, seed=bytes(32)), tickets).seed_kept


async def test_thirty_two_at_once_get_just_so_many_places(kitchen: Kitchen, database_url: str) -> None:
    trial = await kitchen.opens(places=3, **FIRST_COME)
    members = [await kitchen.tester() for _ in range(32)]
    async with opened(database_url, connections=16) as many:
        crowd = replace(kitchen, world=replace(kitchen.world, database=many))
        await asyncio.gather(*(crowd.applies(trial, one) for one in members))
        states = await crowd.states(*members)
        assert states.count("CHOSEN") == 3
        chosen = [one for one, state in zip(members, states, strict=True) if state == "CHOSEN"]
        await asyncio.gather(*(crowd.declines(trial, one) for one in chosen), crowd.moves_on(), crowd.moves_on())
        states = await crowd.states(*members)
    assert (states.count("CHOSEN"), states.count("DECLINED"), states.count("APPLIED")) == (3, 3, 26)
    assert (await kitchen.told(trial)).taken == 3


async def test_a_place_that_lapses_goes_to_the_next_and_a_sample_that_is_out_does_not(kitchen: Kitchen) -> None:
    trial = await kitchen.opens(places=1, accept_days=2, **FIRST_COME)
    anna, ben, carl, dora = [await kitchen.tester() for _ in range(4)]
    await kitchen.applies(trial, anna, ben, carl, dora)
    kitchen.now += 2 * DAY
    with pytest.raises(TrialStepOver):
        await kitchen.takes(trial, anna)
    assert (await kitchen.moves_on()).lapsed == 1
    assert await kitchen.states(anna, ben, carl) == ["LAPSED", "CHOSEN", "APPLIED"]
    with pytest.raises(TrialStepOver):
        await kitchen.applies(trial, anna)
    await kitchen.declines(trial, ben)
    await kitchen.takes(trial, carl)
    await kitchen.hands(trial, carl)
    with pytest.raises(TrialStepOver):
        await kitchen.declines(trial, carl)
    kitchen.now = ENDS
    with pytest.raises(TrialStepOver):
        await kitchen.says(trial, carl)
    assert (await kitchen.moves_on()).lapsed == 2
    assert await kitchen.states(carl, dora) == ["LAPSED", "LAPSED"]
    assert (await kitchen.told(trial)).taken == 1, "the sample is out"


async def test_only_those_it_is_meant_for_apply_and_in_time(kitchen: Kitchen) -> None:
    anna, ben = await kitchen.tester(), await kitchen.member()
    async with acting(kitchen.database, Sight.partner(kitchen.maker)) as session:
        terms = SegmentTerms(name="Testers", definition=Definition())
        listed = await segments.define(session, kitchen.maker, terms, now=kitchen.now)
    trial = await kitchen.opens(segments=frozenset({listed.segment_id}))
    with pytest.raises(TrialNotFound):
        await kitchen.applies(trial, anna)
    assert await kitchen.mine_of(anna) == []
    async with acting(kitchen.database, Sight.partner(kitchen.maker)) as session:
        await segments.put_in(session, kitchen.maker, listed.segment_id, [anna, ben], now=kitchen.now)
    assert [one.place for one in await kitchen.mine_of(anna)] == [None]
    with pytest.raises(TrialNotFound):
        await kitchen.applies(trial, ben)
    kitchen.now -= MINUTE
    with pytest.raises(TrialNotOpen):
        await kitchen.applies(trial, anna)
    kitchen.now = CLOSES
    with pytest.raises(TrialNotOpen):
        await kitchen.applies(trial, anna)
    kitchen.now -= MINUTE
    await kitchen.applies(trial, anna)
    with pytest.raises(TrialNotFound):
        await kitchen.applies(replace(trial, trial_id=TrialId(listed.segment_id)), anna)
    tiered = await kitchen.opens(name="Gold alone", tiers=frozenset({"Gold"}))
    with pytest.raises(TrialNotFound):
        await kitchen.applies(tiered, anna)


async def test_samples_are_handed_once_and_only_by_those_named(kitchen: Kitchen) -> None:
    trial = await kitchen.opens(places=1, **FIRST_COME)
    anna, ben = await kitchen.tester(), await kitchen.tester()
    await kitchen.applies(trial, anna, ben)
    with pytest.raises(TrialStepOver):
        await kitchen.hands(trial, anna)
    await kitchen.takes(trial, anna)
    with pytest.raises(TrialNotFound):
        await kitchen.hands(trial, anna, by=kitchen.rival)
    with pytest.raises(TrialStepOver):
        await kitchen.hands(trial, ben)
    counters = (kitchen.hands(trial, anna), kitchen.hands(trial, anna, by=kitchen.maker))
    outcomes = await asyncio.gather(*counters, return_exceptions=True)
    assert [type(one) for one in outcomes if one is not None] == [TrialStepOver]
    with pytest.raises(InvalidAnswer):
        await kitchen.says(trial, anna, {})
    with pytest.raises(TrialStepOver):
        await kitchen.says(trial, ben)
    await kitchen.says(trial, anna, LIKED)
    with pytest.raises(AlreadyAnswered):
        await kitchen.says(trial, anna, LIKED, key="feedback-once-more")


async def test_a_voucher_is_the_sample_and_comes_by_itself_once(kitchen: Kitchen) -> None:
    trial = await kitchen.opens(handing=Handing.VOUCHER, coupon=await kitchen.coupon(), **FIRST_COME)
    anna = await kitchen.tester()
    await kitchen.applies(trial, anna)
    await kitchen.takes(trial, anna)
    turns = await asyncio.gather(kitchen.moves_on(), kitchen.moves_on())
    assert sum(one.given for one in turns) >= 1
    assert await kitchen.states(anna) == ["HANDED"]
    async with kitchen.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.sight', 'coalition', true)")
        assert await connection.fetchval("SELECT count(*) FROM voucher") == 1


async def test_who_allows_no_offers_any_more_gives_up_and_is_not_named(kitchen: Kitchen) -> None:
    trial = await kitchen.opens(places=2, **FIRST_COME)
    anna, ben, carl = [await kitchen.tester() for _ in range(3)]
    await kitchen.applies(trial, anna, ben, carl)
    await kitchen.takes(trial, anna, ben)
    await kitchen.hands(trial, ben)
    for one in (anna, ben):
        await kitchen.withdraws(one)
    assert (await kitchen.moves_on()).lapsed == 1
    assert await kitchen.states(anna, ben, carl) == ["LAPSED", "HANDED", "CHOSEN"]
    assert [one.pairwise_id is not None for one in await kitchen.places(trial)] == [False, False, True]


async def test_two_members_that_are_one_have_one_place(kitchen: Kitchen) -> None:
    trial = await kitchen.opens(places=2, **FIRST_COME)
    anna, other, ben = [await kitchen.tester() for _ in range(3)]
    await kitchen.applies(trial, anna, other, ben)
    await kitchen.takes(trial, other)
    await merge_members(kitchen.database.pool, other, anna, now=kitchen.now)
    assert await kitchen.states(anna, ben) == ["ACCEPTED", "CHOSEN"]
    await kitchen.hands(trial, anna)
    await kitchen.says(trial, anna)
    assert (await kitchen.moves_on()).earned == 1
    assert await kitchen.points(anna) == 70


async def test_a_member_that_is_gone_leaves_its_place(kitchen: Kitchen, owner: asyncpg.Connection) -> None:
    trial = await kitchen.opens(places=1, **FIRST_COME)
    anna, ben = await kitchen.tester(), await kitchen.tester()
    await kitchen.applies(trial, anna, ben)
    await owner.execute("UPDATE member SET status = 'CLOSED' WHERE member_id = $1", anna.member_id)
    assert await kitchen.states(ben) == ["CHOSEN"]
    assert (await kitchen.told(trial)).taken == 1


async def test_a_next_version_adds_places_and_never_takes_any(kitchen: Kitchen) -> None:
    trial = await kitchen.opens(places=2, **FIRST_COME)
    members = [await kitchen.tester() for _ in range(4)]
    await kitchen.applies(trial, *members)
    with pytest.raises(PlacesTaken):
        await kitchen.follows(trial, places=1, **FIRST_COME)
    with pytest.raises(InvalidTrial):
        await kitchen.follows(trial, places=3)
    await kitchen.follows(trial, places=3, **FIRST_COME)
    assert (await kitchen.states(*members)).count("CHOSEN") == 3
    async with acting(kitchen.database, Sight.partner(kitchen.maker)) as session:
        await managing.pause(session, kitchen.maker, trial.trial_id, now=kitchen.now)
    late = await kitchen.tester()
    with pytest.raises(TrialNotOpen):
        await kitchen.applies(trial, late)
    async with acting(kitchen.database, Sight.partner(kitchen.maker)) as session:
        await managing.resume(session, kitchen.maker, trial.trial_id, now=kitchen.now)
    await kitchen.applies(trial, late)
    async with acting(kitchen.database, Sight.partner(kitchen.maker)) as session:
        await managing.end(session, kitchen.maker, trial.trial_id, now=kitchen.now)
    await kitchen.takes(trial, members[0])
    await kitchen.declines(trial, members[1])
    assert (await kitchen.moves_on()).lapsed == 2
    assert await kitchen.states(*members, late) == ["ACCEPTED", "DECLINED", "CHOSEN", "LAPSED", "LAPSED"]


async def test_a_trial_names_what_is_there_and_is_its_owners_alone(kitchen: Kitchen) -> None:
    trial = await kitchen.opens()
    with pytest.raises(TrialNameTaken):
        await kitchen.opens()
    for changes, part in (
        ({"products": frozenset({"cheese"})}, "products"),
        ({"survey": trial.trial_id}, "survey"),
        ({"segments": frozenset({trial.trial_id})}, "segments"),
        ({"partners": frozenset({trial.trial_id})}, "partners"),
        ({"handing": Handing.VOUCHER, "coupon": trial.trial_id}, "coupon"),
    ):
        with pytest.raises(InvalidTrial) as refused:
            await kitchen.opens(name="Other", **changes)
        assert refused.value.path == (part,)
    async with acting(kitchen.database, Sight.partner(kitchen.rival)) as session:
        with pytest.raises(TrialNotFound):
            await managing.end(session, kitchen.rival, trial.trial_id, now=kitchen.now)
    kitchen.now = ENDS
    with pytest.raises(InvalidTrial):
        await kitchen.opens(name="Too late")


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("name", {"name": " "}),
        ("products", {"products": frozenset()}),
        ("places", {"places": 0}),
        ("accept_days", {"accept_days": 91}),
        ("cost", {"cost": -1}),
        ("apply_until", {"apply_until": CLOSES - timedelta(days=90)}),
        ("feedback_until", {"feedback_until": CLOSES}),
        ("coupon", {"handing": Handing.VOUCHER}),
        ("partners", {"handing": Handing.SENT, "partners": frozenset({SEED})}),
        ("words", {"words": {"en": ""}}),
        ("words", {"words": {"xx": "Try it"}}),
    ],
)
def test_terms_out_of_range_are_refused_by_name(part: str, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidTrial) as refused:
        usual_terms(**changes)
    assert refused.value.path == (part,)


def test_terms_are_read_back_as_they_were_written() -> None:
    for terms in (
        usual_terms(),
        usual_terms(words={"lv": "Pamēģini"}, tiers=frozenset({"Gold"}), offers=False, cost=5),
    ):
        again = TrialTerms.from_json(terms.to_json())
        assert again == terms
        assert again.fingerprint() == terms.fingerprint()
    with pytest.raises(InvalidTrial):
        TrialTerms.from_json({**usual_terms().to_json(), "places": "2"})
