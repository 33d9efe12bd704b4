"""Reading claims: programmes, the claims under them, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from domain.claims.errors import ClaimNotFound, ClaimProgrammeNotFound
from domain.claims.models import Claim, ClaimDecision, ClaimProgrammeRow, ClaimSerial, ClaimState
from domain.claims.terms import ClaimProgramme, ClaimProgrammeId, ClaimProgrammeState, ClaimTerms
from domain.ids import PartnerId
from domain.members.models import Consent, ConsentPurpose, Link
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_LIVE = "SELECT * FROM claim_programmes_live($1)"
_AS_CLAIMED = "SELECT * FROM claim_programme_as_claimed($1, $2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which claims are asked for; all of them, where nothing is said."""

    programme_id: ClaimProgrammeId | None = None
    states: Sequence[ClaimState] = ()
    overdue_at: datetime | None = None
    """Only those that should have been decided by then."""


async def programmes_live(pool: Pool, programme_id: ClaimProgrammeId | None = None) -> list[ClaimProgramme]:
    """What members may claim under now, the newest first."""
    return [programme_of(_row(row)) for row in await pool.fetch(_LIVE, programme_id)]


async def programme_live(pool: Pool, programme_id: ClaimProgrammeId) -> ClaimProgramme:
    """A programme that members may claim under now. Raises: ClaimProgrammeNotFound."""
    found = await programmes_live(pool, programme_id)
    if not found:
        raise ClaimProgrammeNotFound
    return found[0]


async def programme_as_claimed(pool: Pool, programme_id: UUID, version: int) -> ClaimProgramme:
    """The version that a claim was made under, whatever became of it. Raises: ClaimProgrammeNotFound."""
    row = await pool.fetchrow(_AS_CLAIMED, programme_id, version)
    if row is None:
        raise ClaimProgrammeNotFound
    return programme_of(_row(row))


async def programme_by_id(session: ReadSession, programme_id: ClaimProgrammeId) -> ClaimProgramme:
    """The newest version of a programme of the viewer's. Raises: ClaimProgrammeNotFound."""
    versions = await versions_of(session, programme_id)
    if not versions:
        raise ClaimProgrammeNotFound
    return versions[-1]


async def versions_of(session: ReadSession, programme_id: ClaimProgrammeId) -> list[ClaimProgramme]:
    """All versions of a programme of the viewer's, the oldest first."""
    row = ClaimProgrammeRow
    found = select(row).where(col(row.programme_id) == programme_id, concerning(sight_of(session), col(row.partner_id)))
    ordered = found.order_by(col(row.version)).execution_options(populate_existing=True)
    return [programme_of(one) for one in await session.scalars(ordered)]


async def programmes_page(session: ReadSession, request: PageRequest) -> Page[ClaimProgramme]:
    """The viewer's programmes as they stand, the newest first."""
    row = ClaimProgrammeRow
    newest = (
        select(row)
        .ext(distinct_on(col(row.programme_id)))
        .where(concerning(sight_of(session), col(row.partner_id)))
        .order_by(col(row.programme_id).desc(), col(row.version).desc())
    )
    if request.after is not None:
        newest = newest.where(col(row.programme_id) < request.after[0])
    rows = await session.scalars(newest.limit(request.first + 1))
    return Page.of([programme_of(one) for one in rows], request, lambda one: (one.programme_id,))


async def claims_page(session: ReadSession, request: PageRequest, wanted: Wanted) -> Page[Claim]:
    """Claims under the viewer's programmes, the oldest that is open first where the overdue are asked for."""
    statement = select(Claim).where(concerning(sight_of(session), col(Claim.partner_id)))
    if wanted.programme_id is not None:
        statement = statement.where(col(Claim.programme_id) == wanted.programme_id)
    if wanted.states:
        statement = statement.where(col(Claim.state).in_(wanted.states))
    if wanted.overdue_at is not None:
        due = col(Claim.decide_by) <= wanted.overdue_at
        statement = statement.where(col(Claim.state) == ClaimState.PENDING, due)
    return await _page(session, statement, request)


async def claims_of(session: ReadSession, member_id: UUID, request: PageRequest) -> Page[Claim]:
    """A member's own claims, the newest first."""
    return await _page(session, select(Claim).where(col(Claim.member_id) == member_id), request)


