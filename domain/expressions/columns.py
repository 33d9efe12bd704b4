"""The columnar form: an expression over whole tables, which gives what the row form gives for each of their rows.

What has no answer is null in a column: `&` and `|` of polars treat null as CEL's && and || treat an error.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from domain.expressions.functions import ALL, EXISTS, SIZE, SUM
from domain.expressions.kinds import BOOL, INT, TEXT, TIME, Kind, ListOf, RecordOf
from domain.expressions.parsing import Expression
from domain.expressions.tree import (
    Arithmetic,
    Call,
    Choice,
    Comparison,
    Constant,
    Element,
    Every,
    Fold,
    Membership,
    Minus,
    Node,
    Not,
    Some,
    Variable,
    walk,
)

ROW: Final = "row"
"""The column of a list's table that says which row of the facts an element belongs to, counted from 0."""
UTC: Final = ZoneInfo("UTC")
WIDE: Final = pl.Int128()
"""What sums and products are reckoned in, so that those beyond 64 bits are noticed."""
TYPES: Final[Mapping[Kind, pl.DataType]] = {
    INT: pl.Int64(),
    TEXT: pl.String(),
    BOOL: pl.Boolean(),
    TIME: pl.Datetime("us", "UTC"),
}
COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Tables:
    """Facts in columns, by their full names, and each list of records as a table with a column `row`."""

    facts: pl.DataFrame
    lists: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def columnar_form(expression: Expression, zone: ZoneInfo = UTC) -> Callable[[Tables], pl.Series]:
    """What answers an expression for each row of the facts; null where it has no answer, as where it is not known.

    Only the columns that the expression reads are looked at. Times are in UTC, and their hours and days those of the
    zone; a list of single values is a list column of the facts.
    """
    columns = _Columns(zone)
    answer = columns.compiled(expression.root)

    def evaluated(tables: Tables) -> pl.Series:
        facts = tables.facts
        for name, fold in columns.folds.items():
            facts = facts.with_columns(fold(facts, tables.lists).alias(name))
        return _asked(facts, answer)

    return evaluated


Folded = Callable[[pl.DataFrame, Mapping[str, pl.DataFrame]], pl.Series]


class _Columns:
    """Compiles nodes, each by the method of its class; what lists come to becomes columns beside the facts."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone.key
        self.folds: dict[str, Folded] = {}

    def compiled(self, node: Node) -> pl.Expr:
        column: pl.Expr = getattr(self, f"of_{type(node).__name__.lower()}")(node)
        return column

    def all_of(self, nodes: Sequence[Node]) -> list[pl.Expr]:
        return [self.compiled(node) for node in nodes]

    def of_constant(self, node: Constant) -> pl.Expr:
        return pl.lit(node.value, dtype=TYPES[node.kind])

    def of_variable(self, node: Variable) -> pl.Expr:
        return _column(node.name, node.kind)

    def of_element(self, node: Element) -> pl.Expr:
        return _column(_element_column(node.field), node.kind)

    def of_not(self, node: Not) -> pl.Expr:
        return ~self.compiled(node.part)

    def of_minus(self, node: Minus) -> pl.Expr:
        return _held(pl.lit(0, WIDE) - self.compiled(node.part).cast(WIDE))

    def of_every(self, node: Every) -> pl.Expr:
        return reduce(operator.and_, self.all_of(node.parts))

    def of_some(self, node: Some) -> pl.Expr:
        return reduce(operator.or_, self.all_of(node.parts))

    def of_comparison(self, node: Comparison) -> pl.Expr:
        compared: pl.Expr = COMPARISONS[node.sign](self.compiled(node.left), self.compiled(node.right))
        return compared

    def of_arithmetic(self, node: Arithmetic) -> pl.Expr:
        return ARITHMETIC[node.sign](self.compiled(node.left).cast(WIDE), self.compiled(node.right).cast(WIDE))

    def of_choice(self, node: Choice) -> pl.Expr:
        test, yes, no = self.all_of((node.test, node.yes, node.no))
        return _chosen(test, yes, no)

    def of_membership(self, node: Membership) -> pl.Expr:
        part = self.compiled(node.part)
        if isinstance(node.among, Variable):
            return _where_known([part], self.compiled(node.among).list.contains(part))
        members = self.all_of(node.among)
        return _where_known([part, *members], reduce(operator.or_, [part == member for member in members]))

    def of_call(self, node: Call) -> pl.Expr:
        parts = self.all_of(node.parts)
        if node.parts[0].kind == TIME:
            parts = [part.dt.convert_time_zone(self.zone) for part in parts]
        return FUNCTIONS[node.function](*parts)

    def of_fold(self, node: Fold) -> pl.Expr:
        name = f"fold {len(self.folds)}"
        self.folds[name] = self.folded(node)
        return pl.col(name)

    def folded(self, node: Fold) -> Folded:
        """What the elements of each row's list come to."""
        kept = pl.lit(value=True)
        for one in self.all_of(node.filters):
            kept = _chosen(kept, one, pl.lit(value=False))
        body = pl.lit(1, WIDE) if node.body is None else self.compiled(node.body)
        gathered, combined = FOLDS[node.function]
        below = [part for one in (*node.filters, node.body) if one is not None for part in walk(one)]
        fields = {part.field for part in below if isinstance(part, Element)}
        shared = {part.name for part in below if isinstance(part, Variable)}

        def folded(facts: pl.DataFrame, lists: Mapping[str, pl.DataFrame]) -> pl.Series:
            elements = _elements(node.source, fields, facts, lists)
            beside = elements.with_columns(facts[name].gather(elements[ROW]) for name in shared)
            asked = elements.select(ROW).with_columns(kept=_asked(beside, kept), body=_asked(beside, body))
            sums = asked.group_by(ROW).agg(**gathered)
            answers = _rows(facts).join(sums, on=ROW, how="left", maintain_order="left")
            return answers.select(answer=combined)["answer"]

        return folded


