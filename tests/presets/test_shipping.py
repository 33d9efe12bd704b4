"""The programmes come along with the package: a wheel has them, and shows them from where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from hansa.presets.finding import PROGRAMMES, names
from tests.recipes.telling import RECIPES
from tests.shape.tree import FLOORS, ROOT

NO_REGISTRY = ("No matching distribution", "Connection", "Could not find a version", "Temporary failure")


def test_the_files_of_the_documentation_are_the_ones_that_are_loaded() -> None:
    assert PROGRAMMES.resolve() == RECIPES.resolve()
    assert names() == sorted(path.stem for path in RECIPES.glob("*.yaml"))


@pytest.mark.slow
def test_an_installed_wheel_lists_every_programme(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder in (*FLOORS, "docs"):
        leaving = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, source / folder, symlinks=True, ignore=leaving)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    built = _run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(tmp_path), str(source))
    if built.returncode and any(words in built.stderr for words in NO_REGISTRY):
        pytest.skip("no registry to get the build's tools from")
    assert built.returncode == 0, built.stderr
    _run(sys.executable, "-m", "venv", str(tmp_path / "fresh"), check=True)
    fresh = tmp_path / "fresh" / "bin"
    (wheel,) = tmp_path.glob("*.whl")
    _run(str(fresh / "pip"), "install", "-q", "--no-deps", str(wheel), check=True)
    # What it depends on is borrowed from here, where hansa itself is but linked, so that it cannot be found.
    borrowed = {"PYTHONPATH": sysconfig.get_path("purelib")}
    where = _run(str(fresh / "python"), "-c", "import hansa; print(hansa.__file__)", env=borrowed, check=True).stdout
    assert Path(where).is_relative_to(tmp_path)
    listed = _run(str(fresh / "hansa"), "preset", "list", "--json", env=borrowed, check=True).stdout
    assert [one["name"] for one in json.loads(listed)] == names()


def _run(*words: str, env: dict[str, str] | None = None, check: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, env=env, check=check, capture_output=True, text=True, timeout=300, cwd="/")
