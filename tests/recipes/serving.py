"""A recipe's story played over HTTP, through the Python client, on the sandbox's clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.coalition.models import Partner
from domain.earning import managing
from domain.ids import PartnerId
from domain.products.feeding import feed
from domain.settlement import cycles
from domain.storage import Database
from domain.values import Money
from hansa.recipes.drawing import Recipe
from hansa.recipes.founding import slug_of
from hansa.recipes.giving import Cast
from hansa.recipes.shelves import items_of
from hansa.storefront import Card, Line, Storefront
from partners.scopes import Scope
from tests.builders.coalition import a_coalition, a_partner, writing
from tests.builders.served import a_secret, a_server
from tests.recipes.telling import Outcome, Step, story_of

ADVANCE = "mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { userErrors { code } } }"
PREVIEW = """query ($basket: PurchasePreviewInput!) { purchasePreview(basket: $basket) {
    tokens { name campaign } offers { campaign amount { amount } } missed { campaign why } } }"""
PURCHASE = """mutation ($input: PurchaseRecordInput!) { purchaseRecord(input: $input) {
    purchase { id awards { campaign points availableAt expiresAt fundedBy { points sponsor { slug } } } }
    available pending userErrors { code message } } }"""
RETURN = """mutation ($input: PurchaseReturnInput!) { purchaseReturn(input: $input) {
    purchaseReturn { taken { points sponsor { slug } } } available pending userErrors { code message } } }"""


@dataclass(kw_only=True)
class Town:
    """The partners of a recipe at their tills, and what their members bought last."""

    recipe: Recipe
    fronts: dict[str, Storefront]
    coalition: Storefront
    keys: dict[str, str]
    """Names of campaigns with what the recipe calls them."""
    slugs: dict[str, str]
    bought: dict[str, tuple[str, dict[str, int]]] = field(default_factory=dict)

    async def play(self, step: Step) -> Outcome:
        """What a step comes to, as far as the API tells it."""
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": step.at.astimezone(UTC).isoformat()}})
        assert moved["clockAdvance"]["userErrors"] == []
        told = step.outcome
        outcome = await (self._return(step) if step.takes_back else self._buy(step))
        return Outcome(**{name: outcome.get(name, getattr(told, name)) for name in Outcome.__dataclass_fields__})

    async def _buy(self, step: Step) -> dict[str, Any]:
        front, lines = self.fronts[step.partner], [self._line(good) for good in step.goods]
        basket = {"lines": lines, "currency": self.recipe.currency, "outletCode": "1", "member": self._member(step)}
        seen = (await front.ask(PREVIEW, {"basket": basket}))["purchasePreview"]
        key = {"idempotencyKey": f"story-of-a-recipe-{step.part.line}"}
        payload = (await front.ask(PURCHASE, {"input": basket | key}))["purchaseRecord"]
        assert payload["userErrors"] == []
        awards = payload["purchase"]["awards"]
        numbers = {good.article: number for number, good in enumerate(step.goods, 1)}
        self.bought[step.person.name] = (payload["purchase"]["id"], numbers)
        points: Counter[str] = Counter()
        for award in awards:
            points.update({self.slugs[one["sponsor"]["slug"]]: int(one["points"]) for one in award["fundedBy"]})
        came: dict[str, Any] = {
            "awards": {self.keys[award["campaign"]]: int(award["points"]) for award in awards},
            "points": dict(points),
            "refused": {self.keys[one["campaign"]]: one["why"] for one in seen["missed"]},
            "wins": self._wins(seen["tokens"]),
        }
        if step.outcome.usable:
            came["usable"] = max(datetime.fromisoformat(award["availableAt"]) for award in awards)
        if step.outcome.expires:
            came["expires"] = max(datetime.fromisoformat(award["expiresAt"]) for award in awards)
        return came | self._in_all(step, payload)

    async def _return(self, step: Step) -> dict[str, Any]:
        purchase, numbers = self.bought[step.person.name]
        lines = [
            {"number": numbers[article], "quantity": str(quantity)} for article, quantity in step.takes_back.items()
        ]
        said = {"idempotencyKey": f"story-of-a-recipe-{step.part.line}", "purchase": purchase, "lines": lines}
        payload = (await self.fronts[step.partner].ask(RETURN, {"input": said}))["purchaseReturn"]
        assert payload["userErrors"] == []
        taken: Counter[str] = Counter()
        for one in payload["purchaseReturn"]["taken"]:
            taken[self.slugs[one["sponsor"]["slug"]]] += int(one["points"])
        return {"taken": dict(taken)} | self._in_all(step, payload)

    def _in_all(self, step: Step, payload: dict[str, Any]) -> dict[str, int]:
        if step.outcome.in_all is None:
            return {}
        return {"in_all": int(payload["available"]) + int(payload["pending"])}

    def _wins(self, tokens: list[dict[str, str]]) -> dict[str, tuple[str, ...]]:
        won: dict[str, tuple[str, ...]] = {}
        for token in tokens:
            key = self.keys[token["campaign"]]
            won[key] = (*won.get(key, ()), token["name"])
        return won

    def _line(self, good: Any) -> dict[str, str]:
        money = {name: Money.of_minor(getattr(good, name), self.recipe.currency) for name in ("amount", "discount")}
        return Line(good.article, money["amount"].amount, good.quantity, discount=money["discount"].amount).input()

    def _member(self, step: Step) -> dict[str, str]:
        return {"cardNumber": card_of(step.person.name).number}


def card_of(name: str) -> Card:
    """A member's card."""
    return Card(f"CARD {name.upper()}")


