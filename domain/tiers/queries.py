"""Reading tier programmes, and how members stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, text, true
from sqlmodel import col, select

from domain.ids import PartnerId, TierProgrammeId
from domain.members.models import Link
from domain.paging import Page, PageRequest
from domain.storage import COALITION, ReadSession, Sight, concerning, sight_of
from domain.tiers.errors import TierProgrammeNotFound, TierProgrammeNotLive
from domain.tiers.models import (
    ProgrammeState,
    StatusPoints,
    TierProgrammeRow,
    TierStanding,
    TierStep,
    TierVersionRow,
    Why,
)
from domain.tiers.terms import TierTerms

_PROGRESS = text("SELECT * FROM tier_progress(:programme, :wallet, :member, :at)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a programme promises from a day on."""

    version: int
    terms: TierTerms
    published_at: datetime | None
    applies_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A tier programme with its versions, the oldest first; the draft, if one is written, is the last."""

    programme_id: TierProgrammeId
    owner: PartnerId | None
    """None: the coalition."""
    name: str
    state: ProgrammeState
    made_at: datetime
    ended_at: datetime | None
    versions: tuple[Version, ...] = field(repr=False)

    def in_force(self, at: datetime) -> Version | None:
        """What it promises at an instant; None before its first day, and once it has ended."""
        if self.state is not ProgrammeState.LIVE:
            return None
        held = [one for one in self.versions if one.applies_from is not None and one.applies_from <= at]
        return held[-1] if held else None

    @property
    def draft(self) -> Version | None:
        """The version that is being written, if there is one."""
        return next((one for one in self.versions if one.published_at is None), None)

    @property
    def published(self) -> Version | None:
        """The version published last, whether or not its day has come."""
        return next((one for one in reversed(self.versions) if one.published_at is not None), None)


async def programme_by_id(session: ReadSession, programme_id: UUID) -> Programme:
    """A programme that is public, or the viewer's own. Raises: TierProgrammeNotFound."""
    found = await _programmes(session, col(TierProgrammeRow.programme_id) == programme_id)
    if not found:
        raise TierProgrammeNotFound
    return found[0]


async def programme_of(session: ReadSession, owner: PartnerId | None) -> Programme | None:
    """The programme of an owner that has not ended, if it has one and the viewer may see it."""
    found = await _programmes(
        session,
        col(TierProgrammeRow.partner_id).is_not_distinct_from(owner),
        col(TierProgrammeRow.state) != ProgrammeState.ENDED,
    )
    return found[0] if found else None


async def programmes(session: ReadSession, *, ended: bool = False) -> list[Programme]:
    """All that the viewer may see: those that are public, and its own draft; the coalition's first, then by name."""
    conditions = [] if ended else [col(TierProgrammeRow.state) != ProgrammeState.ENDED]
    return await _programmes(session, *conditions)


async def live_programme(session: ReadSession, programme_id: UUID, *, at: datetime) -> tuple[Programme, Version]:
    """A programme, and what it promises at an instant. Raises: TierProgrammeNotFound, TierProgrammeNotLive."""
    programme = await programme_by_id(session, programme_id)
    version = programme.in_force(at)
    if version is None:
        raise TierProgrammeNotLive(programme.state)
    return programme, version


async def names_elsewhere(session: ReadSession, owner: PartnerId | None) -> dict[str, bool]:
    """Names of tiers that count at the owner's tills, casefolded, of others: whether it is the coalition's."""
    taken: dict[str, bool] = {}
    for programme in await programmes(session):
        meets = owner is None or programme.owner is None
        if programme.owner != owner and meets:
            for version in programme.versions:
                taken |= {name.casefold(): programme.owner is None for name in version.terms.names}
    return taken


async def _programmes(session: ReadSession, *conditions: ColumnElement[bool]) -> list[Programme]:
    sight = sight_of(session)
    rows = await session.scalars(
        select(TierProgrammeRow)
        .where(visible_to(sight), *conditions)
        .order_by(col(TierProgrammeRow.partner_id).is_not(None), col(TierProgrammeRow.name))
    )
    heads = list(rows)
    own = _own(sight, col(TierVersionRow.partner_id))
    parts = await session.scalars(
        select(TierVersionRow)
        .where(col(TierVersionRow.programme_id).in_([head.programme_id for head in heads]))
        .where(or_(own, col(TierVersionRow.published_at).is_not(None)))
        .order_by(col(TierVersionRow.version))
        .execution_options(populate_existing=True)
    )
    versions: dict[UUID, list[Version]] = {}
    for part in parts:
        versions.setdefault(part.programme_id, []).append(version_of(part))
    return [programme_of_row(head, versions.get(head.programme_id, [])) for head in heads]


async def partners_knowing(session: ReadSession, member_id: UUID) -> frozenset[PartnerId]:
    """The partners that know a member; with the member's own sight."""
    rows = await session.scalars(select(col(Link.partner_id)).where(col(Link.member_id) == member_id))
    return frozenset(map(PartnerId, rows))


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """The programmes a viewer may see: its own, and those that are public."""
    return or_(_own(sight, col(TierProgrammeRow.partner_id)), col(TierProgrammeRow.state) != ProgrammeState.DRAFT)


