"""Rewards over HTTP: drafted with the maker's agreement, shown to visitors, reached by members, drawn and proved."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import event as sqlalchemy_event

from domain.ids import MemberId, PartnerId, PersonId, WalletId, new_id
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember
from domain.rewards.drawing import SETTLES
from domain.rewards.finding import latest_versions
from domain.rewards.lots import Ticket, digest_of
from domain.rewards.terms import Fulfilment, Reward, RewardKind, Step, Worth
from domain.storage import Database
from domain.values import Rate
from hansa.service import Service
from partners.scopes import MEMBER_SCOPES, PersonRole, Scope, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.coalition import NOON, writing
from tests.builders.graphql import KEYS, Tokens, application
from tests.builders.ledger import DAY, Books, a_ledger
from tests.builders.ledger import KEYS as MEMBERS
from tests.domain.rewards.taking import a_reward, redeemed, taking

ENGINE = Engine(product())
ALIKE = """INSERT INTO reward SELECT alike.* FROM reward r, generate_series(1, $2::int) n,
    LATERAL jsonb_populate_record(r, jsonb_build_object('reward_id', gen_random_uuid(), 'n', n)) alike
    WHERE r.reward_id = $1"""

REWARD = """id version state name lv: name(language: "lv") about(language: "lv") languages kind
    steps { points name money { amount currency } worth { amount { amount } share most { amount } thing tickets
        gift { amount } match matchedBy { slug } articles { categories pick } } }
    pay { pointsPerUnit least inStepsOf most mostOfBasket } partners { slug } startsAt endsAt
    early { until tiers others } tiers weekdays hours { start end } left limits { most period per } holdMinutes
    fulfilment charity byItself image prizes { thing winners } owner { slug } sponsors { share partner { slug } }
    awaiting { slug } fingerprint
    draw { commitment seed tickets digest winners { place number ticket holder thing } }"""
DONE = f"{{ reward {{ {REWARD} }} userErrors {{ code message path }} }}"
DRAFT = f"mutation($input: RewardDraftInput!) {{ done: rewardDraft(input: $input) {DONE} }}"
CHANGE = f"mutation($input: RewardChangeInput!) {{ done: rewardChange(input: $input) {DONE} }}"
AGREE = f"mutation($input: RewardAgreeInput!) {{ done: rewardAgree(input: $input) {DONE} }}"
STOCK = f"mutation($input: RewardStockAddInput!) {{ done: rewardStockAdd(input: $input) {DONE} }}"
SHELF = f"query($filter: RewardFilterInput) {{ rewards(first: 5, filter: $filter) {{ nodes {{ {REWARD} }} }} }}"
ONE = f"query($id: ID!) {{ reward(id: $id) {{ {REWARD} }} }}"
MINE = """query($only: Boolean!) { myRewards(onlyNow: $only) { now hindrances steps pointsMissing tiersMissing opensAt
    left limitLeft reward { name steps { points } } } }"""
OWN = "{ partnerRewards(first: 20) { nodes { id name state fingerprint awaiting { slug } } } }"


def step(name: str) -> str:
    """The document of a step of a reward, such as rewardPublish."""
    return f"mutation($input: RewardStepOnInput!) {{ done: {name}(input: $input) {DONE} }}"


@dataclass
class Api:
    """The coalition on HTTP, and a member with 100 points."""

    books: Books
    http: httpx.AsyncClient
    member: KnownMember

    async def send(self, who: str | None, text: str, **variables: Any) -> Any:
        """The whole answer."""
        headers = {"authorization": f"Bearer {who}"} if who else {}
        body = {"query": text, "variables": variables}
        return (await self.http.post("/graphql", json=body, headers=headers)).json()

    async def ask(self, who: str | None, text: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.send(who, text, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, who: str, text: str, **given: Any) -> Any:
        """The reward after a step that was taken."""
        done = (await self.ask(who, text, input=given))["done"]
        assert done["userErrors"] == [], done
        return done["reward"]

    async def refused(self, who: str, text: str, **given: Any) -> tuple[str, list[str]]:
        """Why a step is refused: the code, and the field it names."""
        (why,) = (await self.ask(who, text, input=given))["done"]["userErrors"]
        return why["code"], why["path"]

    async def partner(self, who: str, slug: str) -> str:
        """A partner's id, as somebody sees it."""
        nodes = (await self.ask(who, "{ partners(first: 10) { nodes { id slug } } }"))["partners"]["nodes"]
        found: str = next(node["id"] for node in nodes if node["slug"] == slug)
        return found

    async def terms(self, **changes: Any) -> dict[str, Any]:
        """A mug of the shop's for 50 points."""
        usual = {
            "name": "A mug",
            "kind": "GIFT",
            "steps": [{"points": "50", "worth": {"thing": "A mug"}}],
            "partners": [await self.partner("shop", "shop")],
            "startsAt": NOON.isoformat(),
        }
        return usual | changes

    async def live(self, **changes: Any) -> Any:
        """A reward of the shop's."""
        drafted = await self.do("shop", DRAFT, terms=await self.terms(**changes))
        return await self.do("shop", step("rewardPublish"), reward=drafted["id"])


