"""Bonuses for the eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rich import box
from rich.table import Table

from domain.bonuses.queries import Statement
from domain.bonuses.terms import Scheme
from domain.values import Money
from hansa.commands.desk import Desk


def schemes_table(desk: Desk, schemes: Sequence[Scheme]) -> Table:
    """Schemes, each version on a line."""
    table = _table("Bonus schemes", "name", "whose", "state", "version", "each", "of", "by", right={"version"})
    for one in schemes:
        terms, whose = one.terms, desk.partners[one.partner_id].name
        words = [str(part).lower().replace("_", " ") for part in (terms.period, terms.source, terms.measure)]
        table.add_row(terms.name, whose, one.state.lower(), str(one.version), *words)
    return table


def statements_table(desk: Desk, statements: Sequence[Statement], names: Mapping[UUID, str]) -> Table:
    """Statements, each on a line."""
    money = ("bonus", "corrections", "given", "carried")
    table = _table(
        "Bonus statements", "from", "firm", "turnover", "growth", *money, "state", right={"turnover", "growth", *money}
    )
    for one in statements:
        growth = "" if one.growth is None else f"{one.growth / 100:.2f} %"
        figures = (one.bonus, one.correction + one.brought, one.given, one.carried)
        told = [f"{Money.of_minor(figure, desk.currency).amount:,}" for figure in figures]
        name = names.get(one.business_id, "")
        table.add_row(str(one.starts), name, f"{one.turnover:,}", growth, *told, one.state.lower())
    return table


def plain_scheme(desk: Desk, scheme: Scheme) -> dict[str, Any]:
    """A scheme for programs."""
    return {
        "id": str(scheme.scheme_id),
        "version": scheme.version,
        "partner": desk.partners[scheme.partner_id].slug,
        "state": scheme.state,
        "terms": scheme.terms.to_json(),
    }


def plain_statement(statement: Statement) -> dict[str, Any]:
    """A statement for programs; amounts in minor units."""
    whole = ("growth", "bonus", "correction", "brought", "given", "carried", "settled", "version")
    return {name: getattr(statement, name) for name in whole} | {
        "id": str(statement.statement_id),
        "business": str(statement.business_id),
        "starts": str(statement.starts),
        "ends": str(statement.ends),
        "turnover": str(statement.turnover),
        "base": None if statement.base is None else str(statement.base),
        "state": statement.state,
        "parts": [part.to_json() for part in statement.parts],
        "corrections": [one.to_json() for one in statement.corrections],
    }


def _table(title: str, *columns: str, right: set[str]) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left")
    return table
