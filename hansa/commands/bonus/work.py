"""What the commands about bonuses do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from domain.bonuses import checking, queries, selling_on
from domain.bonuses.errors import InvalidSoldOnReport
from domain.bonuses.models import StatementState
from domain.bonuses.queries import Statement
from domain.bonuses.selling_on import MOST_ROWS, SoldOnRow, TakenIn
from domain.bonuses.terms import Scheme
from domain.business import queries as firms
from domain.errors import DomainError, InvalidValue
from domain.ids import PartnerId
from domain.values import Money
from hansa import reporting
from hansa.bonusing import bonus_now
from hansa.commands.bonus import tables
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show

COLUMNS = ("firm", "reference", "sku", "day", "quantity", "value")


async def list_schemes(desk: Desk, *, json: bool) -> None:
    """All schemes."""
    found = await desk.whole(queries.schemes)
    if json:
        return reporting.as_json([tables.plain_scheme(desk, one) for one in found])
    if not found:
        return reporting.say("There are no bonus schemes yet.")
    return show(tables.schemes_table(desk, found))


async def list_statements(desk: Desk, slug: str, starts: str | None, *, json: bool) -> None:
    """The statements of a partner's schemes."""
    owner = desk.partner(slug)
    found = [one for one in await _statements(desk, owner) if starts in {None, str(one.starts)}]
    if json:
        return reporting.as_json([tables.plain_statement(one) for one in found])
    if not found:
        return reporting.say("There are no statements yet.")
    names = {one.business_id: one.name for one in await desk.whole(firms.businesses, owner)}
    return show(tables.statements_table(desk, found, names))


async def check(desk: Desk, slug: str, name: str, *, json: bool) -> None:
    """Let all drafts of a scheme be given."""
    owner = desk.partner(slug)
    meant = {one.scheme_id for one in await _schemes(desk, owner) if one.terms.name == name}
    drafts = [one.statement_id for one in await _statements(desk, owner) if one.scheme_id in meant and _open(one)]
    await desk.ctx.write(checking.check, owner, drafts, by=None, now=desk.ctx.now)
    if json:
        return reporting.as_json({"checked": len(drafts)})
    return reporting.say(f"{len(drafts):,} statements may be given; the worker does so.")


async def sold_on(desk: Desk, file: Path, slug: str, *, json: bool) -> None:
    """Take a file in, by parts where it is long."""
    owner, ctx, done = desk.partner(slug), desk.ctx, []
    rows = list(_rows(file, desk.currency))
    for first in range(0, max(len(rows), 1), MOST_ROWS):
        part = rows[first : first + MOST_ROWS]
        name = file.name if len(rows) <= MOST_ROWS else f"{file.name}, from row {first + 1}"
        taken = await ctx.post(selling_on.take_in, owner, name, part, lookup_key=ctx.keys.lookups, now=ctx.now)
        done.append((first, taken))
    if json:
        return reporting.as_json([_told(first, taken) for first, taken in done])
    for first, taken in done:
        reporting.say(f"{taken.taken:,} rows taken, {taken.replaced:,} of earlier reports replaced.")
        for one in taken.refused:
            reporting.say(f"row {first + one.number}: {one.field}: {one.why}")
    return None


async def run(desk: Desk, *, json: bool) -> None:
    """One turn of the worker."""
    done = asdict(await bonus_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now))
    if json:
        return reporting.as_json(done)
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in done.items() if count)
    return reporting.say(f"{told}." if told else "Nothing is due.")


async def _schemes(desk: Desk, owner: PartnerId) -> list[Scheme]:
    return [one for one in await desk.whole(queries.schemes) if one.partner_id == owner]


async def _statements(desk: Desk, owner: PartnerId) -> list[Statement]:
    return [one for one in await desk.whole(queries.statements) if one.partner_id == owner]


def _open(statement: Statement) -> bool:
    return statement.state is StatementState.DRAFT


def _told(first: int, taken: TakenIn) -> dict[str, Any]:
    refused = [{"row": first + one.number, "field": one.field, "why": one.why} for one in taken.refused]
    return {"taken": taken.taken, "replaced": taken.replaced, "replayed": taken.replayed, "refused": refused}


def _rows(file: Path, currency: str) -> Iterator[SoldOnRow]:
    """The rows of a file. Raises: InvalidSoldOnReport, naming row and column."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing: Sequence[str] = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise InvalidSoldOnReport(f"the first line names the columns; missing: {', '.join(missing)}")
        for number, row in enumerate(reader, 1):
            yield _row(number, row, currency)


def _row(number: int, row: dict[str, str], currency: str) -> SoldOnRow:
    column = "day"
    try:
        day = date.fromisoformat(row["day"])
        column = "quantity"
        quantity = Decimal(row["quantity"])
        column = "value"
        value = Money(Decimal(row["value"]), currency).minor
    except (ValueError, InvalidOperation, TypeError, InvalidValue, DomainError):
        raise InvalidSoldOnReport(
            f"row {number}: {column} is {row[column]!r}; days are written 2026-10-31, figures 12.50"
        ) from None
    named = {name: row[name] for name in ("firm", "reference", "sku")}
    return SoldOnRow(**named, day=day, quantity=quantity, value=value, customer=row.get("customer") or None)
