"""What a campaign says beside its rule, as the contract shows it: when, for whom, beside whom and how much."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.coalition import models as coalition_models
from domain.earning import bounds, matching, stacking, when
from domain.earning import terms as domain_terms
from domain.earning.bounds import CapOf, CapPer, Pacing
from domain.earning.expiry import Expiry, ExpiryKind
from domain.earning.periods import Period
from domain.earning.stacking import Mode
from domain.ids import OutletId, PartnerId
from domain.segments.definitions import Segment
from domain.values import Points
from resolvers import campaigns, coalition
from resolvers.context import Info
from schema.campaign_rule_shapes import money_shown
from schema.money import Money
from schema.partners import Outlet, Partner
from schema.shape import shows

Segments = Annotated["Segment", strawberry.lazy("schema.segments")]


@strawberry.type
@shows(domain_terms.Sponsor)
class CampaignSponsor:
    """Who funds a campaign, and which share of it."""

    @strawberry.field
    @staticmethod
    def share(sponsor: strawberry.Parent[domain_terms.Sponsor]) -> str:
        """An exact ratio, such as 1 or 2/5."""
        return str(sponsor.share)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(sponsor: strawberry.Parent[domain_terms.Sponsor], info: Info) -> coalition_models.Partner:
        """Who pays."""
        return await coalition.partner(info.context, sponsor.partner_id)


@strawberry.type
@shows(matching.LineMatch)
class CampaignLines:
    """Which lines count: all parts that name something hold, and no exclusion does; without any, every line."""

    private_label: bool | None
    """Only the shop's own brands, or none of them."""

    @strawberry.field
    @staticmethod
    def skus(match: strawberry.Parent[matching.LineMatch]) -> list[str]:
        """One of these article numbers."""
        return sorted(match.skus)

    @strawberry.field
    @staticmethod
    def gtins(match: strawberry.Parent[matching.LineMatch]) -> list[str]:
        """One of these numbers in the bar code."""
        return sorted(match.gtins)

    @strawberry.field
    @staticmethod
    def brands(match: strawberry.Parent[matching.LineMatch]) -> list[str]:
        """One of these brands."""
        return sorted(match.brands)

    @strawberry.field
    @staticmethod
    def categories(match: strawberry.Parent[matching.LineMatch]) -> list[str]:
        """One of these categories."""
        return sorted(match.categories)

    @strawberry.field
    @staticmethod
    def departments(match: strawberry.Parent[matching.LineMatch]) -> list[str]:
        """One of these departments."""
        return sorted(match.departments)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def makers(match: strawberry.Parent[matching.LineMatch], info: Info) -> list[coalition_models.Partner]:
        """Made by one of these partners."""
        return await partners_of(info, match.makers)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def suppliers(match: strawberry.Parent[matching.LineMatch], info: Info) -> list[coalition_models.Partner]:
        """Delivered by one of these partners."""
        return await partners_of(info, match.suppliers)

    @strawberry.field(graphql_type=list[Outlet])
    @staticmethod
    async def outlets(match: strawberry.Parent[matching.LineMatch], info: Info) -> list[coalition_models.Outlet]:
        """Bought in one of these outlets."""
        return await outlets_of(info, match.outlets)

    @strawberry.field(graphql_type=list[Annotated["CampaignLines", strawberry.lazy("schema.campaign_shapes")]])
    @staticmethod
    def excluding(match: strawberry.Parent[matching.LineMatch]) -> list[matching.LineMatch]:
        """But none of these."""
        return list(match.excluding)


@strawberry.type
@shows(when.Hours)
class CampaignHours:
    """Hours of a day; past midnight where they end earlier than they begin."""

    @strawberry.field
    @staticmethod
    def start(hours: strawberry.Parent[when.Hours]) -> str:
        """From this time."""
        return f"{hours.start:%H:%M}"

    @strawberry.field
    @staticmethod
    def end(hours: strawberry.Parent[when.Hours]) -> str:
        """Until before this one."""
        return f"{hours.end:%H:%M}"


