"""Anna tries a dairy's milk and says what she thinks, over HTTP and our pages; every figure worked out by hand.

The dairy lets two members try its milk, first come, first served; the shop hands samples over its counter. The dairy
gives 70 points for the feedback and 50 for a review that is published; the shop gives a point a dollar. Anna, Ben and
Carl apply: Anna and Ben get the places; Ben gives his up, so Carl has it. Anna gets her sample, answers and has 70.

In the other story she buys milk for 10.00 (10) and gives it four stars (50): 60. She brings the milk back: 50, and her
review is verified no more. Ben's two stars wait.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.coalition.models import PartnerRole
from domain.earning import managing
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId
from domain.members.consent_texts import TEXT_VERSION
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.storage import Database
from domain.surveys import managing as surveys
from domain.surveys.terms import SurveyTerms
from hansa.reviewing import review_now
from hansa.storefront import Storefront
from partners.keys import derive
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import BEFORE, a_partner, writing
from tests.builders.served import SECRET, a_secret
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town, basket

GTIN = "4750000000017"
MARKETING = SANDBOX_DEFAULT | {Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH}
NAMES = ("anna", "ben", "carl")

ADVANCE = """mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { now userErrors { code } } }"""
POLICY = """mutation ($input: ReviewPolicySetInput!) { done: reviewPolicySet(input: $input) {
    policy { version moderator publishes purchaseWanted owner { slug } host { slug } } userErrors { code path } } }"""
DRAFT = """mutation ($input: TrialDraftInput!) { done: trialDraft(input: $input) {
    trial { id state terms { name places } cost { amount } draw { commitment } } userErrors { code path } } }"""
STEP = """mutation ($input: TrialInput!) { done: %s(input: $input) {
    trial { id %s } userErrors { code path message } } }"""
SURVEYS = "{ surveys(first: 5) { nodes { id } } }"
MAKERS = "{ partners(first: 10) { nodes { id slug } } }"
ALLOW = """mutation ($input: ConsentGiveInput!) { done: consentGive(input: $input) { userErrors { code path } } }"""
MINE = "{ myTrials { id survey place { state } maker { slug } terms { name } text draw { places taken } } }"
COUNTER = "{ counterTrials { id name maker { slug } } }"
HAND = """mutation ($input: TrialSampleHandInput!) { done: trialSampleHand(input: $input) {
    handed userErrors { code path } } }"""
SAY = """mutation ($input: MyTrialAnswerInput!) { done: myTrialAnswer(input: $input) {
    trial { place { state } } userErrors { code path } } }"""
REPORT = """query ($trial: ID!) { trialReport(trial: $trial) { applied chosen accepted handed feedback declined
    cost { amount } } trialPlaces(trial: $trial, first: 10) { nodes { state handedBy { slug } member { id } } } }"""
WRITE = """mutation ($input: MyReviewWriteInput!) { done: myReviewWrite(input: $input) {
    review { id state shown verified stars version product { name gtin } } userErrors { code path } } }"""
WAITING = """{ reviews(first: 10) { nodes { id version state stars title words displayName verified waitsSince
    product { name } moderator { slug } } } }"""
DECIDE = """mutation ($input: ReviewDecideInput!) { done: reviewDecide(input: $input) {
    review { state shown reason } userErrors { code path } } }"""
READ = """query ($product: ReviewedProductInput!) {
    productReviewSummary(product: $product) { count starsTotal average verifiedCount distribution { stars count } }
    productReviews(product: $product, first: 10) { nodes {
        id stars title displayName verified comments { words partner { slug } } } } }"""
ANSWER = """mutation ($input: ReviewCommentWriteInput!) { done: reviewCommentWrite(input: $input) {
    comment { state } userErrors { code } } }"""
JAR = {"product": {"gtin": GTIN}}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The dairy's and the shop's ways to the coalition, a rival's, and three members at home."""

    town: Town
    dairy: Storefront
    shop: Storefront
    rival: Storefront
    coalition: Storefront
    home: dict[str, AtHome]

    async def on(self, day: int) -> None:
        """It becomes noon of a day in March, and the worker looks at reviews and trials."""
        to = datetime(2026, 3, day, 12, tzinfo=UTC)
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": to.isoformat()}})
        assert moved["clockAdvance"]["userErrors"] == []
        await self.turn(to)

    async def turn(self, now: datetime) -> None:
        """The worker looks."""
        await review_now(self.town.database, keys=derive(SECRET.encode()), now=now)

    async def says(self, who: str, document: str, **said: Any) -> Any:
        """A member does something that is not refused."""
        done = (await self.home[who].ask(document, input=said))["done"]
        assert done["userErrors"] == []
        return done


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The town, a dairy with its survey and campaigns, and members who are signed in."""
    async with a_town(database, database_url, tmp_path) as town, AsyncExitStack() as stack:
        dairy = await a_partner(database, "dairy", PartnerRole.MANUFACTURER)
        await _stocked(database, PartnerId(town.shop.partner_id), PartnerId(dairy.partner_id))
        for points, trigger in ((70, "TRIAL"), (50, "REVIEW")):
            await _campaign(database, PartnerId(dairy.partner_id), points, trigger)
        ways: dict[str, Any] = {}
        admin = frozenset({Scope.PARTNERS_MANAGE})
        for name, partner in (("dairy", dairy), ("shop", town.shop), ("rival", town.rival), ("coalition", None)):
            secret = await a_secret(database, partner, scopes=MARKETING if partner else admin)
            ways[name] = await stack.enter_async_context(Storefront.opened(town.url, secret))
        home: dict[str, AtHome] = {}
        for name in NAMES:
            home[name] = await stack.enter_async_context(
                at_home(town.url, database_url, tmp_path, f"{name}@example.org")
            )
            await ways["shop"].enrol(card=f"{name.upper()} 0001", email=f"{name}@example.org")
            await home[name].signs_in()
        yield Scene(town=town, home=home, **ways)


async def _stocked(database: Database, shop: PartnerId, dairy: PartnerId) -> None:
    asked = {
        "name": "tried",
        "title": {"en": "How was it?"},
        "questions": [{"key": "taste", "kind": "CSAT", "text": {"en": "How was it?"}}],
    }
    async with writing(database) as session:
        for partner in (shop, dairy):
            milk = ProductItem(sku="milk", name="Milk", gtin=GTIN, maker_id=dairy)
            await feeding.feed(session, partner, [milk], now=BEFORE)
        drawn = await surveys.draft(session, dairy, SurveyTerms.from_json(asked), now=BEFORE)
        await surveys.publish(session, dairy, drawn.survey_id, now=BEFORE)


async def _campaign(database: Database, dairy: PartnerId, points: int, trigger: str) -> None:
    terms = Terms(
        name=trigger,
        rule=Flat(points=points),
        when=When(triggers=frozenset({trigger})),
        starts_at=BEFORE,
        partners=frozenset({dairy}),
        sponsors=(Sponsor(dairy),),
    )
    async with writing(database) as session:
        drawn = await managing.draft(session, dairy, terms, now=BEFORE)
        await managing.agree(session, dairy, drawn.campaign_id, terms.fingerprint(), now=BEFORE)
        await managing.publish(session, dairy, drawn.campaign_id, now=BEFORE)


async def _opened(scene: Scene) -> str:
    """The dairy opens its trial; gives its id, as the dairy knows it."""
    [survey] = (await scene.dairy.ask(SURVEYS, {}))["surveys"]["nodes"]
    shop = await _partner(scene.dairy, "shop")
    terms = {
        "name": "New milk",
        "products": ["milk"],
        "places": 2,
        "survey": survey["id"],
        "applyFrom": datetime(2026, 3, 1, tzinfo=UTC).isoformat(),
        "applyUntil": datetime(2026, 3, 10, tzinfo=UTC).isoformat(),
        "feedbackUntil": datetime(2026, 3, 30, tzinfo=UTC).isoformat(),
        "handing": "OUTLET",
        "choosing": "FIRST_COME",
        "partners": [shop],
        "cost": {"amount": "0.90", "currency": "USD"},
        "words": [{"language": "en", "text": "Taste our milk"}],
    }
    drawn = (await scene.dairy.ask(DRAFT, {"input": {"terms": terms}}))["done"]
    assert (drawn["userErrors"], drawn["trial"]["cost"]["amount"]) == ([], "0.90")
    said = {"input": {"trial": drawn["trial"]["id"]}}
    live = (await scene.dairy.ask(STEP % ("trialPublish", "state draw { commitment seed }"), said))["done"]
    assert (live["userErrors"], live["trial"]["state"]) == ([], "LIVE")
    assert len(live["trial"]["draw"]["commitment"]) == 64
    return str(drawn["trial"]["id"])


async def _partner(front: Any, slug: str) -> str:
    """A partner's id as somebody knows it."""
    nodes = (await front.ask(MAKERS) if isinstance(front, AtHome) else await front.ask(MAKERS, {}))["partners"]["nodes"]
    return str(next(one["id"] for one in nodes if one["slug"] == slug))


