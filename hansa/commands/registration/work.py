"""What the commands about registrations do."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.table import Table

from domain.service import queries, telling
from domain.service.serials import Listed, digest_of
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show

COLUMNS = ("article", "registered", "verified", "proven", "members")


async def counts(desk: Desk, slug: str, *, json: bool) -> None:
    """What is registered of a maker's articles."""
    found = await desk.ctx.read(queries.registrations_counted, desk.partner(slug))
    if json:
        return reporting.as_json([asdict(one) for one in found])
    if not found:
        return reporting.say("Of no article ten members have registered one.")
    table = Table(title="Registered", box=box.SIMPLE_HEAD, title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "article" else "right")
    for one in found:
        table.add_row(one.article, f"{one.registered:,}", f"{one.verified:,}", f"{one.proven:,}", f"{one.members:,}")
    return show(table)


async def serials(desk: Desk, slug: str, article: str, file: Path, *, json: bool) -> None:
    """Add serials to a maker's list."""
    maker, key, added = desk.partner(slug), desk.ctx.keys.lookups, 0
    lines = _lines(file)
    for start in range(0, len(lines), telling.MOST_SERIALS):
        parts = [line.partition(",") for line in lines[start : start + telling.MOST_SERIALS]]
        listed = [Listed(digest_of(maker, serial, key), lot.strip() or None) for serial, _, lot in parts]
        added += await desk.ctx.write(telling.list_serials, maker, article, listed, now=desk.ctx.now)
    if json:
        return reporting.as_json({"added": added, "listed": len(lines)})
    return reporting.say(f"{added:,} of {len(lines):,} serials are new.")


def _lines(file: Path) -> list[str]:
    return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
