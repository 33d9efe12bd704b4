"""Trade-ins: quoted and looked up at counters, shown to their members, and reported."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.paging import Page, PageRequest
from domain.trade_ins import queries, reporting, valuing
from domain.trade_ins.models import ItemState
from partners.scopes import Scope
from resolvers import trade_ins
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import or_null
from schema.permissions import needs
from schema.trade_in_parts import MyTradeIn, TradeIn, TradeInValue
from schema.trade_in_reports import TradeInReport
from schema.trade_in_steps import TradeInItemInput, items_of, scheme_of

READ = needs(Scope.PURCHASES_READ, Scope.PURCHASES_WRITE)
WRITE = needs(Scope.PURCHASES_WRITE)
REPORT = needs(Scope.ANALYTICS_READ)
MINE = needs(Scope.PROFILE_READ)


Id = Annotated[strawberry.ID, strawberry.argument(description="The trade-in's id.")]
Of = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this scheme; of all, if not said.")]
Items = Annotated[list[TradeInItemInput], strawberry.argument(description="What would be handed in: 1 to 100.")]
Where = Annotated[str | None, strawberry.argument(description="Your code of the shop.")]
States = Annotated[
    list[ItemState] | None, strawberry.argument(description="Only with items that stand so; all, if not said.")
]
Since = Annotated[datetime, strawberry.argument(description="What was recorded from then on …")]
Until = Annotated[datetime | None, strawberry.argument(description="… and before then; all since, if not said.")]


@strawberry.type
class TradeInQuery:
    """Trade-ins."""

    @strawberry.field(graphql_type=list[TradeInValue], extensions=[WRITE])
    @staticmethod
    async def trade_in_quote(
        info: Info, items: Items, scheme: Of = None, outlet_code: Where = None
    ) -> list[valuing.Valued]:
        """What items are worth at your counters now, and why some are not taken; nothing is recorded."""
        wanted = scheme_of(info.context, scheme)
        _, found = await trade_ins.quote(info.context, wanted, items_of(items), outlet_code)
        return found

    @strawberry.field(graphql_type=Connection[TradeIn], extensions=[READ, paged()])
    @staticmethod
    async def trade_ins(
        info: Info, page: PageRequest, scheme: Of = None, states: States = None
    ) -> Page[queries.TradeIn]:
        """What you took, newest first."""
        return await trade_ins.page(info.context, page, scheme_of(info.context, scheme), states or ())

    @strawberry.field(graphql_type=TradeIn | None, extensions=[READ, or_null])
    @staticmethod
    async def trade_in(info: Info, id: Id) -> queries.TradeIn:
        """One of your trade-ins; null when there is none with this id."""
        return await trade_ins.find(info.context, info.context.global_ids.one("TradeIn", id))

    @strawberry.field(graphql_type=Connection[MyTradeIn], extensions=[MINE, paged()])
    @staticmethod
    async def my_trade_ins(info: Info, page: PageRequest) -> Page[queries.MyItem]:
        """What you handed in, newest first."""
        return await trade_ins.mine(info.context, page)

    @strawberry.field(graphql_type=TradeInReport, extensions=[REPORT])
    @staticmethod
    async def trade_in_report(
        info: Info, since: Since, until: Until = None, scheme: Of = None
    ) -> reporting.TradeInReport:
        """What was taken, by category and grade, and what it cost you and the sponsors of your schemes."""
        wanted = scheme_of(info.context, scheme)
        return await trade_ins.report(info.context, wanted, since, until)