def viewers(books: Books, member: KnownMember, other: KnownMember) -> dict[str, Viewer]:
    """Marketing people of both, a till, the member and another one."""
    shop, maker = PartnerId(books.shop.partner_id), PartnerId(books.maker.partner_id)
    marketing = scopes_of_roles([PersonRole.PARTNER_MARKETING])
    people = {
        name: Viewer(audience=Audience.PARTNER, scopes=marketing, partner_id=partner, person_id=PersonId(new_id()))
        for name, partner in (("shop", shop), ("maker", maker))
    }
    looking = frozenset({Scope.MEMBERS_LOOKUP})
    themselves = {
        name: Viewer(
            audience=Audience.MEMBER,
            scopes=MEMBER_SCOPES,
            member_id=MemberId(who.member_id),
            wallet_id=WalletId(who.wallet_id),
        )
        for name, who in (("member", member), ("other", other))
    }
    return people | themselves | {"till": Viewer(audience=Audience.PARTNER, scopes=looking, partner_id=shop)}


@pytest.fixture
async def api(database: Database, database_url: str) -> AsyncIterator[Api]:
    """A shop and a maker on HTTP."""
    async with a_ledger(database, database_url) as books:
        member = await books.member(Identifier.card("CARD0001"))
        await books.earn(member, 100)
        other = await books.member(Identifier.card("CARD0002"))
        tokens = Tokens(viewers(books, member, other))

        async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
            keys = replace(KEYS, lookups=MEMBERS.lookup)
            return Context(viewer=viewer, database=database, clock=lambda: books.now, keys=keys, snapshots=snapshots)

        offered = Service(
            engine=ENGINE, context_of=context_of, viewer_of=tokens.viewer_of, still_stands=tokens.still_stands
        )
        transport = httpx.ASGITransport(application(offered))
        async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
            yield Api(books, http, member)


