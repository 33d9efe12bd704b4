"""Partners on their way out, and the end of the coalition, as those see it whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.coalition import leaving
from domain.coalition.exit_models import PartnerExit, WindDown
from domain.coalition.exit_words import ExitStep, Remainder, WindDownStep
from domain.coalition.leaving import GiveNotice
from domain.ids import PersonId
from domain.members import notices
from domain.settlement.exits import exiting, winding_down
from domain.settlement.exits.exiting import ExitView
from domain.settlement.exits.winding_down import AnnounceEnd, WindDownView
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.houses import check_fresh
from resolvers.policies import acting_for, acting_member, acting_person


async def view(ctx: Context, partner_id: UUID) -> ExitView:
    """A partner's way out, for it and the coalition. Raises: WrongAudience, ExitNotFound."""
    whose = acting_for(ctx.viewer, partner_id)
    async with _whole(ctx) as whole:  # what stands in its way lies in cycles and disputes that others are a side of
        return await whole.read(exiting.view, whose, now=ctx.now)


async def exits(ctx: Context) -> list[PartnerExit]:
    """Who is leaving or has left, as far as the viewer may see it."""
    return await ctx.read(leaving.exits)


async def give_notice(ctx: Context, partner_id: UUID, exit_at: datetime, reason: str) -> ExitView:
    """Give notice: the coalition to any partner, or a partner for itself."""
    by = _person(ctx)
    whose = acting_for(ctx.viewer, partner_id)
    own = ctx.viewer.audience is not Audience.COALITION
    command = GiveNotice(partner_id=whose, exit_at=exit_at, reason=reason, by_partner=own)
    async with _whole(ctx) as whole:
        await whole.write(leaving.give_notice, command, by=by, now=ctx.now)
    return await view(ctx, whose)


async def withdraw(ctx: Context, partner_id: UUID) -> None:
    """Take notice back: who may give it may take it back."""
    by = _person(ctx)
    whose = acting_for(ctx.viewer, partner_id)
    async with _whole(ctx) as whole:
        await whole.write(leaving.withdraw, whose, by=by, now=ctx.now)


async def choose_remainder(ctx: Context, partner_id: UUID, remainder: Remainder) -> ExitView:
    """Say what becomes of points nobody has spent; a second person says the same."""
    by = _person(ctx)
    await ctx.write(leaving.choose_remainder, partner_id, remainder, by=by, now=ctx.now)
    return await view(ctx, partner_id)


async def take(ctx: Context, partner_id: UUID, step: ExitStep) -> ExitView:
    """Take the next step on a partner's way out."""
    await ctx.write(exiting.take, partner_id, step, by=PersonId(acting_person(ctx.viewer)), now=ctx.now)
    return await view(ctx, partner_id)


async def wind_down(ctx: Context) -> WindDownView:
    """The end of the coalition, for its own people. Raises: ExitNotFound."""
    return await ctx.read(winding_down.view, now=ctx.now)


async def announce(ctx: Context, command: AnnounceEnd) -> WindDownView:
    """Announce the end; a second person confirms."""
    await ctx.write(winding_down.announce, command, by=_person(ctx), now=ctx.now)
    return await wind_down(ctx)


async def take_wind_down(ctx: Context, step: WindDownStep) -> WindDownView:
    """Take the next step of the end, freshly signed in."""
    await ctx.write(winding_down.take, step, by=_person(ctx), now=ctx.now)
    return await wind_down(ctx)


async def withdraw_end(ctx: Context, announced_at: datetime) -> WindDown:
    """Take the end that was announced then back, before anybody's earning has stopped."""
    return await ctx.write(winding_down.withdraw, by=_person(ctx), now=ctx.now, announced_at=announced_at)


async def notices_of(ctx: Context) -> Sequence[notices.Notice]:
    """What concerns a member's points: partners it knows that leave, and the end of the coalition."""
    _wallet_id, member_id = acting_member(ctx.viewer)
    return await ctx.read(notices.notices_for, member_id, now=ctx.now)


def _person(ctx: Context) -> PersonId:
    """Who decides, by name and just signed in. Raises: WrongAudience, SignInTooOld."""
    by = PersonId(acting_person(ctx.viewer))
    check_fresh(ctx)
    return by


def _whole(ctx: Context) -> Context:
    """With the coalition's sight, once it is settled that the viewer may."""
    return Context.for_coalition(ctx.database, ctx.now, keys=ctx.keys)
