"""Campaigns: what they promise, who pays, and their way from draft to end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.earning import bounds, matching
from domain.earning import stacking as domain_stacking
from domain.earning import terms as domain_terms
from domain.earning import when as domain_when
from domain.earning.expiry import Expiry
from domain.earning.rounding import Rounding
from domain.earning.rules import RuleKind
from domain.earning.terms import CampaignState
from domain.earning.wording import promise, wording_in
from domain.errors import InvalidValue
from domain.languages import OTHERWISE
from domain.paging import Page, PageRequest
from partners.scopes import Scope
from resolvers import campaigns, coalition
from resolvers.campaigns import MOST_VERSIONS
from resolvers.context import Info
from schema.campaign_rule_shapes import CampaignRule, rule_shown
from schema.campaign_shapes import (
    CampaignBudget,
    CampaignCap,
    CampaignExpiry,
    CampaignLines,
    CampaignRelease,
    CampaignSponsor,
    CampaignStacking,
    CampaignWheel,
    CampaignWhen,
    budget_shown,
    outlets_of,
    partners_of,
)
from schema.campaign_terms import CampaignChangeInput, CampaignDraftInput, CampaignTermsInput
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.limits import Cost
from schema.nodes import findable
from schema.partners import Outlet, Partner
from schema.permissions import needs
from schema.shape import shows
from schema.spoken import Language

READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH)


@strawberry.type
@shows(domain_terms.Campaign)
class Campaign(Node):
    """The latest version of a campaign; a version that has been live never changes."""

    id: strawberry.ID = identified("campaign_id")
    version: int
    """Counts from one; every award names the version it was given under."""
    state: CampaignState
    """Where the version stands."""
    live_from: datetime | None
    """Since when this version gives points."""
    live_until: datetime | None
    """When it was paused, ended or followed by the next version."""

    @strawberry.field
    @staticmethod
    def name(campaign: strawberry.Parent[domain_terms.Campaign]) -> str:
        """What people call it."""
        return campaign.terms.name

    @strawberry.field
    @staticmethod
    def kind(campaign: strawberry.Parent[domain_terms.Campaign]) -> RuleKind:
        """What sort of rule it has."""
        return campaign.terms.rule.kind

    @strawberry.field
    @staticmethod
    async def promise(
        campaign: strawberry.Parent[domain_terms.Campaign], info: Info, language: Language = OTHERWISE
    ) -> str:
        """What it gives, in a few words."""
        currency = (await coalition.coalition(info.context)).currency
        return promise(campaign.terms.rule, currency, wording_in(language))

    @strawberry.field
    @staticmethod
    def starts_at(campaign: strawberry.Parent[domain_terms.Campaign]) -> datetime:
        """From when on purchases earn under it."""
        return campaign.terms.starts_at

    @strawberry.field
    @staticmethod
    def ends_at(campaign: strawberry.Parent[domain_terms.Campaign]) -> datetime | None:
        """Until when; null for no end."""
        return campaign.terms.ends_at

    @strawberry.field(graphql_type=CampaignRule)
    @staticmethod
    async def rule(campaign: strawberry.Parent[domain_terms.Campaign], info: Info) -> Any:
        """What it gives."""
        return rule_shown(campaign.terms.rule, (await coalition.coalition(info.context)).currency)

    @strawberry.field(graphql_type=CampaignLines)
    @staticmethod
    def lines(campaign: strawberry.Parent[domain_terms.Campaign]) -> matching.LineMatch:
        """For which lines."""
        return campaign.terms.rule.lines

    @strawberry.field(graphql_type=CampaignWhen)
    @staticmethod
    def when(campaign: strawberry.Parent[domain_terms.Campaign]) -> domain_when.When:
        """On what, at which times and for whom it holds."""
        return campaign.terms.when

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(
        campaign: strawberry.Parent[domain_terms.Campaign], info: Info
    ) -> list[coalition_models.Partner]:
        """In whose purchases."""
        return await partners_of(info, campaign.terms.partners)

    @strawberry.field(graphql_type=list[Outlet])
    @staticmethod
    async def outlets(campaign: strawberry.Parent[domain_terms.Campaign], info: Info) -> list[coalition_models.Outlet]:
        """Only in these outlets; empty: in all of them."""
        return await outlets_of(info, campaign.terms.outlets)

    @strawberry.field
    @staticmethod
    def tiers(campaign: strawberry.Parent[domain_terms.Campaign]) -> list[str]:
        """Only members of these tiers; empty: everyone."""
        return sorted(campaign.terms.tiers)

    @strawberry.field(graphql_type=CampaignExpiry)
    @staticmethod
    def expiry(campaign: strawberry.Parent[domain_terms.Campaign]) -> Expiry:
        """How long its points live."""
        return campaign.terms.expiry

    @strawberry.field(graphql_type=CampaignRelease)
    @staticmethod
    def release(campaign: strawberry.Parent[domain_terms.Campaign]) -> bounds.Release:
        """When its points that wait no longer can be spent."""
        return campaign.terms.release

    @strawberry.field
    @staticmethod
    def priority(campaign: strawberry.Parent[domain_terms.Campaign]) -> int:
        """Awards are listed from the highest."""
        return campaign.terms.priority

    @strawberry.field(graphql_type=CampaignStacking)
    @staticmethod
    def stacking(campaign: strawberry.Parent[domain_terms.Campaign]) -> domain_stacking.Stacking:
        """How it gives beside others."""
        return campaign.terms.stacking

    @strawberry.field(graphql_type=list[CampaignCap])
    @staticmethod
    def caps(campaign: strawberry.Parent[domain_terms.Campaign]) -> list[bounds.Cap]:
        """How much for each member or household."""
        return list(campaign.terms.caps)

    @strawberry.field
    @staticmethod
    async def budget(campaign: strawberry.Parent[domain_terms.Campaign], info: Info) -> CampaignBudget | None:
        """How much in all, for its owner and sponsors; null for others, and where it has no bound."""
        budget = campaigns.budget_told(info.context, campaign)
        if budget is None:
            return None
        return budget_shown(budget, (await coalition.coalition(info.context)).currency)

    @strawberry.field
    @staticmethod
    def days_before(campaign: strawberry.Parent[domain_terms.Campaign]) -> int:
        """For a birthday or an anniversary: it opens so many days before the day."""
        return campaign.terms.when.days_before

    @strawberry.field
    @staticmethod
    def days_after(campaign: strawberry.Parent[domain_terms.Campaign]) -> int | None:
        """Things won for the day can be used to the end of so many days after it; null: as the prize says."""
        return campaign.terms.when.days_after

    @strawberry.field
    @staticmethod
    def control(campaign: strawberry.Parent[domain_terms.Campaign], info: Info) -> str | None:
        """The share of members that is left out to compare with, for its owner and sponsors; null for others."""
        return str(campaign.terms.when.control) if campaigns.concerns(info.context, campaign) else None

    @strawberry.field
    @staticmethod
    async def wheel(campaign: strawberry.Parent[domain_terms.Campaign], info: Info) -> CampaignWheel | None:
        """What its wheels turn by; null where it has none, or has not been live."""
        if campaign.commitment is None:
            return None
        seed = await campaigns.seed_revealed(info.context, campaign)
        return CampaignWheel(commitment=campaign.commitment.hex(), seed=seed.hex() if seed else None)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def awaiting(
        campaign: strawberry.Parent[domain_terms.Campaign], info: Info
    ) -> list[coalition_models.Partner]:
        """Sponsors that have not agreed to these terms yet, for its owner and sponsors; empty for others."""
        missing = await campaigns.awaiting(info.context, campaign)
        return await partners_of(info, frozenset(missing))

    @strawberry.field(graphql_type=list[CampaignSponsor])
    @staticmethod
    def sponsors(campaign: strawberry.Parent[domain_terms.Campaign]) -> list[domain_terms.Sponsor]:
        """Who pays for it."""
        return list(campaign.terms.sponsors)

    @strawberry.field
    @staticmethod
    def return_days(campaign: strawberry.Parent[domain_terms.Campaign]) -> int | None:
        """How many days its points wait; null: not at all."""
        return campaign.terms.return_days

    @strawberry.field
    @staticmethod
    def rounding(campaign: strawberry.Parent[domain_terms.Campaign]) -> Rounding:
        """How a fraction of a point ends."""
        return campaign.terms.rounding

    @strawberry.field
    @staticmethod
    def fingerprint(campaign: strawberry.Parent[domain_terms.Campaign]) -> str:
        """A digest of its terms in hexadecimal; a sponsor agrees to it, and to no other terms."""
        return campaign.terms.fingerprint().hex()

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(campaign: strawberry.Parent[domain_terms.Campaign], info: Info) -> coalition_models.Partner:
        """Whose campaign it is."""
        return await coalition.partner(info.context, campaign.partner_id)


findable(Campaign, campaigns.find, READ)


@strawberry.type
class CampaignPayload:
    """What became of a step of a campaign."""

    campaign: Campaign | None = None
    """The campaign; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class CampaignAgreeInput:
    """A sponsor's agreement."""

    campaign: strawberry.ID
    """The campaign."""
    fingerprint: str
    """The `fingerprint` of the terms you have read."""

    def digest(self) -> bytes:
        """As the domain takes it. Raises: InvalidValue."""
        try:
            return bytes.fromhex(self.fingerprint)
        except ValueError:
            raise InvalidValue(
                "a fingerprint is hexadecimal, as the campaign shows it", path=("fingerprint",)
            ) from None


