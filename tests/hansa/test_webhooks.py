"""Webhooks over the API and over HTTP: signed, in order, tried again, replayed, and shown to their owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select
from standardwebhooks import WebhookVerificationError

from domain.ids import ClientId, PartnerId
from domain.members import consents
from domain.members.models import Consent, ConsentPurpose
from domain.storage import Database
from hansa.storefront import Card
from hansa.worker import working
from partners.clients import ceilings, registering
from partners.clients.registering import ChangeClient
from partners.scopes import SANDBOX_DEFAULT, Scope
from partners.standing import SERVER
from tests.builders.coalition import writing
from tests.builders.receiving import Arrival, Manner, a_receiver
from tests.builders.served import a_secret, settings_for
from tests.builders.town import HASTY, PURCHASES, Hook, Town, a_town, basket
from tests.builders.webhooks import transacted

BALANCES = """subscription { events(kinds: [PURCHASE_RECORDED]) {
    kind member { id wallet { available } } } }"""


@pytest.fixture
async def town(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """A server with two shops, one member each."""
    async with a_town(database, database_url, tmp_path) as made:
        for whose, card in (("shop", "ADA 1"), ("rival", "BOB 1")):
            async with made.at(whose) as front:
                await front.enrol(card=card, consents=["BALANCE"])
        yield made


async def ended(town: Town, hook: Hook, count: int, state: str = "DELIVERED") -> list[dict[str, Any]]:
    """Wait until so many deliveries have come to this end."""
    for _ in range(300):
        found = await town.deliveries(hook, state=state)
        if len(found) >= count:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(await town.deliveries(hook))


async def rescoped(town: Town, scopes: frozenset[Scope]) -> None:
    """The shop's client is left these scopes."""
    client_id = ClientId(UUID(town.credentials["shop"].client_id))
    async with writing(town.database) as session:
        await registering.change(session, ChangeClient(client_id=client_id, scopes=scopes), now=datetime.now(UTC))


async def test_what_happens_arrives_signed_and_shows_what_the_document_asks_for(town: Town) -> None:
    async with a_receiver() as receiver, town.worker(), town.at() as front:
        hook = await town.hook(receiver.url("/hook?x=1"))
        bought = await front.purchase(basket("ADA 1"))
        (arrival,) = await receiver.until(1)
        (delivery,) = await ended(town, hook, 1)
    assert arrival.path == "/hook?x=1"
    assert arrival.headers["content-type"] == "application/json"
    arrival.verified(hook.secret)
    with pytest.raises(WebhookVerificationError):
        arrival.verified("whsec_" + "A" * 43 + "=")
    assert arrival.content["type"] == "purchase.recorded"
    assert arrival.event["kind"] == "PURCHASE_RECORDED"
    assert arrival.event["purchase"]["id"] == bought.id
    assert arrival.content["eventId"] == arrival.event["id"]
    assert set(arrival.content) == {"type", "timestamp", "eventId", "data"}
    assert delivery["messageId"] == arrival.message_id
    assert delivery["attempts"] == [{"number": 1, "status": 200, "answer": "ok", "problem": None}]


async def test_nothing_of_another_shop_ever_arrives(town: Town) -> None:
    async with a_receiver() as receiver, town.worker():
        hooks = {whose: await town.hook(receiver.url(f"/{whose}"), whose=whose) for whose in ("shop", "rival")}
        for _ in range(3):
            for whose, card in (("shop", "ADA 1"), ("rival", "BOB 1")):
                async with town.at(whose) as front:
                    await front.purchase(basket(card))
        arrivals = await receiver.until(6)
    members = {whose: {one.event["member"]["id"] for one in arrivals if one.path == f"/{whose}"} for whose in hooks}
    assert [len(found) for found in members.values()] == [1, 1]
    assert members["shop"] != members["rival"]
    for one in arrivals:
        one.verified(hooks[one.path[1:]].secret)


