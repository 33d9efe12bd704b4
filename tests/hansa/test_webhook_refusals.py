"""What a webhook may not be: an address inside, a document that cannot be run by itself, a client that sees more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from domain.storage import opened
from partners.scopes import SANDBOX_DEFAULT, Scope
from tests.builders.served import a_secret
from tests.builders.town import PURCHASES, Town, a_town
from tests.conftest import Fresh

pytestmark = pytest.mark.asyncio(loop_scope="module")

OUTSIDE = "https://1.1.1.1/hook"
FIELDS = " ".join(f"a{number}: id" for number in range(40))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A server with two shops."""
    home: Path = tmp_path_factory.mktemp("home")
    async with fresh() as url, opened(url, connections=4) as database, a_town(database, url, home) as made:
        yield made


def refusal(made: dict[str, Any]) -> tuple[str, list[str]]:
    """The code of a refusal, and what it stems from."""
    (error,) = made["userErrors"]
    assert made["webhook"] is None
    return error["code"], error["path"]


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "https://", "https:///path", "//example.org", "example.org", ""),
        *("https://10.0.0.1/", "https://127.0.0.2/", "https://127.1/", "https://2130706433/", "https://0x7f.1/"),
        *("https://localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest"),
        *("https://192.168.0.1/", "https://100.64.0.1/", "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/"),
        *("https://1.1.1.1:22/", "https://user:word@1.1.1.1/", "https://1.1.1.1/#part", "https://1.1.1.1/ x"),
        *("https://nowhere.invalid/", "https://1.1.1.1/\\", "https://exämple.org/", "https://" + "a" * 3000),
    ],
)
async def test_an_address_that_is_not_the_worlds_is_refused(town: Town, url: str) -> None:
    assert refusal(await town.created(url)) == ("ADDRESS_REFUSED", ["input", "url"])


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "Syntax Error"),
        ("nonsense", "Syntax Error"),
        ("{ viewer { audience } }", "this is a query"),
        ('mutation { clockAdvance(input: { to: "2030-01-01T00:00:00Z" }) { userErrors { code } } }', "a mutation"),
        ("subscription { myWalletChanged { version } }", "`events` alone"),
        ("subscription { events { id } myWalletChanged { version } }", "one top level field"),
        ("subscription A { events { id } } subscription B { events { id } }", "at most 1 operations"),
        ("subscription { events { id nothing } }", "nothing"),
        ("subscription { __schema { types { name } } }", "introspect"),
        ("subscription ($k: [EventKind!]) { events(kinds: $k) { id } }", "$k"),
        ("subscription ($k: [EventKind!]!) { events(kinds: $k) { id } }", "$k"),
        ('subscription { events(after: "") { id } }', "`after`"),
        ("subscription { events(kinds: []) { id } }", "no kind"),
        ("subscription { events(kinds: [NOTHING]) { id } }", "NOTHING"),
        ("subscription { events(kinds: [MEMBER_LINKED]) { ... on PurchaseRecorded { id } } }", "no kind"),
        ("subscription { events { __typename } }", "no kind"),
        ("subscription ($no: Boolean = false) { events @include(if: $no) { id } }", "directive"),
        (f"subscription {{ events {{ {FIELDS} }} }}", "aliases"),
        ("subscription { events { " + "id " * 2000 + "} }", "tokens"),
        ("subscription { events { id } } #" + "x" * 8000, "characters"),
        (
            """subscription { events { member { wallet { activity(first: 100) { nodes { partner { name } } }
                more: activity(first: 100) { nodes { partner { name } } } } } } }""",
            "costs",
        ),
    ],
)
async def test_a_document_that_cannot_be_run_by_itself_is_refused_with_the_reason(
    town: Town, document: str, says: str
) -> None:
    async with town.at() as front:
        found = await front.ask(
            """mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) {
                webhook { id } userErrors { code message path } } }""",
            {"input": {"idempotencyKey": uuid4().hex, "name": "Till", "url": OUTSIDE, "document": document}},
        )
    (error,) = found["webhookCreate"]["userErrors"]
    assert (error["code"], error["path"]) == ("SUBSCRIPTION_REFUSED", ["input", "document"])
    assert says in error["message"]


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        ("subscription { events { id } }", None),
        ("subscription { e: events { kind ... on MemberLinked { id } } }", None),
        (PURCHASES, ["PURCHASE_RECORDED"]),
        ("subscription ($k: [EventKind!] = [MEMBER_LINKED]) { events(kinds: $k) { id } }", ["MEMBER_LINKED"]),
        ("subscription { events { ... on MemberLinked { id } } }", ["MEMBER_LINKED"]),
        (
            """subscription { ...All } fragment All on Subscription { events { ...One } }
            fragment One on CycleChanged { state }""",
            ["CYCLE_CHANGED"],
        ),
        (
            "subscription { events { ... on PurchaseEvent { purchase { id } } __typename } }",
            ["PURCHASE_RECORDED", "PURCHASE_RETURNED"],
        ),
        (
            "subscription { events(kinds: [PURCHASE_RECORDED, MEMBER_LINKED]) { ... on PurchaseEvent { id } } }",
            ["PURCHASE_RECORDED"],
        ),
        ("subscription { events { ... { ... on MemberLinked { ... on Event { id } } } } }", ["MEMBER_LINKED"]),
    ],
)
async def test_the_kinds_of_events_follow_from_the_document(town: Town, document: str, kinds: list[str] | None) -> None:
    hook = await town.hook(OUTSIDE, document=document)
    assert (await town.webhook(hook))["kinds"] == kinds
    await town.step("webhookRemove", webhook=hook.id)


