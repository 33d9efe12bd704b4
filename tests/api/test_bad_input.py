"""What is wrong with a request is refused by name, with what to do about it, and nothing of it is done."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
import pytest_asyncio

from domain.audit.verifying import verify
from domain.coalition.models import PartnerStatus
from domain.coalition.partners import change_status
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef, recognise
from domain.storage import COALITION, opened
from hansa.service import Service
from partners.scopes import PersonRole
from partners.viewer import Viewer
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.api import bad_inputs
from tests.api.bad_houses import HOUSES, SOUND_HOUSES
from tests.api.bad_inputs import TYPED, USED, Bad
from tests.builders.graphql import KEYS, Tokens, application
from tests.conftest import Fresh
from tests.isolation.names import names_of
from tests.isolation.shop import NOW, acting
from tests.isolation.spying import contents, latest_transaction
from tests.isolation.viewers import as_partner, viewer_in
from tests.isolation.world import World, a_world
from tests.shape.tree import ROOT

DOCUMENTED = set(
    re.findall(r"^### (\w+)$", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
) | set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "faults.md").read_text(encoding="utf-8"), re.MULTILINE))


BAD = [*bad_inputs.BAD, *HOUSES]
SOUND = {**bad_inputs.SOUND, **SOUND_HOUSES}

OUT_OF_ORDER = {"SETTLEMENT_OUT_OF_ORDER", "FOLLOWING_CYCLE_STANDS"}
"""What settlement says to a sound step at another's turn."""


