"""What a till says of a basket: words for each award and refusal, what is missing, how far cards are."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from domain.earning.basket import STRANGER, MemberFacts
from domain.earning.prizes import Prize, Slot, Token, TokenKind
from domain.earning.progress import Missing, missing_of, progress_of
from domain.earning.rules import Card, Counted, Discount, Flat, Gift, Mark, Milestones, Rule
from domain.earning.tallies import Tally
from domain.earning.terms import Campaign
from domain.earning.verdicts import NoAward, Why
from domain.earning.wording import NOTHING, so_far, taken_off, to_turn, why_not, won
from domain.values import Rate
from tests.domain.earning.builders import basket, campaign, line, rated

ANNA = UUID(int=7)
COFFEE = Token(kind=TokenKind.COUPON, name="A free coffee", days=14)
TEN = Prize(points=10)


def member(made: Campaign, stamps: int, rewarded: int = 0) -> MemberFacts:
    """A member with so many stamps on a card."""
    key = f"{made.campaign_id}/stamps/{ANNA.hex}/"
    return replace(STRANGER, member_id=ANNA, tallies={key: Tally(counted=stamps, rewarded=rewarded, version=1)})


@pytest.mark.parametrize("why", Why)
def test_every_reason_has_words_that_can_be_read_out(why: Why) -> None:
    made = campaign(Card(every=3, prize=TEN))
    said = why_not(NoAward(made, why, 2, made), "EUR")
    assert said.startswith("Campaign 1: ")
    assert "{" not in said
    assert "%(" not in said
    assert set(NOTHING) == set(Why)


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        (Flat(points=5, minimum=2000), Missing(amount=1000)),
        (Card(every=10, prize=TEN), Missing(count=5)),
        (Card(every=10_000, counted=Counted.AMOUNT, prize=TEN), Missing(amount=8_996)),
        (Milestones(marks=(Mark(at=5, prize=TEN), Mark(at=9, prize=TEN))), Missing(count=3)),
    ],
)
def test_what_is_missing_is_an_amount_or_a_count(rule: Rule, missing: Missing) -> None:
    """Ten euros spent by a member with four stamps, or four cents; of the milestones the first is won already."""
    made = campaign(rule)
    found = rated(basket(line(1, "milk", 1000)), made, facts=member(made, 5 if isinstance(rule, Milestones) else 4, 1))
    (refusal,) = found.refusals
    assert missing_of(refusal) == missing


def test_nothing_is_missing_where_more_of_the_same_would_not_earn_it() -> None:
    made = replace(campaign(Flat(points=5)), used_up=True)
    (refusal,) = rated(basket(line(1, "milk", 1000)), made).refusals
    assert (refusal.why, missing_of(refusal)) == (Why.BUDGET_USED_UP, None)


@pytest.mark.parametrize(
    ("rule", "stamps", "words"),
    [
        (Card(every=10, prize=TEN), 2, "Campaign 1: 3 of 10"),
        (Card(every=10, prize=TEN), 9, "Campaign 1: 0 of 10"),
        (Card(every=10_000, counted=Counted.AMOUNT, prize=TEN), 50, "Campaign 1: 10.50 of 100.00 EUR"),
        (Milestones(marks=(Mark(at=5, prize=TEN), Mark(at=9, prize=TEN))), 5, "Campaign 1: 6 of 9"),
        (Milestones(marks=(Mark(at=5, prize=TEN),)), 5, "Campaign 1: all is won"),
    ],
)
def test_cards_and_milestones_say_how_far_they_are_with_the_basket(rule: Rule, stamps: int, words: str) -> None:
    made = campaign(rule)
    (progress,) = progress_of(rated(basket(line(1, "milk", 1000)), made, facts=member(made, stamps)))
    assert so_far(progress, "EUR") == words
    assert progress.missing == (0 if progress.of is None else progress.of - progress.reached)


def test_nobody_has_come_anywhere_while_the_member_is_unknown() -> None:
    assert progress_of(rated(basket(line(1, "milk", 1000)), campaign(Flat(points=5)))) == ()


def test_offers_things_and_turns_are_said_in_words() -> None:
    off = campaign(Discount(share=Rate(1, 10)))
    (offer,) = rated(basket(line(1, "milk", 1000)), off).offers
    assert taken_off(offer, "EUR") == "Campaign 1: 1.00 EUR off line 1"
    gift = campaign(Gift(prize=Prize(token=COFFEE)))
    (token,) = rated(basket(line(1, "milk", 1000)), gift).tokens
    assert won(token.campaign, token.token) == "Campaign 1: A free coffee, for 14 days"
    wheel = campaign(Gift(prize=Prize(wheel=(Slot(weight=1, points=5), Slot(weight=1)))))
    ((turning, turns),) = rated(basket(line(1, "milk", 1000)), wheel, facts=member(wheel, 0)).turns
    assert to_turn(turning, turns) == "Campaign 1: one turn of the wheel"
    assert to_turn(turning, 2) == "Campaign 1: 2 turns of the wheel"
