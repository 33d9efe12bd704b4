"""Which money line stands on which document, and what is taxed how. Pure.

The operator buys what partners supply and supplies it to others: each partner has documents with the operator alone
(docs/adr/0008). A line stands on the document whose tax its amount bears; what bears none stands on the note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.coalition.models import TaxRule
from domain.ids import ContractId
from domain.invoicing.models import DocumentKind
from domain.settlement.exact import ZERO, total
from domain.settlement.lines import LineKind, MoneyLine, Source
from domain.settlement.parties import Party
from domain.settlement.queries import Line


class Section(StrEnum):
    """What one side of a line is between the operator and the partner."""

    SUPPLIED = "SUPPLIED"
    """By the operator, to the partner; it bears the tax of supply."""
    CREDITED = "CREDITED"
    """By the partner, to the operator; it bears the tax of credit."""
    UNTAXED = "UNTAXED"
    """No supply at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTerms:
    """What a contract version says about tax."""

    rule: TaxRule = TaxRule.STANDARD
    supply: Decimal = ZERO
    credit: Decimal = ZERO
    self_billing: bool = False

    def rate(self, section: Section) -> Decimal:
        """The rate of what is supplied in that direction."""
        return self.credit if section is Section.CREDITED else self.supply


NO_TERMS = TaxTerms()
"""For what no contract covers: no tax, and no agreement to bill in the partner's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One side of a money line, seen by its partner; positive is received."""

    line_id: UUID
    number: int
    """The line's place among the lines of the cycle."""
    money: MoneyLine
    section: Section
    contract_id: ContractId | None
    amount: Decimal
    exact: Decimal

    @property
    def is_tax(self) -> bool:
        """Whether it is tax on others of its section."""
        return self.money.kind is LineKind.TAX


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxPart:
    """What is taxed alike; positive is received."""

    rule: TaxRule
    rate: Decimal
    base: Decimal
    """The exact sum the tax was figured on."""
    net: Decimal
    """The sum of the rounded lines."""
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document without a number."""

    kind: DocumentKind
    items: tuple[Item, ...]
    """Its lines, tax apart."""
    tax_items: tuple[Item, ...] = ()
    """The tax lines under its taxes."""
    taxes: tuple[TaxPart, ...] = field(default_factory=tuple)
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """What it comes to for the partner; positive is received."""
        return total([self.net, self.tax])


_SPENDS = {Source.REDEEM, Source.UNREDEEM, Source.REPAY}

_SECTIONS: Mapping[Source, Section] = {
    **dict.fromkeys((Source.ACCRUE, Source.ADJUST, Source.ADJUST_BACK, Source.CLAWBACK), Section.SUPPLIED),
    **dict.fromkeys(
        (Source.FEE_PER_POINT, Source.FEE_SHARE, Source.FEE_FIXED, Source.FEE_MINIMUM, Source.TAX_OF_SUPPLY),
        Section.SUPPLIED,
    ),
    **dict.fromkeys((Source.BENEFIT, Source.BENEFIT_BACK, Source.TAX_OF_CREDIT), Section.CREDITED),
}
"""Where lines stand whose two sides do not differ; what is not named is no supply."""


def items_of(lines: Iterable[Line], party: Party) -> list[Item]:
    """Each side on which a partner stands, in the order of the lines: twice for what it owes itself."""
    return [
        _item(line, party, owes=owes)
        for line in lines
        for owes, side in ((True, line.money.debtor), (False, line.money.creditor))
        if side == party
    ]


def divide(items: Sequence[Item], terms: Mapping[ContractId, TaxTerms]) -> list[Draft]:
    """The documents of a partner; each side of each line stands on exactly one, and together they are its net."""
    sorted_out: dict[tuple[Section, bool], list[Item]] = {}
    for item in items:
        billed = item.section is Section.CREDITED and _terms_of(item, terms).self_billing
        sorted_out.setdefault((item.section, billed), []).append(item)
    order = [(section, billed) for section in Section for billed in (True, False) if (section, billed) in sorted_out]
    return [_draft(section, billed, sorted_out[section, billed], terms) for section, billed in order]


def _item(line: Line, party: Party, *, owes: bool) -> Item:
    money = line.money
    section = _section(money, owes=owes)
    sponsors = section is Section.SUPPLIED or (section is Section.CREDITED and _is_sponsor(money, party, owes=owes))
    sign = -1 if owes else 1
    return Item(
        line_id=line.line_id,
        number=line.number,
        money=money,
        section=section,
        contract_id=money.origin.contract_id if sponsors else money.origin.credit_contract_id,
        amount=sign * money.amount,
        exact=sign * money.exact,
    )


def _section(money: MoneyLine, *, owes: bool) -> Section:
    """A reimbursement is supplied to the sponsor and credited to the redeemer; when it is given back, likewise."""
    source = money.origin.source
    if source not in _SPENDS:
        return _SECTIONS.get(source, Section.UNTAXED)
    is_redeemers = owes == source.gives_back
    return Section.CREDITED if is_redeemers and money.kind is not LineKind.MARGIN else Section.SUPPLIED


def _is_sponsor(money: MoneyLine, party: Party, *, owes: bool) -> bool:
    """Whether a side of a benefit is the one that funds it; its tax falls under the sponsor's version."""
    source = money.origin.source
    funds = party.partner_id == money.origin.sponsor_id and owes != source.gives_back
    return source in {Source.BENEFIT, Source.BENEFIT_BACK} and funds


