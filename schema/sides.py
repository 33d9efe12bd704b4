"""A firm in two roles: maker and seller, apart and together."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import strawberry

from domain.analytics import sides as domain_sides
from domain.coalition import models as coalition_models
from domain.settlement import models as settlement_models
from domain.settlement.lines import LineKind
from domain.values import Money
from partners.scopes import Scope
from resolvers import coalition, sides
from resolvers.context import Info
from schema.cycles import Cycle
from schema.errors import or_null
from schema.money import Money as MoneyType
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

Report = strawberry.Parent[domain_sides.SidesReport]


@strawberry.type
class SideSales:
    """Goods as they were sold, less what came back."""

    baskets: int
    """In so many baskets."""
    members: int
    """To so many members."""
    units: Decimal
    """So many units."""
    amount: MoneyType
    """What they cost."""


@strawberry.type
@shows(domain_sides.SidePoints)
class SidePoints:
    """Points by where they were awarded or spent, and by who pays for them."""

    here_ours: int
    """At your own tills, paid by you."""
    here_others: int
    """At your own tills, paid by others."""
    elsewhere_ours: int
    """At others' tills, paid by you."""
    together: int
    """All of them, each point once."""


@strawberry.type
class SideMoney:
    """What one heading of the statement comes to; positive is received."""

    kind: LineKind | None
    """The heading; null for the sum of all."""
    producer: MoneyType
    """What came about at others' counters."""
    seller: MoneyType
    """What came about at your own."""
    shared: MoneyType
    """What the statement does not part by counters: claw-backs, breakage, margins, fees, tax, adjustments, rounding."""
    together: MoneyType
    """As the statement has it."""


@strawberry.type
class SideDeed:
    """What members did besides buying, or vouchers that were taken."""

    deed: str
    """CODES_ENTERED, REGISTERED, REVIEWS_WRITTEN, SURVEYS_ANSWERED, TRADED_IN or VOUCHERS_TAKEN."""
    count: int
    """How often; what fewer than ten members did is left out."""


@strawberry.type
@shows(domain_sides.SidesReport)
class PartnerSides:
    """Both sides of a firm in one cycle; goods by when they were posted."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(report: Report, info: Info) -> coalition_models.Partner:
        """The firm."""
        return await coalition.partner(info.context, report.partner_id)

    @strawberry.field(graphql_type=Cycle)
    @staticmethod
    def cycle(report: Report) -> settlement_models.Cycle:
        """The cycle."""
        return report.cycle

    @strawberry.field
    @staticmethod
    def sold_elsewhere(report: Report) -> SideSales | None:
        """Its goods through others' shops, in one sum; null where fewer than ten members bought them."""
        return None if report.sold_elsewhere is None else _sales(report, report.sold_elsewhere)

    @strawberry.field
    @staticmethod
    def sold_own(report: Report) -> SideSales:
        """Its goods at its own tills: they stand with both sides, and once together."""
        return _sales(report, report.sold_own)

    @strawberry.field
    @staticmethod
    def sold_here(report: Report) -> SideSales:
        """All that its own tills sold."""
        return _sales(report, report.sold_here)

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    def sold_by_producer(report: Report) -> Money | None:
        """What its goods brought wherever they were sold; null where `soldElsewhere` is."""
        return None if report.sold_by_producer is None else Money.of_minor(report.sold_by_producer, report.currency)

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    def sold_together(report: Report) -> Money | None:
        """What both sides brought, its own goods at its own tills once; null where `soldElsewhere` is."""
        return None if report.sold_together is None else Money.of_minor(report.sold_together, report.currency)

    @strawberry.field(graphql_type=SidePoints)
    @staticmethod
    def awarded(report: Report) -> domain_sides.SidePoints:
        """Points awarded."""
        return report.awarded

    @strawberry.field(graphql_type=SidePoints)
    @staticmethod
    def spent(report: Report) -> domain_sides.SidePoints:
        """Points spent, less what came back."""
        return report.spent

    @strawberry.field
    @staticmethod
    def deeds(report: Report) -> list[SideDeed]:
        """What members did besides buying."""
        return [SideDeed(deed=deed, count=count) for deed, count in report.deeds.items()]

    @strawberry.field(extensions=[needs(Scope.SETTLEMENT_READ)])
    @staticmethod
    def money(report: Report) -> list[SideMoney]:
        """The statement by heading and side; empty while its statement is not proposed."""
        return [_money(report, one, one.kind) for one in report.money]

    @strawberry.field(extensions=[needs(Scope.SETTLEMENT_READ)])
    @staticmethod
    def net(report: Report) -> SideMoney:
        """The sum of all headings: together it is the net of the statement."""
        return _money(report, report.net, None)


Of = Annotated[strawberry.ID, strawberry.argument(description="The cycle.")]
Firm = Annotated[strawberry.ID | None, strawberry.argument(description="For the coalition alone: the firm.")]


@strawberry.type
class SidesQuery:
    """Firms in two roles."""

    @strawberry.field(graphql_type=PartnerSides | None, extensions=[needs(Scope.ANALYTICS_READ), or_null])
    @staticmethod
    async def partner_sides(info: Info, cycle: Of, partner: Firm = None) -> domain_sides.SidesReport:
        """What your firm did as a maker and as a seller in a cycle; null for a cycle that there is not."""
        ids = info.context.global_ids
        named = None if partner is None else ids.one("Partner", partner)
        return await sides.report(info.context, ids.one("Cycle", cycle), named)


def _sales(report: domain_sides.SidesReport, sales: domain_sides.Sales) -> SideSales:
    return SideSales(
        baskets=sales.baskets,
        members=sales.members,
        units=sales.units,
        amount=Money.of_minor(sales.amount, report.currency),  # type: ignore[arg-type]
    )


def _money(report: domain_sides.SidesReport, one: domain_sides.SideMoney, kind: LineKind | None) -> SideMoney:
    amounts = {
        name: Money(getattr(one, name), report.currency).rounded()
        for name in ("producer", "seller", "shared", "together")
    }
    return SideMoney(kind=kind, **amounts)  # type: ignore[arg-type]
