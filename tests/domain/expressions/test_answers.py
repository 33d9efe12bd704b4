"""What answers are, by row and by column, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from domain.expressions.columns import ROW, Tables, columnar_form
from domain.expressions.errors import Undecided
from domain.expressions.parsing import parse
from domain.expressions.rows import row_form
from tests.domain.expressions.vocabularies import PURCHASES

RIGA = ZoneInfo("Europe/Riga")
LARGEST = 2**63 - 1
SMALLEST = f"(-{LARGEST} - 1)"
FACTS: dict[str, Any] = {
    "purchase.amount": 1000,
    "purchase.channel": "",
    "lines": [{"amount": 700, "category": "WINE"}, {"amount": 300, "category": "MILK"}],
    "member.joined": None,
    "at": datetime(2026, 11, 22, 22, 30, tzinfo=UTC),
}


def answers(text: str, known: dict[str, Any] = FACTS) -> tuple[Any, Any]:
    """By row and by column; None where there is no answer."""
    expression = parse(text, PURCHASES)
    facts = pl.DataFrame(
        [{name: value for name, value in known.items() if name != "lines"}],
        {
            "purchase.amount": pl.Int64,
            "purchase.channel": pl.String,
            "member.joined": pl.Datetime("us", "UTC"),
            "at": pl.Datetime("us", "UTC"),
        },
    )
    lines = pl.DataFrame(
        [{ROW: 0, **line} for line in known["lines"]], {ROW: pl.Int64, "amount": pl.Int64, "category": pl.String}
    )
    (by_column,) = columnar_form(expression, RIGA)(Tables(facts, {"lines": lines}))
    try:
        return row_form(expression, RIGA)(known), by_column
    except Undecided:
        return None, by_column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 / -2", -3),
        ("-7 / -2", 3),
        ("7 % 2", 1),
        ("-7 % 2", -1),
        ("7 % -2", 1),
        ("-7 % -2", -1),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 - 3 - 2", 5),
        ("100 / 10 / 5", 2),
        ("- 5 + 7", 2),
        ("007", 7),
        (f"{LARGEST} + 0", LARGEST),
        (f"{LARGEST} + 1", None),
        (f"{SMALLEST} + 0", -LARGEST - 1),
        (f"{SMALLEST} - 1", None),
        (f"-{SMALLEST}", None),
        (f"{SMALLEST} / -1", None),
        (f"{SMALLEST} % -1", None),
        (f"{LARGEST} * {LARGEST}", None),
        ("1 / 0", None),
        ("1 % 0", None),
        ("true || 1 / 0 == 1", True),
        ("1 / 0 == 1 || true", True),
        ("1 / 0 == 1 || false", None),
        ("false && 1 / 0 == 1", False),
        ("1 / 0 == 1 && false", False),
        ("1 / 0 == 1 && true", None),
        ("!(1 / 0 == 1)", None),
        ("true ? 1 : 1 / 0", 1),
        ("1 / 0 == 1 ? 1 : 2", None),
        ("1 in [1, 1 / 0]", None),
        ("true || false && false", True),
        ("daysBetween(member.joined, at) > 3", None),
        ("daysBetween(member.joined, at) > 3 || purchase.amount == 1000", True),
        ("hour(at)", 0),
        ("weekday(at)", 1),
        ("day(at)", 23),
        ("month(at)", 11),
        ("year(at)", 2026),
        ('daysBetween(timestamp("2026-11-22T23:59:59+02:00"), at)', 1),
        ('daysBetween(at, timestamp("2026-11-22T23:59:59+02:00"))', -1),
        ('timestamp("2026-11-23T00:30:00+02:00") == at', True),
        ('size("Ā\N{GRINNING FACE}")', 2),
        ('"ĀB".lowerAscii() == "Āb"', True),
        (r'size("\\\"\n")', 3),
        ('\'"\' == "\\""', True),
        ('"" == purchase.channel', True),
        ('"Z" < "a"', True),
        ("size(lines)", 2),
        ("lines.size()", 2),
        ("lines.sum(l, l.amount) == purchase.amount", True),
        ('lines.filter(l, l.category == "WINE").sum(l, l.amount)', 700),
        ('lines.filter(l, l.category == "WINE").filter(l, l.amount > 700).size()', 0),
        ("lines.filter(l, false).all(l, false)", True),
        ("lines.filter(l, false).exists(l, true)", False),
        ("lines.filter(l, false).sum(l, 1 / 0)", 0),
        ("lines.exists(l, true)", True),
        ("lines.exists(l, 10 / (l.amount - 700) == 0)", True),
        ("lines.exists(l, 10 / (l.amount - 700) == 5)", None),
        ("lines.all(l, 10 / (l.amount - 700) == 5)", False),
        ("lines.all(l, 10 / (l.amount - 700) == 0)", None),
        ("lines.filter(l, 10 / (l.amount - 700) == 0).exists(l, true)", None),
        ("lines.sum(l, 10 / (l.amount - 700))", None),
        (f"lines.sum(l, {LARGEST})", None),
        (f"lines.sum(l, l.amount == 700 ? {LARGEST} : -1)", LARGEST - 1),
        ("lines.all(l, l.amount > 0) // a remark", True),
    ],
)
def test_an_answer_is(text: str, value: object) -> None:
    assert answers(text) == (value, value)


def test_a_sum_that_is_too_large_only_on_its_way_is_told() -> None:
    lines = [{"amount": LARGEST, "category": ""}, {"amount": 5, "category": ""}, {"amount": -6, "category": ""}]
    assert answers("lines.sum(l, l.amount)", {**FACTS, "lines": lines}) == (LARGEST - 1, LARGEST - 1)


def test_single_values_of_a_list_are_asked_by_their_name() -> None:
    text = (
        'purchase.tenders.exists(t, t.startsWith("C")) && purchase.tenders.all(t, t != "CASH")'
        ' && "CARD" in purchase.tenders'
    )
    for tenders, answer in ((["CARD"], True), (["CARD", "CASH"], False), ([], False)):
        facts = pl.DataFrame({"purchase.tenders": pl.Series([tenders], dtype=pl.List(pl.String))})
        assert row_form(parse(text, PURCHASES))({"purchase.tenders": tenders}) is answer
        assert columnar_form(parse(text, PURCHASES))(Tables(facts)).to_list() == [answer]


def test_a_list_without_lines_has_none_that_is_so() -> None:
    none = {**FACTS, "lines": []}
    assert answers("lines.exists(l, true)", none) == (False, False)
    assert answers("lines.all(l, false)", none) == (True, True)
    assert answers("lines.sum(l, l.amount) + lines.size()", none) == (0, 0)


def test_there_are_as_many_answers_as_rows_also_where_all_are_alike() -> None:
    facts = pl.DataFrame({"purchase.amount": pl.Series([None, None], dtype=pl.Int64), "purchase.channel": ["", ""]})
    for text, answer in (
        ('"" == (purchase.amount > 0 ? "x" : purchase.channel)', None),
        ("1 + 1 == 2", True),
        ("purchase.amount / 0", None),
    ):
        answered = columnar_form(parse(text, PURCHASES))(Tables(facts))
        assert answered.to_list() == [answer, answer]
        assert len(columnar_form(parse(text, PURCHASES))(Tables(facts.clear()))) == 0


def test_hours_follow_the_clock_back_in_autumn() -> None:
    for hour, told in ((0, 3), (1, 3), (2, 4)):
        at = datetime(2026, 10, 25, hour, tzinfo=UTC)
        assert answers("hour(at)", {**FACTS, "at": at}) == (told, told)


def test_times_are_compared_as_moments_also_where_the_clock_goes_back() -> None:
    later = datetime(2026, 10, 25, 3, 10, fold=1, tzinfo=RIGA)  # 1:10 in UTC, an hour after the first 3:10
    row = row_form(parse("member.joined < at", PURCHASES), RIGA)
    assert row({"member.joined": datetime(2026, 10, 25, 3, 40, tzinfo=RIGA), "at": later}) is True


def test_facts_may_be_anything_that_getters_know() -> None:
    expression = parse("lines.exists(l, l.amount > 5) && purchase.amount == 9", PURCHASES)
    getters = {
        "lines": lambda facts: facts[1],
        "lines.amount": lambda line: line,
        "purchase.amount": lambda facts: facts[0],
    }
    row = row_form(expression, getters=getters)
    assert row((9, [3, 6])) is True
    assert row((9, [3, 4])) is False


def test_what_has_no_answer_says_why() -> None:
    for text, reason in (
        ("1 / 0 == 1", "something is divided by zero"),
        (f"{LARGEST} + 1 == 0", f"{LARGEST + 1} is beyond what a whole number holds"),
        ("member.joined == at", "member.joined is not known"),
    ):
        with pytest.raises(Undecided, match=f"^{reason}$"):
            row_form(parse(text, PURCHASES))(FACTS)


def test_an_expression_says_what_it_reads() -> None:
    text = 'lines.filter(k, k.category == "WINE").sum(l, l.amount) > purchase.amount || "CARD" in purchase.tenders'
    assert parse(text, PURCHASES).reads == {
        *("lines", "lines.category", "lines.amount"),
        *("purchase.amount", "purchase.tenders"),
    }
