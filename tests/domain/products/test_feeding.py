"""Laws of taking in a catalogue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from domain.ids import PartnerId, new_id
from domain.paging import PageRequest
from domain.products import feeding, queries
from domain.products.errors import DuplicateSku, FeedTooLarge, InvalidProduct, UnknownProductPartner
from domain.products.feeding import ProductItem, is_gtin
from domain.products.models import Product
from domain.storage import Database, ReadSession, Sight
from tests.domain.products.builders import NOW, a_partner, fed


def _item(sku: str, **parts: object) -> ProductItem:
    return ProductItem(**{"sku": sku, "name": f"Article {sku}", **parts})  # type: ignore[arg-type]


async def test_a_feed_adds_changes_and_leaves_alone(database: Database) -> None:
    shop = await a_partner(database, "shop")
    first = await fed(database, shop, _item("1"), _item("2"))
    assert (first.added, first.changed, first.unchanged, first.version) == (2, 0, 0, 1)
    second = await fed(database, shop, _item("2", category="BREAD"), _item("3"), _item("1"))
    assert (second.added, second.changed, second.unchanged, second.version) == (1, 1, 1, 2)


async def test_a_feed_that_changes_nothing_moves_no_version(database: Database) -> None:
    shop = await a_partner(database, "shop")
    await fed(database, shop, _item("1", category="BREAD"))
    again = await fed(database, shop, _item("1", category="BREAD"))
    assert (again.unchanged, again.version) == (1, 1)
    assert (await fed(database, shop)).version == 1


async def test_thousands_of_articles_are_one_feed(database: Database) -> None:
    shop = await a_partner(database, "shop")
    receipt = await fed(database, shop, *(_item(str(number)) for number in range(5000)))
    assert receipt.added == 5000


async def test_a_feed_that_names_an_article_twice_changes_nothing(database: Database) -> None:
    shop = await a_partner(database, "shop")
    with pytest.raises(DuplicateSku) as refusal:
        await fed(database, shop, _item("1"), _item("2"), _item("1"))
    assert refusal.value.sku == "1"
    assert await queries.facts_by_sku(database.pool, [(shop, "2")]) == {}


async def test_a_maker_must_be_a_partner(database: Database) -> None:
    shop = await a_partner(database, "shop")
    with pytest.raises(UnknownProductPartner):
        await fed(database, shop, _item("1", maker_id=PartnerId(new_id())))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", ""),
        ("sku", "x" * 65),
        ("sku", "a\x00b"),
        ("name", " "),
        ("name", "x" * 201),
        ("name", None),
        ("category", "x" * 101),
        ("category", ""),
        ("gtin", "4006381333932"),
        ("gtin", "400638133393"),
        ("gtin", "４００６３８１３３３９３１"),
        ("active_to", NOW - timedelta(days=1)),
    ],
)
def test_a_malformed_field_is_refused_by_name(field: str, value: object) -> None:
    parts: dict[str, object] = {"sku": "1", "name": "Bread", "active_from": NOW, field: value}
    with pytest.raises(InvalidProduct) as refusal:
        ProductItem(**parts)  # type: ignore[arg-type]
    assert refusal.value.path == (field,)


@pytest.mark.parametrize("number", ["4006381333931", "73513537", "036000291452", "10036000291459"])
def test_a_gtin_has_a_right_check_digit(number: str) -> None:
    assert is_gtin(number)
    wrong = str((int(number[-1]) + 1) % 10)
    assert not is_gtin(number[:-1] + wrong)


async def test_a_partner_sees_its_own_catalogue_and_what_it_makes_or_supplies(database: Database) -> None:
    shop, maker, supplier, other = [await a_partner(database, slug) for slug in ("shop", "maker", "supplier", "other")]
    await fed(database, shop, _item("1", maker_id=maker), _item("2", supplier_id=supplier), _item("3"))
    seen = {}
    for viewer in (shop, maker, supplier, other):
        async with database.session(Sight.partner(viewer)) as session:
            seen[viewer] = sorted((await session.scalars(select(Product.sku))).all())  # type: ignore[call-overload]
    assert seen == {shop: ["1", "2", "3"], maker: ["1"], supplier: ["2"], other: []}


async def test_nobody_feeds_the_catalogue_of_another(database: Database) -> None:
    shop, maker = await a_partner(database, "shop"), await a_partner(database, "maker")
    await fed(database, shop, _item("1", maker_id=maker))
    with pytest.raises(ProgrammingError, match="row-level security"):
        await fed(database, shop, _item("1", category="MINE"), by=maker)
    with pytest.raises(ProgrammingError, match="row-level security"):
        await fed(database, shop, _item("9"), by=maker)


async def test_a_catalogue_is_read_in_pages(database: Database) -> None:
    shop, maker = await a_partner(database, "shop"), await a_partner(database, "maker")
    await fed(database, shop, *(_item(str(number), maker_id=maker) for number in range(5)))
    async with database.session(Sight.partner(maker)) as session:
        reading = ReadSession(session)
        first = await queries.products_made_by(reading, maker, PageRequest(first=3))
        second = await queries.products_of(reading, shop, PageRequest(first=3, after=first.keys[-1]))
        assert [product.sku for product in first.items + second.items] == list("01234")
        assert (first.has_next, second.has_next) == (True, False)
        found = await queries.products_by_sku(reading, shop, ["1", "nothing"])
        assert await queries.products_by_ids(reading, [new_id(), found["1"].product_id]) == [None, found["1"]]  # type: ignore[list-item]


async def test_a_catalogue_is_searched_by_words_and_told_by_its_groups(database: Database) -> None:
    shop, maker = await a_partner(database, "shop"), await a_partner(database, "maker")
    milk = _item("101", name="Whole milk 100%", category="DAIRY", brand="Alpen", maker_id=maker)
    cheese = _item("102", name="Mountain cheese", category="DAIRY", brand="Alpen")
    await fed(database, shop, milk, cheese, _item("201", name="Red wine", category="WINE", gtin="4006381333931"))
    async with database.session(Sight.partner(shop)) as session:
        reading = ReadSession(session)

        async def found(words: str) -> list[str]:
            return [one.sku for one in (await queries.products_of(reading, shop, PageRequest(), matching=words)).items]

        assert await found("10") == ["101", "102"]
        assert await found("alpen MILK") == ["101"]
        assert await found("100%") == ["101"]
        assert await found("%") == ["101"]
        assert await found("milk wine") == []
        assert [await found(scanned) for scanned in ("4006381333931", "400638133393")] == [["201"], []]
        groups = await queries.groups_of(reading, shop)
        assert (groups.categories, groups.brands) == (("DAIRY", "WINE"), ("Alpen",))
    async with database.session(Sight.partner(maker)) as session:
        assert (await queries.groups_of(ReadSession(session), maker)).categories == ("DAIRY",)


async def test_a_feed_too_large_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "LARGEST_FEED", 2)
    shop = await a_partner(database, "shop")
    with pytest.raises(FeedTooLarge) as refusal:
        await fed(database, shop, _item("1"), _item("2"), _item("3"))
    assert (refusal.value.count, refusal.value.limit) == (3, 2)
