"""Days that come round: a member's birthday, and the day it joined, each an action once a year.

A partner celebrates whom it may make offers to by what they told (consent OFFERS), while a campaign of somebody's
answers that day at it. So the day's points are earned at that partner, and paid for as the campaign says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import text

from domain.earning.acting import record_actions
from domain.earning.action_commands import RecordAction
from domain.earning.queries import campaigns_in_force
from domain.earning.tills import Caches
from domain.errors import DomainError
from domain.ids import PartnerId
from domain.ledger.posting import LARGEST_BATCH
from domain.members.models import MemberKind
from domain.members.personal_data import Sealed, unseal
from domain.members.recognition import KnownMember
from domain.storage import Database, ReadSession, Sight

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

BIRTHDAY, ANNIVERSARY = "BIRTHDAY", "ANNIVERSARY"
DAYS_BACK = 3
"""So many days are made up for when nobody looked."""

_CELEBRANTS = text("SELECT * FROM celebrants(:partner)")


async def celebrate(
    database: Database, *, caches: Caches, lookup_key: bytes, personal_key: bytes, now: datetime
) -> int:
    """Record the days that came round; how many are new. Asked again on the same day, nothing happens."""
    answering = await _answering(database.pool, now)
    done = 0
    for partner_id in sorted({partner for _, partner in answering}):
        kinds = {kind for kind, partner in answering if partner == partner_id}
        async with database.session(Sight.partner(partner_id)) as session:
            days = await _days(ReadSession(session), partner_id, kinds, personal_key, caches.zone, now)
        done += await _recorded(database.pool, days, caches, lookup_key, now)
    return done


def falls_on(day: date, month: int, day_of_month: int) -> bool:
    """Whether a yearly day falls on this one; 29 February on 1 March in years without it."""
    if (month, day_of_month) == (2, 29) and not _is_leap(day.year):
        month, day_of_month = 3, 1
    return (day.month, day.day) == (month, day_of_month)


async def _answering(pool: Pool, now: datetime) -> set[tuple[str, PartnerId]]:
    """Which of the days campaigns answer now, and at which partners."""
    found = set()
    for campaign in await campaigns_in_force(pool, now=now, reach=timedelta(days=DAYS_BACK)):
        window = campaign.window()
        if window is not None and window[0] <= now and (window[1] is None or now < window[1]):
            kinds = campaign.terms.when.triggers & {BIRTHDAY, ANNIVERSARY}
            found |= {(kind, partner) for kind in kinds for partner in campaign.terms.partners}
    return found


async def _days(
    session: ReadSession, partner_id: PartnerId, kinds: set[str], personal_key: bytes, zone: ZoneInfo, now: datetime
) -> list[RecordAction]:
    today = now.astimezone(zone).date()
    looked_at = [today - timedelta(days=back) for back in range(DAYS_BACK + 1)]
    found: list[RecordAction] = []
    for row in await session.execute(_CELEBRANTS, {"partner": partner_id}):
        member = KnownMember(
            wallet_id=row.wallet_id, member_id=row.member_id, kind=MemberKind(row.kind), pairwise_id=row.pairwise_id
        )
        told = unseal(Sealed(key=row.sealed_key, details=row.sealed), row.member_id, personal_key)
        joined = row.joined_at.astimezone(zone).date()
        for day in looked_at:
            at = now if day == today else _end_of(day, zone)
            if BIRTHDAY in kinds and told.born_on and falls_on(day, told.born_on.month, told.born_on.day):
                found.append(_day(partner_id, member, BIRTHDAY, day, at))
            years = day.year - joined.year
            if ANNIVERSARY in kinds and years > 0 and falls_on(day, joined.month, joined.day):
                found.append(_day(partner_id, member, ANNIVERSARY, day, at, years=years))
    return found


def _day(
    partner_id: PartnerId, member: KnownMember, kind: str, day: date, at: datetime, **attributes: int
) -> RecordAction:
    return RecordAction(
        partner_id=partner_id,
        member=member,
        kind=kind,
        idempotency_key=f"{kind}/{day.year}/{member.pairwise_id.hex}",
        occurred_at=at,
        dated=False,
        attributes=attributes,
    )


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return (datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(seconds=1)).astimezone(UTC)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


async def _recorded(pool: Pool, days: Sequence[RecordAction], caches: Caches, lookup_key: bytes, now: datetime) -> int:
    new = 0
    for batch in _batches(days):
        answers = await record_actions(pool, batch, caches=caches, lookup_key=lookup_key, now=now)
        new += sum(not isinstance(answer, DomainError) and not answer.replayed for answer in answers)
    return new


def _batches(days: Sequence[RecordAction]) -> Iterator[Sequence[RecordAction]]:
    for start in range(0, len(days), LARGEST_BATCH):
        yield days[start : start + LARGEST_BATCH]
