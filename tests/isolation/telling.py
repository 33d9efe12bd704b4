"""What the world's members and partners' people have been told."""

from __future__ import annotations

from uuid import UUID

from domain.members.recognition import KnownMember
from domain.messages import overriding, queries, staff, writing
from domain.messages.overriding import OwnWords
from domain.messages.topics import Topic
from domain.paging import PageRequest
from domain.storage import COALITION, Database, Sight
from tests.isolation.shop import NOW, OPENED, Shop, acting


async def tell(database: Database, *shops: Shop) -> None:
    """Each shop puts marketing in its own words; then all that happened is told."""
    for shop in shops:
        words = OwnWords(
            topic=Topic.REWARD_IN_REACH, language="en", subject=shop.secret("Reach"), text=shop.secret("Come")
        )
        async with acting(database, Sight.partner(shop.partner_id)) as session:
            await overriding.put(session, shop.partner_id, words, now=NOW)
    async with acting(database, COALITION) as session:
        await writing.write(session, since=OPENED, now=NOW)
        await staff.write(session, since=OPENED, now=NOW)
    for shop in shops:
        shop.made["message"] = await _a_message(database, shop)


async def _a_message(database: Database, shop: Shop) -> UUID:
    """One that the shop's own member found in its inbox."""
    member: KnownMember = shop.made["member"]
    async with acting(database, Sight.member(member.member_id)) as session:
        found = await queries.inbox(session, member.wallet_id, member.member_id, PageRequest(first=1))
    return found.items[0].message_id
