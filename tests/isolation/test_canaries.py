"""Words and figures of one shop are in nothing that leaves the server for anybody else, by whichever way."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.service import Service
from partners.viewer import Viewer
from resolvers.context import Context
from tests.builders.graphql import KEYS, Tokens, application
from tests.isolation.asking import Asking
from tests.isolation.conftest import ONE_WALL, Worlds, without_row_security
from tests.isolation.documents import document
from tests.isolation.filing import DOWNLOADS, NOTHING_OWN
from tests.isolation.names import echoing_no_code
from tests.isolation.operations import EXAMPLES, Example
from tests.isolation.shop import NOW
from tests.isolation.spying import VARIANTS, logged, mine, traces, variants
from tests.isolation.viewers import as_a_webhook, as_member, as_partner, attackers
from tests.isolation.ways import ANSWERS, DOCUMENTS, HOWS, TOKENS, Ways, all_ways
from tests.isolation.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    # Where a field that may not be null is refused, graphql-core drops what it has not begun beside it.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

OPEN_TO_MEMBERS = {"claim_programme", "my_course"}
"""What a shop offers to whoever collects points, wherever that may be."""
ATTACKERS = ("rival", "maker", "wholesaler", "member", "storefront")
SINGLE_USE = {("redeem", "own")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ways(world: World) -> AsyncIterator[Ways]:
    """All ways out, with both walls up."""
    async with all_ways(world) as ways:
        yield ways


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(worlds: Worlds) -> AsyncIterator[tuple[Ways, Ways]]:
    """Two worlds with all ways out: one as it is, and one without row-level security."""
    async with AsyncExitStack() as stack:
        found = []
        for walled in (True, False):
            world = await stack.enter_async_context(worlds())
            found.append(await stack.enter_async_context(all_ways(world)))
            if not walled:
                await without_row_security(world.url)
        yield found[0], found[1]


async def spied(world: World, attacker: str, example: Example, how: str, run: str) -> list[str]:
    """What of Birch's own an attacker finds in the answer, or in the log."""
    viewer = attackers(world)[attacker]
    names = variants(world, viewer, world.birch)[how]
    with logged() as log:
        told = await Asking(world.database).ask(
            viewer, example.field, example.variables(mine(world, viewer), names, run=run)
        )
    assert "INTERNAL" not in told.codes, f"{example} {how}: {log.text}"
    # A proof is checked where nobody knows the seals of ids, so it bears those of its line as they are.
    found = traces(told.text + log.text, viewer, world.birch, plain=example.field == "Query.lineProof")
    found = [one for one in found if attacker != "member" or one not in OPEN_TO_MEMBERS]
    return [f"{attacker} {example} {how}: {trace}" for trace in found]


async def answered(ways: Ways, name: str, how: str) -> list[str]:
    """The same of an answer to its client or its member, and of the mails that went to others."""
    with logged(but=("httpx", "httpcore")) as log:
        said = await ways.answer(name, how)
    birch, viewers = ways.world.birch, (as_member(ways.shop), as_partner(ways.shop.partner_id))
    said += log.text + "".join(str(mail) for mail in ways.entrance.mailbox.mails if birch.word.lower() not in mail.to)
    found = {trace for viewer in viewers for trace in traces(said, viewer, birch, plain=True)}
    return [f"{name} {how}: {trace} in {said}" for trace in found]


async def sent(ways: Ways, number: int, which: int) -> list[str]:
    """The same of what its webhook would send."""
    with logged() as log:
        message = await ways.message(number, which)
    assert "INTERNAL" not in message, log.text
    return [
        f"event {number}: {trace}" for trace in traces(message + log.text, as_a_webhook(ways.shop), ways.world.birch)
    ]


@dataclass(frozen=True)
class Asks:
    """Somebody asks the API."""

    attacker: str
    example: Example
    how: str
    run: int

    async def found(self, ways: Ways) -> list[str]:
        """What this finds of the other shop's own."""
        return await spied(ways.world, self.attacker, self.example, self.how, f"run {self.run}")


@dataclass(frozen=True)
class Tries:
    """The shop's client, or its member, tries a word at the authorization server."""

    name: str
    how: str

    async def found(self, ways: Ways) -> list[str]:
        """What this finds of the other shop's own."""
        return await answered(ways, self.name, self.how)


@dataclass(frozen=True)
class Hears:
    """The shop's webhook is told of an event."""

    number: int
    which: int

    async def found(self, ways: Ways) -> list[str]:
        """What this finds of the other shop's own."""
        return await sent(ways, self.number, self.which)


