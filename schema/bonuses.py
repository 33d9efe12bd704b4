"""Bonus schemes and statements, as owners, parties and firms see them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.bonuses import figuring, models, periods, queries
from domain.bonuses import terms as domain_terms
from domain.bonuses.figuring import PartKind
from domain.bonuses.models import StatementState
from domain.bonuses.terms import SchemeState
from domain.business import queries as firms
from domain.business.models import ServiceState
from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.values import Money
from partners.scopes import Scope
from resolvers import bonuses, business, coalition
from resolvers.bonuses import SoFar
from resolvers.context import Info
from schema.bonus_terms import BonusSchemeTerms
from schema.business import Business
from schema.connections import Connection, paged
from schema.errors import or_null
from schema.ids import Node, identified
from schema.money import Money as MoneyType
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ)


@strawberry.type
@shows(figuring.Part)
class BonusPart:
    """One band's part of a bonus."""

    kind: PartKind
    """What it is for."""

    @strawberry.field(name="from")
    @staticmethod
    def start(part: strawberry.Parent[figuring.Part]) -> Decimal:
        """Where the band begins: in minor units or pieces; of growth in per cent."""
        return Decimal(part.start)

    @strawberry.field
    @staticmethod
    def of(part: strawberry.Parent[figuring.Part]) -> str:
        """Of how much the rate was taken: in minor units or pieces, exactly, such as "25050"."""
        return str(part.of)

    @strawberry.field
    @staticmethod
    def rate(part: strawberry.Parent[figuring.Part]) -> str:
        """The band's rate, such as "1/50"."""
        return str(part.rate)

    @strawberry.field
    @staticmethod
    def comes_to(part: strawberry.Parent[figuring.Part]) -> str:
        """In minor units, exactly, before the sum of all parts is rounded down."""
        return str(part.comes_to)


@strawberry.type
@shows(queries.Correction)
class BonusCorrection:
    """An earlier period that comes to something else by now: returns, late purchases, corrected reports."""

    starts: date
    """The period's first day."""

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def was(mended: strawberry.Parent[queries.Correction], info: Info) -> Money:
        """What it counted before."""
        return await _money(info, mended.was)

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def now(mended: strawberry.Parent[queries.Correction], info: Info) -> Money:
        """What it counts by now."""
        return await _money(info, mended.now)


@strawberry.type
@shows(queries.CountedPurchase)
class BonusPurchase:
    """A purchase that counted, at your own till."""

    occurred_at: datetime
    """When."""
    quantity: Decimal
    """How many pieces of it count."""

    @strawberry.field
    @staticmethod
    def purchase(counted: strawberry.Parent[queries.CountedPurchase], info: Info) -> strawberry.ID:
        """The purchase."""
        ids = info.context.global_ids
        return strawberry.ID(ids.encode("Purchase", counted.wallet_id, counted.entry_id))

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def value(counted: strawberry.Parent[queries.CountedPurchase], info: Info) -> Money:
        """What of it counts."""
        return await _money(info, counted.value)


