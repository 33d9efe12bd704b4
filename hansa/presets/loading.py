"""A coalition made of a recipe, step by step: each step is one transaction, and what is there stays as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists
from sqlmodel import select

from domain.coalition import founding
from domain.coalition.contracts import draw_up
from domain.coalition.errors import PartnerNotFound
from domain.coalition.models import Coalition, Partner, PartnerStatus
from domain.coalition.partners import admit, change_status, open_outlets
from domain.coalition.queries import brand_of, contracts_of, outlets_of, partner_by_slug
from domain.earning import action_types, exclusivity
from domain.errors import Conflict, NotFound
from domain.ids import OutletId, PartnerId, PersonId
from domain.ledger.models import Entry
from domain.members.models import Member
from domain.paging import LARGEST_PAGE, PageRequest
from domain.products.feeding import feed
from domain.products.queries import feed_versions
from domain.segments import managing as segmenting
from domain.segments.queries import find_named
from domain.settlement import cycles, policy
from domain.settlement.policy import policy_of
from domain.settlement.queries import all_cycles
from domain.storage import Database, ReadSession, WriteSession
from hansa.presets.access import ClientMade, clients
from hansa.presets.befriending import publish_referral
from hansa.presets.living import (
    SECTIONS_CALLED,
    define_groups,
    order_codes,
    publish_activities,
    publish_bonuses,
    publish_courses_and_claims,
    publish_surveys,
    publish_trade_ins,
)
from hansa.presets.promising import publish_campaigns, publish_coupons, publish_rewards, publish_tiers
from hansa.presets.underway import Loading, Made
from hansa.recipes.couponing import coupons_of
from hansa.recipes.drawing import Recipe
from hansa.recipes.founding import Firm, firms_of, setting_of
from hansa.recipes.giving import Cast
from hansa.recipes.referring import referrals_of
from hansa.recipes.rewarding import rewards_of
from hansa.recipes.sections import drawn
from hansa.recipes.shelves import actions_of, business_groups_of, groups_of, items_of
from hansa.recipes.tiering import tiers_of
from partners.keys import Keys
from partners.people import admitting
from partners.people.admitting import AdmitPerson
from partners.scopes import PersonRole
from resolvers.context import Context

PREPARER, APPROVER, ADMIN = "preparer@coalition.example", "approver@coalition.example", "admin@coalition.example"
PEOPLE = {
    PREPARER: ("Paula Preparer", PersonRole.COALITION_PREPARER),
    APPROVER: ("Albert Approver", PersonRole.COALITION_APPROVER),
    ADMIN: ("Ada Admin", PersonRole.COALITION_ADMIN),
}
"""Who draws up and signs contracts, and prepares and approves cycles; `hansa sign-in --person` lets them in."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A programme in its database."""

    recipe: Recipe
    starts: datetime
    cast: Cast
    slugs: Mapping[str, str]
    """Partners as the recipe calls them, each with its short name."""
    outlets: Mapping[str, tuple[str, ...]]
    """Partners as the recipe calls them, each with the codes of its outlets."""
    made: tuple[Made, ...]
    clients: tuple[ClientMade, ...]


async def load(database: Database, recipe: Recipe, *, keys: Keys) -> Loaded:
    """Make a coalition of a recipe, its clock at the programme's start; asked again, only what is missing.

    Raises: InvalidRecipe, and Conflict where another coalition is at home, or this one has members or postings.
    """
    setting, firms = setting_of(recipe), firms_of(recipe)
    read_whole(recipe)
    async with Context.for_coalition(database, setting.starts, keys=keys) as ctx:
        loading = Loading(ctx=ctx, recipe=recipe, setting=setting)
        await _coalition(loading)
        await _people(loading)
        for firm in firms:
            await _firm(loading, firm)
        await furnish(loading)
        slugs = {firm.key: firm.admit.slug for firm in firms}
        made = await clients(ctx, {slugs[key]: partner_id for key, partner_id in loading.cast.partners.items()})
    return Loaded(
        recipe=recipe,
        starts=setting.starts,
        cast=loading.cast,
        slugs=slugs,
        outlets={firm.key: tuple(one.code for one in firm.outlets.values()) for firm in firms},
        made=tuple(loading.made),
        clients=made,
    )


async def furnish(loading: Loading) -> None:
    """Give the partners that are there all that the recipe says beside them."""
    for step in STEPS:
        await step(loading)


def read_whole(recipe: Recipe) -> dict[str, int]:
    """All that a recipe says, read for a cast of nobody: how many there are of each. Raises: InvalidRecipe."""
    cast = recipe.imagined()
    return {
        "partners": len(firms_of(recipe)),
        "articles": len({item.sku for seller in recipe.partners for item in items_of(recipe, cast, seller)}),
        "types of actions": len(actions_of(recipe)),
        "segments": len(groups_of(recipe, cast)),
        "groups of firms": len(business_groups_of(recipe, cast)),
        "tier programmes": len(tiers_of(recipe, cast)),
        "coupons": len(coupons_of(recipe, cast)),
        "campaigns": len(recipe.drawn(cast)),
        **{called: len(drawn(recipe, cast, section)) for section, called in SECTIONS_CALLED.items()},
        "rewards": len(rewards_of(recipe, cast)),
        "referral programmes": len(referrals_of(recipe, cast, starts=setting_of(recipe).starts)),
    }


async def _coalition(loading: Loading) -> None:
    ctx, wanted = loading.ctx, loading.setting.found
    try:
        there: Coalition | None = await ctx.read(founding.coalition_of)
    except NotFound:
        there = None
    if there is not None:
        await _refuse_another(loading, there)
    else:
        await ctx.write(founding.found, wanted)
    loading.tell("coalition", wanted.name, wanted.operator_name, new=there is None)
    if not await ctx.read(all_cycles):
        await ctx.write(cycles.open_first, now=loading.starts)
    if (await ctx.read(policy_of)).calendar != loading.setting.calendar:
        await ctx.write(policy.change, {"calendar": loading.setting.calendar}, by=None, now=loading.starts)


