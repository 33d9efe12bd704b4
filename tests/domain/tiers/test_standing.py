"""Whose purchases count, what is given by hand, whose programme it is, and who may see what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.errors import InvalidValue
from domain.ledger.moving import merge_members
from domain.storage import Sight
from domain.tiers import managing, queries
from domain.tiers.errors import (
    InvalidTierProgramme,
    NothingToPublish,
    TierNameTaken,
    TierProgrammeNotFound,
    TierStillHeld,
    TooEarly,
)
from domain.tiers.managing import GiveTier
from domain.tiers.terms import Goods, Kept, Measure, StatusRates, Tier, TierPeriod
from domain.values import Rate
from tests.builders.members import seeing
from tests.domain.tiers.builders import THREE, Town, noon, said

LOW, HIGH = Tier(name="Regular", threshold=0), Tier(name="Friend", threshold=2)


async def test_an_invitation_counts_beside_what_is_earned_and_the_higher_holds(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme(soft_landing=True)
    anna = await town.joins("2026-01-05")
    await town.buys(anna, 300_00)
    await town.look()
    async with town.seeing(None) as session:
        given = GiveTier(programme_id=club, tier="Gold", reason="A friend of the house", until=date(2026, 6, 30))
        await managing.give(session, None, anna, given, now=town.books.now)
    assert await town.kept_until(anna, club) == ("Gold", "2026-07-01")
    town.on("2026-07-01")
    assert await town.tier(anna) == "Silver", "what was given by hand lands nowhere; what was earned holds"
    assert [step.why for step in await town.steps(anna, club)] == ["EARNED", "INVITED", "TERM_OVER"]


async def test_what_was_given_by_hand_can_be_taken_back_by_hand(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme()
    anna = await town.joins("2026-01-05")
    async with town.seeing(None) as session:
        given = GiveTier(
            programme_id=club, tier="Gold", reason="Platinum at a hotel", until=date(2026, 12, 31), matched=True
        )
        await managing.give(session, None, anna, given, now=town.books.now)
    assert await town.tier(anna) == "Gold"
    async with town.seeing(None) as session:
        await managing.take_away(session, None, anna, club, now=town.on("2026-02-01"))
    assert [(s.tier, s.why) for s in await town.steps(anna, club)] == [("Gold", "MATCHED"), ("Member", "TAKEN_BACK")]
    told = await town.books.owner.fetch("SELECT facts ->> 'of' AS what FROM trail_line ORDER BY number")
    assert [row["what"] for row in told][-3:] == ["tier_version", "tier_ground", "tier_ground"], "the audit trail tells"
    with pytest.raises(InvalidValue, match="until when"):
        GiveTier(programme_id=club, tier="Gold", reason="Platinum at a hotel", matched=True)


async def test_at_a_till_the_coalitions_tier_counts_and_the_shops_own(town: Town) -> None:
    town.on("2026-01-05")
    await town.programme()
    await town.programme(town.birch, name="Birch friends", measure=Measure.VISITS, tiers=(LOW, HIGH))
    anna = await town.joins("2026-01-05")
    await town.buys(anna, 300_00, at=town.amber)
    for day in ("2026-01-06", "2026-01-07"):
        await town.buys(anna, 100, at=town.birch, when=noon(day))
    await town.buys(anna, 100, at=town.birch, when=noon("2026-01-07") + timedelta(hours=1))
    town.on("2026-01-08")
    await town.look()
    assert [one.tier for one in await town.held(anna, at=town.amber)] == ["Silver"]
    assert [one.tier for one in await town.held(anna, at=town.birch)] == ["Silver", "Friend"]


async def test_a_member_that_was_merged_brings_its_purchases_and_its_invitations(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme()
    anna, other = await town.joins("2026-01-05"), await town.joins("2026-01-05")
    await town.buys(anna, 200_00)
    await town.buys(other, 100_00)
    await town.look()
    assert (await town.tier(anna), await town.tier(other)) == ("Member", "Member")
    await merge_members(town.books.pool, other, anna, now=town.on("2026-02-01"))
    assert await town.tier(anna) == "Silver", "their purchases count together, and the till sees it"
    assert await town.come_to(anna, club) == 300_00


async def test_a_households_purchases_count_for_each_where_the_terms_say_so(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme(household=True)
    anna = await town.joins("2026-01-05")
    bert = await town.joins("2026-01-05")
    await town.books.owner.execute("SET session_replication_role = replica")
    await town.books.owner.execute(
        "UPDATE member SET wallet_id = $1 WHERE member_id = $2", anna.wallet_id, bert.member_id
    )
    await town.books.owner.execute("SET session_replication_role = DEFAULT")
    moved = type(bert)(**{**{n: getattr(bert, n) for n in bert.__slots__}, "wallet_id": anna.wallet_id})
    await town.buys(anna, 200_00)
    await town.buys(moved, 100_00)
    await town.look()
    assert (await town.tier(anna), await town.tier(moved)) == ("Silver", "Silver")
    await town.programme(household=False)
    town.on("2026-01-06")
    assert (await town.come_to(anna, club), await town.come_to(moved, club)) == (200_00, 100_00)


async def test_status_points_are_rows_by_the_programmes_own_rates(town: Town) -> None:
    town.on("2026-01-05")
    rates = StatusRates(per_unit=Rate(3, 2), actions={"REVIEW": 50})
    tiers = (LOW, Tier(name="Friend", threshold=100))
    terms: dict[str, Any] = {"name": "Birch", "measure": Measure.STATUS, "status": rates, "tiers": tiers}
    club = await town.programme(town.birch, **terms, without=Goods(categories=frozenset({"GIFT_CARDS"})))
    anna = await town.joins("2026-01-05")
    bought = await town.buys(anna, 66_68, at=town.birch, skus=("milk", "card"))
    await town.buys(anna, 500_00, at=town.amber)
    await town.does(anna, "REVIEW", at=town.birch)
    await town.look()
    assert await town.come_to(anna, club) == 50 + 50, "33.34 at one and a half is 50.01"
    assert [one.tier for one in await town.held(anna, at=town.birch)] == ["Friend"]
    await town.brings_back(anna, bought, 1)
    await town.look()
    async with town.seeing(town.birch) as session:
        rows = await queries.status_points_of(session, club, anna.wallet_id, anna.member_id)
    assert sorted((row.kind, row.points) for row in rows) == [("ACTION", 50), ("PURCHASE", 50), ("RETURN", -50)]
    assert [one.tier for one in await town.held(anna, at=town.birch)] == ["Regular"]
    await town.look()
    assert await town.come_to(anna, club) == 50


async def test_nobody_else_sees_how_a_member_stands(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme(town.birch, name="Birch", tiers=THREE)
    anna, bert = await town.joins("2026-01-05"), await town.joins("2026-01-05")
    await town.buys(anna, 300_00, at=town.birch)
    await town.look()
    person = (club, anna.wallet_id, anna.member_id)
    for sight, seen in (
        (Sight.partner(town.birch), True),
        (Sight.member(anna.member_id), True),
        (Sight.partner(town.amber), False),
        (Sight.member(bert.member_id), False),
    ):
        async with seeing(town.books.database, sight) as session:
            assert (await queries.standing_row(session, *person) is not None) == seen
            assert bool(await queries.steps_of(session, *person)) == seen
            assert (await queries.progress(session, *person, at=town.books.now) is not None) == seen


async def test_a_tier_changed_is_told_to_whose_programme_it_is(town: Town) -> None:
    town.on("2026-01-05")
    await town.programme(town.birch, name="Birch", tiers=THREE)
    anna = await town.joins("2026-01-05")
    await town.buys(anna, 300_00, at=town.birch)
    await town.look()
    told = await town.books.owner.fetch("SELECT partner_id, detail FROM event WHERE kind = 'TIER_CHANGED'")
    assert [tuple(row) for row in told] == [(town.birch, "Silver")]


async def test_what_a_programme_may_not_be(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme()
    async with town.seeing(town.birch) as session:
        with pytest.raises(TierNameTaken, match="of the coalition's programme"):
            await managing.draw_up(
                session, town.birch, said(tiers=(Tier(name="GOLD", threshold=5),)), now=town.books.now
            )
        elsewhere = said(tiers=(LOW,), partners=frozenset({town.amber}))
        with pytest.raises(InvalidTierProgramme, match="at the partner"):
            await managing.draw_up(session, town.birch, elsewhere, now=town.books.now)
        with pytest.raises(TierProgrammeNotFound):
            await managing.publish(session, town.birch, club, now=town.books.now)
    async with town.seeing(None) as session:
        with pytest.raises(TierStillHeld, match="Member, Silver, Gold"):
            await managing.draw_up(session, None, said(tiers=(THREE[0], THREE[2])), now=town.books.now)
        with pytest.raises(NothingToPublish):
            await managing.publish(session, None, club, now=town.books.now)
        await managing.draw_up(session, None, said(name="Next"), now=town.books.now)
        with pytest.raises(TooEarly):
            await managing.publish(session, None, club, applies_from=date(2026, 1, 4), now=town.books.now)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"tiers": ()}, "tiers are 1 to 12"),
        ({"tiers": (THREE[1], THREE[0])}, "in order"),
        ({"tiers": (THREE[1], Tier(name="SILVER", threshold=10**9))}, "called differently"),
        ({"period": TierPeriod.ROLLING}, "months are said for a rolling period"),
        ({"kept": Kept.MONTHS}, "kept_months are said"),
        ({"period": TierPeriod.ROLLING, "months": 61}, "months are 1 to 60"),
        ({"measure": Measure.STATUS}, "status are said where status points count"),
        ({"measure": Measure.INVITATION}, "by invitation"),
        ({"campaigns": frozenset({noon})}, "named where points count"),
        ({"measure": Measure.POINTS, "goods": Goods(skus=frozenset({"milk"}))}, "named where purchases count"),
        ({"name": " "}, "name has 1 to 80"),
    ],
)
def test_terms_that_do_not_go_together_are_refused(terms: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidTierProgramme, match=why):
        said(**terms)
