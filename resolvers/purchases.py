"""Purchases and returns, as tills and storefronts send them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.coalition import queries as coalition
from domain.coalition.errors import OutletNotFound
from domain.earning import purchases, returning
from domain.earning.commands import (
    AwardCut,
    PreviewPurchase,
    PurchasePreview,
    PurchaseReceipt,
    PurchaseRef,
    RecordPurchase,
    RecordReturn,
    ReturnReceipt,
)
from domain.earning.purchases import Answer
from domain.earning.returning import PurchaseToReturn
from domain.ids import OutletId, PartnerId
from domain.ledger.allowance_models import CutReason
from domain.members import recognition
from domain.products.queries import products_by_sku
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_partner
from resolvers.tills import caches_of


async def record(ctx: Context, command: RecordPurchase) -> PurchaseReceipt:
    """Record one purchase."""
    await refuse_foreign_till(ctx, command)
    caches = await caches_of(ctx)
    async with ctx.guessable():
        return await ctx.post(
            purchases.record_purchase, command, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now
        )


async def record_many(ctx: Context, commands: Sequence[RecordPurchase]) -> list[Answer]:
    """Record many purchases, each with its own receipt or refusal."""
    for command in commands:
        await refuse_foreign_till(ctx, command)
    caches = await caches_of(ctx)
    async with ctx.guessable() as misses:
        answers = await ctx.post(
            purchases.record_purchases, commands, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now
        )
        misses.among(answers)
    return answers


async def preview(ctx: Context, command: PreviewPurchase) -> PurchasePreview:
    """What a basket would earn."""
    await refuse_foreign_till(ctx, command)
    if command.member is not None:
        await ctx.fetch(recognition.serve, command.partner_id)
    caches = await caches_of(ctx)
    async with ctx.guessable():
        return await ctx.fetch(purchases.preview, command, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now)


def why_cut(ctx: Context, cut: AwardCut) -> CutReason | None:
    """Why an award was cut, for whose means are at an end and the coalition; nothing for others."""
    whose = cut.campaign.partner_id if cut.why is CutReason.BUDGET_USED_UP else cut.sponsor_id
    own = ctx.viewer.partner_id in (whose, cut.sponsor_id) and ctx.viewer.on_behalf_of is None
    return cut.why if own or ctx.viewer.audience is Audience.COALITION else None


async def find(ctx: Context, wallet_id: UUID, entry_id: UUID) -> PurchaseReceipt:
    """One of the partner's purchases. Raises: PurchaseNotFound."""
    partner_id = PartnerId(acting_partner(ctx.viewer))
    return await ctx.fetch(purchases.receipt_of, partner_id, wallet_id, entry_id)


async def to_return(ctx: Context, ref: PurchaseRef) -> PurchaseToReturn:
    """One of the partner's purchases, to take goods of it back. Raises: PurchaseNotFound, AmbiguousReceipt."""
    partner_id, key = PartnerId(acting_partner(ctx.viewer)), ctx.keys.lookups
    async with ctx.guessable():
        return await ctx.fetch(returning.purchase_to_return, partner_id, ref, lookup_key=key, now=ctx.now)


async def names_of(ctx: Context, purchase: PurchaseToReturn) -> dict[str, str]:
    """What the partner calls the articles of a purchase, as far as its catalogue has them."""
    catalogue = await ctx.read(products_by_sku, purchase.partner_id, {line.sku for line in purchase.lines})
    return {sku: product.name for sku, product in catalogue.items()}


async def take_back(ctx: Context, command: RecordReturn) -> ReturnReceipt:
    """Record a return."""
    programmes, key = (await caches_of(ctx)).programmes, ctx.keys.lookups
    async with ctx.guessable():
        return await ctx.post(returning.record_return, command, lookup_key=key, now=ctx.now, programmes=programmes)


def own_outlet(ctx: Context, code: str | None) -> OutletId | None:
    """The outlet of a till that is bound to one and names none."""
    return ctx.viewer.outlet_id if code is None else None


async def refuse_foreign_till(ctx: Context, command: PreviewPurchase) -> None:
    """Let a till that is bound to an outlet speak for no other. Raises: OutletNotFound."""
    if ctx.viewer.outlet_id is None or command.outlet_code is None:
        return
    named = await ctx.read(coalition.outlet_by_code, command.partner_id, command.outlet_code)
    if named.outlet_id != ctx.viewer.outlet_id:
        raise OutletNotFound
