"""The demonstration's made-up month in a database, and its people in front of browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from playwright.async_api import Browser

from domain.coalition.founding import clock_of
from domain.storage import Database, opened
from hansa.journey import cast
from hansa.journey.founding import Founded, found
from hansa.journey.living import Life
from hansa.journey.made_up import MadeUp
from hansa.journey.staging import last_day, stage
from partners.keys import Keys, derive
from tests.browser.serving import SECRET, Served, Visit, entered

DAYS = 31
"""All that is made up, so that January is over and lies before the partners."""
ANNA, *_ = MadeUp().most_frequent(1)
CARD = cast.card_of(ANNA)
SHOP_CASHIER, MAKER_CASHIER, DISTRIBUTOR_CASHIER = (hand.email for hand in cast.HANDS if hand.role == "PARTNER_CASHIER")


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A copy of the demonstration, served."""

    database: Database
    founded: Founded
    keys: Keys
    served: Served
    browser: Browser

    @property
    def life(self) -> Life:
        """To let more happen by the domain."""
        return Life(self.database, MadeUp(), self.founded, self.keys)

    async def now(self) -> datetime:
        """What the sandbox's clock says."""
        clock = await clock_of(self.database.pool)
        assert clock is not None
        assert clock.at is not None
        return clock.at

    async def visit(
        self, who: str, landing: str, *, width: int = 390, language: str = "en-GB", beside: Visit | None = None
    ) -> Visit:
        """Somebody, by card or address, comes through a sign-in link; `beside` somebody: in the same browser."""
        named = {"person": who} if "@" in who else {"member": who}
        link = await self.served.link(landing, **named)
        return await entered(self.browser, link, landing, width=width, language=language, beside=beside)


async def a_demonstration(url: str) -> Founded:
    """Live the made-up month in a database."""
    keys = derive(SECRET.encode())
    async with opened(url, connections=4) as database:
        journey = MadeUp()
        founded = await found(database, journey, keys, say=lambda _what: None)
        life = Life(database, journey, founded, keys)
        await stage(life, founded, last_day(journey, DAYS), stopping=asyncio.Event(), lived=lambda _day: None)
    return founded


@asynccontextmanager
async def shown(url: str, founded: Founded, served: Served, browser: Browser) -> AsyncIterator[Demo]:
    """The demonstration of a database, with its server running."""
    async with opened(url, connections=4) as database, served.running():
        yield Demo(
            database=database,
            founded=founded,
            keys=derive(served.settings.key()),
            served=served,
            browser=browser,
        )
