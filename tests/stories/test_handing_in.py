"""Anna hands her old boots in and comes to a tasting; over HTTP and our pages, every figure worked out by hand.

The shop takes old boots by a scheme that its rival takes part in: GOOD brings 12.00, paid by the shop for two fifths
and by the boot maker for three. Anna hands a pair in at the shop and gets a voucher of 12.00; she uses it at the rival
for boots of 39.90, so 27.90 are left. The rival is owed 12.00 · 2/5 = 4.80 by the shop and 12.00 · 3/5 = 7.20 by the
maker; both stand in the cycle's statements.

The shop and the maker hold a tasting for two and share its costs in the same way; the shop pays 150.01 for it. Anna and
Ben have places, Carl waits. Ben cancels, Carl moves up. Anna shows her code at the door, Carl scans the shop's: 50
points each. The maker bears 90.006 of it, which is 90.01 to the cent, and pays the shop 90.01; 75.01 for each who came.
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
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId, PersonId
from domain.settlement import computing, cycles
from domain.settlement.models import Cycle, CycleState
from domain.storage import Database
from hansa.gathering import gather_now
from hansa.storefront import Storefront
from hansa.trading_in import trade_in_now
from partners.keys import derive
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import BEFORE, a_partner, writing
from tests.builders.served import SECRET, a_secret
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town

ADVANCE = "mutation ($input: ClockAdvanceInput!) { done: clockAdvance(input: $input) { userErrors { code } } }"
OWNER = SANDBOX_DEFAULT | {
    *(Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH, Scope.CAMPAIGNS_READ),
    *(Scope.REWARDS_WRITE, Scope.REWARDS_READ, Scope.ANALYTICS_READ),
}
SHARES = ("2/5", "3/5")
HANDED = "tradeIn { id items { id value { amount } state grade } credits { amount { amount } state } } codes replayed"
MINE = """{ myTradeIns(first: 5) { nodes { scheme state value { amount } credit { amount } partner { slug } } }
    myVouchers(first: 5) { nodes { name amount { amount } state } } }"""
REPORT = """query ($since: DateTime!) { tradeInReport(since: $since) {
    taken { category grade items value { amount } credit { amount } own }
    costs { funder { slug } money { amount } } } }"""
QUOTE = """query ($items: [TradeInItemInput!]!) { tradeInQuote(items: $items) { number value { amount } whyNot } }"""
EVENINGS = "{ myActivities { id state seatsLeft terms { name places } code { code } } }"
WENT = """query ($id: ID!) { activityReport(activity: $id) { attendees cost { amount } costPerAttendee { amount }
    numbers { inviter { slug } invited accepted cancelled came noShows }
    actual { partner { slug } bears { amount } paid { amount } }
    transfers { debtor { slug } creditor { slug } money { amount } } bought { members } } }"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The shop's way to the coalition, its rival's, the boot maker's, and three members at home."""

    town: Town
    shop: Storefront
    rival: Storefront
    maker: Storefront
    coalition: Storefront
    anna: AtHome
    ben: AtHome
    carl: AtHome
    firm: Partner

    async def on(self, day: int, *, hour: int = 12, minute: int = 0) -> None:
        """It becomes a minute of a day in March, and the worker looks around."""
        to = datetime(2026, 3, day, hour, minute, tzinfo=UTC)
        assert (await self.coalition.ask(ADVANCE, {"input": {"to": to.isoformat()}}))["done"]["userErrors"] == []
        keys = derive(SECRET.encode())
        await trade_in_now(self.town.database, keys=keys, now=to)
        await gather_now(self.town.database, keys=keys, now=to)

    async def does(self, who: Storefront | AtHome, name: str, kind: str, shows: str, /, **put: Any) -> Any:
        """A step that is taken; one that is refused gives its code."""
        document = f"mutation ($input: {kind}!) {{ done: {name}(input: $input) {{ {shows} userErrors {{ code }} }} }}"
        ask = who.ask(document, {"input": put}) if isinstance(who, Storefront) else who.ask(document, input=put)
        done = (await ask)["done"]
        return done["userErrors"][0]["code"] if done["userErrors"] else done

    async def partner(self, slug: str) -> str:
        """By which id the shop knows a partner."""
        found = (await self.shop.ask("{ partners(first: 10) { nodes { id slug } } }", {}))["partners"]["nodes"]
        return next(str(one["id"]) for one in found if one["slug"] == slug)

    async def sponsors(self) -> list[dict[str, str]]:
        """Two fifths by the shop, three by the maker."""
        slugs = zip(("shop", "bootmaker"), SHARES, strict=True)
        return [{"partner": await self.partner(slug), "share": share} for slug, share in slugs]

    async def agrees(self, what: str, listed: str, kind: str) -> None:
        """The maker reads the terms and agrees to them."""
        (one,) = (await self.maker.ask(f"{{ {listed}(first: 5) {{ nodes {{ id fingerprint }} }} }}", {}))[listed][
            "nodes"
        ]
        put = {what: one["id"], "fingerprint": one["fingerprint"]}
        assert isinstance(await self.does(self.maker, f"{kind}Agree", _input(kind, "Agree"), "__typename", **put), dict)


