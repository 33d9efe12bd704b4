"""A recipe's story played over HTTP, through the Python client, on the sandbox's clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.storage import Database
from domain.values import Money
from hansa.presets.loading import load
from hansa.recipes.drawing import Recipe
from hansa.storefront import Card, ClientSecret, Line, Storefront
from partners.keys import derive
from tests.builders.served import a_server, settings_for
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
    """A recipe loaded as a preset is, and its members enrolled."""
    loaded = await load(database, recipe, keys=derive(settings_for(database_url, home).key()))
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(a_server(database_url, home))
        fronts = {
            one.whose: await stack.enter_async_context(
                Storefront.opened(url, ClientSecret(one.client_id, one.secret or ""))
            )
            for one in loaded.clients
        }
        first, *others = (fronts[slug] for slug in loaded.slugs.values())
        for name in {step.person.name for step in story_of(recipe)}:
            await first.enrol(card=card_of(name).number, consents=["BALANCE"])
            for other in others:
                await other.consent(card_of(name), "BALANCE")
        yield Town(
            recipe=recipe,
            fronts={name: fronts[slug] for name, slug in loaded.slugs.items()},
            coalition=fronts[""],
            keys={one.terms.name: one.key for one in recipe.drawn(loaded.cast)},
            slugs={slug: name for name, slug in loaded.slugs.items()},
        )
