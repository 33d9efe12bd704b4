"""The command line teaches, reports to programs, and ends with codes that mean something."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup
from typer.testing import CliRunner

from hansa.cli import app
from tests.shape.tree import ROOT


def _commands(group: TyperGroup, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, (*words, name))
        elif isinstance(command, TyperCommand):
            yield (*words, name), command


GROUP = typer.main.get_command(app)
assert isinstance(GROUP, TyperGroup)
COMMANDS = dict(_commands(GROUP))


def _hansa(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hansa", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does_and_gives_an_example(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    command = COMMANDS[words]
    assert command.help
    assert f"hansa {' '.join(words)}" in (command.epilog or ""), "the epilog gives an example"
    assert "Example: " in shown.output


def test_the_help_explains_the_exit_codes() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert "Exit codes" in shown.output


def test_a_wrong_word_ends_with_two() -> None:
    assert _hansa("sail").returncode == 2


def test_surroundings_that_do_not_allow_it_end_with_three_and_a_sentence() -> None:
    done = _hansa("migrate", HANSA_DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:9/none")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


def test_migrate_and_doctor_report_to_programs(database_url: str, tmp_path: Path) -> None:
    variables = {"HANSA_DATABASE_URL": database_url, "HANSA_HOME": str(tmp_path)}
    [migrated] = json.loads(_hansa("migrate", "--json", **variables).stdout)
    assert migrated["current"] == migrated["head"]
    done = _hansa("doctor", "--json", **variables)
    verdicts = {finding["name"]: finding["verdict"] for finding in json.loads(done.stdout)}
    assert done.returncode == 0
    assert {verdicts[name] for name in ("database", "pooler", "roles", "migrations")} == {"well"}


def test_the_doctor_finds_a_database_that_does_not_answer(tmp_path: Path) -> None:
    done = _hansa("doctor", HANSA_DATABASE_URL="postgresql://x@127.0.0.1:9/none", HANSA_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "does the server answer" in " ".join(done.stdout.split())


def test_naming_the_commands_loads_neither_the_books_nor_the_schema() -> None:
    code = "import sys, hansa.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "hansa" in loaded
    assert not {"sqlalchemy", "sqlmodel", "strawberry", "resolvers", "schema"} & set(loaded)
