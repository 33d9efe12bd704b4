"""Laws of the product master in memory."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from domain.products.catalogue import Catalogue
from domain.products.facts import ProductFacts
from domain.products.feeding import ProductItem
from domain.storage import Database
from tests.domain.products.builders import NOW, a_partner, fed


class CountingPool:
    """A pool that counts its questions."""

    def __init__(self, database: Database) -> None:
        self.pool = database.pool
        self.asked: list[str] = []

    async def fetch(self, query: str, *args: object) -> object:
        """Pass a question on."""
        self.asked.append(query.partition("(")[0].rpartition(" ")[2])
        return await self.pool.fetch(query, *args)


async def test_articles_of_many_partners_are_read_at_once_and_only_once(database: Database) -> None:
    one, two = await a_partner(database, "one"), await a_partner(database, "two")
    await fed(database, one, ProductItem(sku="1", name="Bread", category="BREAD", maker_id=two))
    await fed(database, two, ProductItem(sku="1", name="Milk", category="MILK"))
    pool, catalogue = CountingPool(database), Catalogue()
    for _ in range(2):
        shelves = await catalogue.resolve(pool, [(one, "1"), (two, "1"), (one, "?")], now=NOW)  # type: ignore[arg-type]
    assert shelves[one]["1"] == ProductFacts(sku="1", category="BREAD", maker_id=two, private_label=False)
    assert shelves[two]["1"].category == "MILK"
    assert shelves[one]["?"] == ProductFacts(sku="?")
    assert pool.asked == ["product_feed_versions", "products_by_sku"]


async def test_a_feed_is_noticed_after_the_check_and_only_for_its_catalogue(database: Database) -> None:
    one, two = await a_partner(database, "one"), await a_partner(database, "two")
    catalogue = Catalogue(check_every=timedelta(seconds=5))
    await fed(database, one, ProductItem(sku="1", name="Bread"))
    await catalogue.resolve(database.pool, [(one, "1"), (two, "1")], now=NOW)
    await fed(database, one, ProductItem(sku="1", name="Bread", category="BREAD"))
    early = await catalogue.resolve(database.pool, [(one, "1")], now=NOW + timedelta(seconds=4))
    assert early[one]["1"].category is None
    late = await catalogue.resolve(database.pool, [(one, "1")], now=NOW + timedelta(seconds=5))
    assert late[one]["1"].category == "BREAD"
    assert late[two]["1"] is early[two]["1"]


async def test_the_cache_is_bounded_and_still_answers_in_full(database: Database) -> None:
    shop = await a_partner(database, "shop")
    await fed(database, shop, *(ProductItem(sku=str(number), name="X", brand="B") for number in range(30)))
    catalogue = Catalogue(capacity=10)
    for start in range(0, 30, 4):
        wanted = [(shop, str(number % 30)) for number in range(start, start + 8)]
        shelves = await catalogue.resolve(database.pool, wanted, now=NOW)
        assert all(shelves[shop][sku].brand == "B" for _, sku in wanted)
        assert len(catalogue) <= 10


async def test_callers_at_once_all_get_their_articles(database: Database) -> None:
    shop = await a_partner(database, "shop")
    await fed(database, shop, *(ProductItem(sku=str(number), name="X", brand="B") for number in range(40)))
    catalogue = Catalogue(capacity=12)

    async def ask(start: int) -> bool:
        wanted = [(shop, str((start + step) % 40)) for step in range(6)]
        shelves = await catalogue.resolve(database.pool, wanted, now=NOW + timedelta(seconds=start))
        return all(shelves[shop][sku].brand == "B" for _, sku in wanted)

    assert all(await asyncio.gather(*(ask(start) for start in range(40))))


def test_an_article_outside_its_time_counts_as_unknown() -> None:
    listed = ProductFacts(sku="1", category="BREAD", active_from=NOW, active_to=NOW + timedelta(days=1))
    assert listed.at(NOW) is listed
    assert listed.at(NOW - timedelta(seconds=1)) == ProductFacts(sku="1")
    assert listed.at(NOW + timedelta(days=1)) == ProductFacts(sku="1")
