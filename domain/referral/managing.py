"""A programme's life: drawn up, put live, ended. What is live changes by a next version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.coalition.models import Partner
from domain.ids import PartnerId, SegmentId, new_id
from domain.referral.errors import (
    InvalidReferral,
    OneReferralProgramme,
    ReferralProgrammeNotFound,
    ReferralStateConflict,
)
from domain.referral.models import ReferralProgrammeRow as Programmes
from domain.referral.queries import programme_by_id, programme_of, versions_of
from domain.referral.terms import Programme, ProgrammeId, ProgrammeState, ReferralTerms
from domain.segments.queries import unusable
from domain.storage import WriteSession


async def draw_up(
    session: WriteSession,
    owner: PartnerId | None,
    terms: ReferralTerms,
    *,
    programme_id: ProgrammeId | None = None,
    now: datetime,
) -> Programme:
    """Write a programme down, or the next version of one; a draft that is there already is written anew.

    Raises: InvalidReferral, ReferralProgrammeNotFound, ReferralStateConflict.
    """
    await _check(session, owner, terms)
    versions = [] if programme_id is None else await versions_of(session, programme_id)
    if programme_id is not None and (not versions or versions[-1].partner_id != owner):
        raise ReferralProgrammeNotFound
    if versions and versions[-1].state is ProgrammeState.ENDED:
        raise ReferralStateConflict(versions[-1].state, "changed")
    drafts = (col(Programmes.programme_id) == programme_id, col(Programmes.state) == ProgrammeState.DRAFT)
    await session.execute(update(Programmes).where(*drafts).values(name=terms.name, terms=terms.to_json()))
    if versions and versions[-1].state is ProgrammeState.DRAFT:
        return await programme_by_id(session, versions[-1].programme_id)
    row = Programmes(
        programme_id=programme_id or new_id(),
        version=len(versions) + 1,
        partner_id=owner,
        state=ProgrammeState.DRAFT,
        name=terms.name,
        terms=terms.to_json(),
        drawn_up_at=now,
    )
    session.add(row)
    await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction
    return programme_of(row)


async def publish(
    session: WriteSession, owner: PartnerId | None, programme_id: ProgrammeId, *, now: datetime
) -> Programme:
    """Put the draft live; the version before ends at that moment. Again changes nothing.

    Raises: ReferralProgrammeNotFound, ReferralStateConflict, OneReferralProgramme.
    """
    latest = await _owned(session, owner, programme_id)
    if latest.state is ProgrammeState.LIVE:
        return latest
    if latest.state is ProgrammeState.ENDED:
        raise ReferralStateConflict(latest.state, "published")
    await _end_live(session, programme_id, now)
    values = {"state": ProgrammeState.LIVE, "live_from": now}
    try:
        await session.execute(update(Programmes).where(*_one(latest)).values(**values))
    except IntegrityError:
        raise OneReferralProgramme from None
    return await programme_by_id(session, programme_id)


async def end(session: WriteSession, owner: PartnerId | None, programme_id: ProgrammeId, *, now: datetime) -> Programme:
    """Let nobody join under it any more; who has joined is still rewarded. A draft goes; again changes nothing.

    Raises: ReferralProgrammeNotFound, ReferralStateConflict.
    """
    latest = await _owned(session, owner, programme_id)
    if latest.state is ProgrammeState.DRAFT:
        if latest.version == 1:
            raise ReferralStateConflict(latest.state, "ended")
        await session.execute(delete(Programmes).where(*_one(latest)))
    await _end_live(session, programme_id, now)
    return await programme_by_id(session, programme_id)


async def _end_live(session: WriteSession, programme_id: ProgrammeId, now: datetime) -> None:
    live = (col(Programmes.programme_id) == programme_id, col(Programmes.state) == ProgrammeState.LIVE)
    await session.execute(
        update(Programmes)
        .where(*live)
        .values(state=ProgrammeState.ENDED, live_until=func.greatest(col(Programmes.live_from), now))
    )


async def _owned(session: WriteSession, owner: PartnerId | None, programme_id: ProgrammeId) -> Programme:
    found = await programme_by_id(session, programme_id)
    if found.partner_id != owner:
        raise ReferralProgrammeNotFound
    return found


def _one(programme: Programme) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        col(Programmes.programme_id) == programme.programme_id,
        col(Programmes.version) == programme.version,
    )


async def _check(session: WriteSession, owner: PartnerId | None, terms: ReferralTerms) -> None:
    if owner is not None and terms.host != owner:
        raise InvalidReferral("a partner's own programme is hosted by the partner itself", path=("host",))
    named = terms.partners | {terms.host}
    known = await session.scalars(select(Partner.partner_id).where(col(Partner.partner_id).in_(named)))
    if unknown := named - set(known):
        part = "host" if terms.host in unknown else "partners"
        raise InvalidReferral(f"{part} takes part in the coalition", path=(part,))
    if await unusable(session, owner, {SegmentId(one) for one in terms.not_segments}):
        raise InvalidReferral("not_segments are your own or shared with you, and not retired", path=("not_segments",))
