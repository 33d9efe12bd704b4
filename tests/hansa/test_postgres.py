"""The embedded database survives what happens to laptops and containers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from hansa.postgres import EmbeddedPostgres, PostgresUnavailable
from tests.conftest import quick_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "10"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Outside pytest's own folder, which only its user may enter: as root the server is another."""
    with tempfile.TemporaryDirectory(prefix="hansa pg ", dir=quick_folder()) as made:
        Path(made).chmod(0o755)
        yield Path(made) / "of hansa's"
        postgres = EmbeddedPostgres(Path(made) / "of hansa's")
        if postgres.folder.exists():
            postgres.stop()


async def _count_starts(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS start (n int); INSERT INTO start VALUES (1)")
        return int(await connection.fetchval("SELECT count(*) FROM start"))
    finally:
        await connection.close()


def _postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def _elsewhere(folder: Path, then: str) -> subprocess.Popen[str]:
    """Another process that starts the server and says its address."""
    script = (
        "import os, signal, sys; from pathlib import Path;"
        "from hansa.postgres import EmbeddedPostgres;"
        f"postgres = EmbeddedPostgres(Path(sys.argv[1]), settings={SMALL!r});"
        f"print(postgres.start(), flush=True); {then}"
    )
    return subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)


async def test_what_was_written_is_there_after_stopping_and_starting(folder: Path) -> None:
    for start in (1, 2):
        postgres = EmbeddedPostgres(folder, settings=SMALL)
        assert await _count_starts(postgres.start()) == start
        assert not postgres.adopted
        assert postgres.stop()


async def test_a_server_left_by_a_crash_is_adopted(folder: Path) -> None:
    with _elsewhere(folder, "os.kill(os.getpid(), signal.SIGKILL)") as crashed:
        crashed.wait()
    left = _postmaster(folder)
    postgres = EmbeddedPostgres(folder, settings=SMALL)
    assert await _count_starts(postgres.start()) == 1
    assert postgres.adopted
    assert _postmaster(folder) == left
    assert postgres.stop()


async def test_the_last_to_leave_stops_the_server(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder, settings=SMALL), EmbeddedPostgres(folder, settings=SMALL)
    url = first.start()
    assert second.start() == url
    assert not first.stop()
    assert await _count_starts(url) == 1
    assert second.stop()


async def test_a_server_killed_outright_starts_again_with_its_data(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder, settings=SMALL)
    await _count_starts(postgres.start())
    os.kill(_postmaster(folder), signal.SIGKILL)
    _wait_until_dead(_postmaster(folder))
    again = EmbeddedPostgres(folder, settings=SMALL)
    assert again.left_unclean()
    assert await _count_starts(again.start()) == 2
    assert not again.adopted
    assert not postgres.stop()
    assert again.stop()


async def test_a_dead_servers_number_given_to_a_stranger_does_not_mislead(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder, settings=SMALL)
    await _count_starts(postgres.start())
    notes = (folder / "data" / "postmaster.pid").read_text()
    postgres.stop()
    (folder / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *notes.splitlines()[1:]]))
    again = EmbeddedPostgres(folder, settings=SMALL)
    assert await _count_starts(again.start()) == 2
    assert not again.adopted
    assert again.stop()


async def test_two_starters_at_once_share_one_server(folder: Path) -> None:
    starters = [EmbeddedPostgres(folder, settings=SMALL) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        urls = list(threads.map(lambda starter: starter.start(), starters))
    assert len(set(urls)) == 1
    assert sorted(starter.adopted for starter in starters) == [False, True]
    assert sorted(starter.stop() for starter in starters) == [False, True]


async def test_an_interrupted_first_start_leaves_nothing_that_looks_finished(folder: Path) -> None:
    (folder / "data.unfinished").mkdir(parents=True)
    (folder / "data.unfinished" / "PG_VERSION").write_text("18\n")
    postgres = EmbeddedPostgres(folder, settings=SMALL)
    assert await _count_starts(postgres.start()) == 1
    assert postgres.stop()


async def test_a_path_too_long_for_a_socket_works(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder / ("long" * 30), settings=SMALL)
    assert await _count_starts(postgres.start()) == 1
    assert postgres.stop()


def test_data_of_another_version_is_refused_rather_than_replaced(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresUnavailable, match="made by PostgreSQL 14"):
        EmbeddedPostgres(folder).start()


def test_a_wrong_pg_bin_is_named(folder: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="PG_BIN"):
        EmbeddedPostgres(folder, binaries=folder).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its server to somebody else")
def test_root_is_told_of_a_folder_that_its_servant_may_not_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(PostgresUnavailable, match="may not enter"):
        EmbeddedPostgres(tmp_path / "postgres").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave a folder to somebody else")
def test_somebody_elses_folder_is_refused(folder: Path) -> None:
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(PostgresUnavailable, match="belongs to user 12345"):
        EmbeddedPostgres(folder).start()
    os.chown(folder, 0, 0)


def _wait_until_dead(pid: int) -> None:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} outlived SIGKILL")
