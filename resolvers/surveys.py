"""Surveys: as owners keep them and read what they say, as members and storefronts answer them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from domain.earning import acting
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.ids import PartnerId
from domain.members import recognition
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.surveys import answering, asking, keeping, managing, queries, reporting, rewarding
from domain.surveys.answering import Answered, AnswerSurvey
from domain.surveys.answers import Answer
from domain.surveys.errors import SurveyNotFound
from domain.surveys.keeping import Offer
from domain.surveys.models import SurveyPolicy
from domain.surveys.reporting import By, GroupReport, Quality, SurveyReport
from domain.surveys.terms import Survey, SurveyId, SurveyState, SurveyTerms
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner, member_meant
from resolvers.segments import owner_of
from resolvers.tills import caches_of


@dataclass(frozen=True, slots=True)
class Form:
    """A survey as whoever answers reads it."""

    survey: Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedSurvey:
    """A survey that a member is asked, with its form."""

    offer: Offer
    survey: Survey
    gives: tuple[str, ...] = ()
    """What campaigns would give for it now, by their names."""

    @property
    def survey_id(self) -> SurveyId:
        """Which."""
        return self.offer.survey_id

    @property
    def asking_id(self) -> UUID:
        """Which offer of it."""
        return self.offer.asking_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidAndDone:
    """A response that was kept, and what it earned."""

    answered: Answered
    receipt: ActionReceipt | None
    """None: not complete, on its way, or another partner's to tell."""


async def find(ctx: Context, survey_id: UUID) -> Survey:
    """The newest version of one of the viewer's surveys. Raises: WrongAudience, SurveyNotFound."""
    owner_of(ctx)
    return await ctx.read(queries.survey_by_id, SurveyId(survey_id))


async def page(ctx: Context, request: PageRequest, states: Collection[SurveyState]) -> Page[Survey]:
    """The versions of the viewer's surveys."""
    return await ctx.read(queries.surveys_of, owner_of(ctx), request, states=states)


async def draft(ctx: Context, terms: SurveyTerms) -> Survey:
    """Write a new survey."""
    return await ctx.write(managing.draft, owner_of(ctx), terms, now=ctx.now)


async def change(ctx: Context, survey_id: UUID, terms: SurveyTerms) -> Survey:
    """Change a survey, or draft its next version."""
    return await ctx.write(managing.change, owner_of(ctx), SurveyId(survey_id), terms, now=ctx.now)


async def publish(ctx: Context, survey_id: UUID) -> Survey:
    """Let it be asked and answered."""
    return await ctx.write(managing.publish, owner_of(ctx), SurveyId(survey_id), now=ctx.now)


async def pause(ctx: Context, survey_id: UUID) -> Survey:
    """Let it rest."""
    return await ctx.write(managing.pause, owner_of(ctx), SurveyId(survey_id), now=ctx.now)


async def resume(ctx: Context, survey_id: UUID) -> Survey:
    """Go on."""
    return await ctx.write(managing.resume, owner_of(ctx), SurveyId(survey_id), now=ctx.now)


async def end(ctx: Context, survey_id: UUID) -> Survey:
    """End it."""
    return await ctx.write(managing.end, owner_of(ctx), SurveyId(survey_id), now=ctx.now)


async def report(ctx: Context, survey_id: UUID, by: By | None) -> SurveyReport:
    """What one of the viewer's surveys says. Raises: WrongAudience, SurveyNotFound."""
    owner_of(ctx)
    key = ctx.keys.personal_data
    return await ctx.read(reporting.report, SurveyId(survey_id), by=by, personal_key=key)


def with_shown_key(ctx: Context, group: GroupReport, by: By | None) -> GroupReport:
    """A group whose partner or outlet goes by the viewer's own id for it."""
    named = {By.PARTNER: "Partner", By.OUTLET: "Outlet"}
    if by not in named or group.key is None:
        return group
    return replace(group, key=ctx.global_ids.encode(named[by], UUID(group.key)))


async def quality(ctx: Context) -> list[Quality]:
    """What members say of the viewer's products in surveys that tell makers. Raises: WrongAudience."""
    return await ctx.read(reporting.quality, PartnerId(acting_partner(ctx.viewer)))


async def policy(ctx: Context) -> SurveyPolicy:
    """How often members are asked at most."""
    return await ctx.read(managing.policy_of)


async def set_policy(ctx: Context, asks_most: int, asks_days: int) -> SurveyPolicy:
    """Set it."""
    return await ctx.write(managing.set_policy, asks_most, asks_days)


async def form(ctx: Context, survey_id: UUID) -> Form:
    """A survey that is live, to be answered: by a member that may, or in the page of its owner.

    Raises: SurveyNotFound.
    """
    key = (SurveyId(survey_id), None)
    found = (await ctx.fetch(queries.surveys_recorded, [key])).get(key)
    if found is None or not await _may_read(ctx, found):
        raise SurveyNotFound
    return Form(found)


