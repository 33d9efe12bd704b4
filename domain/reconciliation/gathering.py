"""The ledger's side of a file: the partner's own postings of its period, and those beside it that its rows ask for."""

from __future__ import annotations

from domain.reconciliation.runs import Run

DAYS_BACK = 80
"""How far beside its period a file's rows are looked for, and how long a row may not be repeated."""

# What a posting moved of the member's points, seen from the member; and of money, seen from the shop.
GATHER = """
INSERT INTO partner_posting (file_id, number, partner_id, wallet_id, entry_id, kind, reference, outlet_id, occurred_at,
    points, amount, due, earlier)
WITH wanted AS MATERIALIZED (
    SELECT e.wallet_id, e.entry_id, e.kind, e.reference, e.outlet_id, e.occurred_at, {earlier} AS earlier
    FROM entry e JOIN cycle c ON c.cycle_id = e.cycle_id
    WHERE e.partner_id = CAST(:partner AS uuid) AND e.kind = ANY (CAST(:entry_kinds AS text[])) AND {which}
        AND (  -- a value, not a join: looked up by its key even where nothing is known of the tables' sizes
            SELECT x.entry_id FROM partner_posting x JOIN partner_file f ON f.file_id = x.file_id
            WHERE x.partner_id = CAST(:partner AS uuid) AND x.entry_id = e.entry_id AND x.outcome IN ('MATCHED', 'LATE')
                AND f.state = 'DONE' AND NOT f.dry_run LIMIT 1) IS NULL
)
SELECT CAST(:file AS uuid), {first} + row_number() OVER (ORDER BY w.occurred_at, w.entry_id), CAST(:partner AS uuid),
    w.wallet_id, w.entry_id, CASE w.kind WHEN 'CAPTURE' THEN 'REDEMPTION' ELSE w.kind END, w.reference, w.outlet_id,
    w.occurred_at, COALESCE(m.points, 0),
    CASE w.kind
        WHEN 'PURCHASE' THEN (SELECT p.total FROM purchase p
            WHERE p.wallet_id = w.wallet_id AND p.entry_id = w.entry_id)
        WHEN 'RETURN' THEN (SELECT -(SELECT sum(line) FROM unnest(r.amounts) AS line) FROM purchase_return r
            WHERE r.wallet_id = w.wallet_id AND r.entry_id = w.entry_id) END, {due}, w.earlier
FROM wanted w
LEFT JOIN LATERAL (  -- likewise
    SELECT sum(CASE WHEN t.kind IN ('ACCRUE', 'UNREDEEM') THEN t.points
        WHEN t.kind IN ('REDEEM', 'CLAWBACK') THEN -t.points ELSE 0 END) AS points
    FROM transfer t
    WHERE t.wallet_id = w.wallet_id AND t.entry_id = w.entry_id AND t.partner_id = CAST(:partner AS uuid)
) m ON true
"""

IN_CYCLE = "e.cycle_id = CAST(:cycle AS uuid)"
IN_PERIOD = "e.occurred_at >= :starts AND e.occurred_at < :ends"
EARLIER_CYCLE = "(c.number < (SELECT o.number FROM cycle o WHERE o.cycle_id = CAST(:cycle AS uuid)))"
EARLIER_TIME = "(e.occurred_at < :starts)"

ASKED_FOR = """
NOT ({due}) AND e.occurred_at BETWEEN CAST(:starts AS timestamptz) - make_interval(days => {days})
    AND COALESCE(:ends, 'infinity'::timestamptz)::timestamptz + make_interval(days => {days})
AND (e.reference IN (SELECT r.reference FROM partner_record r
        WHERE r.file_id = CAST(:file AS uuid) AND r.match IS NULL AND r.outcome IS NULL AND r.reference IS NOT NULL)
    OR (e.outlet_id, e.occurred_at) IN (SELECT r.outlet_id, r.occurred_at FROM partner_record r
        WHERE r.file_id = CAST(:file AS uuid) AND r.match IS NULL AND r.outcome IS NULL AND r.reference IS NULL)
    OR e.outlet_id IS NULL AND e.occurred_at IN (SELECT r.occurred_at FROM partner_record r
        WHERE r.file_id = CAST(:file AS uuid) AND r.match IS NULL AND r.outcome IS NULL AND r.reference IS NULL
            AND r.outlet_id IS NULL))
"""

FIRST = "COALESCE((SELECT max(number) FROM partner_posting WHERE file_id = CAST(:file AS uuid)), 0)"
LEFT_OVER_ROWS = """
SELECT count(*) FROM partner_record WHERE file_id = CAST(:file AS uuid) AND match IS NULL AND outcome IS NULL
"""


async def gather(run: Run) -> int:
    """Gather what a file of this period should hold; what an earlier file held already is not looked for again."""
    due, _ = _period(run)
    return await _insert(run, which=due, due="true", earlier="false", first="0")


async def gather_elsewhere(run: Run) -> int:
    """Gather what rows that are left over may mean in other periods."""
    if not await run.count(LEFT_OVER_ROWS):
        return 0
    due, earlier = _period(run)
    which = ASKED_FOR.format(due=due, days=DAYS_BACK)
    return await _insert(run, which=which, due="false", earlier=earlier, first=FIRST)


async def _insert(run: Run, **parts: str) -> int:
    kinds = sorted({*run.mapping.reported, *(["CAPTURE"] if "REDEMPTION" in run.mapping.reported else [])})
    return await run.count(GATHER.format(**parts), entry_kinds=kinds)


def _period(run: Run) -> tuple[str, str]:
    return (IN_PERIOD, EARLIER_TIME) if run.file.cycle_id is None else (IN_CYCLE, EARLIER_CYCLE)
