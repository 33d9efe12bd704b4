"""Two rival shops, a maker, a wholesaler and their members, a settled cycle behind them; all of it made by the domain.

What one shop must not learn of the other is planted with words and figures that stand nowhere else: its canaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from domain.audit import sealing
from domain.coalition.models import Billing, DisputedLines, PartnerRole
from domain.earning import budgeting, managing
from domain.earning.matching import LineMatch
from domain.earning.rules import CouponRefund, Flat
from domain.earning.terms import Sponsor, Terms
from domain.earning.tills import Caches
from domain.ids import PartnerId, PersonId
from domain.members.identifiers import Identifier
from domain.settlement import answers, computing, cycles
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment, adjust
from domain.settlement.models import Cycle
from domain.settlement.parties import OPERATOR, partner
from domain.storage import COALITION, Database, Sight
from tests.builders.coalition import a_coalition, a_partner, outlet_of
from tests.builders.webhooks import relayed
from tests.isolation.agreeing import agree
from tests.isolation.arguing import argue, dispute
from tests.isolation.befriending import befriend
from tests.isolation.bonusing import bonus
from tests.isolation.couponing import coupons
from tests.isolation.failing import fail, sell_late
from tests.isolation.handing_in import hand_in
from tests.isolation.leaving import give_notice
from tests.isolation.opining import opine
from tests.isolation.packing import pack
from tests.isolation.paying import accounts, pay
from tests.isolation.prepaying import PACK, prepay
from tests.isolation.reporting import report
from tests.isolation.reserving import reserve
from tests.isolation.selling import sell_for
from tests.isolation.serving import serve
from tests.isolation.shop import NOW, OPENED, Shop, acting, live
from tests.isolation.sides import SPENT_ELSEWHERE, Side, side_of
from tests.isolation.surveying import survey
from tests.isolation.telling import tell

PREPARER, APPROVER = UUID(int=0xA11CE), UUID(int=0xB0B)


@dataclass(kw_only=True)
class World:
    """Who takes part."""

    database: Database
    url: str
    """The owner's address of the database, for looking behind the walls."""
    amber: Side
    birch: Side
    maker: PartnerId
    wholesaler: PartnerId
    settled: UUID
    """The cycle whose statements the partners have."""
    failed: UUID
    """The next, which is settled without the two shops."""
    drafted: UUID
    """The cycle that is computed and not yet proposed."""
    open: UUID
    shared_campaign: UUID
    """The maker's own, at both shops."""

    @property
    def partner_ids(self) -> Mapping[str, PartnerId]:
        """Everybody that trades."""
        return {
            "amber": self.amber.partner_id,
            "birch": self.birch.partner_id,
            "maker": self.maker,
            "wholesaler": self.wholesaler,
        }


async def a_world(database: Database, url: str) -> World:
    """Everything, from the founding to the statements."""
    await a_coalition(database, clock_at=NOW, grace_days=30)
    async with acting(database, COALITION) as session:
        first = await cycles.open_first(session, now=OPENED)
    caches = Caches.fresh("USD", "UTC")
    amber = await _shop(database, "amber", "QuAmber", 4_186_127, caches)
    birch = await _shop(database, "birch", "ZyBirch", 7_391_853, caches)
    maker = PartnerId((await a_partner(database, "maker", PartnerRole.MANUFACTURER)).partner_id)
    wholesaler = PartnerId((await a_partner(database, "wholesaler", PartnerRole.DISTRIBUTOR)).partner_id)
    for shop in (amber, birch):
        await shop.furnish(maker, wholesaler)
    everywhere = Terms(
        name="Made with love",
        rule=Flat(points=50, minimum=0, lines=LineMatch(makers=frozenset({maker}))),
        starts_at=OPENED,
        partners=frozenset({amber.partner_id, birch.partner_id}),
        sponsors=(Sponsor(maker),),
    )
    shared = await live(database, maker, everywhere)
    await live(database, maker, replace(everywhere, name="Made with love, and cheap", rule=CouponRefund()))
    # A draft that names the rival's tills is still the drafter's own.
    invitation = birch.terms(
        birch.secret("Invitation"),
        Flat(points=5, minimum=0),
        partners=frozenset({amber.partner_id, birch.partner_id}),
    )
    async with acting(database, Sight.partner(birch.partner_id)) as session:
        await managing.draft(session, birch.partner_id, invitation, now=OPENED)
    await accounts(database)
    await _trade(amber, birch)
    for shop in (amber, birch):
        await sell_for(shop, shop.made["member"], maker)
    async with acting(database, COALITION) as session:
        await budgeting.watch(session, now=NOW)
    settled, failed, drafted, open_now = await _close(database, first, amber, birch)
    await relayed(database)
    await tell(database, amber, birch)
    for shop in (amber, birch):
        await shop.listen()
    return World(
        database=database,
        url=url,
        amber=await side_of(amber, settled),
        birch=await side_of(birch, settled),
        maker=maker,
        wholesaler=wholesaler,
        settled=settled,
        failed=failed,
        drafted=drafted,
        open=open_now,
        shared_campaign=shared.campaign_id,
    )


async def _shop(database: Database, name: str, word: str, price: int, caches: Caches) -> Shop:
    partner = await a_partner(
        database,
        name,
        price=(Decimal("0.01") + Decimal(price) / 10**10).quantize(Decimal("0.000001")),
        fee_fixed=Decimal(price) / 10**4,
        fee_share=Decimal("0.02"),
        value_days=0,
        disputed_lines=DisputedLines.LEFT_OUT,
        billing=Billing.PREPAID,
        pack_points=PACK,
    )
    outlet = await outlet_of(database, partner)
    return Shop(
        database=database,
        name=name,
        partner_id=PartnerId(partner.partner_id),
        outlet_id=outlet.outlet_id,
        word=word,
        price=price,
        caches=caches,
    )


