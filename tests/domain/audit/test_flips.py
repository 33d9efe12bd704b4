"""One changed value anywhere in the books is found and named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.audit.canonical import genesis, link
from domain.audit.findings import Finding, Wrong
from domain.audit.sealing import seal
from domain.audit.verifying import verified
from domain.coalition.models import ReturnPolicy
from domain.ids import new_id
from domain.ledger.adjusting import RequestAdjustment, approve_adjustment, post_adjustment, request_adjustment
from domain.ledger.moving import merge_members
from domain.ledger.posting import Door
from domain.ledger.postings import ActionPosting, BenefitGiven, TokenGiven
from domain.members.recognition import KnownMember
from domain.settlement.cycles import cut_off
from domain.storage import Database
from domain.values import Points
from tests.builders.coalition import outlet_of, writing
from tests.builders.ledger import DAY, Books, a_ledger, sign_policy

TABLES = (
    "wallet",
    "entry",
    "transfer",
    "lot",
    "hold",
    "debt",
    "purchase",
    "purchase_return",
    "benefit",
    "action",
    "token",
)

COLUMNS = """
SELECT column_name, data_type, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position
"""

CHANGES = {
    "uuid": "gen_random_uuid()",
    "int4": "COALESCE({0}, 0) + 64",
    "int8": "COALESCE({0}, 0) + 1",
    "numeric": "{0} + 0.000001",
    "bool": "NOT {0}",
    "varchar": "COALESCE({0}, '') || 'x'",
    "bytea": "set_bit(COALESCE({0}, '\\x00'), 0, 1 - get_bit(COALESCE({0}, '\\x00'), 0))",
    "timestamptz": "COALESCE({0}, now()) + interval '1 microsecond'",
    "jsonb": """COALESCE({0}, '{{}}') || '{{"x": 1}}'""",
    "_int4": "{0} || 1",
    "_int8": "{0} || 1::bigint",
    "_numeric": "array_append({0}, 0.5)",
    "_varchar": "array_append({0}, 'x')",
}
"""The smallest change of each type of column."""


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """Books that tests may break."""
    async with a_ledger(database, database_url) as books:
        yield books


async def fill(books: Books) -> None:
    """Everything that can happen, so that every table has rows of every sort."""
    who, old, other = [await books.member() for _ in range(3)]
    outlet = await outlet_of(books.database, books.shop)
    gifts = [BenefitGiven(kind="COUPON", sponsor_id=books.maker.partner_id, amount=Decimal("2.5")) for _ in range(2)]
    bought = books.purchase(
        who,
        books.award(100, last=50 * DAY, campaign_id=new_id(), campaign_version=2),
        books.award(40, wait=2 * DAY, sponsor_id=books.maker.partner_id),
        books.award(9, inactivity_months=2),
        benefits=gifts,
        outlet_id=outlet.outlet_id,
        channel="SHOP",
        staff="ann",
    )
    await books.posted(Door.PURCHASES, bought)
    spent = await books.redeem(who, 60)
    await books.end_hold(who, await books.hold(who, 20), 15)
    await books.hold(who, 5)
    await books.reverse(who, spent, 10)
    await books.posted(Door.ACTIONS, review(books, who))
    await books.give_back(who, bought, 100, 10, benefits=[gifts[0].benefit_id])
    books.now += 3 * DAY
    await books.sweep()
    moved = await books.earn(old, 70)
    await books.redeem(old, 50)
    await merge_members(books.pool, old, other, now=books.now)
    await sign_policy(books, books.shop, ReturnPolicy.DEBT)
    await books.give_back(other, moved, 30)
    async with writing(books.database) as session:
        wanted = await request_adjustment(
            session,
            RequestAdjustment(
                partner_id=books.shop.partner_id,
                wallet_id=who.wallet_id,
                member_id=who.member_id,
                points=Points(3),
                reason="sorry",
                person_id=new_id(),
                expires_at=books.now + DAY,
            ),
            now=books.now,
        )
    async with writing(books.database) as session:
        wanted = await approve_adjustment(session, wanted.adjustment_id, person_id=new_id(), now=books.now)
    await post_adjustment(books.pool, wanted, now=books.now)
    books.now += 2 * DAY + timedelta(hours=1)
    await books.sweep()


def review(books: Books, who: KnownMember) -> ActionPosting:
    """An action that wins a badge."""
    badge = TokenGiven(
        campaign_id=new_id(), campaign_version=1, kind="BADGE", name="Critic", expires_at=books.now + 9 * DAY
    )
    won = {"id": badge.token_id, "campaign": badge.campaign_id, "version": 1, "kind": "BADGE", "name": "Critic"}
    return ActionPosting(
        wallet_id=who.wallet_id,
        member_id=who.member_id,
        partner_id=books.shop.partner_id,
        idempotency_key="action-0001",
        fingerprint=bytes(32),
        occurred_at=books.now,
        kind="REVIEW",
        attributes={"stars": 5},
        facts={"campaigns": [], "tokens": [{**won, "until": badge.expires_at}]},
        awards=[],
        tokens=[badge],
    )


async def break_open(owner: asyncpg.Connection[asyncpg.Record]) -> None:
    """What a hand with every right could do: no triggers, no checks, no keys."""
    for table in TABLES:
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    constraints = await owner.fetch(
        "SELECT conrelid::regclass::text AS of, conname AS name FROM pg_constraint"
        " WHERE contype IN ('c', 'u', 'f') AND conrelid = ANY ($1::regclass[])",
        list(TABLES),
    )
    for constraint in constraints:
        await owner.execute(f"ALTER TABLE {constraint['of']} DROP CONSTRAINT {constraint['name']}")


async def test_every_changed_column_of_every_table_is_found_and_named(books: Books) -> None:
    await fill(books)
    await books.prove()
    await break_open(books.owner)
    missed, unnamed, tried = [], [], 0
    for table in TABLES:
        for column in await books.owner.fetch(COLUMNS, table):
            change = CHANGES[column["udt_name"]].format(column["column_name"])
            for place in await places(books, table, column["column_name"]):
                tried += 1
                findings = await found_after(books, table, column["column_name"], change, place)
                if not findings:
                    missed.append(f"{table}.{column['column_name']}")
                if not any(finding.wallet_id for finding in findings):
                    unnamed.append(f"{table}.{column['column_name']}")
    assert not missed, f"changed and not found: {sorted(set(missed))}"
    assert not unnamed, f"found, but no wallet named: {sorted(set(unnamed))}"
    assert tried > 200


async def places(books: Books, table: str, column: str) -> list[str]:
    """Rows to change: the first and the last that have a value in the column, and of those that have none."""
    rows = await books.owner.fetch(
        f"SELECT min(ctid)::text AS first, max(ctid)::text AS last FROM {table} GROUP BY {column} IS NULL"
    )
    return sorted({place for row in rows for place in row.values()})


async def found_after(books: Books, table: str, column: str, change: str, place: str) -> list[Finding]:
    """What the audit finds in the changed books; the change itself is taken back."""
    transaction = books.owner.transaction()
    await transaction.start()
    try:
        await books.owner.execute(f"UPDATE {table} SET {column} = {change} WHERE ctid = $1::text::tid", place)
        return (await verified(books.owner)).findings
    finally:
        await transaction.rollback()


@pytest.mark.parametrize("table", TABLES)
async def test_every_deleted_row_is_missed(books: Books, table: str) -> None:
    await fill(books)
    await break_open(books.owner)
    for (place,) in await books.owner.fetch(f"SELECT ctid::text FROM {table}"):
        transaction = books.owner.transaction()
        await transaction.start()
        await books.owner.execute(f"DELETE FROM {table} WHERE ctid = $1::text::tid", place)
        report = await verified(books.owner)
        await transaction.rollback()
        assert not report.sound, f"a row of {table} was deleted and not missed"


async def test_a_chain_forged_link_by_link_breaks_the_seal_of_its_cycle(books: Books) -> None:
    """A hand with every right that knows the canonical form rewrites an entry, its hash and the head."""
    who = await books.member()
    await books.earn(who, 10)
    cycle_id = await books.owner.fetchval("SELECT cycle_id FROM cycle")
    async with writing(books.database) as session:
        await cut_off(session, cycle_id, now=books.now)
        await seal(session, cycle_id, now=books.now)
    await books.prove()
    await break_open(books.owner)
    await books.owner.execute("UPDATE entry SET staff = 'nobody'")
    entry = await books.owner.fetchrow("SELECT * FROM entry")
    assert entry is not None
    opened_at = await books.owner.fetchval("SELECT opened_at FROM wallet")
    forged = link(genesis(who.wallet_id, opened_at), entry, await books.owner.fetch("SELECT * FROM transfer"))
    await books.owner.execute("UPDATE entry SET hash = $1", forged)
    await books.owner.execute("UPDATE wallet SET head = $1", forged)
    assert [finding.wrong for finding in (await books.audit()).findings] == [Wrong.SEAL_BROKEN]


async def test_the_last_entry_cut_off_cleanly_is_missed(books: Books) -> None:
    """Even with wallet and lots put back to how they stood before, the sums of the head tell."""
    who = await books.member()
    await books.earn(who, 10)
    before = await books.owner.fetchrow("SELECT * FROM wallet")
    await books.earn(who, 20)
    assert before is not None
    await break_open(books.owner)
    await books.owner.execute("DELETE FROM transfer WHERE points = 20")
    await books.owner.execute("DELETE FROM entry WHERE version = 2")
    await books.owner.execute("DELETE FROM lot WHERE original = 20")
    report = await books.audit()
    assert Wrong.WALLET_DIFFERS in {finding.wrong for finding in report.findings}
