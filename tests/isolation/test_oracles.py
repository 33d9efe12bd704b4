"""Keys tell nobody what another has: a constraint of the database answers alike whether or not something is there.

Foreign keys and unique keys look past row-level security, so each that somebody but the coalition and the server itself
can run into either holds whose it is, or is of ids that we draw at random, or stands on a list with its reason.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain.storage import Sight
from tests.isolation.asking import Asking
from tests.isolation.test_walls import OPEN_TO_ALL
from tests.isolation.viewers import as_partner
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWNERS = {"partner_id", "member_id", "owner_id"}
"""Columns in which the wall lets a viewer write nothing but itself."""

FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text AS source, c.confrelid::regclass::text AS target,
    ARRAY(SELECT a.attname::text FROM unnest(c.conkey) k JOIN pg_attribute a
        ON a.attrelid = c.conrelid AND a.attnum = k) AS columns
FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
"""

UNIQUE_KEYS = """
SELECT i.indexrelid::regclass::text AS key, i.indrelid::regclass::text AS source,
    ARRAY(SELECT a.attname::text FROM unnest(i.indkey) k JOIN pg_attribute a
        ON a.attrelid = i.indrelid AND a.attnum = k) AS columns,
    (SELECT bool_and(a.atttypid = 'uuid'::regtype)
        FROM unnest(i.indkey) k JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k) AS random
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
"""

WRITTEN = """
SELECT p.tablename, string_agg(COALESCE(p.with_check, p.qual), ' OR ') AS law FROM pg_policies p
WHERE 'hansa_app' = ANY (p.roles) AND p.cmd IN ('ALL', 'INSERT', 'UPDATE')
    AND (has_table_privilege('hansa_app', p.tablename::regclass, 'INSERT')
        OR has_any_column_privilege('hansa_app', p.tablename::regclass, 'UPDATE'))
GROUP BY p.tablename
"""

OF_A_FILE = "ids of files are drawn at random, and keys within the partner lead to them"
OF_A_DISPUTE = "the wall takes only disputes that the writer is a side of"
OF_A_CODE = "a digest under the server's key of whose the code is, and of the code"
OF_A_REWARD = "the wall takes only winners of the writer's own rewards"
OF_A_CLAIM = "the wall takes only decisions about claims under the writer's own programmes"
OF_A_BATCH = "ids of batches are drawn at random"
OF_A_CASE = "the wall takes only words in cases that the writer takes part in"
OF_A_GROUP = "the rule takes only firms that the writer serves, and groups that it owns"
OF_A_SEGMENT = "the wall takes only versions of the writer's own segments"

