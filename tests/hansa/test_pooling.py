"""A pooler that lends connections by the transaction is noticed before it mixes up clients."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hansa.pooling import UnsafePooling, is_pooled_by_transaction, refuse_transaction_pooling

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@pytest.fixture
def pooled(request: pytest.FixtureRequest, database_url: str) -> Iterator[str]:
    """The test's database through a PgBouncer in the mode that the test names."""
    if PGBOUNCER is None:
        pytest.skip("PgBouncer is not installed")
    parts = urlsplit(database_url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = f"host={parse_qs(parts.query)['host'][0]} port=5432 user={parts.username}"
    with tempfile.TemporaryDirectory(prefix="hansa-pgbouncer-") as folder:
        Path(folder).chmod(0o755)
        configuration = Path(folder) / "pgbouncer.ini"
        configuration.write_text(
            f"[databases]\n* = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
            f"unix_socket_dir =\nauth_type = any\npool_mode = {request.param}\nmax_client_conn = 20\n"
        )
        # Like PostgreSQL it refuses to be root; the server's socket is nobody's then.
        servant = ["-u", "nobody"] if os.geteuid() == 0 else []
        with subprocess.Popen([PGBOUNCER, "-q", *servant, str(configuration)]) as bouncer:
            _wait_for(port)
            yield f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"
            bouncer.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("PgBouncer did not start")


@pytest.mark.parametrize("pooled", ["transaction"], indirect=True)
async def test_pooling_by_the_transaction_is_refused(pooled: str) -> None:
    assert await is_pooled_by_transaction(pooled)
    with pytest.raises(UnsafePooling, match="HANSA_DATABASE_URL"):
        await refuse_transaction_pooling(pooled)


@pytest.mark.parametrize("pooled", ["session"], indirect=True)
async def test_pooling_by_the_session_is_allowed(pooled: str) -> None:
    await refuse_transaction_pooling(pooled)


async def test_the_database_itself_is_allowed(database_url: str) -> None:
    await refuse_transaction_pooling(database_url)
