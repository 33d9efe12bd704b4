"""What a coupon is made of: what it takes off, for which lines, who pays, and what became of its vouchers."""

from __future__ import annotations

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.vouchers import queries
from domain.vouchers import terms as domain_terms
from domain.vouchers.terms import Pick
from resolvers import coalition
from resolvers.context import Info
from schema.campaign_shapes import partners_of
from schema.money import Money
from schema.partners import Partner
from schema.reward_shapes import money_of
from schema.shape import shows


@strawberry.type
@shows(domain_terms.TakesOff)
class CouponTakes:
    """What a voucher takes off: exactly one of amount, share, free, thing and valued."""

    free: Pick | None
    """One piece of the lines it is for: the cheapest or the dearest."""
    thing: str | None
    """Something that is handed over."""
    valued: bool
    """Each voucher has an amount of its own."""

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def amount(takes: strawberry.Parent[domain_terms.TakesOff], info: Info) -> values.Money | None:
        """So much."""
        return await money_of(info, takes.amount)

    @strawberry.field
    @staticmethod
    def share(takes: strawberry.Parent[domain_terms.TakesOff]) -> str | None:
        """Of the lines it is for: an exact ratio."""
        return None if takes.share is None else str(takes.share)

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def most(takes: strawberry.Parent[domain_terms.TakesOff], info: Info) -> values.Money | None:
        """The most that a share, a free piece or a voucher's own amount takes off."""
        return await money_of(info, takes.most)


@strawberry.type
@shows(domain_terms.Paid)
class CouponSponsor:
    """Who pays for a coupon, and which share."""

    @strawberry.field
    @staticmethod
    def share(sponsor: strawberry.Parent[domain_terms.Paid]) -> str:
        """An exact ratio, such as 1 or 2/5."""
        return str(sponsor.share)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(sponsor: strawberry.Parent[domain_terms.Paid], info: Info) -> coalition_models.Partner:
        """Who pays."""
        return await coalition.partner(info.context, sponsor.partner_id)


@strawberry.type
@shows(queries.Counts)
class CouponCounts:
    """What became of a coupon's vouchers."""

    issued: int
    """How many are in members' hands, or were."""
    open: int
    """How many can still be used."""
    used: int
    """How often any was used."""
    expired: int
    """How many ran out of time."""
    cancelled: int
    """How many were taken back."""
    codes_left: int
    """How many codes are left in its pool."""


@strawberry.type
@shows(domain_terms.Articles)
class CouponLines:
    """For which lines a coupon is: all parts that name something hold, and nothing that is excluded does."""

    @strawberry.field
    @staticmethod
    def skus(lines: strawberry.Parent[domain_terms.Articles]) -> list[str]:
        """One of these article numbers."""
        return sorted(lines.skus)

    @strawberry.field
    @staticmethod
    def gtins(lines: strawberry.Parent[domain_terms.Articles]) -> list[str]:
        """One of these numbers in the bar code."""
        return sorted(lines.gtins)

    @strawberry.field
    @staticmethod
    def categories(lines: strawberry.Parent[domain_terms.Articles]) -> list[str]:
        """One of these categories."""
        return sorted(lines.categories)

    @strawberry.field
    @staticmethod
    def brands(lines: strawberry.Parent[domain_terms.Articles]) -> list[str]:
        """One of these brands."""
        return sorted(lines.brands)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def makers(lines: strawberry.Parent[domain_terms.Articles], info: Info) -> list[coalition_models.Partner]:
        """Made by one of these partners."""
        return await partners_of(info, frozenset(map(PartnerId, lines.makers)))

    @strawberry.field
    @staticmethod
    def not_skus(lines: strawberry.Parent[domain_terms.Articles]) -> list[str]:
        """None of these article numbers."""
        return sorted(lines.not_skus)

    @strawberry.field
    @staticmethod
    def not_categories(lines: strawberry.Parent[domain_terms.Articles]) -> list[str]:
        """None of these categories."""
        return sorted(lines.not_categories)
