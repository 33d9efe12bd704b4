"""Both sides of a firm at the desk: tables, a simple chart, or JSON."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rich import box
from rich.table import Table

from domain.analytics.sides import Sales, SideMoney, SidesReport, sides
from domain.settlement.models import CycleState
from domain.values import Money
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import money, show

FULL = 24


async def show_sides(desk: Desk, slug: str, cycle: str | None, *, json: bool) -> None:
    """Both sides of a firm in a cycle, the newest by default."""
    found = await desk.cycle(cycle, *CycleState)
    report = await desk.ctx.read(sides, desk.partner(slug), found.cycle_id, now=desk.ctx.now)
    if json:
        return reporting.as_json(plain(report))
    title = f"{desk.partners[report.partner_id].name}, cycle {report.cycle.name}"
    return show(_goods(desk, report, title), _points(report), _money(desk, report))


def plain(report: SidesReport) -> dict[str, Any]:
    """A report for programs; amounts of goods in minor units, money as decimals."""
    return {
        "cycle": report.cycle.name,
        "currency": report.currency,
        "sold_elsewhere": report.sold_elsewhere and _sales(report.sold_elsewhere),
        "sold_own": _sales(report.sold_own),
        "sold_here": _sales(report.sold_here),
        "sold_together": report.sold_together,
        "awarded": asdict(report.awarded),
        "spent": asdict(report.spent),
        "deeds": dict(report.deeds),
        "money": [_sums(one) | {"kind": one.kind.value} for one in report.money],
        "net": _sums(report.net),
    }


def _goods(desk: Desk, report: SidesReport, title: str) -> Table:
    table = _table(title, "goods", "baskets", "members", "units", desk.currency, "")
    rows = {
        "ours, at others' tills": report.sold_elsewhere,
        "ours, at our tills": report.sold_own,
        "all, at our tills": report.sold_here,
    }
    most = max((one.amount for one in rows.values() if one is not None), default=0) or 1
    for name, sold in rows.items():
        if sold is None:
            table.add_row(name, "fewer than ten members", "", "", "", "")
            continue
        bar = "█" * -(-max(sold.amount, 0) * FULL // most)
        amount = f"{Money.of_minor(sold.amount, desk.currency).amount:,}"
        table.add_row(name, f"{sold.baskets:,}", f"{sold.members:,}", f"{sold.units.normalize():f}", amount, bar)
    if report.sold_together is not None:
        table.add_row(
            "together, each once", "", "", "", f"{Money.of_minor(report.sold_together, desk.currency).amount:,}", ""
        )
    return table


def _points(report: SidesReport) -> Table:
    table = _table("Points", "", "here, ours", "here, others'", "elsewhere, ours", "together", "")
    most = max(report.awarded.together, report.spent.together) or 1
    for name, one in (("awarded", report.awarded), ("spent", report.spent)):
        bar = "█" * -(-max(one.together, 0) * FULL // most)
        figures = (one.here_ours, one.here_others, one.elsewhere_ours, one.together)
        table.add_row(name, *(f"{figure:,}" for figure in figures), bar)
    for deed, count in report.deeds.items():
        table.add_row(deed.replace("_", " ").lower(), "", "", "", f"{count:,}", "")
    return table


def _money(desk: Desk, report: SidesReport) -> Table:
    table = _table("Statement", "", "as maker", "as seller", "not parted", "together", "")
    for one in report.money:
        table.add_row(one.kind.replace("_", " ").lower(), *_figures(one, desk.digits), "")
    table.add_row("net", *_figures(report.net, desk.digits), "")
    return table


def _figures(one: SideMoney, digits: int) -> list[Any]:
    return [money(amount, digits) for amount in (one.producer, one.seller, one.shared, one.together)]


def _sums(one: SideMoney) -> dict[str, Any]:
    parts: dict[str, Decimal] = {name: getattr(one, name) for name in ("producer", "seller", "shared", "together")}
    return {name: str(amount) for name, amount in parts.items()}


def _sales(sold: Sales) -> dict[str, Any]:
    return asdict(sold) | {"units": str(sold.units)}


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place in {0, len(columns) - 1} else "right")
    return table
