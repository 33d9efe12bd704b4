"""All members looked at again, in chunks that resume where they broke off; and what nobody looked at in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from domain.ids import TierProgrammeId, new_id
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from domain.tiers.models import TierRun
from domain.tiers.queries import live_programme, programmes
from domain.tiers.terms import Measure

CHUNK = 5_000
OVERLAP = timedelta(minutes=2)
"""Postings that were written by an instant may become visible so much later."""

_MEET = text("SELECT count(*) FROM meet_tiers(CAST(:programmes AS uuid[]), CAST(:wallets AS uuid[]), :at)")
_WALLETS = text("""
    SELECT DISTINCT m.wallet_id FROM member m
    WHERE m.status = 'ACTIVE' AND (CAST(:upto AS uuid) IS NULL OR m.wallet_id > CAST(:upto AS uuid))
    ORDER BY m.wallet_id LIMIT :most
""")
_WALLETS_KNOWN = text("""
    SELECT DISTINCT l.wallet_id FROM link l
    WHERE l.partner_id = :owner AND (CAST(:upto AS uuid) IS NULL OR l.wallet_id > CAST(:upto AS uuid))
    ORDER BY l.wallet_id LIMIT :most
""")
_ALL = text("SELECT count(DISTINCT m.wallet_id) FROM member m WHERE m.status = 'ACTIVE'")
_ALL_KNOWN = text("SELECT count(DISTINCT l.wallet_id) FROM link l WHERE l.partner_id = :owner")
_HELD = text("SELECT upto FROM tier_run WHERE run_id = :run AND finished_at IS NULL FOR UPDATE")
_COME = text("""
    UPDATE tier_run SET upto = :upto, wallets = wallets + :wallets, changed = changed + :changed WHERE run_id = :run
""")
_DONE = text("UPDATE tier_run SET finished_at = :now WHERE run_id = :run AND finished_at IS NULL")
_OVERDUE = text("""
    SELECT s.programme_id, s.wallet_id FROM tier_standing s
    JOIN tier_programme p ON p.programme_id = s.programme_id AND p.state = 'LIVE'
    WHERE s.due_at <= :now ORDER BY s.due_at LIMIT :most
""")
_MISSED = text("""
    SELECT DISTINCT p.programme_id, e.wallet_id FROM entry e
    JOIN tier_programme p ON p.programme_id = ANY (CAST(:programmes AS uuid[]))
        AND (p.partner_id IS NULL OR p.partner_id = e.partner_id)
    WHERE e.posted_at > :since AND e.posted_at <= :now AND e.kind IN ('PURCHASE', 'RETURN', 'ACTION')
        AND NOT EXISTS (SELECT FROM tier_standing s
            WHERE s.wallet_id = e.wallet_id AND s.programme_id = p.programme_id AND s.looked_at >= e.posted_at)
""")
_WATCHED = text("SELECT watched_until FROM tier_watch")
_WATCH = text("""
    INSERT INTO tier_watch (single, watched_until) VALUES (true, :now)
    ON CONFLICT (single) DO UPDATE SET watched_until = greatest(tier_watch.watched_until, EXCLUDED.watched_until)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Come:
    """How far a run has come."""

    run_id: UUID
    programme_id: TierProgrammeId
    version: int
    wallets: int
    """Looked at so far."""
    changed: int
    """Standings that changed."""
    finished: bool


async def begin(session: WriteSession, programme_id: TierProgrammeId, *, now: datetime) -> Come:
    """Begin to look at all members again, or go on with what broke off; with the coalition's sight.

    Raises: TierProgrammeNotFound, TierProgrammeNotLive.
    """
    programme, version = await live_programme(session, programme_id, at=now)
    under_way = await _under_way(session, programme_id)
    if under_way is not None and under_way.version == version.version:
        return under_way
    if under_way is not None:  # of a version that is not in force any more: what it has not come to, this one does
        await session.execute(_DONE, {"run": under_way.run_id, "now": now})
    run = TierRun(
        run_id=new_id(),
        programme_id=programme_id,
        version=version.version,
        partner_id=programme.owner,
        at=now,
        wallets=0,
        changed=0,
    )
    session.add(run)
    await session.flush()
    return _come(run)


