"""A replay in words and tables, for people."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from hansa.journey.living import Tally
from hansa.journey.months import Month, NettingRow, StatementRow, rate, whole_rate
from hansa.journey.proving import Proof

VERDICTS = {"well": "[green]proven[/green]", "ill": "[red bold]NOT SO[/red bold]"}


def line(month: Month) -> str:
    """A month in a line."""
    tally, points = month.tally, month.points
    return (
        f"{month.name} {tally.baskets:>7,} baskets {tally.lines:>8,} lines | {points.get('ACCRUE', 0):>8,} earned"
        f" {points.get('REDEEM', 0):>7,} redeemed {points.get('CLAWBACK', 0):>5,} clawed back"
        f" {points.get('EXPIRE', 0):>7,} expired | {rate(tally):>6,} baskets/s, {whole_rate(tally):,} with all else"
    )


def show(
    console: Console, statements: Sequence[StatementRow], netting: Sequence[NettingRow], proofs: Sequence[Proof]
) -> None:
    """What the months came to, and what was proven."""
    console.print(_nets(statements))
    console.print(_nettings(netting))
    table = Table(box=None, pad_edge=False, show_header=False)
    for proof in proofs:
        table.add_row(VERDICTS[proof.verdict], proof.what, proof.figures)
    console.print(table)


def summary(tally: Tally) -> str:
    """Everything that happened, in a few sentences."""
    ways = ", ".join(f"{count:,} {way.lower()}" for way, count in sorted(tally.ways.items()))
    refused = sum(tally.refusals.values())
    return (
        f"{tally.baskets:,} baskets with {tally.lines:,} lines ({tally.idle_lines:,} of quantity zero, worth nothing),"
        f" {tally.members:,} members, {tally.returns:,} returns; redemptions: {ways or 'none'},"
        f" {refused:,} refused for want of points.\n"
        f"Purchases: {rate(tally):,} baskets/s through the domain; with enrolment, returns, redemptions and sweeps"
        f" {whole_rate(tally):,} baskets/s."
    )


def _nets(statements: Sequence[StatementRow]) -> Table:
    parties = list(dict.fromkeys(row.party for row in statements))
    table = Table(
        "month", *parties, "sum", title="Statements: net by month (positive is received)", box=None, pad_edge=False
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for month in dict.fromkeys(row.month for row in statements):
        nets = {row.party: row.net for row in statements if row.month == month}
        table.add_row(
            month, *(f"{nets.get(party, Decimal(0)):,.2f}" for party in parties), f"{sum(nets.values()):,.2f}"
        )
    return table


def _nettings(netting: Sequence[NettingRow]) -> Table:
    table = Table(
        *("month", "state", "gross", "net", "netted", "payments through the operator", "peer to peer"),
        title="Netting",
        box=None,
        pad_edge=False,
    )
    for row in netting:
        table.add_row(
            *(row.month, row.state, f"{row.gross:,.2f}", f"{row.net:,.2f}", f"{row.efficiency} %"),
            *(str(row.through_operator), str(row.peer_to_peer)),
        )
    return table
