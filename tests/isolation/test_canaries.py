"""Words and figures of one shop are in no answer to anybody else, in no header, and in no line of the log."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.service import Service
from partners.viewer import Viewer
from resolvers.context import Context
from tests.builders.graphql import KEYS, Tokens, application
from tests.isolation.asking import Asking
from tests.isolation.documents import document
from tests.isolation.operations import EXAMPLES, Example
from tests.isolation.shop import NOW
from tests.isolation.spying import VARIANTS, logged, mine, traces, variants
from tests.isolation.viewers import as_partner, attackers
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ATTACKERS = ("rival", "maker", "wholesaler", "member", "storefront")
STEP = st.tuples(st.sampled_from(ATTACKERS), st.sampled_from(EXAMPLES), st.sampled_from(VARIANTS), st.integers(0, 3))


async def spied(world: World, attacker: str, example: Example, how: str, run: str) -> list[str]:
    """What of Birch's own an attacker finds in the answer, or in the log."""
    viewer = attackers(world)[attacker]
    names = variants(world, viewer, world.birch)[how]
    with logged() as log:
        told = await Asking(world.database).ask(
            viewer, example.field, example.variables(mine(world, viewer), names, run=run)
        )
    assert "INTERNAL" not in told.codes, f"{example} {how}: {log.text}"
    return [f"{attacker} {example} {how}: {trace}" for trace in traces(told.text + log.text, viewer, world.birch)]


@pytest.mark.parametrize("attacker", ATTACKERS)
async def test_whatever_is_asked_nothing_of_another_shop_is_told(either: World, attacker: str) -> None:
    found = []
    for how in ("stolen", "forged", "garbled", "own"):
        for example in EXAMPLES:
            found += await spied(either, attacker, example, how, f"{attacker} once")
    assert found == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=1, max_size=8))
async def test_in_whatever_order_things_are_asked(either: World, steps: list[tuple[str, Example, str, int]]) -> None:
    found = []
    for attacker, example, how, run in steps:
        found += await spied(either, attacker, example, how, f"run {run}")
    assert found == []


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=4, max_size=20))
async def test_in_whatever_order_many_things_are_asked(
    either: World, steps: list[tuple[str, Example, str, int]]
) -> None:
    found = []
    for attacker, example, how, run in steps:
        found += await spied(either, attacker, example, how, f"long run {run}")
    assert found == []


async def test_the_shop_itself_is_told_all_of_it(either: World) -> None:
    """Else the canaries above would sing to nobody."""
    viewer = as_partner(either.birch.partner_id)
    everything = ""
    for example in EXAMPLES:
        if example.field.startswith("Query."):
            names = variants(either, viewer, either.birch)["stolen"]
            everything += (
                await Asking(either.database).ask(viewer, example.field, example.variables(names, names))
            ).text
    words = traces(everything, as_partner(either.amber.partner_id), either.birch)
    assert {either.birch.word, "221785", "739.19", "0.010739"} <= set(words)
    assert {"purchase", "redemption", "hold", "member", "campaign", "draft", "product", "statement", "line"} <= set(
        words
    )


async def test_no_header_and_no_status_tells_either(world: World) -> None:
    viewer = as_partner(world.amber.partner_id)

    async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001
        return Context(viewer=viewer, database=world.database, clock=lambda: NOW, keys=KEYS, snapshots=snapshots)

    tokens = Tokens({"rival": viewer})
    offered = Service(
        engine=Asking(world.database).engine,
        viewer_of=tokens.viewer_of,
        still_stands=tokens.still_stands,
        context_of=context_of,
        body_limit=10**6,
    )
    names = variants(world, viewer, world.birch)
    transport = httpx.ASGITransport(application(offered), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
        for example in EXAMPLES:
            if example.field.startswith("Subscription."):
                continue
            answers = {}
            for how in ("unknown", "stolen", "forged"):
                variables = example.variables(mine(world, viewer), names[how], run="by http")
                response = await http.post(
                    "/graphql",
                    json={"query": document(example.field), "variables": variables},
                    headers={"authorization": "Bearer rival", "x-request-id": "one-and-the-same"},
                )
                told = f"{response.status_code} {sorted(response.headers.items())} {response.text}"
                assert traces(told, viewer, world.birch) == [], example
                answers[how] = told
            if example.names_others:
                assert len(set(answers.values())) == 1, example
