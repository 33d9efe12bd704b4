"""The columns give what the tills give, purchase by purchase and to the point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.earning.backtest.history import Bought, history_of
from domain.earning.backtest.replaying import Given, Replay
from domain.earning.backtest.rows import one_by_one
from domain.earning.book import CampaignBook
from domain.earning.terms import Campaign
from domain.earning.verdicts import Rating
from tests.domain.earning.backtest.made_up import programmes, purchases

RIGA = ZoneInfo("Europe/Riga")
WORTH = Fraction(1, 2)

laws = settings(
    max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def by_tills(ratings: Iterable[Rating]) -> dict[str, Counter[Any]]:
    """What ratings come to."""
    points: Counter[Any] = Counter()
    money: Counter[Any] = Counter()
    things: Counter[Any] = Counter()
    for basket, rating in enumerate(ratings):
        for award in rating.awards:
            points.update({(basket, award.campaign.key, who): part for who, part in award.funded})
        for due in rating.benefits:
            money[basket, due.campaign.key, due.sponsor_id, due.line] += due.money.minor
        for token in rating.tokens:
            things[basket, token.campaign.key, token.token.name] += 1
    return {"points": points, "money": money, "things": things}


def by_columns(given: Given) -> dict[str, Counter[Any]]:
    """What columns come to."""
    keys, who = [campaign.key for campaign in given.campaigns], given.sponsors
    points = given.points.select("basket", "campaign", "sponsor", "points").iter_rows()
    money = given.money.select("basket", "campaign", "sponsor", "number", "units").iter_rows()
    things = given.things.select("basket", "campaign", "name", "count").iter_rows()
    return {
        "points": Counter({(basket, keys[number], who[one]): part for basket, number, one, part in points}),
        "money": Counter({(basket, keys[number], who[one], line): part for basket, number, one, line, part in money}),
        "things": Counter({(basket, keys[number], name): count for basket, number, name, count in things}),
    }


def both(bought: Sequence[Bought], programme: Sequence[Campaign]) -> tuple[Any, Any]:
    """The same purchases under the same campaigns, by tills and by columns."""
    book = CampaignBook("EUR", programme, zone=RIGA, point_worth=WORTH)
    history = history_of(bought, zone=RIGA, currency="EUR", point_worth=WORTH)
    replay = Replay(history, programme)
    return by_tills(one_by_one(bought, book)), by_columns(replay.given({one.key for one in programme}))


@laws
@given(purchases(), programmes())
def test_columns_equal_the_tills(bought: list[Bought], programme: list[Campaign]) -> None:
    tills, columns = both(bought, programme)
    assert columns == tills


@pytest.mark.slow
@settings(laws, max_examples=1500)
@given(purchases(), programmes())
def test_columns_equal_the_tills_over_many_more(bought: list[Bought], programme: list[Campaign]) -> None:
    tills, columns = both(bought, programme)
    assert columns == tills


@laws
@given(purchases(), programmes(), st.data())
def test_fewer_campaigns_of_the_same_replay_equal_the_tills_too(
    bought: list[Bought], programme: list[Campaign], data: Any
) -> None:
    some = [one for one in programme if data.draw(st.booleans())]
    replay = Replay(history_of(bought, zone=RIGA, currency="EUR", point_worth=WORTH), programme)
    replay.given({one.key for one in programme})
    found = by_columns(replay.given({one.key for one in some}))
    book = CampaignBook("EUR", some, zone=RIGA, point_worth=WORTH)
    assert found == by_tills(one_by_one(bought, book))
