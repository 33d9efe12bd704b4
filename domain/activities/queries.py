"""Reading activities: what partners hold together, what members may come to, and who was invited by whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, tuple_
from sqlmodel import col

from domain.activities.errors import ActivityNotFound
from domain.activities.models import ActivityAgreement, ActivityCost, ActivityPlace, ActivityRow, PlaceState
from domain.activities.terms import Activity, ActivityId, ActivityState, ActivityTerms
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.storage import COALITION, ReadSession, Sight, concerning, sight_of

_MINE = text("SELECT * FROM my_activities(:member, :now)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MyActivity:
    """An activity as a member sees it."""

    activity: Activity
    place_id: UUID | None
    state: PlaceState | None
    """None: not asked, and not answered."""
    invited: bool
    guests: int
    came_at: datetime | None
    seats_left: int


async def activity_by_id(session: ReadSession, activity_id: ActivityId) -> Activity:
    """The latest version of an activity that the viewer may see. Raises: ActivityNotFound."""
    versions = await versions_of(session, activity_id)
    if not versions:
        raise ActivityNotFound
    return versions[-1]


async def in_force(session: ReadSession, activity_id: ActivityId) -> Activity:
    """The version that is live or paused. Raises: ActivityNotFound."""
    standing = (ActivityState.LIVE, ActivityState.PAUSED)
    found = [one for one in await versions_of(session, activity_id) if one.state in standing]
    if not found:
        raise ActivityNotFound
    return found[0]


async def versions_of(session: ReadSession, activity_id: ActivityId) -> list[Activity]:
    """All versions of an activity that the viewer may see, in order."""
    found = select(ActivityRow).where(col(ActivityRow.activity_id) == activity_id, visible_to(sight_of(session)))
    return [activity_of(row) for row in await session.scalars(found.order_by(col(ActivityRow.version)))]


async def activities_page(
    session: ReadSession, request: PageRequest, *, states: Collection[ActivityState] = ()
) -> Page[Activity]:
    """The versions of activities that the viewer owns, hosts or shares, the latest first."""
    key = (col(ActivityRow.activity_id), col(ActivityRow.version))
    found = select(ActivityRow).where(visible_to(sight_of(session))).order_by(*(part.desc() for part in key))
    if states:
        found = found.where(col(ActivityRow.state).in_(states))
    if request.after is not None:
        found = found.where(tuple_(*key) < request.after)
    rows = await session.scalars(found.limit(request.first + 1))
    return Page.of([activity_of(row) for row in rows], request, lambda one: (one.activity_id, one.version))


async def agreed_partners(
    session: ReadSession, activity_id: ActivityId, fingerprint: bytes
) -> dict[PartnerId, datetime]:
    """Which partners have agreed to an activity's terms, and when."""
    rows = await session.scalars(
        select(ActivityAgreement).where(
            col(ActivityAgreement.activity_id) == activity_id,
            col(ActivityAgreement.fingerprint) == fingerprint,
            concerning(sight_of(session), col(ActivityAgreement.partner_id), col(ActivityAgreement.owner_id)),
        )
    )
    return {PartnerId(row.partner_id): row.agreed_at for row in rows}


async def places_page(
    session: ReadSession,
    request: PageRequest,
    *,
    activity_id: ActivityId,
    states: Collection[PlaceState] = (),
) -> Page[ActivityPlace]:
    """Those whom the viewer invited to an activity; of its own, also those who came by themselves."""
    own = concerning(sight_of(session), col(ActivityPlace.partner_id))
    found = select(ActivityPlace).where(col(ActivityPlace.activity_id) == activity_id, own)
    if states:
        found = found.where(col(ActivityPlace.state).in_(states))
    if request.after is not None:
        found = found.where(col(ActivityPlace.place_id) < request.after[0])
    rows = await session.scalars(found.order_by(col(ActivityPlace.place_id).desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda one: (one.place_id,))


async def costs_of(session: ReadSession, activity_id: ActivityId) -> list[ActivityCost]:
    """What was entered for an activity, for those who share it, in order."""
    sight = sight_of(session)
    own = concerning(sight, col(ActivityCost.partner_id))
    shares = col(ActivityCost.sponsors).contains([sight.partner_id]) if sight.partner_id else own
    rows = await session.scalars(
        select(ActivityCost)
        .where(col(ActivityCost.activity_id) == activity_id, own | shares)
        .order_by(col(ActivityCost.entered_at), col(ActivityCost.cost_id))
    )
    return list(rows)


async def mine(session: ReadSession, member_id: UUID, *, now: datetime) -> list[MyActivity]:
    """What a member was invited to, answered, or may come to, the next first; with the member's own sight."""
    rows = (await session.execute(_MINE, {"member": member_id, "now": now})).mappings()
    return [
        MyActivity(
            activity=_stored(row["activity"]),
            place_id=row["place_id"],
            state=None if row["state"] is None else PlaceState(row["state"]),
            invited=bool(row["invited"]),
            guests=row["guests"] or 0,
            came_at=row["came_at"],
            seats_left=row["seats_left"],
        )
        for row in rows
    ]


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """The versions a viewer may see: a draft is for its owner and sharers, what has been live also for its hosts."""
    if sight == COALITION or sight.partner_id is None:
        return concerning(sight)
    own = concerning(sight, col(ActivityRow.partner_id))
    shares = col(ActivityRow.sponsors).contains([sight.partner_id])
    hosts = col(ActivityRow.live_from).is_not(None) & col(ActivityRow.hosts).contains([sight.partner_id])
    return own | shares | hosts


def activity_of(row: ActivityRow) -> Activity:
    """A row as the rules know it."""
    return Activity(
        activity_id=ActivityId(row.activity_id),
        version=row.version,
        partner_id=PartnerId(row.partner_id),
        state=ActivityState(row.state),
        terms=ActivityTerms.from_json(row.terms),
        live_from=row.live_from,
        live_until=row.live_until,
    )


def _stored(said: dict[str, str]) -> Activity:
    """As a function of the database hands one over."""
    return Activity(
        activity_id=ActivityId(UUID(said["activity_id"])),
        version=int(said["version"]),
        partner_id=PartnerId(UUID(said["partner_id"])),
        state=ActivityState(said["state"]),
        terms=ActivityTerms.from_json(said["terms"]),
        live_from=datetime.fromisoformat(said["live_from"]),
    )
