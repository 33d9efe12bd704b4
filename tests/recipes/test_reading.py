"""A recipe that cannot be read says where, why and what to write instead."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from textwrap import dedent, indent

import pytest

from domain.earning.bounds import Budget, Cap, CapOf, CapPer, Pacing, Release
from domain.earning.expiry import Expiry, ExpiryKind
from domain.earning.matching import LineMatch
from domain.earning.periods import Period
from domain.earning.prizes import Prize, Slot, Token, TokenKind
from domain.earning.rounding import Rounding
from domain.earning.rules import (
    Band,
    Bands,
    Card,
    Cashback,
    Counted,
    CouponRefund,
    Discount,
    Flat,
    Gift,
    Mark,
    Milestones,
    Multiplier,
    PerField,
    PerItem,
    RatePerUnit,
    Rule,
    RuleKind,
)
from domain.earning.stacking import Mode, Stacking
from domain.earning.terms import Terms
from domain.earning.when import Hours, When
from domain.values import Rate
from hansa.recipes.drawing import Drawn, read_recipe, recipe_of
from hansa.recipes.parts import DEEPEST, LARGEST_FILE, InvalidRecipe
from tests.recipes.playing import cast_of, named

HEAD = """\
currency: EUR
time_zone: Europe/Riga
partners: {shop: sells, maker: makes}
outlets: {harbour: shop}
segments: {staff: works there}
campaigns:
  one:
    name: One
    paid_by: shop
    starts: 2026-12-01
