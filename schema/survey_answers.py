"""Answering surveys: what members are asked, the forms they fill, and what their answers earned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.earning import commands
from domain.surveys.answers import Answer
from domain.surveys.errors import InvalidAnswer
from domain.surveys.questions import Question
from domain.values import Points
from partners.scopes import Scope
from resolvers import surveys
from resolvers.context import Context, Info
from resolvers.surveys import Form, OfferedSurvey, SaidAndDone
from schema.awards import Award, WonToken
from schema.errors import UserError, or_null, refusals
from schema.members import MemberRefInput
from schema.permissions import needs
from schema.scalars import IdempotencyKey
from schema.shape import shows
from schema.survey_terms import Language, SurveyQuestion, spoken

MINE = needs(Scope.PROFILE_READ)
ANSWER_MINE = needs(Scope.PROFILE_WRITE)
ANSWER = needs(Scope.PURCHASES_WRITE)
FORM = needs(Scope.PROFILE_READ, Scope.PURCHASES_WRITE)


@strawberry.type
@shows(Form)
class SurveyForm:
    """A survey to be answered."""

    @strawberry.field
    @staticmethod
    def survey(form: strawberry.Parent[Form], info: Info) -> strawberry.ID:
        """Its id, to answer it by."""
        return strawberry.ID(info.context.global_ids.encode("Survey", form.survey.survey_id))

    @strawberry.field
    @staticmethod
    def version(form: strawberry.Parent[Form]) -> int:
        """Answers are held to the version that was asked, or that was begun."""
        return form.survey.version

    @strawberry.field
    @staticmethod
    def title(form: strawberry.Parent[Form], language: Language = None) -> str:
        """What it is called."""
        return spoken(form.survey.terms.title, language)

    @strawberry.field
    @staticmethod
    def intro(form: strawberry.Parent[Form], language: Language = None) -> str | None:
        """What to read first."""
        words = form.survey.terms.intro
        return None if words is None else spoken(words, language)

    @strawberry.field
    @staticmethod
    def languages(form: strawberry.Parent[Form]) -> list[str]:
        """The languages in which its title is said."""
        return sorted(form.survey.terms.title)

    @strawberry.field(graphql_type=list[SurveyQuestion])
    @staticmethod
    def questions(form: strawberry.Parent[Form]) -> list[Question]:
        """In their order; each is asked where its onlyIf holds."""
        return list(form.survey.terms.questions)


@strawberry.type
@shows(OfferedSurvey)
class SurveyOffer:
    """A survey that a member is asked now."""

    gives: list[str]
    """What answering gives now, by the names of the campaigns; told to the member itself alone."""

    @strawberry.field
    @staticmethod
    def offer(offered: strawberry.Parent[OfferedSurvey], info: Info) -> strawberry.ID:
        """Its id, to answer or decline it by."""
        return strawberry.ID(info.context.global_ids.encode("SurveyOffer", offered.asking_id))

    @strawberry.field
    @staticmethod
    def offered_at(offered: strawberry.Parent[OfferedSurvey]) -> datetime | None:
        """Since when."""
        return offered.offer.offered_at

    @strawberry.field
    @staticmethod
    def expires_at(offered: strawberry.Parent[OfferedSurvey]) -> datetime | None:
        """Until when it can be answered."""
        return offered.offer.expires_at

    @strawberry.field(graphql_type=SurveyForm)
    @staticmethod
    def form(offered: strawberry.Parent[OfferedSurvey]) -> Form:
        """What is asked."""
        return Form(offered.survey)


@strawberry.type
@shows(SaidAndDone)
class SurveyResponse:
    """Answers that were kept, and what they earned."""

    @strawberry.field
    @staticmethod
    def complete(done: strawberry.Parent[SaidAndDone]) -> bool:
        """Whether that was all; else more pages are to come."""
        return done.answered.complete

    @strawberry.field
    @staticmethod
    def replayed(done: strawberry.Parent[SaidAndDone]) -> bool:
        """Whether an earlier request with the same key had completed it."""
        return done.answered.replayed

    @strawberry.field
    @staticmethod
    def thanks(done: strawberry.Parent[SaidAndDone], language: Language = None) -> str | None:
        """What to read in the end."""
        words = done.answered.survey.terms.thanks
        return None if words is None or not done.answered.complete else spoken(words, language)

    @strawberry.field
    @staticmethod
    def points(done: strawberry.Parent[SaidAndDone]) -> Points | None:
        """What it earned; null until it is complete, on its way, or where another partner pays for it."""
        return None if done.receipt is None else done.receipt.points

    @strawberry.field(graphql_type=list[Award])
    @staticmethod
    def awards(done: strawberry.Parent[SaidAndDone]) -> list[commands.AwardGiven]:
        """The same, campaign by campaign."""
        return [] if done.receipt is None else list(done.receipt.awards)

    @strawberry.field(graphql_type=list[WonToken])
    @staticmethod
    def tokens(done: strawberry.Parent[SaidAndDone]) -> list[commands.TokenReceipt]:
        """Things it won that are no points."""
        return [] if done.receipt is None else list(done.receipt.tokens)


@strawberry.input
class SurveyAnswerInput:
    """The answer to one question, in the form of its kind; without any it takes an answer of an earlier page back."""

    question: str
    """The question's key."""
    options: list[str] = strawberry.field(default_factory=list)
    """To CHOICE: the options' keys."""
    other: str | None = None
    """To CHOICE, where something else may be said: at most 200 characters."""
    number: int | None = None
    """To CSAT, NPS, SCALE and NUMBER."""
    yes: bool | None = None
    """To YES_NO."""
    text: str | None = None
    """To TEXT."""

    def to_answer(self) -> Answer:
        """As the domain takes it."""
        return Answer(options=tuple(self.options), other=self.other, number=self.number, yes=self.yes, text=self.text)


