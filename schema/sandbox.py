"""What a sandbox offers to those who try things out."""

from __future__ import annotations

from typing import Any

import strawberry

from partners.scopes import Scope
from resolvers import sandbox
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.members import Member
from schema.permissions import needs
from schema.scalars import IdempotencyKey
from schema.shape import shows


@strawberry.type
@shows(sandbox.Trial)
class TestMember:
    """A made-up member: nobody's data, and nobody's points."""

    member: Member
    """The member, linked to your partner."""
    card_number: str
    """The card it shows at a till."""
    email: str
    """Its address, in a domain that no mail reaches."""
    sign_in_link: str
    """Signs a browser in as the member, once, within a day."""


@strawberry.input
class TestMembersCreateInput:
    """Members to try things out with."""

    idempotency_key: IdempotencyKey
    """Yours for these members: repeated, it gives the same ones."""
    count: int
    """How many, at most 50."""


@strawberry.type
class TestMembersPayload:
    """What became of it."""

    members: list[TestMember] = strawberry.field(default_factory=list)
    """The members; none when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class SandboxMutation:
    """Trying things out."""

    @strawberry.mutation(graphql_type=TestMembersPayload, extensions=[needs(Scope.MEMBERS_ENROL), refusals])
    @staticmethod
    async def test_members_create(info: Info, input: TestMembersCreateInput) -> Any:
        """Make members to try things out with, in a sandbox."""
        made = await sandbox.make_members(info.context, input.count, input.idempotency_key)
        return TestMembersPayload(members=made)  # type: ignore[arg-type]
