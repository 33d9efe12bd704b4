"""A shop surprises its regulars, once for each occasion, as far as the campaign's budget goes; over HTTP.

The campaign gives 30 points for a surprise called "First snow", 70 in all. The three on the list get 30, 30 and 10; the
fourth, surprised by name, gets none of what is left, and nobody is surprised twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from domain.earning import managing
from domain.earning.bounds import Budget
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import When
from domain.ids import PartnerId
from domain.storage import Database
from hansa.storefront import Storefront
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.coalition import BEFORE, writing
from tests.builders.served import a_secret
from tests.builders.town import a_town

DEFINE = """mutation ($input: SegmentDefineInput!) { segmentDefine(input: $input) { segment { id } } }"""
ADD = """mutation ($input: SegmentMembersInput!) { segmentAddMembers(input: $input) { userErrors { code } } }"""
GIVE = """mutation ($input: SurpriseGiveInput!) { done: surpriseGive(input: $input) {
    surprised { members points tokens left } userErrors { code path } } }"""
GIVE_ONE = """mutation ($input: SurpriseGiveMemberInput!) { done: surpriseGiveMember(input: $input) {
    surprised { members points } userErrors { code path } } }"""
SNOW = "First snow"


async def _campaign(database: Database, shop: PartnerId) -> None:
    terms = Terms(
        name="First snow",
        rule=Flat(points=30),
        when=When(triggers=frozenset({"SURPRISE"}), condition=f'action.occasion == "{SNOW}"'),
        starts_at=BEFORE,
        partners=frozenset({shop}),
        sponsors=(Sponsor(shop),),
        budget=Budget(points=70),
    )
    async with writing(database) as session:
        drawn = await managing.draft(session, shop, terms, now=BEFORE)
        await managing.agree(session, shop, drawn.campaign_id, terms.fingerprint(), now=BEFORE)
        await managing.publish(session, shop, drawn.campaign_id, now=BEFORE)


async def test_regulars_are_surprised_once_as_far_as_the_budget_goes(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    async with a_town(database, database_url, tmp_path) as town:
        await _campaign(database, PartnerId(town.shop.partner_id))
        scopes = SANDBOX_DEFAULT | {Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH}
        secret = await a_secret(database, town.shop, scopes=scopes)
        async with Storefront.opened(town.url, secret) as shop:
            cards = [f"SNOW 000{number}" for number in range(4)]
            for card in cards:
                await shop.enrol(card=card)
            made = await shop.ask(DEFINE, {"input": {"terms": {"name": "Regulars"}}})
            regulars = made["segmentDefine"]["segment"]["id"]
            named = [{"cardNumber": card} for card in cards]
            await shop.ask(ADD, {"input": {"segment": regulars, "members": named[:3]}})

            async def give(document: str, **said: Any) -> Any:
                return (await shop.ask(document, {"input": {"occasion": SNOW, **said}}))["done"]

            first = await give(GIVE, segment=regulars)
            assert first["surprised"] == {"members": 3, "points": "70", "tokens": 0, "left": False}
            assert (await give(GIVE, segment=regulars))["surprised"]["members"] == 0
            assert (await give(GIVE_ONE, member=named[0]))["surprised"] == {"members": 0, "points": "0"}
            assert (await give(GIVE_ONE, member=named[3]))["surprised"] == {"members": 1, "points": "0"}
            refused = await give(GIVE, segment=regulars, occasion=" ")
            assert [(one["code"], one["path"]) for one in refused["userErrors"]] == [
                ("INVALID_ACTION", ["input", "occasion"])
            ]
            nobody = await give(GIVE_ONE, member={"cardNumber": "NOBODY 1"})
            assert [one["code"] for one in nobody["userErrors"]] == ["MEMBER_NOT_FOUND"]
