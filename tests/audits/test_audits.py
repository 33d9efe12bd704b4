"""The endpoint held to the audits of graphql-http, by the program their authors wrote."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn

from tests.builders.graphql import application

HERE = Path(__file__).parent
SOURCES = ("package.json", "audit.mjs")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hansa" / "audits"

NOT_SERVED = {"5A70", "D6D5", "6A70"}
"""Audits of what a server may do and this one does not: queries by GET, which is for trusted documents alone."""

pytestmark = pytest.mark.audit


async def run(*command: str, cwd: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, problem = await process.communicate()
    assert process.returncode == 0, problem.decode()
    return out.decode()


async def harness() -> Path:
    """The folder with the auditing program and what it needs, made when it is missing or has changed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("NOT AUDITED: node and npm are needed to run the audits of GraphQL over HTTP")
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in SOURCES)).hexdigest()[:12]
    folder = CACHE / digest
    if not (folder / ".ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in SOURCES:
            shutil.copy(HERE / name, folder)
        await run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", cwd=folder)
        (folder / ".ready").touch()
    return folder


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(), log_config=None, lifespan="off", ws="none"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            await task


async def test_every_audit_of_graphql_over_http_is_passed() -> None:
    folder = await harness()
    async with served() as url:
        verdicts = json.loads(await run("node", "audit.mjs", url, cwd=folder))
    bad = {f"{one['id']} {one['name']}: {one['reason']}" for one in verdicts if one["id"] not in NOT_SERVED}
    bad -= {f"{one['id']} {one['name']}: {one['reason']}" for one in verdicts if one["status"] == "ok"}
    assert not bad
    assert Counter(one["status"] for one in verdicts) == {"ok": 58, "notice": 3}
