"""Vouchers over HTTP: agreed to by the maker, given, checked, used, taken back, seen by their member, settled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from domain.audit import sealing
from domain.ids import ClientId, MemberId, PartnerId, PersonId, WalletId, new_id
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember
from domain.settlement import computing, cycles
from domain.storage import Database
from hansa.service import Service
from partners.limits import Limits
from partners.scopes import MEMBER_SCOPES, PersonRole, Scope, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from resolvers.guessing import Guessing, misses
from schema.execution import Engine
from schema.root import product
from tests.builders.coalition import a_partner, writing
from tests.builders.graphql import KEYS, Tokens, application
from tests.builders.ledger import KEYS as MEMBERS
from tests.builders.ledger import Books, a_ledger

ENGINE = Engine(product())
COUPON = "id version state fingerprint awaiting { slug } counts { issued open used codesLeft } uses usesInAll"
DONE = f"{{ coupon {{ {COUPON} }} userErrors {{ code message path }} }}"
DRAFT = f"mutation($input: CouponDraftInput!) {{ done: couponDraft(input: $input) {DONE} }}"
AGREE = f"mutation($input: CouponAgreeInput!) {{ done: couponAgree(input: $input) {DONE} }}"
PUBLISH = f"mutation($input: CouponStepInput!) {{ done: couponPublish(input: $input) {DONE} }}"
GIVE = "mutation($input: CouponGiveInput!) { done: couponGive(input: $input) { codes userErrors { code path } } }"
IMPORT = """mutation($input: CouponCodesImportInput!) { done: couponCodesImport(input: $input)
    { taken refused refusals { line why } userErrors { code path } } }"""
ONE = f"query($id: ID!) {{ coupon(id: $id) {{ {COUPON} }} }}"
CHECK = """query($input: VoucherCheckInput!) { voucherCheck(input: $input) { money { amount } vouchers {
    code whyNot missing { amount } money { amount currency } lines { number money { amount } }
    voucher { id name code state } } } }"""
USE = """mutation($input: VoucherUseInput!) { done: voucherUse(input: $input) { replayed use { id reversedAt purchaseId
    money { amount } uses { name money { amount } } owed { money { amount } sponsor { slug } } }
    userErrors { code path ... on VoucherNotApplicable { why } } } }"""
REVERSE = """mutation($input: VoucherReverseInput!) { done: voucherReverse(input: $input) { replayed use { reversedAt }
    userErrors { code } } }"""
MINE = "{ myVouchers(first: 10, onlyOpen: false) { nodes { id name code state source used uses owner { slug } } } }"
BASKET = [{"sku": "bread", "amount": "6.00", "quantity": "2"}, {"sku": "tea", "amount": "14.00"}]


@dataclass
class Api:
    """The coalition on HTTP."""

    books: Books
    http: httpx.AsyncClient
    member: KnownMember
    keys: int = 0

    async def send(self, who: str, text: str, **variables: Any) -> Any:
        """The whole answer."""
        headers = {"authorization": f"Bearer {who}"}
        return (await self.http.post("/graphql", json={"query": text, "variables": variables}, headers=headers)).json()

    async def ask(self, who: str, text: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.send(who, text, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, who: str, text: str, **given: Any) -> Any:
        """A step that was taken."""
        if text in {GIVE, USE, REVERSE}:
            self.keys += 1
            given = {"idempotencyKey": f"voucher-step-{self.keys:06}", **given}
        done = (await self.ask(who, text, input=given))["done"]
        assert done["userErrors"] == [], done
        return done

    async def refused(self, who: str, text: str, **given: Any) -> Any:
        """Why a step is refused."""
        if text in {GIVE, USE, REVERSE}:
            self.keys += 1
            given = {"idempotencyKey": f"voucher-step-{self.keys:06}", **given}
        (why,) = (await self.ask(who, text, input=given))["done"]["userErrors"]
        return why

    async def check(self, who: str, **given: Any) -> Any:
        """What vouchers take off."""
        return (await self.ask(who, CHECK, input=given))["voucherCheck"]

    async def partner(self, who: str, slug: str) -> str:
        """A partner's id, as somebody sees it."""
        nodes = (await self.ask(who, "{ partners(first: 10) { nodes { id slug } } }"))["partners"]["nodes"]
        found: str = next(node["id"] for node in nodes if node["slug"] == slug)
        return found

    async def terms(self, **changes: Any) -> dict[str, Any]:
        """5.00 off at the shop, of which the maker pays four fifths."""
        usual = {
            "name": "5 off",
            "takes": {"amount": "5.00"},
            "partners": [await self.partner("shop", "shop")],
            "days": 30,
            "sponsors": [
                {"partner": await self.partner("shop", "maker"), "share": "4/5"},
                {"partner": await self.partner("shop", "shop"), "share": "1/5"},
            ],
        }
        return usual | changes

    async def live(self, **changes: Any) -> Any:
        """A live coupon of the shop's, the maker having agreed."""
        drafted = (await self.do("shop", DRAFT, terms=await self.terms(**changes)))["coupon"]
        if drafted["awaiting"]:
            theirs = await self.ask("maker", "{ partnerCoupons(first: 1) { nodes { id fingerprint } } }")
            seen = theirs["partnerCoupons"]["nodes"][0]
            assert seen["fingerprint"] == drafted["fingerprint"]
            await self.do("maker", AGREE, coupon=seen["id"], fingerprint=seen["fingerprint"])
        return (await self.do("shop", PUBLISH, coupon=drafted["id"]))["coupon"]

    async def given(self, coupon: Any, count: int = 1) -> list[str]:
        """Codes of vouchers for the member."""
        done = await self.do("shop", GIVE, coupon=coupon["id"], member={"cardNumber": "CARD0001"}, count=count)
        codes: list[str] = done["codes"]
        return codes


