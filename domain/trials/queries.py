"""Reading trials: an owner's versions and who takes part, what became of all of them in sums, and a member's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of
from domain.trials.errors import TrialNotFound
from domain.trials.models import PlaceState, TrialPlace, TrialRow
from domain.trials.terms import Trial, TrialId, TrialState, TrialTerms

_PLACES = text("SELECT * FROM trial_places_of(:trial, :after, :most)")
_COUNTER = text("SELECT * FROM trials_at_counter(:partner, :now)")
_MINE = text("SELECT * FROM trials_of_member(:member, :now)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTold:
    """A member in a trial, as the owner is told of it."""

    place_id: UUID
    trial_id: UUID
    number: int
    rank: int | None
    state: PlaceState
    applied_at: datetime
    chosen_at: datetime | None
    accepted_at: datetime | None
    handed_at: datetime | None
    handed_by: UUID | None
    feedback_at: datetime | None
    ended_at: datetime | None
    pairwise_id: UUID | None
    """The owner's own id of the member; None where the member does not allow it offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """A member's own place."""

    state: PlaceState
    applied_at: datetime
    due_at: datetime | None
    """Until when the next step is to be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTrial:
    """A trial as a member sees it."""

    trial: Trial
    place: OwnPlace | None
    """None: it may apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterTrial:
    """A trial of which a partner hands samples, over its counters or by mail."""

    trial_id: UUID
    partner_id: UUID
    """Whose samples they are."""
    name: str
    feedback_until: datetime
    """Until when samples are handed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialReport:
    """What became of a trial, in sums: how many came as far as each step, whatever became of them later."""

    trial: Trial
    applied: int
    chosen: int
    accepted: int
    handed: int
    feedback: int
    declined: int
    lapsed: int

    @property
    def cost(self) -> int:
        """What the samples that were handed cost, in minor units, as the terms say."""
        return self.handed * self.trial.terms.cost


async def versions_of(session: ReadSession, trial_id: UUID) -> list[Trial]:
    """All versions of a trial of the viewer's, in order."""
    rows = await session.scalars(
        select(TrialRow)
        .where(col(TrialRow.trial_id) == trial_id, concerning(sight_of(session), col(TrialRow.partner_id)))
        .order_by(col(TrialRow.version))
        .execution_options(populate_existing=True)
    )
    return [trial_of(row) for row in rows]


async def trial_by_id(session: ReadSession, trial_id: TrialId) -> Trial:
    """The latest version of a trial of the viewer's. Raises: TrialNotFound."""
    versions = await versions_of(session, trial_id)
    if not versions:
        raise TrialNotFound
    return versions[-1]


async def trials_page(session: ReadSession, request: PageRequest) -> Page[Trial]:
    """The viewer's trials in their latest versions, the newest first; all of them to the coalition."""
    newest = (
        select(TrialRow)
        .ext(distinct_on(col(TrialRow.trial_id)))
        .where(concerning(sight_of(session), col(TrialRow.partner_id)))
        .order_by(col(TrialRow.trial_id).desc(), col(TrialRow.version).desc())
    )
    if request.after is not None:
        newest = newest.where(col(TrialRow.trial_id) < request.after[0])
    rows = await session.scalars(newest.limit(request.first + 1))
    return Page.of([trial_of(row) for row in rows], request, lambda one: (one.trial_id,))


async def places_page(session: ReadSession, trial_id: TrialId, request: PageRequest) -> Page[PlaceTold]:
    """Who takes part in a trial of the viewer's, in the order in which they applied. Raises: TrialNotFound."""
    await trial_by_id(session, trial_id)
    after = None if request.after is None else request.after[0]
    said = {"trial": trial_id, "after": after, "most": request.first + 1}
    rows = (await session.execute(_PLACES, said)).mappings()
    told = [PlaceTold(**{**row, "state": PlaceState(row["state"])}) for row in rows]
    return Page.of(told, request, lambda one: (one.number,))


async def report(session: ReadSession, trial_id: TrialId) -> TrialReport:
    """What became of a trial of the viewer's, in sums. Raises: TrialNotFound."""
    trial = await trial_by_id(session, trial_id)
    state = col(TrialPlace.state)
    numbers: list[ColumnElement[int]] = [
        func.count(),
        func.count(col(TrialPlace.chosen_at)),
        func.count(col(TrialPlace.accepted_at)),
        func.count(col(TrialPlace.handed_at)),
        func.count(col(TrialPlace.feedback_at)),
        func.count().filter(state == PlaceState.DECLINED),
        func.count().filter(state == PlaceState.LAPSED),
    ]
    counted = select(*numbers).where(
        col(TrialPlace.trial_id) == trial_id,
        col(TrialPlace.followed_by).is_(None) | col(TrialPlace.handed_at).is_not(None),
        concerning(sight_of(session), col(TrialPlace.partner_id)),
    )
    names = ("applied", "chosen", "accepted", "handed", "feedback", "declined", "lapsed")
    row: Sequence[int] = (await session.execute(counted)).one()
    return TrialReport(trial=trial, **dict(zip(names, row, strict=True)))


async def of_member(session: ReadSession, member_id: UUID, *, now: datetime) -> list[OwnTrial]:
    """The trials that a member may apply for, and those it takes part in, the newest first; with the member's sight."""
    rows = (await session.execute(_MINE, {"member": member_id, "now": now})).mappings()
    return [OwnTrial(trial=_trial(dict(row)), place=_own(row["place"])) for row in rows]


async def at_counter(session: ReadSession, partner_id: PartnerId, *, now: datetime) -> list[CounterTrial]:
    """The trials of which a partner hands samples now, the newest first; with the partner's sight."""
    rows = (await session.execute(_COUNTER, {"partner": partner_id, "now": now})).mappings()
    return [CounterTrial(**row) for row in rows]


def trial_of(row: TrialRow) -> Trial:
    """A row as the rules know it."""
    return _trial({name: getattr(row, name) for name in TrialRow.model_fields})


def _trial(row: Mapping[str, Any]) -> Trial:
    return Trial(
        trial_id=TrialId(row["trial_id"]),
        version=row["version"],
        partner_id=PartnerId(row["partner_id"]),
        state=TrialState(row["state"]),
        terms=TrialTerms.from_json(row["terms"]),
        created_at=row["created_at"],
        live_from=row["live_from"],
        live_until=row["live_until"],
    )


def _own(place: Mapping[str, Any] | None) -> OwnPlace | None:
    if place is None:
        return None
    return OwnPlace(
        state=PlaceState(place["state"]),
        applied_at=datetime.fromisoformat(place["applied_at"]),
        due_at=None if place["due_at"] is None else datetime.fromisoformat(place["due_at"]),
    )
