"""What programs in JavaScript and TypeScript need, installed once for all runs."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "programs"
LISTED = ("package.json", "package-lock.json", ".npmrc")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hansa" / "third-party"


async def installed(at: Path) -> None:
    """Give a folder the packages that the programs need, and the programs."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("NOT DRIVEN: node and npm are needed for clients in JavaScript")
    (at / "node_modules").symlink_to(await _packages())
    for program in HERE.glob("*.mjs"):
        shutil.copy(program, at)


async def _packages() -> Path:
    """Where the packages lie, by what is listed: several runs may make it at once, and one of them is kept."""
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in LISTED)).hexdigest()[:12]
    folder = CACHE / digest
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE, ignore_cleanup_errors=True) as beside:
            for name in LISTED:
                shutil.copy(HERE / name, beside)
            await run("npm", "ci", "--ignore-scripts", at=Path(beside))
            with suppress(OSError):
                Path(beside).rename(folder)  # noqa: ASYNC240 - nothing to wait for
    return folder / "node_modules"


async def run(*command: str | Path, at: Path) -> None:
    """Run a command that has to succeed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=at, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