async def _refuse_another(loading: Loading, there: Coalition) -> None:
    wanted = loading.setting.found
    if (there.name, there.currency, there.sandbox) != (wanted.name, wanted.currency, True):
        raise Conflict(
            f"This database holds another coalition, {there.name}; a preset needs an empty one of its own: name it by"
            " HANSA_DATABASE_URL, or another folder by HANSA_HOME."
        )
    if await loading.ctx.read(_is_lived_in):
        raise Conflict(
            f"{there.name} has members already, and stays as it is; to begin it anew, name an empty database by"
            " HANSA_DATABASE_URL, or another folder by HANSA_HOME."
        )


async def _is_lived_in(session: ReadSession) -> bool:
    """Whether anybody has joined, or anything was posted."""
    rows = (exists(select(Member.member_id)), exists(select(Entry.entry_id)))
    return any([await session.scalar(select(there)) for there in rows])


async def _people(loading: Loading) -> None:
    for email, (name, role) in PEOPLE.items():
        try:
            there = await loading.ctx.read(admitting.with_email, email)
        except NotFound:
            command = AdmitPerson(name=name, email=email, roles=frozenset({role}))
            there = await loading.ctx.write(admitting.admit, command, now=loading.starts)
        loading.people[email] = PersonId(there.person_id)


async def _firm(loading: Loading, firm: Firm) -> None:
    ctx, at, key = loading.ctx, loading.starts, firm.key
    try:
        partner, new = await ctx.read(partner_by_slug, firm.admit.slug), False
    except PartnerNotFound:
        partner, new = await ctx.write(_admitted, loading, firm), True
    loading.tell("partner", firm.admit.name, key, new=new)
    partner_id = PartnerId(partner.partner_id)
    versions = await ctx.read(contracts_of, partner_id)
    unsigned = all(one.signed_at is None for one in versions)
    if not versions:
        versions = [await ctx.write(draw_up, partner_id, firm.terms, by=loading.people[PREPARER], now=at)]
    if unsigned:
        await ctx.write(exclusivity.sign, versions[0].contract_id, by=loading.people[APPROVER], now=at)
    loading.tell("contract", f"version {versions[0].version}", key, new=unsigned)
    outlets = await _outlets(loading, firm, partner_id)
    loading.meet(partners={key: partner_id}, outlets=outlets)


async def _admitted(session: WriteSession, loading: Loading, firm: Firm) -> Partner:
    taken_in = await admit(session, firm.admit, now=loading.starts)
    await session.flush()
    return await change_status(session, taken_in.partner.partner_id, PartnerStatus.ACTIVE)


async def _outlets(loading: Loading, firm: Firm, partner_id: PartnerId) -> dict[str, OutletId]:
    ctx = loading.ctx
    missing = {one.code for one in firm.outlets.values()} - set(await _codes(ctx, partner_id))
    for code, outlet in firm.outlets.items():
        loading.tell("outlet", code, firm.key, new=outlet.code in missing)
    if missing:
        brand = await ctx.read(brand_of, partner_id)
        wanted = [one for one in firm.outlets.values() if one.code in missing]
        await ctx.write(open_outlets, brand, wanted)
    known = await _codes(ctx, partner_id)
    return {name: known[outlet.code] for name, outlet in firm.outlets.items()}


async def _codes(ctx: Context, partner_id: PartnerId) -> dict[str, OutletId]:
    page = await ctx.read(outlets_of, partner_id, PageRequest(LARGEST_PAGE))
    return {one.code: OutletId(one.outlet_id) for one in page.items}


async def _shelves(loading: Loading) -> None:
    """Whoever sells has the articles on its shelves."""
    ctx = loading.ctx
    versions = await feed_versions(ctx.database.pool)
    for key, partner_id in loading.cast.partners.items():
        items = items_of(loading.recipe, loading.cast, key)
        if not items or not await _codes(ctx, partner_id):
            continue
        new = versions.get(partner_id, 0) == 0
        if new:
            await ctx.write(feed, partner_id, items, now=loading.starts)
        loading.tell("catalogue", f"{len(items)} article{'s' if len(items) > 1 else ''}", key, new=new)


async def _actions(loading: Loading) -> None:
    ctx = loading.ctx
    for kind, fields in actions_of(loading.recipe).items():
        for key, partner_id in loading.cast.partners.items():
            new = kind not in {one.name for one in await ctx.read(action_types.types_of, partner_id)}
            if new:
                await ctx.write(action_types.define, partner_id, kind, fields, now=loading.starts)
            loading.tell("type of action", kind, key, new=new)


async def _segments(loading: Loading) -> None:
    ctx = loading.ctx
    for name, group in groups_of(loading.recipe, loading.cast).items():
        segment = await ctx.read(find_named, group.owner, name)
        new = segment is None
        if segment is None:
            segment = await ctx.write(segmenting.define, group.owner, group.terms, now=loading.starts)
        loading.meet(segments={name: segment.segment_id})
        loading.tell("segment", name, loading.key(group.owner), new=new)


STEPS: tuple[Callable[[Loading], Awaitable[None]], ...] = (
    _shelves,
    _actions,
    _segments,
    define_groups,
    publish_tiers,
    publish_coupons,
    publish_surveys,
    publish_campaigns,
    publish_rewards,
    publish_referral,
    order_codes,
    publish_trade_ins,
    publish_bonuses,
    publish_activities,
    publish_courses_and_claims,
)
"""What follows the partners, in this order: each refers to what came before it."""
