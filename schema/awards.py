"""What purchases and actions earn: points with who pays for them, money, things won."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.coalition import models as coalition_models
from domain.earning import commands
from domain.earning.prizes import TokenKind
from domain.earning.wording import wording_in
from domain.languages import OTHERWISE
from domain.ledger.allowance_models import CutReason
from domain.ledger.queries import Share as DomainShare
from domain.values import Money as DomainMoney
from domain.values import Points
from resolvers import coalition, purchases
from resolvers.context import Info
from schema.money import Money
from schema.partners import Partner
from schema.shape import shows
from schema.spoken import Language
from schema.wallets import Share


@strawberry.type
@shows(commands.Portion)
class AwardPortion:
    """Points of an award that can be spent from the same time on."""

    points: Points
    """How many."""
    available_at: datetime
    """From when on they can be spent."""
    expires_at: datetime | None
    """When they expire; null for never, or for a term that runs from inactivity."""


@strawberry.type
@shows(commands.AwardGiven)
class Award:
    """Points of one campaign."""

    points: Points
    """How many."""
    lines: list[int]
    """The numbers of the lines that earned them."""
    available_at: datetime
    """From when on all of them can be spent."""
    expires_at: datetime | None
    """When the last of them expire; null for never, or for a term that runs from inactivity."""
    portions: list[AwardPortion]
    """The same by when they can be spent: several where articles can be returned for a longer or shorter time."""

    @strawberry.field
    @staticmethod
    def reason(award: strawberry.Parent[commands.AwardGiven], language: Language = OTHERWISE) -> str:
        """Why, in words that can be read out."""
        return award.in_words(wording_in(language))

    @strawberry.field
    @staticmethod
    def campaign(award: strawberry.Parent[commands.AwardGiven]) -> str:
        """The campaign's name."""
        return award.campaign.terms.name

    @strawberry.field
    @staticmethod
    def campaign_version(award: strawberry.Parent[commands.AwardGiven]) -> int:
        """Under which of its versions they were given."""
        return award.campaign.version

    @strawberry.field(graphql_type=list[Share])
    @staticmethod
    def funded_by(award: strawberry.Parent[commands.AwardGiven]) -> list[DomainShare]:
        """Who pays for them, split to the point."""
        return [DomainShare(sponsor_id=sponsor, points=Points(points)) for sponsor, points in award.funded]


@strawberry.type
@shows(commands.BenefitReceipt)
class Benefit:
    """Value given in money at the till, to be paid to the shop by its sponsor."""

    line: int
    """The number of the line."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def amount(benefit: strawberry.Parent[commands.BenefitReceipt]) -> DomainMoney:
        """How much."""
        return benefit.money

    @strawberry.field
    @staticmethod
    def campaign(benefit: strawberry.Parent[commands.BenefitReceipt]) -> str:
        """The campaign's name."""
        return benefit.campaign.terms.name

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def missing(benefit: strawberry.Parent[commands.BenefitReceipt]) -> DomainMoney:
        """What fell away, since all that the campaign may cost has been given."""
        return benefit.missing

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def sponsor(benefit: strawberry.Parent[commands.BenefitReceipt], info: Info) -> coalition_models.Partner:
        """Who pays."""
        return await coalition.partner(info.context, benefit.sponsor_id)


@strawberry.type
@shows(commands.AwardCut)
class AwardCut:
    """Points that were earned and not given: the campaign's budget is used up, or a sponsor can fund no more.

    What was recorded stands all the same; when there are means again, later purchases earn in full.
    """

    points: Points
    """How many of this sponsor's points were earned."""
    given: Points
    """How many of them were given."""
    missing: Points
    """How many fell away."""

    @strawberry.field
    @staticmethod
    def reason(cut: strawberry.Parent[commands.AwardCut], language: Language = OTHERWISE) -> str:
        """The same in words that can be read out."""
        return cut.in_words(wording_in(language))

    @strawberry.field
    @staticmethod
    def campaign(cut: strawberry.Parent[commands.AwardCut]) -> str:
        """The campaign's name."""
        return cut.campaign.terms.name

    @strawberry.field
    @staticmethod
    def why(cut: strawberry.Parent[commands.AwardCut], info: Info) -> CutReason | None:
        """Why; null where that is the affair of another partner, whose means these are."""
        return purchases.why_cut(info.context, cut)


@strawberry.type
@shows(commands.TokenReceipt)
class WonToken:
    """A thing won that is no point."""

    kind: TokenKind
    """What sort of thing it is."""
    name: str
    """What people call it."""
    expires_at: datetime | None
    """Until when it can be used; null for ever."""

    @strawberry.field
    @staticmethod
    def voucher_issued(token: strawberry.Parent[commands.TokenReceipt]) -> bool | None:
        """Whether the member has a voucher that works at the till; false: no code was left. Null where it is none."""
        if token.voucher_id is None:
            return None
        return token.voucher is not None and token.voucher.why is None

    @strawberry.field
    @staticmethod
    def campaign(token: strawberry.Parent[commands.TokenReceipt]) -> str:
        """The campaign's name."""
        return token.campaign.terms.name
