"""A server, a worker, two shops and their endpoints, on a pace that tests can wait for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from domain.coalition.models import Partner
from domain.earning import managing
from domain.earning.rules import RatePerUnit
from domain.earning.terms import Sponsor, Terms
from domain.ids import PartnerId
from domain.settlement import cycles
from domain.storage import Database
from domain.values import Rate
from hansa.storefront import Basket, Card, ClientSecret, Line, Storefront
from hansa.worker import working
from partners.scopes import SANDBOX_DEFAULT, Scope
from partners.webhooks.pace import Pace
from tests.builders.coalition import BEFORE, a_coalition, a_partner, writing
from tests.builders.served import a_secret, a_server, settings_for

SOON = timedelta(milliseconds=100)
HASTY = Pace(
    within=timedelta(seconds=2),
    rendering=timedelta(seconds=5),
    later=SOON,
    lease=timedelta(seconds=8),
    retries=(SOON, SOON * 2, SOON * 2, SOON * 4, *[SOON * 5] * 200),
    rest=SOON,
    longest_rest=SOON * 4,
)
LOCAL = {"outbound_hosts": "127.0.0.1"}
PURCHASES = """subscription { events(kinds: [PURCHASE_RECORDED]) {
    id kind cursor member { id } ... on PurchaseRecorded { purchase { id } } } }"""

_CREATE = """mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) {
    webhook { id state } secret replayed userErrors { code message path } } }"""


@dataclass(frozen=True, kw_only=True)
class Hook:
    """A webhook, and the secret that was shown once."""

    id: str
    secret: str


@dataclass(kw_only=True)
class Town:
    """Where it all happens."""

    database: Database
    database_url: str
    home: Path
    url: str
    shop: Partner
    rival: Partner
    credentials: dict[str, ClientSecret]

    @asynccontextmanager
    async def at(self, whose: str = "shop") -> AsyncIterator[Storefront]:
        """A shop's way to the coalition."""
        async with Storefront.opened(self.url, self.credentials[whose]) as front:
            yield front

    @asynccontextmanager
    async def worker(self, pace: Pace = HASTY) -> AsyncIterator[asyncio.Task[None]]:
        """A worker for as long as the block lasts; then it stops of itself."""
        stopping = asyncio.Event()
        settings = settings_for(self.database_url, self.home, **LOCAL)
        task = asyncio.create_task(working(settings, self.database, stopping, pace=pace))
        try:
            yield task
        finally:
            stopping.set()
            await asyncio.wait_for(task, 20)

    async def created(
        self, url: str, *, whose: str = "shop", document: str = PURCHASES, **changes: Any
    ) -> dict[str, Any]:
        """What becomes of a request for a webhook."""
        wanted = {"idempotencyKey": uuid4().hex, "name": "Till", "url": url, "document": document, **changes}
        async with self.at(whose) as front:
            made: dict[str, Any] = (await front.ask(_CREATE, {"input": wanted}))["webhookCreate"]
        return made

    async def hook(self, url: str, **wanted: Any) -> Hook:
        """A webhook."""
        made = await self.created(url, **wanted)
        assert made["userErrors"] == [], made
        return Hook(id=made["webhook"]["id"], secret=made["secret"])

    async def step(
        self, name: str, *, whose: str = "shop", shows: str = "webhook { state reason }", **said: Any
    ) -> Any:
        """One mutation of webhooks; what it answers."""
        kind = f"{name[0].upper()}{name[1:]}Input" if name not in _PLAIN else "WebhookInput"
        document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {shows} userErrors {{ code path }} }} }}"
        async with self.at(whose) as front:
            return (await front.ask(document, {"input": said}))[name]

    async def deliveries(self, hook: Hook, *, whose: str = "shop", **asked: Any) -> list[dict[str, Any]]:
        """The deliveries of a webhook, the newest first."""
        document = """query ($id: ID!, $state: WebhookDeliveryState) { webhook(id: $id) {
            deliveries(first: 100, state: $state) { nodes { id messageId state kind replays finishedAt
                attempts { number status answer problem } } } } }"""
        async with self.at(whose) as front:
            found = await front.ask(document, {"id": hook.id, **asked})
        nodes: list[dict[str, Any]] = found["webhook"]["deliveries"]["nodes"]
        return nodes

    async def webhook(self, hook: Hook) -> dict[str, Any]:
        """A webhook as it stands."""
        document = "query ($id: ID!) { webhook(id: $id) { state reason failingSince kinds url document } }"
        async with self.at() as front:
            found: dict[str, Any] = (await front.ask(document, {"id": hook.id}))["webhook"]
        return found


_PLAIN = {"webhookPause", "webhookResume", "webhookRemove", "webhookTest"}


def basket(card: str, dollars: int = 10, **changes: Any) -> Basket:
    """Milk for so many dollars."""
    usual = {"member": Card(card), "lines": (Line("milk", Decimal(dollars)),), "currency": "USD", "outlet": "1"}
    return Basket(**{**usual, **changes})


@asynccontextmanager
async def a_town(
    database: Database, database_url: str, home: Path, *, scopes: frozenset[Scope] = SANDBOX_DEFAULT
) -> AsyncIterator[Town]:
    """A server with two shops, where a dollar earns a point."""
    await a_coalition(database)
    shops = {name: await a_partner(database, name) for name in ("shop", "rival")}
    async with writing(database) as session:
        await cycles.open_first(session, now=BEFORE)
    for partner in shops.values():
        await earning(database, PartnerId(partner.partner_id), now=BEFORE)
    async with a_server(database_url, home, **LOCAL) as url:
        yield Town(
            database=database,
            database_url=database_url,
            home=home,
            url=url,
            shop=shops["shop"],
            rival=shops["rival"],
            credentials={name: await a_secret(database, partner, scopes=scopes) for name, partner in shops.items()},
        )


async def earning(database: Database, shop_id: PartnerId, *, now: datetime) -> None:
    """A dollar earns a point at a shop, and the shop pays for it."""
    terms = Terms(
        name="A point a dollar",
        rule=RatePerUnit(points=Rate(1)),
        starts_at=now,
        partners=frozenset({shop_id}),
        sponsors=(Sponsor(shop_id),),
    )
    async with writing(database) as session:
        draft = await managing.draft(session, shop_id, terms, now=now)
        await managing.publish(session, shop_id, draft.campaign_id, now=now)
