"""The catalogue of what must fail: each ends in the right answer by its RFC, and none in an error of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.conftest import Fresh
from tests.third_party.desk import BETWEEN_SECONDS, Desk, a_desk_on, told
from tests.third_party.negative_stories import STORIES
from tests.third_party.negative_tokens import TOKENS, asserted, bound, forged, ours, proven, with_proof
from tests.third_party.negatives import REQUESTS, Case, asked, basic, encoded, pushed, redeemed, refreshed

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = [*REQUESTS, *TOKENS, *STORIES]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(fresh: Fresh) -> AsyncIterator[Desk]:
    """The endpoints over real HTTP."""
    async with a_desk_on(fresh) as desk:
        yield desk


async def test_the_catalogue_is_long_and_names_each_case_once() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 100
    assert all(400 <= case.status < 500 or case.status == 303 for case in CASES)


RIGHT = [
    replace(right, status=status, error=None)
    for right, status in (
        (pushed("right", ""), 201),
        (redeemed("right", ""), 200),
        (refreshed("right", ""), 200),
        (asked("right", ""), 200),
        (basic("right", lambda shop: encoded(f"{shop.name}:{shop.secret}".encode())), 200),
        (asserted("right"), 200),
        (proven("right"), 200),
        (forged("right", ours()), 200),
        (bound("right", "", with_proof()), 200),
    )
]
"""What each case is but for the one thing that is wrong with it."""


@pytest.mark.parametrize("case", RIGHT, ids=str)
async def test_it_succeeds_with_nothing_wrong(desk: Desk, case: Case) -> None:
    answer = await case.send(desk)
    assert (answer.status_code, told(answer)) == (case.status, case.error), answer.text[:500]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_it_fails_as_it_should(desk: Desk, case: Case) -> None:
    desk.clock.advance(seconds=BETWEEN_SECONDS)
    answer = await case.send(desk)
    assert (answer.status_code, told(answer)) == (case.status, case.error), answer.text[:500]
    assert answer.headers["cache-control"] == "no-store"
