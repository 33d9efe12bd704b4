"""What items are worth: monotone in grade and age as listed, never above most nor below least; and terms read back."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import CouponId, PartnerId
from domain.products.facts import ProductFacts
from domain.trade_ins.errors import InvalidTradeIn, InvalidTradeInScheme
from domain.trade_ins.terms import Age, Consignment, Form, Price, SchemeTerms, Share, Unsold
from domain.trade_ins.valuing import Item, NotTaken, valued
from domain.values import Rate
from domain.vouchers.terms import Articles

GRADES = ("NEW", "GOOD", "WORN", "TORN")
SHARES = st.fractions(min_value=0, max_value=1, max_denominator=100).filter(bool).map(Rate)


def terms(**changes: object) -> SchemeTerms:
    """Shoes at one shop."""
    usual = {
        "name": "Shoes",
        "partners": frozenset({PartnerId(UUID(int=1))}),
        "grades": GRADES,
        "prices": (Price(category="SHOES", prices={"NEW": 2000, "GOOD": 1200}),),
        "coupon": CouponId(UUID(int=2)),
    }
    return SchemeTerms(**{**usual, **changes})  # type: ignore[arg-type]


@st.composite
def schemes(draw: st.DrawFn) -> SchemeTerms:
    """Any price list with bands of age, a least and a most."""
    prices = sorted(draw(st.lists(st.integers(1, 10**6), min_size=4, max_size=4)), reverse=True)
    months = sorted(draw(st.lists(st.integers(1, 200), min_size=1, max_size=4, unique=True)))
    shares = sorted(draw(st.lists(SHARES, min_size=len(months), max_size=len(months))), reverse=True)
    least, most = sorted(draw(st.lists(st.integers(1, 10**6), min_size=2, max_size=2)))
    ages = tuple(Age(months=month, share=share) for month, share in zip(months, shares, strict=True))
    price = Price(category="SHOES", prices=dict(zip(GRADES, prices, strict=True)), ages=ages)
    return terms(prices=(price,), least=least, most=most)


@given(schemes(), st.integers(0, 250), st.integers(1, 50))
def test_worse_or_older_is_worth_no_more_and_all_lies_between_least_and_most(
    scheme: SchemeTerms, months: int, units: int
) -> None:
    def worth(grade: str, age: int) -> int | None:
        (one,) = valued([Item(number=1, category="SHOES", grade=grade, months=age, units=units)], scheme, {})
        assert one.why_not in {None, NotTaken.TOO_OLD}
        return None if one.why_not else one.value

    by_grade = [worth(grade, months) for grade in GRADES]
    older = worth("NEW", months + 12)
    if by_grade[0] is None:
        assert set(by_grade) == {None}
        assert older is None
        return
    amounts = [one for one in by_grade if one is not None]
    assert all(better >= worse for better, worse in pairwise(amounts))
    assert all(scheme.least * units <= one <= scheme.most * units for one in amounts)
    assert older is None or older <= amounts[0]


@given(schemes())
def test_terms_are_read_back_as_they_were_written(scheme: SchemeTerms) -> None:
    again = SchemeTerms.from_json(scheme.to_json())
    assert again == scheme
    assert again.fingerprint() == scheme.fingerprint()


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5, unique=True), st.data())
def test_a_member_gets_no_more_than_the_price(bounds: list[int], data: st.DataObject) -> None:
    bands = tuple(Share(above=above, share=data.draw(SHARES)) for above in (0, *sorted(bounds)))
    price = data.draw(st.integers(1, 2 * 10**6))
    share = Consignment(shares=bands, days=30).share_of(price)
    assert 0 <= share <= price


def test_by_hand() -> None:
    scheme = terms(
        prices=(
            Price(
                category="SHOES",
                prices={"NEW": 2000, "GOOD": 1200},
                lines=Articles(categories=frozenset({"Kids"})),
                ages=(Age(months=12), Age(months=36, share=Rate(1, 3))),
            ),
            Price(category="BAGS", prices={"NEW": 900}),
        ),
        least=500,
        most=1500,
    )
    shelf = {"boot": ProductFacts(sku="boot", category="Kids"), "hat": ProductFacts(sku="hat", category="Hats")}
    asked = [
        (Item(number=1, sku="boot", grade="GOOD", months=11), 1200, None),
        (Item(number=2, sku="boot", grade="NEW", months=0), 1500, None),  # most
        (Item(number=3, category="SHOES", grade="GOOD", months=12), 500, None),  # 12.00 / 3 = 4.00, at least 5.00
        (Item(number=4, category="SHOES", grade="GOOD", months=36), 0, NotTaken.TOO_OLD),
        (Item(number=5, category="SHOES", grade="GOOD"), 0, NotTaken.AGE_UNKNOWN),
        (Item(number=6, category="BAGS", grade="GOOD"), 0, NotTaken.GRADE),
        (Item(number=7, category="BAGS", grade="NEW", units=3), 2700, None),
        (Item(number=8, sku="hat", grade="NEW"), 0, NotTaken.NO_SUCH_THING),
        (Item(number=9, category="SHOES", sku="hat", grade="NEW", months=1), 0, NotTaken.NO_SUCH_THING),
    ]
    found = valued([item for item, _, _ in asked], scheme, shelf)
    assert [(one.value, one.why_not) for one in found] == [(value, why) for _, value, why in asked]


WRONG: dict[str, dict[str, object]] = {
    "grades": {"grades": ("NEW", "NEW")},
    "prices": {"prices": (Price(category="SHOES", prices={"NEW": 100, "GOOD": 200}),)},
    "coupon": {"coupon": None},
    "least": {"least": 10, "most": 5},
    "reverse_days": {"reverse_days": -1},
    "partners": {"partners": frozenset()},
}


@pytest.mark.parametrize("part", WRONG)
def test_a_refusal_names_the_part(part: str) -> None:
    with pytest.raises(InvalidTradeInScheme) as refused:
        terms(**WRONG[part])
    assert refused.value.path == (part,)


def test_a_scheme_with_points_has_no_coupon_and_a_fallback_its_share() -> None:
    assert terms(form=Form.POINTS, coupon=None).form is Form.POINTS
    with pytest.raises(InvalidTradeInScheme):
        terms(form=Form.POINTS)
    with pytest.raises(InvalidTradeInScheme):
        Consignment(shares=(Share(share=Rate(1)),), days=1, unsold=Unsold.FALLBACK)
    with pytest.raises(InvalidTradeInScheme):
        SchemeTerms.from_json({**terms().to_json(), "price": 1})


@pytest.mark.parametrize(
    "said",
    [
        {"units": 0},
        {"units": 2, "serial": "A1"},
        {"months": -1},
        {"photos": ("http://shop.example/a.jpg",)},
        {"category": None},
        {"grade": ""},
    ],
)
def test_an_item_is_described_whole(said: dict[str, object]) -> None:
    with pytest.raises(InvalidTradeIn):
        Item(**{"number": 1, "category": "SHOES", "grade": "NEW", **said})  # type: ignore[arg-type]
