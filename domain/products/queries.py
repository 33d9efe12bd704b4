"""Reading the product master."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import ColumnElement, and_, func, or_, select, text, tuple_
from sqlmodel import col

from domain.ids import PartnerId, ProductId
from domain.paging import Page, PageRequest
from domain.products.facts import ProductFacts
from domain.products.models import Product
from domain.storage import ReadSession, Sight, concerning, sight_of

BY_SKU = "SELECT * FROM products_by_sku($1::uuid[], $2::text[])"
FEED_VERSIONS = "SELECT * FROM product_feed_versions()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What goods are grouped by, each in the order of its letters."""

    categories: tuple[str, ...]
    departments: tuple[str, ...]
    brands: tuple[str, ...]


async def facts_by_sku(
    pool: asyncpg.Pool[asyncpg.Record] | asyncpg.Connection[asyncpg.Record], wanted: Collection[tuple[PartnerId, str]]
) -> dict[tuple[PartnerId, str], ProductFacts]:
    """What is known of articles of any number of partners, in one round trip; unknown ones are left out."""
    pairs = list(wanted)
    records = await pool.fetch(BY_SKU, [partner for partner, _ in pairs], [sku for _, sku in pairs])
    return {(record["partner_id"], record["sku"]): _facts(record) for record in records}


async def feed_versions(pool: asyncpg.Pool[asyncpg.Record]) -> dict[PartnerId, int]:
    """How far each partner's catalogue has moved."""
    return {record["partner_id"]: record["version"] for record in await pool.fetch(FEED_VERSIONS)}


async def products_by_sku(session: ReadSession, partner_id: PartnerId, skus: Iterable[str]) -> dict[str, Product]:
    """The articles of one catalogue by their numbers; unknown ones are left out."""
    found = await session.scalars(
        select(Product).where(
            col(Product.partner_id) == partner_id,
            text("sku = ANY (CAST(:skus AS text[]))").bindparams(skus=list(skus)),
        )
    )
    return {product.sku: product for product in found}


async def products_by_ids(session: ReadSession, product_ids: Sequence[ProductId]) -> list[Product | None]:
    """The articles with these ids, in their order; None for those the viewer cannot see."""
    found = await session.scalars(
        select(Product).where(col(Product.product_id).in_(product_ids), visible_to(sight_of(session)))
    )
    by_id = {product.product_id: product for product in found}
    return [by_id.get(product_id) for product_id in product_ids]


async def products_of(
    session: ReadSession, partner_id: PartnerId, request: PageRequest, *, matching: str | None = None
) -> Page[Product]:
    """One partner's catalogue, as far as the viewer may see it, by article number; only what matches some words."""
    held = col(Product.partner_id) == partner_id
    return await _page(session, held if matching is None else held & _says(matching), request)


async def groups_of(session: ReadSession, partner_id: PartnerId) -> Groups:
    """What the goods of a partner's catalogue, and those it makes for others, are grouped by."""
    held = or_(col(Product.partner_id) == partner_id, col(Product.maker_id) == partner_id)
    found = [
        await session.scalars(
            select(part).distinct().where(held, visible_to(sight_of(session)), part.is_not(None)).order_by(part)
        )
        for part in (col(Product.category), col(Product.department), col(Product.brand))
    ]
    categories, departments, brands = (tuple(part for part in parts if part) for parts in found)
    return Groups(categories=categories, departments=departments, brands=brands)


async def products_made_by(session: ReadSession, maker_id: PartnerId, request: PageRequest) -> Page[Product]:
    """What a manufacturer makes, in all catalogues."""
    return await _page(session, col(Product.maker_id) == maker_id, request)


def _says(words: str) -> ColumnElement[bool]:
    """Its number begins so, its bar code is this, or its name, brand or category has every one of the words."""
    said = func.concat_ws(" ", col(Product.name), col(Product.brand), col(Product.category))
    named = and_(*(said.icontains(word, autoescape=True) for word in words.split()))
    numbered = col(Product.sku).startswith(words.strip(), autoescape=True) | (col(Product.gtin) == words.strip())
    return numbered | named


async def _page(session: ReadSession, condition: Any, request: PageRequest) -> Page[Product]:
    key = (col(Product.sku), col(Product.partner_id))
    statement = select(Product).where(condition, visible_to(sight_of(session)))
    statement = statement.order_by(*key).limit(request.first + 1)
    if request.after is not None:
        statement = statement.where(tuple_(*key) > request.after)
    found = list(await session.scalars(statement))
    return Page.of(found, request, lambda product: (product.sku, product.partner_id))


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """The articles a viewer may see: those of its own catalogue, and in all catalogues what it makes or supplies."""
    return concerning(sight, col(Product.partner_id), col(Product.maker_id), col(Product.supplier_id))


def _facts(record: asyncpg.Record) -> ProductFacts:
    return ProductFacts(
        sku=record["sku"],
        gtin=record["gtin"],
        category=record["category"],
        department=record["department"],
        brand=record["brand"],
        maker_id=record["maker_id"],
        supplier_id=record["supplier_id"],
        private_label=record["private_label"],
        return_days=record["return_days"],
        active_from=record["active_from"],
        active_to=record["active_to"],
    )