KEYS_WITHOUT_OWNER: Mapping[str, str] = {
    "campaign_agreement → campaign": "whoever agrees is named by the campaign; both ids and versions are given to it",
    "campaign_backtest_share → campaign_backtest": "ids of looks back are drawn at random",
    "pk_campaign": "an id drawn at random, and the version of it",
    "reward_agreement → reward": "whoever agrees is named by the reward; both ids and versions are given to it",
    "pk_reward": "an id drawn at random, and the version of it",
    "pk_review_policy": "an id drawn at random, and the version of it",
    "pk_trial": "an id drawn at random, and the version of it",
    "pk_survey": "an id drawn at random, and the version of it",
    "bonus_agreement → bonus_scheme": "whoever agrees is named by the scheme; both are given to it",
    "bonus_statement → bonus_scheme": "drawn up by the worker; its owner moves its course alone",
    "bonus_statement → business": "drawn up by the worker; its owner moves its course alone",
    "uq_bonus_statement_scheme_id_business_id_starts": "drawn up by the worker; its owner moves its course alone",
    "business_group_member → business": OF_A_GROUP,
    "business_group_member → business_group": OF_A_GROUP,
    "business_service → business": "written by a door; its partner moves its course alone",
    "pk_bonus_scheme": "an id drawn at random, and the version of it",
    "pk_referral_programme": "an id drawn at random, and the version of it",
    "coupon_agreement → coupon": "whoever agrees is named by the coupon; both ids and versions are given to it",
    "trade_in_agreement → trade_in_scheme": "whoever agrees is named by the scheme; both are given to it",
    "pk_trade_in_scheme": "an id drawn at random, and the version of it",
    "activity_agreement → activity": "whoever agrees is named by the activity; both ids and versions are given to it",
    "pk_activity": "an id drawn at random, and the version of it",
    "case_message → service_case": OF_A_CASE,
    "pk_case_message": OF_A_CASE,
    "uq_case_message_case_id_idempotency_key": OF_A_CASE,
    "uq_service_case_key_partner": "the wall takes only cases that the writer is a party of",
    "pk_product_information": "an id drawn at random, and the version of it",
    "code_print → code_batch": OF_A_BATCH,
    "code_void → code_batch": OF_A_BATCH,
    "uq_code_print_batch_id_number": OF_A_BATCH,
    "uq_code_batch_number": "drawn at random by the server, and once more where another has it",
    "claim → claim_programme": "written by a door; its owner and its member move its course alone",
    "claim_decision → claim": OF_A_CLAIM,
    "pk_claim_decision": OF_A_CLAIM,
    "pk_claim_programme": "an id drawn at random, and the version of it",
    "pk_claim_serial": "the wall takes only serials of the writer's own programmes",
    "uq_claim_key": "written by a door; its owner and its member move its course alone",
    "uq_claim_proof": "a digest under a key; whoever claims is told that a proof was claimed, and not by whom",
    "course_certificate → quiz_attempt": "the wall takes only attempts of the writer's own",
    "quiz_attempt → course": "open to all members, and ids are drawn at random",
    "pk_course": "an id drawn at random, and the version of it",
    "uq_course_certificate_number": "drawn from a digest of an id, under a secret seed",
    "pk_coupon": "an id drawn at random, and the version of it",
    "pk_voucher_code": OF_A_CODE,
    "uq_coupon_code_lookup": OF_A_CODE,
    "reward_winner → reward_ticket": OF_A_REWARD,
    "pk_reward_winner": OF_A_REWARD,
    "uq_reward_winner_reward_id_number": OF_A_REWARD,
    "pk_event": "an identity, which no statement sets",
    "dispute → statement_line": "the wall takes only lines that the writer is a side of",
    "dispute_evidence → dispute": OF_A_DISPUTE,
    "dispute_step → dispute": OF_A_DISPUTE,
    "dispute_transfer → dispute": OF_A_DISPUTE,
    "pk_dispute_transfer": OF_A_DISPUTE,
    "pk_partner_file_part": OF_A_FILE,
    "pk_partner_record": OF_A_FILE,
    "pk_partner_posting": OF_A_FILE,
    "uq_reconciliation_exception_file_id_place": OF_A_FILE,
    "payment_confirmation → payment": "the wall takes only payments to the writer",
    "prepaid_pack → contract": "the wall takes only the writer's own contracts",
    "uq_prepaid_pack_reference": "the wall takes only references that bear the writer's own number",
    "segment_version → segment": OF_A_SEGMENT,
    "pk_segment_version": OF_A_SEGMENT,
    "uq_dispute_evidence_dispute_id_by_partner_id_sha256": OF_A_DISPUTE,
}


@pytest_asyncio.fixture(loop_scope="module")
async def amber(world: World) -> AsyncIterator[asyncpg.Connection]:
    """The server's role with the eyes of one of the shops."""
    connection = await asyncpg.connect(world.url, server_settings={"role": "hansa_app"})
    try:
        await connection.execute(f"SET app.sight = '{Sight.partner(world.amber.partner_id).value}'")
        yield connection
    finally:
        await connection.close()


@pytest_asyncio.fixture(loop_scope="module")
async def written(world: World) -> dict[str, str]:
    """The tables that partners or members write, each with what its wall asks of what is written."""
    owner = await asyncpg.connect(world.url)
    try:
        laws = {row["tablename"]: row["law"] for row in await owner.fetch(WRITTEN)}
    finally:
        await owner.close()
    return {table: law for table, law in laws.items() if re.search(r"sees_(partner|member|wallet|any)\(|^true$", law)}


async def fetched(world: World, query: str) -> list[asyncpg.Record]:
    owner = await asyncpg.connect(world.url)
    try:
        rows: list[asyncpg.Record] = await owner.fetch(query)
        return rows
    finally:
        await owner.close()


async def test_keys_hold_whose_they_are(world: World, written: dict[str, str]) -> None:
    bare = {
        f"{row['source']} → {row['target']}"
        for row in await fetched(world, FOREIGN_KEYS)
        if row["source"] in written and row["target"] not in OPEN_TO_ALL and not OWNERS & set(row["columns"])
    }
    bare |= {
        row["key"]
        for row in await fetched(world, UNIQUE_KEYS)
        if row["source"] in written and not row["random"] and not OWNERS & set(row["columns"])
    }
    assert bare == set(KEYS_WITHOUT_OWNER)
    assert {"webhook", "webhook_delivery", "client", "person", "oauth_grant"} <= set(written)


