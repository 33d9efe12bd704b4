"""What was drawn from allowances is what was awarded out of them; what is left, what was put in less what was drawn."""

from __future__ import annotations

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection

LEFT = """
SELECT a.partner_id, a.kind, COALESCE(c.amount, 0) AS put_in, COALESCE(d.amount, 0) AS drawn,
    COALESCE(s.amount, 0) AS left_over
FROM allowance a
LEFT JOIN (SELECT allowance_id, sum(amount) AS amount FROM allowance_change GROUP BY 1) c USING (allowance_id)
LEFT JOIN (SELECT allowance_id, sum(amount) AS amount FROM allowance_draw GROUP BY 1) d USING (allowance_id)
LEFT JOIN (SELECT allowance_id, sum(left_amount) AS amount FROM allowance_slice GROUP BY 1) s USING (allowance_id)
WHERE COALESCE(c.amount, 0) - COALESCE(d.amount, 0) <> COALESCE(s.amount, 0)
"""

LOTS = """
WITH awarded AS (
    SELECT t.wallet_id, t.entry_id, t.lot_id, t.points, c.billing = 'PREPAID' AND c.pack_limit
        OR c.credit_limit IS NOT NULL AND owed_per_point(c) > 0 AS wholly, owed_per_point(c) AS cost
    FROM transfer t JOIN contract c ON c.contract_id = t.sponsor_contract_id
    WHERE t.kind IN ('ACCRUE', 'ADJUST') AND (c.billing = 'PREPAID' OR c.credit_limit IS NOT NULL)
), taken AS (
    SELECT COALESCE(l.root_lot_id, l.lot_id) AS lot_id, sum(t.points) AS points
    FROM transfer t JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id
    WHERE t.kind = 'CLAWBACK' AND t.debit <> 'DEBT' GROUP BY 1
), drawn AS (
    SELECT d.wallet_id, d.lot_id, min(d.entry_id::text)::uuid AS entry_id,
        sum(d.points) FILTER (WHERE d.points > 0) AS points,
        sum(d.points) AS still, sum(d.amount) FILTER (WHERE d.points > 0 AND a.kind = 'CREDIT') AS credit,
        sum(d.points) FILTER (WHERE d.points > 0 AND a.kind = 'CREDIT') AS credited
    FROM allowance_draw d JOIN allowance a USING (allowance_id) WHERE a.kind IN ('PREPAID', 'CREDIT')
    GROUP BY d.wallet_id, d.lot_id
)
SELECT COALESCE(m.wallet_id, d.wallet_id) AS wallet_id, COALESCE(m.entry_id, d.entry_id) AS entry_id,
    COALESCE(m.lot_id, d.lot_id) AS lot_id, COALESCE(m.points, 0) AS awarded, COALESCE(t.points, 0) AS clawed,
    COALESCE(d.points, 0) AS drawn, COALESCE(d.still, 0) AS still
FROM awarded m FULL JOIN drawn d ON d.wallet_id = m.wallet_id AND d.lot_id = m.lot_id
LEFT JOIN taken t ON t.lot_id = COALESCE(m.lot_id, d.lot_id)
WHERE m.lot_id IS NULL OR COALESCE(d.points, 0) > m.points OR m.wholly AND COALESCE(d.points, 0) <> m.points
    OR d.still <> greatest(d.points - COALESCE(t.points, 0), 0)
    OR d.credit <> needed(d.credited, m.cost)
"""

