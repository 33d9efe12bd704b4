"""What is owed to members, proven: cohorts against the wallets, the roll-forward, the reserve and what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlmodel import col, select

from domain.audit.findings import Finding, Wrong
from domain.ids import PartnerId
from domain.liability import cash, evaluating, rolling
from domain.liability.cohorts import PointFlow
from domain.liability.errors import LiabilityNotKnown
from domain.liability.models import ReserveFinding
from domain.liability.reading import point_book
from domain.storage import ReadSession

_STANDING = """
SELECT sponsor_id, sum(points)::bigint AS points FROM (
    SELECT sponsor_id, remaining AS points FROM lot
    UNION ALL
    SELECT sponsor_id, CASE credit WHEN 'TRANSIT' THEN points ELSE -points END FROM transfer
    WHERE kind = 'MOVE' AND 'DEBT' NOT IN (debit, credit)) standing
GROUP BY sponsor_id
"""


async def untied(session: ReadSession, *, now: datetime) -> list[Finding]:
    """All that does not tie, read with the coalition's sight in one snapshot; nothing before the first cycle."""
    try:
        flows = (await point_book(session, as_of=now, anew=True)).flows
        remembered = (await point_book(session, as_of=now)).flows
    except LiabilityNotKnown:
        return []
    astray = Counter(flows) != Counter(remembered)
    what = "what was remembered of cycles that were cut off is not what their transfers come to"
    return [
        *([Finding(wrong=Wrong.LIABILITY_DIFFERS, what=what)] if astray else []),
        *await _cohorts(session, flows),
        *_rolls(await rolling.roll_forward(session, now=now)),
        *await _account(session, now),
        *await _newest_finding(session),
    ]


async def _cohorts(session: ReadSession, flows: Iterable[PointFlow]) -> list[Finding]:
    """Sponsors whose cohorts are not what is in wallets and on the way between them."""
    counted: Counter[PartnerId] = Counter()
    for flow in flows:
        counted[flow.sponsor_id] += flow.outstanding
    there = Counter({row.sponsor_id: row.points for row in await session.execute(text(_STANDING))})
    return [
        Finding(
            wrong=Wrong.LIABILITY_DIFFERS,
            what=f"sponsor {sponsor}: cohorts come to {counted[sponsor]} points, wallets to {there[sponsor]}",
        )
        for sponsor in sorted({*counted, *there})
        if counted[sponsor] != there[sponsor]
    ]


def _rolls(rows: Iterable[rolling.RollForward]) -> list[Finding]:
    return [
        Finding(
            wrong=Wrong.ROLL_FORWARD_DIFFERS,
            what=f"cycle {row.cycle}, sponsor {row.sponsor_id}: the roll-forward is off by {row.difference:f}",
        )
        for row in rolling.untied(rows)
        if row.sponsor_id is not None
    ]


async def _account(session: ReadSession, now: datetime) -> list[Finding]:
    found = await cash.operators_account(session, as_of=now)
    if found.ties:
        return []
    what = f"settled cycles left {found.paid + found.packs} with the operator, but their parts come to another sum"
    return [Finding(wrong=Wrong.LIABILITY_DIFFERS, what=what)]


async def _newest_finding(session: ReadSession) -> list[Finding]:
    """The newest of the daily figures, figured again."""
    daily = select(ReserveFinding).where(col(ReserveFinding.day).is_not(None))
    kept = (await session.scalars(daily.order_by(col(ReserveFinding.day).desc()).limit(1))).first()
    if kept is None:
        return []
    again = evaluating.finding_of(await evaluating.position(session, as_of=kept.as_of), now=kept.found_at)
    names = ("outstanding", "need", "from_settlement", "from_account", "digest")
    wrong = [name for name in names if getattr(kept, name) != getattr(again, name)]
    what = f"the reserve's figures of {kept.day} are not what the books come to: {', '.join(wrong)}"
    return [Finding(wrong=Wrong.LIABILITY_DIFFERS, what=what)] if wrong else []