@pytest.fixture
async def scene(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The town with a boot maker; whoever comes to a tasting of the shop gets 50 points."""
    async with a_town(database, database_url, tmp_path) as town, AsyncExitStack() as stack:
        firm = await a_partner(database, "bootmaker", PartnerRole.MANUFACTURER)
        shop = PartnerId(town.shop.partner_id)
        terms = Terms(
            name="Thanks for coming",
            rule=Flat(points=50),
            when=When(triggers=frozenset({"ATTENDANCE"}), condition='action.kind == "TASTING"'),
            starts_at=BEFORE,
            partners=frozenset({shop}),
            sponsors=(Sponsor(shop),),
        )
        async with writing(database) as session:
            drawn = await managing.draft(session, shop, terms, now=BEFORE)
            await managing.publish(session, shop, drawn.campaign_id, now=BEFORE)
        ways: dict[str, Any] = {}
        for name, partner, scopes in (
            ("shop", town.shop, OWNER),
            ("rival", town.rival, OWNER),
            ("maker", firm, OWNER),
            ("coalition", None, frozenset({Scope.PARTNERS_MANAGE})),
        ):
            secret = await a_secret(database, partner, scopes=scopes)
            ways[name] = await stack.enter_async_context(Storefront.opened(town.url, secret))
        people: dict[str, Any] = {
            name: await stack.enter_async_context(at_home(town.url, database_url, tmp_path, f"{name}@example.org"))
            for name in ("anna", "ben", "carl")
        }
        scene = Scene(town=town, firm=firm, **ways, **people)
        for name, member in people.items():
            await scene.shop.enrol(card=f"{name.upper()} 0001", email=f"{name}@example.org")
            await member.signs_in()
        yield scene


async def test_old_boots_for_new_ones_at_another_shop(scene: Scene, owner: asyncpg.Connection[Any]) -> None:
    await _scheme(scene)
    boots = {"category": "BOOTS", "grade": "GOOD", "serial": "B-77"}
    quoted = (await scene.shop.ask(QUOTE, {"items": [boots, {"category": "BOOTS", "grade": "TORN"}]}))["tradeInQuote"]
    assert [(one["value"]["amount"], one["whyNot"]) for one in quoted] == [("12.00", None), ("0.00", "GRADE")]
    put = {"idempotencyKey": "annas-boots-0001", "member": {"cardNumber": "ANNA 0001"}, "items": [boots]}
    handed = await scene.does(scene.shop, "tradeInRecord", "TradeInRecordInput", HANDED, **put)
    assert [(one["value"]["amount"], one["state"]) for one in handed["tradeIn"]["items"]] == [("12.00", "CREDITED")]
    assert (await scene.does(scene.shop, "tradeInRecord", "TradeInRecordInput", HANDED, **put))["replayed"]
    other = {**put, "idempotencyKey": "bens-boots-00001", "member": {"cardNumber": "BEN 0001"}}
    assert await scene.does(scene.rival, "tradeInRecord", "TradeInRecordInput", HANDED, **other) == "SERIAL_TAKEN"
    mine = await scene.anna.ask(MINE)
    assert [(one["scheme"], one["credit"]["amount"]) for one in mine["myTradeIns"]["nodes"]] == [("Old boots", "12.00")]
    assert [(one["amount"]["amount"], one["state"]) for one in mine["myVouchers"]["nodes"]] == [("12.00", "OPEN")]
    used = await scene.does(
        scene.rival,
        "voucherUse",
        "VoucherUseInput",
        "use { money { amount } owed { money { amount } } }",
        idempotencyKey="annas-new-boots-1",
        codes=handed["codes"],
        lines=[{"sku": "boots", "amount": "39.90"}],
    )
    assert used["use"]["money"]["amount"] == "12.00"
    back = {"idempotencyKey": "annas-boots-back", "tradeIn": handed["tradeIn"]["id"]}
    assert (
        await scene.does(scene.shop, "tradeInReverse", "TradeInReverseInput", HANDED, **back) == "TRADE_IN_CREDIT_USED"
    )
    await _reported(scene)
    await _settled(scene, owner)


async def _scheme(scene: Scene) -> None:
    """The shop has a coupon whose vouchers are valued, and a scheme by it; the maker agrees to both."""
    at = [await scene.partner("shop"), await scene.partner("rival")]
    terms: dict[str, Any] = {"name": "Credit", "takes": {"valued": True}, "partners": at, "days": 365}
    terms["sponsors"] = await scene.sponsors()
    coupon = (await scene.does(scene.shop, "couponDraft", "CouponDraftInput", "coupon { id }", terms=terms))["coupon"]
    await scene.agrees("coupon", "partnerCoupons", "coupon")
    live = await scene.does(scene.shop, "couponPublish", "CouponStepInput", "coupon { state }", coupon=coupon["id"])
    assert live["coupon"]["state"] == "LIVE"
    prices = [{"grade": grade, "amount": amount} for grade, amount in (("NEW", "20.00"), ("GOOD", "12.00"))]
    terms = {
        "name": "Old boots",
        "partners": at,
        "grades": ["NEW", "GOOD"],
        "prices": [{"category": "BOOTS", "prices": prices}],
        "coupon": coupon["id"],
        "sponsors": await scene.sponsors(),
    }
    shows = "scheme { id state awaiting { slug } }"
    drawn = await scene.does(scene.shop, "tradeInSchemeDraft", "TradeInSchemeDraftInput", shows, terms=terms)
    assert [one["slug"] for one in drawn["scheme"]["awaiting"]] == ["bootmaker"]
    step = {"scheme": drawn["scheme"]["id"]}
    early = await scene.does(scene.shop, "tradeInSchemePublish", "TradeInSchemeStepInput", shows, **step)
    assert early == "TRADE_IN_AGREEMENT_MISSING"
    await scene.agrees("scheme", "tradeInSchemes", "tradeInScheme")
    live = await scene.does(scene.shop, "tradeInSchemePublish", "TradeInSchemeStepInput", shows, **step)
    assert live["scheme"]["state"] == "LIVE"


async def _reported(scene: Scene) -> None:
    """The shop sees what it took and both shares, the maker its own share alone, the rival nothing."""
    told = {
        name: (await getattr(scene, name).ask(REPORT, {"since": BEFORE.isoformat()}))["tradeInReport"]
        for name in ("shop", "maker", "rival")
    }
    costs = {
        name: sorted((one["funder"]["slug"], one["money"]["amount"]) for one in report["costs"])
        for name, report in told.items()
    }
    assert costs == {"shop": [("bootmaker", "7.20"), ("shop", "4.80")], "maker": [("bootmaker", "7.20")], "rival": []}
    assert [one["items"] for one in told["shop"]["taken"]] == [1]
    assert told["maker"]["taken"] == told["rival"]["taken"] == []


async def _settled(scene: Scene, owner: asyncpg.Connection[Any]) -> None:
    """Both pay the rival in the cycle's statements."""
    now, database = datetime(2026, 4, 13, tzinfo=UTC), scene.town.database
    async with writing(database) as session:
        cycle = (await session.scalars(select(Cycle).where(Cycle.state == CycleState.OPEN))).one()
        await cycles.cut_off(session, cycle.cycle_id, now=now)
    async with writing(database) as session:
        await sealing.seal(session, cycle.cycle_id, now=now)
    async with writing(database) as session:
        await computing.compute(session, cycle.cycle_id, now=now, by=PersonId(scene.firm.partner_id))
    rows = await owner.fetch(
        "SELECT d.slug AS debtor, c.slug AS creditor, sum(l.exact) AS owes FROM statement_line l"
        " JOIN partner d ON d.partner_id = l.debtor_id JOIN partner c ON c.partner_id = l.creditor_id"
        " WHERE l.kind = 'BENEFIT' GROUP BY 1, 2 ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [("bootmaker", "rival", Decimal("7.20")), ("shop", "rival", Decimal("4.80"))]


async def test_a_tasting_that_two_partners_hold_together(scene: Scene, owner: asyncpg.Connection[Any]) -> None:
    evening = await _tasting(scene)
    (mine,) = (await scene.anna.ask(EVENINGS))["myActivities"]
    assert (mine["state"], mine["seatsLeft"], mine["terms"]["name"]) == (None, 2, "Leather and cheese")
    states = [await _answers(scene, who) for who in (scene.anna, scene.ben, scene.carl)]
    assert states == ["ACCEPTED", "ACCEPTED", "WAITING"]
    assert await _answers(scene, scene.ben, "CANCEL") == "CANCELLED"
    assert (await scene.carl.ask(EVENINGS))["myActivities"][0]["state"] == "ACCEPTED"
    code = (await scene.anna.ask(EVENINGS))["myActivities"][0]["code"]["code"]
    door = {"activity": evening, "code": code}
    assert await scene.does(scene.shop, "attendanceRecord", "AttendanceRecordInput", "came", **door) == "NOT_ON_NOW"
    await scene.on(20, hour=18)
    refused = await scene.does(scene.shop, "attendanceRecord", "AttendanceRecordInput", "came", **door)
    assert refused == "ATTENDANCE_CODE_REFUSED"
    door["code"] = (await scene.anna.ask(EVENINGS))["myActivities"][0]["code"]["code"]
    came = await scene.does(scene.shop, "attendanceRecord", "AttendanceRecordInput", "came replayed", **door)
    assert (came["came"], came["replayed"]) == (True, False)
    again = await scene.does(scene.shop, "attendanceRecord", "AttendanceRecordInput", "came replayed", **door)
    assert again["replayed"]
    await _carl_scans(scene, evening)
    has = await owner.fetch("SELECT (available + pending)::int AS has FROM wallet ORDER BY 1")
    assert [row["has"] for row in has] == [0, 50, 50]
    await _went(scene, evening)


async def _tasting(scene: Scene) -> str:
    """The shop draws a tasting up for two, open to all; the maker agrees, and the shop pays for the room."""
    terms = {
        "name": "Leather and cheese",
        "kind": "TASTING",
        "texts": [{"language": "lv", "name": "Āda un siers"}],
        "hosts": [await scene.partner("shop")],
        "address": "Old Mill",
        "startsAt": datetime(2026, 3, 20, 18, tzinfo=UTC).isoformat(),
        "endsAt": datetime(2026, 3, 20, 21, tzinfo=UTC).isoformat(),
        "places": 2,
        "open": True,
        "shares": await scene.sponsors(),
    }
    drawn = await scene.does(scene.shop, "activityDraft", "ActivityDraftInput", "activity { id }", terms=terms)
    evening = str(drawn["activity"]["id"])
    await scene.agrees("activity", "jointActivities", "activity")
    live = await scene.does(scene.shop, "activityPublish", "ActivityStepInput", "activity { state }", activity=evening)
    assert live["activity"]["state"] == "LIVE"
    cost = {"idempotencyKey": "room-and-cheese-1", "activity": evening, "kind": "ACTUAL", "label": "Room"}
    money = {"amount": "150.01", "currency": "USD"}
    paid = await scene.does(
        scene.shop, "activityCostEnter", "ActivityCostEnterInput", "cost { money { amount } }", **cost, money=money
    )
    assert paid["cost"]["money"]["amount"] == "150.01"
    return evening


async def _answers(scene: Scene, who: AtHome, answer: str = "ACCEPT") -> str:
    (mine,) = (await who.ask(EVENINGS))["myActivities"]
    put = {"activity": mine["id"], "answer": answer}
    done = await scene.does(who, "myActivityAnswer", "MyActivityAnswerInput", "activity { state }", **put)
    return str(done["activity"]["state"])


async def _carl_scans(scene: Scene, evening: str) -> None:
    """What the shop shows is of use for two minutes."""
    shows = "query ($id: ID!) { activityHostCode(activity: $id) { code } }"
    picture = (await scene.shop.ask(shows, {"id": evening}))["activityHostCode"]["code"]
    assert (await scene.maker.ask("{ jointActivities(first: 1) { nodes { id } } }", {}))["jointActivities"]["nodes"]
    (mine,) = (await scene.carl.ask(EVENINGS))["myActivities"]
    await scene.on(20, hour=18, minute=2)
    put = {"activity": mine["id"], "code": picture}
    late = await scene.does(scene.carl, "myAttendance", "MyAttendanceInput", "activity { state }", **put)
    assert late == "ATTENDANCE_CODE_REFUSED"
    put["code"] = (await scene.shop.ask(shows, {"id": evening}))["activityHostCode"]["code"]
    done = await scene.does(scene.carl, "myAttendance", "MyAttendanceInput", "activity { state }", **put)
    assert done["activity"]["state"] == "CAME"


async def _went(scene: Scene, evening: str) -> None:
    """The maker bears its share to the cent, and pays it to the shop."""
    await scene.on(21)
    went = (await scene.shop.ask(WENT, {"id": evening}))["activityReport"]
    assert (went["attendees"], went["cost"]["amount"], went["costPerAttendee"]["amount"]) == (2, "150.01", "75.01")
    (numbers,) = went["numbers"]
    assert (numbers["came"], numbers["cancelled"], numbers["noShows"], numbers["invited"]) == (2, 1, 0, 0)
    bears = {one["partner"]["slug"]: one["bears"]["amount"] for one in went["actual"]}
    assert bears == {"shop": "60.00", "bootmaker": "90.01"}
    (transfer,) = went["transfers"]
    assert (transfer["debtor"]["slug"], transfer["creditor"]["slug"]) == ("bootmaker", "shop")
    assert transfer["money"]["amount"] == "90.01"
    assert went["bought"] is None


def _input(kind: str, step: str) -> str:
    return f"{kind[0].upper()}{kind[1:]}{step}Input"
