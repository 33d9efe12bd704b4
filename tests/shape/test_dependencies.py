"""What we stand on is declared, pinned, hashed and explained."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.shape.tree import CODE, FLOORS, ROOT, modules, name, parsed

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def _canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=<>;! ]", requirement, maxsplit=1)[0]).lower()


def _pins(requirements: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{requirements}.txt").read_text().splitlines()
    return {line.split(" ")[0].rstrip("\\").strip() for line in lines if re.match(r"[\w.-]+==", line)}


def _imported(*folders: str) -> dict[str, str]:
    """Each outside package we import, with a file that does."""
    found = {}
    for path in modules(*folders):
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for imported in names:
                found[imported.partition(".")[0]] = name(path)
    return {top: where for top, where in found.items() if top not in {*sys.stdlib_module_names, *CODE, "_typeshed"}}


def test_no_dependency_ships_a_package_named_like_one_of_ours() -> None:
    distributions = packages_distributions()
    clashes = {floor: set(distributions.get(floor, [])) - {"hansa"} for floor in FLOORS}
    assert not {floor: who for floor, who in clashes.items() if who}


def test_what_we_import_is_declared() -> None:
    distributions = packages_distributions()
    declared = {_canonical(one) for one in PROJECT["dependencies"]}
    optional = {_canonical(one) for extra in ("data", "frontend") for one in EXTRAS[extra]}
    undeclared = {
        top: where
        for top, where in _imported(*FLOORS).items()
        if not {_canonical(one) for one in distributions.get(top, [top])} & (declared | optional)
    }
    assert not undeclared, (
        "Add to pyproject.toml, pin again (requirements/README.md), and explain in docs/dependencies.md"
    )


def test_direct_dependencies_are_pinned_to_one_version() -> None:
    every = [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
    assert not [one for one in every if "==" not in one]


def test_requirements_hold_the_pins_of_the_project() -> None:
    plain = [re.sub(r"\[.*\]", "", one) for one in PROJECT["dependencies"]]
    assert {*plain, *EXTRAS["data"]} <= _pins("run")
    assert {*EXTRAS["test"], *EXTRAS["check"]} | _pins("run") <= _pins("test")
    assert set(EXTRAS["frontend"]) == _pins("frontend")


def test_requirements_are_hashed_and_name_no_host() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text
        assert not re.search(r"^\s*--(?!hash)", text, re.MULTILINE), "no index, no options"
        for block in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in block, block


def test_every_dependency_is_explained() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    every = [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
    assert {_canonical(one) for one in every} == set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE))