async def _allows(scene: Scene, who: str) -> None:
    member = scene.home[who]
    said = {"partner": await _partner(member, "dairy"), "purposes": ["OFFERS"], "textVersion": TEXT_VERSION}
    await scene.says(who, ALLOW, **said)


async def test_anna_tries_the_milk_and_tells_everybody(scene: Scene, owner: asyncpg.Connection[Any]) -> None:
    await scene.on(3)
    trial = await _opened(scene)
    assert (await scene.home["anna"].ask(MINE))["myTrials"] == [], "she allows the dairy no offers"
    ids: dict[str, str] = {}
    for who in NAMES:
        await _allows(scene, who)
        [told] = (await scene.home[who].ask(MINE))["myTrials"]
        assert (told["place"], told["text"], told["maker"]) == (None, "Taste our milk", {"slug": "dairy"})
        ids[who] = told["id"]
        await scene.says(who, STEP % ("myTrialApply", "place { state }"), trial=told["id"])
    states = [(await scene.home[who].ask(MINE))["myTrials"][0]["place"]["state"] for who in NAMES]
    assert states == ["CHOSEN", "CHOSEN", "APPLIED"]
    await scene.says("anna", STEP % ("myTrialTake", "place { state }"), trial=ids["anna"])
    await scene.says("ben", STEP % ("myTrialDecline", "place { state }"), trial=ids["ben"])
    [told] = (await scene.home["carl"].ask(MINE))["myTrials"]
    assert (told["place"], told["draw"]) == ({"state": "CHOSEN"}, {"places": 2, "taken": 2})
    await _handed(scene)
    said = {"answers": [{"question": "taste", "number": 5}], "idempotencyKey": "anna-tells-the-dairy"}
    done = await scene.says("anna", SAY, trial=ids["anna"], **said)
    assert done["trial"]["place"]["state"] == "FEEDBACK"
    await scene.on(4)
    told = await scene.dairy.ask(REPORT, {"trial": trial})
    assert told["trialReport"] == {
        "applied": 3,
        "chosen": 3,
        "accepted": 1,
        "handed": 1,
        "feedback": 1,
        "declined": 1,
        "cost": {"amount": "0.90"},
    }
    assert [one["state"] for one in told["trialPlaces"]["nodes"]] == ["DONE", "DECLINED", "CHOSEN"]
    assert all(one["member"] for one in told["trialPlaces"]["nodes"])
    assert await _points(owner) == [70]


