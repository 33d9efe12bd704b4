"""Two members race for one code a thousand times, with codes of both kinds: exactly one has it each time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import asyncpg
import pytest

from domain.codes.entering import Entered
from domain.codes.errors import CodeNotAccepted
from domain.codes.models import BatchKind
from domain.members.recognition import KnownMember
from domain.storage import opened
from tests.domain.codes.pantry import Pantry, a_pantry

RACES = 1_000


@pytest.mark.slow
async def test_of_two_who_race_for_a_code_exactly_one_has_it(database_url: str, owner: asyncpg.Connection) -> None:
    async with opened(database_url, connections=8) as database:
        pantry = await a_pantry(database)
        await pantry.paying()
        anna, ben = await pantry.member(), await pantry.member()
        codes = [code for kind in BatchKind for code in (await pantry.live(kind, RACES // 2))[1]]
        assert len(codes) == RACES
        won: Counter[int] = Counter()
        for code in codes:
            told = await asyncio.gather(*_both_look_first(pantry, code, anna, ben), return_exceptions=True)
            (winner,) = [place for place, one in enumerate(told) if isinstance(one, Entered)]
            (loser,) = [one for one in told if not isinstance(one, Entered)]
            assert (type(loser), str(loser)) == (CodeNotAccepted, "this code is not accepted")
            won[winner] += 1
        assert await owner.fetchval("SELECT count(*) FROM code_use") == RACES
        assert (await pantry.points(anna), await pantry.points(ben)) == (50 * won[0], 50 * won[1])
        assert await owner.fetchval("SELECT count(*) FROM action WHERE kind = 'CODE'") == RACES
        await pantry.world.prove()


def _both_look_first(pantry: Pantry, code: str, *who: KnownMember) -> list[Coroutine[Any, Any, Entered]]:
    """Both have been told that the code is open, and then go for it at once."""
    told = [asyncio.Event(), asyncio.Event()]

    async def go(place: int, one: KnownMember) -> Entered:
        looked = await pantry.looks(one, code)
        told[place].set()
        await asyncio.gather(*(event.wait() for event in told))
        return await pantry.enters(one, code, looked=looked)

    return [go(place, one) for place, one in enumerate(who)]
