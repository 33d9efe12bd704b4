"""Codes that were entered against the actions they were entered by, and the batches they are of."""

from __future__ import annotations

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection

USED = """
SELECT u.wallet_id, u.entry_id, u.batch_id, u.serial FROM code_use u
LEFT JOIN code_batch b ON b.batch_id = u.batch_id
LEFT JOIN entry e ON e.wallet_id = u.wallet_id AND e.entry_id = u.entry_id
LEFT JOIN action a ON a.wallet_id = u.wallet_id AND a.entry_id = u.entry_id
WHERE (b.partner_id, u.serial < b.count, a.kind, a.partner_id, e.partner_id, e.member_id, e.posted_at)
    IS DISTINCT FROM (u.partner_id, true, 'CODE', u.partner_id, u.partner_id, u.member_id, u.used_at)
    OR CASE WHEN e.idempotency_key !~ '^code:[0-9a-f]{32}$' THEN true WHEN b.kind = 'RANDOM' THEN NOT EXISTS (
        SELECT FROM code c WHERE c.digest = decode(substr(e.idempotency_key, 6), 'hex')
            AND (c.batch_id, c.serial) = (u.batch_id, u.serial)) END
"""

ENTERED = """
SELECT a.wallet_id, a.entry_id, e.idempotency_key FROM action a
JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
WHERE a.kind = 'CODE' AND e.idempotency_key ~ '^code:[0-9a-f]{32}$'
    AND NOT EXISTS (SELECT FROM code_use u WHERE u.wallet_id = a.wallet_id AND u.entry_id = a.entry_id)
"""

STORED = """
SELECT b.batch_id, b.made, count(c.serial) AS stored FROM code_batch b LEFT JOIN code c ON c.batch_id = b.batch_id
GROUP BY b.batch_id HAVING b.made <> count(c.serial) OR b.made <> COALESCE(max(c.serial) + 1, 0)
"""


async def codes_amiss(connection: Connection) -> list[Finding]:
    """Uses without their action, actions without their use, and batches that hold other codes than were made."""
    wrong = Wrong.CODE_DIFFERS
    used = [
        Finding(
            wrong=wrong,
            wallet_id=row["wallet_id"],
            entry_id=row["entry_id"],
            what=f"code {row['serial']} of batch {row['batch_id']} was entered by something else",
        )
        for row in await connection.fetch(USED)
    ]
    entered = [
        Finding(wrong=wrong, wallet_id=row["wallet_id"], entry_id=row["entry_id"], what="no code was used for this")
        for row in await connection.fetch(ENTERED)
    ]
    stored = [
        Finding(wrong=wrong, what=f"batch {row['batch_id']} says {row['made']} codes and holds {row['stored']}")
        for row in await connection.fetch(STORED)
    ]
    return [*used, *entered, *stored]
