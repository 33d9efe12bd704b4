"""Deliveries in turn: a sender takes a lane's lease, sends with no transaction open, and writes what came of it.

`now` is the real time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from domain.events.models import Event
from domain.ids import ClientId, OutletId, PartnerId
from domain.storage import WriteSession
from partners.scopes import ceiling, known
from partners.viewer import Viewer
from partners.webhooks import viewing
from partners.webhooks.models import DeliveryState, WebhookState, message_id
from partners.webhooks.pace import Pace

EACH = 8
"""How many messages are under way to one webhook at most, from all workers together."""

KEPT_FOR = timedelta(days=30)
"""How long a delivery may wait, and how long it can be looked at afterwards."""
KEPT_CHARACTERS = 500
"""How much of an answer is kept."""

_GONE = 410
_OPEN = text("""
    SELECT w.webhook_id FROM webhook w
    WHERE w.state = 'ACTIVE' AND w.removed_at IS NULL AND (w.resting_until IS NULL OR w.resting_until <= :now)
        AND EXISTS (SELECT FROM webhook_lane l WHERE l.webhook_id = w.webhook_id AND l.waiting > 0 AND l.due_at <= :now
            AND (l.leased_until IS NULL OR l.leased_until <= :now))
    FOR NO KEY UPDATE SKIP LOCKED
""")
# In a statement after the lock, so that it sees every lease that others took under it.
_LEASE = text("""
    WITH open AS (
        SELECT w.webhook_id, CASE WHEN w.failures >= CAST(:weary AS integer) THEN 1 ELSE CAST(:each AS integer) END
            - (SELECT count(*) FROM webhook_lane b WHERE b.webhook_id = w.webhook_id AND b.leased_until > :now) AS room
        FROM webhook w WHERE w.webhook_id = ANY (:open)
    ), due AS (
        SELECT l.webhook_id, l.lane, row_number() OVER (PARTITION BY l.webhook_id ORDER BY l.due_at) AS turn, l.due_at
        FROM open CROSS JOIN LATERAL (
            SELECT b.webhook_id, b.lane, b.due_at FROM webhook_lane b
            WHERE b.webhook_id = open.webhook_id AND b.waiting > 0 AND b.due_at <= :now
                AND (b.leased_until IS NULL OR b.leased_until <= :now)
            ORDER BY b.due_at LIMIT GREATEST(open.room, 0) FOR UPDATE SKIP LOCKED
        ) l
    ), turns AS (SELECT webhook_id, lane FROM due ORDER BY turn, due_at LIMIT :most)
    UPDATE webhook_lane l SET lease = gen_random_uuid(), leased_until = CAST(:until AS timestamptz) FROM turns
    WHERE l.webhook_id = turns.webhook_id AND l.lane = turns.lane
    RETURNING l.lease
""")
# Once more in a statement of its own: what another sender finished before its lease ended is not sent again.
_FIRST = text("""
    SELECT l.lease, l.lane, l.leased_until, d.delivery_id, d.position, d.kind, d.attempts, d.created_at,
        w.webhook_id, w.partner_id, w.client_id, w.url, w.document, w.kinds, w.failures, w.sealed_secret,
        CASE WHEN w.previous_until > :now THEN w.sealed_previous END AS sealed_previous,
        c.scopes, c.outlet_id, c.revoked_at IS NOT NULL AS revoked, p.status = 'CLOSED' AS closed,
        (SELECT s.sandbox FROM coalition s) AS sandbox,
        (SELECT m.scopes FROM partner_ceiling m WHERE m.partner_id = w.partner_id) AS ceiling
    FROM webhook_lane l
    JOIN webhook w USING (webhook_id) JOIN client c USING (client_id) JOIN partner p ON p.partner_id = w.partner_id
    CROSS JOIN LATERAL (SELECT * FROM webhook_delivery f WHERE f.webhook_id = l.webhook_id AND f.lane = l.lane
        AND f.state = 'WAITING' ORDER BY f.place LIMIT 1) d
    WHERE l.lease = ANY (:leases)
