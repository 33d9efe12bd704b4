"""Each mistake is told where it is, why, and what to write instead; the document shows the same."""

from __future__ import annotations

import os
import re

import pytest

from domain.earning.conditions import condition
from domain.earning.errors import InvalidCampaign
from domain.earning.when import PURCHASE
from domain.expressions.errors import ExpressionRefused
from domain.expressions.kinds import BOOL, INT, Vocabulary
from domain.expressions.parsing import parse
from tests.domain.expressions.mistakes import MISTAKES, Mistake
from tests.domain.expressions.vocabularies import PURCHASES
from tests.shape.tree import ROOT

DOCUMENT = ROOT / "docs" / "expressions.md"
BETWEEN = re.compile(r"(?<=<!-- mistakes -->\n).*(?=<!-- end of mistakes -->)", re.DOTALL)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_where_and_why(mistake: Mistake) -> None:
    with pytest.raises(ExpressionRefused) as refusal:
        parse(mistake.written, PURCHASES, BOOL)
    assert str(refusal.value) == mistake.answer


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("true < false", "column 1: true and false have no order; < compares numbers, texts and times"),
        ("lines == lines", "column 1: a list has no single value; write .exists(…), .all(…), .sum(…) or .size()"),
        ("[1, 2]", "column 1: a list stands only after in"),
        ("hour(at).minutes == 3", "column 10: only a name has parts after a point"),
        (
            'startsWith(purchase.channel, "WEB")',
            'column 1: startsWith is written after its text: purchase.channel.startsWith("WEB")',
        ),
        ("exists(lines, l.amount > 1)", "column 1: exists is written after its list: lines.exists(l, l.amount > 1000)"),
        ("at.hour() == 9", "column 4: hour is written before its time: hour(at)"),
        ("hour(lines) > 1", "column 6: hour takes a time, not a list"),
        ("size(at) > 1", "column 6: size takes a text or a list, not a time"),
        (
            "lines.exists(l.sku, true)",
            "column 14: here stands a name for each element, as in lines.exists(l, l.amount > 1000)",
        ),
        ('"x" in lines', "column 8: this list does not hold a text; each of its values is a line"),
        (
            'member.tier == "caf\\é"',
            "column 20: \\é has no meaning; write the character itself, or \\\\ for a backslash",
        ),
        ("purchase.amount > 1e5", "column 19: 1e5 is not a whole number; write all its digits"),
        ("purchase.", "column 10: the name after the point is missing"),
        ("purchase.(amount)", "column 10: the name after the point is missing"),
        ("(1)(2)", "column 4: a sign such as &&, || or == is missing before ("),
        ("(true ? 1)", "column 7: a ? needs a : with the other value: condition ? this : that"),
        ("hour(at) > (9 +)", "column 16: a value is missing before )"),
        ("1 : 2", "column 3: there is no ? for this :"),
        ("[true ? 1, 2]", "column 7: a ? needs a : with the other value: condition ? this : that"),
        (
            "hour(at) > 9, at > at",
            "column 13: a comma stands only between parts of a list or a function; write && for and",
        ),
        ('"\t"', "column 2: the invisible character U+0009 cannot stand in a text; leave it out"),
        ("0x1F > 1", "column 1: 0x1F is not written in decimal digits; write 31"),
        ("1.2.3 > 1", "column 1: 1.2 has decimals; amounts are whole minor units: write 120"),
        (
            "12.345 > 1",
            "column 1: 12.345 has decimals; numbers are whole, and amounts are in minor units: 12.50 is written 1250",
        ),
        (
            'timestamp("1500-01-01T00:00:00Z") < at',
            'column 11: a time, from 1900 to 2199, is written with its offset from UTC: "2026-12-24T18:00:00+02:00"',
        ),
        (
            'timestamp("2026-13-01T00:00:00Z") < at',
            'column 11: a time, from 1900 to 2199, is written with its offset from UTC: "2026-12-24T18:00:00+02:00"',
        ),
        (
            "timestamp(at) < at",
            'column 11: a time, from 1900 to 2199, is written with its offset from UTC: "2026-12-24T18:00:00+02:00"',
        ),
        ("lines.size(1) > 1", "column 7: size is written as in lines.size()"),
        ("purchase.amount !> 5", "column 17: ! stands before what it turns round; for unequal write !="),
        ('"a" "b"', 'column 5: two texts in a row; between quotes, write \\" for a quote'),
        ("at.year == 1", "column 1: at is a time and has no parts; write year(at)"),
        (
            "lines.exists(l, l)",
            (
                "column 17: l has several parts; write l.sku, l.gtin, l.category, l.department, l.brand, "
                "l.private_label, l.units, l.amount, l.discount or l.coupon"
            ),
        ),
        ("lines.count(l, true) > 1", "column 7: there is no function count; write .filter(…).size()"),
        (".5 > 1", "column 1: .5 has decimals; amounts are whole minor units: write 50"),
        ("true == 1", "column 9: true or false and a whole number cannot be compared; write true or false"),
        ("purchase.amount.size() > 1", "column 1: size takes a text or a list, not a whole number"),
        ('-member.tier == ""', "column 2: - stands before a whole number, not a text"),
        ("!purchase.amount", "column 2: ! turns round true or false, not a whole number"),
        ("purchase.amount ? true : false", "column 1: before ? stands true or false, not a whole number"),
        ("member.tier.contains(5)", "column 22: contains takes a text, not a whole number"),
        (
            "lines.exists(l, purchase.tenders.exists(t, t == l.sku))",
            "column 17: one list cannot be gone through within another",
        ),
    ],
)
def test_a_rarer_mistake_is_told_too(written: str, answer: str) -> None:
    with pytest.raises(ExpressionRefused) as refusal:
        parse(written, PURCHASES)
    assert str(refusal.value) == answer


def test_many_names_are_not_all_listed() -> None:
    many = Vocabulary({f"fact{letter}": INT for letter in "abcdefghijklmn"})
    with pytest.raises(ExpressionRefused, match=r"there is facta, .*, factl and 2 more$"):
        parse("zzz > 1", many)


def test_a_campaign_with_a_mistake_is_refused_at_its_condition() -> None:
    with pytest.raises(InvalidCampaign, match=r"^column 19: purchase\.amout is not known") as refusal:
        condition("purchase.amount > purchase.amout", {PURCHASE}, {})
    assert refusal.value.path == ("when", "condition")


def test_a_caret_points_at_the_mistake() -> None:
    with pytest.raises(ExpressionRefused) as refusal:
        parse("hour(at) > 9\n\t&& member.tier == “GOLD”", PURCHASES)
    assert (refusal.value.line, refusal.value.column) == (2, 20)
    assert refusal.value.picture == "\t&& member.tier == “GOLD”\n\t                  ^"


def test_the_document_shows_these_mistakes() -> None:
    shown = _table()
    if os.environ.get("HANSA_WRITE_DOCS"):
        DOCUMENT.write_text(BETWEEN.sub(lambda _: shown, DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    found = BETWEEN.search(DOCUMENT.read_text(encoding="utf-8"))
    assert found is not None
    assert found[0] == shown, "write it anew: HANSA_WRITE_DOCS=1 pytest tests/domain/expressions/test_mistakes.py"


def _table() -> str:
    rows = [(mistake.name, _code(mistake.written), mistake.answer.replace("|", r"\|")) for mistake in MISTAKES]
    lines = ["| mistake | written | answer |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def _code(written: str) -> str:
    shown = written.replace("|", r"\|").replace("\n", " ⏎ ").replace("\N{NO-BREAK SPACE}", "␣")
    return f"`{shown}`"
