"""Referral: what members pass on and what came of it; programmes and their referrals, for their owners."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.members import recognition
from domain.paging import Page, PageRequest
from domain.referral import explaining, inviting, models, queries
from domain.referral import terms as domain_terms
from domain.referral.models import ReferralState, Refusal
from domain.referral.terms import ProgrammeState
from domain.values import Money
from partners.scopes import Scope
from resolvers import coalition, referrals
from resolvers.context import Info
from resolvers.referrals import MyReferral as Mine
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.members import Member
from schema.money import Money as MoneyType
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.referral_parts import ReferralInvitation, ReferralTaken, taken_of
from schema.referral_terms import ReferralProgrammeTerms, ReferralTermsInput
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE, Scope.PARTNERS_MANAGE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH, Scope.PARTNERS_MANAGE)
MINE = needs(Scope.PROFILE_READ)


@strawberry.type
@shows(domain_terms.Programme)
class ReferralProgramme(Node):
    """A referral programme of yours, in its newest version."""

    id: strawberry.ID = identified("programme_id")
    version: int
    """Counts from one; what was live never changes."""
    state: ProgrammeState
    """Where it stands."""
    terms: ReferralProgrammeTerms
    """What it promises."""
    live_from: datetime | None
    """Since when this version counts."""
    live_until: datetime | None
    """When it was ended, or followed by the next version."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def owner(
        programme: strawberry.Parent[domain_terms.Programme], info: Info
    ) -> coalition_models.Partner | None:
        """Whose it is; null for the coalition's."""
        return await coalition.partner_or_none(info.context, programme.partner_id)


findable(ReferralProgramme, referrals.find, READ)


@strawberry.type
@shows(models.Referral)
class Referral(Node):
    """One member brings another, under a programme of yours."""

    id: strawberry.ID = identified("referral_id")
    version: int
    """Under which version of the programme."""
    invited_at: datetime
    """When the friend came by the code, or asked to join by the link."""
    joined_at: datetime | None
    """When the friend became a member."""
    qualified_at: datetime | None
    """When its purchase counted."""
    ended_at: datetime | None
    """When it was rewarded or refused."""

    @strawberry.field
    @staticmethod
    def state(referral: strawberry.Parent[models.Referral]) -> ReferralState:
        """How far it has come."""
        return ReferralState(referral.state)

    @strawberry.field
    @staticmethod
    def refusal(referral: strawberry.Parent[models.Referral]) -> Refusal | None:
        """Why it does not count; the two members are never told so."""
        return referral.refusal and Refusal(referral.refusal)  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    def because(referral: strawberry.Parent[models.Referral]) -> str | None:
        """The same in words, with what it stands on."""
        return explaining.because(referral)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def joined_through(
        referral: strawberry.Parent[models.Referral], info: Info
    ) -> coalition_models.Partner | None:
        """At whose counter or page the code was told; null where the friend told it itself, later."""
        return await coalition.partner_or_none(info.context, referral.joined_through)

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def referrer(referral: strawberry.Parent[models.Referral], info: Info) -> recognition.KnownMember | None:
        """Who brings; null where you do not know the member."""
        return await referrals.member_of(info.context, referral, referral.referrer_id)

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def friend(referral: strawberry.Parent[models.Referral], info: Info) -> recognition.KnownMember | None:
        """Who is brought; null where you do not know the member."""
        return await referrals.member_of(info.context, referral, referral.friend_id)


@strawberry.type
@shows(queries.Refused)
class ReferralRefusalCount:
    """How often referrals did not count for one reason."""

    why: Refusal
    """The reason."""
    count: int
    """How often."""


@strawberry.type
@shows(inviting.AsFriend)
class MyInvitation:
    """How far you are with the invitation you came by."""

    counts: bool
    """Whether it counts."""
    buy_by: datetime
    """Until when a purchase counts."""

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def least(friend: strawberry.Parent[inviting.AsFriend], info: Info) -> Money:
        """Of at least so much."""
        return Money.of_minor(friend.least, (await coalition.coalition(info.context)).currency)

    @strawberry.field
    @staticmethod
    def rewarded(friend: strawberry.Parent[inviting.AsFriend]) -> bool:
        """Whether you have what was promised."""
        return friend.state is ReferralState.REWARDED


@strawberry.type
@shows(Mine)
class MyReferral:
    """What you pass on to friends, and what came of it, in numbers: whom you brought is told to nobody."""

    @strawberry.field
    @staticmethod
    def programme(mine: strawberry.Parent[Mine]) -> str:
        """What the programme is called."""
        return mine.invitation.programme.terms.name

    @strawberry.field
    @staticmethod
    def code(mine: strawberry.Parent[Mine]) -> str:
        """Your code; letter case, spaces and hyphens do not matter."""
        return mine.invitation.code

    @strawberry.field
    @staticmethod
    def link(mine: strawberry.Parent[Mine], info: Info) -> str:
        """A page that leads to joining; its address names nobody."""
        return referrals.link(info.context, mine.invitation)

    @strawberry.field
    @staticmethod
    def invited(mine: strawberry.Parent[Mine]) -> int:
        """How many followed your invitation."""
        return mine.brought.invited

    @strawberry.field
    @staticmethod
    def joined(mine: strawberry.Parent[Mine]) -> int:
        """How many of them joined, and count."""
        return mine.brought.joined

    @strawberry.field
    @staticmethod
    def qualified(mine: strawberry.Parent[Mine]) -> int:
        """How many of those have bought, and kept it."""
        return mine.brought.qualified

    @strawberry.field
    @staticmethod
    def rewarded(mine: strawberry.Parent[Mine]) -> int:
        """For how many you both were rewarded."""
        return mine.brought.rewarded

    @strawberry.field
    @staticmethod
    def not_counted(mine: strawberry.Parent[Mine]) -> int:
        """How many could not be counted."""
        return mine.brought.not_counted

    @strawberry.field(graphql_type=MyInvitation | None)
    @staticmethod
    async def as_friend(mine: strawberry.Parent[Mine], info: Info) -> inviting.AsFriend | None:
        """How far you are with the invitation you came by; null where nobody brought you."""
        return await referrals.as_friend(info.context, mine.member_id)

    @strawberry.field(graphql_type=ReferralInvitation | None)
    @staticmethod
    async def invitation(mine: strawberry.Parent[Mine], info: Info) -> inviting.Invitation | None:
        """What to ask you just after a redemption, for a day and at most once in 30; null when it is not the moment."""
        return await referrals.of_mine(info.context, mine.member_id)


