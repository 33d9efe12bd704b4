"""GraphQL over HTTP: each request answered in its media type, each wrong one turned away for a reason it can read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from hansa.endpoint import Endpoint
from hansa.media import EVENTS, GRAPHQL, JSON, is_json, negotiated
from hansa.service import Service
from resolvers.allowances import Quotas
from tests.builders.graphql import Tokens, application, service

AS_ALPHA = {"authorization": "Bearer alpha"}


def client(offered: Service | None = None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application(offered), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://hansa.test")


async def ask(
    text: str, *, headers: dict[str, str] | None = None, offered: Service | None = None, **more: Any
) -> httpx.Response:
    async with client(offered) as http:
        return await http.post("/graphql", json={"query": text, **more}, headers=headers)


def code(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


async def test_a_question_is_answered() -> None:
    response = await ask("query A($t:String!){echo(text:$t)} query B{hello}", operationName="A", variables={"t": "hi"})
    assert response.status_code == 200
    assert response.json()["data"] == {"echo": "hi"}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("media", "status"), [(GRAPHQL, 400), (JSON, 200)])
async def test_only_the_newer_media_type_tells_by_its_status_that_nothing_ran(media: str, status: int) -> None:
    for text in ["{hello", "{nothing}", "query($n:Int!){crate(number:$n){label}}"]:
        response = await ask(text, headers={"accept": media})
        assert response.status_code == status
        assert response.headers["content-type"].startswith(media)
        assert response.json().get("data") is None
        assert ("data" in response.json()) is (media == JSON)
    failed = await ask("{neededCrate(number:999){label}}", headers={"accept": media})
    assert failed.status_code == 200
    assert failed.json()["data"] is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_told_which_to_use(method: str) -> None:
    async with client() as http:
        response = await http.request(method, "/graphql", params={"query": "{hello}"})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "BAD_REQUEST"),
        (b"{", "BAD_REQUEST"),
        (b"\xff\xfe", "BAD_REQUEST"),
        (b'{"query":"\xc3\x28"}', "BAD_REQUEST"),
        (b'{"query":"\\ud800"}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":{"a":NaN}}', "BAD_REQUEST"),
        (b'{"query":"{echo(text:$t)}","variables":{"t":"\\u0000"}}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":{"\\u0000":1}}', "BAD_REQUEST"),
        (b"[" * 90_000, "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":' + b'{"a":' * 2_000 + b"1" + b"}" * 2_001, "BAD_REQUEST"),
        (b"[]", "BAD_REQUEST"),
        (b'[{"query":"{hello}"}]', "BAD_REQUEST"),
        (b'"{hello}"', "BAD_REQUEST"),
        (b"null", "BAD_REQUEST"),
        (b"1e999", "BAD_REQUEST"),
        (b"{}", "BAD_REQUEST"),
        (b'{"query":null}', "BAD_REQUEST"),
        (b'{"query":""}', "BAD_REQUEST"),
        (b'{"query":1}', "BAD_REQUEST"),
        (b'{"query":["{hello}"]}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":[]}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":"{}"}', "BAD_REQUEST"),
        (b'{"query":"{hello}","operationName":1}', "BAD_REQUEST"),
        (b'{"query":"{hello}","operationName":"B"}', "BAD_REQUEST"),
        (b'{"query":"query A{hello} query B{hello}"}', "BAD_REQUEST"),
        (b'{"query":"{hello}","extensions":1}', "BAD_REQUEST"),
        (b'{"documentId":1}', "BAD_REQUEST"),
        (b'{"documentId":"unknown"}', "DOCUMENT_UNKNOWN"),
    ],
)
async def test_a_body_that_is_no_request_is_turned_away(body: bytes, expected: str) -> None:
    async with client() as http:
        response = await http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert code(response) == expected


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/json; charset=utf-16"],
)
async def test_only_json_is_read(kind: str) -> None:
    """A page of another site can send forms and plain text, with cookies and unasked."""
    async with client() as http:
        response = await http.post("/graphql", content=b'{"query":"{hello}"}', headers={"content-type": kind})
    assert response.status_code == 415


async def test_a_body_is_read_up_to_its_limit_and_those_who_record_purchases_may_send_more() -> None:
    body = orjson.dumps({"query": "{hello}", "variables": {"a": "x" * 200_000}})
    headers = {"content-type": "application/json"}
    async with client() as http:
        assert code(await http.post("/graphql", content=body, headers=headers)) == "BODY_TOO_LARGE"
        beta = await http.post("/graphql", content=body, headers={**headers, "authorization": "Bearer beta"})
        assert beta.status_code == 413
        alpha = await http.post("/graphql", content=body, headers={**headers, **AS_ALPHA})
        assert alpha.status_code == 200
        body = orjson.dumps({"query": "{hello}", "variables": {"a": "x" * 4_000_000}})
        assert (await http.post("/graphql", content=body, headers={**headers, **AS_ALPHA})).status_code == 413


async def test_a_body_without_a_length_is_stopped_at_the_limit() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 50_000

    async with client() as http:
        response = await http.post("/graphql", content=endless(), headers={"content-type": "application/json"})
    assert response.status_code == 413


async def test_no_token_a_wrong_one_and_a_missing_scope_answer_differently() -> None:
    nobody = await ask("{myCrate{label}}")
    assert (nobody.status_code, code(nobody)) == (401, "UNAUTHENTICATED")
    assert nobody.headers["www-authenticate"].startswith("Bearer")
    wrong = await ask("{hello}", headers={"authorization": "Bearer nonsense"})
    assert (wrong.status_code, code(wrong)) == (401, "UNAUTHENTICATED")
    assert "invalid_token" in wrong.headers["www-authenticate"]
    text = 'mutation{crateLift(input:{idempotencyKey:"0123456789abcdef",crateWeight:1}){lifted}}'
    beta = await ask(text, headers={"authorization": "Bearer beta"})
    assert (beta.status_code, code(beta)) == (200, "FORBIDDEN")
    assert (await ask("{myCrate{label}}", headers=AS_ALPHA)).json()["data"]["myCrate"] is not None


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://hansa.test", True),
        ("https://app.example.org", True),
        ("https://evil.example", False),
        ("https://hansa.test.evil.example", False),
        ("null", False),
        ("", False),
        ("https://[", False),
    ],
)
async def test_pages_of_other_sites_may_not_call(origin: str, allowed: bool) -> None:  # noqa: FBT001
    offered = service(origins=frozenset({"https://app.example.org"}))
    response = await ask("{hello}", headers={"origin": origin}, offered=offered)
    assert response.status_code == (200 if allowed else 403)


async def test_a_trusted_document_is_served_by_its_id_also_by_get() -> None:
    offered = service(trusted={"greet": "query($t:String!){echo(text:$t)}", "guess": 'mutation{codeGuess(code:"1")}'})
    async with client(offered) as http:
        got = await http.get("/graphql", params={"documentId": "greet", "variables": '{"t":"hi"}'})
        assert got.json()["data"] == {"echo": "hi"}
        posted = await http.post("/graphql", json={"documentId": "greet", "variables": {"t": "hi"}})
        assert posted.json()["data"] == {"echo": "hi"}
        assert (await http.get("/graphql", params={"documentId": "guess"})).status_code == 405
        assert (await http.get("/graphql", params={"documentId": "other"})).status_code == 400
        for variables in ("[]", "{", '{"t":"\\u0000"}', ""):
            response = await http.get("/graphql", params={"documentId": "greet", "variables": variables})
            assert response.status_code == 400
        both = await http.post("/graphql", json={"documentId": "greet", "query": "{hello}"})
        assert both.status_code == 400


async def test_an_operation_that_takes_too_long_is_stopped() -> None:
    response = await ask("{slow(seconds:5)}", offered=service(seconds=0.05))
    assert response.status_code == 200
    assert code(response) == "TIMEOUT"


async def test_who_asks_too_much_waits_and_is_told_how_long() -> None:
    offered = service(quotas=Quotas(known=60, public=30))
    for _ in range(2):
        response = await ask("{crates(first:20){nodes{label}}}", headers=AS_ALPHA, offered=offered)
        assert response.headers["ratelimit-policy"] == '"client";q=60;w=60'
    response = await ask("{crates(first:20){nodes{label}}}", headers=AS_ALPHA, offered=offered)
    assert response.status_code == 429
    assert code(response) == "THROTTLED"
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert response.json()["errors"][0]["extensions"]["retryAfter"] == int(response.headers["retry-after"])
    assert (await ask("{hello}", headers={"authorization": "Bearer beta"}, offered=offered)).status_code == 200
    assert (await ask("{hello}", offered=offered)).status_code == 200


async def test_a_document_that_is_refused_costs_as_well() -> None:
    offered = service(quotas=Quotas(public=30))
    answers = [await ask("{nothing}", offered=offered) for _ in range(5)]
    assert answers[-1].status_code == 429


async def test_every_answer_carries_the_requests_id() -> None:
    assert (await ask("{hello}", headers={"x-request-id": "till-7.0001"})).headers["x-request-id"] == "till-7.0001"
    for unfit in ("short", "x" * 65, "has space", "new\tline!!"):
        made = (await ask("{hello}", headers={"x-request-id": unfit})).headers["x-request-id"]
        assert made != unfit
        assert len(made) == 32
    broken = await ask("{broken}", headers={"x-request-id": "till-7.0002"})
    assert broken.json()["errors"][0]["extensions"]["requestId"] == "till-7.0002"


async def test_every_answer_keeps_browsers_careful() -> None:
    headers = (await ask("{hello}")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "max-age" in headers["strict-transport-security"]


def events(body: str) -> list[tuple[str, Any]]:
    found = []
    for block in body.strip().split("\n\n"):
        lines = dict(line.split(":", 1) for line in block.split("\n"))
        data = lines["data"].strip()
        found.append((lines["event"].strip(), orjson.loads(data) if data else None))
    return found


async def test_a_subscription_is_answered_in_events() -> None:
    response = await ask("subscription{count(to:2)}", headers={"accept": EVENTS})
    assert response.headers["content-type"].startswith(EVENTS)
    told = events(response.text)
    assert [name for name, _ in told] == ["next", "next", "complete"]
    assert told[0][1]["data"] == {"count": 1}


async def test_a_subscription_asked_for_in_json_is_told_how_to_ask() -> None:
    response = await ask("subscription{count(to:2)}")
    assert response.status_code == 406
    assert EVENTS in response.json()["errors"][0]["message"]


async def test_a_stream_of_events_ends_with_its_token() -> None:
    tokens = Tokens()
    offered = service(tokens, check_seconds=0.02)

    async def revoke() -> None:
        await asyncio.sleep(0.1)
        del tokens.known["alpha"]

    async with asyncio.timeout(5):
        response, _ = await asyncio.gather(
            ask("subscription{forever}", headers={"accept": EVENTS, **AS_ALPHA}, offered=offered), revoke()
        )
    assert [name for name, _ in events(response.text)] == ["next", "complete"]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ([], JSON),
        ([""], JSON),
        (["*/*"], JSON),
        (["application/*"], JSON),
        ([GRAPHQL], GRAPHQL),
        ([f"{JSON};q=0.5, {GRAPHQL}"], GRAPHQL),
        ([f"{GRAPHQL}, {JSON}"], GRAPHQL),
        ([f"{JSON}, {GRAPHQL}"], JSON),
        ([JSON, GRAPHQL], JSON),
        ([f"{JSON};q=0, {GRAPHQL};q=0.1"], GRAPHQL),
        ([f"{GRAPHQL};q=nan, {JSON};q=0.1"], JSON),
        (["text/html"], None),
        ([f"{JSON};q=0"], None),
        (["," * 5_000], None),
        ([EVENTS], EVENTS),
    ],
)
def test_the_best_media_type_is_taken(accept: list[str], media: str | None) -> None:
    assert negotiated(accept) == media


def test_a_body_has_one_type() -> None:
    assert is_json(["application/json; charset=UTF-8"])
    assert is_json(['Application/JSON;charset="utf-8"'])
    assert not is_json([])
    assert not is_json(["application/json", "application/json"])
    assert not is_json(["application/json-patch+json"])


def test_the_endpoint_is_one_path_for_all() -> None:
    assert isinstance(Endpoint(lambda _scope: service()), Endpoint)
