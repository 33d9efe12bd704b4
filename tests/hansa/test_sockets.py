"""GraphQL over websockets: the protocol kept to the letter, whatever the other side sends."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hansa.service import Service
from resolvers.allowances import Quotas
from tests.builders.graphql import Tokens, application, service
from tests.builders.sockets import PROTOCOL, Socket, connected


@asynccontextmanager
async def ready(
    offered: Service | None = None, *, headers: dict[str, str] | None = None, payload: Any = None
) -> AsyncIterator[Socket]:
    async with connected(application(offered), headers=headers) as session:
        session.send({"type": "connection_init", **({} if payload is None else {"payload": payload})})
        assert await session.take() == {"type": "connection_ack"}
        assert session.protocol == PROTOCOL
        yield session


def subscribe(session: Socket, text: str, name: str = "1", **more: Any) -> None:
    session.send({"id": name, "type": "subscribe", "payload": {"query": text, **more}})


async def test_a_subscription_runs_to_its_end() -> None:
    async with ready() as session:
        subscribe(session, "subscription($to:Int!){count(to:$to)}", variables={"to": 2})
        for number in (1, 2):
            message = await session.take()
            assert message["type"] == "next"
            assert message["payload"]["data"] == {"count": number}
        assert await session.take() == {"id": "1", "type": "complete"}


async def test_queries_and_mutations_are_answered_once() -> None:
    async with ready() as session:
        subscribe(session, "query A{hello} query B{a:hello}", operationName="B")
        assert (await session.take())["payload"]["data"] == {"a": "world"}
        assert await session.take() == {"id": "1", "type": "complete"}
        subscribe(session, 'mutation{codeGuess(code:"x")}', "1")
        assert (await session.take())["payload"]["data"] == {"codeGuess": False}


async def test_who_asks_is_told_by_a_header_or_by_the_first_message() -> None:
    async with ready(headers={"authorization": "Bearer alpha"}) as session:
        subscribe(session, "{myCrate{label}}")
        assert (await session.take())["payload"]["data"]["myCrate"] == {"label": "crate 1"}
    for name in ("authorization", "Authorization"):
        async with ready(payload={name: "Bearer beta", "other": {"x": 1}}) as session:
            subscribe(session, "{myCrate{label}}")
            assert (await session.take())["payload"]["data"]["myCrate"] == {"label": "crate 1"}
    async with ready() as session:
        subscribe(session, "{myCrate{label}}")
        message = await session.take()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("token", ["Bearer nonsense", "Bearer ünknown", "", "\x00"])
async def test_a_wrong_token_ends_the_conversation(token: str) -> None:
    async with connected(application()) as session:
        session.send({"type": "connection_init", "payload": {"authorization": token}})
        assert await session.closed() == 4403


@pytest.mark.parametrize("text", ["{nothing}", "{hello", "query($a:Int!){crate(number:$a){label}}", "{a"])
async def test_what_cannot_run_is_an_error_and_the_conversation_goes_on(text: str) -> None:
    async with ready() as session:
        subscribe(session, text)
        message = await session.take()
        assert message["type"] == "error"
        assert message["payload"][0]["message"]
        subscribe(session, "{hello}")
        assert (await session.take())["type"] == "next"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", 4400),
        ('{"type":1}', 4400),
        ("[]", 4400),
        ("null", 4400),
        ("{}", 4400),
        ('{"type":"unheard of"}', 4400),
        ('{"type":"start","id":"1","payload":{"query":"{hello}"}}', 4400),
        ('{"type":"subscribe"}', 4400),
        ('{"type":"subscribe","id":1,"payload":{"query":"{hello}"}}', 4400),
        ('{"type":"subscribe","id":"","payload":{"query":"{hello}"}}', 4400),
        ('{"type":"subscribe","id":"1"}', 4400),
        ('{"type":"subscribe","id":"1","payload":[]}', 4400),
        ('{"type":"subscribe","id":"1","payload":{}}', 4400),
        ('{"type":"subscribe","id":"1","payload":{"query":1}}', 4400),
        ('{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":[]}}', 4400),
        ('{"type":"subscribe","id":"1","payload":{"query":"{hello}","operationName":{}}}', 4400),
        ('{"type":"complete"}', 4400),
        ('{"type":"complete","id":{}}', 4400),
        ('{"type":"connection_init"}', 4429),
        ("[" * 90_000, 4400),
        ('{"type":"ping","payload":"' + "x" * 100_000 + '"}', 1009),
    ],
)
async def test_a_malformed_message_ends_the_conversation(message: str, code: int) -> None:
    async with ready() as session:
        session.send_text(message)
        assert await session.closed() == code


async def test_a_message_in_bytes_ends_the_conversation() -> None:
    async with ready() as session:
        session.send_bytes(b'{"type":"ping"}')
        assert await session.closed() == 4400


@pytest.mark.parametrize("payload", [[], "x", 1, True])
async def test_a_malformed_first_message_ends_the_conversation(payload: Any) -> None:
    async with connected(application()) as session:
        session.send({"type": "connection_init", "payload": payload or [1]})
        assert await session.closed() == 4400


async def test_nothing_is_asked_before_the_first_message() -> None:
    async with connected(application()) as session:
        subscribe(session, "{hello}")
        assert await session.closed() == 4401


async def test_silence_at_the_start_ends_the_conversation() -> None:
    async with connected(application(service(init_seconds=0.05, check_seconds=0.02))) as session:
        assert await session.closed() == 4408


async def test_pings_are_answered_also_before_the_first_message() -> None:
    async with connected(application()) as session:
        session.send({"type": "ping", "payload": {"a": 1}})
        assert await session.take() == {"type": "pong"}
        session.send({"type": "pong"})


async def test_an_id_names_one_operation_at_a_time() -> None:
    async with ready(headers={"authorization": "Bearer alpha"}) as session:
        subscribe(session, "subscription{forever}")
        assert (await session.take())["type"] == "next"
        subscribe(session, "{hello}")
        assert await session.closed() == 4409


async def test_an_operation_is_ended_by_its_id() -> None:
    async with ready(headers={"authorization": "Bearer alpha"}) as session:
        subscribe(session, "subscription{forever}")
        assert (await session.take())["type"] == "next"
        session.send({"type": "complete", "id": "1"})
        session.send({"type": "complete", "id": "never"})
        subscribe(session, "{hello}")
        assert (await session.take())["payload"]["data"] == {"hello": "world"}


async def test_one_conversation_has_so_many_operations_at_once() -> None:
    async with ready(service(streams=2), headers={"authorization": "Bearer alpha"}) as session:
        for name in ("1", "2"):
            subscribe(session, "subscription{forever}", name)
            assert (await session.take())["type"] == "next"
        subscribe(session, "{hello}", "3")
        assert (await session.take())["type"] == "error"


async def test_a_conversation_ends_with_its_token() -> None:
    tokens = Tokens()
    async with ready(service(tokens, check_seconds=0.02), headers={"authorization": "Bearer alpha"}) as session:
        subscribe(session, "subscription{forever}")
        assert (await session.take())["type"] == "next"
        del tokens.known["alpha"]
        began = time.monotonic()
        assert await session.closed() == 4403
        assert time.monotonic() - began < 2


async def test_who_asks_too_much_is_told_to_wait() -> None:
    async with ready(service(quotas=Quotas(public=5))) as session:
        subscribe(session, "{crates{nodes{label}}}")
        message = await session.take()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "THROTTLED"


@pytest.mark.parametrize("protocol", ["graphql-ws", "graphql-sse", "x"])
async def test_the_legacy_protocol_and_others_are_not_spoken(protocol: str) -> None:
    async with connected(application(), protocol=protocol) as session:
        assert await session.closed() == 4406


async def test_pages_of_other_sites_may_not_connect() -> None:
    async with connected(application(), headers={"origin": "https://evil.example"}) as session:
        assert await session.closed() == 1008
        assert session.protocol is None  # refused at the handshake
    async with connected(application(), headers={"origin": "http://hansa.test"}) as session:
        session.send({"type": "connection_init"})
        assert await session.take() == {"type": "connection_ack"}
