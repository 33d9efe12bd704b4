"""Mail is ended by its own link: without signing in, by one request, and by nobody who was not sent it."""

from __future__ import annotations

import asyncpg
import pytest

from domain.messages.topics import TOPICS, Topic
from partners.unsubscribing import Ending, address_of
from tests.partners.conftest import ISSUER, Place
from tests.partners.test_pages_mail import TRY, a_member, another_reader, asked, mailed, reader

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def ending(place: Place, owner: asyncpg.Connection, topic: str | None) -> str:
    """The path of a member's link."""
    member_id = await a_member(place)
    wallet_id = await owner.fetchval("SELECT wallet_id FROM member WHERE member_id = $1", member_id)
    said = Ending(topic=topic, wallet_id=wallet_id, member_id=member_id)
    address = address_of(said, issuer=ISSUER, key=place.access.keys.messages)
    assert address.startswith(f"{ISSUER}/messages/unsubscribe/")
    return address.removeprefix(ISSUER)


async def unmailed(owner: asyncpg.Connection) -> set[str]:
    """The topics of which the only member wants no mail."""
    rows = await owner.fetch(
        "SELECT w.key FROM message_preference, jsonb_each(ways) w WHERE NOT (w.value ->> 'mail')::boolean"
    )
    return {row["key"] for row in rows}


async def test_looking_ends_nothing_and_one_request_does(place: Place, owner: asyncpg.Connection) -> None:
    path = await ending(place, owner, "POINTS_EXPIRING")
    page = await place.browser.get(path)
    assert page.status_code == 200
    assert "No more mail like this?" in page.text
    assert await unmailed(owner) == set()
    for _ in range(2):
        answer = await place.browser.post(path, data=ONE_CLICK)
        assert answer.status_code == 200
        assert "You get no more mail like this." in answer.text
    assert await unmailed(owner) == {"POINTS_EXPIRING"}


async def test_the_page_speaks_the_readers_language(place: Place, owner: asyncpg.Connection) -> None:
    path = await ending(place, owner, "WELCOME")
    async with another_reader(place) as who:
        assert "Vairs nesūtīt šādas vēstules?" in (await who.open(path, **{"Accept-Language": "lv"})).answer.text


@pytest.mark.parametrize("topic", ["BIRTHDAY", None])
async def test_marketing_ends_with_all_of_marketing_and_a_digest_with_all_mail(
    place: Place, owner: asyncpg.Connection, topic: str | None
) -> None:
    path = await ending(place, owner, topic)
    await place.browser.post(path, data=ONE_CLICK)
    wanted = {one.value for one in Topic if topic is None or TOPICS[one].marketing}
    assert await unmailed(owner) == wanted


async def test_a_link_that_is_not_ours_ends_nothing(place: Place, owner: asyncpg.Connection) -> None:
    path = await ending(place, owner, "WELCOME")
    for other in (path[:-1], path[:-4] + "AAAA", "/messages/unsubscribe/x", "/messages/unsubscribe/" + "A" * 120):
        for answer in (await place.browser.get(other), await place.browser.post(other, data=ONE_CLICK)):
            assert answer.status_code == 404
            assert "This link does not work" in answer.text
    assert await unmailed(owner) == set()


async def test_who_types_the_code_that_was_mailed_has_verified_the_address(
    place: Place, owner: asyncpg.Connection
) -> None:
    member_id = await a_member(place)
    page = await asked(reader(place))
    assert await owner.fetchval("SELECT count(*) FROM message_address") == 0
    await reader(place).send(page.form(TRY), code=await mailed(place))
    row = await owner.fetchrow("SELECT member_id, refused_at FROM message_address")
    assert row is not None
    assert tuple(row) == (member_id, None)
