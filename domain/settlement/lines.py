"""Money lines: one party owes another so much, for this reason, at this price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.ids import ContractId, CycleId, PartnerId
from domain.settlement.exact import ONE, ZERO, payable
from domain.settlement.parties import ROUNDING, Party, PartyRole


class LineKind(StrEnum):
    """The heading a line stands under in a statement."""

    ISSUANCE = "ISSUANCE"
    """The share of the price that is due when points are earned."""
    CO_FUNDING = "CO_FUNDING"
    """The same, for points earned in another partner's purchase."""
    REDEMPTION = "REDEMPTION"
    """The reimbursement of who gave value for points."""
    MARGIN = "MARGIN"
    """What the sponsor's price leaves above (or lacks below) the reimbursement, on the share due at redemption;
    given back when the redemption is."""
    REPAYMENT = "REPAYMENT"
    """Points that paid a debt of points, to the sponsor the debt is owed to."""
    BENEFIT = "BENEFIT"
    """Value given in money: funded by one partner, given by another."""
    REVERSAL = "REVERSAL"
    """What an earlier line charged and a return or a reversed redemption gives back."""
    BREAKAGE = "BREAKAGE"
    """A share of what was paid in for points that expired."""
    FEE = "FEE"
    """The operator's fee."""
    TAX = "TAX"
    """Value added tax, on what was supplied and on what was credited."""
    ADJUSTMENT = "ADJUSTMENT"
    """Points granted or taken back by hand, charged like earned ones; and what one party owes another besides what
    transfers come to: the outcome of a dispute, a correction, a failed partner taken back."""
    ROUNDING = "ROUNDING"
    """Brings the sum of rounded lines back to the rounded sum of exact ones."""


