"""Sends what waits for webhooks: a bounded number at once, each rendered and signed as it goes out."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from domain.events.models import Told
from domain.storage import COALITION, Database, ReadSession, WriteSession
from hansa.clocks import CoalitionClock
from hansa.turns import LOST
from partners.errors import AddressRefused
from partners.fetching import Answer, Bounds, FetchFailed, Outbound
from partners.keys import Keys
from partners.webhooks import delivering, signing, viewing
from partners.webhooks.delivering import KEPT_CHARACTERS, KEPT_FOR, Due, Outcome
from partners.webhooks.models import DeliveryState, WebhookState
from partners.webhooks.pace import USUAL, Pace
from resolvers.context import Context
from schema.documents import Rejected
from schema.execution import Engine
from schema.payloads import Payload, rendered, withheld

AT_ONCE = 32
"""How many messages one worker has under way at most."""
EVERY = timedelta(seconds=0.5)
"""How often a worker looks whether anybody's turn has come."""
GATHERING = timedelta(milliseconds=10)
"""How long to wait for others that end at about the same time: one look then begins several."""
LONGEST_FAULT = timedelta(hours=1)
"""After so long a message is sent with the error in it."""
AGENT = "Hansa-Webhooks/1"

log = structlog.get_logger("hansa.webhooks")


