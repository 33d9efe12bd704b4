"""Certificates by themselves: after a wait, in windows, within caps, once for each window, as the member chose.

As of DSW VIP: 100 points become 5.00 by themselves after a day, unless the member saves for 10.00 at 200. As of The
North Face XPLR Pass: in windows of the year, at most so much each and so much a year, and the rest rolls over.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.earning.tills import Caches
from domain.members.recognition import KnownMember
from domain.rewards import automatic, managing
from domain.rewards.automatic import Certificate, WhyNone, next_window, window_at
from domain.rewards.errors import InvalidReward
from domain.rewards.terms import Automatic, Reward, RewardKind, RewardTerms, Step, Worth
from domain.storage import ReadSession, Sight, WriteSession
from domain.vouchers.terms import Coupon, TakesOff
from tests.domain.vouchers.builders import KEY, Counter

UTC_ZONE = ZoneInfo("UTC")


async def certificates(counter: Counter, by_itself: Automatic, *coupons: Coupon) -> Reward:
    """A hundred points for the first, two hundred for the second, and so on."""
    steps = tuple(
        Step(points=100 * place, worth=Worth(coupon=coupon.coupon_id)) for place, coupon in enumerate(coupons, 1)
    )
    terms = RewardTerms(
        name="A certificate",
        kind=RewardKind.DISCOUNT,
        steps=steps,
        partners=frozenset({counter.shop}),
        starts_at=counter.books.now,
        automatic=by_itself,
    )
    async with counter.acting(counter.shop) as session:
        draft = await managing.draft(session, counter.shop, terms, now=counter.books.now)
        return await managing.publish(session, counter.shop, draft.reward_id, now=counter.books.now)


async def issue(counter: Counter) -> int:
    """The worker's turn."""
    caches = Caches.fresh("USD", "UTC")
    return await automatic.issue(counter.books.pool, caches=caches, lookup_key=KEY, now=counter.books.now)


async def stands(counter: Counter, who: KnownMember) -> Certificate:
    """The one certificate, as it stands for a member."""
    sight = Sight.member(who.member_id)
    found = await automatic.certificates_of(counter.books.pool, who, sight=sight, zone=UTC_ZONE, now=counter.books.now)
    [one] = found
    return one


async def choose(counter: Counter, who: KnownMember, reward: Reward, **choice: Any) -> None:
    """A member's choice."""
    sight = Sight.member(who.member_id)
    async with counter.books.database.session(sight) as session, session.begin():
        writing = WriteSession(ReadSession(session))
        await automatic.choose(writing, who, reward, now=counter.books.now, **choice)


async def names(counter: Counter, who: KnownMember) -> list[tuple[str, str]]:
    """The member's vouchers: what they take off, and what they came of."""
    rows = await counter.books.owner.fetch(
        "SELECT c.name, v.source FROM voucher v JOIN coupon c USING (coupon_id, version)"
        " WHERE v.wallet_id = $1 ORDER BY c.name",
        who.wallet_id,
    )
    return [tuple(row) for row in rows]


async def test_points_become_a_certificate_after_they_waited(counter: Counter) -> None:
    five = await counter.live(owner=counter.shop, name="5.00", sponsors=())
    await certificates(counter, Automatic(after_hours=24), five)
    who = await counter.books.member()
    await counter.books.earn(who, 250)
    assert await issue(counter) == 0
    assert (await stands(counter, who)).why_none is WhyNone.WAITING
    counter.books.now += timedelta(hours=24)
    assert (await stands(counter, who)).due == 2
    assert await issue(counter) == 1
    assert await issue(counter) == 0
    assert await names(counter, who) == [("5.00", "AUTOMATIC"), ("5.00", "AUTOMATIC")]
    assert await counter.books.counters(who) == (50, 0, 0, 0)
    assert (await stands(counter, who)).why_none is WhyNone.POINTS
    await counter.books.prove()


