"""What holds for every code, every basket and every set of vouchers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import CouponId, PartnerId
from domain.products.facts import ProductFacts
from domain.values import Rate
from domain.vouchers import codes
from domain.vouchers.errors import InvalidCoupon
from domain.vouchers.taking import Holder, Line, TakenOff, Till, WhyNot, taken_off
from domain.vouchers.terms import Articles, CouponTerms, Hours, Paid, Pick, TakesOff, Together, terms_from_json
from domain.vouchers.told import Told
from tests.domain.vouchers.builders import KEY

SHOP, MAKER = PartnerId(uuid4()), PartnerId(uuid4())
TILL = Till(outlet_id=None, at=datetime(2026, 3, 2, 12, tzinfo=UTC), zone=ZoneInfo("UTC"))
CATEGORIES = ("bread", "tea", "gift card")
PRODUCTS = {name: ProductFacts(sku=name, category=name) for name in CATEGORIES}

takes = st.one_of(
    st.builds(TakesOff, amount=st.integers(1, 5000)),
    st.builds(TakesOff, share=st.fractions(Rate(1, 100), 1, max_denominator=100).map(Rate), most=st.none()),
    st.builds(TakesOff, share=st.just(Rate(1, 3)), most=st.integers(1, 2000)),
    st.builds(TakesOff, free=st.sampled_from(Pick), most=st.none() | st.integers(1, 2000)),
    st.builds(TakesOff, thing=st.just("A mug")),
)
meant = st.none() | st.builds(Articles, categories=st.sets(st.sampled_from(CATEGORIES)).map(frozenset))
baskets = st.lists(
    st.tuples(st.sampled_from(CATEGORIES), st.integers(0, 10), st.integers(0, 5000)), min_size=1, max_size=8
).map(
    lambda rows: [
        Line(number=number, sku=sku, quantity=Decimal(quantity), amount=amount)
        for number, (sku, quantity, amount) in enumerate(rows, 1)
    ]
)


def voucher(terms: CouponTerms) -> Told:
    """Somebody's, open."""
    return Told(
        coupon_id=CouponId(uuid4()),
        version=1,
        owner_id=SHOP,
        terms=terms,
        paused=False,
        public=False,
        wallet_id=uuid4(),
        voucher_id=uuid4(),
    )


vouchers = st.lists(
    st.builds(
        CouponTerms,
        name=st.just("Off"),
        takes=takes,
        lines=meant,
        least=st.integers(0, 3000),
        partners=st.just(frozenset({SHOP})),
        together=st.sampled_from([Together.OTHERS, Together.ANY]),
    ).map(voucher),
    min_size=1,
    max_size=5,
)


def off(shown: list[Told], lines: list[Line]) -> list[TakenOff]:
    """What they take off together."""
    return taken_off(shown, lines, PRODUCTS, Holder(), TILL)


@given(vouchers, baskets)
def test_together_vouchers_never_take_off_more_than_there_is_on_any_line(shown: list[Told], lines: list[Line]) -> None:
    left = {line.number: line.amount for line in lines}
    for part in off(shown, lines):
        assert part.amount == sum(amount for _, amount in part.lines)
        assert (part.why_not is None) or part.amount == 0
        for number, amount in part.lines:
            assert amount > 0
            left[number] -= amount
    assert all(rest >= 0 for rest in left.values())


@given(vouchers, baskets)
def test_what_they_take_off_together_does_not_depend_on_the_order_they_are_shown_in(
    shown: list[Told], lines: list[Line]
) -> None:
    alike = {(one.terms.takes, one.terms.lines, one.terms.least) for one in shown}
    kinds = [bool(one.terms.takes.share) + 2 * bool(one.terms.takes.amount) for one in shown]
    if len(set(kinds)) == len(kinds) == len(alike):  # of one kind, the one that is shown first goes first
        there, back = off(shown, lines), off(shown[::-1], lines)
        assert [part.amount for part in there] == [part.amount for part in back[::-1]]


@given(takes, baskets)
def test_one_voucher_keeps_to_its_cap_and_its_lines(what: TakesOff, lines: list[Line]) -> None:
    only = Articles(categories=frozenset({"bread"}), not_skus=frozenset({"tea"}))
    terms = CouponTerms(name="Off", takes=what, lines=only, partners=frozenset({SHOP}))
    [part] = off([voucher(terms)], lines)
    assert part.amount <= (what.amount or what.most or sum(line.amount for line in lines))
    assert {number for number, _ in part.lines} <= {line.number for line in lines if line.sku == "bread"}


