"""Trials: planned by makers, taken part in by members, with samples that go over shops' counters."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.paging import Page, PageRequest
from domain.trials import drawing, queries, taking_part
from domain.trials import terms as domain_terms
from domain.trials.errors import InvalidTrial
from domain.trials.terms import TrialTerms
from partners.scopes import Scope
from resolvers import coalition, trials
from resolvers.context import Context, Info
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.members import MemberRefInput
from schema.nodes import findable
from schema.permissions import needs, public
from schema.survey_answers import answers_in
from schema.trial_inputs import MyTrialAnswerInput, MyTrialPayload, TrialPayload, TrialTermsInput
from schema.trial_shapes import CounterTrial, MyTrial, Trial, TrialPlace, TrialReport, TrialTicket

READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH)
HAND = needs(Scope.PURCHASES_WRITE)
MINE = needs(Scope.PROFILE_READ)
TAKE_PART = needs(Scope.PROFILE_WRITE)

findable(Trial, trials.find, READ)


@strawberry.input
class TrialDraftInput:
    """A trial to be written down."""

    terms: TrialTermsInput
    """What it shall be."""


@strawberry.input
class TrialChangeInput:
    """A trial to be changed."""

    trial: strawberry.ID
    """The trial."""
    terms: TrialTermsInput
    """What it shall be."""


@strawberry.input
class TrialInput:
    """A trial that takes a step."""

    trial: strawberry.ID
    """The trial."""


@strawberry.input
class TrialSampleHandInput:
    """A sample that goes over your counter, or that you sent."""

    trial: strawberry.ID
    """The trial, as counterTrials or trials gave it."""
    member: MemberRefInput
    """To whom."""
    outlet: strawberry.ID | None = None
    """At which of your outlets."""


@strawberry.type
class TrialSamplePayload:
    """What became of a sample."""

    handed: bool = False
    """Whether it is noted as handed."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The trial's id.")]


@strawberry.type
class TrialQuery:
    """Trials."""

    @strawberry.field(graphql_type=Connection[Trial], extensions=[READ, paged()])
    @staticmethod
    async def trials(info: Info, page: PageRequest) -> Page[domain_terms.Trial]:
        """Your trials, newest first."""
        return await trials.page(info.context, page)

    @strawberry.field(graphql_type=Trial | None, extensions=[READ, or_null])
    @staticmethod
    async def trial(info: Info, id: Id) -> domain_terms.Trial:
        """One of your trials; null when there is none with this id."""
        return await trials.find(info.context, _one(info.context, id))

    @strawberry.field(graphql_type=Connection[TrialPlace], extensions=[READ, paged()])
    @staticmethod
    async def trial_places(info: Info, page: PageRequest, trial: Id) -> Page[queries.PlaceTold]:
        """Who takes part in a trial of yours, in the order in which they applied."""
        return await trials.places(info.context, _one(info.context, trial), page)

    @strawberry.field(
        graphql_type=TrialReport | None, extensions=[needs(Scope.CAMPAIGNS_READ, Scope.ANALYTICS_READ), or_null]
    )
    @staticmethod
    async def trial_report(info: Info, trial: Id) -> queries.TrialReport:
        """What became of a trial of yours, in sums; null when there is none with this id."""
        return await trials.report(info.context, _one(info.context, trial))

    @strawberry.field(graphql_type=Connection[TrialTicket], extensions=[public, paged()])
    @staticmethod
    async def trial_tickets(info: Info, page: PageRequest, trial: Id) -> Page[drawing.TicketTold]:
        """The tickets of a draw, so that anybody can draw it again; none before it was drawn."""
        return await trials.tickets(info.context, _one(info.context, trial), page)

    @strawberry.field(graphql_type=list[CounterTrial], extensions=[HAND])
    @staticmethod
    async def counter_trials(info: Info) -> list[queries.CounterTrial]:
        """The trials of which you hand samples now, over your counters or by mail, newest first; at most 1,000."""
        return await trials.at_counter(info.context)

    @strawberry.field(graphql_type=list[MyTrial], extensions=[MINE])
    @staticmethod
    async def my_trials(info: Info) -> list[queries.OwnTrial]:
        """The trials that you may apply for, and those you take part in, newest first; at most 100."""
        return await trials.mine(info.context)


