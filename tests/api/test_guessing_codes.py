"""Whoever guesses at codes, in whatever way, gets none, and keeps nobody from entering a real one."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from domain.codes import watching
from domain.codes.models import BatchKind
from domain.storage import Database
from resolvers.guessing import CLIENTS as A_CLIENT
from resolvers.guessing import NETWORKS as A_NETWORK
from tests.api.guessing_codes import (
    A_MEMBER_MAY_MISS,
    ACCOUNTS,
    ADDRESSES,
    AT_TILL,
    CLIENTS,
    LOOK,
    MINE,
    TWICE,
    Street,
    a_street,
    guesses,
)
from tests.domain.codes.pantry import a_pantry

HONEST = 40


@pytest.mark.parametrize("most", [2_000, pytest.param(100_000, marks=pytest.mark.slow)])
async def test_no_guess_is_accepted_and_honest_members_are_not_kept_from_theirs(
    database: Database, owner: asyncpg.Connection, most: int
) -> None:
    pantry = await a_pantry(database)
    await pantry.paying()
    live = {kind: (await pantry.live(kind, 200))[1] for kind in BatchKind}
    first = await pantry.member()
    used = [code for kind in BatchKind for code in live[kind][-5:]]
    for code in used:
        await pantry.enters(first, code)
    chance = random.Random(20261122)
    async with a_street(pantry) as street:
        honest = [await pantry.world.member(f"HONEST{number:03}") for number in range(HONEST)]
        for number, one in enumerate(honest):
            street.member(f"honest{number}", one)
        entered, answers = 0, Counter[str]()
        source = guesses(live, used, chance)
        for number in range(most):
            answers[await _guess(street, source, number)] += 1
            if number % (most // HONEST) == 0:
                code = live[list(BatchKind)[entered % 2]][entered]
                told = await street.say(f"honest{entered}", MINE, code=code)
                assert told["data"]["done"]["userErrors"] == [], told
                entered += 1
    assert entered == HONEST
    assert "ACCEPTED" not in answers, answers
    assert set(answers) == {"CODE_NOT_ACCEPTED", "THROTTLED", "ONCE_ONLY", "BATCHED"}, answers
    missed = await owner.fetch("SELECT member_id, through, network FROM code_try WHERE became <> 'ENTERED'")
    assert answers["CODE_NOT_ACCEPTED"] == len(missed) <= ACCOUNTS * A_MEMBER_MAY_MISS
    assert max(Counter(row["member_id"] for row in missed).values()) == A_MEMBER_MAY_MISS
    browsing = Counter(row["network"] for row in missed if row["through"] is None)
    assert max(browsing.values()) <= A_MEMBER_MAY_MISS * A_NETWORK
    assert len(missed) - sum(browsing.values()) <= A_MEMBER_MAY_MISS * A_CLIENT * CLIENTS
    assert await owner.fetchval("SELECT count(*) FROM code_use") == len(used) + HONEST
    assert (await watching.watch(database.pool, now=pantry.now)).raised > 0
    rung = {(row["batch_id"] is None, row["kind"]) for row in await owner.fetch("SELECT * FROM code_alarm")}
    assert (True, "MISSES") in rung
    assert sum([await pantry.points(one) for one in honest]) == 50 * HONEST
    await pantry.world.prove()


async def test_a_hundred_guesses_at_once_are_no_more_than_one_after_the_other(
    database: Database, owner: asyncpg.Connection
) -> None:
    pantry = await a_pantry(database)
    _, codes = await pantry.live(codes=5)
    first = await pantry.member()
    for code in codes:
        await pantry.enters(first, code)
    async with a_street(pantry) as street:
        told = await asyncio.gather(*(street.say("thief0", MINE, 0, code=codes[n % 5]) for n in range(100)))
        words = Counter(_word(one) for one in told)
        assert words == {"CODE_NOT_ACCEPTED": A_MEMBER_MAY_MISS, "THROTTLED": 100 - A_MEMBER_MAY_MISS}
        street.member("first", first)
        again = await asyncio.gather(*(street.say("first", MINE, 1, code=codes[n % 5]) for n in range(30)))
        assert all(one["data"]["done"]["replayed"] for one in again if one["data"]["done"]["entry"])
        assert not {"CODE_NOT_ACCEPTED"} & {_word(one) for one in again}
    assert await owner.fetchval("SELECT count(*) FROM code_try WHERE became = 'USED'") == A_MEMBER_MAY_MISS


async def test_hits_are_refused_too_once_too_much_was_missed_and_what_was_not_missed_costs_nothing(
    database: Database,
) -> None:
    pantry = await a_pantry(database)
    await pantry.paying()
    _, codes = await pantry.live(codes=40)
    async with a_street(pantry) as street:
        for code in codes[:30]:
            assert _word(await street.say("thief0", MINE, 0, code=code)) == "ACCEPTED"
        first = await pantry.member()
        await pantry.enters(first, codes[30])
        for _ in range(A_MEMBER_MAY_MISS):
            assert _word(await street.say("thief0", MINE, 0, code=codes[30])) == "CODE_NOT_ACCEPTED"
        assert _word(await street.say("thief0", MINE, 0, code=codes[31])) == "THROTTLED"
        assert _word(await street.say("thief0", LOOK, 0, code=codes[31])) == "THROTTLED"
        assert _word(await street.say("thief1", MINE, 0, code=codes[31])) == "ACCEPTED"
        assert _word(await street.say("thief0", MINE, 0, code="7K3M")) == "CODE_MISTYPED"


async def _guess(street: Street, source: Iterator[str], number: int) -> str:
    """One attempt, of the thieves' in turn, by one way or another."""
    door, thief, code = number % ADDRESSES, f"thief{number % ACCOUNTS}", next(source)
    match number % 20:
        case 17:
            told = await street.say(thief, TWICE, door, code=code, other=next(source))
            return str(told["errors"][0]["extensions"]["code"])
        case 18:
            return "BATCHED" if (await street.batched(thief, MINE, [code] * 10, door)).status_code == 400 else "?"
        case 19 | 7:
            till, card = f"till{number % CLIENTS}", street.cards[number % ACCOUNTS]
            return _word(await street.say(till, AT_TILL, door, code=code, card=card))
        case 3:
            return _word(await street.say(thief, LOOK, door, code=code))
        case _:
            return _word(await street.say(thief, MINE, door, code=code))


def _word(told: dict[str, Any]) -> str:
    done = told["data"]["done"]
    errors = [one["code"] for one in done["userErrors"]]
    return errors[0] if errors else "ACCEPTED"
