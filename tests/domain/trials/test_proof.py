"""What somebody changes of reviews and trials behind the books' back is found."""

from __future__ import annotations

import asyncpg

from domain.audit.findings import Wrong
from domain.audit.verifying import verified, verify
from domain.reviews.policies import Publishes
from domain.storage import Database
from domain.trials.terms import Choosing
from tests.domain.trials.kitchen import a_kitchen

CHANGES = (
    "UPDATE review SET earned_entry = gen_random_uuid()",
    "UPDATE review SET review_id = gen_random_uuid()",
    "UPDATE trial_course SET taken = 1",
    "UPDATE trial_place SET entry_id = gen_random_uuid() WHERE state = 'DONE'",
)


async def test_each_change_of_what_earned_and_of_places_is_found(database: Database, owner: asyncpg.Connection) -> None:
    kitchen = await a_kitchen(database)
    await kitchen.policy(kitchen.maker, publishes=Publishes.AT_ONCE)
    trial = await kitchen.opens(choosing=Choosing.FIRST_COME)
    anna, ben = await kitchen.tester(), await kitchen.tester()
    await kitchen.applies(trial, anna, ben)
    await kitchen.takes(trial, anna)
    await kitchen.hands(trial, anna)
    await kitchen.says(trial, anna)
    await kitchen.writes(anna)
    await kitchen.turn()
    await kitchen.moves_on()
    await kitchen.world.prove()
    for table in ("review", "review_text", "review_comment", "trial_course", "trial_place"):
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER ALL")
    for change in CHANGES:
        behind = owner.transaction()
        await behind.start()
        await owner.execute(change)
        await owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        await owner.execute("SET app.sight = 'coalition'")
        found = [one.wrong for one in (await verified(owner)).findings]
        assert found == [Wrong.REVIEW_DIFFERS] * len(found), change
        assert found, change
        await behind.rollback()
    async with database.pool.acquire() as connection:
        assert (await verify(connection)).sound
