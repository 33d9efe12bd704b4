"""What a redemption was for: the reward, what it took off, and how far it has been handed over."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain import values
from domain.members import recognition
from domain.rewards import queries, quoting
from domain.rewards import terms as domain_terms
from domain.rewards.redeemed_models import FulfilmentState
from domain.rewards.terms import Fulfilment
from domain.vouchers import told
from resolvers import redeeming
from resolvers.context import Info
from schema.limits import Cost
from schema.members import Member
from schema.money import Money
from schema.reward_shapes import RewardWorth, money_of
from schema.rewards import Reward
from schema.shape import shows
from schema.vouchers import Voucher


@strawberry.type
@shows(quoting.LineOff)
class RewardLineOff:
    """Money to be taken off a line of the basket."""

    number: int
    """The line's number."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def amount(line: strawberry.Parent[quoting.LineOff], info: Info) -> values.Money | None:
        """How much."""
        return await money_of(info, line.amount)


@strawberry.type
@shows(queries.Redeemed)
class RedeemedReward:
    """The reward of a redemption, as it was had."""

    version: int
    """Under which version of the reward."""
    step: int | None
    """Which of its steps, from 1; null where it was paid with points."""
    pieces: int
    """How many."""
    pieces_left: int
    """What of them was not taken back."""
    worth: RewardWorth
    """What one piece is worth."""
    lines: list[RewardLineOff]
    """What to take off each line; empty where no basket was sent."""
    tickets: int
    """Tickets of the reward's draw that came with it."""
    fulfilment: Fulfilment
    """How the member comes to it."""
    state: FulfilmentState
    """How far it has been handed over."""
    redeemed_at: datetime
    """When it was redeemed."""
    changed_at: datetime
    """When its latest step was taken."""
    note: str | None
    """What was noted with that step."""

    @strawberry.field
    @staticmethod
    def redemption(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> strawberry.ID:
        """The id of the redemption."""
        keys = (redeemed.home_wallet_id, redeemed.entry_id)
        return strawberry.ID(info.context.global_ids.encode("Redemption", *keys))

    @strawberry.field(graphql_type=Reward | None)
    @staticmethod
    async def reward(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> domain_terms.Reward | None:
        """The reward."""
        return await redeeming.reward_of(info.context, redeemed)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def money(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> values.Money | None:
        """Paid beside the points."""
        return await money_of(info, redeemed.money)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def off(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> values.Money | None:
        """What to take off the basket."""
        return await money_of(info, redeemed.off)

    @strawberry.field(graphql_type=list[Voucher], directives=[Cost(size=5)])
    @staticmethod
    async def vouchers(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> list[told.Told]:
        """The vouchers that came with it, once its points were spent: to a partner, those that it takes."""
        return await redeeming.vouchers_of(info.context, redeemed)

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> recognition.KnownMember | None:
        """Whose it is, to a partner that knows the member."""
        return await redeeming.member_of(info.context, redeemed)
