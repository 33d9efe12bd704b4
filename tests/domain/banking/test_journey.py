"""The demonstration's own bank pays a cycle, once."""

from __future__ import annotations

from domain.banking import queries
from domain.settlement import queries as settlement
from domain.settlement.models import CycleState
from domain.storage import Database
from hansa.journey.paying import pay
from resolvers.context import Context
from tests.builders.graphql import KEYS
from tests.domain.banking.paying import ANNA, BERT, an_approved_cycle


async def test_the_made_up_bank_settles_a_cycle_once(database: Database) -> None:
    paying = await an_approved_cycle(database)
    for _ in range(2):
        async with Context.for_coalition(database, paying.now, keys=KEYS) as ctx:
            await pay(ctx, paying.cycle.cycle_id, preparer=ANNA, approver=BERT)
    assert (await paying.do(settlement.cycle_named, paying.cycle.name)).state == CycleState.SETTLED
    books = await paying.do(queries.books)
    assert (books.waiting, books.credited, len(await paying.entries())) == (0, 0, 4)
