"""The worklist of a file: what is to be cleared up, each with the most likely counterpart and what to do."""
# ruff: noqa: S608 - statements here are built from our own words

from __future__ import annotations

from datetime import datetime

from domain.reconciliation.runs import Run
from domain.reconciliation.words import POSTINGS_PLACE

MOST_TO_COMPARE = 100_000
"""More than these left over on one side are no single mistakes, and nobody compares them one by one."""

LIST_ROWS = """
INSERT INTO reconciliation_exception (exception_id, file_id, partner_id, place, row, outcome, reason, severity,
    suggestion, because, state, resolution, resolved_at, explained_by)
SELECT gen_random_uuid(), r.file_id, r.partner_id, r.row, r.row, r.outcome, r.reason,
    CASE WHEN r.outcome IN ('MISSING_IN_LEDGER', 'AMOUNT_DIFFERS', 'REJECTED') THEN 'ERROR'
        WHEN r.outcome = 'LATE' THEN 'NOTE' ELSE 'WARNING' END,
    CASE r.outcome WHEN 'MISSING_IN_LEDGER' THEN 'POST' WHEN 'LATE' THEN 'NOTHING' WHEN 'AMOUNT_DIFFERS' THEN
        CASE r.reason WHEN 'SIGN' THEN 'CORRECT_FILE' ELSE 'ASK' END ELSE 'CORRECT_FILE' END,
    CASE r.outcome
        WHEN 'MISSING_IN_LEDGER' THEN 'nothing in the ledger is like it: record it late, or take it out of the file'
        WHEN 'AMOUNT_DIFFERS' THEN CASE r.reason
            WHEN 'SIGN' THEN 'the ledger has the same figures with the other sign'
            ELSE format('the ledger has %s', ledger.says) END
        WHEN 'DUPLICATE' THEN format('row %s of %s said so before', r.repeats_row,
            CASE WHEN r.repeats_file = r.file_id THEN 'this file' ELSE repeated.name END)
        WHEN 'LATE' THEN CASE r.reason WHEN 'RECORD_LATE' THEN 'the ledger has it in an earlier period'
            ELSE 'the ledger has it in a later period' END
        WHEN 'REJECTED' THEN COALESCE(r.cell || ': ', '') || r.detail
        ELSE CASE r.reason WHEN 'TIME' THEN format('the file has it %s s %s than the ledger', abs(r.seconds_off),
            CASE WHEN r.seconds_off > 0 THEN 'later' ELSE 'earlier' END)
            ELSE 'the ledger has it at another outlet' END END,
    CASE WHEN r.outcome = 'LATE' THEN 'RESOLVED' ELSE 'OPEN' END, CASE WHEN r.outcome = 'LATE' THEN 'EXPLAINED' END,
    CASE WHEN r.outcome = 'LATE' THEN CAST(:now AS timestamptz) END, CASE WHEN r.outcome = 'LATE' THEN r.file_id END
FROM partner_record r
LEFT JOIN partner_file repeated ON repeated.file_id = r.repeats_file
LEFT JOIN (
    SELECT p.match, concat_ws(' and ', sum(p.points) || ' points',
        round(sum(p.amount) / CAST(:unit AS numeric), :digits) || ' ' || :currency) AS says
    FROM partner_posting p WHERE p.file_id = CAST(:file AS uuid) AND p.outcome = 'AMOUNT_DIFFERS' GROUP BY p.match
) ledger ON ledger.match = r.match
WHERE r.file_id = CAST(:file AS uuid) AND (r.outcome <> 'MATCHED' OR r.reason IN ('TIME', 'OUTLET'))
    AND (r.outcome NOT IN ('AMOUNT_DIFFERS', 'MATCHED') OR r.match = r.row)
"""

LIST_POSTINGS = f"""
INSERT INTO reconciliation_exception (exception_id, file_id, partner_id, place, number, outcome, severity, suggestion,
    because, state)
SELECT gen_random_uuid(), p.file_id, p.partner_id, {POSTINGS_PLACE} + p.number, p.number, p.outcome, 'ERROR',
    CASE WHEN twice.number IS NULL THEN 'ASK' ELSE 'REVERSE' END,
    CASE WHEN twice.number IS NULL THEN 'the file does not have it: ask whether it took place'
        ELSE 'the ledger has this number twice, and the file once: it may have been recorded again' END, 'OPEN'
FROM partner_posting p
LEFT JOIN (SELECT DISTINCT ON (a.number) a.number FROM partner_posting a JOIN partner_posting b
        ON b.file_id = a.file_id AND b.reference = a.reference AND b.kind = a.kind AND b.match IS NOT NULL
    WHERE a.file_id = CAST(:file AS uuid) AND a.outcome = 'MISSING_IN_FILE') twice ON twice.number = p.number
WHERE p.file_id = CAST(:file AS uuid) AND p.outcome = 'MISSING_IN_FILE'
"""

