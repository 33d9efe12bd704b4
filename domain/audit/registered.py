"""Registered products against the books: their actions, what was taken back, and the purchases that prove them."""

from __future__ import annotations

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection

EARNED = """
SELECT r.wallet_id, r.action_entry AS entry_id, r.registration_id FROM registration r
LEFT JOIN action a ON a.entry_id = r.action_entry AND a.partner_id = r.partner_id
LEFT JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
WHERE r.action_entry IS NOT NULL AND (a.kind IS DISTINCT FROM 'REGISTRATION' OR a.attributes ->> 'sku' <> r.article
    OR e.idempotency_key <> 'registration:' || left(encode(sha256(convert_to(r.action_key, 'UTF8')), 'hex'), 48))
"""

TAKEN_BACK = """
SELECT r.wallet_id, r.action_entry AS entry_id, r.registration_id FROM registration r
WHERE r.taken_back_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM purchase_return g WHERE g.purchase_entry_id = r.action_entry)
"""

PROVEN = """
SELECT min(r.wallet_id::text)::uuid AS wallet_id, r.purchase_entry_id AS entry_id,
    min(r.registration_id::text)::uuid AS registration_id
FROM registration r
LEFT JOIN purchase p ON p.wallet_id = r.purchase_wallet_id AND p.entry_id = r.purchase_entry_id
LEFT JOIN LATERAL unnest(p.numbers, p.quantities) AS l (number, quantity) ON l.number = r.line
WHERE r.purchase_entry_id IS NOT NULL AND r.state = 'ACTIVE'
GROUP BY r.purchase_wallet_id, r.purchase_entry_id, r.line, l.quantity
HAVING l.quantity IS NULL OR count(*) > l.quantity - COALESCE((SELECT sum(b.quantity) FROM purchase_return g
    CROSS JOIN LATERAL unnest(g.numbers, g.quantities) AS b (number, quantity)
    WHERE g.wallet_id = r.purchase_wallet_id AND g.purchase_entry_id = r.purchase_entry_id AND b.number = r.line), 0)
"""

QUERIES = {
    EARNED: "a registration names an action that is not its own",
    TAKEN_BACK: "what a registration earned was taken back by no return",
    PROVEN: "more are registered by a line of a purchase than were kept of it",
}


async def registrations_amiss(connection: Connection) -> list[Finding]:
    """Registered products that are not what they stand on."""
    return [
        Finding(
            wrong=Wrong.REGISTRATION_DIFFERS,
            wallet_id=row["wallet_id"],
            entry_id=row["entry_id"],
            what=f"{what}: {row['registration_id']}",
        )
        for query, what in QUERIES.items()
        for row in await connection.fetch(query)
    ]
