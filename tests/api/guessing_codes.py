"""Attackers with fifty accounts who guess at codes over HTTP, and honest members who enter theirs meanwhile."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from typing import Any

import httpx

from domain.codes import writing
from domain.codes.models import BatchKind
from domain.ids import ClientId, MemberId, PartnerId, WalletId, new_id
from domain.members.recognition import KnownMember
from hansa.service import Service
from partners.limits import Limits
from partners.scopes import MEMBER_SCOPES, Scope
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from resolvers.guessing import Guessing
from schema.execution import Engine
from schema.root import product
from tests.builders.graphql import KEYS, Tokens, application
from tests.domain.codes.pantry import Pantry
from tests.domain.earning.world import KEYS as MEMBERS

ENGINE = Engine(product())
ACCOUNTS, CLIENTS, ADDRESSES = 50, 5, 20
A_MEMBER_MAY_MISS = 10

ANSWER = "{ entry { points product { sku } } code: entry { units } replayed userErrors { code } }"
MINE = f"mutation($code: String!) {{ done: myCodeEnter(input: {{ code: $code }}) {ANSWER} }}"
AT_TILL = (
    "mutation($code: String!, $card: String!) { done: codeEnter(input: { code: $code, member: { cardNumber: $card } })"
    f" {ANSWER} }}"
)
LOOK = "mutation($code: String!) { done: myCodeCheck(input: { code: $code }) { code { units } userErrors { code } } }"
TWICE = """mutation($code: String!, $other: String!) {
    one: myCodeEnter(input: { code: $code }) { replayed } two: myCodeEnter(input: { code: $other }) { replayed } }"""


@dataclass
class Street:
    """Where it happens: the application, who may ask it, and from which addresses."""

    pantry: Pantry
    tokens: Tokens
    doors: list[httpx.AsyncClient] = field(default_factory=list)
    """One for each address on the network; the last one is the honest members' own."""
    cards: list[str] = field(default_factory=list)
    number: Any = field(default_factory=lambda: count(1))

    async def say(self, who: str, text: str, door: int = -1, **variables: Any) -> Any:
        """An answer, whatever it is."""
        headers = {"authorization": f"Bearer {who}"}
        sent = await self.doors[door].post("/graphql", json={"query": text, "variables": variables}, headers=headers)
        return sent.json()

    async def batched(self, who: str, text: str, codes: list[str], door: int) -> httpx.Response:
        """Many operations in one body, as some servers take them."""
        body = [{"query": text, "variables": {"code": code}} for code in codes]
        return await self.doors[door].post("/graphql", json=body, headers={"authorization": f"Bearer {who}"})

    def member(self, name: str, who: KnownMember) -> None:
        """Somebody signs in."""
        ids = {"member_id": MemberId(who.member_id), "wallet_id": WalletId(who.wallet_id)}
        self.tokens.known[name] = Viewer(audience=Audience.MEMBER, scopes=MEMBER_SCOPES, **ids)  # type: ignore[arg-type]

    def client(self, name: str, partner: PartnerId, on_behalf_of: KnownMember | None = None) -> None:
        """A till or storefront."""
        self.tokens.known[name] = Viewer(
            audience=Audience.PARTNER,
            scopes=frozenset({Scope.CODES_REDEEM, Scope.CODES_MANAGE}),
            partner_id=partner,
            client_id=ClientId(new_id()),
            on_behalf_of=on_behalf_of,
        )


@asynccontextmanager
async def a_street(pantry: Pantry) -> AsyncIterator[Street]:
    """Fifty accounts, five clients, twenty addresses; no time passes, so no bucket fills up again."""
    street = Street(pantry, Tokens({}))
    guessing = Guessing(Limits(), None, lambda: 0.0, code_misses=A_MEMBER_MAY_MISS)

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - the service's own form
        keys = replace(KEYS, lookups=MEMBERS.lookup, personal_data=MEMBERS.personal)
        made = Context(
            viewer=viewer, database=pantry.database, clock=lambda: pantry.now, keys=keys, snapshots=snapshots
        )
        made.guessing = guessing
        return made

    who = street.tokens
    offered = Service(engine=ENGINE, context_of=context_of, viewer_of=who.viewer_of, still_stands=who.still_stands)
    app = application(offered)
    for address in range(ADDRESSES + 1):
        transport = httpx.ASGITransport(app, client=(f"198.51.100.{address}", 4711))
        street.doors.append(httpx.AsyncClient(transport=transport, base_url="http://hansa.test"))
    for number in range(ACCOUNTS):
        card = f"THIEF{number:04}"
        street.member(f"thief{number}", await pantry.world.member(card))
        street.cards.append(card)
    for number in range(CLIENTS):
        street.client(f"till{number}", pantry.world.shop)
    try:
        yield street
    finally:
        for door in street.doors:
            await door.aclose()


def guesses(live: dict[BatchKind, list[str]], used: list[str], chance: random.Random) -> Iterator[str]:
    """Without end: random codes, near misses with a right check character, neighbours, swapped batches, used ones."""
    number, other = (writing.VALUES[code[0]] for code in live[BatchKind.STATELESS][:2])
    assert number == other, "codes of one batch begin alike"

    def whole(body: str) -> str:
        return body + writing.check_character(body)

    def near() -> str:
        code = chance.choice(live[chance.choice(list(BatchKind))]).replace("-", "")
        place = chance.randrange(16)
        return whole(code[:place] + chance.choice(writing.ALPHABET.replace(code[place], "")) + code[place + 1 : 16])

    def neighbour() -> str:
        body = chance.choice(live[BatchKind.STATELESS]).replace("-", "")[:16]
        bits = sum(writing.VALUES[one] << 5 * (15 - at) for at, one in enumerate(body))
        bits += chance.choice((-1, 1)) * chance.randrange(1, 5) << writing.MAC_BITS
        return whole("".join(writing.ALPHABET[bits >> 5 * (15 - at) & 31] for at in range(16)))

    def swapped() -> str:
        one, two = (chance.choice(live[kind]).replace("-", "") for kind in BatchKind)
        return whole(two[:4] + one[4:16]) if chance.random() < 0.5 else whole(one[:4] + two[4:16])

    def drawn() -> str:
        return whole("".join(chance.choices(writing.ALPHABET, k=16)))

    def entered() -> str:
        return chance.choice(used)

    for make in cycle((drawn, near, neighbour, swapped, entered)):
        yield make()