@strawberry.type
@shows(queries.Statement)
class BonusStatement(Node):
    """What a firm gets for a period under a scheme, and how it came about."""

    id: strawberry.ID = identified("statement_id")
    version: int
    """Under which version of the scheme."""
    starts: date
    """The period's first day."""
    ends: date
    """The day after its last."""
    turnover: Decimal
    """In minor units or pieces, as the scheme measures."""
    base: Decimal | None
    """What growth is counted from; null where the scheme does not ask."""
    growth: int | None = strawberry.field(description="In basis points, rounded down; null where nothing grows.")
    parts: list[BonusPart]
    """Band by band, what it came to."""
    corrections: list[BonusCorrection]
    """Earlier periods that come to something else by now."""
    state: StatementState
    """How far it is."""
    drawn_up_at: datetime
    """When it was drawn up."""
    checked_at: datetime | None
    """When it was checked."""
    given_at: datetime | None
    """When it was given."""

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def bonus(told: strawberry.Parent[queries.Statement], info: Info) -> Money:
        """What the period came to."""
        return await _money(info, told.bonus)

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def correction(told: strawberry.Parent[queries.Statement], info: Info) -> Money:
        """What earlier periods come to more, or less, by now."""
        return await _money(info, told.correction)

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def brought(told: strawberry.Parent[queries.Statement], info: Info) -> Money:
        """What the statement before could not take back; nought or less."""
        return await _money(info, told.brought)

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def given(told: strawberry.Parent[queries.Statement], info: Info) -> Money:
        """What is given: bonus, correction and what was brought, but never less than nothing."""
        return await _money(info, told.given)

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def carried(told: strawberry.Parent[queries.Statement], info: Info) -> Money:
        """What could not be taken back and is carried on; nought or less."""
        return await _money(info, told.carried)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(told: strawberry.Parent[queries.Statement], info: Info) -> coalition_models.Partner:
        """Whose scheme it is."""
        return await coalition.partner(info.context, told.partner_id)

    @strawberry.field(graphql_type=Business | None)
    @staticmethod
    async def business(told: strawberry.Parent[queries.Statement], info: Info) -> firms.Business | None:
        """The firm, to the scheme's owner; null to the firm's own people."""
        if info.context.viewer.partner_id != told.partner_id:
            return None
        return await business.find(info.context, told.business_id)

    @strawberry.field(graphql_type=Connection[BonusPurchase], extensions=[paged()])
    @staticmethod
    async def purchases(
        told: strawberry.Parent[queries.Statement], info: Info, page: PageRequest
    ) -> Page[queries.CountedPurchase]:
        """The purchases behind it as they count now, at the owner's own tills and to the owner alone."""
        return await bonuses.purchases_of(info.context, told, page)


findable(BonusStatement, bonuses.statement, READ)


@strawberry.type
@shows(SoFar)
class BonusSoFar:
    """How a firm stands in a period that is not over; provisional."""

    turnover: Decimal
    """So far: in minor units or pieces, as the scheme measures."""
    base: Decimal | None
    """What growth is counted from, all of that period."""

    @strawberry.field
    @staticmethod
    def scheme(so_far: strawberry.Parent[SoFar]) -> str:
        """What the scheme is called."""
        return so_far.scheme.terms.name

    @strawberry.field
    @staticmethod
    def period(so_far: strawberry.Parent[SoFar]) -> str:
        """Such as 2026-Q4."""
        return periods.name_of(so_far.scheme.terms.period, so_far.stretch.starts)

    @strawberry.field
    @staticmethod
    def ends(so_far: strawberry.Parent[SoFar]) -> date:
        """The day after its last."""
        return so_far.stretch.ends

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def bonus(so_far: strawberry.Parent[SoFar], info: Info) -> Money:
        """What it would come to if the period ended now."""
        return await _money(info, so_far.bonus.value)

    @strawberry.field
    @staticmethod
    def to_next(so_far: strawberry.Parent[SoFar]) -> Decimal | None:
        """How much more reaches the next band; null where there is none."""
        return so_far.bonus.to_next

    @strawberry.field(graphql_type=Business | None)
    @staticmethod
    async def business(so_far: strawberry.Parent[SoFar], info: Info) -> firms.Business | None:
        """The firm, to the scheme's owner; null to the firm's own people."""
        if info.context.viewer.partner_id != so_far.scheme.partner_id:
            return None
        return await business.find(info.context, so_far.business_id)


