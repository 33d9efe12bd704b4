"""Answering: once, whoever sends it twice or at the same moment; rewarded once; and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from domain.audit.findings import Wrong
from domain.audit.responding import responses_amiss
from domain.earning.acting import record_action
from domain.earning.action_commands import RecordAction
from domain.earning.when import When
from domain.errors import IdempotencyConflict
from domain.ids import PartnerId
from domain.ledger.moving import merge_members
from domain.storage import Database, Sight
from domain.surveys import answering, managing, rewarding
from domain.surveys.answering import Answered
from domain.surveys.answers import Answer
from domain.surveys.errors import AlreadyAnswered, InvalidAnswer, InvalidSurvey, SurveyNotFound, SurveyNotOpen
from domain.surveys.keeping import Via, standing
from domain.surveys.rewarding import Rewarded
from domain.surveys.terms import SurveyState
from tests.domain.earning.world import KEYS, acting
from tests.domain.surveys.hall import GOOD, Hall, a_hall, milk


@pytest.fixture
async def hall(database: Database) -> AsyncIterator[Hall]:
    """Where it happens; the books are sound in the end."""
    made = await a_hall(database)
    yield made
    await made.world.prove()


async def test_a_response_is_rewarded_once_in_its_owners_name(hall: Hall) -> None:
    await hall.pays(50)
    survey, anna = await hall.asks(), await hall.member()
    done = await hall.answers(survey, anna)
    assert done.complete
    assert await hall.rewards() == Rewarded(recorded=1)
    assert await hall.rewards() == Rewarded()
    assert await hall.points(anna) == 50
    (row,) = await hall.behind("SELECT partner_id, attributes FROM action WHERE kind = 'SURVEY'")
    assert (row["partner_id"], row["attributes"]) == (hall.maker, '{"survey": "milk", "complete": true}')


async def test_what_was_answered_reaches_campaigns_only_of_members_that_allow_it(hall: Hall) -> None:
    await hall.pays(30, when=_wanting('action.motive == "price"'))
    survey, anna, ben = await hall.asks(), await hall.member(), await hall.member()
    await hall.allows(anna, hall.maker)
    for who in (anna, ben):
        await hall.answers(survey, who)
    await hall.rewards()
    assert (await hall.points(anna), await hall.points(ben)) == (30, 0)


async def test_the_same_key_again_is_the_same_response_and_another_is_refused(hall: Hall) -> None:
    survey, anna = await hall.asks(), await hall.member()
    command = hall.says(survey, anna)
    first = await hall.sends(command)
    again = await hall.sends(command)
    assert (again.response_id, again.replayed, first.replayed) == (first.response_id, True, False)
    with pytest.raises(AlreadyAnswered):
        await hall.answers(survey, anna)
    with pytest.raises(IdempotencyConflict):
        await hall.sends(hall.says(survey, anna, {"taste": Answer(number=1)}, idempotency_key=command.idempotency_key))


async def test_two_devices_at_once_make_one_response_and_one_reward(hall: Hall) -> None:
    await hall.pays(50)
    survey, anna = await hall.asks(), await hall.member()
    sent = [hall.sends(hall.says(survey, anna)) for _ in range(8)]
    outcomes = await asyncio.gather(*sent, return_exceptions=True)
    assert sum(isinstance(one, Answered) for one in outcomes) == 1
    assert sum(isinstance(one, AlreadyAnswered) for one in outcomes) == 7
    turns = await asyncio.gather(*(hall.rewards() for _ in range(3)))
    assert sum(one.waiting for one in turns) == 0
    assert await hall.points(anna) == 50


async def test_only_who_is_known_or_was_asked_answers(hall: Hall) -> None:
    survey, stranger = await hall.asks(hall.shop), await hall.member(PartnerId(hall.rival.partner_id))
    with pytest.raises(SurveyNotFound):
        await hall.answers(survey, stranger)
    await hall.answers(survey, stranger, via=Via.CODE, occasion="CODE/1")  # a code in its hands asks it all the same


async def test_pages_become_one_response_and_what_is_asked_no_more_is_dropped(hall: Hall) -> None:
    survey, anna = await hall.asks(), await hall.member()
    bad = {"taste": Answer(number=1), "why": Answer(options=("thin", "sour"), other="Too white")}
    page = await hall.answers(survey, anna, bad, complete=False)
    assert page.answers["why"] == Answer(options=("sour", "thin"), other="Too white")
    assert await answering.answered(hall.database.pool, survey.survey_id, anna.member_id) is None
    done = await hall.answers(survey, anna, {"taste": Answer(number=5), "words": Answer(text="Better now")})
    assert done.response_id == page.response_id
    assert dict(done.answers) == {"taste": Answer(number=5), "words": Answer(text="Better now")}
    found = await answering.answered(hall.database.pool, survey.survey_id, anna.member_id)
    assert found is not None
    assert found.closed == {"taste": {"number": 5}, "words": {"text": True}}


async def test_answers_are_held_to_the_version_that_was_begun(hall: Hall) -> None:
    survey, anna, ben = await hall.asks(), await hall.member(), await hall.member()
    await hall.answers(survey, anna, {"taste": Answer(number=5)}, complete=False)
    shorter = milk(questions=[one for one in _questions() if one["key"] in ("taste", "words")])
    async with acting(hall.database, Sight.partner(hall.maker)) as session:
        await managing.change(session, hall.maker, survey.survey_id, shorter, now=hall.now)
    async with acting(hall.database, Sight.partner(hall.maker)) as session:
        await managing.publish(session, hall.maker, survey.survey_id, now=hall.now)
    assert (await hall.answers(survey, anna, {"motive": Answer(options=("price",))})).survey.version == 1
    with pytest.raises(InvalidAnswer, match="no such question"):
        await hall.answers(survey, ben)
    assert (await hall.answers(survey, ben, {"taste": Answer(number=5)})).survey.version == 2


async def test_a_survey_that_rests_takes_no_answers(hall: Hall) -> None:
    survey, anna = await hall.asks(), await hall.member()
    await hall.answers(survey, anna, {"taste": Answer(number=5)}, complete=False)
    async with acting(hall.database, Sight.partner(hall.maker)) as session:
        await managing.pause(session, hall.maker, survey.survey_id, now=hall.now)
    with pytest.raises(SurveyNotOpen):
        await hall.answers(survey, anna)
    with pytest.raises(SurveyNotFound):
        await hall.answers(survey, await hall.member())
    async with acting(hall.database, Sight.partner(hall.maker)) as session:
        resumed = await managing.resume(session, hall.maker, survey.survey_id, now=hall.now)
    assert (resumed.state, resumed.version) == (SurveyState.LIVE, 2)
    assert (await hall.answers(survey, anna)).survey.version == 1


async def test_a_worker_that_dies_after_the_action_rewards_nobody_twice(hall: Hall) -> None:
    await hall.pays(50)
    survey, anna = await hall.asks(), await hall.member()
    done = await hall.answers(survey, anna)
    command = RecordAction(
        partner_id=hall.maker,
        member=anna,
        kind="SURVEY",
        idempotency_key=rewarding.key_of(done.response_id),
        occurred_at=hall.now,
        dated=False,
        attributes={"survey": "milk", "complete": True},
    )
    await record_action(hall.database.pool, command, caches=hall.caches(), lookup_key=KEYS.lookup, now=hall.now)
    assert await hall.rewards() == Rewarded(recorded=1)
    assert await hall.points(anna) == 50


async def test_the_proof_finds_an_action_without_its_answers(hall: Hall, owner: asyncpg.Connection) -> None:
    survey, anna, ben = await hall.asks(), await hall.member(), await hall.member()
    for who in (anna, ben):
        await hall.answers(survey, who)
    await hall.rewards()
    await owner.execute("SET app.sight = 'coalition'")
    plants = (
        "UPDATE survey_response SET response_id = gen_random_uuid() WHERE member_id = $1",
        "UPDATE survey_response SET entry_id = gen_random_uuid() WHERE member_id = $1",
        "DELETE FROM survey_response WHERE member_id = $1",
    )
    for plant in plants:
        async with planted(owner):
            await owner.execute(plant, ben.member_id)
            found = await responses_amiss(owner)
            assert {one.wrong for one in found} == {Wrong.RESPONSE_DIFFERS}, plant
    assert await responses_amiss(owner) == []


@asynccontextmanager
async def planted(owner: asyncpg.Connection) -> AsyncIterator[None]:
    """What is done within is taken back; no trigger stands in its way."""
    change = owner.transaction()
    await change.start()
    await owner.execute("SET LOCAL session_replication_role = replica")
    yield
    await change.rollback()


async def test_members_own_words_are_sealed_and_go_with_the_member(hall: Hall, owner: asyncpg.Connection) -> None:
    survey, anna = await hall.asks(), await hall.member()
    await hall.answers(survey, anna, {**GOOD, "words": Answer(text="My name is Anna")})
    again = await standing(
        hall.database.pool, survey.survey_id, anna.member_id, asking_id=None, personal_key=KEYS.personal
    )
    assert again.responses[0].answers["words"] == Answer(text="My name is Anna")
    (row,) = await owner.fetch("SELECT answers, sealed FROM survey_response")
    assert b"Anna" not in row["sealed"]
    assert "Anna" not in row["answers"]
    await owner.execute("DELETE FROM personal_data WHERE member_id = $1", anna.member_id)
    assert await owner.fetchval("SELECT sealed FROM survey_response") is None
    assert (await answering.answered(hall.database.pool, survey.survey_id, anna.member_id)) is not None


async def test_a_member_that_is_closed_takes_its_words_and_what_it_began(hall: Hall, owner: asyncpg.Connection) -> None:
    survey, second = await hall.asks(), await hall.asks(name="second")
    anna = await hall.member()
    await hall.answers(survey, anna, {**GOOD, "words": Answer(text="My name is Anna")})
    await hall.answers(second, anna, {"taste": Answer(number=5)}, complete=False)
    await owner.execute("UPDATE member SET status = 'CLOSED' WHERE member_id = $1", anna.member_id)
    (row,) = await owner.fetch("SELECT state, sealed, answers FROM survey_response")
    assert (row["state"], row["sealed"]) == ("PENDING", None)
    assert '"taste"' in row["answers"]
    await hall.rewards()
    assert await owner.fetchval("SELECT state FROM survey_response") == "DONE"  # nobody is there to be rewarded


async def test_whoever_two_members_turn_out_to_be_has_answered_once(hall: Hall) -> None:
    await hall.pays(50)
    survey, anna, ben = await hall.asks(), await hall.member(), await hall.member()
    await hall.answers(survey, anna)
    await hall.answers(survey, ben)
    await merge_members(hall.database.pool, ben, anna, now=hall.now)
    with pytest.raises(AlreadyAnswered):
        await hall.answers(survey, anna)
    await hall.rewards()
    assert await hall.points(anna) == 100  # both had answered before anybody knew


async def test_only_what_was_never_live_changes(hall: Hall) -> None:
    survey = await hall.asks()
    async with acting(hall.database, Sight.partner(hall.maker)) as session:
        with pytest.raises(InvalidSurvey, match="its name stays"):
            await managing.change(session, hall.maker, survey.survey_id, milk(name="other"), now=hall.now)
        asked_otherwise = [{**_questions()[0], "kind": "NPS"}]
        with pytest.raises(InvalidSurvey, match="was asked as CSAT"):
            await managing.change(session, hall.maker, survey.survey_id, milk(questions=asked_otherwise), now=hall.now)


async def test_missing_translations_are_refused_when_it_is_published(hall: Hall) -> None:
    with pytest.raises(InvalidSurvey) as refused:
        await hall.asks(languages=["lv", "bg"])
    assert refused.value.path == ("terms", "title")
    await hall.asks(name="milk_2", languages=["lv"])


async def test_a_survey_takes_answers_in_its_time(hall: Hall) -> None:
    later = (hall.now + timedelta(days=1)).isoformat()
    survey, anna = await hall.asks(starts_at=later), await hall.member()
    with pytest.raises(SurveyNotOpen):
        await hall.answers(survey, anna)
    hall.now += timedelta(days=1)
    await hall.answers(survey, anna)


def _questions() -> list[dict[str, object]]:
    return milk().to_json()["questions"]  # type: ignore[no-any-return]


def _wanting(condition: str) -> When:
    return When(triggers=frozenset({"SURVEY"}), condition=condition)