class Source(StrEnum):
    """What a line's basis was counted from."""

    ACCRUE = "ACCRUE"
    """Points awarded."""
    ADJUST = "ADJUST"
    """Points given by hand."""
    ADJUST_BACK = "ADJUST_BACK"
    """Points taken back by hand."""
    ADJUST_MONEY = "ADJUST_MONEY"
    """An adjustment in money."""
    CLAWBACK = "CLAWBACK"
    """Points clawed back after a return."""
    REDEEM = "REDEEM"
    """Points spent."""
    UNREDEEM = "UNREDEEM"
    """Points that came back from a redemption."""
    REPAY = "REPAY"
    """Points that paid a debt."""
    EXPIRE = "EXPIRE"
    """Points that expired."""
    BENEFIT = "BENEFIT"
    """Value given in money."""
    BENEFIT_BACK = "BENEFIT_BACK"
    """Value in money that was taken back."""
    FEE_PER_POINT = "FEE_PER_POINT"
    """Points that a fee is due for."""
    FEE_SHARE = "FEE_SHARE"
    """Charges that a fee is a share of."""
    FEE_FIXED = "FEE_FIXED"
    """A fee for the cycle."""
    FEE_MINIMUM = "FEE_MINIMUM"
    """What fees lack to their minimum."""
    TAX_OF_SUPPLY = "TAX_OF_SUPPLY"
    """What a partner is charged."""
    TAX_OF_CREDIT = "TAX_OF_CREDIT"
    """What a partner is credited."""
    ROUNDING = "ROUNDING"
    """The roundings of all lines."""

    @property
    def gives_back(self) -> bool:
        """Whether it undoes what an earlier transfer or benefit did."""
        return self in {Source.ADJUST_BACK, Source.CLAWBACK, Source.UNREDEEM, Source.BENEFIT_BACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a line was counted from; with the cycle it selects the line's transfers."""

    source: Source
    sponsor_id: PartnerId | None = None
    contract_id: ContractId | None = None
    redeemer_id: PartnerId | None = None
    redeemer_contract_id: ContractId | None = None
    credit_contract_id: ContractId | None = None
    """The version whose tax of credit the redeemer's side falls under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLine:
    """The debtor owes the creditor `amount`; basis times price times share is `exact`, the rest is rounding."""

    kind: LineKind
    origin: Origin
    debtor: Party
    creditor: Party
    points: int | None = None
    base: Decimal | None = None
    price: Decimal | None = None
    share: Decimal = ONE
    accrual_cycle_ids: tuple[CycleId, ...] = ()
    exact: Decimal
    rounding: Decimal
    """The named part that makes the exact amount payable."""
    amount: Decimal
    adjustment_id: UUID | None = None
    """The adjustment in money that it is."""

    def signed(self, party: Party) -> Decimal:
        """What the line does to a party's net."""
        return self._seen_by(party, self.amount)

    def signed_exact(self, party: Party) -> Decimal:
        """What it would do without rounding."""
        return self._seen_by(party, self.exact)

    def _seen_by(self, party: Party, amount: Decimal) -> Decimal:
        if (self.creditor == party) == (self.debtor == party):
            return ZERO
        return amount if self.creditor == party else amount.copy_negate()


@dataclass(frozen=True, slots=True)
class _Key:
    """Lines that agree in all of this are one line."""

    kind: LineKind
    origin: Origin
    debtor: Party
    creditor: Party
    price: Decimal | None
    share: Decimal


@dataclass(slots=True)
class _Basis:
    points: int = 0
    base: Decimal = ZERO
    cycles: set[CycleId] = field(default_factory=set)


class LineBook:
    """Gathers what parties owe each other; what is alike becomes one line, rounded once."""

    def __init__(self, digits: int) -> None:
        self._digits = digits
        self._open: dict[_Key, _Basis] = {}

    def owe(  # noqa: PLR0913 - a line has this many independent parts
        self,
        kind: LineKind,
        origin: Origin,
        debtor: Party,
        creditor: Party,
        *,
        points: int | None = None,
        base: Decimal = ZERO,
        price: Decimal | None = None,
        share: Decimal = ONE,
        cycle_id: CycleId | None = None,
    ) -> None:
        """Add points at a price, or an amount, that the debtor owes the creditor; less than nothing turns the sides."""
        if price is not None and price < 0:
            debtor, creditor, price = creditor, debtor, -price
        basis = self._open.setdefault(_Key(kind, origin, debtor, creditor, price, share), _Basis())
        basis.points += points or 0
        basis.base += base
        if cycle_id is not None:
            basis.cycles.add(cycle_id)

    def lines(self) -> Iterator[MoneyLine]:
        """The lines that came to anything."""
        for key, basis in self._open.items():
            line = self._line(key, basis)
            if line.exact:
                yield line

    def _line(self, key: _Key, basis: _Basis) -> MoneyLine:
        debtor, creditor, base = key.debtor, key.creditor, basis.base
        if base < 0:
            debtor, creditor, base = creditor, debtor, -base
        priced = key.price is not None
        exact = (basis.points * key.price if key.price is not None else base) * key.share
        amount = payable(exact, self._digits)
        return MoneyLine(
            kind=key.kind,
            origin=key.origin,
            debtor=debtor,
            creditor=creditor,
            points=basis.points if priced else None,
            base=None if priced else base,
            price=key.price,
            share=key.share,
            accrual_cycle_ids=tuple(sorted(basis.cycles)),
            exact=exact,
            rounding=amount - exact,
            amount=amount,
        )


def rounding_lines(lines: Iterable[MoneyLine], digits: int) -> list[MoneyLine]:
    """For each partner one line with the rounding account, so that many small roundings never add up."""
    exact: dict[Party, Decimal] = {}
    rounded: dict[Party, Decimal] = {}
    for line in lines:
        for party, sign in ((line.creditor, 1), (line.debtor, -1)):
            exact[party] = exact.get(party, ZERO) + sign * line.exact
            rounded[party] = rounded.get(party, ZERO) + sign * line.amount
    partners = sorted(party for party in exact if party.role is PartyRole.PARTNER)
    owed = {party: payable(exact[party], digits) - rounded[party] for party in partners}
    return [_rounding_line(party, amount) for party, amount in owed.items() if amount]


def _rounding_line(party: Party, owed: Decimal) -> MoneyLine:
    debtor, creditor = (ROUNDING, party) if owed > 0 else (party, ROUNDING)
    return MoneyLine(
        kind=LineKind.ROUNDING,
        origin=Origin(source=Source.ROUNDING, sponsor_id=party.partner_id),
        debtor=debtor,
        creditor=creditor,
        base=ZERO,
        exact=ZERO,
        rounding=abs(owed),
        amount=abs(owed),
    )