@dataclass(kw_only=True)
class Courier:
    """One worker's deliveries."""

    database: Database
    engine: Engine
    outbound: Outbound
    keys: Keys
    coalition_clock: CoalitionClock
    clock: Callable[[], datetime]
    """The real time."""
    pace: Pace = USUAL
    at_once: int = AT_ONCE
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    """Rung when something may be due before the next look."""
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def hears(self, *, now: bool) -> None:  # noqa: ARG002 - it looks by itself as well, so nothing is missed
        """Somebody tells of events, or no longer."""
        self.bell.set()

    def ring(self, partners: Iterable[UUID] | None) -> None:  # noqa: ARG002 - whoever it is, somebody's turn has come
        """Something happened, so something may be due."""
        self.bell.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop; what is under way is finished first."""
        try:
            while not stopping.is_set():
                self.bell.clear()
                taken = await self._take()
                if not taken or len(self._under_way) >= self.at_once:
                    await self._until_something_happens(stopping)
        finally:
            if self._under_way:
                await asyncio.wait(self._under_way)

    async def _take(self) -> int:
        """Begin as many deliveries as there is room for; how many were begun."""
        room = self.at_once - len(self._under_way)
        try:
            await self.coalition_clock.look()
            async with self._transaction() as session:
                found = await delivering.claim(session, most=room, pace=self.pace, now=self.clock())
        except LOST as problem:
            log.warning("The database does not answer; trying again", problem=repr(problem))
            return 0
        for due in found:
            task = asyncio.create_task(self._delivered(due))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return len(found)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.bell.set()
        if not task.cancelled() and (problem := task.exception()) is not None:
            # The lease runs out, and somebody tries again.
            log.error("A delivery broke off", problem=repr(problem))

    async def _until_something_happens(self, stopping: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(one.wait()) for one in (self.bell, stopping)]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait(waiting, timeout=EVERY.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        if self._under_way:
            await asyncio.sleep(GATHERING.total_seconds())

    async def _delivered(self, due: Due) -> None:
        """One delivery, to its success, its next attempt or its end."""
        now = self.clock()
        if due.revoked or due.closed:
            reason = "The client it acts as was revoked." if due.revoked else "The partner has left."
            await self._stopped(due, reason)
        elif now - due.created_at > KEPT_FOR:
            await self._dropped(due, DeliveryState.GIVEN_UP)
        else:
            await self._sent(due)

    async def _sent(self, due: Due) -> None:
        try:
            async with asyncio.timeout(self.pace.rendering.total_seconds()):
                payload = await self.payload(due)
        except Rejected as rejected:
            return await self._stopped(due, f"Its document does not fit the schema: {rejected.errors[0].message}")
        except TimeoutError:
            return await self._given_back(due)
        now = self.clock()
        if payload is None:
            return await self._dropped(due, DeliveryState.UNWANTED)
        if payload.failed and now - due.created_at < LONGEST_FAULT:
            return await self._given_back(due)
        if now + self.pace.within >= due.leased_until:
            return None  # another may send it before we are through
        outcome = await self._answer(due, payload.body, now)
        return await self._written_down(due, outcome)

    async def payload(self, due: Due) -> Payload | None:
        """The message as the webhook's client may see it at this moment; None, if there is nothing to tell."""
        viewer = due.viewer
        seen = viewing.sees(due.event, due.kinds, viewer) if due.event is not None else None
        if due.event is None or seen is None:
            return None
        if not seen.allowed:
            return withheld(seen.kind, now=self.clock())
        told = Told(due.event, seen.kind)
        context = Context(viewer=viewer, database=self.database, clock=self.coalition_clock, keys=self.keys)
        return await rendered(self.engine, due.document, told, context, request_id=due.message_id)

    async def _answer(self, due: Due, body: bytes, now: datetime) -> Outcome:
        """What the endpoint says; no transaction is open meanwhile."""
        sealed = [due.sealed_secret, *([due.sealed_previous] if due.sealed_previous else [])]
        secrets = [signing.unsealed(one, key=self.keys.webhooks, webhook_id=due.webhook_id) for one in sealed]
        headers = {
            "content-type": "application/json",
            "user-agent": AGENT,
            **signing.headers(secrets, due.message_id, body, now=now),
        }
        bounds = Bounds(within=self.pace.within, cuts=True)
        answer, problem = None, None
        try:
            answer = await self.outbound.send(
                "POST", due.url, sandbox=due.sandbox, content=body, headers=headers, bounds=bounds
            )
        except AddressRefused as refused:
            problem = refused.message
        except FetchFailed as failed:
            problem = str(failed)
        return outcome_of(answer, problem, started_at=now, ended_at=self.clock())

    async def _written_down(self, due: Due, outcome: Outcome) -> None:
        now = self.clock()
        async with self._transaction() as session:
            if outcome.succeeded:
                held = await delivering.succeed(session, due, outcome, now=now)
            else:
                chance = random.random()  # noqa: S311 - no secret
                held = await delivering.fail(session, due, outcome, pace=self.pace, chance=chance, now=now)
        if not held:
            log.warning("A delivery took longer than its lease", delivery=due.message_id, outcome=outcome.said)

    async def _stopped(self, due: Due, reason: str) -> None:
        async with self._transaction() as session:
            await delivering.stop(session, due, WebhookState.PAUSED, reason)
            await delivering.give_back(session, due, again_at=self.clock(), now=self.clock())

    async def _dropped(self, due: Due, state: DeliveryState) -> None:
        async with self._transaction() as session:
            await delivering.drop(session, due, state, now=self.clock())

    async def _given_back(self, due: Due) -> None:
        now = self.clock()
        async with self._transaction() as session:
            await delivering.give_back(session, due, again_at=now + self.pace.later, now=now)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[WriteSession]:
        async with self.database.session(COALITION) as session, session.begin():
            yield WriteSession(ReadSession(session))


def outcome_of(answer: Answer | None, problem: str | None, *, started_at: datetime, ended_at: datetime) -> Outcome:
    """An attempt as it is kept for the partner to see."""
    milliseconds = round((ended_at - started_at) / timedelta(milliseconds=1))
    if answer is None:
        return Outcome(started_at=started_at, milliseconds=milliseconds, problem=problem or "no answer")
    said = answer.content.decode("utf-8", "replace").replace("\0", "\ufffd")
    return Outcome(
        started_at=started_at,
        milliseconds=milliseconds,
        status=answer.status,
        answer=said[:KEPT_CHARACTERS],
        wait=wait_of(answer.headers.get("retry-after"), now=ended_at),
    )


def wait_of(retry_after: str | None, *, now: datetime) -> timedelta | None:
    """How long an endpoint asks to wait: seconds or a date (RFC 9110); what is neither says nothing."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return timedelta(seconds=int(retry_after[:9]))
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return max(timedelta(0), email.utils.parsedate_to_datetime(retry_after) - now)
    return None