STEP = st.one_of(
    st.builds(Asks, *map(st.sampled_from, (ATTACKERS, EXAMPLES, VARIANTS, range(4)))),
    st.builds(Tries, st.sampled_from(sorted(ANSWERS)), st.sampled_from(["stolen", "unknown"])),
    st.builds(Tries, st.sampled_from(sorted(set(ANSWERS) - {name for name, _ in SINGLE_USE})), st.just("own")),
    st.builds(Hears, st.integers(0, 500), st.integers(0, len(DOCUMENTS) - 1)),
)


@ONE_WALL
@pytest.mark.parametrize("attacker", ATTACKERS)
async def test_whatever_is_asked_nothing_of_another_shop_is_told(either: World, attacker: str) -> None:
    found = []
    for how in ("forged", "own"):  # test_ids.py asks by the others as well
        for example in EXAMPLES:
            found += await spied(either, attacker, example, how, f"{attacker} once")
    assert found == []


async def test_no_token_page_or_mail_tells_of_another_shop(both: tuple[Ways, Ways]) -> None:
    for ways in both:
        for name in ANSWERS:
            told = {how: await ways.answer(name, how) for how in ("stolen", "unknown")}
            assert told["stolen"] == told["unknown"], name
            for how in HOWS:
                if (name, how) not in SINGLE_USE:
                    assert await answered(ways, name, how) == []


@pytest.mark.slow
async def test_the_same_ways_tell_the_shop_its_own(ways: Ways) -> None:
    """Else nothing above would be found either."""
    amber, viewer = ways.shop, as_a_webhook(ways.shop)
    for name in ("introspect access token", "introspect refresh token", "refresh"):
        assert traces(await ways.answer(name, "own"), viewer, amber, plain=True), name
    for what in DOWNLOADS:
        told = traces(await ways.answer(f"download {what}", "own"), viewer, amber, plain=True)
        assert bool(told) is (what not in NOTHING_OWN), what
    messages = [await ways.message(number, 0) for number in range(len(ways.dues))]
    assert {"member", "purchase", "redemption", "hold", amber.word} <= {
        name for message in messages for name in traces(message, viewer, amber)
    }


async def test_what_another_was_given_still_counts_after_all_that(both: tuple[Ways, Ways]) -> None:
    for ways in both:
        birch = ways.world.birch
        for name in ANSWERS:
            await ways.answer(name, "stolen")
        for what in TOKENS[:2]:
            told = await ways.entrance.post(birch, "/oauth/introspect", token=ways.word(what, "stolen"))
            assert told.json()["active"] is True, what
        assert (await ways.entrance.http.get("/bff/session", headers=birchs_cookie(ways))).json()["csrfToken"]


def birchs_cookie(ways: Ways) -> dict[str, str]:
    """The browser of the other shop's member."""
    return {"Cookie": f"hansa={ways.entrance.words[ways.world.birch.name]['cookie']}"}


@pytest.mark.slow
async def test_no_webhook_tells_of_another_shop_whatever_lies_in_its_queue(both: tuple[Ways, Ways]) -> None:
    for ways in both:
        kept: Counter[bool] = Counter()
        for number in range(len(ways.dues)):
            assert await sent(ways, number, 0) == []
            kept[bool(await ways.message(number, 1))] += 1
        assert kept[True] > 10, "it tells of the shop's own"
        assert kept[False] > 10, "and of nobody else's"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.booleans(), STEP), min_size=1, max_size=6))
async def test_in_whatever_order_things_are_asked(
    both: tuple[Ways, Ways], steps: list[tuple[bool, Asks | Tries | Hears]]
) -> None:
    found = []
    for walled, step in steps:
        found += await step.found(both[not walled])
    assert found == []


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(walled=st.booleans(), steps=st.lists(STEP, min_size=1, max_size=4))
async def test_in_whatever_order_many_things_are_asked(
    both: tuple[Ways, Ways],
    walled: bool,  # noqa: FBT001 - drawn
    steps: list[Asks | Tries | Hears],
) -> None:
    found = []
    for step in steps:
        found += await step.found(both[not walled])
    assert found == []


@ONE_WALL
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


@pytest.mark.slow
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
            for how in ("unknown", "stolen", "forged") if example.names_others else ("own",):
                variables = example.variables(mine(world, viewer), names[how], run="by http")
                response = await http.post(
                    "/graphql",
                    json={"query": document(example.field), "variables": variables},
                    headers={"authorization": "Bearer rival", "x-request-id": "one-and-the-same"},
                )
                said = echoing_no_code(response.text, names[how])
                told = f"{response.status_code} {sorted(response.headers.items())} {said}"
                assert traces(told, viewer, world.birch) == [], example
                answers[how] = told
            if example.names_others:
                assert len(set(answers.values())) == 1, example