@strawberry.input
class CampaignStepInput:
    """A step of a campaign."""

    campaign: strawberry.ID
    """The campaign."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The campaign's id.")]
States = Annotated[
    list[CampaignState] | None, strawberry.argument(description="Only versions in these states; all if not said.")
]

Version = Annotated[int | None, strawberry.argument(description="One of its versions; the latest if not said.")]
Triggers = Annotated[
    list[str] | None,
    strawberry.argument(description="Only those that answer one of these, such as PURCHASE or VISIT; all if not said."),
]


@strawberry.type
class CampaignQuery:
    """Campaigns."""

    @strawberry.field(graphql_type=Connection[Campaign], extensions=[READ, paged()])
    @staticmethod
    async def partner_campaigns(
        info: Info, page: PageRequest, states: States = None, triggers: Triggers = None
    ) -> Page[domain_terms.Campaign]:
        """The campaigns that you own, fund or earn under, newest first; for the coalition, everybody's."""
        return await campaigns.of_partner(info.context, page, states or [], triggers or [])

    @strawberry.field(graphql_type=Campaign | None, extensions=[READ, or_null])
    @staticmethod
    async def campaign(info: Info, id: Id, version: Version = None) -> domain_terms.Campaign:
        """One campaign; null when there is none that you may see."""
        campaign_id = info.context.global_ids.one("Campaign", id)
        return await campaigns.find(info.context, campaign_id, version)

    @strawberry.field(graphql_type=list[Campaign], extensions=[READ], directives=[Cost(size=MOST_VERSIONS)])
    @staticmethod
    async def campaign_versions(info: Info, campaign: Id) -> list[domain_terms.Campaign]:
        """The latest 50 versions of a campaign, as far as you may see them, the latest first."""
        return await campaigns.versions(info.context, info.context.global_ids.one("Campaign", campaign))