@strawberry.input
class ReferralProgrammeDrawUpInput:
    """A programme to be written down."""

    terms: ReferralTermsInput
    """What it shall promise."""
    programme: strawberry.ID | None = None
    """Its next version; a new programme, if not said."""


@strawberry.input
class ReferralProgrammeInput:
    """A programme that takes a step."""

    programme: strawberry.ID
    """The programme."""


@strawberry.input
class MyReferralAcceptInput:
    """By whose invitation you came."""

    code: str
    """The code you were told."""


@strawberry.type
class ReferralProgrammePayload:
    """What became of a step with a programme."""

    programme: ReferralProgramme | None = None
    """The programme; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class MyReferralAcceptPayload:
    """What became of a code you told."""

    referral: ReferralTaken | None = None
    """Whether it counts; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The programme's id.")]
Of = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this programme; of all, if not said.")]
Which = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The programme; else the coalition's, or the one there is."),
]
States = Annotated[
    list[ReferralState] | None, strawberry.argument(description="Only those that stand so; all, if not said.")
]


@strawberry.type
class ReferralQuery:
    """Referral."""

    @strawberry.field(graphql_type=MyReferral | None, extensions=[MINE, or_null])
    @staticmethod
    async def my_referral(info: Info, programme: Which = None) -> Mine:
        """What you pass on to friends; null where no programme is open to you."""
        wanted = None if programme is None else info.context.global_ids.one("ReferralProgramme", programme)
        return await referrals.mine(info.context, wanted)

    @strawberry.field(graphql_type=Connection[ReferralProgramme], extensions=[READ, paged()])
    @staticmethod
    async def referral_programmes(info: Info, page: PageRequest) -> Page[domain_terms.Programme]:
        """Your programmes, newest first."""
        return await referrals.page(info.context, page)

    @strawberry.field(graphql_type=ReferralProgramme | None, extensions=[READ, or_null])
    @staticmethod
    async def referral_programme(info: Info, id: Id) -> domain_terms.Programme:
        """One of your programmes; null when there is none with this id."""
        return await referrals.find(info.context, info.context.global_ids.one("ReferralProgramme", id))

    @strawberry.field(graphql_type=Connection[Referral], extensions=[READ, paged()])
    @staticmethod
    async def referrals(
        info: Info, page: PageRequest, programme: Of = None, states: States = None
    ) -> Page[models.Referral]:
        """Referrals under your programmes, newest first."""
        return await referrals.worklist(info.context, page, _programme(info, programme), states or ())

    @strawberry.field(graphql_type=list[ReferralRefusalCount], extensions=[READ])
    @staticmethod
    async def referral_refusals(info: Info, programme: Of = None) -> list[queries.Refused]:
        """Why referrals under your programmes did not count, the most frequent reason first."""
        return await referrals.refusals(info.context, _programme(info, programme))


@strawberry.type
class ReferralMutation:
    """Members come by invitations; programmes are kept."""

    @strawberry.mutation(graphql_type=MyReferralAcceptPayload, extensions=[needs(Scope.PROFILE_WRITE), refusals])
    @staticmethod
    async def my_referral_accept(info: Info, input: MyReferralAcceptInput) -> Any:
        """Say by whose invitation you came, within the days that its programme gives you after joining."""
        return MyReferralAcceptPayload(referral=taken_of(await referrals.accept(info.context, input.code)))

    @strawberry.mutation(graphql_type=ReferralProgrammePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def referral_programme_draw_up(info: Info, input: ReferralProgrammeDrawUpInput) -> Any:
        """Write a programme, or its next version, down; a draft that is there already is written anew."""
        terms = input.terms.to_terms(info.context, (await coalition.coalition(info.context)).currency)
        return _done(await referrals.draw_up(info.context, terms, _programme(info, input.programme)))

    @strawberry.mutation(graphql_type=ReferralProgrammePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def referral_programme_publish(info: Info, input: ReferralProgrammeInput) -> Any:
        """Put the draft live; the version before ends."""
        return _done(await referrals.publish(info.context, _one(info, input)))

    @strawberry.mutation(graphql_type=ReferralProgrammePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def referral_programme_end(info: Info, input: ReferralProgrammeInput) -> Any:
        """Let nobody join under it any more; who has joined is still rewarded."""
        return _done(await referrals.end(info.context, _one(info, input)))


def _programme(info: Info, text: str | None) -> Any:
    return None if text is None else info.context.global_ids.one("ReferralProgramme", text)


def _one(info: Info, input: ReferralProgrammeInput) -> Any:
    return info.context.global_ids.one("ReferralProgramme", input.programme)


def _done(programme: domain_terms.Programme) -> ReferralProgrammePayload:
    return ReferralProgrammePayload(programme=programme)  # type: ignore[arg-type]
