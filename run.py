#!/usr/bin/env python3
"""One door for people and machines; needs nothing but Python 3.11 on Linux or macOS.

    python3 run.py              makes an environment of its own and starts the demo
    python3 run.py test [...]   runs the tests, all but the slow ones (words are handed to pytest: `test -m slow`)
    python3 run.py check        format, lint, types, floors, fast tests
    python3 run.py doctor       any other words are handed to `hansa`

The environment is .venv here, or, when this checkout belongs to somebody else, a folder under HANSA_HOME.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
STAMP = "hansa-requirements.json"
OLDEST_NODE = 24
SPREAD = ("-n", "auto", "--dist", "loadfile")
"""On all processors, file by file: what a file's tests share is made once."""


def main(words: list[str]) -> int:
    """Prepare what the words need, then hand over."""
    if os.name == "nt":
        return fail("Hansa runs on Linux and macOS; on Windows use the Windows Subsystem for Linux.")
    if sys.version_info < OLDEST:
        return with_newer_python(words)
    verb = words[0] if words else "demo"
    environment = Environment()
    try:
        environment.prepare(["test" if verb in {"test", "check"} else "run", *frontend_tools()])
    except CannotPrepare as problem:
        return fail(str(problem))
    except OSError as problem:
        return fail(f"{problem}. Set HANSA_HOME to a folder you may write to.")
    verbs = {"test": environment.test, "check": environment.check}
    return verbs[verb](words[1:]) if verb in verbs else environment.hand_over("hansa", words or ["demo"])


def with_newer_python(words: list[str]) -> int:
    """Start again with a newer Python, if there is one."""
    for minor in range(19, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, str(ROOT / "run.py"), *words])
    return fail(f"Hansa needs Python 3.{OLDEST[1]} or later; this is {sys.version.split()[0]}.")


def fail(sentence: str) -> int:
    """Say what is wrong; the surroundings do not allow it."""
    print(sentence, file=sys.stderr)
    return 3


def frontend_tools() -> list[str]:
    """Node.js from a wheel, when there is none on the path that is new enough."""
    node = shutil.which("node")
    if node and shutil.which("npm"):
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if said[1:].partition(".")[0].isdigit() and int(said[1:].partition(".")[0]) >= OLDEST_NODE:
            return []
    return ["frontend"]


class CannotPrepare(Exception):
    """The environment cannot be made; the message says what to do."""


class Environment:
    """The virtual environment of this checkout."""

    def __init__(self) -> None:
        self.folder = self._choose()
        self.python = self.folder / "bin" / "python"

    @staticmethod
    def _choose() -> Path:
        """In the checkout when it is ours; else among our own things, so that its owner finds nothing odd in it."""
        if ROOT.stat().st_uid == os.geteuid() and os.access(ROOT, os.W_OK):
            return ROOT / ".venv"
        from hansa.home import home_folder

        name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        return home_folder(os.environ) / "environments" / name

    # Making it

    def prepare(self, requirements: list[str]) -> None:
        """Install what is needed and not yet installed in its present form."""
        wanted = {name: self._digest(name) for name in requirements}
        if self._installed().items() >= wanted.items():
            return
        with self._alone():
            installed = self._installed()
            if not self.python.exists():
                self._make()
                installed = {}
            for name, digest in wanted.items():
                if installed.get(name) != digest:
                    self._install(name)
                    installed[name] = digest
                    (self.folder / STAMP).write_text(json.dumps(installed))

    @staticmethod
    def _digest(name: str) -> str:
        return hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest()

    def _installed(self) -> dict[str, str]:
        if not self.python.exists():
            return {}
        try:
            return dict(json.loads((self.folder / STAMP).read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two starts at once make one environment."""
        import fcntl

        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with open(f"{self.folder}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        print(f"Making an environment in {self.folder} (once)", file=sys.stderr)
        uv = ("uv", "venv", "--quiet", "--clear", "--python", sys.executable)
        if shutil.which("uv") and self._ran(*uv, self.folder):
            return
        if importlib.util.find_spec("ensurepip"):
            made = self._ran(sys.executable, "-m", "venv", "--clear", self.folder)
        elif importlib.util.find_spec("pip"):
            made = self._ran(sys.executable, "-m", "venv", "--clear", "--without-pip", self.folder)
        else:
            raise CannotPrepare(
                "This Python cannot make environments. On Debian and Ubuntu: sudo apt install python3-venv\n"
                "Or install uv, which brings what is missing: see its documentation."
            )
        if not made:
            raise CannotPrepare(f"No environment could be made in {self.folder}; the reason stands above.")

    def _install(self, name: str) -> None:
        print(f"Installing requirements/{name}.txt", file=sys.stderr)
        pinned = ("--require-hashes", "-r", ROOT / "requirements" / f"{name}.txt")
        if shutil.which("uv") and self._ran("uv", "pip", "install", "--quiet", "--python", self.python, *pinned):
            return
        pip: list[object] = [self.python, "-m", "pip"]
        if not (self.folder / "bin" / "pip").exists():
            pip = [sys.executable, "-m", "pip", "--python", self.python]
        quietly = ("install", "--quiet", "--disable-pip-version-check")
        if not self._ran(*pip, *quietly, *pinned):
            raise CannotPrepare(f"requirements/{name}.txt could not be installed; the reason stands above.")

    @staticmethod
    def _ran(*command: object) -> bool:
        return subprocess.run([str(word) for word in command], check=False).returncode == 0

    # Using it

    def _variables(self) -> dict[str, str]:
        """The code is this checkout's; the tools keep their notes with the environment, not in somebody's checkout."""
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        notes = self.folder / "notes"
        return {
            **os.environ,
            "PYTHONPATH": path,
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "RUFF_CACHE_DIR": str(notes / "ruff"),
            "MYPY_CACHE_DIR": str(notes / "mypy"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(notes / "hypothesis"),
        }

    def hand_over(self, module: str, words: list[str]) -> int:
        """Become the program itself, so that signals reach it and its exit code is ours."""
        sys.stdout.flush()
        os.execve(self.python, [str(self.python), "-m", module, *words], self._variables())

    def test(self, words: list[str]) -> int:
        """All tests but the slow ones on all processors, or those that were named."""
        os.chdir(ROOT)
        usual = [*SPREAD, "-m", "not slow"]
        return self.hand_over("pytest", [*self._pytest(), *(words or usual)])

    def _pytest(self) -> list[str]:
        return ["-o", f"cache_dir={self.folder / 'notes' / 'pytest'}"]

    def check(self, _words: list[str]) -> int:
        """Everything quick that must hold before a change is shown to anybody; all of it, even when one fails."""
        fast = "not slow and not browser and not audit"
        steps: dict[str, list[str]] = {
            "format": ["ruff", "format", "--check", "--quiet"],
            "lint": ["ruff", "check", "--quiet"],
            "types": ["mypy"],
            "floors": ["lint-imports", "--cache-dir", str(self.folder / "notes" / "imports")],
            "tests": ["pytest", *self._pytest(), "-q", *SPREAD, "-m", fast],
        }
        failed = []
        for name, (program, *words) in steps.items():
            print(f"── {name}", flush=True)
            command = [str(self.folder / "bin" / program), *words]
            if subprocess.run(command, cwd=ROOT, env=self._variables(), check=False).returncode:
                failed.append(name)
        print(f"Failed: {', '.join(failed)}" if failed else "All is well.")
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
