"""The worker's turn at messages: written from what happened and from looks ahead, planned as mail, and handed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from domain.coalition.founding import coalition_of
from domain.errors import NotFound
from domain.messages import delivering, staff, writing
from domain.messages.delivering import Taken
from domain.messages.models import MailState
from domain.storage import COALITION, Database, ReadSession, WriteSession
from hansa.mailed import Postman
from hansa.turns import LOST, in_turn_by_the_clock
from partners.keys import Keys
from partners.mail import Mailer
from partners.people import telling

ONE_TELLS = 0x48414E534D
"""The lock of the one that tells."""
STEPS_A_TURN = 200
"""So many steps of each kind at most, before others have their turn."""
MAILS_UNDER_WAY = 8
TIDIES_EVERY = timedelta(hours=6)

log = structlog.get_logger("hansa.worker")


@dataclass(frozen=True, slots=True)
class Told:
    """What a turn did."""

    written: int = 0
    planned: int = 0
    mailed: int = 0


@dataclass(kw_only=True)
class Teller:
    """All that a worker needs to tell members and partners' people."""

    database: Database
    keys: Keys
    mailer: Mailer
    issuer: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The real time."""
    tidied_at: datetime | None = None

    async def tell(self, *, now: datetime, stopping: asyncio.Event | None = None) -> Told:
        """Write, plan and send all that there is, in steps; nothing before the coalition is founded."""
        async with self.database.session(COALITION) as session:
            try:
                coalition = await coalition_of(ReadSession(session))
            except NotFound:
                return Told()
        zone, stopped = ZoneInfo(coalition.time_zone), stopping or asyncio.Event()
        written = await self._written(zone, now, stopped)
        planned = await self._planned(zone, now, stopped)
        postman = Postman(database=self.database, keys=self.keys, mailer=self.mailer, issuer=self.issuer, zone=zone)
        mailed = await self._mailed(postman, now, stopped)
        await self._tidy(now)
        return Told(written, planned, mailed)

    async def _written(self, zone: ZoneInfo, now: datetime, stopped: asyncio.Event) -> int:
        total = 0
        for _ in range(STEPS_A_TURN):
            async with self._transaction() as session:
                step = await writing.write(session, now=now)
            total += step.written
            if step.taken < writing.CUES_AT_ONCE or stopped.is_set():
                break
        async with self._transaction() as session:
            _, written = await staff.write(session, now=now)
        async with self._transaction() as session:
            await writing.begin_looks(session, zone=zone, now=now)
        for _ in range(STEPS_A_TURN):
            async with self._transaction() as session:
                look = await writing.look_on(session, now=now)
            if look is None or stopped.is_set():
                break
            total += look.written
        return total + written

    async def _planned(self, zone: ZoneInfo, now: datetime, stopped: asyncio.Event) -> int:
        total = 0
        for _ in range(STEPS_A_TURN):
            async with self._transaction() as session:
                policy = await writing.policy_of(session)
                planned = await delivering.plan(session, policy, zone=zone, now=now)
            total += planned
            if planned < delivering.PLANS_AT_ONCE or stopped.is_set():
                break
        async with self._transaction() as session:
            messages = await staff.unmailed(session)
            readers = await telling.readers_of(session, messages)
            whose = {message.message_id: message.partner_id for message in messages}
            return total + await staff.plan(session, readers, whose, now=now)

    async def _mailed(self, postman: Postman, now: datetime, stopped: asyncio.Event) -> int:
        sent = 0
        for _ in range(STEPS_A_TURN):
            async with self._transaction() as session:
                taken = await delivering.take(session, now=now, really=self.clock())
            if not taken:
                break
            room = asyncio.Semaphore(MAILS_UNDER_WAY)
            sent += sum(await asyncio.gather(*(self._one(postman, mail, room, now) for mail in taken)))
            if stopped.is_set():
                break
        return sent

    async def _one(self, postman: Postman, mail: Taken, room: asyncio.Semaphore, now: datetime) -> bool:
        async with room:
            try:
                return await postman.deliver(mail, now=now, clock=self.clock)
            except LOST:
                raise
            except Exception as problem:  # noqa: BLE001 - one mail that cannot be put together keeps no other back
                log.error("A mail broke off", mail=str(mail.mail_id), problem=repr(problem))  # noqa: TRY400 - by repr
                async with self._transaction() as session:
                    told = f"it broke off: {type(problem).__name__}"
                    await delivering.fail(session, mail, told, held_as=MailState.TAKEN, really=self.clock())
                return False

    async def _tidy(self, now: datetime) -> None:
        if self.tidied_at is not None and self.tidied_at <= now < self.tidied_at + TIDIES_EVERY:
            return
        async with self._transaction() as session:
            await writing.forget(session, now=now)
        self.tidied_at = now

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[WriteSession]:
        async with self.database.session(COALITION) as session, session.begin():
            yield WriteSession(ReadSession(session))


async def messaging(teller: Teller, url: str, stopping: asyncio.Event, *, every: timedelta) -> None:
    """Tell whenever it is this worker's turn, by the coalition's clock, until stopping."""

    async def tell(now: datetime) -> None:
        told = await teller.tell(now=now, stopping=stopping)
        if told != Told():
            log.info("Messages", written=told.written, planned=told.planned, mailed=told.mailed)

    await in_turn_by_the_clock(teller.database, url, ONE_TELLS, tell, stopping, every=every)
