"""Campaigns over HTTP: all that they say is taken, shown and refused by name; each sees what concerns it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.storage import Database
from tests.api.campaigning import CHANGE, DRAFT, READ, Api, campaigning, step
from tests.domain.earning.builders import NOW

FLAT = {"flat": {"points": "10"}}
WHEEL = {
    "gift": {
        "prize": {
            "wheel": [
                {"weight": 1, "points": "100"},
                {"weight": 3, "token": {"kind": "COUPON", "name": "A free coffee", "days": 14}},
                {"weight": 6},
            ]
        }
    }
}


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """A shop, a maker and a wholesaler on HTTP."""
    async with campaigning(database) as api:
        yield api


async def test_all_that_a_campaign_says_is_read_back_as_it_was_written(api: Api) -> None:
    shop, maker = await api.partner("shop", "shop"), await api.partner("shop", "maker")
    made = await api.drafted(
        {"ratePerUnit": {"points": "3/2", "tenders": ["APP"]}},
        name="Happy hour",
        lines={
            "categories": ["DAIRY"],
            "privateLabel": False,
            "excluding": [{"departments": ["WINE"], "makers": [maker]}],
        },
        when={
            "weekdays": [5, 1],
            "hours": [{"start": "16:00", "end": "18:00"}, {"start": "22:00", "end": "02:00"}],
            "timeZone": "Europe/Sofia",
            "channels": ["WEB"],
            "condition": "purchase.amount >= 1000",
            "control": "1/10",
        },
        tiers=["GOLD"],
        sponsors=[{"partner": shop, "share": "1/3"}, {"partner": maker, "share": "2/3"}],
        endsAt=(NOW + timedelta(days=30)).isoformat(),
        returnDays=14,
        expiry={"kind": "MONTHS", "months": 3},
        release={"at": "06:00", "weekday": 1, "days": 2},
        rounding="HALF_EVEN",
        priority=7,
        stacking={"mode": "BEST", "group": "evenings"},
        caps=[
            {"most": 100, "period": "DAY"},
            {"most": 2, "of": "TIMES", "per": "HOUSEHOLD", "hours": 24, "shared": "x"},
        ],
        budget={"money": "500.00", "alert": "3/4", "pacing": "EVEN"},
    )
    assert made["rule"] == {"kind": "RATE_PER_UNIT", "rate": "3/2", "tenders": ["APP"]}
    assert made["lines"] == {
        "skus": [],
        "categories": ["DAIRY"],
        "privateLabel": False,
        "excluding": [{"departments": ["WINE"], "makers": [{"slug": "maker"}]}],
    }
    assert made["when"] == {
        "triggers": ["PURCHASE"],
        "weekdays": [1, 5],
        "hours": [{"start": "16:00", "end": "18:00"}, {"start": "22:00", "end": "02:00"}],
        "timeZone": "Europe/Sofia",
        "channels": ["WEB"],
        "segmented": False,
        "segments": [],
        "condition": "purchase.amount >= 1000",
    }
    assert (made["control"], made["tiers"], made["returnDays"]) == ("1/10", ["GOLD"], 14)
    assert made["expiry"] == {"kind": "MONTHS", "months": 3, "month": 0, "day": 0}
    assert made["release"] == {"at": "06:00", "weekday": 1, "days": 2}
    assert (made["rounding"], made["priority"]) == ("HALF_EVEN", 7)
    assert made["stacking"] == {"mode": "BEST", "group": "evenings"}
    assert made["caps"] == [
        {"most": 100, "of": "POINTS", "per": "MEMBER", "period": "DAY", "hours": 0, "shared": None},
        {"most": 2, "of": "TIMES", "per": "HOUSEHOLD", "period": None, "hours": 24, "shared": "x"},
    ]
    money = {"amount": "500.00", "currency": "EUR"}
    assert made["budget"] == {"points": None, "money": money, "alert": "3/4", "pacing": "EVEN"}
    assert made["awaiting"] == [{"slug": "maker"}]
    assert (await api.ask("shop", READ, id=made["id"]))["campaign"] == made


RULES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"perItem": {"points": "0.5"}}, {"kind": "PER_ITEM", "itemRate": "1/2"}),
    (
        {"flat": {"points": "50", "minimum": "20.00"}},
        {"kind": "FLAT", "flatPoints": "50", "minimum": {"amount": "20.00", "currency": "EUR"}},
    ),
    (
        {"bands": {"bands": [{"start": "10.00", "gives": 5}, {"start": "20.00", "gives": 15}]}},
        {
            "kind": "BANDS",
            "bands": [{"start": {"amount": "10.00"}, "gives": 5}, {"start": {"amount": "20.00"}, "gives": 15}],
        },
    ),
    (
        {"multiplier": {"factor": "3", "base": ["FLAT", "PER_ITEM"]}},
        {"kind": "MULTIPLIER", "factor": "3", "base": ["FLAT", "PER_ITEM"]},
    ),
    ({"couponRefund": {"cap": "1.50"}}, {"kind": "COUPON_REFUND", "cap": {"amount": "1.50"}}),
    ({"cashback": {"share": "0.02"}}, {"kind": "CASHBACK", "shareBack": "1/50", "cap": None}),
    (
        {"discount": {"price": "1.99", "cap": "5.00"}},
        {
            "kind": "DISCOUNT",
            "share": None,
            "off": None,
            "price": {"amount": "1.99"},
            "minimum": {"amount": "0.00"},
            "cap": {"amount": "5.00"},
        },
    ),
    (
        {"card": {"every": "10", "prize": {"points": "100"}, "atFirst": True, "period": "YEAR"}},
        {
            "kind": "CARD",
            "every": "10",
            "prize": {"points": "100", "token": None, "wheel": []},
            "counted": "TIMES",
            "bands": [],
            "atFirst": True,
            "days": 0,
            "period": "YEAR",
        },
    ),
    (
        {"milestones": {"counted": "AMOUNT", "marks": [{"at": "100.00", "prize": {"points": "10"}}]}},
        {
            "kind": "MILESTONES",
            "marks": [{"at": "100.00", "prize": {"points": "10", "token": None, "wheel": []}}],
            "counted": "AMOUNT",
            "period": None,
        },
    ),
]


async def test_each_kind_of_rule_is_taken_and_shown(api: Api) -> None:
    for given, shown in RULES:
        assert (await api.drafted(given))["rule"] == shown


COUPON_DRAFT = (
    "mutation($input: CouponDraftInput!) { done: couponDraft(input: $input) { coupon { id } userErrors { code } } }"
)
COUPON_PUBLISH = """mutation($input: CouponStepInput!) { done: couponPublish(input: $input) {
    coupon { state } userErrors { code } } }"""
WON = """query($id: ID!) { campaign(id: $id) { rule { ... on CardRule { prize { token { name coupon days } } } } } }"""


async def test_a_card_wins_a_voucher_of_a_coupon_that_is_live_and_ones_own(api: Api) -> None:
    shop = await api.partner("shop", "shop")
    coupon = {"name": "2.00 off", "takes": {"amount": "2.00"}, "partners": [shop]}
    made = (await api.do("shop", COUPON_DRAFT, terms=coupon))["coupon"]["id"]
    token = {"kind": "COUPON", "name": "2.00 off", "coupon": made}
    card = {"card": {"every": "5", "prize": {"token": token}}}
    terms = await api.terms(card, when={"triggers": ["CODE"]})
    refused = ("INVALID_CAMPAIGN", ["input", "terms", "rule", "prize"])
    assert await api.refused("shop", DRAFT, terms=terms) == refused  # not live yet
    await api.do("shop", COUPON_PUBLISH, coupon=made)
    drafted = await api.drafted(card, when={"triggers": ["CODE"]})
    shown = (await api.ask("shop", WON, id=drafted["id"]))["campaign"]["rule"]["prize"]["token"]
    assert shown == {"name": "2.00 off", "coupon": made, "days": 0}
    badge = {"kind": "BADGE", "name": "Five", "coupon": made}
    terms = await api.terms({"card": {"every": "5", "prize": {"token": badge}}})
    code, path = await api.refused("shop", DRAFT, terms=terms)
    assert (code, path[-2:]) == ("INVALID_RULE", ["token", "coupon"])


async def test_a_rule_by_a_field_is_taken_shown_and_held_to_its_action(api: Api) -> None:
    given = {"perField": {"field": "units", "points": "50", "per": "2", "most": "8"}}
    made = await api.drafted(given, when={"triggers": ["TRADE_IN"]})
    assert made["rule"] == {
        "kind": "PER_FIELD",
        "field": "units",
        "fieldRate": "50",
        "perUnits": "2",
        "least": "1",
        "most": "8",
    }


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "an hour that no day has",
        {"when": {"hours": [{"start": "25:00", "end": "01:00"}]}},
        "INVALID_RULE",
        "when.hours.0.start",
    ),
    (
        "a field that the action has not",
        {"rule": {"perField": {"field": "weight", "points": "5"}}, "when": {"triggers": ["TRADE_IN"]}},
        "INVALID_CAMPAIGN",
        "rule.field",
    ),
    (
        "half a unit",
        {"rule": {"perField": {"field": "units", "points": "5", "per": "0.5"}}, "when": {"triggers": ["TRADE_IN"]}},
        "INVALID_VALUE",
        "rule.perField.per",
    ),
    ("an eighth day", {"when": {"weekdays": [8]}}, "INVALID_CAMPAIGN", "when.weekdays"),
    ("a zone that is nowhere", {"when": {"timeZone": "Mars/Base"}}, "INVALID_CAMPAIGN", "when.timeZone"),
    (
        "a condition on nothing there is",
        {"when": {"condition": "purchase.weight > 3"}},
        "INVALID_CAMPAIGN",
        "when.condition",
    ),
    ("a condition that is a number", {"when": {"condition": "purchase.amount"}}, "INVALID_CAMPAIGN", "when.condition"),
    ("all of them left out", {"when": {"control": "1"}}, "INVALID_CAMPAIGN", "when.control"),
    ("purchases among actions", {"when": {"triggers": ["PURCHASE", "VISIT"]}}, "INVALID_CAMPAIGN", "when.triggers"),
    ("a type of action that nobody knows", {"when": {"triggers": ["YODEL"]}}, "INVALID_CAMPAIGN", "when.triggers"),
    ("a segment of nobody's", {"when": {"segments": ["Segment_x"]}}, "INVALID_CAMPAIGN", "when.segments"),
    ("a group without a choice", {"stacking": {"group": "one"}}, "INVALID_CAMPAIGN", "stacking.group"),
    ("a cap of nothing", {"caps": [{"most": 5}, {"most": 0}]}, "INVALID_CAMPAIGN", "caps.1.most"),
    ("a budget in both", {"budget": {"points": "5", "money": "5.00"}}, "INVALID_CAMPAIGN", "budget"),
    ("a budget of half a cent", {"budget": {"money": "0.005"}}, "INVALID_VALUE", "budget.money"),
    ("an alarm beyond all", {"budget": {"points": "5", "alert": "2"}}, "INVALID_CAMPAIGN", "budget.alert"),
    (
        "a day's part without a last day",
        {"budget": {"points": "5", "pacing": "EVEN"}},
        "INVALID_CAMPAIGN",
        "budget.pacing",
    ),
    ("a weekday without a time", {"release": {"weekday": 3}}, "INVALID_CAMPAIGN", "release.weekday"),
    (
        "an exclusion in an exclusion",
        {"lines": {"excluding": [{"skus": ["a"], "excluding": [{"skus": ["b"]}]}]}},
        "INVALID_RULE",
        "lines.excluding",
    ),
    (
        "half a stamp",
        {"rule": {"card": {"every": "2.5", "prize": {"points": "1"}}}},
        "INVALID_VALUE",
        "rule.card.every",
    ),
    (
        "a wheel of blanks",
        {"rule": {"gift": {"prize": {"wheel": [{"weight": 1}, {"weight": 2}]}}}},
        "INVALID_RULE",
        "rule.gift.prize.wheel",
    ),
    (
        "a token without a name",
        {"rule": {"gift": {"prize": {"token": {"kind": "BADGE", "name": " "}}}}},
        "INVALID_RULE",
        "rule.gift.prize.token.name",
    ),
    (
        "bands that fall",
        {"rule": {"bands": {"bands": [{"start": "2", "gives": 5}, {"start": "1", "gives": 6}]}}},
        "INVALID_RULE",
        "rule.bands.bands",
    ),
    (
        "a rule for lines that an action has not",
        {"when": {"triggers": ["VISIT"]}, "rule": {"perItem": {"points": "1"}}},
        "INVALID_CAMPAIGN",
        "rule",
    ),
]


async def test_what_is_wrong_is_named(api: Api) -> None:
    sound = await api.terms(FLAT)
    for what, wrong, code, path in REFUSED:
        refused = await api.refused("shop", DRAFT, terms=sound | wrong)
        assert refused == (code, ["input", "terms", *path.split(".")]), what


async def test_a_mistake_in_a_condition_is_told_with_its_column(api: Api) -> None:
    terms = await api.terms(FLAT, when={"condition": "purchase.amount > 10 && purchase.colour == 'red'"})
    (why,) = (await api.ask("shop", DRAFT, input={"terms": terms}))["done"]["userErrors"]
    assert "colour" in why["message"]
    assert "column" in why["message"]


async def test_a_till_sees_what_it_gives_for_and_nothing_of_means_and_measures(api: Api) -> None:
    shop, maker, wholesaler = [await api.partner("shop", slug) for slug in ("shop", "maker", "wholesaler")]
    await api.live(
        FLAT,
        when={"condition": "purchase.amount > 100", "control": "1/10"},
        partners=[shop, wholesaler],
        sponsors=[{"partner": maker}],
        budget={"points": "1000"},
    )
    private = ("budget", "control")
    for who in ("shop", "maker"):
        (seen,) = await api.listed(who)
        assert None not in [seen[part] for part in private], who
    (seen,) = await api.listed("wholesaler")
    assert [seen[part] for part in private] == [None, None]
    assert seen["when"]["condition"] == "purchase.amount > 100"


async def test_campaigns_are_listed_by_what_they_answer(api: Api) -> None:
    await api.drafted(FLAT, name="Bought")
    await api.drafted(FLAT, name="Visited", when={"triggers": ["VISIT", "CHECK_IN"]})
    await api.drafted(FLAT, name="Reviewed", when={"triggers": ["REVIEW"]})

    async def named(*triggers: str) -> list[str]:
        return sorted(one["name"] for one in await api.listed("shop", triggers=list(triggers)))

    assert await named("PURCHASE") == ["Bought"]
    assert await named("CHECK_IN") == ["Visited"]
    assert await named("PURCHASE", "REVIEW", "SURVEY") == ["Bought", "Reviewed"]
    assert await named() == ["Bought", "Reviewed", "Visited"]
    assert await api.listed("shop", triggers=["PURCHASE"], states=["LIVE"]) == []


async def test_a_wheels_odds_are_published_and_its_seed_is_promised_first_and_opened_last(api: Api) -> None:
    made = await api.drafted(WHEEL, endsAt=(NOW + timedelta(days=1)).isoformat())
    odds = [slot["odds"] for slot in made["rule"]["prize"]["wheel"]]
    assert odds == ["1/10", "3/10", "3/5"]
    assert made["wheel"] is None
    first = (await api.do("shop", step("campaignPublish"), campaign=made["id"]))["campaign"]
    assert first["wheel"]["seed"] is None
    changed = await api.terms(WHEEL, name="The same wheel", endsAt=(NOW + timedelta(days=2)).isoformat())
    await api.do("shop", CHANGE, campaign=made["id"], terms=changed)
    second = (await api.do("shop", step("campaignPublish"), campaign=made["id"]))["campaign"]
    assert (second["version"], second["wheel"]) == (2, first["wheel"])
    reveal = step("campaignRevealSeed")
    assert (await api.refused("shop", reveal, campaign=made["id"]))[0] == "CAMPAIGN_STATE_CONFLICT"
    await api.do("shop", step("campaignEnd"), campaign=made["id"])
    assert (await api.refused("shop", reveal, campaign=made["id"]))[0] == "SEED_STILL_SECRET"
    api.now += timedelta(days=31, seconds=-1)
    assert (await api.refused("shop", reveal, campaign=made["id"]))[0] == "SEED_STILL_SECRET"
    api.now += timedelta(seconds=1)
    theirs = await api.listed("maker", states=["ENDED"])
    assert theirs == []
    for _ in range(2):
        opened = (await api.do("shop", reveal, campaign=made["id"]))["campaign"]["wheel"]
    assert hashlib.sha256(bytes.fromhex(opened["seed"])).hexdigest() == first["wheel"]["commitment"]


async def test_a_campaign_without_a_wheel_has_no_seed_to_reveal(api: Api) -> None:
    made = await api.live(FLAT)
    assert made["wheel"] is None
    await api.do("shop", step("campaignEnd"), campaign=made["id"])
    api.now += timedelta(days=400)
    refused = await api.refused("shop", step("campaignRevealSeed"), campaign=made["id"])
    assert refused[0] == "CAMPAIGN_STATE_CONFLICT"
