"""What is left over: rows that were there before, and what one side alone has."""
# ruff: noqa: S608 - statements here are built from our own words

from __future__ import annotations

from domain.reconciliation.gathering import DAYS_BACK
from domain.reconciliation.pairing import LEFT_RECORDS
from domain.reconciliation.runs import Run

WITHIN_FILE = f"""
WITH again AS MATERIALIZED (
    SELECT r.identity, COALESCE(min(r.row) FILTER (WHERE r.match IS NOT NULL), min(r.row)) AS first
    FROM partner_record r
    WHERE r.file_id = CAST(:file AS uuid) AND r.identity IS NOT NULL AND r.outcome IS DISTINCT FROM 'REJECTED'
    GROUP BY r.identity HAVING count(*) > 1
)
UPDATE partner_record r SET outcome = 'DUPLICATE', reason = 'IDENTICAL', repeats_file = CAST(:file AS uuid),
    repeats_row = again.first
FROM again WHERE {LEFT_RECORDS} AND r.identity = again.identity AND r.row <> again.first
"""

SAME_NUMBER = f"""
WITH again AS MATERIALIZED (
    SELECT r.row, min(q.row) AS first FROM partner_record r
    JOIN partner_record q ON q.file_id = r.file_id AND q.reference = r.reference AND q.kind = r.kind
        AND q.outlet_code IS NOT DISTINCT FROM r.outlet_code AND q.match IS NOT NULL AND q.row <> r.row
    WHERE {LEFT_RECORDS} AND abs(EXTRACT(EPOCH FROM q.occurred_at - r.occurred_at)) <= 86400
    GROUP BY r.row
)
UPDATE partner_record r SET outcome = 'DUPLICATE', reason = 'SAME_REFERENCE', repeats_file = CAST(:file AS uuid),
    repeats_row = again.first
FROM again WHERE r.file_id = CAST(:file AS uuid) AND r.row = again.row
"""

OVER_FILES = f"""
WITH again AS MATERIALIZED (
    SELECT DISTINCT ON (r.row) r.row, q.file_id, q.row AS first
    FROM partner_record r
    JOIN partner_record q ON q.partner_id = r.partner_id AND q.identity = r.identity AND q.file_id <> r.file_id
        AND q.outcome NOT IN ('REJECTED', 'DUPLICATE')
    JOIN partner_file f ON f.file_id = q.file_id AND f.state = 'DONE' AND NOT f.dry_run
        AND f.received_at >= CAST(:received AS timestamptz) - make_interval(days => {DAYS_BACK})
    WHERE {LEFT_RECORDS}
    ORDER BY r.row, f.sequence DESC, q.row
)
UPDATE partner_record r SET outcome = 'DUPLICATE', reason = 'IDENTICAL', repeats_file = again.file_id,
    repeats_row = again.first
FROM again WHERE r.file_id = CAST(:file AS uuid) AND r.row = again.row
"""

# A posting that is missed in this file may be what a row of an earlier one waits for.
POSTED_SINCE = """
UPDATE partner_posting p SET outcome = 'LATE', reason = 'POSTING_LATE'
FROM reconciliation_exception e
JOIN partner_record q ON q.file_id = e.file_id AND q.row = e.row
WHERE p.file_id = CAST(:file AS uuid) AND p.match IS NULL AND p.due AND p.outcome IS NULL
    AND e.partner_id = CAST(:partner AS uuid) AND e.state <> 'RESOLVED' AND e.outcome = 'MISSING_IN_LEDGER'
    AND e.file_id <> p.file_id AND q.reference = p.reference AND q.kind = p.kind
    AND abs(COALESCE(q.amount - p.amount, 0)) <= :amount AND abs(COALESCE(q.points - p.points, 0)) <= :points
"""

ROWS_ALONE = f"UPDATE partner_record r SET outcome = 'MISSING_IN_LEDGER' WHERE {LEFT_RECORDS}"
POSTINGS_ALONE = """
UPDATE partner_posting SET outcome = 'MISSING_IN_FILE'
WHERE file_id = CAST(:file AS uuid) AND match IS NULL AND outcome IS NULL AND due
"""
NOT_ASKED_FOR = "DELETE FROM partner_posting WHERE file_id = CAST(:file AS uuid) AND match IS NULL AND NOT due"


async def name_duplicates(run: Run) -> None:
    """Rows that say again what this file, or one of the last days, says."""
    await run.do(WITHIN_FILE)
    await run.do(SAME_NUMBER)
    await run.do(OVER_FILES, received=run.file.received_at)


async def name_leftovers(run: Run) -> None:
    """What one side alone has."""
    await run.do(NOT_ASKED_FOR)
    await run.do(POSTED_SINCE)
    await run.do(ROWS_ALONE)
    await run.do(POSTINGS_ALONE)
