"""`hansa segment`: defined from a file, refreshed, kept by hand; and the worker that keeps them fresh."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import typer

from domain.errors import InvalidValue, NotFound
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.errors import MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember
from domain.segments.definitions import Recency
from domain.segments.errors import InvalidSegment, SegmentByRule, SegmentNotFound
from domain.storage import Database
from hansa import segmenting
from hansa.commands.segment import app
from hansa.settings import load
from partners.keys import derive
from tests.builders.ledger import DAY, KEYS, a_ledger
from tests.domain.segments.builders import Street, a_street
from tests.hansa.test_settling import Desk as SettlingDesk


class Desk(SettlingDesk):
    """The command as `hansa` has it."""

    app = typer.Typer()


Desk.app.add_typer(app.app)


@pytest.fixture
async def street(database: Database, database_url: str) -> AsyncIterator[Street]:
    """Two shops: `shop` and `birch`."""
    async with a_ledger(database, database_url) as books, a_street(books) as street:
        yield street


def written(folder: Path, **said: Any) -> str:
    path = folder / "segment.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    return str(path)


async def joined(street: Street, card: str) -> KnownMember:
    """Somebody with a card that the commands can read."""
    keys = derive(load(secret_key="0123456789abcdef" * 4).key())
    command = EnrolMember(
        partner_id=street.amber, idempotency_key=f"enrol-{card}", identifiers=(Identifier.card(card),)
    )
    sealing = MemberKeys(lookup=keys.lookups, personal=keys.personal_data)
    return (await enrol(street.books.pool, command, keys=sealing, now=street.now)).member


LAPSED = {"parts": [{"kind": "RECENCY", "days": 90}, {"kind": "RECENCY", "days": 30, "bought": False}]}


async def test_a_segment_is_defined_filled_changed_and_retired(
    database_url: str, street: Street, tmp_path: Path
) -> None:
    desk = Desk(database_url)
    for _ in range(12):
        await street.buys(await street.member(), ago=40)
    file, shop = written(tmp_path, name="Lapsed", definition=LAPSED, shared_with=["birch"]), ("--partner", "shop")
    assert await desk.says("segment", "define", file, *shop, "--preview") == {"members": 12}
    assert await desk.says("segment", "list") == []
    made = await desk.says("segment", "define", file, *shop)
    assert (made["version"], made["partner"], made["shared_with"]) == (1, "shop", ["birch"])
    assert "not yet" in await desk.shows("segment", "list", *shop)
    [refreshed] = await desk.says("segment", "refresh")
    assert (refreshed["name"], refreshed["size"], refreshed["come"], refreshed["gone"]) == ("Lapsed", 12, 12, 0)
    assert "Nothing is due" in await desk.shows("segment", "refresh")
    shown = await desk.shows("segment", "show", "lapsed", *shop)
    assert "did not buy for 30 days" in shown
    assert "shared with" in shown
    assert (await desk.says("segment", "define", file, *shop))["version"] == 1, "the same again"
    file = written(tmp_path, name="Lapsed", definition={"parts": [{"kind": "RECENCY", "days": 30, "bought": False}]})
    assert (await desk.says("segment", "define", file, *shop))["version"] == 2
    assert await desk.says("segment", "list", "--partner", "birch") == []
    await desk.shows("segment", "retire", "Lapsed", *shop)
    assert isinstance(await desk.refuses("segment", "show", "Lapsed", *shop), SegmentNotFound)
    assert [one["name"] for one in await desk.says("segment", "list", "--retired")] == ["Lapsed"]


@pytest.mark.usefixtures("street")
async def test_a_file_that_says_something_else_is_refused(database_url: str, tmp_path: Path) -> None:
    desk = Desk(database_url)
    for said, why in (
        ({}, InvalidValue),
        ({"name": "x", "parts": []}, InvalidValue),
        ({"name": "x", "refresh_hours": "6"}, InvalidValue),
        ({"name": "x", "definition": {"parts": [{"kind": "RECENCY", "days": 0}]}}, InvalidSegment),
        ({"name": "x", "definition": {"parts": [{"kind": "RECENCY", "days": 1, "partners": ["nobody"]}]}}, NotFound),
    ):
        assert isinstance(await desk.refuses("segment", "define", written(tmp_path, **said)), why), said
    assert isinstance(await desk.refuses("segment", "define", str(tmp_path / "none.json")), InvalidValue)


async def test_lists_are_kept_by_card(database_url: str, street: Street, tmp_path: Path) -> None:
    desk = Desk(database_url)
    cards = [f"55500{n}" for n in range(3)]
    members = [await joined(street, card) for card in cards]
    await desk.shows("segment", "define", written(tmp_path, name="Staff"), "--partner", "shop")
    staff = ("segment", "members", "Staff", "--partner", "shop")
    on_it = await desk.says(*staff, "--add", cards[0], "--add", cards[1])
    assert {one["member"] for one in on_it} == {str(member.member_id) for member in members[:2]}
    assert len(await desk.says(*staff, "--add", cards[2], "--remove", cards[0])) == 2
    assert "2 on the list" in await desk.shows(*staff)
    assert isinstance(await desk.refuses(*staff, "--add", "5559999"), MemberNotFound)
    await desk.shows("segment", "define", written(tmp_path, name="Friends"))
    friends = ("segment", "members", "Friends", "--add", cards[0])
    assert isinstance(await desk.refuses(*friends), InvalidValue)
    assert len(await desk.says(*friends, "--by", "shop")) == 1
    rule = written(tmp_path, name="Lapsed", definition=LAPSED)
    await desk.shows("segment", "define", rule)
    assert isinstance(await desk.refuses("segment", "members", "Lapsed"), SegmentByRule)


async def test_the_worker_refreshes_what_is_due_and_only_that(street: Street) -> None:
    who = await street.member()
    await street.buys(who)
    mine, theirs = await street.segment(Recency(days=9)), await street.segment(Recency(days=9), owner=street.birch)
    database, key = street.books.database, KEYS.personal
    done = await segmenting.refresh_due(database, personal_key=key, now=street.now)
    assert {one.segment_id: one.size for one in done} == {mine.segment_id: 1, theirs.segment_id: 0}
    assert await segmenting.refresh_due(database, personal_key=key, now=street.now) == []
    [again, _] = await segmenting.refresh_due(database, personal_key=key, now=street.now + 10 * DAY)
    assert (again.size, again.gone) == (0, 1)