async def my_offers(ctx: Context) -> list[OfferedSurvey]:
    """What the member is asked now, and what each gives. Raises: WrongAudience."""
    _, member_id = acting_member(ctx.viewer)
    offers = await _offered(ctx, await ctx.fetch(asking.offers_open, member_id, at=ctx.now))
    gives = await _gives(ctx, offers, member_meant(ctx.viewer))
    return [
        OfferedSurvey(offer=one.offer, survey=one.survey, gives=named) for one, named in zip(offers, gives, strict=True)
    ]


async def offers_of(ctx: Context, ref: MemberRef) -> list[OfferedSurvey]:
    """What a member is asked now, as far as it concerns the viewer's partner. Raises: MemberNotFound."""
    partner_id = PartnerId(acting_partner(ctx.viewer))
    member = await _member(ctx, ref, partner_id)
    return await _offered(ctx, await ctx.fetch(asking.offers_open, member.member_id, at=ctx.now, partner_id=partner_id))


async def answer_own(
    ctx: Context, survey_id: UUID, asking_id: UUID | None, answers: Mapping[str, Answer], key: str, *, complete: bool
) -> SaidAndDone:
    """A member answers."""
    _, member_id = acting_member(ctx.viewer)
    command = AnswerSurvey(
        survey_id=SurveyId(survey_id),
        member_id=member_id,
        answers=answers,
        complete=complete,
        asking_id=asking_id,
        idempotency_key=key,
    )
    answered = await ctx.post(answering.answer, command, personal_key=ctx.keys.personal_data, now=ctx.now)
    return SaidAndDone(answered=answered, receipt=await _reward(ctx, answered))


async def answer_for(
    ctx: Context,
    ref: MemberRef,
    survey_id: UUID,
    asking_id: UUID | None,
    answers: Mapping[str, Answer],
    key: str,
    *,
    complete: bool,
) -> SaidAndDone:
    """A member answers in a partner's page; what it earned is told where the partner records it itself."""
    partner_id = PartnerId(acting_partner(ctx.viewer))
    member = await _member(ctx, ref, partner_id)
    command = AnswerSurvey(
        survey_id=SurveyId(survey_id),
        member_id=member.member_id,
        answers=answers,
        complete=complete,
        asking_id=asking_id,
        idempotency_key=key,
        through=partner_id,
    )
    answered = await ctx.post(answering.answer, command, personal_key=ctx.keys.personal_data, now=ctx.now)
    receipt = await _reward(ctx, answered)
    return SaidAndDone(answered=answered, receipt=receipt if answered.survey.host == partner_id else None)


async def decline_own(ctx: Context, asking_id: UUID) -> None:
    """The member does not want to answer. Raises: WrongAudience, AskingNotFound."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.post(asking.decline, asking_id, member_id, now=ctx.now)


async def decline_for(ctx: Context, ref: MemberRef, asking_id: UUID) -> None:
    """A member says so in a partner's page. Raises: MemberNotFound, AskingNotFound."""
    member = await _member(ctx, ref, PartnerId(acting_partner(ctx.viewer)))
    await ctx.post(asking.decline, asking_id, member.member_id, now=ctx.now)


async def _may_read(ctx: Context, survey: Survey) -> bool:
    if ctx.viewer.audience is Audience.PARTNER:
        return survey.partner_id in (None, acting_partner(ctx.viewer))
    _, member_id = acting_member(ctx.viewer)
    who = await ctx.fetch(
        keeping.standing, survey.survey_id, member_id, asking_id=None, personal_key=ctx.keys.personal_data
    )
    return who.may_read(survey)


async def _reward(ctx: Context, answered: Answered) -> ActionReceipt | None:
    if not answered.complete:
        return None
    caches = await caches_of(ctx)
    return await ctx.post(
        rewarding.reward_one, answered.response_id, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now
    )


async def _member(ctx: Context, ref: MemberRef, partner_id: PartnerId) -> KnownMember:
    async with ctx.guessable():
        (known,) = await ctx.fetch(recognition.recognise, [ref], partner_id, key=ctx.keys.lookups, now=ctx.now)
        if known is None:
            raise MemberNotFound
    return known


async def _offered(ctx: Context, offers: list[Offer]) -> list[OfferedSurvey]:
    found = await ctx.fetch(queries.surveys_recorded, [(offer.survey_id, offer.version) for offer in offers])
    return [OfferedSurvey(offer=offer, survey=found[offer.survey_id, offer.version]) for offer in offers]


async def _gives(ctx: Context, offers: list[OfferedSurvey], member: KnownMember) -> list[tuple[str, ...]]:
    commands = [
        RecordAction(
            partner_id=one.survey.host,
            member=member,
            kind=rewarding.SURVEY,
            idempotency_key=rewarding.key_of(one.asking_id),
            occurred_at=ctx.now,
            attributes=rewarding.attributes_of(one.survey.terms, {}, product=one.offer.about.product, allowed=False),
        )
        for one in offers
    ]
    caches = await caches_of(ctx)
    found = await ctx.fetch(acting.givers, commands, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now)
    return [tuple(campaign.terms.name for campaign in giving) for giving in found]
