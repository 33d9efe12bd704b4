"""Surprises: given to a segment or to one member, once for each occasion."""

from __future__ import annotations

from typing import Any

import strawberry

from domain.earning import surprising
from domain.values import Points
from partners.scopes import Scope
from resolvers import surprises
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.members import MemberRefInput
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(surprising.Surprised)
class Surprised:
    """What came of a surprise."""

    members: int
    """Who was surprised just now, whether or not a campaign gave anything."""
    tokens: int
    """Things won that are no points."""
    left: bool
    """Whether members of the segment are left: give it again."""

    @strawberry.field
    @staticmethod
    def points(surprised: strawberry.Parent[surprising.Surprised]) -> Points:
        """What campaigns gave them together."""
        return Points(surprised.points)


@strawberry.input
class SurpriseGiveInput:
    """A surprise for a segment."""

    segment: strawberry.ID
    """A segment of yours, or one that you may name; a thousand of its members at once."""
    occasion: str
    """What you call it, such as "First snow"; each member is surprised once for it."""


@strawberry.input
class SurpriseGiveMemberInput:
    """A surprise for one member."""

    member: MemberRefInput
    """The member."""
    occasion: str
    """What you call it; each member is surprised once for it."""


@strawberry.type
class SurprisePayload:
    """What became of a surprise."""

    surprised: Surprised | None = None
    """What came of it; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class SurpriseMutation:
    """Members are surprised."""

    @strawberry.mutation(graphql_type=SurprisePayload, extensions=[needs(Scope.CAMPAIGNS_PUBLISH), refusals])
    @staticmethod
    async def surprise_give(info: Info, input: SurpriseGiveInput) -> Any:
        """Surprise the members of a segment: campaigns of yours that answer SURPRISE say what it brings."""
        segment = info.context.global_ids.one("Segment", input.segment)
        return _done(await surprises.to_segment(info.context, segment, input.occasion))

    @strawberry.mutation(
        graphql_type=SurprisePayload,
        extensions=[needs((Scope.CAMPAIGNS_PUBLISH, Scope.MEMBERS_LOOKUP)), refusals],
    )
    @staticmethod
    async def surprise_give_member(info: Info, input: SurpriseGiveMemberInput) -> Any:
        """Surprise one member; again for the same occasion nothing happens."""
        return _done(await surprises.to_member(info.context, input.member.to_ref(info.context), input.occasion))


def _done(surprised: surprising.Surprised) -> SurprisePayload:
    return SurprisePayload(surprised=surprised)  # type: ignore[arg-type]
