"""Surveys: as owners write, publish and end them; how often members are asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.surveys import models
from domain.surveys import terms as domain_terms
from domain.surveys.terms import SurveyState
from partners.scopes import Scope
from resolvers import coalition, surveys
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows
from schema.survey_terms import (
    Language,
    SurveyMoment,
    SurveyQuestion,
    SurveyTermsInput,
    SurveyWords,
    spoken,
    words_of,
)

READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE, Scope.PARTNERS_MANAGE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH, Scope.PARTNERS_MANAGE)


@strawberry.type
@shows(domain_terms.SurveyTerms)
class SurveyTerms:
    """All of a survey."""

    name: str
    """What campaigns, segments and reports call it."""
    base: str
    """The language in which everything is said."""
    questions: list[SurveyQuestion]
    """In their order."""
    moments: list[SurveyMoment]
    """When members are asked; empty: nobody is."""
    uninvited: bool
    """Whether members may answer without having been asked."""
    once: bool
    """Each member answers once; false: once each time it is asked."""
    share: int
    """So many of a hundred members are asked, drawn by a stable hash."""
    offer_days: int
    """How long an offer stands."""
    starts_at: datetime | None
    """From when it takes answers."""
    ends_at: datetime | None
    """Until when."""
    tells_makers: bool
    """Whether makers are told of answers about their products, in sums."""

    @strawberry.field
    @staticmethod
    def title(terms: strawberry.Parent[domain_terms.SurveyTerms], language: Language = None) -> str:
        """What members read."""
        return spoken(terms.title, language)

    @strawberry.field
    @staticmethod
    def titles(terms: strawberry.Parent[domain_terms.SurveyTerms]) -> list[SurveyWords]:
        """The same in all its languages."""
        return words_of(terms.title)

    @strawberry.field
    @staticmethod
    def intro(terms: strawberry.Parent[domain_terms.SurveyTerms]) -> list[SurveyWords]:
        """What members read first."""
        return words_of(terms.intro)

    @strawberry.field
    @staticmethod
    def thanks(terms: strawberry.Parent[domain_terms.SurveyTerms]) -> list[SurveyWords]:
        """What members read in the end."""
        return words_of(terms.thanks)

    @strawberry.field
    @staticmethod
    def languages(terms: strawberry.Parent[domain_terms.SurveyTerms]) -> list[str]:
        """Further languages in which everything is said."""
        return sorted(terms.languages)


@strawberry.type
@shows(domain_terms.Survey)
class Survey(Node):
    """A survey of yours; a version that was live never changes."""

    id: strawberry.ID = identified("survey_id")
    version: int
    """Counts from one; every response names the version it answers."""
    state: SurveyState
    """Where the version stands."""
    terms: SurveyTerms
    """What it asks, of whom and when."""
    created_at: datetime
    """When the version was written first."""
    live_from: datetime | None
    """Since when it is asked and answered."""
    live_until: datetime | None
    """When it was paused, ended or followed by the next version."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def owner(survey: strawberry.Parent[domain_terms.Survey], info: Info) -> coalition_models.Partner | None:
        """Whose it is; null for the coalition's."""
        return await coalition.partner_or_none(info.context, survey.partner_id)


findable(Survey, surveys.find, READ)


@strawberry.type
@shows(models.SurveyPolicy)
class SurveyPolicy:
    """How often a member is asked at most, over all surveys."""

    asks_most: int
    """So often …"""
    asks_days: int
    """… within so many days."""


@strawberry.input
class SurveyDraftInput:
    """A new survey."""

    terms: SurveyTermsInput
    """What it shall ask."""


@strawberry.input
class SurveyChangeInput:
    """A change of a survey; of one that has been live, the draft of its next version."""

    survey: strawberry.ID
    """The survey."""
    terms: SurveyTermsInput
    """All of it, as it shall be."""


@strawberry.input
class SurveyInput:
    """A survey that takes a step."""

    survey: strawberry.ID
    """The survey."""


