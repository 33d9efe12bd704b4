"""Steps with claims and their programmes."""

from __future__ import annotations

from typing import Any

import strawberry

from domain.claims.models import ClaimRefusal
from partners.scopes import Scope
from resolvers import claims
from resolvers.context import Info
from schema.claim_terms import ClaimProgramme, ClaimTermsInput
from schema.claims import Claim, ClaimInput, MyClaim, shown
from schema.errors import UserError, refusals
from schema.members import MemberRefInput
from schema.permissions import needs

WRITE = needs(Scope.CAMPAIGNS_WRITE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH)
MINE = needs(Scope.PROFILE_WRITE)


@strawberry.input
class ClaimProgrammeDrawUpInput:
    """A programme to be written down."""

    terms: ClaimTermsInput
    """What shall hold."""
    programme: strawberry.ID | None = None
    """Its next version; a new programme, if not said."""


@strawberry.input
class ClaimProgrammeInput:
    """A programme that takes a step."""

    programme: strawberry.ID
    """The programme."""


@strawberry.input
class ClaimSerialsAddInput:
    """Serials that you have made."""

    programme: strawberry.ID
    """The programme that takes them."""
    serials: list[str]
    """At most 10000 in one request; only digests of them are kept."""


@strawberry.input
class MyClaimMakeInput:
    """What you claim."""

    claim: ClaimInput
    """All about it."""


@strawberry.input
class ClaimMakeInput:
    """What a member claims at your till or in your app."""

    member: MemberRefInput
    """Who."""
    claim: ClaimInput
    """All about it."""


@strawberry.input
class ClaimApproveInput:
    """A claim that shall be paid."""

    claim: strawberry.ID
    """Which."""


@strawberry.input
class ClaimRejectInput:
    """A claim that shall not be paid, or shall be taken back."""

    claim: strawberry.ID
    """Which."""
    reason: ClaimRefusal
    """NOT_PROVEN, NOT_COVERED or FRAUD; the member reads it."""


@strawberry.input
class MyClaimObjectInput:
    """Why a rejection is wrong."""

    claim: strawberry.ID
    """Which claim."""
    words: str
    """At most 1000 characters."""


@strawberry.type
class ClaimProgrammePayload:
    """What became of a step with a programme."""

    programme: ClaimProgramme | None = None
    """The programme; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class ClaimSerialsPayload:
    """What became of a list of serials."""

    added: int | None = None
    """How many were new; null when the list was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class ClaimPayload:
    """What became of a step with a claim under a programme of yours."""

    claim: Claim | None = None
    """The claim; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class ClaimMakePayload:
    """What became of a claim for a member; what comes of it is the programme owner's and the member's affair."""

    made: bool = False
    """Whether it is written down."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class MyClaimPayload:
    """What became of a step with a claim of yours."""

    claim: MyClaim | None = None
    """The claim; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class ClaimMutation:
    """Members claim; owners decide."""

    @strawberry.mutation(graphql_type=MyClaimPayload, extensions=[MINE, refusals])
    @staticmethod
    async def my_claim_make(info: Info, input: MyClaimMakeInput) -> Any:
        """Claim something, or register a sale; what our books prove is approved and paid at once."""
        made = await claims.make_mine(info.context, input.claim.to_command(info.context))
        return MyClaimPayload(claim=shown(made))

    @strawberry.mutation(graphql_type=MyClaimPayload, extensions=[MINE, refusals])
    @staticmethod
    async def my_claim_object(info: Info, input: MyClaimObjectInput) -> Any:
        """Object to a rejection, once and in time: somebody looks at the claim again."""
        claim = info.context.global_ids.one("MyClaim", input.claim)
        return MyClaimPayload(claim=shown(await claims.object_to(info.context, claim, input.words)))

    @strawberry.mutation(graphql_type=ClaimMakePayload, extensions=[needs(Scope.PURCHASES_WRITE), refusals])
    @staticmethod
    async def claim_make(info: Info, input: ClaimMakeInput) -> Any:
        """Claim for a member who is at your till or in your app."""
        ref = input.member.to_ref(info.context)
        await claims.make(info.context, ref, input.claim.to_command(info.context))
        return ClaimMakePayload(made=True)

    @strawberry.mutation(graphql_type=ClaimPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def claim_approve(info: Info, input: ClaimApproveInput) -> Any:
        """Say that a claim is to be paid; from a value on a second person has to say so too."""
        claim = info.context.global_ids.one("Claim", input.claim)
        return ClaimPayload(claim=shown(await claims.approve(info.context, claim)))

    @strawberry.mutation(graphql_type=ClaimPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def claim_reject(info: Info, input: ClaimRejectInput) -> Any:
        """Say that a claim is not paid, and why."""
        claim = info.context.global_ids.one("Claim", input.claim)
        return ClaimPayload(claim=shown(await claims.reject(info.context, claim, input.reason)))

    @strawberry.mutation(graphql_type=ClaimPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def claim_take_back(info: Info, input: ClaimRejectInput) -> Any:
        """Take back what was paid for a claim that should not have been."""
        claim = info.context.global_ids.one("Claim", input.claim)
        return ClaimPayload(claim=shown(await claims.take_back(info.context, claim, input.reason)))

    @strawberry.mutation(graphql_type=ClaimProgrammePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def claim_programme_draw_up(info: Info, input: ClaimProgrammeDrawUpInput) -> Any:
        """Write a programme, or its next version, down; a draft that is there already is written anew."""
        named = None if input.programme is None else _one(info, input.programme)
        return _done(await claims.draw_up(info.context, input.terms.to_terms(info.context), named))

    @strawberry.mutation(graphql_type=ClaimProgrammePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def claim_programme_publish(info: Info, input: ClaimProgrammeInput) -> Any:
        """Let members claim under the draft; the version before ends."""
        return _done(await claims.publish(info.context, _one(info, input.programme)))

    @strawberry.mutation(graphql_type=ClaimProgrammePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def claim_programme_pause(info: Info, input: ClaimProgrammeInput) -> Any:
        """Let nobody claim for now."""
        return _done(await claims.pause(info.context, _one(info, input.programme)))

    @strawberry.mutation(graphql_type=ClaimProgrammePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def claim_programme_resume(info: Info, input: ClaimProgrammeInput) -> Any:
        """Go on under the same terms, as the next version."""
        return _done(await claims.resume(info.context, _one(info, input.programme)))

    @strawberry.mutation(graphql_type=ClaimProgrammePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def claim_programme_end(info: Info, input: ClaimProgrammeInput) -> Any:
        """Let nobody claim any more; what was claimed is still decided and paid."""
        return _done(await claims.end(info.context, _one(info, input.programme)))

    @strawberry.mutation(graphql_type=ClaimSerialsPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def claim_serials_add(info: Info, input: ClaimSerialsAddInput) -> Any:
        """List serials that you have made: a claim by one of them is approved by itself, and any other refused."""
        added = await claims.list_serials(info.context, _one(info, input.programme), input.serials)
        return ClaimSerialsPayload(added=added)


def _one(info: Info, text: str) -> Any:
    return info.context.global_ids.one("ClaimProgramme", text)


def _done(programme: Any) -> ClaimProgrammePayload:
    return ClaimProgrammePayload(programme=programme)
