"""What members are told about the days of their points: partners they know that leave, and the end of the programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from domain.coalition.founding import coalition_of
from domain.storage import ReadSession

_LEAVING = text(
    "SELECT p.partner_id, p.leaves_at, p.honours_until FROM links_of(:member) l"
    " JOIN partner p ON p.partner_id = l.partner_id AND p.leaves_at IS NOT NULL AND p.honours_until > :now"
    " ORDER BY p.leaves_at, p.partner_id"
)


class NoticeKind(StrEnum):
    """What a member is told."""

    PARTNER_LEAVES = "PARTNER_LEAVES"
    """A partner that the member knows leaves; points already earned stay, and are good at the others."""
    PROGRAMME_ENDS = "PROGRAMME_ENDS"
    """The programme ends; points are to be spent by the last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Days that a member should know of."""

    kind: NoticeKind
    partner_id: UUID | None
    """Who leaves; None: the programme as a whole."""
    earning_until: datetime
    """From then on no points are earned there."""
    spending_until: datetime
    """Until then points can be spent there."""


async def notices_for(session: ReadSession, member_id: UUID, *, now: datetime) -> Sequence[Notice]:
    """What concerns a member's points now, the programme's end first; read with the member's own sight."""
    coalition = await coalition_of(session)
    told = []
    if coalition.earning_ends_at is not None and coalition.spending_ends_at is not None:
        days = (coalition.earning_ends_at, coalition.spending_ends_at)
        told.append(_notice(NoticeKind.PROGRAMME_ENDS, None, *days))
    rows = await session.execute(_LEAVING, {"member": member_id, "now": now})
    return told + [_notice(NoticeKind.PARTNER_LEAVES, row.partner_id, row.leaves_at, row.honours_until) for row in rows]


def _notice(kind: NoticeKind, partner_id: UUID | None, earning: datetime, spending: datetime) -> Notice:
    return Notice(kind=kind, partner_id=partner_id, earning_until=earning, spending_until=spending)
