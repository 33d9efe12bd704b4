"""Service to members: goodwill under four eyes, and members that turn out to be one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.ledger import adjusting, moving
from domain.ledger.adjusting import RequestAdjustment
from domain.ledger.models import Adjustment
from domain.members.recognition import KnownMember, MemberRef
from domain.values import Points
from resolvers.context import Context
from resolvers.members import find_at
from resolvers.policies import acting_for, acting_person


async def request(  # what a request says
    ctx: Context,
    ref: MemberRef,
    partner_id: UUID | None,
    *,
    points: Points,
    reason: str,
    expires_at: datetime | None,
) -> Adjustment:
    """Ask for points to be given to a member at a partner's expense."""
    whose = acting_for(ctx.viewer, partner_id)
    member = await find_at(ctx, ref, whose)
    command = RequestAdjustment(
        partner_id=whose,
        wallet_id=member.wallet_id,
        member_id=member.member_id,
        points=points,
        reason=reason,
        person_id=acting_person(ctx.viewer),
        expires_at=expires_at,
    )
    return await ctx.write(adjusting.request_adjustment, command, now=ctx.now)


async def approve(ctx: Context, adjustment_id: UUID) -> Adjustment:
    """Agree, as another person, and give the points."""
    person_id = acting_person(ctx.viewer)
    adjustment = await ctx.write(adjusting.approve_adjustment, adjustment_id, person_id=person_id, now=ctx.now)
    await ctx.post(adjusting.post_adjustment, adjustment, now=ctx.now)
    return adjustment


async def merge(ctx: Context, source: MemberRef, target: MemberRef, partner_id: UUID | None) -> KnownMember:
    """Make one member of two that a partner knows; says as whom it knows them now."""
    whose = acting_for(ctx.viewer, partner_id)
    acting_person(ctx.viewer)
    gone, kept = await find_at(ctx, source, whose), await find_at(ctx, target, whose)
    await ctx.post(moving.merge_members, gone, kept, now=ctx.now)
    return await find_at(ctx, target, whose)
