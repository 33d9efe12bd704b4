"""What follows from money that moved follows at once: credit by what is owed, the reserve by what was settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.banking import booking, releasing
from domain.banking.credit import set_credit
from domain.liability.securing import standing_stop
from domain.settlement import policy
from domain.storage import Database, opened
from partners.keys import derive
from partners.scopes import EVERY_SCOPE
from partners.viewer import Audience, Viewer
from resolvers import consequences, payments
from resolvers.context import Context
from tests.domain.banking.paying import ANNA, AT_ISSUANCE, BERT, Paying, an_instructed_cycle
from tests.domain.banking.test_matching import of

LIMITED = AT_ISSUANCE | {"credit_limit": "25.00"}
KEYS = derive(bytes(range(32)))


@pytest.fixture
async def paying(database: Database) -> Paying:
    """P owes 20.00 of an instructed cycle, and may owe 25.00."""
    paying = await an_instructed_cycle(database)
    await paying.trading.agree("P", LIMITED, valid_from=paying.now)
    paying.trading.now += timedelta(days=1)
    async with desk(paying) as ctx:
        await consequences.of_credit(ctx)
    return paying


@asynccontextmanager
async def desk(paying: Paying) -> AsyncIterator[Context]:
    """Anna at the coalition's desk."""
    viewer = Viewer(audience=Audience.COALITION, scopes=EVERY_SCOPE, person_id=ANNA)
    now = paying.now
    async with Context(viewer=viewer, database=paying.trading.database, clock=lambda: now, keys=KEYS) as ctx:
        yield ctx


async def left(owner: asyncpg.Connection) -> Decimal:
    """What P may still come to owe."""
    sql = "SELECT sum(left_amount) FROM allowance_slice JOIN allowance USING (allowance_id) WHERE kind = 'CREDIT'"
    return Decimal(await owner.fetchval(sql)).scaleb(-6)


async def test_a_payment_makes_room_in_the_credit_at_once_and_taken_back_takes_it(
    paying: Paying, owner: asyncpg.Connection
) -> None:
    assert await left(owner) == Decimal("5.00")
    reference = (await paying.payments())["P"].reference
    async with desk(paying) as ctx:
        await payments.bring_in(ctx, paying.statement(of("12.50", reference)))
        assert await left(owner) == Decimal("17.50")
        (entry,) = await paying.entries()
        await payments.unmatch(ctx, entry.entry_id)
        assert await left(owner) == Decimal("5.00")
        await payments.match(ctx, entry.entry_id, [(await paying.payments())["P"].payment_id], None)
        assert await left(owner) == Decimal("5.00"), "it waits for a second person"
        await paying.do(booking.confirm, entry.entry_id, by=BERT, now=paying.now)
        await consequences.of_payments(ctx)
    assert await left(owner) == Decimal("17.50")


async def test_a_contract_signed_with_another_limit_holds_at_once(paying: Paying, owner: asyncpg.Connection) -> None:
    async with desk(paying) as ctx:
        terms = AT_ISSUANCE | {"credit_limit": "21.00"}
        await paying.trading.agree("P", terms, valid_from=paying.now)
        await consequences.of_credit(ctx)
        assert await left(owner) == Decimal("1.00")


async def test_the_last_payment_of_a_cycle_has_the_reserve_judged(paying: Paying) -> None:
    await paying.do(policy.change, {"refuse_unsecured": True}, by=None, now=paying.now)
    await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    owed = await paying.payments()
    async with desk(paying) as ctx:
        await consequences.of_reserve(ctx)
        assert await paying.do(standing_stop) is not None, "1,000 points are out, and nothing has been paid"
        await payments.bring_in(ctx, paying.statement(of("20.00", owed["P"].reference)))
        assert await paying.do(standing_stop) is not None, "the cycle is not settled yet"
        rest = (of("10.00", owed["Q"].reference), of("-17.00", owed["R"].reference))
        done = await payments.bring_in(ctx, paying.statement(*rest))
    assert done.tally.settled == [paying.cycle.cycle_id]
    assert await paying.do(standing_stop) is None, "13.00 cover the 8.50 that are needed"


async def test_whoever_sets_credit_at_once_with_others_it_ends_as_the_payments_say(
    paying: Paying, owner: asyncpg.Connection, database_url: str
) -> None:
    """One matches and takes back again and again, others set by what they saw: nobody waits in a circle."""
    payment = (await paying.payments())["P"]
    await paying.booked(of("20.00", words="for points"))
    (entry,) = await paying.entries()
    async with opened(database_url, connections=10) as database:
        paying.trading.database = database
        done = asyncio.Event()

        async def paid_and_taken_back(rounds: int) -> None:
            for _ in range(rounds):
                async with desk(paying) as ctx:
                    await payments.match(ctx, entry.entry_id, [payment.payment_id], None)
                async with desk(paying) as ctx:
                    await payments.unmatch(ctx, entry.entry_id)
            done.set()

        async def setting() -> None:
            while not done.is_set():
                await set_credit(database, now=paying.now)

        async with asyncio.timeout(120):
            await asyncio.gather(paid_and_taken_back(6), setting(), setting())
        assert await left(owner) == Decimal("5.00")
        async with desk(paying) as ctx:
            await payments.match(ctx, entry.entry_id, [payment.payment_id], None)
            assert await left(owner) == Decimal("25.00")