async def refused(connection: asyncpg.Connection, statement: str, *values: Any) -> str:
    """How the database refuses a statement, with the ids taken out."""
    trying = connection.transaction()
    await trying.start()
    try:
        await connection.execute(statement, *values)
    except asyncpg.PostgresError as refusal:
        said = f"{type(refusal).__name__} {refusal} {refusal.as_dict().get('detail')}"
        return re.sub(r"[0-9a-f-]{36}", "…", said)
    finally:
        await trying.rollback()
    return "done"


HOOK = (
    "INSERT INTO webhook (webhook_id, partner_id, client_id, name, url, document, sealed_secret, state, failures,"
    " created_at) VALUES (gen_random_uuid(), $1, $2, 'Hook', 'https://a.example/', '', '', 'ACTIVE', 0, now())"
)
LANE = "INSERT INTO webhook_lane (webhook_id, lane, partner_id, waiting, due_at) VALUES ($2, $2, $1, 0, now())"
DELIVERY = (
    "INSERT INTO webhook_delivery (delivery_id, webhook_id, partner_id, lane, position, number, kind, replays, state,"
    " attempts, created_at) VALUES (gen_random_uuid(), $2, $1, $2, 1, 1, 'X', true, 'WAITING', 0, now())"
)
ATTEMPT = (
    "INSERT INTO webhook_attempt (delivery_id, number, partner_id, started_at, milliseconds, status)"
    " VALUES ($2, 99, $1, now(), 1, 200)"
)
GRANTED = (
    "INSERT INTO oauth_grant (grant_id, client_id, partner_id, member_id, pairwise_id, scopes, created_at, expires_at)"
    " VALUES (gen_random_uuid(), $2, $1, gen_random_uuid(), gen_random_uuid(), '{balance:read}', now(), now())"
)
REVOKED = "UPDATE oauth_grant SET revoked_at = now() WHERE partner_id <> $1 AND grant_id = $2"
CONFIRMED = (
    "INSERT INTO payment_confirmation (payment_id, partner_id, received_on, confirmed_by, confirmed_at)"
    " VALUES ($2, $1, now(), gen_random_uuid(), now())"
)
READ = "INSERT INTO partner_record (file_id, row, partner_id) VALUES ($2, 999, $1)"
HANDED_IN = (
    "INSERT INTO partner_file (file_id, partner_id, mapping_id, name, sequence, dry_run, starts_at, state, received,"
    " told, position, next_row, rows_read, points_read, amount_read, findings, begun_at) VALUES"
    " (gen_random_uuid(), $1, $2, 'F', 99, true, now(), 'UPLOADING', 0, '{}', 0, 1, 0, 0, 0, '[]', now())"
)
CLEARED = (
    "INSERT INTO exception_step (step_id, exception_id, partner_id, what, taken_at)"
    " VALUES (gen_random_uuid(), $2, $1, 'NOTED', now())"
)
ORDERED = (
    "INSERT INTO prepaid_pack (pack_id, partner_id, number, contract_id, packs, points, price, net, tax, gross,"
    " currency, reference, idempotency_key, fingerprint, ordered_at) SELECT gen_random_uuid(), $1, 99, $2, 1, 1, 0, 0,"
    " 0, 0, 'USD', 'RF00' || replace(format('%5s%4s%4s', 99, number, number), ' ', '0'), 'key', '', now()"
    " FROM partner WHERE partner_id = $1"
)
TESTED = "INSERT INTO event (partner_id, kind, subject_id, occurred_at) VALUES ($1, 'WEBHOOK_TESTED', $2, now())"