# The best counterpart of each: nearly the same number, or the same outlet and hour, or the same figures within days.
COUNTERPARTS = """
WITH r AS MATERIALIZED (
    SELECT *, regexp_replace(lower(reference), '^0+|[^a-z0-9]', '', 'g') AS plain FROM partner_record
    WHERE file_id = CAST(:file AS uuid) AND outcome = 'MISSING_IN_LEDGER'
), p AS MATERIALIZED (
    SELECT *, regexp_replace(lower(reference), '^0+|[^a-z0-9]', '', 'g') AS plain FROM partner_posting
    WHERE file_id = CAST(:file AS uuid) AND outcome = 'MISSING_IN_FILE'
), candidate AS (
    SELECT r.row, p.number, 1 AS rank, abs(EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at)) AS apart,
        'it has nearly the same number' AS why
    FROM r JOIN p ON p.plain = r.plain
    UNION ALL
    SELECT r.row, p.number, 2, abs(EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at)),
        'the same outlet has it at nearly the same time with the same figures'
    FROM r JOIN p ON p.outlet_id = r.outlet_id AND p.kind = r.kind AND p.points = COALESCE(r.points, p.points)
        AND COALESCE(p.amount, 0) = COALESCE(r.amount, p.amount, 0)
    WHERE abs(EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at)) <= 259200
    UNION ALL
    SELECT r.row, p.number, 3, abs(EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at)),
        'it has the same figures within three days'
    FROM r JOIN p ON p.kind = r.kind AND p.amount = r.amount AND p.points = COALESCE(r.points, p.points)
    WHERE abs(EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at)) <= 259200
), ranked AS (
    SELECT c.*, row_number() OVER (PARTITION BY row ORDER BY rank, apart, row, number) AS for_row,
        row_number() OVER (PARTITION BY number ORDER BY rank, apart, row, number) AS for_number FROM candidate c
), best AS MATERIALIZED (SELECT * FROM ranked WHERE for_row = 1 AND for_number = 1)
, of_rows AS (
    UPDATE reconciliation_exception e SET suggestion = 'MATCH', suggested_number = best.number,
        because = 'a posting that the file lacks: ' || best.why
    FROM best WHERE e.file_id = CAST(:file AS uuid) AND e.row = best.row
)
UPDATE reconciliation_exception e SET suggestion = 'MATCH', suggested_row = best.row,
    because = format('row %s of the file, which the ledger lacks: ', best.row) || best.why
FROM best WHERE e.file_id = CAST(:file AS uuid) AND e.number = best.number
"""

LONGER_SIDE = """
SELECT greatest(
    (SELECT count(*) FROM partner_record WHERE file_id = CAST(:file AS uuid) AND outcome = 'MISSING_IN_LEDGER'),
    (SELECT count(*) FROM partner_posting WHERE file_id = CAST(:file AS uuid) AND outcome = 'MISSING_IN_FILE'))
"""

# What this file explains of earlier ones: a row that came late, a row that came again right, a posting that came late.
EXPLAIN = """
WITH unexplained AS MATERIALIZED (
    SELECT e.exception_id, e.outcome, e.file_id, e.row, e.number FROM reconciliation_exception e
    WHERE e.partner_id = CAST(:partner AS uuid) AND e.file_id <> CAST(:file AS uuid) AND e.state <> 'RESOLVED'
), here AS MATERIALIZED (
    SELECT p.entry_id, p.kind, p.reference, p.outcome, p.occurred_at FROM partner_posting p
    WHERE p.file_id = CAST(:file AS uuid) AND p.outcome IN ('MATCHED', 'LATE')
), explained AS (
    SELECT e.exception_id FROM unexplained e
    JOIN partner_posting q ON q.file_id = e.file_id AND q.number = e.number
    JOIN here p ON p.entry_id = q.entry_id
    WHERE e.outcome = 'MISSING_IN_FILE'
    UNION
    SELECT e.exception_id FROM unexplained e
    JOIN partner_record q ON q.file_id = e.file_id AND q.row = e.row
    JOIN partner_posting x ON x.file_id = q.file_id AND x.match = q.match
    JOIN here p ON p.entry_id = x.entry_id
    WHERE e.outcome = 'AMOUNT_DIFFERS'
    UNION
    SELECT e.exception_id FROM unexplained e
    JOIN partner_record q ON q.file_id = e.file_id AND q.row = e.row
    JOIN here p ON p.reference = q.reference AND COALESCE(p.kind = q.kind, true)
    WHERE (e.outcome = 'REJECTED' AND p.outcome = 'LATE') OR (e.outcome = 'MISSING_IN_LEDGER'
        AND abs(EXTRACT(EPOCH FROM q.occurred_at - p.occurred_at)) <= {reach})
), resolved AS (
    UPDATE reconciliation_exception e SET state = 'RESOLVED', resolution = 'EXPLAINED', resolved_at = :now,
        explained_by = CAST(:file AS uuid), proposed_by = NULL, counterpart_row = NULL, counterpart_number = NULL
    FROM explained WHERE e.exception_id = explained.exception_id
    RETURNING e.exception_id, e.partner_id
), told AS (
    INSERT INTO exception_step (step_id, exception_id, partner_id, what, note, taken_at)
    SELECT gen_random_uuid(), exception_id, partner_id, 'EXPLAINED', :says, :now FROM resolved
)
SELECT count(*) FROM resolved
"""


async def list_exceptions(run: Run, *, currency: str, digits: int, now: datetime) -> None:
    """Write the worklist, and clear up what this file explains of earlier ones."""
    await run.do(LIST_ROWS, now=now, unit=10**digits, digits=digits, currency=currency)
    await run.do(LIST_POSTINGS)
    if await run.count(LONGER_SIDE) <= MOST_TO_COMPARE:
        await run.do(COUNTERPARTS)
    if not run.file.dry_run:
        says = f"explained by {run.file.name}, file {run.file.sequence}"
        explained = await run.count(EXPLAIN.format(reach=run.limits.reach), now=now, says=says[:1000])
        if explained:
            found = {
                "code": "EXPLAINED",
                "records": explained,
                "message": f"it explains {explained} earlier exceptions",
            }
            run.file.findings = [*run.file.findings, found]
