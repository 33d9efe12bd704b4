"""A shop's referral programme, and one member who brings another."""

from __future__ import annotations

from dataclasses import replace

from domain.members.recognition import KnownMember
from domain.referral import inviting, joining, managing
from domain.referral.terms import ReferralTerms
from domain.storage import Sight
from tests.isolation.shop import MEMBER_KEYS, OPENED, Shop, acting


async def befriend(shop: Shop, referrer: KnownMember, friend: KnownMember) -> None:
    """A programme of the shop's, live, and the draft of its next version; its member brings its guest."""
    terms = ReferralTerms(name=f"{shop.name} friends", host=shop.partner_id, starts_at=OPENED, accept_days=400)
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        drawn = await managing.draw_up(session, shop.partner_id, terms, now=OPENED)
        live = await managing.publish(session, shop.partner_id, drawn.programme_id, now=OPENED)
        following = replace(terms, name=shop.secret("Friends"), words={"en": shop.secret("Words")})
        await managing.draw_up(session, shop.partner_id, following, programme_id=live.programme_id, now=OPENED)
    pool = shop.database.pool
    code = (await inviting.invitation(pool, live, referrer.member_id, now=OPENED)).code
    await joining.join(pool, code, friend.member_id, through=shop.partner_id, keys=MEMBER_KEYS, now=OPENED)
    shop.made["referral programme"] = live.programme_id
