"""When tiers are reached and until when they are kept, by calendars worked out by hand; days are Riga's."""

from __future__ import annotations

from datetime import date, datetime

from domain.tiers.terms import Kept, OnReturn, Tier, TierPeriod
from tests.domain.tiers.builders import RIGA, THREE, Town


async def test_a_tier_reached_in_december_is_kept_to_the_end_of_the_next_year(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme()
    anna = await town.joins("2026-01-05")
    town.on("2026-12-12")
    await town.buys(anna, 300_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2028-01-01")
    town.on("2027-12-31")
    assert await town.tier(anna) == "Silver"
    town.on(datetime(2027, 12, 31, 23, 59, 59, tzinfo=RIGA))
    assert await town.tier(anna) == "Silver"
    town.on(datetime(2028, 1, 1, tzinfo=RIGA))
    assert await town.tier(anna) == "Member", "the till looks again by itself when a term has ended"
    told = [(step.was, step.tier, step.why, step.since.astimezone(RIGA)) for step in await town.steps(anna, club)]
    assert told == [
        ("Member", "Silver", "EARNED", datetime(2026, 12, 12, 12, tzinfo=RIGA)),
        ("Silver", "Member", "TERM_OVER", datetime(2028, 1, 1, tzinfo=RIGA)),
    ]


async def test_a_purchase_of_new_years_eve_in_riga_counts_for_the_old_year(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme(kept=Kept.END_OF_PERIOD)
    anna, bert = await town.joins("2026-01-05"), await town.joins("2026-01-05")
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=RIGA)
    morning = datetime(2027, 1, 1, 0, 30, tzinfo=RIGA)  # in Greenwich, both are still the old year
    town.on(eve)
    await town.buys(anna, 300_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2027-01-01")
    town.on(morning)
    await town.buys(bert, 300_00)
    await town.look()
    assert await town.tier(anna) == "Member"
    assert await town.kept_until(bert, club) == ("Silver", "2028-01-01")


async def test_a_purchase_that_is_sent_in_january_still_counts_for_december(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme()
    anna = await town.joins("2026-01-05")
    town.on("2026-06-01")
    await town.buys(anna, 200_00)
    town.on("2027-01-03")
    await town.buys(anna, 100_00, when=datetime(2026, 12, 30, 18, tzinfo=RIGA))
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2028-01-01")
    await town.look()
    assert len(await town.steps(anna, club)) == 1


async def test_whoever_falls_lands_softly_one_tier_a_year(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme(soft_landing=True)
    anna = await town.joins("2026-01-05")
    town.on("2026-07-01")
    await town.buys(anna, 1000_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Gold", "2028-01-01")
    town.on("2028-01-02")
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2029-01-01")
    town.on("2029-01-01")
    assert await town.tier(anna) == "Member"
    assert [(s.tier, s.why) for s in await town.steps(anna, club)] == [
        ("Gold", "EARNED"),
        ("Silver", "LANDED"),
        ("Member", "TERM_OVER"),
    ]


async def test_years_that_nobody_looked_are_made_up_for_step_by_step(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme(soft_landing=True, tiers=(*THREE, Tier(name="Platinum", threshold=5000_00)))
    anna = await town.joins("2026-01-05")
    town.on("2026-07-01")
    await town.buys(anna, 5000_00)
    await town.look()
    town.on("2031-05-05")
    await town.look()
    told = [(s.tier, s.why, s.since.astimezone(RIGA).date().isoformat()) for s in await town.steps(anna, club)]
    assert told == [
        ("Platinum", "EARNED", "2026-07-01"),
        ("Gold", "LANDED", "2028-01-01"),
        ("Silver", "LANDED", "2029-01-01"),
        ("Member", "TERM_OVER", "2030-01-01"),
    ]


async def test_a_rolling_window_carries_a_tier_day_by_day(town: Town) -> None:
    """Twelve months: what was bought on 10 March 2026 counts up to 9 March 2027."""
    town.on("2026-01-05")
    club = await town.programme(period=TierPeriod.ROLLING, months=12, kept=Kept.END_OF_PERIOD)
    anna = await town.joins("2026-01-05")
    town.on("2026-03-10")
    await town.buys(anna, 200_00)
    town.on("2026-08-20")
    await town.buys(anna, 100_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2027-03-10")
    town.on("2027-03-09")
    assert await town.tier(anna) == "Silver"
    assert await town.come_to(anna, club) == 300_00
    await town.buys(anna, 150_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2027-03-10"), "250 of it are left from then on"
    town.on("2027-03-10")
    assert await town.come_to(anna, club) == 250_00
    assert await town.tier(anna) == "Member"
    await town.buys(anna, 50_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2027-08-20")


async def test_a_rolling_window_over_a_leap_day(town: Town) -> None:
    """29 February 2028 counts up to 28 February 2029: the day a year before 1 March 2029 is 1 March 2028."""
    town.on("2028-01-05")
    club = await town.programme(period=TierPeriod.ROLLING, months=12, kept=Kept.END_OF_PERIOD)
    anna, bert = await town.joins("2028-01-05"), await town.joins("2028-01-05")
    town.on("2028-02-28")
    await town.buys(bert, 300_00)
    await town.look()
    town.on("2028-02-29")
    await town.buys(anna, 300_00)
    await town.look()
    assert await town.kept_until(bert, club) == ("Silver", "2029-02-28")
    assert await town.kept_until(anna, club) == ("Silver", "2029-03-01")
    town.on("2029-02-28")
    assert (await town.come_to(anna, club), await town.come_to(bert, club)) == (300_00, 0)


async def test_an_anniversary_of_29_february_comes_round_on_1_march(town: Town) -> None:
    """Joined on 29 February 2028: the years begin there, on 1 March 2029, 2030, 2031, and on 29 February 2032."""
    town.on("2028-02-29")
    club = await town.programme(period=TierPeriod.ANNIVERSARY, kept=Kept.END_OF_PERIOD)
    anna = await town.joins("2028-02-29")
    town.on("2029-02-28")
    await town.buys(anna, 300_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2029-03-01")
    town.on("2029-03-01")
    assert await town.tier(anna) == "Member"
    await town.buys(anna, 300_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2030-03-01")
    town.on("2031-03-01")
    await town.buys(anna, 300_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2032-02-29")


async def test_an_anniversary_kept_to_the_end_of_the_next_year_of_membership(town: Town) -> None:
    town.on("2026-05-20")
    club = await town.programme(period=TierPeriod.ANNIVERSARY)
    anna = await town.joins("2026-05-20")
    town.on("2027-05-19")
    await town.buys(anna, 300_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2028-05-20")


async def test_kept_for_months_is_no_less_than_to_the_end_of_the_period(town: Town) -> None:
    """Six months from 10 March are over in September, when the year still carries it; from 31 August: 28 February."""
    town.on("2026-01-05")
    club = await town.programme(kept=Kept.MONTHS, kept_months=6)
    anna, bert = await town.joins("2026-01-05"), await town.joins("2026-01-05")
    town.on("2026-03-10")
    await town.buys(anna, 300_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2027-01-01")
    town.on("2026-08-31")
    await town.buys(bert, 300_00)
    await town.look()
    assert await town.kept_until(bert, club) == ("Silver", "2027-02-28")
    town.on("2027-01-02")
    await town.look()
    assert await town.tier(anna) == "Member"
    assert await town.tier(bert) == "Silver"


async def test_a_purchase_that_made_a_tier_and_comes_back_takes_it_back_and_says_why(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme()
    anna = await town.joins("2026-01-05")
    town.on("2026-03-10")
    await town.buys(anna, 400_00)
    await town.look()
    town.on("2026-04-10")
    big = await town.buys(anna, 700_00)
    await town.look()
    assert await town.kept_until(anna, club) == ("Gold", "2028-01-01")
    town.on("2026-04-20")
    await town.brings_back(anna, big)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2028-01-01")
    last = (await town.steps(anna, club))[-1]
    assert (last.was, last.tier, last.why) == ("Gold", "Silver", "TAKEN_BACK")
    assert (last.evidence["amount"], last.evidence["threshold"]) == (400_00, 1000_00)
    await town.buys(anna, 600_00)
    await town.look()
    assert await town.tier(anna) == "Gold", "and can be reached again"


async def test_a_programme_may_leave_the_tier_to_whoever_brings_goods_back(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme(on_return=OnReturn.KEEP)
    anna = await town.joins("2026-01-05")
    bought = await town.buys(anna, 400_00)
    await town.look()
    await town.brings_back(anna, bought)
    await town.look()
    assert await town.kept_until(anna, club) == ("Silver", "2028-01-01")


async def test_a_new_version_lets_nobody_fall_before_the_term_ends(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme()
    anna, bert = await town.joins("2026-01-05"), await town.joins("2026-01-05")
    await town.buys(anna, 300_00)
    await town.look()
    town.on("2026-03-01")
    dearer = (THREE[0], Tier(name="Silver", threshold=500_00), Tier(name="Gold", threshold=2000_00))
    assert await town.programme(applies_from=date(2026, 4, 1), tiers=dearer) == club
    await town.buys(bert, 300_00)
    await town.look()
    assert await town.tier(bert) == "Silver", "it does not apply before its day"
    town.on("2026-04-01")
    await town.look()
    assert (await town.tier(anna), await town.tier(bert)) == ("Silver", "Silver")
    cora = await town.joins("2026-04-01")
    await town.buys(cora, 499_00)
    await town.look()
    assert await town.tier(cora) == "Member"
    town.on("2028-01-01")
    assert (await town.tier(anna), await town.tier(bert)) == ("Member", "Member")
