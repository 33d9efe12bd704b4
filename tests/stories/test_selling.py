"""A creamery teaches and pays the sellers of a shop for six weeks; over HTTP, every figure worked out by hand.

The creamery gives 200 points for its certificate and 50 for each carton of milk sold; a point costs its sponsor 0.01,
half of it due when it is given. Anna fails the quiz on 2 March and passes on 3 March: 200. On 9 March she registers two
cartons by Ben's receipt: 100, at once. On 16 March she claims a carton by its serial; the creamery rejects it, she
objects, it approves: 50. What she buys herself earns nothing and is no sale of hers. On 30 March Ben brings his cartons
back: 100 are taken back. On 6 April she sells another: 50. On 7 April the shop forbids it. So Anna has
200 + 100 + 50 - 100 + 50 = 300, Ben 3 - 3 = 0 and 1 for the last carton.

The creamery has funded 400 points and 100 came back: 300 × 0.01 × 0.5 = 1.50 due at once. The shop has funded 4 and 3
came back: 1 × 0.01 × 0.5 = 0.005.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlmodel import select

from domain.audit import sealing
from domain.coalition.models import Partner, PartnerRole
from domain.earning import managing
from domain.earning.rules import Flat, PerField, Rule
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId, PersonId
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.settlement import computing, cycles
from domain.settlement.models import Cycle, CycleState
from domain.storage import Database
from domain.values import Rate
from hansa.claiming import claim_now
from hansa.storefront import Line, Storefront
from partners.keys import derive
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import BEFORE, a_partner, writing
from tests.builders.served import SECRET, a_secret
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town, basket

OWNER = SANDBOX_DEFAULT | {Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH}
ADVANCE = "mutation ($input: ClockAdvanceInput!) { done: clockAdvance(input: $input) { userErrors { code } } }"
MY_CLAIM = "claim { id state refusal points takenBack proof { inOurBooks } outlet { code } }"
COURSE = "course { id state taken { members attempts passed certificates } }"
QUIZ = """quiz { id number passed correct wrong questions { words options several }
    certificate { number score validUntil } }"""
MINE = """{ mySellers { id state awaitsMember employer { slug } }
    myCourses { id name questions passing lessons { title { text } } }
    myClaimProgrammes { id terms { name claimants proofs } }
    myClaims(first: 10) { nodes { id state points } } myCourseCertificates { number score course } }"""
REPORT = """query ($since: DateTime!, $until: DateTime!) { saleReport(since: $since, until: $until) {
    total { claims units points } byOutlet { sellers outlet { code } sums { units } } byArticle { sku } } }"""
STAFF = """query ($since: DateTime!, $until: DateTime!) { staffRewards(since: $since, until: $until) {
    programme units points seller { staff } maker { slug } } }"""


def said(*texts: str) -> list[dict[str, str]]:
    """Words in English and Latvian."""
    return [{"language": language, "text": text} for language, text in zip(("en", "lv"), texts, strict=False)]


def question(number: int) -> dict[str, Any]:
    """One that says itself which option is right."""
    options = [{"words": said(f"right {number}"), "right": True}, {"words": said(f"wrong {number}")}]
    return {"words": said(f"Question {number}?", f"{number}. jautājums?"), "options": options}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The creamery's way to the coalition, the shop's, and a seller at home."""

    town: Town
    shop: Storefront
    creamery: Storefront
    coalition: Storefront
    anna: AtHome
    maker: Partner

    async def on(self, month: int, day: int, *, hour: int = 12) -> None:
        """It becomes an hour of a day, and the worker looks at claims."""
        to = datetime(2026, month, day, hour, tzinfo=UTC)
        assert (await self.coalition.ask(ADVANCE, {"input": {"to": to.isoformat()}}))["done"]["userErrors"] == []
        await claim_now(self.town.database, keys=derive(SECRET.encode()), now=to)

    async def does(self, who: Storefront | AtHome, name: str, shows: str, **put: Any) -> Any:
        """A step that is taken; one that is refused gives its code."""
        kind = f"{name[0].upper()}{name[1:]}Input"
        kind = {"ClaimProgrammePublishInput": "ClaimProgrammeInput", "CoursePublishInput": "CourseInput"}.get(
            kind, kind
        )
        kind = {"MySellerAgreeInput": "MySellerInput"}.get(kind, kind)
        document = f"mutation ($input: {kind}!) {{ done: {name}(input: $input) {{ {shows} userErrors {{ code }} }} }}"
        answer = await (
            who.ask(document, {"input": put}) if isinstance(who, Storefront) else who.ask(document, input=put)
        )
        done = answer["done"]
        return done["userErrors"][0]["code"] if done["userErrors"] else done[shows.split(maxsplit=1)[0]]

    async def claims(self, scheme: str, key: str, **put: Any) -> Any:
        """Anna registers a sale."""
        claim = {"programme": scheme, "idempotencyKey": f"{key}-0123456789abc", "sku": "milk", **put}
        return await self.does(self.anna, "myClaimMake", MY_CLAIM, claim=claim)


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The town with a creamery, whose campaigns answer training and sales."""
    async with a_town(database, database_url, tmp_path) as town, AsyncExitStack() as stack:
        maker = await a_partner(database, "creamery", PartnerRole.MANUFACTURER)
        await _campaign(database, maker, Flat(points=200), "TRAINING")
        await _campaign(database, maker, PerField(points=Rate(50), field="units"), "SALE")
        async with writing(database) as session:
            milk = ProductItem(sku="milk", name="Milk", maker_id=PartnerId(maker.partner_id))
            await feeding.feed(session, PartnerId(town.shop.partner_id), [milk], now=BEFORE)
        ways: dict[str, Any] = {}
        for name, partner, scopes in (
            ("shop", town.shop, OWNER),
            ("creamery", maker, OWNER),
            ("coalition", None, frozenset({Scope.PARTNERS_MANAGE})),
        ):
            secret = await a_secret(database, partner, scopes=scopes)
            ways[name] = await stack.enter_async_context(Storefront.opened(town.url, secret))
        anna = await stack.enter_async_context(at_home(town.url, database_url, tmp_path, "anna@example.org"))
        yield Scene(town=town, anna=anna, maker=maker, **ways)


async def _campaign(database: Database, maker: Partner, rule: Rule, trigger: str) -> None:
    own = PartnerId(maker.partner_id)
    terms = Terms(
        name=f"For {trigger.lower()}",
        rule=rule,
        when=When(triggers=frozenset({trigger})),
        starts_at=BEFORE,
        partners=frozenset({own}),
        sponsors=(Sponsor(own),),
    )
    async with writing(database) as session:
        drawn = await managing.draft(session, own, terms, now=BEFORE)
        await managing.publish(session, own, drawn.campaign_id, now=BEFORE)


async def _begun(scene: Scene) -> str:
    """Anna sells for the shop; the creamery has a course and a scheme, which the shop allows. Gives the scheme."""
    await scene.shop.enrol(card="ANNA 0001", email="anna@example.org")
    await scene.shop.enrol(card="BEN 0001")
    await scene.anna.signs_in()
    terms = {"name": "Milk school", "ask": 2, "questions": [question(number) for number in range(4)], "passing": "1",
             "waitHours": 12, "lessons": [{"title": said("Milk", "Piens"), "text": said("It is white.")}]}  # fmt: skip
    course = await scene.does(scene.creamery, "courseDrawUp", COURSE, terms=terms)
    assert (await scene.does(scene.creamery, "coursePublish", COURSE, course=course["id"]))["state"] == "LIVE"
    terms = {"name": "Spring milk", "claimants": "SELLERS", "proofs": ["RECEIPT", "SERIAL"], "mostEach": 5,
             "skus": ["milk"], "course": course["id"], "needsCourse": True, "serialForm": "MK-####"}  # fmt: skip
    scheme = await scene.does(scene.creamery, "claimProgrammeDrawUp", "programme { id }", terms=terms)
    await scene.does(scene.creamery, "claimProgrammePublish", "programme { id }", programme=scheme["id"])
    proposed = await scene.does(
        scene.shop,
        "sellerPropose",
        "seller { id state }",
        member={"cardNumber": "ANNA 0001"},
        outletCode="1",
        staff="A7",
    )
    assert proposed["state"] == "PROPOSED"
    mine = await scene.anna.ask(MINE)
    assert [(one["awaitsMember"], one["employer"]["slug"]) for one in mine["mySellers"]] == [(True, "shop")]
    seller = {"seller": mine["mySellers"][0]["id"], "showsRewards": True}
    assert (await scene.does(scene.anna, "mySellerAgree", "seller { state }", **seller))["state"] == "ACTIVE"
    return str(mine["myClaimProgrammes"][0]["id"])


async def _passes(scene: Scene) -> None:
    """Anna fails, waits, and passes; replaying what passed is of no use."""
    course = (await scene.anna.ask(MINE))["myCourses"][0]["id"]
    quiz = await scene.does(scene.anna, "myQuizStart", QUIZ, course=course)
    assert "right" not in {name for one in quiz["questions"] for name in one}
    wrong = [[one["options"].index(next(o for o in one["options"] if "wrong" in o))] for one in quiz["questions"]]
    failed = await scene.does(scene.anna, "myQuizAnswer", QUIZ, quiz=quiz["id"], answers=wrong)
    assert (failed["passed"], failed["correct"], failed["wrong"], failed["certificate"]) == (False, 0, None, None)
    assert await scene.does(scene.anna, "myQuizStart", QUIZ, course=course) == "QUIZ_NOT_YET"
    await scene.on(3, 3)
    quiz = await scene.does(scene.anna, "myQuizStart", QUIZ, course=course)
    right = [[one["options"].index(next(o for o in one["options"] if "right" in o))] for one in quiz["questions"]]
    passed = await scene.does(scene.anna, "myQuizAnswer", QUIZ, quiz=quiz["id"], answers=right)
    assert (passed["passed"], passed["wrong"], passed["certificate"]["score"]) == (True, [], 100)
    assert await scene.does(scene.anna, "myQuizStart", QUIZ, course=course) == "ALREADY_CERTIFIED"


async def test_six_weeks_of_selling_milk(scene: Scene, owner: asyncpg.Connection[Any]) -> None:
    scheme = await _begun(scene)
    now = datetime(2026, 3, 2, 12, tzinfo=UTC).isoformat()
    serial = {"proof": {"serial": "MK-0001"}, "happenedAt": now}
    assert await scene.claims(scheme, "too-early", **serial) == "EMPLOYER_FORBIDS"
    creamery = await _partner(scene, "creamery")
    await scene.does(scene.shop, "sellerPermit", "permission { mostUnits }", maker=creamery, mostUnits=4)
    assert await scene.claims(scheme, "untaught", **serial) == "CERTIFICATE_NEEDED"
    await _passes(scene)
    await scene.on(3, 9)
    bought = await scene.shop.purchase(basket("BEN 0001", lines=_cartons(3), receipt_number="R-1"))
    sold = {"proof": {"receipt": "R-1"}, "happenedAt": _at(3, 9)}
    first = await scene.claims(scheme, "first", units=2, **sold)
    assert (first["state"], first["points"], first["proof"]["inOurBooks"]) == ("PAID", "100", True)
    assert await scene.claims(scheme, "second", units=1, **sold) == "PROOF_TAKEN"
    await scene.on(3, 16)
    await _objects(scene, scheme)
    own = await scene.shop.purchase(basket("ANNA 0001", lines=_cartons(5), receipt_number="R-2"))
    assert own.points == 0
    assert await scene.claims(scheme, "own", proof={"receipt": "R-2"}, happenedAt=_at(3, 16)) == "OWN_PURCHASE"
    await scene.on(3, 30)
    await scene.shop.take_back(purchase=bought.id)
    await scene.on(3, 30, hour=13)
    await scene.on(4, 6)
    await scene.shop.purchase(basket("BEN 0001", lines=_cartons(1), receipt_number="R-3"))
    last = await scene.claims(scheme, "last", proof={"receipt": "R-3"}, happenedAt=_at(4, 6))
    assert (last["state"], last["points"]) == ("PAID", "50")
    await scene.on(4, 7)
    await scene.does(scene.shop, "sellerRevoke", "permission { revokedAt }", maker=creamery)
    forbidden = {"proof": {"serial": "MK-0009"}, "happenedAt": _at(4, 7)}
    assert await scene.claims(scheme, "forbidden", **forbidden) == "EMPLOYER_FORBIDS"
    await _told(scene)
    has = await owner.fetch("SELECT (available + pending - debt)::int AS has FROM wallet ORDER BY 1")
    assert [row["has"] for row in has] == [1, 300]
    await _settled(scene, owner)


async def _objects(scene: Scene, scheme: str) -> None:
    """A serial that is rejected, objected to, and approved."""
    serial = {"proof": {"serial": "mk-0001"}, "happenedAt": _at(3, 16), "note": "Sold to a neighbour"}
    claim = await scene.claims(scheme, "serial", **serial)
    assert claim["state"] == "PENDING"
    work = "{ claims(first: 10, states: [PENDING]) { nodes { id note member { id } employer { slug } } } }"
    (waits,) = (await scene.creamery.ask(work, {}))["claims"]["nodes"]
    assert (waits["note"], waits["member"], waits["employer"]["slug"]) == ("Sold to a neighbour", None, "shop")
    rejected = await scene.does(
        scene.creamery, "claimReject", "claim { state refusal }", claim=waits["id"], reason="NOT_PROVEN"
    )
    assert rejected == {"state": "REJECTED", "refusal": "NOT_PROVEN"}
    objected = {"claim": claim["id"], "words": "Look at the photo"}
    assert (await scene.does(scene.anna, "myClaimObject", MY_CLAIM, **objected))["state"] == "PENDING"
    approved = await scene.does(scene.creamery, "claimApprove", "claim { state objection }", claim=waits["id"])
    assert approved == {"state": "PAID", "objection": "Look at the photo"}


async def _told(scene: Scene) -> None:
    """Sums to the creamery, the seller's own to the employer that may see it, to neither what is the other's."""
    span = {"since": BEFORE.isoformat(), "until": _at(4, 13)}
    report = (await scene.creamery.ask(REPORT, span))["saleReport"]
    assert report["total"] == {"claims": 2, "units": 2, "points": "100"}
    assert report["byOutlet"] == [{"sellers": 1, "outlet": None, "sums": {"units": 2}}]
    (staff,) = (await scene.shop.ask(STAFF, span))["staffRewards"]
    assert staff == {
        "programme": "Spring milk",
        "units": 2,
        "points": "100",
        "seller": {"staff": "A7"},
        "maker": {"slug": "creamery"},
    }
    assert (await scene.shop.ask(REPORT, span))["saleReport"]["total"]["units"] == 0
    mine = await scene.anna.ask(MINE)
    assert [one["state"] for one in mine["myClaims"]["nodes"]] == ["PAID", "PAID", "REJECTED"]
    assert [(one["score"], one["course"]) for one in mine["myCourseCertificates"]] == [(100, "Milk school")]


async def _settled(scene: Scene, owner: asyncpg.Connection[Any]) -> None:
    """The creamery pays for what it gave, less what came back."""
    now, database = datetime(2026, 4, 13, tzinfo=UTC), scene.town.database
    async with writing(database) as session:
        cycle = (await session.scalars(select(Cycle).where(Cycle.state == CycleState.OPEN))).one()
        await cycles.cut_off(session, cycle.cycle_id, now=now)
    async with writing(database) as session:
        await sealing.seal(session, cycle.cycle_id, now=now)
    async with writing(database) as session:
        await computing.compute(session, cycle.cycle_id, now=now, by=PersonId(scene.maker.partner_id))
    rows = await owner.fetch(
        "SELECT p.slug, sum(CASE WHEN l.debtor_id = p.partner_id THEN l.exact ELSE -l.exact END) AS owes"
        " FROM statement_line l JOIN partner p ON p.partner_id IN (l.debtor_id, l.creditor_id) GROUP BY 1 ORDER BY 1"
    )
    assert {row["slug"]: row["owes"] for row in rows} == {"creamery": Decimal("1.50"), "shop": Decimal("0.005")}


async def _partner(scene: Scene, slug: str) -> str:
    document = "{ partners(first: 10) { nodes { id slug } } }"
    found = (await scene.shop.ask(document, {}))["partners"]["nodes"]
    return next(str(one["id"]) for one in found if one["slug"] == slug)


def _cartons(number: int) -> tuple[Line, ...]:
    return (Line("milk", Decimal(number), quantity=Decimal(number)),)


def _at(month: int, day: int) -> str:
    return datetime(2026, month, day, 11, tzinfo=UTC).isoformat()
