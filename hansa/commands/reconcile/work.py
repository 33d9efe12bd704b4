"""What the commands of reconciliation do: a file taken in and worked off here and now, and the worklist."""

from __future__ import annotations

import hashlib
import json as json_
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from domain.errors import InvalidValue, NotFound
from domain.ids import CycleId, PartnerId, PersonId
from domain.paging import LARGEST_PAGE, PageRequest
from domain.reconciliation import csv_report, files, keeping, queries, worklist
from domain.reconciliation.errors import ExceptionNotFound
from domain.reconciliation.files import LARGEST_PART, BeginFile
from domain.reconciliation.mapping import Mapping, from_json
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.queries import Exceptional, Wanted
from domain.reconciliation.words import ExceptionState, FileState, Resolution
from domain.settlement.models import CycleState
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.reconcile import tables
from partners.scopes import Scope
from resolvers.reconciling import work_off

MOST = 8 * 1024**3
LONGEST_LIST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which file is to be held against what."""

    path: Path
    partner: str
    mapping: str
    cycle: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    sequence: int | None = None
    dry_run: bool = False
    report: Path | None = None


async def reconcile(desk: Desk, wish: Wish, *, json: bool) -> None:
    """Take a file in, and work it off."""
    partner_id = desk.partner(wish.partner)
    name = await _mapping(desk, partner_id, wish.mapping)
    with _progress(quiet=json) as progress:
        task = progress.add_task("Taking in", total=100)

        def say(file: PartnerFile) -> None:
            phase = (file.phase or file.state).replace("_", " ").lower()
            progress.update(
                task, completed=queries.done_of(file), description=f"{phase.capitalize()}, {file.rows_read:,} rows"
            )

        file = await _handed_in(desk, partner_id, name, wish)
        await work_off(desk.ctx, say=say)  # with what the partner handed in before, in its order
        done = await desk.ctx.read(queries.file_by_id, file.file_id)
    if wish.report is not None:
        await _written(desk, done, wish.report)
    reporting.as_json(_plain(done)) if json else tables.show(done, desk)
    if done.state == FileState.REFUSED:
        raise typer.Exit(1)


async def listed(desk: Desk, slug: str | None, *, every: bool, json: bool) -> None:
    """The worklist."""
    states = () if every else (ExceptionState.OPEN, ExceptionState.PROPOSED)
    wanted = Wanted(partner_id=None if slug is None else desk.partner(slug), states=states)
    found: list[Exceptional] = []
    page = await desk.ctx.read(queries.exceptions_of, wanted, PageRequest(first=LARGEST_PAGE))
    found += page.items
    while page.has_next and len(found) < LONGEST_LIST:
        after = PageRequest(first=LARGEST_PAGE, after=page.keys[-1])
        page = await desk.ctx.read(queries.exceptions_of, wanted, after)
        found += page.items
    if json:
        return reporting.as_json([_exception(desk, one) for one in found])
    return tables.show_exceptions(found, desk, more=page.has_next)


async def resolved(desk: Desk, exception: str, email: str, how: str, note: str | None, *, json: bool) -> None:
    """One person clears it up."""
    by = await _person(desk, email)
    resolution = _resolution(how)
    done = await desk.ctx.write(worklist.resolve, _id(exception), resolution, text=note, by=by, now=desk.ctx.now)
    await _say(desk, done.exception_id, json=json)


async def proposed(desk: Desk, exception: str, email: str, how: str, note: str, *, json: bool) -> None:
    """A first person proposes."""
    by = await _person(desk, email)
    resolution = _resolution(how)
    done = await desk.ctx.write(worklist.propose, _id(exception), resolution, text=note, by=by, now=desk.ctx.now)
    await _say(desk, done.exception_id, json=json)


async def confirmed(desk: Desk, exception: str, email: str, *, json: bool) -> None:
    """A second person agrees."""
    by = await _person(desk, email)
    done = await desk.ctx.write(worklist.confirm, _id(exception), by=by, now=desk.ctx.now)
    await _say(desk, done.exception_id, json=json)


async def _person(desk: Desk, email: str) -> PersonId:
    return await desk.person(email, Scope.RECONCILIATION_WRITE)


async def _say(desk: Desk, exception_id: UUID, *, json: bool) -> None:
    found = await desk.ctx.read(queries.exception_by_id, exception_id)
    if json:
        return reporting.as_json(_exception(desk, found))
    return tables.show_exceptions([found], desk, more=False)


async def _mapping(desk: Desk, partner_id: PartnerId, named: str) -> str:
    """The mapping's name; one that is given as a file is kept first. Raises: MappingInvalid."""
    path = Path(named)
    if path.suffix != ".json":
        return named
    content = _content(path)
    await desk.ctx.write(keeping.save, partner_id, path.stem, content, by=None, now=desk.ctx.now)
    return path.stem


