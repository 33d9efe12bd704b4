"""What returns take back, computed by hand."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from domain.earning.errors import DuplicateLine, InvalidBasket, ReturnExceedsPurchase
from domain.earning.matching import LineMatch
from domain.earning.rerating import ClawBack, RatedAward, RatedPurchase, ReturnedLine, rerate
from domain.earning.rules import Flat, Multiplier, RatePerUnit
from domain.earning.terms import Campaign
from domain.ids import BenefitId, LotId
from domain.values import Rate
from tests.domain.earning.builders import MAKER, SHOP, campaign, line, shared

BASE = campaign(RatePerUnit(points=Rate(1)), 1)
BONUS = campaign(Flat(points=50, minimum=2000), 2, sponsors=shared((MAKER, "3/5"), (SHOP, "2/5")))
DOUBLE = campaign(Multiplier(factor=Rate(2), lines=LineMatch(categories=frozenset({"DAIRY"}))), 3)
CAMPAIGNS: dict[tuple[object, int], Campaign] = {one.key: one for one in (BASE, BONUS, DOUBLE)}
LINES = (line(1, "milk", 1299, "3"), line(2, "wine", 999))
BASE_LOT, MAKER_LOT, SHOP_LOT, DOUBLE_LOT = (LotId(UUID(int=number)) for number in (1, 2, 3, 4))
BENEFIT = BenefitId(UUID(int=9))

# 22.98 → 22 points; 50 from 20.00, of which the maker pays 30; milk alone: 12.99 → 12 more.
PURCHASE = RatedPurchase(
    currency="EUR",
    lines=LINES,
    awards=(
        RatedAward(BASE.key, frozenset({1, 2}), ((BASE_LOT, 22),)),
        RatedAward(BONUS.key, frozenset({1, 2}), ((MAKER_LOT, 30), (SHOP_LOT, 20))),
        RatedAward(DOUBLE.key, frozenset({1}), ((DOUBLE_LOT, 12),)),
    ),
    benefits=((BENEFIT, 1),),
)


def _back(number: int, quantity: str) -> ReturnedLine:
    return ReturnedLine(number, Decimal(quantity))


def _rerate(before: list[ReturnedLine], now: list[ReturnedLine], purchase: RatedPurchase = PURCHASE) -> ClawBack:
    return rerate(purchase, CAMPAIGNS, before, now)  # type: ignore[arg-type]


def test_a_return_takes_back_what_the_smaller_basket_would_not_have_earned() -> None:
    # One of three bottles: 8.66 of 12.99 is left. 18.65 → 18 points; below 20.00; milk alone 8.66 → 8.
    claw_back = _rerate([], [_back(1, "1")])
    assert dict(claw_back.lots) == {BASE_LOT: 4, MAKER_LOT: 30, SHOP_LOT: 20, DOUBLE_LOT: 4}
    assert claw_back.amounts == ((1, 433),)
    assert claw_back.benefits == ()


def test_the_next_return_takes_back_only_what_is_left_to_take() -> None:
    claw_back = _rerate([_back(1, "1")], [_back(1, "2")])
    assert dict(claw_back.lots) == {BASE_LOT: 9, DOUBLE_LOT: 8}
    assert claw_back.amounts == ((1, 866),)
    assert claw_back.benefits == (BENEFIT,)


def test_a_return_that_costs_no_point_takes_none() -> None:
    tiny = RatedPurchase("EUR", (line(1, "milk", 120, "2"), line(2, "wine", 800)), PURCHASE.awards[:1])
    spare = RatedAward(BASE.key, frozenset({1, 2}), ((BASE_LOT, 9),))
    claw_back = _rerate([], [_back(1, "0.1")], RatedPurchase("EUR", tiny.lines, (spare,)))
    assert (claw_back.lots, claw_back.amounts) == ((), ((1, 6),))


def test_a_catalogue_that_changed_since_changes_no_return() -> None:
    renamed = RatedPurchase("EUR", (line(1, "gone", 1299, "3"), line(2, "wine", 999)), PURCHASE.awards)
    assert _rerate([], [_back(2, "1")], renamed).lots == _rerate([], [_back(2, "1")]).lots


def test_an_award_cut_to_a_cap_is_not_taken_back_twice() -> None:
    capped = RatedPurchase("EUR", LINES, (RatedAward(BASE.key, frozenset({1, 2}), ((BASE_LOT, 15),)),))
    assert _rerate([], [_back(1, "1")], capped).lots == ()
    assert dict(_rerate([], [_back(1, "3")], capped).lots) == {BASE_LOT: 6}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([], [("1", "3.1")]),
        ([("1", "2")], [("1", "1.5")]),
        ([], [("3", "1")]),
    ],
)
def test_no_more_comes_back_than_was_bought(before: list[tuple[str, str]], now: list[tuple[str, str]]) -> None:
    with pytest.raises(ReturnExceedsPurchase):
        _rerate([_back(int(n), q) for n, q in before], [_back(int(n), q) for n, q in now])


def test_a_return_names_each_line_once_and_more_than_nothing() -> None:
    with pytest.raises(DuplicateLine):
        _rerate([], [_back(1, "1"), _back(1, "1")])
    with pytest.raises(InvalidBasket):
        _rerate([], [])
    for quantity in ("0", "-1", "NaN", "0.00001"):
        with pytest.raises(InvalidBasket):
            _back(1, quantity)