""")
_WRITE_DOWN = text("""
    WITH held AS (
        UPDATE webhook_lane SET lease = NULL, leased_until = NULL, due_at = CAST(:due_at AS timestamptz),
            waiting = waiting - CAST(:ended AS integer)
        WHERE webhook_id = :webhook_id AND lane = :lane AND lease = :lease
        RETURNING webhook_id
    ), moved AS (
        UPDATE webhook_delivery d SET state = :state, attempts = d.attempts + CAST(:tried AS integer),
            finished_at = CAST(:finished_at AS timestamptz)
        FROM held WHERE d.delivery_id = :delivery_id
        RETURNING d.delivery_id, d.partner_id, d.attempts
    ), noted AS (
        INSERT INTO webhook_attempt (delivery_id, number, partner_id, started_at, milliseconds, status, answer, problem)
        SELECT delivery_id, attempts, partner_id, CAST(:started_at AS timestamptz), CAST(:milliseconds AS integer),
            CAST(:status AS integer), CAST(:answer AS text), CAST(:problem AS text)
        FROM moved WHERE CAST(:tried AS integer) = 1
    )
    SELECT count(*) FROM held
""")
_RECOVERED = text("""
    UPDATE webhook SET failures = 0, failing_since = NULL, resting_until = NULL
    WHERE webhook_id = :webhook_id AND failures > 0
""")
_FAILED = text("""
    UPDATE webhook SET failures = failures + 1, failing_since = COALESCE(failing_since, CAST(:now AS timestamptz)),
        resting_until = CASE WHEN failures + 1 >= CAST(:weary AS integer)
            THEN CAST(:now AS timestamptz) + LEAST(CAST(:longest_rest AS interval),
                CAST(:rest AS interval) * 2 ^ LEAST(failures + 1 - CAST(:weary AS integer), 10)) END
    WHERE webhook_id = :webhook_id
    RETURNING failing_since
