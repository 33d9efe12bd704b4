"""The accounts that bookings name: a small chart for the operator and one for a partner, to be mapped to one's own."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from domain.errors import InvalidValue


class OperatorAccount(StrEnum):
    """What the operator books to."""

    RECEIVABLE = "1200"
    """Partners' invoices that are not settled yet."""
    INPUT_TAX = "1500"
    """Tax on what partners supplied, to be claimed back."""
    PAYABLE = "2100"
    """Partners' supplies that are not settled yet."""
    SETTLEMENT = "2190"
    """Each partner's balance of statements, until it is paid."""
    PAID_IN = "2300"
    """What sponsors paid in for points that are not spent yet."""
    CHARITY = "2400"
    """What is passed on to charity."""
    OUTPUT_TAX = "2500"
    """Tax on what was supplied to partners, to be paid on."""
    RESALE = "4100"
    """Points honoured by one partner, supplied to the other that funds them."""
    MARGIN = "4200"
    """Margin on points spent."""
    FEES = "4300"
    """Fees."""
    RESOLD = "5100"
    """What the points resold under 4100 cost."""
    ADJUSTMENTS = "6900"
    """Adjustments in money."""
    ROUNDING = "7900"
    """Differences of rounding."""


class PartnerAccount(StrEnum):
    """What a partner books to."""

    RECEIVABLE = "1200"
    """What the operator owes for what the partner supplied, until it is settled."""
    INPUT_TAX = "1500"
    """Tax on what the operator supplied, to be claimed back."""
    PAYABLE = "2100"
    """The operator's invoices, until they are settled."""
    SETTLEMENT = "2190"
    """The balance of statements with the operator, until it is paid."""
    OUTPUT_TAX = "2500"
    """Tax on what the partner supplied, to be paid on."""
    HONOURED = "4100"
    """Reimbursement of points spent with the partner."""
    BENEFITS_GIVEN = "4200"
    """Benefits in money given for others, less those funded for others to give."""
    BREAKAGE = "4300"
    """Share of what was paid for points that expired."""
    POINTS_AWARDED = "5100"
    """Points awarded at the partner's cost."""
    POINTS_SPENT = "5200"
    """What falls due when its points are spent."""
    FEES = "5300"
    """The operator's fees."""
    ADJUSTMENTS = "6900"
    """Adjustments in money."""
    ROUNDING = "7900"
    """Differences of rounding."""


AccountKey: TypeAlias = OperatorAccount | PartnerAccount


def mapped(chart: type[AccountKey], own: Mapping[str, str]) -> dict[str, str]:
    """One's own codes for the accounts of a chart, by their names; what is not named keeps its code.

    Raises: InvalidValue, for a name that the chart does not have and for a code that is empty.
    """
    names = {account.name: account.value for account in chart}
    for name, code in own.items():
        if name not in names:
            known = ", ".join(names)
            raise InvalidValue(f"There is no account {name!r}; there are {known}.", path=("accounts", name))
        if not code.strip():
            raise InvalidValue(f"The code of account {name} is empty.", path=("accounts", name))
    return names | {name: code.strip() for name, code in own.items()}
