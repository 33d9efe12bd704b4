"""Segments are kept fresh as differences, once for every instant, and tell tills who is in them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import InvalidValue
from domain.ids import PartnerId, SegmentId, new_id
from domain.members import consents
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember
from domain.paging import PageRequest
from domain.segments import managing, queries, refreshing
from domain.segments.asking import Shopper, segments_of
from domain.segments.definitions import Definition, Recency, Segment
from domain.segments.errors import InvalidSegment, SegmentByRule, SegmentNameTaken, SegmentNotFound, SegmentRetired
from domain.segments.managing import SegmentTerms
from domain.storage import COALITION, Sight
from tests.builders.ledger import DAY
from tests.builders.members import being, seeing
from tests.domain.segments.builders import Street

RECENT = Recency(days=10)


def at(shop: PartnerId, who: KnownMember) -> Shopper:
    return shop, who.wallet_id, who.member_id


async def held(street: Street, shopper: Shopper, *segments: Segment) -> set[SegmentId]:
    found = await segments_of(street.books.pool, [shopper], [one.segment_id for one in segments])
    return set(found[shopper])


async def changed(street: Street, segment: Segment, **terms: Any) -> Segment:
    said: dict[str, Any] = {"name": segment.name, "definition": segment.definition, **terms}
    async with seeing(street.books.database, Sight.partner(street.amber)) as session:
        return await managing.change(
            session,
            street.amber,
            segment.segment_id,
            SegmentTerms(**said),
            now=street.now,
        )


async def test_a_refresh_writes_down_who_came_and_who_left(street: Street) -> None:
    stays, leaves, comes = [await street.member() for _ in range(3)]
    await street.buys(stays)
    await street.buys(leaves, ago=8)
    segment = await street.segment(RECENT)
    first = await street.refreshed(segment)
    assert first is not None
    assert (first.size, first.come, first.gone) == (2, 2, 0)
    street.books.now += 5 * DAY
    await street.buys(comes)
    second = await street.refreshed(segment)
    assert second is not None
    assert (second.size, second.come, second.gone) == (2, 1, 1)
    rows = await street.books.owner.fetch("SELECT member_id, since, until FROM segment_member")
    assert {tuple(row) for row in rows} == {
        (stays.member_id, street.now - 5 * DAY, None),
        (leaves.member_id, street.now - 5 * DAY, street.now),
        (comes.member_id, street.now, None),
    }


async def test_the_same_instant_is_looked_at_once(street: Street) -> None:
    who = await street.member()
    await street.buys(who)
    segment = await street.segment(RECENT)
    found = await asyncio.gather(*(street.refreshed(segment) for _ in range(3)))
    assert sorted(one is not None for one in found) == [False, False, True]
    assert await street.refreshed(segment) is None
    assert await street.refreshed(segment, now=street.now - DAY) is None
    assert await street.members(segment.segment_id) == {who.member_id}


async def test_who_left_and_came_again_has_two_stays(street: Street) -> None:
    who = await street.member()
    await street.buys(who)
    segment = await street.segment(RECENT)
    await street.refreshed(segment)
    for _ in range(2):
        street.books.now += 20 * DAY
        await street.refreshed(segment)
    await street.buys(who)
    street.books.now += DAY
    await street.refreshed(segment)
    then = {
        days: bool((await segments_of(street.books.pool, [at(street.amber, who)], [segment.segment_id],
            at=street.now - days * DAY))[at(street.amber, who)])
        for days in (0, 1, 30, 41, 42)
    }  # fmt: skip
    assert then == {0: True, 1: False, 30: True, 41: True, 42: False}


async def test_segments_are_due_by_their_own_pace_the_longest_waiting_first(street: Street) -> None:
    slow, quick = await street.segment(RECENT, refresh_hours=24), await street.segment(RECENT, refresh_hours=2)

    async def due(hours: float) -> list[SegmentId]:
        async with seeing(street.books.database, COALITION) as session:
            found = await refreshing.due(session, now=street.now + timedelta(hours=hours))
        return [one.segment_id for one in found]

    assert await due(0) == [slow.segment_id, quick.segment_id]
    await street.refreshed(quick)
    assert await due(0) == [slow.segment_id]
    await street.refreshed(slow, now=street.now + timedelta(hours=1))
    assert await due(1.9) == []
    assert await due(2) == [quick.segment_id]
    assert await due(25) == [quick.segment_id, slow.segment_id]


async def test_another_definition_is_the_next_version_and_looked_at_anew(street: Street) -> None:
    who = await street.member()
    await street.buys(who)
    segment = await street.segment(RECENT)
    await street.refreshed(segment)
    renamed = await changed(street, segment, name="Others")
    assert (renamed.version, renamed.refreshed_at) == (1, street.now)
    anew = await changed(street, segment, definition=Definition(parts=(Recency(days=10, bought=False),)))
    assert (anew.version, anew.refreshed_at) == (2, None)
    assert await street.members(segment.segment_id) == {who.member_id}, "until it is looked at"
    await street.refreshed(anew)
    assert await street.members(segment.segment_id) == set()
    kept = await street.books.owner.fetch("SELECT version FROM segment_version ORDER BY version")
    assert [row["version"] for row in kept] == [1, 2]


async def test_changes_at_the_same_time_are_versions_one_after_the_other(street: Street) -> None:
    segment = await street.segment(RECENT)
    wanted = [Definition(parts=(Recency(days=days),)) for days in (1, 2, 3, 4)]
    found = await asyncio.gather(*(changed(street, segment, definition=one) for one in wanted))
    assert sorted(one.version for one in found) == [2, 3, 4, 5]


async def test_a_retired_segment_has_nobody_and_stays_so(street: Street) -> None:
    who = await street.member()
    await street.buys(who)
    segment = await street.segment(RECENT, name="Old")
    await street.refreshed(segment)
    async with seeing(street.books.database, Sight.partner(street.amber)) as session:
        await managing.retire(session, street.amber, segment.segment_id, now=street.now)
    assert await held(street, at(street.amber, who), segment) == set()
    assert await street.refreshed(segment, now=street.now + DAY) is None
    with pytest.raises(SegmentRetired):
        await changed(street, segment, name="New")
    await street.segment(RECENT, name="old")


async def test_two_segments_of_one_owner_are_not_called_alike(street: Street) -> None:
    await street.segment(RECENT, name="Recent")
    await street.segment(RECENT, name="Recent", owner=street.birch)
    with pytest.raises(SegmentNameTaken):
        await street.segment(RECENT, name="recent")


async def test_nobody_sees_changes_or_fills_what_is_anothers(street: Street) -> None:
    theirs = await street.segment(owner=street.birch, name="Staff")
    who = await street.member()
    with pytest.raises(SegmentNotFound):
        await changed(street, theirs, name="Mine")
    with pytest.raises(SegmentNotFound):
        await put(street, theirs, who)
    async with seeing(street.books.database, Sight.partner(street.amber)) as session:
        assert (await queries.segments_page(session, PageRequest())).items == []
        assert await refreshing.refresh(
            session, theirs.segment_id, personal_key=b"p" * 32, now=street.now + DAY
        ) is None  # fmt: skip


async def test_a_shared_segment_is_seen_and_named_but_not_changed(street: Street) -> None:
    shared = await street.segment(RECENT, owner=street.birch, shared_with=frozenset({street.amber}))
    async with seeing(street.books.database, Sight.partner(street.amber)) as session:
        assert (await queries.segment_by_id(session, shared.segment_id)).name == shared.name
        assert await queries.unusable(session, street.amber, [shared.segment_id]) == frozenset()
    with pytest.raises(SegmentNotFound):
        await changed(street, shared, name="Mine")
    hidden = await street.segment(RECENT, owner=street.birch)
    async with seeing(street.books.database, COALITION) as session:
        assert await queries.unusable(session, street.amber, [hidden.segment_id]) == {hidden.segment_id}


async def put(street: Street, segment: Segment, *members: KnownMember) -> Segment:
    async with seeing(street.books.database, Sight.partner(street.amber)) as session:
        return await managing.put_in(session, street.amber, segment.segment_id, members, now=street.now)


async def test_a_list_is_kept_by_hand_and_follows_merges(street: Street) -> None:
    one, other, left = [await street.member() for _ in range(3)]
    staff = await street.segment()
    assert (await put(street, staff, one, one, left)).size == 2
    assert (await put(street, staff, one)).size == 2
    async with seeing(street.books.database, Sight.partner(street.amber)) as session:
        out = await managing.take_out(session, street.amber, staff.segment_id, [left, other], now=street.now)
    assert out.size == 1
    assert (await put(street, staff, left)).size == 2, "out and in within one instant"
    await street.books.pool.fetchval(
        "SELECT repoint($1, $2, $3, $4)", one.wallet_id, one.member_id, other.wallet_id, other.member_id
    )
    await street.refreshed(staff, now=street.now + DAY)
    assert await street.members(staff.segment_id) == {other.member_id, left.member_id}


async def test_lists_and_rules_are_not_mixed(street: Street) -> None:
    who, rule, staff = await street.member(), await street.segment(RECENT), await street.segment()
    with pytest.raises(SegmentByRule):
        await put(street, rule, who)
    with pytest.raises(InvalidSegment, match="stays a list"):
        await changed(street, staff, definition=Definition(parts=(RECENT,)))
    with pytest.raises(InvalidSegment, match="at most 500"):
        await put(street, staff, *[who] * 501)


async def test_terms_out_of_range_are_refused(street: Street) -> None:
    stranger = PartnerId(street.books.maker.partner_id)
    await street.segment(RECENT, shared_with=frozenset({stranger}))
    with pytest.raises(InvalidSegment, match="partners of the coalition"):
        await street.segment(RECENT, shared_with=frozenset({PartnerId(new_id())}))
    for terms in ({"name": " "}, {"name": "x" * 81}, {"refresh_hours": 0}, {"refresh_hours": 169}):
        with pytest.raises(InvalidValue):
            await street.segment(RECENT, **terms)


async def test_at_its_owners_tills_a_segment_counts_at_anothers_only_for_who_allows_offers_there(
    street: Street,
) -> None:
    who = await street.member(street.amber, street.birch)
    await street.buys(who)
    segment = await street.segment(RECENT, shared_with=frozenset({street.birch}))
    await street.refreshed(segment)
    here, there = at(street.amber, who), at(street.birch, who)
    found = await segments_of(street.books.pool, [here, there], [segment.segment_id])
    assert found == {here: {segment.segment_id}, there: frozenset()}
    async with being(street.books.database, who) as session:
        await consents.give(
            session, who.member_id, street.birch, [ConsentPurpose.OFFERS], text_version=2, now=street.now
        )
    assert await held(street, there, segment) == {segment.segment_id}
    assert await segments_of(street.books.pool, [], [segment.segment_id]) == {}
    assert await held(street, here) == set()
