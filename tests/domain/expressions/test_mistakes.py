"""Each mistake is told where it is, why, and what to write instead; the document shows the same."""

from __future__ import annotations

import os
import re

import pytest

from domain.earning.conditions import condition
from domain.earning.errors import InvalidCampaign
from domain.earning.when import PURCHASE
from domain.expressions.errors import ExpressionRefused
from domain.expressions.kinds import BOOL
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
