"""The reserve's account: money put in by one person, and taken out by two."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.liability import models
from domain.liability.models import MovementKind
from partners.scopes import Scope
from resolvers import liability
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.permissions import needs
from schema.scalars import IdempotencyKey
from schema.shape import shows

PREPARE = needs(Scope.SETTLEMENT_PREPARE)


@strawberry.type
@shows(models.ReserveMovement)
class ReserveMovement(Node):
    """Money put into the reserve's account, or taken out of it by two persons."""

    id: strawberry.ID = identified("movement_id")
    kind: MovementKind
    """What it is."""
    amount: Decimal
    """In the settlement currency."""
    value_on: date
    """The bank's value date; it counts from then."""
    note: str
    """What for."""
    recorded_at: datetime
    """When it was written down."""
    booked_at: datetime | None
    """From when on it counts, at the earliest; null while a release waits for its second person."""


@strawberry.input
class ReserveMovementInput:
    """Money that moved on the reserve's account."""

    idempotency_key: IdempotencyKey
    """Your key for this movement: repeated, it is booked once."""
    amount: Decimal
    """In the settlement currency; above nought."""
    value_on: date
    """The bank's value date."""
    note: str
    """What for; at most 500 characters."""


@strawberry.input
class ReserveReleaseApproveInput:
    """A release to be agreed to."""

    movement: strawberry.ID
    """The release; asked for by another person."""


@strawberry.type
class ReserveMovementPayload:
    """What became of a movement."""

    movement: ReserveMovement | None = None
    """The movement; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class ReserveAccountMutation:
    """Money into the reserve and out of it."""

    @strawberry.mutation(graphql_type=ReserveMovementPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def reserve_deposit(info: Info, input: ReserveMovementInput) -> Any:
        """Book money put in; the cover is judged at once, and issuance goes on if it suffices."""
        return await _recorded(info, MovementKind.DEPOSIT, input)

    @strawberry.mutation(graphql_type=ReserveMovementPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def reserve_release(info: Info, input: ReserveMovementInput) -> Any:
        """Ask for money to be taken out; it is booked once a second person agrees."""
        return await _recorded(info, MovementKind.RELEASE, input)

    @strawberry.mutation(graphql_type=ReserveMovementPayload, extensions=[needs(Scope.SETTLEMENT_APPROVE), refusals])
    @staticmethod
    async def reserve_release_approve(info: Info, input: ReserveReleaseApproveInput) -> Any:
        """Agree to a release, as a second person who has just signed in."""
        movement_id = info.context.global_ids.one("ReserveMovement", input.movement)
        agreed: Any = await liability.approve_release(info.context, movement_id)
        return ReserveMovementPayload(movement=agreed)


async def _recorded(info: Info, kind: MovementKind, given: ReserveMovementInput) -> ReserveMovementPayload:
    movement: Any = await liability.record(
        info.context,
        kind,
        amount=given.amount,
        value_on=given.value_on,
        note=given.note,
        key=given.idempotency_key,
    )
    return ReserveMovementPayload(movement=movement)