@asynccontextmanager
async def a_town(recipe: Recipe, database: Database, database_url: str, home: Path) -> AsyncIterator[Town]:
    """A recipe in force the day before its story begins, and its members enrolled."""
    steps = story_of(recipe)
    begun = steps[0].at.astimezone(UTC) - timedelta(days=1)
    await a_coalition(database, clock_at=begun, currency=recipe.currency, time_zone=recipe.time_zone.key)
    async with writing(database) as session:
        await cycles.open_first(session, now=begun)
    partners = {name: await a_partner(database, slug_of(name), valid_from=begun) for name in recipe.partners}
    cast = Cast(partners={name: PartnerId(one.partner_id) for name, one in partners.items()})
    keys = await _drawn_up(recipe, cast, database, begun)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(a_server(database_url, home))

        async def front(partner: Partner | None, **wanted: object) -> Storefront:
            secret = await a_secret(database, partner, **wanted)
            return await stack.enter_async_context(Storefront.opened(url, secret))

        fronts = {name: await front(partner) for name, partner in partners.items()}
        first, *others = fronts.values()
        for name in {step.person.name for step in steps}:
            await first.enrol(card=card_of(name).number, consents=["BALANCE"])
            for other in others:
                await other.consent(card_of(name), "BALANCE")
        yield Town(
            recipe=recipe,
            fronts=fronts,
            coalition=await front(None, scopes=frozenset({Scope.PARTNERS_MANAGE})),
            keys=keys,
            slugs={slug_of(name): name for name in recipe.partners},
        )


async def _drawn_up(recipe: Recipe, cast: Cast, database: Database, now: datetime) -> dict[str, str]:
    """Feed the shelves, publish the campaigns; their names with what the recipe calls them."""
    keys = {}
    async with writing(database) as session:
        for name, partner_id in cast.partners.items():
            await feed(session, partner_id, items_of(recipe, cast, name), now=now - timedelta(days=1))
    for drawn in recipe.drawn(cast):
        keys[drawn.terms.name] = drawn.key
        async with writing(database) as session:
            draft = await managing.draft(session, drawn.owner, drawn.terms, now=now)
            for sponsor in drawn.terms.funders:
                await managing.agree(session, sponsor, draft.campaign_id, drawn.terms.fingerprint(), now=now)
            await managing.publish(session, drawn.owner, draft.campaign_id, now=now)
    return keys
