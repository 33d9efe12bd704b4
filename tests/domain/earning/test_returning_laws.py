"""What holds for returns under every programme: what was given is never exceeded, and what is left is earned anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from domain.earning.basket import Basket
from domain.earning.rerating import ClawBack, RatedPurchase, ReturnedLine, rerate
from domain.earning.stacking import TOGETHER, Mode, Stacking
from domain.earning.verdicts import Rating
from domain.earning.when import ALWAYS, When
from domain.ids import LotId
from tests.domain.earning import strategies as drawn
from tests.domain.earning.carrying import Wallet, kept
from tests.domain.earning.laws import Check, Laws, called

law = Laws()


@dataclass(frozen=True)
class Bought:
    """A purchase after some others, and how the books keep it."""

    wallet: Wallet
    basket: Basket
    rating: Rating
    books: RatedPurchase

    def back(self, before: Sequence[ReturnedLine], now: Sequence[ReturnedLine]) -> ClawBack:
        """What a return takes back."""
        return rerate(self.books, {one.key: one for one in self.wallet.programme}, before, now)


@st.composite
def bought(draw: st.DrawFn, /, **wanted: Any) -> Bought:
    """A purchase under some programme, by a member who has bought before."""
    wallet = Wallet(draw(drawn.programmes(**wanted)), draw(drawn.members))
    *earlier, last = sorted(draw(st.lists(drawn.baskets(), min_size=1, max_size=3)), key=lambda one: one.occurred_at)
    for one in earlier:
        wallet.buys(one)
    facts, rating = wallet.facts_at(last), wallet.rated(last)
    return Bought(wallet, last, rating, kept(last, rating, facts))


ERRATIC = [
    "purchase.amount >= 2500 || purchase.amount < 1500",
    "purchase.amount >= 1500",
    "purchase.amount < 1500",
]
erratic = bought(
    rule=drawn.points_rules,
    when=st.builds(When, condition=st.sampled_from(ERRATIC)) | st.just(ALWAYS),
    stacking=drawn.stackings,
    most=3,
)
"""Campaigns of which less may earn more."""


def _returns(data: st.DataObject, basket: Basket, most: int) -> list[list[ReturnedLine]]:
    """Returns that together give back no more than was bought."""
    left = {line.number: line.quantity for line in basket.lines}
    made = []
    for turn in range(1, most + 1):
        lines = []
        for number, quantity in left.items():
            back = (quantity * data.draw(st.sampled_from([0, 0, 3, 5, 10])) / 10).quantize(Decimal("0.001"), ROUND_DOWN)
            if back:
                left[number] -= back
                lines.append(ReturnedLine(number, back, turn))
        if lines:
            made.append(lines)
    assume(made)
    return made


def _everything(basket: Basket) -> list[ReturnedLine]:
    lines = [ReturnedLine(line.number, line.quantity) for line in basket.lines if line.quantity]
    assume(lines)
    return lines


def _smaller(one: Bought, back: Sequence[ReturnedLine], amounts: Counter[int]) -> Basket:
    quantities: Counter[int] = Counter()
    for line in back:
        quantities[line.number] += line.quantity  # type: ignore[assignment]
    lines = (
        replace(line, quantity=line.quantity - quantities[line.number], amount=line.amount - amounts[line.number])
        for line in one.basket.lines
    )
    return replace(one.basket, lines=tuple(line for line in lines if line.quantity))


def _taken(claw_backs: Sequence[ClawBack]) -> Counter[LotId]:
    taken: Counter[LotId] = Counter()
    for one in claw_backs:
        taken.update(dict(one.lots))
    return taken


def _one_by_one(one: Bought, made: list[list[ReturnedLine]]) -> list[ClawBack]:
    before: list[ReturnedLine] = []
    claw_backs = []
    for lines in made:
        claw_backs.append(one.back(before, lines))
        before += lines
    return claw_backs


@law(bought())
def test_returning_everything_takes_back_everything(one: Bought) -> None:
    claw_back = one.back([], _everything(one.basket))
    assert dict(claw_back.lots) == {lot_id: points for award in one.books.awards for lot_id, points in award.lots}
    assert set(claw_back.tokens) == {token.token_id for token in one.books.tokens}
    held = {key: (tally.counted, tally.rewarded) for key, tally in one.wallet.tallies.items()}
    one.wallet.buys(one.basket)
    for key, counted, rewarded in claw_back.tallies:
        tally = one.wallet.tallies[key]
        # A card that began anew with this purchase is empty again; the one before it has run out.
        assert (tally.counted - counted, tally.rewarded - rewarded) in {held.get(key, (0, 0)), (0, 0)}


@law(bought() | erratic, st.data())
def test_a_return_never_gives_and_never_takes_more_than_was_given(one: Bought, data: st.DataObject) -> None:
    claw_backs = _one_by_one(one, _returns(data, one.basket, 4))
    made = {lot_id: points for award in one.books.awards for lot_id, points in award.lots}
    assert all(points > 0 for claw_back in claw_backs for _, points in claw_back.lots)
    assert all(points <= made[lot_id] for lot_id, points in _taken(claw_backs).items())
    assert all(counted >= 0 and rewarded >= 0 for claw_back in claw_backs for _, counted, rewarded in claw_back.tallies)
    gone = [token for claw_back in claw_backs for token in claw_back.tokens]
    assert len(gone) == len(set(gone))


@law(bought() | erratic, st.data())
def test_what_remains_is_what_the_smaller_basket_earns_and_no_more_than_was_given(
    one: Bought, data: st.DataObject
) -> None:
    (lines,) = _returns(data, one.basket, 1)
    claw_back = one.back([], lines)
    smaller = _smaller(one, lines, Counter(dict(claw_back.amounts)))
    earns = one.wallet.rated(smaller).points if smaller.lines else 0
    assert one.rating.points - claw_back.points == min(one.rating.points, earns)


@law(bought() | erratic, st.data())
def test_several_returns_leave_the_least_that_was_due_at_any_of_them(one: Bought, data: st.DataObject) -> None:
    back: list[ReturnedLine] = []
    amounts: Counter[int] = Counter()
    least, made = one.rating.points, _returns(data, one.basket, 3)
    claw_backs = _one_by_one(one, made)
    for lines, claw_back in zip(made, claw_backs, strict=True):
        back += lines
        amounts.update(dict(claw_back.amounts))
        smaller = _smaller(one, back, amounts)
        least = min(least, one.wallet.rated(smaller).points if smaller.lines else 0)
    assert one.rating.points - _taken(claw_backs).total() == least


def _together(made: list[list[ReturnedLine]]) -> list[ReturnedLine]:
    total: dict[int, Decimal] = {}
    for lines in made:
        for line in lines:
            total[line.number] = total.get(line.number, Decimal(0)) + line.quantity
    return [ReturnedLine(number, quantity) for number, quantity in total.items()]


best = st.just(TOGETHER) | st.builds(Stacking, mode=st.just(Mode.BEST), group=st.sampled_from(["a", "b"]))
steady = drawn.whens(conditions=drawn.MONOTONE_CONDITIONS)


@law(bought(rule=drawn.points_rules | drawn.multipliers, stacking=best, when=steady), st.data())
def test_several_returns_take_as_many_points_as_one(one: Bought, data: st.DataObject) -> None:
    """Where less never earns more, as with the best of a group and with conditions that ask for at least so much."""
    made = _returns(data, one.basket, 3)
    assert _taken(_one_by_one(one, made)).total() == one.back([], _together(made)).points


@law(bought(stacking=st.just(TOGETHER), when=st.just(ALWAYS), cap=drawn.caps), st.data())
def test_several_returns_take_the_very_lots_things_and_stamps_that_one_would(one: Bought, data: st.DataObject) -> None:
    """Where campaigns do not stand in for each other."""
    made = _returns(data, one.basket, 3)
    claw_backs, at_once = _one_by_one(one, made), one.back([], _together(made))
    assert _taken(claw_backs) == Counter(dict(at_once.lots))
    assert {token for claw_back in claw_backs for token in claw_back.tokens} == set(at_once.tokens)
    stamps: Counter[str] = Counter()
    for claw_back in claw_backs:
        stamps.update({key: counted for key, counted, _ in claw_back.tallies if counted})
    assert stamps == Counter({key: counted for key, counted, _ in at_once.tallies if counted})
    assert sum(sum(dict(one.amounts).values()) for one in claw_backs) == sum(dict(at_once.amounts).values())


@law(bought(), st.data())
def test_the_order_of_a_returns_lines_does_not_matter(one: Bought, data: st.DataObject) -> None:
    (lines,) = _returns(data, one.basket, 1)
    once, again = one.back([], lines), one.back([], lines[::-1])
    assert (once.lots, set(once.tokens), once.tallies) == (again.lots, set(again.tokens), again.tallies)


@pytest.mark.slow
@pytest.mark.parametrize("check", law.all, ids=called)
def test_each_law_holds_many_times(check: Check) -> None:
    check()
