"""Tiers: what programmes promise, how members stand in them and why, and what their owners do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.errors import InvalidValue
from domain.tiers import queries, standing
from domain.tiers.errors import InvalidTierProgramme, TierNameTaken, TierStillHeld
from domain.tiers.managing import GiveTier
from domain.tiers.models import ProgrammeState, Why
from domain.tiers.terms import Measure
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, tiers
from resolvers.context import Context, Info
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.members import MemberRefInput
from schema.money import Money as MoneyType
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs, public
from schema.shape import shows
from schema.tier_terms import Tier, TierProgrammeTerms, TierTermsInput, quantity, tier_shown

MINE = needs(Scope.PROFILE_READ)
LOOKUP = needs(Scope.MEMBERS_LOOKUP)
READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE, Scope.PARTNERS_MANAGE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH, Scope.PARTNERS_MANAGE)
GIVE = needs((Scope.CAMPAIGNS_WRITE, Scope.MEMBERS_LOOKUP))


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
    async def benefits(standing: strawberry.Parent[standing.Standing]) -> str | None:
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


@strawberry.input
class TierProgrammeDefineInput:
    """Your tier programme, or its next version."""

    terms: TierTermsInput
    """What it shall promise."""


@strawberry.input
class TierProgrammePublishInput:
    """A draft that is to be published."""

    programme: strawberry.ID
    """The programme."""
    applies_from: date | None = None
    """The day from which it applies, by the coalition's time zone; at once, if not said."""


@strawberry.input
class TierProgrammeEndInput:
    """A programme that is to be ended."""

    programme: strawberry.ID
    """The programme."""


@strawberry.input
class TierInviteInput:
    """A member to be invited into a tier."""

    programme: strawberry.ID
    """Your programme."""
    member: MemberRefInput
    """Who."""
    tier: str
    """The tier's name."""
    reason: str
    """Why, for your own people and the audit: 1 to 300 characters; not told to the member."""
    until: date | None = None
    """The last day on which it holds; for as long as the programme goes on, if not said."""
    partner: strawberry.ID | None = None
    """By whose ids the member is named; needed for the coalition's programme."""

    def to_command(self, ctx: Context) -> GiveTier:
        """As the domain takes it. Raises: InvalidValue."""
        return GiveTier(
            programme_id=ctx.global_ids.one("TierProgramme", self.programme),  # type: ignore[arg-type]
            tier=self.tier,
            reason=self.reason,
            until=self.until,
        )


@strawberry.input
class TierMatchInput:
    """A status that a member has elsewhere, and that your programme honours."""

    programme: strawberry.ID
    """Your programme."""
    member: MemberRefInput
    """Who."""
    tier: str
    """The tier that it is honoured as."""
    reason: str
    """Which status, and what proved it: 1 to 300 characters; not told to the member."""
    until: date
    """The last day on which it is honoured."""
    partner: strawberry.ID | None = None
    """By whose ids the member is named; needed for the coalition's programme."""

    def to_command(self, ctx: Context) -> GiveTier:
        """As the domain takes it. Raises: InvalidValue."""
        return GiveTier(
            programme_id=ctx.global_ids.one("TierProgramme", self.programme),  # type: ignore[arg-type]
            tier=self.tier,
            reason=self.reason,
            until=self.until,
            matched=True,
        )


@strawberry.input
class TierTakeBackInput:
    """A member who shall not have any more what was given by hand."""

    programme: strawberry.ID
    """Your programme."""
    member: MemberRefInput
    """Who."""
    partner: strawberry.ID | None = None
    """By whose ids the member is named; needed for the coalition's programme."""


@strawberry.type
class TierProgrammePayload:
    """What became of a step with a programme."""

    programme: TierProgramme | None = None
    """The programme; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class TierStandingPayload:
    """What became of a tier given by hand."""

    standing: TierStanding | None = None
    """Where the member stands now; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The programme's id.")]
Whom = Annotated[MemberRefInput, strawberry.argument(description="Who.")]


