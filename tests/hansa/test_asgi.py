"""The whole application on a real database: it starts, says how it is, and answers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from domain.coalition.founding import advance_clock
from domain.storage import Database
from hansa.asgi import create_app
from hansa.settings import Settings
from schema.root import printed
from tests.builders.coalition import NOON, a_coalition, writing

SECRET = "nothing but a test depends on this one: 8c1d0fa97b"


@asynccontextmanager
async def started(url: str, tmp_path: Path, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The application between the start and the end of its life."""
    settings = Settings(database_url=url, home=tmp_path, secret_key=SecretStr(SECRET), connections=2, **changes)
    app = create_app(settings)
    async with app.router.lifespan_context(app) as state:

        async def served(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(served, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with started(database_url, tmp_path) as client:
        yield client


async def test_it_says_that_it_is_up(client: httpx.AsyncClient) -> None:
    response = await client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "up", "database": "up"})


async def test_its_first_page_says_what_it_is_and_where_the_api_is(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    assert "loyalty platform" in page
    assert (await client.get(re.findall(r"href=\"([^\"]+look\.css[^\"]*)", page)[0])).status_code == 200
    assert "POST /graphql" in page


async def test_a_long_answer_travels_compressed_and_a_short_one_as_it_is(client: httpx.AsyncClient) -> None:
    """Events, which must not be kept back for it, are held to by the tests of their streams."""
    long, short = [
        await client.post("/graphql", json={"query": query}, headers={"accept-encoding": "gzip"})
        for query in ("{ __schema { types { name } } }", "{ serverTime }")
    ]
    assert long.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in long.headers["vary"]
    assert len(long.json()["data"]["__schema"]["types"]) > 100
    assert "content-encoding" not in short.headers


async def test_a_browser_that_came_by_number_is_led_to_the_name(client: httpx.AsyncClient) -> None:
    page = await client.get("/sign-in?landing=%2Fapp%2F", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (307, "http://localhost:8000/sign-in?landing=%2Fapp%2F")
    assert (await client.get("/health", headers={"accept": "*/*"})).status_code == 200, "programs may come as they like"
    named = await client.get("http://localhost:8000/", headers={"accept": "text/html"})
    assert named.status_code == 200


async def test_it_publishes_the_contract_it_serves(client: httpx.AsyncClient) -> None:
    assert (await client.get("/schema.graphql")).text == printed()


async def test_anybody_may_ask_who_they_are_and_how_much_they_may_ask(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{viewer{audience scopes} rateLimit{limit remaining}}"})
    assert response.status_code == 200, response.text
    body = response.json()["data"]
    assert body["viewer"] == {"audience": "NOBODY", "scopes": []}
    assert 0 < body["rateLimit"]["remaining"] < body["rateLimit"]["limit"]


async def test_a_token_it_did_not_issue_is_refused_with_the_way_to_get_one(client: httpx.AsyncClient) -> None:
    headers = {"authorization": "Bearer nonsense"}
    response = await client.post("/graphql", json={"query": "{serverTime}"}, headers=headers)
    assert response.status_code == 401
    assert "resource_metadata=" in response.headers["www-authenticate"]


async def test_a_sandboxs_time_is_told_as_soon_as_it_was_moved(client: httpx.AsyncClient, database: Database) -> None:
    await a_coalition(database)
    asked = {"query": "{serverTime}"}
    assert (await client.post("/graphql", json=asked)).json()["data"] == {"serverTime": "2026-03-02T12:00:00.000Z"}
    async with writing(database) as session:
        await advance_clock(session, to=NOON + timedelta(days=1))
    assert (await client.post("/graphql", json=asked)).json()["data"] == {"serverTime": "2026-03-03T12:00:00.000Z"}


async def test_the_public_may_be_kept_from_introspecting(database_url: str, tmp_path: Path) -> None:
    asked = {"query": "{__schema{types{name}}}"}
    async with started(database_url, tmp_path, introspection=False) as client:
        response = await client.post("/graphql", json=asked)
    assert response.json()["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"
    async with started(database_url, tmp_path) as client:
        assert (await client.post("/graphql", json=asked)).json()["data"]


async def test_trusted_documents_are_read_at_the_start(database_url: str, tmp_path: Path) -> None:
    documents = tmp_path / "documents.json"
    documents.write_text('{"now": "{serverTime}"}')
    async with started(database_url, tmp_path, trusted_documents=documents) as client:
        response = await client.get("/graphql", params={"documentId": "now"})
    assert response.status_code == 200
    assert response.json()["data"]["serverTime"].endswith("Z")


async def test_unknown_paths_are_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql/")).status_code in {404, 307}
    assert (await client.get("/nothing")).status_code == 404
