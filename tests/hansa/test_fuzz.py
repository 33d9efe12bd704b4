"""Whatever is sent to the one path, by whatever method and with whatever headers, the answer is no 5xx."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from hansa.media import EVENTS, GRAPHQL, JSON
from tests.builders.graphql import application, service
from tests.builders.sockets import connected

APP = application(service(seconds=2.0))
RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(
    [
        *("{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "...", "|", "&", "=", "query", "mutation", "subscription"),
        *("fragment", "on", "crate", "crates", "hello", "echo", "nodes", "node", "broken", "label", "number", "first"),
        *("after", "text", "id", "ids", "pageInfo", "__schema", "__typename", "__type", "true", "null", "1", "-1"),
        *("1.5e9", "99999999999999999999", '"x"', '""', '"""block"""', "$a", "$b", "Int", "Int!", "ID", "[ID!]!"),
        *("Crate", "LabQuery", "A", "B", "@skip(if:true)", "@include(if:$a)", "#c\n", "a:", "b:", "\\", "\0", "é"),
    ]
)
DOCUMENTS = st.one_of(
    st.lists(WORDS, max_size=40).map(" ".join),
    st.text(max_size=60),
    st.builds("{{crates(first:{}){{nodes{{{}}}}}}}".format, st.integers(-(10**12), 10**12), st.text(max_size=8)),
    st.sampled_from(
        ["{hello}", "query($a:Int){crate(number:$a){label}}", "query($a:[ID!]!){nodes(ids:$a){id}}", "{broken}"]
    ),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["accept", "authorization", "origin", "x-request-id", "content-type", "cookie", "content-length", "host"]
    ),
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
        st.sampled_from(
            [GRAPHQL, JSON, EVENTS, "Bearer alpha", "Bearer ", "http://hansa.test", "999999999999", "-1", "*/*"]
        ),
    ),
    max_size=4,
)


async def sent(method: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    named = [(name.encode(), value.encode("latin-1")) for name, value in {"content-type": JSON, **headers}.items()]
    transport = httpx.ASGITransport(APP, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
        return await http.send(httpx.Request(method, "http://hansa.test/graphql", headers=named, content=body))


def check(response: httpx.Response) -> None:
    assert response.status_code < 500
    if response.content and response.headers["content-type"].startswith((JSON, GRAPHQL)):
        body = orjson.loads(response.content)
        assert len(body.get("errors", [])) <= 3
        for error in body.get("errors", []):
            assert len(error["message"]) <= 500
            assert error["extensions"]["code"]
            assert "Did you mean" not in error["message"]
            assert "secret" not in error["message"]


@RELAXED
@given(st.sampled_from(["POST", "POST", "GET", "PUT", "HEAD"]), st.binary(max_size=200), HEADERS)
def test_no_bytes_make_it_fall(method: str, body: bytes, headers: dict[str, str]) -> None:
    with capture_logs():
        check(asyncio.run(sent(method, body, headers)))


@RELAXED
@given(JSONS, HEADERS)
def test_no_json_makes_it_fall(body: Any, headers: dict[str, str]) -> None:
    with capture_logs():
        check(asyncio.run(sent("POST", orjson.dumps(body), headers)))


@RELAXED
@given(DOCUMENTS, JSONS, st.dictionaries(st.sampled_from("ab"), JSONS), HEADERS)
def test_no_document_and_no_variables_make_it_fall(
    text: str, anything: Any, variables: dict[str, Any], headers: dict[str, str]
) -> None:
    for given_variables in (variables, anything):
        body = orjson.dumps({"query": text, "variables": given_variables}, option=orjson.OPT_NON_STR_KEYS)
        with capture_logs():
            check(asyncio.run(sent("POST", body, headers)))


MESSAGES = st.one_of(
    JSONS,
    st.fixed_dictionaries(
        {"type": st.sampled_from(["connection_init", "subscribe", "complete", "ping", "pong", "next", "start"])},
        optional={
            "id": st.one_of(st.sampled_from(["1", "2", ""]), JSONS),
            "payload": st.one_of(
                JSONS,
                st.fixed_dictionaries({"query": DOCUMENTS}, optional={"variables": JSONS, "operationName": JSONS}),
            ),
        },
    ),
)


@RELAXED
@given(st.lists(MESSAGES, max_size=6))
def test_no_messages_make_a_websocket_fall(messages: list[Any]) -> None:
    async def talk() -> None:
        async with connected(APP) as socket:
            socket.send({"type": "connection_init"})
            for message in messages:
                socket.send(message)
            await asyncio.sleep(0.002)

    with capture_logs():
        asyncio.run(talk())


@pytest.mark.parametrize("size", [1_000, 100_000])
async def test_a_body_of_nothing_but_depth_does_not_fall_either(size: int) -> None:
    for opening in (b"[", b'{"a":', b'{"query":"' + b"{a" * 10):
        check(await sent("POST", (opening * size)[:99_000], {}))
