"""Cards, milestones and wheels from purchase to purchase, worked out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.earning.basket import Basket, MemberFacts
from domain.earning.bounds import Cap, CapOf, CapPer
from domain.earning.counting import turned
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Slot, Token, TokenKind
from domain.earning.rerating import ReturnedLine, rerate
from domain.earning.rules import Band, Card, Counted, Gift, Mark, Milestones, Rule
from domain.earning.tallies import Tally
from domain.earning.terms import Campaign
from domain.earning.verdicts import Rating, Why
from tests.domain.earning.builders import NOW, basket, campaign, line, rated
from tests.domain.earning.carrying import Wallet, kept

ADA, BEN = MemberFacts(member_id=UUID(int=7)), MemberFacts(member_id=UUID(int=8))
TEN = Prize(points=10)
COFFEE = Token(kind=TokenKind.COUPON, name="A coffee", days=30)
WHEEL = (Slot(weight=1, points=100), Slot(weight=3, token=COFFEE), Slot(weight=6))
SEED = bytes(range(32))


def _wallet(rule: Rule, facts: MemberFacts = ADA, **terms: object) -> Wallet:
    return Wallet([replace(campaign(rule, 1, **terms), seed=SEED)], facts)


def _bought(amount: int = 1000, quantity: str = "1", *, after: timedelta = timedelta()) -> Basket:
    return replace(basket(line(1, "milk", amount, quantity)), occurred_at=NOW + after)


def _points(wallet: Wallet, *purchases: Basket) -> list[int]:
    return [wallet.buys(purchase).points for purchase in purchases]


def _refusal(rating: Rating) -> tuple[Why, int]:
    (refusal,) = rating.refusals
    return refusal.why, refusal.missing


def test_each_third_purchase_wins_and_says_how_many_are_missing() -> None:
    wallet = _wallet(Card(every=3, prize=TEN))
    assert _refusal(wallet.rated(_bought())) == (Why.NOT_YET, 2)
    assert _points(wallet, *[_bought()] * 7) == [0, 0, 10, 0, 0, 10, 0]
    assert wallet.tallies == {f"{UUID(int=101)}/stamps/{UUID(int=7).hex}/": Tally(7, 2, NOW, version=7)}


def test_the_very_first_stamp_wins_as_well() -> None:
    wallet = _wallet(Card(every=4, prize=TEN, at_first=True))
    assert _points(wallet, *[_bought()] * 8) == [10, 0, 0, 10, 0, 0, 0, 10]


def test_a_basket_that_fills_several_cards_wins_several_prizes() -> None:
    wallet = _wallet(Card(every=5, prize=TEN, counted=Counted.ITEMS))
    # 12 items fill two cards; 2.9 items count 2, so 14; 1 more fills the third.
    assert _points(wallet, _bought(quantity="12"), _bought(quantity="2.9"), _bought()) == [20, 0, 10]
    by_amount = _wallet(Card(every=20000, prize=TEN, counted=Counted.AMOUNT))
    assert _points(by_amount, _bought(19999), _bought(1), _bought(60000)) == [0, 10, 30]


def test_bands_say_how_many_stamps_a_purchase_is() -> None:
    wallet = _wallet(Card(every=3, prize=TEN, bands=(Band(start=300, gives=1), Band(start=1500, gives=2))))
    assert _points(wallet, _bought(299), _bought(300), _bought(1500), _bought(1499)) == [0, 0, 10, 0]
    below = _wallet(Card(every=3, prize=TEN, bands=(Band(start=300, gives=1),)))
    assert _refusal(below.rated(_bought(299))) == (Why.BELOW_MINIMUM, 1)


def test_a_card_begins_anew_so_many_days_after_its_first_stamp() -> None:
    wallet = _wallet(Card(every=3, prize=TEN, days=30))
    days = [timedelta(days=0), timedelta(days=29), timedelta(days=30) - timedelta(microseconds=1)]
    assert _points(wallet, *(_bought(after=after) for after in days)) == [0, 0, 10]
    # Full thirty days after the first stamp the card is empty, and this stamp is its first.
    assert _points(wallet, _bought(after=timedelta(days=30)), _bought(after=timedelta(days=59))) == [0, 0]
    assert _points(wallet, _bought(after=timedelta(days=60))) == [0], "two stamps were not three"
    ((_, tally),) = wallet.tallies.items()
    assert (tally.counted, tally.rewarded, tally.since) == (1, 0, NOW + timedelta(days=60))


def test_a_card_begins_anew_with_each_period_of_the_local_calendar() -> None:
    wallet = _wallet(Card(every=2, prize=TEN, period=Period.MONTH))
    days = [0, 8, 9, 38]  # 22 and 30 November, 1 and 30 December
    assert _points(wallet, *(_bought(after=timedelta(days=day)) for day in days)) == [0, 10, 0, 10]
    assert sorted(key.rpartition("/")[2] for key in wallet.tallies) == ["2026-11", "2026-12"]


def test_stamps_that_came_back_and_are_collected_again_win_nothing_twice() -> None:
    wallet = _wallet(Card(every=2, prize=TEN))
    first, second = _bought(), _bought()
    wallet.buys(first)
    facts, rating = wallet.facts_at(second), wallet.buys(second)
    assert rating.points == 10
    books = kept(second, rating, facts)
    claw_back = rerate(
        books, {one.key: one for one in wallet.programme}, [], [ReturnedLine(1, second.lines[0].quantity)]
    )
    ((key, counted, rewarded),) = claw_back.tallies
    assert (claw_back.points, counted, rewarded) == (10, 1, 1)
    tally = wallet.tallies[key]
    wallet.tallies[key] = replace(tally, counted=tally.counted - counted, rewarded=tally.rewarded - rewarded)
    assert _points(wallet, _bought(), _bought()) == [10, 0]


def test_a_stamp_of_an_earlier_purchase_that_comes_back_takes_no_later_prize_and_the_next_stamp_wins_none() -> None:
    wallet = _wallet(Card(every=2, prize=TEN))
    first = _bought()
    books = kept(first, wallet.buys(first), replace(ADA))
    assert _points(wallet, _bought()) == [10]
    claw_back = rerate(
        books, {one.key: one for one in wallet.programme}, [], [ReturnedLine(1, first.lines[0].quantity)]
    )
    ((key, counted, rewarded),) = claw_back.tallies
    assert (claw_back.points, counted, rewarded) == (0, 1, 0)
    wallet.tallies[key] = replace(wallet.tallies[key], counted=1)
    # One stamp and one prize stand: the second stamp was paid for already, the fourth wins again.
    assert _points(wallet, *[_bought()] * 3) == [0, 0, 10]


def test_milestones_are_won_once_each_and_several_at_once() -> None:
    marks = (Mark(at=2, prize=TEN), Mark(at=3, prize=Prize(token=COFFEE)), Mark(at=10, prize=Prize(points=500)))
    wallet = _wallet(Milestones(marks=marks, counted=Counted.ITEMS))
    first = wallet.buys(_bought(quantity="4"))
    assert (first.points, [due.token for due in first.tokens]) == (10, [COFFEE])
    assert _refusal(wallet.rated(_bought(quantity="5"))) == (Why.NOT_YET, 1)
    assert _points(wallet, _bought(quantity="6")) == [500]
    assert _refusal(wallet.rated(_bought())) == (Why.ALL_WON, 0)


def test_milestones_of_a_year_begin_anew_at_new_year() -> None:
    wallet = _wallet(Milestones(marks=(Mark(at=1, prize=TEN),), period=Period.YEAR))
    assert _points(wallet, _bought(), _bought(), _bought(after=timedelta(days=40))) == [10, 0, 10]


def test_a_gift_needs_its_minimum_and_says_what_is_missing() -> None:
    wallet = _wallet(Gift(prize=Prize(token=COFFEE), minimum=2000))
    assert _refusal(wallet.rated(_bought(1999))) == (Why.BELOW_MINIMUM, 1)
    assert [due.token for due in wallet.rated(_bought(2000)).tokens] == [COFFEE]


def test_who_is_not_known_collects_no_stamps() -> None:
    refusal = rated(_bought(), campaign(Card(every=3, prize=TEN), 1)).refusals[0]
    assert refusal.why is Why.MEMBER_UNKNOWN


def test_a_wheel_is_stable_under_retry_and_differs_by_member_turn_and_seed() -> None:
    rule = Gift(prize=Prize(wheel=WHEEL))
    once, again = _wallet(rule).buys(_bought()), _wallet(rule).buys(_bought())
    assert once == again
    one = _wallet(rule).programme[0]
    stops = {_stops(one, SEED, ADA), _stops(one, SEED, BEN), _stops(one, bytes(32), ADA)}
    assert len(stops) == 3


def _stops(one: Campaign, seed: bytes, facts: MemberFacts) -> tuple[int, ...]:
    assert facts.member_id is not None
    return tuple(WHEEL.index(turned(seed, one, facts.member_id, turn, WHEEL)) for turn in range(1, 40))


def test_a_wheel_stops_as_often_as_its_odds_say() -> None:
    one = _wallet(Gift(prize=Prize(wheel=WHEEL))).programme[0]
    stops = Counter(WHEEL.index(turned(SEED, one, UUID(int=member), 1, WHEEL)) for member in range(10_000))
    # 1, 3 and 6 in ten; four standard deviations of 10,000 draws are 120, 183 and 196.
    assert abs(stops[0] - 1000) < 120
    assert abs(stops[1] - 3000) < 184
    assert abs(stops[2] - 6000) < 196


def test_a_blank_says_so_and_the_turn_counts() -> None:
    wallet = _wallet(Gift(prize=Prize(wheel=WHEEL)))
    said = []
    for _ in range(30):
        rating = wallet.buys(_bought())
        said.append(rating.points or (rating.tokens[0].token if rating.tokens else _refusal(rating)[0]))
    assert set(said) == {100, COFFEE, Why.BLANK}
    ((key, tally),) = wallet.tallies.items()
    assert (key.split("/")[1], tally.counted) == ("turns", 30)


def test_several_turns_at_once_are_the_next_ones_one_by_one() -> None:
    rule = Card(every=1, prize=Prize(wheel=WHEEL), counted=Counted.ITEMS)
    at_once, one_by_one = _wallet(rule), _wallet(rule)
    together = at_once.buys(_bought(quantity="6"))
    apart = [one_by_one.buys(_bought()) for _ in range(6)]
    assert together.points == sum(rating.points for rating in apart)
    assert [due.token for due in together.tokens] == [due.token for rating in apart for due in rating.tokens]


def test_a_preview_tells_of_a_turn_and_not_of_its_end() -> None:
    wallet = Wallet([campaign(Card(every=1, prize=Prize(wheel=WHEEL)), 1)], ADA)
    rating = wallet.rated(_bought())
    assert [turns for _, turns in rating.turns] == [1]
    assert (rating.points, rating.tokens, rating.refusals) == (0, (), ())


@pytest.mark.parametrize(("early", "points"), [(timedelta(), 10), (timedelta(microseconds=1), 0)])
def test_a_rolling_cap_makes_room_full_hours_after_the_oldest(early: timedelta, points: int) -> None:
    wallet = _wallet(Gift(prize=TEN), caps=(Cap(most=2, of=CapOf.TIMES, hours=24),))
    assert _points(wallet, _bought(), _bought(after=timedelta(hours=6))) == [10, 10]
    rating = wallet.buys(_bought(after=timedelta(hours=24) - early))
    assert rating.points == points
    assert [one.why for one in rating.refusals] == ([] if points else [Why.CAP_REACHED])


def test_what_a_cap_refuses_is_not_counted_by_it_nor_by_the_card() -> None:
    wallet = _wallet(Card(every=2, prize=TEN), caps=(Cap(most=1, of=CapOf.TIMES, period=Period.DAY),))
    days = [0, 0, 1, 1, 2]
    assert _points(wallet, *(_bought(after=timedelta(days=day)) for day in days)) == [0, 0, 10, 0, 0]


def test_two_caps_of_one_shared_name_count_once() -> None:
    caps = (Cap(most=25, shared="bonus"), Cap(most=15, shared="bonus"))
    wallet = _wallet(Gift(prize=TEN), caps=caps)
    assert _points(wallet, _bought(), _bought(), _bought()) == [10, 5, 0]


@pytest.mark.parametrize(("per", "given"), [(CapPer.HOUSEHOLD, [10, 0, 0]), (CapPer.MEMBER, [10, 10, 0])])
def test_caps_of_a_household_count_its_members_together(per: CapPer, given: list[int]) -> None:
    ada = _wallet(Gift(prize=TEN), caps=(Cap(most=1, of=CapOf.TIMES, per=per),))
    ben = Wallet(ada.programme, BEN, ada.tallies)
    assert [ada.buys(_bought()).points, ben.buys(_bought()).points, ben.buys(_bought()).points] == given