@strawberry.type
class TrialMutation:
    """Makers plan, members take part, samples are handed."""

    @strawberry.mutation(graphql_type=TrialPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def trial_draft(info: Info, input: TrialDraftInput) -> Any:
        """Write a new trial."""
        terms = await _terms(info.context, input.terms)
        return _done(await _at_terms(trials.draft(info.context, terms)))

    @strawberry.mutation(graphql_type=TrialPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def trial_change(info: Info, input: TrialChangeInput) -> Any:
        """Change a trial: its draft, or the draft of its next version where it has been live."""
        terms = await _terms(info.context, input.terms)
        return _done(await _at_terms(trials.change(info.context, _one(info.context, input.trial), terms)))

    @strawberry.mutation(graphql_type=TrialPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trial_publish(info: Info, input: TrialInput) -> Any:
        """Let members apply; the seed of its draw is promised from then on."""
        return _done(await trials.publish(info.context, _one(info.context, input.trial)))

    @strawberry.mutation(graphql_type=TrialPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trial_pause(info: Info, input: TrialInput) -> Any:
        """Let nobody apply for now; who takes part goes on."""
        return _done(await trials.pause(info.context, _one(info.context, input.trial)))

    @strawberry.mutation(graphql_type=TrialPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trial_resume(info: Info, input: TrialInput) -> Any:
        """Let members apply again."""
        return _done(await trials.resume(info.context, _one(info.context, input.trial)))

    @strawberry.mutation(graphql_type=TrialPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trial_end(info: Info, input: TrialInput) -> Any:
        """Give out no further places; who has a sample may still say what it thinks."""
        return _done(await trials.end(info.context, _one(info.context, input.trial)))

    @strawberry.mutation(graphql_type=TrialSamplePayload, extensions=[HAND, refusals])
    @staticmethod
    async def trial_sample_hand(info: Info, input: TrialSampleHandInput) -> Any:
        """Note that a member got its sample: over your counter, or from you by mail; again changes nothing."""
        ctx = info.context
        outlet = None if input.outlet is None else ctx.global_ids.one("Outlet", input.outlet)
        await trials.hand(ctx, _one(ctx, input.trial), input.member.to_ref(ctx), outlet)
        return TrialSamplePayload(handed=True)

    @strawberry.mutation(graphql_type=MyTrialPayload, extensions=[TAKE_PART, refusals])
    @staticmethod
    async def my_trial_apply(info: Info, input: TrialInput) -> Any:
        """Apply for a trial; its maker knows you from then on, by an id of its own."""
        return await _stepped(info.context, taking_part.apply, input)

    @strawberry.mutation(graphql_type=MyTrialPayload, extensions=[TAKE_PART, refusals])
    @staticmethod
    async def my_trial_take(info: Info, input: TrialInput) -> Any:
        """Take the place that you were given."""
        return await _stepped(info.context, taking_part.take, input)

    @strawberry.mutation(graphql_type=MyTrialPayload, extensions=[TAKE_PART, refusals])
    @staticmethod
    async def my_trial_answer(info: Info, input: MyTrialAnswerInput) -> Any:
        """Say what you think of the sample you have; what it earns comes with the maker's campaigns."""
        answers, key = answers_in(input.answers), input.idempotency_key
        trial_id = _one(info.context, input.trial)
        done = await trials.say(info.context, trial_id, answers, key, complete=input.complete)
        return MyTrialPayload(trial=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MyTrialPayload, extensions=[TAKE_PART, refusals])
    @staticmethod
    async def my_trial_decline(info: Info, input: TrialInput) -> Any:
        """Give up before you have the sample: the next in line gets the place."""
        return await _stepped(info.context, taking_part.decline, input)


async def _terms(ctx: Context, input: TrialTermsInput) -> TrialTerms:
    return input.to_terms(ctx, (await coalition.coalition(ctx)).currency)


async def _at_terms(writing: Any) -> domain_terms.Trial:
    try:
        trial: domain_terms.Trial = await writing
    except InvalidTrial as refused:
        raise refused.at("terms") from None
    return trial


async def _stepped(ctx: Context, step: trials.Step, input: TrialInput) -> MyTrialPayload:
    done = await trials.step(ctx, step, _one(ctx, input.trial))
    return MyTrialPayload(trial=done)  # type: ignore[arg-type]


def _one(ctx: Context, text: str) -> UUID:
    return ctx.global_ids.one("Trial", text)


def _done(trial: domain_terms.Trial) -> TrialPayload:
    return TrialPayload(trial=trial)  # type: ignore[arg-type]
