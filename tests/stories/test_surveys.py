"""The shop asks about its milk, and Anna answers at home, Ben in the shop's page; every figure worked out by hand.

A dollar earns a point; a survey, answered, 50. The shop asks a day after milk was bought, once a week at most. Anna
buys for 10.00 (10) on 3 March and is asked on 4 March; she saves a page, and completes it (50): 60. Ben buys for
20.00 (20), and answers in the shop's page (50): 70. Of ten further members, six say 9 and four say 6 and all say 4.
The report over twelve members: Anna and Ben gave 5 and 2 for taste and 10 and 0 for recommending. So CSAT is 11 of 12,
the mean (5 + 2 + 10 times 4) / 12 = 3.92; NPS is 7 promoters less 5 detractors of 12: 16.67.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.earning import managing
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId
from domain.storage import Database
from hansa.asking import ask_now
from hansa.storefront import Card, Refused, Storefront
from hansa.storefront.surveys import answer_survey, surveys_of
from partners.keys import derive
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import BEFORE, writing
from tests.builders.served import SECRET, a_secret
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town, basket

ADVANCE = """mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { now userErrors { code } } }"""
DRAFT = """mutation ($input: SurveyDraftInput!) { done: surveyDraft(input: $input) {
    survey { id version state terms { name languages questions { key onlyIf { question atMost } } } }
    userErrors { code message path } } }"""
PUBLISH = """mutation ($input: SurveyInput!) { done: surveyPublish(input: $input) {
    survey { id state } userErrors { code message path } } }"""
MINE = """query { mySurveys { offer gives expiresAt form { survey title(language: "lv") questions { key kind } } } }"""
ANSWER = """mutation ($input: MySurveyAnswerInput!) { mySurveyAnswer(input: $input) {
    response { complete replayed points thanks(language: "lv") awards { campaign } }
    userErrors { code message path } } }"""
DECLINE = """mutation ($input: MySurveyDeclineInput!) { mySurveyDecline(input: $input) {
    declined userErrors { code } } }"""
REPORT = """query ($survey: ID!, $by: SurveyReportBy) { surveyReport(survey: $survey, by: $by) { untold
    whole { members complete begun offered answeredOffers questions { question { key } asked answered dropped
        options { option count } satisfaction { share mean } promoters { score low high } } }
    groups { key members } texts { question text member } } }"""
OWNER = SANDBOX_DEFAULT | {Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH, Scope.CAMPAIGNS_READ, Scope.ANALYTICS_READ}


def said(**words: str) -> list[dict[str, str]]:
    """The same in several languages."""
    return [{"language": language, "text": text} for language, text in words.items()]


TERMS: dict[str, Any] = {
    "name": "milk",
    "title": said(en="About the milk", lv="Par pienu"),
    "thanks": said(en="Thank you", lv="Paldies"),
    "languages": ["lv"],
    "moments": [{"kind": "PURCHASE", "lines": {"skus": ["milk"]}, "delayHours": 24}],
    "questions": [
        {"key": "taste", "kind": "CSAT", "text": said(en="How was it?", lv="Kā garšoja?")},
        {
            "key": "why",
            "kind": "CHOICE",
            "text": said(en="What was wrong?", lv="Kas nebija labi?"),
            "other": True,
            "options": [{"key": "sour", "text": said(en="Sour", lv="Skābs")}],
            "onlyIf": {"question": "taste", "atMost": 2},
        },
        {"key": "recommend", "kind": "NPS", "text": said(en="Recommend?", lv="Ieteiktu?")},
        {"key": "words", "kind": "TEXT", "text": said(en="Else?", lv="Vēl?"), "required": False},
    ],
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The shop's way to the coalition, its rival's, and Anna at home."""

    town: Town
    shop: Storefront
    rival: Storefront
    coalition: Storefront
    anna: AtHome

    async def on(self, day: int, *, hour: int = 12) -> None:
        """It becomes an hour of a day in March, and the worker asks."""
        to = datetime(2026, 3, day, hour, tzinfo=UTC)
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": to.isoformat()}})
        assert moved["clockAdvance"]["userErrors"] == []
        await ask_now(self.town.database, keys=derive(SECRET.encode()), now=to)

    async def answers(self, key: str, **more: Any) -> dict[str, Any]:
        """What becomes of Anna's answers."""
        told: dict[str, Any] = await self.anna.ask(ANSWER, input={"idempotencyKey": f"anna-answers-{key}", **more})
        return dict(told["mySurveyAnswer"])


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The town; the shop pays 50 for answers."""
    async with a_town(database, database_url, tmp_path) as town, AsyncExitStack() as stack:
        await _campaign(database, PartnerId(town.shop.partner_id))
        ways: dict[str, Any] = {}
        for name, partner, scopes in (
            ("shop", town.shop, OWNER),
            ("rival", town.rival, OWNER),
            ("coalition", None, frozenset({Scope.PARTNERS_MANAGE})),
        ):
            secret = await a_secret(database, partner, scopes=scopes)
            ways[name] = await stack.enter_async_context(Storefront.opened(town.url, secret))
        anna = await stack.enter_async_context(at_home(town.url, database_url, tmp_path, "anna@example.org"))
        yield Scene(town=town, anna=anna, **ways)


async def _campaign(database: Database, shop: PartnerId) -> None:
    terms = Terms(
        name="Thanks for answering",
        rule=Flat(points=50),
        when=When(triggers=frozenset({"SURVEY"}), condition="action.complete"),
        starts_at=BEFORE,
        partners=frozenset({shop}),
        sponsors=(Sponsor(shop),),
    )
    async with writing(database) as session:
        drawn = await managing.draft(session, shop, terms, now=BEFORE)
        await managing.publish(session, shop, drawn.campaign_id, now=BEFORE)


async def _live(scene: Scene) -> str:
    """The shop's survey, drafted and published; gives its id."""
    drawn = (await scene.shop.ask(DRAFT, {"input": {"terms": TERMS}}))["done"]
    assert drawn["userErrors"] == []
    assert drawn["survey"]["terms"]["questions"][1] == {
        "key": "why",
        "onlyIf": {"question": "taste", "atMost": 2},
    }
    live = (await scene.shop.ask(PUBLISH, {"input": {"survey": drawn["survey"]["id"]}}))["done"]
    assert (live["userErrors"], live["survey"]["state"]) == ([], "LIVE")
    return str(drawn["survey"]["id"])