async def test_all_that_a_reward_says_comes_back(api: Api) -> None:
    maker = await api.partner("shop", "maker")
    said = await api.terms(
        name="A fifth off",
        kind="DISCOUNT",
        texts=[{"language": "lv", "name": "Piektdaļa", "about": "Pie kases"}],
        steps=[
            {"points": "500", "money": "1.50", "name": "Big", "worth": {"share": "1/5", "most": "10.00"}},
            {"points": "50", "worth": {"articles": {"categories": ["ROLLS"], "pick": "DEAREST"}}},
        ],
        endsAt=(NOON + 90 * DAY).isoformat(),
        early=[{"until": (NOON + DAY).isoformat(), "tiers": ["gold"]}],
        weekdays=[1, 2],
        hours=[{"start": "08:00", "end": "20:00"}],
        stock=300,
        limits=[{"most": 1, "period": "MONTH"}, {"most": 9, "per": "HOUSEHOLD"}],
        holdMinutes=30,
        fulfilment="COLLECTED",
        sponsors=[{"partner": maker, "share": "1/2"}],
        image="https://shop.example/fifth.png",
    )
    drafted = await api.do("shop", DRAFT, terms=said)
    assert (drafted["state"], drafted["version"], drafted["left"]) == ("DRAFT", 1, None)
    assert (drafted["lv"], drafted["about"], drafted["languages"]) == ("Piektdaļa", "Pie kases", ["lv"])
    big, rolls = drafted["steps"]
    assert big["money"] == {"amount": "1.50", "currency": "USD"}
    assert (big["worth"]["share"], big["worth"]["most"]) == ("1/5", {"amount": "10.00"})
    assert rolls["worth"]["articles"] == {"categories": ["ROLLS"], "pick": "DEAREST"}
    assert drafted["limits"] == [
        {"most": 1, "period": "MONTH", "per": "MEMBER"},
        {"most": 9, "period": None, "per": "HOUSEHOLD"},
    ]
    assert drafted["sponsors"] == [{"share": "1/2", "partner": {"slug": "maker"}}]
    assert drafted["awaiting"] == [{"slug": "maker"}]
    assert await api.refused("shop", step("rewardPublish"), reward=drafted["id"]) == (
        "AGREEMENT_MISSING",
        ["input", "sponsors"],
    )
    (theirs,) = (await api.ask("maker", OWN))["partnerRewards"]["nodes"]
    await api.do("maker", AGREE, reward=theirs["id"], fingerprint=theirs["fingerprint"])
    live = await api.do("shop", step("rewardPublish"), reward=drafted["id"])
    assert (live["state"], live["left"], live["awaiting"]) == ("LIVE", 300, [])
    assert (await api.do("shop", STOCK, reward=live["id"], pieces=5))["left"] == 305


async def test_visitors_see_what_is_for_everybody_and_nothing_of_who_pays(api: Api) -> None:
    shown = await api.live(sponsors=[{"partner": await api.partner("shop", "shop")}])
    paused = await api.live(name="Paused")
    await api.do("shop", step("rewardPause"), reward=paused["id"])
    await api.do("shop", DRAFT, terms=await api.terms(name="A draft"))
    for who in (None, "member", "maker"):
        (seen,) = (await api.ask(who, SHELF))["rewards"]["nodes"]
        assert (seen["name"], seen["owner"]) == (shown["name"], {"slug": "shop"})
        assert (seen["sponsors"], seen["fingerprint"], seen["awaiting"]) == ([], None, [])
        assert (await api.ask(who, ONE, id=seen["id"]))["reward"] == seen
    assert (await api.ask("maker", OWN))["partnerRewards"]["nodes"] == []
    assert (await api.ask(None, SHELF, filter={"kinds": ["CHARITY"]}))["rewards"]["nodes"] == []
    assert (await api.ask(None, SHELF, filter={"mostPoints": "49"}))["rewards"]["nodes"] == []
    assert len((await api.ask(None, SHELF, filter={"mostPoints": "50"}))["rewards"]["nodes"]) == 1


async def test_a_member_sees_what_is_in_reach_and_what_is_near(api: Api) -> None:
    await api.live(name="Now", limits=[{"most": 3, "period": "DAY"}])
    await api.live(name="Near", steps=[{"points": "120", "worth": {"thing": "A bag"}}])
    await api.live(name="Gold", tiers=["gold"])
    await api.live(name="Hidden stock", stock=7, showsStock=False)
    found = (await api.ask("member", MINE, only=False))["myRewards"]
    names = [one["reward"]["name"] for one in found]
    assert set(names[:2]) == {"Now", "Hidden stock"}
    assert names[2:] == ["Near", "Gold"]
    by_name = {one["reward"]["name"]: one for one in found}
    assert (by_name["Now"]["limitLeft"], by_name["Now"]["steps"]) == (3, [1])
    assert (by_name["Near"]["pointsMissing"], by_name["Near"]["hindrances"]) == ("20", ["POINTS"])
    assert by_name["Gold"]["tiersMissing"] == ["gold"]
    assert by_name["Hidden stock"]["left"] is None
    assert len((await api.ask("member", MINE, only=True))["myRewards"]) == 2
    refused = await api.send("shop", MINE, only=True)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_change_is_the_next_version_and_another_has_no_say(api: Api) -> None:
    live = await api.live()
    changed = await api.do("shop", CHANGE, reward=live["id"], terms=await api.terms(name="A larger mug"))
    assert (changed["version"], changed["state"]) == (2, "DRAFT")
    seen = (await api.ask("maker", SHELF))["rewards"]["nodes"][0]
    assert seen["name"] == "A mug"
    for name in ("rewardPause", "rewardEnd", "rewardPublish", "rewardDraw"):
        assert (await api.refused("maker", step(name), reward=seen["id"]))[0] == "REWARD_NOT_FOUND"
    wrong = await api.terms(steps=[{"points": "5", "worth": {"gift": "1.00"}}])
    assert await api.refused("shop", DRAFT, terms=wrong) == (
        "INVALID_REWARD",
        ["input", "terms", "steps", "0", "worth"],
    )
    short = await api.terms(steps=[{"points": "5", "worth": {"amount": "1.005"}}])
    assert await api.refused("shop", DRAFT, terms=short) == (
        "INVALID_VALUE",
        ["input", "terms", "steps", "0", "worth", "amount"],
    )


