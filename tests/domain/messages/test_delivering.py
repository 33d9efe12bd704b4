"""Mail to members: when they like, what they still want and allow, once, and again where it failed."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from domain.members import consents
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember
from domain.messages import delivering
from domain.messages.delivering import LEASE, MOST_ATTEMPTS, pause_after
from domain.messages.preferring import Preferences, Quiet, Ways
from domain.messages.topics import Topic
from domain.storage import COALITION
from partners import unsubscribing
from partners.mail import MailRefused
from tests.builders.graphql import KEYS
from tests.builders.ledger import DAY
from tests.builders.members import being, seeing
from tests.domain.messages.builders import Post

HOUR = timedelta(hours=1)
AT_NIGHT = Quiet(since=time(22), until=time(7))


async def birthday(post: Post, who: KnownMember) -> None:
    """A message of marketing."""
    async with post.books.owner.transaction():
        await post.books.owner.execute("SET LOCAL ROLE hansa_ledger")
        await post.books.owner.execute(
            "SELECT keep_messages(ARRAY[ROW ($1::uuid, 'BIRTHDAY', $4::text, $2::uuid,"
            """ '{"points": 5, "partner": "Shop"}', $3::timestamptz)::message_draft], $3)""",
            *(who.member_id, post.books.shop.partner_id, post.now, str(post.now)),
        )


async def test_a_mail_goes_to_a_verified_address_in_the_members_language(post: Post) -> None:
    await post.member()
    told = await post.tell()
    assert (told.written, told.planned, told.mailed) == (1, 1, 1)
    (mail,) = post.box.mails
    assert (mail.subject, mail.to.endswith("@example.org")) == ("Laipni lūdzam", True)
    assert "Labdien, Līga Ozola!" in mail.text
    assert mail.html is not None
    assert "Labdien, Līga Ozola!" in mail.html
    assert mail.unsubscribe is not None
    assert mail.unsubscribe in mail.text
    assert await post.states() == ["SENT"]


async def test_without_a_verified_address_there_is_the_inbox(post: Post) -> None:
    who = await post.member(mail=False)
    await post.tell()
    assert await post.topics(who) == ["WELCOME"]
    assert post.box.mails == []
    assert await post.states() == []


async def test_several_workers_at_once_send_each_mail_once(post: Post) -> None:
    for _ in range(12):
        await post.member()
    await asyncio.gather(*(post.teller().tell(now=post.now) for _ in range(4)))
    await post.tell()
    assert len(post.box.mails) == 12
    assert len({mail.to for mail in post.box.mails}) == 12


async def test_nothing_is_mailed_in_quiet_hours(post: Post) -> None:
    post.passes(11 * HOUR)  # 23:00 in UTC
    await post.member(prefers=None)
    await post.tell()
    assert (await post.states(), post.box.mails) == (["WAITING"], [])
    post.passes(8 * HOUR)
    await post.tell()
    assert post.box.mails == []
    post.passes(HOUR)  # 08:00
    await post.tell()
    assert len(post.box.mails) == 1


async def test_quiet_hours_that_a_member_chose_after_it_was_planned_count(post: Post) -> None:
    who = await post.member()
    await planned(post)
    await post.prefers(who, Preferences(quiet=Quiet(since=time(11), until=time(13))))
    await post.tell()
    assert post.box.mails == []
    post.passes(HOUR)
    await post.tell()
    assert len(post.box.mails) == 1


async def test_a_digest_is_one_mail_a_day_of_all_that_happened(post: Post) -> None:
    earns = {Topic.POINTS_EARNED: Ways(inbox=True, mail=True)}
    who = await post.member(prefers=Preferences(digest=True, ways=earns))
    for points in (10, 20):
        await post.books.earn(who, points)
        await post.tell()
        post.passes(HOUR)
    assert post.box.mails == []
    post.passes(18 * HOUR)  # 08:00 of the next day
    await post.tell()
    (mail,) = post.box.mails
    assert "10" in mail.text
    assert "20" in mail.text
    assert mail.subject.startswith("Jaunumi no")
    await post.books.earn(who, 30)
    await post.tell()
    post.passes(DAY)
    await post.tell()
    assert len(post.box.mails) == 2
    assert "„" not in post.box.mails[1].subject, "of one message the subject is its own"


async def test_a_consent_that_was_taken_back_since_it_was_written_counts(post: Post) -> None:
    who = await post.member(offers=True)
    await post.tell()
    await birthday(post, who)
    post.box.mails.clear()
    async with being(post.database, who) as session:
        shop = post.books.shop.partner_id
        await consents.revoke(session, who.member_id, shop, ConsentPurpose.OFFERS, now=post.now)
    await post.tell()
    assert post.box.mails == []
    assert (await post.states())[-1] == "DROPPED"


async def test_marketing_is_mailed_to_those_who_allow_it(post: Post) -> None:
    who = await post.member(offers=True)
    await post.tell()
    post.box.mails.clear()
    await birthday(post, who)
    await post.tell()
    assert len(post.box.mails) == 1


async def test_what_fails_is_tried_again_after_pauses_that_grow_and_given_up_in_the_end(post: Post) -> None:
    await post.member()
    post.box.says = [OSError("busy")] * MOST_ATTEMPTS
    for attempt in range(1, MOST_ATTEMPTS + 1):
        await post.tell()
        left = MOST_ATTEMPTS - attempt
        assert len(post.box.says) == left
        assert await post.states() == ["WAITING" if left else "GIVEN_UP"]
        post.real += pause_after(attempt) - timedelta(seconds=1)
        await post.tell()
        assert len(post.box.says) == left, "not before the pause is over"
        post.real += timedelta(seconds=1)
    assert post.box.mails == []
    assert [pause_after(n) for n in (1, 2, 3)] == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25)]
    assert pause_after(MOST_ATTEMPTS) == DAY


async def test_an_address_that_is_refused_for_good_is_written_to_no_more(post: Post) -> None:
    who = await post.member()
    post.box.says = [MailRefused("550 no such user")]
    await post.tell()
    assert await post.states() == ["REFUSED"]
    await post.books.earn(who, 10, last=6 * DAY)
    post.passes(DAY)
    await post.tell()
    assert "POINTS_EXPIRING" in await post.topics(who)
    assert post.box.mails == []
    assert await post.states() == ["REFUSED"]


async def test_a_worker_that_dies_while_it_puts_a_mail_together_leaves_it_to_the_next(post: Post) -> None:
    await post.member()
    await planned(post)
    async with seeing(post.database, COALITION) as session:
        (taken,) = await delivering.take(session, now=post.now, really=post.real)
    await post.tell()
    assert post.box.mails == [], "another one holds it"
    post.real += LEASE
    await post.tell()
    assert len(post.box.mails) == 1
    async with seeing(post.database, COALITION) as session:
        assert not await delivering.begin(session, taken, really=post.real), "who was dead holds it no more"


async def test_a_worker_that_dies_while_it_hands_a_mail_over_does_not_make_it_go_twice(post: Post) -> None:
    who = await post.member()
    await planned(post)
    async with seeing(post.database, COALITION) as session:
        (taken,) = await delivering.take(session, now=post.now, really=post.real)
    async with seeing(post.database, COALITION) as session:
        assert await delivering.begin(session, taken, really=post.real)
    post.real += LEASE
    await post.tell()
    assert (await post.states(), post.box.mails) == (["UNCLEAR"], [])
    assert await post.topics(who) == ["WELCOME"]


MAILS_AT_MOST = 10


async def planned(post: Post) -> None:
    """All is written and planned, and nothing sent: the mail server is slow, and nobody waits for it."""
    post.box.says = [OSError("not now") for _ in range(MAILS_AT_MOST)]
    await post.tell()
    post.box.says = []
    await post.books.owner.execute("UPDATE message_mail SET again_at = NULL, attempts = 0")


async def test_one_link_ends_what_it_came_with(post: Post) -> None:
    who = await post.member(offers=True)
    await post.tell()
    post.box.mails.clear()
    await birthday(post, who)
    await post.tell()
    address = post.box.mails[0].unsubscribe
    assert address is not None
    token = urlsplit(address).path.rpartition("/")[2]
    ending = unsubscribing.read(token, key=KEYS.messages)
    assert ending is not None
    assert (ending.member_id, ending.topic) == (who.member_id, "BIRTHDAY")
    for other in (token[:-2], token[:10] + "x" + token[11:], "", "ā", "A" * 200):
        assert unsubscribing.read(other, key=KEYS.messages) is None
    assert unsubscribing.read(token, key=KEYS.browser) is None
    assert UUID(int=0).hex not in token


async def test_one_mail_that_cannot_be_put_together_keeps_no_other_back(post: Post) -> None:
    broken, whole = await post.member(), await post.member()
    await planned(post)
    await post.books.owner.execute("UPDATE message SET params = '{}' WHERE member_id = $1", broken.member_id)
    post.box.mails.clear()
    await post.tell()
    assert len(post.box.mails) <= 1
    assert sorted(await post.states()) == ["SENT", "WAITING"]
    assert await post.topics(whole) == ["WELCOME"]


async def test_inboxes_keep_what_they_were_told_for_two_years(post: Post) -> None:
    who = await post.member()
    await post.tell()
    post.passes(729 * DAY)
    await post.tell()
    assert await post.topics(who) == ["WELCOME"]
    post.passes(2 * DAY)
    await post.tell()
    assert await post.topics(who) == []
    assert await post.states() == []


@pytest.mark.parametrize("state", ["SENT", "WAITING"])
async def test_the_outbox_holds_no_word_of_what_is_said(post: Post, state: str) -> None:
    await post.member()
    post.box.says = [] if state == "SENT" else [OSError("busy")]
    await post.tell()
    row = await post.books.owner.fetchrow("SELECT * FROM message_mail")
    assert row is not None
    assert row["state"] == state
    assert "Ozola" not in str(dict(row))
    assert "@" not in str(dict(row))
