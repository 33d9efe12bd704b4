"""Statements: what a cycle comes to for one party, each line open down to the transfers it was counted from."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.invoicing import models as invoice_models
from domain.paging import Page, PageRequest
from domain.settlement import adjustment_models, drilling, late_models, queries
from domain.settlement.disputing.models import Dispute
from domain.settlement.lines import LineKind, Source
from domain.settlement.parties import PartyRole
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, disputes, invoices, money_adjustments, settlement
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import or_null
from schema.ids import Node, identified
from schema.invoices import Invoice, StatementFiles, files_of
from schema.late import LatePart
from schema.limits import Cost
from schema.money import Money
from schema.money_adjustments import MoneyAdjustment
from schema.movements import LineBenefit, LineTransfer
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ)
OnlyOne = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only the one with this id; all if not said.")
]
DisputeOfLine = Annotated["Dispute", strawberry.lazy("schema.disputes")]
PROOF_WEIGHT = 500
"""The whole cycle is hashed again for a proof."""


@strawberry.type
@shows(queries.Line)
class StatementLine(Node):
    """One money line, the same in the statements of both its sides: basis times price times share, and rounding."""

    id: strawberry.ID = identified("line_id")
    number: int
    """Its place among the lines of the cycle."""

    @strawberry.field
    @staticmethod
    def kind(line: strawberry.Parent[queries.Line]) -> LineKind:
        """The heading it stands under."""
        return line.money.kind

    @strawberry.field
    @staticmethod
    def source(line: strawberry.Parent[queries.Line]) -> Source:
        """What its basis was counted from."""
        return line.money.origin.source

    @strawberry.field
    @staticmethod
    def debtor_role(line: strawberry.Parent[queries.Line]) -> PartyRole:
        """What the side that owes is."""
        return line.money.debtor.role

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def debtor(line: strawberry.Parent[queries.Line], info: Info) -> coalition_models.Partner | None:
        """Who owes; null for an account of the house."""
        return await coalition.partner_or_none(info.context, line.money.debtor.partner_id)

    @strawberry.field
    @staticmethod
    def creditor_role(line: strawberry.Parent[queries.Line]) -> PartyRole:
        """What the side that is owed is."""
        return line.money.creditor.role

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def creditor(line: strawberry.Parent[queries.Line], info: Info) -> coalition_models.Partner | None:
        """Who is owed; null for an account of the house."""
        return await coalition.partner_or_none(info.context, line.money.creditor.partner_id)

    @strawberry.field
    @staticmethod
    def points(line: strawberry.Parent[queries.Line]) -> Points | None:
        """The points it was counted from; null for lines counted from amounts."""
        return None if line.money.points is None else Points(line.money.points)

    @strawberry.field
    @staticmethod
    def base(line: strawberry.Parent[queries.Line]) -> Decimal | None:
        """The amount it was counted from; null for lines counted from points."""
        return line.money.base

    @strawberry.field
    @staticmethod
    def price(line: strawberry.Parent[queries.Line]) -> Decimal | None:
        """The price of a point."""
        return line.money.price

    @strawberry.field
    @staticmethod
    def share(line: strawberry.Parent[queries.Line]) -> Decimal:
        """The share of it that is due here."""
        return line.money.share

    @strawberry.field
    @staticmethod
    def exact(line: strawberry.Parent[queries.Line]) -> str:
        """Points times price times share with all its decimals; the sum of the transfers below."""
        return format(line.money.exact, "f")

    @strawberry.field
    @staticmethod
    def rounding(line: strawberry.Parent[queries.Line]) -> str:
        """What makes the exact amount payable; with it the line is `amount`."""
        return format(line.money.rounding, "f")

    @strawberry.field
    @staticmethod
    def amount(line: strawberry.Parent[queries.Line]) -> Decimal:
        """What the debtor owes the creditor, in the settlement currency; never negative."""
        return line.money.amount

    @strawberry.field(graphql_type=list[DisputeOfLine])
    @staticmethod
    async def disputes(line: strawberry.Parent[queries.Line], info: Info) -> list[Dispute]:
        """The disputes of it, oldest first, also of the same line in earlier computations of the cycle."""
        return await disputes.of_line(info.context, line)

    @strawberry.field(graphql_type=DisputeOfLine | None)
    @staticmethod
    async def came_of(line: strawberry.Parent[queries.Line], info: Info) -> Dispute | None:
        """The dispute that it is the outcome of, or that takes an amount out of the statement; null for other lines."""
        return await disputes.behind(info.context, line)

    @strawberry.field(graphql_type=list[LatePart])
    @staticmethod
    async def late(line: strawberry.Parent[queries.Line], info: Info) -> list[late_models.LatePart]:
        """How many of its points happened in the time of an earlier cycle; they are settled here all the same."""
        return await settlement.late_parts_of(info.context, line)

    @strawberry.field(graphql_type=MoneyAdjustment | None, extensions=[or_null])
    @staticmethod
    async def adjustment(
        line: strawberry.Parent[queries.Line], info: Info
    ) -> adjustment_models.SettlementAdjustment | None:
        """The adjustment in money that it is; null for lines that transfers or amounts make up."""
        if line.money.adjustment_id is None:
            return None
        return await money_adjustments.adjustment(info.context, line.money.adjustment_id)

    @strawberry.field(graphql_type=Connection[LineTransfer], extensions=[paged()])
    @staticmethod
    async def transfers(
        line: strawberry.Parent[queries.Line], info: Info, page: PageRequest, only: OnlyOne = None
    ) -> Page[drilling.LineTransfer]:
        """The movements of points it was counted from."""
        named = None if only is None else info.context.global_ids.triple("LineTransfer", only)
        return await settlement.transfers_under(info.context, line.line_id, page, only=named)

    @strawberry.field(graphql_type=Connection[LineBenefit], extensions=[paged()])
    @staticmethod
    async def benefits(
        line: strawberry.Parent[queries.Line], info: Info, page: PageRequest
    ) -> Page[drilling.LineBenefit]:
        """The benefits in money it was counted from."""
        return await settlement.benefits_under(info.context, line.line_id, page)

    @strawberry.field(
        graphql_type=Connection[Annotated["StatementLine", strawberry.lazy("schema.statements")]],
        extensions=[paged()],
    )
    @staticmethod
    async def base_lines(line: strawberry.Parent[queries.Line], info: Info, page: PageRequest) -> Page[queries.Line]:
        """The lines that a fee, a tax or a rounding line was figured from."""
        return await settlement.lines_under(info.context, line.line_id, page)


findable(StatementLine, settlement.line, READ)


@strawberry.type
class KindSum:
    """What the lines of one kind come to."""

    kind: LineKind
    """The kind."""
    amount: Money
    """Their sum; positive is received, negative is paid."""


@strawberry.type
@shows(queries.StatementView)
class Statement(Node):
    """What a cycle comes to for one party; positive is received, negative is paid."""

    id: strawberry.ID = identified("statement_id")
    accepted_at: datetime | None
    """When the partner agreed with it."""

    @strawberry.field
    @staticmethod
    def cycle_id(view: strawberry.Parent[queries.StatementView], info: Info) -> strawberry.ID:
        """The cycle's id."""
        return strawberry.ID(info.context.global_ids.encode("Cycle", view.cycle.cycle_id))

    @strawberry.field
    @staticmethod
    def cycle_name(view: strawberry.Parent[queries.StatementView]) -> str:
        """The cycle's name, such as 2026-03."""
        return view.cycle.name

    @strawberry.field
    @staticmethod
    def role(view: strawberry.Parent[queries.StatementView]) -> PartyRole:
        """Whether it is a partner's, or an account of the house."""
        return view.balance.party.role

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(view: strawberry.Parent[queries.StatementView], info: Info) -> coalition_models.Partner | None:
        """Whose it is; null for an account of the house."""
        return await coalition.partner_or_none(info.context, view.balance.party.partner_id)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def opening(view: strawberry.Parent[queries.StatementView]) -> DomainMoney:
        """Carried forward from the cycle before."""
        return DomainMoney(view.balance.opening, view.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def charged(view: strawberry.Parent[queries.StatementView]) -> DomainMoney:
        """What lines charge before fees and tax."""
        return DomainMoney(view.balance.charged, view.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def credited(view: strawberry.Parent[queries.StatementView]) -> DomainMoney:
        """What lines credit before fees and tax."""
        return DomainMoney(view.balance.credited, view.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def fees(view: strawberry.Parent[queries.StatementView]) -> DomainMoney:
        """The operator's fees."""
        return DomainMoney(view.balance.fees, view.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def tax(view: strawberry.Parent[queries.StatementView]) -> DomainMoney:
        """Tax on both."""
        return DomainMoney(view.balance.tax, view.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def rounding(view: strawberry.Parent[queries.StatementView]) -> DomainMoney:
        """What rounding came to."""
        return DomainMoney(view.balance.rounding, view.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def net(view: strawberry.Parent[queries.StatementView]) -> DomainMoney:
        """What the cycle comes to."""
        return DomainMoney(view.balance.net, view.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def closing(view: strawberry.Parent[queries.StatementView]) -> DomainMoney:
        """Opening and net together: what is paid or received, unless it is too small."""
        return DomainMoney(view.balance.closing, view.currency)

    @strawberry.field
    @staticmethod
    def by_kind(view: strawberry.Parent[queries.StatementView]) -> list[KindSum]:
        """What the lines of each kind come to."""
        sums: list[Any] = [(kind, DomainMoney(amount, view.currency)) for kind, amount in view.by_kind.items()]
        return [KindSum(kind=kind, amount=amount) for kind, amount in sums]

    @strawberry.field(graphql_type=Connection[StatementLine], extensions=[paged()])
    @staticmethod
    async def lines(
        view: strawberry.Parent[queries.StatementView], info: Info, page: PageRequest
    ) -> Page[queries.Line]:
        """The lines, in order."""
        return await settlement.lines_of(info.context, view, page)

    @strawberry.field(graphql_type=list[Invoice])
    @staticmethod
    async def invoices(view: strawberry.Parent[queries.StatementView], info: Info) -> list[invoice_models.Invoice]:
        """The numbered documents behind it; none before its payments are instructed."""
        return await invoices.invoices_of(info.context, view)

    @strawberry.field
    @staticmethod
    def files(view: strawberry.Parent[queries.StatementView], info: Info) -> StatementFiles | None:
        """Where it is kept as files; null for an account of the house."""
        return files_of(view, info)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def provisional_credit(view: strawberry.Parent[queries.StatementView], info: Info) -> DomainMoney:
        """What open disputes leave out for now: positive is to the good of its party, until they are decided."""
        return await disputes.provisional_credit(info.context, view)

    @strawberry.field(graphql_type=list[DisputeOfLine])
    @staticmethod
    async def disputes(view: strawberry.Parent[queries.StatementView], info: Info) -> list[Dispute]:
        """The disputes of its lines, whichever side raised them, oldest first."""
        return await disputes.of_statement(info.context, view)


findable(Statement, settlement.statement_by_id, READ)


CycleId = Annotated[strawberry.ID, strawberry.argument(description="The cycle's id.")]
LineRef = Annotated[strawberry.ID, strawberry.argument(description="The line's id.")]
PartnerRef = Annotated[strawberry.ID | None, strawberry.argument(description="Whose statement; your own if not said.")]


@strawberry.type
class StatementQuery:
    """Statements of cycles."""

    @strawberry.field(graphql_type=Statement | None, extensions=[READ, or_null])
    @staticmethod
    async def statement(info: Info, cycle: CycleId, partner: PartnerRef = None) -> queries.StatementView:
        """A partner's statement of a cycle; null when there is none that you may see."""
        ids = info.context.global_ids
        whose = None if partner is None else ids.one("Partner", partner)
        return await settlement.statement(info.context, ids.one("Cycle", cycle), whose)

    @strawberry.field(graphql_type=StatementLine | None, extensions=[READ, or_null])
    @staticmethod
    async def statement_line(info: Info, id: LineRef) -> queries.Line:
        """One line, with what it was counted from; null when there is none that you may see."""
        return await settlement.line(info.context, info.context.global_ids.one("StatementLine", id))

    @strawberry.field(extensions=[READ, or_null], directives=[Cost(weight=PROOF_WEIGHT)])
    @staticmethod
    async def line_proof(info: Info, id: LineRef) -> str | None:
        """A document that proves, to whoever has the digest of the cycle, that a line is part of what was approved.

        `hansa verify proof FILE` checks it without a database; it names no member. Null when there is no such line that
        you may see, and for cycles of earlier releases, which have no such proofs.
        """
        return await settlement.line_proof(info.context, info.context.global_ids.one("StatementLine", id))
