"""The worklist as CSV, for people with a spreadsheet: nothing in it is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC
from decimal import Decimal

from domain.reconciliation.queries import Exceptional

HEADINGS = (
    *("row", "outcome", "reason", "severity", "state", "resolution", "kind", "reference", "outlet", "occurred_at"),
    *("points", "amount", "suggestion", "because"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def heading() -> str:
    """The names of the columns."""
    return _written(list(HEADINGS))


def line(one: Exceptional, *, digits: int) -> str:
    """One exception."""
    found = one.found
    amount = None if one.amount is None else Decimal(one.amount).scaleb(-digits)
    return _written(
        [
            "" if found.row is None else str(found.row),
            found.outcome,
            found.reason or "",
            found.severity,
            found.state,
            found.resolution or "",
            one.kind or "",
            _harmless(one.reference or ""),
            _harmless((one.record and one.record.outlet_code) or ""),
            one.occurred_at.astimezone(UTC).isoformat() if one.occurred_at else "",
            "" if one.points is None else str(one.points),
            "" if amount is None else f"{amount:f}",
            found.suggestion,
            _harmless(found.because),
        ]
    )


def _harmless(text: str) -> str:
    """A text that a spreadsheet shows and does not execute."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _written(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
