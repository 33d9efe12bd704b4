"""What the commands about codes do: a step or a question at the desk, then a table, JSON or the codes themselves."""

from __future__ import annotations

import csv
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from domain.codes import ordering, queries, watching
from domain.codes.batches import Batch, OrderBatch
from domain.codes.errors import BatchNotFound, InvalidBatch
from domain.codes.printing import HEADING, printed
from domain.surveys.queries import survey_by_name
from hansa import reporting
from hansa.commands.code import tables
from hansa.commands.desk import Desk
from hansa.commands.meaning import part_of
from hansa.commands.settle.tables import show
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.typed import Typed
from hansa.settings import load

STEPS: Mapping[str, Callable[..., Awaitable[Batch]]] = {
    "put-live": ordering.put_live,
    "end": ordering.end,
    "hold": ordering.hold,
}


async def list_batches(desk: Desk, slug: str | None, *, json: bool) -> None:
    """All batches, or those of a maker."""
    found = await _batches(desk, slug)
    what_came = await desk.ctx.read(queries.entered_of, [one.batch_id for one in found])
    told = list(zip(found, what_came, strict=True))
    if json:
        return reporting.as_json([tables.plain(desk, *one) for one in told])
    if not told:
        return reporting.say("There are no batches yet: hansa code order NAME --partner SLUG --product SKU=COUNT")
    return show(tables.batches_table(desk, told))


async def show_batch(desk: Desk, name: str, *, json: bool) -> None:
    """One batch, and what came of it."""
    await _say(desk, await _named(desk, name), json=json)


async def order(desk: Desk, file: Path, slug: str, *, json: bool) -> None:
    """Order codes for products of a maker, as a file says."""
    maker, part = desk.partner(slug), part_of(file)
    reading = Reading(cast=Cast(partners={}), currency=desk.currency, zone=ZoneInfo(desk.coalition.time_zone))
    asks = part.named().get("survey")
    survey = None if asks is None else (await desk.ctx.read(survey_by_name, maker, asks.text())).survey_id
    typed = Typed(reading=reading, amounts=frozenset({"cost"}), named={"survey_id": lambda _: survey})
    command = typed.read(OrderBatch, part)
    await _say(desk, await desk.ctx.write(ordering.order, maker, command, now=desk.ctx.now), json=json)


async def print_codes(desk: Desk, name: str, reason: str | None) -> None:
    """The codes of a batch as CSV, with progress beside."""
    batch, now = await _named(desk, name), desk.ctx.now
    asked = await desk.ctx.write(ordering.print_again, batch.partner_id, batch.batch_id, reason=reason, now=now)
    taken = await desk.ctx.write(ordering.take, batch.partner_id, asked.print_id, now=now)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(HEADING)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Printing", total=taken.count)
        async for chunk in printed(desk.ctx.database.pool, taken, key=desk.ctx.keys.lookups, site=load().issuer):
            rows.writerows((one.serial, one.code, one.sku, one.link) for one in chunk)
            progress.advance(task, len(chunk))


async def step(desk: Desk, what: str, name: str, *, json: bool) -> None:
    """Take a batch a step further."""
    batch = await _named(desk, name)
    if what == "release":
        done = await desk.ctx.write(ordering.release, batch.partner_id, batch.batch_id)
    else:
        done = await desk.ctx.write(STEPS[what], batch.partner_id, batch.batch_id, now=desk.ctx.now)
    await _say(desk, done, json=json)


async def void(desk: Desk, name: str, reason: str, serials: str | None, file: Path | None, *, json: bool) -> None:
    """Void a batch, some of its serials, or codes that are listed."""
    batch, now = await _named(desk, name), desk.ctx.now
    whose = (batch.partner_id, batch.batch_id)
    if serials is not None and file is not None:
        raise InvalidBatch("say --serials or --file, or neither for the whole batch", path=("serials",))
    if serials is not None:
        first, last = _range(serials)
        await desk.ctx.write(ordering.void_serials, *whose, first, last, reason=reason, now=now)
    elif file is not None:
        listed = _lines(file)
        await desk.ctx.write(ordering.void_codes, *whose, listed, reason=reason, key=desk.ctx.keys.lookups, now=now)
    else:
        await desk.ctx.write(ordering.void, *whose, reason=reason, now=now)
    await _say(desk, await desk.ctx.read(queries.batch_by_id, batch.batch_id), json=json)


async def alarms(desk: Desk, slug: str | None, *, json: bool) -> None:
    """One turn of the worker, then the alarms."""
    await watching.watch(desk.ctx.database.pool, now=desk.ctx.now)
    maker = None if slug is None else desk.partner(slug)
    found = [one for one in await desk.whole(queries.alarms_page) if maker in {None, one.partner_id}]
    batches = {one.batch_id: one for one in await _batches(desk, None)}
    told = [(one, None if one.batch_id is None else batches.get(one.batch_id)) for one in found]  # type: ignore[call-overload]
    if json:
        return reporting.as_json([tables.plain_alarm(desk, *one) for one in told])
    if not told:
        return reporting.say("No alarm has rung.")
    return show(tables.alarms_table(desk, told))


async def _batches(desk: Desk, slug: str | None) -> list[Batch]:
    maker = None if slug is None else desk.partner(slug)
    return [one for one in await desk.whole(queries.batches_page) if maker in {None, one.partner_id}]


async def _named(desk: Desk, name: str) -> Batch:
    """The latest batch of that name, or the one with that id. Raises: BatchNotFound."""
    for one in await _batches(desk, None):
        if name in {one.name, str(one.batch_id)}:
            return one
    raise BatchNotFound


async def _say(desk: Desk, batch: Batch, *, json: bool) -> None:
    (what_came,) = await desk.ctx.read(queries.entered_of, [UUID(str(batch.batch_id))])
    if json:
        return reporting.as_json(tables.plain(desk, batch, what_came))
    return show(tables.batch_part(desk, batch, what_came))


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidBatch(f"{file} cannot be read: {problem}", path=("file",)) from None


def _range(said: str) -> tuple[int, int]:
    first, _, last = said.partition("-")
    if not (first.isdigit() and last.isdigit()):
        raise InvalidBatch("serials are said as first-last, such as 4000-4999", path=("serials",))
    return int(first), int(last)
