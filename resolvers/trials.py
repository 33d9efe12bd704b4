"""Trials: what makers plan, what members do, and samples that are handed over counters."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from domain.ids import OutletId, PartnerId
from domain.members import recognition
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.surveys.answers import Answers
from domain.trials import drawing, managing, queries, taking_part
from domain.trials.drawing import DrawTold, TicketTold
from domain.trials.errors import TrialNotFound
from domain.trials.queries import CounterTrial, OwnTrial, PlaceTold, TrialReport
from domain.trials.terms import Trial, TrialId, TrialTerms
from resolvers import members
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner, at_own_till
from resolvers.segments import owner_of

SEED = 32
"""Bytes of a draw's seed."""

Step = Callable[..., Awaitable[None]]


async def find(ctx: Context, trial_id: UUID) -> Trial:
    """One of the viewer's trials. Raises: WrongAudience, TrialNotFound."""
    owner_of(ctx)
    return await ctx.read(queries.trial_by_id, TrialId(trial_id))


async def page(ctx: Context, request: PageRequest) -> Page[Trial]:
    """The viewer's trials."""
    owner_of(ctx)
    return await ctx.read(queries.trials_page, request)


async def places(ctx: Context, trial_id: UUID, request: PageRequest) -> Page[PlaceTold]:
    """Who takes part in one of the viewer's trials."""
    owner_of(ctx)
    return await ctx.read(queries.places_page, TrialId(trial_id), request)


async def report(ctx: Context, trial_id: UUID) -> TrialReport:
    """What became of one of the viewer's trials, in sums."""
    owner_of(ctx)
    return await ctx.read(queries.report, TrialId(trial_id))


async def drawn(ctx: Context, trial: Trial) -> DrawTold | None:
    """What everybody is told of its draw; None before it was published."""
    return None if trial.live_from is None else await ctx.read(drawing.draw_told, trial.trial_id)


async def tickets(ctx: Context, trial_id: UUID, request: PageRequest) -> Page[TicketTold]:
    """The tickets of a draw, by number, for whoever has the trial's id; none before it was drawn."""
    first = 0 if request.after is None else request.after[0] + 1
    told = await ctx.fetch(drawing.tickets_told, TrialId(trial_id), first=first, most=request.first + 1)
    return Page.of(told, request, lambda one: (one.number,))


async def draft(ctx: Context, terms: TrialTerms) -> Trial:
    """Write a new trial."""
    return await ctx.write(managing.draft, _owner(ctx), terms, now=ctx.now)


async def change(ctx: Context, trial_id: UUID, terms: TrialTerms) -> Trial:
    """Change a trial."""
    return await ctx.write(managing.change, _owner(ctx), TrialId(trial_id), terms, now=ctx.now)


async def publish(ctx: Context, trial_id: UUID) -> Trial:
    """Let members apply from now on; the seed is thought of here, and promised by its digest."""
    seed = secrets.token_bytes(SEED)
    return await ctx.write(managing.publish, _owner(ctx), TrialId(trial_id), seed=seed, now=ctx.now)


async def pause(ctx: Context, trial_id: UUID) -> Trial:
    """Let nobody apply for now."""
    return await ctx.write(managing.pause, _owner(ctx), TrialId(trial_id), now=ctx.now)


async def resume(ctx: Context, trial_id: UUID) -> Trial:
    """Go on."""
    return await ctx.write(managing.resume, _owner(ctx), TrialId(trial_id), now=ctx.now)


async def end(ctx: Context, trial_id: UUID) -> Trial:
    """Give out no further places."""
    return await ctx.write(managing.end, _owner(ctx), TrialId(trial_id), now=ctx.now)


async def hand(ctx: Context, trial_id: UUID, ref: MemberRef, outlet_id: UUID | None) -> None:
    """A sample goes over the counter, or is sent. Raises: TrialNotFound, TrialStepOver, MemberNotFound."""
    by = PartnerId(acting_partner(ctx.viewer))
    if all(one.trial_id != trial_id for one in await at_counter(ctx)):
        raise TrialNotFound  # before anybody is met: no cards are tried out on trials of others
    member = await members.find(ctx, ref)
    at = at_own_till(ctx.viewer, outlet_id)
    where = None if at is None else OutletId(at)
    await ctx.post(taking_part.hand, TrialId(trial_id), member.member_id, by=by, outlet_id=where, now=ctx.now)


async def at_counter(ctx: Context) -> list[CounterTrial]:
    """The trials of which the partner hands samples."""
    return await ctx.read(queries.at_counter, PartnerId(acting_partner(ctx.viewer)), now=ctx.now)


async def mine(ctx: Context) -> list[OwnTrial]:
    """The trials that the member may apply for, and those it takes part in."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(queries.of_member, member_id, now=ctx.now)


async def step(ctx: Context, taken: Step, trial_id: UUID) -> OwnTrial:
    """The member applies, takes its place or gives it up."""
    _, member_id = acting_member(ctx.viewer)
    doing: Any = taken
    await ctx.post(doing, TrialId(trial_id), member_id, now=ctx.now)
    return await _own(ctx, member_id, trial_id)


async def say(ctx: Context, trial_id: UUID, answers: Answers, key: str, *, complete: bool) -> OwnTrial:
    """The member says what it thinks of the sample."""
    _, member_id = acting_member(ctx.viewer)
    before = await _own(ctx, member_id, trial_id)
    await ctx.post(
        taking_part.say,
        before,
        member_id,
        answers,
        complete=complete,
        key=key,
        personal_key=ctx.keys.personal_data,
        now=ctx.now,
    )
    return await _own(ctx, member_id, trial_id)


async def member_of(ctx: Context, place: PlaceTold) -> KnownMember | None:
    """Who has a place, as its maker knows the member; None to the coalition, and where the member does not allow it."""
    if place.pairwise_id is None or ctx.viewer.partner_id is None:
        return None
    ref = MemberRef(pairwise_id=place.pairwise_id)
    (known,) = await ctx.fetch(recognition.recognise, [ref], ctx.viewer.partner_id, key=ctx.keys.lookups, now=ctx.now)
    return known


def _owner(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))


async def _own(ctx: Context, member_id: UUID, trial_id: UUID) -> OwnTrial:
    return await ctx.read(taking_part.own, member_id, TrialId(trial_id), now=ctx.now)
