"""Codes that ask something first: the answers and the use are there together, or neither is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.codes import entering
from domain.codes.entering import Naming
from domain.codes.errors import CodeNotAccepted, InvalidBatch, SurveyWanted
from domain.storage import Database, Sight
from domain.surveys import managing
from domain.surveys.answers import Answer
from domain.surveys.errors import InvalidAnswer
from domain.surveys.terms import Survey
from tests.domain.codes.pantry import Pantry, a_pantry
from tests.domain.earning.world import KEYS, acting
from tests.domain.surveys.hall import GOOD, milk


@pytest.fixture
async def pantry(database: Database) -> AsyncIterator[Pantry]:
    """The maker and the shop; the books are sound in the end."""
    made = await a_pantry(database)
    yield made
    await made.world.prove()


async def test_a_code_waits_for_its_answers_and_asks_no_more_than_once(
    pantry: Pantry, owner: asyncpg.Connection
) -> None:
    await pantry.paying()
    survey = await _asks(pantry)
    _, codes = await pantry.live(survey_id=survey.survey_id)
    anna = await pantry.member()
    with pytest.raises(SurveyWanted) as wanted:
        await pantry.enters(anna, codes[0])
    assert wanted.value.survey_id == survey.survey_id
    with pytest.raises(InvalidAnswer):
        await pantry.enters(anna, codes[0], answers={"taste": Answer(number=9)})
    assert await owner.fetchval("SELECT count(*) FROM code_use") == 0
    assert not (await pantry.enters(anna, codes[0], answers=GOOD)).replayed
    (row,) = await owner.fetch("SELECT state, via, about_maker, entry_id FROM survey_response")
    assert tuple(row) == ("DONE", "CODE", pantry.maker, None), "what the answers are worth, the code's campaign says"
    await pantry.enters(anna, codes[1])
    assert await pantry.points(anna) == 100


async def test_of_two_with_answers_the_second_leaves_neither_answers_nor_use(
    pantry: Pantry, owner: asyncpg.Connection
) -> None:
    await pantry.paying()
    survey = await _asks(pantry)
    _, codes = await pantry.live(survey_id=survey.survey_id)
    anna, ben = await pantry.member(), await pantry.member()
    looked = [await pantry.looks(who, codes[0]) for who in (anna, ben)]
    told = await asyncio.gather(
        *(pantry.enters(who, codes[0], looked=one, answers=GOOD) for who, one in zip((anna, ben), looked, strict=True)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, CodeNotAccepted) for one in told) == 1
    used = await owner.fetchval("SELECT member_id FROM code_use")
    assert [row["member_id"] for row in await owner.fetch("SELECT member_id FROM survey_response")] == [used]


async def test_a_posting_that_fails_leaves_no_answers(pantry: Pantry, owner: asyncpg.Connection) -> None:
    survey = await _asks(pantry)
    _, codes = await pantry.live(survey_id=survey.survey_id)
    anna = await pantry.member()
    looked = await pantry.looks(anna, codes[0])
    await owner.execute("UPDATE partner SET status = 'SUSPENDED' WHERE partner_id = $1", pantry.maker)
    with pytest.raises(CodeNotAccepted):
        await pantry.enters(anna, codes[0], looked=looked, answers=GOOD)
    assert await owner.fetchval("SELECT count(*) FROM survey_response") == 0
    assert await owner.fetchval("SELECT count(*) FROM code_use") == 0
    await owner.execute("UPDATE partner SET status = 'ACTIVE' WHERE partner_id = $1", pantry.maker)
    assert (await pantry.enters(anna, codes[0], answers=GOOD)).looked.serial == 0


async def test_a_survey_that_is_over_asks_nobody(pantry: Pantry) -> None:
    survey = await _asks(pantry)
    _, codes = await pantry.live(survey_id=survey.survey_id)
    anna = await pantry.member()
    async with acting(pantry.database, Sight.partner(pantry.maker)) as session:
        await managing.end(session, pantry.maker, survey.survey_id, now=pantry.now)
    looked = await pantry.looks(anna, codes[0])
    naming = Naming(code=codes[0], member=anna, through=None)
    pool = pantry.database.pool
    assert await entering.survey_wanted(pool, looked, anna, now=pantry.now) is None
    assert await entering.response_to(pool, naming, looked, None, "code:none", keys=KEYS, now=pantry.now) is None
    await pantry.enters(anna, codes[0])


async def test_a_maker_names_its_own_survey(pantry: Pantry) -> None:
    async with acting(pantry.database, Sight.partner(pantry.world.shop)) as session:
        drawn = await managing.draft(session, pantry.world.shop, milk(), now=pantry.now)
    with pytest.raises(InvalidBatch, match="your own"):
        await pantry.ordered(survey_id=drawn.survey_id)


async def _asks(pantry: Pantry) -> Survey:
    async with acting(pantry.database, Sight.partner(pantry.maker)) as session:
        drawn = await managing.draft(session, pantry.maker, milk(), now=pantry.now)
    async with acting(pantry.database, Sight.partner(pantry.maker)) as session:
        return await managing.publish(session, pantry.maker, drawn.survey_id, now=pantry.now)
