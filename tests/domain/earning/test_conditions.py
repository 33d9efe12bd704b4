"""What conditions of campaigns say of baskets, actions and members, worked out by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.earning.actions import Action
from domain.earning.basket import STRANGER, Basket, BasketLine, MemberFacts, Tender
from domain.earning.conditions import Condition, condition, condition_of
from domain.earning.errors import InvalidCampaign
from domain.earning.rules import Flat
from domain.earning.verdicts import Why
from domain.earning.when import PURCHASE, When
from domain.expressions.kinds import BOOL, INT, TEXT
from domain.products.facts import ProductFacts
from tests.domain.earning.builders import NOW, SHELF, SHOP, basket, campaign, line, points_by_campaign, rated
from tests.shape.tree import ROOT

RIGA = ZoneInfo("Europe/Riga")
FIELDS = {"REVIEW": {"rating": INT, "title": TEXT, "photo": BOOL}, "SURVEY": {"rating": INT, "title": BOOL}}
MEMBER = MemberFacts(tiers=("GOLD",), joined_at=NOW - timedelta(days=10))
SHOPPING = replace(
    basket(
        line(1, "milk", 350, "2.5", discount=50),
        line(2, "wine", 900, "3", coupon=100),
        line(3, "nobody-knows", 250),
        line(4, "shoes", 5000, "0"),
    ),
    channel="WEB",
    tenders=(Tender(kind="CARD", amount=700), Tender(kind="CASH", amount=500), Tender(kind="CARD", amount=300)),
)
DOCUMENT = (ROOT / "docs" / "expressions.md").read_text(encoding="utf-8")


def asks(text: str, triggers: frozenset[str] = frozenset({PURCHASE})) -> Condition:
    return condition(text, triggers, FIELDS, RIGA)


def holds(text: str, purchase: Basket = SHOPPING, member: MemberFacts = MEMBER) -> bool:
    return asks(text).holds(purchase, member)


@pytest.mark.parametrize(
    "text",
    [
        "purchase.amount == 1500",  # 3.50 + 9.00 + 2.50; the line of quantity zero is left out
        "purchase.quantity == 6",  # 2 + 3 + 1 whole pieces
        'purchase.channel == "WEB"',
        '"CARD" in purchase.tenders && size(purchase.tenders) == 2',
        "lines.size() == 3",
        'lines.exists(l, l.sku == "wine" && l.units == 3 && l.coupon == 100 && l.brand == "Hanse")',
        'lines.exists(l, l.department == "FOOD" && l.discount == 50 && l.category == "DAIRY" && !l.private_label)',
        'lines.exists(l, l.sku == "nobody-knows" && l.category == "" && l.gtin == "" && !l.private_label)',
        "lines.sum(l, l.amount) == purchase.amount && lines.sum(l, l.units) == purchase.quantity",
        'member.tier == "GOLD" && daysBetween(member.joined, at) == 10',
        "hour(at) == 14 && weekday(at) == 7",  # noon in UTC on a Sunday
    ],
)
def test_a_basket_answers(text: str) -> None:
    assert holds(text)
    assert not holds(f"!({text})")


def test_what_is_not_said_is_an_empty_text() -> None:
    plain = basket(line(1, "milk", 350))
    assert holds('purchase.channel == "" && size(purchase.tenders) == 0 && member.tier == ""', plain, STRANGER)


def test_what_is_not_known_neither_holds_nor_fails_to() -> None:
    newcomer = asks("daysBetween(member.joined, at) <= 30")
    veteran = asks("daysBetween(member.joined, at) > 30")
    assert newcomer.holds(SHOPPING, MEMBER)
    assert not newcomer.holds(SHOPPING, STRANGER)
    assert not veteran.holds(SHOPPING, STRANGER)
    assert veteran.undecided(SHOPPING, STRANGER) == "member.joined is not known"
    assert veteran.undecided(SHOPPING, MEMBER) is None


def test_an_article_counts_only_while_it_is_listed() -> None:
    listed = ProductFacts(sku="milk", category="DAIRY", active_to=NOW)
    withdrawn = replace(basket(line(1, "milk", 350)), products={"milk": listed})
    assert holds('lines.all(l, l.category == "")', withdrawn)
    assert holds('lines.all(l, l.category == "DAIRY")', replace(withdrawn, occurred_at=NOW - timedelta(hours=1)))


def test_a_condition_names_what_it_asks_of_articles() -> None:
    assert asks('lines.exists(l, l.category == "WINE" && l.private_label && l.sku != "x")').reads_products == {
        "category",
        "private_label",
    }
    assert asks("purchase.amount > 5").reads_products == frozenset()


def test_an_action_answers() -> None:
    review = Action(partner_id=SHOP, occurred_at=NOW, kind="REVIEW", attributes={"rating": 5}, channel="APP")
    triggers = frozenset({"REVIEW"})
    assert asks('action.rating >= 4 && action.type == "REVIEW" && action.channel == "APP"', triggers).holds(
        review, MEMBER
    )
    untitled = asks('action.title == "" || action.title != ""', triggers)
    assert not untitled.holds(review, MEMBER)
    assert untitled.undecided(review, MEMBER) == "action.title is not known"


def test_an_attribute_of_another_kind_than_declared_is_not_known() -> None:
    review = Action(partner_id=SHOP, occurred_at=NOW, kind="REVIEW", attributes={"rating": "five", "photo": 1})
    triggers = frozenset({"REVIEW"})
    assert asks("action.rating >= 4", triggers).undecided(review, MEMBER) == "action.rating is not known"
    assert asks("action.photo", triggers).undecided(review, MEMBER) == "action.photo is not known"


def test_a_campaign_for_several_types_asks_for_what_all_of_them_have() -> None:
    triggers = frozenset({"REVIEW", "SURVEY"})
    assert asks("action.rating > 3", triggers).reads == {"action.rating"}
    for text in ("action.photo", 'action.title == ""'):
        with pytest.raises(
            InvalidCampaign, match=r"is not known; there is action\.type, action\.channel or action\.rating"
        ):
            asks(text, triggers)


def test_actions_have_no_lines() -> None:
    with pytest.raises(InvalidCampaign, match=r"^column 1: lines is not known here: this campaign answers REVIEW, not"):
        asks("lines.size() > 1", frozenset({"REVIEW"}))


def test_days_and_hours_are_those_of_the_campaigns_own_zone() -> None:
    late = When(condition="day(at) == 23", time_zone="Pacific/Auckland")
    ready = condition_of(late, RIGA)
    assert ready is not None
    assert ready.holds(SHOPPING, MEMBER)  # one in the morning of the 23rd in Auckland
    assert condition_of(When(condition="day(at) == 22"), RIGA).holds(SHOPPING, MEMBER)  # type: ignore[union-attr]
    assert condition_of(When(), RIGA) is None


def test_a_condition_that_can_be_read_no_more_never_holds_and_says_why() -> None:
    ready = condition_of(When(condition="purchase.total > 3"), RIGA)
    assert ready is not None
    assert not ready.holds(SHOPPING, MEMBER)
    assert "purchase.total is not known" in str(ready.undecided(SHOPPING, MEMBER))


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("action.stars > 3", {"stars": 4}),
        ("3 < action.stars && action.stars <= 5", {"stars": 4}),
        ("!action.anonymous", {"anonymous": False}),
        ("action.anonymous", {"anonymous": True}),
        ('action.place in ["FRONT", "BACK"]', {"place": "BACK"}),
        ('"BACK" in ["FRONT", action.place]', {"place": "BACK"}),
        ("size(action.place) == 4", {"place": "BACK"}),
        ('action.place.startsWith("B")', {"place": "BACK"}),
        ("daysBetween(action.visited, at) == 1", {"visited": NOW - timedelta(days=1)}),
        ("(action.stars > 3 ? action.stars : 0) == 4", {"stars": 4}),
        ("action.stars % 2 == 0", {"stars": 4}),
    ],
)
def test_a_field_that_nobody_declared_is_what_it_is_compared_with(
    text: str, attributes: dict[str, str | int | bool | datetime]
) -> None:
    ready = condition(text, {"DEMO"}, FIELDS)
    demo = Action(partner_id=SHOP, occurred_at=NOW, kind="DEMO", attributes=attributes)
    assert ready.holds(demo, MEMBER)
    other = replace(demo, attributes={name: 7 if type(was) is str else "seven" for name, was in attributes.items()})
    assert ready.undecided(other, MEMBER) == f"action.{next(iter(attributes))} is not known"


def test_a_field_that_nobody_declared_is_of_one_kind_throughout() -> None:
    with pytest.raises(InvalidCampaign, match=r"^column 37: a whole number and a text cannot be compared"):
        condition('action.stars > 3 && action.stars == "five"', {"DEMO"}, FIELDS)
    with pytest.raises(InvalidCampaign, match=r"^column 1: compare this with something written down"):
        condition("action.stars == action.points", {"DEMO"}, FIELDS)


def test_a_campaign_gives_where_its_condition_holds() -> None:
    big = campaign(Flat(points=50), 1, when=When(condition="purchase.amount >= 1500"))
    bigger = campaign(Flat(points=70), 2, when=When(condition="purchase.amount > 1500"))
    broken = campaign(Flat(points=90), 3, when=When(condition="purchase.amount / 0 > 1"))
    rating = rated(SHOPPING, big, bigger, broken, facts=MEMBER)
    assert points_by_campaign(rating) == {1: 50}
    assert {refused.why for refused in rating.refusals} == {Why.CONDITION_NOT_MET}


LINES = st.lists(
    st.builds(
        lambda sku, amount, quantity: (sku, amount, quantity),
        st.sampled_from([*SHELF, "unknown"]),
        st.integers(0, 10**10),
        st.decimals(0, 100, places=3),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=100, deadline=None)
@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_answer(drawn: list[tuple[str, int, Decimal]], chance: object) -> None:
    lines = [
        BasketLine(number=number, sku=sku, amount=amount, quantity=quantity)
        for number, (sku, amount, quantity) in enumerate(drawn, 1)
    ]
    shuffled = list(lines)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for text in (
        'lines.filter(l, l.category == "DAIRY").sum(l, l.amount / l.units) > 1000',
        "lines.exists(l, l.amount / l.units > 500)",
        "lines.all(l, l.units > 1) || purchase.amount % 7 == 3",
    ):
        assert holds(text, basket(*lines)) is holds(text, basket(*shuffled))


def test_each_example_of_the_document_can_be_read() -> None:
    examples = re.findall(
        r"^\| `(.+?)` \| \w", DOCUMENT.partition("| condition | says |")[2].partition("## What has")[0], re.MULTILINE
    )
    assert len(examples) == len(set(examples)) == 8
    for example in examples:
        triggers = {"REVIEW"} if "action." in example else {PURCHASE}
        condition(example.replace(r"\|", "|"), triggers, FIELDS)


def test_what_the_document_says_of_conditions_without_an_answer_is_so() -> None:
    told = DOCUMENT.partition("| condition | comes to |")[2].partition("## Limits")[0]
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \|$", told, re.MULTILINE)
    two = basket(line(1, "milk", 500), line(2, "wine", 500))
    assert len(rows) == 5
    for text, comes_to in rows:
        ready = asks(text.replace(r"\|", "|"))
        assert ready.holds(two, STRANGER) is (comes_to == "holds"), text
        assert (ready.undecided(two, STRANGER) is not None) is comes_to.startswith("no answer"), text


def test_a_time_of_joining_in_another_zone_is_the_same_moment() -> None:
    joined = datetime(2026, 11, 12, 23, 30, tzinfo=UTC)  # the 13th in Riga
    member = MemberFacts(joined_at=joined.astimezone(ZoneInfo("America/New_York")))
    assert holds("day(member.joined) == 13", member=member)
