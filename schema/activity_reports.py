"""How activities went, in numbers and money."""

from __future__ import annotations

import strawberry

from domain import values
from domain.activities import costing, reporting
from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from resolvers import coalition
from resolvers.context import Info
from schema.activity_parts import JointActivity
from schema.money import Money
from schema.partners import Partner
from schema.reward_shapes import money_of
from schema.shape import shows


@strawberry.type
@shows(reporting.Numbers)
class ActivityNumbers:
    """How those whom one partner invited answered and came."""

    invited: int
    """Asked."""
    accepted: int
    """Have a place, and have not come, or not yet."""
    waiting: int
    """On the waiting list."""
    declined: int
    """Do not come."""
    cancelled: int
    """Gave their places up."""
    came: int
    """Came."""
    guests: int
    """With those who came."""
    no_shows: int
    """Had a place, and did not come."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def inviter(numbers: strawberry.Parent[reporting.Numbers], info: Info) -> coalition_models.Partner:
        """Who invited; the owner, where members came by themselves."""
        return await coalition.partner(info.context, PartnerId(numbers.inviter_id))


@strawberry.type
@shows(costing.Share)
class ActivityShare:
    """What one partner bears."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(share: strawberry.Parent[costing.Share], info: Info) -> coalition_models.Partner:
        """Who."""
        return await coalition.partner(info.context, share.partner_id)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def bears(share: strawberry.Parent[costing.Share], info: Info) -> values.Money | None:
        """Its share of all costs."""
        return await money_of(info, share.bears)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def paid(share: strawberry.Parent[costing.Share], info: Info) -> values.Money | None:
        """What it paid already."""
        return await money_of(info, share.paid)


@strawberry.type
@shows(costing.Transfer)
class ActivityTransfer:
    """What one partner pays another, so that each bears its share."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def debtor(transfer: strawberry.Parent[costing.Transfer], info: Info) -> coalition_models.Partner:
        """Who pays."""
        return await coalition.partner(info.context, transfer.debtor_id)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def creditor(transfer: strawberry.Parent[costing.Transfer], info: Info) -> coalition_models.Partner:
        """Who is paid."""
        return await coalition.partner(info.context, transfer.creditor_id)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def money(transfer: strawberry.Parent[costing.Transfer], info: Info) -> values.Money | None:
        """So much."""
        return await money_of(info, transfer.amount)


@strawberry.type
@shows(reporting.Bought)
class ActivityBought:
    """What those who came, and allow it, bought at your tills in thirty days."""

    members: int
    """How many bought."""
    purchases: int
    """How often."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def money(bought: strawberry.Parent[reporting.Bought], info: Info) -> values.Money | None:
        """For how much, less what came back."""
        return await money_of(info, bought.amount)


@strawberry.type
@shows(reporting.ActivityReport)
class ActivityReport:
    """How an activity went."""

    activity: JointActivity
    """Which."""
    numbers: list[ActivityNumbers]
    """By inviting partner."""
    attendees: int
    """All who came, guests too."""
    planned: list[ActivityShare]
    """How planned costs are shared; empty for those who share none."""
    actual: list[ActivityShare]
    """How costs are shared; empty for those who share none."""
    transfers: list[ActivityTransfer]
    """Who pays whom; the coalition books it as money adjustments, or partners pay it themselves."""
    bought: ActivityBought | None
    """Null where fewer than ten came who allow it."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def cost(report: strawberry.Parent[reporting.ActivityReport], info: Info) -> values.Money | None:
        """What was paid in all."""
        return await money_of(info, report.cost)

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def cost_per_attendee(report: strawberry.Parent[reporting.ActivityReport], info: Info) -> values.Money | None:
        """Rounded half up; null where nobody came."""
        return await money_of(info, report.cost_per_attendee)
