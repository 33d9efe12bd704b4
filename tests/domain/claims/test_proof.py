"""What is wrong with claims is found: each fault is planted by the owner of the tables, and named."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import pytest

from domain.audit.findings import Wrong
from domain.audit.verifying import verified
from domain.storage import Database
from tests.domain.selling.counter import Counter, a_counter

FAULTS = {
    "paid by another's action": "UPDATE claim SET entry_id = gen_random_uuid()",
    "unknown to its claim": "UPDATE claim SET state = 'APPROVED', entry_id = NULL, entry_wallet_id = NULL",
    "approved by one of two": "UPDATE claim SET approvals_needed = 2, approvals = 2",
    "taken back in words alone": "UPDATE claim SET back_units = 1, taken_units = 1",
}


@pytest.fixture
async def counter(database: Database) -> Counter:
    """A claim that was approved by one person, and paid."""
    made = await a_counter(database)
    scheme, anna = await made.scheme(), await made.seller()
    claim = await made.claims(scheme, anna, serial="S1X")
    await made.approves(claim.claim_id, UUID(int=1))
    assert (await made.turn()).paid == 1
    await made.world.prove()
    return made


@pytest.mark.usefixtures("counter")
async def test_what_is_planted_is_found(owner: asyncpg.Connection) -> None:
    await owner.execute("ALTER TABLE claim DISABLE TRIGGER claim_stays")
    for what, fault in FAULTS.items():
        planting = owner.transaction()
        await planting.start()
        await owner.execute(fault)
        await owner.execute("SET LOCAL app.sight = 'coalition'")
        report = await verify_in(owner)
        assert Wrong.CLAIM_DIFFERS in report, what
        await planting.rollback()


async def verify_in(connection: asyncpg.Connection) -> set[Wrong]:
    """What is found on this very connection."""
    return {finding.wrong for finding in (await verified(connection)).findings}
