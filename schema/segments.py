"""Segments: who is meant, kept fresh or kept by hand; and what campaigns have brought."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.analytics import costs as domain_costs
from domain.analytics import uplift as domain_uplift
from domain.coalition import models as coalition_models
from domain.earning import terms as domain_terms
from domain.members import recognition
from domain.members.recognition import MemberRef
from domain.paging import Page, PageRequest
from domain.segments import definitions
from domain.segments.managing import EVERY_HOURS, SegmentTerms
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, segments
from resolvers.context import Context, Info
from schema.campaigns import Campaign
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.members import Member, MemberRefInput
from schema.money import Money
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.segment_parts import SegmentPart, SegmentPartInput, partner_ids, to_definition
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE, Scope.PARTNERS_MANAGE)
MEMBERS = needs((Scope.CAMPAIGNS_WRITE, Scope.MEMBERS_LOOKUP))
ANALYSE = needs(Scope.ANALYTICS_READ)


@strawberry.type
@shows(definitions.Segment)
class Segment(Node):
    """A named group of members: those who meet its parts, or those on its list."""

    id: strawberry.ID = identified("segment_id")
    name: str
    """What people call it."""
    version: int
    """Counts its definitions from one."""
    refresh_hours: int
    """Who belongs is looked at again after so many hours."""
    made_at: datetime
    """When it was defined."""
    refreshed_at: datetime | None
    """When it was last looked at who belongs; null: not yet under this definition."""
    retired_at: datetime | None
    """Since when nobody is in it any more."""

    @strawberry.field
    @staticmethod
    def by_list(segment: strawberry.Parent[definitions.Segment]) -> bool:
        """Whether members are put in by hand, rather than found by its parts."""
        return segment.definition.by_list

    @strawberry.field(graphql_type=list[SegmentPart])
    @staticmethod
    def parts(segment: strawberry.Parent[definitions.Segment]) -> list[definitions.Asked]:
        """What must hold of every member; empty for a list."""
        return segment.definition.asked

    @strawberry.field
    @staticmethod
    def size(segment: strawberry.Parent[definitions.Segment]) -> int | None:
        """How many members are in it; null below ten, and in full tens where members have to allow what it asks."""
        return segment.shown_size

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def owner(segment: strawberry.Parent[definitions.Segment], info: Info) -> coalition_models.Partner | None:
        """Whose it is; null for the coalition's."""
        return None if segment.owner is None else await coalition.partner(info.context, segment.owner)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def shared_with(
        segment: strawberry.Parent[definitions.Segment], info: Info
    ) -> list[coalition_models.Partner]:
        """Partners that may name it in campaigns of theirs."""
        return [await coalition.partner(info.context, one) for one in sorted(segment.shared_with)]


findable(Segment, segments.find, READ)


@strawberry.input
class SegmentTermsInput:
    """What a segment shall be."""

    name: str
    """What people call it: 1 to 80 characters, and no other segment of yours is called so."""
    parts: list[SegmentPartInput] = strawberry.field(default_factory=list)
    """What must hold of every member, all of it, at most 12; none: a list that is kept by hand."""
    shared_with: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Partners that may name it in campaigns of theirs."""
    refresh_hours: int = EVERY_HOURS
    """Look again who belongs after so many hours: 1 to 168."""

    def to_terms(self, ctx: Context, currency: str) -> SegmentTerms:
        """As the domain takes it. Raises: InvalidSegment, InvalidValue."""
        return SegmentTerms(
            name=self.name,
            definition=to_definition(ctx, self.parts, currency),
            shared_with=partner_ids(ctx, self.shared_with),
            refresh_hours=self.refresh_hours,
        )


@strawberry.input
class SegmentDefineInput:
    """A new segment."""

    terms: SegmentTermsInput
    """What it shall be."""


@strawberry.input
class SegmentChangeInput:
    """A change of a segment."""

    segment: strawberry.ID
    """The segment."""
    terms: SegmentTermsInput
    """All of it, as it shall be."""


@strawberry.input
class SegmentRetireInput:
    """The end of a segment."""

    segment: strawberry.ID
    """The segment."""


@strawberry.input
class SegmentMembersInput:
    """Members for a list, or to be taken off it."""

    segment: strawberry.ID
    """The segment."""
    members: list[MemberRefInput]
    """At most 500."""
    partner: strawberry.ID | None = None
    """By whose ids they are named; needed for the coalition's own lists."""

    def refs(self, ctx: Context) -> list[MemberRef]:
        """As the domain takes them."""
        return [member.to_ref(ctx) for member in self.members]