@strawberry.type
@shows(domain_terms.Scheme)
class BonusScheme(Node):
    """A scheme of bands by which business members get a bonus for what they bought or sold on."""

    id: strawberry.ID = identified("scheme_id")
    version: int
    """Counts from one; what was live never changes."""
    state: SchemeState
    """Where it stands."""
    terms: BonusSchemeTerms
    """What it promises."""
    live_from: datetime | None
    """Since when this version counts."""
    live_until: datetime | None
    """When it was paused, ended or followed by the next version."""

    @strawberry.field
    @staticmethod
    def fingerprint(scheme: strawberry.Parent[domain_terms.Scheme]) -> str:
        """A digest of the terms, which agreements name."""
        return scheme.terms.fingerprint().hex()

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(scheme: strawberry.Parent[domain_terms.Scheme], info: Info) -> coalition_models.Partner:
        """Whose it is."""
        return await coalition.partner(info.context, scheme.partner_id)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def awaiting(scheme: strawberry.Parent[domain_terms.Scheme], info: Info) -> list[coalition_models.Partner]:
        """Who has not agreed yet; told to the owner."""
        waited = await bonuses.awaiting(info.context, scheme)
        return [await coalition.partner(info.context, one) for one in sorted(waited)]

    @strawberry.field(graphql_type=Connection[BonusSoFar], extensions=[paged()])
    @staticmethod
    async def so_far(scheme: strawberry.Parent[domain_terms.Scheme], info: Info, page: PageRequest) -> Any:
        """How the firms that you serve stand in the period that runs, to the owner; provisional."""
        served = await business.page(info.context, page, (), (ServiceState.ACTIVE,))
        told = await bonuses.standing(info.context, scheme, [one.business_id for one in served.items])
        keys = dict(zip((one.business_id for one in served.items), served.keys, strict=True))
        return Page(items=told, keys=[keys[one.business_id] for one in told], has_next=served.has_next and bool(told))


findable(BonusScheme, bonuses.find, READ)


@strawberry.type
@shows(models.SoldOnReport)
class SoldOnReport:
    """A report of what firms sold on, as it was taken in."""

    name: str
    """What you called it."""
    taken: int
    """Rows that were taken."""
    replaced: int
    """Rows of earlier reports that these took the place of."""
    received_at: datetime
    """When it came."""

    @strawberry.field
    @staticmethod
    def refused(report: strawberry.Parent[models.SoldOnReport]) -> int:
        """Rows that were not taken."""
        return len(report.refused)


Id = Annotated[strawberry.ID, strawberry.argument(description="The scheme's id.")]
Of = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this scheme; of all, if not said.")]
Starts = Annotated[
    date | None, strawberry.argument(description="Only of periods that begin on this day; of all, if not said.")
]
States = Annotated[
    list[SchemeState] | None, strawberry.argument(description="Only those that stand so; all, if not said.")
]
StatementStates = Annotated[
    list[StatementState] | None, strawberry.argument(description="Only those that stand so; all, if not said.")
]


@strawberry.type
class BonusQuery:
    """Bonuses."""

    @strawberry.field(graphql_type=Connection[BonusScheme], extensions=[READ, paged()])
    @staticmethod
    async def bonus_schemes(info: Info, page: PageRequest, states: States = None) -> Page[domain_terms.Scheme]:
        """The versions of schemes that you own or are a party to, the latest first."""
        return await bonuses.page(info.context, page, states or ())

    @strawberry.field(graphql_type=BonusScheme | None, extensions=[READ, or_null])
    @staticmethod
    async def bonus_scheme(info: Info, id: Id) -> domain_terms.Scheme:
        """The latest version of one of them; null when there is none with this id."""
        return await bonuses.find(info.context, info.context.global_ids.one("BonusScheme", id))

    @strawberry.field(graphql_type=Connection[BonusStatement], extensions=[READ, paged()])
    @staticmethod
    async def bonus_statements(
        info: Info, page: PageRequest, scheme: Of = None, starts: Starts = None, states: StatementStates = None
    ) -> Page[queries.Statement]:
        """The statements under your own schemes, the latest first."""
        wanted = None if scheme is None else info.context.global_ids.one("BonusScheme", scheme)
        return await bonuses.statements(info.context, page, scheme_id=wanted, starts=starts, states=states or ())

    @strawberry.field(graphql_type=Connection[SoldOnReport], extensions=[needs(Scope.RECONCILIATION_WRITE), paged()])
    @staticmethod
    async def sold_on_reports(info: Info, page: PageRequest) -> Page[models.SoldOnReport]:
        """The reports of what firms sold on that you handed in, the latest first."""
        return await bonuses.reports(info.context, page)


async def _money(info: Info, minor: int) -> Money:
    return Money.of_minor(minor, (await coalition.coalition(info.context)).currency)