async def _trade(amber: Shop, birch: Shop) -> None:
    """Each shop sells to its own member and to one who goes to both; points are spent here and there."""
    then = NOW - timedelta(days=20)
    for shop, other in ((amber, birch), (birch, amber)):
        shop.made["guest"] = await shop.enrol(Identifier.card(shop.card("GUEST")))
        await befriend(shop, shop.made["member"], shop.made["guest"])
        await pack(shop, shop.made["member"], shop.made["guest"])
        await survey(shop, shop.made["member"], shop.made["guest"])
        await hand_in(shop, shop.made["member"], shop.made["guest"])
        await opine(shop, shop.made["member"], shop.made["guest"])
        await serve(shop, shop.made["member"])
        await bonus(shop, shop.made["member"])
        other.made["stranger"] = await other.meet(shop.card("GUEST"))
    for shop in (amber, birch):
        own = shop.made["member"]
        shop.made["purchase"] = await shop.sell(own, 1, now=then)
        shop.made["action"] = await shop.act(own, now=then)
        await shop.sell(shop.made["guest"], 2, now=then)
        await shop.sell(own, 6, now=then, coupon=100)
        shop.made["redemption"] = await shop.redeem(own, 1_000 + shop.price % 1000, now=then)
        shop.made["coupons"] = await coupons(shop, own, now=then)
        shop.made["redeemed"] = await shop.treat(own, shop.made["coupons"].coupon_id, now=then)
        shop.made["hold"] = await shop.redeem(own, 500 + shop.price % 1000, hold=True, now=then)
    later = then + timedelta(hours=1)
    for shop in (amber, birch):
        await shop.sell(shop.made["stranger"], 3, now=later)
        await shop.redeem(shop.made["stranger"], SPENT_ELSEWHERE, now=later)


async def _close(database: Database, first: Cycle, amber: Shop, birch: Shop) -> tuple[UUID, UUID, UUID, UUID]:
    """One cycle is paid, the next settled without the shops, the third computed and still a draft, the last open."""
    first_end, third_end = NOW - timedelta(days=15), NOW - timedelta(days=5)
    people = {"preparer": PersonId(PREPARER), "approver": PersonId(APPROVER)}
    second = await _computed(database, first.cycle_id, first_end)
    async with acting(database, COALITION) as session:
        await cycles.propose(session, first.cycle_id, by=PersonId(PREPARER), now=first_end, days_to_answer=1)
    for shop in (amber, birch):
        await dispute(shop, first.cycle_id, now=first_end)
    await _drawn_up_anew(database, first.cycle_id, first_end)
    async with acting(database, Sight.partner(birch.partner_id)) as session:
        by = birch.made["person"]
        await answers.accept(session, first.cycle_id, birch.partner_id, by=by, now=first_end)
    async with acting(database, COALITION) as session:
        await cycles.approve(session, first.cycle_id, by=PersonId(APPROVER), now=first_end + timedelta(days=2))
    for shop in (amber, birch):
        await sell_late(shop, now=first_end + timedelta(days=1))
    third = await _computed(database, second, first_end + timedelta(days=2))
    await fail((amber, birch), second, **people, now=first_end + timedelta(days=2))
    for shop in (amber, birch):
        await argue(shop, preparer=PersonId(PREPARER), decider=PersonId(APPROVER), now=first_end + timedelta(days=3))
        await shop.sell(shop.made["member"], 4, now=NOW - timedelta(days=8))
    await pay(database, first.cycle_id, (amber, birch), by=PersonId(PREPARER), now=first_end + timedelta(days=4))
    for shop in (amber, birch):
        async with acting(database, COALITION) as session:
            owed = Adjustment(
                reason=AdjustmentReason.PREPAID,
                debtor=OPERATOR,
                creditor=partner(PartnerId(shop.partner_id)),
                amount=Decimal("0.07"),
                adjusts_cycle_id=first.cycle_id,
                note=shop.secret("Adjusted"),
            )
            shop.made["money adjustment"] = (await adjust(session, owed, by=None, now=third_end)).adjustment_id
    fourth = await _computed(database, third, third_end)
    for shop in (amber, birch):
        await prepay(shop, **people, now=NOW - timedelta(days=2))
        await agree(shop, by=PersonId(PREPARER), now=NOW - timedelta(days=2))
        await give_notice(shop, by=PersonId(PREPARER), now=NOW - timedelta(days=2))
        await shop.sell(shop.made["member"], 5, now=NOW - timedelta(days=1))
        await report(shop, now=NOW)
    await reserve(database, by=PersonId(PREPARER), now=NOW - timedelta(hours=1))
    return first.cycle_id, second, third, fourth


async def _computed(database: Database, cycle_id: UUID, now: datetime) -> UUID:
    async with acting(database, COALITION) as session:
        following = (await cycles.cut_off(session, cycle_id, now=now)).following.cycle_id
    async with acting(database, COALITION) as session:
        await sealing.seal(session, cycle_id, now=now)
    async with acting(database, COALITION) as session:
        await computing.compute(session, cycle_id, now=now, by=PersonId(PREPARER))
    return following


async def _drawn_up_anew(database: Database, cycle_id: UUID, now: datetime) -> None:
    """What is disputed leaves the cycle, and its statements are proposed again."""
    by = PersonId(PREPARER)
    async with acting(database, COALITION) as session:
        await cycles.void(session, cycle_id, by=by, reason="Disputed lines leave it", now=now)
        await computing.compute(session, cycle_id, now=now, by=by)
        await cycles.propose(session, cycle_id, by=by, now=now, days_to_answer=1)
