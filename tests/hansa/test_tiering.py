"""`hansa tier`: drawn up from a file, published, given by hand, recomputed; and the worker that keeps standings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from domain.errors import InvalidValue
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember
from domain.storage import Database
from domain.tiers.errors import NothingToPublish, TierNotFound, TierProgrammeNotFound, TooEarly
from hansa.commands.tier import app
from hansa.settings import load
from hansa.tiering import look_around
from partners.keys import derive
from tests.builders.ledger import a_ledger
from tests.domain.tiers.builders import Town, a_town
from tests.hansa.test_settling import Desk as SettlingDesk

CLUB = """
name: Club
counts: spend
per: calendar year
tiers:
  - {name: Member, from: 0}
  - {name: Silver, from: 300, benefits: Double points}
  - {name: Gold, from: 1000}
"""


class Desk(SettlingDesk):
    """The command as `hansa` has it."""

    app = typer.Typer()


Desk.app.add_typer(app.app)


@pytest.fixture
async def town(database: Database, database_url: str) -> AsyncIterator[Town]:
    """Two shops: `shop` and `birch`."""
    async with a_ledger(database, database_url) as books, a_town(books) as town:
        yield town


async def joined(town: Town, card: str) -> KnownMember:
    """Somebody with a card that the commands can read."""
    keys = derive(load(secret_key="0123456789abcdef" * 4).key())
    command = EnrolMember(partner_id=town.amber, idempotency_key=f"enrol-{card}", identifiers=(Identifier.card(card),))
    sealing = MemberKeys(lookup=keys.lookups, personal=keys.personal_data)
    return (await enrol(town.books.pool, command, keys=sealing, now=town.books.now)).member


async def test_a_programme_is_drawn_up_published_given_by_hand_and_recomputed(
    database_url: str, town: Town, tmp_path: Path
) -> None:
    desk, shop, file = Desk(database_url), ("--partner", "shop"), tmp_path / "club.yaml"
    file.write_text(CLUB, encoding="utf-8")
    assert "no tier programmes yet" in await desk.shows("tier", "list")
    assert isinstance(await desk.refuses("tier", "show", *shop), TierProgrammeNotFound)
    drawn = await desk.says("tier", "draw-up", str(file), *shop)
    assert (drawn["state"], drawn["partner"], len(drawn["versions"])) == ("DRAFT", "shop", 1)
    assert isinstance(await desk.refuses("tier", "publish", *shop, "--from", "2020-01-01"), TooEarly)
    assert (await desk.says("tier", "publish", *shop))["state"] == "LIVE"
    assert isinstance(await desk.refuses("tier", "publish", *shop), NothingToPublish)
    assert "what is spent in a calendar year; kept to the end of the next" in await desk.shows("tier", "show", *shop)
    who = await joined(town, "9900001")
    await town.buys(who, 300_00)
    done = await desk.says("tier", "recompute", *shop)
    assert (done["wallets"], done["changed"]) == (1, 1)
    assert [one["tier"] for one in await desk.says("tier", "standings", *shop)] == ["Silver"]
    reason = ("--reason", "Opened the shop with us")
    assert isinstance(await desk.refuses("tier", "invite", "Golden", "9900001", *reason, *shop), TierNotFound)
    assert isinstance(await desk.refuses("tier", "invite", "Gold", "9900001", *reason, *shop, "--match"), InvalidValue)
    [given] = [await desk.says("tier", "invite", "Gold", "9900001", *reason, *shop, "--until", "2026-12-31")]
    assert (given["tier"], given["why"]) == ("Gold", "INVITED")
    shown = await desk.shows("tier", "standings", "Gold", *shop)
    assert "by invitation to Gold" in shown
    assert "2027-01-01" in shown
    assert (await desk.says("tier", "end", *shop))["state"] == "ENDED"
    assert isinstance(await desk.refuses("tier", "recompute", *shop), TierProgrammeNotFound)


async def test_the_worker_looks_at_what_ended_what_was_missed_and_at_all_members_of_a_new_version(
    database: Database, town: Town
) -> None:
    town.on("2026-01-05")
    anna = await town.joins("2026-01-05")
    await town.buys(anna, 300_00)
    club = await town.programme()
    assert await look_around(database, now=town.on("2026-01-06")) == 1, "all members, since the programme is new"
    assert await town.kept_until(anna, club) == ("Silver", "2028-01-01")
    now = town.on(datetime(2026, 2, 1, 12, tzinfo=UTC))
    assert await look_around(database, now=now) == 0
    await town.buys(anna, 700_00)
    assert await look_around(database, now=now + timedelta(seconds=30)) == 1, "posted, and nobody looked"
    assert await town.kept_until(anna, club) == ("Gold", "2028-01-01")
    assert await look_around(database, now=now + timedelta(seconds=60)) == 0
    assert await look_around(database, now=town.on("2028-01-01")) == 1, "its term is over"
    assert await town.kept_until(anna, club) == ("Member", None)