@strawberry.type
class TierQuery:
    """Tiers."""

    @strawberry.field(graphql_type=list[TierProgramme], extensions=[public])
    @staticmethod
    async def tier_programmes(info: Info) -> list[queries.Programme]:
        """The tier programmes there are, the coalition's first; and your own draft."""
        return await tiers.programmes(info.context)

    @strawberry.field(graphql_type=TierProgramme | None, extensions=[public, or_null])
    @staticmethod
    async def tier_programme(info: Info, id: Id) -> queries.Programme:
        """One of them; null when there is none with this id."""
        return await tiers.find(info.context, info.context.global_ids.one("TierProgramme", id))

    @strawberry.field(graphql_type=list[TierCount], extensions=[READ])
    @staticmethod
    async def tier_counts(info: Info, programme: Id) -> list[queries.Count]:
        """How many members have each tier of your programme."""
        return await tiers.counts(info.context, info.context.global_ids.one("TierProgramme", programme))

    @strawberry.field(graphql_type=list[TierStanding], extensions=[MINE])
    @staticmethod
    async def my_tiers(info: Info) -> list[standing.Standing]:
        """How you stand: in the coalition's programme, and in those of partners that know you."""
        return await tiers.mine(info.context)

    @strawberry.field(graphql_type=list[TierStanding], extensions=[LOOKUP])
    @staticmethod
    async def member_tiers(info: Info, member: Whom) -> list[standing.Standing]:
        """How a member stands that you know: the tiers that count at your tills; of your own programme all of it."""
        return await tiers.of_member(info.context, member.to_ref(info.context))


@strawberry.type
class TierMutation:
    """Tier programmes are written, published and ended; tiers are given by hand."""

    @strawberry.mutation(graphql_type=TierProgrammePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def tier_programme_define(info: Info, input: TierProgrammeDefineInput) -> Any:
        """Write the draft of your tier programme, or of its next version; one that is there is written over."""
        currency = (await coalition.coalition(info.context)).currency
        try:
            done = await tiers.define(info.context, input.terms.to_terms(info.context, currency))
        except (InvalidTierProgramme, InvalidValue, TierNameTaken, TierStillHeld) as refused:
            raise refused.at("terms") from None
        return TierProgrammePayload(programme=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=TierProgrammePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def tier_programme_publish(info: Info, input: TierProgrammePublishInput) -> Any:
        """Publish the draft; all members are looked at under it within minutes of its first moment."""
        programme_id = info.context.global_ids.one("TierProgramme", input.programme)
        done = await tiers.publish(info.context, programme_id, input.applies_from)
        return TierProgrammePayload(programme=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=TierProgrammePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def tier_programme_end(info: Info, input: TierProgrammeEndInput) -> Any:
        """End your tier programme: from now on nobody has a tier in it."""
        programme_id = info.context.global_ids.one("TierProgramme", input.programme)
        return TierProgrammePayload(programme=await tiers.end(info.context, programme_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=TierStandingPayload, extensions=[GIVE, refusals])
    @staticmethod
    async def tier_invite(info: Info, input: TierInviteInput) -> Any:
        """Invite a member into a tier; what it earns beside that counts, too."""
        return await _given(info.context, input)

    @strawberry.mutation(graphql_type=TierStandingPayload, extensions=[GIVE, refusals])
    @staticmethod
    async def tier_match(info: Info, input: TierMatchInput) -> Any:
        """Honour a status that a member has elsewhere."""
        return await _given(info.context, input)

    @strawberry.mutation(graphql_type=TierStandingPayload, extensions=[GIVE, refusals])
    @staticmethod
    async def tier_take_back(info: Info, input: TierTakeBackInput) -> Any:
        """Take back what a member was given by hand; what it earned stays."""
        ctx = info.context
        programme_id = ctx.global_ids.one("TierProgramme", input.programme)
        done = await tiers.take_away(ctx, input.member.to_ref(ctx), programme_id, _partner(ctx, input.partner))
        return TierStandingPayload(standing=done)  # type: ignore[arg-type]


async def _given(ctx: Context, input: TierInviteInput | TierMatchInput) -> TierStandingPayload:
    done = await tiers.give(ctx, input.member.to_ref(ctx), input.to_command(ctx), _partner(ctx, input.partner))
    return TierStandingPayload(standing=done)  # type: ignore[arg-type]


def _partner(ctx: Context, partner: strawberry.ID | None) -> Any:
    return None if partner is None else ctx.global_ids.one("Partner", partner)