def viewers(books: Books, member: KnownMember, next_door: PartnerId) -> dict[str, Viewer]:
    """Marketing people of shop and maker, tills of two shops, and the member."""
    shop, maker = PartnerId(books.shop.partner_id), PartnerId(books.maker.partner_id)
    marketing = scopes_of_roles([PersonRole.PARTNER_MARKETING])
    taking = frozenset({Scope.CODES_REDEEM, Scope.PURCHASES_WRITE})

    def till(partner: PartnerId) -> Viewer:
        return Viewer(audience=Audience.PARTNER, scopes=taking, partner_id=partner, client_id=ClientId(new_id()))

    people = {
        name: Viewer(audience=Audience.PARTNER, scopes=marketing, partner_id=partner, person_id=PersonId(new_id()))
        for name, partner in (("shop", shop), ("maker", maker), ("next door", next_door))
    }
    mine = {"member_id": MemberId(member.member_id), "wallet_id": WalletId(member.wallet_id)}
    return people | {
        "till": till(shop),
        "other till": till(next_door),
        "member": Viewer(audience=Audience.MEMBER, scopes=MEMBER_SCOPES, **mine),  # type: ignore[arg-type]
    }


@pytest.fixture
async def api(database: Database, database_url: str) -> AsyncIterator[Api]:
    """Two shops and a maker on HTTP; a caller may guess five times an hour."""
    async with a_ledger(database, database_url) as books:
        member = await books.member(Identifier.card("CARD0001"))
        next_door = PartnerId((await a_partner(database, "nextdoor")).partner_id)
        tokens = Tokens(viewers(books, member, next_door))
        guessing = Guessing(Limits(), misses(5), ticks=lambda: 0.0)

        async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
            keys = replace(KEYS, lookups=MEMBERS.lookup)
            context = Context(viewer=viewer, database=database, clock=lambda: books.now, keys=keys, snapshots=snapshots)
            context.guessing = guessing
            return context

        offered = Service(
            engine=ENGINE, context_of=context_of, viewer_of=tokens.viewer_of, still_stands=tokens.still_stands
        )
        transport = httpx.ASGITransport(application(offered))
        async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
            yield Api(books, http, member)


