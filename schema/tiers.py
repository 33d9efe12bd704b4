"""Tiers: what programmes promise, how members stand in them and why, and what their owners do."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from domain.errors import InvalidValue
from domain.tiers import queries, standing
from domain.tiers.errors import InvalidTierProgramme, TierNameTaken, TierStillHeld
from domain.tiers.managing import GiveTier
from partners.scopes import Scope
from resolvers import coalition, tiers
from resolvers.context import Context, Info
from schema.errors import UserError, or_null, refusals
from schema.members import MemberRefInput
from schema.permissions import needs, public
from schema.tier_standings import TierCount, TierProgramme, TierStanding
from schema.tier_terms import TierTermsInput

MINE = needs(Scope.PROFILE_READ)
LOOKUP = needs(Scope.MEMBERS_LOOKUP)
READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE, Scope.PARTNERS_MANAGE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH, Scope.PARTNERS_MANAGE)
GIVE = needs((Scope.CAMPAIGNS_WRITE, Scope.MEMBERS_LOOKUP))


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
