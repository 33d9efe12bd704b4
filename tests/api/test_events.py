"""Events over the API: in order, within one's scopes, behind the wall, and resumed where one stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from domain.coalition.models import Partner
from domain.events import queries
from domain.events.keeping import KEPT, forget
from domain.ids import ClientId, MemberId, PartnerId, WalletId, new_id
from domain.ledger.moving import merge_members
from domain.members.recognition import KnownMember
from domain.storage import Database, ReadSession, Sight
from hansa.service import Service
from partners.scopes import MEMBER_SCOPES, PARTNER_CEILING, Scope
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from resolvers.events import stream
from resolvers.following import REMEMBERED, feeds_of
from schema.execution import Engine, Request
from schema.root import product
from tests.builders.coalition import writing
from tests.builders.graphql import KEYS, Tokens, application
from tests.builders.ledger import Books, a_ledger
from tests.builders.sockets import Socket, connected
from tests.domain.events.builders import REAL, all_numbered, allow, following, forbid

ENGINE = Engine(product())
EVERYTHING = """subscription($after: String, $kinds: [EventKind!]) { events(after: $after, kinds: $kinds) {
    id kind cursor occurredAt member { id wallet { available } }
    ... on RedemptionEvent { redemption { state spent } }
    ... on ConsentEvent { purpose }
    ... on CycleChanged { state cycle { name } } } }"""
KINDS = "subscription($after: String, $kinds: [EventKind!]) { events(after: $after, kinds: $kinds) { id kind cursor } }"
PAGE = "query($after: String, $first: Int!) { events(first: $first, after: $after) { nodes { id kind cursor }"
PAGES = f"{PAGE} pageInfo {{ hasNextPage endCursor }} }} }}"


@dataclass
class Api:
    """A coalition of two partners, and everybody who may ask."""

    books: Books
    viewers: dict[str, Viewer]

    def context(self, who: str, *, snapshots: bool = True) -> Context:
        """What one operation works with."""
        return Context(
            viewer=self.viewers[who],
            database=self.books.database,
            clock=lambda: self.books.now,
            keys=KEYS,
            snapshots=snapshots,
        )

    async def ask(self, who: str, text: str, **variables: Any) -> Any:
        """The answer to a query."""
        ready = ENGINE.ready(Request(text, variables), self.viewers[who])
        context = self.context(who)
        try:
            return (await ENGINE.answer(ready, context, request_id="1")).body
        finally:
            await context.close()

    @asynccontextmanager
    async def subscribed(self, who: str, text: str = KINDS, **variables: Any) -> AsyncIterator[Socket]:
        """A websocket that follows events."""

        async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001
            known = next(name for name, one in self.viewers.items() if one == viewer)
            return self.context(known, snapshots=snapshots)

        who_asks = Tokens(dict(self.viewers))
        known = {"viewer_of": who_asks.viewer_of, "still_stands": who_asks.still_stands}
        offered = Service(engine=ENGINE, context_of=context_of, **known)  # type: ignore[arg-type]
        async with connected(application(offered)) as socket:
            socket.send({"type": "connection_init", "payload": {"authorization": f"Bearer {who}"}})
            assert (await socket.take())["type"] == "connection_ack"
            socket.send({"id": "1", "type": "subscribe", "payload": {"query": text, "variables": variables}})
            yield socket

    async def refusal(self, who: str, **variables: Any) -> str:
        """Why a subscription is refused."""
        async with self.subscribed(who, **variables) as socket:
            payload = (await socket.take())["payload"]
            error = payload[0] if isinstance(payload, list) else payload["errors"][0]
            return str(error["extensions"]["code"])


async def told(socket: Socket) -> dict[str, Any]:
    """The next event."""
    message = await socket.take()
    assert message["type"] == "next", message
    event = message["payload"]["data"]["events"]
    return {**event, "errors": message["payload"].get("errors", [])}


async def several(socket: Socket, count: int) -> list[dict[str, Any]]:
    return [await told(socket) for _ in range(count)]


def client(partner: Partner) -> Viewer:
    return Viewer(
        audience=Audience.PARTNER,
        scopes=PARTNER_CEILING,
        partner_id=PartnerId(partner.partner_id),
        client_id=ClientId(new_id()),
    )


@pytest.fixture
async def api(database: Database, database_url: str) -> AsyncIterator[Api]:
    async with a_ledger(database, database_url) as books:
        shop, maker = client(books.shop), client(books.maker)
        who = await books.member()
        viewers = {
            "shop": shop,
            "maker": maker,
            "display": replace(shop, scopes=frozenset({Scope.BALANCE_READ})),
            "shelves": replace(shop, scopes=frozenset({Scope.CAMPAIGNS_PUBLISH})),
            "storefront": replace(shop, scopes=frozenset({Scope.BALANCE_READ}), on_behalf_of=who),
            "member": Viewer(
                audience=Audience.MEMBER,
                scopes=MEMBER_SCOPES,
                member_id=MemberId(who.member_id),
                wallet_id=WalletId(who.wallet_id),
            ),
            "coalition": Viewer(audience=Audience.COALITION, scopes=PARTNER_CEILING),
        }
        yield Api(books, viewers)


async def joined(api: Api) -> KnownMember:
    """A member of the shop, and all that happened before has been told."""
    who = await api.books.member()
    await all_numbered(api.books.database)
    return who


async def test_what_happens_is_told_as_it_happens(api: Api) -> None:
    books, who = api.books, await joined(api)
    async with api.subscribed("shop", EVERYTHING) as socket:
        await asyncio.sleep(0.3)
        await allow(books, who, books.shop.partner_id)
        await books.earn(who, 100)
        await books.end_hold(who, await books.hold(who, 20), 15)
        await all_numbered(books.database)
        events = await several(socket, 4)
    kinds = ["CONSENT_GIVEN", "PURCHASE_RECORDED", "REDEMPTION_AUTHORIZED", "REDEMPTION_CAPTURED"]
    assert [event["kind"] for event in events] == kinds
    given, _, *spent = events
    assert given["purpose"] == "BALANCE"
    assert [event["redemption"] for event in spent] == [{"state": "CAPTURED", "spent": "15"}] * 2
    assert {event["member"]["wallet"]["available"] for event in events} == {"85"}
    assert len({event["member"]["id"] for event in events}) == 1
    assert all(event["errors"] == [] for event in events)


@pytest.mark.parametrize("cut", [0, 2, 5])
async def test_who_resumes_after_a_cursor_is_told_exactly_what_follows(api: Api, cut: int) -> None:
    books, who = api.books, await joined(api)
    for points in range(1, 5):
        await books.earn(who, points)
    await all_numbered(books.database)
    async with api.subscribed("shop", after="") as socket:
        every = await several(socket, 7)
    async with api.subscribed("shop", after=every[cut]["cursor"]) as socket:
        assert await several(socket, 6 - cut) == every[cut + 1 :]
        await books.earn(who, 5)
        await all_numbered(books.database)
        assert (await told(socket))["kind"] == "PURCHASE_RECORDED"


async def test_pages_and_stream_tell_the_same_and_share_their_cursors(api: Api) -> None:
    books, who = api.books, await joined(api)
    for points in range(1, 5):
        await books.earn(who, points)
    await all_numbered(books.database)
    paged: list[Any] = []
    after, more = None, True
    while more:
        page = (await api.ask("shop", PAGES, first=2, after=after))["data"]["events"]
        paged += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    async with api.subscribed("shop", after="") as socket:
        streamed = [
            {key: event[key] for key in ("id", "kind", "cursor")} for event in await several(socket, len(paged))
        ]
    assert streamed == paged
    async with api.subscribed("shop", after=paged[-2]["cursor"]) as socket:
        assert (await told(socket))["id"] == paged[-1]["id"]
    rest = (await api.ask("shop", PAGES, first=9, after=streamed[2]["cursor"]))["data"]["events"]
    assert rest["nodes"] == streamed[3:]
    assert rest["pageInfo"]["endCursor"] == streamed[-1]["cursor"]


async def test_nobody_is_told_of_another_partners_events_nor_uses_its_cursors(api: Api) -> None:
    books, who = api.books, await joined(api)
    await books.earn(who, 100)
    await all_numbered(books.database)
    own = (await api.ask("shop", PAGES, first=100))["data"]["events"]["nodes"]
    others = (await api.ask("maker", PAGES, first=100))["data"]["events"]["nodes"]
    assert [event["kind"] for event in others] == ["CYCLE_CHANGED"]
    assert not {event["id"] for event in own} & {event["id"] for event in others}
    assert await api.refusal("maker", after=own[0]["cursor"]) == "INVALID_VALUE"
    assert (await api.ask("maker", PAGES, first=1, after=own[0]["cursor"]))["errors"][0]["extensions"]["code"] == (
        "INVALID_VALUE"
    )


async def test_the_domain_keeps_the_wall_where_the_database_does_not(api: Api) -> None:
    """As the owner, whom no row-level security binds."""
    books, who = api.books, await joined(api)
    await books.earn(who, 100)
    await all_numbered(books.database)
    await books.owner.execute("ALTER TABLE event DISABLE ROW LEVEL SECURITY")
    await books.owner.execute("ALTER TABLE event_forgotten DISABLE ROW LEVEL SECURITY")
    assert await following(books.database, books.shop.partner_id) != []
    async with books.database.session(Sight.partner(books.maker.partner_id)) as opened:
        session = ReadSession(opened)
        assert await queries.following(session, books.shop.partner_id, after=0, most=10) == []
        assert await queries.newest(session, books.shop.partner_id) == 0
    others = (await api.ask("maker", PAGES, first=100))["data"]["events"]["nodes"]
    assert [event["kind"] for event in others] == ["CYCLE_CHANGED"]


async def test_one_is_told_only_of_kinds_that_ones_scopes_could_read(api: Api) -> None:
    books, who = api.books, await joined(api)
    await allow(books, who, books.shop.partner_id)
    await books.earn(who, 100)
    await all_numbered(books.database)
    async with api.subscribed("display", EVERYTHING, after="") as socket:
        event = await told(socket)
    assert (event["kind"], event["member"]["wallet"]) == ("BALANCE_CHANGED", {"available": "100"})
    assert await api.refusal("display", kinds=["PURCHASE_RECORDED"]) == "FORBIDDEN"
    assert await api.refusal("shelves") == "FORBIDDEN"
    for nobody in ("member", "storefront", "coalition"):
        assert await api.refusal(nobody) == "WRONG_AUDIENCE"


async def test_who_takes_its_deeds_and_balances_is_told_of_each_deed_once(api: Api) -> None:
    books, who = api.books, await joined(api)
    await allow(books, who, books.shop.partner_id)
    await books.earn(who, 100)
    await books.earn(who, 1)
    await all_numbered(books.database)
    async with api.subscribed("shop", after="", kinds=["PURCHASE_RECORDED", "BALANCE_CHANGED"]) as socket:
        assert [event["kind"] for event in await several(socket, 2)] == ["PURCHASE_RECORDED"] * 2
        await books.redeem(who, 1)
        await all_numbered(books.database)
        assert (await told(socket))["kind"] == "BALANCE_CHANGED"


async def test_a_consent_that_was_revoked_before_reading_shows_no_balance(api: Api) -> None:
    books, who = api.books, await joined(api)
    await allow(books, who, books.maker.partner_id)
    await books.earn(who, 100)
    await forbid(books, who, books.maker.partner_id)
    await all_numbered(books.database)
    text = 'subscription { events(after: "", kinds: BALANCE_CHANGED) { kind member { id wallet { available } } } }'
    async with api.subscribed("maker", text) as socket:
        message = await socket.take()
    assert message["payload"]["errors"][0]["extensions"]["code"] == "CONSENT_MISSING"
    assert message["payload"]["data"]["events"] == {"kind": "BALANCE_CHANGED", "member": None}


async def test_an_event_of_a_member_that_was_merged_shows_whom_it_has_become(api: Api) -> None:
    books, old = api.books, await joined(api)
    new = await books.member()
    await allow(books, new, books.shop.partner_id)
    await books.earn(old, 100)
    await books.earn(new, 11)
    await merge_members(books.pool, old, new, now=books.now)
    await all_numbered(books.database)
    async with api.subscribed("shop", EVERYTHING, after="", kinds=["PURCHASE_RECORDED"]) as socket:
        first, second = await several(socket, 2)
    assert first["member"] == second["member"]
    assert first["member"]["wallet"] == {"available": "111"}


async def test_a_cursor_that_is_too_old_is_refused_and_no_gap_is_silent(api: Api) -> None:
    books, who = api.books, await joined(api)
    await books.earn(who, 1)
    await all_numbered(books.database)
    first = (await api.ask("shop", PAGES, first=1))["data"]["events"]["nodes"][0]["cursor"]
    async with writing(books.database) as session:
        await forget(session, now=REAL + 2 * KEPT)
    assert await api.refusal("shop", after=first) == "EVENTS_FORGOTTEN"
    refused = await api.ask("shop", PAGES, first=1, after=first)
    assert refused["errors"][0]["extensions"]["code"] == "EVENTS_FORGOTTEN"
    await books.earn(who, 2)
    await all_numbered(books.database)
    async with api.subscribed("shop", after="") as socket:
        assert (await told(socket))["kind"] == "PURCHASE_RECORDED"


async def test_a_partners_followers_share_one_question_a_batch(api: Api) -> None:
    books, who = api.books, await joined(api)
    asked: list[str] = []
    listener = lambda _c, _r, statement, *_: asked.append(statement)  # noqa: E731
    engine = books.database.engine.sync_engine
    followers = [stream(api.context("shop", snapshots=False), None, None) for _ in range(200)]
    waiting = [asyncio.ensure_future(anext(follower)) for follower in followers]
    try:
        async with asyncio.timeout(20):
            await asyncio.sleep(4)
            assert feeds_of(books.database).followers(books.shop.partner_id) == 200
            await books.earn(who, 1)
            await all_numbered(books.database)
            sqlalchemy_event.listen(engine, "before_cursor_execute", listener)
            begun = time.monotonic()
            feeds_of(books.database).ring([books.shop.partner_id])
            events = await asyncio.gather(*waiting)
            seconds = time.monotonic() - begun
    finally:
        sqlalchemy_event.remove(engine, "before_cursor_execute", listener)
        for task in waiting:
            task.cancel()
        for follower in followers:
            await follower.aclose()
    assert len({told.event.position for told in events}) == 1
    questions = [text for text in asked if "FROM event " in text or "FROM event\n" in text]
    assert 0 < len(questions) <= 2 + seconds, "the ring, and perhaps the poll of each second"
    assert feeds_of(books.database).followers(books.shop.partner_id) == 0


@pytest.mark.slow
async def test_a_slow_reader_is_told_all_and_nothing_is_kept_for_it(api: Api) -> None:
    books, who = api.books, await joined(api)
    total = REMEMBERED + 300
    follower = stream(api.context("shop", snapshots=False), None, "")
    quick = stream(api.context("shop", snapshots=False), None, None)
    slow = [await anext(follower)]
    waiting = asyncio.ensure_future(anext(quick))
    await asyncio.sleep(0.5)
    for points in range(total):
        await books.earn(who, points + 1)
    await all_numbered(books.database)
    await waiting
    seen = 1
    async for _ in quick:
        seen += 1
        if seen == total:
            break
    feed = feeds_of(books.database).feed(books.shop.partner_id)
    assert feed is not None
    assert feed.remembered == REMEMBERED
    async for one in follower:
        slow.append(one)
        if one.event.sequence == total:
            break
    sequences = [one.event.sequence for one in slow if one.event.wallet_id == who.wallet_id and one.event.sequence]
    assert sequences == list(range(1, total + 1))
    await follower.aclose()
    await quick.aclose()
