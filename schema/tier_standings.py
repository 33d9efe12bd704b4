"""Tier programmes and how members stand in them: what is promised, how far somebody has come, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.coalition import models as coalition_models
from domain.tiers import queries, standing
from domain.tiers.models import ProgrammeState, Why
from domain.tiers.terms import Measure
from domain.values import Points
from resolvers import coalition, tiers
from resolvers.context import Info
from schema.ids import Node, identified
from schema.money import Money as MoneyType
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import public
from schema.shape import shows
from schema.tier_terms import Tier, TierProgrammeTerms, quantity, tier_shown


@strawberry.type
@shows(queries.Version)
class TierVersion:
    """What a programme promises from a day on; published, it never changes."""

    version: int
    """Counts from one."""
    terms: TierProgrammeTerms
    """What it promises."""
    published_at: datetime | None
    """When it was published; null for a draft."""
    applies_from: datetime | None
    """From when on it counts; nobody falls by it before their term ends."""


@strawberry.type
@shows(queries.Programme)
class TierProgramme(Node):
    """A tier programme, of the coalition or of a partner."""

    id: strawberry.ID = identified("programme_id")
    name: str
    """What people call it."""
    state: ProgrammeState
    """Where it stands."""
    ended_at: datetime | None
    """Since when nobody has a tier in it."""
    draft: TierVersion | None
    """The version that is being written; shown to its owner alone."""
    published: TierVersion | None
    """The version published last, whether or not its day has come."""

    @strawberry.field(graphql_type=TierVersion | None)
    @staticmethod
    def current(programme: strawberry.Parent[queries.Programme], info: Info) -> queries.Version | None:
        """What it promises now; null before its first day, and when it has ended."""
        return programme.in_force(info.context.now)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def owner(programme: strawberry.Parent[queries.Programme], info: Info) -> coalition_models.Partner | None:
        """Whose it is; null for the coalition's."""
        return await coalition.partner_or_none(info.context, programme.owner)


findable(TierProgramme, tiers.find, public)


@strawberry.type
@shows(standing.Progress)
class TierProgress:
    """How far a member has come in the stretch of time that counts now."""

    measure: Measure
    """What counts."""
    since: datetime
    """From when on it counts."""
    until: datetime
    """The first moment that does not count any more; of a rolling period, the end of today."""

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    async def money(progress: strawberry.Parent[standing.Progress], info: Info) -> Any:
        """What was spent, less what came back; null where something else counts."""
        return (await _quantity(progress.amount, progress, info))[0]

    @strawberry.field
    @staticmethod
    async def count(progress: strawberry.Parent[standing.Progress], info: Info) -> Points | None:
        """How many points, days or status points; null where what was spent counts."""
        return (await _quantity(progress.amount, progress, info))[1]

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    async def missing_money(progress: strawberry.Parent[standing.Progress], info: Info) -> Any:
        """What more has to be spent for the next tier; null at the top, and where something else counts."""
        return (await _quantity(progress.missing, progress, info))[0]

    @strawberry.field
    @staticmethod
    async def missing_count(progress: strawberry.Parent[standing.Progress], info: Info) -> Points | None:
        """How many more it takes for the next tier; null at the top, and where what was spent counts."""
        return (await _quantity(progress.missing, progress, info))[1]

    @strawberry.field
    @staticmethod
    async def next(progress: strawberry.Parent[standing.Progress], info: Info) -> Tier | None:
        """The next tier that is reached by what counts; null at the top."""
        if progress.next is None:
            return None
        return tier_shown(progress.next, progress.measure, (await coalition.coalition(info.context)).currency)


async def _quantity(units: int | None, progress: standing.Progress, info: Info) -> tuple[Any, Points | None]:
    return quantity(units, progress.measure, (await coalition.coalition(info.context)).currency)


@strawberry.type
@shows(standing.Step)
class TierStep:
    """A change of a standing."""

    was: str | None
    """The tier before; null: none."""
    tier: str | None
    """The tier since then; null: none."""
    since: datetime
    """When it took effect."""
    until: datetime | None
    """Until when it was to be kept; null for no end."""
    why: Why
    """Why."""
    because: str
    """The same in words."""


@strawberry.type
@shows(standing.Standing)
class TierStanding:
    """Where a member stands in a programme."""

    programme: TierProgramme
    """The programme."""
    tier: str | None
    """The tier that counts; null: none."""
    since: datetime | None
    """Since when; null: for as long as the member is one."""
    until: datetime | None
    """The first moment at which it is kept no more, unless it is reached anew; null for no end."""
    why: Why | None
    """Why; null to partners whose programme it is not."""
    because: str | None
    """The same in words."""
    progress: TierProgress | None
    """How far the member has come; null to partners whose programme it is not."""
    history: list[TierStep]
    """How it came to that, the newest first; empty to partners whose programme it is not."""

    @strawberry.field
    @staticmethod
    def benefits(standing: strawberry.Parent[standing.Standing]) -> str | None:
        """What the tier brings, in words."""
        return next((one.benefits for one in standing.version.terms.tiers if one.name == standing.tier), None)


@strawberry.type
@shows(queries.Count)
class TierCount:
    """How many members have a tier."""

    tier: str | None
    """The tier; null: none."""
    members: int
    """Of those who were ever looked at."""
