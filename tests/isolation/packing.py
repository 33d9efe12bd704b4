"""A shop's batch of codes, one of which its member entered, and an alarm about it."""

from __future__ import annotations

from domain.codes import entering, ordering, printing, watching
from domain.codes.batches import OrderBatch, ProductPart
from domain.codes.entering import Naming
from domain.codes.errors import CodeNotAccepted
from domain.codes.models import BatchKind
from domain.codes.queries import alarms_page
from domain.ids import OutletId
from domain.members.recognition import KnownMember
from domain.paging import PageRequest
from domain.storage import Sight
from tests.builders.graphql import KEYS
from tests.isolation.shop import MEMBER_KEYS, OPENED, Shop, acting

CODES = 12
"""One is entered here; tests enter others."""


async def pack(shop: Shop, member: KnownMember, other: KnownMember) -> None:
    """Codes for an article of its own, printed, live; its member enters the first one, somebody else tries it too."""
    part = ProductPart(sku=shop.secret("Own"), count=CODES)
    order = OrderBatch(name=shop.secret("Batch"), kind=BatchKind.RANDOM, products=(part,), cost=shop.price)
    database, maker = shop.database, shop.partner_id
    async with acting(database, Sight.partner(maker)) as session:
        batch = await ordering.order(session, maker, order, now=OPENED)
        printed = await ordering.print_again(session, maker, batch.batch_id, reason=None, now=OPENED)
        batch = await ordering.take(session, maker, printed.print_id, now=OPENED)
        await ordering.print_again(session, maker, batch.batch_id, reason=shop.secret("Lost"), now=OPENED)
    chunks = printing.printed(database.pool, batch, key=KEYS.lookups, site="https://hansa.example")
    codes = [one.code async for chunk in chunks for one in chunk]
    async with acting(database, Sight.partner(maker)) as session:
        await ordering.put_live(session, maker, batch.batch_id, now=OPENED)
        await ordering.void_serials(session, maker, batch.batch_id, 11, 11, reason=shop.secret("Torn"), now=OPENED)
        await watching.change(session, maker, watching.Thresholds(misses=1), now=OPENED)
    naming = Naming(
        code=codes[0], member=member, through=maker, outlet_id=OutletId(shop.outlet_id), network="192.0.2.7"
    )
    looked = await entering.look_up(database.pool, naming, key=KEYS.lookups, now=OPENED)
    await entering.enter(database.pool, naming, looked, caches=shop.caches, keys=MEMBER_KEYS, now=OPENED)
    try:
        late = Naming(code=codes[0], member=other, through=None)
        await entering.look_up(database.pool, late, key=KEYS.lookups, now=OPENED)
    except CodeNotAccepted:
        await watching.watch(database.pool, now=OPENED)
    async with acting(database, Sight.partner(maker)) as session:
        (alarm,) = (await alarms_page(session, PageRequest(1))).items
    shop.made |= {"code batch": batch.batch_id, "code alarm": alarm.alarm_id, "codes": codes}
