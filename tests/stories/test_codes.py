"""A maker of milk prints codes; buyers enter them at a shop's page; every third is a coupon that the maker pays."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.coalition.models import Partner, PartnerRole
from domain.codes.writing import grouped, random_code
from domain.earning import managing as campaigns
from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.rules import Card as StampCard
from domain.earning.rules import Flat, Rule
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.settlement import cycles
from domain.storage import Database, Sight
from domain.surveys import managing as surveys
from domain.vouchers import managing as coupons
from domain.vouchers.terms import CouponTerms, Paid, TakesOff
from hansa.storefront import Card, Line, ProofKey, Refused, Storefront
from partners.keys import derive
from tests.builders.coalition import BEFORE, a_coalition, a_partner, writing
from tests.builders.served import SECRET, a_secret, a_server
from tests.builders.webhooks import relayed
from tests.domain.earning.world import acting
from tests.domain.surveys.hall import milk

ADA, BEN = Card("ADA 0001"), Card("BEN 0002")
CODES = frozenset({"CODE"})
DONE = "{ batch { id state entered members cost { amount } costPerEntry { amount } byProduct { entered } }"
ORDER = (
    "mutation($input: CodeBatchOrderInput!) { done: codeBatchOrder(input: $input)"
    f" {DONE} userErrors {{ code path }} }} }}"
)
PRINT = """mutation($input: CodeBatchPrintInput!) { done: codeBatchPrint(input: $input)
    { print { number address reason } userErrors { code } } }"""
LIVE = f"mutation($input: CodeBatchInput!) {{ done: codeBatchPutLive(input: $input) {DONE} userErrors {{ code }} }} }}"
SHOWN = """query($id: ID!) { done: codeBatch(id: $id)
    { state entered members costPerEntry { amount } byOutlet { entries } } }"""
ENTRIES = "query($batch: ID!) { codeEntries(batch: $batch, first: 10) { nodes { serial sku member { id } } } }"
WANTED = """mutation($input: CodeEnterInput!) { codeEnter(input: $input)
    { userErrors { code ... on CodeSurveyWanted { survey { title questions { key } } } } } }"""
HEARD = """{ events(kinds: [CODE_ENTERED], first: 10)
    { nodes { member { id } ... on CodeWasEntered { batch { name } } } } }"""
USE = """mutation($input: VoucherUseInput!) { done: voucherUse(input: $input)
    { use { owed { money { amount } sponsor { slug } } } userErrors { code } } }"""
TEA = [{"sku": "tea", "amount": "10.00"}]


@dataclass
class Dairy:
    """The maker and the shop, each with a client at one server."""

    url: str
    maker: Storefront
    shop: Storefront
    http: httpx.AsyncClient
    token: str
    key: ProofKey
    survey: Any

    async def step(self, document: str, **said: Any) -> Any:
        """A step of the maker's that was taken."""
        done = (await self.maker.ask(document, {"input": said}))["done"]
        assert done["userErrors"] == [], done
        return done

    async def fetched(self, address: str) -> httpx.Response:
        """A file by its address."""
        proof = self.key.proof("GET", self.url + address, token=self.token)
        headers = {"authorization": f"DPoP {self.token}", "dpop": proof}
        return await self.http.get(address, headers=headers)


@pytest.fixture
async def dairy(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Dairy]:
    """Fifty points for each code, and every third one two euros off at the shop; the maker pays both."""
    await a_coalition(database, currency="EUR", time_zone="Europe/Riga")
    shop, maker = await a_partner(database, "shop"), await a_partner(database, "maker", PartnerRole.MANUFACTURER)
    async with writing(database) as session:
        await cycles.open_first(session, now=BEFORE)
    survey = await _promised(database, shop, maker)
    async with a_server(database_url, tmp_path) as url, httpx.AsyncClient(base_url=url) as http:
        secret, key = await a_secret(database, maker, name="Printer"), ProofKey.new()
        proof = {"dpop": key.proof("POST", f"{url}/oauth/token")}
        token = (await http.post("/oauth/token", **secret.request(url), headers=proof)).json()["access_token"]
        async with (
            Storefront.opened(url, await a_secret(database, maker)) as makers,
            Storefront.opened(url, await a_secret(database, shop)) as shops,
        ):
            await shops.enrol(card="ADA 0001")
            await shops.enrol(card="BEN 0002")
            yield Dairy(url, makers, shops, http, token, key, survey)


