"""The report of a file: how many rows have which outcome, what they come to on both sides, and the first to look at."""
# ruff: noqa: S608 - statements here are built from our own words

from __future__ import annotations

from typing import Any

from domain.coalition.founding import coalition_of
from domain.reconciliation.models import PartnerFile
from domain.reconciliation.runs import Run

EXAMPLES = 200
"""So many exceptions stand in the report itself, which is all that is kept of a dry run."""

BY_OUTCOME = """
SELECT outcome, reason, sum(rows)::bigint AS rows, sum(points)::bigint AS points, sum(amount)::bigint AS amount FROM (
    SELECT outcome, reason, count(*) AS rows, COALESCE(sum(points), 0) AS points, COALESCE(sum(amount), 0) AS amount
    FROM partner_record WHERE file_id = CAST(:file AS uuid) GROUP BY outcome, reason
    UNION ALL
    SELECT outcome, reason, count(*), COALESCE(sum(points), 0), COALESCE(sum(amount), 0)
    FROM partner_posting WHERE file_id = CAST(:file AS uuid) AND match IS NULL GROUP BY outcome, reason
) sides GROUP BY outcome, reason ORDER BY 1, 2 NULLS FIRST
"""

LEDGER = """
SELECT count(*), COALESCE(sum(points), 0)::bigint, COALESCE(sum(amount), 0)::bigint FROM partner_posting
WHERE file_id = CAST(:file AS uuid) AND due
"""

FIRST = f"""
SELECT e.row, COALESCE(r.reference, p.reference) AS reference, COALESCE(r.kind, p.kind) AS kind, e.outcome,
    e.reason, e.severity, e.because, COALESCE(r.occurred_at, p.occurred_at) AS occurred_at,
    COALESCE(r.points, p.points) AS points, COALESCE(r.amount, p.amount) AS amount
FROM reconciliation_exception e
LEFT JOIN partner_record r ON r.file_id = e.file_id AND r.row = e.row
LEFT JOIN partner_posting p ON p.file_id = e.file_id AND p.number = e.number
WHERE e.file_id = CAST(:file AS uuid)
ORDER BY e.severity = 'NOTE', e.place LIMIT {EXAMPLES}
"""


async def report_of(run: Run) -> dict[str, Any]:
    """The figures of a file whose every row has an outcome; amounts in minor units."""
    postings, points, amount = (await run.do(LEDGER)).one()
    return {
        "currency": (await coalition_of(run.session)).currency,
        "outcomes": [dict(row) for row in (await run.do(BY_OUTCOME)).mappings()],
        "ledger": {"postings": postings, "points": points, "amount": amount},
        "file": _file_side(run.file),
        "examples": [
            {**row, "occurred_at": row["occurred_at"].isoformat() if row["occurred_at"] else None}
            for row in (await run.do(FIRST)).mappings()
        ],
    }


def _file_side(file: PartnerFile) -> dict[str, str]:
    return {"rows": str(file.rows_read), "points": f"{file.points_read:f}", "amount": f"{file.amount_read:f}"}
