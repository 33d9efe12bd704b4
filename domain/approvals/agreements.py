"""What waits for a partner to agree to paying: drafts of others, of every sort that has sponsors, the oldest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import literal, select
from sqlalchemy.orm import aliased
from sqlmodel import col

import domain.activities.managing
import domain.bonuses.managing
import domain.earning.managing
import domain.rewards.managing
import domain.trade_ins.managing
import domain.vouchers.managing
from domain.approvals.waiting import MOST
from domain.coalition.founding import coalition_of
from domain.ids import PartnerId
from domain.storage import ReadSession, sight_of
from domain.versions import DRAFT, Life, Version


class AgreementKind(StrEnum):
    """What a partner is asked to pay a share of, or to let count at its tills."""

    CAMPAIGN = "CAMPAIGN"
    """What purchases and acts give."""
    REWARD = "REWARD"
    """What points are had for."""
    COUPON = "COUPON"
    """What vouchers take off."""
    ACTIVITY = "ACTIVITY"
    """A joint activity, whose costs are shared."""
    BONUS_SCHEME = "BONUS_SCHEME"
    """What firms get for their turnover."""
    TRADE_IN_SCHEME = "TRADE_IN_SCHEME"
    """What is given for things that are handed in."""


Period = tuple[datetime | date | None, datetime | date | None]


def _instants(terms: Any) -> Period:
    return terms.starts_at, terms.ends_at


def _days(terms: Any) -> Period:
    return terms.starts_on, terms.ends_on


def _always(_: Any) -> Period:
    return None, None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sort:
    """One sort of what partners pay for together."""

    life: Life[Any]
    payers: str = "sponsors"
    """The column that names them, and where they agree without paying those as well."""
    period: Callable[[Any], Period] = _instants


_SORTS: dict[AgreementKind, _Sort] = {
    AgreementKind.CAMPAIGN: _Sort(life=domain.earning.managing.LIFE),
    AgreementKind.REWARD: _Sort(life=domain.rewards.managing.LIFE),
    AgreementKind.COUPON: _Sort(life=domain.vouchers.managing.LIFE),
    AgreementKind.ACTIVITY: _Sort(life=domain.activities.managing.LIFE),
    AgreementKind.BONUS_SCHEME: _Sort(life=domain.bonuses.managing.LIFE, payers="parties", period=_days),
    AgreementKind.TRADE_IN_SCHEME: _Sort(life=domain.trade_ins.managing.LIFE, period=_always),
}
"""Every sort whose versions wait for others; claims and trials are paid by their owner alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementAsked:
    """A draft that can go live only once the viewer has agreed to its terms."""

    kind: AgreementKind
    subject_id: UUID
    """The campaign, reward, coupon, activity or scheme."""
    name: str
    owner_id: PartnerId
    """Who drafted it."""
    starts_at: datetime | None
    ends_at: datetime | None
    fingerprint: bytes
    """Of the terms as they are now; agreeing names it."""
    asked_at: datetime
    """When this version was drafted."""


async def asked_of(session: ReadSession) -> list[AgreementAsked]:
    """What others have drafted and the viewing partner is to agree to, the oldest first; nothing for who is no partner.

    A draft whose terms change is asked anew, whatever was agreed to before.
    """
    partner_id = sight_of(session).partner_id
    if partner_id is None:
        return []
    zone = ZoneInfo((await coalition_of(session)).time_zone)
    found = [
        _asked(kind, version, row, zone)
        for kind, sort in _SORTS.items()
        for version, row in await _drafts(session, sort, PartnerId(partner_id))
    ]
    return sorted(found, key=lambda one: (one.asked_at, one.subject_id))[:MOST]


async def former(session: ReadSession, kind: AgreementKind, subject_id: UUID) -> Version | None:
    """The version that is live, or was last, before the draft of something; None where the viewer may see none."""
    versions = await _SORTS[kind].life.versions_of(session, subject_id)
    lived = [one for one in versions[:-1] if one.live_from is not None]
    return lived[-1] if lived and versions[-1].state == DRAFT else None


async def _drafts(session: ReadSession, sort: _Sort, partner_id: PartnerId) -> list[tuple[Version, Any]]:
    row, agreement, key = _columns_of(sort.life)
    later = aliased(row)
    known = col(getattr(row, key))
    agreed = select(literal(1)).where(
        col(getattr(agreement, key)) == known,
        col(agreement.partner_id) == partner_id,
        col(agreement.fingerprint) == col(row.fingerprint),
    )
    followed = select(literal(1)).where(getattr(later, key) == known, later.version > row.version)
    query = (
        select(row)
        .where(
            col(row.state) == DRAFT,
            col(getattr(row, sort.payers)).contains([partner_id]),
            col(row.partner_id) != partner_id,
            ~agreed.exists(),
            ~followed.exists(),
        )
        .order_by(col(row.created_at), known)
        .limit(MOST)
    )
    read = [(sort.life.read(one), one) for one in await session.scalars(query)]
    return [(version, one) for version, one in read if partner_id in version.terms.funders]


def _columns_of(life: Life[Any]) -> tuple[Any, Any, str]:
    assert life.agreement is not None, "a sort without agreements asks nobody"
    return life.row, life.agreement, life.key


def _asked(kind: AgreementKind, version: Version, row: Any, zone: ZoneInfo) -> AgreementAsked:
    sort = _SORTS[kind]
    starts, ends = sort.period(version.terms)
    return AgreementAsked(
        kind=kind,
        subject_id=getattr(row, sort.life.key),
        name=row.name,
        owner_id=PartnerId(row.partner_id),
        starts_at=_instant(starts, zone),
        ends_at=_instant(ends, zone),
        fingerprint=version.terms.fingerprint(),
        asked_at=row.created_at,
    )


def _instant(moment: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    """A day is as long as it is where the coalition is."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), zone)