def _own(sight: Sight, partner_id: Any) -> ColumnElement[bool]:
    return true() if sight == COALITION else concerning(sight, partner_id)


def version_of(row: TierVersionRow) -> Version:
    """A row as the rules know it."""
    return Version(
        version=row.version,
        terms=TierTerms.from_json(row.terms),
        published_at=row.published_at,
        applies_from=row.applies_from,
    )


def programme_of_row(row: TierProgrammeRow, versions: Sequence[Version]) -> Programme:
    """A row as the rules know it."""
    return Programme(
        programme_id=TierProgrammeId(row.programme_id),
        owner=None if row.partner_id is None else PartnerId(row.partner_id),
        name=row.name,
        state=ProgrammeState(row.state),
        made_at=row.made_at,
        ended_at=row.ended_at,
        versions=tuple(versions),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What a member has come to in the time that counts now."""

    since: datetime
    until: datetime
    """Exclusive."""
    amount: int


async def progress(
    session: ReadSession, programme_id: UUID, wallet_id: UUID, member_id: UUID, *, at: datetime
) -> Stretch | None:
    """What a member has come to; told to the member and to the programme's owner, None to anybody else."""
    named = {"programme": programme_id, "wallet": wallet_id, "member": member_id, "at": at}
    row = (await session.execute(_PROGRESS, named)).one_or_none()
    return None if row is None else Stretch(since=row.since, until=row.until, amount=row.amount)


async def standing_row(
    session: ReadSession, programme_id: UUID, wallet_id: UUID, member_id: UUID
) -> TierStanding | None:
    """Where a member stands, if it was ever looked at; with the sight of the member or of the programme's owner."""
    return await session.scalar(
        select(TierStanding)
        .where(
            col(TierStanding.wallet_id) == wallet_id,
            col(TierStanding.member_id) == member_id,
            col(TierStanding.programme_id) == programme_id,
            _of_members(sight_of(session), TierStanding),
        )
        .execution_options(populate_existing=True)
    )


async def steps_of(session: ReadSession, programme_id: UUID, wallet_id: UUID, member_id: UUID) -> list[TierStep]:
    """How a member's standing has changed, the newest first."""
    rows = await session.scalars(
        select(TierStep)
        .where(
            col(TierStep.wallet_id) == wallet_id,
            col(TierStep.member_id) == member_id,
            col(TierStep.programme_id) == programme_id,
            _of_members(sight_of(session), TierStep),
        )
        .order_by(col(TierStep.number).desc())
    )
    return list(rows)


async def status_points_of(
    session: ReadSession, programme_id: UUID, wallet_id: UUID, member_id: UUID
) -> list[StatusPoints]:
    """A member's status points, the newest first."""
    rows = await session.scalars(
        select(StatusPoints)
        .where(
            col(StatusPoints.wallet_id) == wallet_id,
            col(StatusPoints.member_id) == member_id,
            col(StatusPoints.programme_id) == programme_id,
            _of_members(sight_of(session), StatusPoints),
        )
        .order_by(col(StatusPoints.occurred_at).desc(), col(StatusPoints.entry_id))
    )
    return list(rows)


def _of_members(sight: Sight, table: Any) -> ColumnElement[bool]:
    """Rows of the programme's owner, or of the member that looks."""
    kind, _, named = sight.value.partition(":")
    if kind == "member":
        own: ColumnElement[bool] = col(table.member_id) == UUID(named)
        return own
    return _own(sight, col(table.partner_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many members have a tier."""

    tier: str | None
    members: int


async def counts(session: ReadSession, programme_id: UUID) -> list[Count]:
    """How many members have each tier, of those that were ever looked at; with the sight of the programme's owner."""
    rows = await session.execute(
        text("SELECT tier, count(*) AS members FROM tier_standing WHERE programme_id = :programme GROUP BY tier"),
        {"programme": programme_id},
    )
    return [Count(tier=row.tier, members=row.members) for row in rows]


async def standings(
    session: ReadSession, programme_id: UUID, request: PageRequest, *, tier: str | None = None
) -> Page[TierStanding]:
    """Members above the lowest tier, or of one tier, by their ids; with the sight of the programme's owner."""
    statement = select(TierStanding).where(
        col(TierStanding.programme_id) == programme_id, _of_members(sight_of(session), TierStanding)
    )
    wanted = col(TierStanding.why) != Why.BASE if tier is None else col(TierStanding.tier) == tier
    if request.after is not None:
        statement = statement.where(col(TierStanding.member_id) > request.after[0])
    rows = await session.scalars(statement.where(wanted).order_by(col(TierStanding.member_id)).limit(request.first + 1))
    return Page.of(list(rows), request, lambda row: (row.member_id,))