@pytest.mark.parametrize(
    ("manner", "told"),
    [
        (Manner(status=500, body="oh\0no"), {"status": 500, "answer": "oh\ufffdno", "problem": None}),
        (Manner(status=302, headers={"Location": "/elsewhere"}), {"status": 302, "answer": "ok", "problem": None}),
        pytest.param(Manner(status=400), {"status": 400, "answer": "ok", "problem": None}, marks=pytest.mark.slow),
        (Manner(hangs=True), {"status": None, "answer": None, "problem": "no answer in time"}),
    ],
)
async def test_whatever_is_no_success_is_tried_again_and_told(town: Town, manner: Manner, told: dict[str, Any]) -> None:
    turns = iter([manner, manner])
    async with a_receiver(lambda _: next(turns, Manner(status=204, body=""))) as receiver, town.worker():
        hook = await town.hook(receiver.url())
        async with town.at() as front:
            await front.purchase(basket("ADA 1"))
        (delivery,) = await ended(town, hook, 1)
    assert len({arrival.message_id for arrival in receiver.arrivals}) == 1
    assert {arrival.path for arrival in receiver.arrivals} == {"/"}, "no redirect is followed"
    for arrival in receiver.arrivals:
        arrival.verified(hook.secret)
    first, second, third = delivery["attempts"]
    assert first == {"number": 1, **told}
    assert second == {"number": 2, **told}
    assert (third["number"], third["status"]) == (3, 204)


async def test_a_long_answer_is_cut_and_counts(town: Town) -> None:
    async with a_receiver(lambda _: Manner(body="x" * 300_000)) as receiver, town.worker():
        hook = await town.hook(receiver.url())
        async with town.at() as front:
            await front.purchase(basket("ADA 1"))
        (delivery,) = await ended(town, hook, 1)
    assert delivery["attempts"] == [{"number": 1, "status": 200, "answer": "x" * 500, "problem": None}]


@pytest.mark.slow
async def test_purchases_of_a_member_arrive_in_order_though_attempts_fail(town: Town) -> None:
    count = 8
    failing = iter(Manner(status=503) if number % 3 else Manner() for number in range(10_000))
    seen: list[Arrival] = []

    def behave(arrival: Arrival) -> Manner:
        manner = next(failing)
        if manner.status == 200:
            seen.append(arrival)
        return manner

    async with a_receiver(behave) as receiver, town.worker(), town.worker(), town.at() as front:
        hook = await town.hook(receiver.url())
        bought = [(await front.purchase(basket("ADA 1"))).id for _ in range(count)]
        await ended(town, hook, count)
    assert [arrival.event["purchase"]["id"] for arrival in seen] == bought
    first: list[str] = list(dict.fromkeys(arrival.event["purchase"]["id"] for arrival in receiver.arrivals))
    assert first == bought, "not even an attempt overtakes"


async def test_a_test_goes_the_way_of_all_events(town: Town) -> None:
    async with a_receiver() as receiver, town.worker():
        hook = await town.hook(receiver.url())
        other = await town.hook(receiver.url("/other"), document="subscription { events { id } }")
        assert (await town.step("webhookTest", webhook=hook.id))["userErrors"] == []
        (arrival,) = await receiver.until(1)
        await ended(town, hook, 1)
    arrival.verified(hook.secret)
    assert arrival.content["type"] == "webhook.tested"
    assert arrival.event["kind"] == "WEBHOOK_TESTED"
    assert await town.deliveries(other) == []


async def test_what_happens_while_paused_waits(town: Town) -> None:
    async with a_receiver() as receiver, town.worker(), town.at() as front:
        hook = await town.hook(receiver.url())
        paused = await town.step("webhookPause", webhook=hook.id)
        assert paused["webhook"] == {"state": "PAUSED", "reason": "Paused by hand."}
        bought = [(await front.purchase(basket("ADA 1"))).id for _ in range(3)]
        refused = await town.step("webhookTest", webhook=hook.id)
        assert [error["code"] for error in refused["userErrors"]] == ["WEBHOOK_NOT_ACTIVE"]
        await ended(town, hook, 3, "WAITING")
        assert receiver.arrivals == []
        await town.step("webhookResume", webhook=hook.id)
        arrivals = await receiver.until(3)
    assert [arrival.event["purchase"]["id"] for arrival in arrivals] == bought


