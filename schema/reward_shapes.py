"""What a reward promises, as the contract shows it: steps, what they are worth, limits, early access, draws."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.earning.bounds import CapPer
from domain.earning.periods import Period
from domain.rewards import drawing, lots, matching, terms, worths
from domain.rewards.worths import Pick
from domain.values import Points
from resolvers import coalition
from resolvers.context import Info
from schema.money import Money
from schema.partners import Partner
from schema.shape import shows


async def money_of(info: Info, units: int | None) -> values.Money | None:
    """Minor units of the coalition's currency."""
    if units is None:
        return None
    return values.Money.of_minor(units, (await coalition.coalition(info.context)).currency)


@strawberry.type
@shows(worths.Articles)
class RewardArticles:
    """Articles of which one is free; all parts that name something hold."""

    pick: Pick
    """Which of those that fit."""

    @strawberry.field
    @staticmethod
    def skus(articles: strawberry.Parent[worths.Articles]) -> list[str]:
        """One of these article numbers."""
        return sorted(articles.skus)

    @strawberry.field
    @staticmethod
    def gtins(articles: strawberry.Parent[worths.Articles]) -> list[str]:
        """One of these numbers in the bar code."""
        return sorted(articles.gtins)

    @strawberry.field
    @staticmethod
    def categories(articles: strawberry.Parent[worths.Articles]) -> list[str]:
        """One of these categories."""
        return sorted(articles.categories)

    @strawberry.field
    @staticmethod
    def brands(articles: strawberry.Parent[worths.Articles]) -> list[str]:
        """One of these brands."""
        return sorted(articles.brands)


@strawberry.type
@shows(worths.Worth)
class RewardWorth:
    """What a member gets: exactly one of amount, share, articles, thing, coupon, tickets and gift."""

    articles: RewardArticles | None
    """One of these is free, up to `most`."""
    thing: str | None
    """A gift, an experience, access, in words."""
    tickets: int | None
    """Entries of the reward's draw."""

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def amount(worth: strawberry.Parent[worths.Worth], info: Info) -> values.Money | None:
        """Taken off at the till."""
        return await money_of(info, worth.amount)

    @strawberry.field
    @staticmethod
    def share(worth: strawberry.Parent[worths.Worth]) -> str | None:
        """Of the basket, taken off at the till up to `most`: an exact ratio such as 1/5."""
        return None if worth.share is None else str(worth.share)

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def most(worth: strawberry.Parent[worths.Worth], info: Info) -> values.Money | None:
        """The most that a share, or a free article, takes off."""
        return await money_of(info, worth.most)

    @strawberry.field
    @staticmethod
    def coupon(worth: strawberry.Parent[worths.Worth], info: Info) -> strawberry.ID | None:
        """A voucher of this coupon."""
        return None if worth.coupon is None else strawberry.ID(info.context.global_ids.encode("Coupon", worth.coupon))

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def gift(worth: strawberry.Parent[worths.Worth], info: Info) -> values.Money | None:
        """Given to the reward's charity."""
        return await money_of(info, worth.gift)

    @strawberry.field
    @staticmethod
    def match(worth: strawberry.Parent[worths.Worth]) -> str | None:
        """What is added to the gift: 1 is one for one; null: nothing."""
        return str(worth.match) if worth.match else None

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def matched_by(worth: strawberry.Parent[worths.Worth], info: Info) -> coalition_models.Partner | None:
        """Who adds it."""
        return await coalition.partner_or_none(info.context, worth.matched_by)


