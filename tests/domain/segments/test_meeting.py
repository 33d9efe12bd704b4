"""Who meets a definition, part by part, and that nobody learns of another's baskets by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.members import consents
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember
from domain.segments.definitions import Frequency, Goods, Joined, Part, PartnerMix, Profile, Recency, Spend
from domain.segments.errors import InvalidSegment
from tests.builders.ledger import DAY
from tests.builders.members import being
from tests.domain.segments.builders import RIGA, Street


def ids(*members: KnownMember) -> set[object]:
    return {member.member_id for member in members}


async def test_recency_finds_who_bought_and_who_did_not(street: Street) -> None:
    regular, lapsed, never = [await street.member() for _ in range(3)]
    await street.buys(regular, ago=3)
    await street.buys(regular, ago=70)
    await street.buys(lapsed, ago=40)
    assert await street.ambers(Recency(days=30)) == ids(regular)
    assert await street.ambers(Recency(days=30, bought=False)) == ids(lapsed, never)
    assert await street.ambers(Recency(days=90), Recency(days=30, bought=False)) == ids(lapsed)


async def test_windows_are_whole_days_of_the_coalitions_zone(street: Street) -> None:
    """It is noon in UTC on 2 March; within one day is since midnight of 1 March in Riga, which is 22:00 in UTC."""
    await street.books.owner.execute("UPDATE coalition SET time_zone = 'Europe/Riga'")
    first = datetime(2026, 3, 1, tzinfo=RIGA)
    inside, outside = await street.member(), await street.member()
    await street.buys(inside, when=first)
    await street.buys(outside, when=first - timedelta(seconds=1))
    assert await street.ambers(Recency(days=1)) == ids(inside)
    assert await street.ambers(Recency(days=2)) == ids(inside, outside)


async def test_what_is_still_to_come_is_not_counted(street: Street) -> None:
    who = await street.member()
    await street.buys(who, when=street.now + timedelta(minutes=4))
    assert await street.ambers(Recency(days=1)) == set()
    street.books.now += timedelta(minutes=5)
    assert await street.ambers(Recency(days=1)) == ids(who)


async def test_frequency_counts_purchases_and_none_is_a_number_too(street: Street) -> None:
    none, one, three = [await street.member() for _ in range(3)]
    await street.buys(one, ago=1)
    for day in range(3):
        await street.buys(three, ago=day)
    assert await street.ambers(Frequency(days=30, at_least=2)) == ids(three)
    assert await street.ambers(Frequency(days=30, at_most=1)) == ids(none, one)
    assert await street.ambers(Frequency(days=30, at_least=1, at_most=2)) == ids(one)
    assert await street.ambers(Frequency(days=30, at_least=0)) == ids(none, one, three)
    assert await street.ambers(Frequency(days=30, at_most=0)) == ids(none)


async def test_spend_is_what_was_kept(street: Street) -> None:
    """Three goods of 10.00, one of which comes back: 20.00 are left, the fourth of 10.00 comes back in full: none."""
    who, other = await street.member(), await street.member()
    basket = await street.buys(who, "milk", "kefir", "wine", ago=5)
    await street.brings_back(who, basket, 2)
    whole = await street.buys(other, ago=5)
    await street.brings_back(other, whole, 1)
    assert await street.ambers(Spend(days=30, at_least=2000)) == ids(who)
    assert await street.ambers(Spend(days=30, at_least=2001)) == set()
    assert await street.ambers(Spend(days=30, at_most=1999)) == ids(other)
    assert await street.ambers(Recency(days=30, bought=False)) == ids(other)
    assert await street.ambers(Goods(days=30, categories=frozenset({"DAIRY"}))) == ids(who)
    assert await street.ambers(Goods(days=30, brands=frozenset({"Valmiera"}), at_least=1001)) == set()


async def test_goods_are_of_one_of_the_categories_and_of_one_of_the_brands(street: Street) -> None:
    milk, kefir, wine = [await street.member() for _ in range(3)]
    for who, sku in ((milk, "milk"), (kefir, "kefir"), (wine, "wine")):
        await street.buys(who, sku, ago=2)
    dairy, valmiera = frozenset({"DAIRY"}), frozenset({"Valmiera"})
    assert await street.ambers(Goods(days=9, categories=dairy)) == ids(milk, kefir)
    assert await street.ambers(Goods(days=9, brands=valmiera)) == ids(kefir, wine)
    assert await street.ambers(Goods(days=9, categories=dairy, brands=valmiera)) == ids(kefir)
    assert await street.ambers(Goods(days=9, categories=dairy, bought=False)) == ids(wine)
    assert await street.ambers(Goods(days=9, categories=dairy | {"WINE"}, at_least=1000)) == ids(milk, kefir, wine)
    assert await street.ambers(Goods(days=1, categories=dairy)) == set()


async def test_joined_is_since_the_owner_knows_the_member(street: Street) -> None:
    street.books.now -= 20 * DAY
    old = await street.member(street.birch)
    street.books.now += 20 * DAY
    new = await street.member(street.birch, street.amber)
    assert await street.meeting(Joined(days=5), owner=street.birch) == ids(new)
    await street.buys(old, at=street.birch)
    assert await street.anybodys(Joined(days=5)) == ids(new)
    assert await street.anybodys(Joined(days=20)) == ids(old, new)


async def test_profile_finds_those_alone_that_allow_it(street: Street) -> None:
    told: dict[str, Any] = {"born_on": datetime(1980, 3, 9, tzinfo=RIGA).date(), "language": "lv-LV"}
    allows = await street.member(offers=True, **told)
    await street.member(**told)  # the same, but does not allow offers
    elsewhere = await street.member(street.birch, street.amber, offers=True, **told)
    await street.member(offers=True)  # allows, but told nothing
    march, latvian = Profile(birthday_months=frozenset({3})), Profile(languages=frozenset({"LV"}))
    assert await street.ambers(march) == ids(allows)
    assert await street.ambers(latvian) == ids(allows)
    assert await street.ambers(Profile(birthday_months=frozenset({4}), languages=frozenset({"lv"}))) == set()
    assert await street.meeting(march, owner=street.birch) == ids(elsewhere)
    assert await street.anybodys(march, latvian) == ids(allows, elsewhere)


async def test_partner_mix_of_a_partner_finds_those_alone_that_allow_it(street: Street) -> None:
    allows = await street.member(street.amber, street.birch, offers=True)
    silent = await street.member(street.amber, street.birch)
    for who in (allows, silent):
        await street.buys(who, ago=1)
        await street.buys(who, at=street.birch, ago=1)
    both = PartnerMix(days=30, at_least=2)
    assert await street.ambers(both) == ids(allows)
    assert await street.ambers(PartnerMix(days=30, partners=frozenset({street.birch}))) == ids(allows)
    assert await street.meeting(both, owner=street.birch) == set()
    assert await street.anybodys(both) == ids(allows, silent)
    assert await street.anybodys(PartnerMix(days=30, at_least=3)) == set()


async def test_a_consent_taken_back_ends_it(street: Street) -> None:
    who = await street.member(offers=True, language="lv")
    latvian = Profile(languages=frozenset({"lv"}))
    assert await street.ambers(latvian) == ids(who)
    async with being(street.books.database, who) as session:
        await consents.revoke(session, who.member_id, street.amber, ConsentPurpose.OFFERS)
    assert await street.ambers(latvian) == set()


EVERY_PART: list[Part] = [
    Recency(days=1000),
    Frequency(days=1000, at_least=1),
    Spend(days=1000, at_least=1),
    Goods(days=1000, categories=frozenset({"DAIRY", "WINE"})),
    PartnerMix(days=1000, at_least=1),
]


@pytest.mark.parametrize("part", EVERY_PART, ids=lambda part: part.kind.value)
async def test_no_part_of_a_partners_definition_tells_of_baskets_elsewhere(street: Street, part: Part) -> None:
    """Known to both, bought at birch alone: amber finds nobody, birch does."""
    canary = await street.member(street.amber, street.birch, allowing=street.birch)
    await street.buys(canary, "milk", "wine", at=street.birch, ago=2)
    assert await street.ambers(part) == set()
    assert await street.meeting(part, owner=street.birch) == ids(canary)


@pytest.mark.parametrize("part", EVERY_PART[:4], ids=lambda part: part.kind.value)
async def test_a_partner_cannot_name_others_in_what_it_asks(street: Street, part: Part) -> None:
    with pytest.raises(InvalidSegment, match="its own purchases") as refused:
        await street.ambers(replace(part, partners=frozenset({street.birch})))  # type: ignore[arg-type]
    assert refused.value.path == ("parts", "0", "partners")
    assert await street.ambers(replace(part, partners=frozenset({street.amber}))) == set()  # type: ignore[arg-type]


async def test_the_doors_answer_nobody_but_the_owner(street: Street) -> None:
    """Without the rule of the domain: the database's own wall."""
    who = await street.member(street.amber, street.birch, offers=True, language="lv")
    await street.buys(who, at=street.birch)
    calls = {
        "segment_members_known($1)": (),
        "segment_purchases($1, NULL, $2, $3)": (street.now - DAY, street.now),
        "segment_goods($1, NULL, $2, $3, ARRAY['DAIRY'], NULL)": (street.now - DAY, street.now),
        "segment_mix($1, NULL, $2, $3)": (street.now - DAY, street.now),
        "segment_profiles($1)": (),
    }
    async with street.books.pool.acquire() as connection:
        for sight in ("", "nobody", "server", f"member:{who.member_id}", f"partner:{street.amber}"):
            for owner in (street.birch, None):
                async with connection.transaction():
                    await connection.execute(f"SET LOCAL app.sight = '{sight}'")
                    for call, said in calls.items():
                        assert await connection.fetch(f"SELECT * FROM {call}", owner, *said) == [], (sight, call)


async def test_purchases_of_who_was_merged_count_for_who_is_left(street: Street) -> None:
    source, target = await street.member(), await street.member()
    await street.buys(source, ago=2)
    await street.buys(target, ago=2)
    await street.books.pool.fetchval(
        "SELECT repoint($1, $2, $3, $4)", source.wallet_id, source.member_id, target.wallet_id, target.member_id
    )
    assert await street.ambers(Frequency(days=9, at_least=2)) == ids(target)
    assert await street.ambers(Frequency(days=9, at_most=1)) == set()
