"""The authorization server, its pages and files over the two shops; each has a member linked and its own tokens."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from domain.ids import MemberId
from partners.buckets.models import Taken
from partners.limits import Limit, Limits
from partners.mail import Mail
from partners.oauth import authorizing
from partners.scopes import PURPOSE_OF_SCOPE
from partners.sign_in import sessions
from partners.sign_in.sessions import Subject
from partners.state import AccessState, opened
from tests.builders.graphql import KEYS
from tests.isolation.filing import offered
from tests.isolation.sides import Side
from tests.isolation.world import World
from tests.partners.linking import pkce, read

ISSUER = "http://localhost:8000"
SHAPE = re.compile(r"(urn:.*:|[^.]*\.[^.]*\.|hansa_[a-z]+_)?")
"""What words of a kind begin with: the name of what they are, or what a token says before it is signed."""
SCOPE = " ".join(["openid", *sorted(PURPOSE_OF_SCOPE)])


class Plenty:
    """Buckets that are never empty: what is counted here is not how often somebody asks."""

    async def take(self, limit: Limit, caller: str, *, wanted: int, least: int, at: float) -> Taken:  # noqa: ARG002
        """All that is wanted."""
        return Taken(wanted, 0.0)


@dataclass
class Mailbox:
    """Mail that goes no further."""

    mails: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        """Keep it."""
        self.mails.append(mail)


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """A server with two linked storefronts, and the browsers of their members."""

    world: World
    access: AccessState
    http: httpx.AsyncClient
    mailbox: Mailbox
    words: Mapping[str, Mapping[str, str]]
    """What each shop was given: tokens, a code and a request that wait, and the session of its member."""

    async def post(self, side: Side, path: str, **form: str) -> httpx.Response:
        """What the authorization server answers a shop's client."""
        return await self.http.post(path, data=form, auth=(str(side.client_id), side.client_secret))

    def unknown(self, what: str, side: Side, *, seed: int = 1) -> str:
        """A word of the same shape that nobody was given."""
        chance = random.Random(seed)
        word = self.words[side.name][what]
        kept = len(SHAPE.match(word)[0])  # type: ignore[index]  # it matches anything
        return word[:kept] + "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in word[kept:])


@asynccontextmanager
async def an_entrance(world: World) -> AsyncIterator[Entrance]:
    """Open the server, and link each shop's member to it. Time stands still, so that nothing ends by itself."""
    at, mailbox = datetime.now(UTC), Mailbox()
    async with opened(
        world.database,
        issuer=ISSUER,
        keys=KEYS,
        clock=lambda: at,
        ticks=lambda: 0.0,
        mailer=mailbox,
        limits=Limits(Plenty()),
    ) as access:
        transport = httpx.ASGITransport(offered(world, access))
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as http:
            bare = Entrance(world=world, access=access, http=http, mailbox=mailbox, words={})
            words = {side.name: await _linked(bare, side) for side in (world.amber, world.birch)}
            yield Entrance(world=world, access=access, http=http, mailbox=mailbox, words=words)


async def _linked(entrance: Entrance, side: Side) -> dict[str, str]:
    member_id = MemberId(side.member.member_id)
    verifier, code = await _code(entrance, side)
    redeemed = await entrance.post(
        side,
        "/oauth/token",
        grant_type="authorization_code",
        code=code,
        code_verifier=verifier,
        redirect_uri=side.redirect_uri,
    )
    assert redeemed.status_code == 200, redeemed.text
    tokens = redeemed.json()
    own = await entrance.post(side, "/oauth/token", grant_type="client_credentials")
    waiting_verifier, waiting = await _code(entrance, side)
    async with entrance.access.transaction() as session:
        begun = sessions.begin(session, Subject(member_id=member_id), landing="/account", now=entrance.access.clock())
    facts = await sessions_of(entrance.access, begun.secret)
    return {
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "id token": tokens["id_token"],
        "own token": own.json()["access_token"],
        "code": waiting,
        "code verifier": waiting_verifier,
        "request": await _pushed(entrance, side, pkce()[1]),
        "cookie": begun.secret,
        "session": facts,
    }


async def sessions_of(access: AccessState, secret: str) -> str:
    """The id of a session, as the account page names it."""
    async with access.transaction() as session:
        facts = await sessions.seen(session, sessions.hashed(secret), now=access.clock())
    assert facts is not None
    return str(facts.session_id)


async def _pushed(entrance: Entrance, side: Side, challenge: str) -> str:
    pushed = await entrance.post(
        side,
        "/oauth/par",
        response_type="code",
        client_id=str(side.client_id),
        redirect_uri=side.redirect_uri,
        scope=SCOPE,
        state="a state",
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    assert pushed.status_code == 201, pushed.text
    return str(pushed.json()["request_uri"])


async def _code(entrance: Entrance, side: Side) -> tuple[str, str]:
    verifier, challenge = pkce()
    request_uri = await _pushed(entrance, side, challenge)
    query = {"client_id": str(side.client_id), "request_uri": request_uri}
    arrived = await entrance.http.get("/oauth/authorize", params=query)
    assert arrived.status_code == 303, arrived.text
    access = entrance.access
    asked = await authorizing.asking(access, request_uri)
    member_id = MemberId(side.member.member_id)
    said = await authorizing.approve(
        access, asked, member_id, frozenset(PURPOSE_OF_SCOPE), signed_in_at=access.clock(), methods=("otp",)
    )
    return verifier, read(said)["code"]
