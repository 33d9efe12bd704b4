"""Asking at the right moment: whom, when, not too often, and never twice for one thing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.ids import PartnerId
from domain.storage import COALITION, Database
from domain.surveys import asking, managing
from domain.surveys.asking import Asked
from domain.surveys.errors import AlreadyAnswered, AskingNotFound
from tests.domain.earning.world import acting
from tests.domain.referral.street import DAY
from tests.domain.surveys.hall import Hall, a_hall

MINUTE = timedelta(minutes=1)
BUTTER: dict[str, Any] = {"moments": [{"kind": "PURCHASE", "lines": {"skus": ["butter"]}, "delay_hours": 24}]}


@pytest.fixture
async def hall(database: Database) -> AsyncIterator[Hall]:
    """Where it happens; the books are sound in the end."""
    made = await a_hall(database)
    yield made
    await made.world.prove()


async def test_whoever_bought_is_asked_a_day_later_once(hall: Hall) -> None:
    survey, anna = await hall.asks(hall.shop, **BUTTER), await hall.member()
    await hall.buys(anna)
    assert await hall.looks() == Asked(looked_at=1, planned=1)
    hall.now += DAY - MINUTE
    assert (await hall.looks()).offered == 0
    hall.now += MINUTE
    assert (await hall.looks()).offered == 1
    (offer,) = await hall.offers(anna)
    assert (offer.survey_id, offer.about.product, offer.about.partner) == (survey.survey_id, "butter", hall.shop)
    await hall.answers(survey, anna)
    assert await hall.offers(anna) == []
    (row,) = await hall.behind("SELECT count(*) FROM survey_cue")
    assert row["count"] == 0


async def test_who_answered_declined_or_was_asked_is_asked_no_more(hall: Hall, owner: asyncpg.Connection) -> None:
    await hall.coalition_asks(100, 1)
    survey = await hall.asks(hall.shop, **BUTTER)
    anna, ben, carl = [await hall.member() for _ in range(3)]
    for who in (anna, ben, carl):
        await hall.buys(who)
    await hall.looks()
    hall.now += DAY
    await hall.looks()
    await hall.answers(survey, anna)
    (offer,) = await hall.offers(ben)
    for _again in range(2):
        await asking.decline(hall.database.pool, offer.asking_id, ben.member_id, now=hall.now)
    for who in (anna, ben, carl):
        await hall.buys(who)
    await hall.looks()
    hall.now += DAY
    assert (await hall.looks()).skipped == 3
    rows = await owner.fetch("SELECT skipped FROM survey_asking WHERE state = 'SKIPPED' ORDER BY skipped")
    assert [row["skipped"] for row in rows] == ["ANSWERED", "ASKED", "DECLINED"]


async def test_nobody_is_asked_more_than_once_a_week_over_all_surveys(hall: Hall) -> None:
    now = {"kind": "PURCHASE"}
    await hall.asks(hall.shop, moments=[now])
    await hall.asks(hall.shop, name="second", moments=[now])
    anna = await hall.member()
    await hall.buys(anna)
    assert await hall.looks() == Asked(looked_at=1, planned=2, offered=1, skipped=1)
    hall.now += 7 * DAY
    await hall.buys(anna)
    assert (await hall.looks()).offered == 1


async def test_a_maker_asks_after_a_purchase_elsewhere_only_who_allows_it(
    hall: Hall, owner: asyncpg.Connection
) -> None:
    await hall.asks(moments=[{"kind": "PURCHASE", "lines": {"categories": ["DAIRY"]}}])
    anna, ben = await hall.member(), await hall.member()
    await hall.allows(anna, hall.maker)
    for who in (anna, ben):
        await hall.buys(who)
    assert await hall.looks() == Asked(looked_at=2, planned=2, offered=1, skipped=1)
    assert len(await hall.offers(anna)) == 1
    rows = await owner.fetch("SELECT skipped FROM survey_asking WHERE member_id = $1", ben.member_id)
    assert [row["skipped"] for row in rows] == ["CONSENT"]


async def test_an_offer_ends_and_is_answered_no_more(hall: Hall) -> None:
    survey = await hall.asks(hall.shop, **BUTTER, offer_days=3, uninvited=False)
    anna = await hall.member()
    with pytest.raises(AskingNotFound):
        await hall.answers(survey, anna)
    await hall.buys(anna)
    await hall.looks()
    hall.now += DAY
    await hall.looks()
    (offer,) = await hall.offers(anna)
    hall.now += 3 * DAY
    with pytest.raises(AskingNotFound):
        await hall.answers(survey, anna, asking_id=offer.asking_id)
    assert (await hall.looks()).expired == 1


async def test_a_survey_of_each_purchase_is_answered_once_for_each(hall: Hall) -> None:
    await hall.pays_at_shop(10)
    await hall.coalition_asks(100, 1)
    survey = await hall.asks(hall.shop, moments=[{"kind": "PURCHASE"}], once=False)
    anna = await hall.member()
    for round_ in (1, 2):
        await hall.buys(anna)
        await hall.looks()
        (offer,) = await hall.offers(anna)
        command = hall.says(survey, anna)
        done = await hall.sends(command)
        assert (await hall.sends(command)).response_id == done.response_id
        with pytest.raises(AlreadyAnswered):
            await hall.answers(survey, anna, asking_id=offer.asking_id)
        await hall.rewards()
        assert await hall.points(anna) == 10 * round_
        hall.now += DAY


async def test_a_share_of_members_is_asked_and_always_the_same(hall: Hall) -> None:
    await hall.asks(hall.shop, moments=[{"kind": "PURCHASE"}], share=50)
    members = [await hall.member() for _ in range(12)]
    for who in members:
        await hall.buys(who)
    first = (await hall.looks()).planned
    for who in members:
        await hall.buys(who)
    assert 0 < first < 12
    assert (await hall.looks()).planned == first


async def test_spending_and_actions_are_moments_and_purchases_are_none_of_theirs(hall: Hall) -> None:
    await hall.asks(hall.shop, moments=[{"kind": "REDEMPTION"}])
    await hall.asks(hall.shop, name="codes", moments=[{"kind": "CODE"}])
    await hall.buys(await hall.member())
    assert (await hall.looks()).planned == 0
    anna = await hall.member()
    await hall.does(anna, "CODE", sku="milk")
    assert (await hall.looks()).offered == 1
    (offer,) = await hall.offers(anna)
    assert (offer.about.product, offer.about.maker) == ("milk", hall.maker)


async def test_workers_at_once_ask_once(hall: Hall) -> None:
    await hall.asks(hall.shop, moments=[{"kind": "PURCHASE"}])
    anna = await hall.member()
    await hall.buys(anna)
    for _turn in range(2):
        await hall.looks()
    assert len(await hall.offers(anna)) == 1


async def test_the_coalition_asks_through_a_host(hall: Hall) -> None:
    await hall.pays_at_shop(10)
    async with acting(hall.database, COALITION) as session:
        drawn = await managing.draft(session, None, hall.terms_of(host=str(hall.shop)), now=hall.now)
    async with acting(hall.database, COALITION) as session:
        survey = await managing.publish(session, None, drawn.survey_id, now=hall.now)
    anna = await hall.member()
    await hall.answers(survey, anna)
    await hall.rewards()
    assert await hall.points(anna) == 10
    (row,) = await hall.behind("SELECT partner_id FROM action WHERE kind = 'SURVEY'")
    assert PartnerId(row["partner_id"]) == hall.shop
