"""Whatever lies in another shop's basket beside a maker's article, the maker that pays for it never sees.

Baskets are drawn: the maker's article among goods with names, prices and quantities that stand nowhere else, at a till
with words of its own. The maker and the wholesaler then ask all that can be asked. Ways that are no questions
(webhooks, files, mails) are walked in test_canaries.py over baskets of the same shops.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.earning import purchases
from domain.earning.basket import BasketLine
from domain.earning.commands import RecordPurchase
from domain.earning.tills import Caches
from domain.members.recognition import MemberRef
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.storage import Sight
from tests.builders.graphql import KEYS
from tests.isolation.asking import Asking
from tests.isolation.conftest import Worlds
from tests.isolation.names import names_of
from tests.isolation.operations import EXAMPLES
from tests.isolation.shop import NOW, acting
from tests.isolation.spying import mine
from tests.isolation.viewers import as_partner
from tests.isolation.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

NUMBERS = count(1)
READING = [example for example in EXAMPLES if example.field.startswith("Query.")]
TELLING = {
    *("Query.statement", "Query.statementLine", "Query.runningPosition", "Query.partnerSides", "Query.campaignResults"),
    *("Query.events", "Query.partnerMadeProducts", "Query.cases", "Query.purchase", "Query.partnerCampaigns"),
}
"""Where a sponsor is told most; all the rest is asked by the slow test."""
EVERYTHING = {example.field for example in READING}


@dataclass(frozen=True)
class Secret:
    """A line of somebody else's goods."""

    word: str
    amount: int
    """Minor units, of six digits that stand nowhere else."""
    quantity: int

    @property
    def canaries(self) -> list[str]:
        """How it would show: by name, and by its amount in minor units or decimals."""
        return [self.word, str(self.amount), f"{self.amount // 100}.{self.amount % 100:02}"]


@st.composite
def baskets(draw: st.DrawFn) -> list[Secret]:
    """One to four lines of goods that are not the maker's."""
    amounts = draw(
        st.lists(st.integers(611_113, 988_887).filter(lambda one: one % 100), min_size=1, max_size=4, unique=True)
    )
    words = [f"Zq{next(NUMBERS):05}x{draw(st.integers(10_000, 99_999))}" for _ in amounts]
    return [Secret(word, amount, draw(st.integers(1, 9))) for word, amount in zip(words, amounts, strict=True)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(worlds: Worlds) -> AsyncIterator[World]:
    """Two shops, and a maker that pays for its articles at both."""
    async with worlds() as world:
        yield world


async def sold(world: World, secrets: Sequence[Secret]) -> list[str]:
    """A basket at the shop named Birch: the maker's article and all these; gives what must not be seen."""
    birch, number = world.birch, next(NUMBERS)
    goods = [ProductItem(sku=one.word, name=one.word, category=one.word, brand=one.word) for one in secrets]
    async with acting(world.database, Sight.partner(birch.partner_id)) as session:
        await feeding.feed(session, birch.partner_id, goods, now=NOW - timedelta(hours=3))
    staff, receipt, reference = (f"Zw{number:05}{what}" for what in ("staff", "receipt", "reference"))
    lines = [
        BasketLine(number=place, sku=one.word, quantity=Decimal(one.quantity), amount=one.amount)
        for place, one in enumerate(secrets, 2)
    ]
    command = RecordPurchase(
        partner_id=birch.partner_id,
        outlet_code=birch.outlet_code,
        occurred_at=NOW - timedelta(hours=2),
        currency="USD",
        lines=(BasketLine(number=1, sku="birch-made", quantity=Decimal(1), amount=500), *lines),
        member=MemberRef(pairwise_id=birch.guest.pairwise_id),
        idempotency_key=f"{reference}-{number:08}",
        staff=staff,
        receipt_number=receipt,
    )
    caches = Caches.fresh("USD", "UTC")
    await purchases.record_purchase(
        world.database.pool, command, caches=caches, lookup_key=KEYS.lookups, now=NOW - timedelta(hours=2)
    )
    total = 500 + sum(one.amount for one in secrets)
    whole = [str(total), f"{total // 100}.{total % 100:02}"]
    return [staff, receipt, reference, *whole, *(canary for one in secrets for canary in one.canaries)]


async def seen(world: World, canaries: Sequence[str], fields: Collection[str]) -> list[str]:
    """What of it the maker or the wholesaler is told, by whatever it asks."""
    found = []
    for who in (world.maker, world.wholesaler):
        viewer = as_partner(who)
        own, theirs = mine(world, viewer), names_of(world.birch, world, viewer)
        for example in READING:
            if example.field in fields:
                told = await Asking(world.database).ask(
                    viewer, example.field, example.variables(own, theirs, run=f"basket {next(NUMBERS)}")
                )
                found += [f"{example}: {canary}" for canary in canaries if canary.lower() in told.text.lower()]
    return found


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(drawn=st.lists(baskets(), min_size=1, max_size=3))
async def test_a_sponsors_view_never_shows_another_shops_basket(market: World, drawn: list[list[Secret]]) -> None:
    canaries = [canary for secrets in drawn for canary in await sold(market, secrets)]
    assert await seen(market, canaries, TELLING) == []


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(drawn=st.lists(baskets(), min_size=1, max_size=3))
async def test_a_sponsors_view_never_shows_another_shops_basket_whatever_it_asks(
    market: World, drawn: list[list[Secret]]
) -> None:
    canaries = [canary for secrets in drawn for canary in await sold(market, secrets)]
    assert await seen(market, canaries, EVERYTHING) == []


async def test_the_shop_itself_sees_its_basket(market: World) -> None:
    """Else the canaries above would sing to nobody."""
    canaries = await sold(market, [Secret("Zq00000x00001", 777_771, 1)])
    viewer = as_partner(market.birch.partner_id)
    told = await Asking(market.database).ask(viewer, "Query.partnerProducts", {"first": 100})
    assert canaries[-3] in told.text


PLANTS = {
    "in the name of a campaign that the maker pays for": (
        "UPDATE campaign SET name = $1 WHERE name = 'Made with love'",
        "Query.partnerCampaigns",
    ),
    "in what the shop tells of an article of the maker's": (
        "UPDATE product SET name = $1 WHERE sku = 'birch-made'",
        "Query.partnerMadeProducts",
    ),
}


@pytest.mark.parametrize("plant", PLANTS)
async def test_a_leak_that_is_planted_is_found(worlds: Worlds, plant: str) -> None:
    statement, field = PLANTS[plant]
    async with worlds() as world:
        secret = Secret("Zq00000x00002", 777_773, 1)
        canaries = await sold(world, [secret])
        owner = await asyncpg.connect(world.url)
        try:
            await owner.execute("SET session_replication_role = 'replica'")
            await owner.execute(statement, f"For {secret.word}")
        finally:
            await owner.close()
        found = await seen(world, canaries, {field})
        assert any(field in one and secret.word in one for one in found), found