def _terms_of(item: Item, terms: Mapping[ContractId, TaxTerms]) -> TaxTerms:
    return NO_TERMS if item.contract_id is None else terms[item.contract_id]


def _draft(
    section: Section,
    billed: bool,  # noqa: FBT001 - the other half of the key
    items: list[Item],
    terms: Mapping[ContractId, TaxTerms],
) -> Draft:
    plain, taxed = [item for item in items if not item.is_tax], [item for item in items if item.is_tax]
    net, tax = total(item.amount for item in plain), total(item.amount for item in taxed)
    taxes = () if section is Section.UNTAXED else _taxes(section, items, terms)
    kind = _kind(section, billed, total([net, tax]))
    return Draft(kind=kind, items=tuple(plain), tax_items=tuple(taxed), taxes=taxes, net=net, tax=tax)


def _kind(section: Section, billed: bool, gross: Decimal) -> DocumentKind:  # noqa: FBT001 - as above
    match section:
        case Section.SUPPLIED:
            return DocumentKind.CREDIT_NOTE if gross > 0 else DocumentKind.INVOICE
        case Section.CREDITED if billed:
            return DocumentKind.SELF_BILLED_CREDIT_NOTE if gross < 0 else DocumentKind.SELF_BILLED_INVOICE
        case Section.CREDITED:
            return DocumentKind.INVOICE_REQUEST
        case _:
            return DocumentKind.SETTLEMENT_NOTE


def _taxes(section: Section, items: list[Item], terms: Mapping[ContractId, TaxTerms]) -> tuple[TaxPart, ...]:
    alike: dict[tuple[str, Decimal], list[Item]] = {}
    for item in items:
        found = _terms_of(item, terms)
        alike.setdefault((found.rule, found.rate(section).normalize()), []).append(item)
    return tuple(
        TaxPart(
            rule=TaxRule(rule),
            rate=rate,
            base=_base(group),
            net=total(item.amount for item in group if not item.is_tax),
            tax=total(item.amount for item in group if item.is_tax),
        )
        for (rule, rate), group in sorted(alike.items())
    )


def _base(group: list[Item]) -> Decimal:
    """What tax was figured on: what a tax line says of its contract version, and for versions without one the lines."""
    taxed = {item.contract_id: (item.money.base or ZERO).copy_sign(item.exact) for item in group if item.is_tax}
    untaxed = [item.exact for item in group if not item.is_tax and item.contract_id not in taxed]
    return total([*taxed.values(), *untaxed])