@pytest.mark.parametrize(
    ("statement", "whose"),
    [
        pytest.param(HOOK, "client_id", id="a webhook with another's client"),
        pytest.param(LANE, "webhook_id", id="a lane of another's webhook"),
        pytest.param(DELIVERY, "webhook_id", id="a delivery to another's webhook"),
        pytest.param(ATTEMPT, "delivery_id", id="an attempt of another's delivery"),
        pytest.param(GRANTED, "client_id", id="a grant to another's client"),
        pytest.param(REVOKED, "grant_id", id="the end of another's grant"),
        pytest.param(HANDED_IN, "mapping_id", id="a file by another's mapping"),
        pytest.param(READ, "file_id", id="a row of another's file"),
        pytest.param(CLEARED, "exception_id", id="a step about another's exception"),
        pytest.param(ORDERED, "contract_id", id="a pack under another's contract"),
        pytest.param(CONFIRMED, "payment_id", id="the arrival of another's payment"),
        pytest.param(TESTED, "webhook_id", id="a test of another's webhook"),
    ],
)
async def test_naming_what_is_anothers_ends_as_naming_nothing(
    world: World, amber: asyncpg.Connection, statement: str, whose: str
) -> None:
    own = world.amber.partner_id
    unknown = await refused(amber, statement, own, uuid4())
    assert await refused(amber, statement, own, getattr(world.birch, whose)) == unknown
    if statement not in {ATTEMPT, GRANTED, REVOKED, TESTED, CONFIRMED}:
        assert ("ForeignKeyViolation" in unknown) is (statement != ORDERED), "of packs, the wall looks first"
        assert await refused(amber, statement, own, getattr(world.amber, whose)) == "done"


async def test_a_pack_bears_the_writers_own_number(world: World, amber: asyncpg.Connection) -> None:
    """References are counted, so whoever might write another's would learn which of them is taken."""
    own, contract = world.amber.partner_id, world.amber.contract_id
    number = await amber.fetchval("SELECT number FROM partner WHERE partner_id = $1", world.birch.partner_id)
    for counted in (1, 99):
        theirs = ORDERED.replace("99", str(counted)).replace("number, number)", f"{number}, {number})")
        assert "row-level security" in await refused(amber, theirs, own, contract)


async def test_nobody_but_the_server_makes_or_widens_a_grant(world: World, amber: asyncpg.Connection) -> None:
    known = world.amber.member
    for sight in (Sight.partner(world.amber.partner_id), Sight.member(known.member_id), Sight("coalition")):
        await amber.execute(f"SET app.sight = '{sight.value}'")
        granted = await refused(amber, GRANTED, world.amber.partner_id, world.amber.client_id)
        assert granted.startswith("InsufficientPrivilegeError"), sight
        for widened in ("scopes = '{history:read}'", "expires_at = now()", "revoked_at = NULL", "member_id = grant_id"):
            said = await refused(amber, f"UPDATE oauth_grant SET {widened}")
            assert said.startswith("InsufficientPrivilegeError"), (sight, widened)
        assert await refused(amber, "UPDATE oauth_grant SET revoked_at = now()") == "done"
        assert await amber.execute("DELETE FROM oauth_grant") == "DELETE 0"


async def test_a_shop_may_use_every_word_that_another_uses(world: World) -> None:
    """Its own keys, numbers, names and addresses clash with nobody else's."""
    viewer, asking = as_partner(world.amber.partner_id), Asking(world.database)
    word, outlet = world.birch.word, world.amber.outlet_code
    basket = {"outletCode": outlet, "currency": "USD", "lines": [{"sku": world.birch.sku, "amount": "1.00"}]}
    client = (await asking.ask(viewer, "Query.clients", {"first": 1})).body["data"]["clients"]["nodes"][0]["id"]
    hook = {"url": "https://1.1.1.1/", "document": "subscription { events { id } }", "client": client}
    done: dict[str, dict[str, Any]] = {
        "Mutation.memberEnrol": {"idempotencyKey": f"{word}enrol00000", "externalId": world.birch.external_id},
        "Mutation.purchaseRecord": {
            **basket,
            "idempotencyKey": f"{word}purchase1",
            "receiptNumber": world.birch.receipt_number,
            "member": {"externalId": world.birch.external_id},
        },
        "Mutation.clientCreate": {"name": f"{word}Client", "scopes": ["purchases:read"]},
        "Mutation.personInvite": {
            "name": f"{word}Person",
            "email": f"person-{word.lower()}@birch.example",
            "roles": ["PARTNER_FINANCE"],
        },
        "Mutation.webhookCreate": {**hook, "idempotencyKey": f"{word}-the-same-key", "name": f"{word}Hook"},
    }
    birchs = as_partner(world.birch.partner_id)
    theirs = (await asking.ask(birchs, "Query.clients", {"first": 1})).body["data"]["clients"]["nodes"][0]["id"]
    given = {**done["Mutation.webhookCreate"], "client": theirs}
    assert (await asking.ask(birchs, "Mutation.webhookCreate", {"input": given}, depth=2)).refusals == []
    for field, said in done.items():
        told = await asking.ask(viewer, field, {"input": said}, depth=2)
        assert told.refusals == [], field
