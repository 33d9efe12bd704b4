"""Claims and course certificates against the actions that paid them: each in the books once, under its own key."""

from __future__ import annotations

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection

PAID = """
SELECT c.entry_wallet_id AS wallet_id, c.entry_id, c.claim_id AS id FROM claim c
LEFT JOIN entry e ON e.wallet_id = c.entry_wallet_id AND e.entry_id = c.entry_id AND e.kind = 'ACTION'
WHERE c.entry_id IS NOT NULL AND (e.entry_id IS NULL OR e.partner_id <> c.partner_id
    OR e.idempotency_key <> 'claim:' || replace(c.claim_id::text, '-', ''))
"""

UNPAID = """
SELECT e.wallet_id, e.entry_id, e.entry_id AS id FROM entry e
JOIN action a ON a.wallet_id = e.wallet_id AND a.entry_id = e.entry_id
WHERE a.kind IN ('SALE', 'CLAIM') AND e.idempotency_key ~ '^claim:[0-9a-f]{32}$'
    AND NOT EXISTS (SELECT FROM claim c WHERE c.entry_id = e.entry_id)
"""

APPROVED = """
SELECT c.wallet_id, c.entry_id, c.claim_id AS id FROM claim c
WHERE c.state IN ('APPROVED', 'PAID') AND c.approvals_needed > 1
    AND 1 = (SELECT count(DISTINCT COALESCE(d.decided_by::text, d.reason, '')) FROM claim_decision d
        WHERE d.claim_id = c.claim_id AND d.decision = 'APPROVED')
    AND NOT EXISTS (SELECT FROM claim_decision d WHERE d.claim_id = c.claim_id AND d.reason = 'PROVEN')
"""

TAKEN = """
SELECT c.wallet_id, c.entry_id, c.claim_id AS id FROM claim c
WHERE c.taken_units > 0 AND NOT EXISTS (
    SELECT FROM entry e WHERE e.partner_id = c.partner_id AND e.kind = 'RETURN' AND e.refers_to = c.entry_id)
"""

CERTIFIED = """
SELECT q.wallet_id, q.entry_id, q.certificate_id AS id FROM course_certificate q
JOIN quiz_attempt a ON a.attempt_id = q.attempt_id
LEFT JOIN entry e ON e.wallet_id = q.entry_wallet_id AND e.entry_id = q.entry_id AND e.kind = 'ACTION'
WHERE a.passed IS NOT TRUE OR a.course_id <> q.course_id
    OR q.entry_id IS NOT NULL AND (e.entry_id IS NULL OR e.partner_id <> q.partner_id
        OR e.idempotency_key <> 'training:' || replace(q.certificate_id::text, '-', ''))
"""

QUERIES = {
    PAID: "a claim was paid by no action of its own",
    UNPAID: "an action paid a claim that does not know of it",
    APPROVED: "a claim that needs two persons was approved by one",
    TAKEN: "a claim says that it was taken back, and the books do not",
    CERTIFIED: "a certificate of a course stands on no pass, or on another's action",
}


async def claims_amiss(connection: Connection) -> list[Finding]:
    """Claims that were paid otherwise than they say, or approved by too few; certificates that nobody passed."""
    return [
        Finding(
            wrong=Wrong.CLAIM_DIFFERS,
            wallet_id=row["wallet_id"],
            entry_id=row["entry_id"],
            what=f"{what}: {row['id']}",
        )
        for query, what in QUERIES.items()
        for row in await connection.fetch(query)
    ]
