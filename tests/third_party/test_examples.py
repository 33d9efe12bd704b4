"""The programs of docs/storefront.md and docs/webhooks.md, run as they stand there."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from domain.storage import Database, opened
from partners.scopes import Scope
from partners.webhooks import signing
from tests.builders.served import a_secret
from tests.builders.storefronts import AtHome, at_home
from tests.builders.town import Town, a_town, basket
from tests.conftest import ROOT, Fresh
from tests.third_party.installing import installed, run

MODULE = pytest.mark.asyncio(loop_scope="module")

PAGE, WEBHOOKS = ROOT / "docs" / "storefront.md", ROOT / "docs" / "webhooks.md"
ADA, CARD = "ada@example.org", "ADA 0001"
PATIENCE_SECONDS = 30
AGAIN = "Connect your points again: /connect"
LINKS = "{ myLinks { nodes { partner { id slug } } } }"
SEND_AWAY = "mutation ($input: LinkRevokeInput!) { linkRevoke(input: $input) { userErrors { code } } }"
STRICT = ("--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext", "--types", "node")


def block(heading: str, language: str, page: Path = PAGE) -> str:
    """The first program below a heading of a page."""
    below = page.read_text(encoding="utf-8").partition(f"# {heading}\n")[2]
    found = re.search(rf"```{language}\n(.*?)```", below, re.DOTALL)
    assert found is not None, heading
    return found[1]


@dataclass(frozen=True)
class Scene:
    """A coalition with a shop that has no storefront yet, and a member who earned points elsewhere."""

    town: Town
    database: Database
    ada: AtHome

    async def send_away(self) -> None:
        """Ada takes everything back that the shop was allowed."""
        nodes = (await self.ada.ask(LINKS))["myLinks"]["nodes"]
        (shop,) = [one["partner"]["id"] for one in nodes if one["partner"]["slug"] == "shop"]
        done = await self.ada.ask(SEND_AWAY, input={"partner": shop})
        assert done["linkRevoke"]["userErrors"] == []

    async def registered(self, at: Path, shop: str) -> dict[str, str]:
        """Make a key and register a client as the page says; gives what the page's programs are told."""
        (at / "key.py").write_text(block("Before you begin", "python"))
        await run(sys.executable, "key.py", at=at)
        client = await a_secret(
            self.database,
            self.town.shop,
            scopes=frozenset({Scope.BALANCE_READ, Scope.PURCHASES_WRITE}),
            redirect_uris=(f"{shop}/back",),
            jwks=json.loads((at / "public.json").read_text()),
            dpop_bound=True,
        )
        told = {"HANSA": self.town.url, "SHOP": shop, "PORT": shop.rpartition(":")[2], "PYTHONPATH": str(ROOT)}
        return {**os.environ, **told, "CLIENT_ID": client.client_id, "CLIENT_KEY": str(at / "client.json")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """Ada signs in once for all."""
    home = tmp_path_factory.mktemp("home")
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fresh())
        database = await stack.enter_async_context(opened(url, connections=4))
        town = await stack.enter_async_context(a_town(database, url, home))
        async with town.at("rival") as front:
            await front.enrol(card=CARD, email=ADA)
            await front.purchase(basket(CARD, 5))
        yield Scene(town, database, await stack.enter_async_context(at_home(town.url, url, home, ADA)))