async def test_a_member_saves_or_takes_the_larger_step(counter: Counter) -> None:
    five = await counter.live(owner=counter.shop, name="5.00", sponsors=())
    ten = await counter.live(owner=counter.shop, name="10.00", sponsors=(), takes=TakesOff(amount=1000))
    reward = await certificates(counter, Automatic(), five, ten)
    saver, larger = await counter.books.member(), await counter.books.member()
    await choose(counter, saver, reward, saving=True, step=None)
    await choose(counter, larger, reward, saving=False, step=2)
    for who in (saver, larger):
        await counter.books.earn(who, 150)
    assert await issue(counter) == 0
    assert (await stands(counter, saver)).why_none is WhyNone.SAVING
    assert (await stands(counter, larger)).why_none is WhyNone.POINTS
    await counter.books.earn(larger, 50)
    assert await issue(counter) == 1
    assert await names(counter, larger) == [("10.00", "AUTOMATIC")]
    assert await names(counter, saver) == []
    await choose(counter, saver, reward, saving=False, step=None)
    assert await issue(counter) == 1
    assert await names(counter, saver) == [("5.00", "AUTOMATIC")]


async def test_windows_have_caps_and_the_rest_rolls_over(counter: Counter) -> None:
    counter.books.now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    ten = await counter.live(owner=counter.shop, name="10.00", sponsors=(), days=334)
    windows = Automatic(dates=frozenset({"03-15", "07-15", "11-15"}), most=5, most_a_year=8)
    await certificates(counter, windows, ten)
    who = await counter.books.member()
    await counter.books.earn(who, 1500)  # fifteen, of which five come in March, three in July, and no more this year
    assert await issue(counter) == 0
    told = await stands(counter, who)
    assert (told.why_none, told.next_on) == (WhyNone.WINDOW, date(2026, 3, 15))
    for day, came in ((15, 5), (16, 5), (17, 5)):
        counter.books.now = datetime(2026, 3, day, 0, 5, tzinfo=UTC)
        await issue(counter)
        assert len(await names(counter, who)) == came
    assert (await stands(counter, who)).why_none is WhyNone.CAP_OF_DAY
    counter.books.now = datetime(2026, 7, 17, tzinfo=UTC)  # no worker ran on the day itself
    assert await issue(counter) == 1
    assert len(await names(counter, who)) == 8
    counter.books.now = datetime(2026, 11, 15, 1, tzinfo=UTC)
    assert await issue(counter) == 0
    assert (await stands(counter, who)).why_none is WhyNone.CAP_OF_YEAR
    assert await counter.books.counters(who) == (700, 0, 0, 0)


async def test_points_that_came_after_the_day_began_wait_for_the_next(counter: Counter) -> None:
    counter.books.now = datetime(2026, 3, 5, 12, tzinfo=UTC)  # a Thursday
    five = await counter.live(owner=counter.shop, name="5.00", sponsors=())
    await certificates(counter, Automatic(weekday=5), five)
    early, late = await counter.books.member(), await counter.books.member()
    await counter.books.earn(early, 100)
    counter.books.now = datetime(2026, 3, 6, 9, tzinfo=UTC)
    await counter.books.earn(late, 100)
    assert await issue(counter) == 1
    assert await names(counter, early) == [("5.00", "AUTOMATIC")]
    assert (await stands(counter, late)).why_none is WhyNone.WAITING
    counter.books.now = datetime(2026, 3, 13, 0, 1, tzinfo=UTC)
    assert await issue(counter) == 1
    assert await names(counter, late) == [("5.00", "AUTOMATIC")]


def test_a_window_is_a_day_by_the_coalitions_clock_and_is_caught_up_with_for_a_week() -> None:
    riga, windows = ZoneInfo("Europe/Riga"), Automatic(dates=frozenset({"03-15"}))
    before = datetime(2026, 3, 14, 21, 59, tzinfo=UTC)  # one minute before midnight in Riga
    assert window_at(windows, before, riga) is None
    assert next_window(windows, before, riga) == date(2026, 3, 15)
    begun = window_at(windows, before + timedelta(minutes=1), riga)
    assert begun is not None
    assert begun.starts == datetime(2026, 3, 14, 22, tzinfo=UTC)
    assert window_at(windows, begun.starts + timedelta(days=7), riga) == begun
    assert window_at(windows, begun.starts + timedelta(days=8), riga) is None
    assert window_at(Automatic(weekday=5), datetime(2026, 3, 12, tzinfo=UTC), riga).day == date(2026, 3, 6)  # type: ignore[union-attr]


async def test_a_reward_gives_vouchers_of_its_owners_live_coupons_alone(counter: Counter) -> None:
    theirs = await counter.live(counter.next_door, sponsors=(), partners=frozenset({counter.next_door, counter.shop}))
    with pytest.raises(InvalidReward, match="coupons that are given"):
        await certificates(counter, Automatic(), theirs)
