"""`hansa replay`: a year of real baskets through the domain, closed month by month, and proven in the end."""

from __future__ import annotations

import gc
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain.errors import InvalidValue
from domain.storage import Database, opened
from hansa import reporting
from hansa.embedding import with_database
from hansa.journey import closing, over_http, telling
from hansa.journey.databases import own_database
from hansa.journey.founding import Founded, found
from hansa.journey.living import Life, Tally
from hansa.journey.months import (
    Month,
    NettingRow,
    StatementRow,
    nettings,
    points_of,
    rate,
    split_months,
    statements,
)
from hansa.journey.processes import PROCESSES, SELDOM, shared_out
from hansa.journey.proving import Proof, prove
from hansa.journey.source import journey_for
from hansa.journey.trips import Journey, day_of, end_of, midnight
from hansa.serving import prepare
from hansa.settings import Settings
from partners.keys import derive

CONNECTIONS = 8
WIDTH = 160


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be replayed, and where."""

    months: int | None = None
    """None: all there are."""
    database: str | None = None
    go_on: bool = False
    http: bool = False
    """The first month's purchases go through the HTTP API."""
    processes: int = 1
    """One, or two: the second records half of the purchases."""
    days: int | None = None
    """Fewer than the months have, for trying out."""

    def __post_init__(self) -> None:
        if self.go_on and self.database is None:
            raise InvalidValue("name the database to go on with", path=("database",))
        if self.processes not in {1, PROCESSES}:
            raise InvalidValue(f"a replay takes one process or {PROCESSES}", path=("processes",))
        if self.months is not None and self.months < 1:
            raise InvalidValue("a replay has at least one month", path=("months",))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a replay came to."""

    origin: str
    months: list[Month]
    statements: list[StatementRow]
    netting: list[NettingRow]
    proofs: list[Proof]

    @property
    def proven(self) -> bool:
        """Whether every proof holds."""
        return all(proof.verdict == "well" for proof in self.proofs)

    @property
    def tally(self) -> Tally:
        """Everything that happened in this run."""
        over_all = Tally()
        for month in self.months:
            over_all.add(month.tally)
        return over_all


def replay(settings: Settings, wish: Wish, *, as_json: bool = False) -> bool:
    """Replay, and say what it came to; says whether everything was proven.

    Raises: PostgresUnavailable, InvalidValue, Conflict, NotFound.
    """
    console = _console(quiet=as_json)
    with with_database(settings) as served:
        outcome = uvloop.run(_replayed(served, wish, console))
    if as_json:
        reporting.as_json(asdict(outcome) | {"proven": outcome.proven})
    else:
        telling.show(console, outcome.statements, outcome.netting, outcome.proofs)
        console.print(telling.summary(outcome.tally), markup=False)
    return outcome.proven


def _console(*, quiet: bool) -> Console:
    """A file or a pipe takes long lines; a terminal has a width of its own."""
    console = Console(highlight=False, quiet=quiet, soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDTH
    return console


async def _replayed(settings: Settings, wish: Wish, console: Console) -> Outcome:
    journey = journey_for(settings.home)
    console.print(f"Baskets: {journey.origin}.", markup=False)
    console.print("Returns and redemptions are made up by a seeded rule, since the data has none (docs/demo.md).")
    async with own_database(settings.database_url or "", wish.database, go_on=wish.go_on) as url:
        own = settings.model_copy(update={"database_url": url})
        await prepare(own)
        async with opened(url, connections=CONNECTIONS) as database:
            return await play(own, database, journey, wish, console)


async def play(settings: Settings, database: Database, journey: Journey, wish: Wish, console: Console) -> Outcome:
    """Replay into a database that is ready."""
    keys = derive(settings.key())
    founded = await found(database, journey, keys, say=lambda what: console.print(f"Taking in {what} …"))
    life = Life(database, journey, founded, keys)
    days = _wanted(journey, wish)
    lived = day_of(await life.clock())
    left = split_months([day for day in days if day >= lived])
    gc.freeze()
    gc.set_threshold(*SELDOM)
    months = []
    two = wish.processes == PROCESSES
    async with shared_out(life, settings.database_url or "", settings.home) if two else nullcontext():
        for number, (name, own) in enumerate(left.items()):
            async with over_http.recording(settings, life) if wish.http and number == 0 else nullcontext():
                months.append(await _month(life, founded, name, own, console))
    ctx = life.at(end_of(days[-1]))
    await closing.settle(ctx, founded, everybody_answers=True)
    return Outcome(
        origin=journey.origin,
        months=months,
        statements=await statements(ctx),
        netting=await nettings(ctx),
        proofs=await prove(ctx, journey, days[0], days[-1]),
    )


def _wanted(journey: Journey, wish: Wish) -> list[date]:
    first, last = journey.days[0], journey.days[-1]
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    months = list(split_months(every).values())[: wish.months]
    return [day for month in months for day in month][: wish.days]


async def _month(life: Life, founded: Founded, name: str, days: list[date], console: Console) -> Month:
    tally = Tally()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=len(days), rate="")
        for day in days:
            await closing.settle(life.at(midnight(day)), founded)
            tally.add(await life.live(day))
            progress.update(task, advance=1, rate=f"{rate(tally):,} baskets/s")
    ctx = life.at(end_of(days[-1]))
    await closing.settle(ctx, founded)
    month = Month(name=name, tally=tally, points=await points_of(ctx, name))
    console.print(telling.line(month), markup=False)
    return month
