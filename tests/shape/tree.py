"""The tree as the shape tests see it. `python3 -m tests.shape.tree` reports how long functions are."""

from __future__ import annotations

import ast
import io
import statistics
import sys
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("domain", "partners", "resolvers", "schema", "hansa", "migrations")
CODE = (*FLOORS, "tests", "benchmarks")
SKIPPED = {"node_modules", "dist", "build", "__pycache__", "test-results", ".venv", ".git"}


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function and how many lines it takes, its docstring and decorators not counted."""

    where: str
    name: str
    lines: int


def modules(*folders: str) -> list[Path]:
    """The Python files of some folders, and run.py with all of them."""
    found = [path for folder in folders or CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not SKIPPED & set(path.parts)] + ([] if folders else [ROOT / "run.py"])


def texts() -> list[Path]:
    """Every file that people wrote, whatever its language."""
    kinds = {
        ".py",
        ".sql",
        ".md",
        ".toml",
        ".txt",
        ".graphql",
        ".ts",
        ".tsx",
        ".css",
        ".html",
        ".json",
        ".mako",
        ".yml",
        ".yaml",
    }
    here = [path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".")]
    folders = [ROOT / name for name in (*CODE, "docs", "requirements", "frontend-demo", ".ci")]
    below = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in (*here, *below) if not SKIPPED & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in kept if path.suffix in kinds or path.parent.name == ".ci")


def name(path: Path) -> str:
    """A path as people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """A module's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def code_lines(path: Path) -> dict[int, str]:
    """A module's lines without comments, and with texts emptied."""
    lines = dict(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
    tokens = list(tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline))
    for token in reversed(tokens):
        if token.type not in {tokenize.COMMENT, tokenize.STRING}:
            continue
        (first, start), (last, end) = token.start, token.end
        rest = lines[last][end:]
        for line in range(first, last + 1):
            lines[line] = lines[line][:start] if line == first else ""
        lines[first] += ('""' if token.type == tokenize.STRING else "") + rest
    return lines


def functions(path: Path) -> list[Function]:
    """The functions of a module, those inside others too."""
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node) is not None
            docstring = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if documented else 0
            lines = (node.end_lineno or 0) - node.lineno + 1 - docstring
            found.append(Function(where=name(path), name=node.name, lines=lines))
    return found


def main() -> None:
    """Report the length of our functions."""
    found = sorted((function for path in modules(*FLOORS) for function in functions(path)), key=lambda one: -one.lines)
    lengths = [function.lines for function in found]
    ninetieth = statistics.quantiles(lengths, n=10)[-1]
    sys.stdout.write(f"{len(found)} functions: median {statistics.median(lengths):.0f} lines (aim: 8 or less), ")
    sys.stdout.write(f"90th percentile {ninetieth:.0f} (aim: 25 or less)\nThe longest:\n")
    for function in found[:10]:
        sys.stdout.write(f"{function.lines:5}  {function.where}  {function.name}\n")


if __name__ == "__main__":
    main()
