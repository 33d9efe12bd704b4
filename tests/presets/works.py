"""What a worker would have done meanwhile, by the functions that it calls."""

from __future__ import annotations

from datetime import datetime

from domain.coalition import leaving
from domain.codes.watching import watch
from domain.ledger.sweeping import sweep
from domain.storage import COALITION, Database, ReadSession, WriteSession
from hansa.attending import attend_now
from hansa.bonusing import bonus_now
from hansa.celebrating import celebrate_now
from hansa.certifying import certify
from hansa.claiming import claim_now
from hansa.closing import close_due
from hansa.gathering import gather_now
from hansa.referring import refer_now
from hansa.tiering import look_around
from hansa.trading_in import trade_in_now
from partners.keys import Keys


async def a_turn(database: Database, *, keys: Keys, now: datetime) -> None:
    """A turn of the worker at each of its works."""
    await sweep(database.pool, now=now)
    async with database.session(COALITION) as session, session.begin():
        await leaving.sweep(WriteSession(ReadSession(session)), now=now)
    await celebrate_now(database, keys=keys, now=now)
    await refer_now(database, keys=keys, now=now)
    await look_around(database, now=now)
    await certify(database, keys=keys, now=now)
    await watch(database.pool, now=now)
    for turn in (trade_in_now, gather_now, bonus_now, claim_now, attend_now):
        await turn(database, keys=keys, now=now)
    await close_due(database, now=now)
