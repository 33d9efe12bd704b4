"""The row form, the columnar form and an evaluator of CEL by others give one answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.expressions.columns import ROW, Tables, columnar_form
from domain.expressions.errors import Undecided
from domain.expressions.parsing import Expression, parse
from domain.expressions.rows import row_form
from tests.domain.expressions.generated import (
    ON_PURCHASE,
    RIGA,
    VOCABULARY,
    Facts,
    Written,
    asked_of_another,
    conditions,
    facts,
    whole_numbers,
)


def by_rows(expression: Expression, known: Sequence[Facts]) -> list[Any]:
    row = row_form(expression, RIGA)

    def answer(one: Facts) -> Any:
        try:
            return row(one)
        except Undecided:
            return None

    return [answer(one) for one in known]


def by_columns(expression: Expression, known: Sequence[Facts]) -> list[Any]:
    return columnar_form(expression, RIGA)(tables_of(known)).to_list()


def tables_of(known: Sequence[Facts]) -> Tables:
    schema = {
        "purchase.amount": pl.Int64(),
        "purchase.quantity": pl.Int64(),
        "purchase.channel": pl.String(),
        "purchase.tenders": pl.List(pl.String),
        "member.tier": pl.String(),
        "member.joined": pl.Datetime("us", "UTC"),
        "at": pl.Datetime("us", "UTC"),
    }
    lines = {ROW: pl.UInt32(), "amount": pl.Int64(), "units": pl.Int64(), "category": pl.String()}
    return Tables(
        pl.DataFrame([{name: one[name] for name in schema} for one in known], schema),
        {
            "lines": pl.DataFrame(
                [{ROW: place, **line} for place, one in enumerate(known) for line in one["lines"]],
                {**lines, "private_label": pl.Boolean()},
            )
        },
    )


def agree(written: Written, known: Sequence[Facts]) -> None:
    text = written(None, "")
    expression = parse(text, VOCABULARY)
    rows = by_rows(expression, known)
    assert rows == [asked_of_another(written(len(one["lines"]), ""), one) for one in known], text
    assert by_columns(expression, known) == rows, text


KNOWN = st.lists(facts(), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(conditions(3, ON_PURCHASE), KNOWN)
def test_conditions_have_one_answer_by_row_by_column_and_by_others(written: Written, known: list[Facts]) -> None:
    agree(written, known)


@settings(max_examples=150, deadline=None)
@given(whole_numbers(3, ON_PURCHASE), KNOWN)
def test_numbers_have_one_answer_by_row_by_column_and_by_others(written: Written, known: list[Facts]) -> None:
    agree(written, known)
