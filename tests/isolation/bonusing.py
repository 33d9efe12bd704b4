"""A firm that a shop serves, who acts for it, its group, and a scheme with a statement that is to be given."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.bonuses import checking, managing, selling_on
from domain.bonuses.drawing_up import draw_up
from domain.bonuses.queries import statements
from domain.bonuses.selling_on import SoldOnRow
from domain.bonuses.terms import Band, BonusPeriod, BonusTerms, Source
from domain.business import groups, registering, users
from domain.business.models import BusinessKind, BusinessRole
from domain.business.registering import RegisterBusiness
from domain.business.users import Invite
from domain.members.recognition import KnownMember
from domain.paging import PageRequest
from domain.storage import Sight
from domain.values import Rate
from tests.isolation.shop import MEMBER_KEYS, NOW, OPENED, Shop, acting

STARTS = date(2026, 10, 1)


async def bonus(shop: Shop, person: KnownMember) -> None:
    """The firm sold on in October what its statement tells; its one owner is the shop's member."""
    own, sight, pool = shop.partner_id, Sight.partner(shop.partner_id), shop.database.pool
    firm = await registering.register(pool, _firm(shop), keys=MEMBER_KEYS, now=OPENED)
    async with acting(shop.database, sight) as session:
        await registering.approve(session, own, firm, by=None, now=OPENED)
        group = await groups.define(session, own, shop.secret("Group"), [BusinessKind.RETAILER], now=OPENED)
    wanted = Invite(business_id=firm, role=BusinessRole.OWNER, called=shop.secret("Buyer"), partner_id=own)
    token = shop.secret("Token")
    invited = await users.invite(pool, wanted, personal_key=MEMBER_KEYS.personal, really=OPENED, token=token)
    await users.join(pool, token, person.member_id, really=OPENED)
    terms = BonusTerms(
        name=shop.secret("Bonus"),
        starts_on=STARTS,
        period=BonusPeriod.MONTH,
        source=Source.SOLD_ON,
        bands=(Band(start=0, rate=Rate(1, 100)),),
        groups=frozenset({group.segment_id}),
        wait_days=0,
    )
    async with acting(shop.database, sight) as session:
        scheme = await managing.draft(session, own, terms, now=OPENED)
        await managing.publish(session, own, scheme.scheme_id, now=OPENED)
    row = SoldOnRow(
        firm=shop.secret("Firm"),
        reference=shop.secret("Sold"),
        sku="milk",
        day=STARTS,
        quantity=Decimal(1),
        value=shop.price,
        customer=shop.secret("Customer"),
    )
    name = shop.secret("Report")
    await selling_on.take_in(pool, own, name, [row], lookup_key=MEMBER_KEYS.lookup, now=NOW)
    await draw_up(pool, zone=ZoneInfo("UTC"), now=NOW)
    async with acting(shop.database, sight) as session:
        [told] = (await statements(session, PageRequest(1), scheme_id=scheme.scheme_id)).items
        await checking.check(session, own, [told.statement_id], by=None, now=NOW)
    shop.made |= {"business": firm, "business user": invited.user_id, "business group": group.segment_id}
    shop.made |= {"bonus scheme": scheme.scheme_id, "bonus statement": told.statement_id}


def _firm(shop: Shop) -> RegisterBusiness:
    return RegisterBusiness(
        partner_id=shop.partner_id,
        idempotency_key=f"firm-of-{shop.name}",
        kind=BusinessKind.RETAILER,
        name=shop.secret("Company"),
        registration_number=f"{shop.price}00",
        customer_number=shop.secret("Firm"),
    )
