"""Statements drawn up from money lines: what a cycle comes to for each party. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass
from decimal import Decimal

from domain.settlement import netting
from domain.settlement.exact import ONE, ZERO, canonical, exactly
from domain.settlement.lines import LineKind, MoneyLine, rounding_lines
from domain.settlement.parties import HOUSE, OPERATOR, Party, PartyRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a cycle comes to for one party; positive is received, negative is paid."""

    party: Party
    opening: Decimal
    charged: Decimal
    credited: Decimal
    fees: Decimal
    tax: Decimal
    rounding: Decimal
    net: Decimal
    closing: Decimal
    carried: Decimal
    """The part of the closing balance that is too small to pay and opens the next cycle."""

    @property
    def gross(self) -> Decimal:
        """What lines came to before fees and tax."""
        return self.credited - self.charged

    @property
    def payable(self) -> Decimal:
        """What is paid or received for this cycle."""
        return self.closing - self.carried


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnUp:
    """All statements of a cycle, and what they rest on."""

    lines: tuple[MoneyLine, ...]
    balances: tuple[Balance, ...]
    obligations: Mapping[tuple[Party, Party], Decimal]
    aside: tuple[MoneyLine, ...] = ()
    """What failed partners would have owed and been owed."""


def draw_up(
    lines: Iterable[MoneyLine],
    *,
    openings: Mapping[Party, Decimal],
    members: Iterable[Party],
    de_minimis: Decimal,
    digits: int,
    failed: Collection[Party] = (),
    leaving: Collection[Party] = (),
) -> DrawnUp:
    """The statements of everybody who takes part, has a line or brings something from the cycle before.

    Lines of failed partners are set aside, and what they bring is carried on whole; who is leaving is paid however
    little it is.
    """
    money = [line for line in lines if line.kind is not LineKind.ROUNDING]
    with exactly():
        kept = [line for line in money if line.debtor not in failed and line.creditor not in failed]
        kept += rounding_lines(kept, digits)
    ordered = tuple(sorted(kept, key=_order))
    aside = tuple(sorted((line for line in money if line.debtor in failed or line.creditor in failed), key=_order))
    sides = {party for line in ordered for party in (line.debtor, line.creditor)}
    parties = sorted({*HOUSE, *members, *openings, *sides})
    with exactly():
        sums = _sums(ordered, parties)
        closing = {party: openings.get(party, ZERO) + sums[party].net for party in parties}
        carried = _carried(closing, int(de_minimis.scaleb(digits)), digits, failed=failed, leaving=leaving)
        balances = tuple(_balance(party, sums[party], openings.get(party, ZERO), carried) for party in parties)
    return DrawnUp(lines=ordered, balances=balances, obligations=obligations_of(ordered), aside=aside)


def obligations_of(lines: Iterable[MoneyLine]) -> dict[tuple[Party, Party], Decimal]:
    """All that each party owes each other, before netting."""
    owed: dict[tuple[Party, Party], Decimal] = {}
    for line in lines:
        if line.amount:
            pair = (line.debtor, line.creditor)
            owed[pair] = owed.get(pair, ZERO) + line.amount
    return owed


@dataclass(slots=True)
class _Sum:
    charged: Decimal = ZERO
    credited: Decimal = ZERO
    fees: Decimal = ZERO
    tax: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        return self.credited - self.charged + self.fees + self.tax + self.rounding


_OWN_COLUMN = {LineKind.FEE: "fees", LineKind.TAX: "tax", LineKind.ROUNDING: "rounding"}


def _sums(lines: Iterable[MoneyLine], parties: Iterable[Party]) -> dict[Party, _Sum]:
    sums = {party: _Sum() for party in parties}
    for line in lines:
        column = _OWN_COLUMN.get(line.kind)
        if column is None:
            sums[line.debtor].charged += line.amount
            sums[line.creditor].credited += line.amount
        else:
            for party, amount in ((line.debtor, -line.amount), (line.creditor, line.amount)):
                setattr(sums[party], column, getattr(sums[party], column) + amount)
    return sums


def _carried(
    closing: Mapping[Party, Decimal],
    de_minimis: int,
    digits: int,
    *,
    failed: Collection[Party],
    leaving: Collection[Party],
) -> dict[Party, Decimal]:
    """Small positions of partners move on; the operator, who would have paid or been paid, carries the other side."""
    unit = ONE.scaleb(-digits)
    partners = {party: int(amount / unit) for party, amount in closing.items() if party.role is PartyRole.PARTNER}
    stay = {party: partners[party] for party in partners if party in failed}
    go_on = {party: net for party, net in partners.items() if party not in failed and party not in leaving}
    positions = go_on | {OPERATOR: -sum(go_on.values())}
    carried = netting.carry_forward(positions, OPERATOR, de_minimis=de_minimis).carried | stay
    carried[OPERATOR] -= sum(stay.values())
    return {party: amount * unit for party, amount in carried.items()}


def _balance(party: Party, sums: _Sum, opening: Decimal, carried: Mapping[Party, Decimal]) -> Balance:
    return Balance(
        party=party,
        opening=opening,
        charged=sums.charged,
        credited=sums.credited,
        fees=sums.fees,
        tax=sums.tax,
        rounding=sums.rounding,
        net=sums.net,
        closing=opening + sums.net,
        carried=carried.get(party, ZERO),
    )


_KINDS = list(LineKind)


def _order(line: MoneyLine) -> tuple[int, str]:
    return _KINDS.index(line.kind), "|".join(canonical(part) for part in (line.debtor, line.creditor, *astuple(line)))
