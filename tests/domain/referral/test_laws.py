"""Laws of referral: no sequence of joins, purchases and returns is paid more than the terms allow."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.earning.commands import PurchaseReceipt
from domain.ids import PartnerId
from domain.members.recognition import KnownMember
from domain.referral.inviting import ALPHABET, draw, plain
from domain.referral.judging import Bought, DoesNot, Qualifies, Waits, judged
from domain.referral.models import Refusal
from domain.referral.terms import ReferralTerms
from domain.storage import Database
from tests.domain.earning.builders import NOW
from tests.domain.referral.street import DAY, a_street

SHOP, RIVAL = UUID(int=1), UUID(int=2)


@st.composite
def terms_of(pick: st.DrawFn) -> ReferralTerms:
    """Any terms, as far as one friend is concerned."""
    return ReferralTerms(
        name="Friends",
        host=PartnerId(SHOP),
        starts_at=NOW - DAY,
        least=pick(st.integers(1, 3000)),
        within_days=pick(st.integers(1, 40)),
        return_days=pick(st.integers(0, 30)),
        partners=pick(st.sampled_from([frozenset(), frozenset({SHOP})])),
    )


@st.composite
def bought(pick: st.DrawFn) -> Bought:
    """Any purchase, of which anything came back."""
    total = pick(st.integers(0, 4000))
    return Bought(
        wallet_id=UUID(int=9),
        entry_id=UUID(int=pick(st.integers(1, 10**9))),
        partner_id=pick(st.sampled_from([SHOP, RIVAL])),
        occurred_at=NOW + timedelta(hours=pick(st.integers(-2, 24 * 60))),
        total=total,
        back=pick(st.integers(0, total)),
        returns=0,
    )


@given(terms_of(), st.lists(bought(), max_size=6), st.integers(0, 24 * 100))
def test_whoever_qualifies_bought_enough_in_time_and_kept_it(
    terms: ReferralTerms, purchases: list[Bought], hours: int
) -> None:
    now = NOW + timedelta(hours=hours)
    match judged(terms, NOW, purchases, now):
        case Qualifies(one):
            assert one in purchases
            assert one.kept >= terms.least
            assert one.occurred_at <= terms.deadline(NOW)
            assert one.occurred_at + terms.returnable <= now
            assert not terms.partners or one.partner_id in terms.partners
        case Waits(until):
            assert until > now
        case DoesNot(why):
            assert now > terms.deadline(NOW) + terms.returnable
            assert why in {Refusal.TOO_LATE, Refusal.RETURNED}


@given(
    terms_of(), st.lists(bought(), max_size=6, unique_by=lambda one: one.entry_id), st.randoms(use_true_random=False)
)
def test_the_order_in_which_purchases_are_told_does_not_matter(
    terms: ReferralTerms, purchases: list[Bought], chance: random.Random
) -> None:
    turned = list(purchases)
    chance.shuffle(turned)
    assert judged(terms, NOW, turned, NOW + 50 * DAY) == judged(terms, NOW, purchases, NOW + 50 * DAY)


@given(terms_of(), st.lists(bought(), max_size=6))
def test_everybody_is_judged_in_the_end(terms: ReferralTerms, purchases: list[Bought]) -> None:
    assert not isinstance(judged(terms, NOW, purchases, NOW + 200 * DAY), Waits)


def test_codes_are_read_as_people_type_them_and_hold_nothing_that_looks_alike() -> None:
    code = draw()
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01IO")
    assert plain(f" {code[:4].lower()} - {code[4:]}") == code


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
async def test_no_sequence_is_paid_more_than_the_terms_allow(database: Database, seed: int) -> None:
    """Friends join, buy, give back and time goes by, in any order; after each turn the books hold the bounds."""
    chance, street = random.Random(seed), await a_street(database)
    most = chance.randint(1, 3)
    await street.live(most=most, most_days=0, pace_most=100, return_days=5, within_days=20)
    await street.paying(referrer=500, friend=200)
    anna = await street.member()
    friends: list[KnownMember] = []
    baskets: list[PurchaseReceipt] = []
    for _ in range(30):
        match chance.choice(("joins", "buys", "buys", "returns", "waits")):
            case "joins":
                friends.append(await street.member())
                await street.joins(friends[-1], anna)
            case "buys" if friends:
                baskets.append(await street.buys(chance.choice(friends), chance.randint(500, 3000)))
            case "returns" if baskets:
                await street.gives_back(baskets.pop(chance.randrange(len(baskets))))
            case "waits":
                street.now += chance.randint(1, 7) * DAY
        await street.turn()
        states = [(await street.row(one.member_id))["state"] for one in friends]
        paid = [await street.points(one) for one in friends]
        assert sum(state != "REFUSED" for state in states) <= most
        assert await street.points(anna) == 500 * states.count("REWARDED") <= 500 * most
        assert paid == [200 * (state == "REWARDED") for state in states]
    await street.world.prove()
