"""The product master, as partners feed and read it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.errors import NotFound
from domain.ids import PartnerId, ProductId
from domain.paging import Page, PageRequest
from domain.products import feeding, queries
from domain.products.feeding import FeedReceipt, ProductItem
from domain.products.models import Product
from domain.products.queries import Groups
from resolvers.context import Context
from resolvers.policies import acting_partner


async def feed(ctx: Context, items: Sequence[ProductItem]) -> FeedReceipt:
    """Add or change articles of the partner's own catalogue."""
    return await ctx.write(feeding.feed, PartnerId(acting_partner(ctx.viewer)), items, now=ctx.now)


async def own(ctx: Context, page: PageRequest, matching: str | None) -> Page[Product]:
    """The partner's own catalogue, or what of it matches some words."""
    return await ctx.read(queries.products_of, PartnerId(acting_partner(ctx.viewer)), page, matching=matching)


async def groups(ctx: Context) -> Groups:
    """What the partner's goods are grouped by."""
    return await ctx.read(queries.groups_of, PartnerId(acting_partner(ctx.viewer)))


async def made(ctx: Context, page: PageRequest) -> Page[Product]:
    """What the partner makes, in all catalogues."""
    return await ctx.read(queries.products_made_by, PartnerId(acting_partner(ctx.viewer)), page)


async def find(ctx: Context, product_id: UUID) -> Product:
    """An article that the viewer may see. Raises: NotFound."""
    found = await ctx.load(queries.products_by_ids, ProductId(product_id))
    if found is None:
        raise NotFound("There is no such product, or none that you may see.")
    return found
