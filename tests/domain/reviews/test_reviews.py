"""Reviews from words to sums: one each, moderated by whose it is, verified by what was bought, erased without a gap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from fractions import Fraction

import asyncpg
import pytest

from domain.errors import InvalidValue
from domain.ledger.moving import merge_members
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.reviews import forgetting, writing
from domain.reviews.errors import (
    InvalidReview,
    InvalidReviewPolicy,
    PurchaseWanted,
    ReviewChanged,
    ReviewedProductNotFound,
    ReviewNotFound,
    ReviewsNotTaken,
    ReviewStateConflict,
)
from domain.reviews.models import Decision, RefusalReason, ReviewState
from domain.reviews.policies import Publishes, ReviewModerator
from domain.reviews.queries import refused_by_stars
from domain.reviews.reading import ReviewOrder, ShownReview
from domain.reviews.subjects import ProductNamed
from domain.storage import COALITION, Database, Sight, opened
from tests.domain.earning.world import acting
from tests.domain.reviews.shelf import DAY, GTIN, MILK, Shelf, a_shelf

BUTTER = "butter"


@pytest.fixture
async def shelf(database: Database) -> AsyncIterator[Shelf]:
    """The milk, the shop and its rival; the books are sound in the end."""
    made = await a_shelf(database)
    yield made
    await made.world.prove()


async def test_what_waits_is_read_by_its_moderator_and_its_author_alone(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker)
    anna, ben = await shelf.member(), await shelf.member()
    review = await shelf.writes(anna, 4, title="Good", words="Fresh and cold.")
    assert await shelf.shown() == []
    assert (await shelf.sums()).count == 0
    assert [one.review_id for one in await shelf.waiting(shelf.world.maker)] == [review]
    assert [one.words for one in await shelf.mine(anna)] == ["Fresh and cold."]
    assert await shelf.waiting(shelf.world.shop) == await shelf.mine(ben) == []
    assert len(await shelf.waiting()) == 1, "the coalition sees all"
    for other in (shelf.world.shop, shelf.rival):
        with pytest.raises(ReviewNotFound):
            await shelf.decides(review, by=other)
    await shelf.decides(review, by=shelf.world.maker)
    [read] = await shelf.shown()
    assert (read.stars, read.title, read.words, read.display_name) == (4, "Good", "Fresh and cold.", None)
    assert {one.name for one in fields(ShownReview)} & {"member_id", "partner_id", "moderator_id"} == set()


async def test_one_product_is_one_at_every_shop_by_its_bar_code(shelf: Shelf) -> None:
    await shelf.policy(publishes=Publishes.AT_ONCE)
    anna = await shelf.member()
    names = [
        MILK,
        ProductNamed(gtin=f"0{GTIN}"),
        ProductNamed(partner_id=shelf.world.shop, sku="milk"),
        ProductNamed(partner_id=shelf.rival, sku="M-1"),
    ]
    ids = {await shelf.writes(anna, 5, of=one) for one in names}
    assert len(ids) == 1
    for one in names:
        assert (await shelf.sums(one)).counts == (0, 0, 0, 0, 1)
    butter = ProductNamed(partner_id=shelf.world.shop, sku=BUTTER)
    assert await shelf.writes(anna, 1, of=butter) not in ids
    assert (await shelf.sums(butter)).counts == (1, 0, 0, 0, 0)
    for unknown in (ProductNamed(gtin="4006381333931"), ProductNamed(partner_id=shelf.rival, sku="milk")):
        with pytest.raises(ReviewedProductNotFound):
            await shelf.writes(anna, of=unknown)
    with pytest.raises(InvalidValue):
        ProductNamed(gtin=GTIN, partner_id=shelf.rival, sku="M-1")


async def test_an_article_that_gets_its_bar_code_later_keeps_its_reviews(shelf: Shelf) -> None:
    await shelf.policy(publishes=Publishes.AT_ONCE)
    anna, ben = await shelf.member(), await shelf.member()
    butter = ProductNamed(partner_id=shelf.world.shop, sku=BUTTER)
    first = await shelf.writes(anna, 2, of=butter)
    await shelf.writes(ben, 3, of=butter)
    async with acting(shelf.database, Sight.partner(shelf.world.shop)) as session:
        named = ProductItem(sku=BUTTER, name="Butter", gtin="4006381333931")
        await feeding.feed(session, shelf.world.shop, [named], now=shelf.now)
    assert (await shelf.sums(butter)).counts == (0, 1, 1, 0, 0)
    assert await shelf.writes(anna, 4, of=butter) == first
    assert (await shelf.sums(ProductNamed(gtin="4006381333931"))).counts == (0, 0, 1, 1, 0)


async def test_a_change_waits_while_what_was_published_stays(shelf: Shelf) -> None:
    await shelf.policy()
    anna = await shelf.member()
    review = await shelf.published(anna, 5, words="Splendid.")
    shelf.now += DAY
    assert await shelf.writes(anna, 5, words="Splendid.") == review
    assert (await shelf.row(review))["version"] == 1, "the same again is no change"
    assert await shelf.writes(anna, 1, words="It was sour the second time.") == review
    [read] = await shelf.shown()
    assert (read.stars, read.words, read.changed) == (5, "Splendid.", False)
    with pytest.raises(ReviewChanged):
        await shelf.decides(review, version=1)
    await shelf.decides(review, Decision.REFUSE, RefusalReason.OFF_TOPIC)
    assert [one.stars for one in await shelf.shown()] == [5]
    await shelf.writes(anna, 2, words="It was sour the third time.")
    await shelf.decides(review)
    [read] = await shelf.shown()
    assert (read.stars, read.changed, read.shown_at) == (2, True, shelf.now - DAY)
    assert (await shelf.sums()).average == Fraction(2)


async def test_thirty_two_at_once_leave_one_review(shelf: Shelf, database_url: str) -> None:
    await shelf.policy(publishes=Publishes.AT_ONCE)
    anna = await shelf.member()
    async with opened(database_url, connections=16) as many:
        crowd = Shelf(world=replace(shelf.world, database=many), rival=shelf.rival)
        ids = await asyncio.gather(*(crowd.writes(anna, 1 + n % 5, words=f"Try {n}") for n in range(32)))
    assert len(set(ids)) == 1
    row = await shelf.row(ids[0])
    assert (row["version"], row["round"]) == (32, 0)
    assert (await shelf.sums()).count == 1


async def test_only_who_bought_and_kept_it_is_verified(shelf: Shelf) -> None:
    await shelf.policy()
    anna, ben = await shelf.member(), await shelf.member()
    bought = await shelf.buys(anna, pieces=3)
    review = await shelf.published(anna)
    await shelf.published(ben, 1)
    assert [one.verified for one in await shelf.shown(order=ReviewOrder.BEST)] == [True, False]
    await shelf.gives_back(bought, 2)
    assert (await shelf.row(review))["verified"]
    await shelf.gives_back(bought, 1)
    assert not (await shelf.row(review))["verified"], "everything came back"
    assert (await shelf.sums()).verified == 0
    await shelf.buys(anna, "M-1", at=shelf.rival)
    assert (await shelf.turn()).looked_at == 0
    shelf.now += DAY * 2
    assert (await shelf.turn()).looked_at == 2
    assert (await shelf.row(review))["verified"], "bought again, and elsewhere"
    assert (await shelf.sums()).verified == 1


async def test_where_a_purchase_is_wanted_nobody_else_writes(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker, purchase_wanted=True)
    anna = await shelf.member()
    await shelf.buys(anna, BUTTER)
    with pytest.raises(PurchaseWanted):
        await shelf.writes(anna)
    bought = await shelf.buys(anna, "M-1", at=shelf.rival)
    review = await shelf.writes(anna)
    assert [one.verified for one in await shelf.waiting(shelf.world.maker)] == [True]
    assert bought.entry_id != review


async def test_two_members_that_are_one_have_one_review_of_a_product(shelf: Shelf) -> None:
    await shelf.policy()
    anna, other = await shelf.member(), await shelf.member()
    await shelf.buys(other)
    first = await shelf.published(anna, 2)
    shelf.now += DAY
    second = await shelf.published(other, 4)
    butter = ProductNamed(partner_id=shelf.world.shop, sku=BUTTER)
    third = await shelf.published(other, 3, of=butter)
    await merge_members(shelf.database.pool, other, anna, now=shelf.now)
    assert (await shelf.sums()).counts == (0, 0, 0, 1, 0), "the one changed last"
    row = await shelf.row(first)
    assert (row["state"], row["followed_by"]) == ("WITHDRAWN", second)
    assert {one.review_id for one in await shelf.mine(anna)} == {second, third}
    assert (await shelf.row(second))["verified"]
    assert await shelf.writes(anna, 1) == second
    assert await shelf.writes(other.member_id, 5) == second, "by its former id it is the same member"


async def test_a_purchase_of_who_it_became_verifies_after_the_merge(shelf: Shelf) -> None:
    await shelf.policy()
    anna, other = await shelf.member(), await shelf.member()
    await shelf.buys(other)
    review = await shelf.published(anna)
    assert not (await shelf.row(review))["verified"]
    await merge_members(shelf.database.pool, other, anna, now=shelf.now)
    assert (await shelf.row(review))["verified"]


async def test_refusing_needs_a_reason_and_few_stars_are_none(shelf: Shelf, owner: asyncpg.Connection) -> None:
    await shelf.policy(shelf.world.maker)
    members = [await shelf.member() for _ in range(3)]
    reviews = [await shelf.writes(who, stars) for who, stars in zip(members, (1, 1, 5), strict=True)]
    with pytest.raises(InvalidReview):
        await shelf.decides(reviews[0], Decision.REFUSE, by=shelf.world.maker)
    with pytest.raises(InvalidReview):
        await shelf.decides(reviews[0], Decision.REFUSE, RefusalReason.OTHER, by=shelf.world.maker)
    for review in reviews[:2]:
        await shelf.decides(review, Decision.REFUSE, RefusalReason.INSULT, by=shelf.world.maker)
    await shelf.decides(reviews[1], Decision.REFUSE, RefusalReason.INSULT, by=shelf.world.maker)
    with pytest.raises(ReviewStateConflict):
        await shelf.decides(reviews[1], by=shelf.world.maker)
    async with acting(shelf.database, COALITION) as session:
        [told] = await refused_by_stars(session)
    assert (told.moderator_id, told.stars, told.reason, told.count) == (shelf.world.maker, 1, "INSULT", 2)
    async with acting(shelf.database, Sight.partner(shelf.rival)) as session:
        assert await refused_by_stars(session) == []
    reasons = "SELECT facts::jsonb ->> 'reason' AS reason FROM trail_line WHERE action = 'DECISION_TAKEN'"
    trail = await owner.fetch(reasons)
    assert [row["reason"] for row in trail] == ["INSULT", "INSULT"]


async def test_the_author_objects_once_and_the_coalition_decides(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker)
    anna, ben = await shelf.member(), await shelf.member()
    review = await shelf.writes(anna, 1)
    pool = shelf.database.pool
    with pytest.raises(ReviewStateConflict):
        await writing.object_to(pool, anna.member_id, review, now=shelf.now)
    await shelf.decides(review, Decision.REFUSE, RefusalReason.OFF_TOPIC, by=shelf.world.maker)
    with pytest.raises(ReviewStateConflict):
        await writing.object_to(pool, ben.member_id, review, now=shelf.now)
    await writing.object_to(pool, anna.member_id, review, now=shelf.now)
    with pytest.raises(ReviewNotFound):
        await shelf.decides(review, by=shelf.world.maker)
    await shelf.decides(review, Decision.REFUSE, RefusalReason.OFF_TOPIC)
    with pytest.raises(ReviewStateConflict):
        await writing.object_to(pool, anna.member_id, review, now=shelf.now)


async def test_signals_make_words_wait_and_refuse_nothing(shelf: Shelf) -> None:
    await shelf.policy(publishes=Publishes.AT_ONCE, most_a_day=3)
    words = "The best milk I ever had in my life."
    anna, ben, carl = [await shelf.member() for _ in range(3)]
    await shelf.writes(anna, words=words)
    await shelf.writes(ben, words=words.upper().replace(".", "!"))
    await shelf.writes(carl, words="See www.milk.example, or call +371 2000 0000.")
    held = {one.held_for for one in await shelf.waiting()}
    assert held == {("REPEATED",), ("LINK", "CONTACT")}
    assert len(await shelf.shown()) == 1
    for number in range(3):
        await shelf.writes(anna, words=f"Changed my mind {number}")
    assert ("MANY",) in {one.held_for for one in await shelf.waiting()}
    shelf.now += DAY
    await shelf.writes(anna, words="A day later")
    assert [one.words for one in await shelf.shown()] == ["A day later"]


async def test_makers_and_shops_answer_what_is_theirs_and_readers_find_fault(shelf: Shelf) -> None:
    await shelf.policy(shelf.world.maker)
    anna, ben = await shelf.member(), await shelf.member()
    review = await shelf.writes(anna, 2)
    pool, now = shelf.database.pool, shelf.now
    with pytest.raises(ReviewNotFound):
        await writing.comment(pool, review, "So do I", member_id=ben.member_id, now=now)
    await shelf.decides(review, by=shelf.world.maker)
    with pytest.raises(ReviewNotFound):
        await writing.comment(pool, review, "Buy ours", partner_id=shelf.world.wholesaler, now=now)
    answer = await writing.comment(pool, review, "We are sorry.", partner_id=shelf.world.maker, now=now)
    reply = await writing.comment(pool, review, "So do I", member_id=ben.member_id, display_name="Ben", now=now)
    assert await writing.comment(pool, review, "So do I", member_id=ben.member_id, now=now) == reply
    [read] = await shelf.shown()
    assert [(one.comment_id, one.partner_id) for one in read.comments] == [(answer, shelf.world.maker)]
    await shelf.decides(reply, by=shelf.world.maker)
    [read] = await shelf.shown()
    assert [one.display_name for one in read.comments] == [None, "Ben"]
    for reader in (anna, anna, ben):
        await writing.report(pool, reader.member_id, review, RefusalReason.INSULT, now=now)
    assert [one.reports for one in await shelf.waiting(shelf.world.maker)] == [2]
    await shelf.decides(review, by=shelf.world.maker)
    assert await shelf.waiting(shelf.world.maker) == []
    await writing.report(pool, anna.member_id, reply, RefusalReason.INSULT, now=now)
    await shelf.decides(reply, Decision.TAKE_DOWN, RefusalReason.INSULT, by=shelf.world.maker)
    await shelf.decides(review, Decision.TAKE_DOWN, RefusalReason.ADVERTISING, by=shelf.world.maker)
    assert await shelf.shown() == []
    with pytest.raises(ReviewNotFound):
        await writing.report(pool, ben.member_id, review, RefusalReason.INSULT, now=now)


async def test_erased_words_leave_their_stars(shelf: Shelf, owner: asyncpg.Connection) -> None:
    await shelf.policy(publishes=Publishes.AT_ONCE)
    anna, ben = await shelf.member(), await shelf.member()
    secret = "Xylophon"
    review = await shelf.writes(anna, 4, title=secret, words=secret, display_name=secret)
    await shelf.writes(anna, 3, words=f"{secret} again", photos=(f"https://example.org/{secret}.jpg",))
    await shelf.writes(ben, 1)
    await writing.comment(shelf.database.pool, review, secret, member_id=anna.member_id, now=shelf.now)
    before = await shelf.sums()
    await owner.execute("UPDATE member SET status = 'CLOSED' WHERE member_id = $1", anna.member_id)
    assert await shelf.sums() == before
    assert [one.words for one in await shelf.shown()] == [None, None]
    for table in ("review", "review_text", "review_comment"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%' || $1 || '%'", secret) == 0
    assert await forgetting.erase(shelf.database.pool, ben.member_id) == 1


async def test_what_is_withdrawn_is_gone_and_may_be_written_anew(shelf: Shelf) -> None:
    await shelf.policy()
    anna, ben = await shelf.member(), await shelf.member()
    review = await shelf.published(anna, 5)
    with pytest.raises(ReviewNotFound):
        await writing.withdraw(shelf.database.pool, ben.member_id, review)
    await writing.withdraw(shelf.database.pool, anna.member_id, review)
    assert await shelf.shown() == []
    with pytest.raises(ReviewStateConflict):
        await shelf.decides(review)
    assert await shelf.writes(anna, 5) == review
    assert [one.state for one in await shelf.mine(anna)] == [ReviewState.PENDING]


async def test_who_judges_is_the_page_then_the_maker_then_the_coalition(shelf: Shelf) -> None:
    shop, maker = shelf.world.shop, shelf.world.maker
    anna, ben, carl, dora = [await shelf.member() for _ in range(4)]
    with pytest.raises(ReviewsNotTaken):
        await shelf.writes(anna)
    await shelf.policy()
    first = await shelf.writes(anna, page=shop)
    await shelf.policy(maker)
    second = await shelf.writes(ben, page=shop)
    await shelf.policy(shop)
    third, fourth = await shelf.writes(carl, page=shop), await shelf.writes(dora)
    rows = [(await shelf.row(one))["moderator_id"] for one in (first, second, third, fourth)]
    assert rows == [None, maker, shop, maker]
    await shelf.policy(maker, moderator=ReviewModerator.COALITION)
    assert await shelf.writes(dora, 1) == fourth
    assert (await shelf.row(fourth))["moderator_id"] is None
    await shelf.policy(open=False)
    await shelf.policy(maker, open=False)
    with pytest.raises(ReviewsNotTaken):
        await shelf.writes(dora, 2)
    with pytest.raises(InvalidReviewPolicy):
        await shelf.policy(maker, host=shop)
