"""Lengths, words and paths that are the same everywhere, each with what to write in its place."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import pytest

from tests.shape.tree import CODE, code_lines, functions, modules, name, parsed, texts

LONGEST_FUNCTION = 70
LONGEST_FILE = 400
BELOW_THE_CLOCK = ("domain/", "partners/", "resolvers/", "schema/")
OURS = tuple(f"{folder}/" for folder in CODE)


@dataclass(frozen=True, kw_only=True)
class Ban:
    """Words that may not stand in some places, and what to write instead."""

    words: str
    instead: str
    within: tuple[str, ...] = OURS
    but: tuple[str, ...] = ()

    def applies(self, where: str) -> bool:
        """Whether a file is held to it."""
        return where.startswith(self.within) and not where.startswith(self.but or ("\0",))


CODE_BANS = [
    Ban(words=r"\bfloat\b", instead="int, Decimal or Fraction: points and money are exact", within=("domain/",)),
    Ban(
        words=r"\b(datetime\.now|utcnow|time\.time\(|date\.today)\b",
        instead="take `now` as an argument; only the context and the composition read the clock",
        within=BELOW_THE_CLOCK,
        but=("resolvers/context.py",),
    ),
    Ban(
        words=r"\.commit\(",
        instead="leave committing to resolvers/context.py: one operation is one transaction",
        but=("resolvers/context.py", "hansa/", "tests/", "benchmarks/"),
    ),
    Ban(
        words=r"\bwith_for_update\b",
        instead="lock in a posting function, or through the one door of that lock: coalition, cycle",
        but=("domain/coalition/founding.py", "domain/settlement/steps.py"),
    ),
    Ban(
        words=r"(?<![\w.])print\(",
        instead="return it, or say it through hansa/reporting.py",
        but=("hansa/", "benchmarks/", "tests/shape/tree.py"),
    ),
    Ban(
        words=r"\b(os\.environ|getenv)\b",
        instead="a setting of hansa/settings.py",
        but=("hansa/", "tests/", "benchmarks/"),
    ),
    Ban(words=r"\bRelationship\b", instead="a query; rows load nothing by themselves", within=("domain/", "partners/")),
    Ban(words=r"\b(unittest\.mock|MagicMock|AsyncMock)\b", instead="the real thing; it is quick", within=("tests/",)),
]

PROSE_BANS = [
    Ban(words=r"(?i)\bburn(s|ed|t|ing)?\b", instead="redeem", within=("",), but=("tests/shape/",)),
    Ban(
        words=r"\b(TODO|FIXME|XXX)\b",
        instead="the thing itself, or a line in docs",
        within=("",),
        but=("tests/shape/",),
    ),
    Ban(
        words=r"(?<![\w./~-])/(home|root|Users|work|farm|mnt)/\w",
        instead="a path relative to the checkout, or a setting",
        within=("",),
        but=("tests/shape/",),
    ),
]


def _broken(ban: Ban, where: str, lines: dict[int, str]) -> list[str]:
    found = re.compile(ban.words)
    return [f"{where}:{number}: {line.strip()[:80]}" for number, line in lines.items() if found.search(line)]


@pytest.mark.parametrize("ban", CODE_BANS, ids=lambda ban: ban.words)
def test_code_uses_our_words(ban: Ban) -> None:
    files = [path for path in modules() if ban.applies(name(path))]
    broken = [line for path in files for line in _broken(ban, name(path), code_lines(path))]
    assert not broken, "\n".join([f"Write {ban.instead}:", *broken])


@pytest.mark.parametrize("ban", PROSE_BANS, ids=lambda ban: ban.words)
def test_prose_uses_our_words(ban: Ban) -> None:
    files = [path for path in texts() if ban.applies(name(path))]
    numbered = {path: dict(enumerate(path.read_text(encoding="utf-8").splitlines(), 1)) for path in files}
    broken = [line for path, lines in numbered.items() for line in _broken(ban, name(path), lines)]
    assert not broken, "\n".join([f"Write {ban.instead}:", *broken])


def test_rows_do_not_postpone_their_annotations() -> None:
    rows = [path for path in modules("domain", "partners") if path.name == "models.py"]
    postponed = [name(path) for path in rows if "from __future__ import annotations" in path.read_text()]
    assert not postponed, f"SQLModel reads annotations as a row's class is made: {postponed}"


def test_no_two_locks_bear_one_number() -> None:
    """Else one job of the worker waits for another's for ever."""
    locks = [
        number for path in modules() for number in re.findall(r"= (0x48414E53\w\w)$", path.read_text(), re.MULTILINE)
    ]
    assert len(locks) > 15
    assert sorted(set(locks)) == sorted(locks)


def test_no_function_is_longer_than_a_screen() -> None:
    long = [one for path in modules() for one in functions(path) if one.lines > LONGEST_FUNCTION]
    assert not long, "\n".join(f"{one.where}: {one.name} has {one.lines} lines" for one in long)


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert not {where: lines for where, lines in lengths.items() if lines > LONGEST_FILE}


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in modules() if ast.get_docstring(parsed(path)) is None]
    assert not [name(path) for path in silent if path.read_text().strip()]


def test_every_public_domain_function_says_what_it_does() -> None:
    silent = [
        f"{name(path)}: {node.name}"
        for path in modules("domain")
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert not silent
