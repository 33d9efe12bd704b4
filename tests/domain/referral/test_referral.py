"""Referral from code to reward: every state, every refusal, what a crash leaves, and what a return takes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.earning.acting import record_action
from domain.earning.action_commands import RecordAction
from domain.ids import PartnerId
from domain.ledger.moving import merge_members
from domain.referral import joining, managing, qualifying
from domain.referral.errors import (
    AlreadyReferred,
    InvalidReferral,
    OneReferralProgramme,
    ReferralCodeNotFound,
    ReferralProgrammeNotFound,
    ReferralStateConflict,
)
from domain.referral.qualifying import Done
from domain.referral.terms import AfterReturn, ProgrammeState, ReferralTerms
from domain.storage import COALITION, Database, Sight, opened
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, acting
from tests.domain.referral.street import DAY, Street, a_street, brought

MINUTE = timedelta(minutes=1)
HOST = PartnerId(UUID(int=1))


@pytest.fixture
async def street(database: Database) -> AsyncIterator[Street]:
    """The shop and its rival; the books are sound in the end."""
    made = await a_street(database)
    yield made
    await made.world.prove()


async def test_both_are_rewarded_once_the_purchase_cannot_come_back_any_more(street: Street) -> None:
    anna, ben = await brought(street)
    await street.turn()
    assert (await street.row(ben.member_id))["state"] == "JOINED"
    street.now += DAY
    await street.buys(ben)
    street.now += 14 * DAY - MINUTE
    assert await street.turn() == Done()
    street.now += MINUTE
    assert await street.turn() == Done(qualified=1, rewarded=1)
    row = await street.row(ben.member_id)
    assert (row["state"], row["refusal"], row["qualified_at"]) == ("REWARDED", None, street.now)
    assert (await street.points(anna), await street.points(ben)) == (500, 200)
    assert await street.turn() == Done()
    assert (await street.points(anna), await street.points(ben)) == (500, 200)


async def test_what_is_bought_too_cheap_elsewhere_or_too_late_does_not_count(street: Street) -> None:
    anna, ben = await brought(street, partners=frozenset({street.shop}))
    await street.buys(ben, 999)
    await street.buys(ben, 5000, at=PartnerId(street.rival.partner_id))
    street.now += 30 * DAY + MINUTE
    await street.buys(ben, 5000)
    street.now += 14 * DAY
    assert await street.turn() == Done(refused=1)
    assert (await street.row(ben.member_id))["refusal"] == "TOO_LATE"
    assert (await street.points(anna), await street.points(ben)) == (0, 0)


async def test_a_purchase_that_comes_back_in_its_window_makes_room_for_the_next(street: Street) -> None:
    anna, ben = await brought(street)
    first = await street.buys(ben, 1500)
    street.now += DAY
    await street.gives_back(first, 600)
    street.now += 20 * DAY
    assert (await street.turn()).qualified == 0
    await street.buys(ben, 1000)
    street.now += 14 * DAY
    assert await street.turn() == Done(qualified=1, rewarded=1)
    assert (await street.points(anna), await street.points(ben)) == (500, 200)


async def test_whoever_gives_all_back_is_refused_when_the_time_is_over(street: Street) -> None:
    _, ben = await brought(street)
    bought = await street.buys(ben)
    await street.gives_back(bought)
    street.now += 44 * DAY
    assert (await street.turn()).refused == 0
    street.now += MINUTE
    assert await street.turn() == Done(refused=1)
    assert (await street.row(ben.member_id))["refusal"] == "RETURNED"


@pytest.mark.parametrize(("after", "left"), [(AfterReturn.TAKE_BACK, (0, 0)), (AfterReturn.LEAVE, (500, 200))])
async def test_a_return_after_the_reward_does_as_the_terms_say(
    street: Street, after: AfterReturn, left: tuple[int, int]
) -> None:
    anna, ben = await brought(street, after_return=after)
    bought = await street.buys(ben, 1500)
    street.now += 14 * DAY
    await street.turn()
    await street.gives_back(bought, 400)
    assert await street.turn() == Done()  # 11 euros are left, and 10 are asked
    await street.gives_back(bought, 200)
    assert (await street.turn()).taken_back == (after is AfterReturn.TAKE_BACK)
    assert (await street.points(anna), await street.points(ben)) == left
    assert await street.turn() == Done()
    row = await street.row(ben.member_id)
    assert (row["state"], row["returns"]) == ("REFUSED" if after is AfterReturn.TAKE_BACK else "REWARDED", 2)


async def test_a_worker_that_dies_between_the_two_sides_pays_neither_twice(street: Street) -> None:
    anna, ben = await brought(street)
    await street.buys(ben)
    street.now += 14 * DAY
    await qualifying.qualify(street.database.pool, keys=KEYS, now=street.now)
    row = await street.row(ben.member_id)
    command = RecordAction(
        partner_id=street.shop,
        member=ben,
        kind="REFERRAL",
        idempotency_key=qualifying.key_of(row["referral_id"], "FRIEND"),
        occurred_at=street.now,
        dated=False,
        attributes={"step": "QUALIFIED", "side": "FRIEND"},
    )
    pool = street.database.pool
    await record_action(pool, command, caches=street.caches(), lookup_key=KEYS.lookup, now=street.now)
    assert (await street.points(anna), await street.points(ben)) == (0, 200)  # here it died …
    street.now += 40 * DAY  # … and much later somebody finds the rest
    assert await street.turn() == Done(rewarded=1)
    assert (await street.points(anna), await street.points(ben)) == (500, 200)


async def test_a_worker_that_dies_before_it_says_so_pays_nobody_twice(street: Street, owner: Any) -> None:
    anna, ben = await brought(street)
    await street.buys(ben)
    street.now += 14 * DAY
    await street.turn()
    await owner.execute("UPDATE referral SET state = 'QUALIFIED', friend_entry = NULL, referrer_entry = NULL")
    carl = await street.member()
    await merge_members(street.database.pool, anna, carl, now=street.now)
    assert await street.turn() == Done(rewarded=1)
    assert (await street.points(carl), await street.points(ben)) == (500, 200)
    assert (await street.row(ben.member_id))["referrer_entry"] is not None


async def test_workers_at_once_pay_once(database_url: str) -> None:
    async with opened(database_url, connections=8) as database:
        street = await a_street(database)
        anna, ben = await brought(street)
        await street.buys(ben)
        street.now += 14 * DAY
        await asyncio.gather(*(street.turn() for _ in range(4)))
        assert (await street.points(anna), await street.points(ben)) == (500, 200)
        await street.world.prove()


async def test_of_two_that_bring_one_friend_at_once_exactly_one_does(database_url: str) -> None:
    async with opened(database_url, connections=8) as database:
        street = await a_street(database)
        await street.live(pace_most=50)
        referrers = [await street.member() for _ in range(6)]
        friend = await street.member()
        for one in referrers:
            await street.code(one)
        answers = await asyncio.gather(*(street.joins(friend, one) for one in referrers), return_exceptions=True)
        assert sorted(type(one).__name__ for one in answers) == ["AlreadyReferred"] * 5 + ["Taken"]


async def test_the_same_code_again_gives_the_same_answer(street: Street) -> None:
    anna, ben = await brought(street)
    assert (await street.joins(ben, anna)).replayed
    carl = await street.member()
    with pytest.raises(AlreadyReferred):
        await street.joins(ben, carl)


async def test_codes_are_told_apart_from_nothing_else(street: Street) -> None:
    await street.live()
    anna, ben = await street.member(), await street.member()
    code = await street.code(anna)
    assert code == await street.code(anna)
    told = f" {code[:4].lower()}-{code[4:].lower()} "
    taken = await joining.join(street.database.pool, told, ben.member_id, through=street.shop, keys=KEYS, now=NOW)
    assert taken.counts
    for wrong in ("", "ABC", "ABCDEFGH", "O0I1O0I1", "<script>"):
        with pytest.raises(ReferralCodeNotFound):
            await joining.open_programme(street.database.pool, wrong, now=NOW)


async def test_after_its_end_nobody_joins_and_who_joined_is_rewarded(street: Street) -> None:
    anna, ben = await brought(street)
    assert street.programme is not None
    async with acting(street.database, COALITION) as session:
        ended = await managing.end(session, None, street.programme.programme_id, now=street.now)
    assert ended.state is ProgrammeState.ENDED
    with pytest.raises(ReferralCodeNotFound):
        await joining.open_programme(street.database.pool, "ABCDEFGH", now=street.now)
    await street.buys(ben)
    street.now += 14 * DAY
    assert await street.turn() == Done(qualified=1, rewarded=1)
    assert await street.points(anna) == 500


async def test_what_was_promised_holds_whatever_the_next_version_says(street: Street) -> None:
    anna, ben = await brought(street)
    assert street.programme is not None
    async with acting(street.database, COALITION) as session:
        harder = street.terms(least=100_000)
        await managing.draw_up(session, None, harder, programme_id=street.programme.programme_id, now=street.now)
        second = await managing.publish(session, None, street.programme.programme_id, now=street.now)
    assert (second.version, second.state) == (2, ProgrammeState.LIVE)
    await street.buys(ben)
    street.now += 14 * DAY
    assert await street.turn() == Done(qualified=1, rewarded=1)
    assert await street.points(anna) == 500


async def test_one_programme_of_an_owner_is_live(street: Street) -> None:
    await street.live()
    async with acting(street.database, COALITION) as session:
        other = await managing.draw_up(session, None, street.terms(name="Another"), now=NOW)
    with pytest.raises(OneReferralProgramme):
        async with acting(street.database, COALITION) as session:
            await managing.publish(session, None, other.programme_id, now=NOW)
    await street.live(owner=street.shop)


async def test_a_programme_that_has_ended_stays_so(street: Street) -> None:
    made = await street.live()
    async with acting(street.database, COALITION) as session:
        await managing.end(session, None, made.programme_id, now=NOW)
        await managing.end(session, None, made.programme_id, now=NOW)
        for step in (
            managing.publish(session, None, made.programme_id, now=NOW),
            managing.draw_up(session, None, street.terms(), programme_id=made.programme_id, now=NOW),
        ):
            with pytest.raises(ReferralStateConflict):
                await step


async def test_a_partner_hosts_its_own_and_sees_no_others(street: Street) -> None:
    theirs = await street.live(owner=street.shop)
    rival = PartnerId(street.rival.partner_id)
    async with acting(street.database, Sight.partner(rival)) as session:
        with pytest.raises(InvalidReferral) as refused:
            await managing.draw_up(session, rival, street.terms(), now=NOW)
        assert refused.value.path == ("host",)
        with pytest.raises(ReferralProgrammeNotFound):
            await managing.end(session, rival, theirs.programme_id, now=NOW)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("name", " "),
        ("least", 0),
        ("within_days", 401),
        ("most", 0),
        ("pace_minutes", 0),
        ("ends_at", NOW - 2 * DAY),
        ("words", {"de": "Bring a friend"}),
        ("words", {"en": " "}),
    ],
)
def test_terms_name_the_part_that_is_wrong(part: str, value: object) -> None:
    usual: dict[str, Any] = {"name": "Friends", "host": HOST, "starts_at": NOW - DAY}
    with pytest.raises(InvalidReferral) as refused:
        ReferralTerms(**{**usual, part: value})
    assert refused.value.path == (part,)


def test_terms_come_back_as_they_were_written() -> None:
    terms = ReferralTerms(
        name="Friends", host=HOST, starts_at=NOW, ends_at=NOW + DAY, most_days=0, words={"en": "Come"}
    )
    assert ReferralTerms.from_json(terms.to_json()) == terms
    with pytest.raises(InvalidReferral):
        ReferralTerms.from_json({**terms.to_json(), "more": 1})
