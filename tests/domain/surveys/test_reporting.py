"""What answers say in sum: equal to a straightforward recount, and nothing of fewer than ten members."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.storage import Database, Sight
from domain.surveys.answers import Answer
from domain.surveys.errors import SurveyNotFound
from domain.surveys.figures import Promoters, promoters_of, satisfaction_of
from domain.surveys.reporting import By, GroupReport, Told, group_report, quality, report, tellable
from tests.domain.earning.world import KEYS, acting
from tests.domain.surveys.hall import Hall, a_hall, milk

ANSWERS = st.fixed_dictionaries(
    {"taste": st.builds(Answer, number=st.integers(3, 5))},
    optional={
        "motive": st.builds(Answer, options=st.sampled_from([("price",), ("taste",)])),
        "recommend": st.builds(Answer, number=st.integers(0, 10)),
    },
)


@settings(max_examples=60)
@given(st.lists(st.tuples(ANSWERS, st.integers(1, 4), st.booleans()), max_size=30))
def test_a_report_equals_a_recount(said: list[tuple[dict[str, Answer], int, bool]]) -> None:
    told = [Told(who=who, version=1, complete=complete, answers=answers, groups={}) for answers, who, complete in said]
    found = group_report(None, milk(), {1: milk()}, told, [])
    complete = [answers for answers, _, done in said if done]
    assert (found.complete, found.begun) == (len(complete), len(said) - len(complete))
    assert found.members == len({who for _, who, _ in said})
    by_key = {one.question.key: one for one in found.questions}
    for key in ("taste", "recommend"):
        numbers = Counter(str(one[key].number) for one in complete if key in one)
        assert {one.option: one.count for one in by_key[key].options if one.count} == numbers
    motives = Counter(one["motive"].options[0] for one in complete if "motive" in one)
    assert {one.option: one.count for one in by_key["motive"].options if one.count} == motives
    assert by_key["why"].asked == 0
    assert sum(one.dropped for one in found.questions) == len(said) - len(complete)
    tastes = [one["taste"].number or 0 for one in complete]
    if tastes:
        satisfaction = by_key["taste"].satisfaction
        assert satisfaction is not None
        assert satisfaction.share == Fraction(sum(one >= 4 for one in tastes), len(tastes))
        assert satisfaction.mean == Fraction(sum(tastes), len(tastes))


def test_figures_worked_out_by_hand() -> None:
    satisfaction = satisfaction_of([5, 4, 3, 1])
    assert satisfaction is not None
    assert (satisfaction.share, satisfaction.mean) == (Fraction(1, 2), Fraction(13, 4))
    # 50 promoters, 20 detractors of 100: 30; variance (0.7 - 0.09) / 100 = 0.0061, root 0.0781, times 1.96: 15.3
    promoters = Promoters(answered=100, promoters=50, detractors=20)
    assert promoters.score == 30
    assert promoters.interval == (Decimal("14.7"), Decimal("45.3"))
    assert promoters_of([]) is None
    assert promoters_of([9, 10, 8, 6]) == Promoters(answered=4, promoters=2, detractors=1)
    assert Promoters(answered=2, promoters=2, detractors=0).interval == (Decimal("100.0"), Decimal("100.0"))


def test_a_small_group_cannot_be_found_by_taking_the_others_from_all() -> None:
    def of(key: str, members: int) -> GroupReport:
        return GroupReport(key=key, members=members, complete=0, begun=0, offered=0, answered_offers=0, questions=())

    assert [one.key for one in tellable([of("a", 30), of("b", 12), of("c", 3)])] == ["a"]
    assert [one.key for one in tellable([of("a", 30), of("b", 6), of("c", 7)])] == ["a"]
    assert [one.key for one in tellable([of("a", 30), of("b", 12)])] == ["a", "b"]


@pytest.fixture
async def hall(database: Database) -> Hall:
    """Where it happens."""
    return await a_hall(database)


async def test_owners_are_told_in_sums_and_makers_of_their_products(hall: Hall) -> None:
    survey = await hall.asks(
        hall.shop, moments=[{"kind": "PURCHASE", "lines": {"categories": ["DAIRY"]}}], tells_makers=True
    )
    members = [await hall.member() for _ in range(10)]
    for number, who in enumerate(members):
        await hall.buys_milk(who)
        await hall.looks()
        words = {"words": Answer(text=f"Said by {number}")}
        answers = {"taste": Answer(number=4 if number % 2 else 5), **(words if number < 2 else {})}
        if number == 9:
            async with acting(hall.database, Sight.partner(hall.shop)) as session:
                assert (await report(session, survey.survey_id)).whole is None
            async with acting(hall.database, Sight.partner(hall.maker)) as session:
                assert await quality(session, hall.maker) == []
        await hall.answers(survey, who, answers)
    await hall.allows(members[0], hall.shop)
    async with acting(hall.database, Sight.partner(hall.shop)) as session:
        told = await report(session, survey.survey_id, by=By.PRODUCT, personal_key=KEYS.personal)
    assert told.whole is not None
    assert (told.whole.complete, told.whole.offered, told.whole.answered_offers) == (10, 10, 10)
    (milk_group,) = told.groups
    assert milk_group.key == "milk"
    assert {said.text: said.pairwise_id is not None for said in told.texts} == {"Said by 0": True, "Said by 1": False}
    async with acting(hall.database, Sight.partner(hall.maker)) as session:
        (signal,) = await quality(session, hall.maker)
        with pytest.raises(SurveyNotFound):
            await report(session, survey.survey_id)
    assert (signal.product, signal.members, [one.question.key for one in signal.questions]) == (
        "milk",
        10,
        ["taste", "why", "motive", "recommend"],
    )
    await hall.withdraws(members[0], hall.shop)
    async with acting(hall.database, Sight.partner(hall.shop)) as session:
        told = await report(session, survey.survey_id, personal_key=KEYS.personal)
    assert {said.pairwise_id for said in told.texts} == {None}
