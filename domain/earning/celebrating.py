"""Days that come round: a member's birthday, and the day it joined, each an action once a year.

A partner celebrates whom it may make offers to by what they told (consent OFFERS), while a campaign of somebody's
answers that day at it. So the day's points are earned at that partner, and paid for as the campaign says. Campaigns may
open days before the day (windows.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import TypeAlias
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import text

from domain.earning.acting import givers, record_actions
from domain.earning.action_commands import RecordAction
from domain.earning.queries import campaigns_in_force
from domain.earning.terms import Campaign
from domain.earning.tills import Caches
from domain.earning.windows import BEFORE
from domain.errors import DomainError
from domain.ids import PartnerId
from domain.ledger.posting import LARGEST_BATCH
from domain.members.models import MemberKind
from domain.members.personal_data import Sealed, unseal
from domain.members.recognition import KnownMember
from domain.storage import Database, ReadSession, Sight

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Leads: TypeAlias = dict[str, set[int]]
"""Kinds of days, and how many days before them campaigns open; on the day itself always."""

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
    for partner_id, leads in sorted(answering.items()):
        async with database.session(Sight.partner(partner_id)) as session:
            days = await _days(ReadSession(session), partner_id, leads, personal_key, caches.zone, now)
        done += await _recorded(database.pool, days, caches, lookup_key, now)
    return done


def falls_on(day: date, month: int, day_of_month: int) -> bool:
    """Whether a yearly day falls on this one; 29 February on 1 March in years without it."""
    if (month, day_of_month) == (2, 29) and not _is_leap(day.year):
        month, day_of_month = 3, 1
    return (day.month, day.day) == (month, day_of_month)


async def _answering(pool: Pool, now: datetime) -> dict[PartnerId, Leads]:
    """Which of the days campaigns answer now, at which partners, and so many days before as each of them opens."""
    found: dict[PartnerId, Leads] = {}
    for campaign in await campaigns_in_force(pool, now=now, reach=timedelta(days=DAYS_BACK)):
        window, when = campaign.window(), campaign.terms.when
        if window is not None and window[0] <= now and (window[1] is None or now < window[1]):
            for kind, partner in product(when.triggers & {BIRTHDAY, ANNIVERSARY}, campaign.terms.partners):
                found.setdefault(partner, {}).setdefault(kind, {0}).add(when.days_before)
    return found


async def _days(
    session: ReadSession, partner_id: PartnerId, leads: Leads, personal_key: bytes, zone: ZoneInfo, now: datetime
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
        for seen_on, (kind, before) in product(looked_at, _opening(leads)):
            day = seen_on + timedelta(days=before)
            at = now if seen_on == today else _end_of(seen_on, zone)
            told_so = {BEFORE: before} if before else {}
            born = told.born_on if kind == BIRTHDAY else None
            if born is not None and falls_on(day, born.month, born.day):
                found.append(_day(partner_id, member, BIRTHDAY, day, at, **told_so))
            years = day.year - joined.year
            if kind == ANNIVERSARY and years > 0 and falls_on(day, joined.month, joined.day):
                found.append(_day(partner_id, member, ANNIVERSARY, day, at, years=years, **told_so))
    return found


def _opening(leads: Leads) -> list[tuple[str, int]]:
    """The kinds of days and how long before them somebody opens, the earliest first."""
    return [(kind, before) for kind in sorted(leads) for before in sorted(leads[kind], reverse=True)]


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
    """Record the days; one that is still to come only where a campaign that opens for it has something for the member.

    Whose day was celebrated before has its key used, and nothing happens: once a year, however windows move.
    """
    new = 0
    for batch in _batches(days):
        early = [one for one in batch if BEFORE in one.attributes]
        giving = await givers(pool, early, caches=caches, lookup_key=lookup_key, now=now) if early else []
        idle = {id(one) for one, campaigns in zip(early, giving, strict=True) if not _opens(one, campaigns)}
        wanted = [one for one in batch if id(one) not in idle]
        answers = await record_actions(pool, wanted, caches=caches, lookup_key=lookup_key, now=now)
        new += sum(not isinstance(answer, DomainError) and not answer.replayed for answer in answers)
    return new


def _opens(day: RecordAction, campaigns: Sequence[Campaign]) -> bool:
    before = day.attributes[BEFORE]
    assert isinstance(before, int), "it was written here"
    return any(one.terms.when.days_before >= before for one in campaigns)


def _batches(days: Sequence[RecordAction]) -> Iterator[Sequence[RecordAction]]:
    for start in range(0, len(days), LARGEST_BATCH):
        yield days[start : start + LARGEST_BATCH]
