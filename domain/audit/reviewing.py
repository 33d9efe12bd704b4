"""Reviews and trials against the actions that they were worth, and places against the samples there are."""

from __future__ import annotations

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection

EARNED = """
SELECT e.wallet_id, e.entry_id, v.review_id AS about FROM review v
LEFT JOIN action a ON a.entry_id = v.earned_entry AND a.partner_id = v.host AND a.kind = 'REVIEW'
LEFT JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
WHERE v.earns IN ('EARNED', 'BACK_DUE', 'TAKEN_BACK') AND (e.entry_id IS NULL OR NOT starts_with(e.idempotency_key,
    'REVIEW/' || replace(v.review_id::text, '-', '')))
"""

ASTRAY = """
SELECT e.wallet_id, e.entry_id, e.entry_id AS about FROM action a
JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
WHERE a.kind = 'REVIEW' AND e.idempotency_key ~ '^REVIEW/[0-9a-f]{32}(/[0-9]+)?$' AND NOT EXISTS (SELECT FROM review v
    WHERE v.review_id = substr(e.idempotency_key, 8, 32)::uuid AND v.host = a.partner_id)
"""

TAKEN = """
SELECT NULL::uuid AS wallet_id, NULL::uuid AS entry_id, c.trial_id AS about FROM trial_course c
WHERE c.taken <> (SELECT count(*) FROM trial_place p
    WHERE p.trial_id = c.trial_id AND takes_place(p.state, p.handed_at))
"""

DONE = """
SELECT e.wallet_id, e.entry_id, p.place_id AS about FROM trial_place p
LEFT JOIN action a ON a.entry_id = p.entry_id AND a.partner_id = p.partner_id AND a.kind = 'TRIAL'
LEFT JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
WHERE p.state = 'DONE' AND e.idempotency_key IS DISTINCT FROM 'TRIAL/' || replace(p.place_id::text, '-', '')
"""

QUERIES = {
    EARNED: "a review has earned by no action of its own",
    ASTRAY: "an action was recorded for a review that is not there",
    TAKEN: "other places of a trial are taken than members have",
    DONE: "feedback is done by no action of its own",
}


async def reviews_amiss(connection: Connection) -> list[Finding]:
    """Reviews and feedback that are not worth what stands in the books, and places that are counted otherwise."""
    return [
        Finding(
            wrong=Wrong.REVIEW_DIFFERS,
            wallet_id=row["wallet_id"],
            entry_id=row["entry_id"],
            what=f"{what} ({row['about']})",
        )
        for query, what in QUERIES.items()
        for row in await connection.fetch(query)
    ]
