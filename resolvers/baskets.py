"""The baskets behind movements of points, for those who may see the purchase."""

from __future__ import annotations

from domain.earning.recorded import recorded
from domain.products.queries import products_by_sku
from domain.settlement import origins
from domain.settlement.drilling import LineTransfer
from domain.settlement.origins import Basket, BasketRef, PointsOrigin
from resolvers.context import Context


async def origin_of(ctx: Context, moved: LineTransfer) -> PointsOrigin | None:
    """Where the points of a movement were earned."""
    return await ctx.read(origins.origin_of, moved)


async def basket(ctx: Context, ref: BasketRef) -> Basket:
    """A purchase that the viewer was found to see, with the names of its articles."""
    books = await ctx.fetch(recorded, ref.partner_id, ref.wallet_id, ref.entry_id)
    catalogue = await ctx.read(products_by_sku, ref.partner_id, {line.sku for line in books.purchase.lines})
    return origins.basket_of(ref, books, catalogue)