@strawberry.input
class MySurveyAnswerInput:
    """Your answers to a survey, or a page of them."""

    survey: strawberry.ID
    """The survey."""
    answers: list[SurveyAnswerInput]
    """Each question at most once."""
    idempotency_key: IdempotencyKey
    """Yours for this request; the same on every retry."""
    offer: strawberry.ID | None = None
    """The offer you answer; the one you have, if not said."""
    complete: bool = True
    """That is all; false: a page of it, and more is to come."""


@strawberry.input
class SurveyAnswerForInput:
    """A member's answers to a survey in your page, or a page of them."""

    member: MemberRefInput
    """Who answers."""
    survey: strawberry.ID
    """The survey."""
    answers: list[SurveyAnswerInput]
    """Each question at most once."""
    idempotency_key: IdempotencyKey
    """Yours for this request; the same on every retry."""
    offer: strawberry.ID | None = None
    """The offer that is answered; the one the member has, if not said."""
    complete: bool = True
    """That is all; false: a page of it, and more is to come."""


@strawberry.input
class MySurveyDeclineInput:
    """An offer that you do not want to answer."""

    offer: strawberry.ID
    """The offer."""


@strawberry.input
class SurveyDeclineInput:
    """An offer that a member does not want to answer."""

    member: MemberRefInput
    """Who."""
    offer: strawberry.ID
    """The offer."""


@strawberry.type
class SurveyResponsePayload:
    """What became of answers."""

    response: SurveyResponse | None = None
    """What was kept; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused, each naming its question; empty when it was kept."""


@strawberry.type
class SurveyDeclinePayload:
    """What became of an offer."""

    declined: bool = False
    """Whether it will not be asked again."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The survey's id.")]
Who = Annotated[MemberRefInput, strawberry.argument(description="The member.")]


@strawberry.type
class SurveyAnswerQuery:
    """What members are asked."""

    @strawberry.field(graphql_type=list[SurveyOffer], extensions=[MINE])
    @staticmethod
    async def my_surveys(info: Info) -> list[OfferedSurvey]:
        """The surveys you are asked now, the oldest offer first."""
        return await surveys.my_offers(info.context)

    @strawberry.field(graphql_type=list[SurveyOffer], extensions=[ANSWER])
    @staticmethod
    async def member_surveys(info: Info, member: Who) -> list[OfferedSurvey]:
        """The surveys that a member is asked now: yours, and those that follow from what happened at yours."""
        return await surveys.offers_of(info.context, member.to_ref(info.context))

    @strawberry.field(graphql_type=SurveyForm | None, extensions=[FORM, or_null])
    @staticmethod
    async def survey_form(info: Info, survey: Id) -> Form:
        """A survey to be answered; null where none with this id is live."""
        return await surveys.form(info.context, info.context.global_ids.one("Survey", survey))


@strawberry.type
class SurveyAnswerMutation:
    """Members answer."""

    @strawberry.mutation(graphql_type=SurveyResponsePayload, extensions=[ANSWER_MINE, refusals])
    @staticmethod
    async def my_survey_answer(info: Info, input: MySurveyAnswerInput) -> Any:
        """Answer a survey, or a page of it; what it gives comes once."""
        done = await surveys.answer_own(*_said(info.context, input), complete=input.complete)
        return _payload(done)

    @strawberry.mutation(graphql_type=SurveyResponsePayload, extensions=[ANSWER, refusals])
    @staticmethod
    async def survey_answer(info: Info, input: SurveyAnswerForInput) -> Any:
        """Pass on what a member answers in your page; what it earned is told where you record it yourself."""
        ctx, *said = _said(info.context, input)
        return _payload(await surveys.answer_for(ctx, input.member.to_ref(ctx), *said, complete=input.complete))

    @strawberry.mutation(graphql_type=SurveyDeclinePayload, extensions=[ANSWER_MINE, refusals])
    @staticmethod
    async def my_survey_decline(info: Info, input: MySurveyDeclineInput) -> Any:
        """Do not answer what you are asked; you are not asked it again."""
        await surveys.decline_own(info.context, info.context.global_ids.one("SurveyOffer", input.offer))
        return SurveyDeclinePayload(declined=True)

    @strawberry.mutation(graphql_type=SurveyDeclinePayload, extensions=[ANSWER, refusals])
    @staticmethod
    async def survey_decline(info: Info, input: SurveyDeclineInput) -> Any:
        """Say that a member does not want to answer; it is not asked again."""
        ctx = info.context
        await surveys.decline_for(ctx, input.member.to_ref(ctx), ctx.global_ids.one("SurveyOffer", input.offer))
        return SurveyDeclinePayload(declined=True)


def answers_in(said: list[SurveyAnswerInput]) -> Mapping[str, Answer]:
    """Answers by their questions. Raises: InvalidAnswer."""
    found: dict[str, Answer] = {}
    for one in said:
        if one.question in found:
            raise InvalidAnswer(one.question, "answer each question once")
        found[one.question] = one.to_answer()
    return found


def _said(ctx: Context, input: MySurveyAnswerInput | SurveyAnswerForInput) -> Any:
    ids = ctx.global_ids
    offer = None if input.offer is None else ids.one("SurveyOffer", input.offer)
    return ctx, ids.one("Survey", input.survey), offer, answers_in(input.answers), input.idempotency_key


def _payload(done: SaidAndDone) -> SurveyResponsePayload:
    return SurveyResponsePayload(response=done)  # type: ignore[arg-type]