async def test_a_sweepstake_is_drawn_and_anybody_can_check_it(api: Api) -> None:
    live = await api.live(
        name="The harvest",
        kind="SWEEPSTAKE",
        steps=[{"points": "10", "worth": {"tickets": 1}}],
        draw={"at": (NOON + DAY).isoformat(), "prizes": [{"thing": "A bicycle"}]},
    )
    (shown,) = (await api.ask(None, SHELF))["rewards"]["nodes"]
    assert (shown["draw"]["seed"], shown["draw"]["tickets"]) == (None, 0)
    harvest = await the_only(api)
    await redeemed(api.books, api.member, harvest, taken=taking(harvest, pieces=2, tickets=[new_id(), new_id()]))
    assert (await api.refused("shop", step("rewardDraw"), reward=live["id"]))[0] == "DRAW_NOT_DUE"
    api.books.now = NOON + DAY + SETTLES
    drawn = (await api.do("shop", step("rewardDraw"), reward=live["id"]))["draw"]
    (winner,) = drawn["winners"]
    assert (winner["place"], winner["thing"], drawn["tickets"]) == (1, "A bicycle", 2)
    assert hashlib.sha256(bytes.fromhex(drawn["seed"])).hexdigest() == shown["draw"]["commitment"]
    lines = (await api.ask("maker", "query($id: ID!) { rewardTickets(reward: $id, from: 0) }", id=await theirs(api)))[
        "rewardTickets"
    ]
    assert hashlib.sha256(lines.encode()).hexdigest() == drawn["digest"]
    assert lines.splitlines()[winner["number"]].split()[1:] == [winner["ticket"], winner["holder"]]
    again = (await api.do("shop", step("rewardDraw"), reward=live["id"]))["draw"]
    assert again == drawn
    assert await api.books.owner.fetchval("SELECT count(*) FROM reward_redemption WHERE step IS NULL") == 1
    assert digest_of([Ticket(**_ticket(line)) for line in lines.splitlines()]).hex() == drawn["digest"]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements of sessions; what goes through the pool is one call for each field by itself."""
    statements: list[str] = []
    engine = database.engine.sync_engine

    def listener(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    sqlalchemy_event.listen(engine, "before_cursor_execute", listener)
    try:
        yield statements
    finally:
        sqlalchemy_event.remove(engine, "before_cursor_execute", listener)


def _ticket(line: str) -> dict[str, Any]:
    number, ticket, holder = line.split()
    return {"number": int(number), "ticket_id": ticket, "holder": holder}


async def theirs(api: Api) -> str:
    """The sweepstake's id as the maker sees it, who may check the draw also when the reward has ended."""
    (seen,) = (await api.ask("maker", SHELF))["rewards"]["nodes"]
    await api.do("shop", step("rewardEnd"), reward=(await api.ask("shop", SHELF))["rewards"]["nodes"][0]["id"])
    assert (await api.ask("maker", SHELF))["rewards"]["nodes"] == []
    assert (await api.ask("maker", ONE, id=seen["id"]))["reward"]["state"] == "ENDED"
    return str(seen["id"])


