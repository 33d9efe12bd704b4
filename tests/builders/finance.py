"""Three partners, their shops' programs and all the people that settle between them, over the API of a served house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
from schwifty import IBAN

from domain.settlement import cycles
from domain.storage import Database, opened
from hansa.storefront import Basket, Card, ClientSecret, Line, Storefront
from hansa.worker import working
from tests.builders.coalition import writing
from tests.builders.houses import ADMIT, AGAIN, CHANGE_ROLES, CREATE, INVITE, STATUS, Browser, House, a_house
from tests.builders.served import settings_for

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
HEARD_SECONDS = 2.1
"""Within two seconds, every server knows what became of a person."""
OFTEN = timedelta(milliseconds=200)
TILL = [
    *("purchases:read", "purchases:write", "redemptions:write", "balance:read", "history:read"),
    *("members:enrol", "members:lookup", "reconciliation:write"),
]

ADVANCE = "mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { now userErrors { code } } }"
OPEN = "mutation ($input: OutletsOpenInput!) { outletsOpen(input: $input) { outlets { id } userErrors { code path } } }"
COMPANY = """mutation ($input: CompanyChangeInput!) {
    companyChange(input: $input) { company { name } userErrors { code path } } }"""
ACCOUNT = """mutation ($input: AccountProposeInput!) { accountPropose(input: $input) {
    company { waitingAccount { id } } userErrors { code path } } }"""
CONFIRM = """mutation ($input: AccountDecideInput!) {
    accountDecide(input: $input) { company { iban } userErrors { code path } } }"""
DRAW_UP = """mutation ($input: ContractDrawUpInput!) {
    contractDrawUp(input: $input) { contract { id version revision } userErrors { code path message } } }"""
SIGN = """mutation ($input: ContractSignInput!) {
    contractSign(input: $input) { contract { id version signedAt } userErrors { code path message } } }"""
DRAFT = """mutation ($input: CampaignDraftInput!) {
    campaignDraft(input: $input) { campaign { id fingerprint } userErrors { code path message } } }"""
CAMPAIGNS = "{ partnerCampaigns { nodes { id name fingerprint } } }"
AGREE = """mutation ($input: CampaignAgreeInput!) {
    campaignAgree(input: $input) { campaign { id } userErrors { code message } } }"""
PUBLISH = """mutation ($input: CampaignStepInput!) {
    campaignPublish(input: $input) { campaign { state } userErrors { code message } } }"""
PARTNERS = "{ partners { nodes { id slug } } }"
CYCLES = "{ cycles { nodes { id name state } } }"

TAXED = {"taxSupply": "0.21", "taxCredit": "0.21"}
CONTRACTS: Mapping[str, Mapping[str, Any]] = {
    "shop": {"price": "0.0100", "priceRedeem": "0.0085", "shareAtIssuance": "0.4", **TAXED},
    "dairy": {
        "price": "0.0120",
        "bands": [{"points": 3000, "price": "0.0100"}],
        "shareAtIssuance": "1",
        "redeems": False,
        "feeFixed": "5",
        **TAXED,
    },
    "fuel": {"price": "0.0100", "priceRedeem": "0.0090", "shareAtIssuance": "0", "taxRule": "REVERSE_CHARGE"},
}
"""The shop pays 40 % when it gives points and 60 % when they are spent; the dairy all at once, and less a point from
3,000 on; the fuel stations when their points are spent, and account for the tax themselves."""
ROLE_OF = {"shop": "RETAILER", "dairy": "MANUFACTURER", "fuel": "RETAILER"}


@dataclass(frozen=True)
class Firm:
    """A partner: its people at their browsers, and its shops' program."""

    slug: str
    id: str
    """As the coalition names it."""
    admin: Browser
    finance: Browser
    promoter: Browser
    till: Storefront