async def test_a_voucher_goes_from_the_makers_agreement_to_the_statement(api: Api, database: Database) -> None:
    coupon = await api.live()
    first, second = await api.given(coupon, 2)
    found = await api.check("till", codes=[first], lines=BASKET)
    assert found["money"]["amount"] == "5.00"
    assert [line["money"]["amount"] for line in found["vouchers"][0]["lines"]] == ["1.50", "3.50"]
    assert found["vouchers"][0]["voucher"]["code"] is None, "a till is not told codes"
    made = await api.do("till", USE, codes=[first], lines=BASKET)
    assert {(one["sponsor"]["slug"], one["money"]["amount"]) for one in made["use"]["owed"]} == {
        ("maker", "4.00"),
        ("shop", "1.00"),
    }
    undone = await api.do("till", USE, codes=[second], lines=BASKET)
    await api.do("till", REVERSE, use=undone["use"]["id"])
    assert (await api.refused("till", REVERSE, use=undone["use"]["id"]))["code"] == "VOUCHER_USE_REVERSED"
    counts = (await api.ask("shop", ONE, id=coupon["id"]))["coupon"]["counts"]
    assert counts == {"issued": 2, "open": 1, "used": 1, "codesLeft": 0}
    # The cycle is closed: of two uses one stands, so the maker owes the shop 4.00, and the shop itself nothing.
    cycle = await api.books.owner.fetchval("SELECT cycle_id FROM cycle WHERE state = 'OPEN'")
    then = api.books.now + timedelta(days=1)
    async with writing(database) as session:
        await cycles.cut_off(session, cycle, now=then)
    async with writing(database) as session:
        await sealing.seal(session, cycle, now=then)
    async with writing(database) as session:
        await computing.compute(session, cycle, now=then, by=PersonId(new_id()))
    lines = await api.books.owner.fetch(
        "SELECT d.slug AS debtor, c.slug AS creditor, sum(l.amount) AS amount FROM statement_line l"
        " JOIN partner d ON d.partner_id = l.debtor_id JOIN partner c ON c.partner_id = l.creditor_id"
        " WHERE l.source IN ('BENEFIT', 'BENEFIT_BACK') GROUP BY 1, 2 HAVING sum(l.amount) <> 0"
    )
    owed = {(line["debtor"], line["creditor"]): line["amount"] for line in lines}
    back = owed.pop(("shop", "maker"), Decimal(0))
    assert owed[("maker", "shop")] - back == Decimal("4.00")
    await api.books.prove()


async def test_a_member_sees_their_own_vouchers_and_shows_them(api: Api) -> None:
    coupon = await api.live()
    [code] = await api.given(coupon)
    [mine] = (await api.ask("member", MINE))["myVouchers"]["nodes"]
    assert (mine["code"], mine["state"], mine["source"]) == (code, "OPEN", "GIVEN")
    listed = await api.check("till", member={"cardNumber": "CARD0001"}, lines=BASKET)
    assert [one["money"]["amount"] for one in listed["vouchers"]] == ["5.00"]
    named = listed["vouchers"][0]["voucher"]["id"]
    await api.do("till", USE, vouchers=[named], lines=BASKET)
    [mine] = (await api.ask("member", MINE))["myVouchers"]["nodes"]
    assert (mine["state"], mine["used"]) == ("USED", 1)