async def claim_by_id(session: ReadSession, claim_id: UUID) -> Claim:
    """A claim under a programme of the viewer's. Raises: ClaimNotFound."""
    (found,) = await claims_by_ids(session, [claim_id])
    if found is None:
        raise ClaimNotFound
    return found


async def claims_by_ids(session: ReadSession, claim_ids: Sequence[UUID]) -> list[Claim | None]:
    """Claims in the order asked for; None for those the viewer cannot see."""
    wanted = (col(Claim.claim_id).in_(claim_ids), concerning(sight_of(session), col(Claim.partner_id)))
    rows = await session.scalars(select(Claim).where(*wanted).execution_options(populate_existing=True))
    found = {row.claim_id: row for row in rows}
    return [found.get(one) for one in claim_ids]


async def claim_of(session: ReadSession, member_id: UUID, claim_id: UUID) -> Claim:
    """A member's own claim. Raises: ClaimNotFound."""
    own = (col(Claim.claim_id) == claim_id, col(Claim.member_id) == member_id)
    found = (await session.scalars(select(Claim).where(*own).execution_options(populate_existing=True))).first()
    if found is None:
        raise ClaimNotFound
    return found


async def decisions_of(session: ReadSession, claim_ids: Sequence[UUID]) -> list[list[ClaimDecision]]:
    """What was decided about claims, in their order and in its own."""
    wanted = (col(ClaimDecision.claim_id).in_(claim_ids), concerning(sight_of(session), col(ClaimDecision.partner_id)))
    rows = list(await session.scalars(select(ClaimDecision).where(*wanted).order_by(col(ClaimDecision.number))))
    return [[row for row in rows if row.claim_id == one] for one in claim_ids]


async def serials_listed(session: ReadSession, programme_ids: Sequence[ClaimProgrammeId]) -> list[int]:
    """How many serials were listed for programmes, in their order."""
    row = ClaimSerial
    counted = (
        select(col(row.programme_id), func.count())
        .where(col(row.programme_id).in_(programme_ids), concerning(sight_of(session), col(row.partner_id)))
        .group_by(col(row.programme_id))
    )
    found = {row[0]: int(row[1]) for row in await session.execute(counted)}
    return [found.get(one, 0) for one in programme_ids]


async def ids_allowed(session: ReadSession, asked: Sequence[tuple[PartnerId, UUID]]) -> list[UUID | None]:
    """By which ids partners know members that allow them their history; None where one does not, or takes it back."""
    consent, link = Consent, Link
    said = (
        select(link, consent)
        .join(consent, (col(consent.wallet_id) == link.wallet_id) & (col(consent.member_id) == link.member_id))
        .where(
            col(link.partner_id).in_([partner for partner, _ in asked]),
            col(link.member_id).in_([member for _, member in asked]),
            col(consent.partner_id) == col(link.partner_id),
            col(consent.purpose) == ConsentPurpose.HISTORY,
            func.consent_stands(col(consent.revoked_at), col(consent.expires_at)),
            concerning(sight_of(session), col(link.partner_id)),
        )
    )
    found = {(one.partner_id, one.member_id): one.pairwise_id for one, _ in await session.execute(said)}
    return [found.get(one) for one in asked]


def programme_of(row: ClaimProgrammeRow) -> ClaimProgramme:
    """A row as the rules know it."""
    return ClaimProgramme(
        programme_id=ClaimProgrammeId(row.programme_id),
        version=row.version,
        partner_id=PartnerId(row.partner_id),
        state=ClaimProgrammeState(row.state),
        terms=ClaimTerms.from_json(row.terms),
        created_at=row.created_at,
        live_from=row.live_from,
        live_until=row.live_until,
    )


async def _page(session: ReadSession, statement: Any, request: PageRequest) -> Page[Claim]:
    if request.after is not None:
        statement = statement.where(col(Claim.claim_id) < request.after[0])
    rows = await session.scalars(statement.order_by(col(Claim.claim_id).desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda one: (one.claim_id,))


def _row(found: asyncpg.Record) -> ClaimProgrammeRow:
    return ClaimProgrammeRow(**{**dict(found), "terms": orjson.loads(found["terms"])})
