"""The worker: what time brings, and what is to be sent; as many share the load as are started, and any may die."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime, timedelta

import structlog

from domain.coalition import leaving
from domain.events import keeping
from domain.ledger.sweeping import Swept, sweep
from domain.storage import COALITION, Database, ReadSession, WriteSession, opened
from domain.vouchers import expiring
from hansa import logs
from hansa.asking import asking
from hansa.attending import attending
from hansa.bonusing import bonusing
from hansa.bounding import bound
from hansa.celebrating import celebrating
from hansa.certifying import certifying
from hansa.claiming import claiming
from hansa.clocks import CoalitionClock
from hansa.closing import close_due
from hansa.coding import coding
from hansa.embedding import with_database
from hansa.gathering import gathering
from hansa.listening import listening
from hansa.mailing import mailer_of
from hansa.messaging import Teller, messaging
from hansa.numbering import numbered
from hansa.reconcile_worker import reconciling
from hansa.referring import referring
from hansa.reserving import reserving
from hansa.reviewing import reviewing
from hansa.segmenting import segmenting
from hansa.serving import prepare
from hansa.settings import Settings
from hansa.tiering import tiering
from hansa.trading_in import trading_in
from hansa.turns import in_turn, in_turn_by_the_clock
from hansa.webhooks import Courier
from partners import housekeeping
from partners.clients.key_fetching import KeyFetcher
from partners.fetching import Outbound
from partners.keys import derive
from partners.standing import SERVER
from partners.webhooks import forgetting
from partners.webhooks.pace import USUAL, Pace
from partners.webhooks.relaying import relay
from schema.execution import Engine
from schema.root import product

EVERY = timedelta(seconds=30)
ONE_SWEEPS = 0x48414E5357
"""The lock of the one that sweeps; held by its session, so it is free again the moment its holder dies."""
ONE_CLOSES = 0x48414E535A
ONE_TIDIES = 0x48414E5354
ONE_FETCHES = 0x48414E534B

log = structlog.get_logger("hansa.worker")


def work(settings: Settings, *, every: timedelta = EVERY, pace: Pace = USUAL) -> None:
    """Do what time brings, and send what waits, until told to stop.

    Raises: PostgresUnavailable, RolesMissing, UnsafePooling, UnsafeSecret.
    """
    logs.configure(settings.log_format, settings.log_level)
    settings.key()
    with with_database(settings) as served:
        asyncio.run(_work(served, every, pace))


async def _work(settings: Settings, every: timedelta, pace: Pace) -> None:
    await prepare(settings)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with opened(settings.database_url or "", connections=settings.connections) as database:
        await working(settings, database, stopping, every=every, pace=pace)


async def working(
    settings: Settings, database: Database, stopping: asyncio.Event, *, every: timedelta = EVERY, pace: Pace = USUAL
) -> None:
    """All the work there is, each part at its own pace, until stopping; what is under way is finished first."""
    url, outbound = settings.database_url or "", Outbound(named=settings.outbound_hosts)
    courier = Courier(
        database=database,
        engine=Engine(product()),
        outbound=outbound,
        keys=derive(settings.key()),
        coalition_clock=CoalitionClock(database),
        clock=_real_time,
        pace=pace,
    )
    fetcher = KeyFetcher(database, outbound, _real_time)
    teller = Teller(database=database, keys=courier.keys, mailer=mailer_of(settings, database), issuer=settings.issuer)
    log.info("The worker has started", every_seconds=every.total_seconds())
    async with numbered(database, relay), listening(url, courier), asyncio.TaskGroup() as tasks:
        tasks.create_task(sweeping(database, url, stopping, every=every))
        tasks.create_task(closing(database, url, stopping, every=every))
        tasks.create_task(reserving(database, url, stopping, every=every))
        tasks.create_task(segmenting(database, url, stopping, personal_key=courier.keys.personal_data, every=every))
        tasks.create_task(tiering(database, url, stopping, every=every))
        tasks.create_task(coding(database, url, stopping, every=every))
        tasks.create_task(referring(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(reviewing(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(bonusing(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(claiming(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(trading_in(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(gathering(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(attending(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(asking(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(messaging(teller, url, stopping, every=every))
        tasks.create_task(certifying(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(celebrating(database, url, stopping, keys=courier.keys, every=every))
        tasks.create_task(in_turn(url, ONE_TIDIES, lambda: tidied(database, _real_time()), stopping, every=every))
        tasks.create_task(in_turn(url, ONE_FETCHES, fetcher.refresh, stopping, every=every))
        tasks.create_task(reconciling(database, url, courier.keys, stopping, every=every))
        tasks.create_task(courier.run(stopping))
    log.info("The worker has stopped")


async def sweeping(database: Database, url: str, stopping: asyncio.Event, *, every: timedelta = EVERY) -> None:
    """Sweep whenever it is this worker's turn, until stopping; a sweep under way is finished first."""
    await in_turn_by_the_clock(database, url, ONE_SWEEPS, lambda now: _swept(database, now), stopping, every=every)


async def closing(database: Database, url: str, stopping: asyncio.Event, *, every: timedelta = EVERY) -> None:
    """Move cycles on by the coalition's clock in turn with other workers; beside the sweeps, since it may take long."""

    async def close(now: datetime) -> None:
        await close_due(database, now=now)
        await bound(database, now=now)

    await in_turn_by_the_clock(database, url, ONE_CLOSES, close, stopping, every=every)


async def _swept(database: Database, now: datetime) -> Swept:
    done = await sweep(database.pool, now=now)
    ended = await expiring.expire(database.pool, now=now)
    async with database.session(COALITION) as session, session.begin():
        left = await leaving.sweep(WriteSession(ReadSession(session)), now=now)
    if left:
        log.info("Partners came a step further on their way out", now=now.isoformat(), steps=left)
    if ended:
        log.info("Vouchers came to the end of their term", now=now.isoformat(), vouchers=ended)
    if done != Swept(0, 0, 0):
        log.info("Swept", now=now.isoformat(), released=done.released, lapsed=done.lapsed, expired=done.expired)
    return done


async def tidied(database: Database, now: datetime) -> None:
    """Throw away what has had its time, by the real time: deliveries, events nobody waits for, numbers used once."""
    async with database.session(COALITION) as session, session.begin():
        deliveries = await forgetting.forget(WriteSession(ReadSession(session)), now=now)
    async with database.session(COALITION) as session, session.begin():
        events = await keeping.forget(WriteSession(ReadSession(session)), now=now, unless=forgetting.still_to_tell())
    async with database.session(SERVER) as session, session.begin():
        await housekeeping.sweep(WriteSession(ReadSession(session)), now=now)
    if deliveries or events:
        log.info("Forgot what is old", deliveries=deliveries, events=events)


def _real_time() -> datetime:
    return datetime.now(UTC)
