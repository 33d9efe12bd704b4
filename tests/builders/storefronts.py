"""Members at their browsers and storefronts that link them, over real pages and real HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from domain.coalition.models import Partner
from domain.storage import Database
from hansa import mailing
from hansa.storefront import ClientSecret, Linking, MemberLink
from partners.scopes import PURPOSE_OF_SCOPE, Scope
from tests.builders.pages import Page, Reader
from tests.builders.served import a_secret, settings_for

BACK = "https://shop.example/back"
EVERY_SCOPE = tuple(sorted(scope.value for scope in PURPOSE_OF_SCOPE))
LOOKS, PAUSE_SECONDS = 500, 0.02


@dataclass(frozen=True)
class AtHome:
    """A member in front of a browser of its own."""

    email: str
    mail: Path
    """Where the sandbox keeps its mails."""
    browser: httpx.AsyncClient

    @property
    def _reader(self) -> Reader:
        return Reader(self.browser, str(self.browser.base_url).rstrip("/"))

    async def allow(self, address: str, *, but: tuple[str, ...] = ()) -> str:
        """Follow a storefront's link, sign in, allow all that is asked but some scopes; gives where that leads."""
        page = await self._signed_in(await self._reader.open(address))
        unticked: dict[str, Any] = {f"allow:{scope}": None for scope in but}
        page = await self._reader.send(page.form("/authorize"), follow=False, answer="allow", **unticked)
        assert page.answer.is_redirect, page.text
        location: str = page.answer.headers["location"]
        return location

    async def joins(self, link: str) -> Page:
        """Follow a friend's link or a poster's, type one's address and then the code that was mailed there."""
        page, before = await self._reader.open(link), mailing.newest(self.mail)
        page = await self._reader.send(page.form(link), email=self.email)
        return await self._reader.send(page.form("/sign-in/code"), code=await self.mailed(before))

    async def signs_in(self) -> Page:
        """Sign in by a code that is mailed."""
        return await self._signed_in(await self._reader.open("/sign-in"))

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Ask the API from a page of ours."""
        session = (await self.browser.get("/bff/session")).json()
        headers = {"X-CSRF-Token": session["csrfToken"], "Origin": self._reader.origin}
        body = {"query": document, "variables": variables}
        answer = (await self.browser.post("/graphql", json=body, headers=headers)).json()
        assert "errors" not in answer, answer
        told: dict[str, Any] = answer["data"]
        return told

    async def _signed_in(self, page: Page) -> Page:
        if not any(form.action == "/sign-in/mail" for form in page.forms):
            return page
        before = mailing.newest(self.mail)
        page = await self._reader.send(page.form("/sign-in/mail"), email=self.email)
        return await self._reader.send(page.form("/sign-in/code"), code=await self.mailed(before))

    async def mailed(self, before: Path | None) -> str:
        """The code of the newest mail, once there is one after `before`."""
        found = mailing.newest(self.mail)
        for _ in range(LOOKS):
            if found is not None and found != before:
                break
            await asyncio.sleep(PAUSE_SECONDS)
            found = mailing.newest(self.mail)
        assert found is not None
        return str(re.findall(r"\d{4} \d{4}", mailing.read(found).text)[0])


@asynccontextmanager
async def at_home(issuer: str, database_url: str, home: Path, email: str) -> AsyncIterator[AtHome]:
    """A member opens a browser."""
    async with httpx.AsyncClient(base_url=issuer) as browser:
        yield AtHome(email, mailing.folder_of(settings_for(database_url, home)), browser)


async def a_web_shop(database: Database, partner: Partner, *scopes: Scope, name: str = "Web shop") -> ClientSecret:
    """A client that members can be linked to: for all that they may grant, unless said otherwise."""
    wanted = frozenset(scopes or PURPOSE_OF_SCOPE)
    return await a_secret(database, partner, name=name, scopes=wanted, redirect_uris=(BACK,))


async def linked(
    issuer: str, client: ClientSecret, member: AtHome, *scopes: str, but: tuple[str, ...] = ()
) -> MemberLink:
    """A link that the member allowed, for all that one may grant unless said otherwise."""
    async with Linking.opened(issuer, client, redirect_uri=BACK) as linking:
        begun = await linking.begin(*(scopes or EVERY_SCOPE))
        return await linking.finish(begun, await member.allow(begun.address, but=but))
