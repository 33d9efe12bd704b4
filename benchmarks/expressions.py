"""How fast conditions are answered, beside an evaluator of CEL by others, in one run.

    python3 benchmarks/expressions.py [--lines 10] [--seconds 1]

Absolute figures belong to the machine; the ratios are what is compared. The other one, written in Rust, first
turns Python's values into its own: it is measured as it is used, with the facts of each purchase handed over ("handed")
or with facts that it has turned already ("held"), its bare evaluation. The row form reads Python's own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import cel
import polars as pl
from rich.console import Console
from rich.table import Table

from domain.earning.conditions import vocabulary
from domain.earning.when import PURCHASE
from domain.expressions.columns import ROW, Tables, columnar_form
from domain.expressions.kinds import BOOL
from domain.expressions.parsing import parse
from domain.expressions.rows import row_form

CONDITIONS = [
    'purchase.amount >= 2000 && member.tier == "GOLD"',
    'purchase.channel in ["WEB", "APP"] && "CARD" in purchase.tenders',
    "purchase.amount / 100 * 3 % 7 == 2",
    'lines.exists(l, l.category == "WINE" && l.amount > 1000)',
    'lines.filter(l, l.category == "WINE").size() * 2 > size(lines)',
]
ROWS = 10_000


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    facts = _facts(arguments.lines)
    nested = {
        "purchase": {name[9:]: value for name, value in facts.items() if name.startswith("purchase.")},
        "member": {"tier": facts["member.tier"]},
        "lines": facts["lines"],
        "at": facts["at"],
    }
    context = cel.Context(variables=nested)
    tables = _tables(facts)
    table = Table(
        "condition", "handed, /s", "held, /s", "row, /s", "to handed", "to held", "columns, rows/s", "to handed"
    )
    for text in CONDITIONS:
        expression = parse(text, vocabulary({PURCHASE}, {}), BOOL)
        row, columnar, program = row_form(expression), columnar_form(expression), cel.compile(text)
        assert row(facts) is program.execute(context) is columnar(tables)[0]
        handed = _rate(lambda program=program: program.execute(nested), arguments.seconds)
        held = _rate(lambda program=program: program.execute(context), arguments.seconds)
        rows = _rate(lambda row=row: row(facts), arguments.seconds)
        columns = ROWS * _rate(lambda columnar=columnar: columnar(tables), arguments.seconds)
        speeds = [f"{speed:,.0f}" for speed in (handed, held, rows)]
        ratios = [f"{rows / handed:.1f}", f"{rows / held:.1f}", f"{columns:,.0f}", f"{columns / handed:.0f}"]
        table.add_row(text.replace("[", r"\["), *speeds, *ratios)
    Console(width=160).print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10, help="lines of a basket")
    parser.add_argument("--seconds", type=float, default=0.5, help="time for each figure")
    return parser.parse_args()


def _facts(lines: int) -> dict[str, Any]:
    shelf = ["BREAD", "MILK", "WINE"]
    return {
        "purchase.amount": 2500,
        "purchase.channel": "WEB",
        "purchase.tenders": ["CASH", "CARD"],
        "member.tier": "GOLD",
        "at": datetime(2026, 11, 22, 17, tzinfo=UTC),
        "lines": [{"category": shelf[place % 3], "amount": 100 * place} for place in range(lines)],
    }


def _tables(facts: dict[str, Any]) -> Tables:
    one = {name: value for name, value in facts.items() if name != "lines"}
    lines = [{ROW: row, **line} for row in range(ROWS) for line in facts["lines"]]
    return Tables(pl.DataFrame([one] * ROWS), {"lines": pl.DataFrame(lines)})


def _rate(run: Callable[[], object], seconds: float) -> float:
    run()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for _ in range(10):
            run()
        count += 10
    return count / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
