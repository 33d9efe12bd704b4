"""Activities from invitation to report: races for places, who moves up, codes that cannot be sent, costs by hand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.activities import codes, managing, queries
from domain.activities.errors import (
    ActivityAgreementMissing,
    ActivityClosed,
    ActivityFull,
    ActivityNotFound,
    AttendanceCodeRefused,
    InvalidActivity,
    NoPlace,
    NotOnNow,
    TooManyGuests,
)
from domain.activities.inviting import Answer
from domain.activities.models import CostKind, PlaceState
from domain.activities.terms import ActivityState
from domain.audit.attending import activities_amiss
from domain.audit.findings import Wrong
from domain.ledger.moving import merge_members
from domain.members.models import MemberKind
from domain.paging import PageRequest
from domain.storage import Database, Sight
from tests.domain.activities.hall import BEGINS, DAY, Hall, a_hall
from tests.domain.earning.world import KEYS, acting

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def hall(database: Database) -> AsyncIterator[Hall]:
    """The shop and the maker; the books are sound in the end."""
    made = await a_hall(database)
    yield made
    await made.world.prove()


async def test_of_32_who_want_the_last_places_just_so_many_get_one_and_the_others_wait(hall: Hall) -> None:
    await hall.live(places=5, open=True)
    who = await hall.members(32)
    answers = await asyncio.gather(*(hall.answers(one) for one in who))
    assert Counter(answers) == {PlaceState.ACCEPTED: 5, PlaceState.WAITING: 27}
    numbers = (await hall.report(hall.shop)).numbers
    assert [(one.accepted, one.waiting) for one in numbers] == [(5, 27)]


async def test_without_a_waiting_list_the_others_are_refused_and_leave_nothing(hall: Hall) -> None:
    await hall.live(places=2, open=True, waiting=False)
    who = await hall.members(6)
    answers = await asyncio.gather(*(hall.answers(one) for one in who), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["ActivityFull"] * 4 + ["PlaceState"] * 2
    assert (await hall.report(hall.shop)).numbers[0].accepted == 2


async def test_who_waits_moves_up_in_turn_as_far_as_seats_reach(hall: Hall) -> None:
    await hall.live(places=3, guests=2, open=True)
    anna, ben, carl, dora = await hall.members(4)
    assert await hall.answers(anna, guests=2) is PlaceState.ACCEPTED
    assert await hall.answers(ben, guests=2) is PlaceState.WAITING
    assert await hall.answers(carl) is PlaceState.WAITING
    assert await hall.answers(dora) is PlaceState.WAITING
    assert await hall.answers(anna, guests=0) is PlaceState.ACCEPTED  # two seats are free: ben needs three
    assert [(await hall.sees(one))[0].state for one in (ben, carl, dora)] == ["WAITING", "ACCEPTED", "ACCEPTED"]
    with pytest.raises(ActivityFull):
        await hall.answers(carl, guests=1)
    assert (await hall.sees(carl))[0].state is PlaceState.ACCEPTED
    for one in (anna, carl, dora):
        assert await hall.answers(one, Answer.CANCEL) is PlaceState.CANCELLED
    assert (await hall.sees(ben))[0].state is PlaceState.ACCEPTED
    with pytest.raises(TooManyGuests):
        await hall.answers(anna, guests=3)


async def test_each_partner_fills_its_own_places_only(hall: Hall) -> None:
    await hall.live(places=10, places_of={str(hall.shop): 1})
    anna, ben = await hall.members(2)
    assert await hall.invites(anna, ben) == 2
    assert await hall.invites(anna) == 0
    assert [await hall.answers(one) for one in (anna, ben)] == [PlaceState.ACCEPTED, PlaceState.WAITING]
    assert await hall.invites(*await hall.members(1), by=hall.maker) == 0  # the maker knows none of them
    with pytest.raises(ActivityNotFound):
        await hall.invites(anna, by=hall.world.wholesaler)


async def test_only_those_it_is_for_are_asked_and_only_in_time(hall: Hall) -> None:
    await hall.live(members=frozenset({MemberKind.BUSINESS}), open=True)
    (anna,) = await hall.members(1)
    assert await hall.invites(anna) == 0
    assert await hall.sees(anna) == []
    with pytest.raises(ActivityNotFound):
        await hall.answers(anna)
    await hall.live(answer_until=BEGINS - DAY, open=True)
    hall.now = BEGINS - DAY
    with pytest.raises(ActivityClosed):
        await hall.answers(anna)


async def test_who_comes_earns_once_however_often_the_code_is_scanned(hall: Hall) -> None:
    await hall.live()
    await hall.pays(50)
    anna, ben = await hall.members(2)
    await hall.invites(anna, ben)
    await hall.answers(anna)
    hall.now = BEGINS - timedelta(hours=2)
    with pytest.raises(NotOnNow):
        await hall.comes(anna)
    hall.now = BEGINS
    code = await hall.shows(anna)
    came = await asyncio.gather(*(hall.scanned(code) for _ in range(4)))
    assert sorted(one.replayed for one in came) == [False, True, True, True]
    assert await hall.points(anna) == 50
    hall.now += 5 * MINUTE
    with pytest.raises(AttendanceCodeRefused):
        await hall.scanned(code)
    with pytest.raises(AttendanceCodeRefused):
        await hall.scanned(await hall.shows(anna), hall.maker)
    await hall.comes(ben)  # invited, and there is room
    (carl,) = await hall.members(1)
    with pytest.raises(NoPlace):
        await hall.comes(carl)
    hall.now = BEGINS + DAY
    [numbers] = (await hall.report(hall.shop)).numbers
    assert (numbers.came, numbers.no_shows) == (2, 0)


async def test_the_hosts_code_is_of_no_use_to_a_friend_at_home_two_minutes_later(hall: Hall) -> None:
    await hall.live()
    await hall.pays(50)
    anna, ben = await hall.members(2)
    await hall.invites(anna, ben)
    for one in (anna, ben):
        await hall.answers(one)
    hall.now = BEGINS
    picture = codes.host_code(hall.which, hall.shop, KEYS.lookup, now=hall.now)
    assert not (await hall.scans(anna, picture.lower())).replayed
    hall.now += 2 * MINUTE
    with pytest.raises(AttendanceCodeRefused):
        await hall.scans(ben, picture)
    with pytest.raises(AttendanceCodeRefused):
        await hall.scans(ben, codes.host_code(UUID(int=7), hall.shop, KEYS.lookup, now=hall.now))
    with pytest.raises(AttendanceCodeRefused):
        await hall.scans(ben, codes.host_code(hall.which, hall.maker, KEYS.lookup, now=hall.now))
    assert (await hall.points(anna), await hall.points(ben)) == (50, 0)


async def test_what_a_crash_left_of_an_attendance_is_finished_once(hall: Hall) -> None:
    await hall.live(open=True)
    await hall.pays(50)
    (anna,) = await hall.members(1)
    await hall.answers(anna)
    hall.now = BEGINS
    hour = timedelta(hours=1)
    asked = (hall.which, anna.member_id, hall.shop, "CARD", hour, hour, hall.now)
    await hall.database.pool.fetchrow("SELECT * FROM attend_activity($1, $2, $3, $4, $5, $6, $7)", *asked)
    assert await hall.points(anna) == 0
    assert (await hall.turn()).recorded == 1
    assert not (await hall.turn()).anything
    assert (await hall.comes(anna)).replayed
    assert await hall.points(anna) == 50


async def test_two_who_are_one_have_one_place_and_have_come_once(hall: Hall) -> None:
    await hall.live(open=True)
    await hall.pays(50)
    anna, twin = await hall.members(2)
    for one in (anna, twin):
        await hall.answers(one)
    hall.now = BEGINS
    await hall.comes(anna)
    await merge_members(hall.database.pool, anna, twin, now=hall.now)
    assert (await hall.comes(twin)).replayed
    [numbers] = (await hall.report(hall.shop)).numbers
    assert (numbers.came, numbers.accepted) == (1, 0)


async def test_costs_are_shared_to_the_cent_by_hand(hall: Hall) -> None:
    await hall.live(open=True)
    await hall.pays_for(hall.shop, 20000, CostKind.PLAN)
    await hall.pays_for(hall.shop, 15001)
    await hall.pays_for(hall.maker, 5000)
    for one in await hall.members(3):
        await hall.answers(one)
        hall.now = BEGINS
        await hall.comes(one)
        hall.now = BEGINS - DAY
    report = await hall.report(hall.maker)
    # 200.01 in all: two fifths are 80.004, three are 120.006; the odd cent goes to the larger remainder, the maker.
    assert {one.partner_id: (one.bears, one.paid) for one in report.actual} == {
        hall.shop: (8000, 15001),
        hall.maker: (12001, 5000),
    }
    assert [(one.debtor_id, one.creditor_id, one.amount) for one in report.transfers] == [(hall.maker, hall.shop, 7001)]
    assert {one.partner_id: one.bears for one in report.planned} == {hall.shop: 8000, hall.maker: 12000}
    assert (report.cost, report.attendees, report.cost_per_attendee) == (20001, 3, 6667)
    with pytest.raises(ActivityNotFound):
        await hall.report(hall.world.wholesaler)
    with pytest.raises(ActivityNotFound):
        await hall.pays_for(hall.world.wholesaler, 100)


async def test_the_worker_tells_with_consent_and_reminds_in_any_case(
    hall: Hall, owner: asyncpg.Connection[Any]
) -> None:
    await hall.live()
    anna, ben = await hall.members(2)
    await owner.execute(
        "SELECT set_config('app.sight', 'coalition', false)",
    )
    await owner.execute(
        "SELECT keep_consents($1, $2, $3, ARRAY['OFFERS'], $4, 'PAGE', 1, NULL)",
        anna.wallet_id,
        anna.member_id,
        hall.shop,
        hall.now,
    )
    await hall.invites(anna, ben)
    assert (await hall.told()).invited == 2
    assert (await hall.told()).invited == 0
    rows = await owner.fetch("SELECT member_id, topic FROM message WHERE topic LIKE 'ACTIVITY%'")
    assert [(row["member_id"], row["topic"]) for row in rows] == [(anna.member_id, "ACTIVITY_INVITATION")]
    await hall.answers(ben)
    hall.now = BEGINS - DAY
    assert (await hall.told()).reminded == 1
    rows = await owner.fetch("SELECT member_id FROM message WHERE topic = 'ACTIVITY_PLACE'")
    assert [row["member_id"] for row in rows] == [ben.member_id]


async def test_nobody_shares_costs_unasked_and_a_draft_is_its_partners_own(hall: Hall) -> None:
    async with acting(hall.database, Sight.partner(hall.shop)) as session:
        drafted = await managing.draft(session, hall.shop, hall.terms(), now=hall.now)
        with pytest.raises(ActivityAgreementMissing):
            await managing.publish(session, hall.shop, drafted.activity_id, now=hall.now)
        with pytest.raises(InvalidActivity):
            await managing.draft(session, hall.shop, hall.terms(outlet=UUID(int=3)), now=hall.now)
    async with acting(hall.database, Sight.partner(hall.world.wholesaler)) as session:
        assert (await queries.activities_page(session, PageRequest(10))).items == []


async def test_what_is_called_off_takes_nobody_any_more(hall: Hall) -> None:
    await hall.live(open=True)
    (anna,) = await hall.members(1)
    async with acting(hall.database, Sight.partner(hall.shop)) as session:
        ended = await managing.end(session, hall.shop, hall.which, now=hall.now)
    assert ended.state is ActivityState.ENDED
    with pytest.raises(ActivityNotFound):
        await hall.answers(anna)


CHANGES = {
    "another action": "UPDATE activity_place SET entry_id = gen_random_uuid()",
    "more guests": "UPDATE activity_place SET guests = 20",
    "another activity": "UPDATE activity_place SET activity_id = gen_random_uuid()",
}


async def test_each_change_behind_the_books_back_is_found(database: Database, owner: asyncpg.Connection[Any]) -> None:
    hall = await a_hall(database)
    await hall.live(open=True)
    (anna,) = await hall.members(1)
    hall.now = BEGINS
    await hall.comes(anna)
    await owner.execute("ALTER TABLE activity_place NO FORCE ROW LEVEL SECURITY")
    for change in CHANGES.values():
        changing = owner.transaction()
        await changing.start()
        await owner.execute(change)
        assert {one.wrong for one in await activities_amiss(owner)} == {Wrong.ATTENDANCE_DIFFERS}, change
        await changing.rollback()