@strawberry.type
@shows(when.When)
class CampaignWhen:
    """On what, at which times and for whom a campaign holds; what names nothing asks nothing."""

    hours: list[CampaignHours]
    """Only in these hours of the day."""
    time_zone: str | None
    """By whose clock; null: the coalition's."""
    condition: str | None
    """What else must hold, as an expression."""

    @strawberry.field
    @staticmethod
    def triggers(held: strawberry.Parent[when.When]) -> list[str]:
        """PURCHASE, or types of actions."""
        return sorted(held.triggers)

    @strawberry.field
    @staticmethod
    def weekdays(held: strawberry.Parent[when.When]) -> list[int]:
        """1 for Monday to 7 for Sunday, by the local day."""
        return sorted(held.weekdays)

    @strawberry.field
    @staticmethod
    def channels(held: strawberry.Parent[when.When]) -> list[str]:
        """Only in these channels."""
        return sorted(held.channels)

    @strawberry.field
    @staticmethod
    def segmented(held: strawberry.Parent[when.When]) -> bool:
        """Whether it asks in which segments a member is."""
        return bool(held.segments or held.not_segments)

    @strawberry.field(graphql_type=list[Segments])
    @staticmethod
    async def segments(held: strawberry.Parent[when.When], info: Info) -> list[Segment]:
        """Only members of one of these: those of the segments that you own or may name."""
        return await campaigns.segments_named(info.context, held.segments)

    @strawberry.field(graphql_type=list[Segments])
    @staticmethod
    async def not_segments(held: strawberry.Parent[when.When], info: Info) -> list[Segment]:
        """No member of any of these: those of the segments that you own or may name."""
        return await campaigns.segments_named(info.context, held.not_segments)


@strawberry.type
@shows(stacking.Stacking)
class CampaignStacking:
    """How a campaign gives beside others."""

    mode: Mode
    """Together with others, or instead of them."""
    group: str | None
    """BEST and FIRST: among whom it is chosen."""


@strawberry.type
@shows(bounds.Cap)
class CampaignCap:
    """At most so much for each member or household."""

    most: int
    """How many points, or times."""
    of: CapOf
    """What is counted."""
    per: CapPer
    """Whose is counted together."""
    period: Period | None
    """Counted anew with each; null: as long as the campaign goes on."""
    hours: int
    """Within so many hours, whenever they begin; 0: by the period."""
    shared: str | None
    """Campaigns of its owner whose caps bear this name count together."""


@strawberry.type
class CampaignBudget:
    """What a campaign may cost in all."""

    points: Points | None
    """In points; null where it is in money."""
    money: Money | None
    """In money; null where it is in points."""
    alert: str
    """When so much of it is used, its owner and sponsors are told."""
    pacing: Pacing
    """How it becomes available."""


@strawberry.type
@shows(bounds.Release)
class CampaignRelease:
    """When points that wait no longer can be spent."""

    weekday: int
    """1 for Monday to 7 for Sunday; 0: any day."""
    days: int
    """Not before so many days of the calendar have begun; 1: from the next day on."""

    @strawberry.field
    @staticmethod
    def at(release: strawberry.Parent[bounds.Release]) -> str | None:
        """At the next such time of day, by the coalition's clock; null: at once."""
        return None if release.at is None else f"{release.at:%H:%M}"


@strawberry.type
@shows(Expiry)
class CampaignExpiry:
    """How long points live."""

    kind: ExpiryKind
    """What their life is counted by."""
    months: int
    """How many months."""
    month: int
    """The month of the fixed day; 0: there is none."""
    day: int
    """The day of the fixed day's month; 0: there is none."""


@strawberry.type
class CampaignWheel:
    """What the wheels of a campaign turn by: fixed at its start, and open to everyone after its end."""

    commitment: str
    """SHA-256 of the seed in hexadecimal, public from the start, so that nobody can choose the seed anew."""
    seed: str | None = None
    """The seed in hexadecimal, once it was revealed; with it every turn can be worked out again."""


def budget_shown(budget: bounds.Budget, currency: str) -> CampaignBudget:
    """A budget as the contract shows it."""
    return CampaignBudget(
        points=None if budget.points is None else Points(budget.points),
        money=money_shown(budget.money, currency),
        alert=str(budget.alert),
        pacing=budget.pacing,
    )


async def partners_of(info: Info, ids: frozenset[PartnerId]) -> list[coalition_models.Partner]:
    """Partners in the order of their ids."""
    return [await coalition.partner(info.context, one) for one in sorted(ids)]


async def outlets_of(info: Info, ids: frozenset[OutletId]) -> list[coalition_models.Outlet]:
    """Outlets in the order of their ids, as far as the viewer may see them."""
    found = [await coalition.outlet_or_none(info.context, one) for one in sorted(ids)]
    return [outlet for outlet in found if outlet is not None]