@strawberry.input
class SurveyPolicySetInput:
    """How often a member shall be asked at most."""

    asks_most: int
    """So often: 1 to 100 …"""
    asks_days: int
    """… within so many days: 1 to 365."""


@strawberry.type
class SurveyPayload:
    """What became of a step with a survey."""

    survey: Survey | None = None
    """The survey; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class SurveyPolicyPayload:
    """What became of a change."""

    policy: SurveyPolicy | None = None
    """As it stands; null when the change was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The survey's id.")]
States = Annotated[list[SurveyState] | None, strawberry.argument(description="Only versions that stand so; else all.")]


@strawberry.type
class SurveyQuery:
    """Surveys."""

    @strawberry.field(graphql_type=Connection[Survey], extensions=[READ, paged()])
    @staticmethod
    async def surveys(info: Info, page: PageRequest, states: States = None) -> Page[domain_terms.Survey]:
        """The versions of your surveys, the latest first; the coalition reads everybody's."""
        return await surveys.page(info.context, page, states or ())

    @strawberry.field(graphql_type=Survey | None, extensions=[READ, or_null])
    @staticmethod
    async def survey(info: Info, id: Id) -> domain_terms.Survey:
        """The newest version of one of your surveys; null when there is none with this id."""
        return await surveys.find(info.context, info.context.global_ids.one("Survey", id))

    @strawberry.field(graphql_type=SurveyPolicy, extensions=[READ])
    @staticmethod
    async def survey_policy(info: Info) -> models.SurveyPolicy:
        """How often a member is asked at most, over all surveys."""
        return await surveys.policy(info.context)


@strawberry.type
class SurveyMutation:
    """Surveys are kept."""

    @strawberry.mutation(graphql_type=SurveyPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def survey_draft(info: Info, input: SurveyDraftInput) -> Any:
        """Write a new survey; nobody is asked before it is published."""
        return _done(await surveys.draft(info.context, input.terms.to_terms(info.context)))

    @strawberry.mutation(graphql_type=SurveyPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def survey_change(info: Info, input: SurveyChangeInput) -> Any:
        """Rewrite a draft, or draft the next version of a survey that has been live."""
        return _done(await surveys.change(info.context, _one(info, input), input.terms.to_terms(info.context)))

    @strawberry.mutation(graphql_type=SurveyPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def survey_publish(info: Info, input: SurveyInput) -> Any:
        """Let the draft be asked and answered; the version before is followed by it."""
        return _done(await surveys.publish(info.context, _one(info, input)))

    @strawberry.mutation(graphql_type=SurveyPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def survey_pause(info: Info, input: SurveyInput) -> Any:
        """Ask nobody and take no answers for now."""
        return _done(await surveys.pause(info.context, _one(info, input)))

    @strawberry.mutation(graphql_type=SurveyPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def survey_resume(info: Info, input: SurveyInput) -> Any:
        """Go on with the same questions, as the next version."""
        return _done(await surveys.resume(info.context, _one(info, input)))

    @strawberry.mutation(graphql_type=SurveyPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def survey_end(info: Info, input: SurveyInput) -> Any:
        """End it; what was answered stays."""
        return _done(await surveys.end(info.context, _one(info, input)))

    @strawberry.mutation(graphql_type=SurveyPolicyPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def survey_policy_set(info: Info, input: SurveyPolicySetInput) -> Any:
        """Say how often a member is asked at most, over all surveys; the coalition's to say."""
        return SurveyPolicyPayload(policy=await surveys.set_policy(info.context, input.asks_most, input.asks_days))  # type: ignore[arg-type]


def _one(info: Info, input: SurveyInput | SurveyChangeInput) -> Any:
    return info.context.global_ids.one("Survey", input.survey)


def _done(survey: domain_terms.Survey) -> SurveyPayload:
    return SurveyPayload(survey=survey)  # type: ignore[arg-type]
