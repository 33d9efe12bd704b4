"""The demonstration's coalition in a database: made once, step by step, and gone on with wherever it was left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from domain.coalition import companies, founding
from domain.coalition.companies import Account
from domain.coalition.contracts import draw_up, sign
from domain.coalition.errors import CompanyNotFound, PartnerNotFound
from domain.coalition.founding import FoundCoalition
from domain.coalition.models import Brand, Partner, PartnerStatus
from domain.coalition.partners import AdmitPartner, OpenOutlet, admit, change_status, open_outlets
from domain.coalition.queries import brand_of, contracts_of, outlets_of, partner_by_slug
from domain.earning import managing
from domain.earning.queries import campaigns_of
from domain.earning.terms import CampaignState, Terms
from domain.errors import Conflict, NotFound
from domain.ids import OutletId, PartnerId, PersonId
from domain.paging import LARGEST_PAGE, PageRequest
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.products.queries import feed_versions
from domain.settlement import cycles
from domain.settlement.queries import all_cycles
from domain.storage import Database, ReadSession, WriteSession
from hansa.journey import cast
from hansa.journey.companies import COMPANIES, OPERATOR
from hansa.journey.groups import group
from hansa.journey.promotions import promotions
from hansa.journey.trips import ZONE, Article, Journey
from partners.keys import Keys
from partners.people import admitting
from partners.people.admitting import AdmitPerson
from partners.scopes import PersonRole
from resolvers.context import Context

FEED = 20_000
"""Articles a feed."""


@dataclass(frozen=True, kw_only=True)
class Founded:
    """Who is who in the database."""

    partners: Mapping[str, PartnerId]
    outlets: Mapping[int, OutletId]
    """The shop's, by the store's number."""
    finance: Mapping[str, PersonId]
    preparer: PersonId
    approver: PersonId


async def found(database: Database, journey: Journey, keys: Keys, *, say: Callable[[str], None]) -> Founded:
    """Make what is missing of the coalition. Each step is one transaction, so a crash leaves whole steps behind.

    Raises: Conflict, where another coalition is at home.
    """
    ctx = Context.for_coalition(database, cast.SIGNED, keys=keys)
    await _coalition(ctx)
    partners = {firm.slug: await _firm(ctx, firm) for firm in cast.FIRMS}
    outlets = await _outlets(ctx, partners, journey)
    versions = await feed_versions(database.pool)
    if versions.get(partners[cast.SHOP], 0) == 0:
        say("the catalogue")
        await _catalogue(ctx, partners, journey)
    supplied = frozenset(outlets[store] for store in outlets if store in cast.SUPPLIED_STORES)
    await _campaigns(ctx, partners, supplied)
    await group(ctx, partners[cast.SHOP])
    preparer, approver, *_ = [await _person(ctx, one.name, one.email, one.role) for one in cast.COLLEAGUES]
    finance = {
        firm.slug: await _person(ctx, firm.finance, cast.finance_email(firm), "PARTNER_FINANCE", partners[firm.slug])
        for firm in cast.FIRMS
    }
    for hand in cast.HANDS:
        await _person(ctx, hand.name, hand.email, hand.role, partners[hand.slug])
    await _draft(ctx, partners[cast.SHOP], preparer)
    await ctx.close()
    return Founded(partners=partners, outlets=outlets, finance=finance, preparer=preparer, approver=approver)


async def _coalition(ctx: Context) -> None:
    try:
        there = await ctx.read(founding.coalition_of)
        if (there.name, there.operator_name, there.sandbox) != (cast.COALITION, cast.OPERATOR, True):
            raise Conflict(f"This database holds another coalition, {there.name}; the demonstration needs its own.")
    except NotFound:
        command = FoundCoalition(
            name=cast.COALITION,
            purpose=cast.PURPOSE,
            currency=cast.CURRENCY,
            standard_price=cast.STANDARD_PRICE,
            time_zone=str(ZONE),
            operator_name=cast.OPERATOR,
            sandbox=True,
            clock_at=cast.OPENING,
        )
        await ctx.write(founding.found, command)
    try:
        await ctx.read(companies.company_of, None)
    except CompanyNotFound:
        details = replace(
            OPERATOR.details, name=cast.OPERATOR, country=OPERATOR.country, tax_number=OPERATOR.tax_number
        )
        await ctx.write(companies.enter_operator, details, Account.of(OPERATOR.iban, OPERATOR.bic))
    if not await ctx.read(all_cycles):
        await ctx.write(cycles.open_first, now=cast.OPENING)


async def _firm(ctx: Context, firm: cast.Firm) -> PartnerId:
    try:
        found = await ctx.read(partner_by_slug, firm.slug)
    except PartnerNotFound:
        found = await ctx.write(_admitted, firm)
    return PartnerId(found.partner_id)


async def _admitted(session: WriteSession, firm: cast.Firm) -> Partner:
    """A partner with its contract in force, all at once."""
    company = COMPANIES[firm.slug]
    command = AdmitPartner(
        slug=firm.slug,
        name=firm.name,
        roles=firm.roles,
        hue=firm.hue,
        country=company.country,
        company=firm.company,
        iban=company.iban,
        bic=company.bic,
        tax_number=company.tax_number,
        details=replace(company.details, email=cast.finance_email(firm)),
    )
    admitted = await admit(session, command, now=cast.SIGNED)
    await session.flush()
    partner_id = admitted.partner.partner_id
    await change_status(session, partner_id, PartnerStatus.ACTIVE)
    contract = await draw_up(session, partner_id, firm.terms)
    await sign(session, contract.contract_id, now=cast.SIGNED)
    return admitted.partner


async def _draft(ctx: Context, shop: PartnerId, by: PersonId) -> None:
    """What the shop might agree to next, to be held against what it has: it waits for a second person."""
    versions = await ctx.read(contracts_of, shop)
    if len(versions) == 1:
        await ctx.write(draw_up, shop, cast.PROPOSAL, by=by, now=cast.SIGNED)


async def _outlets(ctx: Context, partners: Mapping[str, PartnerId], journey: Journey) -> dict[int, OutletId]:
    shop = partners[cast.SHOP]
    known = await _known_outlets(ctx, shop)
    missing = [store for store in journey.stores if store not in known]
    if missing:
        brand = await ctx.read(brand_of, shop)
        await ctx.write(_opened, brand, missing, partners[cast.DISTRIBUTOR])
        known = await _known_outlets(ctx, shop)
    return known


async def _opened(session: WriteSession, brand: Brand, stores: list[int], distributor: PartnerId) -> None:
    await open_outlets(
        session,
        brand,
        [
            OpenOutlet(
                code=str(store),
                name=f"Journey Market {store}",
                time_zone=str(ZONE),
                supplier_id=distributor if store in cast.SUPPLIED_STORES else None,
            )
            for store in stores
        ],
    )


async def _known_outlets(ctx: Context, shop: PartnerId) -> dict[int, OutletId]:
    known: dict[int, OutletId] = {}
    after = None
    while True:
        page = await ctx.read(outlets_of, shop, PageRequest(LARGEST_PAGE, after))
        known |= {int(outlet.code): OutletId(outlet.outlet_id) for outlet in page.items}
        if not page.has_next:
            return known
        after = page.keys[-1]


async def _catalogue(ctx: Context, partners: Mapping[str, PartnerId], journey: Journey) -> None:
    items = [_item(article, partners) for article in journey.articles()]
    await ctx.write(_fed, partners[cast.SHOP], items)


async def _fed(session: WriteSession, shop: PartnerId, items: list[ProductItem]) -> None:
    """All feeds in one transaction: a catalogue is there wholly or not at all."""
    for start in range(0, len(items), FEED):
        await feeding.feed(session, shop, items[start : start + FEED], now=cast.SIGNED)


def _item(article: Article, partners: Mapping[str, PartnerId]) -> ProductItem:
    maker = cast.OWN_BRAND if article.private_label else article.maker
    supplied = article.category in cast.SUPPLIED_CATEGORIES
    return ProductItem(
        sku=article.sku,
        name=article.name,
        category=article.category,
        department=article.department,
        brand=article.brand,
        maker_id=partners[cast.MAKERS[maker]] if maker in cast.MAKERS else None,
        supplier_id=partners[cast.DISTRIBUTOR] if supplied else None,
        private_label=article.private_label,
        package=article.package,
    )


async def _campaigns(ctx: Context, partners: Mapping[str, PartnerId], supplied: frozenset[OutletId]) -> None:
    live = await ctx.read(_live_names, list(partners.values()))
    for promotion in promotions(partners, supplied):
        if promotion.terms.name not in live:
            await ctx.write(_launched, partners[promotion.owner], promotion.terms)


async def _live_names(session: ReadSession, partner_ids: list[PartnerId]) -> set[str]:
    pages = [
        await campaigns_of(session, partner_id, PageRequest(LARGEST_PAGE), states=(CampaignState.LIVE,))
        for partner_id in partner_ids
    ]
    return {campaign.terms.name for page in pages for campaign in page.items}


async def _launched(session: WriteSession, owner: PartnerId, terms: Terms) -> None:
    """A campaign written, agreed to by all who pay, and live, all at once."""
    campaign = await managing.draft(session, owner, terms, now=cast.SIGNED)
    for sponsor in terms.funders:
        await managing.agree(session, sponsor, campaign.campaign_id, terms.fingerprint(), now=cast.SIGNED)
    await managing.publish(session, owner, campaign.campaign_id, now=cast.SIGNED)


async def _person(ctx: Context, name: str, email: str, role: str, partner_id: PartnerId | None = None) -> PersonId:
    try:
        person = await ctx.read(admitting.with_email, email, partner_id=partner_id)
    except NotFound:
        command = AdmitPerson(name=name, email=email, roles=frozenset({PersonRole(role)}), partner_id=partner_id)
        person = await ctx.write(admitting.admit, command, now=cast.SIGNED)
    return PersonId(person.person_id)