""")
_STOPPED = text("""
    UPDATE webhook SET state = :state, reason = :reason WHERE webhook_id = :webhook_id AND state = 'ACTIVE'
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery whose turn it is, the lease to send it under, and the webhook as it is at this moment."""

    lease: UUID
    lane: UUID
    leased_until: datetime
    delivery_id: UUID
    position: int
    event: Event | None
    """What happened; None, if it was forgotten."""
    kind: str
    attempts: int
    created_at: datetime
    webhook_id: UUID
    partner_id: PartnerId
    client_id: ClientId
    url: str
    document: str
    kinds: list[str] | None
    failures: int
    sealed_secret: bytes = field(repr=False)
    sealed_previous: bytes | None = field(repr=False)
    """The secret before, while its grace lasts."""
    scopes: list[str]
    outlet_id: OutletId | None
    sandbox: bool
    revoked: bool
    closed: bool
    ceiling: list[str] | None

    @property
    def message_id(self) -> str:
        """What names the message, at every attempt the same."""
        return message_id(self.delivery_id)

    @property
    def viewer(self) -> Viewer:
        """With whose eyes the event is looked at: the client's, as far as its ceilings let it see at this moment."""
        own = known(self.ceiling) if self.ceiling is not None else None
        return viewing.as_client(
            partner_id=self.partner_id,
            client_id=self.client_id,
            outlet_id=self.outlet_id,
            scopes=known(self.scopes) & ceiling(of_partner=True, partners_own=own),
            sandbox=self.sandbox,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt went: the endpoint's answer, or why there was none."""

    started_at: datetime
    milliseconds: int
    status: int | None = None
    answer: str | None = None
    problem: str | None = None
    wait: timedelta | None = None
    """What the endpoint asked for by Retry-After."""

    @property
    def succeeded(self) -> bool:
        """Whether the endpoint has taken the message: nothing but a status from 200 to 299 says so."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004

    @property
    def said(self) -> str:
        """The outcome in words."""
        return f"HTTP {self.status}" if self.status is not None else self.problem or "no answer"


async def claim(session: WriteSession, *, most: int, pace: Pace, now: datetime) -> list[Due]:
    """Take the leases of lanes whose turn it is, no webhook's beyond its bound; the coalition's eyes are needed.

    The transaction has to be READ COMMITTED: each statement sees what was committed before it.
    """
    found = (await session.execute(_OPEN, {"now": now})).scalars().all()
    if not found:
        return []
    bounds = {"open": list(found), "each": EACH, "weary": pace.weary, "most": most}
    leases = (await session.execute(_LEASE, {"now": now, "until": now + pace.lease, **bounds})).scalars().all()
    rows = (await session.execute(_FIRST, {"now": now, "leases": list(leases)})).mappings().all()
    found_events = await session.scalars(
        select(Event).where(col(Event.position).in_([row["position"] for row in rows]))
    )
    events = {(event.partner_id, event.position): event for event in found_events}
    return [Due(**row, event=events.get((row["partner_id"], row["position"]))) for row in rows]


async def succeed(session: WriteSession, due: Due, outcome: Outcome, *, now: datetime) -> bool:
    """Write a success down, so that the next of its lane may follow; False, if the lease was lost meanwhile."""
    held = await _write_down(session, due, outcome, state=DeliveryState.DELIVERED, due_at=now, now=now)
    if held and due.failures:
        await session.execute(_RECOVERED, {"webhook_id": due.webhook_id})
    return held


async def fail(session: WriteSession, due: Due, outcome: Outcome, *, pace: Pace, chance: float, now: datetime) -> bool:
    """Write a failure down: tried again later, or given up after the last retry. `chance` is from 0 to 1.

    After several failures in a row the webhook rests, after days of them it is FAILING; an answer of 410 pauses it.
    """
    later = pace.retry_at(due.attempts + 1, asked=outcome.wait, chance=chance, now=now)
    state = DeliveryState.GIVEN_UP if later is None else DeliveryState.WAITING
    if not await _write_down(session, due, outcome, state=state, due_at=later or now, now=now):
        return False
    rests = {"weary": pace.weary, "rest": pace.rest, "longest_rest": pace.longest_rest}
    since = await session.scalar(_FAILED, {"webhook_id": due.webhook_id, "now": now, **rests})
    if outcome.status == _GONE:
        await stop(session, due, WebhookState.PAUSED, "The endpoint answered HTTP 410: it is gone for good.")
    elif since is not None and since <= now - pace.patience:
        told = f"For {pace.patience.days} days nothing could be delivered. The last attempt: {outcome.said}."
        await stop(session, due, WebhookState.FAILING, told)
    return True


async def stop(session: WriteSession, due: Due, state: WebhookState, reason: str) -> None:
    """Let what happens wait until somebody resumes the webhook."""
    await session.execute(_STOPPED, {"webhook_id": due.webhook_id, "state": state.value, "reason": reason})


async def drop(session: WriteSession, due: Due, state: DeliveryState, *, now: datetime) -> bool:
    """End a delivery without sending it: nobody wants it any more, or it waited too long."""
    return await _write_down(session, due, None, state=state, due_at=now, now=now)


async def give_back(session: WriteSession, due: Due, *, again_at: datetime, now: datetime) -> bool:
    """Give a lane back as it was: it was not the endpoint that failed."""
    return await _write_down(session, due, None, state=DeliveryState.WAITING, due_at=again_at, now=now)


async def _write_down(
    session: WriteSession, due: Due, outcome: Outcome | None, *, state: DeliveryState, due_at: datetime, now: datetime
) -> bool:
    """What became of a delivery, in one statement, under its lease; False, if another holds the lane by now."""
    ended = state is not DeliveryState.WAITING
    said = {
        "webhook_id": due.webhook_id,
        "lane": due.lane,
        "lease": due.lease,
        "delivery_id": due.delivery_id,
        "state": state.value,
        "ended": int(ended),
        "tried": int(outcome is not None),
        "due_at": due_at,
        "finished_at": now if ended else None,
        "started_at": outcome.started_at if outcome else now,
        "milliseconds": outcome.milliseconds if outcome else 0,
        "status": outcome.status if outcome else None,
        "answer": outcome.answer if outcome else None,
        "problem": outcome.problem if outcome else None,
    }
    return bool(await session.scalar(_WRITE_DOWN, said))
