"""What this server keeps in memory for the tills of a database: campaigns in force, catalogues, outlets."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from domain.coalition.founding import coalition_of
from domain.earning.tills import Caches
from domain.storage import COALITION, Database, ReadSession
from resolvers.context import Context

_CACHES: WeakKeyDictionary[Database, Caches] = WeakKeyDictionary()


async def caches_of(ctx: Context) -> Caches:
    """The caches of the context's database, empty at first; each refreshes itself."""
    if ctx.database not in _CACHES:
        _CACHES.setdefault(ctx.database, await fresh_caches(ctx.database))
    return _CACHES[ctx.database]


async def fresh_caches(database: Database) -> Caches:
    """Empty caches for a database, such as a worker's turn has. Raises: NotFound, before a coalition is founded."""
    async with database.session(COALITION) as session:
        coalition = await coalition_of(ReadSession(session))
    return Caches.fresh(coalition.currency, coalition.time_zone, standard_price=coalition.standard_price)
