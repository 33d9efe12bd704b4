"""Bonus statements figured again from what they tell, carried on from one to the next, and held to their actions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection
from domain.bonuses.figuring import figure
from domain.bonuses.terms import BonusTerms, terms_from_json

STATEMENTS = """
SELECT t.statement_id, t.scheme_id, t.business_id, t.starts, t.turnover, t.base, t.growth, t.bonus, t.correction,
    t.corrections::text AS corrections, t.brought, t.carried, t.settled, t.wallet_id, t.entry_id, s.terms::text AS terms
FROM bonus_statement t JOIN bonus_scheme s ON s.scheme_id = t.scheme_id AND s.version = t.version
ORDER BY t.scheme_id, t.business_id, t.starts
"""

GIVEN = """
WITH given AS (
    SELECT a.wallet_id, a.entry_id, a.partner_id, (a.attributes ->> 'value')::bigint AS value, e.idempotency_key
    FROM action a JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id WHERE a.kind = 'BONUS'
), told AS (
    SELECT t.*, 'BONUS/' || replace(t.statement_id::text, '-', '') AS key FROM bonus_statement t
)
SELECT t.wallet_id, t.entry_id, t.statement_id FROM told t
LEFT JOIN given g ON g.wallet_id = t.wallet_id AND g.entry_id = t.entry_id
WHERE t.entry_id IS NOT NULL
    AND (g.partner_id, g.value, g.idempotency_key) IS DISTINCT FROM (t.partner_id, t.given, t.key::varchar)
UNION ALL
SELECT g.wallet_id, g.entry_id, NULL FROM given g WHERE g.idempotency_key LIKE 'BONUS/%'
    AND NOT EXISTS (SELECT FROM told t WHERE t.key = g.idempotency_key AND t.state <> 'DRAFT')
"""


async def bonuses_amiss(connection: Connection) -> list[Finding]:
    """Statements that tell something else than they come to, or were given otherwise than they tell."""
    rows = [dict(row) for row in await connection.fetch(STATEMENTS)]
    found = [*_figures(rows), *_course(rows)]
    for row in await connection.fetch(GIVEN):
        where = {"wallet_id": row["wallet_id"], "entry_id": row["entry_id"]}
        what = f"the bonus statement {row['statement_id']} and its action differ"
        found.append(Finding(wrong=Wrong.BONUS_DIFFERS, what=what, **where))
    return found


def _figures(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    for row in rows:
        bonus = figure(_terms(row["terms"]), row["turnover"], row["base"])
        if (bonus.value, bonus.growth) != (row["bonus"], row["growth"]):
            yield _about(row, f"comes to {bonus.value}, and tells {row['bonus']}")
        told = sum(one["now"] - one["was"] for one in orjson.loads(row["corrections"]))
        if told != row["correction"]:
            yield _about(row, f"corrects by {told}, and tells {row['correction']}")


def _course(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """What later statements corrected, and what each brought on from the one before."""
    mended: Counter[str] = Counter()
    carried: dict[tuple[Any, Any], int] = defaultdict(int)
    for row in rows:
        for one in orjson.loads(row["corrections"]):
            mended[one["statement"]] += one["now"] - one["was"]
    for row in rows:
        settled = row["bonus"] + mended[str(row["statement_id"])]
        if settled != row["settled"]:
            yield _about(row, f"counts {settled} with what was corrected since, and stands at {row['settled']}")
        whose = (row["scheme_id"], row["business_id"])
        if row["brought"] != carried[whose]:
            yield _about(row, f"brings {row['brought']}, and {carried[whose]} was carried on")
        carried[whose] = row["carried"]


def _about(row: Mapping[str, Any], what: str) -> Finding:
    return Finding(wrong=Wrong.BONUS_DIFFERS, what=f"the bonus statement {row['statement_id']} {what}")


@lru_cache(maxsize=1024)
def _terms(stored: str) -> BonusTerms:
    return terms_from_json(orjson.loads(stored))
