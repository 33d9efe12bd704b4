"""Packs and exposure for the eye: orders, what is paid before and not used, and what sponsors can still award."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.table import Table

from domain.banking.means import Credit, Means
from domain.ids import PartnerId
from domain.settlement.prepaid.advances import Advance
from domain.settlement.prepaid.models import PrepaidPack
from domain.settlement.references import spaced
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import money


def packs_table(desk: Desk, packs: Sequence[PrepaidPack]) -> Table:
    """Orders, each on a line."""
    table = _table(
        "Orders of packs", ("Partner", "No", "Points", "To pay", "Reference", "State"), "Points", "To pay", "No"
    )
    for pack in packs:
        table.add_row(
            desk.partners[pack.partner_id].name,
            str(pack.number),
            f"{pack.points:,}",
            money(pack.gross, desk.digits, signed=False),
            spaced(pack.reference),
            str(pack.state).lower(),
        )
    return table


def advances_table(desk: Desk, advances: dict[PartnerId, Advance], cycle: str) -> Table:
    """What each partner has paid before, over a cycle."""
    columns = ("Partner", "Opening", "Paid", "Drawn", "Closing", "Points left")
    table = _table(f"Paid before and not used, cycle {cycle}, in {desk.currency}", columns, *columns[1:])
    for partner_id, one in advances.items():
        figures = (one.opening, one.paid, -one.drawn, one.closing)
        table.add_row(
            desk.partners[partner_id].name,
            *(money(figure, desk.digits, signed=figure < 0) for figure in figures),
            f"{one.closing_points:,}",
        )
    return table


def means_table(desk: Desk, means: Sequence[Means]) -> Table:
    """What bounds each sponsor."""
    columns = ("Sponsor", "Points of packs", "Owed", "Limit", "Left", "Used", "Noticed")
    table = _table(f"What sponsors can still award, in {desk.currency}", columns, *columns[1:6])
    for one in means:
        points = f"{one.packs.left:,}" if one.packs else ""
        table.add_row(desk.partners[one.partner_id].name, points, *_credit_cells(desk, one.credit), _noticed(one))
    return table


def _credit_cells(desk: Desk, credit: Credit | None) -> tuple[str, str, str, str]:
    if credit is None:
        return "", "", "", ""
    found, used = credit.exposure, credit.exposure.used
    return (
        _figure(desk, found.owed),
        _figure(desk, found.limit),
        _figure(desk, credit.left),
        "" if used is None else f"{used:.0%}",
    )


def _figure(desk: Desk, amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.{desk.digits}f}"


def _noticed(means: Means) -> str:
    words = [f"stopped: {stop.reason.lower()}" for stop in means.stops]
    words += ["few points left"] if means.packs and means.packs.low_since else []
    words += ["credit nearly used"] if means.credit and means.credit.low_since else []
    return ", ".join(words)


def _table(title: str, columns: Sequence[str], *right: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left")
    return table