BUDGETS = """
WITH given AS (
    SELECT t.wallet_id, t.entry_id, t.lot_id, t.campaign_id, t.campaign_version, t.points AS units, t.points AS points,
        c.price * 1000000 AS cost
    FROM transfer t JOIN contract c ON c.contract_id = t.sponsor_contract_id
    WHERE t.kind = 'ACCRUE' AND t.campaign_id IS NOT NULL
    UNION ALL
    SELECT b.wallet_id, b.entry_id, b.benefit_id, b.campaign_id, b.campaign_version, NULL, NULL, b.amount * 1000000
    FROM benefit b
), owed AS (
    SELECT g.*, a.allowance_id, a.unit FROM given g
    JOIN campaign c ON c.campaign_id = g.campaign_id AND c.version = g.campaign_version AND c.parts ? 'budget'
    LEFT JOIN allowance a ON a.subject_id = g.campaign_id AND a.kind = 'BUDGET'
), taken AS (
    SELECT COALESCE(l.root_lot_id, l.lot_id) AS lot_id, sum(t.points) AS points
    FROM transfer t JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id
    WHERE t.kind = 'CLAWBACK' AND t.debit <> 'DEBT' GROUP BY 1
    UNION ALL
    SELECT b.benefit_id, NULL FROM benefit b WHERE b.state = 'REVERSED'
), drawn AS (
    SELECT d.wallet_id, d.lot_id, d.allowance_id, min(d.entry_id::text)::uuid AS entry_id,
        sum(d.points) FILTER (WHERE d.points > 0) AS points, sum(d.points) AS still,
        sum(d.amount) FILTER (WHERE d.points > 0) AS amount
    FROM allowance_draw d JOIN allowance a USING (allowance_id) WHERE a.kind = 'BUDGET'
    GROUP BY d.wallet_id, d.lot_id, d.allowance_id
)
SELECT COALESCE(o.wallet_id, d.wallet_id) AS wallet_id, COALESCE(o.entry_id, d.entry_id) AS entry_id,
    COALESCE(o.lot_id, d.lot_id) AS lot_id
FROM owed o FULL JOIN drawn d ON d.wallet_id = o.wallet_id AND d.lot_id = o.lot_id
LEFT JOIN taken t ON t.lot_id = COALESCE(o.lot_id, d.lot_id)
WHERE o.lot_id IS NULL OR d.lot_id IS NULL OR d.allowance_id <> o.allowance_id
    OR o.points IS NOT NULL AND (d.points <> o.points OR d.still <> greatest(d.points - COALESCE(t.points, 0), 0)
        OR d.amount <> CASE o.unit WHEN 'POINTS' THEN o.points ELSE needed(o.points, o.cost) END)
    OR o.points IS NULL AND (d.amount <> o.cost OR d.still <> CASE WHEN t.lot_id IS NULL THEN d.points ELSE 0 END)
"""

CUTS = """
SELECT c.wallet_id, c.entry_id, c.lot_id, c.given, COALESCE(t.points, 0) AS awarded FROM award_cut c
LEFT JOIN transfer t ON t.wallet_id = c.wallet_id AND t.entry_id = c.entry_id AND t.lot_id = c.lot_id
    AND t.kind = 'ACCRUE'
WHERE c.given <> COALESCE(t.points, 0)
"""


async def drawn_amiss(connection: Connection) -> list[Finding]:
    """Allowances whose slices do not come out, lots that drew other than they were awarded, and cuts that were none."""
    return [
        *[
            Finding(
                wrong=Wrong.ALLOWANCE_DIFFERS,
                what=(
                    f"sponsor {row['partner_id']}, {row['kind']}: {row['put_in']} put in less {row['drawn']} drawn"
                    f" is not {row['left_over']} left"
                ),
            )
            for row in await connection.fetch(LEFT)
        ],
        *[
            Finding(
                wrong=Wrong.DRAW_DIFFERS,
                wallet_id=row["wallet_id"],
                entry_id=row["entry_id"],
                what=(
                    f"lot {row['lot_id']}: {row['awarded']} points awarded and {row['clawed']} clawed back unspent,"
                    f" {row['drawn']} drawn and {row['still']} of them still"
                ),
            )
            for row in await connection.fetch(LOTS)
        ],
        *[
            Finding(
                wrong=Wrong.DRAW_DIFFERS,
                wallet_id=row["wallet_id"],
                entry_id=row["entry_id"],
                what=f"{row['lot_id']} drew otherwise from its campaign's budget than it was given",
            )
            for row in await connection.fetch(BUDGETS)
        ],
        *[
            Finding(
                wrong=Wrong.DRAW_DIFFERS,
                wallet_id=row["wallet_id"],
                entry_id=row["entry_id"],
                what=f"lot {row['lot_id']} was cut to {row['given']} points and has {row['awarded']}",
            )
            for row in await connection.fetch(CUTS)
        ],
    ]
