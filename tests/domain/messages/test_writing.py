"""What members are told: of what happened and of what is to come, each once."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

import pytest

from domain.ledger.moving import merge_members
from domain.ledger.posting import Door
from domain.messages import writing
from domain.messages.preferring import Preferences, Ways
from domain.messages.topics import TOPICS, Topic
from domain.storage import COALITION, ReadSession, WriteSession
from tests.builders.ledger import DAY
from tests.builders.members import seeing
from tests.domain.messages.builders import Post


async def test_a_member_is_told_of_what_it_earned_where_for_what_and_by_whom(post: Post) -> None:
    who = await post.member()
    bought = post.books.purchase(
        who,
        post.books.award(100, wait=14 * DAY),
        post.books.award(20, sponsor_id=post.books.maker.partner_id, wait=14 * DAY),
    )
    await post.books.posted(Door.PURCHASES, bought)
    await post.tell()
    assert await post.topics(who) == ["POINTS_EARNED", "WELCOME"]
    (earned,) = [one for one in await post.inbox(who) if one.topic == "POINTS_EARNED"]
    assert (earned.params["points"], earned.params["waiting"]) == (120, 120)
    assert earned.params["partner"] == post.books.shop.name
    assert earned.params["sponsors"] == [post.books.maker.name]
    assert earned.params["waits_until"].startswith((post.now + 14 * DAY).date().isoformat())
    post.passes(15 * DAY)
    await post.books.sweep()
    await post.tell()
    released = (await post.inbox(who))[-1]
    assert (released.topic, released.params) == ("POINTS_RELEASED", {"points": 120})


async def test_spent_points_and_those_that_came_back_are_told(post: Post) -> None:
    who = await post.member()
    await post.books.earn(who, 100)
    held = await post.books.hold(who, 60)
    await post.tell()
    assert "POINTS_SPENT" not in await post.topics(who), "what is set aside is not spent"
    await post.books.end_hold(who, held, 40)
    spent = await post.books.redeem(who, 30)
    await post.books.reverse(who, spent)
    await post.tell()
    told = {one.topic: one.params["points"] for one in await post.inbox(who) if "points" in one.params}
    assert told["POINTS_GIVEN_BACK"] == 30
    assert sorted(one.params["points"] for one in await post.inbox(who) if one.topic == "POINTS_SPENT") == [30, 40]


async def test_nothing_is_told_twice_however_often_and_by_however_many_it_is_looked_for(post: Post) -> None:
    members = [await post.member() for _ in range(6)]
    for who in members:
        await post.books.earn(who, 10, last=5 * DAY)
        await post.books.earn(who, 20)
    await asyncio.gather(*(post.teller().tell(now=post.now) for _ in range(5)))
    await post.tell()
    for who in members:
        assert await post.topics(who) == [
            *("POINTS_EARNED", "POINTS_EARNED", "POINTS_EXPIRING", "POINTS_EXPIRING", "WELCOME"),
        ]
    assert await post.books.owner.fetchval("SELECT count(*) FROM message_cue") == 0


async def test_what_a_broken_turn_left_is_told_by_the_next_and_nothing_is_lost(post: Post) -> None:
    who = await post.member()
    await post.books.earn(who, 10)
    async with post.database.session(COALITION) as opened:
        await opened.begin()
        step = await writing.write(WriteSession(ReadSession(opened)), now=post.now)
        assert step.written == 2
        await opened.rollback()
    assert await post.topics(who) == []
    await post.tell()
    assert await post.topics(who) == ["POINTS_EARNED", "WELCOME"]


async def test_old_news_is_told_to_nobody(post: Post) -> None:
    who = await post.member()
    await post.books.earn(who, 10)
    post.passes(4 * DAY)
    await post.books.earn(who, 20)
    told = await post.tell()
    assert told.written == 1
    assert [one.params["points"] for one in await post.inbox(who)] == [20]


async def test_points_that_end_are_told_thirty_and_seven_days_ahead_once_a_span(post: Post) -> None:
    who = await post.member()
    for days in (60, 61, 62):
        await post.books.earn(who, 100, last=days * DAY)
    await post.tell()
    assert "POINTS_EXPIRING" not in await post.topics(who)
    for days in (29, 1, 1, 21, 1, 1, 5):  # the 29th day, the 30th, the 31st, the 52nd, the 53rd, the 54th, the 59th
        post.passes(days * DAY)
        await post.tell()
    told = [(one.subject, one.params["points"]) for one in await post.inbox(who) if one.topic == "POINTS_EXPIRING"]
    # Noon of 2 March and 60 to 62 days: 1 to 3 May, a Friday to a Sunday.
    assert told == [("30/2026-05-01", 300), ("7/2026-04-27", 300)]


async def test_of_points_that_were_spent_meanwhile_nobody_is_told_that_they_end(post: Post) -> None:
    who = await post.member()
    await post.books.earn(who, 100, last=6 * DAY)
    await post.books.redeem(who, 100)
    await post.tell()
    assert "POINTS_EXPIRING" not in await post.topics(who)


async def test_a_look_goes_on_where_it_broke_off(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [await post.member(mail=False) for _ in range(5)]
    for who in members:
        await post.books.earn(who, 100, last=6 * DAY)
    monkeypatch.setattr(writing, "WALLETS_AT_ONCE", 2)
    async with seeing(post.database, COALITION) as session:
        assert await writing.begin_looks(session, zone=ZoneInfo("UTC"), now=post.now) == 3
    steps = []
    for _ in range(3):
        async with seeing(post.database, COALITION) as session:
            step = await writing.look_on(session, now=post.now)
            assert step is not None
            steps.append((step.taken, step.written))
    assert steps == [(2, 2), (2, 2), (1, 1)]
    await post.tell()
    for who in members:
        assert (await post.topics(who)).count("POINTS_EXPIRING") == 2


async def test_every_topic_of_the_functions_is_one_of_ours_and_they_agree_on_what_it_is(post: Post) -> None:
    for topic, about in TOPICS.items():
        row = await post.books.owner.fetchrow("SELECT is_marketing($1), is_mailed($1)", topic.value)
        assert row is not None
        assert tuple(row) == (about.marketing, about.mailed), topic


async def test_marketing_reaches_nobody_without_consent_nor_past_its_bound(post: Post) -> None:
    allows, does_not = await post.member(offers=True), await post.member()
    deaf = await post.member(offers=True, prefers=Preferences(ways={Topic.BIRTHDAY: Ways(inbox=False, mail=False)}))
    drafts = (
        "ARRAY(SELECT ROW (m, 'BIRTHDAY', n::text, $2::uuid, '{}', $3::timestamptz)::message_draft"
        " FROM unnest($1::uuid[]) m, generate_series(1, 5) n)"
    )
    ids = [one.member_id for one in (allows, does_not, deaf)]
    async with post.books.owner.transaction():
        await post.books.owner.execute("SET LOCAL ROLE hansa_ledger")
        kept = await post.books.owner.fetchval(
            f"SELECT keep_messages({drafts}, $3)", ids, post.books.shop.partner_id, post.now
        )
    assert kept == 3, "three a week"
    assert (await post.topics(allows)).count("BIRTHDAY") == 3
    assert "BIRTHDAY" not in await post.topics(does_not) + await post.topics(deaf)


async def test_a_merged_member_has_one_inbox(post: Post) -> None:
    old, new = await post.member(), await post.member()
    await post.books.earn(old, 10)
    await post.tell()
    await post.books.earn(old, 20)
    await merge_members(post.books.pool, old, new, now=post.now)
    await post.tell()
    assert (await post.topics(new)).count("POINTS_EARNED") == 2
    assert await post.topics(old) == []
