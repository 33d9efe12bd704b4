"""What a redemption was for: the reward, what it took off, and how far it has been handed over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import strawberry

from domain import values
from domain.coalition import models as coalition_models
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
from schema.partners import Partner
from schema.reward_shapes import RewardWorth
from schema.rewards import Reward
from schema.shape import shows
from schema.vouchers import Voucher


@strawberry.type
class RewardLineOff:
    """Money to be taken off a line of the basket."""

    number: int
    """The line's number."""
    amount: Money
    """How much."""


def lines_off(lines: Iterable[quoting.LineOff], currency: str) -> list[RewardLineOff]:
    """What is taken off each line, in a currency."""
    return [
        RewardLineOff(number=one.number, amount=values.Money.of_minor(one.amount, currency))  # type: ignore[arg-type]
        for one in lines
    ]


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

    @strawberry.field
    @staticmethod
    def lines(redeemed: strawberry.Parent[queries.Redeemed]) -> list[RewardLineOff]:
        """What to take off each line; empty where no basket was sent."""
        return lines_off(redeemed.lines, redeemed.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def money(redeemed: strawberry.Parent[queries.Redeemed]) -> values.Money:
        """Paid beside the points."""
        return values.Money.of_minor(redeemed.money, redeemed.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def off(redeemed: strawberry.Parent[queries.Redeemed]) -> values.Money:
        """What to take off the basket."""
        return values.Money.of_minor(redeemed.off, redeemed.currency)

    @strawberry.field(graphql_type=list[Voucher], directives=[Cost(size=5)])
    @staticmethod
    async def vouchers(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> list[told.Told]:
        """The vouchers that came with it, once its points were spent: to a partner, those that it takes."""
        return await redeeming.vouchers_of(info.context, redeemed)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> coalition_models.Partner:
        """Who gives it."""
        return await redeeming.partner_of(info.context, redeemed)

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(redeemed: strawberry.Parent[queries.Redeemed], info: Info) -> recognition.KnownMember | None:
        """Whose it is, to a partner that knows the member."""
        return await redeeming.member_of(info.context, redeemed)