"""
COFFEE = Token(kind=TokenKind.COUPON, name="A coffee", days=30)


def _drawn(rest: str, head: str = HEAD) -> Drawn:
    recipe = recipe_of(head + indent(dedent(rest), "    "), "mine.yaml")
    (drawn,) = recipe.drawn(cast_of(recipe))
    return drawn


def _terms(rest: str) -> Terms:
    return _drawn("gives: {points: 5}\n" + dedent(rest)).terms


@pytest.mark.parametrize(
    ("gives", "rule"),
    [
        ("{points_per_unit: 1.5}", RatePerUnit(points=Rate(3, 2))),
        ("{points_per_unit: 3/2, tenders: CARD}", RatePerUnit(points=Rate(3, 2), tenders=frozenset({"CARD"}))),
        ("{points_per_item: 100}", PerItem(points=Rate(100))),
        ("{points: '1,000', from: 20.00}", Flat(points=1000, minimum=2000)),
        ("{points_by_amount: {3.00: 1, 15: 2}}", Bands(bands=(Band(start=300, gives=1), Band(start=1500, gives=2)))),
        ("{times: 2}", Multiplier(factor=Rate(2))),
        (
            "{times: 2, of: [flat, per item]}",
            Multiplier(factor=Rate(2), base=frozenset({RuleKind.FLAT, RuleKind.PER_ITEM})),
        ),
        ("{coupon_refund: {at_most_each: 0.40}}", CouponRefund(cap=40)),
        ("{coupon_refund: }", CouponRefund()),
        ("{cashback: 5 %, at_most: 10}", Cashback(share=Rate(1, 20), cap=1000)),
        ("{discount: 15%, from: 20, at_most: 5.50}", Discount(share=Rate(3, 20), minimum=2000, cap=550)),
        ("{off_each: 0.50}", Discount(off=50)),
        ("{price: 1.99}", Discount(price=199)),
        ("{prize: {coupon: A coffee, days: 30}, from: 3}", Gift(prize=Prize(token=COFFEE), minimum=300)),
        (
            "{prize: {wheel: [{weight: 1, coupon: A coffee, days: 30}, {weight: 9}]}}",
            Gift(prize=Prize(wheel=(Slot(weight=1, token=COFFEE), Slot(weight=9)))),
        ),
        ("{every: 3, prize: {points: 9}, at_first: yes}", Card(every=3, prize=Prize(points=9), at_first=True)),
        (
            "{every: 200.00, counts: amount, prize: {points: 9}, new_after_days: 30}",
            Card(every=20000, counted=Counted.AMOUNT, prize=Prize(points=9), days=30),
        ),
        (
            "{every: 11, stamps_by_amount: {3: 1}, prize: {points: 9}, new_each: year}",
            Card(every=11, bands=(Band(start=300, gives=1),), prize=Prize(points=9), period=Period.YEAR),
        ),
        (
            "{milestones: {1: {points: 9}, 10: {badge: Ten}}, counts: items}",
            Milestones(
                marks=(
                    Mark(at=1, prize=Prize(points=9)),
                    Mark(at=10, prize=Prize(token=Token(kind=TokenKind.BADGE, name="Ten"))),
                ),
                counted=Counted.ITEMS,
            ),
        ),
    ],
)
def test_each_way_of_giving_is_read(gives: str, rule: Rule) -> None:
    assert _drawn(f"gives: {gives}").terms.rule == rule


def test_points_for_each_unit_of_a_field_are_read() -> None:
    drawn = _drawn("""
    gives: {points_per: {field: units, points: 1.5, each: 10, from: 20, up_to: "1,000"}}
    when: {answers: TRADE_IN}
    """)
    assert drawn.terms.rule == PerField(field="units", points=Rate(3, 2), per=10, least=20, most=1000)


def test_the_lines_that_count_are_read_by_names() -> None:
    lines = """
    gives:
      points: 5
      lines:
        makers: maker
        categories: [MILK, 'NO']
        outlets: harbour
        private_label: no
        excluding: [{brands: Hanse}, {skus: [1, 01]}]
    """
    assert _drawn(lines).terms.rule.lines == LineMatch(
        makers=frozenset({named("partner", "maker")}),  # type: ignore[arg-type]
        categories=frozenset({"MILK", "NO"}),
        outlets=frozenset({named("outlet", "harbour")}),  # type: ignore[arg-type]
        private_label=False,
        excluding=(LineMatch(brands=frozenset({"Hanse"})), LineMatch(skus=frozenset({"1", "01"}))),
    )


def test_all_that_terms_can_say_is_read() -> None:
    terms = _terms("""
    ends: 2027-01-01 12:30
    tiers: GOLD
    when:
      weekdays: [monday, Friday]
      hours: [22:00-02:00, 09:00 - 10:00]
      time_zone: America/New_York
      channels: APP
      segments: []
      not_segments: staff
      condition: purchase.amount > 500
      control: 10 %
    return_days: 14
    usable: {after_days: 1, at: 06:00, weekday: friday}
    expires: {on: 31 December, after_months: 24}
    rounding: half even
    priority: 5
    stacking: {mode: best, group: welcome}
    caps:
      - {points: 100, each: year, shared: bonuses}
      - {times: 2, in_hours: 24, per: household}
    budget: {points: 100000, alert: 0.9, pacing: even}
    """)
    assert terms.starts_at == datetime(2026, 11, 30, 22, tzinfo=UTC), "midnight in Riga"
    assert terms.ends_at == datetime(2027, 1, 1, 10, 30, tzinfo=UTC)
    assert terms.when == When(
        weekdays=frozenset({1, 5}),
        hours=(Hours(start=time(22), end=time(2)), Hours(start=time(9), end=time(10))),
        time_zone="America/New_York",
        channels=frozenset({"APP"}),
        not_segments=frozenset({named("segment", "staff")}),
        condition="purchase.amount > 500",
        control=Rate(1, 10),
    )
    assert (terms.return_days, terms.release) == (14, Release(at=time(6), weekday=5, days=1))
    assert terms.expiry == Expiry(kind=ExpiryKind.FIXED, months=24, month=12, day=31)
    assert (terms.rounding, terms.priority, terms.tiers) == (Rounding.HALF_EVEN, 5, frozenset({"GOLD"}))
    assert terms.stacking == Stacking(mode=Mode.BEST, group="welcome")
    assert terms.caps == (
        Cap(most=100, period=Period.YEAR, shared="bonuses"),
        Cap(most=2, of=CapOf.TIMES, hours=24, per=CapPer.HOUSEHOLD),
    )
    assert terms.budget == Budget(points=100_000, alert=Rate(9, 10), pacing=Pacing.EVEN)


def test_a_day_is_one_day_by_the_clock_of_the_file() -> None:
    head = HEAD.replace("    starts: 2026-12-01\n", "    day: 2026-10-25\n")
    terms = _drawn("gives: {points: 5}", head).terms
    assert terms.ends_at is not None
    assert (terms.starts_at.astimezone(UTC).hour, terms.ends_at.astimezone(UTC).hour) == (21, 22), "25 hours long"


@pytest.mark.parametrize(
    ("expires", "expiry"),
    [
        ("never", Expiry()),
        ("{after_months: 24}", Expiry(kind=ExpiryKind.MONTHS, months=24)),
        ("{after_months: 6, at_end_of_month: yes}", Expiry(kind=ExpiryKind.END_OF_MONTH, months=6)),
        ("{idle_months: 12}", Expiry(kind=ExpiryKind.INACTIVITY, months=12)),
        ("{on: 30 june}", Expiry(kind=ExpiryKind.FIXED, month=6, day=30)),
    ],
)
def test_each_way_of_lapsing_is_read(expires: str, expiry: Expiry) -> None:
    assert _terms(f"expires: {expires}").expiry == expiry


@pytest.mark.parametrize(
    ("rest", "line", "said"),
    [
        ("gives: {point: 5}", 11, "what does it give? One of points_per_unit,"),
        ("gives: {points: five}", 11, "gives.points: 'five' is not a whole number such as 100 or 1,000"),
        ("gives: {points: 5, form: 3}", 11, "there is no part 'form'; did you mean 'from'?"),
        ("gives: {points: 0}", 11, "gives.points: points is above 0"),
        ("gives: {points: 5, from: 3.005}", 11, "'3.005' is not an amount in EUR, such as 12.34"),
        ("gives: {points_per_unit: 1e3}", 11, "'1e3' is not a number such as 1.5, 3/2 or 15 %"),
        ("gives: {every: 3}", 11, "the prize beside it is missing"),
        ("gives: {every: 3, prize: {coupon: A, badge: B}}", 11, "one thing is won at a time"),
        ("gives: {points: 5, lines: {makers: nobody}}", 11, "there is no partner 'nobody'; there are shop, maker"),
        ("gives: {points: 5, lines: {private_label: perhaps}}", 11, "'perhaps' is neither yes nor no"),
        ("gives: {points: 5}\nwhen: {weekdays: [fryday]}", 12, "'fryday' is not a day of the week such as friday"),
        ("gives: {points: 5}\nwhen: {hours: 9-10}", 12, "'9' is not a time of day such as 06:00"),
        ("gives: {points: 5}\nwhen: {hours: noon}", 12, "'noon' is no stretch of hours such as 14:00-18:00"),
        ("gives: {points: 5}\nwhen: {segments: regulars}", 12, "there is no segment 'regulars'; there are staff"),
        ("gives: {points: 5}\nends: 2026-02-30", 12, "there is no day '2026-02-30'"),
        ("gives: {points: 5}\nends: tomorrow", 12, "'tomorrow' is not a day such as 2016-02-29"),
        ("gives: {points: 5}\nends: 2026-11-01", 12, "ends_at is after starts_at"),
        ("gives: {points: 5}\nday: 2026-11-01", 12, "a day stands in place of starts and ends"),
        ("gives: {points: 5}\ncaps: {each: day}", 12, "a cap counts points or times, one of them"),
        ("gives: {points: 5}\ncaps: {points: 5, each: fortnight}", 12, "'fortnight' is none of day, week, month"),
        (
            "gives: {points: 5}\nexpires: {on: 31 Smarch}",
            12,
            "'31 Smarch' is not a day of each year such as 31 December",
        ),
        ("gives: {points: 5}\nexpires: {on: 31 June}", 12, "expiry on a fixed day names a day that each year has"),
        ("gives: {points: 5}\nusable: {weekday: friday}", 12, "'at' is missing"),
        ("gives: {points: 5}\nname: Two", 12, "'name' is there twice; give it once"),
        ("gives: &this {points: 5}", 11, "references (&, *) and tags (!) are not read"),
        ("gives: !!python/object:os.system {}", 11, "references (&, *) and tags (!) are not read"),
        ("gives: [points, 5]", 11, "here stand parts with names"),
        ("gives: {points: 5", 11, "expected ',' or '}'"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_what_to_write(rest: str, line: int, said: str) -> None:
    with pytest.raises(InvalidRecipe) as refused:
        _drawn(rest)
    assert refused.value.message.startswith(f"mine.yaml, line {line}")
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mine.yaml: the file is empty"),
        ("just words", "here stand parts with names"),
        (HEAD.replace("currency: EUR\n", ""), "'currency' is missing"),
        (HEAD.replace("EUR", "EURO"), "'EURO' is not an ISO 4217 currency code"),
        (HEAD.replace("Europe/Riga", "Riga"), "'Riga' is not a name of the tz database"),
        ("a" * (LARGEST_FILE + 1), "at most"),
        ("a: " + "[" * (DEEPEST + 5) + "]" * (DEEPEST + 5), "deep"),
        ("a: " + "[" * 100_000, "mine.yaml"),
        ("? [a]\n: b", "a name is one text"),
        ("a: \x00", "mine.yaml"),
    ],
)
def test_what_is_no_recipe_is_refused_as_a_whole(text: str, said: str) -> None:
    with pytest.raises(InvalidRecipe, match=r"mine\.yaml") as refused:
        recipe_of(text, "mine.yaml")
    assert said in refused.value.message


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecipe, match="No such file"):
        read_recipe(tmp_path / "none.yaml")
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidRecipe, match="no text in UTF-8"):
        read_recipe(tmp_path / "odd.yaml")
