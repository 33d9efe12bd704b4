"""The vocabularies that expressions are tested with."""

from __future__ import annotations

from domain.earning.conditions import vocabulary
from domain.earning.when import PURCHASE
from domain.expressions.kinds import INT, TEXT

PURCHASES = vocabulary({PURCHASE}, {})
REVIEWS = vocabulary({"REVIEW"}, {"REVIEW": {"rating": INT, "title": TEXT}})