@strawberry.type
class SegmentPayload:
    """What became of a step with a segment."""

    segment: Segment | None = None
    """The segment; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class SegmentPreview:
    """Whom a definition would mean now."""

    members: int | None
    """How many; null below ten, and in full tens where members have to allow what is asked."""


@strawberry.type
@shows(domain_uplift.Side)
class UpliftGroup:
    """One of the two groups that are compared."""

    members: int
    """Who was there before the campaign began, whether or not they bought."""
    buyers: int
    """Those of them that bought anything in the period."""
    sales: Money
    """What they bought for, less what came back."""
    mean: Money
    """Of a member, buyer or not."""


@strawberry.type
@shows(domain_uplift.Estimate)
class UpliftEstimate:
    """A figure with the bounds of its 95 % confidence interval."""

    value: Money
    """The best guess."""
    low: Money
    """The lower bound."""
    high: Money
    """The upper bound."""
    significant: bool
    """Whether the interval leaves zero out."""


@strawberry.type
@shows(domain_costs.SponsorCost)
class UpliftCost:
    """What a campaign has come to for one sponsor."""

    points: Points
    """Awarded, less what was taken back."""
    amount: Money | None
    """At the price of its contract, as if all points will be redeemed; null for what another partner pays."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(cost: strawberry.Parent[domain_costs.SponsorCost], info: Info) -> coalition_models.Partner:
        """The sponsor."""
        return await coalition.partner(info.context, cost.partner_id)


@strawberry.type
@shows(domain_uplift.Uplift)
class CampaignUplift:
    """What a campaign has brought: members it was for, against members left out by a stable hash."""

    treated: UpliftGroup
    """Whom it was for."""
    control: UpliftGroup
    """Who was left out all the time."""
    difference: UpliftEstimate
    """How much more a treated member bought for."""
    incremental: UpliftEstimate
    """Sales that there would not have been, of all who were treated."""
    costs: list[UpliftCost]
    """What it has cost, by sponsor."""
    cost: Money
    """What it has cost, as far as you know it."""
    cost_per_sale: Decimal | None
    """What one unit of incremental sales has cost; null where sales did not grow."""

    @strawberry.field(graphql_type=Campaign)
    @staticmethod
    def campaign(uplift: strawberry.Parent[domain_uplift.Uplift]) -> domain_terms.Campaign:
        """The campaign."""
        return uplift.campaign

    @strawberry.field
    @staticmethod
    def starts_at(uplift: strawberry.Parent[domain_uplift.Uplift]) -> datetime:
        """From when on it is measured: since the campaign was live first."""
        return uplift.period.starts_at

    @strawberry.field
    @staticmethod
    def ends_at(uplift: strawberry.Parent[domain_uplift.Uplift]) -> datetime:
        """Until when: its end, or now."""
        return uplift.period.ends_at


Id = Annotated[strawberry.ID, strawberry.argument(description="The segment's id.")]
CampaignId = Annotated[strawberry.ID, strawberry.argument(description="The campaign's id.")]
Retired = Annotated[bool, strawberry.argument(description="Those that are retired, too.")]
Parts = Annotated[
    list[SegmentPartInput], strawberry.argument(description="What must hold of every member; at least one part.")
]


