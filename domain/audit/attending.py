"""Places at activities against how many there are, and attendances against the actions they stand for."""

from __future__ import annotations

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection

CROWDED = """
SELECT NULL::uuid AS wallet_id, NULL::uuid AS entry_id, p.activity_id AS about FROM activity_place p
JOIN LATERAL (SELECT max((a.terms ->> 'places')::bigint) AS places FROM activity a
    WHERE a.activity_id = p.activity_id AND a.live_from IS NOT NULL) a ON true
WHERE p.state IN ('ACCEPTED', 'CAME') GROUP BY p.activity_id, a.places HAVING sum(1 + p.guests) > a.places
"""

RECORDED = """
SELECT p.entry_wallet_id AS wallet_id, p.entry_id, p.place_id AS about FROM activity_place p
LEFT JOIN action a ON a.wallet_id = p.entry_wallet_id AND a.entry_id = p.entry_id
WHERE p.action = 'RECORDED' AND (a.kind IS DISTINCT FROM 'ATTENDANCE'
    OR NOT EXISTS (SELECT FROM activity x WHERE x.activity_id = p.activity_id AND x.name = a.attributes ->> 'activity'))
"""

TWICE = """
SELECT min(p.entry_wallet_id::text)::uuid AS wallet_id, p.entry_id, min(p.place_id::text)::uuid AS about
FROM activity_place p WHERE p.entry_id IS NOT NULL GROUP BY p.entry_id HAVING count(*) > 1
"""

QUERIES = {
    CROWDED: "more have a place than there are",
    RECORDED: "an attendance is not the action it stands for",
    TWICE: "one action stands for two attendances",
}


async def activities_amiss(connection: Connection) -> list[Finding]:
    """Activities with more people than places, and attendances that earned otherwise than once."""
    return [
        Finding(
            wrong=Wrong.ATTENDANCE_DIFFERS,
            wallet_id=row["wallet_id"],
            entry_id=row["entry_id"],
            what=f"{what}: {row['about']}",
        )
        for query, what in QUERIES.items()
        for row in await connection.fetch(query)
    ]
