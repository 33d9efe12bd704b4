"""What members are told of rewards, vouchers, tiers and friends; and that an inbox is its member's alone."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlmodel import select

from domain.ids import OutletId
from domain.messages import queries
from domain.messages.errors import MessageNotFound
from domain.messages.models import Message, MessageAddress, MessagePreference
from domain.messages.preferring import Preferences
from domain.paging import PageRequest
from domain.storage import COALITION, NOBODY, Sight
from partners.standing import SERVER
from tests.builders.coalition import a_partner
from tests.builders.ledger import DAY
from tests.builders.members import being, seeing
from tests.domain.messages.builders import Post
from tests.domain.rewards.taking import a_reward, redeemed
from tests.domain.vouchers.builders import Counter


async def reached(post: Post, who: object) -> list[tuple[int, int]]:
    """Price and balance of the rewards that came into reach."""
    inbox = await post.inbox(who)  # type: ignore[arg-type]
    return sorted((one.params["price"], one.params["balance"]) for one in inbox if one.topic == "REWARD_IN_REACH")


async def test_a_reward_that_came_into_reach_is_told_once_a_crossing_to_those_who_allow_it(post: Post) -> None:
    for points in (50, 80, 500):
        await a_reward(post.books, points)
    allows, does_not = await post.member(offers=True), await post.member()
    for who in (allows, does_not):
        await post.books.earn(who, 49)
    await post.tell()
    assert await reached(post, allows) == []
    for who in (allows, does_not):
        await post.books.earn(who, 51)
    await post.tell()
    await post.books.earn(allows, 10)
    await post.tell()
    assert await reached(post, allows) == [(80, 100)], "the dearest that it came to, and none again"
    assert await reached(post, does_not) == []
    await post.books.redeem(allows, 60)
    await post.books.earn(allows, 20)
    await post.tell()
    assert len(await reached(post, allows)) == 1, "it never came below 50, and not back to 80"
    await post.books.earn(allows, 10)
    await post.tell()
    assert await reached(post, allows) == [(80, 80), (80, 100)], "it had come down, and is back"


async def test_a_partners_own_words_of_the_day_are_kept_with_the_message(post: Post) -> None:
    await a_reward(post.books, 50)
    who = await post.member(offers=True)
    await post.books.owner.execute(
        "INSERT INTO message_template VALUES ($1, 'REWARD_IN_REACH', 'en', 'Yours: {reward}', 'Come!', now())",
        post.books.shop.partner_id,
    )
    await post.books.earn(who, 50)
    await post.tell()
    await post.books.owner.execute("DELETE FROM message_template")
    (told,) = [one for one in await post.inbox(who) if one.topic == "REWARD_IN_REACH"]
    assert told.words == {"en": {"subject": "Yours: {reward}", "text": "Come!"}}
    assert told.params["reward"] == {"": "A mug"}


async def test_points_that_end_name_the_dearest_reward_they_could_still_buy(post: Post) -> None:
    for points in (50, 80, 500):
        await a_reward(post.books, points)
    who = await post.member()
    await post.books.earn(who, 90, last=6 * DAY)
    await post.tell()
    told = [one.params for one in await post.inbox(who) if one.topic == "POINTS_EXPIRING"]
    assert {(one["price"], one["reward"][""]) for one in told} == {(80, "A mug")}


async def test_a_redemption_names_its_reward(post: Post) -> None:
    reward = await a_reward(post.books, 50)
    who = await post.member()
    await post.books.earn(who, 50)
    await redeemed(post.books, who, reward)
    await post.tell()
    (told,) = [one for one in await post.inbox(who) if one.topic == "POINTS_SPENT"]
    assert told.params == {"points": 50, "partner": post.books.shop.name, "reward": {"": "A mug"}}


async def test_a_voucher_is_told_when_it_is_given_and_before_it_ends(post: Post) -> None:
    next_door = await a_partner(post.database, "nextdoor")
    counter = Counter(post.books, next_door, OutletId(uuid4()))
    coupon = await counter.live(days=30)
    allows, does_not = await post.member(offers=True), await post.member()
    for who in (allows, does_not):
        await counter.given(coupon, who)
    await post.tell()
    for who in (allows, does_not):
        (told,) = [one for one in await post.inbox(who) if one.topic == "VOUCHER_ISSUED"]
        assert told.params["voucher"] == "5 off"
    for days in (20, 4, 1):
        post.passes(days * DAY)
        await post.tell()
    assert (await post.topics(allows)).count("VOUCHER_ENDING") == 1
    assert "VOUCHER_ENDING" not in await post.topics(does_not)


async def test_another_tier_is_told_and_the_first_one_is_not(post: Post) -> None:
    who, programme = await post.member(), uuid4()
    owner = post.books.owner
    await owner.execute(
        "INSERT INTO tier_programme (programme_id, name, state, made_at) VALUES ($1, 'Club', 'LIVE', $2)",
        *(programme, post.now),
    )
    for number, was, tier, why in (
        (1, None, "Basic", "BASE"),
        (2, "Basic", "Gold", "EARNED"),
        (3, "Gold", "Gold", "EARNED"),
    ):
        await owner.execute(
            "INSERT INTO tier_step (wallet_id, member_id, programme_id, number, was, tier, since, why, evidence,"
            " noted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}', $7)",
            *(who.wallet_id, who.member_id, programme, number, was, tier, post.now, why),
        )
    await post.tell()
    told = [one.params for one in await post.inbox(who) if one.topic == "TIER_CHANGED"]
    assert told == [{"tier": "Gold", "before": "Basic", "programme": "Club"}]


async def test_friends_are_told_of_their_rewards_and_not_of_each_other(post: Post) -> None:
    referrer, friend, shop = await post.member(), await post.member(), post.books.shop.partner_id
    owner, referral = post.books.owner, uuid4()
    await owner.execute(
        "INSERT INTO referral (referral_id, programme_id, version, host, state, referrer_wallet_id, referrer_id,"
        " friend_wallet_id, friend_id, invited_at, joined_at, evidence, contacts, returns)"
        " VALUES ($1, $1, 1, $2, 'JOINED', $3, $4, $5, $6, $7, $7, '{}', '{}', 0)",
        *(referral, shop, referrer.wallet_id, referrer.member_id, friend.wallet_id, friend.member_id, post.now),
    )
    await owner.execute(
        "UPDATE referral SET state = 'REWARDED', purchase_entry_id = $1, referrer_entry = $1, friend_entry = $1,"
        " ended_at = $2 WHERE referral_id = $1",
        *(referral, post.now),
    )
    await post.tell()
    for who, news in ((referrer, ["JOINED", "REWARDED"]), (friend, ["FRIEND_REWARDED"])):
        told = [one for one in await post.inbox(who) if one.topic == "REFERRAL"]
        assert sorted(one.params["news"] for one in told) == news
        others = {referrer.member_id, friend.member_id} - {who.member_id}
        assert not any(str(other) in str(one.params) + one.subject for one in told for other in others)


async def test_an_inbox_is_its_members_alone_by_the_queries_and_by_the_walls(post: Post) -> None:
    mine, theirs = await post.member(prefers=Preferences(digest=True)), await post.member()
    await post.tell()
    (told,) = await post.inbox(mine)
    sights = (COALITION, NOBODY, SERVER, Sight.partner(post.books.shop.partner_id), Sight.member(theirs.member_id))
    for sight in sights:
        async with seeing(post.database, sight) as session:
            page = await queries.inbox(session, mine.wallet_id, mine.member_id, PageRequest())
            assert page.items == [], sight
            assert await queries.count_unread(session, mine.wallet_id, mine.member_id, most=9) == 0
            with pytest.raises(MessageNotFound):
                await queries.mark_read(session, mine.wallet_id, mine.member_id, told.message_id, now=post.now)
            assert await queries.mark_all_read(session, mine.wallet_id, mine.member_id, now=post.now) == 0
            for row in (Message, MessagePreference, MessageAddress):
                found = await session.scalars(select(row).where(row.member_id == mine.member_id))
                assert found.all() == [], (sight, row)
            changed = await session.execute(
                text("UPDATE message SET read_at = now() WHERE message_id = :one"), {"one": told.message_id}
            )
            assert changed.rowcount == 0  # type: ignore[attr-defined]
    async with being(post.database, mine) as session:
        marked = await queries.mark_read(session, mine.wallet_id, mine.member_id, told.message_id, now=post.now)
    assert marked.read_at == post.now
    assert isinstance(marked.message_id, UUID)