@strawberry.type
class SegmentQuery:
    """Segments."""

    @strawberry.field(graphql_type=Connection[Segment], extensions=[READ, paged()])
    @staticmethod
    async def segments(info: Info, page: PageRequest, *, retired: Retired = False) -> Page[definitions.Segment]:
        """The segments that are yours or shared with you, newest first."""
        return await segments.page(info.context, page, retired=retired)

    @strawberry.field(graphql_type=Segment | None, extensions=[READ, or_null])
    @staticmethod
    async def segment(info: Info, id: Id) -> definitions.Segment:
        """One segment; null when there is none that you may see."""
        return await segments.find(info.context, info.context.global_ids.one("Segment", id))

    @strawberry.field(graphql_type=Connection[Member], extensions=[MEMBERS, paged()])
    @staticmethod
    async def segment_members(info: Info, page: PageRequest, segment: Id) -> Page[recognition.KnownMember]:
        """Who is on a list of yours; of a segment with parts nobody is told."""
        return await segments.listed(info.context, info.context.global_ids.one("Segment", segment), page)

    @strawberry.field(extensions=[WRITE])
    @staticmethod
    async def segment_preview(info: Info, parts: Parts) -> SegmentPreview:
        """How many members these parts would mean now; nothing is kept."""
        currency = (await coalition.coalition(info.context)).currency
        definition = to_definition(info.context, parts, currency)
        return SegmentPreview(members=await segments.preview(info.context, definition))

    @strawberry.field(graphql_type=CampaignUplift, extensions=[ANALYSE])
    @staticmethod
    async def campaign_uplift(info: Info, campaign: CampaignId) -> domain_uplift.Uplift:
        """What a campaign with a control group has brought at your tills; for the coalition, at all of its tills."""
        return await segments.uplift(info.context, info.context.global_ids.one("Campaign", campaign))


@strawberry.type
class SegmentMutation:
    """Segments are made, change and end; lists are kept."""

    @strawberry.mutation(graphql_type=SegmentPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def segment_define(info: Info, input: SegmentDefineInput) -> Any:
        """Make a segment of yours; it is filled within a minute."""
        return _done(await segments.define(info.context, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=SegmentPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def segment_change(info: Info, input: SegmentChangeInput) -> Any:
        """Change a segment; with other parts it is looked at anew, and until then its members stay."""
        segment_id = info.context.global_ids.one("Segment", input.segment)
        return _done(await segments.change(info.context, segment_id, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=SegmentPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def segment_retire(info: Info, input: SegmentRetireInput) -> Any:
        """Let nobody be in a segment any more; campaigns that name it meet nobody by it."""
        return _done(await segments.retire(info.context, info.context.global_ids.one("Segment", input.segment)))

    @strawberry.mutation(graphql_type=SegmentPayload, extensions=[MEMBERS, refusals])
    @staticmethod
    async def segment_add_members(info: Info, input: SegmentMembersInput) -> Any:
        """Put members on a list; those who are on it already stay."""
        return _done(await segments.put_in(info.context, *_members(info, input)))

    @strawberry.mutation(graphql_type=SegmentPayload, extensions=[MEMBERS, refusals])
    @staticmethod
    async def segment_remove_members(info: Info, input: SegmentMembersInput) -> Any:
        """Take members off a list."""
        return _done(await segments.take_out(info.context, *_members(info, input)))


async def _terms(info: Info, terms: SegmentTermsInput) -> SegmentTerms:
    return terms.to_terms(info.context, (await coalition.coalition(info.context)).currency)


def _members(info: Info, input: SegmentMembersInput) -> tuple[Any, list[MemberRef], Any]:
    ids = info.context.global_ids
    partner = None if input.partner is None else ids.one("Partner", input.partner)
    return ids.one("Segment", input.segment), input.refs(info.context), partner


def _done(segment: definitions.Segment) -> SegmentPayload:
    return SegmentPayload(segment=segment)  # type: ignore[arg-type]
