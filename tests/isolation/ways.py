"""All ways out of the server, as one shop and its member may try them: each gives what is told, to the last header."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import httpx

from hansa.clocks import CoalitionClock
from hansa.webhooks import Courier
from partners.fetching import Outbound
from partners.sign_in import cookies, sessions
from partners.webhooks.delivering import Due
from tests.builders.graphql import KEYS
from tests.builders.webhooks import NOW as LISTENED
from tests.builders.webhooks import claimed, succeeded
from tests.isolation.asking import ENGINE
from tests.isolation.documents import document
from tests.isolation.entrance import ISSUER, Entrance, an_entrance
from tests.isolation.filing import DOWNLOADS, Address, readable
from tests.isolation.names import Names, names_of, unknown
from tests.isolation.sides import Side
from tests.isolation.viewers import as_partner
from tests.isolation.world import World

TOKENS = ("access token", "refresh token", "id token", "own token", "code", "request")
HOWS = ("stolen", "unknown", "own")
EVERYTHING = re.sub(r"\(\$kinds[^)]*\)|\(kinds: \$kinds[^)]*\)", "", document("Subscription.events", 6))
"""Every field of every event, asked as a webhook does: without variables."""
DOCUMENTS = (
    EVERYTHING,
    "subscription { events { id kind cursor occurredAt member { id kind wallet { available pending } } } }",
    "subscription { events { ... on PurchaseEvent { purchase { id points member { id } } } } }",
)
QUEUE = """
INSERT INTO webhook_delivery
    (delivery_id, webhook_id, partner_id, lane, position, number, kind, replays, state, attempts, created_at)
SELECT gen_random_uuid(), $1, $2, md5(position::text)::uuid, position, number, kind, true, 'WAITING', 0, $3 FROM event
    WHERE number IS NOT NULL
"""
LANES = """
INSERT INTO webhook_lane (webhook_id, lane, partner_id, waiting, due_at)
SELECT webhook_id, lane, partner_id, 1, $2 FROM webhook_delivery WHERE webhook_id = $1 AND state = 'WAITING'
"""
JWT = re.compile(r"eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+")
TELLS_NOTHING = re.compile(r'nonce-[\w+/=-]+|nonce="[^"]+"|value="[\w-]{43}"|request_uri%3A[\w-]{43}')
"""What is another at each look and stands for nothing, and what a page's links say again of its own address."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Ways:
    """One of the shops tries what it can to learn of the other."""

    world: World
    entrance: Entrance
    courier: Courier
    dues: Sequence[Due]
    """A delivery to the shop's own webhook for every event there is, also for those that are not its own."""

    @property
    def shop(self) -> Side:
        """Who tries."""
        return self.world.amber

    async def message(self, number: int, which: int) -> str:
        """What the shop's webhook would send of an event; events are counted, all there are."""
        due = replace(self.dues[number % len(self.dues)], document=DOCUMENTS[which % len(DOCUMENTS)], kinds=None)
        payload = await self.courier.payload(due)
        return "" if payload is None else payload.body.decode()

    def word(self, what: str, how: str) -> str:
        """The other shop's token, one that nobody was given, or one's own."""
        if how == "unknown":
            return self.entrance.unknown(what, self.world.birch)
        side = self.world.birch if how == "stolen" else self.shop
        return self.entrance.words[side.name][what]

    async def answer(self, name: str, how: str) -> str:
        """What the authorization server, or a page of it, answers."""
        response = await ANSWERS[name](self, how)
        kept = sorted((key, value) for key, value in response.headers.items() if key not in {"date", "set-cookie"})
        return TELLS_NOTHING.sub("", f"{response.status_code} {kept} {opened_up(readable(response))}")

    def names(self, how: str) -> Names:
        """The other shop's things in one's own ids, things that nobody has, or one's own."""
        viewer = as_partner(self.shop.partner_id)
        if how == "unknown":
            return unknown(self.world.birch, self.world, viewer)
        return names_of(self.world.birch if how == "stolen" else self.shop, self.world, viewer)

    async def file(self, method: str, address: str) -> httpx.Response:
        """As the shop's client."""
        headers = {"Authorization": f"Bearer {self.word('own token', 'own')}"}
        return await self.entrance.http.request(
            method, address, headers=headers, content=b"" if method == "GET" else b"a,b"
        )

    async def post(self, path: str, **form: str) -> httpx.Response:
        """As the shop's client."""
        return await self.entrance.post(self.shop, path, **form)

    async def browse(self, method: str, path: str, **form: str) -> httpx.Response:
        """As the shop's member, signed in."""
        secret = self.entrance.words[self.shop.name]["cookie"]
        headers = {"Cookie": f"hansa={secret}", "Origin": ISSUER}
        if method == "GET":
            return await self.entrance.http.get(path, params=form, headers=headers)
        token = cookies.page_token(KEYS.browser, sessions.hashed(secret))
        return await self.entrance.http.post(path, data={"form_token": token, **form}, headers=headers)


Answers = Callable[[Ways, str], Awaitable[httpx.Response]]


def _introspects(what: str) -> Answers:
    return lambda ways, how: ways.post("/oauth/introspect", token=ways.word(what, how))


def _revokes(what: str) -> Answers:
    # One's own are kept for later.
    return lambda ways, how: ways.post("/oauth/revoke", token=ways.word(what, "unknown" if how == "own" else how))


