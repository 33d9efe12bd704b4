"""A coalition served on a port, its first admin at a browser, and whoever they let in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from joserfc import jwt
from joserfc.jwk import ECKey
from typer.testing import CliRunner

from domain.ids import new_id
from domain.storage import Database
from hansa.cli import app
from hansa.commands.staffing import invite_person
from tests.builders.coalition import a_coalition
from tests.builders.served import SECRET, a_server, settings_for
from tests.partners.conftest import ASSERTION, public

VIEWER = "{ viewer { audience scopes partner { slug } person { name roles freshAt } client { name } } }"
ADMIT = "mutation ($input: PartnerAdmitInput!) { partnerAdmit(input: $input) { partner { id } userErrors { code } } }"
STATUS = """mutation ($input: PartnerStatusInput!) {
    partnerChangeStatus(input: $input) { partner { status } userErrors { code } } }"""
INVITE = """mutation ($input: PersonInviteInput!) {
    personInvite(input: $input) { invitation { link mailed person { id name } } userErrors { code path } } }"""
AGAIN = """mutation ($input: PersonInviteAgainInput!) {
    personInviteAgain(input: $input) { invitation { link } userErrors { code } } }"""
CHANGE_ROLES = """mutation ($input: PersonChangeInput!) {
    personChange(input: $input) { person { roles } userErrors { code path } } }"""
LET_GO = "mutation ($input: PersonLetGoInput!) { personLetGo(input: $input) { person { active } userErrors { code } } }"
PEOPLE = "query ($partner: ID) { people(partner: $partner) { nodes { id name email roles active } } }"
CREATE = """mutation ($input: ClientCreateInput!) { clientCreate(input: $input) {
    client { id clientId scopes authMethod dpopBound keySetUrl redirectUris } secret userErrors { code path } } }"""
CHANGE = """mutation ($input: ClientChangeInput!) {
    clientChange(input: $input) { client { name scopes redirectUris } userErrors { code path } } }"""
ROTATE = """mutation ($input: ClientRotateInput!) {
    clientRotate(input: $input) { client { id } secret userErrors { code path } } }"""
REVOKE = """mutation ($input: ClientRevokeInput!) {
    clientRevoke(input: $input) { client { revokedAt } userErrors { code } } }"""
CLIENTS = "{ clients { nodes { id name scopes keySetFetchedAt keySetFailure } } clientCeiling }"
CEILING = "mutation ($input: CeilingSetInput!) { ceilingSet(input: $input) { scopes userErrors { code } } }"
TRAIL = """query ($first: Int, $subject: ID, $actions: [AuditAction!]) {
    auditTrail(first: $first, subject: $subject, actions: $actions) { nodes {
        action actor actorName actorPartner { slug } subject subjectName partner { slug } facts { name values } } } }"""
TRY_OUT = """mutation ($input: TestMembersCreateInput!) { testMembersCreate(input: $input) {
    members { cardNumber email signInLink member { id } } userErrors { code path } } }"""


@dataclass
class Browser:
    """Somebody at a browser."""

    http: httpx.AsyncClient
    token: str = ""

    async def follow(self, link: str) -> httpx.Response:
        """Open a one-time link and press its button."""
        code = link.partition("#")[2]
        answer = await self.http.post("/sign-in", data={"code": code}, headers=self.ours)
        session = (await self.http.get("/bff/session")).json()
        self.token = session.get("csrfToken", "")
        return answer

    @property
    def ours(self) -> dict[str, str]:
        """What a page of ours sends."""
        return {"Origin": str(self.http.base_url).rstrip("/")}

    async def ask(self, text: str, **values: Any) -> Any:
        """What the API answers; anything but data fails the test."""
        answer = await self.send(text, **values)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    async def do(self, text: str, **values: Any) -> Any:
        """What a mutation with one input gives."""
        (payload,) = (await self.ask(text, input=values)).values()
        assert payload["userErrors"] == [], payload
        return payload

    async def refused(self, text: str, **values: Any) -> str:
        """The code by which a mutation is refused."""
        (payload,) = (await self.ask(text, input=values)).values()
        (error,) = payload["userErrors"]
        return str(error["code"])

    async def send(self, text: str, **values: Any) -> httpx.Response:
        """Ask as a page of ours does."""
        headers = {**self.ours, "X-CSRF-Token": self.token}
        return await self.http.post("/graphql", json={"query": text, "variables": values}, headers=headers)

    async def file(self, path: str) -> bytes:
        """A file, fetched as a page of ours does."""
        headers = {"X-CSRF-Token": self.token, "Sec-Fetch-Site": "same-origin"}
        answer = await self.http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.content

    async def put(self, path: str, content: bytes, **headers: str) -> httpx.Response:
        """Bring a file, or a part of one, as a page of ours does."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {**self.ours, "X-CSRF-Token": self.token, "Sec-Fetch-Site": "same-origin"}
        return await self.http.put(path, content=content, headers=named)


