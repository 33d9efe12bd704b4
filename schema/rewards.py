"""Rewards: what members get for points, and what of it they can reach."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.coalition import models as coalition_models
from domain.earning import terms as campaign_terms
from domain.earning import when as domain_when
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.rewards import drawing, matching, reaching, worths
from domain.rewards import terms as domain_terms
from domain.rewards.reaching import Hindrance
from domain.rewards.terms import Fulfilment, RewardKind, RewardState
from domain.segments import definitions
from domain.values import Points
from partners.scopes import Scope
from resolvers import campaigns, coalition, rewards
from resolvers.context import Context, Info
from schema.campaign_shapes import CampaignHours, CampaignSponsor, Segments, outlets_of, partners_of
from schema.connections import Connection, paged
from schema.errors import or_null
from schema.ids import Node, identified
from schema.limits import Cost
from schema.members import MemberRefInput
from schema.nodes import findable
from schema.partners import Outlet, Partner
from schema.permissions import needs, public
from schema.reward_shapes import (
    CharityGiving,
    RewardDrawn,
    RewardDrawPrize,
    RewardEarly,
    RewardLimit,
    RewardPay,
    RewardStep,
    lines_of,
)
from schema.shape import shows

READ = needs(Scope.REWARDS_READ)

Language = Annotated[str, strawberry.argument(description="Such as en or lv; its own name where it has no other.")]


@strawberry.type
@shows(domain_terms.Reward)
class Reward(Node):
    """What a member gets for points, or for nothing; a version that has been live never changes."""

    id: strawberry.ID = identified("reward_id")
    version: int
    """Counts from one; every redemption names the version it was had under."""
    state: RewardState
    """Where the version stands."""
    live_from: datetime | None
    """Since when this version can be had."""
    live_until: datetime | None
    """When it was paused, ended or followed by the next version."""

    @strawberry.field
    @staticmethod
    def name(reward: strawberry.Parent[domain_terms.Reward], language: Language = "") -> str:
        """What people call it."""
        return reward.terms.words_in(language)[0]

    @strawberry.field
    @staticmethod
    def about(reward: strawberry.Parent[domain_terms.Reward], language: Language = "") -> str:
        """What is told about it; empty where nothing is."""
        return reward.terms.words_in(language)[1]

    @strawberry.field
    @staticmethod
    def languages(reward: strawberry.Parent[domain_terms.Reward]) -> list[str]:
        """The languages it has a name in."""
        return [words.language for words in reward.terms.texts]

    @strawberry.field
    @staticmethod
    def kind(reward: strawberry.Parent[domain_terms.Reward]) -> RewardKind:
        """What sort of reward."""
        return reward.terms.kind

    @strawberry.field(graphql_type=list[RewardStep])
    @staticmethod
    def steps(reward: strawberry.Parent[domain_terms.Reward]) -> list[worths.Step]:
        """The ways to have it; empty where it is priced by what is paid."""
        return list(reward.terms.steps)

    @strawberry.field(graphql_type=RewardPay | None)
    @staticmethod
    def pay(reward: strawberry.Parent[domain_terms.Reward]) -> worths.PayWithPoints | None:
        """How it is priced by what is paid; null where it has steps."""
        return reward.terms.pay

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> list[coalition_models.Partner]:
        """Where it can be had."""
        return await partners_of(info, reward.terms.partners)

    @strawberry.field(graphql_type=list[Outlet])
    @staticmethod
    async def outlets(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> list[coalition_models.Outlet]:
        """Only in these outlets; empty: in all of them."""
        return await outlets_of(info, reward.terms.outlets)

    @strawberry.field
    @staticmethod
    def starts_at(reward: strawberry.Parent[domain_terms.Reward]) -> datetime:
        """From when on some can have it."""
        return reward.terms.starts_at

    @strawberry.field
    @staticmethod
    def ends_at(reward: strawberry.Parent[domain_terms.Reward]) -> datetime | None:
        """From when on nobody can: its end, or its draw; null for no end."""
        return reward.closes_at

    @strawberry.field(graphql_type=list[RewardEarly])
    @staticmethod
    def early(reward: strawberry.Parent[domain_terms.Reward]) -> list[domain_terms.Early]:
        """Who comes first."""
        return list(reward.terms.early)

    @strawberry.field
    @staticmethod
    def tiers(reward: strawberry.Parent[domain_terms.Reward]) -> list[str]:
        """Only members of these tiers; empty: everyone."""
        return sorted(reward.terms.tiers)

    @strawberry.field
    @staticmethod
    def weekdays(reward: strawberry.Parent[domain_terms.Reward]) -> list[int]:
        """1 for Monday to 7 for Sunday; empty: every day."""
        return sorted(reward.terms.weekdays)

    @strawberry.field(graphql_type=list[CampaignHours])
    @staticmethod
    def hours(reward: strawberry.Parent[domain_terms.Reward]) -> list[domain_when.Hours]:
        """Only in these hours of the day; empty: at any."""
        return list(reward.terms.hours)

    @strawberry.field
    @staticmethod
    async def left(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> int | None:
        """How many pieces are left; null where there are as many as are wanted, or where that is not shown."""
        return await rewards.left(info.context, reward)

    @strawberry.field
    @staticmethod
    def stock(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> int | None:
        """How many pieces there are to begin with, for its owner and sponsors; null for others, and without a bound."""
        return reward.terms.stock if rewards.concerns(info.context, reward) else None

    @strawberry.field(graphql_type=list[RewardLimit])
    @staticmethod
    def limits(reward: strawberry.Parent[domain_terms.Reward]) -> list[domain_terms.Limit]:
        """How many for each member or household."""
        return list(reward.terms.limits)

    @strawberry.field
    @staticmethod
    def hold_minutes(reward: strawberry.Parent[domain_terms.Reward]) -> int:
        """How long an authorization lasts at most; 0: it is had at once or not at all."""
        return reward.terms.hold_minutes

    @strawberry.field
    @staticmethod
    def fulfilment(reward: strawberry.Parent[domain_terms.Reward]) -> Fulfilment:
        """How a member comes to it."""
        return reward.terms.fulfilment

    @strawberry.field
    @staticmethod
    def charity(reward: strawberry.Parent[domain_terms.Reward]) -> str | None:
        """Who gets its gifts."""
        return reward.terms.charity

    @strawberry.field
    @staticmethod
    def by_itself(reward: strawberry.Parent[domain_terms.Reward]) -> bool:
        """Whether it comes by itself once the points reach a step."""
        return reward.terms.automatic is not None

    @strawberry.field
    @staticmethod
    def image(reward: strawberry.Parent[domain_terms.Reward]) -> str | None:
        """An https address."""
        return reward.terms.image

    @strawberry.field(graphql_type=list[RewardDrawPrize])
    @staticmethod
    def prizes(reward: strawberry.Parent[domain_terms.Reward]) -> list[worths.DrawPrize]:
        """What its draw gives, the first prize first; empty where it has none."""
        return [] if reward.terms.draw is None else list(reward.terms.draw.prizes)

    @strawberry.field(graphql_type=RewardDrawn | None, directives=[Cost(weight=5)])
    @staticmethod
    async def draw(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> drawing.DrawTold | None:
        """How its draw stands; null where it has none, or has not been live."""
        return await rewards.draw_told(info.context, reward)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> coalition_models.Partner:
        """Whose reward it is."""
        return await coalition.partner(info.context, reward.partner_id)

    @strawberry.field(graphql_type=list[Segments])
    @staticmethod
    async def segments(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> list[definitions.Segment]:
        """Only members of one of these segments, for its owner and sponsors; empty for others."""
        named = reward.terms.segments if rewards.concerns(info.context, reward) else ()
        return await campaigns.segments_named(info.context, named)

    @strawberry.field(graphql_type=list[CampaignSponsor])
    @staticmethod
    def sponsors(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> list[campaign_terms.Sponsor]:
        """Who pays beyond the points, for its owner and sponsors; empty for others."""
        return list(reward.terms.sponsors) if rewards.concerns(info.context, reward) else []

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def awaiting(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> list[coalition_models.Partner]:
        """Sponsors that have not agreed to these terms yet, for its owner and sponsors; empty for others."""
        return await partners_of(info, frozenset(await rewards.awaiting(info.context, reward)))

    @strawberry.field
    @staticmethod
    def fingerprint(reward: strawberry.Parent[domain_terms.Reward], info: Info) -> str | None:
        """A digest of its terms in hexadecimal, for its owner and sponsors; a sponsor agrees to it, and to no other."""
        return reward.terms.fingerprint().hex() if rewards.concerns(info.context, reward) else None


findable(Reward, rewards.find, public)


@strawberry.type
@shows(reaching.Reach)
class RewardReach:
    """How near a reward is to a member."""

    reward: Reward
    """The reward."""
    hindrances: list[Hindrance]
    """Why the member cannot have it now; empty: they can."""
    steps: list[int]
    """The places of the steps, from 1, that the member has the points for."""
    tiers_missing: list[str]
    """One of these tiers is missing; empty where none is."""
    opens_at: datetime
    """When it opens for the member; may be past."""
    limit_left: int | None
    """How many pieces the member may still have; null where there is no limit."""

    @strawberry.field
    @staticmethod
    def now(reach: strawberry.Parent[reaching.Reach]) -> bool:
        """Whether the member can have it now."""
        return reach.now

    @strawberry.field
    @staticmethod
    def points_missing(reach: strawberry.Parent[reaching.Reach]) -> Points:
        """How many points are missing for the nearest step; 0 where there are enough."""
        return Points(reach.missing)

    @strawberry.field
    @staticmethod
    def left(reach: strawberry.Parent[reaching.Reach]) -> int | None:
        """How many pieces are left; null where there are as many as are wanted, or where that is not shown."""
        return reach.left if reach.reward.terms.shows_stock else None


@strawberry.input
class RewardFilterInput:
    """Which rewards; what is not said asks nothing."""

    kinds: list[RewardKind] = strawberry.field(default_factory=list)
    """Only of these kinds."""
    partner: strawberry.ID | None = None
    """Only those that can be had there."""
    most_points: Points | None = None
    """Only those that can be had for so many points at most."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The reward's id.")]
