"""A month of two members at a shop, a maker and a distributor, over HTTP; every figure below was worked out by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from domain.audit.sealing import seal
from domain.coalition.models import Partner, PartnerRole
from domain.earning import managing
from domain.earning.expiry import Expiry, ExpiryKind
from domain.earning.matching import LineMatch
from domain.earning.rules import PerItem, RatePerUnit, Rule
from domain.earning.terms import Sponsor, Terms
from domain.ids import PartnerId, PersonId, new_id
from domain.products.feeding import ProductItem, feed
from domain.settlement import cycles
from domain.settlement.computing import compute
from domain.settlement.queries import open_cycle
from domain.storage import Database
from domain.values import Rate
from hansa.storefront import Basket, Card, ClientSecret, Line, Storefront
from partners.scopes import Scope
from tests.builders.coalition import a_coalition, a_partner, writing
from tests.builders.served import a_secret, a_server

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
HALF_A_YEAR = Expiry(kind=ExpiryKind.MONTHS, months=6)
EVERYBODY = {"shop": "-2.55", "maker": "-3.45", "distributor": "-7.00", "operator": "12.98", "rounding": "0.02"}
"""At half the price due at once, of one cent a point, and 0.85 for who honours it:
the shop owes 14.00 for what it funded less 1.50 taken back, 2.00 and 2.50 as its points are spent and pay debts, and is
owed 12.75 for honouring points and 1.70 for a debt; the maker owes 3.00 and 3.00 and is owed 2.55 for a debt; the
distributor owes 8.00 and 7.50 and is owed 8.50. The other 13.00 are the operator's, but for two cents by which single
lines were rounded."""
ADA, BEN = Card("ADA 0001"), Card("BEN 0002")

STATEMENTS = """query ($cycle: ID!) { cycle(id: $cycle) { statements { role partner { slug } net { amount } } } }"""
CYCLES = """{ cycles { nodes { id name state } } }"""
ADVANCE = """mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { now userErrors { code } } }"""


@dataclass(frozen=True, kw_only=True)
class Town:
    """The three partners' ways to the coalition, and the coalition's own."""

    database: Database
    shop: Storefront
    maker: Storefront
    distributor: Storefront
    coalition: Storefront

    async def on(self, day: int, *, month: int = 3) -> None:
        """It becomes noon of a day."""
        to = datetime(2026, month, day, 12, tzinfo=UTC).isoformat()
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": to}})
        assert moved["clockAdvance"]["userErrors"] == []


@pytest.fixture
async def town(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """The shop gives a point a dollar, maker and shop give 500 an item (60 to 40), the distributor two a dollar."""
    await a_coalition(database, clock_at=MARCH)
    async with writing(database) as session:
        await cycles.open_first(session, now=MARCH)
    shop = await a_partner(database, "shop")
    maker = await a_partner(database, "maker", PartnerRole.MANUFACTURER)
    distributor = await a_partner(database, "distributor", PartnerRole.DISTRIBUTOR)
    await _promises(database, *(PartnerId(one.partner_id) for one in (shop, maker, distributor)))
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(a_server(database_url, tmp_path))

        async def way(partner: Partner | None, **wanted: object) -> Storefront:
            credential: ClientSecret = await a_secret(database, partner, **wanted)
            return await stack.enter_async_context(Storefront.opened(url, credential))

        yield Town(
            database=database,
            shop=await way(shop),
            maker=await way(maker),
            distributor=await way(distributor),
            coalition=await way(None, scopes=frozenset({Scope.PARTNERS_MANAGE, Scope.SETTLEMENT_READ})),
        )


async def _promises(database: Database, shop: PartnerId, maker: PartnerId, distributor: PartnerId) -> None:
    async with writing(database) as session:
        items = [
            ProductItem(sku="milk", name="Milk"),
            ProductItem(sku="juice", name="Juice", maker_id=maker),
            ProductItem(sku="cola", name="Cola", supplier_id=distributor),
        ]
        await feed(session, shop, items, now=MARCH)
    made = LineMatch(makers=frozenset({maker}))
    supplied = LineMatch(suppliers=frozenset({distributor}))
    shared = (Sponsor(maker, Rate(3, 5)), Sponsor(shop, Rate(2, 5)))
    await _campaign(database, shop, shop, RatePerUnit(points=Rate(1)), (Sponsor(shop),), Expiry())
    await _campaign(database, shop, maker, PerItem(points=Rate(500), lines=made), shared, HALF_A_YEAR)
    own = (Sponsor(distributor),)
    await _campaign(database, shop, distributor, RatePerUnit(points=Rate(2), lines=supplied), own, HALF_A_YEAR)


async def _campaign(
    database: Database, shop: PartnerId, owner: PartnerId, rule: Rule, sponsors: tuple[Sponsor, ...], expiry: Expiry
) -> None:
    terms = Terms(
        name=rule.kind, rule=rule, starts_at=MARCH, partners=frozenset({shop}), sponsors=sponsors, expiry=expiry
    )
    async with writing(database) as session:
        draft = await managing.draft(session, owner, terms, now=MARCH)
        for sponsor in terms.funders:
            await managing.agree(session, sponsor, draft.campaign_id, terms.fingerprint(), now=MARCH)
        await managing.publish(session, owner, draft.campaign_id, now=MARCH)


async def test_a_month_of_two_members_settles_to_the_cent(town: Town) -> None:
    await town.on(2)
    await town.shop.enrol(card=ADA.number, consents=["BALANCE"])
    await town.distributor.enrol(card=BEN.number)
    ada = await town.shop.purchase(_basket(ADA, Line("milk", Decimal(1000)), Line("juice", Decimal(600), Decimal(2))))
    assert (ada.points, ada.available) == (1600 + 2 * 500, 2600)
    ben = await town.shop.purchase(_basket(BEN, Line("cola", Decimal(800))))
    assert (ben.points, ben.available) == (800 + 1600, None), "Ben told the shop nothing"
    await town.shop.consent(BEN, "BALANCE")
    await town.distributor.consent(ADA, "BALANCE")

    await town.on(10)
    held = await town.distributor.authorize(ADA, 1000)
    assert (held.state, held.available) == ("AUTHORIZED", 1600)
    spent = await town.distributor.capture(held.id)
    assert (spent.state, spent.spent) == ("CAPTURED", 1000)

    await town.on(15)
    held = await town.shop.authorize(BEN, 2000, outlet="1")
    spent = await town.shop.capture(held.id, 1500)
    assert (spent.spent, spent.available) == (1500, 900)

    # A juice comes back: 300 of the shop's rate, and 500 that were spent already, which later earnings pay at once.
    await town.on(20)
    back = await town.shop.take_back(purchase=ada.id, lines={2: Decimal(1)})
    assert (back.points, back.available, back.debt) == (800, 800, 0)

    await _close(town)
    assert await _nets(town.coalition) == {name: Decimal(net) for name, net in EVERYBODY.items()}
    assert sum((await _nets(town.coalition)).values()) == 0
    assert await _nets(town.shop) == {"shop": Decimal("-2.55")}
    assert await _nets(town.maker) == {"maker": Decimal("-3.45")}
    assert await _nets(town.distributor) == {"distributor": Decimal("-7.00")}


def _basket(member: Card, *lines: Line) -> Basket:
    return Basket(member=member, lines=lines, currency="USD", outlet="1")


async def _close(town: Town) -> None:
    """The month is over; its statements are drawn up and laid before the partners."""
    await town.on(1, month=4)
    async with writing(town.database) as session:
        cycle_id = (await open_cycle(session)).cycle_id
        await cycles.cut_off(session, cycle_id, now=APRIL)
    async with writing(town.database) as session:
        await seal(session, cycle_id, now=APRIL)
        await compute(session, cycle_id, now=APRIL)
        await cycles.propose(session, cycle_id, by=PersonId(new_id()), now=APRIL)


async def _nets(front: Storefront) -> dict[str, Decimal]:
    """What March comes to for every party that the asking one may see."""
    march = (await front.ask(CYCLES, {}))["cycles"]["nodes"][-1]
    found = (await front.ask(STATEMENTS, {"cycle": march["id"]}))["cycle"]["statements"]
    named = {(one["partner"] or {"slug": one["role"].lower()})["slug"]: Decimal(one["net"]["amount"]) for one in found}
    return {name: net for name, net in named.items() if net or name in EVERYBODY}
