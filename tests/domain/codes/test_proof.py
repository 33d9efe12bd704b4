"""What somebody changes about codes behind the books' back is found."""

from __future__ import annotations

import asyncpg

from domain.audit.coding import codes_amiss
from domain.audit.findings import Wrong
from domain.audit.verifying import verify
from domain.codes.models import BatchKind
from domain.storage import Database
from tests.domain.codes.pantry import a_pantry

CHANGES = {
    "another member": "UPDATE code_use SET member_id = gen_random_uuid()",
    "another maker": "UPDATE code_use SET partner_id = gen_random_uuid()",
    "another time": "UPDATE code_use SET used_at = used_at + interval '1 hour'",
    "another entry": "UPDATE code_use SET entry_id = gen_random_uuid()",
    "another code": "UPDATE code_use SET serial = serial + 1",
    "beyond the batch": "UPDATE code_use SET serial = 4000000",
    "a use that is gone": "DELETE FROM code_use",
    "a code that is gone": "DELETE FROM code WHERE serial = 3",
    "a code out of nothing": "INSERT INTO code SELECT '\\x00', batch_id, serial + 90 FROM code WHERE serial = 3",
    "a code moved": "UPDATE code SET serial = 90 WHERE serial = 3",
}


async def test_each_change_is_found(database: Database, owner: asyncpg.Connection) -> None:
    pantry = await a_pantry(database)
    await pantry.paying()
    codes = [(await pantry.live(kind))[1][2] for kind in BatchKind]
    anna = await pantry.member()
    for code in codes:
        await pantry.enters(anna, code)
    await pantry.world.prove()
    for table in ("code_use", "code", "code_batch"):
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER")
    for what, change in CHANGES.items():
        passing = owner.transaction()
        await passing.start()
        await owner.execute(change)
        assert {finding.wrong for finding in await codes_amiss(owner)} == {Wrong.CODE_DIFFERS}, what
        await passing.rollback()
    await owner.execute(CHANGES["a use that is gone"])
    assert Wrong.CODE_DIFFERS in {finding.wrong for finding in (await verify(owner)).findings}