async def _handed(scene: Scene) -> None:
    """Anna shows her card at the shop's counter."""
    [told] = (await scene.shop.ask(COUNTER, {}))["counterTrials"]
    assert (told["name"], told["maker"]) == ("New milk", {"slug": "dairy"})
    assert (await scene.rival.ask(COUNTER, {}))["counterTrials"] == []
    for _again in range(2):
        said = {"trial": told["id"], "member": {"cardNumber": "ANNA 0001"}}
        assert (await scene.shop.ask(HAND, {"input": said}))["done"] == {"handed": True, "userErrors": []}
    said = {"trial": told["id"], "member": {"cardNumber": "BEN 0001"}}
    refused = (await scene.shop.ask(HAND, {"input": said}))["done"]
    assert [one["code"] for one in refused["userErrors"]] == ["TRIAL_STEP_OVER"]


async def test_what_waits_is_seen_by_who_judges_it_and_what_is_shown_by_everybody(
    scene: Scene, owner: asyncpg.Connection[Any]
) -> None:
    await scene.on(5)
    policy = (await scene.dairy.ask(POLICY, {"input": {}}))["done"]
    assert (policy["userErrors"], policy["policy"]["host"]) == ([], {"slug": "dairy"})
    bought = await scene.shop.purchase(basket("ANNA 0001", 10))
    opinion = {"stars": 4, "title": "Fresh", "words": "Cold and fresh.", "displayName": "Anna from Riga"}
    done = await scene.says("anna", WRITE, product={"gtin": GTIN}, opinion=opinion)
    assert (done["review"]["state"], done["review"]["verified"]) == ("PENDING", True)
    await scene.says("ben", WRITE, product={"gtin": GTIN}, opinion={"stars": 2, "words": "Ring +371 20000000"})
    for reader in (scene.shop, scene.rival):
        assert (await reader.ask(READ, JAR))["productReviews"]["nodes"] == []
        assert (await reader.ask(WAITING, {}))["reviews"]["nodes"] == []
    waiting = (await scene.dairy.ask(WAITING, {}))["reviews"]["nodes"]
    assert [(one["stars"], one["verified"]) for one in waiting] == [(4, True), (2, False)]
    said = {"review": waiting[0]["id"], "version": 1, "decision": "PUBLISH"}
    assert (await scene.dairy.ask(DECIDE, {"input": said}))["done"]["review"]["shown"]
    said = {"review": waiting[1]["id"], "version": 1, "decision": "REFUSE"}
    unreasoned = (await scene.dairy.ask(DECIDE, {"input": said}))["done"]
    assert [one["code"] for one in unreasoned["userErrors"]] == ["INVALID_REVIEW"]
    read = await scene.home["carl"].ask(READ, **JAR)
    assert read["productReviewSummary"] == {
        "count": 1,
        "starsTotal": 4,
        "average": "4.00",
        "verifiedCount": 1,
        "distribution": [{"stars": stars, "count": int(stars == 4)} for stars in range(1, 6)],
    }
    [shown] = read["productReviews"]["nodes"]
    assert (shown["displayName"], shown["verified"]) == ("Anna from Riga", True)
    mine = (await scene.dairy.ask(READ, JAR))["productReviews"]["nodes"][0]["id"]
    answered = await scene.dairy.ask(ANSWER, {"input": {"review": mine, "words": "Thank you"}})
    assert answered["done"]["comment"]["state"] == "PUBLISHED"
    await scene.on(6)
    assert await _points(owner) == [60]
    await scene.shop.take_back(purchase=bought.id)
    read = await scene.rival.ask(READ, JAR)
    assert read["productReviewSummary"]["verifiedCount"] == 0
    assert read["productReviews"]["nodes"][0]["comments"] == [{"words": "Thank you", "partner": {"slug": "dairy"}}]
    assert await _points(owner) == [50]


async def _points(owner: asyncpg.Connection[Any]) -> list[int]:
    rows = await owner.fetch("SELECT (available + pending - debt)::int AS has FROM wallet")
    return sorted(row["has"] for row in rows if row["has"])