def _content(path: Path) -> Mapping:
    try:
        return from_json(json_.loads(path.read_text(encoding="utf-8")))
    except ValueError as problem:
        raise InvalidValue(f"{path.name} is no JSON: {problem}", path=("mapping",)) from None


async def _handed_in(desk: Desk, partner_id: PartnerId, mapping: str, wish: Wish) -> PartnerFile:
    if wish.starts is not None and wish.ends is not None:
        period: dict[str, Any] = {
            "starts_at": wish.starts.replace(tzinfo=UTC),
            "ends_at": wish.ends.replace(tzinfo=UTC),
        }
    else:
        period = {"cycle_id": CycleId((await desk.cycle(wish.cycle, *CycleState)).cycle_id)}
    sequence = await desk.ctx.read(files.next_sequence, partner_id) if wish.sequence is None else wish.sequence
    with wish.path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").digest()
    command = BeginFile(
        partner_id=partner_id,
        mapping=mapping,
        name=wish.path.name,
        sequence=sequence,
        dry_run=wish.dry_run,
        size=wish.path.stat().st_size,
        sha256=digest,
        **period,
    )
    file = await desk.ctx.write(files.begin, command, most=MOST, by=None, now=desk.ctx.now)
    start = 0
    for part in _parts(wish.path):
        start = await desk.ctx.write(files.append, file.file_id, start, part, most=MOST)
    return await desk.ctx.write(files.complete, file.file_id, now=desk.ctx.now)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while part := handle.read(LARGEST_PART):
            yield part


async def _written(desk: Desk, file: PartnerFile, path: Path) -> None:
    """The exceptions as CSV. Raises: NotFound, for a dry run, which keeps none."""
    if file.dry_run:
        raise NotFound("a dry run keeps its report alone; see it with --json", path=("report",))
    wanted = Wanted(file_id=file.file_id)
    page = await desk.ctx.read(queries.exceptions_of, wanted, PageRequest(first=LARGEST_PAGE))
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(csv_report.heading())
        while True:
            out.writelines(csv_report.line(one, digits=desk.digits) for one in page.items)
            if not page.has_next:
                return
            after = PageRequest(first=LARGEST_PAGE, after=page.keys[-1])
            page = await desk.ctx.read(queries.exceptions_of, wanted, after)


def _progress(*, quiet: bool) -> Progress:
    console = Console(stderr=True, quiet=quiet)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)


def _plain(file: PartnerFile) -> dict[str, Any]:
    kept = ("file_id", "name", "sequence", "dry_run", "state", "rows_read", "findings", "refusal", "refusal_says")
    return {**{name: getattr(file, name) for name in kept}, "report": file.report}


def _exception(desk: Desk, one: Exceptional) -> dict[str, Any]:
    found = one.found
    amount = None if one.amount is None else Decimal(one.amount).scaleb(-desk.digits)
    kept = ("exception_id", "row", "outcome", "reason", "severity", "suggestion", "because", "state", "resolution")
    return {
        **{name: getattr(found, name) for name in kept},
        "partner": desk.partners[found.partner_id].slug,
        "reference": one.reference,
        "occurred_at": one.occurred_at,
        "points": one.points,
        "amount": amount,
    }


def _id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise ExceptionNotFound from None


def _resolution(how: str) -> Resolution:
    try:
        return Resolution(how)
    except ValueError:
        known = ", ".join(Resolution)
        raise InvalidValue(f"{how!r} is none of {known}", path=("how",)) from None
