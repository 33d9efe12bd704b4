"""What holds for every programme, whatever its campaigns say: of all kinds, stacked, capped, counted on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from domain.earning.basket import Basket, BasketLine, MemberFacts
from domain.earning.bounds import Cap, CapOf
from domain.earning.capping import cap_key
from domain.earning.compiling import GREENWICH, worth_of
from domain.earning.rules import Bands, Cashback, CouponRefund, Discount, Flat, Milestones, prizes_of
from domain.earning.stacking import TOGETHER, Mode, Stacking
from domain.earning.terms import Campaign
from domain.earning.verdicts import Award, BenefitDue, Offer, Rating, TokenDue, Why
from domain.earning.when import ALWAYS
from tests.domain.earning import strategies as drawn
from tests.domain.earning.builders import campaign
from tests.domain.earning.carrying import Wallet
from tests.domain.earning.laws import Check, Laws, called

law = Laws()
together = st.just(TOGETHER)
always = st.just(ALWAYS)


def gave(rating: Rating) -> set[int]:
    """The numbers of the campaigns that gave points, money, things or turns."""
    given: list[Award | Offer | BenefitDue | TokenDue] = [
        *rating.awards, *rating.offers, *rating.benefits, *rating.tokens,
    ]  # fmt: skip
    campaigns = [one.campaign for one in given] + [one for one, _ in rating.turns]
    return {_number(one) for one in campaigns}


def alone(purchase: Basket, one: Campaign, facts: MemberFacts) -> Rating:
    """A purchase under one campaign by itself."""
    return Wallet([one], facts).rated(purchase)


def mode(one: Campaign) -> Mode:
    """How a campaign stands beside others."""
    return one.terms.stacking.mode


@law(st.lists(drawn.baskets(), min_size=1, max_size=3), drawn.programmes(), drawn.members, st.randoms())
def test_rating_is_a_function_and_no_order_matters(
    purchases: list[Basket], programme: tuple[Campaign, ...], facts: MemberFacts, chance: Any
) -> None:
    wallet = Wallet(programme, facts)
    for purchase in purchases:
        lines, campaigns = list(purchase.lines), list(programme)
        chance.shuffle(lines)
        chance.shuffle(campaigns)
        other = Wallet(campaigns, facts, dict(wallet.tallies))
        shuffled = replace(purchase, lines=tuple(lines))
        again, elsewhere = wallet.rated(purchase), other.buys(shuffled)
        once = wallet.buys(purchase)
        assert (once, once.refusals) == (again, again.refusals)
        assert (once, once.refusals) == (elsewhere, elsewhere.refusals)
        assert wallet.tallies == other.tallies


@law(drawn.baskets(), drawn.programmes(), drawn.members)
def test_every_campaign_gives_or_says_why_not_and_sponsors_pay_to_the_point(
    purchase: Basket, programme: tuple[Campaign, ...], facts: MemberFacts
) -> None:
    rating = Wallet(programme, facts).rated(purchase)
    refused = {_number(one.campaign) for one in rating.refusals}
    # Campaigns that only count, or whose discount nobody took, may do neither; none does both.
    assert not gave(rating) & refused
    assert len(rating.refusals) == len(refused)
    for award in rating.awards:
        assert award.points > 0
        assert sum(points for _, points in award.funded) == award.points
        assert {sponsor for sponsor, _ in award.funded} <= set(award.campaign.terms.funders)
    silent = {_number(one) for one in programme} - refused - gave(rating)
    counted = {one.key.partition("/")[0] for one in rating.counting}
    for number in silent:
        one = next(each for each in programme if _number(each) == number)
        assert isinstance(one.terms.rule, Discount) or str(one.campaign_id) in counted


def _parts(purchase: Basket, data: st.DataObject) -> list[Basket]:
    first = set(data.draw(st.lists(st.sampled_from([line.number for line in purchase.lines]), unique=True)))
    halves = (tuple(line for line in purchase.lines if (line.number in first) is inside) for inside in (True, False))
    return [replace(purchase, lines=half) for half in halves if half]


def _splits(
    data: st.DataObject, rule: st.SearchStrategy[Any], **terms: Any
) -> tuple[Campaign, Rating, list[Rating], Wallet, Wallet]:
    """A basket under one campaign as a whole, and in two parts one after the other."""
    purchase, facts = data.draw(drawn.baskets()), data.draw(drawn.members)
    one = data.draw(drawn.campaigns(1, rule=rule, stacking=together, when=always, **terms))
    one = replace(one, terms=replace(one.terms, tiers=frozenset()))
    whole, parts = Wallet([one], facts), Wallet([one], facts)
    return one, whole.buys(purchase), [parts.buys(part) for part in _parts(purchase, data)], whole, parts


no_caps = st.builds(Cap, most=st.just(10**9))


@law(st.data())
def test_splitting_gains_nothing_by_the_unit_or_the_piece_but_what_rounding_up_gives(data: st.DataObject) -> None:
    """Rounded down, parts never earn more than the whole; half even or up, at most a point for each further part."""
    one, whole, parts, *_ = _splits(data, st.one_of(drawn.pure_rates, drawn.per_items), cap=no_caps)
    spare = 0 if one.terms.rounding == "DOWN" else len(parts) - 1
    assert sum(part.points for part in parts) <= whole.points + spare


@law(st.data())
def test_splitting_gains_nothing_from_multipliers_that_round_down(data: st.DataObject) -> None:
    purchase, facts = data.draw(drawn.baskets()), data.draw(drawn.members)
    base, extra = data.draw(drawn.pure_rates | drawn.per_items), data.draw(drawn.multipliers)
    programme = (campaign(base, 1), campaign(replace(extra, base=frozenset({base.kind})), 2))
    whole = Wallet(programme, facts).rated(purchase).points
    assert sum(Wallet(programme, facts).rated(part).points for part in _parts(purchase, data)) <= whole


@law(st.data())
def test_splitting_can_win_what_is_given_once_a_purchase_unless_a_cap_says_once(data: st.DataObject) -> None:
    """Flat points and bands come for each part that reaches them; with a cap of once, parts earn no more."""
    once = st.builds(Cap, most=st.just(1), of=st.just(CapOf.TIMES), period=drawn.periods)
    one, whole, parts, *_ = _splits(data, drawn.flats | drawn.banded, cap=once)
    rule = one.terms.rule
    assert isinstance(rule, Flat | Bands)
    most = rule.points if isinstance(rule, Flat) else max(band.gives for band in rule.bands)
    assert sum(part.points for part in parts) <= len(parts) * most
    if one.terms.caps:
        assert sum(part.points for part in parts) <= whole.points


@law(st.data())
def test_splitting_changes_nothing_in_what_is_counted_by_amount_or_given_in_money_by_the_line(
    data: st.DataObject,
) -> None:
    """Cards by amount win the same. So do refunds, cashback and discounts, but for a minimum or a cap."""
    by_amount = drawn.cards.filter(lambda rule: rule.counted == "AMOUNT")
    money = drawn.refunds | drawn.cashbacks | drawn.discounts
    one, whole, parts, wallet, other = _splits(data, by_amount | money, cap=no_caps)
    rule = one.terms.rule
    if isinstance(rule, Cashback | Discount):
        assume(rule.cap is None and not getattr(rule, "minimum", 0))
    if isinstance(rule, CouponRefund | Cashback | Discount):
        assert _units(parts) == _units([whole])
        assert sum(offer.units for part in parts for offer in part.offers) == sum(offer.units for offer in whole.offers)
        return
    assert sum(part.points for part in parts) == whole.points
    assert Counter(due.token for part in parts for due in part.tokens) == Counter(due.token for due in whole.tokens)
    assert {key: (one.counted, one.rewarded) for key, one in wallet.tallies.items()} == {
        key: (one.counted, one.rewarded) for key, one in other.tallies.items()
    }


def _units(ratings: list[Rating]) -> int:
    return sum(due.money.minor for rating in ratings for due in rating.benefits)


@law(st.data())
def test_a_cap_of_points_holds_however_a_basket_is_split(data: st.DataObject) -> None:
    capped = st.builds(Cap, most=st.integers(1, 300), period=drawn.periods)
    one, _, parts, *_ = _splits(data, drawn.points_rules, cap=capped)
    for cap in one.terms.caps:
        assert sum(part.points for part in parts) <= cap.most


@law(drawn.baskets(), drawn.points_rules, st.integers(0, 3000), st.sampled_from(drawn.SKUS))
def test_a_further_line_never_lowers_what_a_rule_gives(purchase: Basket, rule: Any, amount: int, sku: str) -> None:
    worth = worth_of(campaign(rule), "EUR")
    assert worth is not None
    further = replace(purchase.lines[0], number=100, amount=amount, sku=sku)
    tendered = {tender.kind: tender.amount for tender in purchase.tenders} or None
    assert worth(purchase.lines, tendered) <= worth((*purchase.lines, further), tendered)


@law(drawn.baskets(), drawn.programmes(cap=drawn.caps), drawn.members)
def test_who_always_gives_gives_whatever_else_does(
    purchase: Basket, programme: tuple[Campaign, ...], facts: MemberFacts
) -> None:
    given = gave(Wallet(programme, facts).rated(purchase))
    for one in programme:
        if mode(one) is Mode.ALWAYS and gave(alone(purchase, one, facts)):
            assert _number(one) in given


grouped = st.builds(Stacking, mode=st.sampled_from([Mode.BEST, Mode.FIRST]), group=st.sampled_from(["a", "b"]))


@law(drawn.baskets(), drawn.programmes(stacking=grouped, cap=drawn.caps), drawn.members)
def test_exactly_one_of_a_group_gives_if_any_would_alone(
    purchase: Basket, programme: tuple[Campaign, ...], facts: MemberFacts
) -> None:
    rating = Wallet(programme, facts).rated(purchase)
    groups: dict[Stacking, list[Campaign]] = {}
    for one in programme:
        if one.terms.stacking != TOGETHER and gave(alone(purchase, one, facts)):
            groups.setdefault(one.terms.stacking, []).append(one)
    given = gave(rating)
    for stacking, able in groups.items():
        chosen = [one for one in able if _number(one) in given]
        assert len(chosen) == 1
        if stacking.mode is Mode.FIRST:
            assert chosen[0] == min(able, key=lambda one: (-one.terms.priority, one.campaign_id))
    beaten = [one for one in rating.refusals if one.why is Why.ANOTHER_GIVES]
    assert all(one.instead is not None and _number(one.instead) in given for one in beaten)


@law(
    drawn.baskets(),
    drawn.programmes(rule=drawn.points_rules, cap=drawn.caps),
    drawn.members,
)
def test_an_exclusive_one_gives_alone_or_not_at_all_whichever_is_worth_more(
    purchase: Basket, programme: tuple[Campaign, ...], facts: MemberFacts
) -> None:
    rating = Wallet(programme, facts).rated(purchase)
    by_itself = {one.campaign_id: alone(purchase, one, facts).points for one in programme}
    given = {award.campaign.campaign_id: award.points for award in rating.awards}
    assert all(by_itself[key] == points for key, points in given.items())
    exclusive = [one.campaign_id for one in programme if mode(one) is Mode.EXCLUSIVE]
    aside = {one.campaign_id for one in programme if mode(one) is Mode.ALWAYS}
    without = tuple(one for one in programme if one.campaign_id not in {*exclusive, *aside})
    rest = Wallet(without, facts).rated(purchase).points
    best = max((by_itself[key] for key in exclusive), default=0)
    beside = {key: points for key, points in given.items() if key not in aside}
    assert sum(beside.values()) == max(best, rest)
    if set(beside) & set(exclusive):
        assert len(beside) == 1
        assert best > rest


@law(
    st.lists(drawn.baskets(most=3), min_size=2, max_size=8),
    drawn.programmes(most=4, stacking=together, when=always),
    drawn.members,
)
def test_no_cap_is_ever_exceeded_over_any_purchases(
    purchases: list[Basket], programme: tuple[Campaign, ...], facts: MemberFacts
) -> None:
    wallet = Wallet(programme, facts)
    points: Counter[str] = Counter()
    times: dict[str, list[datetime]] = {}
    for purchase in sorted(purchases, key=lambda one: one.occurred_at):
        rating = wallet.buys(purchase)
        given = {award.campaign.key: award.points for award in rating.awards}
        counting = {one.key.partition("/")[0] for one in rating.counting if "/stamps/" in one.key}
        applied = gave(rating) | {_number(one) for one in programme if str(one.campaign_id) in counting}
        for one in programme:
            for key, cap in _caps_of(one, facts, purchase.occurred_at).items():
                if cap.of is CapOf.POINTS:
                    points[key] += given.get(one.key, 0)
                elif _number(one) in applied:
                    times.setdefault(key, []).append(purchase.occurred_at)
        widest: dict[str, Cap] = {}
        for one in programme:
            for key, cap in _caps_of(one, facts, purchase.occurred_at).items():
                widest[key] = max(cap, widest.get(key, cap), key=lambda each: each.most)
        for key, cap in widest.items():
            assert points[key] <= cap.most
            assert len(_latest(times.get(key, []), cap.hours, purchase.occurred_at)) <= cap.most


def _caps_of(one: Campaign, facts: MemberFacts, at: datetime) -> dict[str, Cap]:
    """The caps of a campaign by their tallies, of those with one tally the widest."""
    caps = sorted(one.terms.caps, key=lambda cap: cap.most)
    return {cap_key(cap, one, facts.member_id, at, GREENWICH): cap for cap in caps}


def _latest(times: list[datetime], hours: int, at: datetime) -> list[datetime]:
    return [one for one in times if not hours or at - one < timedelta(hours=hours)]


def _number(one: Campaign) -> int:
    return one.campaign_id.int - 100


@law(drawn.baskets(), drawn.programmes(), drawn.members)
def test_lines_of_nothing_change_nothing(purchase: Basket, programme: tuple[Campaign, ...], facts: MemberFacts) -> None:
    number = max(line.number for line in purchase.lines) + 1
    nothing = BasketLine(number=number, sku="?", quantity=purchase.lines[0].quantity * 0, amount=0)
    with_it = Wallet(programme, facts).rated(replace(purchase, lines=(*purchase.lines, nothing)))
    without = Wallet(programme, facts).rated(purchase)
    assert replace(with_it, idle_lines=without.idle_lines) == without


@law(drawn.baskets(), drawn.programmes(rule=drawn.gifts | drawn.cards | drawn.milestones), drawn.members)
def test_a_preview_tells_of_turns_and_not_of_how_they_end(
    purchase: Basket, programme: tuple[Campaign, ...], facts: MemberFacts
) -> None:
    blind = Wallet([replace(one, seed=None) for one in programme], facts).rated(purchase)
    wheels = {one.key for one in programme if any(prize.wheel for prize in prizes_of(one.terms.rule))}
    for told in [award.campaign for award in blind.awards] + [due.campaign for due in blind.tokens]:
        assert told.key not in wheels or isinstance(told.terms.rule, Milestones)
    assert all(turns > 0 and one.key in wheels for one, turns in blind.turns)


@pytest.mark.slow
@pytest.mark.parametrize("check", law.all, ids=called)
def test_each_law_holds_many_times(check: Check) -> None:
    check()
