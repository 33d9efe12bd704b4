"""Joint activities as their partners and members see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain import values
from domain.activities import models, queries
from domain.activities import terms as domain_terms
from domain.activities.models import CameBy, CostKind, PlaceState
from domain.activities.terms import ActivityState
from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.members import recognition
from partners.scopes import Scope
from resolvers import activities, coalition
from resolvers.context import Info
from schema.activity_terms import ActivityTermsShown
from schema.campaign_shapes import partners_of
from schema.ids import Node, identified
from schema.members import Member
from schema.money import Money
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.reward_shapes import money_of
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ)


@strawberry.type
@shows(domain_terms.Activity)
class JointActivity(Node):
    """The latest version of an activity; a version that has been live never changes."""

    id: strawberry.ID = identified("activity_id")
    version: int
    """Counts from one."""
    state: ActivityState
    """Where the version stands."""
    terms: ActivityTermsShown
    """What it is, for whom, and who pays which share."""
    live_from: datetime | None
    """Since when this version holds."""
    live_until: datetime | None
    """When it was paused, ended or followed by the next version."""

    @strawberry.field
    @staticmethod
    def fingerprint(activity: strawberry.Parent[domain_terms.Activity]) -> str:
        """A digest of its terms in hexadecimal; a partner agrees to it, and to no other terms."""
        return activity.terms.fingerprint().hex()

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(activity: strawberry.Parent[domain_terms.Activity], info: Info) -> coalition_models.Partner:
        """Whose activity it is."""
        return await coalition.partner(info.context, activity.partner_id)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def awaiting(
        activity: strawberry.Parent[domain_terms.Activity], info: Info
    ) -> list[coalition_models.Partner]:
        """Partners that have not agreed to these terms yet, for its owner and those who share its costs."""
        return await partners_of(info, frozenset(await activities.awaiting(info.context, activity)))


findable(JointActivity, activities.find, READ)


@strawberry.type
@shows(models.ActivityPlace)
class ActivityPlace:
    """Somebody whom you invited, or who came to your activity uninvited."""

    invited: bool
    """Whether you asked."""
    guests: int
    """How many come with the member."""
    invited_at: datetime
    """When it was asked, or came by itself."""
    answered_at: datetime | None
    """When it answered last."""
    came_at: datetime | None
    """When it came."""

    @strawberry.field
    @staticmethod
    def state(place: strawberry.Parent[models.ActivityPlace]) -> PlaceState:
        """How it stands."""
        return PlaceState(place.state)

    @strawberry.field
    @staticmethod
    def came_by(place: strawberry.Parent[models.ActivityPlace]) -> CameBy | None:
        """How it showed that it came."""
        return None if place.came_by is None else CameBy(place.came_by)

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(place: strawberry.Parent[models.ActivityPlace], info: Info) -> recognition.KnownMember | None:
        """Who; null where it is a member no more."""
        return await activities.member_of(info.context, place)


@strawberry.type
@shows(models.ActivityCost)
class ActivityCost:
    """What a partner paid, or plans to pay."""

    label: str
    """For what."""
    entered_at: datetime
    """When it was entered."""

    @strawberry.field
    @staticmethod
    def kind(cost: strawberry.Parent[models.ActivityCost]) -> CostKind:
        """Planned, or paid."""
        return CostKind(cost.kind)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def money(cost: strawberry.Parent[models.ActivityCost], info: Info) -> values.Money | None:
        """So much; below nothing puts an earlier one right."""
        return await money_of(info, cost.amount)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(cost: strawberry.Parent[models.ActivityCost], info: Info) -> coalition_models.Partner:
        """Who pays it at first."""
        return await coalition.partner(info.context, PartnerId(cost.partner_id))


@strawberry.type
@shows(activities.Shown)
class ActivityCode:
    """What is shown at the door at this moment, as a QR code or to be typed."""

    code: str
    """Letter case, spaces and hyphens do not matter."""
    valid_until: datetime
    """Ask again before."""


@strawberry.type
@shows(queries.MyActivity)
class MyActivity:
    """An activity that you were invited to, answered, or may come to."""

    state: PlaceState | None
    """How you stand to it; null: you were not asked, and have not answered."""
    invited: bool
    """Whether you were asked."""
    guests: int
    """How many come with you."""
    came_at: datetime | None
    """When you came."""
    seats_left: int
    """How many places are left."""

    @strawberry.field
    @staticmethod
    def id(mine: strawberry.Parent[queries.MyActivity], info: Info) -> strawberry.ID:
        """By which you answer."""
        return strawberry.ID(info.context.global_ids.encode("JointActivity", mine.activity.activity_id))

    @strawberry.field(graphql_type=ActivityTermsShown)
    @staticmethod
    def terms(mine: strawberry.Parent[queries.MyActivity]) -> domain_terms.ActivityTerms:
        """What it is, when and where."""
        return mine.activity.terms

    @strawberry.field(graphql_type=ActivityCode | None)
    @staticmethod
    def code(mine: strawberry.Parent[queries.MyActivity], info: Info) -> activities.Shown | None:
        """What you show at the door now; null without a place."""
        return activities.code_of(info.context, mine)


def id_of(info: Info, text: str) -> Any:
    """Which activity an id names."""
    return info.context.global_ids.one("JointActivity", text)
