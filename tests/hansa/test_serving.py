"""One word starts everything, and one signal puts it all away."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from hansa.postgres import EmbeddedPostgres
from tests.conftest import quick_folder
from tests.shape.tree import ROOT


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hansa home ", dir=quick_folder()) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _answer(url: str) -> bytes:
    """What the server says, once it does."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bytes(answer.read())
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail("the server did not start")


@pytest.mark.slow
def test_serve_makes_a_database_answers_and_puts_everything_away_when_told_to_stop(home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "hansa", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env={"HANSA_HOME": str(home)}, stderr=subprocess.DEVNULL) as server:
        try:
            assert _answer(f"http://127.0.0.1:{port}/health")
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
    assert not EmbeddedPostgres(home / "postgres").stop(), "the database was stopped too"
