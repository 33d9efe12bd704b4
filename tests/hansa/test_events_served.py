"""Events as a running server tells them: with ids, over its death, and as long as the token counts."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.coalition.models import PartnerStatus
from domain.coalition.partners import change_status
from domain.storage import Database
from tests.builders.coalition import writing
from tests.builders.ledger import Books, a_ledger
from tests.builders.served import SECRET, a_secret, a_server
from tests.shape.tree import ROOT

FOLLOW = """subscription($after: String) { events(after: $after, kinds: [PURCHASE_RECORDED]) {
    cursor ... on PurchaseRecorded { purchase { id points } } } }"""
ENROL = """mutation { memberEnrol(input: { idempotencyKey: "the-first-member-1", cardNumber: "90000001" }) {
    userErrors { code message } } }"""
RECORD = """mutation($key: IdempotencyKey!) { purchaseRecord(input: { idempotencyKey: $key, currency: "USD",
    outletCode: "1", member: { cardNumber: "90000001" }, lines: [{ sku: "apple", amount: "1.00" }] }) {
    purchase { id } userErrors { code message } } }"""
STREAM = {"accept": "text/event-stream"}


class Till:
    """A client of the shop."""

    def __init__(self, http: httpx.AsyncClient, url: str, token: str) -> None:
        self.http = http
        self.url = url
        self.token = token

    async def ask(self, text: str, **variables: Any) -> Any:
        """The answer to a query or a mutation."""
        sent = {"query": text, "variables": variables}
        answer = await self.http.post(f"{self.url}/graphql", json=sent, headers=self.headers())
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]

    def headers(self, **more: str) -> dict[str, str]:
        """What every request carries."""
        return {"authorization": f"Bearer {self.token}", **more}

    async def record(self, key: str) -> str:
        """A purchase is recorded; its id."""
        said = (await self.ask(RECORD, key=f"purchase-{key}-of-this-test"))["purchaseRecord"]
        assert said["userErrors"] == []
        return str(said["purchase"]["id"])

    @asynccontextmanager
    async def following(self, after: str | None = None, *, last_id: str | None = None) -> AsyncIterator[Stream]:
        """The stream of the shop's purchases."""
        sent = {"query": FOLLOW, "variables": {"after": after}}
        more = {} if last_id is None else {"last-event-id": last_id}
        headers = self.headers(**STREAM, **more)
        async with self.http.stream("POST", f"{self.url}/graphql", json=sent, headers=headers) as response:
            assert response.status_code == 200
            yield Stream(response)


class Stream:
    """Server-sent events as a browser reads them."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.last_id = ""

    async def next(self) -> tuple[str, Any]:
        """The next event: its name and what it carries."""
        name, data = "", ""
        async with asyncio.timeout(20):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    self.last_id = value
                elif field.startswith("data"):
                    data = value
                elif not line and name:
                    return name, json.loads(data) if data else None
        raise EOFError

    async def drained(self) -> None:
        """All that is left of it, to the bitter end."""
        while True:
            await self.next()

    async def purchase(self) -> str:
        """The next purchase that is told."""
        name, body = await self.next()
        assert name == "next"
        event = body["data"]["events"]
        assert event["cursor"] == self.last_id
        assert event["purchase"]["points"] == "0"
        return str(event["purchase"]["id"])


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    async with a_ledger(database, database_url) as books:
        yield books


async def a_till(books: Books, http: httpx.AsyncClient, url: str) -> Till:
    """A client of the shop with a token."""
    secret = await a_secret(books.database, books.shop)
    asked = await http.post(
        f"{url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(secret.client_id, secret.secret),
    )
    till = Till(http, url, asked.json()["access_token"])
    await till.ask(ENROL)
    return till


async def test_purchases_are_told_with_ids_and_resumed_by_the_last_one(
    books: Books, database_url: str, tmp_path: Path
) -> None:
    async with a_server(database_url, tmp_path) as url, httpx.AsyncClient() as http:
        till = await a_till(books, http, url)
        made = [await till.record(str(number)) for number in range(4)]
        async with till.following("") as stream:
            assert [await stream.purchase() for _ in range(4)] == made
            first = stream.last_id
            made.append(await till.record("while-following"))
            assert await stream.purchase() == made[4]
            assert stream.last_id != first
        async with till.following("", last_id=first) as again:
            assert await again.purchase() == made[4]


async def test_a_stream_ends_with_what_the_token_may(books: Books, database_url: str, tmp_path: Path) -> None:
    async with a_server(database_url, tmp_path) as url, httpx.AsyncClient() as http:
        till = await a_till(books, http, url)
        await till.record("1")
        async with till.following("") as stream:
            await stream.purchase()
            async with writing(books.database) as session:
                await change_status(session, books.shop.partner_id, PartnerStatus.LEAVING)
                await change_status(session, books.shop.partner_id, PartnerStatus.CLOSED)
            assert (await stream.next())[0] == "complete"
        sent = {"query": FOLLOW, "variables": {}}
        refused = await http.post(f"{url}/graphql", json=sent, headers=till.headers(**STREAM))
        assert refused.status_code == 401


@asynccontextmanager
async def a_process(database_url: str, home: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A server of its own, which is killed without a word in the end."""
    surroundings = {
        **os.environ,
        "HANSA_DATABASE_URL": database_url,
        "HANSA_HOME": str(home),
        "HANSA_SECRET_KEY": SECRET,
    }
    words = ["-m", "hansa", "serve", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, env=surroundings, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient() as http:
            for _ in range(300):
                if await _up(http, port):
                    break
                await asyncio.sleep(0.2)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _up(http: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await http.get(f"http://127.0.0.1:{port}/health")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.slow
async def test_a_reader_outlives_the_server_without_loss_or_double(
    books: Books, database_url: str, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url, read, made = f"http://127.0.0.1:{port}", [], []
    async with httpx.AsyncClient() as http:
        async with a_process(database_url, tmp_path, port) as process:
            till = await a_till(books, http, url)
            made += [await till.record(f"before-{number}") for number in range(6)]
            async with till.following("") as stream:
                read += [await stream.purchase() for _ in range(3)]
                last = stream.last_id
                process.kill()
                with pytest.raises((httpx.TransportError, EOFError)):
                    await stream.drained()
        async with a_process(database_url, tmp_path, port):
            till = await a_till(books, http, url)
            made += [await till.record(f"after-{number}") for number in range(3)]
            async with till.following(last_id=last) as stream:
                read += [await stream.purchase() for _ in range(6)]
    assert read == made
