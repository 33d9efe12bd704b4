"""The life of an activity: written, agreed to by who shares its costs, published, ended. What was live stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.activities.errors import (
    ActivityAgreementMissing,
    ActivityNotFound,
    ActivityStateConflict,
    InvalidActivity,
)
from domain.activities.models import ActivityAgreement, ActivityRow
from domain.activities.queries import activity_of, agreed_partners, versions_of
from domain.activities.terms import Activity, ActivityId, ActivityTerms
from domain.coalition.queries import are_outlets, are_partners
from domain.ids import PartnerId, SegmentId, new_id
from domain.segments.queries import unusable
from domain.storage import WriteSession
from domain.versions import Life

LIFE: Life[Activity] = Life(
    row=ActivityRow,
    agreement=ActivityAgreement,
    key="activity_id",
    read=activity_of,
    versions_of=versions_of,
    agreed=agreed_partners,
    missing=ActivityNotFound,
    conflict=ActivityStateConflict,
)


async def draft(session: WriteSession, partner_id: PartnerId, terms: ActivityTerms, *, now: datetime) -> Activity:
    """Write a new activity of a partner. Raises: InvalidActivity, naming the part."""
    await _check_parties(session, partner_id, terms)
    return await LIFE.write(session, partner_id, new_id(), _columns(terms), now=now)


async def change(
    session: WriteSession, partner_id: PartnerId, activity_id: ActivityId, terms: ActivityTerms, *, now: datetime
) -> Activity:
    """Change an activity: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Raises: ActivityNotFound, ActivityStateConflict, InvalidActivity.
    """
    await _check_parties(session, partner_id, terms)
    latest = await LIFE.changeable(session, partner_id, activity_id)
    return await LIFE.rewrite(session, activity_id, latest, _columns(terms), now=now)


async def agree(
    session: WriteSession, sponsor_id: PartnerId, activity_id: ActivityId, fingerprint: bytes, *, now: datetime
) -> Activity:
    """Agree to bear a share under the terms that have this fingerprint, and to no others; again changes nothing.

    Raises: ActivityNotFound, ActivityStateConflict.
    """
    return await LIFE.agree(session, sponsor_id, activity_id, fingerprint, now=now)


async def publish(session: WriteSession, partner_id: PartnerId, activity_id: ActivityId, *, now: datetime) -> Activity:
    """Let members be invited to the draft and answer; a version that was live until now is followed by it.

    Raises: ActivityNotFound, ActivityStateConflict, ActivityAgreementMissing, InvalidActivity.
    """
    activity = await LIFE.drafted(session, partner_id, activity_id)
    await _check_publishable(session, activity, now)
    return await LIFE.publish(session, activity_id, activity, now=now)


async def pause(session: WriteSession, partner_id: PartnerId, activity_id: ActivityId, *, now: datetime) -> Activity:
    """Take no answers for now; whoever has a place still comes.

    Raises: ActivityNotFound, ActivityStateConflict.
    """
    return await LIFE.pause(session, partner_id, activity_id, now=now)


async def resume(session: WriteSession, partner_id: PartnerId, activity_id: ActivityId, *, now: datetime) -> Activity:
    """Go on under the same terms, as the next version.

    Raises: ActivityNotFound, ActivityStateConflict, ActivityAgreementMissing, InvalidActivity.
    """
    paused = await LIFE.paused(session, partner_id, activity_id)
    await _check_publishable(session, paused, now)
    return await LIFE.resume(session, activity_id, paused, _columns(paused.terms), now=now)


async def end(session: WriteSession, partner_id: PartnerId, activity_id: ActivityId, *, now: datetime) -> Activity:
    """Call it off, or put it away when it is over: nobody answers or comes any more.

    Raises: ActivityNotFound, ActivityStateConflict.
    """
    return await LIFE.end(session, partner_id, activity_id, now=now)


async def _check_publishable(session: WriteSession, activity: Activity, now: datetime) -> None:
    if activity.terms.ends_at <= now:
        raise InvalidActivity("the activity would be over before it is told", path=("terms", "ends_at"))
    agreed = await agreed_partners(session, activity.activity_id, activity.terms.fingerprint())
    missing = set(activity.terms.funders) - set(agreed) - {activity.partner_id}
    if missing:
        raise ActivityAgreementMissing(len(missing))


async def _check_parties(session: WriteSession, partner_id: PartnerId, terms: ActivityTerms) -> None:
    named = {*terms.hosts, *terms.funders}
    if not await are_partners(session, named):
        raise InvalidActivity("hosts and shares name partners of the coalition", path=("terms", "hosts"))
    if terms.outlet is not None and not await are_outlets(session, {terms.outlet}, terms.hosts):
        raise InvalidActivity("outlet is an outlet of a host", path=("terms", "outlet"))
    invited = {UUID(one) for one in terms.places_of or {}}
    if invited - {partner_id, *terms.hosts, *terms.funders}:
        raise InvalidActivity("places_of name partners that take part", path=("terms", "places_of"))
    segments = {SegmentId(one) for one in terms.segments | terms.not_segments}
    if segments and await unusable(session, partner_id, segments):
        raise InvalidActivity("segments are your own or shared with you, and not retired", path=("terms", "segments"))


def _columns(terms: ActivityTerms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "kind": terms.kind,
        "starts_at": terms.starts_at,
        "ends_at": terms.ends_at,
        "terms": terms.to_json(),
        "hosts": sorted(terms.hosts),
        "sponsors": sorted(terms.funders),
        "fingerprint": terms.fingerprint(),
    }
