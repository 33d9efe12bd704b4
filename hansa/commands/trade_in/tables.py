"""Trade-ins for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.table import Table

from domain.trade_ins.reporting import Cost, Taken, TradeInReport
from domain.trade_ins.terms import Scheme
from domain.values import Money
from hansa.commands.desk import Desk


def schemes_table(desk: Desk, schemes: Sequence[Scheme]) -> Table:
    """Schemes, each on a line."""
    table = _table("Trade-in schemes", "name", "whose", "state", "version", "at", "gives", right={"version"})
    for one in schemes:
        at = ", ".join(sorted(desk.partners[partner].name for partner in one.terms.partners))
        table.add_row(one.terms.name, _owner(desk, one), one.state.lower(), str(one.version), at, _gives(one))
    return table


def scheme_part(desk: Desk, scheme: Scheme) -> Table:
    """One scheme, part by part."""
    terms = scheme.terms
    table = _table(f"{terms.name}, {_owner(desk, scheme)}", "", "")
    table.show_header = False
    table.add_row("state", f"{scheme.state.lower()}, version {scheme.version}")
    table.add_row("at", ", ".join(sorted(desk.partners[one].name for one in terms.partners)))
    table.add_row("gives", _gives(scheme))
    table.add_row("an item is worth", f"{_money(desk, terms.least)} to {_money(desk, terms.most)}")
    days = f" in {terms.most_days} days" if terms.most_days else ""
    table.add_row("a member", f"{terms.most_items:,} items{days}" if terms.most_items else "as many as it likes")
    table.add_row("items are", terms.becomes.lower())
    paid = ", ".join(f"{one.share} {desk.partners[one.partner_id].name}" for one in terms.sponsors)
    table.add_row("paid by", paid or "whoever takes the voucher")
    table.add_row("taken back", f"within {terms.reverse_days} days, unused")
    return table


def prices_table(desk: Desk, scheme: Scheme) -> Table:
    """The price list, by category and grade."""
    grades = scheme.terms.grades
    table = _table("Prices", "category", *grades, "age", right=set(grades))
    for price in scheme.terms.prices:
        figures = [_money(desk, price.prices[one]) if one in price.prices else "–" for one in grades]
        ages = ", ".join(f"under {band.months} months: {band.share}" for band in price.ages)
        table.add_row(price.category, *figures, ages or "any")
    return table


def taken_table(desk: Desk, taken: Sequence[Taken]) -> Table:
    """What was handed in."""
    counts = ("items", "units", "value", "credited", "credit", "sold", "sold for", "waiting", "unsold", "taken back")
    table = _table("Handed in", "scheme", "category", "grade", *counts, right=set(counts))
    for one in taken:
        table.add_row(
            *(one.name, one.category, one.grade, f"{one.items:,}", f"{one.units:,}", _money(desk, one.value)),
            *(f"{one.credited:,}", _money(desk, one.credit), f"{one.sold:,}", _money(desk, one.sold_for)),
            *(f"{one.waiting:,}", f"{one.unsold:,}", f"{one.reversed:,}"),
        )
    return table


def costs_table(desk: Desk, costs: Sequence[Cost]) -> Table:
    """What it cost whom."""
    table = _table("Cost so far", "scheme", "paid by", "money", "points", right={"money", "points"})
    for one in costs:
        name = desk.partners[one.funder_id].name
        table.add_row(one.name, name, _money(desk, one.amount), f"{one.points:,}")
    return table


def plain(desk: Desk, scheme: Scheme) -> dict[str, Any]:
    """A scheme for programs."""
    return {
        "id": str(scheme.scheme_id),
        "version": scheme.version,
        "partner": desk.partners[scheme.partner_id].slug,
        "state": scheme.state,
        "terms": scheme.terms.to_json(),
        "live_from": scheme.live_from and scheme.live_from.isoformat(),
        "live_until": scheme.live_until and scheme.live_until.isoformat(),
    }


def plain_report(desk: Desk, told: TradeInReport) -> dict[str, Any]:
    """A report for programs; money in minor units."""
    costs = [asdict(one) | {"funder": desk.partners[one.funder_id].slug} for one in told.costs]
    return {"taken": [asdict(one) for one in told.taken], "costs": costs}


def _gives(scheme: Scheme) -> str:
    when = "now" if scheme.terms.consignment is None else "when sold"
    return f"{scheme.terms.form.lower()}, {when}"


def _owner(desk: Desk, scheme: Scheme) -> str:
    return desk.partners[scheme.partner_id].name


def _money(desk: Desk, units: int) -> str:
    return f"{Money.of_minor(units, desk.currency).amount:,}"


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in (right or set()) else "left")
    return table
