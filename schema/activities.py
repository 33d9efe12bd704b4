"""Joint activities: what there is to come to, who was invited, and how it went."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.activities import models, queries, reporting
from domain.activities import terms as domain_terms
from domain.activities.models import PlaceState
from domain.activities.terms import ActivityState
from domain.paging import Page, PageRequest
from partners.scopes import Scope
from resolvers import activities
from resolvers.context import Info
from schema.activity_parts import ActivityCode, ActivityPlace, JointActivity, MyActivity, id_of
from schema.activity_reports import ActivityReport
from schema.connections import Connection, paged
from schema.errors import or_null
from schema.permissions import needs

READ = needs(Scope.CAMPAIGNS_READ)
DOOR = needs(Scope.PURCHASES_WRITE)
REPORT = needs(Scope.ANALYTICS_READ)


Id = Annotated[strawberry.ID, strawberry.argument(description="The activity's id.")]
States = Annotated[
    list[ActivityState] | None, strawberry.argument(description="Only versions in these states; all if not said.")
]
Standing = Annotated[
    list[PlaceState] | None, strawberry.argument(description="Only those that stand so; all, if not said.")
]


@strawberry.type
class ActivityQuery:
    """Joint activities."""

    @strawberry.field(graphql_type=Connection[JointActivity], extensions=[READ, paged()])
    @staticmethod
    async def joint_activities(info: Info, page: PageRequest, states: States = None) -> Page[domain_terms.Activity]:
        """The activities that you own, host or share, newest first."""
        return await activities.page(info.context, page, states or [])

    @strawberry.field(graphql_type=JointActivity | None, extensions=[READ, or_null])
    @staticmethod
    async def joint_activity(info: Info, id: Id) -> domain_terms.Activity:
        """One activity; null when there is none that you may see."""
        return await activities.find(info.context, id_of(info, id))

    @strawberry.field(graphql_type=Connection[ActivityPlace], extensions=[READ, paged()])
    @staticmethod
    async def activity_places(
        info: Info, page: PageRequest, activity: Id, states: Standing = None
    ) -> Page[models.ActivityPlace]:
        """Those whom you invited, newest first."""
        return await activities.places(info.context, page, id_of(info, activity), states or ())

    @strawberry.field(graphql_type=ActivityReport | None, extensions=[REPORT, or_null])
    @staticmethod
    async def activity_report(info: Info, activity: Id) -> reporting.ActivityReport:
        """How an activity went that you take part in; null when there is none."""
        return await activities.report(info.context, id_of(info, activity))

    @strawberry.field(graphql_type=ActivityCode | None, extensions=[DOOR, or_null])
    @staticmethod
    async def activity_host_code(info: Info, activity: Id) -> activities.Shown:
        """What you show at your door now; it changes every minute. Null where you host no such activity."""
        return await activities.host_code(info.context, id_of(info, activity))

    @strawberry.field(graphql_type=list[MyActivity], extensions=[needs(Scope.PROFILE_READ)])
    @staticmethod
    async def my_activities(info: Info) -> list[queries.MyActivity]:
        """What you were invited to, answered, or may come to, the next first."""
        return await activities.mine(info.context)
