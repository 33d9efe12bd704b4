"""What a worker would have done meanwhile, by the functions that it calls."""

from __future__ import annotations

from datetime import datetime

from domain.coalition import leaving
from domain.earning.tills import Caches
from domain.ledger.sweeping import sweep
from domain.storage import COALITION, Database, ReadSession, WriteSession
from domain.trade_ins import consigning, crediting
from hansa.celebrating import celebrate_now
from hansa.certifying import certify
from hansa.closing import close_due
from hansa.referring import refer_now
from hansa.tiering import look_around
from partners.keys import Keys


async def a_turn(database: Database, caches: Caches, *, keys: Keys, now: datetime) -> None:
    """A turn of the worker at each of its works."""
    pool = database.pool
    await sweep(pool, now=now)
    async with database.session(COALITION) as session, session.begin():
        await leaving.sweep(WriteSession(ReadSession(session)), now=now)
    await celebrate_now(database, keys=keys, now=now)
    await refer_now(database, keys=keys, now=now)
    await look_around(database, now=now)
    await certify(database, keys=keys, now=now)
    await consigning.close_due(pool, caches=caches, lookup_key=keys.lookups, now=now)
    await crediting.finish(pool, caches=caches, lookup_key=keys.lookups, now=now)
    await close_due(database, now=now)