States = Annotated[
    list[RewardState] | None, strawberry.argument(description="Only versions in these states; all if not said.")
]
Filter = Annotated[RewardFilterInput | None, strawberry.argument(description="Which of them; all if not said.")]
Whom = Annotated[MemberRefInput, strawberry.argument(description="The member.")]
From = Annotated[int, strawberry.argument(name="from", description="The number of the first ticket, from 0.")]
Charity = Annotated[str | None, strawberry.argument(description="Its name; all charities if not said.")]
OnlyNow = Annotated[bool, strawberry.argument(description="Only those the member can have now.")]
First = Annotated[int, strawberry.argument(description="How many at most: 1 to 500.")]


@strawberry.type
class RewardQuery:
    """Rewards."""

    @strawberry.field(graphql_type=Connection[Reward], extensions=[public, paged()])
    @staticmethod
    async def rewards(info: Info, page: PageRequest, filter: Filter = None) -> Page[domain_terms.Reward]:
        """The rewards that can be had or will be, newest first: those for everybody; to a partner also its own."""
        return await rewards.live(info.context, page, _wanted(info.context, filter))

    @strawberry.field(graphql_type=Reward | None, extensions=[public, or_null])
    @staticmethod
    async def reward(info: Info, id: Id) -> domain_terms.Reward:
        """One reward; null when there is none that you may see."""
        return await rewards.find(info.context, info.context.global_ids.one("Reward", id))

    @strawberry.field(
        graphql_type=list[RewardReach],
        extensions=[needs(Scope.BALANCE_READ)],
        directives=[Cost(size=30)],
    )
    @staticmethod
    async def my_rewards(
        info: Info, filter: Filter = None, *, only_now: OnlyNow = False, first: First = 200
    ) -> list[reaching.Reach]:
        """What each reward is to you: what you can have now, then what is near, by how many points.

        To a storefront that acts on behalf of a member, the member's.
        """
        wanted = _wanted(info.context, filter)
        return await rewards.reaches(info.context, wanted, only_now=only_now, first=first)

    @strawberry.field(graphql_type=Connection[Reward], extensions=[READ, paged()])
    @staticmethod
    async def partner_rewards(info: Info, page: PageRequest, states: States = None) -> Page[domain_terms.Reward]:
        """The versions of rewards that you own, pay for or give, newest first."""
        return await rewards.of_partner(info.context, page, states or [])

    @strawberry.field(extensions=[needs(Scope.MEMBERS_LOOKUP)])
    @staticmethod
    async def reward_access(info: Info, reward: Id, member: Whom) -> bool:
        """Whether a member has redeemed a reward that you own, pay for or give, and still has it."""
        reward_id = info.context.global_ids.one("Reward", reward)
        return await rewards.has_access(info.context, reward_id, member.to_ref(info.context))

    @strawberry.field(extensions=[public])
    @staticmethod
    async def reward_tickets(info: Info, reward: Id, start: From = 0) -> str:
        """Tickets of a draw that took place, at most 10,000: a line for each, with its number, its id and its holder.

        The digest of the draw is the SHA-256 of all its lines.
        """
        reward_id = info.context.global_ids.one("Reward", reward)
        return lines_of(await rewards.tickets(info.context, reward_id, start))

    @strawberry.field(graphql_type=list[CharityGiving], extensions=[public], directives=[Cost(size=20)])
    @staticmethod
    async def reward_giving(info: Info, charity: Charity = None) -> list[matching.Giving]:
        """What came together for charities by redeeming rewards, and what partners added to it."""
        return await rewards.giving(info.context, charity)

    @strawberry.field(
        graphql_type=list[CharityGiving], extensions=[needs(Scope.HISTORY_READ)], directives=[Cost(size=20)]
    )
    @staticmethod
    async def my_reward_giving(info: Info) -> list[matching.Giving]:
        """What you gave to charities, and what partners added to it."""
        return await rewards.my_giving(info.context)


def _wanted(ctx: Context, said: RewardFilterInput | None) -> rewards.Wanted:
    if said is None:
        return rewards.Wanted()
    return rewards.Wanted(
        kinds=frozenset(said.kinds),
        partner_id=None if said.partner is None else PartnerId(ctx.global_ids.one("Partner", said.partner)),
        most_points=None if said.most_points is None else int(said.most_points),
    )