async def test_for_the_grace_both_secrets_sign_and_then_the_new_one_alone(town: Town) -> None:
    async with a_receiver() as receiver, town.worker(), town.at() as front:
        hook = await town.hook(receiver.url())
        key, shows = uuid4().hex, "secret replayed webhook { previousSecretUntil }"
        said = {"idempotencyKey": key, "webhook": hook.id}
        rotated = await town.step("webhookRotateSecret", shows=shows, graceHours=1, **said)
        again = await town.step("webhookRotateSecret", shows=shows, graceHours=1, **said)
        assert rotated["webhook"]["previousSecretUntil"]
        assert (again["secret"], again["replayed"]) == (None, True), "a secret is shown once"
        await front.purchase(basket("ADA 1"))
        (both,) = await receiver.until(1)
        both.verified(hook.secret)
        both.verified(rotated["secret"])
        last = await town.step(
            "webhookRotateSecret", shows=shows, idempotencyKey=uuid4().hex, webhook=hook.id, graceHours=0
        )
        await front.purchase(basket("ADA 1"))
        (_, alone) = await receiver.until(2)
        alone.verified(last["secret"])
        for old in (hook.secret, rotated["secret"]):
            with pytest.raises(WebhookVerificationError):
                alone.verified(old)


async def test_a_removed_webhook_hears_no_more_and_is_not_to_be_found(town: Town) -> None:
    async with a_receiver() as receiver, town.at() as front:
        hook = await town.hook(receiver.url())
        await front.purchase(basket("ADA 1"))
        await town.step("webhookRemove", webhook=hook.id)
        async with town.worker():
            other = await town.hook(receiver.url("/other"))
            await front.purchase(basket("ADA 1"))
            await ended(town, other, 1)
        found = await front.ask("query ($id: ID!) { webhook(id: $id) { id } node(id: $id) { id } }", {"id": hook.id})
    assert {arrival.path for arrival in receiver.arrivals} == {"/other"}
    assert found == {"webhook": None, "node": None}
    for step in ("webhookTest", "webhookPause", "webhookResume", "webhookRemove"):
        refused = await town.step(step, webhook=hook.id)
        assert [error["code"] for error in refused["userErrors"]] == ["WEBHOOK_NOT_FOUND"]