async def test_codes_go_from_the_printer_to_the_coupon_that_the_maker_pays(dairy: Dairy, database: Database) -> None:
    order = {
        "name": "Spring milk",
        "kind": "RANDOM",
        "products": [{"gtin": "4750001000016", "count": 12}],
        "cost": {"amount": "7.00", "currency": "EUR"},
    }
    batch = (await dairy.step(ORDER, **order))["batch"]["id"]
    address = (await dairy.step(PRINT, batch=batch))["print"]["address"]
    file = await dairy.fetched(address)
    assert (file.status_code, file.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(file.text)))
    codes = [row["code"] for row in rows]
    assert (len(codes), rows[3]["serial"], rows[3]["sku"]) == (12, "3", "milk")
    assert rows[3]["link"] == f"{dairy.url}/c/{codes[3].replace('-', '')}"
    assert (await dairy.fetched(address)).status_code == 404, "it is fetched once"
    refused = (await dairy.maker.ask(PRINT, {"input": {"batch": batch}}))["done"]["userErrors"]
    assert refused == [{"code": "PRINTED_BEFORE"}]

    with pytest.raises(Refused) as early:
        await dairy.shop.enter_code(codes[0], member=ADA)
    assert early.value.code == "CODE_NOT_ACCEPTED"
    await dairy.step(LIVE, batch=batch)
    found = await dairy.shop.check_code(codes[0].lower(), member=ADA)
    assert (found.product, found.units, found.survey, found.entered_at) == ("Milk", 1, None, None)
    given = [await dairy.shop.enter_code(code, member=ADA, channel="WEB") for code in codes[:3]]
    assert [(one.points, one.given) for one in given] == [(50, ()), (50, ()), (50, ("2 off",))]
    again = await dairy.shop.enter_code(codes[0], member=ADA)
    assert (again.points, again.replayed) == (50, True)
    with pytest.raises(Refused) as late:
        await dairy.shop.enter_code(codes[0], member=BEN)
    assert (late.value.code, str(late.value)) == (early.value.code, str(early.value))

    [voucher] = await dairy.shop.check_vouchers(member=ADA, lines=[Line(sku="tea", amount=Decimal(10))])
    assert (voucher.name, voucher.amount) == ("2 off", Decimal(2))
    used = {"idempotencyKey": "coupon-of-milk-1", "vouchers": [voucher.id], "member": ADA.input(), "lines": TEA}
    made = (await dairy.shop.ask(USE, {"input": used}))["done"]["use"]
    assert made["owed"] == [{"money": {"amount": "2.00"}, "sponsor": {"slug": "maker"}}], "the shop is reimbursed"

    shown = (await dairy.maker.ask(SHOWN, {"id": batch}))["done"]
    assert shown == {"state": "LIVE", "entered": 3, "members": None, "costPerEntry": {"amount": "2.34"}, "byOutlet": []}
    entries = (await dairy.maker.ask(ENTRIES, {"batch": batch}))["codeEntries"]["nodes"]
    assert [(one["serial"], one["member"]) for one in entries] == [(2, None), (1, None), (0, None)]
    await relayed(database)
    heard = (await dairy.maker.ask(HEARD, {}))["events"]["nodes"]
    assert heard == [{"member": None, "batch": {"name": "Spring milk"}}] * 3


