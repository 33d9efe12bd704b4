"""Contracts and flows for tests of pricing, short enough to read in a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.ids import ContractId, CycleId, PartnerId
from domain.settlement.parties import Party, partner
from domain.settlement.pricing import Priced, price_cycle
from domain.settlement.terms import BenefitFlow, Breakage, Flow, PriceBook, Terms

THIS_CYCLE = CycleId(UUID(int=0xC1C1E))


def partner_named(letter: str) -> PartnerId:
    """The same partner for the same letter."""
    return PartnerId(UUID(int=ord(letter)))


def contract_of(letter: str) -> ContractId:
    """The one contract version a partner has in a small example."""
    return ContractId(UUID(int=ord(letter) << 16))


def party(letter: str) -> Party:
    """The partner as a side of a line."""
    return partner(partner_named(letter))


def terms(letter: str, price: str = "0.01", price_redeem: str = "0.0085", **more: Any) -> Terms:
    """A contract version of a partner."""
    breakage = Breakage(**{name: Decimal(share) for name, share in more.pop("breakage", {}).items()})
    rest: dict[str, Any] = {name: Decimal(value) if isinstance(value, str) else value for name, value in more.items()}
    return Terms(
        contract_id=contract_of(letter),
        partner_id=partner_named(letter),
        price=Decimal(price),
        price_redeem=Decimal(price_redeem),
        breakage=breakage,
        **rest,
    )


def flow(kind: str, points: int, sponsor: str, redeemer: str | None = None, *, debit: str = "AVAILABLE") -> Flow:
    """So many points of a sponsor's lots moved, as the posting functions would record it."""
    return Flow(
        kind=kind,
        debit="ISSUED" if kind == "ACCRUE" else debit,
        points=points,
        sponsor_id=partner_named(sponsor),
        sponsor_contract_id=contract_of(sponsor),
        accrual_cycle_id=THIS_CYCLE,
        redeemer_id=partner_named(redeemer) if redeemer else None,
        redeemer_contract_id=contract_of(redeemer) if redeemer else None,
    )


@dataclass(frozen=True)
class Example:
    """A small coalition and what happened in its cycle."""

    contracts: Sequence[Terms]
    flows: Sequence[Flow]
    benefits: Sequence[BenefitFlow] = field(default_factory=tuple)

    @property
    def book(self) -> PriceBook:
        """What pricing is told."""
        return PriceBook(
            cycle_id=THIS_CYCLE,
            digits=2,
            standard_price=Decimal("0.0080"),
            terms={version.contract_id: version for version in self.contracts},
            in_force={version.partner_id: version.contract_id for version in self.contracts},
        )

    @property
    def priced(self) -> Priced:
        """What pricing makes of it."""
        return price_cycle(self.flows, self.benefits, self.book)

    def net(self, who: Party) -> Decimal:
        """What one party pays or receives."""
        return sum((line.signed(who) for line in self.priced.lines), Decimal(0))
