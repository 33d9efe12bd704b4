"""Double-entry bookings of a cycle, as the operator makes them and as a partner makes them. Pure.

Each line is one booking, its documents' control accounts on one side; last, each partner's documents are brought to
its settlement account, which moves by exactly the net of the statement. Amounts are never negative: what turns round
stands on the other side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.invoicing.accounts import AccountKey, OperatorAccount, PartnerAccount
from domain.invoicing.dividing import Item, Section, items_of
from domain.settlement.exact import ZERO, total
from domain.settlement.lines import LineKind, MoneyLine, Source
from domain.settlement.parties import Party, PartyRole
from domain.settlement.queries import Line

Op, Pa = OperatorAccount, PartnerAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One side of a booking; one of debit and credit is nothing."""

    account: AccountKey
    partner_id: UUID | None = None
    """Whose sub-account it is."""
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Postings that belong together; their debits are their credits."""

    number: int
    line: Line | None
    """The line it books; None where documents are brought to the settlement account."""
    document_section: Section | None = None
    """The documents it brings there."""
    postings: tuple[Posting, ...]


def operators_bookings(lines: Sequence[Line]) -> list[Booking]:
    """The cycle as the operator books it: principal in what it buys of partners and supplies to others."""
    booked = [(line, _operators(line.money)) for line in lines if line.money.amount]
    partners = sorted({side for line in lines for side in (line.money.debtor, line.money.creditor)})
    settled = [
        (section, _turned_over(section, party, _section_sum(lines, party, section)))
        for party in partners
        if party.role is PartyRole.PARTNER
        for section in (Section.SUPPLIED, Section.CREDITED)
    ]
    return _numbered(booked, settled)


def partners_bookings(lines: Sequence[Line], party: Party) -> list[Booking]:
    """The cycle as one partner books it."""
    by_id = {line.line_id: line for line in lines}
    items = [item for item in items_of(lines, party) if item.amount]
    booked = [(by_id[item.line_id], _partners(item)) for item in items]
    settled = []
    for section, control in ((Section.SUPPLIED, Pa.PAYABLE), (Section.CREDITED, Pa.RECEIVABLE)):
        amount = total(item.amount for item in items if item.section is section)
        settled.append((section, _pair(Pa.SETTLEMENT, control, amount)))
    return _numbered(booked, settled)


def _numbered(
    booked: Iterable[tuple[Line, tuple[Posting, ...]]], settled: Iterable[tuple[Section, tuple[Posting, ...]]]
) -> list[Booking]:
    made: list[tuple[Line | None, Section | None, tuple[Posting, ...]]] = [
        *((line, None, postings) for line, postings in booked),
        *((None, section, postings) for section, postings in settled if postings),
    ]
    return [
        Booking(number=number, line=line, document_section=section, postings=postings)
        for number, (line, section, postings) in enumerate(made, start=1)
    ]


_CONTROLS = {
    Section.SUPPLIED: Op.RECEIVABLE,
    Section.CREDITED: Op.PAYABLE,
    Section.UNTAXED: Op.SETTLEMENT,
}


def _operators(money: MoneyLine) -> tuple[Posting, ...]:
    """Who owes is debited, who is owed is credited; between two partners the operator buys and resells."""
    line = Line(line_id=UUID(int=0), cycle_id=UUID(int=0), number=0, money=money)
    owed = _side(line, money.debtor, owes=True)
    owing = _side(line, money.creditor, owes=False)
    debit = Posting(account=owed, partner_id=money.debtor.partner_id, debit=money.amount)
    credit = Posting(account=owing, partner_id=money.creditor.partner_id, credit=money.amount)
    if money.debtor.partner_id is None or money.creditor.partner_id is None:
        return (debit, credit)
    if owed is owing:
        return (debit, credit)
    # The sponsor's side is turnover, the redeemer's is what it costs; given back, both are turned.
    sold, bought = (Op.RESALE, Op.RESOLD) if owed is Op.RECEIVABLE else (Op.RESOLD, Op.RESALE)
    return (
        debit,
        Posting(account=sold, credit=money.amount),
        Posting(account=bought, debit=money.amount),
        credit,
    )


def _side(line: Line, party: Party, *, owes: bool) -> OperatorAccount:
    """The account of one side of a line."""
    if party.role is PartyRole.PARTNER:
        sides = items_of([line], party)
        item = sides[0] if owes else sides[-1]
        return _CONTROLS[item.section]
    if party.role is PartyRole.OPERATOR:
        return _HOUSE.get(line.money.kind, Op.PAID_IN) if not _adjusts(line.money) else Op.ADJUSTMENTS
    if party.role is PartyRole.TAX:
        return Op.INPUT_TAX if line.money.origin.source is Source.TAX_OF_CREDIT else Op.OUTPUT_TAX
    return Op.CHARITY if party.role is PartyRole.CHARITY else Op.ROUNDING


_HOUSE: Mapping[LineKind, OperatorAccount] = {LineKind.MARGIN: Op.MARGIN, LineKind.FEE: Op.FEES}
"""Whatever else the operator takes or gives is paid in for points, or was."""


def _adjusts(money: MoneyLine) -> bool:
    return money.adjustment_id is not None


def _turned_over(section: Section, party: Party, amount: Decimal) -> tuple[Posting, ...]:
    """A partner's documents of a section, brought to its settlement account; `amount` is what it receives."""
    return _pair(_CONTROLS[section], Op.SETTLEMENT, amount, party.partner_id)


def _section_sum(lines: Sequence[Line], party: Party, section: Section) -> Decimal:
    return total(item.amount for item in items_of(lines, party) if item.section is section)


def _partners(item: Item) -> tuple[Posting, ...]:
    """What it receives is debited to the control account, against what it comes of."""
    control = {
        Section.SUPPLIED: Pa.PAYABLE,
        Section.CREDITED: Pa.RECEIVABLE,
        Section.UNTAXED: Pa.SETTLEMENT,
    }[item.section]
    return _pair(control, _comes_of(item), item.amount)


def _comes_of(item: Item) -> PartnerAccount:
    money, section = item.money, item.section
    if money.kind is LineKind.TAX:
        return Pa.OUTPUT_TAX if section is Section.CREDITED else Pa.INPUT_TAX
    if section is Section.UNTAXED:
        return {LineKind.BREAKAGE: Pa.BREAKAGE, LineKind.ROUNDING: Pa.ROUNDING}.get(money.kind, Pa.ADJUSTMENTS)
    if section is Section.CREDITED:
        benefit = money.origin.source in {Source.BENEFIT, Source.BENEFIT_BACK}
        return Pa.BENEFITS_GIVEN if benefit else Pa.HONOURED
    if money.kind is LineKind.FEE:
        return Pa.FEES
    spent = money.origin.source in {Source.REDEEM, Source.UNREDEEM, Source.REPAY}
    return Pa.POINTS_SPENT if spent else Pa.POINTS_AWARDED


def _pair(
    debited: AccountKey, credited: AccountKey, amount: Decimal, partner_id: UUID | None = None
) -> tuple[Posting, ...]:
    """Two postings; less than nothing turns them round, nothing at all makes none."""
    if not amount:
        return ()
    if amount < 0:
        debited, credited, amount = credited, debited, -amount
    return (
        Posting(account=debited, partner_id=partner_id, debit=amount),
        Posting(account=credited, partner_id=partner_id, credit=amount),
    )
