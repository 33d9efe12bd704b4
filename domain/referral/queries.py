"""Reading referral: programmes, the referrals under them, and what was refused why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.referral.errors import ReferralProgrammeNotFound
from domain.referral.models import Referral, ReferralProgrammeRow, ReferralState, Refusal
from domain.referral.terms import Programme, ProgrammeId, ProgrammeState, ReferralTerms
from domain.storage import ReadSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_LIVE = "SELECT * FROM referral_programmes_live()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """How often referrals did not count for one reason."""

    why: Refusal
    count: int


async def programme_by_id(session: ReadSession, programme_id: ProgrammeId) -> Programme:
    """The newest version of a programme of the viewer's. Raises: ReferralProgrammeNotFound."""
    versions = await versions_of(session, programme_id)
    if not versions:
        raise ReferralProgrammeNotFound
    return versions[-1]


async def versions_of(session: ReadSession, programme_id: ProgrammeId) -> list[Programme]:
    """All versions of a programme of the viewer's, the oldest first."""
    rows = await session.scalars(
        select(ReferralProgrammeRow)
        .where(
            col(ReferralProgrammeRow.programme_id) == programme_id,
            concerning(sight_of(session), col(ReferralProgrammeRow.partner_id)),
        )
        .order_by(col(ReferralProgrammeRow.version))
        .execution_options(populate_existing=True)
    )
    return [programme_of(row) for row in rows]


async def programmes_page(session: ReadSession, request: PageRequest) -> Page[Programme]:
    """The viewer's programmes as they stand, the newest first."""
    newest = (
        select(ReferralProgrammeRow)
        .ext(distinct_on(col(ReferralProgrammeRow.programme_id)))
        .where(concerning(sight_of(session), col(ReferralProgrammeRow.partner_id)))
        .order_by(col(ReferralProgrammeRow.programme_id).desc(), col(ReferralProgrammeRow.version).desc())
    )
    if request.after is not None:
        newest = newest.where(col(ReferralProgrammeRow.programme_id) < request.after[0])
    rows = await session.scalars(newest.limit(request.first + 1))
    return Page.of([programme_of(row) for row in rows], request, lambda one: (one.programme_id,))


async def programmes_live(pool: Pool) -> list[Programme]:
    """What members are promised now, partners' own programmes first."""
    return [programme_of(_row(row)) for row in await pool.fetch(_LIVE)]


async def referrals_page(
    session: ReadSession,
    request: PageRequest,
    *,
    programme_id: ProgrammeId | None = None,
    states: Sequence[ReferralState] = (),
) -> Page[Referral]:
    """Referrals under the viewer's programmes, the newest first."""
    statement = select(Referral).where(concerning(sight_of(session), col(Referral.partner_id)))
    if programme_id is not None:
        statement = statement.where(col(Referral.programme_id) == programme_id)
    if states:
        statement = statement.where(col(Referral.state).in_(states))
    if request.after is not None:
        statement = statement.where(col(Referral.referral_id) < request.after[0])
    rows = await session.scalars(statement.order_by(col(Referral.referral_id).desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda one: (one.referral_id,))


async def refusals(session: ReadSession, *, programme_id: ProgrammeId | None = None) -> list[Refused]:
    """How often referrals under the viewer's programmes did not count, by reason, the most frequent first."""
    counted = func.count().label("counted")
    statement = (
        select(col(Referral.refusal), counted)
        .where(col(Referral.refusal).is_not(None), concerning(sight_of(session), col(Referral.partner_id)))
        .group_by(col(Referral.refusal))
        .order_by(counted.desc(), col(Referral.refusal))
    )
    if programme_id is not None:
        statement = statement.where(col(Referral.programme_id) == programme_id)
    return [Refused(why=Refusal(str(why)), count=count) for why, count in (await session.execute(statement)).all()]


async def referrals_by_ids(session: ReadSession, referral_ids: Sequence[UUID]) -> list[Referral | None]:
    """Referrals in the order asked for; None for those the viewer cannot see."""
    rows = await session.scalars(
        select(Referral).where(
            col(Referral.referral_id).in_(referral_ids), concerning(sight_of(session), col(Referral.partner_id))
        )
    )
    found = {row.referral_id: row for row in rows}
    return [found.get(one) for one in referral_ids]


def programme_of(row: ReferralProgrammeRow) -> Programme:
    """A row as the rules know it."""
    return Programme(
        programme_id=ProgrammeId(row.programme_id),
        version=row.version,
        partner_id=None if row.partner_id is None else PartnerId(row.partner_id),
        state=ProgrammeState(row.state),
        terms=ReferralTerms.from_json(row.terms),
        drawn_up_at=row.drawn_up_at,
        live_from=row.live_from,
        live_until=row.live_until,
    )


def _row(found: asyncpg.Record) -> ReferralProgrammeRow:
    return ReferralProgrammeRow(**{**dict(found), "terms": orjson.loads(found["terms"])})


def programme_from_json(stored: Mapping[str, Any]) -> Programme:
    """A programme as a function of the database hands it over."""
    instants = {
        name: None if stored[name] is None else datetime.fromisoformat(stored[name])
        for name in ("drawn_up_at", "live_from", "live_until")
    }
    ids = {name: None if stored[name] is None else UUID(stored[name]) for name in ("programme_id", "partner_id")}
    return programme_of(ReferralProgrammeRow(**{**stored, **instants, **ids}))
