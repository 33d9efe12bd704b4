"""A shop's own trade-in scheme and activity: its member has handed shoes in, and has a place at a tasting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from domain.activities import costing, inviting
from domain.activities import managing as activities
from domain.activities.costing import EnterCost
from domain.activities.inviting import Answer
from domain.activities.models import CostKind
from domain.activities.terms import ActivityId, ActivityKind, ActivityTerms
from domain.earning.terms import Sponsor
from domain.ids import CouponId
from domain.members.recognition import KnownMember, MemberRef
from domain.storage import Sight
from domain.trade_ins import consigning, managing, queries, recording
from domain.trade_ins.consigning import CloseConsignment
from domain.trade_ins.models import Closed
from domain.trade_ins.recording import RecordTradeIn
from domain.trade_ins.terms import Consignment, Price, SchemeTerms, Share
from domain.trade_ins.valuing import Item
from domain.values import Rate
from domain.vouchers import managing as coupons
from domain.vouchers.terms import CouponTerms, TakesOff
from tests.builders.graphql import KEYS
from tests.isolation.shop import NOW, OPENED, Shop, acting


async def hand_in(shop: Shop, member: KnownMember, guest: KnownMember) -> None:
    """Scheme and activity are live, each with a draft of its next version; of two pairs of shoes one was sold."""
    scheme = await _scheme(shop)
    shop.made["trade in scheme"] = scheme
    item = Item(number=1, category="SHOES", grade="GOOD", serial=shop.secret("Serial"))
    command = RecordTradeIn(
        partner_id=shop.partner_id,
        member=MemberRef(pairwise_id=member.pairwise_id),
        idempotency_key=shop.secret("trade-in"),
        items=(item, replace(item, number=2, serial=shop.secret("Other"))),
        occurred_at=OPENED,
        staff=shop.secret("Staff"),
        reference=shop.secret("TradeIn"),
    )
    told = {"caches": shop.caches, "lookup_key": KEYS.lookups, "now": OPENED}
    made = await recording.record(shop.database.pool, command, **told)  # type: ignore[arg-type]
    shop.made["trade in"] = made.trade_in_id
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        sold, kept = (await queries.trade_in_by_id(session, made.trade_in_id)).items
    shop.made["trade in item"] = kept.item_id
    sale = CloseConsignment(
        partner_id=shop.partner_id,
        item_id=sold.item_id,
        idempotency_key=shop.secret("sold-item"),
        closed_as=Closed.SOLD,
        sold_for=shop.price,
        occurred_at=OPENED,
    )
    await consigning.close(shop.database.pool, sale, **told)  # type: ignore[arg-type]
    shop.made["joint activity"] = await _activity(shop, member, guest)


async def _scheme(shop: Shop) -> UUID:
    own = shop.partner_id
    terms = SchemeTerms(
        name=f"{shop.name} shoes",
        partners=frozenset({own}),
        grades=("NEW", "GOOD"),
        prices=(Price(category="SHOES", prices={"NEW": 2000, "GOOD": 1200}),),
        coupon=await _coupon(shop),
        consignment=Consignment(shares=(Share(share=Rate(1, 2)),), days=400),
        reverse_days=400,
    )
    async with acting(shop.database, Sight.partner(own)) as session:
        drafted = await managing.draft(session, own, terms, now=OPENED)
        await managing.publish(session, own, drafted.scheme_id, now=OPENED)
        following = replace(terms, name=shop.secret("Shoes"))
        await managing.change(session, own, drafted.scheme_id, following, now=OPENED)
    return drafted.scheme_id


async def _coupon(shop: Shop) -> CouponId:
    own, key = shop.partner_id, KEYS.lookups
    terms = CouponTerms(name=shop.secret("Credit"), takes=TakesOff(valued=True), partners=frozenset({own}), days=400)
    async with acting(shop.database, Sight.partner(own)) as session:
        drafted = await coupons.draft(session, own, terms, key=key, now=OPENED)
        return (await coupons.publish(session, own, drafted.coupon_id, now=OPENED)).coupon_id


async def _activity(shop: Shop, member: KnownMember, guest: KnownMember) -> ActivityId:
    own = shop.partner_id
    terms = ActivityTerms(
        name=f"{shop.name} tasting",
        kind=ActivityKind.TASTING,
        hosts=frozenset({own}),
        address=shop.secret("Address"),
        starts_at=NOW + timedelta(minutes=30),
        ends_at=NOW + timedelta(hours=3),
        places=10,
        places_of={str(own): 8},
        shares=(Sponsor(own),),
    )
    cost = {"kind": CostKind.ACTUAL, "label": shop.secret("Cost"), "amount": shop.price}
    async with acting(shop.database, Sight.partner(own)) as session:
        drafted = await activities.draft(session, own, terms, now=OPENED)
        await activities.publish(session, own, drafted.activity_id, now=OPENED)
        members = [member.member_id, guest.member_id]
        await inviting.invite(session, own, drafted.activity_id, members, now=OPENED)
        command = EnterCost(
            partner_id=own,
            activity_id=drafted.activity_id,
            idempotency_key=shop.secret("cost-of-it"),
            **cost,  # type: ignore[arg-type]
        )
        await costing.enter(session, command, now=OPENED)
        following = replace(terms, name=shop.secret("Tasting"))
        await activities.change(session, own, drafted.activity_id, following, now=OPENED)
    pool = shop.database.pool
    await inviting.answer(pool, drafted.activity_id, member.member_id, Answer.ACCEPT, now=OPENED)
    return drafted.activity_id
