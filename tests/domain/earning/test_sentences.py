"""What the console's sentences say is a condition that tills understand."""

from __future__ import annotations

import json
from pathlib import Path

from domain.earning.conditions import condition
from domain.earning.when import PURCHASE

SAMPLES = Path(__file__).parents[3] / "frontend-demo/src/console/campaigns/terms/samples.json"


def test_every_expression_of_sentences_is_read() -> None:
    samples = json.loads(SAMPLES.read_text(encoding="utf-8"))
    assert len(samples) > 50
    for sample in samples:
        assert condition(sample, {PURCHASE}, {}).reads, sample