@dataclass
class Town:
    """Who settles with whom."""

    house: House
    prue: Browser
    """Prepares the settlement."""
    bert: Browser
    """Approves it."""
    people: dict[str, str] = field(default_factory=dict)
    """Ids of the coalition's people, by their names."""
    firms: dict[str, Firm] = field(default_factory=dict)

    @property
    def agnes(self) -> Browser:
        """The coalition's admin."""
        return self.house.admin

    @property
    def shop(self) -> Firm:
        """Gives and takes points."""
        return self.firms["shop"]

    @property
    def dairy(self) -> Firm:
        """Gives points for its cheese in the shop, and takes none."""
        return self.firms["dairy"]

    @property
    def fuel(self) -> Firm:
        """Gives and takes points."""
        return self.firms["fuel"]

    async def on(self, day: int, *, month: int = 3) -> None:
        """It becomes noon of a day."""
        await self.agnes.do(ADVANCE, to=datetime(2026, month, day, 12, tzinfo=UTC).isoformat())

    async def cycle(self, name: str, who: Browser | None = None) -> str:
        """The id of a cycle."""
        found = (await (who or self.prue).ask(CYCLES))["cycles"]["nodes"]
        return str(next(one["id"] for one in found if one["name"] == name))

    async def hired(self, name: str, role: str) -> Browser:
        """Somebody the coalition invited, at a browser."""
        wanted = {"name": name, "email": f"{name.lower()}@hansa.example", "roles": [role]}
        invited = (await self.agnes.do(INVITE, **wanted))["invitation"]
        self.people[name] = invited["person"]["id"]
        return await self.house.signed_in(invited["link"])

    async def becomes(self, name: str, role: str) -> None:
        """Agnes gives somebody another role, and servers have heard of it."""
        await self.agnes.do(CHANGE_ROLES, person=self.people[name], roles=[role])
        await asyncio.sleep(HEARD_SECONDS)

    async def waits(self, name: str) -> None:
        """Somebody's sign-in is no longer of the last five minutes."""
        aged = "UPDATE browser_session SET fresh_at = fresh_at - interval '6 minutes' WHERE person_id IN"
        await self.house.owner.execute(f"{aged} (SELECT person_id FROM person WHERE name = $1)", name)
        await asyncio.sleep(HEARD_SECONDS)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """The house's worker, for as long as the block lasts."""
        stopping, settings = asyncio.Event(), settings_for(self.house.database_url, self.house.home)
        async with opened(self.house.database_url, connections=4) as database:
            task = asyncio.create_task(working(settings, database, stopping, every=OFTEN))
            try:
                yield
            finally:
                stopping.set()
                await asyncio.wait_for(task, 20)

    async def signs_in_again(self, name: str) -> Browser:
        """Somebody of the coalition comes back to another browser."""
        return await self.house.signed_in((await self.agnes.do(AGAIN, person=self.people[name]))["invitation"]["link"])

    async def contract(self, slug: str, **terms: Any) -> dict[str, Any]:
        """Agnes draws up what a partner and the coalition agreed upon."""
        given = {"partner": self.firms[slug].id, **CONTRACTS[slug], **terms}
        found: dict[str, Any] = (await self.agnes.do(DRAW_UP, **given))["contract"]
        return found

    async def signed(self, slug: str) -> None:
        """Its contract as it stands from the first day, drawn up by Agnes and signed by Bert."""
        draft = await self.contract(slug, validFrom=MARCH.isoformat())
        await self.bert.do(SIGN, contract=draft["id"], revision=draft["revision"])

    async def campaign(self, slug: str, name: str, rule: Mapping[str, Any], **terms: Any) -> None:
        """A partner's promise, with the agreement of whoever else pays for it."""
        owner = self.firms[slug].promoter
        ids = {one["slug"]: one["id"] for one in (await owner.ask(PARTNERS))["partners"]["nodes"]}
        shares: Mapping[str, str] = terms.pop("shares", {slug: "1"})
        given = {
            "name": name,
            "rule": rule,
            "startsAt": MARCH.isoformat(),
            "partners": [ids[terms.pop("at", slug)]],
            "sponsors": [{"partner": ids[whose], "share": share} for whose, share in shares.items()],
        }
        draft = (await owner.do(DRAFT, terms=given | terms))["campaign"]
        for other in set(shares):
            promoter = self.firms[other].promoter
            (found,) = [
                one for one in (await promoter.ask(CAMPAIGNS))["partnerCampaigns"]["nodes"] if one["name"] == name
            ]
            await promoter.do(AGREE, campaign=found["id"], fingerprint=draft["fingerprint"])
        await owner.do(PUBLISH, campaign=draft["id"])


