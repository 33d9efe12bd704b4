"""What a basket would earn: the till's friend, with all in words that a cashier can read out."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import strawberry

from domain.earning import commands
from domain.earning.prizes import TokenKind
from domain.earning.progress import Missing, missing_of, progress_of
from domain.earning.rules import Counted
from domain.earning.verdicts import NoAward as DomainNoAward
from domain.earning.verdicts import Why
from domain.earning.wording import so_far, taken_off, to_turn, why_not, won
from domain.values import Money as DomainMoney
from domain.values import Points
from schema.awards import Award
from schema.campaign_rule_shapes import money_shown
from schema.money import Money
from schema.shape import shows
from schema.spoken import Spoken


@strawberry.type
class MissingForAward:
    """How much more would earn an award: one of the two."""

    amount: Money | None
    """So much more money spent on lines that count."""
    count: int | None
    """So many times or items more."""


@strawberry.type
class NoAward(Spoken):
    """A campaign that gives nothing, and why."""

    campaign: str
    """The campaign's name."""
    why: Why
    """The reason."""
    missing: MissingForAward | None
    """What is missing for the award; null where more of the same would not earn it."""
    instead: str | None
    """The name of the campaign that gives instead."""


@strawberry.type
class PreviewOffer(Spoken):
    """Money that you may take off a line; its sponsors refund what you did take off."""

    campaign: str
    """The campaign's name."""
    line: int
    """The number of the line."""
    amount: Money
    """At most so much."""


@strawberry.type
class PreviewToken(Spoken):
    """A thing that would be won."""

    campaign: str
    """The campaign's name."""
    kind: TokenKind
    """What sort of thing."""
    name: str
    """What people call it."""


@strawberry.type
class PreviewTurns(Spoken):
    """Turns of a wheel that would be won; how they end is told by the purchase alone."""

    campaign: str
    """The campaign's name."""
    turns: int
    """How many."""


@strawberry.type
class PreviewProgress(Spoken):
    """How far a card or milestones would be."""

    campaign: str
    """The campaign's name."""
    counted: Counted
    """What is counted."""
    reached: Decimal
    """On the way to the next prize: times, items, or an amount of money."""
    of: Decimal | None
    """What the next prize takes; null: all are won."""


@strawberry.type
class PreviewTierGain:
    """What another tier would bring."""

    tier: str
    """The tier."""
    points: Points
    """So many points more than the basket earns now."""


@strawberry.type
@shows(commands.PurchasePreview)
class PurchasePreview:
    """What a basket would earn now; nothing is written."""

    @strawberry.field(graphql_type=list[Award])
    @staticmethod
    def awards(preview: strawberry.Parent[commands.PurchasePreview]) -> list[commands.AwardGiven]:
        """What it would earn, campaign by campaign."""
        return list(preview.awards)

    @strawberry.field
    @staticmethod
    def points(preview: strawberry.Parent[commands.PurchasePreview]) -> Points:
        """All the points it would earn."""
        return Points(sum(award.points for award in preview.awards))

    @strawberry.field
    @staticmethod
    def tier_gains(preview: strawberry.Parent[commands.PurchasePreview]) -> list[PreviewTierGain]:
        """Tiers that the member does not have, and what each would bring for this basket."""
        return [PreviewTierGain(tier=tier, points=Points(points)) for tier, points in preview.tier_gains]

    @strawberry.field
    @staticmethod
    def missed(preview: strawberry.Parent[commands.PurchasePreview]) -> list[NoAward]:
        """Campaigns of this till that would give nothing, and what is missing."""
        return [no_award(one, preview.currency) for one in preview.rating.refusals]

    @strawberry.field
    @staticmethod
    def offers(preview: strawberry.Parent[commands.PurchasePreview]) -> list[PreviewOffer]:
        """What you may take off."""
        return [
            PreviewOffer(
                campaign=one.campaign.terms.name,
                line=one.line,
                amount=DomainMoney.of_minor(one.units, preview.currency),  # type: ignore[arg-type]
                words=partial(taken_off, one, preview.currency),
            )
            for one in preview.rating.offers
        ]

    @strawberry.field
    @staticmethod
    def tokens(preview: strawberry.Parent[commands.PurchasePreview]) -> list[PreviewToken]:
        """Things that would be won."""
        return [
            PreviewToken(
                campaign=one.campaign.terms.name,
                kind=one.token.kind,
                name=one.token.name,
                words=partial(won, one.campaign, one.token),
            )
            for one in preview.rating.tokens
        ]

    @strawberry.field
    @staticmethod
    def turns(preview: strawberry.Parent[commands.PurchasePreview]) -> list[PreviewTurns]:
        """Turns of wheels that would be won."""
        return [
            PreviewTurns(campaign=campaign.terms.name, turns=turns, words=partial(to_turn, campaign, turns))
            for campaign, turns in preview.rating.turns
        ]

    @strawberry.field
    @staticmethod
    def progress(preview: strawberry.Parent[commands.PurchasePreview]) -> list[PreviewProgress]:
        """How far the member's cards and milestones would be; empty where nobody knows the member yet."""
        return [
            PreviewProgress(
                campaign=one.campaign.terms.name,
                counted=one.counted,
                reached=_units(one.reached, one.counted, preview.currency),
                of=None if one.of is None else _units(one.of, one.counted, preview.currency),
                words=partial(so_far, one, preview.currency),
            )
            for one in progress_of(preview.rating)
        ]


def no_award(refusal: DomainNoAward, currency: str) -> NoAward:
    """A campaign that gives nothing, told."""
    missing = missing_of(refusal)
    return NoAward(
        campaign=refusal.campaign.terms.name,
        why=refusal.why,
        words=partial(why_not, refusal, currency),
        missing=None if missing is None else _missing(missing, currency),
        instead=None if refusal.instead is None else refusal.instead.terms.name,
    )


def _missing(missing: Missing, currency: str) -> MissingForAward:
    return MissingForAward(amount=money_shown(missing.amount, currency), count=missing.count)


def _units(units: int, counted: Counted, currency: str) -> Decimal:
    return DomainMoney.of_minor(units, currency).amount if counted is Counted.AMOUNT else Decimal(units)
