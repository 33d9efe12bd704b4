"""Certificates: rewards that come by themselves once the points are there, and what members choose about them."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from domain.rewards import automatic
from domain.rewards import terms as domain_terms
from domain.rewards.automatic import WhyNone
from domain.values import Points
from partners.scopes import Scope
from resolvers import certificates
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.permissions import needs
from schema.rewards import Reward
from schema.shape import shows


@strawberry.type
@shows(automatic.Certificate)
class Certificate:
    """A reward that comes by itself, as it stands for you."""

    step: int
    """Which of its steps comes, from 1."""
    saving: bool
    """Whether you save the points, so that it comes only when you ask."""
    due: int
    """How many pieces come with the next look, at the latest an hour from now."""
    why_none: WhyNone | None
    """Why none comes; null where some do."""
    next_on: date | None
    """The next day on which it can come; null where there is none within a year."""

    @strawberry.field
    @staticmethod
    def points(certificate: strawberry.Parent[automatic.Certificate]) -> Points:
        """What you can spend."""
        return Points(certificate.points)

    @strawberry.field(graphql_type=Reward)
    @staticmethod
    def reward(certificate: strawberry.Parent[automatic.Certificate]) -> domain_terms.Reward:
        """The reward."""
        return certificate.reward


@strawberry.input
class MyCertificateChooseInput:
    """What you choose about a reward that comes by itself."""

    reward: strawberry.ID
    """The reward."""
    save: bool
    """Whether to save the points."""
    step: int | None = None
    """Which step shall come, from 1; the cheapest if not said."""


@strawberry.type
class MyCertificateChoosePayload:
    """What became of a choice."""

    certificate: Certificate | None = None
    """As it stands now; null when the choice was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the choice was refused; empty when it was taken."""


@strawberry.type
class CertificateQuery:
    """Certificates."""

    @strawberry.field(graphql_type=list[Certificate], extensions=[needs(Scope.REWARDS_READ)])
    @staticmethod
    async def my_certificates(info: Info) -> list[automatic.Certificate]:
        """The rewards that come by themselves: what is due to you, or why nothing is."""
        return await certificates.mine(info.context)


@strawberry.type
class CertificateMutation:
    """Choices about certificates."""

    @strawberry.mutation(graphql_type=MyCertificateChoosePayload, extensions=[needs(Scope.REDEMPTIONS_WRITE), refusals])
    @staticmethod
    async def my_certificate_choose(info: Info, input: MyCertificateChooseInput) -> Any:
        """Save the points of a reward that comes by itself, or let one of its steps come."""
        reward_id = info.context.global_ids.one("Reward", input.reward)
        chosen = await certificates.choose(info.context, reward_id, save=input.save, step=input.step)
        return MyCertificateChoosePayload(certificate=chosen)  # type: ignore[arg-type]