async def test_a_code_that_asks_first_is_entered_with_its_answers(dairy: Dairy) -> None:
    survey = (await dairy.maker.ask("{ surveys(first: 1) { nodes { id } } }", {}))["surveys"]["nodes"][0]["id"]
    order = {"name": "Asking", "kind": "STATELESS", "products": [{"sku": "milk", "count": 2}], "survey": survey}
    batch = (await dairy.step(ORDER, **order))["batch"]["id"]
    file = await dairy.fetched((await dairy.step(PRINT, batch=batch))["print"]["address"])
    codes = [row["code"] for row in csv.DictReader(io.StringIO(file.text))]
    await dairy.step(LIVE, batch=batch)
    assert (await dairy.shop.check_code(codes[0], member=ADA)).survey is not None
    with pytest.raises(Refused) as wanted:
        await dairy.shop.enter_code(codes[0], member=ADA)
    assert wanted.value.code == "SURVEY_WANTED"
    said = {"code": codes[0], "member": ADA.input()}
    (refused,) = (await dairy.shop.ask(WANTED, {"input": said}))["codeEnter"]["userErrors"]
    assert (refused["survey"]["title"], len(refused["survey"]["questions"])) == ("About the milk", 5)
    entered = await dairy.shop.enter_code(codes[0], member=ADA, answers={"taste": 5, "motive": ["price"]})
    assert (entered.points, entered.replayed) == (50, False)
    assert (await dairy.shop.check_code(codes[1], member=ADA)).survey is None


async def test_the_page_behind_the_link_says_what_to_do_and_not_whether_the_code_is_good(dairy: Dairy) -> None:
    code = random_code(b"nobody's", 1, b"k" * 32)
    for language in ("en", "lv", "bg", "fi", "hu"):
        page = await dairy.http.get(f"/c/{code}?lang={language}")
        assert page.status_code == 200
        assert grouped(code) in page.text
        assert f'lang="{language}"' in page.text
    assert (await dairy.http.get(f"/c/{code[:-1]}")).status_code == 404
    assert (await dairy.http.get("/c/%3Cscript%3E")).status_code == 404


async def _promised(database: Database, shop: Partner, maker: Partner) -> Any:
    owner, now = PartnerId(maker.partner_id), BEFORE
    async with acting(database, Sight.partner(owner)) as session:
        item = ProductItem(sku="milk", name="Milk", category="DAIRY", brand="Spring", gtin="4750001000016")
        await feeding.feed(session, owner, [item], now=now)
    terms = CouponTerms(
        name="2 off",
        takes=TakesOff(amount=200),
        partners=frozenset({PartnerId(shop.partner_id)}),
        days=30,
        sponsors=(Paid(partner_id=owner),),
    )
    async with acting(database, Sight.partner(owner)) as session:
        draft = await coupons.draft(session, owner, terms, key=derive(SECRET.encode()).lookups, now=now)
        coupon = await coupons.publish(session, owner, draft.coupon_id, now=now)
    token = Token(kind=TokenKind.COUPON, name="2 off", coupon=coupon.coupon_id)
    rules: list[tuple[str, Rule]] = [
        ("For each code", Flat(points=50)),
        ("Every third", StampCard(every=3, prize=Prize(token=token))),
    ]
    for name, rule in rules:
        campaign = Terms(
            name=name,
            rule=rule,
            when=When(triggers=CODES),
            starts_at=BEFORE,
            partners=frozenset({owner}),
            sponsors=(Sponsor(owner),),
        )
        async with acting(database, Sight.partner(owner)) as session:
            drawn = await campaigns.draft(session, owner, campaign, now=now)
            await campaigns.publish(session, owner, drawn.campaign_id, seed=b"s" * 32, now=now)
    async with acting(database, Sight.partner(owner)) as session:
        survey = await surveys.draft(session, owner, milk(), now=now)
    async with acting(database, Sight.partner(owner)) as session:
        return await surveys.publish(session, owner, survey.survey_id, now=now)