def basket(card: str, sku: str, euros: int, *, quantity: int = 1, **changes: Any) -> Basket:
    """One kind of goods."""
    line = Line(sku, Decimal(euros), Decimal(quantity))
    return Basket(**{"member": Card(card), "lines": (line,), "currency": "EUR", "outlet": "1", **changes})


@asynccontextmanager
async def a_town(
    database: Database, database_url: str, owner: asyncpg.Connection, home: Path, *slugs: str
) -> AsyncIterator[Town]:
    """The coalition on 1 March, before anything is signed; partners only those named, or all three."""
    founded = {"currency": "EUR", "clock_at": MARCH, "operator_name": "Hansa Operator AS"}
    async with a_house(database, database_url, owner, home, **founded) as house, AsyncExitStack() as stack:
        async with writing(database) as session:
            await cycles.open_first(session, now=MARCH)  # which is the command line's alone
        town = Town(house, house.admin, house.admin)
        town.prue = await town.hired("Prue", "COALITION_PREPARER")
        town.bert = await town.hired("Bert", "COALITION_APPROVER")
        await _operator(town)
        for slug in slugs or CONTRACTS:
            town.firms[slug] = await _firm(town, slug, stack)
        yield town


async def _operator(town: Town) -> None:
    address = {"street": "Valnu iela", "building": "1", "postCode": "LV-1050", "town": "Riga"}
    await town.agnes.do(
        COMPANY,
        name="Hansa Operator AS",
        country="LV",
        taxNumber="LV40003000000",
        registration="40003000000",
        **address,
    )
    proposed = await town.agnes.do(ACCOUNT, iban=_iban(0), bic="HABALV22")
    waiting = proposed["company"]["waitingAccount"]["id"]
    await town.bert.do(CONFIRM, change=waiting, outcome="CONFIRMED")


async def _firm(town: Town, slug: str, stack: AsyncExitStack) -> Firm:
    number = list(CONTRACTS).index(slug) + 1
    company = {
        "company": f"{slug.title()} SIA",
        "taxNumber": f"LV4000300000{number}",
        "registration": f"4000300000{number}",
        "street": "Brivibas iela",
        "building": str(number),
        "postCode": "LV-1010",
        "town": "Riga",
        "iban": _iban(number),
        "bic": "HABALV22",
    }
    wanted = {"slug": slug, "name": slug.title(), "roles": [ROLE_OF[slug]], "hue": number, "country": "LV"}
    admitted = await town.agnes.do(ADMIT, **wanted, **company)
    partner = admitted["partner"]["id"]
    await town.agnes.do(STATUS, partner=partner, status="ACTIVE")
    await town.agnes.do(OPEN, partner=partner, outlets=[{"code": "1", "name": "Main street", "timeZone": "UTC"}])

    async def invited(who: Browser, role: str, **changes: Any) -> Browser:
        wanted = {"name": f"{role} of {slug}", "email": f"{role}@{slug}.example".lower(), "roles": [role], **changes}
        return await town.house.signed_in((await who.do(INVITE, **wanted))["invitation"]["link"])

    admin = await invited(town.agnes, "PARTNER_ADMIN", partner=partner)
    made = await admin.do(CREATE, name="Till", scopes=TILL)
    secret = ClientSecret(made["client"]["clientId"], made["secret"])
    return Firm(
        slug,
        partner,
        admin,
        finance=await invited(admin, "PARTNER_FINANCE"),
        promoter=await invited(admin, "PARTNER_MARKETING"),
        till=await stack.enter_async_context(Storefront.opened(town.house.url, secret)),
    )


def _iban(number: int) -> str:
    return str(IBAN.generate("LV", bank_code="HABA", account_code=f"{number:013}"))


OPERATORS_IBAN = _iban(0)