async def the_only(api: Api) -> Reward:
    """The only reward, as the ledger's builders take it."""
    async with writing(api.books.database) as session:
        (found,) = await latest_versions(session)
    return found


async def test_gifts_are_counted_in_public_and_for_the_member(api: Api) -> None:
    worth = Worth(gift=500, match=Rate(1), matched_by=PartnerId(api.books.shop.partner_id))
    steps = (Step(points=50, worth=worth),)
    forest = await a_reward(api.books, kind=RewardKind.CHARITY, charity="The forest", steps=steps)
    await redeemed(api.books, api.member, forest, pieces=2)
    asked = "{ charity gifts given { amount currency } matched { amount } members }"
    told = [
        {
            "charity": "The forest",
            "gifts": 2,
            "given": {"amount": "10.00", "currency": "USD"},
            "matched": {"amount": "10.00"},
            "members": None,
        }
    ]
    assert (await api.ask(None, f"{{ rewardGiving {asked} }}"))["rewardGiving"] == told
    assert (await api.ask("member", f"{{ myRewardGiving {asked} }}"))["myRewardGiving"] == told


async def test_members_follow_what_they_redeemed_and_see_nobody_elses(api: Api) -> None:
    mug = await a_reward(api.books, fulfilment=Fulfilment.COLLECTED)
    for day in (1, 2):
        api.books.now = NOON + day * DAY
        await redeemed(api.books, api.member, mug)
    asked = """query($states: [RewardFulfilmentState!], $after: String) {
        myRedeemedRewards(first: 1, states: $states, after: $after) {
            nodes { state pieces redeemedAt worth { thing } partner { slug } reward { name } }
            pageInfo { hasNextPage endCursor } } }"""

    latest = (await api.ask("member", asked))["myRedeemedRewards"]
    assert latest["nodes"] == [
        {
            "state": "TO_DO",
            "pieces": 1,
            "redeemedAt": latest["nodes"][0]["redeemedAt"],
            "worth": {"thing": "A mug"},
            "partner": {"slug": "shop"},
            "reward": {"name": "A mug"},
        }
    ]
    before = (await api.ask("member", asked, after=latest["pageInfo"]["endCursor"]))["myRedeemedRewards"]
    assert before["nodes"][0]["redeemedAt"] < latest["nodes"][0]["redeemedAt"]
    assert not before["pageInfo"]["hasNextPage"]
    assert (await api.ask("member", asked, states=["DONE"]))["myRedeemedRewards"]["nodes"] == []
    assert (await api.ask("other", asked))["myRedeemedRewards"]["nodes"] == []
    refused = await api.send("shop", asked)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_till_asks_who_has_access(api: Api) -> None:
    live = await api.live(name="Early", kind="EARLY_ACCESS", steps=[{"points": "0", "worth": {"thing": "The drop"}}])
    asked = 'query($id: ID!) { rewardAccess(reward: $id, member: { cardNumber: "CARD0001" }) }'
    seen = (await api.ask("till", SHELF))["rewards"]["nodes"][0]["id"]
    assert not (await api.ask("till", asked, id=seen))["rewardAccess"]
    early = await the_only(api)
    await redeemed(api.books, api.member, early)
    assert (await api.ask("till", asked, id=seen))["rewardAccess"]
    assert live["byItself"] is False


async def test_a_list_of_a_hundred_rewards_costs_as_many_statements_as_of_two(api: Api) -> None:
    shelf = (
        "{ rewards(first: 100) { nodes { id name left owner { slug } partners { slug } steps { money { amount } } } } }"
    )
    mug = await a_reward(api.books, stock=3)
    counts = {}
    for many in (2, 100):
        there = len((await api.ask(None, shelf))["rewards"]["nodes"])
        await api.books.owner.execute(ALIKE, mug.reward_id, many - there)
        with counted(api.books.database) as statements:
            assert len((await api.ask(None, shelf))["rewards"]["nodes"]) == many
        counts[many] = len(statements)
    assert counts[2] == counts[100] <= 12