async def test_the_shop_asks_and_members_answer_and_the_report_adds_up(scene: Scene) -> None:
    await scene.shop.enrol(card="ANNA 0001", email="anna@example.org")
    await scene.shop.enrol(card="BEN 0001", consents=["BALANCE"])
    await scene.anna.signs_in()
    survey = await _live(scene)
    await scene.on(3)
    await scene.shop.purchase(basket("ANNA 0001", 10))
    await scene.shop.purchase(basket("BEN 0001", 20))
    await scene.on(4, hour=11)
    assert (await scene.anna.ask(MINE))["mySurveys"] == []
    await scene.on(4)
    (offer,) = (await scene.anna.ask(MINE))["mySurveys"]
    assert (offer["form"]["title"], offer["gives"]) == ("Par pienu", ["Thanks for answering"])
    page = await scene.answers("page-one", survey=offer["form"]["survey"], complete=False, answers=[_taste(5)])
    assert page["response"] == {"complete": False, "replayed": False, "points": None, "thanks": None, "awards": []}
    wrong = await scene.answers("page-bad", survey=offer["form"]["survey"], answers=[_recommend(11)])
    assert [(one["code"], one["path"]) for one in wrong["userErrors"]] == [
        ("INVALID_ANSWER", ["input", "answers", "recommend"])
    ]
    rest = {"survey": offer["form"]["survey"], "answers": [_recommend(10), {"question": "words", "text": "Good"}]}
    done = (await scene.answers("page-two", **rest))["response"]
    assert (done["complete"], done["points"], done["thanks"]) == (True, "50", "Paldies")
    again = (await scene.answers("page-two", **rest))["response"]
    assert (again["replayed"], again["points"]) == (True, "50")
    assert (await scene.anna.ask(MINE))["mySurveys"] == []

    (asked,) = await surveys_of(scene.shop, Card("BEN 0001"), language="lv")
    assert asked.title == "Par pienu"
    with pytest.raises(Refused) as refused:
        await answer_survey(scene.shop, Card("BEN 0001"), asked.survey, {"taste": 2, "recommend": 0})
    assert (refused.value.code, refused.value.path[-1]) == ("INVALID_ANSWER", "why")
    bens = {"taste": 2, "why": {"other": "It was warm"}, "recommend": 0}
    answered = await answer_survey(scene.shop, Card("BEN 0001"), asked.survey, bens, offer=asked.offer)
    assert (answered.complete, answered.points) == (True, 50)
    wallet = await scene.shop.wallet(Card("BEN 0001"))
    assert wallet is not None
    assert wallet.available + wallet.pending == 70

    assert (await scene.shop.ask(REPORT, {"survey": survey, "by": None}))["surveyReport"]["whole"] is None
    for number in range(10):
        card = Card(f"CARL {number:04}")
        await scene.shop.enrol(card=card.number)
        said = {"taste": 4, "recommend": 9 if number < 6 else 6}
        await answer_survey(scene.shop, card, survey, said)
    report = (await scene.shop.ask(REPORT, {"survey": survey, "by": "MONTH"}))["surveyReport"]
    whole = report["whole"]
    assert (whole["members"], whole["complete"], whole["offered"], whole["answeredOffers"]) == (12, 12, 2, 2)
    by_key = {one["question"]["key"]: one for one in whole["questions"]}
    assert by_key["taste"]["satisfaction"] == {"share": "0.9167", "mean": "3.92"}
    assert (by_key["recommend"]["promoters"]["score"], by_key["why"]["asked"]) == ("16.67", 1)
    assert [one["count"] for one in by_key["taste"]["options"]] == [0, 1, 0, 10, 1]
    assert report["groups"] == [{"key": "2026-03", "members": 12}]
    assert sorted((one["question"], one["text"], one["member"]) for one in report["texts"]) == [
        ("why", "It was warm", None),
        ("words", "Good", None),
    ]
    assert (await scene.rival.ask(REPORT, {"survey": survey, "by": None}))["surveyReport"] is None
    assert await surveys_of(scene.rival, Card("BEN 0001")) == []


async def test_a_member_that_declines_is_asked_no_more(scene: Scene) -> None:
    await scene.shop.enrol(card="ANNA 0001", email="anna@example.org")
    await scene.anna.signs_in()
    await _live(scene)
    await scene.on(3)
    await scene.shop.purchase(basket("ANNA 0001", 10))
    await scene.on(4)
    (offer,) = (await scene.anna.ask(MINE))["mySurveys"]
    told = (await scene.anna.ask(DECLINE, input={"offer": offer["offer"]}))["mySurveyDecline"]
    assert told == {"declined": True, "userErrors": []}
    await scene.on(20)
    await scene.shop.purchase(basket("ANNA 0001", 10))
    await scene.on(22)
    assert (await scene.anna.ask(MINE))["mySurveys"] == []


def _taste(number: int) -> dict[str, Any]:
    return {"question": "taste", "number": number}


def _recommend(number: int) -> dict[str, Any]:
    return {"question": "recommend", "number": number}
