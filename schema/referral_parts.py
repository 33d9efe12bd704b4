"""What redemptions and enrolments tell of referral."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.referral import inviting, joining, words
from resolvers import referrals
from resolvers.context import Info
from schema.shape import shows

Language = Annotated[
    str | None, strawberry.argument(description="Such as lv: one of five, English where we have none of it.")
]


@strawberry.type
@shows(inviting.Invitation)
class ReferralInvitation:
    """What to ask a member at the right moment: to bring a friend."""

    code: str
    """The member's code."""

    @strawberry.field
    @staticmethod
    def link(invitation: strawberry.Parent[inviting.Invitation], info: Info) -> str:
        """A page that leads to joining; its address names nobody."""
        return referrals.link(info.context, invitation)

    @strawberry.field
    @staticmethod
    def text(invitation: strawberry.Parent[inviting.Invitation], language: Language = None) -> str:
        """Words for a receipt or a page, with the code."""
        return words.asking(invitation, language)


@strawberry.type
@shows(joining.Taken)
class ReferralTaken:
    """What became of a code that a friend told."""

    counts: bool
    """Whether it counts. Why not is told to the programme's owner alone."""

    @strawberry.field
    @staticmethod
    def message(taken: strawberry.Parent[joining.Taken], language: Language = None) -> str:
        """What to tell the friend: a kind word, either way."""
        return words.told(language, counts=taken.counts)


def taken_of(taken: joining.Taken | None) -> ReferralTaken | None:
    """As a payload holds it."""
    return taken  # type: ignore[return-value]