@dataclass
class House:
    """A coalition with its first admin, served on a port."""

    url: str
    owner: asyncpg.Connection
    database_url: str
    home: Path
    stack: AsyncExitStack
    admin: Browser = field(init=False)

    async def browser(self) -> Browser:
        """Another browser."""
        http = await self.stack.enter_async_context(httpx.AsyncClient(base_url=self.url))
        return Browser(http)

    async def signed_in(self, link: str) -> Browser:
        """A browser in which somebody signed in."""
        browser = await self.browser()
        answer = await browser.follow(link)
        assert answer.status_code == 303, answer.text
        return browser

    async def partner(self, slug: str) -> tuple[str, Browser]:
        """A partner, admitted by the coalition's admin, and its first admin at a browser."""
        admitted = await self.admin.do(
            ADMIT, slug=slug, name=slug.title(), roles=["RETAILER"], hue=1, country="LV", company=f"{slug} SIA"
        )
        partner = admitted["partner"]["id"]
        await self.admin.do(STATUS, partner=partner, status="ACTIVE")
        invited = await self.admin.do(
            INVITE, name=f"Admin of {slug}", email=f"admin@{slug}.example", roles=["PARTNER_ADMIN"], partner=partner
        )
        return partner, await self.signed_in(invited["invitation"]["link"])

    async def token(self, client_id: str, key: ECKey, **form: Any) -> httpx.Response:
        """Ask for a token, signed with a key."""
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": self.url,
            "iat": now,
            "exp": now + 60,
            "jti": str(new_id()),
        }
        proof = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
        browser = await self.browser()
        return await browser.http.post("/oauth/token", data={**ASSERTION, "client_assertion": proof, **form})

    async def bearer(self, token: str, text: str = VIEWER, **values: Any) -> httpx.Response:
        """Ask the API with a token."""
        browser = await self.browser()
        return await browser.http.post(
            "/graphql", json={"query": text, "variables": values}, headers={"Authorization": f"Bearer {token}"}
        )

    async def ends(self, token: str) -> None:
        """A token counts no more within five seconds."""
        for _ in range(50):
            if (await self.bearer(token)).status_code == 401:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("the token still counts after five seconds")

    async def trail(self, who: Browser, **wanted: Any) -> list[dict[str, Any]]:
        """What the trail tells somebody, oldest first."""
        found: list[dict[str, Any]] = (await who.ask(TRAIL, first=100, **wanted))["auditTrail"]["nodes"]
        return found[::-1]

    async def verified(self) -> dict[str, Any]:
        """What `hansa verify` finds."""
        surroundings = {
            "HANSA_DATABASE_URL": self.database_url,
            "HANSA_HOME": str(self.home),
            "HANSA_SECRET_KEY": SECRET,
        }
        done = await asyncio.to_thread(CliRunner().invoke, app, ["verify", "--json"], env=surroundings)
        report: dict[str, Any] = json.loads(done.output)
        return report


@asynccontextmanager
async def a_house(
    database: Database, database_url: str, owner: asyncpg.Connection, tmp_path: Path, **founded: Any
) -> AsyncIterator[House]:
    """The coalition, whose operator invited its first admin from the command line."""
    await a_coalition(database, **founded)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(a_server(database_url, tmp_path, outbound_hosts="127.0.0.1"))
        house = House(url=url, owner=owner, database_url=database_url, home=tmp_path, stack=stack)
        link = await invite_person(
            settings_for(database_url, tmp_path, issuer=url),
            name="Agnes",
            email="agnes@hansa.example",
            roles=["COALITION_ADMIN"],
        )
        house.admin = await house.signed_in(link)
        yield house


def a_key() -> ECKey:
    """A client's own key."""
    return ECKey.generate_key("P-256", auto_kid=True)


def jwk(key: ECKey) -> dict[str, Any]:
    """Its public half."""
    (found,) = public(key)["keys"]
    return dict(found)
