"""What the check of every story would notice: that its own viewer is told more by its own names, of every kind."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

from domain.banking.instructing import instruct
from domain.coalition.models import Partner
from domain.ids import PartnerId, new_id
from domain.settlement import cycles
from domain.settlement.policy_models import PaymentPlan
from domain.storage import Database
from hansa.storefront import Basket, Card, ExternalId, Line, Storefront
from partners.scopes import Scope
from partners.viewer import Audience, Viewer
from schema.execution import Request
from tests.builders.coalition import NOON, a_coalition, a_partner, writing
from tests.builders.served import a_secret, a_server
from tests.domain.settlement.trading import BERT, HYBRID
from tests.domain.settlement.trading import a_coalition as a_trading
from tests.isolation.names import PRIVATE
from tests.stories.overhearing import KNOWN_TO_ALL, Heard, Overheard, Renaming, answer_of, ids_of

SETTLED = """
{ settlementPayments(first: 1) { nodes { id } }
  cycles(first: 5) { nodes { statements { id lines(first: 1) { nodes { id } } invoices { id } } } } }
"""


async def test_the_shop_itself_is_told_more_by_its_own_names(
    database: Database, database_url: str, tmp_path: Path, overheard: Overheard
) -> None:
    await a_coalition(database)
    shop = await a_partner(database, "shop")
    async with writing(database) as session:
        await cycles.open_first(session, now=NOON)
    async with (
        a_server(database_url, tmp_path) as url,
        Storefront.opened(url, await a_secret(database, shop)) as storefront,
    ):
        await storefront.enrol(card="ADA 0001", external_id="customer-1", consents=["BALANCE"])
        milk = Line("milk", Decimal(10))
        bought = await storefront.purchase(Basket(member=Card("ADA 0001"), lines=(milk,), currency="USD", outlet="1"))
        await storefront.wallet(ExternalId("customer-1"))
        await storefront.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": bought.id})
    named = list(overheard.naming())
    assert len(named) == 2, "the wallet by the shop's own number, and the purchase by its id"
    for one in named:
        assert await answer_of(database, one, "stolen") != await answer_of(database, one, "unknown")


async def test_what_a_settled_month_shows_is_asked_again_too(
    database: Database, database_url: str, tmp_path: Path, overheard: Overheard
) -> None:
    trading = await a_trading(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 10_000})
    await trading.redeem(member, "R", 4_000)
    cycle = await trading.approve(await trading.close(trading.cycle))
    await trading.do(instruct, cycle.cycle_id, PaymentPlan.THROUGH_OPERATOR, by=BERT, now=trading.now)
    async with trading.session() as session:
        shop = await session.get_one(Partner, trading.partner_ids["P"])
    secret = await a_secret(database, shop, scopes=frozenset({Scope.SETTLEMENT_READ}))
    async with a_server(database_url, tmp_path) as url, Storefront.opened(url, secret) as storefront:
        found = await storefront.ask(SETTLED, {})
        (statement,) = [one for cycle in found["cycles"]["nodes"] for one in cycle["statements"]]
        shown = [
            *found["settlementPayments"]["nodes"],
            statement,
            statement["lines"]["nodes"][0],
            statement["invoices"][0],
        ]
        for one in shown:
            kind = one["id"].partition("_")[0]
            await storefront.ask(f"query {kind} ($id: ID!) {{ node(id: $id) {{ id }} }}", {"id": one["id"]})
    named = list(overheard.naming())
    kinds = {one.request.variables["id"].partition("_")[0] for one in named}
    assert kinds == {"SettlementPayment", "Statement", "StatementLine", "Invoice"}
    for one in named:
        assert await answer_of(database, one, "stolen") != await answer_of(database, one, "unknown")


async def test_names_of_every_kind_that_is_somebodys_own_are_exchanged() -> None:
    shop, rival = (Viewer(audience=Audience.PARTNER, partner_id=PartnerId(new_id())) for _ in range(2))
    keys = (UUID(int=7), UUID(int=8))
    for kind in {kind for kind, _ in PRIVATE.values()} - KNOWN_TO_ALL:
        name = ids_of(shop).encode(kind, *keys)
        heard = Heard(shop, Request("", {"input": {"things": [name]}}))
        assert list(Overheard([heard]).naming()) == [heard], kind
        told = {how: Renaming(shop, rival, how).of(name) for how in ("stolen", "forged", "unknown")}
        assert told["stolen"] == name
        assert ids_of(rival).decode(kind, told["forged"]) == keys
        assert ids_of(rival).decode(kind, told["unknown"]) != keys