def _asked(table: pl.DataFrame, answer: pl.Expr) -> pl.Series:
    """A column as long as the table: polars leaves one value where both sides of an operator are alike in each row."""
    answers = table.select(answer.alias("answer"))["answer"]
    return answers if len(answers) == table.height else answers.new_from_index(0, table.height)


def _elements(
    source: Variable, fields: Collection[str], facts: pl.DataFrame, lists: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """All elements of all rows' lists, each with its row and the fields that are asked for."""
    assert isinstance(source.kind, ListOf)
    if isinstance(source.kind.element, RecordOf):
        named = [pl.col(name).alias(_element_column(name)) for name in fields]
        return lists[source.name].select(pl.col(ROW).cast(pl.UInt32), *named)
    rows = _rows(facts).with_columns(facts[source.name].alias(_element_column("")))
    return rows.filter(pl.col(_element_column("")).list.len() > 0).explode(_element_column(""))


def _rows(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW))


def _element_column(name: str) -> str:
    return f"element {name}"


def _column(name: str, kind: Kind) -> pl.Expr:
    if isinstance(kind, ListOf):
        return pl.col(name).cast(pl.List(TYPES[kind.element]))
    return pl.col(name).cast(TYPES[kind])


def _chosen(test: pl.Expr, yes: pl.Expr, no: pl.Expr) -> pl.Expr:
    return pl.when(test.is_null()).then(None).when(test).then(yes).otherwise(no)


def _where_known(parts: Sequence[pl.Expr], answer: pl.Expr) -> pl.Expr:
    return pl.when(pl.all_horizontal(part.is_not_null() for part in parts)).then(answer)


def _held(wide: pl.Expr) -> pl.Expr:
    return wide.cast(pl.Int64, strict=False)


def _quotient(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    # Truncated toward zero: polars' own division goes down, also below zero. By zero it is null.
    return _held((left.abs() // right.abs()) * left.sign() * right.sign())


def _remainder(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return _held(left - _quotient(left, right).cast(WIDE) * right)


ARITHMETIC: Final[Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    "+": lambda left, right: _held(left + right),
    "-": lambda left, right: _held(left - right),
    "*": lambda left, right: _held(left * right),
    "/": _quotient,
    "%": _remainder,
}


def _whole(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.Int64)


FUNCTIONS: Final[Mapping[str, Callable[..., pl.Expr]]] = {
    "startsWith": lambda text, other: text.str.starts_with(other),
    "endsWith": lambda text, other: text.str.ends_with(other),
    "contains": lambda text, other: text.str.contains(other, literal=True),
    "lowerAscii": lambda text: text.str.replace_many(list(ascii_uppercase), list(ascii_lowercase)),
    "size": lambda text: _whole(text.str.len_chars()),
    "hour": lambda at: _whole(at.dt.hour()),
    "weekday": lambda at: _whole(at.dt.weekday()),
    "day": lambda at: _whole(at.dt.day()),
    "month": lambda at: _whole(at.dt.month()),
    "year": lambda at: _whole(at.dt.year()),
    "daysBetween": lambda first, last: (last.dt.date() - first.dt.date()).dt.total_days(),
}

Gathered = tuple[Mapping[str, pl.Expr], pl.Expr]
"""What is gathered of each row's elements, and what that comes to; a row without elements has nulls there."""


KEPT, BODY = pl.col("kept"), pl.col("body")
BROKEN: Final = pl.col("broken").fill_null(value=False)
"""A filter had no answer for one of the elements."""


def _decided_by(*, value: bool) -> Gathered:
    hit = KEPT & (BODY if value else ~BODY)
    decided, unknown = (pl.col(name).fill_null(value=False) for name in ("decided", "unknown"))
    return (
        {"broken": KEPT.is_null().any(), "decided": hit.any(), "unknown": hit.is_null().any()},
        pl.when(decided & ~BROKEN).then(pl.lit(value)).when(~unknown & ~BROKEN).then(pl.lit(not value)),
    )


def _summed() -> Gathered:
    part = _chosen(KEPT, BODY.cast(WIDE), pl.lit(0, WIDE))
    return (
        {"broken": part.is_null().any(), "total": part.sum()},
        pl.when(~BROKEN).then(_held(pl.col("total").fill_null(0))),
    )


FOLDS: Final[Mapping[str, Gathered]] = {
    EXISTS: _decided_by(value=True),
    ALL: _decided_by(value=False),
    SUM: _summed(),
    SIZE: _summed(),
}