def _bears(what: str) -> Answers:
    async def answer(ways: Ways, how: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {ways.word(what, how)}"}
        return await ways.entrance.http.get("/oauth/userinfo", headers=headers)

    return answer


def _downloads(address: Address) -> Answers:
    return lambda ways, how: ways.file("GET", address(ways.names(how)))


async def _puts(ways: Ways, how: str) -> httpx.Response:
    return await ways.file("PUT", DOWNLOADS["how far a file is"](ways.names(how)))


async def _downloads_by_its_word(ways: Ways, how: str) -> httpx.Response:
    """By the very id that the other shop was told."""
    birch = ways.world.birch
    names = names_of(birch, ways.world, as_partner(birch.partner_id)) if how == "stolen" else ways.names(how)
    return await ways.file("GET", DOWNLOADS["statements of a Statement as csv"](names))


async def _tells_itself(ways: Ways, _how: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {ways.word('access token', 'own')}"}
    return await ways.entrance.http.get("/oauth/userinfo", headers=headers)


async def _refreshes(ways: Ways, how: str) -> httpx.Response:
    return await ways.post("/oauth/token", grant_type="refresh_token", refresh_token=ways.word("refresh token", how))


async def _redeems(ways: Ways, how: str) -> httpx.Response:
    side = ways.world.birch if how != "own" else ways.shop
    form = {"code_verifier": ways.entrance.words[side.name]["code verifier"], "redirect_uri": ways.shop.redirect_uri}
    return await ways.post("/oauth/token", grant_type="authorization_code", code=ways.word("code", how), **form)


async def _comes_with_a_request(ways: Ways, how: str) -> httpx.Response:
    query = {"client_id": str(ways.shop.client_id), "request_uri": ways.word("request", how)}
    return await ways.entrance.http.get("/oauth/authorize", params=query)


async def _ends_a_session(ways: Ways, how: str) -> httpx.Response:
    theirs = ways.entrance.words[ways.world.birch.name]["session"]
    return await ways.browse("POST", "/account/sessions/end", session=theirs if how == "stolen" else str(uuid4()))


async def _takes_back(ways: Ways, how: str) -> httpx.Response:
    whose = str(ways.world.birch.partner_id if how == "stolen" else uuid4())
    return await ways.browse("POST", "/account/shops/take-back", partner=whose, purpose="BALANCE")


async def _asks_for_a_code(ways: Ways, how: str) -> httpx.Response:
    birch = ways.world.birch
    address = f"{birch.word}@{birch.name}.example" if how == "stolen" else "nobody@nowhere.example"
    return await ways.browse("POST", "/sign-in/mail", email=address)


ANSWERS: Mapping[str, Answers] = {
    **{f"introspect {what}": _introspects(what) for what in TOKENS},
    **{f"revoke {what}": _revokes(what) for what in TOKENS},
    **{f"bear {what}": _bears(what) for what in TOKENS if what not in {"access token", "own token"}},
    **{f"download {what}": _downloads(address) for what, address in DOWNLOADS.items()},
    "download by another's word": _downloads_by_its_word,
    "put": _puts,
    "userinfo": _tells_itself,
    "refresh": _refreshes,
    "redeem": _redeems,
    "authorize": _comes_with_a_request,
    "account": lambda ways, _how: ways.browse("GET", "/account"),
    "session": lambda ways, _how: ways.browse("GET", "/bff/session"),
    "end a session": _ends_a_session,
    "take back": _takes_back,
    "mailed code": _asks_for_a_code,
}
"""What a shop's client and its member may ask, with the other's words, with nobody's, or with their own."""


def opened_up(text: str) -> str:
    """A text, and what the tokens in it say."""
    said = [base64.urlsafe_b64decode(body + "==").decode() for body in JWT.findall(text)]
    return "\n".join([text, *said])


@asynccontextmanager
async def all_ways(world: World) -> AsyncIterator[Ways]:
    """A server over the world, and a worker that sends what happens."""
    clock = CoalitionClock(world.database)
    await clock.look()
    courier = Courier(
        database=world.database,
        engine=ENGINE,
        outbound=Outbound(),
        keys=KEYS,
        coalition_clock=clock,
        clock=lambda: LISTENED,
    )
    async with an_entrance(world) as entrance:
        yield Ways(world=world, entrance=entrance, courier=courier, dues=await every_event(world))


async def every_event(world: World) -> list[Due]:
    """A delivery to the shop's webhook of each event of anybody's, as a worker claims it."""
    owner = await asyncpg.connect(world.url)
    try:
        await owner.execute("SET app.sight = 'coalition'")
        await owner.execute("UPDATE webhook_delivery SET state = 'GIVEN_UP', finished_at = now()")
        await owner.execute("DELETE FROM webhook_lane")
        await owner.execute(QUEUE, world.amber.webhook_id, world.amber.partner_id, LISTENED)
        await owner.execute(LANES, world.amber.webhook_id, LISTENED)
    finally:
        await owner.close()
    found: list[Due] = []
    while dues := await claimed(world.database, now=LISTENED + timedelta(hours=len(found))):
        for due in dues:
            assert await succeeded(world.database, due, now=LISTENED + timedelta(hours=len(found)))
        found += dues
    return found
