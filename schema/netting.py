"""Who owes whom, and the few payments that are left of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import strawberry

from domain.coalition import models as coalition_models
from domain.settlement import queries
from domain.settlement.netting import Payment as NettedPayment
from domain.settlement.parties import Party as DomainParty
from domain.settlement.parties import PartyRole
from domain.values import Money as DomainMoney
from resolvers import coalition
from resolvers.context import Info
from schema.money import Money
from schema.partners import Partner
from schema.shape import shows


@strawberry.type
@shows(DomainParty)
class Party:
    """One side of what is owed: a partner, or an account of the house."""

    role: PartyRole
    """What it is."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(party: strawberry.Parent[DomainParty], info: Info) -> coalition_models.Partner | None:
        """The partner; null for the operator and the other accounts of the house."""
        return await coalition.partner_or_none(info.context, party.partner_id)


@strawberry.type
class Position:
    """What one party is owed in the end, or owes."""

    party: Party
    """Whose position."""
    net: Money
    """Positive receives, negative pays."""


@strawberry.type
class Owed:
    """All that one party owes another before netting."""

    debtor: Party
    """Who owes."""
    creditor: Party
    """Who is owed."""
    amount: Money
    """How much."""


@strawberry.type
class Payment:
    """A payment that settles."""

    payer: Party
    """Who pays."""
    payee: Party
    """Who is paid."""
    amount: Money
    """How much."""


@strawberry.type
@shows(queries.Netting)
class Netting:
    """Many obligations become few payments."""

    @strawberry.field
    @staticmethod
    def efficiency(netting: strawberry.Parent[queries.Netting]) -> Decimal:
        """The part of what is owed that need not be paid, between 0 and 1, to six decimals."""
        return (Decimal(netting.efficiency.numerator) / netting.efficiency.denominator).quantize(Decimal("0.000001"))

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def gross(netting: strawberry.Parent[queries.Netting]) -> DomainMoney:
        """All that is owed between two different parties."""
        return DomainMoney.of_minor(netting.gross, netting.currency)

    @strawberry.field
    @staticmethod
    def obligations(netting: strawberry.Parent[queries.Netting]) -> list[Owed]:
        """Who owes whom how much."""
        return [
            Owed(debtor=debtor, creditor=creditor, amount=_money(amount, netting))  # type: ignore[arg-type]
            for (debtor, creditor), amount in netting.obligations.items()
        ]

    @strawberry.field
    @staticmethod
    def positions(netting: strawberry.Parent[queries.Netting]) -> list[Position]:
        """What each party is owed in the end; together nothing."""
        return [Position(party=party, net=_money(net, netting)) for party, net in netting.nets.items()]  # type: ignore[arg-type]

    @strawberry.field
    @staticmethod
    def through_operator(netting: strawberry.Parent[queries.Netting]) -> list[Payment]:
        """Each partner pays the operator, or is paid by it, once."""
        return [_payment(payment, netting) for payment in netting.through_operator]

    @strawberry.field
    @staticmethod
    def peer_to_peer(netting: strawberry.Parent[queries.Netting]) -> list[Payment]:
        """Few payments straight between the parties."""
        return [_payment(payment, netting) for payment in netting.peer_to_peer]


def _money(minor: int, netting: queries.Netting) -> Any:
    return DomainMoney.of_minor(minor, netting.currency)


def _payment(payment: NettedPayment[DomainParty], netting: queries.Netting) -> Payment:
    return Payment(payer=payment.payer, payee=payment.payee, amount=_money(payment.amount, netting))  # type: ignore[arg-type]