def test_free_articles_go_first_then_amounts_then_shares() -> None:
    lines = [
        Line(number=1, sku="bread", quantity=Decimal(3), amount=1000),
        Line(number=2, sku="tea", quantity=Decimal(1), amount=200),
    ]
    shown = [
        voucher(CouponTerms(name=name, takes=what, partners=frozenset({SHOP}), together=Together.OTHERS))
        for name, what in (
            ("tenth", TakesOff(share=Rate(1, 10))),
            ("one", TakesOff(amount=100)),
            ("free", TakesOff(free=Pick.DEAREST)),
        )
    ]
    tenth, one, free = off(shown, lines)
    assert free.lines == ((1, 334),)  # a third of 10.00, rounded up: 6.66 and 2.00 are left
    assert one.lines == ((1, 77), (2, 23))  # 1.00 by 6.66 : 2.00
    assert tenth.lines == ((1, 58), (2, 18))  # a tenth of 7.66, rounded down to 0.76, by 5.89 : 1.77


def test_too_small_a_basket_says_by_how_much() -> None:
    terms = CouponTerms(name="Off", takes=TakesOff(amount=500), least=2000, partners=frozenset({SHOP}))
    [part] = off([voucher(terms)], [Line(number=1, sku="tea", quantity=Decimal(1), amount=1999)])
    assert (part.why_not, part.missing) == (WhyNot.BASKET_TOO_SMALL, 1)


@given(st.uuids())
def test_a_code_has_its_form_and_is_derived_again(voucher_id: UUID) -> None:
    code = codes.code_of(voucher_id, KEY)
    plain = codes.normal(code)
    assert len(plain) == 14
    assert set(plain) <= set(codes.ALPHABET)
    assert not set("ILOU") & set(plain)
    assert code == codes.code_of(voucher_id, KEY)
    assert not codes.is_mistyped(code)
    assert code != codes.code_of(voucher_id, b"another key" + KEY)


@given(st.uuids(), st.integers(0, 13), st.sampled_from(codes.ALPHABET))
def test_any_one_wrong_character_is_noticed(voucher_id: UUID, place: int, wrong: str) -> None:
    plain = codes.normal(codes.code_of(voucher_id, KEY))
    typed = plain[:place] + wrong + plain[place + 1 :]
    assert codes.is_mistyped(typed) == (typed != plain)


@given(st.text(alphabet=codes.ALPHABET, min_size=4, max_size=32))
def test_a_sealed_code_opens_for_its_owner_alone(code: str) -> None:
    sealed = codes.seal(code, SHOP, KEY)
    assert codes.unseal(sealed, SHOP, KEY) == code
    assert codes.lookup(SHOP, code, KEY) != codes.lookup(MAKER, code, KEY)
    with pytest.raises(Exception):  # noqa: B017, PT011
        codes.unseal(sealed, MAKER, KEY)


@given(vouchers)
def test_terms_are_read_back_as_they_were_written(shown: list[Told]) -> None:
    for one in shown:
        assert terms_from_json(one.terms.to_json()) == one.terms


def test_all_parts_of_terms_are_read_back() -> None:
    noon, six = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 4, 2, 18, tzinfo=UTC)
    terms = CouponTerms(
        name="All",
        takes=TakesOff(share=Rate(1, 4), most=2000),
        lines=Articles(makers=frozenset({MAKER}), not_categories=frozenset({"gift card"})),
        least=1000,
        partners=frozenset({SHOP}),
        starts_at=noon,
        ends_at=six,
        days=3,
        weekdays=frozenset({1, 7}),
        hours=(Hours(start=noon.time(), end=six.time()),),
        tiers=frozenset({"gold"}),
        sponsors=(Paid(partner_id=MAKER, share=Rate(1, 3)),),
        uses=2,
        uses_in_all=10,
        together=Together.ANY,
        transferable=False,
    )
    assert terms_from_json(terms.to_json()) == terms


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"takes": TakesOff(amount=1), "sponsors": (Paid(partner_id=MAKER), Paid(partner_id=SHOP))}, "sponsors"),
        ({"word": "SPRING10"}, "word"),
        ({"uses": 0}, "uses"),
        ({"days": 0}, "days"),
        ({"weekdays": frozenset({8})}, "weekdays"),
        ({"partners": frozenset()}, "partners"),
        ({"name": " "}, "name"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_their_part(changes: dict[str, Any], path: str) -> None:
    usual: dict[str, Any] = {"name": "Off", "takes": TakesOff(amount=1), "partners": frozenset({SHOP})}
    with pytest.raises(InvalidCoupon) as refused:
        CouponTerms(**{**usual, **changes})
    assert refused.value.path == (path,)


def test_a_takes_off_is_exactly_one_thing() -> None:
    asked: list[dict[str, Any]] = [{}, {"amount": 1, "thing": "A mug"}, {"amount": 1, "most": 1}]
    for parts in asked:
        with pytest.raises(InvalidCoupon):
            TakesOff(**parts)
