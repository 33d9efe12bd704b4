"""Messages from what happened, and from looks ahead: written in steps, each a transaction, whoever dies in between.

What happened leaves a cue in its own transaction; a step takes cues and writes messages in one transaction, so nothing
is told twice and nothing is missed. What is older than a few days is told to nobody: a replay floods no inbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.errors import InvalidValue
from domain.messages.models import MessageCue, MessageLook, MessageMail, MessagePolicy, PartnerMessage
from domain.storage import ReadSession, WriteSession

CUES_AT_ONCE = 1_000
WALLETS_AT_ONCE = 1_000
STALE_AFTER = timedelta(days=3)
"""What happened longer ago is no news: by the coalition's clock."""
BEGINNING = UUID(int=0)
MOST_AHEAD, LONGEST_AHEAD = 5, 365
BOUNDS = {"marketing_most": (0, 100), "marketing_days": (1, 365), "kept_days": (30, 3650)}

_WRITE = text("SELECT taken, written FROM write_messages(:most, :since, :now)")
_LOOK_ON = text("SELECT wallets, written FROM look_on(:most, :now)")
_LOOK_CUES = text(
    "DELETE FROM message_cue WHERE cue_id IN (SELECT cue_id FROM message_cue WHERE kind = 'LOOK' ORDER BY cue_id"
    " LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING partner_id, subject_id, detail, occurred_at"
)
_FORGET = text("SELECT forget_messages(:before, :most)")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did."""

    taken: int
    """Cues or wallets it came by; none: there is nothing more for now."""
    written: int


async def policy_of(session: ReadSession) -> MessagePolicy:
    """How the programme writes to members; with the coalition's sight."""
    return (await session.scalars(select(MessagePolicy))).one()


async def change_policy(session: WriteSession, policy: MessagePolicy, changes: Mapping[str, Any]) -> MessagePolicy:
    """Write to members in another manner from now on. Raises: InvalidValue."""
    ahead = changes.get("days_ahead", policy.days_ahead)
    if len(ahead) > MOST_AHEAD or any(not 1 <= days <= LONGEST_AHEAD for days in ahead):
        raise InvalidValue(f"at most {MOST_AHEAD} times, 1 to {LONGEST_AHEAD} days ahead", path=("days_ahead",))
    for part, (least, most) in BOUNDS.items():
        if not least <= changes.get(part, least) <= most:
            raise InvalidValue(f"it is {least} to {most}", path=(part,))
    for part, value in changes.items():
        setattr(policy, part, value)
    session.add(policy)
    return policy


async def write(session: WriteSession, *, since: datetime | None = None, now: datetime) -> Step:
    """Tell members of what happened, one step: what is older than `since` goes untold."""
    said = {"most": CUES_AT_ONCE, "since": since or now - STALE_AFTER, "now": now}
    row = (await session.execute(_WRITE, said)).one()
    return Step(row.taken, row.written)


async def begin_looks(session: WriteSession, *, zone: ZoneInfo, now: datetime) -> int:
    """Begin what is to be looked at over many wallets: points that end, once a day; news for all who know a partner."""
    policy = await policy_of(session)
    today = now.astimezone(zone).date()
    looks: list[dict[str, Any]] = [
        {"kind": "EXPIRING", "subject": f"{days}/{today}", "days": days, "partner_id": None}
        for days in sorted(policy.days_ahead)
    ]
    if policy.days_ahead:
        shortest = min(policy.days_ahead)
        looks.append({"kind": "VOUCHERS", "subject": str(today), "days": shortest, "partner_id": None})
    for cue in await session.execute(_LOOK_CUES, {"most": CUES_AT_ONCE}):
        if cue.occurred_at >= now - STALE_AFTER:
            told = {"kind": cue.detail, "subject": str(cue.subject_id), "partner_id": cue.partner_id, "days": None}
            looks.append(told)
    if not looks:
        return 0
    rows = [{**look, "looks_at": now, "after": BEGINNING, "written": 0} for look in looks]
    begun = await session.scalars(
        insert(MessageLook).on_conflict_do_nothing().returning(col(MessageLook.subject)), rows
    )
    return len(begun.all())


async def look_on(session: WriteSession, *, now: datetime) -> Step | None:
    """One step of a look that is not through; None, when none is open."""
    row = (await session.execute(_LOOK_ON, {"most": WALLETS_AT_ONCE, "now": now})).one_or_none()
    return None if row is None else Step(row.wallets, row.written)


async def forget(session: WriteSession, *, now: datetime) -> int:
    """Forget messages that are older than an inbox keeps them, one step; with mails, looks and news for people."""
    policy = await policy_of(session)
    before = now - timedelta(days=policy.kept_days)
    await session.execute(delete(MessageLook).where(col(MessageLook.finished_at) < before))
    ended = col(MessageMail.finished_at).is_not(None)
    await session.execute(delete(MessageMail).where(col(MessageMail.made_at) < before, ended))
    await session.execute(delete(PartnerMessage).where(col(PartnerMessage.written_at) < before))
    return await session.scalar(_FORGET, {"before": before, "most": WALLETS_AT_ONCE}) or 0


async def waiting(session: ReadSession) -> int:
    """How many cues nobody has looked at; with the coalition's sight."""
    return len((await session.scalars(select(MessageCue.cue_id).limit(CUES_AT_ONCE))).all())
