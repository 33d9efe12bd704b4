"""What the demonstration offers beside its campaigns, out of offers.yaml: tiers, rewards, coupons, a survey, codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from domain.coalition.partners import OpenOutlet, open_outlets
from domain.coalition.queries import brand_of, outlets_of
from domain.earning import managing
from domain.earning.matching import LineMatch
from domain.earning.queries import campaigns_of
from domain.earning.rules import Multiplier
from domain.earning.terms import Sponsor, Terms
from domain.ids import OutletId, PartnerId
from domain.paging import LARGEST_PAGE, PageRequest
from domain.values import Rate
from hansa.journey import cast
from hansa.journey.founding import Founded
from hansa.journey.promotions import SUMMER
from hansa.presets.loading import furnish
from hansa.presets.underway import Loading
from hansa.recipes.drawing import read_recipe
from hansa.recipes.founding import firms_of, setting_of
from resolvers.context import Context

OFFERS = Path(__file__).with_name("offers.yaml")

PROPOSED = "Greens for the garden"
"""A campaign that the shop has drafted and a maker is asked to pay half of."""


async def offer(ctx: Context, founded: Founded) -> None:
    """Make what is missing of the offers; each step is one transaction."""
    recipe = read_recipe(OFFERS)
    loading = Loading(ctx=ctx, recipe=recipe, setting=replace(setting_of(recipe), starts=ctx.now))
    loading.meet(partners={key: founded.partners[key] for key in recipe.partners})
    for firm in firms_of(recipe):
        wanted = {name: outlet for name, outlet in firm.outlets.items() if name in recipe.outlets}
        if wanted:
            loading.meet(outlets=await _opened(ctx, founded.partners[firm.key], wanted))
    await furnish(loading)
    await _propose(ctx, founded)
    await ctx.close()


async def _opened(ctx: Context, partner_id: PartnerId, wanted: Mapping[str, OpenOutlet]) -> dict[str, OutletId]:
    known = await _codes(ctx, partner_id)
    missing = [outlet for outlet in wanted.values() if outlet.code not in known]
    if missing:
        await ctx.write(open_outlets, await ctx.read(brand_of, partner_id), missing)
        known = await _codes(ctx, partner_id)
    return {name: known[outlet.code] for name, outlet in wanted.items()}


async def _codes(ctx: Context, partner_id: PartnerId) -> dict[str, OutletId]:
    page = await ctx.read(outlets_of, partner_id, PageRequest(LARGEST_PAGE))
    return {outlet.code: OutletId(outlet.outlet_id) for outlet in page.items}


async def _propose(ctx: Context, founded: Founded) -> None:
    shop, maker = founded.partners[cast.SHOP], founded.partners["northwind"]
    drafted = await ctx.read(campaigns_of, shop, PageRequest(LARGEST_PAGE))
    if PROPOSED in {campaign.terms.name for campaign in drafted.items}:
        return
    terms = Terms(
        name=PROPOSED,
        rule=Multiplier(factor=Rate(3), lines=LineMatch(makers=frozenset({maker}))),
        starts_at=SUMMER[0],
        ends_at=SUMMER[1],
        partners=frozenset({shop}),
        sponsors=tuple(sorted((Sponsor(shop, Rate(1, 2)), Sponsor(maker, Rate(1, 2))), key=lambda one: one.partner_id)),
    )
    await ctx.write(managing.draft, shop, terms, now=ctx.now)
