"""Outlets by the partners' own codes, kept in memory for the till."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

import asyncpg

from domain.ids import OutletId, PartnerId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Code = tuple[PartnerId, str]

MOST_REMEMBERED = 50_000

BY_CODE = """
    SELECT outlet.partner_id, outlet.code, outlet.outlet_id
    FROM unnest($1::uuid[], $2::text[]) AS asked (partner_id, code)
    JOIN outlet ON outlet.partner_id = asked.partner_id AND outlet.code = asked.code
"""


class OutletCodes:
    """Codes that were found; a code never moves to another outlet, and whether it is open the ledger checks itself."""

    def __init__(self) -> None:
        self._known: dict[Code, OutletId] = {}

    async def resolve(self, pool: Pool, codes: Collection[Code]) -> dict[Code, OutletId]:
        """The outlets with these codes; unknown ones are left out."""
        known = self._known
        missing = {code for code in codes if code not in known}
        if missing:
            pairs = list(missing)
            rows = await pool.fetch(BY_CODE, [partner for partner, _ in pairs], [code for _, code in pairs])
            found = {(row["partner_id"], row["code"]): row["outlet_id"] for row in rows}
            if len(known) + len(found) > MOST_REMEMBERED:
                self._known = {}
            self._known.update(found)
            known = {**known, **found}
        return {code: known[code] for code in codes if code in known}
