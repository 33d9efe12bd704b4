"""The codes of faults are a closed set, and each is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from schema.faults import Fault

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_is_documented_in_its_own_words(fault: Fault) -> None:
    assert f"| `{fault.value}` | {fault.description} |" in PAGE.read_text(encoding="utf-8")


def test_no_fault_is_documented_that_there_is_not() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [fault.value for fault in Fault]
