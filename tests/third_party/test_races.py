"""Whatever counts once, four times at once: one succeeds, and the other three are refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import httpx
import pytest
import pytest_asyncio

from partners.oauth.authorizing import AuthorizationRefused
from tests.conftest import Fresh
from tests.partners.conftest import ASSERTION, assertion
from tests.partners.linking import proof
from tests.third_party.desk import BETWEEN_SECONDS, Desk, a_desk_on
from tests.third_party.negative_tokens import ISSUE, own_token, with_proof

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE = 4

Race = Callable[[Desk], Awaitable[list[httpx.Response]]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(fresh: Fresh) -> AsyncIterator[Desk]:
    """The endpoints over real HTTP."""
    async with a_desk_on(fresh) as desk:
        yield desk


async def together(send: Callable[[], Coroutine[Any, Any, httpx.Response]]) -> list[httpx.Response]:
    return list(await asyncio.gather(*(send() for _ in range(AT_ONCE))))


async def codes(desk: Desk) -> list[httpx.Response]:
    shop = await desk.shop()
    code = await shop.code()
    return await together(lambda: shop.redeem(code))


async def codes_of_a_public_client(desk: Desk) -> list[httpx.Response]:
    app = await desk.shop(public=True)
    code = await app.code()
    return await together(lambda: app.redeem(code))


async def codes_under_different_keys(desk: Desk) -> list[httpx.Response]:
    shop = await desk.shop(dpop=True)
    code = await shop.code()
    return await together(lambda: shop.redeem(code))


async def refresh_tokens_of_a_public_client(desk: Desk) -> list[httpx.Response]:
    app = await desk.shop(public=True)
    token = (await app.linked())["refresh_token"]
    return await together(lambda: app.refresh(token))


async def assertions(desk: Desk) -> list[httpx.Response]:
    shop = await desk.shop(keyed=True)
    assert shop.own_key is not None
    sent = {**ASSERTION, "client_assertion": assertion(shop.name, shop.own_key, desk.clock)}
    return await together(lambda: desk.http.post("/oauth/token", data=sent))


async def proofs(desk: Desk) -> list[httpx.Response]:
    shop = await desk.shop(dpop=True)
    assert shop.key is not None
    made = proof(shop.key, desk.clock, url=ISSUE)
    return await together(lambda: own_token(desk, shop, ("DPoP", made)))


async def proofs_at_the_api(desk: Desk) -> list[httpx.Response]:
    shop = await desk.shop(dpop=True)
    token = (await shop.linked())["access_token"]
    sent = with_proof()(desk, shop, token)
    return await together(lambda: desk.api(*sent))


RACES: list[Race] = [
    codes,
    codes_of_a_public_client,
    codes_under_different_keys,
    refresh_tokens_of_a_public_client,
    assertions,
    proofs,
    proofs_at_the_api,
]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
async def test_of_four_at_once_one_succeeds(desk: Desk, race: Race) -> None:
    desk.clock.advance(seconds=BETWEEN_SECONDS)
    answers = await race(desk)
    assert len([answer for answer in answers if answer.status_code == 200]) == 1
    assert {answer.status_code for answer in answers} <= {200, 400, 401}


async def test_of_four_answers_to_a_members_page_one_gives_a_code(desk: Desk) -> None:
    shop = await desk.shop()
    handle = await shop.pushed()
    await shop.arrive(handle)
    answers = await asyncio.gather(*(shop.agree(handle) for _ in range(AT_ONCE)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(str) == 1
    assert [type(answer) for answer in answers].count(AuthorizationRefused) == AT_ONCE - 1


async def test_of_four_refreshes_under_one_key_all_are_told_the_same_next_token(desk: Desk) -> None:
    """An answer may get lost: who proves the key may ask again for ten seconds, and gets no second family by it."""
    app = await desk.shop(public=True, dpop=True)
    token = (await app.linked())["refresh_token"]
    answers = await together(lambda: app.refresh(token))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
