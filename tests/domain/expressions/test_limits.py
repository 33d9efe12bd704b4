"""No text, however it is made, keeps the parser or an answer busy, or breaks them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.expressions.errors import ExpressionRefused
from domain.expressions.kinds import BOOL
from domain.expressions.parsing import parse
from domain.expressions.rows import row_form
from domain.expressions.scanning import DEEPEST_BRACKETS, LONGEST, MOST_TOKENS
from tests.domain.expressions.vocabularies import PURCHASES

AT_ONCE = 3
"""Seconds, also on a machine that does much else; what runs long takes hours."""
PIECES = st.sampled_from(
    [
        *("purchase", "purchase.amount", ".", "lines", "l", "l.amount", "at", "member.tier", "exists", "sum", "filter"),
        *(
            "size",
            "hour",
            "timestamp",
            "true",
            "false",
            "null",
            "in",
            "if",
            "and",
            "1",
            "007",
            "12.5",
            "1u",
            "0x1F",
            "-",
        ),
        *(
            "--",
            "!",
            "!!",
            "==",
            "=",
            "=>",
            "<",
            "<>",
            "&&",
            "&",
            "||",
            "+",
            "*",
            "/",
            "%",
            "?",
            ":",
            ",",
            "(",
            ")",
            "[",
            "]",
        ),
        *("{", "}", '"', "'", '"a"', "'b'", '"""', "\\", '"\\n"', 'b"x"', "€", "“", "Ā", " ", "\n", "\t", "//", "\0"),
    ]
)
WRITTEN = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.lists(PIECES, max_size=25).map(" ".join), st.text())


@settings(max_examples=400, deadline=None)
@given(WRITTEN)
def test_any_text_is_understood_or_refused_where_it_stands(text: str) -> None:
    refusal = refused(text)
    if refusal is None:
        return
    line = text.split("\n")[refusal.line - 1]
    assert 1 <= refusal.column <= len(line) + 1
    assert refusal.reason != "this cannot be understood here", text
    assert refusal.source == line


def refused(text: str) -> ExpressionRefused | None:
    try:
        parse(text, PURCHASES)
    except ExpressionRefused as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(" * 5_000 + "1" + ")" * 5_000, f"at most {LONGEST} characters"),
        ("(" * 900 + "1" + ")" * 900, f"at most {MOST_TOKENS} words and signs"),
        ("(" * 21 + "1" + ")" * 21, f"nested at most {DEEPEST_BRACKETS} deep"),
        ("[" * 30 + "1" + "]" * 30, f"nested at most {DEEPEST_BRACKETS} deep"),
        ("- " * 400 + "1", "nested at most 50 deep"),
        ("! " * 400 + "true", "nested at most 50 deep"),
        (" + ".join("1" * 200), "nested at most 50 deep"),
        ("true ? 1 : " * 120 + "1", "nested at most 50 deep"),
        ('"' + r"\n" * 900, "the closing quote of this text is missing"),
        ("'" + r"\\" * 900 + "\\", "the closing quote of this text is missing"),
    ],
    ids=lambda value: value[:24],
)
def test_what_would_run_long_is_refused_at_once(text: str, reason: str) -> None:
    before = time.perf_counter()
    with pytest.raises(ExpressionRefused, match=reason):
        parse(text, PURCHASES)
    assert time.perf_counter() - before < AT_ONCE


def test_many_conditions_may_be_joined() -> None:
    text = " || ".join(f"hour(at) == {hour}" for hour in range(70))
    assert parse(text, PURCHASES, BOOL).reads == {"at"}


def test_an_expression_as_long_as_may_be_is_read_soon() -> None:
    text = " && ".join(["purchase.amount * 2 > 7"] * 62)
    before = time.perf_counter()
    assert row_form(parse(text, PURCHASES, BOOL))({"purchase.amount": 4}) is True
    assert time.perf_counter() - before < AT_ONCE