async def test_another_partner_learns_nothing_of_a_voucher_it_does_not_take(api: Api) -> None:
    coupon = await api.live()
    code, kept = await api.given(coupon, 2)
    for who, codes in (("other till", [code]), ("other till", ["0000-0000-0000-00"])):
        found = (await api.check(who, codes=codes, lines=BASKET))["vouchers"][0]
        assert (found["voucher"], found["money"]["amount"]) == (None, "0.00")
        assert found["whyNot"] in {"NOT_FOUND", "MISTYPED"}
    listed = await api.check("other till", member={"cardNumber": "CARD0001"})
    assert listed["vouchers"] == []
    made = await api.do("till", USE, codes=[code], lines=BASKET)
    # Ids are each viewer's own: what one partner was told names nothing for another.
    theirs = {"idempotencyKey": "theirs-0000000001", "use": made["use"]["id"]}
    answer = await api.send("other till", REVERSE, input=theirs)
    assert answer["data"]["done"]["use"] is None
    assert (await api.ask("next door", ONE, id=coupon["id"]))["coupon"] is None
    assert kept


async def test_guessing_codes_is_limited(api: Api) -> None:
    coupon = await api.live()
    [code] = await api.given(coupon)
    for n in range(5):
        found = await api.check("till", codes=[f"GUESS{n:04}"])
        assert found["vouchers"][0]["whyNot"] == "NOT_FOUND"
    answer = await api.send("till", CHECK, input={"codes": [code]})
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"


async def test_why_a_voucher_is_not_taken_is_told_before_and_after(api: Api) -> None:
    coupon = await api.live(name="From 25", least="25.00")
    [code] = await api.given(coupon)
    found = (await api.check("till", codes=[code], lines=BASKET))["vouchers"][0]
    assert (found["whyNot"], found["missing"]["amount"]) == ("BASKET_TOO_SMALL", "5.00")
    why = await api.refused("till", USE, codes=[code], lines=BASKET)
    assert (why["code"], why["why"]) == ("VOUCHER_NOT_APPLICABLE", "BASKET_TOO_SMALL")
    why = await api.refused("till", USE, codes=["NOBODYS1"], lines=BASKET)
    assert (why["code"], why["path"]) == ("VOUCHER_NOT_FOUND", ["input", "vouchers", "0"])
    api.books.now += timedelta(days=31)
    assert (await api.refused("till", USE, codes=[code], lines=BASKET))["code"] == "VOUCHER_EXPIRED"


async def test_a_pool_takes_codes_and_tells_which_it_does_not(api: Api) -> None:
    coupon = await api.live(name="Pool", codes="POOL", sponsors=[])
    brought = await api.do("shop", IMPORT, coupon=coupon["id"], codes=["SUMMER-01", "summer 02", "!", "SUMMER01"])
    assert (brought["taken"], brought["refused"]) == (2, 2)
    assert [one["line"] for one in brought["refusals"]] == [3, 4]
    assert (await api.refused("shop", GIVE, coupon=coupon["id"], member={"cardNumber": "CARD0001"}, count=3))[
        "code"
    ] == "VOUCHERS_USED_UP"
    codes = await api.given(coupon, 2)
    assert sorted(codes) == ["SUMME-R01", "SUMME-R02"]


async def test_a_purchase_names_the_vouchers_that_made_it_cheaper(api: Api) -> None:
    coupon = await api.live()
    [code] = await api.given(coupon)
    made = await api.do("till", USE, codes=[code], lines=BASKET)
    bought = await api.ask(
        "till",
        "mutation($input: PurchaseRecordInput!) { done: purchaseRecord(input: $input)"
        " { purchase { id } userErrors { code } } }",
        input={
            "idempotencyKey": "purchase-00000001",
            "member": {"cardNumber": "CARD0001"},
            "currency": "USD",
            "outletCode": "1",
            "lines": [{"sku": "bread", "amount": "4.50"}, {"sku": "tea", "amount": "10.50"}],
            "voucherUses": [made["use"]["id"]],
        },
    )
    told = await api.ask("till", "query($id: ID!) { voucherUseMade(id: $id) { purchaseId } }", id=made["use"]["id"])
    assert told["voucherUseMade"]["purchaseId"] == bought["done"]["purchase"]["id"]