class Api:
    """The API over HTTP, asked by name."""

    def __init__(self, world: World, http: httpx.AsyncClient, viewers: dict[str, Viewer]) -> None:
        self.world, self.http, self.viewers = world, http, viewers
        self.before: Mapping[str, str] = {}
        self.written = 0
        self.minutes = 0

    async def contents(self) -> Mapping[str, str]:
        """What the database holds; looked at only where a transaction has written since."""
        written = await latest_transaction(self.world.url)
        if written != self.written:
            self.before, self.written = await contents(self.world.url), written
        return self.before

    async def send(self, bad: Bad) -> list[dict[str, Any]]:
        """What is said against a request."""
        return await self.refusals(bad.who, bad.mutation, self.input_of(bad))

    def input_of(self, bad: Bad) -> dict[str, Any]:
        """The sound input with what is wrong in it."""
        names = names_of(self.world.amber, self.world, self.viewers[bad.who])
        given = deepcopy(SOUND[bad.mutation](names))
        if "idempotencyKey" in given:
            given["idempotencyKey"] = sha256(str(bad).encode()).hexdigest()[:32]
        for path, value in bad.changes.items():
            *above, last = path.split(".")
            place: Any = given
            for step in above:
                place = place[int(step) if step.isdigit() else step]
            place[int(last) if last.isdigit() else last] = value(names) if callable(value) else value
        return given

    async def refusals(self, who: str, field: str, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Errors and userErrors alike, each with code, message and path."""
        kind = field[0].upper() + field[1:]
        text = f"mutation M($input: {kind}Input!) {{ {field}(input: $input) {{ userErrors {{ code message path }} }} }}"
        response = await self.http.post(
            "/graphql",
            json={"query": text, "variables": {"input": given}},
            headers={"authorization": f"Bearer {who}"},
        )
        assert response.status_code < 500, response.text
        body = response.json()
        faults = [{"code": one["extensions"]["code"], **one} for one in body.get("errors", [])]
        return faults or list(body["data"][field]["userErrors"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(fresh: Fresh) -> AsyncIterator[Api]:
    """A shop, its coalition, and two partners that trade no more."""
    async with fresh() as url, opened(url, connections=4) as database:
        world = await a_world(database, url)
        await _retire(world)
        viewers = {
            "shop": as_partner(world.amber.partner_id),
            "suspended": as_partner(world.wholesaler),
            "closed": as_partner(world.maker),
            "admin": viewer_in(PersonRole.COALITION_ADMIN, world.amber),
            "preparer": viewer_in(PersonRole.COALITION_PREPARER, world.amber),
            "desk": viewer_in(PersonRole.COALITION_SERVICE, world.amber),
        }

        async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001
            return Context(
                viewer=viewer,
                database=database,
                clock=lambda: NOW + timedelta(minutes=made.minutes),
                keys=KEYS,
                snapshots=snapshots,
            )

        who = Tokens(dict(viewers))
        offered = Service(
            engine=Engine(product()), context_of=context_of, viewer_of=who.viewer_of, still_stands=who.still_stands
        )
        transport = httpx.ASGITransport(application(offered), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://hansa.test") as http:
            made = Api(world, http, viewers)
            used = SOUND["purchaseRecord"](names_of(world.amber, world, viewers["shop"])) | {"idempotencyKey": USED}
            assert await made.refusals("shop", "purchaseRecord", used) == []
            yield made


async def _retire(world: World) -> None:
    """The wholesaler is suspended, the maker has left and closed; both have met the shop's member before."""
    card = MemberRef(identifier=Identifier.card(world.amber.card))
    for partner_id, steps in (
        (world.wholesaler, [PartnerStatus.SUSPENDED]),
        (world.maker, [PartnerStatus.LEAVING, PartnerStatus.CLOSED]),
    ):
        await recognise(world.database.pool, [card], partner_id, key=KEYS.lookups, now=NOW)
        for status in steps:
            async with acting(world.database, COALITION) as session:
                await change_status(session, partner_id, status)


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_each_is_refused_by_name_and_nothing_is_done(api: Api) -> None:
    wrong = []
    for bad in BAD:
        before = await api.contents()
        refusals = await api.send(bad)
        after = await api.contents()
        if [one["code"] for one in refusals] != [bad.code] or not names(refusals[0], bad.named):
            wrong.append(f"{bad}: {refusals or 'done'}; and not {bad.code} at {bad.named}")
        elif after != before:
            wrong.append(f"{bad}: refused, yet something changed")
    assert wrong == []


def test_every_refusal_among_them_says_what_to_do() -> None:
    assert {bad.code for bad in BAD} <= DOCUMENTED


def names(refusal: dict[str, Any], path: str) -> bool:
    """Whether a refusal names a field or something in it; a fault says it in its message, in GraphQL's own words."""
    told = ".".join(refusal.get("path") or [])
    if refusal["code"] != TYPED or told:
        return told == path or (told + ".").startswith(path + ".") or not path
    inside = re.sub(r"\.(\d+)", r"[\1]", path.removeprefix("input"))
    return inside in refusal["message"] or "must specify exactly one key" in refusal["message"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_retry_without_a_date_is_the_same_request_a_minute_later(api: Api) -> None:
    viewer = api.viewers["shop"]
    own = names_of(api.world.amber, api.world, viewer)
    for field in ("purchaseRecord", "redemptionMake", "redemptionAuthorize", "redemptionReverse"):
        given = SOUND[field](own) | {"idempotencyKey": f"retried-{field}"}
        if field == "redemptionReverse":
            given["points"] = "1"
        assert await api.refusals("shop", field, given) == []
        api.minutes += 1
        assert await api.refusals("shop", field, given) == [], "the same request"
        assert [one["code"] for one in await api.refusals("shop", field, given | {"occurredAt": NOW.isoformat()})] == [
            "IDEMPOTENCY_CONFLICT"
        ]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_sound_inputs_are_sound(api: Api) -> None:
    """Else what is wrong with the bad ones might be something else; run last, since they are done."""
    who = {"partnerAdmit": "admin", "outletsOpen": "admin", "contractDrawUp": "admin", "clockAdvance": "admin"}
    who |= {
        "cyclePropose": "preparer",
        "cycleCompute": "preparer",
        "adjustmentRequest": "desk",
        "cycleVoid": "preparer",
        "ceilingSet": "admin",
    }
    for field in SOUND:
        sound = Bad("nothing", field, "", "", {}, who.get(field, "shop"))
        given = api.input_of(sound)
        told = await api.refusals(sound.who, field, given)
        assert {one["code"] for one in told} <= OUT_OF_ORDER, (field, told)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_books_are_sound_after_all_that(api: Api) -> None:
    async with api.world.database.pool.acquire() as connection:
        report = await verify(connection)
    assert report.sound, report.findings
