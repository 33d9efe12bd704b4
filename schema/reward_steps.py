"""The way of a reward from draft to end, its stock and its draw."""

from __future__ import annotations

from typing import Any

import strawberry

from domain.errors import InvalidValue
from domain.rewards import terms as domain_terms
from partners.scopes import Scope
from resolvers import coalition, rewards
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.permissions import needs
from schema.reward_terms import RewardTermsInput
from schema.rewards import Reward

WRITE = needs(Scope.REWARDS_WRITE)


@strawberry.type
class RewardPayload:
    """What became of a step of a reward."""

    reward: Reward | None = None
    """The reward; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class RewardDraftInput:
    """A new reward."""

    terms: RewardTermsInput
    """What it promises and who pays."""


@strawberry.input
class RewardChangeInput:
    """A change of a reward."""

    reward: strawberry.ID
    """The reward."""
    terms: RewardTermsInput
    """All its terms, as they shall be."""


@strawberry.input
class RewardAgreeInput:
    """A sponsor's agreement."""

    reward: strawberry.ID
    """The reward."""
    fingerprint: str
    """The `fingerprint` of the terms you have read."""

    def digest(self) -> bytes:
        """As the domain takes it. Raises: InvalidValue."""
        try:
            return bytes.fromhex(self.fingerprint)
        except ValueError:
            raise InvalidValue("a fingerprint is hexadecimal, as the reward shows it", path=("fingerprint",)) from None


@strawberry.input
class RewardStepOnInput:
    """A step of a reward on its way."""

    reward: strawberry.ID
    """The reward."""


@strawberry.input
class RewardStockAddInput:
    """A change of a reward's stock."""

    reward: strawberry.ID
    """The reward."""
    pieces: int
    """How many more; less than none takes out of those that are left."""


@strawberry.type
class RewardMutation:
    """Rewards begin, change and end."""

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_draft(info: Info, input: RewardDraftInput) -> Any:
        """Write a new reward of yours."""
        return _done(await rewards.draft(info.context, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_change(info: Info, input: RewardChangeInput) -> Any:
        """Change a draft; where the reward has been live, the change is the draft of its next version."""
        reward_id = info.context.global_ids.one("Reward", input.reward)
        return _done(await rewards.change(info.context, reward_id, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_agree(info: Info, input: RewardAgreeInput) -> Any:
        """Agree, as one that pays beyond the points, to exactly these terms."""
        reward_id = info.context.global_ids.one("Reward", input.reward)
        return _done(await rewards.agree(info.context, reward_id, input.digest()))

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_publish(info: Info, input: RewardStepOnInput) -> Any:
        """Let a draft be had from now on; a version that was live is followed by it."""
        return _done(await rewards.publish(info.context, info.context.global_ids.one("Reward", input.reward)))

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_pause(info: Info, input: RewardStepOnInput) -> Any:
        """Let nobody have it for now."""
        return _done(await rewards.pause(info.context, info.context.global_ids.one("Reward", input.reward)))

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_resume(info: Info, input: RewardStepOnInput) -> Any:
        """Go on under the same terms, as the next version."""
        return _done(await rewards.resume(info.context, info.context.global_ids.one("Reward", input.reward)))

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_end(info: Info, input: RewardStepOnInput) -> Any:
        """Let nobody have it any more."""
        return _done(await rewards.end(info.context, info.context.global_ids.one("Reward", input.reward)))

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_stock_add(info: Info, input: RewardStockAddInput) -> Any:
        """Add pieces to a reward's stock, or take some of those that are left out of it."""
        reward_id = info.context.global_ids.one("Reward", input.reward)
        return _done(await rewards.add_stock(info.context, reward_id, input.pieces))

    @strawberry.mutation(graphql_type=RewardPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reward_draw(info: Info, input: RewardStepOnInput) -> Any:
        """Draw a sweepstake, once its moment has passed; again changes nothing."""
        return _done(await rewards.draw(info.context, info.context.global_ids.one("Reward", input.reward)))


async def _terms(info: Info, terms: RewardTermsInput) -> domain_terms.RewardTerms:
    return terms.to_terms(info.context, (await coalition.coalition(info.context)).currency)


def _done(reward: domain_terms.Reward) -> RewardPayload:
    return RewardPayload(reward=reward)  # type: ignore[arg-type]
