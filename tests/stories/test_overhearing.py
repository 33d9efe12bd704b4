"""What the check of every story would notice: that its own viewer is told more by its own names."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from domain.settlement import cycles
from domain.storage import Database
from hansa.storefront import Basket, Card, ExternalId, Line, Storefront
from tests.builders.coalition import NOON, a_coalition, a_partner, writing
from tests.builders.served import a_secret, a_server
from tests.stories.overhearing import Overheard, answer_of


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