async def test_the_same_request_makes_one_webhook_and_shows_its_secret_once(town: Town) -> None:
    key = uuid4().hex
    first = await town.created(OUTSIDE, idempotencyKey=key)
    again = await town.created(OUTSIDE, idempotencyKey=key)
    other = await town.created(OUTSIDE, idempotencyKey=key, name="Another")
    assert first["secret"].startswith("whsec_")
    assert (again["webhook"]["id"], again["secret"], again["replayed"]) == (first["webhook"]["id"], None, True)
    assert refusal(other)[0] == "IDEMPOTENCY_CONFLICT"
    await town.step("webhookRemove", webhook=first["webhook"]["id"])


@pytest.mark.slow
async def test_a_partner_has_no_more_than_twenty(town: Town) -> None:
    hooks = [await town.hook(OUTSIDE, whose="rival") for _ in range(20)]
    assert refusal(await town.created(OUTSIDE, whose="rival"))[0] == "TOO_MANY_WEBHOOKS"
    for hook in hooks:
        await town.step("webhookRemove", whose="rival", webhook=hook.id)
    assert (await town.created(OUTSIDE, whose="rival"))["userErrors"] == []


async def test_a_program_lends_a_webhook_no_more_than_it_has_itself(town: Town) -> None:
    async with town.at() as front:
        strong = (await front.ask("{ viewer { client { id } } }", {}))["viewer"]["client"]["id"]
    weak = {Scope.WEBHOOKS_MANAGE, Scope.MEMBERS_LOOKUP}
    town.credentials["weak"] = await a_secret(town.database, town.shop, scopes=frozenset(weak))
    above = await town.created(OUTSIDE, whose="weak", client=strong)
    assert refusal(above) == ("WEBHOOK_CLIENT_REFUSED", ["input", "client"])
    blind = await town.created(OUTSIDE, whose="weak")
    assert refusal(blind)[0] == "WEBHOOK_CLIENT_REFUSED", "it may not see purchases"
    hook = await town.hook(OUTSIDE, whose="weak", document="subscription { events { id } }")
    stronger = await town.hook(OUTSIDE)
    for step in ({"client": strong, "webhook": hook.id}, {"url": "https://8.8.8.8/", "webhook": stronger.id}):
        refused = await town.step("webhookChange", whose="weak", **step)
        assert [error["code"] for error in refused["userErrors"]] == ["WEBHOOK_CLIENT_REFUSED"]
    preview = "query ($c: ID!, $d: String!) { webhookPreview(input: { client: $c, document: $d }) { body } }"
    async with town.at("weak") as front:
        with pytest.raises(Exception, match="WEBHOOK_CLIENT_REFUSED"):
            await front.ask(preview, {"c": strong, "d": PURCHASES})
    assert await town.created(OUTSIDE, client=hook.id) == await town.created(OUTSIDE, client="Client_AAAA"), (
        "an id of another thing is none"
    )


async def test_without_the_scope_there_are_no_webhooks(town: Town) -> None:
    town.credentials["other"] = await a_secret(
        town.database, town.shop, scopes=SANDBOX_DEFAULT - {Scope.WEBHOOKS_MANAGE}
    )
    with pytest.raises(Exception, match="FORBIDDEN"):
        await town.created(OUTSIDE, whose="other")
    async with town.at("other") as front:
        with pytest.raises(Exception, match="FORBIDDEN"):
            await front.ask("{ webhooks { id } }", {})


async def test_anothers_webhook_answers_as_one_that_nobody_has(town: Town) -> None:
    hook = await town.hook(OUTSIDE)
    for step in ("webhookTest", "webhookPause", "webhookResume", "webhookRemove"):
        stolen = await town.step(step, whose="rival", webhook=hook.id)
        assert stolen == await town.step(step, whose="rival", webhook="Webhook_AAAA")
        assert [error["code"] for error in stolen["userErrors"]] == ["WEBHOOK_NOT_FOUND"]
    assert (await town.webhook(hook))["state"] == "ACTIVE"
