"""The API's limits over a real connection: whose buckets a request counts in, and from where it is believed to come."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
import uvicorn

from domain.ids import ClientId, MemberId, WalletId
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from hansa.service import REJECTED, Service
from hansa.serving import proxied
from hansa.settings import InvalidSettings, Settings, load
from partners.viewer import NOBODY, Audience, Viewer
from resolvers.allowances import Quotas
from tests.builders.graphql import ALPHA, Tokens, application, service

LEDA = KnownMember(wallet_id=UUID(int=1), member_id=UUID(int=2), kind=MemberKind.CONSUMER, pairwise_id=UUID(int=3))
CLIENT = replace(ALPHA, client_id=ClientId(UUID(int=7)))


@asynccontextmanager
async def served(offered: Service, proxies: tuple[str, ...] = ()) -> AsyncIterator[httpx.AsyncClient]:
    """A server on a socket, as `hansa serve` runs one."""
    believed = proxied(Settings(trusted_proxies=proxies))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application(offered), log_config=None, lifespan="off", ws="none", **believed)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url) as http:
                yield http
        finally:
            server.should_exit = True
            await task


async def remaining(http: httpx.AsyncClient, **headers: str) -> int:
    """What is left of the network's bucket after one more question; -1 where it is refused."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await http.post("/graphql", json={"query": "{hello}"}, headers=named)
    if answer.status_code == 429:
        return -1
    return int(answer.headers["ratelimit"].partition("r=")[2].partition(";")[0])


async def test_nobody_makes_up_an_address_and_gets_a_new_bucket() -> None:
    async with served(service(quotas=Quotas(public=60))) as http:
        first = await remaining(http, x_forwarded_for="198.51.100.1")
        assert await remaining(http, x_forwarded_for="198.51.100.2") < first
        assert await remaining(http, forwarded="for=198.51.100.3") < first - 1


async def test_a_trusted_proxy_is_believed_and_only_as_far_as_it_wrote_itself() -> None:
    async with served(service(quotas=Quotas(public=60)), ("127.0.0.0/8",)) as http:
        first = await remaining(http, x_forwarded_for="198.51.100.1")
        assert await remaining(http, x_forwarded_for="198.51.100.2") == first
        assert await remaining(http, x_forwarded_for="6.6.6.6, 198.51.100.2") < first
        assert await remaining(http, x_forwarded_for="2001:db8:1:2::1") == first
        assert await remaining(http, x_forwarded_for="2001:db8:1:2:ffff::9") < first


def test_a_proxy_that_is_no_address_is_refused_at_the_start() -> None:
    assert load(trusted_proxies="10.0.0.1, 10.1.0.0/16").trusted_proxies == ("10.0.0.1/32", "10.1.0.0/16")
    with pytest.raises(InvalidSettings, match="HANSA_TRUSTED_PROXIES"):
        load(trusted_proxies="proxy.internal")


async def test_tokens_that_do_not_count_count_against_their_network() -> None:
    offered = service(quotas=Quotas(known=600, public=60))
    transport = httpx.ASGITransport(application(offered), client=("192.0.2.66", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as guesser:
        guessed = [
            (await guesser.post("/graphql", json={"query": "{hello}"}, headers={"authorization": f"Bearer {turn}"}))
            for turn in range(60 // REJECTED + 2)
        ]
        assert [answer.status_code for answer in guessed] == [401] * (60 // REJECTED) + [429] * 2
        right = {"authorization": "Bearer alpha"}
        assert (await guesser.post("/graphql", json={"query": "{hello}"}, headers=right)).status_code == 200


async def test_what_a_client_asks_for_a_member_counts_for_both_and_for_no_other() -> None:
    acting = replace(CLIENT, on_behalf_of=LEDA)
    tokens = Tokens(
        {
            "own": CLIENT,
            "acting": acting,
            "another": replace(acting, on_behalf_of=replace(LEDA, pairwise_id=UUID(int=4))),
        }
    )
    offered = service(tokens, quotas=Quotas(known=60))
    transport = httpx.ASGITransport(application(offered))
    async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:

        async def told(token: str) -> list[tuple[str, int]]:
            sent = {"authorization": f"Bearer {token}"}
            answer = await http.post("/graphql", json={"query": "{hello}"}, headers=sent)
            fields = answer.headers["ratelimit"].split(", ")
            return [(one.split('"')[1], int(one.partition("r=")[2].partition(";")[0])) for one in fields]

        (member, of_member), (client, of_client) = await told("acting")
        assert (member, client) == ("member", "client")
        assert of_member == of_client
        assert dict(await told("own")) == {"client": pytest.approx(of_client - (60 - of_client), abs=1)}
        assert dict(await told("another"))["member"] == of_member


def test_each_credential_counts_as_its_own_holder() -> None:
    quotas = Quotas(known=60, public=30)
    member = Viewer(audience=Audience.MEMBER, member_id=MemberId(UUID(int=2)), wallet_id=WalletId(UUID(int=1)))
    acting = replace(CLIENT, on_behalf_of=LEDA)
    elsewhere = replace(acting, client_id=ClientId(UUID(int=8)))
    seen = [
        {(limit.name, caller) for limit, caller in quotas.of(viewer, "192.0.2.1")}
        for viewer in (member, acting, elsewhere, NOBODY)
    ]
    for first in range(len(seen)):
        for second in range(first):
            assert not seen[first] & seen[second], "one partner's bucket tells nothing of another's member"
    assert seen[-1] == {("network", "192.0.2.1")}
    assert Quotas(public=30).of(member, "192.0.2.1") == []