@asynccontextmanager
async def running(scene: Scene, at: Path, *command: str) -> AsyncIterator[str]:
    """A storefront's address, while its program runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        shop = f"http://localhost:{free.getsockname()[1]}"
    told = await scene.registered(at, shop)
    with (at / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(*command, cwd=at, env=told, stdout=said, stderr=said)
    try:
        await _open(shop, process, at / "said")
        yield shop
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _open(shop: str, process: asyncio.subprocess.Process, said: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    async with httpx.AsyncClient() as visitor:
        while True:
            try:
                await visitor.get(f"{shop}/points")
            except httpx.ConnectError:
                assert process.returncode is None, said.read_text()  # noqa: ASYNC240
                assert time.monotonic() < until
                await asyncio.sleep(0.1)
            else:
                return


async def story(scene: Scene, shop: str, at: Path) -> None:
    """A customer links its points, buys, and takes it back."""
    async with httpx.AsyncClient(base_url=shop, timeout=PATIENCE_SECONDS) as browser:

        async def visit(path: str, status: int, **how: Any) -> str:
            answer = await browser.request(how.get("method", "GET"), path)
            assert answer.status_code == status, (answer.text, (at / "said").read_text())
            return answer.headers["location"] if status == 303 else answer.text

        assert await visit("/points", 401) == "Connect your points: /connect"
        assert await visit("/back?code=x&state=x", 400) == "Connect your points: /connect"
        await visit("/connect", 303)
        assert "Not done" in await visit(f"/back?code=x&state=forged&iss={scene.town.url}", 400)

        back = await scene.ada.allow(await visit("/connect", 303), but=("balance:read",))
        assert await visit(back, 401) == AGAIN

        back = await scene.ada.allow(await visit("/connect", 303))
        assert await visit(back, 303) == "/points"
        assert await visit(back, 400) == "Connect your points: /connect", "an answer counts once"
        before = int((await visit("/points", 200)).removesuffix(" points"))
        for _ in range(2):
            assert await visit(f"/orders/{at.name}", 200, method="POST") == "12 points"
        assert await visit("/points", 200) == f"{before + 12} points", "the second time is the same purchase"

        await scene.send_away()
        assert await visit("/points", 401) == AGAIN
        assert await visit(f"/orders/{at.name}-later", 200, method="POST") == "12 points"


@MODULE
async def test_the_storefront_in_python_links_shows_records_and_is_sent_away(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(block("A storefront in Python", "python"))
    async with running(scene, tmp_path, sys.executable, "shop.py") as shop:
        await story(scene, shop, tmp_path)


@MODULE
@pytest.mark.audit
async def test_the_storefront_in_typescript_links_shows_records_and_is_sent_away(scene: Scene, tmp_path: Path) -> None:
    await compiled(tmp_path, shop=block("A storefront in TypeScript", "ts"))
    async with running(scene, tmp_path, "node", "shop.mjs") as shop:
        await story(scene, shop, tmp_path)


MESSAGE, BODY = "msg_1", b'{"type":"purchase.recorded"}'


def sent(secret: str, *, ago: int = 0) -> dict[str, str]:
    """The headers that a message has, as our worker signs it."""
    return signing.headers(
        (signing.new_secret(), secret), MESSAGE, BODY, now=datetime.now(UTC) - timedelta(seconds=ago)
    )


def messages() -> list[tuple[bool, list[Any]]]:
    """What a receiver gets, and whether it is to be believed."""
    secret = signing.new_secret()
    Webhook(secret).verify(BODY, good := sent(secret))
    changed, another = BODY + b" ", sent(signing.new_secret())
    cases = [(True, good, BODY), (False, good, changed), (False, another, BODY), (False, sent(secret, ago=400), BODY)]
    cases += [
        (False, {**good, f"webhook-{name}": value}, BODY) for name, value in (("id", "msg_2"), ("signature", "v1,"))
    ]
    return [(believed, [secret, headers, body.decode()]) for believed, headers, body in cases]


def test_the_check_of_a_message_in_python_believes_what_is_signed_and_nothing_else() -> None:
    page: dict[str, Any] = {}
    exec(block("Without a library", "python", WEBHOOKS), page)  # noqa: S102 - our own page
    for believed, (secret, headers, body) in messages():
        assert page["verified"](secret, headers, body.encode()) is believed, headers


@pytest.mark.audit
async def test_the_check_of_a_message_in_typescript_believes_what_is_signed_and_nothing_else(tmp_path: Path) -> None:
    await compiled(tmp_path, message=block("Without a library", "ts", WEBHOOKS))
    cases = messages()
    tell = """import { verified } from "./message.mjs";
        const told = JSON.parse(process.argv[1]).map(([secret, headers, body]) =>
          verified(secret, headers, Buffer.from(body)));
        if (JSON.stringify(told) !== process.argv[2]) throw new Error(JSON.stringify(told));"""
    believed = json.dumps([believed for believed, _ in cases], separators=(",", ":"))
    await run("node", "--input-type=module", "-e", tell, json.dumps([case for _, case in cases]), believed, at=tmp_path)


async def compiled(at: Path, **programs: str) -> None:
    """Check programs as strictly as TypeScript does, and translate them."""
    await installed(at)
    for name, program in programs.items():
        (at / f"{name}.mts").write_text(program)
    await run(at / "node_modules" / ".bin" / "tsc", *STRICT, *(f"{name}.mts" for name in programs), at=at)
