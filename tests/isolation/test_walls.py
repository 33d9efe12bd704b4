"""The database's wall alone: with no query's help, plain statements show and touch only what is the viewer's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from domain.storage import NOBODY, Sight
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN_TO_ALL = {
    "coalition",
    "partner",
    "brand",
    "outlet",
    "cycle",
    "settlement_policy",
    "tier_programme",
    "tier_version",
    "product_information",
    "product_recall",
    "case_route",
    "service_hours",
    "survey_policy",
}
"""Who takes part, where, the calendar of settlement, what tiers promise once that is published, what makers tell of
products, who answers which cases and when."""

SOMEBODYS = {"legal_entity": "legal_entity WHERE partner_id IS NOT NULL"}
"""The operator's own company stands on every document; the others are their partners' own."""

PARTIES = {
    *("partner_id", "sponsor_id", "redeemer_id", "owner_id", "debtor_id", "creditor_id", "maker_id", "supplier_id"),
    *("wallet_id", "member_id", "person_id", "client_id", "revoked_id", "joined_through", "partners", "sponsors"),
}
"""Columns that say whose a row is."""

NEW_AND_SOMEBODYS = {
    *("event", "event_forgotten", "webhook", "webhook_request", "webhook_lane", "webhook_delivery", "webhook_attempt"),
    *("oauth_grant", "authorization_code", "pushed_request", "refresh_token", "trail_line", "client", "person"),
    *("dispute", "dispute_transfer", "dispute_evidence", "dispute_step", "dispute_decision"),
    *("passkey_user", "password", "authenticator", "recovery_code", "mailed_code", "browser_session"),
}

GRANTED = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND has_table_privilege('hansa_app', c.oid, $1) ORDER BY 1
"""


TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS walled,
    has_table_privilege('hansa_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') AS reached,
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns,
    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND 'hansa_app'::regrole = ANY (p.polroles)) AS policy,
    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND (0 = ANY (p.polroles) OR NOT p.polpermissive)) AS odd
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'm')
"""
"""Whether each table has its wall up, the server's role reaches it, and a policy is odd: for everybody."""


@pytest_asyncio.fixture(loop_scope="module")
async def app(world: World) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the server's role, in a transaction that is taken back."""
    connection = await asyncpg.connect(world.url, server_settings={"role": "hansa_app"})
    try:
        yield connection
    finally:
        await connection.close()


async def look(connection: asyncpg.Connection, sight: Sight) -> None:
    await connection.execute(f"SET app.sight = '{sight.value}'")


def values(row: asyncpg.Record) -> set[Any]:
    """What stands in a row, the members of its lists among it."""
    found: set[Any] = set()
    for value in row.values():
        found |= set(value) if isinstance(value, list) else {value} if isinstance(value, UUID) else set()
    return found


WITHIN_CASES = {"case_message", "case_turn"}
"""Whose these are the case says, which is held to its own parties."""


async def own_in(app: asyncpg.Connection, table: str, own: set[UUID]) -> set[UUID]:
    """By what a row is somebody's own: by naming it, or a case of its own, or a review that it sees."""
    cases = await app.fetch("SELECT case_id FROM service_case") if table in WITHIN_CASES else []
    reviews = await app.fetch("SELECT review_id FROM review") if table == "review_text" else []
    return own | {row["case_id"] for row in cases} | {row["review_id"] for row in reviews}


def strangers(rows: Iterable[asyncpg.Record], own: set[UUID]) -> list[asyncpg.Record]:
    return [row for row in rows if not values(row) & own]


@pytest.mark.parametrize("who", ["amber", "birch", "maker", "wholesaler"])
async def test_all_of_every_table_is_a_partners_own(world: World, app: asyncpg.Connection, who: str) -> None:
    own, other = world.partner_ids[who], world.amber if who == "birch" else world.birch
    await look(app, Sight.partner(own))
    seen = 0
    for table in [row["relname"] for row in await app.fetch(GRANTED, "SELECT")]:
        rows = await app.fetch(f"SELECT * FROM {SOMEBODYS.get(table, table)}")
        if table not in OPEN_TO_ALL:
            assert strangers(rows, await own_in(app, table, {own})) == [], table
            seen += bool(rows)
        shown = str(rows)
        if who != other.name:
            assert other.word not in shown, table
            assert not any(figure in shown for figure in other.figures), table
    assert seen >= (20 if who in {"amber", "birch"} else 4)


