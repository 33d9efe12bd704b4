"""Every deed in the books was told to its partner, and nothing was told that is not in the books."""

from __future__ import annotations

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection

UNTOLD = """
SELECT e.wallet_id, e.entry_id, deed(e.kind) AS deed FROM entry e CROSS JOIN event_counter c
WHERE deed(e.kind) IS NOT NULL AND COALESCE(e.posted_at > c.complete_since, true) AND NOT EXISTS (SELECT FROM event v
    WHERE v.wallet_id = e.wallet_id AND v.sequence = e.version AND v.partner_id = doer(e) AND v.kind = deed(e.kind))
"""

INVENTED = """
SELECT v.wallet_id, v.kind, v.sequence FROM event v WHERE v.sequence IS NOT NULL AND NOT EXISTS (SELECT FROM entry e
    WHERE e.wallet_id = v.wallet_id AND e.version = v.sequence AND v.kind IN (deed(e.kind), 'BALANCE_CHANGED'))
"""


async def untold(connection: Connection) -> list[Finding]:
    """Entries without their event, and events without their entry; since there are events, as far as they are kept."""
    return [
        *[
            Finding(
                wrong=Wrong.EVENT_MISSING,
                wallet_id=row["wallet_id"],
                entry_id=row["entry_id"],
                what=f"its partner was not told: {row['deed']}",
            )
            for row in await connection.fetch(UNTOLD)
        ],
        *[
            Finding(
                wrong=Wrong.EVENT_INVENTED,
                wallet_id=row["wallet_id"],
                what=f"{row['kind']} was told of entry {row['sequence']}, which is not there or another thing",
            )
            for row in await connection.fetch(INVENTED)
        ],
    ]