@strawberry.type
class CampaignMutation:
    """Campaigns begin, change and end."""

    @strawberry.mutation(graphql_type=CampaignPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def campaign_draft(info: Info, input: CampaignDraftInput) -> Any:
        """Write a new campaign of yours."""
        return _done(await campaigns.draft(info.context, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=CampaignPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def campaign_change(info: Info, input: CampaignChangeInput) -> Any:
        """Change a draft; where the campaign has been live, the change is the draft of its next version."""
        campaign_id = info.context.global_ids.one("Campaign", input.campaign)
        return _done(await campaigns.change(info.context, campaign_id, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=CampaignPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def campaign_agree(info: Info, input: CampaignAgreeInput) -> Any:
        """Agree, as a sponsor, to exactly these terms."""
        campaign_id = info.context.global_ids.one("Campaign", input.campaign)
        return _done(await campaigns.agree(info.context, campaign_id, input.digest()))

    @strawberry.mutation(graphql_type=CampaignPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def campaign_publish(info: Info, input: CampaignStepInput) -> Any:
        """Let a draft give points from now on; a version that was live is followed by it."""
        return _done(await campaigns.publish(info.context, info.context.global_ids.one("Campaign", input.campaign)))

    @strawberry.mutation(graphql_type=CampaignPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def campaign_pause(info: Info, input: CampaignStepInput) -> Any:
        """Give nothing for now."""
        return _done(await campaigns.pause(info.context, info.context.global_ids.one("Campaign", input.campaign)))

    @strawberry.mutation(graphql_type=CampaignPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def campaign_resume(info: Info, input: CampaignStepInput) -> Any:
        """Go on under the same terms, as the next version."""
        return _done(await campaigns.resume(info.context, info.context.global_ids.one("Campaign", input.campaign)))

    @strawberry.mutation(graphql_type=CampaignPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def campaign_reveal_seed(info: Info, input: CampaignStepInput) -> Any:
        """Open what the wheels of an ended campaign turned by, once no purchase for it can come any more."""
        return _done(await campaigns.reveal(info.context, info.context.global_ids.one("Campaign", input.campaign)))

    @strawberry.mutation(graphql_type=CampaignPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def campaign_end(info: Info, input: CampaignStepInput) -> Any:
        """Give nothing any more."""
        return _done(await campaigns.end(info.context, info.context.global_ids.one("Campaign", input.campaign)))


async def _terms(info: Info, terms: CampaignTermsInput) -> domain_terms.Terms:
    return terms.to_terms(info.context, (await coalition.coalition(info.context)).currency)


def _done(campaign: domain_terms.Campaign) -> CampaignPayload:
    return CampaignPayload(campaign=campaign)  # type: ignore[arg-type]
