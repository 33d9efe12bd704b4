"""Service to members: goodwill that two persons agree to, and members that turn out to be one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.ledger import models
from domain.values import Points
from partners.scopes import Scope
from resolvers import service
from resolvers.context import Context, Info
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.members import Member, MemberRefInput
from schema.permissions import needs
from schema.shape import shows

SERVE = needs(Scope.SERVICE_WRITE)


@strawberry.type
@shows(models.Adjustment)
class Adjustment(Node):
    """Points to be given without a purchase; they are given once a second person agrees."""

    id: strawberry.ID = identified("adjustment_id")
    points: Points
    """How many."""
    reason: str
    """Why."""
    expires_at: datetime | None
    """When the points expire; null for never."""
    requested_at: datetime
    """When they were asked for."""
    approved_at: datetime | None
    """When another person agreed."""


@strawberry.input
class AdjustmentRequestInput:
    """Points to be given to a member."""

    member: MemberRefInput
    """The member."""
    partner: strawberry.ID | None = None
    """Who pays: your own partner, or the one that the coalition's people name."""
    points: Points
    """How many; at least one."""
    reason: str
    """Why, at most 500 characters; it stays on record."""
    expires_at: datetime | None = None
    """When they expire; never if not said."""


@strawberry.input
class AdjustmentApproveInput:
    """An adjustment to be agreed to."""

    adjustment: strawberry.ID
    """The adjustment; asked for by another person."""


@strawberry.input
class MembersMergeInput:
    """Two members that are one."""

    source: MemberRefInput
    """The member that ceases to be; all that names it will name the other."""
    target: MemberRefInput
    """The member that stays."""
    partner: strawberry.ID | None = None
    """The partner that knows both: your own, or the one that the coalition's people name."""


@strawberry.type
class AdjustmentPayload:
    """What became of an adjustment."""

    adjustment: Adjustment | None = None
    """The adjustment; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class MembersMergePayload:
    """What became of a merge."""

    member: Member | None = None
    """The member that stays; null when the merge was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the merge was refused; empty when it was done."""


def _partner(ctx: Context, text: str | None) -> Any:
    return None if text is None else ctx.global_ids.one("Partner", text)


@strawberry.type
class ServiceMutation:
    """What the service desk does for members."""

    @strawberry.mutation(graphql_type=AdjustmentPayload, extensions=[SERVE, refusals])
    @staticmethod
    async def adjustment_request(info: Info, input: AdjustmentRequestInput) -> Any:
        """Ask for points to be given to a member; another person has to agree."""
        asked = await service.request(
            info.context,
            input.member.to_ref(info.context),
            _partner(info.context, input.partner),
            points=input.points,
            reason=input.reason,
            expires_at=input.expires_at,
        )
        return AdjustmentPayload(adjustment=asked)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=AdjustmentPayload, extensions=[SERVE, refusals])
    @staticmethod
    async def adjustment_approve(info: Info, input: AdjustmentApproveInput) -> Any:
        """Agree, as another person than the one who asked, and give the points."""
        adjustment_id = info.context.global_ids.one("Adjustment", input.adjustment)
        return AdjustmentPayload(adjustment=await service.approve(info.context, adjustment_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MembersMergePayload, extensions=[SERVE, refusals])
    @staticmethod
    async def members_merge(info: Info, input: MembersMergeInput) -> Any:
        """Make one member of two: points, debts and all that names the one go over to the other."""
        merged = await service.merge(
            info.context,
            input.source.to_ref(info.context),
            input.target.to_ref(info.context),
            _partner(info.context, input.partner),
        )
        return MembersMergePayload(member=merged)  # type: ignore[arg-type]