async def test_what_was_missed_is_sent_again_in_order_as_new_messages(town: Town) -> None:
    shows = "deliveries after replayed"
    async with a_receiver() as receiver, town.worker(), town.at() as front:
        bought = [(await front.purchase(basket("ADA 1"))).id for _ in range(4)]
        hook = await town.hook(receiver.url())
        page = await front.ask("{ events(first: 1, kinds: [PURCHASE_RECORDED]) { nodes { cursor } } }", {})
        (first,) = page["events"]["nodes"]
        said = {"webhook": hook.id, "idempotencyKey": uuid4().hex, "after": first["cursor"]}
        done = [await town.step("webhookReplay", shows=shows, **said) for _ in range(2)]
        assert [(one["deliveries"], one["after"], one["replayed"]) for one in done] == [
            (3, None, False),
            (3, None, True),
        ]
        await receiver.until(3)
        latest = (await ended(town, hook, 3))[:2]
        named = [delivery["id"] for delivery in latest]
        said = {"webhook": hook.id, "idempotencyKey": uuid4().hex}
        await town.step("webhookReplay", shows=shows, deliveries=named, **said)
        await receiver.until(5)
        said = {"webhook": hook.id, "idempotencyKey": uuid4().hex}
        await town.step("webhookReplay", shows=shows, since="2020-01-01T00:00:00Z", **said)
        arrivals = await receiver.until(9)
        conflict = await town.step("webhookReplay", shows=shows, since="2021-01-01T00:00:00Z", **said)
    assert [one.event["purchase"]["id"] for one in arrivals] == [*bought[1:], *bought[2:], *bought]
    assert len({one.message_id for one in arrivals}) == 9
    assert [error["code"] for error in conflict["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]


async def test_a_change_of_the_document_counts_for_what_waits(town: Town) -> None:
    async with a_receiver() as receiver, town.at() as front:
        hook = await town.hook(receiver.url(), document="subscription { events { id } }")
        await front.purchase(basket("ADA 1"))
        bought = await front.purchase(basket("ADA 1"))
        await front.redeem(Card("ADA 1"), 5)
        document = "subscription { events(kinds: [REDEMPTION_CAPTURED]) { kind } }"
        changed = await town.step("webhookChange", shows="webhook { kinds }", webhook=hook.id, document=document)
        assert changed["webhook"]["kinds"] == ["REDEMPTION_CAPTURED"]
        async with town.worker():
            (arrival,) = await receiver.until(1)
            await ended(town, hook, 1)
            unwanted = await town.deliveries(hook, state="UNWANTED")
    assert arrival.content["data"] == {"events": {"kind": "REDEMPTION_CAPTURED"}}
    assert {delivery["kind"] for delivery in unwanted} <= {"PURCHASE_RECORDED"}
    assert bought.id not in str([one.body for one in receiver.arrivals])


async def test_a_scope_that_was_taken_away_is_told_and_nothing_else(town: Town) -> None:
    async with a_receiver() as receiver, town.at() as front:
        hook = await town.hook(receiver.url())
        bought = await front.purchase(basket("ADA 1"))
        await rescoped(town, SANDBOX_DEFAULT - {Scope.PURCHASES_READ})
        async with town.worker():
            (arrival,) = await receiver.until(1)
    arrival.verified(hook.secret)
    assert set(arrival.content) == {"type", "timestamp", "data", "errors"}
    assert arrival.content["data"] is None
    assert [error["extensions"]["code"] for error in arrival.content["errors"]] == ["FORBIDDEN"]
    assert bought.id not in arrival.body.decode()


async def test_a_lower_ceiling_takes_away_as_much(town: Town) -> None:
    async with a_receiver() as receiver, town.at() as front:
        await town.hook(receiver.url())
        await front.purchase(basket("ADA 1"))
        async with writing(town.database) as session:
            lower = SANDBOX_DEFAULT - {Scope.PURCHASES_READ}
            await ceilings.set_ceiling(session, PartnerId(town.shop.partner_id), lower, now=datetime.now(UTC))
        async with town.worker():
            (arrival,) = await receiver.until(1)
    assert arrival.content["data"] is None


async def test_a_consent_that_was_revoked_hides_what_it_allowed(town: Town) -> None:
    async with a_receiver() as receiver, town.at() as front:
        hook = await town.hook(receiver.url(), document=BALANCES)
        await front.purchase(basket("ADA 1"))
        async with town.worker():
            (shown,) = await receiver.until(1)
            await ended(town, hook, 1)
        await front.purchase(basket("ADA 1"))
        await revoked(town, ConsentPurpose.BALANCE)
        async with town.worker():
            (_, hidden) = await receiver.until(2)
    assert shown.event["member"]["wallet"] == {"available": "10"}
    assert shown.content.get("errors") is None
    assert "20" not in str(hidden.content["data"])
    assert [error["extensions"]["code"] for error in hidden.content["errors"]] == ["CONSENT_MISSING"]


async def revoked(town: Town, purpose: ConsentPurpose) -> None:
    """Every member takes this consent back."""
    async with writing(town.database) as session:
        rows = (await session.scalars(select(Consent).where(Consent.purpose == purpose))).all()
    for row in rows:
        whose = row.member_id, row.partner_id
        await transacted(town.database, consents.revoke, *whose, purpose, sight=SERVER)


async def test_a_revoked_client_pauses_its_webhook(town: Town) -> None:
    async with a_receiver() as receiver:
        other = await a_secret(town.database, town.shop)
        async with town.at() as front:
            hook = await town.hook(receiver.url())
            await front.purchase(basket("ADA 1"))
        async with writing(town.database) as session:
            client_id = ClientId(UUID(town.credentials["shop"].client_id))
            await registering.revoke(session, client_id, now=datetime.now(UTC))
        town.credentials["shop"] = other
        async with town.worker():
            for _ in range(200):
                found = await town.webhook(hook)
                if found["state"] != "ACTIVE":
                    break
                await asyncio.sleep(0.05)
        refused = await town.step("webhookResume", webhook=hook.id)
    assert (found["state"], found["reason"]) == ("PAUSED", "The client it acts as was revoked.")
    assert receiver.arrivals == []
    assert [error["code"] for error in refused["userErrors"]] == ["WEBHOOK_CLIENT_REFUSED"]


@pytest.mark.slow
async def test_an_endpoint_that_was_down_gets_all_of_it_in_order(town: Town) -> None:
    async with a_receiver() as gone:
        url = gone.url()
        hook = await town.hook(url)
    async with town.worker(), town.at() as front:
        bought = [(await front.purchase(basket("ADA 1"))).id for _ in range(4)]
        for _ in range(100):
            found = await town.webhook(hook)
            if found["failingSince"]:
                break
            await asyncio.sleep(0.05)
        assert found["failingSince"]
        async with a_receiver() as receiver:
            await town.step("webhookChange", webhook=hook.id, url=receiver.url())
            arrivals = await receiver.until(4)
            deliveries = await ended(town, hook, 4)
        assert (await town.webhook(hook))["failingSince"] is None
    assert [arrival.event["purchase"]["id"] for arrival in arrivals] == bought
    assert deliveries[-1]["attempts"][0]["problem"] == "no connection"


async def test_an_address_is_looked_at_again_at_each_delivery(town: Town) -> None:
    """What leads inside now, as after a change of its name, is not sent to."""
    async with a_receiver() as receiver, town.at() as front:
        hook = await town.hook(receiver.url())
        await front.purchase(basket("ADA 1"))
        settings, stopping = settings_for(town.database_url, town.home), asyncio.Event()
        worker = asyncio.create_task(working(settings, town.database, stopping, pace=HASTY))
        for _ in range(200):
            (delivery,) = await town.deliveries(hook) or [{"attempts": []}]
            if delivery["attempts"]:
                break
            await asyncio.sleep(0.05)
        stopping.set()
        await worker
    assert receiver.arrivals == []
    assert delivery["attempts"][0]["status"] is None
    assert delivery["attempts"][0]["problem"].startswith("An address begins with https://")


async def test_a_document_is_tried_on_what_has_happened(town: Town) -> None:
    document = """query ($document: String!, $event: ID) {
        webhookPreview(input: { document: $document, event: $event }) { kinds body } }"""
    async with town.at() as front:
        nothing = await front.ask(document, {"document": "subscription { events(kinds: [REDEMPTION_VOIDED]) { id } }"})
        bought = await front.purchase(basket("ADA 1"))
        await asyncio.sleep(0.7)
        shown = await front.ask(document, {"document": PURCHASES})
        await rescoped(town, SANDBOX_DEFAULT - {Scope.PURCHASES_READ})
    async with town.at() as front:
        hidden = await front.ask(document, {"document": PURCHASES})
    assert nothing["webhookPreview"] == {"kinds": ["REDEMPTION_VOIDED"], "body": None}
    assert shown["webhookPreview"]["kinds"] == ["PURCHASE_RECORDED"]
    assert bought.id in shown["webhookPreview"]["body"]
    assert bought.id not in hidden["webhookPreview"]["body"]
    assert "FORBIDDEN" in hidden["webhookPreview"]["body"]