async def test_all_of_every_table_is_a_members_own(world: World, app: asyncpg.Connection) -> None:
    known = world.amber.member
    await look(app, Sight.member(known.member_id))
    seen = set()
    for table in [row["relname"] for row in await app.fetch(GRANTED, "SELECT")]:
        rows = await app.fetch(f"SELECT * FROM {SOMEBODYS.get(table, table)}")
        if table not in OPEN_TO_ALL:
            own = await own_in(app, table, {known.member_id, known.wallet_id})
            assert strangers(rows, own) == [], table
            seen |= {table} if rows else set()
    assert {"wallet", "entry", "transfer", "lot", "purchase", "hold", "member", "link", "consent"} <= seen


@pytest.mark.parametrize("sight", [NOBODY, Sight("partner:"), Sight("server"), Sight("partner:0"), Sight("COALITION")])
async def test_whoever_is_nobody_sees_nothing(app: asyncpg.Connection, sight: Sight) -> None:
    await look(app, sight)
    allowed = OPEN_TO_ALL | ({"client", "person", "oauth_grant"} if sight.value == "server" else set())
    for table in [row["relname"] for row in await app.fetch(GRANTED, "SELECT")]:
        if table not in allowed:
            assert await app.fetchval(f"SELECT count(*) FROM {SOMEBODYS.get(table, table)}") == 0, table


async def test_plain_statements_change_nothing_of_anybody_elses(world: World, app: asyncpg.Connection) -> None:
    own = world.amber.partner_id
    await look(app, Sight.partner(own))
    others = f"position('{own}' IN t::text) = 0"  # its own rows may be held by keys, and are not in question
    for privilege, statement in (
        ("UPDATE", f"UPDATE {{0}} t SET {{1}} = {{1}} WHERE {others} RETURNING *"),
        ("DELETE", f"DELETE FROM {{0}} t WHERE {others} RETURNING *"),
    ):
        for table in [row["relname"] for row in await app.fetch(GRANTED, privilege)]:
            column = await app.fetchval(
                "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 1", table
            )
            changing = app.transaction()
            await changing.start()
            try:
                assert await app.fetch(statement.format(table, column)) == [], table
            except (asyncpg.InsufficientPrivilegeError, asyncpg.CheckViolationError):
                pass  # the coalition's to change, or history, which nobody changes
            finally:
                await changing.rollback()


async def test_every_table_that_says_whose_its_rows_are_is_walled(world: World) -> None:
    owner = await asyncpg.connect(world.url)
    try:
        rows = await owner.fetch(TABLES)
        views = await owner.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
            " AND NOT 'security_invoker=true' = ANY (COALESCE(reloptions, '{}'))"
        )
    finally:
        await owner.close()
    assert [row["relname"] for row in rows if row["reached"] and not (row["walled"] and row["policy"])] == []
    assert {row["relname"] for row in rows if not row["walled"]} == {"alembic_version"}, "whosever its rows are"
    assert {row["relname"] for row in rows if PARTIES & set(row["columns"])} >= NEW_AND_SOMEBODYS
    assert [row["relname"] for row in rows if row["odd"]] == []
    assert views == []


async def test_the_servers_role_owns_nothing_and_steps_over_nothing(world: World) -> None:
    owner = await asyncpg.connect(world.url)
    try:
        for role in ("hansa_app", "hansa_ledger"):
            powers = await owner.fetchrow(
                "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS any, rolcanlogin"
                " FROM pg_roles WHERE rolname = $1",
                role,
            )
            assert powers is not None
            assert tuple(powers) == (False, False), role
            assert not await owner.fetchval("SELECT has_schema_privilege($1, 'public', 'CREATE')", role)
            assert not await owner.fetchval(
                "SELECT EXISTS (SELECT FROM pg_auth_members WHERE member = $1::regrole)", role
            )
            assert not await owner.fetchval("SELECT EXISTS (SELECT FROM pg_class WHERE relowner = $1::regrole)", role)
        assert not await owner.fetchval("SELECT EXISTS (SELECT FROM pg_proc WHERE proowner = 'hansa_app'::regrole)")
        assert await owner.fetchval(
            "SELECT bool_and(prosecdef) FROM pg_proc WHERE proowner = 'hansa_ledger'::regrole"
        ), "the ledger's role owns its doors and nothing else"
    finally:
        await owner.close()
