"""The examples of docs/campaigns.md, run as they stand there, in their order."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from domain.storage import Database
from tests.api.campaigning import Api, campaigning, step
from tests.shape.tree import ROOT

PAGE = (ROOT / "docs" / "campaigns.md").read_text(encoding="utf-8")
DRAFT, PREVIEW, RESULTS = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """A shop, a maker and a wholesaler on HTTP."""
    async with campaigning(database) as api:
        yield api


async def test_the_pages_campaign_is_drafted_previewed_and_read(api: Api) -> None:
    """A Sunday at 14:00 in Riga is none of its hours; from that day to the year's last are 40 days of 1,500 points."""
    partners = {slug: await api.partner("shop", slug) for slug in ("shop", "maker")}
    drafted = (await api.ask("shop", DRAFT, **partners))["campaignDraft"]
    assert drafted["userErrors"] == []
    made = drafted["campaign"]
    assert (made["state"], made["promise"], made["awaiting"]) == ("DRAFT", "3 points per EUR", [{"slug": "maker"}])
    await api.agree("maker", made)
    await api.do("shop", step("campaignPublish"), campaign=made["id"])
    preview = (await api.ask("till", PREVIEW))["purchasePreview"]
    assert [(one["why"], one["missing"]) for one in preview["missed"]] == [("OTHER_TIME", None)]
    results = (await api.ask("shop", RESULTS, campaign=made["id"]))["campaignResults"]
    assert (results["budget"]["whole"], results["budget"]["available"]) == ("60000", "1500")
    assert results["stretches"] == []
