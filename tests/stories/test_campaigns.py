"""A marketing person runs a campaign: drafted with a condition, a cap and a budget, agreed, live, read, and used up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.storage import Database
from hansa import bounding
from tests.api.campaigning import DRAFT, Api, campaigning, step
from tests.domain.earning.builders import NOW
from tests.domain.events.builders import all_numbered

RESULTS = """query ($campaign: ID!) { campaignResults(campaign: $campaign, bucket: HOUR) {
    tally { reached awards points pointsBack } budget { whole available left used lowSince }
    sponsors { partner { slug } points cost { amount } } stretches { tally { points } } } }"""
EVENTS = """{ events(first: 20, kinds: [CAMPAIGN_BUDGET_LOW]) {
    nodes { ... on CampaignBudgetLow { campaign { name } } } } }"""


async def results(api: Api, who: str, campaign: str) -> Any:
    """What the campaign has come to, as somebody is told."""
    return (await api.ask(who, RESULTS, campaign=campaign))["campaignResults"]


async def told(api: Api, who: str) -> list[str]:
    """Of which campaigns somebody was told that little is left."""
    await all_numbered(api.world.database)
    nodes = (await api.ask(who, EVENTS))["events"]["nodes"]
    return [node["campaign"]["name"] for node in nodes]


async def worked(api: Api) -> None:
    """The worker comes by."""
    await bounding.pace(api.world.database, now=api.now)
    await bounding.fold(api.world.database, now=api.now)


async def test_a_campaign_from_its_draft_to_the_end_of_its_budget(database: Database) -> None:
    """Ten points a euro, from five euros on, at most 150 a member and day, 250 points in all; told at 200 of them.

    Anna's 10.00 earn 100, and her next 10.00 the 50 that her day still has. Bert's 10.00 earn the 100 that are left.
    """
    async with campaigning(database) as api:
        await api.world.member("CARD0002")
        shop, maker = await api.partner("shop", "shop"), await api.partner("shop", "maker")
        terms = await api.terms(
            {"ratePerUnit": {"points": "10"}},
            name="Milk week",
            when={"condition": "purchase.amount >= 500"},
            sponsors=[{"partner": shop, "share": "2/5"}, {"partner": maker, "share": "3/5"}],
            caps=[{"most": 150, "period": "DAY"}],
            budget={"points": "250", "alert": "4/5"},
            endsAt=(NOW + timedelta(days=30)).isoformat(),
        )
        draft = (await api.do("shop", DRAFT, terms=terms))["campaign"]
        publishing = {"campaign": draft["id"]}
        assert (await api.refused("shop", step("campaignPublish"), **publishing))[0] == "AGREEMENT_MISSING"
        await api.agree("maker", draft)
        assert (await api.do("shop", step("campaignPublish"), **publishing))["campaign"]["state"] == "LIVE"

        assert [one["why"] for one in (await api.preview("4.99"))["missed"]] == ["CONDITION_NOT_MET"]
        shown = await api.preview()
        assert shown["awards"][0]["reason"] == "Milk week: 10 points per EUR, on line 1"
        assert (await api.buys(1))["points"] == "100"
        api.now += timedelta(hours=1)
        assert (await api.preview())["points"] == "50"
        assert (await api.buys(2))["points"] == "50"
        assert [one["why"] for one in (await api.preview())["missed"]] == ["CAP_REACHED"]

        await worked(api)
        assert await told(api, "shop") == await told(api, "maker") == []
        found = await results(api, "shop", draft["id"])
        assert found["tally"] == {"reached": 1, "awards": 2, "points": "150", "pointsBack": "0"}
        assert (found["budget"]["left"], found["budget"]["used"]) == ("100", "150")
        assert [one["tally"]["points"] for one in found["stretches"]] == ["100", "50"]

        bert = {"member": {"cardNumber": "CARD0002"}}
        assert (await api.buys(3, "9.00", **bert))["points"] == "90"
        last = await api.buys(4, "5.00", **bert)
        assert last["points"] == "10"
        assert sum(int(cut["points"]) - int(cut["given"]) for cut in last["cuts"]) == 40
        assert {cut["why"] for cut in last["cuts"]} <= {"BUDGET_USED_UP", None}

        api.now += timedelta(minutes=1)
        await worked(api)
        assert await told(api, "shop") == await told(api, "maker") == ["Milk week"]
        (missed,) = (await api.preview(card="CARD0002"))["missed"]
        assert (missed["why"], missed["reason"]) == ("BUDGET_USED_UP", "Milk week: all that it may cost has been given")
        found = await results(api, "shop", draft["id"])
        assert found["tally"] == {"reached": 2, "awards": 4, "points": "250", "pointsBack": "0"}
        assert (found["budget"]["left"], found["budget"]["used"]) == ("0", "250")
        shares = {one["partner"]["slug"]: (one["points"], one["cost"] is None) for one in found["sponsors"]}
        assert shares == {"shop": ("100", False), "maker": ("150", True)}
        seen = next(one for one in await api.listed("maker") if one["name"] == "Milk week")
        (own,) = (await results(api, "maker", seen["id"]))["sponsors"]
        assert (own["partner"]["slug"], own["points"], own["cost"] is None) == ("maker", "150", False)