async def go_on(session: WriteSession, run: Come, *, now: datetime, most: int = CHUNK) -> Come:
    """Look at the next wallets of a run; how far it has come is kept in the transaction that keeps what it found."""
    held = (await session.execute(_HELD, {"run": run.run_id})).one_or_none()
    if held is not None:
        row = await session.get(TierRun, run.run_id, populate_existing=True)
        assert row is not None
        statement = _WALLETS if row.partner_id is None else _WALLETS_KNOWN
        named = {"upto": held.upto, "most": most}
        named |= {} if row.partner_id is None else {"owner": row.partner_id}
        wallets = list(await session.scalars(statement, named))
        if wallets:
            looked = {"programmes": [run.programme_id], "wallets": wallets, "at": now}
            changed = await session.scalar(_MEET, looked)
            said = {"run": run.run_id, "upto": wallets[-1], "wallets": len(wallets), "changed": changed}
            await session.execute(_COME, said)
        if len(wallets) < most:
            await session.execute(_DONE, {"run": run.run_id, "now": now})
    row = await session.get(TierRun, run.run_id, populate_existing=True)
    assert row is not None
    return _come(row)


async def whole(session: ReadSession, programme_id: TierProgrammeId) -> int:
    """How many wallets a run looks at in all; with the coalition's sight."""
    [programme] = [one for one in await programmes(session, ended=True) if one.programme_id == programme_id]
    if programme.owner is None:
        return int(await session.scalar(_ALL) or 0)
    return int(await session.scalar(_ALL_KNOWN, {"owner": programme.owner}) or 0)


async def runs_due(session: ReadSession, *, now: datetime) -> list[TierProgrammeId]:
    """Programmes of whose version in force not all members were looked at yet; with the coalition's sight."""
    due = []
    for programme in await programmes(session):
        version = programme.in_force(now)
        if version is None:
            continue
        done = await session.scalar(
            select(TierRun.run_id).where(
                col(TierRun.programme_id) == programme.programme_id,
                col(TierRun.version) == version.version,
                col(TierRun.finished_at).is_not(None),
                concerning(sight_of(session), col(TierRun.partner_id)),
            )
        )
        if done is None:
            due.append(programme.programme_id)
    return due


@dataclass(frozen=True, slots=True)
class Left:
    """Wallets that nobody looked at, by programme."""

    wallets: dict[TierProgrammeId, list[UUID]]

    def __bool__(self) -> bool:
        return bool(self.wallets)


async def overdue(session: ReadSession, *, now: datetime, most: int = CHUNK) -> Left:
    """Standings whose term has ended; with the coalition's sight."""
    rows = await session.execute(_OVERDUE, {"now": now, "most": most})
    return _left([(row.programme_id, row.wallet_id) for row in rows])


async def missed(session: ReadSession, *, now: datetime) -> Left:
    """Wallets in which something was posted and nobody looked since, as after a crash; with the coalition's sight."""
    counting = [
        one.programme_id
        for one in await programmes(session)
        if (version := one.in_force(now)) is not None and version.terms.measure is not Measure.INVITATION
    ]
    since = await session.scalar(_WATCHED)
    if not counting or since is None:
        return Left({})
    rows = await session.execute(_MISSED, {"programmes": counting, "since": since - OVERLAP, "now": now})
    return _left([(row.programme_id, row.wallet_id) for row in rows])


async def watched(session: WriteSession, *, now: datetime) -> None:
    """All that was posted until now was looked at."""
    await session.execute(_WATCH, {"now": now})


async def look(session: WriteSession, programme_id: TierProgrammeId, wallets: Sequence[UUID], *, now: datetime) -> int:
    """Look again at wallets; how many standings changed."""
    named = {"programmes": [programme_id], "wallets": sorted(wallets), "at": now}
    return int(await session.scalar(_MEET, named) or 0)


async def _under_way(session: ReadSession, programme_id: TierProgrammeId) -> Come | None:
    row = await session.scalar(
        select(TierRun)
        .where(col(TierRun.programme_id) == programme_id, col(TierRun.finished_at).is_(None))
        .where(concerning(sight_of(session), col(TierRun.partner_id)))
    )
    return None if row is None else _come(row)


def _come(row: TierRun) -> Come:
    return Come(
        run_id=row.run_id,
        programme_id=TierProgrammeId(row.programme_id),
        version=row.version,
        wallets=row.wallets,
        changed=row.changed,
        finished=row.finished_at is not None,
    )


def _left(found: Sequence[tuple[TierProgrammeId, UUID]]) -> Left:
    wallets: dict[TierProgrammeId, list[UUID]] = {}
    for programme_id, wallet_id in dict.fromkeys(found):
        wallets.setdefault(programme_id, []).append(wallet_id)
    return Left(wallets)
