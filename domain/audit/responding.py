"""Answers to surveys against the actions that they were rewarded by."""

from __future__ import annotations

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection


async def responses_amiss(connection: Connection) -> list[Finding]:
    """Responses and SURVEY actions that do not bear each other out."""
    return [
        Finding(
            wrong=Wrong.RESPONSE_DIFFERS,
            wallet_id=row["wallet_id"],
            entry_id=row["entry_id"],
            what=f"{row['amiss']}: {row['response_id'] or 'unknown'}",
        )
        for row in await connection.fetch("SELECT * FROM responses_amiss()")
    ]