@strawberry.type
@shows(worths.Step)
class RewardStep:
    """One way to have a reward; it is named by its place in the list, from 1."""

    points: Points
    """Points; may be 0."""
    name: str
    """What people call it; may be empty."""
    worth: RewardWorth
    """What a member gets."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def money(step: strawberry.Parent[worths.Step], info: Info) -> values.Money:
        """Paid beside the points at the shop."""
        return values.Money.of_minor(step.money, (await coalition.coalition(info.context)).currency)


@strawberry.type
@shows(worths.PayWithPoints)
class RewardPay:
    """A discount priced by what is paid with points."""

    least: Points
    """At least so many."""
    in_steps_of: Points
    """Only multiples of so many."""
    most: Points | None
    """At most so many at once."""

    @strawberry.field
    @staticmethod
    def points_per_unit(pay: strawberry.Parent[worths.PayWithPoints]) -> str:
        """Points for one unit of currency, an exact ratio."""
        return str(pay.points_per_unit)

    @strawberry.field
    @staticmethod
    def most_of_basket(pay: strawberry.Parent[worths.PayWithPoints]) -> str:
        """At most this share of a basket, an exact ratio."""
        return str(pay.most_of_basket)


@strawberry.type
@shows(terms.Limit)
class RewardLimit:
    """At most so many pieces for each member, or household."""

    most: int
    """Pieces."""
    period: Period | None
    """Counted anew with each; null: as long as there is the reward."""
    per: CapPer
    """Whose are counted together."""


@strawberry.type
@shows(terms.Early)
class RewardEarly:
    """Until a moment only some can have the reward."""

    until: datetime
    """Until when."""

    @strawberry.field
    @staticmethod
    def tiers(early: strawberry.Parent[terms.Early]) -> list[str]:
        """Members of one of these tiers."""
        return sorted(early.tiers)

    @strawberry.field
    @staticmethod
    def others(early: strawberry.Parent[terms.Early]) -> bool:
        """Whether members of some segments come early, too."""
        return bool(early.segments)


@strawberry.type
@shows(worths.DrawPrize)
class RewardDrawPrize:
    """What a draw gives."""

    thing: str
    """What."""
    winners: int
    """To how many."""


@strawberry.type
@shows(drawing.TicketDrawn)
class RewardWin:
    """A ticket that won."""

    place: int
    """In the order drawn, from 1."""
    number: int
    """The ticket's number, from 0."""
    ticket: strawberry.ID
    """The ticket."""
    holder: str
    """Whose it is, by a pseudonym that is the same on all tickets of one member in this draw."""
    thing: str
    """What it won."""


@strawberry.type
@shows(drawing.DrawTold)
class RewardDrawn:
    """How a draw stands: its seed was promised by a digest, so that anybody can draw it again."""

    tickets: int
    """How many took part; before the draw, how many there are by now."""
    drawn_at: datetime | None
    """When; null: not yet."""
    winners: list[RewardWin]
    """Who won, in the order drawn."""

    @strawberry.field
    @staticmethod
    def commitment(told: strawberry.Parent[drawing.DrawTold]) -> str:
        """SHA-256 of the seed in hexadecimal, told from the start."""
        return told.commitment.hex()

    @strawberry.field
    @staticmethod
    def seed(told: strawberry.Parent[drawing.DrawTold]) -> str | None:
        """What it was drawn by, in hexadecimal; null: not drawn yet."""
        return None if told.seed is None else told.seed.hex()

    @strawberry.field
    @staticmethod
    def digest(told: strawberry.Parent[drawing.DrawTold]) -> str | None:
        """SHA-256 of the lines of all tickets in hexadecimal; null: not drawn yet."""
        return None if told.digest is None else told.digest.hex()


@strawberry.type
@shows(matching.Giving)
class CharityGiving:
    """What came together for a charity by redeeming rewards."""

    charity: str
    """Who gets it."""
    gifts: int
    """How many gifts there were."""
    members: int | None
    """How many members gave; null below ten."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def given(giving: strawberry.Parent[matching.Giving], info: Info) -> values.Money:
        """By members, with their points."""
        return values.Money.of_minor(giving.given, (await coalition.coalition(info.context)).currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def matched(giving: strawberry.Parent[matching.Giving], info: Info) -> values.Money:
        """By partners, on top."""
        return values.Money.of_minor(giving.matched, (await coalition.coalition(info.context)).currency)


def lines_of(tickets: list[lots.Ticket]) -> str:
    """Tickets as the digest of a draw is made of them."""
    return "".join(f"{ticket.number} {ticket.ticket_id} {ticket.holder}\n" for ticket in tickets)
