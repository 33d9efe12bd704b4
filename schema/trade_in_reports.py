"""What trade-in came to: items by category and grade, and what they cost whom."""

from __future__ import annotations

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.trade_ins import reporting
from resolvers import coalition
from resolvers.context import Info
from schema.money import Money
from schema.partners import Partner
from schema.reward_shapes import money_of
from schema.shape import shows


@strawberry.type
@shows(reporting.Taken)
class TradeInTaken:
    """Items of one category and grade under one scheme."""

    name: str
    """The scheme's."""
    category: str
    """Of its price list."""
    grade: str
    """How well they were kept."""
    own: bool
    """At your own counters; else at others' together, told over at least ten members."""
    members: int
    """Who handed them in."""
    items: int
    """How many lines."""
    units: int
    """How many things."""
    credited: int
    """How many lines were credited."""
    sold: int
    """How many consigned ones were sold."""
    waiting: int
    """How many wait to be sold."""
    unsold: int
    """How many nobody bought in time."""
    reversed: int
    """How many were taken back."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def value(taken: strawberry.Parent[reporting.Taken], info: Info) -> values.Money | None:
        """By the price list."""
        return await money_of(info, taken.value)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def credit(taken: strawberry.Parent[reporting.Taken], info: Info) -> values.Money | None:
        """What members were credited for them."""
        return await money_of(info, taken.credit)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def sold_for(taken: strawberry.Parent[reporting.Taken], info: Info) -> values.Money | None:
        """What buyers paid for the consigned ones."""
        return await money_of(info, taken.sold_for)


@strawberry.type
@shows(reporting.Cost)
class TradeInCost:
    """What a scheme cost one funder so far."""

    name: str
    """The scheme's."""
    points: int
    """Given for actions."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def money(cost: strawberry.Parent[reporting.Cost], info: Info) -> values.Money | None:
        """Taken off by vouchers that were used."""
        return await money_of(info, cost.amount)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def funder(cost: strawberry.Parent[reporting.Cost], info: Info) -> coalition_models.Partner:
        """Who bears it."""
        return await coalition.partner(info.context, PartnerId(cost.funder_id))


@strawberry.type
@shows(reporting.TradeInReport)
class TradeInReport:
    """What trade-in came to."""

    taken: list[TradeInTaken]
    """What was handed in."""
    costs: list[TradeInCost]
    """Your own, and those of the sponsors of your schemes."""
