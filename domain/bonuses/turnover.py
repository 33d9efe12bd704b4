"""What firms turned over under a scheme in a period: counted by the database, for many firms at once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.bonuses.figuring import Bonus, figure
from domain.bonuses.periods import Stretch, base_of
from domain.bonuses.terms import BonusTerms
from domain.ids import PartnerId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_TURNOVER = "SELECT turnover FROM bonus_turnover($1::jsonb, $2, $3::uuid[], $4, $5) ORDER BY place"


async def turnovers(
    pool: Pool, terms: BonusTerms, owner: PartnerId, firms: Sequence[UUID], stretch: Stretch
) -> list[Decimal]:
    """Of each firm, in the order asked: in minor units or pieces, net of returns and of what the scheme leaves out."""
    said = orjson.dumps(terms.to_json()).decode()
    rows = await pool.fetch(_TURNOVER, said, owner, list(firms), stretch.starts, stretch.ends)
    return [row["turnover"] for row in rows]


async def bonuses(
    pool: Pool, terms: BonusTerms, owner: PartnerId, firms: Sequence[UUID], stretch: Stretch
) -> list[tuple[Decimal, Decimal | None, Bonus]]:
    """Turnover, base of growth and bonus of each firm, as they stand now."""
    volumes = await turnovers(pool, terms, owner, firms, stretch)
    before = base_of(terms, stretch)
    bases: Sequence[Decimal | None] = [None] * len(firms)
    if before is not None:
        bases = await turnovers(pool, terms, owner, firms, before)
    return [(volume, base, figure(terms, volume, base)) for volume, base in zip(volumes, bases, strict=True)]
