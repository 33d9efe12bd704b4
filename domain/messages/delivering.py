"""Mail on its way: planned by what members want, taken by a worker, handed over once, and tried again where it failed.

A mail is TAKEN while it is put together, and SENDING from just before it is handed over until the answer is written
down. Whose worker dies in the first is sent by another; whose worker dies in the second may have gone, so it is UNCLEAR
and not sent again: the inbox has what it would say. Leases and pauses go by the real clock (`really`), due times by the
coalition's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import CursorResult, text, update
from sqlmodel import col, select

from domain.ids import new_id
from domain.messages.models import MailState, MessageMail, MessagePolicy
from domain.messages.preferring import NIGHT, Preferences, Quiet
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, WriteSession

PLANS_AT_ONCE = 1_000
MAILS_AT_ONCE = 50
LEASE = timedelta(minutes=10)
"""A worker that took a mail longer ago has died."""
MOST_ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=24)
LONGEST_PROBLEM = 300

_TO_PLAN = text("SELECT * FROM messages_to_plan(:most)")
_PLAN = text("SELECT plan_mails(CAST(:plans AS jsonb), :now)")
_TAKE = text("""
    UPDATE message_mail m SET state = 'TAKEN', attempts = m.attempts + 1, taken_at = :really
    WHERE m.mail_id IN (SELECT d.mail_id FROM message_mail d WHERE d.state = 'WAITING' AND d.due_at <= :now
        AND (d.again_at IS NULL OR d.again_at <= :really)
        ORDER BY d.due_at, d.mail_id LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING m.mail_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A mail that a worker holds, by the number of its attempt: whoever took it later holds it instead."""

    mail_id: UUID
    attempt: int
    wallet_id: UUID | None
    member_id: UUID | None
    partner_id: UUID | None
    person_id: UUID | None
    message_id: UUID | None
    digest: bool
    made_at: datetime


async def plan(session: WriteSession, policy: MessagePolicy, *, zone: ZoneInfo, now: datetime) -> int:
    """Plan mails for messages that want one: at once, in a digest, or after quiet hours; how many messages."""
    rows = (await session.execute(_TO_PLAN, {"most": PLANS_AT_ONCE})).all()
    plans = []
    for row in rows:
        quiet = NIGHT if row.quiet_from is None else Quiet(since=row.quiet_from, until=row.quiet_until)
        wants = Preferences(digest=row.digest, quiet=quiet, time_zone=row.time_zone)
        due_at = wants.mail_at(now, zone=zone, digest_at=policy.digest_at)
        named = {"wallet_id": row.wallet_id, "message_id": row.message_id, "member_id": row.member_id}
        plans.append({**named, "mail_id": new_id(), "digest": row.digest, "due_at": due_at})
    if plans:
        await session.execute(_PLAN, {"plans": orjson.dumps(plans, default=str).decode(), "now": now})
    return len(plans)


async def take(session: WriteSession, *, now: datetime, really: datetime, most: int = MAILS_AT_ONCE) -> Sequence[Taken]:
    """Take mails that are due, each for one worker; what dead workers held comes first to its end."""
    await _recover(session, really)
    found = (await session.scalars(_TAKE, {"now": now, "really": really, "most": most})).all()
    rows = await session.scalars(
        select(MessageMail).where(col(MessageMail.mail_id).in_(found)).order_by(col(MessageMail.due_at))
    )
    return [
        Taken(
            mail_id=row.mail_id,
            attempt=row.attempts,
            wallet_id=row.wallet_id,
            member_id=row.member_id,
            partner_id=row.partner_id,
            person_id=row.person_id,
            message_id=row.message_id,
            digest=row.digest,
            made_at=row.made_at,
        )
        for row in rows
    ]


async def begin(session: WriteSession, mail: Taken, *, really: datetime) -> bool:
    """Say that a mail is being handed over, before it is; False, where another worker holds it by now."""
    return await _move(session, mail, MailState.TAKEN, state=MailState.SENDING.value, taken_at=really)


async def succeed(session: WriteSession, mail: Taken, *, really: datetime) -> bool:
    """Write down that the mail server has taken it."""
    return await _move(session, mail, MailState.SENDING, **_ended(MailState.SENT, really))


async def fail(
    session: WriteSession, mail: Taken, problem: str, *, held_as: MailState = MailState.SENDING, really: datetime
) -> bool:
    """Write down that it could not be handed over, or put together: tried again after a pause, or given up."""
    told = {"problem": problem[:LONGEST_PROBLEM]}
    if mail.attempt >= MOST_ATTEMPTS:
        return await _move(session, mail, held_as, **_ended(MailState.GIVEN_UP, really), **told)
    again = {"state": MailState.WAITING.value, "again_at": really + pause_after(mail.attempt), "taken_at": None}
    return await _move(session, mail, held_as, **again, **told)


async def refuse(session: WriteSession, mail: Taken, problem: str, *, really: datetime) -> bool:
    """Write down that the mail server refuses the address for good."""
    told = {"problem": problem[:LONGEST_PROBLEM]}
    return await _move(session, mail, MailState.SENDING, **_ended(MailState.REFUSED, really), **told)


async def drop(session: WriteSession, mail: Taken, problem: str, *, really: datetime) -> bool:
    """End a mail that is not wanted any more, before anything was said of it."""
    return await _move(session, mail, MailState.TAKEN, **_ended(MailState.DROPPED, really), problem=problem)


async def postpone(session: WriteSession, mail: Taken, due_at: datetime) -> bool:
    """Let a mail wait after all: its member's quiet hours have come, or changed."""
    later = {"state": MailState.WAITING.value, "due_at": due_at, "taken_at": None, "attempts": mail.attempt - 1}
    return await _move(session, mail, MailState.TAKEN, **later)


def pause_after(attempt: int) -> timedelta:
    """How long to wait after so many attempts: a minute, then five times as long each time, a day at most."""
    pause: timedelta = FIRST_PAUSE * 5 ** (attempt - 1)
    return min(pause, LONGEST_PAUSE)


async def outbox(session: ReadSession, request: PageRequest, *, state: MailState | None = None) -> Page[MessageMail]:
    """Mails, the newest first; with the coalition's sight."""
    made, key = col(MessageMail.made_at), col(MessageMail.mail_id)
    found = select(MessageMail)
    if state is not None:
        found = found.where(col(MessageMail.state) == state.value)
    if request.after is not None:
        at, last = request.after
        found = found.where((made < at) | (made == at) & (key < last))
    rows = await session.scalars(found.order_by(made.desc(), key.desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda row: (row.made_at, row.mail_id))


async def _recover(session: WriteSession, really: datetime) -> None:
    dead = col(MessageMail.taken_at) <= really - LEASE
    state = col(MessageMail.state)
    back = update(MessageMail).where(state == MailState.TAKEN.value, dead)
    await session.execute(back.values(state=MailState.WAITING.value, taken_at=None))
    unclear = update(MessageMail).where(state == MailState.SENDING.value, dead)
    problem = "the worker died while it handed it over"
    await session.execute(unclear.values(**_ended(MailState.UNCLEAR, really), problem=problem))


def _ended(state: MailState, really: datetime) -> dict[str, object]:
    return {"state": state.value, "finished_at": really}


async def _move(session: WriteSession, mail: Taken, held_as: MailState, **changes: object) -> bool:
    moved = await session.execute(
        update(MessageMail)
        .where(
            col(MessageMail.mail_id) == mail.mail_id,
            col(MessageMail.state) == held_as.value,
            col(MessageMail.attempts) == mail.attempt,
        )
        .values(**changes)
    )
    assert isinstance(moved, CursorResult)
    return bool(moved.rowcount)
